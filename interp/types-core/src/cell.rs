//! `cell`.

use interp_object::builder::TypeBuilder;
use interp_object::data::cell::{self, CELL, Cell};
use interp_object::data::{singletons, str};
use interp_object::layout::ValueExt;
use interp_object::native::GetSetDef;
use interp_object::slots::CompareOp;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use crate::object::address;

static GETSETS: &[GetSetDef] = &[GetSetDef::new("cell_contents", get, set, "")];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &CELL)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.repr.set(Some(repr));
            slots.richcompare.set(Some(compare));
        })
        .getsets(GETSETS)
        .doc("cell([contents])\n--\n\nCreate a new cell object.");
}

fn payload<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Cell> {
    match this.payload::<Cell>() {
        Some(cell) => Ok(cell),
        None => Err(esc.type_error("a cell was expected")),
    }
}

fn new(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    let args = args.expect(esc, "cell", 0, 1)?;
    Ok(cell::new(esc, args.first().cloned()).into_value())
}

fn get(esc: Esc<'_>, this: &Value) -> PyResult {
    match payload(esc, this)?.get(esc) {
        Some(value) => Ok(value),
        None => Err(esc.value_error("cell is empty")),
    }
}

fn set(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    drop(payload(esc, this)?.set(value.cloned()));
    Ok(())
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let at = address(this);
    let text = match payload(esc, this)?.get(esc) {
        Some(value) => {
            format!("<cell at {at:#x}: {} object at {:#x}>", value.class().name(), address(&value))
        }
        None => format!("<cell at {at:#x}: empty>"),
    };
    Ok(str::new(esc, &text).into_value())
}

/// Cells compare by content; an empty one is smaller.
fn compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    let Some(theirs) = other.payload::<Cell>() else { return Ok(singletons::not_implemented()) };
    match (payload(esc, this)?.get(esc), theirs.get(esc)) {
        (Some(mine), Some(theirs)) => ops::compare(esc, &mine, &theirs, op),
        (mine, theirs) => Ok(singletons::bool(op.holds(mine.is_some().cmp(&theirs.is_some())))),
    }
}
