//! `%` formatting of `str`, `bytes` and `bytearray`.

use interp_object::data::bytearray::ByteArray;
use interp_object::data::bytes::Bytes;
use interp_object::data::int::{self, IntRef};
use interp_object::data::str::Str;
use interp_object::data::tuple::Tuple;
use interp_object::data::{float, singletons};
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Value, call, ops};
use interp_types_num::float_text::{self, FloatForm};
use interp_types_num::int_text;

use super::number::{is_negative, radix};
use crate::buffer::Buffer;
use crate::bytes::octets_of;

/// What is being formatted: it decides what `%s` and `%c` take.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Text,
    Octets,
}

/// `str.__mod__`
pub(crate) fn str_remainder(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let Some(format) = left.payload::<Str>() else { return Ok(singletons::not_implemented()) };
    let chars: Vec<u32> = format.chars().iter().collect();
    render(esc, &chars, right, Mode::Text)?.finish_value(esc)
}

/// `bytes.__mod__` and `bytearray.__mod__`: the octets.
pub(crate) fn format_octets(esc: Esc<'_>, format: &[u8], values: &Value) -> PyResult<Vec<u8>> {
    let chars: Vec<u32> = format.iter().map(|&octet| u32::from(octet)).collect();
    match render(esc, &chars, values, Mode::Octets)? {
        Buffer::Narrow(octets) => Ok(octets),
        Buffer::Wide(_) => Err(esc.system_error("octets cannot become wider")),
    }
}

/// One conversion specifier: `%(key)flags width.precision kind`.
#[derive(Default)]
struct Directive {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

struct Formatter<'a> {
    chars: &'a [u32],
    at: usize,
    mode: Mode,
    values: Vec<Value>,
    next: usize,
    mapping: Option<Value>,
    out: Buffer,
}

fn render(esc: Esc<'_>, chars: &[u32], values: &Value, mode: Mode) -> PyResult<Buffer> {
    let tuple = values.payload::<Tuple>().map(|tuple| tuple.as_slice().to_vec());
    let textual = values.payload::<Str>().is_some()
        || (mode == Mode::Octets && (values.payload::<Bytes>().is_some() || values.payload::<ByteArray>().is_some()));
    let mapping = (tuple.is_none() && !textual && !values.class().slots.getitem.is_empty()).then(|| values.clone());
    let mut formatter = Formatter {
        chars,
        at: 0,
        mode,
        values: tuple.unwrap_or_else(|| vec![values.clone()]),
        next: 0,
        mapping,
        out: Buffer::with_capacity(chars.len() + 32),
    };
    formatter.run(esc)?;
    if formatter.next < formatter.values.len() && formatter.mapping.is_none() {
        let kind = if mode == Mode::Text { "string" } else { "bytes" };
        return Err(esc.type_error(format_args!("not all arguments converted during {kind} formatting")));
    }
    Ok(formatter.out)
}

