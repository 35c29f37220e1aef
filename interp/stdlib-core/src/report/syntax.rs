//! The lines of an uncaught `SyntaxError`: place, quoted line, carets, message.

use interp_object::data::exception::Exception;
use interp_object::data::int;
use interp_object::layout::ValueExt;
use interp_object::{Esc, Value, ops};

use crate::util::text_of;

/// The lines for `exception`, whose class is shown as `class`.
pub(super) fn format(esc: Esc<'_>, exception: &Value, class: &str) -> String {
    let mut out = String::new();
    let Some(payload) = exception.payload::<Exception>() else { return out };
    let field = |index| payload.field(esc, index).filter(|value| !value.is_none());
    let number = |index| field(index).as_ref().and_then(int::as_i64);
    let filename = field(1).map(|name| ops::str_lossy(esc, &name));
    let mut suffix = String::new();
    match (field(2), &filename) {
        (Some(line), _) => {
            let shown = filename.as_deref().unwrap_or("<string>");
            out.push_str(&format!("  File \"{shown}\", line {}\n", ops::str_lossy(esc, &line)));
        }
        (None, Some(filename)) => suffix = format!(" ({filename})"),
        (None, None) => {}
    }
    if let Some(text) = field(4).and_then(|text| text_of(&text)) {
        let ends = (number(2), number(5), number(6));
        quote(&mut out, &text, field(3).is_some(), number(3), ends);
    }
    let message = field(0).map(|message| ops::str_lossy(esc, &message)).filter(|message| !message.is_empty());
    let message = message.unwrap_or_else(|| "<no detail available>".to_owned());
    out.push_str(&format!("{class}: {message}{suffix}\n"));
    out
}

fn quote(
    out: &mut String,
    text: &str,
    has_offset: bool,
    offset: Option<i64>,
    (line, end_line, end): (Option<i64>, Option<i64>, Option<i64>),
) {
    let right = text.trim_end_matches('\n');
    let left = right.trim_start_matches([' ', '\n', '\x0c']);
    if !has_offset {
        out.push_str(&format!("    {left}\n"));
        return;
    }
    let Some(mut offset) = offset else { return };
    let count = |text: &str| i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let spaces = count(right) - count(left);
    let mut end = if line == end_line { end.filter(|&end| end != 0).unwrap_or(offset) } else { count(right) + 1 };
    if !text.is_empty() && offset > count(text) {
        offset = count(right) + 1;
    }
    if !text.is_empty() && end > count(text) {
        end = count(right) + 1;
    }
    if offset >= end || end < 0 {
        end = offset + 1;
    }
    let (column, end_column) = (offset - 1 - spaces, end - 1 - spaces);
    out.push_str(&format!("    {left}\n"));
    let Ok(column) = usize::try_from(column) else { return };
    let blanks: String = left.chars().take(column).map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
    let width = usize::try_from(end_column).unwrap_or(0).saturating_sub(column);
    out.push_str(&format!("    {blanks}{}\n", "^".repeat(width)));
}
