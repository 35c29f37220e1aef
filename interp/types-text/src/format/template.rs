//! `str.format` and `str.format_map`: replacement fields in a template.

use interp_object::data::str::{self, Str};
use interp_object::data::{exception as exc, int};
use interp_object::intern::name_of;
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Args, Esc, PyResult, Raised, Value, attr, ops};

use crate::buffer::Buffer;

/// Literal text and the replacement field behind it.
pub struct TemplatePart {
    /// Text that stands for itself, with doubled braces made single.
    pub literal: Vec<u32>,
    /// The field, unless the template ends or a doubled brace was met.
    pub field: Option<TemplateField>,
}

/// One replacement field: `{name!conversion:spec}`.
pub struct TemplateField {
    /// What is between the brace and the conversion or colon.
    pub name: Vec<u32>,
    /// `r`, `s` or `a`, or something that will be refused.
    pub conversion: Option<u32>,
    /// The format specification.
    pub spec: Vec<u32>,
    /// Whether the specification has fields itself.
    pub nested: bool,
}

/// Reads a template part by part.
pub struct TemplateParser<'a> {
    chars: &'a [u32],
    at: usize,
}

const OPEN: u32 = b'{' as u32;
const CLOSE: u32 = b'}' as u32;

impl<'a> TemplateParser<'a> {
    /// Starts at the beginning.
    pub fn new(chars: &'a [u32]) -> Self {
        TemplateParser { chars, at: 0 }
    }

    fn peek(&self) -> Option<u32> {
        self.chars.get(self.at).copied()
    }

    /// The next part, or `None` at the end.
    ///
    /// # Errors
    /// `ValueError` for unbalanced braces and malformed fields.
    pub fn next_part(&mut self, esc: Esc<'_>) -> PyResult<Option<TemplatePart>> {
        if self.at >= self.chars.len() {
            return Ok(None);
        }
        let rest = &self.chars[self.at..];
        let len = rest.iter().position(|&c| c == OPEN || c == CLOSE).unwrap_or(rest.len());
        let mut literal = rest[..len].to_vec();
        self.at += len;
        let Some(brace) = self.peek() else { return Ok(Some(TemplatePart { literal, field: None })) };
        self.at += 1;
        if self.peek() == Some(brace) {
            self.at += 1;
            literal.push(brace);
            return Ok(Some(TemplatePart { literal, field: None }));
        }
        if brace == CLOSE {
            return Err(esc.value_error("Single '}' encountered in format string"));
        }
        if self.at == self.chars.len() {
            return Err(esc.value_error("Single '{' encountered in format string"));
        }
        let field = self.field(esc)?;
        Ok(Some(TemplatePart { literal, field: Some(field) }))
    }

    fn field(&mut self, esc: Esc<'_>) -> PyResult<TemplateField> {
        let start = self.at;
        let mut in_brackets = false;
        let end = loop {
            let Some(c) = self.peek() else {
                return Err(esc.value_error("expected '}' before end of string"));
            };
            self.at += 1;
            match char::from_u32(c) {
                Some('{') => return Err(esc.value_error("unexpected '{' in field name")),
                Some('[') => in_brackets = true,
                Some(']') => in_brackets = false,
                Some(end @ ('}' | ':' | '!')) if !in_brackets => break end,
                _ => {}
            }
        };
        let name = self.chars[start..self.at - 1].to_vec();
        let mut field = TemplateField { name, conversion: None, spec: Vec::new(), nested: false };
        if end == '}' {
            return Ok(field);
        }
        if end == '!' {
            let Some(conversion) = self.peek() else {
                return Err(esc.value_error("end of string while looking for conversion specifier"));
            };
            self.at += 1;
            field.conversion = Some(conversion);
            match self.peek() {
                Some(CLOSE) => {
                    self.at += 1;
                    return Ok(field);
                }
                Some(c) if c == u32::from(b':') => self.at += 1,
                Some(_) => return Err(esc.value_error("expected ':' after conversion specifier")),
                None => {}
            }
        }
        self.spec(esc, &mut field)?;
        Ok(field)
    }

