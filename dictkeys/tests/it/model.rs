//! The dictionary against a dumb one: a vector of pairs searched from the front.

use dictkeys::Dict;
use proptest::prelude::*;
use stackref::{ByteLock, Value};

use crate::toy::{Toy, Zone, alone, content, int};

/// What a key is made of; few contents and fewer hashes, so that collisions of every kind happen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Int(i64),
    Str(i64),
    User(i64),
}

#[derive(Clone, Debug)]
enum Op {
    Insert(Key, i64),
    SetDefault(Key, i64),
    Remove(Key),
    Get(Key),
    PopLast,
    PopFirst,
    Clear,
    Reserve(usize),
    Copy,
    Version,
    Walk(bool),
    /// Do the first operation while a comparison inside the second runs.
    During(Box<Op>, Box<Op>),
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![(0..40i64).prop_map(Key::Int), (0..20i64).prop_map(Key::Str), (0..6i64).prop_map(Key::User),]
}

fn simple() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (key(), 0..100i64).prop_map(|(k, v)| Op::Insert(k, v)),
        2 => (key(), 0..100i64).prop_map(|(k, v)| Op::SetDefault(k, v)),
        4 => key().prop_map(Op::Remove),
        3 => key().prop_map(Op::Get),
        1 => Just(Op::PopLast),
        1 => Just(Op::PopFirst),
        1 => Just(Op::Clear),
        1 => (0..50usize).prop_map(Op::Reserve),
        1 => Just(Op::Copy),
        1 => Just(Op::Version),
        1 => any::<bool>().prop_map(Op::Walk),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => simple(),
        2 => (simple(), 0..6i64, 0..100i64).prop_map(|(op, k, v)| Op::During(Box::new(op), Box::new(Op::Insert(Key::User(k), v)))),
        1 => (simple(), 0..6i64).prop_map(|(op, k)| Op::During(Box::new(op), Box::new(Op::Remove(Key::User(k))))),
        1 => (simple(), 0..6i64).prop_map(|(op, k)| Op::During(Box::new(op), Box::new(Op::Get(Key::User(k))))),
    ]
}

fn hash(key: Key) -> i64 {
    match key {
        Key::Int(i) => i,
        // Strings and user objects share four hashes among themselves and with small ints.
        Key::Str(i) | Key::User(i) => i % 4,
    }
}

struct Model {
    pairs: Vec<(Key, i64)>,
}

impl Model {
    fn find(&self, key: Key) -> Option<usize> {
        self.pairs.iter().position(|(k, _)| *k == key)
    }
}

struct World<'w> {
    dict: &'w Dict,
    lock: &'w ByteLock,
    zone: &'static Zone,
    /// Whether results are compared: not for an operation whose comparison changed the dictionary.
    model: Model,
}

fn value_of(zone: &'static Zone, key: Key) -> Value {
    match key {
        Key::Int(i) => int(i),
        Key::Str(i) => zone.str(i + 1000),
        Key::User(i) => zone.user(i + 2000),
    }
}

fn key_of(value: &Value) -> Key {
    match content(value) {
        i @ ..1000 => Key::Int(i),
        i @ ..2000 => Key::Str(i - 1000),
        i => Key::User(i - 2000),
    }
}

