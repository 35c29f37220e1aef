//! In which order a set of ints shows its items: that of CPython's table (`Objects/setobject.c`), which for small ints
//! looks sorted and is what programs print. Apart because sets here keep the order of insertion, and sets of anything else
//! show that: their order in CPython depends on addresses or on the hash seed.

use interp_object::Value;

const SMALLEST: usize = 8;
const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;
/// From this size on tables grow by less.
const LARGE: usize = 50_000;

/// The items in the order in which they are shown. They come with their hashes, in the order of insertion.
pub(super) fn shown(items: Vec<(Value, i64)>) -> Vec<Value> {
    if is_shown_as_inserted(&items) { items.into_iter().map(|(item, _)| item).collect() } else { as_in_table(items) }
}

/// The items in the order in which they are shown, if that is not the order of insertion.
pub(super) fn other(items: Vec<(Value, i64)>) -> Option<Vec<Value>> {
    if is_shown_as_inserted(&items) { None } else { Some(as_in_table(items)) }
}

fn is_shown_as_inserted(items: &[(Value, i64)]) -> bool {
    is_ascending(items) || !items.iter().all(|(item, _)| item.as_int().is_some())
}

fn as_in_table(items: Vec<(Value, i64)>) -> Vec<Value> {
    let mut table = Table { slots: vec![None; SMALLEST], used: 0 };
    for &(_, hash) in &items {
        table.add(hash);
    }
    let mut by_hash: std::collections::HashMap<i64, Vec<Value>> = std::collections::HashMap::new();
    for (item, hash) in items {
        by_hash.entry(hash).or_default().push(item);
    }
    let hashes = table.slots.into_iter().flatten();
    hashes
        .filter_map(|hash| by_hash.get_mut(&hash).and_then(|items| (!items.is_empty()).then(|| items.remove(0))))
        .collect()
}

/// Ascending ints below the size of the table lie in it one behind the other.
fn is_ascending(items: &[(Value, i64)]) -> bool {
    let mut last = -1;
    for (item, _) in items {
        match item.as_int() {
            Some(number) if number > last => last = number,
            _ => return false,
        }
    }
    usize::try_from(last + 1).is_ok_and(|past| past <= SMALLEST.max(items.len()))
}

/// A table that only grows.
struct Table {
    slots: Vec<Option<i64>>,
    used: usize,
}

impl Table {
    fn add(&mut self, hash: i64) {
        place(&mut self.slots, hash);
        self.used += 1;
        let mask = self.slots.len() - 1;
        if self.used * 5 < mask * 3 {
            return;
        }
        let least = if self.used > LARGE { self.used * 2 } else { self.used * 4 };
        let old = std::mem::replace(&mut self.slots, vec![None; (least + 1).next_power_of_two().max(SMALLEST)]);
        for hash in old.into_iter().flatten() {
            place(&mut self.slots, hash);
        }
    }
}

/// Puts a hash into the first free slot of its probe sequence.
fn place(slots: &mut [Option<i64>], hash: i64) {
    let mask = slots.len() - 1;
    let mut perturb = hash.cast_unsigned();
    let mut at = perturb as usize & mask;
    loop {
        let probes = if at + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 };
        if let Some(free) = slots[at..=at + probes].iter().position(Option::is_none) {
            slots[at + free] = Some(hash);
            return;
        }
        perturb >>= PERTURB_SHIFT;
        at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize) & mask;
    }
}
