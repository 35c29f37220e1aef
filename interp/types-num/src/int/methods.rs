//! Methods and attributes of `int`.

use dashu_int::ops::{BitTest, UnsignedAbs};
use dashu_int::{IBig, UBig};
use interp_object::args::{Signature, check_count};
use interp_object::data::int::{self, view};
use interp_object::data::str::Str;
use interp_object::data::{bytes, singletons, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::{arith, as_class, flag, octets_of, round_to};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("bit_length", NativeFn::NoArgs(bit_length), "Number of bits necessary to represent self in binary."),
    MethodDef::new("bit_count", NativeFn::NoArgs(bit_count), "Number of ones in the binary representation of self."),
    MethodDef::new("to_bytes", NativeFn::Full(to_bytes), "Return an array of bytes representing an integer."),
    MethodDef::class("from_bytes", NativeFn::Full(from_bytes), "Return the integer represented by the bytes."),
    MethodDef::new("as_integer_ratio", NativeFn::NoArgs(as_integer_ratio), "Return a pair of integers."),
    MethodDef::new("is_integer", NativeFn::NoArgs(is_integer), "Returns True."),
    MethodDef::new("conjugate", NativeFn::NoArgs(arith::exact), "Returns self."),
    MethodDef::new("__trunc__", NativeFn::NoArgs(arith::exact), "Truncating an Integral returns itself."),
    MethodDef::new("__floor__", NativeFn::NoArgs(arith::exact), "Flooring an Integral returns itself."),
    MethodDef::new("__ceil__", NativeFn::NoArgs(arith::exact), "Ceiling of an Integral returns itself."),
    MethodDef::new("__round__", NativeFn::Positional(round), "Rounding an Integral returns itself."),
    MethodDef::new("__divmod__", NativeFn::One(arith::divmod), "Return divmod(self, value)."),
    MethodDef::new("__rdivmod__", NativeFn::One(reflected_divmod), "Return divmod(value, self)."),
    MethodDef::new("__getnewargs__", NativeFn::NoArgs(get_new_args), ""),
    MethodDef::new("__sizeof__", NativeFn::NoArgs(size_of), "Returns size in memory, in bytes."),
];

pub(super) static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("real", arith::exact, "the real part of a complex number"),
    GetSetDef::readonly("imag", |_, _| Ok(int::small(0)), "the imaginary part of a complex number"),
    GetSetDef::readonly("numerator", arith::exact, "the numerator of a rational number in lowest terms"),
    GetSetDef::readonly(
        "denominator",
        |_, _| Ok(int::small(1)),
        "the denominator of a rational number in lowest terms",
    ),
];

fn reflected_divmod(esc: Esc<'_>, this: &Value, other: &Value) -> PyResult {
    arith::divmod(esc, other, this)
}

fn magnitude(value: &Value) -> UBig {
    view(value).map(|number| number.to_big().unsigned_abs()).unwrap_or_default()
}

fn bit_length(esc: Esc<'_>, this: &Value) -> PyResult {
    if let Some(number) = this.as_int() {
        return Ok(int::small(64 - i64::from(number.unsigned_abs().leading_zeros())));
    }
    Ok(int::from_usize(esc, magnitude(this).bit_len()))
}

fn bit_count(esc: Esc<'_>, this: &Value) -> PyResult {
    if let Some(number) = this.as_int() {
        return Ok(int::small(i64::from(number.unsigned_abs().count_ones())));
    }
    Ok(int::from_usize(esc, magnitude(this).count_ones()))
}

fn as_integer_ratio(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(tuple::new(esc, [arith::exact(esc, this)?, int::small(1)]).into_value())
}

fn is_integer(_esc: Esc<'_>, _this: &Value) -> PyResult {
    Ok(singletons::true_())
}

fn get_new_args(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(tuple::new(esc, [arith::exact(esc, this)?]).into_value())
}

fn size_of(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(int::from_usize(esc, 24 + 4 * magnitude(this).bit_len().div_ceil(30).max(1)))
}

fn round(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "__round__", args.len(), 0, 1)?;
    match args {
        [digits] if !digits.is_none() => round_to(esc, this, digits),
        _ => arith::exact(esc, this),
    }
}

/// Whether the byte order argument is `big`, which is also the default.
fn big_endian(esc: Esc<'_>, function: &str, order: Option<&Value>) -> PyResult<bool> {
    let Some(order) = order else { return Ok(true) };
    let Some(text) = order.payload::<Str>() else {
        return Err(
            esc.type_error(format_args!("{function}() argument 'byteorder' must be str, not {}", order.class().name()))
        );
    };
    if text.eq_str("big") {
        Ok(true)
    } else if text.eq_str("little") {
        Ok(false)
    } else {
        Err(esc.value_error("byteorder must be either 'little' or 'big'"))
    }
}

fn to_bytes(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> =
        Signature::new("to_bytes", ["length", "byteorder", "signed"], 0).keyword_only_from(2);
    let [length, order, signed] = args.bind(esc, &SIGNATURE)?;
    let length = length.map_or(Ok(1), |length| ops::index_i64(esc, length))?;
    let big = big_endian(esc, "to_bytes", order)?;
    let signed = flag(esc, signed)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(esc.value_error("length argument must be non-negative"));
    };
    let number = view(this).map(|number| number.to_big()).unwrap_or_default();
    let negative = arith::is_negative(&number);
    if negative && !signed {
        return Err(esc.overflow_error("can't convert negative int to unsigned"));
    }
    // Two's complement: −n needs the bits of n − 1 and a sign.
    let low = if negative { (!&number).unsigned_abs() } else { (&number).unsigned_abs() };
    let needed = low.bit_len() + usize::from(signed && !number.is_zero());
    if needed > length.saturating_mul(8) {
        return Err(esc.overflow_error("int too big to convert"));
    }
    let mut octets = low.to_le_bytes().into_vec();
    octets.resize(length, 0);
    if negative {
        octets.iter_mut().for_each(|octet| *octet = !*octet);
    }
    if big {
        octets.reverse();
    }
    Ok(bytes::new(esc, &octets).into_value())
}

fn from_bytes(esc: Esc<'_>, class: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> =
        Signature::new("from_bytes", ["bytes", "byteorder", "signed"], 1).keyword_only_from(2);
    let [source, order, signed] = args.bind(esc, &SIGNATURE)?;
    let big = big_endian(esc, "from_bytes", order)?;
    let signed = flag(esc, signed)?;
    let Some(source) = source else { return Err(esc.system_error("a required argument was checked")) };
    let mut octets = octets_of(esc, source)?;
    if big {
        octets.reverse();
    }
    let mut number = IBig::from(UBig::from_le_bytes(&octets));
    if signed && octets.last().is_some_and(|octet| octet & 0x80 != 0) {
        number -= IBig::from(UBig::ONE << (octets.len() * 8));
    }
    as_class(esc, class, int::from_big(esc, number))
}
