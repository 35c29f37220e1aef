//! `complex`: arithmetic, text and constructor.

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::float::{self, COMPLEX, Complex};
use interp_object::data::int;
use interp_object::data::str::{self, Str};
use interp_object::data::{singletons, tuple};
use interp_object::intern::names;
use interp_object::layout::{self, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use crate::float_text::{self, FloatForm};
use crate::{digits, int as int_type};

/// Real and imaginary part.
type Pair = (f64, f64);

static METHODS: &[MethodDef] = &[
    MethodDef::new("conjugate", NativeFn::NoArgs(conjugate), "Return the complex conjugate of its argument."),
    MethodDef::new("__complex__", NativeFn::NoArgs(exact), "Convert this value to exact type complex."),
    MethodDef::class("from_number", NativeFn::One(from_number), "Convert number to a complex floating-point number."),
    MethodDef::new("__getnewargs__", NativeFn::NoArgs(get_new_args), ""),
];

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("real", |esc, value| Ok(float::new(esc, pair(value).0)), "the real part of a complex number"),
    GetSetDef::readonly(
        "imag",
        |esc, value| Ok(float::new(esc, pair(value).1)),
        "the imaginary part of a complex number",
    ),
];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &COMPLEX)
        .slots(|slots| {
            slots.binary[BinaryOp::Add as usize]
                .set(Some(|esc, a, b| compute(esc, a, b, |a, b| (a.0 + b.0, a.1 + b.1))));
            slots.binary[BinaryOp::Subtract as usize]
                .set(Some(|esc, a, b| compute(esc, a, b, |a, b| (a.0 - b.0, a.1 - b.1))));
            slots.binary[BinaryOp::Multiply as usize].set(Some(|esc, a, b| compute(esc, a, b, multiply)));
            slots.binary[BinaryOp::TrueDivide as usize].set(Some(divide));
            slots.power.set(Some(power));
            slots.negative.set(Some(|esc, value| {
                let (real, imag) = pair(value);
                Ok(new_pair(esc, (-real, -imag)))
            }));
            slots.positive.set(Some(exact));
            slots.absolute.set(Some(absolute));
            slots.bool.set(Some(|_, value| Ok(pair(value) != (0.0, 0.0))));
            slots.richcompare.set(Some(compare));
            slots.hash.set(Some(hash));
            slots.repr.set(Some(|esc, value| Ok(str::new(esc, &repr(pair(value))).into_value())));
            slots.new.set(Some(new));
        })
        .methods(METHODS)
        .getsets(GETSETS)
        .doc("Create a complex number from a string or numbers.");
}

fn pair(value: &Value) -> Pair {
    value.payload::<Complex>().map_or((f64::NAN, f64::NAN), |number| (number.real, number.imag))
}

fn new_pair(esc: Esc<'_>, (real, imag): Pair) -> Value {
    layout::new(esc, Complex { real, imag }).into_value()
}

/// A complex, float or int operand; `None` for anything else.
fn operand(esc: Esc<'_>, value: &Value) -> PyResult<Option<Pair>> {
    if value.payload::<Complex>().is_some() {
        return Ok(Some(pair(value)));
    }
    if float::view(value).is_some() || int::view(value).is_some() {
        return Ok(Some((real_part(esc, value)?, 0.0)));
    }
    Ok(None)
}

fn real_part(esc: Esc<'_>, value: &Value) -> PyResult<f64> {
    match (float::view(value), int::view(value)) {
        (Some(number), _) => Ok(number),
        (None, Some(int::IntRef::Small(number))) => Ok(number as f64),
        (None, Some(int::IntRef::Big(number))) => {
            let number = int_type::arith::scale(number);
            if number.is_infinite() {
                return Err(esc.overflow_error("int too large to convert to float"));
            }
            Ok(number)
        }
        (None, None) => ops::as_f64(esc, value),
    }
}

/// Whether an operand has no imaginary part at all: mixed arithmetic then leaves the other's alone (C99 annex G).
fn is_real(value: &Value) -> bool {
    value.payload::<Complex>().is_none()
}

fn compute(esc: Esc<'_>, left: &Value, right: &Value, op: fn(Pair, Pair) -> Pair) -> PyResult {
    let (Some(a), Some(b)) = (operand(esc, left)?, operand(esc, right)?) else {
        return Ok(singletons::not_implemented());
    };
    let result = op(a, b);
    let mixed = is_real(left) || is_real(right);
    if !mixed {
        return Ok(new_pair(esc, result));
    }
    // A real operand has no imaginary part to add: -0.0 of the other must survive, and inf * 0 must not arise.
    let product = op as usize == multiply as *const () as usize;
    let mixed = match (product, is_real(left)) {
        (true, true) => (a.0 * b.0, a.0 * b.1),
        (true, false) => (a.0 * b.0, a.1 * b.0),
        (false, true) => (result.0, if op((0.0, 0.0), (0.0, 1.0)).1 < 0.0 { -b.1 } else { b.1 }),
        (false, false) => (result.0, a.1),
    };
    Ok(new_pair(esc, mixed))
}

