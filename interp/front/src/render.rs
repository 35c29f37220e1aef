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
    let stripped = line.trim_start_matches([' ', '\n', '\x0c', '\t']);
    let spaces = (line.chars().count() - stripped.chars().count()) as i32;
    let _ = writeln!(out, "    {}", stripped.trim_end_matches(['\r']));
    if place.offset < 1 {
        return;
    }
    let width = line.chars().count() as i32;
    let mut end_offset = if place.lineno == place.end_lineno {
        if place.end_offset == 0 || place.end_offset == -1 { place.offset } else { place.end_offset }
    } else {
        width + 1
    };
    // An offset behind the line's end points just behind its last character.
    if place.offset > 0 && place.offset > width + 1 && place.end_lineno == place.lineno {
        end_offset = end_offset.max(place.offset);
    }
    if place.offset == end_offset || end_offset == -1 {
        end_offset = place.offset + 1;
    }
    let column = place.offset - 1 - spaces;
    let end_column = end_offset - 1 - spaces;
    if column < 0 {
        return;
    }
    let blanks: String =
        stripped.chars().take(column as usize).map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
    let missing = (column as usize).saturating_sub(blanks.chars().count());
    let carets = (end_column - column).max(1) as usize;
    let _ = writeln!(out, "    {blanks}{}{}", " ".repeat(missing), "^".repeat(carets));
}