    fn spec(&mut self, esc: Esc<'_>, field: &mut TemplateField) -> PyResult<()> {
        let start = self.at;
        let mut depth = 1;
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == OPEN {
                field.nested = true;
                depth += 1;
            } else if c == CLOSE {
                depth -= 1;
                if depth == 0 {
                    field.spec = self.chars[start..self.at - 1].to_vec();
                    return Ok(());
                }
            }
        }
        Err(esc.value_error("unmatched '{' in format spec"))
    }
}

/// One step from a field's first name to its value.
pub enum FieldStep {
    /// `.name`
    Attribute(Vec<u32>),
    /// `[index]`, a number or text.
    Item(Vec<u32>),
}

/// Splits a field name such as `0.name[key]` into its first part and the steps that follow.
///
/// # Errors
/// `ValueError` for empty or malformed steps.
pub fn parse_field_name(esc: Esc<'_>, name: &[u32]) -> PyResult<(Vec<u32>, Vec<FieldStep>)> {
    const DOT: u32 = b'.' as u32;
    const OPENING: u32 = b'[' as u32;
    const CLOSING: u32 = b']' as u32;
    let stop = |chars: &[u32]| chars.iter().position(|&c| c == DOT || c == OPENING).unwrap_or(chars.len());
    let first_end = stop(name);
    let (first, mut rest) = name.split_at(first_end);
    let mut steps = Vec::new();
    while let Some((&c, after)) = rest.split_first() {
        if c == DOT {
            let (attribute, remaining) = after.split_at(stop(after));
            rest = remaining;
            steps.push(FieldStep::Attribute(attribute.to_vec()));
        } else if c == OPENING {
            let Some(end) = after.iter().position(|&c| c == CLOSING) else {
                return Err(esc.value_error("Missing ']' in format string"));
            };
            steps.push(FieldStep::Item(after[..end].to_vec()));
            rest = &after[end + 1..];
        } else {
            return Err(esc.value_error("Only '.' or '[' may follow ']' in format field specifier"));
        }
        if matches!(steps.last(), Some(FieldStep::Attribute(text) | FieldStep::Item(text)) if text.is_empty()) {
            return Err(esc.value_error("Empty attribute in format string"));
        }
    }
    Ok((first.to_vec(), steps))
}

/// The number that a field name consists of; `None` if it is no number.
pub fn field_index(esc: Esc<'_>, text: &[u32]) -> PyResult<Option<usize>> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut number = 0usize;
    for &c in text {
        let Some(digit) = interp_types_num::digits::decimal_value(c) else { return Ok(None) };
        number = match number.checked_mul(10).and_then(|n| n.checked_add(usize::from(digit))) {
            Some(number) if number <= isize::MAX as usize => number,
            _ => return Err(esc.value_error("Too many decimal digits in format string")),
        };
    }
    Ok(Some(number))
}

/// Where values come from.
enum Source<'a> {
    Call(Args<'a>),
    Mapping(&'a Value),
}

#[derive(PartialEq)]
enum Numbering {
    Undecided,
    Automatic(usize),
    Manual,
}

struct Renderer<'a> {
    source: Source<'a>,
    numbering: Numbering,
}

pub(crate) fn format(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    start(esc, this, Source::Call(args))
}

pub(crate) fn format_map(esc: Esc<'_>, this: &Value, mapping: &Value) -> PyResult {
    start(esc, this, Source::Mapping(mapping))
}

fn start(esc: Esc<'_>, template: &Value, source: Source<'_>) -> PyResult {
    let chars: Vec<u32> = crate::str::text(template).chars().iter().collect();
    let mut renderer = Renderer { source, numbering: Numbering::Undecided };
    let mut out = Buffer::with_capacity(chars.len() + 16);
    renderer.render(esc, &chars, 2, &mut out)?;
    out.finish_value(esc)
}