impl Formatter<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied().and_then(char::from_u32)
    }

    fn run(&mut self, esc: Esc<'_>) -> PyResult<()> {
        while let Some(&c) = self.chars.get(self.at) {
            self.at += 1;
            if c == u32::from(b'%') {
                self.directive(esc)?;
            } else {
                self.out.push(c);
            }
        }
        Ok(())
    }

    fn take_value(&mut self, esc: Esc<'_>) -> PyResult {
        let Some(value) = self.values.get(self.next) else {
            return Err(esc.type_error("not enough arguments for format string"));
        };
        self.next += 1;
        Ok(value.clone())
    }

    fn directive(&mut self, esc: Esc<'_>) -> PyResult<()> {
        let mut directive = Directive::default();
        if self.peek() == Some('(') {
            self.select_key(esc)?;
        }
        while let Some(flag) = self.peek() {
            match flag {
                '-' => directive.left = true,
                '+' => directive.plus = true,
                ' ' => directive.space = true,
                '#' => directive.alternate = true,
                '0' => directive.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        let width = self.number(esc, "width too big")?;
        directive.left |= width.is_some_and(|width| width < 0);
        directive.width = width.map_or(0, |width| width.unsigned_abs() as usize);
        if self.peek() == Some('.') {
            self.at += 1;
            let precision = self.number(esc, "precision too big")?.unwrap_or(0);
            if precision > i64::from(i32::MAX) {
                return Err(esc.value_error("precision too big"));
            }
            directive.precision = Some(usize::try_from(precision).unwrap_or(0));
        }
        if matches!(self.peek(), Some('h' | 'l' | 'L')) {
            self.at += 1;
        }
        let Some(&kind) = self.chars.get(self.at) else { return Err(esc.value_error("incomplete format")) };
        self.at += 1;
        match char::from_u32(kind) {
            Some('%') => self.out.push(kind),
            Some(kind @ ('s' | 'r' | 'a')) => self.text(esc, kind, &directive)?,
            Some('b') if self.mode == Mode::Octets => self.text(esc, 's', &directive)?,
            Some(kind @ ('d' | 'i' | 'u' | 'o' | 'x' | 'X')) => self.integer(esc, kind, &directive)?,
            Some(kind @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G')) => self.float(esc, kind, &directive)?,
            Some('c') => self.character(esc, &directive)?,
            _ => {
                let shown = char::from_u32(kind).filter(|c| (' '..'\u{7f}').contains(c)).unwrap_or('?');
                let index = self.at - 1;
                return Err(esc.value_error(format_args!(
                    "unsupported format character '{shown}' (0x{kind:x}) at index {index}"
                )));
            }
        }
        Ok(())
    }

    /// `(key)`: the value that follows is the mapping's item.
    fn select_key(&mut self, esc: Esc<'_>) -> PyResult<()> {
        let Some(mapping) = self.mapping.clone() else { return Err(esc.type_error("format requires a mapping")) };
        self.at += 1;
        let start = self.at;
        let mut depth = 1;
        while let Some(c) = self.peek() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            self.at += 1;
        }
        if depth > 0 {
            return Err(esc.value_error("incomplete format key"));
        }
        let key = &self.chars[start..self.at];
        self.at += 1;
        let key = match self.mode {
            Mode::Text => interp_object::data::str::from_code_points(esc, key).into_value(),
            Mode::Octets => {
                let octets: Vec<u8> = key.iter().map(|&c| c as u8).collect();
                interp_object::data::bytes::new(esc, &octets).into_value()
            }
        };
        self.values = vec![ops::get_item(esc, &mapping, &key)?];
        self.next = 0;
        Ok(())
    }

    /// A width or precision: digits, or `*` for the next value.
    fn number(&mut self, esc: Esc<'_>, too_big: &str) -> PyResult<Option<i64>> {
        if self.peek() == Some('*') {
            self.at += 1;
            let value = self.take_value(esc)?;
            if int::view(&value).is_none() {
                return Err(esc.type_error("* wants int"));
            }
            return match int::as_i64(&value) {
                Some(number) => Ok(Some(number)),
                None => Err(esc.overflow_error("Python int too large to convert to C ssize_t")),
            };
        }
        let mut number: Option<i64> = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            self.at += 1;
            let next = number.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(i64::from(digit)));
            match next.filter(|&next| next <= i64::MAX / 2) {
                Some(next) => number = Some(next),
                None => return Err(esc.value_error(too_big)),
            }
        }
        Ok(number)
    }

    /// Writes `prefix` and `body` padded to the width; zeros go between them, spaces around.
    fn pad(&mut self, esc: Esc<'_>, directive: &Directive, prefix: &str, body: &Buffer, zero: bool) -> PyResult<()> {
        let len = prefix.len() + body.len();
        let missing = directive.width.saturating_sub(len);
        if self.out.len().saturating_add(missing) > interp_object::data::str::MAX_LEN {
            return Err(esc.memory_error());
        }
        if missing > 0 && !directive.left && !zero {
            self.out.fill(u32::from(b' '), missing);
        }
        self.out.push_str(prefix);
        if missing > 0 && !directive.left && zero {
            self.out.fill(u32::from(b'0'), missing);
        }
        match body {
            Buffer::Narrow(chars) => self.out.push_chars(interp_object::data::str::Chars::Latin1(chars)),
            Buffer::Wide(chars) => chars.iter().for_each(|&c| self.out.push(c)),
        }
        if directive.left {
            self.out.fill(u32::from(b' '), missing);
        }
        Ok(())
    }

    fn text(&mut self, esc: Esc<'_>, kind: char, directive: &Directive) -> PyResult<()> {
        let value = self.take_value(esc)?;
        let mut body = Buffer::new();
        match (kind, self.mode) {
            ('s', Mode::Text) => {
                let text = ops::to_str(esc, &value)?;
                push_part(&mut body, &text, directive.precision);
            }
            ('r', Mode::Text) => {
                let text = ops::repr(esc, &value)?;
                push_part(&mut body, &text, directive.precision);
            }
            ('s', Mode::Octets) => {
                let octets = octets_argument(esc, &value)?;
                let len = directive.precision.unwrap_or(octets.len()).min(octets.len());
                body.push_chars(interp_object::data::str::Chars::Latin1(&octets[..len]));
            }
            _ => {
                let text = ops::ascii(esc, &value)?;
                push_part(&mut body, &text, directive.precision);
            }
        }
        self.pad(esc, directive, "", &body, false)
    }

    fn integer(&mut self, esc: Esc<'_>, kind: char, directive: &Directive) -> PyResult<()> {
        let value = self.take_value(esc)?;
        let number = integer_argument(esc, kind, &value)?;
        let view = int::view(&number).unwrap_or(IntRef::Small(0));
        let (text, prefix) = match kind {
            'o' => (radix(&view, 8), "0o"),
            'x' => (radix(&view, 16), "0x"),
            'X' => (radix(&view, 16).to_ascii_uppercase(), "0X"),
            _ => (int_text::decimal(esc, &view)?, ""),
        };
        let digits = text.trim_start_matches('-');
        let zeros = directive.precision.unwrap_or(0).saturating_sub(digits.len());
        let mut body = Buffer::new();
        body.fill(u32::from(b'0'), zeros);
        body.push_str(digits);
        let prefix = if directive.alternate { prefix } else { "" };
        let prefix = format!("{}{prefix}", sign(is_negative(&view), directive));
        self.pad(esc, directive, &prefix, &body, directive.zero)
    }

    fn float(&mut self, esc: Esc<'_>, kind: char, directive: &Directive) -> PyResult<()> {
        let value = self.take_value(esc)?;
        let number = float_argument(esc, self.mode, &value)?;
        let places = directive.precision.unwrap_or(6);
        let form = match kind {
            'e' | 'E' => FloatForm::Exponent(places),
            'f' | 'F' => FloatForm::Fixed(places),
            _ => FloatForm::General(places),
        };
        let mut text = float_text::format(number, form, directive.alternate, false);
        if kind.is_ascii_uppercase() {
            text.make_ascii_uppercase();
        }
        let negative = text.starts_with('-');
        let mut body = Buffer::new();
        body.push_str(text.trim_start_matches('-'));
        self.pad(esc, directive, sign(negative, directive), &body, directive.zero)
    }

    fn character(&mut self, esc: Esc<'_>, directive: &Directive) -> PyResult<()> {
        let value = self.take_value(esc)?;
        let c = match self.mode {
            Mode::Text => text_character(esc, &value)?,
            Mode::Octets => octet_character(esc, &value)?,
        };
        let mut body = Buffer::new();
        body.push(c);
        self.pad(esc, directive, "", &body, false)
    }
}

