//! Concatenation of texts, and `s = s + t` on a local.
//!
//! A local is appended to in place only if its word is counted and the object has no other reference: a word without a
//! count says that someone else, further down the stack, keeps the object.

use interp_object::data::frame::Frame;
use interp_object::data::str::{self as text, Str};
use interp_object::layout::ValueExt;
use interp_object::slots::BinaryOp;
use interp_object::{Esc, PyResult, Value, Word, ops};
use interp_opcode::{CellOp, Shape};
use stackref::StackRef;

use super::containers::exact;
use crate::dispatch::{Cell, cell_at};

/// The slot of the cell's first operand, if that is a local, and the local that the result goes to.
#[inline(always)]
fn target(ip: *const Cell, fp: *mut Word) -> Option<usize> {
    let cell = cell_at(ip);
    let (left, dest) = ((cell >> 16) as u16, (cell >> 48) as u16);
    // SAFETY: H1: `fp` is the running frame's first local.
    let locals = unsafe { Frame::of(fp) }.locals_count();
    (left == dest && usize::from(dest) < locals).then_some(usize::from(dest))
}

/// Whether the result of the `BINARY_OP` at `ip` goes to the local that its left operand names.
pub(super) fn stores_to_left(ip: *const Cell, fp: *mut Word) -> bool {
    let op = CellOp::from_u16(cell_at(ip) as u16);
    // A constant's field only looks like a slot.
    op.is_some_and(|op| op.shapes().0.first() == Some(&Shape::L)) && target(ip, fp).is_some()
}

/// `BINARY_OP_ADD_UNICODE`
#[inline(always)]
pub(crate) fn both(left: Word, right: Word) -> bool {
    exact::<Str>(left).is_some() && exact::<Str>(right).is_some()
}

/// `left + right` of exact strings.
pub(crate) fn add(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let made = match (left.exact::<Str>(), right.exact::<Str>()) {
        (Some(one), _) if one.is_empty() => return Ok(right.clone()),
        (_, Some(other)) if other.is_empty() => return Ok(left.clone()),
        (Some(one), Some(other)) => text::concat(esc, &[one, other]),
        _ => None,
    };
    match made {
        Some(made) => Ok(made.into_value()),
        // Raises what is due.
        None => ops::binary(esc, BinaryOp::Add, left, right),
    }
}

/// `BINARY_OP_INPLACE_ADD_UNICODE`: whether both are exact strings, and the left one is in the local that is stored to.
#[inline(always)]
pub(crate) fn grows(ip: *const Cell, fp: *mut Word, left: Word, right: Word) -> bool {
    both(left, right) && target(ip, fp).is_some_and(|local| peek(fp, local) == left)
}

#[inline(always)]
fn peek(fp: *mut Word, local: usize) -> Word {
    // SAFETY: `target` found a local.
    let place = unsafe { fp.add(local) };
    // SAFETY: locals are always initialized.
    unsafe { place.read() }
}

/// The sum, in the place of the local's text if that is possible: the local is then NULL until the result is stored.
pub(crate) fn append(esc: Esc<'_>, ip: *const Cell, fp: *mut Word, left: &Value, right: &Value) -> PyResult {
    let me = esc.thread().id();
    let word = left.word();
    let (Some(local), Some(more)) = (target(ip, fp), right.exact::<Str>()) else { return add(esc, left, right) };
    let only = left.exact::<Str>().is_some_and(|text| text.len() + more.len() >= text::GROWN_FROM);
    if !only || !word.is_counted() || more.is_empty() {
        return add(esc, left, right);
    }
    // SAFETY: `target` found a local.
    let place = unsafe { fp.add(local) };
    // SAFETY: the local's word is `word` (`grows`), which it gives up: what comes back is stored there.
    let taken = unsafe { StackRef::from_word(word) }.into_value(me);
    match text::append(me, taken, more) {
        Ok(grown) => {
            // SAFETY: as above; the reference moved into the result.
            unsafe { place.write(Word::NULL) };
            Ok(grown)
        }
        Err(taken) => {
            // The local kept its word: it owns the reference again.
            std::mem::forget(taken);
            add(esc, left, right)
        }
    }
}
