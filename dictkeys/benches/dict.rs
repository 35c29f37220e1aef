//! Single-threaded costs of the operations that an interpreter does most.
//!
//! `cargo bench -p dictkeys`

use std::hint::black_box;
use std::ptr::NonNull;

use criterion::Criterion;
use dictkeys::{Dict, Env, InlineValues, NoSafepoint, Reclaim};
use stackref::thread::{current_id, register};
use stackref::{ByteLock, Header, TypeHead, Value};

struct Bench(u32);

// SAFETY: one thread, which frees nothing while it looks: what is retired is leaked.
unsafe impl Reclaim for Bench {
    unsafe fn retire(&mut self, _: NonNull<u8>, _: unsafe fn(NonNull<u8>), _: usize) {}
}

// SAFETY: one attached thread without safepoints.
unsafe impl NoSafepoint for Bench {
    fn me(&self) -> u32 {
        self.0
    }
}

impl Env for Bench {
    type Error = ();
    fn same(&mut self, _: &Value, _: &Value) -> Option<bool> {
        Some(false)
    }
    fn equal(&mut self, _: &Value, _: &Value) -> Result<bool, ()> {
        Ok(false)
    }
    fn no_memory(&mut self) {}
}

unsafe fn no_dealloc(_: NonNull<Header>) {}

/// An immortal object, as an interned string is.
fn interned() -> Value {
    let ty = Box::leak(Box::new(TypeHead { header: Header::new_immortal(std::ptr::null_mut()), dealloc: no_dealloc }));
    let header = Box::leak(Box::new(Header::new_immortal(ty)));
    // SAFETY: immortal and leaked.
    unsafe { Value::new_ptr(NonNull::from(header), current_id()) }
}

fn int(i: i64) -> Value {
    Value::from_int(i).expect("small")
}

fn lookups(c: &mut Criterion) {
    let lock = ByteLock::new();
    let mut env = Bench(current_id());
    let keys: Vec<(Value, i64)> =
        (0..20i64).map(|i| (interned(), i.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64))).collect();
    let names = Dict::new(env.me());
    for (key, hash) in &keys {
        names.insert(&lock, &mut env, key, *hash, int(1)).expect("inserts");
    }
    let (key, hash) = &keys[7];
    c.bench_function("get interned, own", |b| b.iter(|| names.get(&lock, &mut env, black_box(key), black_box(*hash))));
    c.bench_function("get_stackref interned, own", |b| {
        b.iter(|| {
            names.get_stackref(&lock, &mut env, black_box(key), black_box(*hash)).map(|v| v.map(|v| v.into_word()))
        })
    });
    let version = names.assign_version(&lock, &env);
    c.bench_function("get interned, shared", |b| {
        b.iter(|| names.get(&lock, &mut env, black_box(key), black_box(*hash)))
    });
    c.bench_function("guard and load_at", |b| {
        b.iter(|| {
            black_box(&names)
                .guard(&env, black_box(version))
                .and_then(|k| k.load_at(black_box(7)))
                .map(|v| v.into_word())
        })
    });
    let ints = Dict::new(env.me());
    for i in 0..1000 {
        ints.insert(&lock, &mut env, &int(i), i, int(i)).expect("inserts");
    }
    let mut i = 0;
    c.bench_function("get int", |b| {
        b.iter(|| {
            i = (i + 1) % 1000;
            ints.get(&lock, &mut env, &int(i), i)
        })
    });
    c.bench_function("replace int", |b| {
        b.iter(|| {
            i = (i + 1) % 1000;
            ints.insert(&lock, &mut env, &int(i), i, int(i))
        })
    });
}

fn growth(c: &mut Criterion) {
    let lock = ByteLock::new();
    let mut env = Bench(current_id());
    c.bench_function("insert 1000 ints into a new dictionary", |b| {
        b.iter(|| {
            let mut dict = Dict::new(env.me());
            for i in 0..1000 {
                let _ = dict.insert(&lock, &mut env, &int(i), i, int(i));
            }
            dict.dispose(&mut env, drop);
        })
    });
    c.bench_function("the same, exclusive", |b| {
        b.iter(|| {
            let mut dict = Dict::new(env.me());
            // SAFETY: nobody else knows the dictionary.
            let mut building = unsafe { dict.exclusive() };
            for i in 0..1000 {
                let _ = building.insert(&mut env, &int(i), i, int(i));
            }
            drop(building);
            dict.dispose(&mut env, drop);
        })
    });
    c.bench_function("insert 3 ints into a new dictionary", |b| {
        b.iter(|| {
            let mut dict = Dict::new(env.me());
            for i in 0..3 {
                let _ = dict.insert(&lock, &mut env, &int(i), i, int(i));
            }
            dict.dispose(&mut env, drop);
        })
    });
}

fn inline(c: &mut Criterion) {
    let env = Bench(current_id());
    let memory = vec![0u64; InlineValues::bytes(8) / 8].leak();
    // SAFETY: leaked, aligned, large enough, and private.
    let values = unsafe { InlineValues::init(NonNull::from(&mut memory[0]).cast(), 8) };
    let _ = values.store(3, int(1));
    c.bench_function("inline load", |b| {
        b.iter(|| match black_box(values).load_stackref(black_box(3), &env) {
            dictkeys::Inline::Value(v) => Some(v.into_word()),
            _ => None,
        })
    });
    c.bench_function("inline store", |b| b.iter(|| black_box(values).store(black_box(3), int(2)).map_err(|_| ())));
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let record = register();
    lookups(&mut criterion);
    growth(&mut criterion);
    inline(&mut criterion);
    record.retire();
    criterion.final_summary();
}
