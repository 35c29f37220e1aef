//! Tests of the crate as a whole: what Python files cannot show. Behaviour is tested by `interp/tests/python/data`.

use interp_object::data::list::Source;
use interp_object::data::slice::{self, Slice};
use interp_object::data::{dict, int, list, singletons, tuple};
use interp_object::layout::ValueExt;
use interp_object::{Esc, Value, ops};

use crate::util::Span;

fn with_runtime(test: impl FnOnce(Esc<'_>)) {
    let thread = interp_object::Thread::attach_current(8 << 20);
    let esc = thread.enter();
    crate::init(esc);
    test(esc);
}

fn numbers(numbers: impl IntoIterator<Item = i64>) -> Vec<Value> {
    numbers.into_iter().map(int::small).collect()
}

#[test]
fn another_crate_recognizes_layouts() {
    with_runtime(|esc| {
        let items = list::new(esc, []).into_value();
        assert!(items.payload::<list::List>().is_some());
        assert!(items.payload::<tuple::Tuple>().is_none());
        let items = tuple::new(esc, []).into_value();
        assert!(items.payload::<tuple::Tuple>().is_some());
    });
}

#[test]
fn spans_agree_with_a_walk_over_every_index() {
    with_runtime(|esc| {
        let bound = |number: i64| if number == 9 { singletons::none() } else { int::small(number) };
        for (start, stop, step) in
            (-6..=9).flat_map(|a| (-6..=9).flat_map(move |b| (-3..=3).filter(|c| *c != 0).map(move |c| (a, b, c))))
        {
            let object = slice::new(esc, bound(start), bound(stop), int::small(step)).into_value();
            let slice = object.payload::<Slice>().expect("a slice was made");
            let Ok(span) = Span::unpack(esc, slice) else { panic!("the bounds are ints") };
            let span = span.adjust(4);
            let mut walked = Vec::new();
            let mut at = span.start;
            while if step > 0 { at < span.stop } else { at > span.stop } {
                walked.push(usize::try_from(at).expect("in range"));
                at += step;
            }
            assert_eq!(span.indices().collect::<Vec<_>>(), walked);
            assert!(walked.iter().all(|index| span.cover().contains(index) && *index < 4));
        }
    });
}

#[test]
fn containers_work_through_their_slots() {
    with_runtime(|esc| {
        let items = list::new(esc, numbers([3, 1, 2])).into_value();
        let sorted = crate::list_sort(esc, numbers([3, 1, 2]), None, true).map_err(|raised| drop(raised.catch(esc)));
        let sorted: Vec<_> = sorted.expect("ints can be compared").iter().filter_map(Value::as_int).collect();
        assert_eq!(sorted, [3, 2, 1]);
        assert!(matches!(ops::contains(esc, &items, &int::small(2)), Ok(true)));
        let pairs = dict::new(esc);
        assert!(pairs.set(esc, &int::small(1), items.clone()).is_ok());
        let pairs = pairs.into_value();
        let Ok(found) = ops::get_item(esc, &pairs, &int::small(1)) else { panic!("the key is there") };
        assert!(found.is(&items));
        let Err(raised) = ops::get_item(esc, &pairs, &items) else { panic!("lists have no hash") };
        assert!(raised.matches(esc, &interp_object::data::exception::TYPE_ERROR));
        drop(raised.catch(esc));
    });
}

#[test]
fn a_list_shared_by_threads_survives() {
    with_runtime(|esc| {
        let items = list::new(esc, numbers(0..100)).into_value();
        esc.blocking(|| {
            std::thread::scope(|scope| {
                for seed in 0..3 {
                    let items = &items;
                    scope.spawn(move || hammer(items, seed));
                }
            });
        });
        let left = ops::collect(esc, &items).map_err(|raised| drop(raised.catch(esc))).expect("a list");
        assert!(left.iter().all(|item| item.as_int().is_some()));
    });
}

fn hammer(items: &Value, seed: i64) {
    let thread = interp_object::Thread::attach_current(2 << 20);
    let esc = thread.enter();
    let list = items.payload::<list::List>().expect("a list");
    for round in 0..300 {
        match (round + seed) % 5 {
            0 => drop(list.push(esc, int::small(round))),
            1 => drop(list.remove_at((round % 7) as usize)),
            2 => drop(list.insert(esc, 3, int::small(round))),
            3 => drop(list.assign(esc, 2..5, Source::Owned(numbers([1, 2, 3])))),
            _ => {
                let taken = list.take_all(esc);
                let foreign = list.put_all(esc, taken);
                for item in foreign {
                    drop(list.push(esc, item));
                }
            }
        }
        let total: i64 = list.snapshot().iter().filter_map(Value::as_int).sum();
        assert!(total >= 0);
    }
}
