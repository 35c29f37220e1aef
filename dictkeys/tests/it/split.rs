//! Instances: shared keys, inline values, and dictionaries over them; against a vector of pairs.

use std::ptr::NonNull;

use dictkeys::{Dict, Inline, InlineValues, MAX_SHARED_NAMES, NoSafepoint, SharedKeys, ValuesMoved};
use proptest::prelude::*;
use stackref::{ByteLock, Value};

use crate::toy::{Toy, Zone, alone, content};

/// An instance as an embedder would have it.
pub(crate) struct Instance {
    _memory: Box<[u64]>,
    pub(crate) values: InlineValues,
    pub(crate) dict: Option<Box<Dict>>,
    pub(crate) lock: ByteLock,
}

impl Instance {
    pub(crate) fn new(class: &SharedKeys) -> Instance {
        let capacity = class.instance_capacity();
        let mut memory = vec![0u64; InlineValues::bytes(capacity) / 8].into_boxed_slice();
        let at = NonNull::new(memory.as_mut_ptr().cast()).unwrap();
        // SAFETY: the box lives as long as the instance and is large enough.
        let values = unsafe { InlineValues::init(at, capacity) };
        Instance { _memory: memory, values, dict: None, lock: ByteLock::new() }
    }

    pub(crate) fn materialize(&mut self, class: &SharedKeys, owner: u32) -> &Dict {
        // SAFETY: the class outlives its instances here, and `end` detaches or disposes.
        self.dict.get_or_insert_with(|| Box::new(unsafe { Dict::over_values(class, self.values, owner) }))
    }

    fn set(&mut self, class: &SharedKeys, env: &mut Toy<'_>, name: &Value, hash: i64, value: Value) -> Option<Value> {
        let mut value = value;
        if self.values.is_valid()
            && let Some(index) = class.insert_name(env, name, hash)
        {
            // Both ways of storing take turns.
            if index % 2 == 1
                && let Some(held) = self.values.try_hold(index)
            {
                return held.set(value);
            }
            match self.values.store(index, value) {
                Ok(old) => return old,
                Err(ValuesMoved(back)) => value = back,
            }
        }
        self.materialize(class, env.me());
        self.dict.as_ref().unwrap().insert(&self.lock, env, name, hash, value).unwrap()
    }

    fn get(&self, class: &SharedKeys, env: &mut Toy<'_>, name: &Value, hash: i64) -> Option<Value> {
        if self.values.is_valid()
            && let Some(index) = class.index_of(env, name, hash)
        {
            match self.values.load(index, env) {
                Inline::Value(value) => return Some(value),
                Inline::Absent => return None,
                Inline::Moved => {}
                Inline::Retry => unreachable!("one thread"),
            }
        }
        self.dict.as_ref()?.get(&self.lock, env, name, hash).unwrap()
    }

    fn delete(&self, class: &SharedKeys, env: &mut Toy<'_>, name: &Value, hash: i64) -> Option<Value> {
        if self.values.is_valid()
            && let Some(index) = class.index_of(env, name, hash)
            && let Ok(old) = self.values.delete(index)
        {
            return old;
        }
        self.dict.as_ref()?.remove(&self.lock, env, name, hash).unwrap().map(|(_, value)| value)
    }

    pub(crate) fn end(mut self, env: &mut Toy<'_>) {
        if let Some(mut dict) = self.dict.take() {
            dict.dispose(env, drop);
        }
        self.values.take_all(drop);
    }

    fn listing(&self, class: &SharedKeys, env: &Toy<'_>) -> Vec<(i64, i64)> {
        // SAFETY: read and dropped before the instance changes.
        let over = unsafe { Dict::over_values(class, self.values, env.me()) };
        let dict = self.dict.as_deref().unwrap_or(&over);
        let listed: Vec<_> = dict.to_vec(&self.lock, env).iter().map(|(k, _, v)| (content(k), content(v))).collect();
        let mut walked = Vec::new();
        let mut at = 0;
        while let Some(entry) = dict.next_entry(&self.lock, env, at) {
            walked.push((content(&entry.key), content(&entry.value)));
            at = entry.position + 1;
        }
        assert_eq!(walked, listed);
        let mut back = Vec::new();
        let mut at = usize::MAX;
        while let Some(entry) = dict.prev_entry(&self.lock, env, at) {
            back.push((content(&entry.key), content(&entry.value)));
            at = entry.position;
        }
        back.reverse();
        assert_eq!(back, listed);
        assert_eq!(dict.len(&self.lock, env), listed.len());
        listed
    }
}