impl World<'_> {
    fn pairs(&self, env: &Toy<'_>) -> Vec<(Key, i64)> {
        self.dict.to_vec(self.lock, env).iter().map(|(k, _, v)| (key_of(k), content(v))).collect()
    }

    fn check(&self, env: &Toy<'_>) {
        assert_eq!(self.pairs(env), self.model.pairs);
        assert_eq!(self.dict.len(self.lock, env), self.model.pairs.len());
    }

    /// Runs `op` on the dictionary alone; returns what it answered.
    fn run(&self, env: &mut Toy<'_>, op: &Op) -> Option<i64> {
        let (dict, lock, zone) = (self.dict, self.lock, self.zone);
        match op {
            Op::Insert(k, v) => {
                let old = dict.insert(lock, env, &value_of(zone, *k), hash(*k), zone.str(*v)).unwrap();
                old.map(|old| content(&old))
            }
            Op::SetDefault(k, v) => {
                let key = value_of(zone, *k);
                let (value, _new) = dict.set_default(lock, env, &key, hash(*k), &zone.str(*v)).unwrap();
                Some(content(&value))
            }
            Op::Remove(k) => {
                let removed = dict.remove(lock, env, &value_of(zone, *k), hash(*k)).unwrap();
                removed.map(|(_, value)| content(&value))
            }
            Op::Get(k) => {
                let key = value_of(zone, *k);
                let got = dict.get(lock, env, &key, hash(*k)).unwrap().map(|value| content(&value));
                assert_eq!(dict.contains(lock, env, &key, hash(*k)).unwrap(), got.is_some());
                got
            }
            Op::PopLast => dict.popitem(lock, env).map(|(_, value)| content(&value)),
            Op::PopFirst => dict.popitem_first(lock, env).map(|(_, value)| content(&value)),
            Op::Clear => {
                dict.clear(lock, env).for_each(drop);
                None
            }
            Op::Reserve(n) => {
                dict.reserve(lock, env, *n).unwrap();
                None
            }
            Op::Copy => {
                let copied = ByteLock::new();
                let mut copy = dict.copy(lock, env).unwrap();
                let ours: Vec<_> = dict.to_vec(lock, env).iter().map(|(k, ..)| key_of(k)).collect();
                let theirs: Vec<_> = copy.to_vec(&copied, env).iter().map(|(k, ..)| key_of(k)).collect();
                assert_eq!(ours, theirs);
                copy.dispose(env, drop);
                None
            }
            Op::Version => {
                self.version(env);
                None
            }
            Op::Walk(forward) => {
                self.walk(env, *forward);
                None
            }
            Op::During(..) => unreachable!("not nested"),
        }
    }

    /// Every key's cached offset leads to its value for as long as the version holds.
    fn version(&self, env: &mut Toy<'_>) {
        let version = self.dict.assign_version(self.lock, env);
        let all = self.dict.to_vec(self.lock, env);
        for (key, hash, value) in &all {
            let Some(index) = self.dict.lock(self.lock, env).index_of(env, key, *hash) else { continue };
            let loaded = self.dict.guard(env, version).unwrap().value_at(index).unwrap();
            assert!(loaded.is(value));
        }
    }

    fn walk(&self, env: &Toy<'_>, forward: bool) {
        let mut seen = Vec::new();
        let mut at = if forward { 0 } else { usize::MAX };
        while let Some(entry) =
            if forward { self.dict.next_entry(self.lock, env, at) } else { self.dict.prev_entry(self.lock, env, at) }
        {
            seen.push((key_of(&entry.key), content(&entry.value)));
            at = entry.position + usize::from(forward);
        }
        if !forward {
            seen.reverse();
        }
        assert_eq!(seen, self.pairs(env));
    }

    /// What the dumb dictionary says, and does.
    fn expect(&mut self, op: &Op) -> Option<i64> {
        let pairs = &mut self.model.pairs;
        match op {
            Op::Insert(k, v) => match pairs.iter_mut().find(|(key, _)| key == k) {
                Some((_, value)) => Some(std::mem::replace(value, *v)),
                None => {
                    pairs.push((*k, *v));
                    None
                }
            },
            Op::SetDefault(k, v) => match pairs.iter().find(|(key, _)| key == k) {
                Some((_, value)) => Some(*value),
                None => {
                    pairs.push((*k, *v));
                    Some(*v)
                }
            },
            Op::Remove(k) => self.model.find(*k).map(|at| self.model.pairs.remove(at).1),
            Op::Get(k) => self.model.find(*k).map(|at| self.model.pairs[at].1),
            Op::PopLast => pairs.pop().map(|(_, value)| value),
            Op::PopFirst => (!pairs.is_empty()).then(|| pairs.remove(0).1),
            Op::Clear => {
                pairs.clear();
                None
            }
            _ => None,
        }
    }

    fn step(&mut self, env: &mut Toy<'_>, op: &Op) {
        let Op::During(inner, outer) = op else {
            let want = self.expect(op);
            assert_eq!(self.run(env, op), want, "{op:?}");
            return self.check(env);
        };
        // The inner operation runs once, in the first comparison. The outer one must then be as if it had come after it:
        // it starts again, or goes on where nothing it saw has changed.
        let mut ran = 0;
        let answer = {
            let world: &World<'_> = self;
            let mut hook = |inner_env: &mut Toy<'_>, _: &Value, _: &Value| {
                ran += 1;
                if ran == 1 {
                    world.run(inner_env, inner);
                }
                Ok(None)
            };
            let qsbr = crate::toy::Qsbr::new();
            let mut hooked = Toy::new(&qsbr);
            hooked.hook = Some(&mut hook);
            world.run(&mut hooked, outer)
        };
        if ran > 0 {
            self.expect(inner);
        }
        // The nested operation compared without its hook. Contents tell what each did, except that a key found equal
        // before the nested change may since have been removed and come back: then both orders are right.
        let want = self.expect(outer);
        assert_eq!(answer, want, "{op:?}");
        self.check(env);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_a_dumb_map(shared in any::<bool>(), ops in proptest::collection::vec(op(), 1..120)) {
        alone(|env, zone| {
            let lock = ByteLock::new();
            let mut dict = Dict::new(dictkeys::NoSafepoint::me(env));
            if shared {
                dict.mark_shared(&lock, env);
            }
            let mut world = World { dict: &dict, lock: &lock, zone, model: Model { pairs: Vec::new() } };
            for op in &ops {
                world.step(env, op);
            }
            dict.dispose(env, drop);
        });
    }
}
