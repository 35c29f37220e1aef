//! `combinations`, `combinations_with_replacement`, `permutations`.

use interp_object::args::Signature;
use interp_object::data::tuple;
use interp_object::layout::{self, ValueExt};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use super::{Shared, fill, iterator_type};
use crate::util::given;

pub(super) fn init(esc: Esc<'_>) {
    fill(esc, &COMBINATIONS, Some(new_combinations), next, &[]);
    fill(esc, &COMBINATIONS_WITH_REPLACEMENT, Some(new_with_replacement), next, &[]);
    fill(esc, &PERMUTATIONS, Some(new_permutations), next, &[]);
}

/// How the indices go on.
#[derive(Clone, Copy)]
enum Rule {
    Increasing,
    NotDecreasing,
    Arrangement,
}

/// Indices into the pool that come next (nothing at the end), and for arrangements how far each place has turned.
struct Indices {
    current: Option<Vec<usize>>,
    cycles: Vec<usize>,
}

pub(super) struct Chooser {
    pool: Vec<Value>,
    size: usize,
    rule: Rule,
    indices: Shared<Indices>,
}

iterator_type!(
    Chooser,
    COMBINATIONS,
    "combinations",
    |me, visit| {
        me.pool.iter().for_each(|item| visit(item.word()));
    },
    |_out| {
        let _ = me;
    }
);

macro_rules! more_of_chooser {
    ($($static:ident $name:literal;)*) => {$(
        pub(super) static $static: TypeObject = TypeObject::builtin::<Chooser>(
            concat!("itertools.", $name),
            Some(&interp_object::data::types::OBJECT),
            interp_object::TypeFlags::BASE,
        );
    )*};
}

// Two more types with the payload above: a macro keeps their flags the same.
more_of_chooser! {
    COMBINATIONS_WITH_REPLACEMENT "combinations_with_replacement";
    PERMUTATIONS "permutations";
}

fn size_arg(esc: Esc<'_>, size: &Value) -> PyResult<usize> {
    usize::try_from(ops::index_i64(esc, size)?).map_err(|_| esc.value_error("r must be non-negative"))
}

fn new_combinations(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("combinations", ["iterable", "r"], 2);
    let [Some(iterable), Some(size)] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("combinations() lost its arguments"));
    };
    let (pool, size) = (ops::collect(esc, iterable)?, size_arg(esc, size)?);
    let current = (size <= pool.len()).then(|| (0..size).collect());
    make(esc, class, pool, size, Rule::Increasing, Indices { current, cycles: Vec::new() })
}

fn new_with_replacement(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("combinations_with_replacement", ["iterable", "r"], 2);
    let [Some(iterable), Some(size)] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("combinations_with_replacement() lost its arguments"));
    };
    let (pool, size) = (ops::collect(esc, iterable)?, size_arg(esc, size)?);
    let current = (size == 0 || !pool.is_empty()).then(|| vec![0; size]);
    make(esc, class, pool, size, Rule::NotDecreasing, Indices { current, cycles: Vec::new() })
}

fn new_permutations(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("permutations", ["iterable", "r"], 1);
    let [Some(iterable), size] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("permutations() lost its arguments"));
    };
    let pool = ops::collect(esc, iterable)?;
    let size = match given(size) {
        None => pool.len(),
        Some(size) if interp_object::data::int::view(size).is_some() => size_arg(esc, size)?,
        Some(_) => return Err(esc.type_error("Expected int as r")),
    };
    let current = (size <= pool.len()).then(|| (0..pool.len()).collect());
    let cycles = (0..size.min(pool.len())).map(|place| pool.len() - place).collect();
    make(esc, class, pool, size, Rule::Arrangement, Indices { current, cycles })
}

fn make(esc: Esc<'_>, class: &TypeObject, pool: Vec<Value>, size: usize, rule: Rule, indices: Indices) -> PyResult {
    let chooser = Chooser { pool, size, rule, indices: Shared::new(indices) };
    Ok(layout::new_with_type(esc, class, chooser).into_value())
}

/// The next indices in lexicographic order of positions; `false` at the end.
fn advance(rule: Rule, current: &mut [usize], cycles: &mut [usize], pool: usize, size: usize) -> bool {
    match rule {
        Rule::Increasing => {
            let Some(place) = (0..size).rev().find(|&place| current[place] != place + pool - size) else {
                return false;
            };
            current[place] += 1;
            for later in place + 1..size {
                current[later] = current[later - 1] + 1;
            }
            true
        }
        Rule::NotDecreasing => {
            let Some(place) = (0..size).rev().find(|&place| current[place] != pool - 1) else { return false };
            let index = current[place] + 1;
            current[place..].fill(index);
            true
        }
        Rule::Arrangement => {
            for place in (0..size).rev() {
                cycles[place] -= 1;
                if cycles[place] == 0 {
                    current[place..].rotate_left(1);
                    cycles[place] = pool - place;
                } else {
                    let other = pool - cycles[place];
                    current.swap(place, other);
                    return true;
                }
            }
            false
        }
    }
}

fn next(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(chooser) = iterator.payload::<Chooser>() else { return Ok(None) };
    let chosen = chooser.indices.with(|indices| {
        let mut following = indices.current.take()?;
        let chosen: Vec<usize> = following[..chooser.size].to_vec();
        if advance(chooser.rule, &mut following, &mut indices.cycles, chooser.pool.len(), chooser.size) {
            indices.current = Some(following);
        }
        Some(chosen)
    });
    Ok(chosen.map(|chosen| {
        let items: Vec<Value> = chosen.iter().map(|&index| chooser.pool[index].clone()).collect();
        tuple::new(esc, items).into_value()
    }))
}
