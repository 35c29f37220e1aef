//! Docstrings without their indentation (CPython: `_PyCompile_CleanDoc`, bpo-81283).

use interp_code::Wtf;

use crate::ast::Wtf8;

/// Columns between tab stops.
const TAB: usize = 8;

/// Removes from all lines but the first the indentation that they share; lines are neither added nor removed.
pub(super) fn clean(text: &Wtf8) -> Wtf {
    let expanded = expand_tabs(text);
    let text: &[u8] = expanded.as_deref().unwrap_or(text);
    let mut lines = text.split_inclusive(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let margin = lines.clone().filter_map(indentation).min().unwrap_or(0);
    let head = &first[leading_spaces(first)..];
    if head.len() == first.len() && margin == 0 {
        return well_formed(text.into());
    }
    let mut clean = Vec::with_capacity(text.len());
    clean.extend_from_slice(head);
    for line in lines {
        clean.extend_from_slice(&line[leading_spaces(line).min(margin)..]);
    }
    well_formed(clean.into())
}

fn well_formed(bytes: Wtf8) -> Wtf {
    Wtf::from_bytes(bytes).expect("removing ASCII blanks leaves text well-formed")
}

fn leading_spaces(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte == b' ').count()
}

/// Indentation of a line that is not blank.
fn indentation(line: &[u8]) -> Option<usize> {
    let spaces = leading_spaces(line);
    matches!(line.get(spaces), Some(byte) if *byte != b'\n').then_some(spaces)
}

/// As `str.expandtabs`; `None` if there is no tab.
fn expand_tabs(text: &[u8]) -> Option<Vec<u8>> {
    if !text.contains(&b'\t') {
        return None;
    }
    let mut expanded = Vec::with_capacity(text.len() * 2);
    let mut column = 0;
    for &byte in text {
        match byte {
            b'\t' => {
                let width = TAB - column % TAB;
                expanded.resize(expanded.len() + width, b' ');
                column += width;
            }
            b'\n' | b'\r' => {
                expanded.push(byte);
                column = 0;
            }
            _ => {
                expanded.push(byte);
                // Continuation bytes of a character take no column.
                column += usize::from(byte & 0xC0 != 0x80);
            }
        }
    }
    Some(expanded)
}

#[cfg(test)]
mod tests;
