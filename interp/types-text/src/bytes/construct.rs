//! Constructors of `bytes` and `bytearray`.

use interp_object::args::Signature;
use interp_object::data::bytes::{self, BYTES, Bytes};
use interp_object::data::int;
use interp_object::data::str::Str;
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use super::{is, octets_of};
use crate::codec;

pub(super) fn new_bytes(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    if let ([source], None) = (args.pos(), args.names())
        && is(class, &BYTES)
    {
        if source.exact::<Bytes>().is_some() {
            return Ok(source.clone());
        }
        // What `__bytes__` gives is the result, even an instance of a subclass.
        if source.payload::<Str>().is_none()
            && let Some(made) = call::call_special(esc, source, names::bytes(esc), &[])?
        {
            return checked(esc, made);
        }
    }
    let octets = arguments(esc, "bytes", args)?;
    Ok(bytes::new_as(esc, class, &octets).into_value())
}

fn checked(esc: Esc<'_>, made: Value) -> PyResult {
    if made.payload::<Bytes>().is_some() {
        return Ok(made);
    }
    Err(esc.type_error(format_args!("__bytes__ returned non-bytes (type {})", made.class().name())))
}

/// The octets that `bytes(*args)` and `bytearray(*args)` hold.
pub(super) fn arguments(esc: Esc<'_>, function: &'static str, args: Args<'_>) -> PyResult<Vec<u8>> {
    let signature: Signature<3> = Signature::new(function, ["source", "encoding", "errors"], 0);
    let [source, encoding, errors] = args.bind(esc, &signature)?;
    let encoding = codec::name_argument(esc, function, "encoding", encoding)?;
    let errors = codec::name_argument(esc, function, "errors", errors)?;
    let Some(source) = source else {
        let given = if encoding.is_some() { "encoding" } else { "errors" };
        if encoding.is_some() || errors.is_some() {
            return Err(esc.type_error(format_args!("{given} without a string argument")));
        }
        return Ok(Vec::new());
    };
    if source.payload::<Str>().is_some() {
        if encoding.is_none() {
            return Err(esc.type_error("string argument without an encoding"));
        }
        let made = codec::encode_value(esc, source, encoding.as_deref(), errors.as_deref())?;
        return Ok(made.payload::<Bytes>().map(|bytes| bytes.as_slice().to_vec()).unwrap_or_default());
    }
    if encoding.is_some() || errors.is_some() {
        let given = if encoding.is_some() { "encoding" } else { "errors" };
        return Err(esc.type_error(format_args!("{given} without a string argument")));
    }
    from_source(esc, function, source)
}

fn from_source(esc: Esc<'_>, function: &str, source: &Value) -> PyResult<Vec<u8>> {
    if function == "bytes"
        && let Some(made) = call::call_special(esc, source, names::bytes(esc), &[])?
    {
        let made = checked(esc, made)?;
        return Ok(made.payload::<Bytes>().map(|bytes| bytes.as_slice().to_vec()).unwrap_or_default());
    }
    if let Some(octets) = octets_of(esc, source)? {
        return Ok(octets.into_owned());
    }
    if int::view(source).is_some() || !source.class().slots.index.is_empty() {
        return match ops::index_size(esc, source) {
            Ok(count) => match usize::try_from(count) {
                Ok(count) => zeros(esc, count),
                Err(_) => Err(esc.value_error("negative count")),
            },
            Err(raised) => {
                // An object may be both an index and iterable; a failing index of another type falls through.
                drop(raised.catch_if(esc, &interp_object::data::exception::TYPE_ERROR)?);
                from_iterable(esc, function, source)
            }
        };
    }
    from_iterable(esc, function, source)
}

#[allow(clippy::slow_vector_initialization, reason = "`vec!` would abort where a MemoryError is due")]
pub(super) fn zeros(esc: Esc<'_>, count: usize) -> PyResult<Vec<u8>> {
    // Asked first: `vec!` ends the process when there is no room.
    if Vec::<u8>::new().try_reserve_exact(count).is_err() {
        return Err(esc.memory_error());
    }
    Ok(vec![0; count])
}

/// An empty vector with room for so many octets.
pub(super) fn room(esc: Esc<'_>, count: usize) -> PyResult<Vec<u8>> {
    let mut octets = Vec::new();
    // Asked first: growing ends the process when there is no room.
    if octets.try_reserve_exact(count).is_err() {
        return Err(esc.memory_error());
    }
    Ok(octets)
}

/// The octets of an iterable of ints.
pub(super) fn from_iterable(esc: Esc<'_>, function: &str, source: &Value) -> PyResult<Vec<u8>> {
    if source.class().slots.iter.is_empty() && source.class().slots.getitem.is_empty() {
        let shown = source.class().name();
        return Err(esc.type_error(format_args!("cannot convert '{shown}' object to {function}")));
    }
    let iterator = ops::iterator(esc, source).or_else(|raised| {
        drop(raised.catch_if(esc, &interp_object::data::exception::TYPE_ERROR)?);
        let shown = source.class().name();
        Err(esc.type_error(format_args!("cannot convert '{shown}' object to {function}")))
    })?;
    let mut octets = Vec::new();
    ops::iterate(esc, &iterator, |item| {
        match u8::try_from(ops::as_index_clamped(esc, &item)?) {
            Ok(octet) => octets.push(octet),
            Err(_) if function == "bytes" => return Err(esc.value_error("bytes must be in range(0, 256)")),
            Err(_) => return Err(esc.value_error("byte must be in range(0, 256)")),
        }
        Ok(true)
    })?;
    Ok(octets)
}
