//! A dictionary over a toy object model: an object that embeds a `Dict`, keys with an equality of their own, a version
//! guard, and a reader on another thread.
//!
//! `cargo run -p dictkeys --example toy`

use std::ptr::NonNull;

use dictkeys::{Dict, Env, NoSafepoint, Reclaim};
use stackref::thread::{current_id, register};
use stackref::{ByteLock, Value};

/// A number or nothing: the whole object model. (Objects on a heap are in `stackref`'s example.)
fn number(i: i64) -> Value {
    Value::from_int(i).expect("a small number")
}

/// What a thread of the toy brings to each operation.
struct Thread(u32);

// SAFETY: retired tables are leaked, which is the longest grace period there is.
unsafe impl Reclaim for Thread {
    unsafe fn retire(&mut self, _: NonNull<u8>, _: unsafe fn(NonNull<u8>), bytes: usize) {
        println!("  ({bytes} bytes retired: a reader may still look at them)");
    }
}

// SAFETY: made on the thread that uses it, which is registered; the toy has no safepoints.
unsafe impl NoSafepoint for Thread {
    fn me(&self) -> u32 {
        self.0
    }
}

impl Env for Thread {
    type Error = &'static str;

    fn same(&mut self, candidate: &Value, key: &Value) -> Option<bool> {
        // Numbers are equal when they are identical. A language with user-defined `==` answers None for such keys.
        Some(candidate.is(key))
    }

    fn equal(&mut self, _: &Value, _: &Value) -> Result<bool, &'static str> {
        Err("the toy has no user code")
    }

    fn no_memory(&mut self) -> &'static str {
        "out of memory"
    }
}

fn main() -> Result<(), &'static str> {
    let record = register();
    let mut env = Thread(current_id());
    // In a real runtime the lock is in the header of the object that embeds the dictionary.
    let (mut squares, lock) = (Dict::new(env.me()), ByteLock::new());
    for i in 1..=5 {
        squares.insert(&lock, &mut env, &number(i), i, number(i * i))?;
    }

    // What a specializer does once: where does the key stand, and under which version is that true?
    let locked = squares.lock(&lock, &env);
    let index = locked.index_of(&mut env, &number(4), 4).ok_or("4 is there")?;
    let version = locked.assign_version();
    drop(locked);

    // What the specialized instruction does each time: no lock, no probing, no comparison of keys.
    let load = |env: &Thread| squares.guard(env, version)?.value_at(index)?.as_int();
    println!("4 squared: {:?}", load(&env));
    squares.insert(&lock, &mut env, &number(4), 4, number(-16))?;
    println!("after a replacement: {:?}", load(&env));

    std::thread::scope(|scope| {
        scope.spawn(|| {
            let record = register();
            let mut env = Thread(current_id());
            let three = squares.get(&lock, &mut env, &number(3), 3).ok().flatten();
            println!("3 squared, read by another thread: {:?}", three.and_then(|value| value.as_int()));
            record.retire();
        });
    });

    squares.insert(&lock, &mut env, &number(6), 6, number(36))?;
    println!("after a new key: {:?} (the guard fails: deoptimize)", load(&env));
    let keys: Vec<_> = squares.keys_to_vec(&lock, &env).iter().filter_map(Value::as_int).collect();
    println!("keys in order: {keys:?}");
    squares.dispose(&mut env, drop);
    record.retire();
    Ok(())
}
