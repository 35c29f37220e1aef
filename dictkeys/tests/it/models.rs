//! Models of the reader protocols, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p dictkeys --test it`
//!
//! Objects have no owner (all counts are in the shared word), so that threads need not register; their memory is never
//! unmapped, and death poisons a payload that loom watches. Freed tables assert in their accessors (`storage_loom`).
//! What is retired stays: the models are about what may be freed at once.

use std::ptr::NonNull;

use dictkeys::{Dict, Env, Inline, InlineValues, NoSafepoint, Reclaim, SharedKeys};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use stackref::thread::NO_THREAD;
use stackref::{ByteLock, Header, TypeHead, Value};

fn explore(preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(f);
}

struct Thread(u32);

// SAFETY: what is retired is leaked.
unsafe impl Reclaim for Thread {
    unsafe fn retire(&mut self, _: NonNull<u8>, _: unsafe fn(NonNull<u8>), _: usize) {}
}

// SAFETY: numbers name the model's threads; objects have no owner, so no count depends on them.
unsafe impl NoSafepoint for Thread {
    fn me(&self) -> u32 {
        self.0
    }
}

impl Env for Thread {
    type Error = ();
    fn same(&mut self, candidate: &Value, key: &Value) -> Option<bool> {
        Some(candidate.is(key))
    }
    fn equal(&mut self, _: &Value, _: &Value) -> Result<bool, ()> {
        Err(())
    }
    fn no_memory(&mut self) {}
}

const OWNER: u32 = 1;
const FOREIGN: u32 = 2;

#[repr(C)]
struct Object {
    header: Header,
    payload: UnsafeCell<i64>,
    deaths: &'static AtomicUsize,
}

unsafe fn dealloc(object: NonNull<Header>) {
    // SAFETY: every header of these models begins a leaked `Object`.
    let object = unsafe { object.cast::<Object>().as_ref() };
    // SAFETY: dead; loom checks that every read happened before.
    object.payload.with_mut(|payload| unsafe { *payload = -1 });
    // SAFETY: dead.
    unsafe { object.header.mark_free() };
    object.deaths.fetch_add(1, Ordering::Release);
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn object(payload: i64) -> (Value, &'static AtomicUsize) {
    let ty = Box::leak(Box::new(TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc }));
    let deaths = leak(AtomicUsize::new(0));
    let object = leak(Object { header: Header::new(ty, NO_THREAD), payload: UnsafeCell::new(payload), deaths });
    // SAFETY: the new object's count.
    (unsafe { Value::from_header(NonNull::from(&object.header)) }, deaths)
}

/// Drops a reference to an object and, if that was the end of it, makes another one in its memory, as a heap may.
fn recycle(value: Value) -> Option<Value> {
    let at = value.header().unwrap();
    drop(value);
    // SAFETY: objects of these models are leaked.
    let object = unsafe { at.cast::<Object>().as_ref() };
    if object.deaths.load(Ordering::Acquire) == 0 {
        return None;
    }
    // SAFETY: dead; loom checks that nobody reads it.
    object.payload.with_mut(|payload| unsafe { *payload = 99 });
    // SAFETY: a free block.
    unsafe { Header::init_at(at, object.header.ty(), NO_THREAD, 0) };
    // SAFETY: the new object's count.
    Some(unsafe { Value::from_header(at) })
}

fn payload(value: &Value) -> i64 {
    let Some(header) = value.header() else { return value.as_int().unwrap() };
    // SAFETY: alive through `value`; shared reads only.
    unsafe { header.cast::<Object>().as_ref().payload.with(|payload| *payload) }
}

fn int(i: i64) -> Value {
    Value::from_int(i).unwrap()
}

struct Subject {
    dict: Dict,
    lock: ByteLock,
}

impl Subject {
    fn new() -> Arc<Subject> {
        Arc::new(Subject { dict: Dict::new(OWNER), lock: ByteLock::new() })
    }

    fn put(&self, me: u32, key: i64, value: Value) -> Option<Value> {
        self.dict.insert(&self.lock, &mut Thread(me), &int(key), key, value).unwrap()
    }