#[test]
fn capacity_decays_to_what_is_used() {
    alone(|env, zone| {
        let mut class = SharedKeys::new().unwrap();
        assert_eq!(class.instance_capacity(), MAX_SHARED_NAMES);
        for name in 0..3 {
            assert_eq!(class.insert_name(env, &zone.str(name), name), Some(name as usize));
        }
        let decayed: Vec<usize> = (0..40).map(|_| class.instance_capacity()).collect();
        assert!(decayed.windows(2).all(|w| w[0] >= w[1]));
        assert_eq!(*decayed.last().unwrap(), 4, "the names in use, and one");
        // SAFETY: no instances.
        unsafe { class.dispose(env, drop) };
    });
}

#[test]
fn names_end_at_the_bound_and_reset_the_version() {
    alone(|env, zone| {
        let mut class = SharedKeys::new().unwrap();
        let version = class.assign_version();
        assert_eq!(class.assign_version(), version);
        for name in 0..MAX_SHARED_NAMES as i64 {
            assert!(class.insert_name(env, &zone.str(name), name).is_some());
        }
        assert_eq!(class.version(), 0);
        assert_eq!(class.insert_name(env, &zone.str(99), 99), None);
        assert_eq!(class.insert_name(env, &zone.str(7), 7), Some(7), "a name that is there needs no room");
        assert_eq!(content(&class.name(7).unwrap()), 7);
        assert!(class.name(99).is_none());
        // SAFETY: no instances.
        unsafe { class.dispose(env, drop) };
    });
}

#[test]
fn a_detached_dictionary_keeps_the_values() {
    alone(|env, zone| {
        let mut class = SharedKeys::new().unwrap();
        let mut instance = Instance::new(&class);
        for name in 0..5 {
            instance.set(&class, env, &zone.str(name), name, zone.str(name * 10));
        }
        instance.materialize(&class, env.me());
        let mut dict = instance.dict.take().unwrap();
        assert!(dict.is_split());
        assert!(!dict.detach(&instance.lock, env).unwrap(), "nobody else looked");
        assert!(!instance.values.is_valid() && !dict.is_split());
        instance.end(env);
        assert_eq!(dict.len(&ByteLock::new(), env), 5);
        dict.dispose(env, drop);
        // SAFETY: the only instance is gone.
        unsafe { class.dispose(env, drop) };
    });
}

#[derive(Clone, Debug)]
enum Op {
    Set(i64, i64),
    Get(i64),
    Delete(i64),
    Materialize,
    DictSet(i64, i64),
    DictDelete(i64),
    PopLast,
    PopFirst,
    SetDefault(i64, i64),
    Clear,
    Detach,
}

fn op() -> impl Strategy<Value = Op> {
    let name = || 0..36i64;
    prop_oneof![
        30 => (name(), 0..100i64).prop_map(|(n, v)| Op::Set(n, v)),
        10 => name().prop_map(Op::Get),
        10 => name().prop_map(Op::Delete),
        2 => Just(Op::Materialize),
        3 => (name(), 0..100i64).prop_map(|(n, v)| Op::DictSet(n, v)),
        3 => name().prop_map(Op::DictDelete),
        2 => Just(Op::PopLast),
        2 => Just(Op::PopFirst),
        2 => (name(), 0..100i64).prop_map(|(n, v)| Op::SetDefault(n, v)),
        1 => Just(Op::Clear),
        1 => Just(Op::Detach),
    ]
}

