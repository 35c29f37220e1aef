//! Single-threaded behaviour of dictionaries.

use dictkeys::Dict;
use stackref::{ByteLock, Value};

use crate::toy::{Toy, alone, content, int};

fn listing(dict: &Dict, lock: &ByteLock, env: &Toy<'_>) -> Vec<(i64, i64)> {
    dict.to_vec(lock, env).iter().map(|(k, _, v)| (content(k), content(v))).collect()
}

fn walk(dict: &Dict, lock: &ByteLock, env: &Toy<'_>, forward: bool) -> Vec<(i64, i64)> {
    let mut out = Vec::new();
    let mut at = if forward { 0 } else { usize::MAX };
    while let Some(entry) = if forward { dict.next_entry(lock, env, at) } else { dict.prev_entry(lock, env, at) } {
        out.push((content(&entry.key), content(&entry.value)));
        at = if forward { entry.position + 1 } else { entry.position };
    }
    out
}

#[test]
fn empty_dictionaries_answer_without_a_table() {
    alone(|env, _| {
        let (mut dict, lock) = (Dict::new(1), ByteLock::new());
        assert!(dict.get(&lock, env, &int(1), 1).unwrap().is_none());
        assert!(dict.remove(&lock, env, &int(1), 1).unwrap().is_none());
        assert!(dict.popitem(&lock, env).is_none() && dict.popitem_first(&lock, env).is_none());
        assert_eq!(dict.len(&lock, env), 0);
        assert_eq!(dict.assign_version(&lock, env), 0);
        assert!(dict.next_entry(&lock, env, 0).is_none() && dict.prev_entry(&lock, env, 9).is_none());
        dict.dispose(env, drop);
    });
}

#[test]
fn order_of_insertion_survives_growth_replacement_and_removal() {
    alone(|env, zone| {
        let (mut dict, lock) = (Dict::new(dictkeys::NoSafepoint::me(env)), ByteLock::new());
        for i in 0..1000 {
            assert!(dict.insert(&lock, env, &int(i), i, zone.str(i)).unwrap().is_none());
        }
        for i in (0..1000).step_by(3) {
            assert_eq!(content(&dict.insert(&lock, env, &int(i), i, int(-i)).unwrap().unwrap()), i);
        }
        for i in (0..1000).step_by(2) {
            assert!(dict.remove(&lock, env, &int(i), i).unwrap().is_some());
        }
        let want: Vec<_> = (1..1000).step_by(2).map(|i| (i, if i % 3 == 0 { -i } else { i })).collect();
        assert_eq!(listing(&dict, &lock, env), want);
        assert_eq!(walk(&dict, &lock, env, true), want);
        let mut back = walk(&dict, &lock, env, false);
        back.reverse();
        assert_eq!(back, want);
        assert_eq!(dict.len(&lock, env), want.len());
        for (k, v) in &want {
            assert_eq!(content(&dict.get(&lock, env, &int(*k), *k).unwrap().unwrap()), *v);
        }
        dict.clear(&lock, env).for_each(drop);
        assert_eq!(dict.len(&lock, env), 0);
        dict.dispose(env, drop);
    });
}

#[test]
fn wide_indices() {
    alone(|env, _| {
        let (mut dict, lock) = (Dict::new(dictkeys::NoSafepoint::me(env)), ByteLock::new());
        for i in 0..100_000 {
            dict.insert(&lock, env, &int(i), i * 7, int(i)).unwrap();
        }
        assert!((0..100_000).all(|i| dict.get(&lock, env, &int(i), i * 7).unwrap().unwrap().as_int() == Some(i)));
        dict.dispose(env, drop);
    });
}

#[test]
fn equal_strings_are_one_key_and_the_first_stays() {
    alone(|env, zone| {
        let (mut dict, lock) = (Dict::new(dictkeys::NoSafepoint::me(env)), ByteLock::new());
        let (first, second) = (zone.str(7), zone.str(7));
        dict.insert(&lock, env, &first, 7, int(1)).unwrap();
        assert_eq!(dict.insert(&lock, env, &second, 7, int(2)).unwrap().unwrap().as_int(), Some(1));
        let entry = dict.next_entry(&lock, env, 0).unwrap();
        assert!(entry.key.is(&first) && entry.value.as_int() == Some(2));
        assert_eq!(env.equal_calls, 0, "strings are compared without user code");
        dict.dispose(env, drop);
    });
}

