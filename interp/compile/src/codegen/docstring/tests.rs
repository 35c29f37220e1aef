//! Tests of docstring cleaning, with CPython's results.

use super::clean;

#[test]
fn cleans_as_cpython() {
    let check = |input: &str, expected: &str| {
        assert_eq!(clean(&input.as_bytes().into()), *expected, "of {input:?}");
    };
    check("plain", "plain");
    check("  leading", "leading");
    check("a\n    b\n      c\n    ", "a\nb\n  c\n");
    check("a\n\n  b\n", "a\n\nb\n");
    check("a\n\tb", "a\nb");
    check("\n    a\n  b", "\n  a\nb");
    check("a\n  \n    b", "a\n\nb");
    check("a\n  \r\n    b", "a\n\r\n  b");
    check("", "");
}
