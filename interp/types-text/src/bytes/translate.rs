//! `translate`, `maketrans` and `decode`.

use interp_object::args::Signature;
use interp_object::data::bytes;
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Args, Esc, PyResult, Value};

use super::{make, octets, required, unchanged};
use crate::codec;

pub(super) fn translate(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("translate", ["table", "delete"], 1).positional_only(1);
    let [table, delete] = args.bind(esc, &SIGNATURE)?;
    let table = match table.filter(|table| !table.is_none()) {
        Some(table) => Some(required(esc, table)?),
        None => None,
    };
    if table.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(esc.value_error("translation table must be 256 characters long"));
    }
    let delete = match delete {
        Some(delete) => required(esc, delete)?.into_owned(),
        None => Vec::new(),
    };
    if table.is_none() && delete.is_empty() {
        return unchanged(esc, this);
    }
    let mut dropped = [false; 256];
    delete.iter().for_each(|&octet| dropped[usize::from(octet)] = true);
    let kept = octets(this).iter().filter(|octet| !dropped[usize::from(**octet)]).copied().collect::<Vec<u8>>();
    let mapped = match table {
        Some(table) => kept.iter().map(|&octet| table[usize::from(octet)]).collect(),
        None => kept,
    };
    Ok(make(esc, this, mapped))
}

pub(super) fn make_table(esc: Esc<'_>, _receiver: &Value, args: &[Value]) -> PyResult {
    let [from, to] = interp_object::native::exactly(esc, "maketrans", args)?;
    let (from, to) = (required(esc, from)?, required(esc, to)?);
    if from.len() != to.len() {
        return Err(esc.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    from.iter().zip(to.iter()).for_each(|(&from, &to)| table[usize::from(from)] = to);
    Ok(bytes::new(esc, &table).into_value())
}

pub(super) fn decode(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("decode", ["encoding", "errors"], 0);
    let [encoding, errors] = args.bind(esc, &SIGNATURE)?;
    let encoding = codec::name_argument(esc, "decode", "encoding", encoding)?;
    let errors = codec::name_argument(esc, "decode", "errors", errors)?;
    codec::decode_octets(esc, &octets(this), encoding.as_deref(), errors.as_deref()).map(Obj::into_value)
}
