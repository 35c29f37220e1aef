//! `count`, `cycle`, `repeat`.

use std::sync::atomic::{AtomicI64, Ordering};

use interp_object::args::Signature;
use interp_object::data::{float, int};
use interp_object::layout::{self, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::slots::BinaryOp;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use super::{Shared, fill, iterator_type};
use crate::util::text;

pub(super) fn init(esc: Esc<'_>) {
    fill(esc, &COUNT, Some(new_count), next_count, &[]);
    COUNT.slots.repr.set(Some(repr_count));
    fill(esc, &CYCLE, Some(new_cycle), next_cycle, &[]);
    fill(esc, &REPEAT, Some(new_repeat), next_repeat, REPEAT_METHODS);
    REPEAT.slots.repr.set(Some(repr_repeat));
}

pub(super) struct Count {
    current: Shared<Option<Value>>,
    /// The fast form: small ints, step 1. `i64::MIN` once it is not used any more.
    fast: AtomicI64,
    step: Value,
}

iterator_type!(
    Count,
    COUNT,
    "count",
    |me, visit| {
        me.current.trace(visit);
        visit(me.step.word());
    },
    |out| me.current.take(out)
);

/// The fast form ends here, far from where ints stop being immediate.
const FAST_END: i64 = 1 << 60;

fn new_count(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("count", ["start", "step"], 0);
    let [start, step] = args.bind(esc, &SIGNATURE)?;
    let start = start.cloned().unwrap_or_else(|| int::small(0));
    let step = step.cloned().unwrap_or_else(|| int::small(1));
    for number in [&start, &step] {
        let slots = &number.class().slots;
        let is_number = int::view(number).is_some()
            || float::view(number).is_some()
            || !slots.index.is_empty()
            || !slots.binary[BinaryOp::Add as usize].is_empty();
        if !is_number {
            return Err(esc.type_error("a number is required"));
        }
    }
    let fast = match (start.as_int(), step.as_int()) {
        (Some(start), Some(1)) if (-FAST_END..FAST_END).contains(&start) => start,
        _ => i64::MIN,
    };
    let count = Count { current: Shared::new(Some(start)), fast: AtomicI64::new(fast), step };
    Ok(layout::new_with_type(esc, class, count).into_value())
}

fn next_count(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(count) = iterator.payload::<Count>() else { return Ok(None) };
    if count.fast.load(Ordering::Relaxed) != i64::MIN {
        let number = count.fast.fetch_add(1, Ordering::Relaxed);
        if number < FAST_END {
            return Ok(Some(int::small(number)));
        }
    }
    let Some(current) = count.current.get() else { return Ok(None) };
    let following = ops::binary(esc, BinaryOp::Add, &current, &count.step)?;
    count.current.set(Some(following));
    Ok(Some(current))
}

fn repr_count(esc: Esc<'_>, value: &Value) -> PyResult {
    let Some(count) = value.payload::<Count>() else { return Ok(text(esc, "count()")) };
    let current = match count.fast.load(Ordering::Relaxed) {
        i64::MIN => count.current.get().unwrap_or_else(|| int::small(0)),
        number => int::new(esc, number),
    };
    let shown = ops::repr(esc, &current)?;
    if count.step.as_int() == Some(1) {
        return Ok(text(esc, &format!("count({})", shown.to_lossy())));
    }
    let step = ops::repr(esc, &count.step)?;
    Ok(text(esc, &format!("count({}, {})", shown.to_lossy(), step.to_lossy())))
}

pub(super) struct Cycle {
    source: Shared<Option<Value>>,
    saved: Shared<Vec<Value>>,
    at: AtomicI64,
}

iterator_type!(
    Cycle,
    CYCLE,
    "cycle",
    |me, visit| {
        me.source.trace(visit);
        me.saved.trace_all(visit);
    },
    |out| {
        me.source.take(out);
        me.saved.take_all(out);
    }
);

fn new_cycle(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let values = args.expect(esc, "cycle", 1, 1)?;
    let source = ops::iterator(esc, &values[0])?;
    let cycle = Cycle { source: Shared::new(Some(source)), saved: Shared::new(Vec::new()), at: AtomicI64::new(0) };
    Ok(layout::new_with_type(esc, class, cycle).into_value())
}

fn next_cycle(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(cycle) = iterator.payload::<Cycle>() else { return Ok(None) };
    if let Some(source) = cycle.source.get() {
        if let Some(item) = ops::next(esc, &source)? {
            cycle.saved.with(|saved| saved.push(item.clone()));
            return Ok(Some(item));
        }
        cycle.source.set(None);
    }
    let at = usize::try_from(cycle.at.fetch_add(1, Ordering::Relaxed)).unwrap_or(0);
    Ok(cycle.saved.with(|saved| if saved.is_empty() { None } else { Some(saved[at % saved.len()].clone()) }))
}

pub(super) struct Repeat {
    value: Value,
    /// How often still; negative is for ever.
    left: AtomicI64,
}

iterator_type!(Repeat, REPEAT, "repeat", |me, visit| visit(me.value.word()), |_out| {
    let _ = me;
});

const REPEAT_METHODS: &[MethodDef] =
    &[MethodDef::new("__length_hint__", NativeFn::NoArgs(repeat_hint), "How many items are left.")];

fn new_repeat(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("repeat", ["object", "times"], 1);
    let [Some(value), times] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("repeat() lost its arguments"));
    };
    let left = match times {
        None => -1,
        Some(times) => ops::index_i64(esc, times)?.max(0),
    };
    Ok(layout::new_with_type(esc, class, Repeat { value: value.clone(), left: AtomicI64::new(left) }).into_value())
}

fn next_repeat(_: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(repeat) = iterator.payload::<Repeat>() else { return Ok(None) };
    let taken = repeat.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| match left {
        0 => None,
        left if left < 0 => Some(left),
        left => Some(left - 1),
    });
    Ok(taken.ok().map(|_| repeat.value.clone()))
}

fn repeat_hint(esc: Esc<'_>, value: &Value) -> PyResult {
    match value.payload::<Repeat>().map(|repeat| repeat.left.load(Ordering::Relaxed)) {
        Some(left) if left >= 0 => Ok(int::new(esc, left)),
        _ => Err(esc.type_error("len() of unsized object")),
    }
}

fn repr_repeat(esc: Esc<'_>, value: &Value) -> PyResult {
    let Some(repeat) = value.payload::<Repeat>() else { return Ok(text(esc, "repeat()")) };
    let shown = ops::repr(esc, &repeat.value)?;
    let left = repeat.left.load(Ordering::Relaxed);
    let times = if left < 0 { String::new() } else { format!(", {left}") };
    Ok(text(esc, &format!("repeat({}{times})", shown.to_lossy())))
}