    fn get(&self, me: u32, key: i64) -> Option<i64> {
        self.dict.get(&self.lock, &mut Thread(me), &int(key), key).unwrap().map(|value| payload(&value))
    }

    fn remove(&self, me: u32, key: i64) -> Option<i64> {
        let removed = self.dict.remove(&self.lock, &mut Thread(me), &int(key), key).unwrap();
        removed.map(|(_, value)| payload(&value))
    }

    fn share(&self) {
        self.dict.mark_shared(&self.lock, &Thread(OWNER));
    }
}

fn foreign<R: 'static>(subject: &Arc<Subject>, f: impl FnOnce(&Subject) -> R + 'static) -> thread::JoinHandle<R> {
    let subject = subject.clone();
    thread::spawn(move || f(&subject))
}

#[test]
fn get_races_with_insert_of_the_same_and_another_key() {
    explore(3, || {
        let s = Subject::new();
        s.put(OWNER, 1, int(10));
        s.share();
        let reader = foreign(&s, |s| (s.get(FOREIGN, 1), s.get(FOREIGN, 9)));
        // 9 probes past 1: both start at slot 1.
        s.put(OWNER, 9, int(90));
        let (one, nine) = reader.join().unwrap();
        assert_eq!(one, Some(10));
        assert!(nine.is_none() || nine == Some(90));
        assert_eq!(s.get(OWNER, 9), Some(90));
    });
}

#[test]
fn get_races_with_replace_and_free() {
    explore(3, || {
        let s = Subject::new();
        let (value, deaths) = object(5);
        s.put(OWNER, 1, value);
        s.share();
        let reader = foreign(&s, |s| s.get(FOREIGN, 1));
        drop(s.put(OWNER, 1, int(6)));
        assert!(matches!(reader.join().unwrap(), Some(5 | 6)));
        assert_eq!(deaths.load(Ordering::Acquire), 1);
    });
}

#[test]
fn get_races_with_delete_and_insert() {
    explore(2, || {
        let s = Subject::new();
        let (value, deaths) = object(5);
        s.put(OWNER, 1, value);
        s.share();
        let reader = foreign(&s, |s| (s.get(FOREIGN, 1), s.get(FOREIGN, 2)));
        assert_eq!(s.remove(OWNER, 1), Some(5));
        s.put(OWNER, 2, int(7));
        let (one, two) = reader.join().unwrap();
        assert!(matches!(one, None | Some(5)));
        assert!(matches!(two, None | Some(7)));
        assert_eq!(deaths.load(Ordering::Acquire), 1);
    });
}

#[test]
fn a_guarded_load_never_sees_another_keys_value() {
    explore(3, || {
        let s = Subject::new();
        s.put(OWNER, 1, int(1));
        s.put(OWNER, 2, int(5));
        let version = s.dict.assign_version(&s.lock, &Thread(OWNER));
        let reader = foreign(&s, move |s| {
            let token = Thread(FOREIGN);
            s.dict.guard(&token, version).and_then(|keys| keys.value_at(1)).map(|value| payload(&value))
        });
        // CPython's hole: popitem gave the offset back, and the insert took it.
        drop(s.dict.popitem(&s.lock, &mut Thread(OWNER)));
        s.put(OWNER, 3, int(33));
        assert!(matches!(reader.join().unwrap(), None | Some(5)));
    });
}

/// A reader's guarded load of key 1, whose only value is an object with payload 5 in the table the guard saw.
fn guarded_reader(s: &Arc<Subject>) -> thread::JoinHandle<Option<i64>> {
    let version = s.dict.assign_version(&s.lock, &Thread(OWNER));
    foreign(s, move |s| {
        let token = Thread(FOREIGN);
        // The first sight of an object may hold the reader up; a runtime's locked path ends that.
        s.dict.guard(&token, version).and_then(|keys| keys.value_at(0)).map(|value| payload(&value))
    })
}

#[test]
fn a_guarded_load_races_with_a_new_table() {
    explore(3, || {
        let s = Subject::new();
        s.put(OWNER, 1, object(5).0);
        let reader = guarded_reader(&s);
        s.dict.reserve(&s.lock, &mut Thread(OWNER), 20).unwrap();
        // Replaced in the new table only: the old one must not lead to whatever lives there now.
        let old = s.put(OWNER, 1, int(6)).unwrap();
        let _other = recycle(old);
        assert!(matches!(reader.join().unwrap(), None | Some(5)));
    });
}