fn step(
    instance: &mut Instance,
    class: &SharedKeys,
    env: &mut Toy<'_>,
    zone: &'static Zone,
    model: &mut Vec<(i64, i64)>,
    op: &Op,
) {
    let position = |model: &Vec<(i64, i64)>, n: i64| model.iter().position(|(name, _)| *name == n);
    let put = |model: &mut Vec<(i64, i64)>, n: i64, v: i64| match position(model, n) {
        Some(at) => Some(std::mem::replace(&mut model[at].1, v)),
        None => {
            model.push((n, v));
            None
        }
    };
    let hash = |n: i64| n % 8;
    let (answer, want) = match op {
        Op::Set(n, v) => (instance.set(class, env, &zone.str(*n), hash(*n), zone.str(*v)), put(model, *n, *v)),
        Op::Get(n) => (instance.get(class, env, &zone.str(*n), hash(*n)), position(model, *n).map(|at| model[at].1)),
        Op::Delete(n) => {
            (instance.delete(class, env, &zone.str(*n), hash(*n)), position(model, *n).map(|at| model.remove(at).1))
        }
        Op::Materialize => {
            instance.materialize(class, env.me());
            return;
        }
        Op::DictSet(n, v) => {
            instance.materialize(class, env.me());
            let dict = instance.dict.as_ref().unwrap();
            let old = dict.insert(&instance.lock, env, &zone.str(*n), hash(*n), zone.str(*v)).unwrap();
            (old, put(model, *n, *v))
        }
        Op::DictDelete(n) => {
            instance.materialize(class, env.me());
            let dict = instance.dict.as_ref().unwrap();
            let old = dict.remove(&instance.lock, env, &zone.str(*n), hash(*n)).unwrap();
            (old.map(|(_, value)| value), position(model, *n).map(|at| model.remove(at).1))
        }
        Op::PopLast => {
            let popped = instance.materialize(class, env.me()) as *const Dict;
            // SAFETY: the dictionary lives in the instance.
            let popped = unsafe { &*popped }.popitem(&instance.lock, env).map(|(_, value)| value);
            (popped, model.pop().map(|(_, value)| value))
        }
        Op::PopFirst => {
            instance.materialize(class, env.me());
            let popped = instance.dict.as_ref().unwrap().popitem_first(&instance.lock, env).map(|(_, value)| value);
            (popped, (!model.is_empty()).then(|| model.remove(0).1))
        }
        Op::SetDefault(n, v) => {
            instance.materialize(class, env.me());
            let dict = instance.dict.as_ref().unwrap();
            let got = dict.set_default(&instance.lock, env, &zone.str(*n), hash(*n), &zone.str(*v)).unwrap().0;
            let at = position(model, *n).unwrap_or_else(|| {
                model.push((*n, *v));
                model.len() - 1
            });
            (Some(got), Some(model[at].1))
        }
        Op::Clear => {
            instance.materialize(class, env.me());
            instance.dict.as_ref().unwrap().clear(&instance.lock, env).for_each(drop);
            model.clear();
            (None, None)
        }
        Op::Detach => {
            if let Some(dict) = &instance.dict {
                let _ = dict.detach(&instance.lock, env).unwrap();
            }
            (None, None)
        }
    };
    assert_eq!(answer.map(|value| content(&value)), want, "{op:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn instances_agree_with_a_dumb_map(ops in proptest::collection::vec((0..2usize, op()), 1..80)) {
        alone(|env, zone| {
            let mut class = SharedKeys::new().unwrap();
            let mut instances = [Instance::new(&class), Instance::new(&class)];
            let mut models = [Vec::new(), Vec::new()];
            for (which, op) in &ops {
                step(&mut instances[*which], &class, env, zone, &mut models[*which], op);
                assert_eq!(instances[*which].listing(&class, env), models[*which]);
            }
            instances.into_iter().for_each(|instance| instance.end(env));
            // SAFETY: the instances are gone.
            unsafe { class.dispose(env, drop) };
        });
    }
}

#[test]
fn a_held_slot_keeps_others_out() {
    alone(|env, _| {
        let class = SharedKeys::new().unwrap();
        let instance = Instance::new(&class);
        let held = instance.values.try_hold(0).unwrap();
        assert!(instance.values.try_hold(0).is_none() && instance.values.try_hold(1).is_none(), "the lock is taken");
        assert!(held.set(Value::from_int(5).unwrap()).is_none());
        drop(instance.values.try_hold(1).unwrap());
        assert!(instance.values.try_hold(instance.values.capacity()).is_none(), "beyond the slots");
        assert!(matches!(instance.values.load(0, env), Inline::Value(value) if value.as_int() == Some(5)));
        instance.end(env);
    });
}