impl Renderer<'_> {
    fn render(&mut self, esc: Esc<'_>, template: &[u32], depth: u32, out: &mut Buffer) -> PyResult<()> {
        if depth == 0 {
            return Err(esc.value_error("Max string recursion exceeded"));
        }
        let mut parser = TemplateParser::new(template);
        while let Some(part) = parser.next_part(esc)? {
            part.literal.iter().for_each(|&c| out.push(c));
            let Some(field) = part.field else { continue };
            let value = self.value(esc, &field.name)?;
            let value = convert(esc, value, field.conversion)?;
            let text = if field.spec.is_empty() {
                ops::format(esc, &value, None)?
            } else {
                let spec = if field.nested {
                    let mut expanded = Buffer::new();
                    self.render(esc, &field.spec, depth - 1, &mut expanded)?;
                    expanded.finish(esc)?
                } else {
                    str::from_code_points(esc, &field.spec)
                };
                super::format_value(esc, &value, spec.value())?
            };
            if let Some(text) = text.payload::<Str>() {
                out.push_text(text);
            }
        }
        Ok(())
    }

    /// The value that a field names.
    fn value(&mut self, esc: Esc<'_>, name: &[u32]) -> PyResult {
        let (first, steps) = parse_field_name(esc, name)?;
        let index = field_index(esc, &first)?;
        let index = if first.is_empty() || index.is_some() { Some(self.number(esc, index)?) } else { None };
        let mut value = match index {
            Some(index) => self.positional(esc, index)?,
            None => self.named(esc, &first)?,
        };
        for step in steps {
            value = match step {
                FieldStep::Attribute(name) => {
                    let name = str::from_code_points(esc, &name).into_value();
                    let name = name_of(esc, &name).unwrap_or(name);
                    attr::get(esc, &value, &name)?
                }
                FieldStep::Item(key) => {
                    let key = match field_index(esc, &key)? {
                        Some(index) => int::from_usize(esc, index),
                        None => str::from_code_points(esc, &key).into_value(),
                    };
                    ops::get_item(esc, &value, &key)?
                }
            };
        }
        Ok(value)
    }

    /// Settles on automatic or manual numbering, and gives the next number where it is automatic.
    fn number(&mut self, esc: Esc<'_>, given: Option<usize>) -> PyResult<usize> {
        match (&mut self.numbering, given) {
            (Numbering::Manual, None) => {
                Err(esc.value_error("cannot switch from manual field specification to automatic field numbering"))
            }
            (Numbering::Automatic(_), Some(_)) => {
                Err(esc.value_error("cannot switch from automatic field numbering to manual field specification"))
            }
            (Numbering::Automatic(next), None) => {
                *next += 1;
                Ok(*next - 1)
            }
            (Numbering::Undecided, None) => {
                self.numbering = Numbering::Automatic(1);
                Ok(0)
            }
            (_, Some(index)) => {
                self.numbering = Numbering::Manual;
                Ok(index)
            }
        }
    }

    fn positional(&self, esc: Esc<'_>, index: usize) -> PyResult {
        match &self.source {
            Source::Mapping(_) => Err(esc.value_error("Format string contains positional fields")),
            Source::Call(args) => args.pos().get(index).cloned().ok_or_else(|| out_of_range(esc, index)),
        }
    }

    fn named(&self, esc: Esc<'_>, name: &[u32]) -> PyResult {
        let key: Obj<Str> = str::from_code_points(esc, name);
        match &self.source {
            Source::Mapping(mapping) => ops::get_item(esc, mapping, key.value()),
            Source::Call(args) => args
                .keywords()
                .find(|(name, _)| name.payload::<Str>().is_some_and(|name| name.same_text(&key)))
                .map(|(_, value)| value.clone())
                .ok_or_else(|| esc.key_error(key.value())),
        }
    }
}

#[cold]
fn out_of_range(esc: Esc<'_>, index: usize) -> Raised {
    esc.raise_str(&exc::INDEX_ERROR, format_args!("Replacement index {index} out of range for positional args tuple"))
}

fn convert(esc: Esc<'_>, value: Value, conversion: Option<u32>) -> PyResult {
    let Some(conversion) = conversion else { return Ok(value) };
    match char::from_u32(conversion) {
        Some('r') => ops::repr(esc, &value).map(Obj::into_value),
        Some('s') => ops::to_str(esc, &value).map(Obj::into_value),
        Some('a') => ops::ascii(esc, &value).map(Obj::into_value),
        Some(c) if c > ' ' && c < '\u{7f}' => Err(esc.value_error(format_args!("Unknown conversion specifier {c}"))),
        _ => Err(esc.value_error(format_args!("Unknown conversion specifier \\x{conversion:x}"))),
    }
}