#[test]
fn popitem_from_both_ends_is_linear_and_never_gives_an_offset_out_twice() {
    alone(|env, _| {
        let (mut dict, lock) = (Dict::new(dictkeys::NoSafepoint::me(env)), ByteLock::new());
        dict.reserve(&lock, env, 60_000).unwrap();
        for i in 0..50_000 {
            dict.insert(&lock, env, &int(i), i, int(i)).unwrap();
        }
        for i in 0..20_000 {
            assert_eq!(dict.popitem(&lock, env).unwrap().0.as_int(), Some(49_999 - i));
            assert_eq!(dict.popitem_first(&lock, env).unwrap().0.as_int(), Some(i));
        }
        let last = dict.prev_entry(&lock, env, usize::MAX).unwrap().position;
        assert_eq!(last, 29_999);
        dict.insert(&lock, env, &int(-1), -2, int(0)).unwrap();
        assert_eq!(dict.prev_entry(&lock, env, usize::MAX).unwrap().position, 50_000);
        dict.dispose(env, drop);
    });
}

#[test]
fn versions_guard_the_set_of_keys() {
    alone(|env, zone| {
        let (mut dict, lock) = (Dict::new(dictkeys::NoSafepoint::me(env)), ByteLock::new());
        let (a, b) = (zone.str(1), zone.str(2));
        dict.insert(&lock, env, &a, 1, zone.str(10)).unwrap();
        assert!(dict.guard(env, 0).is_none());
        let version = dict.assign_version(&lock, env);
        assert!(version != 0 && dict.assign_version(&lock, env) == version && dict.is_shared());
        let at = dict.lock(&lock, env).index_of(env, &a, 1).unwrap();
        let load = |dict: &Dict, env: &Toy<'_>| -> Option<i64> {
            let loaded = dict.guard(env, version)?.load_at(at)?.into_value(dictkeys::NoSafepoint::me(env));
            Some(content(&loaded))
        };
        assert_eq!(load(&dict, env), Some(10));
        assert!(dict.guard(env, version).unwrap().load_at(5000).is_none());
        dict.insert(&lock, env, &a, 1, zone.str(11)).unwrap();
        assert_eq!(load(&dict, env), Some(11), "replacing a value keeps the version");
        dict.insert(&lock, env, &b, 2, int(0)).unwrap();
        assert_eq!(load(&dict, env), None, "a new key ends it");
        for change in 0..4 {
            let version = dict.assign_version(&lock, env);
            assert!(dict.guard(env, version).is_some());
            match change {
                0 => drop(dict.remove(&lock, env, &b, 2).unwrap()),
                1 => drop(dict.insert(&lock, env, &b, 2, int(0)).unwrap()),
                2 => drop(dict.popitem(&lock, env)),
                _ => dict.clear(&lock, env).for_each(drop),
            }
            assert!(dict.guard(env, version).is_none());
        }
        dict.dispose(env, drop);
    });
}

#[test]
fn adversarial_equality_sees_a_consistent_dictionary() {
    alone(|env, zone| {
        let (mut dict, lock) = (Dict::new(dictkeys::NoSafepoint::me(env)), ByteLock::new());
        let stored = zone.user(1);
        dict.insert(&lock, env, &stored, 42, int(1)).unwrap();
        let mut calls = 0;
        // The comparison removes the very key it compares, once.
        let mut hook = |inner: &mut Toy<'_>, candidate: &Value, _: &Value| {
            calls += 1;
            if calls == 1 {
                assert!(dict.remove(&lock, inner, candidate, 42).unwrap().is_some());
            }
            Ok(None)
        };
        let found = {
            let qsbr = crate::toy::Qsbr::new();
            let mut env = Toy::new(&qsbr);
            env.hook = Some(&mut hook);
            dict.get(&lock, &mut env, &zone.user(1), 42).unwrap()
        };
        assert!(found.is_none(), "the entry died during the comparison");
        dict.dispose(env, drop);
    });
}