/// Product, with infinities recovered as C99 annex G.5.1 does.
fn multiply(x: Pair, y: Pair) -> Pair {
    let ((mut a, mut b), (mut c, mut d)) = (x, y);
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let result = (ac - bd, ad + bc);
    if !result.0.is_nan() || !result.1.is_nan() {
        return result;
    }
    let unit = |part: f64| f64::copysign(if part.is_infinite() { 1.0 } else { 0.0 }, part);
    let zero_nan = |part: f64| if part.is_nan() { 0f64.copysign(part) } else { part };
    let mut recalculate = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b, c, d) = (unit(a), unit(b), zero_nan(c), zero_nan(d));
        recalculate = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (c, d, a, b) = (unit(c), unit(d), zero_nan(a), zero_nan(b));
        recalculate = true;
    }
    if !recalculate && [ac, bd, ad, bc].iter().any(|part| part.is_infinite()) {
        (a, b, c, d) = (zero_nan(a), zero_nan(b), zero_nan(c), zero_nan(d));
        recalculate = true;
    }
    if recalculate { (f64::INFINITY * (a * c - b * d), f64::INFINITY * (a * d + b * c)) } else { result }
}

/// Quotient by Smith's method; the divisor is not zero.
fn quotient(a: Pair, b: Pair) -> Pair {
    let (abs_real, abs_imag) = (b.0.abs(), b.1.abs());
    let mut result = if abs_real >= abs_imag {
        let ratio = b.1 / b.0;
        let scale = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / scale, (a.1 - a.0 * ratio) / scale)
    } else if abs_imag >= abs_real {
        let ratio = b.0 / b.1;
        let scale = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / scale, (a.1 * ratio - a.0) / scale)
    } else {
        (f64::NAN, f64::NAN)
    };
    if result.0.is_nan() && result.1.is_nan() {
        let unit = |part: f64| f64::copysign(if part.is_infinite() { 1.0 } else { 0.0 }, part);
        if (a.0.is_infinite() || a.1.is_infinite()) && b.0.is_finite() && b.1.is_finite() {
            let (x, y) = (unit(a.0), unit(a.1));
            result = (f64::INFINITY * (x * b.0 + y * b.1), f64::INFINITY * (y * b.0 - x * b.1));
        } else if (b.0.is_infinite() || b.1.is_infinite()) && a.0.is_finite() && a.1.is_finite() {
            let (x, y) = (unit(b.0), unit(b.1));
            result = (0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y));
        }
    }
    result
}

fn divide(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (Some(a), Some(b)) = (operand(esc, left)?, operand(esc, right)?) else {
        return Ok(singletons::not_implemented());
    };
    if b == (0.0, 0.0) {
        return Err(esc.zero_division("division by zero"));
    }
    if is_real(right) {
        return Ok(new_pair(esc, (a.0 / b.0, a.1 / b.0)));
    }
    Ok(new_pair(esc, quotient(a, b)))
}

fn power(esc: Esc<'_>, base: &Value, exponent: &Value, modulus: Option<&Value>) -> PyResult {
    let (Some(a), Some(b)) = (operand(esc, base)?, operand(esc, exponent)?) else {
        return Ok(singletons::not_implemented());
    };
    if modulus.is_some_and(|modulus| !singletons::is_none(modulus)) {
        return Err(esc.value_error("complex modulo"));
    }
    let whole = b.1 == 0.0 && b.0.fract() == 0.0 && b.0.abs() <= 100.0;
    let result = if whole { power_whole(esc, a, b.0 as i32)? } else { power_pair(esc, a, b)? };
    finite_power(esc, result)
}

fn finite_power(esc: Esc<'_>, result: Pair) -> PyResult {
    if result.0.is_infinite() || result.1.is_infinite() {
        return Err(esc.overflow_error("complex exponentiation"));
    }
    Ok(new_pair(esc, result))
}