fn push_part(body: &mut Buffer, text: &Str, precision: Option<usize>) {
    let len = precision.unwrap_or(text.len()).min(text.len());
    body.push_chars(crate::search::part(text.chars(), 0..len));
}

fn sign(negative: bool, directive: &Directive) -> &'static str {
    match () {
        () if negative => "-",
        () if directive.plus => "+",
        () if directive.space => " ",
        () => "",
    }
}

fn integer_argument(esc: Esc<'_>, kind: char, value: &Value) -> PyResult {
    if int::view(value).is_some() {
        return Ok(value.clone());
    }
    let slots = &value.class().slots;
    let decimal = matches!(kind, 'd' | 'i' | 'u');
    let wanted = if decimal { "a real number" } else { "an integer" };
    let convertible = !slots.index.is_empty() || (decimal && !(slots.int.is_empty() && slots.float.is_empty()));
    let wrong = || {
        let shown = value.class().name();
        esc.type_error(format_args!("%{kind} format: {wanted} is required, not {shown}"))
    };
    if !convertible || float::view(value).is_some() && !decimal {
        return Err(wrong());
    }
    let converted = if decimal { ops::to_int(esc, value) } else { ops::as_index(esc, value) };
    converted.map_err(|raised| match raised.catch_if(esc, &interp_object::data::exception::TYPE_ERROR) {
        Ok(_) => wrong(),
        Err(raised) => raised,
    })
}

