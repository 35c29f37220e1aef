//! Numbers as text in, numbers as text out; expectations are CPython 3.14's.

use interp_object::data::exception::Exception;
use interp_object::data::str::Str;
use interp_object::layout::ValueExt;
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::{Args, Esc, PyResult, Raised, Thread, TypeObject, Value, ops};

use crate::float_text::{self, FloatForm};

/// Runs `body` on a thread of its own with this crate's types filled.
fn with_thread(body: impl FnOnce(Esc<'_>)) {
    let thread = Thread::attach_current(8 << 20);
    let esc = thread.enter();
    crate::init(esc);
    body(esc);
}

/// `int("…")`, `float("…")` or `complex("…")`, whichever reads it first.
fn number(esc: Esc<'_>, text: &str) -> Value {
    use interp_object::data::{float, int, str};
    let argument = str::new(esc, text).into_value();
    for class in [&int::INT, &float::FLOAT, &float::COMPLEX] {
        match construct(esc, class, std::slice::from_ref(&argument)) {
            Ok(number) => return number,
            Err(raised) => drop(raised.catch(esc)),
        }
    }
    panic!("not a number: {text}")
}

fn construct(esc: Esc<'_>, class: &TypeObject, args: &[Value]) -> PyResult {
    class.slots.new.get().expect("a constructor")(esc, class, Args::positional(args))
}

fn shown(esc: Esc<'_>, result: PyResult) -> String {
    match result.and_then(|value| ops::repr(esc, &value).map(|text| text.to_lossy().into_owned())) {
        Ok(text) => text,
        Err(raised) => error(esc, raised),
    }
}

fn error(esc: Esc<'_>, raised: Raised) -> String {
    let exception = raised.catch(esc);
    let name = exception.class().name();
    let args = exception.payload::<Exception>().expect("an exception").args_tuple(esc);
    let message =
        args.as_slice().iter().rev().find_map(|arg| arg.payload::<Str>().map(|text| text.to_lossy().into_owned()));
    format!("{name}: {}", message.unwrap_or_default())
}

fn check(esc: Esc<'_>, left: &str, op: &str, right: &str, expected: &str) {
    let (a, b) = (number(esc, left), number(esc, right));
    let op_of = |symbol: &str| BinaryOp::ALL.into_iter().find(|op| op.symbol() == symbol);
    let result = match op {
        "**" => ops::binary(esc, BinaryOp::Power, &a, &b),
        "<" => ops::compare(esc, &a, &b, CompareOp::Lt),
        "==" => ops::compare(esc, &a, &b, CompareOp::Eq),
        symbol => ops::binary(esc, op_of(symbol).expect("an operator"), &a, &b),
    };
    assert_eq!(shown(esc, result), expected, "{left} {op} {right}");
}

#[test]
fn integer_operators_round_down_and_grow() {
    with_thread(|esc| {
        for (left, op, right, expected) in [
            ("-5", "//", "2", "-3"),
            ("-5", "%", "3", "1"),
            ("5", "%", "-3", "-1"),
            ("-9223372036854775808", "//", "-1", "9223372036854775808"),
            ("2305843009213693951", "+", "1", "2305843009213693952"),
            ("4611686018427387904", "*", "4", "18446744073709551616"),
            ("-100000000000000000000001", "//", "10", "-10000000000000000000001"),
            ("-100000000000000000000001", "%", "10", "9"),
            ("-1", ">>", "100", "-1"),
            ("-18446744073709551617", ">>", "1", "-9223372036854775809"),
            ("3", "<<", "62", "13835058055282163712"),
            ("-18446744073709551616", "&", "18446744073709551615", "0"),
            ("-1", "^", "18446744073709551616", "-18446744073709551617"),
            ("-2", "**", "63", "-9223372036854775808"),
            ("2", "**", "-1", "0.5"),
            ("1", "//", "0", "ZeroDivisionError: division by zero"),
            ("0", "**", "-1", "ZeroDivisionError: zero to a negative power"),
            ("1", "<<", "-1", "ValueError: negative shift count"),
            ("10000000000000000000000", "/", "3", "3.3333333333333335e+21"),
            ("9007199254740993", "/", "1", "9007199254740992.0"),
            ("9007199254740993", "==", "9007199254740992.0", "False"),
            ("9007199254740993", "<", "9007199254740994.0", "True"),
        ] {
            check(esc, left, op, right, expected);
        }
    });
}

#[test]
fn float_and_complex_operators() {
    with_thread(|esc| {
        for (left, op, right, expected) in [
            ("5.5", "%", "-3", "-0.5"),
            ("-5.5", "//", "2", "-3.0"),
            ("0.0", "//", "-1", "-0.0"),
            ("1.0", "/", "0", "ZeroDivisionError: division by zero"),
            ("10.0", "**", "400", "OverflowError: Numerical result out of range"),
            ("-8", "**", "0.5", "(1.7319121124709868e-16+2.8284271247461903j)"),
            ("1+2j", "*", "2", "(2+4j)"),
            ("1+2j", "**", "-2", "(-0.12-0.16j)"),
            ("1", "-", "0j", "(1-0j)"),
            ("1j", "/", "0", "ZeroDivisionError: division by zero"),
            ("nan", "==", "nan", "False"),
            ("1+0j", "==", "1", "True"),
        ] {
            check(esc, left, op, right, expected);
        }
    });
}

#[test]
fn text_of_floats() {
    for (number, expected) in [
        (1e16, "1e+16"),
        (1e15, "1000000000000000.0"),
        (0.0001, "0.0001"),
        (1e-5, "1e-05"),
        (5e-324, "5e-324"),
        (-0.0, "-0.0"),
        (12.811_538_696_289_062, "12.811538696289062"),
        (33_885_812_965_881.562, "33885812965881.562"),
        (f64::INFINITY, "inf"),
        (f64::NAN, "nan"),
    ] {
        assert_eq!(float_text::repr(number), expected);
    }
    let text = |number, form, alternate| float_text::format(number, form, alternate, false);
    assert_eq!(text(0.125, FloatForm::Fixed(2), false), "0.12");
    assert_eq!(text(2.5, FloatForm::Fixed(0), true), "2.");
    assert_eq!(text(12345.678, FloatForm::General(3), false), "1.23e+04");
    assert_eq!(text(1.0, FloatForm::General(4), true), "1.000");
    assert_eq!(text(0.5, FloatForm::Exponent(0), false), "5e-01");
}

#[test]
fn integer_literals() {
    use interp_object::data::{int, str};
    with_thread(|esc| {
        let parse = |text: &str, base: i64| {
            let args = [str::new(esc, text).into_value(), int::small(base)];
            shown(esc, construct(esc, &int::INT, &args))
        };
        assert_eq!(parse("0x_ff", 16), "255");
        assert_eq!(parse(" -0b1_0 ", 0), "-2");
        assert_eq!(parse("\u{661}\u{662}", 10), "12");
        assert_eq!(parse("zz", 36), "1295");
        assert!(parse("010", 0).starts_with("ValueError: invalid literal for int() with base 0"));
        assert!(parse("1__0", 10).starts_with("ValueError: invalid literal"));
        assert!(parse(&"9".repeat(4301), 10).starts_with("ValueError: Exceeds the limit (4300 digits)"));
    });
}

#[test]
fn quotients_are_rounded_once() {
    use crate::int::arith::{divide_rounded, scale_rounded};
    use dashu_int::IBig;
    assert_eq!(divide_rounded(&IBig::from(1), &(IBig::ONE << 1074)), 5e-324);
    assert_eq!(divide_rounded(&IBig::from(1), &(IBig::ONE << 1075)), 0.0);
    assert_eq!(divide_rounded(&IBig::from(3), &(IBig::ONE << 1075)), 1e-323);
    assert_eq!(divide_rounded(&(IBig::ONE << 1024), &IBig::from(1)), f64::INFINITY);
    assert_eq!(scale_rounded((1 << 54) + 2, false, 0), 18_014_398_509_481_984.0);
    assert_eq!(scale_rounded((1 << 54) + 2, true, 0), 18_014_398_509_481_988.0);
}
