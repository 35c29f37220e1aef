//! Tests of `repr`, with CPython's results.

use super::{repr_of_constant, repr_of_str};
use crate::ast::Constant;

#[test]
fn floats() {
    let check = |value: f64, expected: &str| assert_eq!(repr_of_constant(&Constant::Float(value)), expected);
    check(1.0, "1.0");
    check(-0.0, "-0.0");
    check(1e16, "1e+16");
    check(123_456_789_012_345_680.0, "1.2345678901234568e+17");
    check(9_999_999_999_999_998.0, "9999999999999998.0");
    check(0.0001, "0.0001");
    check(0.00001, "1e-05");
    check(1.5e300, "1.5e+300");
    check(f64::INFINITY, "1e309");
}

#[test]
fn complex_numbers() {
    let check = |re: f64, im: f64, expected: &str| {
        assert_eq!(repr_of_constant(&Constant::Complex { re, im }), expected);
    };
    check(0.0, 2.0, "2j");
    check(1.0, -2.5, "(1-2.5j)");
    check(-0.0, 1.0, "(-0+1j)");
}

#[test]
fn texts() {
    let check = |text: &str, expected: &str| assert_eq!(repr_of_str(text.as_bytes()), expected);
    check("plain", "'plain'");
    check("it's", "\"it's\"");
    check("both ' and \"", "'both \\' and \"'");
    check("\\\n\t\r\x00\x7f\u{a0}é\u{301}\u{200b}\u{1F600}", "'\\\\\\n\\t\\r\\x00\\x7f\\xa0é\u{301}\\u200b\u{1F600}'");
    assert_eq!(repr_of_constant(&Constant::Bytes(b"a'\xff\n"[..].into())), "b\"a'\\xff\\n\"");
}
