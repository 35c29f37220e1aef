//! The frames of a traceback: file, line, function, source lines and carets.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, OnceLock};

use interp_code::locations::{Location, Reader};
use interp_object::data::exception::Exception;
use interp_object::data::traceback::Traceback;
use interp_object::layout::ValueExt;
use interp_object::{Esc, Value, ops};

use super::anchors::{self, Anchors};
use crate::util::lock;

/// How many times the same line is shown before repetitions are only counted.
const REPEATS_SHOWN: usize = 3;

/// One frame of a traceback, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameLine {
    /// `co_filename`
    pub filename: String,
    /// The function's name (`co_name`).
    pub name: String,
    /// The line, if known.
    pub line: Option<u32>,
    location: Location,
}

type Sources = HashMap<String, Vec<String>>;

fn sources() -> &'static Mutex<Sources> {
    static SOURCES: OnceLock<Mutex<Sources>> = OnceLock::new();
    SOURCES.get_or_init(Mutex::default)
}

/// Makes source lines known that are in no file (`-c`).
pub fn register_source(filename: &str, source: &str) {
    let lines = source.split('\n').map(str::to_owned).collect();
    lock(sources()).insert(filename.to_owned(), lines);
}

/// Lines of a file from `first` to `last` (from 1), without line ends; nothing if there is no such file.
fn source_lines(filename: &str, first: u32, last: u32) -> Vec<String> {
    let mut known = lock(sources());
    if !known.contains_key(filename) {
        let lines = match std::fs::read(filename) {
            Ok(bytes) => match interp_front::decode(&bytes, filename) {
                Ok(text) => text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_owned).collect(),
                Err(_) => Vec::new(),
            },
            Err(_) => Vec::new(),
        };
        known.insert(filename.to_owned(), lines);
    }
    let lines = known.get(filename).map_or(&[][..], Vec::as_slice);
    let get = |line: u32| lines.get((line as usize).wrapping_sub(1)).map(|line| line.trim_end().to_owned());
    (first..=last.max(first)).map(|line| get(line).unwrap_or_default()).collect()
}

/// The frames of an exception's traceback, outermost first.
pub fn traceback_lines(esc: Esc<'_>, exception: &Value) -> Vec<FrameLine> {
    let start = exception.payload::<Exception>().and_then(|payload| payload.traceback.get(esc, payload));
    lines_from(esc, start)
}

/// The frames from a traceback object on.
pub(crate) fn lines_from(esc: Esc<'_>, start: Option<Value>) -> Vec<FrameLine> {
    let mut out = Vec::new();
    let mut next = start;
    while let Some(entry) = next {
        let Some(traceback) = entry.payload::<Traceback>() else { break };
        let code = traceback.code();
        let data = code.data();
        out.push(FrameLine {
            filename: ops::text_lossy(code.filename()),
            name: ops::text_lossy(code.name()),
            line: u32::try_from(traceback.line).ok(),
            location: Reader::at(&data.linetable, data.firstlineno, traceback.unit as usize),
        });
        next = traceback.next.get(esc, traceback);
    }
    out
}

/// The lines below `Traceback (most recent call last):`.
pub(super) fn format_stack(esc: Esc<'_>, exception: &Value) -> String {
    format_lines(&traceback_lines(esc, exception))
}

/// The lines for these frames.
pub(crate) fn format_lines(frames: &[FrameLine]) -> String {
    format_with(frames, format_frame)
}

/// The lines for these frames, without carets.
pub(super) fn format_plainly(frames: &[FrameLine]) -> String {
    format_with(frames, |out, frame| {
        head(out, frame);
        let Some(line) = frame.line else { return };
        for source in source_lines(&frame.filename, line, line).iter().map(|source| source.trim()) {
            if !source.is_empty() {
                out.push_str(&format!("    {source}\n"));
            }
        }
    })
}

fn format_with(frames: &[FrameLine], format_frame: impl Fn(&mut String, &FrameLine)) -> String {
    let mut out = String::new();
    let mut count = 0;
    let mut last: Option<&FrameLine> = None;
    for frame in frames {
        let same = last.is_some_and(|last| {
            last.filename == frame.filename && last.line == frame.line && last.name == frame.name && last.line.is_some()
        });
        if !same {
            repeated(&mut out, count);
            count = 0;
            last = Some(frame);
        }
        count += 1;
        if count <= REPEATS_SHOWN {
            format_frame(&mut out, frame);
        }
    }
    repeated(&mut out, count);
    out
}

fn repeated(out: &mut String, count: usize) {
    if count > REPEATS_SHOWN {
        let more = count - REPEATS_SHOWN;
        let plural = if more > 1 { "s" } else { "" };
        out.push_str(&format!("  [Previous line repeated {more} more time{plural}]\n"));
    }
}

