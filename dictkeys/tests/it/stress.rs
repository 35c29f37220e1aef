//! Threads on one dictionary. The heap recycles blocks at once, and every value knows which key it was stored under, so
//! whoever trusts a dead object, a freed table or a recycled offset meets a value of another key.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use dictkeys::{Dict, Inline, NoSafepoint, SharedKeys};
use stackref::{ByteLock, Value};

use crate::split::Instance;
use crate::toy::{Qsbr, Registered, Toy, Zone, content, int, one_at_a_time};

const THREADS: usize = 4;
const ROUNDS: u64 = if cfg!(debug_assertions) { 6_000 } else { 60_000 };
const KEYS: u64 = 24;

/// A small generator; the seed is the thread's number, so a failure repeats as far as scheduling does.
struct Rng(u64);

impl Rng {
    fn new(seed: usize) -> Rng {
        Rng(0x9E37_79B9_7F4A_7C15 ^ (seed as u64 + 1).wrapping_mul(0xD134_2543_DE82_EF95))
    }

    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}

/// Runs `work` on `THREADS` registered threads, each between quiescent moments.
fn crowd(zone: &'static Zone, work: impl Fn(usize, &mut Toy<'_>, &mut Rng, &dyn Fn()) + Sync) {
    let qsbr = Qsbr::new();
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for me in 0..THREADS {
            let (qsbr, barrier, work) = (&qsbr, &barrier, &work);
            scope.spawn(move || {
                let thread = Registered::new();
                qsbr.online(me);
                barrier.wait();
                let safepoint = || {
                    qsbr.quiescent(me);
                    thread.0.drain_merge_queue();
                };
                work(me, &mut Toy::new(qsbr), &mut Rng::new(me), &safepoint);
                safepoint();
                qsbr.offline(me);
                barrier.wait();
                thread.0.drain_merge_queue();
                barrier.wait();
            });
        }
    });
    assert_eq!(qsbr.waiting(), 0);
    let _ = zone;
}

/// The value to store under `key`: tells its key.
fn tagged(zone: &'static Zone, rng: &mut Rng, key: u64) -> Value {
    let serial = rng.below(1000);
    if serial.is_multiple_of(4) { int((serial * 100 + key) as i64) } else { zone.str((serial * 100 + key) as i64) }
}

fn assert_tag(value: &Value, key: u64) {
    let content = content(value);
    assert_eq!(content.rem_euclid(100) as u64, key, "a value of another key: {content}");
}

/// Half the keys are ints, half are strings that stay alive, with few hashes.
fn keys(zone: &'static Zone) -> Vec<(Value, i64)> {
    (0..KEYS)
        .map(|k| if k % 2 == 0 { (int(k as i64), k as i64) } else { (zone.str(k as i64), (k % 7) as i64) })
        .collect()
}

fn mutate(dict: &Dict, lock: &ByteLock, env: &mut Toy<'_>, rng: &mut Rng, zone: &'static Zone, keys: &[(Value, i64)]) {
    let k = rng.below(KEYS);
    let (key, hash) = &keys[k as usize];
    match rng.below(200) {
        0 => dict.clear(lock, env).for_each(drop),
        1 => drop(dict.reserve(lock, env, rng.below(40) as usize)),
        2..8 => {
            if let Some((key, value)) = dict.popitem(lock, env) {
                assert_tag(&value, content(&key) as u64);
            }
        }
        8..12 => drop(dict.popitem_first(lock, env)),
        12..60 => {
            if let Some((_, value)) = dict.remove(lock, env, key, *hash).unwrap() {
                assert_tag(&value, k);
            }
        }
        60..80 => {
            let (value, _) = dict.set_default(lock, env, key, *hash, &tagged(zone, rng, k)).unwrap();
            assert_tag(&value, k);
        }
        _ => {
            if let Some(old) = dict.insert(lock, env, key, *hash, tagged(zone, rng, k)).unwrap() {
                assert_tag(&old, k);
            }
        }
    }
}

