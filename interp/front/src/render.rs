//! The text CPython prints to stderr for a failed compile: file, quoted line, carets, message.
//!
//! Apart because it is a presentation of [`SyntaxFailure`] that embedders may replace. After `traceback.py`'s
//! `TracebackException._format_syntax_error`.

use std::fmt::Write as _;

use crate::failure::{Place, SyntaxFailure};

/// The lines CPython prints for an uncaught syntax error, each ended by a newline.
#[must_use]
pub fn render(failure: &SyntaxFailure) -> String {
    let mut out = String::new();
    if let Some(place) = &failure.place {
        let _ = writeln!(out, "  File \"{}\", line {}", failure.filename, place.lineno);
        if let Some(text) = &place.text {
            quote(&mut out, place, text);
        }
    }
    let _ = writeln!(out, "{}: {}", failure.kind.class_name(), failure.msg);
    out
}

/// The source line, stripped and indented by four, and carets under the bad part.
fn quote(out: &mut String, place: &Place, text: &str) {
    let line = text.trim_end_matches('\n');
    let stripped = line.trim_start_matches([' ', '\n', '\x0c']);
    let spaces = (line.chars().count() - stripped.chars().count()) as i32;
    let _ = writeln!(out, "    {stripped}");
    let (length, width) = (text.chars().count() as i32, line.chars().count() as i32);
    let mut offset = place.offset;
    let mut end_offset = match place.end_offset {
        _ if place.lineno != place.end_lineno => width + 1,
        0 => offset,
        end => end,
    };
    if offset > length {
        offset = width + 1;
    }
    if end_offset > length {
        end_offset = width + 1;
    }
    if offset >= end_offset || end_offset < 0 {
        end_offset = offset + 1;
    }
    let column = offset - 1 - spaces;
    if column < 0 {
        return;
    }
    // Blanks other than spaces stay, so that the carets line up under tabs.
    let blanks: String =
        stripped.chars().take(column as usize).map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
    let _ = writeln!(out, "    {blanks}{}", "^".repeat((end_offset - offset) as usize));
}
