//! Character properties and case mappings of Unicode 16, as CPython 3.14's `str` methods mean them.
//!
//! The standard library knows a newer Unicode; what it says is used only for characters that Unicode 16 assigns.

use interp_types_num::digits;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Numeric_Type=Digit: digits that do not form decimal numbers.
#[rustfmt::skip]
const DIGITS: [(u32, u32); 20] = [
    (0xb2, 0xb3), (0xb9, 0xb9), (0x1369, 0x1371), (0x19da, 0x19da), (0x2070, 0x2070), (0x2074, 0x2079),
    (0x2080, 0x2089), (0x2460, 0x2468), (0x2474, 0x247c), (0x2488, 0x2490), (0x24ea, 0x24ea), (0x24f5, 0x24fd),
    (0x24ff, 0x24ff), (0x2776, 0x277e), (0x2780, 0x2788), (0x278a, 0x2792), (0x10a40, 0x10a43), (0x10e60, 0x10e68),
    (0x11052, 0x1105a), (0x1f100, 0x1f10a),
];

/// Letters with a numeric value (Unihan's kPrimaryNumeric and the like).
#[rustfmt::skip]
const NUMERIC_LETTERS: [(u32, u32); 82] = [
    (0x3405, 0x3405), (0x3483, 0x3483), (0x382a, 0x382a), (0x3b4d, 0x3b4d), (0x4e00, 0x4e00), (0x4e03, 0x4e03),
    (0x4e07, 0x4e07), (0x4e09, 0x4e09), (0x4e24, 0x4e24), (0x4e5d, 0x4e5d), (0x4e8c, 0x4e8c), (0x4e94, 0x4e94),
    (0x4e96, 0x4e96), (0x4eac, 0x4eac), (0x4ebf, 0x4ec0), (0x4edf, 0x4edf), (0x4ee8, 0x4ee8), (0x4f0d, 0x4f0d),
    (0x4f70, 0x4f70), (0x4fe9, 0x4fe9), (0x5006, 0x5006), (0x5104, 0x5104), (0x5146, 0x5146), (0x5169, 0x5169),
    (0x516b, 0x516b), (0x516d, 0x516d), (0x5341, 0x5341), (0x5343, 0x5345), (0x534c, 0x534c), (0x53c1, 0x53c4),
    (0x56db, 0x56db), (0x58f1, 0x58f1), (0x58f9, 0x58f9), (0x5e7a, 0x5e7a), (0x5efe, 0x5eff), (0x5f0c, 0x5f0e),
    (0x5f10, 0x5f10), (0x62d0, 0x62d0), (0x62fe, 0x62fe), (0x634c, 0x634c), (0x67d2, 0x67d2), (0x6d1e, 0x6d1e),
    (0x6f06, 0x6f06), (0x7396, 0x7396), (0x767e, 0x767e), (0x7695, 0x7695), (0x79ed, 0x79ed), (0x8086, 0x8086),
    (0x842c, 0x842c), (0x8cae, 0x8cae), (0x8cb3, 0x8cb3), (0x8d30, 0x8d30), (0x920e, 0x920e), (0x94a9, 0x94a9),
    (0x9621, 0x9621), (0x9646, 0x9646), (0x964c, 0x964c), (0x9678, 0x9678), (0x96f6, 0x96f6), (0xf96b, 0xf96b),
    (0xf973, 0xf973), (0xf978, 0xf978), (0xf9b2, 0xf9b2), (0xf9d1, 0xf9d1), (0xf9d3, 0xf9d3), (0xf9fd, 0xf9fd),
    (0x20001, 0x20001), (0x20064, 0x20064), (0x200e2, 0x200e2), (0x20121, 0x20121), (0x2092a, 0x2092a), (0x20983, 0x20983),
    (0x2098c, 0x2098c), (0x2099c, 0x2099c), (0x20aea, 0x20aea), (0x20afd, 0x20afd), (0x20b19, 0x20b19), (0x22390, 0x22390),
    (0x22998, 0x22998), (0x23b1b, 0x23b1b), (0x2626d, 0x2626d), (0x2f890, 0x2f890),
];

fn in_runs(runs: &[(u32, u32)], code_point: u32) -> bool {
    let after = runs.partition_point(|&(first, _)| first <= code_point);
    after.checked_sub(1).is_some_and(|index| code_point <= runs[index].1)
}

fn category(c: char) -> GeneralCategory {
    c.general_category()
}

fn of(code_point: u32, ask: impl Fn(char) -> bool) -> bool {
    char::from_u32(code_point).is_some_and(ask)
}

fn is_assigned(c: char) -> bool {
    category(c) != GeneralCategory::Unassigned
}

pub(crate) fn is_alpha(code_point: u32) -> bool {
    use GeneralCategory::{LowercaseLetter, ModifierLetter, OtherLetter, TitlecaseLetter, UppercaseLetter};
    of(code_point, |c| match c.is_ascii() {
        true => c.is_ascii_alphabetic(),
        false => {
            matches!(category(c), LowercaseLetter | ModifierLetter | OtherLetter | TitlecaseLetter | UppercaseLetter)
        }
    })
}

pub(crate) fn is_decimal(code_point: u32) -> bool {
    digits::decimal_value(code_point).is_some()
}

pub(crate) fn is_digit(code_point: u32) -> bool {
    is_decimal(code_point) || in_runs(&DIGITS, code_point)
}

