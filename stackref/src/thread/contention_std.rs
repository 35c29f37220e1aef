//! A small per-thread memory of which objects were contended lately.

use crate::sync::local;
use std::cell::Cell;

const WAYS: usize = 8;

local! {
    static SEEN: [Cell<(usize, u32)>; WAYS] = [const { Cell::new((0, 0)) }; WAYS];
}

/// Notes one contended operation on `address`; returns how many there were, as far as remembered. Another object
/// that falls on the same entry takes it over: rare contention is forgotten.
pub(crate) fn note_contention(address: usize) -> u32 {
    SEEN.with(|seen| {
        let entry = &seen[(address >> 4) % WAYS];
        let (known, times) = entry.get();
        let times = if known == address { times + 1 } else { 1 };
        entry.set((address, times));
        times
    })
}