fn float_argument(esc: Esc<'_>, mode: Mode, value: &Value) -> PyResult<f64> {
    let slots = &value.class().slots;
    if mode == Mode::Octets && value.header().is_some() && slots.float.is_empty() && slots.index.is_empty() {
        return Err(esc.type_error(format_args!("float argument required, not {}", value.class().name())));
    }
    ops::as_f64(esc, value)
}

fn text_character(esc: Esc<'_>, value: &Value) -> PyResult<u32> {
    if let Some(text) = value.payload::<Str>() {
        if text.len() != 1 {
            return Err(esc.type_error(format_args!(
                "%c requires an int or a unicode character, not a string of length {}",
                text.len()
            )));
        }
        return Ok(text.chars().at(0));
    }
    if int::view(value).is_none() && value.class().slots.index.is_empty() {
        let shown = value.class().name();
        return Err(esc.type_error(format_args!("%c requires an int or a unicode character, not {shown}")));
    }
    let number = ops::as_index_clamped(esc, value)?;
    match u32::try_from(number).ok().filter(|&c| c < 0x11_0000) {
        Some(c) => Ok(c),
        None => Err(esc.overflow_error("%c arg not in range(0x110000)")),
    }
}

fn octet_character(esc: Esc<'_>, value: &Value) -> PyResult<u32> {
    const WANTED: &str = "%c requires an integer in range(256) or a single byte, not ";
    if let Some(octets) = octets_of(esc, value)? {
        return match &octets[..] {
            [octet] => Ok(u32::from(*octet)),
            many => {
                Err(esc.type_error(format_args!("{WANTED}a {} object of length {}", value.class().name(), many.len())))
            }
        };
    }
    if int::view(value).is_none() && value.class().slots.index.is_empty() {
        return Err(esc.type_error(format_args!("{WANTED}{}", value.class().name())));
    }
    match u8::try_from(ops::as_index_clamped(esc, value)?) {
        Ok(octet) => Ok(u32::from(octet)),
        Err(_) => Err(esc.overflow_error("%c arg not in range(256)")),
    }
}

/// What `%s` and `%b` of bytes take: bytes-like, or an object with `__bytes__`.
fn octets_argument(esc: Esc<'_>, value: &Value) -> PyResult<Vec<u8>> {
    if let Some(octets) = octets_of(esc, value)? {
        return Ok(octets.into_owned());
    }
    if let Some(made) = call::call_special(esc, value, names::bytes(esc), &[])? {
        if let Some(octets) = made.payload::<Bytes>() {
            return Ok(octets.as_slice().to_vec());
        }
        let shown = made.class().name();
        return Err(esc.type_error(format_args!("__bytes__ returned non-bytes (type {shown})")));
    }
    Err(esc.type_error(format_args!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        value.class().name()
    )))
}
