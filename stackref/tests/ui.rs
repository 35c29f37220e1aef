//! What the types forbid does not compile.
#![cfg(not(any(loom, sanitizer)))]

#[test]
fn misuse_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
