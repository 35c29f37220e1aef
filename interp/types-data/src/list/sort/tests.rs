//! Tests of the merge sort against the standard library's.

use super::merge_sort;

/// A small deterministic generator (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

fn shapes(random: &mut Random) -> Vec<Vec<u64>> {
    let mut shapes = Vec::new();
    for len in [0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 100, 129, 500, 1000, 3000] {
        shapes.push((0..len).collect());
        shapes.push((0..len).rev().collect());
        shapes.push((0..len).map(|_| random.below(u64::MAX)).collect());
        shapes.push((0..len).map(|_| random.below(4)).collect());
        shapes.push((0..len).map(|i| i % 37).collect());
        shapes.push((0..len).map(|i| if random.below(20) == 0 { random.below(len.max(1)) } else { i }).collect());
    }
    shapes
}

#[test]
fn sorts_stably() {
    let mut random = Random(88_172_645_463_325_252);
    for keys in shapes(&mut random) {
        let mut order: Vec<u32> = (0..keys.len() as u32).collect();
        let result = merge_sort(&mut order, &mut |a, b| Ok::<_, ()>(keys[a as usize] < keys[b as usize]));
        let mut expected: Vec<u32> = (0..keys.len() as u32).collect();
        expected.sort_by_key(|&index| keys[index as usize]);
        assert_eq!((result, order), (Ok(()), expected));
    }
}

fn assert_permutation(mut order: Vec<u32>, len: usize) {
    order.sort_unstable();
    assert!(order.into_iter().eq(0..len as u32), "an index was lost or doubled");
}

#[test]
fn stays_a_permutation_when_comparisons_lie() {
    let mut random = Random(7);
    for len in [10, 64, 200, 1000] {
        let mut order: Vec<u32> = (0..len as u32).collect();
        let _ = merge_sort(&mut order, &mut |_, _| Ok::<_, ()>(random.below(2) == 0));
        assert_permutation(order, len);
    }
}

#[test]
fn stays_a_permutation_when_a_comparison_fails() {
    let mut random = Random(99);
    let keys: Vec<u64> = (0..300).map(|_| random.below(1000)).collect();
    for limit in (0..2000).step_by(7) {
        let mut order: Vec<u32> = (0..keys.len() as u32).collect();
        let mut count = 0;
        let result = merge_sort(&mut order, &mut |a, b| {
            count += 1;
            if count > limit { Err(()) } else { Ok(keys[a as usize] < keys[b as usize]) }
        });
        assert_eq!(result.is_err(), count > limit);
        assert_permutation(order, keys.len());
    }
}

#[test]
fn takes_one_comparison_an_item_when_sorted() {
    let mut count = 0;
    let mut order: Vec<u32> = (0..10_000).collect();
    let _ = merge_sort(&mut order, &mut |a, b| {
        count += 1;
        Ok::<_, ()>(a < b)
    });
    assert_eq!(count, 9_999);
}