fn power_whole(esc: Esc<'_>, base: Pair, exponent: i32) -> PyResult<Pair> {
    if exponent < 0 && base == (0.0, 0.0) {
        return Err(esc.zero_division("zero to a negative or complex power"));
    }
    let mut bits = exponent.unsigned_abs();
    let (mut result, mut square) = ((1.0, 0.0), base);
    while bits != 0 {
        if bits & 1 == 1 {
            result = multiply(result, square);
        }
        bits >>= 1;
        if bits != 0 {
            square = multiply(square, square);
        }
    }
    Ok(if exponent < 0 { quotient((1.0, 0.0), result) } else { result })
}

fn power_pair(esc: Esc<'_>, a: Pair, b: Pair) -> PyResult<Pair> {
    if b == (0.0, 0.0) {
        return Ok((1.0, 0.0));
    }
    if a == (0.0, 0.0) {
        if b.1 != 0.0 || b.0 < 0.0 {
            return Err(esc.zero_division("zero to a negative or complex power"));
        }
        return Ok((0.0, 0.0));
    }
    let modulus = a.0.hypot(a.1);
    let angle = a.1.atan2(a.0);
    let mut length = modulus.powf(b.0);
    let mut phase = angle * b.0;
    if b.1 != 0.0 {
        length *= (-angle * b.1).exp();
        phase += b.1 * modulus.ln();
    }
    Ok((length * phase.cos(), length * phase.sin()))
}

/// `a ** b` for a negative real base and a fractional real exponent.
pub(crate) fn power_of_reals(esc: Esc<'_>, a: f64, b: f64) -> PyResult {
    let result = power_pair(esc, (a, 0.0), (b, 0.0))?;
    finite_power(esc, result)
}

fn absolute(esc: Esc<'_>, value: &Value) -> PyResult {
    let (real, imag) = pair(value);
    let length = real.hypot(imag);
    if length.is_infinite() && real.is_finite() && imag.is_finite() {
        return Err(esc.overflow_error("absolute value too large"));
    }
    Ok(float::new(esc, length))
}

fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    let equal = match op {
        CompareOp::Eq => true,
        CompareOp::Ne => false,
        _ => return Ok(singletons::not_implemented()),
    };
    let (real, imag) = pair(left);
    if right.payload::<Complex>().is_some() {
        return Ok(singletons::bool((pair(right) == (real, imag)) == equal));
    }
    if float::view(right).is_some() || int::view(right).is_some() {
        // Compared exactly, not after a conversion of the int.
        let real = float::new(esc, real);
        let same = imag == 0.0 && ops::compare_bool(esc, &real, right, CompareOp::Eq)?;
        return Ok(singletons::bool(same == equal));
    }
    Ok(singletons::not_implemented())
}

fn hash(_esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    let (real, imag) = pair(value);
    let identity = (value.word().bits() >> 4).cast_signed();
    let hash = ops::hash_f64(real, identity).wrapping_add(ops::hash_f64(imag, identity).wrapping_mul(1_000_003));
    Ok(if hash == -1 { -2 } else { hash })
}

/// `repr(z)`
fn repr((real, imag): Pair) -> String {
    let shortest = |number| float_text::format(number, FloatForm::Repr, false, false);
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", shortest(imag));
    }
    let sign = if imag.is_nan() || imag.is_sign_positive() { "+" } else { "" };
    format!("({}{sign}{}j)", shortest(real), shortest(imag))
}

/// `+z`, `z.__complex__()`: an exact `complex`.
fn exact(esc: Esc<'_>, value: &Value) -> PyResult {
    if value.exact::<Complex>().is_some() { Ok(value.clone()) } else { Ok(new_pair(esc, pair(value))) }
}

fn conjugate(esc: Esc<'_>, value: &Value) -> PyResult {
    let (real, imag) = pair(value);
    Ok(new_pair(esc, (real, -imag)))
}

fn get_new_args(esc: Esc<'_>, value: &Value) -> PyResult {
    let (real, imag) = pair(value);
    Ok(tuple::new(esc, [float::new(esc, real), float::new(esc, imag)]).into_value())
}

fn from_number(esc: Esc<'_>, class: &Value, value: &Value) -> PyResult {
    let number = match number_of(esc, value)? {
        Some(number) => number,
        None if value.class().slots.float.is_empty() && value.class().slots.index.is_empty() => {
            return Err(esc.type_error(format_args!("must be real number, not {}", value.class().name())));
        }
        None => (ops::as_f64(esc, value)?, 0.0),
    };
    let number = new_pair(esc, number);
    match TypeObject::from_value(class) {
        Some(exact) if std::ptr::eq(exact, &COMPLEX) => Ok(number),
        _ => call::call(esc, class, std::slice::from_ref(&number)),
    }
}

