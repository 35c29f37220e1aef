//! Waits in numbers, and the sampler's honesty.

use super::*;

/// Executions until an attempt, the attempting one included.
fn executions(mut counter: Counter) -> u32 {
    let mut count = 1;
    while !counter.triggers() {
        counter = counter.advanced();
        count += 1;
        assert!(count < 10_000, "never triggers");
    }
    count
}

#[test]
#[cfg(not(loom))]
fn the_second_execution_attempts_and_success_waits_for_misses() {
    assert_eq!(executions(Counter::warmup()), 2);
    assert_eq!(executions(Counter::cooldown()), 53);
    assert_eq!(executions(Counter::hot_loop()), 4096);
}

#[test]
fn failures_double_the_wait_to_a_bound() {
    let mut counter = Counter::new(1, 1);
    let mut waits = Vec::new();
    for _ in 0..14 {
        counter = counter.restarted();
        waits.push(counter.value());
    }
    assert_eq!(waits, [3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 4095, 4095, 4095, 4095]);
}

#[test]
fn never_is_never() {
    let mut counter = Counter::never();
    for _ in 0..70_000 {
        assert!(!counter.triggers() && counter.is_never());
        counter = counter.advanced();
    }
    assert_eq!(counter.restarted(), Counter::never());
    assert_eq!(Sampler::new(1).advance(Counter::never()), None);
}

#[test]
fn a_triggering_counter_keeps_triggering() {
    let counter = Counter::new(0, 3);
    assert!(counter.triggers() && counter.advanced() == counter);
    assert_eq!(Counter::new(5, 3).advanced_by(64), counter);
}

#[test]
fn bits_survive() {
    for value in [0, 1, 52, 4095] {
        for backoff in 0..=12 {
            let counter = Counter::new(value, backoff);
            assert_eq!((counter.value(), counter.backoff()), (value, backoff));
            assert_eq!(Counter::from_bits(counter.bits()), counter);
            assert_eq!(counter.triggers(), value == 0);
        }
    }
}

#[test]
fn short_waits_are_counted_exactly() {
    let mut sampler = Sampler::new(7);
    assert_eq!(sampler.advance(Counter::new(31, 5)), Some(Counter::new(30, 5)));
}

#[test]
fn long_waits_are_sampled_fairly() {
    // 64 sites in a loop: each must be counted about as often as the others.
    let mut sampler = Sampler::new(1);
    let mut written = [0_u32; 64];
    for _ in 0..64_000 {
        for site in &mut written {
            *site += u32::from(sampler.advance(Counter::new(2000, 11)).is_some());
        }
    }
    let total: u32 = written.iter().sum();
    assert!((55_000..75_000).contains(&total), "{total} of 4096000 written");
    assert!(written.iter().all(|count| (600..1500).contains(count)), "{written:?}");
}