#[test]
fn a_guarded_load_races_with_clear() {
    explore(3, || {
        let s = Subject::new();
        s.put(OWNER, 1, object(5).0);
        let reader = guarded_reader(&s);
        let mut contents = Vec::new();
        s.dict.clear(&s.lock, &mut Thread(OWNER)).for_each(|value| contents.push(value));
        let old = contents.pop().unwrap();
        let _other = recycle(old);
        assert!(matches!(reader.join().unwrap(), None | Some(5)));
    });
}

#[test]
fn get_races_with_a_new_table_and_what_happens_in_it() {
    explore(2, || {
        let s = Subject::new();
        s.put(OWNER, 1, int(10));
        s.share();
        let reader = foreign(&s, |s| s.get(FOREIGN, 1));
        s.dict.reserve(&s.lock, &mut Thread(OWNER), 20).unwrap();
        s.put(OWNER, 1, int(11));
        // Never absent: a table in motion must not answer.
        assert!(matches!(reader.join().unwrap(), Some(10 | 11)));
    });
}

#[test]
fn the_first_foreign_read_races_with_a_table_freed_at_once() {
    explore(3, || {
        let s = Subject::new();
        s.put(OWNER, 1, int(10));
        let reader = foreign(&s, |s| s.get(FOREIGN, 1));
        // Not shared unless the reader came first: the old table is freed here, and its accessors assert.
        s.dict.reserve(&s.lock, &mut Thread(OWNER), 20).unwrap();
        assert_eq!(s.get(OWNER, 1), Some(10));
        assert_eq!(reader.join().unwrap(), Some(10));
    });
}

#[test]
fn the_owner_reads_while_a_foreign_thread_replaces_the_table() {
    explore(3, || {
        let s = Subject::new();
        s.put(OWNER, 1, int(10));
        let writer = foreign(&s, |s| s.dict.reserve(&s.lock, &mut Thread(FOREIGN), 20).unwrap());
        assert_eq!(s.get(OWNER, 1), Some(10));
        writer.join().unwrap();
    });
}

#[test]
fn clear_races_with_iteration() {
    explore(2, || {
        let s = Subject::new();
        let (value, deaths) = object(5);
        s.put(OWNER, 1, value);
        s.share();
        let reader = foreign(&s, |s| {
            let entry = s.dict.next_entry(&s.lock, &Thread(FOREIGN), 0);
            entry.map(|entry| (payload(&entry.key), payload(&entry.value)))
        });
        s.dict.clear(&s.lock, &mut Thread(OWNER)).for_each(drop);
        assert!(matches!(reader.join().unwrap(), None | Some((1, 5))));
        assert_eq!(deaths.load(Ordering::Acquire), 1);
    });
}

#[test]
fn two_writers_count_right() {
    explore(2, || {
        let s = Subject::new();
        let writer = foreign(&s, |s| s.put(FOREIGN, 1, int(1)));
        s.put(OWNER, 2, int(2));
        writer.join().unwrap();
        assert_eq!(s.dict.len(&s.lock, &Thread(OWNER)), 2);
        assert_eq!((s.get(OWNER, 1), s.get(OWNER, 2)), (Some(1), Some(2)));
    });
}

#[test]
fn a_new_shared_name_races_with_its_lookup() {
    explore(3, || {
        let class = Arc::new(SharedKeys::new().unwrap());
        let reader = {
            let class = class.clone();
            thread::spawn(move || class.index_of(&mut Thread(FOREIGN), &int(7), 7))
        };
        assert_eq!(class.insert_name(&mut Thread(OWNER), &int(7), 7), Some(0));
        assert!(matches!(reader.join().unwrap(), None | Some(0)));
        assert!(class.instance_capacity() >= 1);
    });
}