/// Prints a warning with its source line.
pub(crate) fn show_warning(esc: Esc<'_>, filename: &str, line: u32, text: &str) {
    let mut out = format!("{filename}:{line}: {text}\n");
    if let Some(source) = source_lines(filename, line, line).first().map(|line| line.trim()).filter(|l| !l.is_empty()) {
        out.push_str(&format!("  {source}\n"));
    }
    super::write_stderr(esc, &out);
}

fn head(out: &mut String, frame: &FrameLine) {
    let line = frame.line.map_or_else(|| "None".to_owned(), |line| line.to_string());
    out.push_str(&format!("  File \"{}\", line {line}, in {}\n", frame.filename, frame.name));
}

fn format_frame(out: &mut String, frame: &FrameLine) {
    head(out, frame);
    let Some(first) = frame.line else { return };
    let location = frame.location;
    let end = u32::try_from(location.end_line).unwrap_or(first).max(first);
    let original = source_lines(&frame.filename, first, end);
    let dedented = dedent(&original);
    if dedented.iter().all(|line| line.trim().is_empty()) {
        return;
    }
    let columns = (usize::try_from(location.column), usize::try_from(location.end_column));
    let (Ok(column), Ok(end_column)) = columns else {
        out.push_str(&format!("    {}\n", dedented[0].trim()));
        return;
    };
    let mark = Mark::new(&original, dedented, column, end_column);
    let shown = dedent(&mark.lines_with_carets());
    for line in shown {
        out.push_str(&format!("    {line}\n"));
    }
}

/// Removes the white space that all lines share; blank lines become empty.
fn dedent(lines: &[String]) -> Vec<String> {
    let indent = |line: &str| line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect::<String>();
    let mut shared: Option<String> = None;
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        let own = indent(line);
        shared = Some(match shared {
            None => own,
            Some(shared) => shared.chars().zip(own.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect(),
        });
    }
    let shared = shared.unwrap_or_default();
    let strip = |line: &String| {
        if line.trim().is_empty() { String::new() } else { line.strip_prefix(&shared).unwrap_or(line).to_owned() }
    };
    lines.iter().map(strip).collect()
}

/// The part of the source lines that an instruction came from.
struct Mark {
    lines: Vec<Vec<char>>,
    start: usize,
    end: usize,
    anchors: Option<Anchors>,
    carets: bool,
}

impl Mark {
    fn new(original: &[String], dedented: Vec<String>, column: usize, end_column: usize) -> Self {
        let first = original.first().map(String::as_str).unwrap_or_default();
        let last = original.last().map(String::as_str).unwrap_or_default();
        let removed = first.chars().count().saturating_sub(dedented[0].chars().count());
        let start = anchors::char_offset(first, column).saturating_sub(removed);
        let end = anchors::char_offset(last, end_column).saturating_sub(removed);
        let lines: Vec<Vec<char>> = dedented.iter().map(|line| line.chars().collect()).collect();
        let segment = segment(&lines, start, end);
        let anchors = anchors::find(&segment);
        let carets = should_show(&dedented, &lines, (start, end), anchors.is_some());
        Mark { lines, start, end, anchors, carets }
    }

    fn lines_with_carets(&self) -> Vec<String> {
        let mut significant = BTreeSet::from([0, self.lines.len() - 1]);
        if let Some(anchors) = &self.anchors {
            for near in [anchors.left_line, anchors.right_line] {
                significant.extend(near.saturating_sub(1)..near + 2);
            }
        }
        significant.retain(|&line| line < self.lines.len());
        let mut out = Vec::new();
        let mut before: Option<usize> = None;
        for &line in &significant {
            match before.map(|before| line - before) {
                Some(2) => self.output(&mut out, line - 1),
                Some(gap) if gap > 2 => out.push(format!("...<{} lines>...", gap - 1)),
                _ => {}
            }
            self.output(&mut out, line);
            before = Some(line);
        }
        out
    }

    fn output(&self, out: &mut Vec<String>, line: usize) {
        let chars = &self.lines[line];
        out.push(chars.iter().collect());
        if !self.carets {
            return;
        }
        let indent = chars.iter().take_while(|c| c.is_whitespace()).count();
        let width = if line + 1 == self.lines.len() {
            display_width(chars, self.end)
        } else {
            display_width(chars, chars.len())
        };
        let start = display_width(&self.lines[0], self.start);
        let mut carets = String::new();
        for column in 0..width {
            let before = column < indent || (line == 0 && column < start);
            carets.push(match &self.anchors {
                _ if before => ' ',
                Some(anchors) if self.is_primary(anchors, line, column) => '^',
                Some(_) => '~',
                None => '^',
            });
        }
        out.push(carets);
    }