/// The number of a complex, or of an object with `__complex__`.
fn number_of(esc: Esc<'_>, value: &Value) -> PyResult<Option<Pair>> {
    if value.payload::<Complex>().is_some() {
        return Ok(Some(pair(value)));
    }
    if float::view(value).is_some() || int::view(value).is_some() {
        return Ok(None);
    }
    let Some(result) = call::call_special(esc, value, names::complex(esc), &[])? else { return Ok(None) };
    if result.payload::<Complex>().is_none() {
        return Err(esc.type_error(format_args!(
            "{}.__complex__() must return a complex, not {}",
            value.class().name(),
            result.class().name()
        )));
    }
    Ok(Some(pair(&result)))
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("complex", ["real", "imag"], 0);
    let [real, imag] = args.bind(esc, &SIGNATURE)?;
    if let (Some(value), None) = (real, imag)
        && std::ptr::eq(class, &COMPLEX)
        && value.exact::<Complex>().is_some()
    {
        return Ok(value.clone());
    }
    let (real, imag) = construct(esc, real, imag)?;
    Ok(layout::new_with_type(esc, class, Complex { real, imag }).into_value())
}

fn construct(esc: Esc<'_>, real: Option<&Value>, imag: Option<&Value>) -> PyResult<Pair> {
    let (mut real_pair, mut imag_pair) = ((0.0, 0.0), (0.0, 0.0));
    if let Some(value) = real {
        if imag.is_none()
            && let Some(text) = value.payload::<Str>()
        {
            let ascii = match text.as_ascii() {
                Some(ascii) => ascii.trim_matches(|c: char| digits::is_space(u32::from(c))).to_owned(),
                None => digits::to_ascii(text.chars().iter()),
            };
            return parse(&ascii).ok_or_else(|| esc.value_error("complex() arg is a malformed string"));
        }
        real_pair = match number_of(esc, value)? {
            Some(number) => number,
            None => (real_argument(esc, value, imag.map(|_| "real"))?, 0.0),
        };
    }
    if let Some(value) = imag {
        imag_pair = match value.payload::<Complex>() {
            Some(_) => pair(value),
            None => (real_argument(esc, value, Some("imag"))?, 0.0),
        };
    }
    // An absent or real argument has no part to add: the sign of a zero must survive.
    let complex = |value: Option<&Value>| value.is_some_and(|value| value.payload::<Complex>().is_some());
    let real_part = if complex(imag) { real_pair.0 - imag_pair.1 } else { real_pair.0 };
    let imag_part = match (imag, real.is_some_and(|real| !is_plain_real(real))) {
        (None, _) => real_pair.1,
        (Some(_), true) => real_pair.1 + imag_pair.0,
        (Some(_), false) => imag_pair.0,
    };
    Ok((real_part, imag_part))
}

/// Whether an argument can only have a real part: a float or an int.
fn is_plain_real(value: &Value) -> bool {
    float::view(value).is_some() || int::view(value).is_some()
}

fn real_argument(esc: Esc<'_>, value: &Value, name: Option<&str>) -> PyResult<f64> {
    let slots = &value.class().slots;
    if slots.float.is_empty() && slots.index.is_empty() {
        let shown = value.class().name();
        return Err(match name {
            Some(name) => {
                esc.type_error(format_args!("complex() argument '{name}' must be a real number, not {shown}"))
            }
            None => esc.type_error(format_args!("complex() argument must be a string or a number, not {shown}")),
        });
    }
    real_part(esc, value)
}

/// Parses trimmed ASCII text as `complex()` does: a real part, an imaginary part, or both, perhaps in parentheses.
fn parse(text: &str) -> Option<Pair> {
    let text = match text.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')')?.trim_matches(|c: char| digits::is_space(u32::from(c))),
        None => text,
    };
    let text = if text.contains('_') { digits::without_underscores(text)? } else { text.to_owned() };
    let Some(body) = text.strip_suffix(['j', 'J']) else {
        return Some((float_text::parse(&text)?, 0.0));
    };
    // The imaginary part starts at the last sign that is not an exponent's.
    let bytes = body.as_bytes();
    let split = (0..bytes.len())
        .rev()
        .find(|&index| matches!(bytes[index], b'+' | b'-') && !(index > 0 && matches!(bytes[index - 1], b'e' | b'E')));
    let imaginary = |part: &str| match part {
        "" | "+" => Some(1.0),
        "-" => Some(-1.0),
        part => float_text::parse(part),
    };
    match split {
        None | Some(0) => Some((0.0, imaginary(body)?)),
        Some(index) => Some((float_text::parse(&body[..index])?, imaginary(&body[index..])?)),
    }
}
