//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`.

use interp_object::builder::TypeBuilder;
use interp_object::data::bytes::{self, Bytes};
use interp_object::data::exception as exc;
use interp_object::data::int;
use interp_object::data::str::{self, Str};
use interp_object::layout::ValueExt;
use interp_object::native::GetSetDef;
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::fields::{field, text_field};
use super::{init_base, payload};

const ENCODING: usize = 0;
const OBJECT: usize = 1;
const START: usize = 2;
const END: usize = 3;
const REASON: usize = 4;

static FIELDS: &[GetSetDef] =
    &[field::<0>("encoding"), field::<1>("object"), field::<2>("start"), field::<3>("end"), field::<4>("reason")];

static TRANSLATE_FIELDS: &[GetSetDef] =
    &[field::<0>("encoding"), field::<1>("object"), field::<2>("start"), field::<3>("end"), field::<4>("reason")];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &exc::VALUE_ERROR).doc("Inappropriate argument value (of correct type).");
    TypeBuilder::new(esc, &exc::UNICODE_ERROR).doc("Unicode related error.");
    TypeBuilder::new(esc, &exc::UNICODE_DECODE_ERROR)
        .slots(|slots| {
            slots.init.set(Some(decode_init));
            slots.str.set(Some(decode_str));
        })
        .getsets(FIELDS)
        .doc("Unicode decoding error.");
    TypeBuilder::new(esc, &exc::UNICODE_ENCODE_ERROR)
        .slots(|slots| {
            slots.init.set(Some(encode_init));
            slots.str.set(Some(encode_str));
        })
        .getsets(FIELDS)
        .doc("Unicode encoding error.");
    TypeBuilder::new(esc, &exc::UNICODE_TRANSLATE_ERROR)
        .slots(|slots| {
            slots.init.set(Some(translate_init));
            slots.str.set(Some(translate_str));
        })
        .getsets(TRANSLATE_FIELDS)
        .doc("Unicode translation error.");
}

fn expect_text(esc: Esc<'_>, index: usize, value: &Value) -> PyResult<()> {
    if value.payload::<Str>().is_some() {
        return Ok(());
    }
    let given = value.class().name();
    Err(esc.type_error(format_args!("argument {index} must be str, not {given}")))
}

/// Stores the fields from `first` on; positions must be ints.
fn store(esc: Esc<'_>, this: &Value, values: &[Value], first: usize) -> PyResult<()> {
    let payload = payload(esc, this)?;
    for (offset, value) in values.iter().enumerate() {
        let index = first + offset;
        let value = if index == START || index == END { ops::as_index(esc, value)? } else { value.clone() };
        payload.set_field(index, value);
    }
    Ok(())
}

fn check_count(esc: Esc<'_>, args: Args<'_>, expected: usize) -> PyResult<()> {
    let given = args.pos().len();
    if given == expected {
        return Ok(());
    }
    Err(esc.type_error(format_args!("function takes exactly {expected} arguments ({given} given)")))
}

fn decode_init(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    init_base(esc, this, args)?;
    check_count(esc, args, 5)?;
    let values = args.pos();
    expect_text(esc, 1, &values[0])?;
    expect_text(esc, 5, &values[4])?;
    if values[1].payload::<Bytes>().is_none() {
        let octets = ops::collect(esc, &values[1])?;
        let octets: Vec<u8> = octets.iter().filter_map(int::as_i64).map(|octet| octet as u8).collect();
        let mut values = values.to_vec();
        values[1] = bytes::new(esc, &octets).into_value();
        return store(esc, this, &values, ENCODING);
    }
    store(esc, this, values, ENCODING)
}

fn encode_init(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    init_base(esc, this, args)?;
    check_count(esc, args, 5)?;
    let values = args.pos();
    for index in [1, 2, 5] {
        expect_text(esc, index, &values[index - 1])?;
    }
    store(esc, this, values, ENCODING)
}

fn translate_init(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    init_base(esc, this, args)?;
    check_count(esc, args, 4)?;
    let values = args.pos();
    expect_text(esc, 1, &values[0])?;
    expect_text(esc, 4, &values[3])?;
    store(esc, this, values, OBJECT)
}

/// Start and end clipped to the object, as `str()` shows them.
fn range(esc: Esc<'_>, this: &Value, len: usize) -> PyResult<(usize, usize)> {
    let payload = payload(esc, this)?;
    let at = |index| payload.field(esc, index).as_ref().and_then(int::as_i64).unwrap_or(0);
    let len = len as i64;
    let start = at(START).clamp(0, (len - 1).max(0));
    let end = at(END).clamp(1.min(len), len);
    Ok((start as usize, end.max(0) as usize))
}

fn finish(esc: Esc<'_>, text: &str) -> PyResult {
    Ok(str::new(esc, text).into_value())
}

fn decode_str(esc: Esc<'_>, this: &Value) -> PyResult {
    let exception = payload(esc, this)?;
    let Some(object) = exception.field(esc, OBJECT) else { return finish(esc, "") };
    let octets = object.payload::<Bytes>().map_or(&[][..], |bytes| bytes.as_slice());
    let (start, end) = range(esc, this, octets.len())?;
    let encoding = text_field(esc, &exception.field(esc, ENCODING))?;
    let reason = text_field(esc, &exception.field(esc, REASON))?;
    let text = match octets.get(start) {
        Some(octet) if end == start + 1 => {
            format!("'{encoding}' codec can't decode byte 0x{octet:02x} in position {start}: {reason}")
        }
        _ => format!("'{encoding}' codec can't decode bytes in position {start}-{}: {reason}", end as i64 - 1),
    };
    finish(esc, &text)
}

/// `\x41`, `\u0394`, `\U0001f600`
fn escaped(code_point: u32) -> String {
    match code_point {
        0..=0xff => format!("\\x{code_point:02x}"),
        0x100..=0xffff => format!("\\u{code_point:04x}"),
        _ => format!("\\U{code_point:08x}"),
    }
}

fn text_error(esc: Esc<'_>, this: &Value, prefix: &str, verb: &str) -> PyResult {
    let exception = payload(esc, this)?;
    let Some(object) = exception.field(esc, OBJECT) else { return finish(esc, "") };
    let len = object.payload::<Str>().map_or(0, Str::len);
    let (start, end) = range(esc, this, len)?;
    let reason = text_field(esc, &exception.field(esc, REASON))?;
    let text = match object.payload::<Str>().filter(|text| start < text.len() && end == start + 1) {
        Some(text) => {
            let shown = escaped(text.chars().at(start));
            format!("{prefix}can't {verb} character '{shown}' in position {start}: {reason}")
        }
        None => format!("{prefix}can't {verb} characters in position {start}-{}: {reason}", end as i64 - 1),
    };
    finish(esc, &text)
}

fn encode_str(esc: Esc<'_>, this: &Value) -> PyResult {
    let exception = payload(esc, this)?;
    if exception.field(esc, OBJECT).is_none() {
        return finish(esc, "");
    }
    let encoding = text_field(esc, &exception.field(esc, ENCODING))?;
    text_error(esc, this, &format!("'{encoding}' codec "), "encode")
}

fn translate_str(esc: Esc<'_>, this: &Value) -> PyResult {
    text_error(esc, this, "", "translate")
}