    /// Whether a column is inside the anchors: the operator, or the brackets and what is in them.
    fn is_primary(&self, anchors: &Anchors, line: usize, column: usize) -> bool {
        let shift = |at_line: usize, column: usize| {
            let column = if at_line == 0 { column + self.start } else { column };
            self.lines.get(at_line).map_or(column, |chars| display_width(chars, column))
        };
        let left = shift(anchors.left_line, anchors.left_column);
        let right = shift(anchors.right_line, anchors.right_column);
        (line > anchors.left_line || (line == anchors.left_line && column >= left))
            && (line < anchors.right_line || (line == anchors.right_line && column < right))
    }
}

fn segment(lines: &[Vec<char>], start: usize, end: usize) -> String {
    let last = lines.len() - 1;
    let part = |(index, line): (usize, &Vec<char>)| {
        let from = if index == 0 { start.min(line.len()) } else { 0 };
        let to = if index == last { end.min(line.len()) } else { line.len() };
        line[from..to.max(from)].iter().collect::<String>()
    };
    lines.iter().enumerate().map(part).collect::<Vec<_>>().join("\n")
}

fn should_show(dedented: &[String], lines: &[Vec<char>], (start, end): (usize, usize), anchored: bool) -> bool {
    if anchors::is_whole_call(&dedented.join("\n"), dedented.len(), start, end) == Some(true) {
        return false;
    }
    if anchored {
        return true;
    }
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    let before = first[..start.min(first.len())].iter().any(|c| !c.is_whitespace());
    let after = last[end.min(last.len())..].iter().any(|c| !c.is_whitespace());
    before || after
}

/// Columns that the first `count` characters take on a terminal.
fn display_width(chars: &[char], count: usize) -> usize {
    if chars.iter().all(char::is_ascii) {
        return count;
    }
    chars.iter().take(count).map(|&c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Whether a character is East Asian wide or full-width (Unicode, `EastAsianWidth.txt`), by block.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115F | 0x231A..=0x231B | 0x2329..=0x232A | 0x23E9..=0x23EC | 0x23F0 | 0x23F3 | 0x25FD..=0x25FE
        | 0x2614..=0x2615 | 0x2648..=0x2653 | 0x267F | 0x2693 | 0x26A1 | 0x26AA..=0x26AB | 0x26BD..=0x26BE
        | 0x26C4..=0x26C5 | 0x26CE | 0x26D4 | 0x26EA | 0x26F2..=0x26F3 | 0x26F5 | 0x26FA | 0x26FD | 0x2705
        | 0x270A..=0x270B | 0x2728 | 0x274C | 0x274E | 0x2753..=0x2755 | 0x2757 | 0x2795..=0x2797 | 0x27B0 | 0x27BF
        | 0x2B1B..=0x2B1C | 0x2B50 | 0x2B55 | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0xA4CF
        | 0xA960..=0xA97F | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE10..=0xFE19 | 0xFE30..=0xFE6F | 0xFF01..=0xFF60
        | 0xFFE0..=0xFFE6 | 0x16FE0..=0x18CFF | 0x1AFF0..=0x1B2FF | 0x1F004 | 0x1F0CF | 0x1F18E | 0x1F191..=0x1F19A
        | 0x1F200..=0x1F320 | 0x1F32D..=0x1F335 | 0x1F337..=0x1F37C | 0x1F37E..=0x1F393 | 0x1F3A0..=0x1F3CA
        | 0x1F3CF..=0x1F3D3 | 0x1F3E0..=0x1F3F0 | 0x1F3F4 | 0x1F3F8..=0x1F43E | 0x1F440 | 0x1F442..=0x1F4FC
        | 0x1F4FF..=0x1F53D | 0x1F54B..=0x1F54E | 0x1F550..=0x1F567 | 0x1F57A | 0x1F595..=0x1F596 | 0x1F5A4
        | 0x1F5FB..=0x1F64F | 0x1F680..=0x1F6C5 | 0x1F6CC | 0x1F6D0..=0x1F6D2 | 0x1F6D5..=0x1F6D7 | 0x1F6DC..=0x1F6DF
        | 0x1F6EB..=0x1F6EC | 0x1F6F4..=0x1F6FC | 0x1F7E0..=0x1F7EB | 0x1F7F0 | 0x1F90C..=0x1F93A | 0x1F93C..=0x1F945
        | 0x1F947..=0x1F9FF | 0x1FA70..=0x1FAFF | 0x20000..=0x2FFFD | 0x30000..=0x3FFFD)
}
