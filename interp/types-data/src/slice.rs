//! `slice`.

use dashu_int::IBig;
use interp_object::builder::TypeBuilder;
use interp_object::data::slice::{self, SLICE, Slice};
use interp_object::data::{int, singletons, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::CompareOp;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use crate::tuple::{compare_items, finish_hash, hash_lanes};
use crate::util::{Text, is_index, not_implemented, this};

static METHODS: &[MethodDef] = &[
    MethodDef::new(
        "indices",
        NativeFn::One(indices),
        "S.indices(len) -> (start, stop, stride)\n\nAssuming a sequence of length len, calculate the start and stop\n\
         indices, and the stride length of the extended slice described by\nS. Out of bounds indices are clipped in a \
         manner consistent with the\nhandling of normal slices.",
    ),
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling."),
];

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("start", |esc, value| Ok(this::<Slice>(esc, value)?.start.clone()), ""),
    GetSetDef::readonly("stop", |esc, value| Ok(this::<Slice>(esc, value)?.stop.clone()), ""),
    GetSetDef::readonly("step", |esc, value| Ok(this::<Slice>(esc, value)?.step.clone()), ""),
];

/// Fills the type.
pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &SLICE)
        .doc(
            "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.\n\n\
             This is used for extended slicing (e.g. a[0:10:2]).",
        )
        .methods(METHODS)
        .getsets(GETSETS)
        .slots(|slots| {
            slots.new.set(Some(construct));
            slots.repr.set(Some(repr));
            slots.hash.set(Some(hash));
            slots.richcompare.set(Some(compare));
        });
}

fn construct(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    args.no_keywords(esc, "slice")?;
    let args = args.expect(esc, "slice", 1, 3)?;
    let none = singletons::none;
    let (start, stop) = match args {
        [stop] => (none(), stop.clone()),
        [start, stop, ..] => (start.clone(), stop.clone()),
        [] => (none(), none()),
    };
    let step = args.get(2).cloned().unwrap_or_else(none);
    Ok(slice::new(esc, start, stop, step).into_value())
}

fn parts(slice: &Slice) -> [Value; 3] {
    [slice.start.clone(), slice.stop.clone(), slice.step.clone()]
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let mut text = Text::new("slice(");
    text.push_reprs(esc, &parts(this::<Slice>(esc, value)?))?;
    text.push_ascii(")");
    Ok(text.finish(esc))
}

fn hash(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    let parts = parts(this::<Slice>(esc, value)?);
    Ok(finish_hash(hash_lanes(parts.iter().map(|part| ops::hash(esc, part)))?))
}

fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    match (left.payload::<Slice>(), right.payload::<Slice>()) {
        (Some(left), Some(right)) => compare_items(esc, &parts(left), &parts(right), op),
        _ => not_implemented(),
    }
}

fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let parts = tuple::new(esc, parts(this::<Slice>(esc, value)?)).into_value();
    Ok(tuple::new(esc, [value.class().value(), parts]).into_value())
}

fn big_index(esc: Esc<'_>, value: &Value) -> PyResult<IBig> {
    if !is_index(value) {
        return Err(esc.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    let number = ops::as_index(esc, value)?;
    ops::as_int(esc, &number)
}

/// Start, stop and step of a slice over `len` items, of any size (`_PySlice_GetLongIndices`).
pub(crate) fn big_indices(esc: Esc<'_>, slice: &Slice, len: &IBig) -> PyResult<[IBig; 3]> {
    let step = if slice.step.is_none() { IBig::ONE } else { big_index(esc, &slice.step)? };
    if step == IBig::ZERO {
        return Err(esc.value_error("slice step cannot be zero"));
    }
    let backwards = step < IBig::ZERO;
    let (low, high) = if backwards { (IBig::NEG_ONE, len - IBig::ONE) } else { (IBig::ZERO, len.clone()) };
    let bound = |value: &Value, missing: &IBig| -> PyResult<IBig> {
        if value.is_none() {
            return Ok(missing.clone());
        }
        let index = big_index(esc, value)?;
        Ok(if index < IBig::ZERO { (index + len).max(low.clone()) } else { index.min(high.clone()) })
    };
    let (first, last) = if backwards { (&high, &low) } else { (&low, &high) };
    let start = bound(&slice.start, first)?;
    let stop = bound(&slice.stop, last)?;
    Ok([start, stop, step])
}

fn indices(esc: Esc<'_>, value: &Value, len: &Value) -> PyResult {
    let len = ops::as_index(esc, len)?;
    let len = ops::as_int(esc, &len)?;
    if len < IBig::ZERO {
        return Err(esc.value_error("length should not be negative"));
    }
    let parts = big_indices(esc, this::<Slice>(esc, value)?, &len)?;
    Ok(tuple::new(esc, parts.map(|part| int::from_big(esc, part))).into_value())
}
