//! Decimal digits and white space of Unicode 16: what `int()`, `float()` and `complex()` accept besides ASCII.
//!
//! Apart because text methods (`str.isdecimal`, `str.strip`) need the same two facts.

/// The zero of every run of ten digits with the property Numeric_Type=Decimal.
const ZEROS: [u32; 76] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0,
    0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0,
    0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/// The value of a decimal digit of any script.
#[inline]
pub fn decimal_value(code_point: u32) -> Option<u8> {
    if code_point < 0x80 {
        return char::from_u32(code_point)?.to_digit(10).map(|digit| digit as u8);
    }
    let run = ZEROS.partition_point(|&zero| zero <= code_point).checked_sub(1)?;
    let value = code_point - ZEROS[run];
    (value < 10).then_some(value as u8)
}

/// Whether `str.isspace` holds for the character: bidirectional type WS, B or S, or category Zs.
#[inline]
pub fn is_space(code_point: u32) -> bool {
    matches!(code_point,
        0x09..=0x0d | 0x1c..=0x20 | 0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000)
}

/// Text as a number parser sees it: trimmed, digits of any script made ASCII, everything else beyond ASCII a `?`.
pub(crate) fn to_ascii(code_points: impl Iterator<Item = u32>) -> String {
    let mapped: String = code_points
        .map(|c| match decimal_value(c) {
            Some(digit) => char::from(b'0' + digit),
            None if is_space(c) => ' ',
            None if c < 0x80 => char::from(c as u8),
            None => '?',
        })
        .collect();
    mapped.trim_matches(' ').to_owned()
}

/// Removes underscores that stand between two digits; `None` if one stands elsewhere.
pub(crate) fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    for (index, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_') {
        let before = index.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_digit());
        let after = bytes.get(index + 1).is_some_and(u8::is_ascii_digit);
        if !before || !after {
            return None;
        }
    }
    Some(text.replace('_', ""))
}