pub(crate) fn is_numeric(code_point: u32) -> bool {
    use GeneralCategory::{DecimalNumber, LetterNumber, OtherNumber};
    of(code_point, |c| match c.is_ascii() {
        true => c.is_ascii_digit(),
        false => {
            matches!(category(c), DecimalNumber | LetterNumber | OtherNumber) || in_runs(&NUMERIC_LETTERS, code_point)
        }
    })
}

pub(crate) fn is_alnum(code_point: u32) -> bool {
    is_alpha(code_point) || is_digit(code_point) || is_numeric(code_point)
}

pub(crate) use interp_types_num::digits::is_space;

pub(crate) fn is_lower(code_point: u32) -> bool {
    // Unicode 17 made U+0295 a letter without case.
    const PHARYNGEAL_FRICATIVE: char = '\u{295}';
    of(code_point, |c| match c.is_ascii() {
        true => c.is_ascii_lowercase(),
        false => (c.is_lowercase() && is_assigned(c)) || c == PHARYNGEAL_FRICATIVE,
    })
}

pub(crate) fn is_upper(code_point: u32) -> bool {
    of(code_point, |c| if c.is_ascii() { c.is_ascii_uppercase() } else { c.is_uppercase() && is_assigned(c) })
}

pub(crate) fn is_title(code_point: u32) -> bool {
    code_point >= 0x80 && of(code_point, |c| category(c) == GeneralCategory::TitlecaseLetter)
}

/// The derived property Cased.
pub(crate) fn is_cased(code_point: u32) -> bool {
    is_lower(code_point) || is_upper(code_point) || is_title(code_point)
}

/// The derived property Case_Ignorable.
fn is_case_ignorable(code_point: u32) -> bool {
    use GeneralCategory::{EnclosingMark, Format, ModifierLetter, ModifierSymbol, NonspacingMark};
    let punctuation = matches!(
        code_point,
        0x27 | 0x2e
            | 0x3a
            | 0xb7
            | 0x387
            | 0x55f
            | 0x5f4
            | 0x2018
            | 0x2019
            | 0x2024
            | 0x2027
            | 0xfe13
            | 0xfe52
            | 0xfe55
            | 0xff07
            | 0xff0e
            | 0xff1a
    );
    punctuation
        || of(code_point, |c| {
            matches!(category(c), EnclosingMark | Format | ModifierLetter | ModifierSymbol | NonspacingMark)
        })
}

/// Whether `repr` shows the character as it is: not a control, format, surrogate, private or unassigned character, and
/// no separator but the space.
pub(crate) fn is_printable(code_point: u32) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, SpaceSeparator, Surrogate, Unassigned,
    };
    if code_point < 0x80 {
        return (0x20..0x7f).contains(&code_point);
    }
    of(code_point, |c| {
        !matches!(
            category(c),
            Control
                | Format
                | LineSeparator
                | ParagraphSeparator
                | PrivateUse
                | SpaceSeparator
                | Surrogate
                | Unassigned
        )
    })
}

pub(crate) fn is_identifier_start(code_point: u32) -> bool {
    code_point == u32::from(b'_') || of(code_point, |c| unicode_ident::is_xid_start(c) && is_assigned(c))
}

pub(crate) fn is_identifier_part(code_point: u32) -> bool {
    of(code_point, |c| unicode_ident::is_xid_continue(c) && is_assigned(c))
}

fn mapped<const N: usize>(code_point: u32, map: impl Fn(char) -> [u32; N], mut push: impl FnMut(u32)) {
    let result = char::from_u32(code_point).map_or([0; N], map);
    if result[0] == 0 {
        return push(code_point);
    }
    result.into_iter().take_while(|&c| c != 0).for_each(push);
}

pub(crate) fn upper(code_point: u32, mut push: impl FnMut(u32)) {
    match u8::try_from(code_point) {
        Ok(byte) if byte < 0x80 => push(u32::from(byte.to_ascii_uppercase())),
        _ => mapped(code_point, unicode_case_mapping::to_uppercase, push),
    }
}

pub(crate) fn title(code_point: u32, mut push: impl FnMut(u32)) {
    match u8::try_from(code_point) {
        Ok(byte) if byte < 0x80 => push(u32::from(byte.to_ascii_uppercase())),
        _ => mapped(code_point, unicode_case_mapping::to_titlecase, push),
    }
}

/// Lower case of the character at `index`: a capital sigma at the end of a word becomes a final one.
pub(crate) fn lower_at(text: &[u32], index: usize, mut push: impl FnMut(u32)) {
    const CAPITAL_SIGMA: u32 = 0x3a3;
    let code_point = text[index];
    match u8::try_from(code_point) {
        Ok(byte) if byte < 0x80 => push(u32::from(byte.to_ascii_lowercase())),
        _ if code_point == CAPITAL_SIGMA => push(if is_final_sigma(text, index) { 0x3c2 } else { 0x3c3 }),
        _ => mapped(code_point, unicode_case_mapping::to_lowercase, push),
    }
}

fn is_final_sigma(text: &[u32], index: usize) -> bool {
    let before = text[..index].iter().rev().find(|&&c| !is_case_ignorable(c));
    let after = text[index + 1..].iter().find(|&&c| !is_case_ignorable(c));
    before.is_some_and(|&c| is_cased(c)) && !after.is_some_and(|&c| is_cased(c))
}

/// Full case folding of one character.
pub(crate) fn fold(code_point: u32, mut push: impl FnMut(u32)) {
    let Some(c) = char::from_u32(code_point) else { return push(code_point) };
    caseless::default_case_fold_str(c.encode_utf8(&mut [0; 4])).chars().for_each(|c| push(u32::from(c)));
}
