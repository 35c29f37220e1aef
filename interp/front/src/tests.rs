//! Unit tests of the small pieces; the tests against CPython are in `tests/front`.

use std::borrow::Cow;

use interp_compile::ast::Span;
use interp_compile::error::ErrorKind;
use ruff_text_size::{TextRange, TextSize};

use crate::escape::{self, Body};
use crate::lines::Lines;
use crate::{Mode, decode, parse, source};

#[test]
fn lines_are_found_in_any_order() {
    let text = "ab\n\ncd";
    let lines = Lines::new(text);
    for (offset, expected) in [(6, (3, 2)), (0, (1, 0)), (3, (2, 0)), (2, (1, 2)), (4, (3, 0)), (1, (1, 1))] {
        assert_eq!(lines.locate(offset), expected, "offset {offset}");
    }
    let span = lines.span(TextRange::new(TextSize::new(1), TextSize::new(5)));
    assert_eq!(span, Span::new(1, 1, 3, 1));
    assert_eq!((lines.text(1, text), lines.text(2, text), lines.text(3, text)), (Some("ab"), Some(""), Some("cd")));
    assert_eq!((lines.text(0, text), lines.text(4, text)), (None, None));
}

/// The value of a text literal's body, or what is wrong with it.
fn text(body: &str, kind: Body) -> Result<(Vec<u8>, usize), String> {
    let (mut out, mut warnings) = (Vec::new(), Vec::new());
    escape::decode_text(body, kind, &mut out, &mut warnings).map_err(|error| error.msg)?;
    Ok((out, warnings.len()))
}

#[test]
fn escapes_of_text() {
    let check = |body: &str, expected: &[u8], warnings| {
        assert_eq!(text(body, Body::Text), Ok((expected.to_vec(), warnings)), "{body}");
    };
    check(r"\a\b\f\n\r\t\v\\\'\x41\101\u00e9\U0001F600\N{BULLET}", "\x07\x08\x0c\n\r\t\x0b\\'AAé😀•".as_bytes(), 0);
    check("a\\\nb", b"ab", 0);
    check(r"\q\8{{", br"\q\8{{", 2);
    check(r"\777", "\u{1FF}".as_bytes(), 1);
    check(r"\ud83d\ude00", b"\xED\xA0\xBD\xED\xB8\x80", 0);
    assert_eq!(text(r"{{\}}\{", Body::Interpolated), Ok((br"{\}\{".to_vec(), 2)));
    let error = text(r"ab\x4", Body::Text).expect_err("a truncated escape");
    assert_eq!(
        error,
        "(unicode error) 'unicodeescape' codec can't decode bytes in position 2-4: truncated \\xXX escape"
    );
    assert!(text(r"\N{no such name}", Body::Text).is_err());
    assert!(text(r"\U00110000", Body::Text).is_err());
}

#[test]
fn escapes_of_bytes() {
    let (mut out, mut warnings) = (Vec::new(), Vec::new());
    escape::decode_bytes(r"\xff\0\u\400", &mut out, &mut warnings).expect("valid bytes");
    assert_eq!((out, warnings.len()), (b"\xFF\0\\u\0".to_vec(), 2));
    let error = escape::decode_bytes(r"a\xf", &mut Vec::new(), &mut Vec::new()).expect_err("a truncated escape");
    assert_eq!(error.msg, "(value error) invalid \\x escape at position 1");
}

#[test]
fn encodings() {
    let decoded = |bytes: &[u8]| decode(bytes, "f").map(Cow::into_owned).map_err(|failure| failure.msg);
    assert_eq!(decoded(b"\xEF\xBB\xBFx"), Ok("x".into()));
    assert_eq!(decoded(b"# coding: latin-1\n\xE9"), Ok("# coding: latin-1\né".into()));
    assert_eq!(decoded(b"\n# vim: fileencoding=utf-8\n\xC3\xA9"), Ok("\n# vim: fileencoding=utf-8\né".into()));
    assert_eq!(decoded(b"# coding: koi8-r\n\xD0"), Ok("# coding: koi8-r\nп".into()));
    assert_eq!(decoded(b"x\n# coding: latin-1\n\xC3\xA9"), Ok("x\n# coding: latin-1\né".into()));
    assert_eq!(decoded(b"# coding: nonesuch\n"), Err("unknown encoding: nonesuch".into()));
    assert_eq!(decoded(b"\xEF\xBB\xBF# coding: latin-1\n"), Err("encoding problem: iso-8859-1 with BOM".into()));
    assert!(
        decoded(b"x = 1\n\xFF").expect_err("bad bytes").starts_with("Non-UTF-8 code starting with '\\xff' on line 2")
    );
}

#[test]
fn newlines_are_translated() {
    assert_eq!(source::translate_newlines(Cow::Borrowed("a\r\nb\rc\n\r")), "a\nb\nc\n\n");
    assert!(matches!(source::translate_newlines(Cow::Borrowed("a\n")), Cow::Borrowed(_)));
}

#[test]
fn null_bytes_are_refused() {
    let failure = parse("x\0", "f", Mode::Exec).expect_err("a null byte");
    assert_eq!(
        (failure.kind, failure.msg.as_str()),
        (ErrorKind::Syntax, "source code string cannot contain null bytes")
    );
}
