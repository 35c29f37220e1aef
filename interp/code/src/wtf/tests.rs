//! Text with and without surrogates.

use super::Wtf;

#[test]
fn surrogates_survive() {
    let text = Wtf::from_code_points([0x61, 0xD83D, 0xDE00, 0x1F600, 0xFFFF]).unwrap();
    assert_eq!(text.code_points().collect::<Vec<_>>(), [0x61, 0xD83D, 0xDE00, 0x1F600, 0xFFFF]);
    assert_eq!(text.len(), 5);
    assert_eq!(text.as_str(), None);
    assert_eq!(Wtf::from_bytes(text.as_bytes()), Some(text));
}

#[test]
fn bad_bytes_are_refused() {
    for bad in [&b"\xff"[..], b"\xed\xa0", b"a\xc3", b"\xed\xa0\x20", b"\xf8\x88\x80\x80\x80", b"\x80"] {
        assert_eq!(Wtf::from_bytes(bad), None, "{bad:?}");
    }
    assert_eq!(Wtf::from_code_points([0x11_0000]), None);
}
