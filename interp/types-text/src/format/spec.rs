//! The format specification mini-language: `[[fill]align][sign]["z"]["#"]["0"][width][grouping]["." precision][kind]`.

use interp_object::data::str::Str;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value};

/// Where padding goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Align {
    Left,
    Right,
    Center,
    AfterSign,
}

/// A parsed specification.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) fill: u32,
    pub(super) align: Option<Align>,
    /// `+`, `-` or a space.
    pub(super) sign: Option<u8>,
    pub(super) no_negative_zero: bool,
    pub(super) alternate: bool,
    /// A `0` in front of the width, which set fill and alignment unless they were given.
    pub(super) zero_padded: bool,
    pub(super) width: usize,
    /// `,` or `_` between groups of digits before the point.
    pub(super) grouping: Option<u8>,
    /// The same after the point.
    pub(super) fraction_grouping: Option<u8>,
    pub(super) precision: Option<usize>,
    /// The presentation type, a character.
    pub(super) kind: Option<u32>,
}

impl Spec {
    /// Padding left and right of a body of this length.
    pub(super) fn margins(&self, len: usize, align: Align) -> (usize, usize) {
        let missing = self.width.saturating_sub(len);
        match align {
            Align::Left => (0, missing),
            Align::Right | Align::AfterSign => (missing, 0),
            Align::Center => (missing / 2, missing - missing / 2),
        }
    }

    /// The presentation type if it is ASCII.
    pub(super) fn kind(&self) -> Option<u8> {
        self.kind.and_then(|kind| u8::try_from(kind).ok())
    }
}

fn align_of(c: u32) -> Option<Align> {
    match char::from_u32(c)? {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

struct Reader {
    chars: Vec<u32>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<u8> {
        self.chars.get(self.at).and_then(|&c| u8::try_from(c).ok())
    }

    fn take(&mut self, accepted: &[u8]) -> Option<u8> {
        let found = self.peek().filter(|c| accepted.contains(c))?;
        self.at += 1;
        Some(found)
    }

    fn number(&mut self, esc: Esc<'_>) -> PyResult<Option<usize>> {
        let start = self.at;
        let mut number = 0usize;
        while let Some(digit) = self.take(b"0123456789") {
            number = match number.checked_mul(10).and_then(|n| n.checked_add(usize::from(digit - b'0'))) {
                Some(number) if number <= isize::MAX as usize => number,
                _ => return Err(esc.value_error("Too many decimal digits in format string")),
            };
        }
        Ok((self.at > start).then_some(number))
    }
}

pub(super) fn parse(esc: Esc<'_>, value: &Value, text: &Str) -> PyResult<Spec> {
    let mut reader = Reader { chars: text.chars().iter().collect(), at: 0 };
    let mut spec = Spec {
        fill: u32::from(b' '),
        align: None,
        sign: None,
        no_negative_zero: false,
        alternate: false,
        zero_padded: false,
        width: 0,
        grouping: None,
        fraction_grouping: None,
        precision: None,
        kind: None,
    };
    let mut fill_given = false;
    if let Some(align) = reader.chars.get(1).copied().and_then(align_of) {
        (spec.fill, spec.align, fill_given) = (reader.chars[0], Some(align), true);
        reader.at = 2;
    } else if let Some(align) = reader.chars.first().copied().and_then(align_of) {
        spec.align = Some(align);
        reader.at = 1;
    }
    spec.sign = reader.take(b"+- ");
    spec.no_negative_zero = reader.take(b"z").is_some();
    spec.alternate = reader.take(b"#").is_some();
    if !fill_given && reader.take(b"0").is_some() {
        spec.fill = u32::from(b'0');
        if spec.align.is_none() {
            spec.zero_padded = true;
            spec.align = Some(Align::AfterSign);
        }
    }
    spec.width = reader.number(esc)?.unwrap_or(0);
    if spec.width > interp_object::data::str::MAX_LEN {
        return Err(esc.memory_error());
    }
    spec.grouping = grouping(esc, &mut reader)?;
    if reader.take(b".").is_some() {
        spec.precision = reader.number(esc)?;
        spec.fraction_grouping = grouping(esc, &mut reader)?;
        if spec.precision.is_none() && spec.fraction_grouping.is_none() {
            return Err(esc.value_error("Format specifier missing precision"));
        }
    }
    match reader.chars.len() - reader.at {
        0 => {}
        1 => spec.kind = Some(reader.chars[reader.at]),
        _ => {
            return Err(esc.value_error(format_args!(
                "Invalid format specifier '{}' for object of type '{}'",
                text.to_lossy(),
                value.class().name()
            )));
        }
    }
    check_grouping(esc, value, &spec)?;
    Ok(spec)
}

fn grouping(esc: Esc<'_>, reader: &mut Reader) -> PyResult<Option<u8>> {
    let Some(first) = reader.take(b",_") else { return Ok(None) };
    match reader.take(b",_") {
        Some(second) if second != first => Err(esc.value_error("Cannot specify both ',' and '_'.")),
        Some(second) => {
            let shown = char::from(second);
            Err(esc.value_error(format_args!("Cannot specify '{shown}' with '{shown}'.")))
        }
        None => Ok(Some(first)),
    }
}

fn check_grouping(esc: Esc<'_>, value: &Value, spec: &Spec) -> PyResult<()> {
    let default = if value.payload::<Str>().is_some() { b's' } else { b'd' };
    let kind = spec.kind.unwrap_or(u32::from(default));
    let Some(grouping) = spec.grouping.or(spec.fraction_grouping) else { return Ok(()) };
    let fits = match u8::try_from(kind) {
        Ok(b'd' | b'e' | b'f' | b'g' | b'E' | b'G' | b'%' | b'F') => true,
        Ok(b'b' | b'o' | b'x' | b'X') => grouping == b'_',
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let (grouping, kind) = (char::from(grouping), char::from_u32(kind).unwrap_or('?'));
    if kind > '\x20' && kind < '\u{80}' {
        return Err(esc.value_error(format_args!("Cannot specify '{grouping}' with '{kind}'.")));
    }
    Err(esc.value_error(format_args!("Cannot specify '{grouping}' with '\\x{:x}'.", u32::from(kind))))
}