fn read(dict: &Dict, lock: &ByteLock, env: &mut Toy<'_>, rng: &mut Rng, zone: &'static Zone, keys: &[(Value, i64)]) {
    let k = rng.below(KEYS);
    let (key, hash) = &keys[k as usize];
    match rng.below(10) {
        0 => {
            let mut at = 0;
            while let Some(entry) = dict.next_entry(lock, env, at) {
                assert_tag(&entry.value, content(&entry.key) as u64);
                at = entry.position + 1;
            }
        }
        1 => {
            for (key, _, value) in dict.to_vec(lock, env) {
                assert_tag(&value, content(&key) as u64);
            }
        }
        // Another string with the same content: compared, not identical.
        2 if k % 2 == 1 => {
            if let Some(value) = dict.get(lock, env, &zone.str(k as i64), *hash).unwrap() {
                assert_tag(&value, k);
            }
        }
        3 => {
            if let Some(value) = dict.get_stackref(lock, env, key, *hash).unwrap() {
                assert_tag(&value.into_value(env.me()), k);
            }
        }
        _ => {
            if let Some(value) = dict.get(lock, env, key, *hash).unwrap() {
                assert_tag(&value, k);
            }
        }
    }
}

#[test]
fn readers_and_writers() {
    let _turn = one_at_a_time();
    let zone = Zone::new();
    let (dict, lock) = (Dict::new(1), ByteLock::new());
    let home = Registered::new();
    let keys = keys(zone);
    crowd(zone, |me, env, rng, safepoint| {
        for round in 0..ROUNDS {
            if me < 2 {
                mutate(&dict, &lock, env, rng, zone, &keys)
            } else {
                read(&dict, &lock, env, rng, zone, &keys)
            }
            if round % 8 == 0 {
                safepoint();
            }
        }
    });
    finish(dict, keys, zone, &home);
}

fn finish(mut dict: Dict, keys: Vec<(Value, i64)>, zone: &'static Zone, home: &Registered) {
    let qsbr = Qsbr::new();
    dict.dispose(&mut Toy::new(&qsbr), drop);
    drop(keys);
    home.0.drain_merge_queue();
    assert_eq!(zone.live(), 0, "objects leaked");
}