#[test]
fn two_threads_add_one_shared_name() {
    explore(3, || {
        let class = Arc::new(SharedKeys::new().unwrap());
        let other = {
            let class = class.clone();
            thread::spawn(move || class.insert_name(&mut Thread(FOREIGN), &int(7), 7))
        };
        assert_eq!(class.insert_name(&mut Thread(OWNER), &int(7), 7), Some(0));
        assert_eq!(other.join().unwrap(), Some(0));
        assert_eq!(class.len(), 1);
    });
}

struct Instance {
    class: SharedKeys,
    values: InlineValues,
    dict: Dict,
    lock: ByteLock,
}

// SAFETY: any thread may use inline values while the instance lives; this one is leaked.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    fn new() -> Arc<Instance> {
        let class = SharedKeys::new().unwrap();
        class.insert_name(&mut Thread(OWNER), &int(7), 7).unwrap();
        let memory = vec![0u64; InlineValues::bytes(2) / 8].leak();
        // SAFETY: leaked, aligned, large enough.
        let values = unsafe { InlineValues::init(NonNull::from(&mut memory[0]).cast(), 2) };
        // SAFETY: leaked with its class.
        let dict = unsafe { Dict::over_values(&class, values, OWNER) };
        Arc::new(Instance { class, values, dict, lock: ByteLock::new() })
    }
}

#[test]
fn an_attribute_load_races_with_store_and_free() {
    explore(3, || {
        let i = Instance::new();
        let (value, deaths) = object(5);
        i.values.store(0, value).unwrap();
        let reader = {
            let i = i.clone();
            thread::spawn(move || match i.values.load(0, &Thread(FOREIGN)) {
                Inline::Value(value) => Some(payload(&value)),
                Inline::Retry => None,
                Inline::Absent | Inline::Moved => panic!("the attribute was always set"),
            })
        };
        drop(i.values.store(0, int(6)).unwrap());
        assert!(matches!(reader.join().unwrap(), None | Some(5 | 6)));
        assert_eq!(deaths.load(Ordering::Acquire), 1);
    });
}

#[test]
fn an_attribute_load_races_with_conversion() {
    explore(2, || {
        let i = Instance::new();
        i.values.store(0, int(5)).unwrap();
        i.dict.mark_shared(&i.lock, &Thread(OWNER));
        let reader = {
            let i = i.clone();
            thread::spawn(move || {
                let mut env = Thread(FOREIGN);
                assert_eq!(i.class.index_of(&mut env, &int(7), 7), Some(0));
                match i.values.load(0, &env) {
                    Inline::Value(value) => Some(payload(&value)),
                    Inline::Moved | Inline::Retry => {
                        i.dict.get(&i.lock, &mut env, &int(7), 7).unwrap().map(|value| payload(&value))
                    }
                    Inline::Absent => None,
                }
            })
        };
        let _ = i.dict.detach(&i.lock, &mut Thread(OWNER)).unwrap();
        assert_eq!(reader.join().unwrap(), Some(5), "set all the time");
    });
}

#[test]
fn a_dictionary_read_races_with_conversion() {
    explore(2, || {
        let i = Instance::new();
        i.values.store(0, int(5)).unwrap();
        i.dict.mark_shared(&i.lock, &Thread(OWNER));
        let reader = {
            let i = i.clone();
            thread::spawn(move || i.dict.get(&i.lock, &mut Thread(FOREIGN), &int(7), 7).unwrap().map(|v| payload(&v)))
        };
        let _ = i.dict.detach(&i.lock, &mut Thread(OWNER)).unwrap();
        assert_eq!(reader.join().unwrap(), Some(5), "set all the time");
    });
}

#[test]
fn an_attribute_store_races_with_conversion() {
    explore(2, || {
        let i = Instance::new();
        let writer = {
            let i = i.clone();
            thread::spawn(move || {
                if let Err(back) = i.values.store(0, int(6)) {
                    i.dict.insert(&i.lock, &mut Thread(FOREIGN), &int(7), 7, back.0).unwrap();
                }
            })
        };
        let _ = i.dict.detach(&i.lock, &mut Thread(OWNER)).unwrap();
        writer.join().unwrap();
        let got = i.dict.get(&i.lock, &mut Thread(OWNER), &int(7), 7).unwrap();
        assert_eq!(got.map(|value| payload(&value)), Some(6), "no store is lost");
    });
}
