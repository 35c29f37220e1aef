//! How long allocation and free take on one thread: `cargo run --release -p gc --example alloc`.

use gc::World;
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 20_000_000;

fn main() {
    let world = World::new();
    let me = world.register();
    let started = Instant::now();
    for _ in 0..ROUNDS {
        let block = black_box(me.alloc(48, true)).expect("memory");
        // SAFETY: allocated above.
        unsafe { me.free(block) };
    }
    println!("48 bytes, at once: {:.2} ns", started.elapsed().as_nanos() as f64 / f64::from(ROUNDS));

    let mut blocks = Vec::with_capacity(1000);
    let started = Instant::now();
    for _ in 0..ROUNDS / 1000 {
        blocks.extend((0..1000).map(|_| me.alloc(48, true).expect("memory")));
        for block in blocks.drain(..) {
            // SAFETY: allocated above.
            unsafe { gc::free_from_any(block) };
        }
        let _ = me.safepoint();
    }
    println!("48 bytes, a thousand at a time: {:.2} ns", started.elapsed().as_nanos() as f64 / f64::from(ROUNDS));

    let started = Instant::now();
    for _ in 0..ROUNDS / 20 {
        let block = black_box(me.alloc(4096, false)).expect("memory");
        // SAFETY: allocated above.
        unsafe { me.free(block) };
        let _ = me.safepoint();
    }
    println!("4096 bytes, at once: {:.2} ns", started.elapsed().as_nanos() as f64 * 20.0 / f64::from(ROUNDS));

    let started = Instant::now();
    for _ in 0..ROUNDS {
        drop(black_box(Box::<[u8; 48]>::new_uninit()));
    }
    println!("48 bytes, global allocator: {:.2} ns", started.elapsed().as_nanos() as f64 / f64::from(ROUNDS));

    let mut requests = 0u32;
    let started = Instant::now();
    for _ in 0..ROUNDS {
        requests += u32::from(!black_box(&me).safepoint().is_none());
    }
    println!("safepoint: {:.2} ns ({requests})", started.elapsed().as_nanos() as f64 / f64::from(ROUNDS));
}
