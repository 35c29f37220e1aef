//! Which part of a marked expression is the operator or the brackets: `~` for the operands, `^` for those.

use interp_compile::ast::{Expr, ExprKind, Mod, StmtKind};
use interp_front::{Mode, parse};

/// Where the strong part of a mark begins and ends: lines and characters of the segment, from 0.
pub(super) struct Anchors {
    pub(super) left_line: usize,
    pub(super) left_column: usize,
    pub(super) right_line: usize,
    pub(super) right_column: usize,
}

/// The number of characters before a byte of a line.
pub(super) fn char_offset(line: &str, byte: usize) -> usize {
    let byte = byte.min(line.len());
    String::from_utf8_lossy(&line.as_bytes()[..byte]).chars().count()
}

/// The anchors of an expression, if it is a binary operation, a subscript or a call.
pub(super) fn find(segment: &str) -> Option<Anchors> {
    let parsed = parse(&format!("(\n{segment}\n)"), "<segment>", Mode::Exec).ok()?;
    let Mod::Module { body } = parsed.module else { return None };
    let [statement] = body.as_slice() else { return None };
    let StmtKind::Expr { value } = &statement.kind else { return None };
    let text = Segment { lines: segment.split('\n').map(|line| (line, line.chars().collect())).collect() };
    match &value.kind {
        ExprKind::BinOp { left, right, .. } => text.operator(left, right),
        ExprKind::Subscript { value: object, .. } => text.brackets(object, value, '['),
        ExprKind::Call { func, .. } => text.brackets(func, value, '('),
        _ => None,
    }
}

struct Segment<'s> {
    lines: Vec<(&'s str, Vec<char>)>,
}

impl Segment<'_> {
    /// The character at or after a place, on a later line if need be.
    fn valid(&self, mut line: usize, mut column: usize) -> Option<(usize, usize)> {
        while column >= self.lines.get(line)?.1.len() {
            line += 1;
            column = 0;
        }
        Some((line, column))
    }

    /// The end of an expression; the parsed text has one line more in front.
    fn end_of(&self, expr: &Expr) -> Option<(usize, usize)> {
        let line = (expr.span.end_lineno as usize).checked_sub(2)?;
        Some((line, char_offset(self.lines.get(line)?.0, expr.span.end_col_offset as usize)))
    }

    fn seek(&self, from: (usize, usize), stop: impl Fn(char) -> bool) -> Option<(usize, usize)> {
        let (mut line, mut column) = self.valid(from.0, from.1)?;
        loop {
            let c = self.lines[line].1[column];
            (line, column) = match c {
                '\\' | '#' => self.valid(line + 1, 0)?,
                c if stop(c) => return Some((line, column)),
                _ => self.valid(line, column + 1)?,
            };
        }
    }

    fn operator(&self, left: &Expr, right: &Expr) -> Option<Anchors> {
        let (line, column) = self.seek(self.end_of(left)?, |c| !c.is_whitespace() && c != ')')?;
        let mut end = column + 1;
        let right_line = (right.span.lineno as usize).checked_sub(2)?;
        let right_column = char_offset(self.lines.get(right_line)?.0, right.span.col_offset as usize);
        if let Some(&next) = self.lines[line].1.get(end)
            && (right_line > line || end < right_column)
            && !next.is_whitespace()
            && !matches!(next, '\\' | '#')
        {
            end += 1;
        }
        Some(Anchors { left_line: line, left_column: column, right_line: line, right_column: end })
    }

    fn brackets(&self, object: &Expr, whole: &Expr, open: char) -> Option<Anchors> {
        let (left_line, left_column) = self.seek(self.end_of(object)?, |c| c == open)?;
        let (right_line, right_column) = self.end_of(whole)?;
        Some(Anchors { left_line, left_column, right_line, right_column })
    }
}

/// Whether the lines are `return f(…)` or `x = f(…)` with a mark on exactly the call: then carets say nothing new.
/// `None` if the lines are not a statement.
pub(super) fn is_whole_call(source: &str, lines: usize, start: usize, end: usize) -> Option<bool> {
    let parsed = parse(source, "<lines>", Mode::Exec).ok()?;
    let Mod::Module { body } = parsed.module else { return None };
    let Some(statement) = body.first() else { return Some(true) };
    let call = match &statement.kind {
        StmtKind::Return { value: Some(value) } => match &value.kind {
            ExprKind::Call { func, .. } if matches!(func.kind, ExprKind::Name { .. }) => value,
            _ => return Some(false),
        },
        StmtKind::Assign { targets, value } => match (&value.kind, targets.as_slice()) {
            (ExprKind::Call { .. }, [target]) if matches!(target.kind, ExprKind::Name { .. }) => value,
            _ => return Some(false),
        },
        _ => return Some(false),
    };
    let span = call.span;
    Some(
        span.lineno == 1
            && span.end_lineno as usize == lines
            && span.col_offset as usize == start
            && span.end_col_offset as usize == end,
    )
}