#[test]
fn guarded_loads() {
    let _turn = one_at_a_time();
    let zone = Zone::new();
    let (dict, lock) = (Dict::new(1), ByteLock::new());
    let home = Registered::new();
    let keys = keys(zone);
    // Cache words as a specializer writes them: version and index in one.
    let caches: Vec<AtomicU64> = (0..KEYS).map(|_| AtomicU64::new(0)).collect();
    let hits = AtomicU64::new(0);
    crowd(zone, |me, env, rng, safepoint| {
        for round in 0..ROUNDS {
            let k = rng.below(KEYS);
            let (key, hash) = &keys[k as usize];
            if me == 0 || (me == 1 && round % 4 == 0) {
                // Mostly replacement, so that versions live for a while.
                if rng.below(30) == 0 {
                    mutate(&dict, &lock, env, rng, zone, &keys);
                } else if dict.contains(&lock, env, key, *hash).unwrap() {
                    drop(dict.insert(&lock, env, key, *hash, tagged(zone, rng, k)).unwrap());
                }
            } else {
                let cache = caches[k as usize].load(Ordering::Acquire);
                let (version, index) = ((cache >> 32) as u32, cache as u32);
                match dict.guard(env, version) {
                    Some(snapshot) => {
                        std::thread::yield_now();
                        if let Some(value) = snapshot.load_at(index) {
                            assert_tag(&value.into_value(env.me()), k);
                            hits.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    None => {
                        let locked = dict.lock(&lock, env);
                        if let Some(index) = locked.index_of(env, key, *hash) {
                            let version = locked.assign_version();
                            caches[k as usize].store(u64::from(version) << 32 | u64::from(index), Ordering::Release);
                        }
                    }
                }
            }
            if round % 8 == 0 {
                safepoint();
            }
        }
    });
    assert!(hits.load(Ordering::Relaxed) > 0, "no guarded load ever hit");
    finish(dict, keys, zone, &home);
}

#[test]
fn a_dictionary_changes_hands() {
    // The owner works unlocked on a private dictionary when others find it.
    let _turn = one_at_a_time();
    let zone = Zone::new();
    let home = Registered::new();
    let keys = keys(zone);
    for seed in 0..30 {
        let slot = std::sync::OnceLock::new();
        let lock = ByteLock::new();
        let stop = AtomicBool::new(false);
        crowd(zone, |me, env, _, safepoint| {
            let mut rng = Rng::new(seed * THREADS + me);
            if me == 0 {
                let dict = slot.get_or_init(|| Dict::new(env.me()));
                for _ in 0..400 {
                    mutate(dict, &lock, env, &mut rng, zone, &keys);
                    read(dict, &lock, env, &mut rng, zone, &keys);
                    safepoint();
                }
                stop.store(true, Ordering::Relaxed);
                return;
            }
            while !stop.load(Ordering::Relaxed) {
                if let Some(dict) = slot.get() {
                    read(dict, &lock, env, &mut rng, zone, &keys);
                    if rng.below(20) == 0 {
                        mutate(dict, &lock, env, &mut rng, zone, &keys);
                    }
                }
                safepoint();
            }
        });
        let mut dict = slot.into_inner().unwrap();
        dict.dispose(&mut Toy::new(&Qsbr::new()), drop);
    }
    drop(keys);
    home.0.drain_merge_queue();
    assert_eq!(zone.live(), 0, "objects leaked");
}

#[test]
fn attributes_of_one_instance() {
    let _turn = one_at_a_time();
    let zone = Zone::new();
    let home = Registered::new();
    let names = keys(zone);
    for seed in 0..20 {
        let mut class = SharedKeys::new().unwrap();
        let mut instance = Instance::new(&class);
        let owner = home.0.id().get();
        instance.materialize(&class, owner);
        let (dict, lock, values) = (instance.dict.take().unwrap(), ByteLock::new(), SendValues(instance.values));
        crowd(zone, |me, env, _, safepoint| {
            let mut rng = Rng::new(seed * THREADS + me);
            for round in 0..ROUNDS / 20 {
                let k = rng.below(12);
                let (name, hash) = &names[k as usize];
                match rng.below(10) {
                    0..4 => attribute_set(&class, &values, &dict, &lock, env, (name, *hash), tagged(zone, &mut rng, k)),
                    4 => {
                        if let Some(index) = class.index_of(env, name, *hash) {
                            drop(values.get().delete(index));
                        }
                    }
                    5 => read(&dict, &lock, env, &mut rng, zone, &names),
                    6 => drop(dict.remove(&lock, env, name, *hash).unwrap()),
                    7 if me == 0 && round == ROUNDS / 40 => {
                        let _ = dict.detach(&lock, env).unwrap();
                    }
                    _ => {
                        let Some(index) = class.index_of(env, name, *hash) else { continue };
                        if let Inline::Value(value) = values.get().load(index, env) {
                            assert_tag(&value, k);
                        }
                    }
                }
                if round % 4 == 0 {
                    safepoint();
                }
            }
        });
        let qsbr = Qsbr::new();
        let mut env = Toy::new(&qsbr);
        let mut dict = dict;
        dict.dispose(&mut env, drop);
        instance.end(&mut env);
        // SAFETY: the instance is gone.
        unsafe { class.dispose(&mut env, drop) };
    }
    drop(names);
    home.0.drain_merge_queue();
    assert_eq!(zone.live(), 0, "objects leaked");
}

/// The handle is a pointer; the instance outlives the threads here.
struct SendValues(dictkeys::InlineValues);

// SAFETY: any thread may use inline values while the instance lives.
unsafe impl Sync for SendValues {}

impl SendValues {
    fn get(&self) -> dictkeys::InlineValues {
        self.0
    }
}

fn attribute_set(
    class: &SharedKeys,
    values: &SendValues,
    dict: &Dict,
    lock: &ByteLock,
    env: &mut Toy<'_>,
    (name, hash): (&Value, i64),
    value: Value,
) {
    let value = match class.insert_name(env, name, hash) {
        Some(index) => match values.get().store(index, value) {
            Ok(old) => return drop(old),
            Err(back) => back.0,
        },
        None => value,
    };
    drop(dict.insert(lock, env, name, hash, value).unwrap());
}
