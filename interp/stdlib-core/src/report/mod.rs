//! The text of an exception as CPython prints it: chains, groups, notes, tracebacks with carets.
//!
//! After the behaviour of CPython's `Lib/traceback.py` (3.14): what is printed, in which order, which lines and columns are
//! marked.

mod anchors;
mod frames;
mod suggest;
mod syntax;
mod unraisable;

use std::collections::HashSet;

use interp_object::data::exception::{self as exc, Exception};
use interp_object::data::{list, tuple};
use interp_object::layout::ValueExt;
use interp_object::{Esc, Raised, TypeObject, Value, attr, call, ops};

use crate::runtime::runtime;
use crate::util::{none, quiet_attr, raw_stderr, text_of};

pub(crate) use frames::show_warning;
pub use frames::{FrameLine, register_source, traceback_lines};
pub(crate) use unraisable::{print_record, report as report_unraisable};

const MAX_GROUP_WIDTH: usize = 15;
const MAX_GROUP_DEPTH: usize = 10;
const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";

/// Ends an uncaught exception: `SystemExit` gives its code, all else goes to `sys.excepthook`. The exit code.
pub fn handle_uncaught(esc: Esc<'_>, raised: Raised) -> i32 {
    let exception = raised.catch(esc);
    if exception.class().is_subtype(&exc::SYSTEM_EXIT) {
        return exit_code(esc, &exception);
    }
    let interrupted = exception.class().is_subtype(&exc::KEYBOARD_INTERRUPT);
    match print_uncaught(esc, &exception) {
        Some(exit) => exit_code(esc, &exit),
        None if interrupted => EXIT_INTERRUPTED,
        None => 1,
    }
}

/// The exit code of a `SystemExit`; what is no number is printed.
fn exit_code(esc: Esc<'_>, exception: &Value) -> i32 {
    let code = exception.payload::<Exception>().and_then(|payload| payload.field(esc, 0)).unwrap_or_else(none);
    if code.is_none() {
        return 0;
    }
    if let Some(number) = interp_object::data::int::view(&code) {
        return number.to_i64().map_or(-1, |number| i32::try_from(number & 0xff).unwrap_or(1));
    }
    crate::sys::flush_stream(esc, "stdout");
    let shown = match ops::to_str(esc, &code) {
        Ok(shown) => shown.to_lossy().into_owned(),
        Err(raised) => {
            drop(raised.catch(esc));
            String::new()
        }
    };
    write_stderr(esc, &format!("{shown}\n"));
    1
}

/// The exit code after an uncaught `KeyboardInterrupt`, as shells give it for a process that the signal ended.
pub const EXIT_INTERRUPTED: i32 = 130;

/// Calls `sys.excepthook`, or prints the exception if the hook fails. A hook may ask to exit: gives that `SystemExit`.
pub(crate) fn print_uncaught(esc: Esc<'_>, exception: &Value) -> Option<Value> {
    crate::sys::flush_stream(esc, "stdout");
    let hook = runtime().sys.dict().get_str(esc, "excepthook");
    let original = runtime().sys.dict().get_str(esc, "__excepthook__");
    let is_ours = match (&hook, &original) {
        (Some(hook), Some(original)) => hook.is(original),
        (hook, _) => hook.is_none(),
    };
    if let (Some(hook), false) = (hook, is_ours) {
        let traceback = exception.payload::<Exception>().and_then(|payload| payload.traceback.get(esc, payload));
        let args = [exception.class().value(), exception.clone(), traceback.unwrap_or_else(none)];
        let Err(raised) = call::call(esc, &hook, &args) else { return None };
        let second = raised.catch(esc);
        if is_exit(&second) {
            return Some(second);
        }
        let (second, first) = (format_exception(esc, &second), format_exception(esc, exception));
        write_stderr(esc, &format!("Error in sys.excepthook:\n{second}\nOriginal exception was:\n{first}"));
        return None;
    }
    if original.is_some() && runtime().sys.dict().get_str(esc, "excepthook").is_none() {
        write_stderr(esc, "sys.excepthook is missing\n");
    }
    write_stderr(esc, &format_exception(esc, exception));
    None
}

/// Writes to `sys.stderr`, or to the process's stderr if that is no file of ours.
pub(crate) fn write_stderr(esc: Esc<'_>, text: &str) {
    let stream = runtime().sys.dict().get_str(esc, "stderr");
    let Some(stream) = stream else {
        raw_stderr(text);
        return;
    };
    // As CPython: a program that sets `sys.stderr` to None wants no reports.
    if stream.is_none() {
        return;
    }
    if let Err(raised) = crate::io::write_text(esc, &stream, text) {
        drop(raised.catch(esc));
        raw_stderr(text);
    }
}

/// The text of an exception with its traceback, causes and contexts.
pub fn format_exception(esc: Esc<'_>, exception: &Value) -> String {
    let mut printer = Printer { esc, out: String::new(), depth: 0, need_close: false, seen: HashSet::new() };
    printer.exception(exception);
    printer.out
}

/// The lines without traceback (`SyntaxError` details and notes included).
pub(crate) fn format_exception_only(esc: Esc<'_>, exception: &Value) -> String {
    let mut out = String::new();
    let class = exception.class();
    if class.is_subtype(&exc::SYNTAX_ERROR) {
        out.push_str(&syntax::format(esc, exception, &shown_class(esc, class)));
    } else {
        let mut message = match ops::to_str(esc, exception) {
            Ok(text) => text.to_lossy().into_owned(),
            Err(raised) => {
                drop(raised.catch(esc));
                "<exception str() failed>".to_owned()
            }
        };
        message.push_str(&suggest::suggestion(esc, exception));
        let name = shown_class(esc, class);
        if message.is_empty() {
            out.push_str(&format!("{name}\n"));
        } else {
            out.push_str(&format!("{name}: {message}\n"));
        }
    }
    notes(esc, exception, &mut out);
    out
}

fn notes(esc: Esc<'_>, exception: &Value, out: &mut String) {
    let Some(notes) = quiet_attr(esc, exception, "__notes__").filter(|notes| !notes.is_none()) else { return };
    let items = if notes.payload::<list::List>().is_some() || notes.payload::<tuple::Tuple>().is_some() {
        ops::collect(esc, &notes)
    } else {
        out.push_str(&ops::repr_lossy(esc, &notes));
        out.push('\n');
        return;
    };
    match items {
        Ok(items) => {
            for note in items {
                let note = match ops::to_str(esc, &note) {
                    Ok(text) => text.to_lossy().into_owned(),
                    Err(raised) => {
                        drop(raised.catch(esc));
                        "<note str() failed>".to_owned()
                    }
                };
                for line in note.split('\n') {
                    out.push_str(line);
                    out.push('\n');
                }
            }
        }
        Err(raised) => drop(raised.catch(esc)),
    }
}

/// The name of an exception class: with its module unless that is `builtins` or `__main__`.
pub(crate) fn shown_class(esc: Esc<'_>, class: &TypeObject) -> String {
    let value = class.value();
    let qualname =
        quiet_attr(esc, &value, "__qualname__").and_then(|name| text_of(&name)).unwrap_or_else(|| class.name());
    match quiet_attr(esc, &value, "__module__").and_then(|module| text_of(&module)) {
        Some(module) if module != "builtins" && module != "__main__" => format!("{module}.{qualname}"),
        _ => qualname,
    }
}

struct Printer<'t> {
    esc: Esc<'t>,
    out: String,
    /// How deep in exception groups.
    depth: usize,
    need_close: bool,
    seen: HashSet<u64>,
}

impl Printer<'_> {
    fn exception(&mut self, exception: &Value) {
        for (link, exception) in self.chain(exception).into_iter().rev() {
            if let Some(link) = link {
                self.emit(link, '|');
            }
            match group_members(self.esc, &exception) {
                None => self.plain(&exception),
                Some(_) if self.depth > MAX_GROUP_DEPTH => {
                    self.emit(&format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"), '|');
                }
                Some(members) => self.group(&exception, &members),
            }
        }
    }

    /// The exception and what led to it, each with the words that link it to the one printed before it.
    fn chain(&mut self, exception: &Value) -> Vec<(Option<&'static str>, Value)> {
        let esc = self.esc;
        let mut chain: Vec<(Option<&'static str>, Value)> = Vec::new();
        let mut current = exception.clone();
        loop {
            self.seen.insert(current.word().bits() & !3);
            let next = {
                let Some(payload) = current.payload::<Exception>() else { break };
                let new = |value: &Value| !value.is_none() && !self.seen.contains(&(value.word().bits() & !3));
                let cause = payload.cause.get(esc, payload).filter(|cause| !cause.is_none());
                match cause {
                    Some(cause) if new(&cause) => Some((CAUSE, cause)),
                    Some(_) => None,
                    None if payload.suppress_context() => None,
                    None => payload.context.get(esc, payload).filter(new).map(|context| (CONTEXT, context)),
                }
            };
            match next {
                Some((link, next)) => {
                    chain.push((Some(link), std::mem::replace(&mut current, next)));
                }
                None => {
                    chain.push((None, current));
                    break;
                }
            }
        }
        chain
    }

    fn plain(&mut self, exception: &Value) {
        let stack = frames::format_stack(self.esc, exception);
        if !stack.is_empty() {
            self.emit("Traceback (most recent call last):\n", '|');
            self.emit(&stack, '|');
        }
        let only = format_exception_only(self.esc, exception);
        self.emit(&only, '|');
    }

    fn group(&mut self, exception: &Value, members: &[Value]) {
        let top = self.depth == 0;
        if top {
            self.depth = 1;
        }
        let stack = frames::format_stack(self.esc, exception);
        if !stack.is_empty() {
            self.emit("Exception Group Traceback (most recent call last):\n", if top { '+' } else { '|' });
            self.emit(&stack, '|');
        }
        let only = format_exception_only(self.esc, exception);
        self.emit(&only, '|');
        let shown = if members.len() <= MAX_GROUP_WIDTH { members.len() } else { MAX_GROUP_WIDTH + 1 };
        self.need_close = false;
        for (index, member) in members.iter().take(shown).enumerate() {
            let last = index + 1 == shown;
            if last {
                self.need_close = true;
            }
            let truncated = index >= MAX_GROUP_WIDTH;
            let title = if truncated { "...".to_owned() } else { (index + 1).to_string() };
            let indent = self.indent();
            let corner = if index == 0 { "+-" } else { "  " };
            self.out.push_str(&format!("{indent}{corner}+---------------- {title} ----------------\n"));
            self.depth += 1;
            if truncated {
                let rest = members.len() - MAX_GROUP_WIDTH;
                let plural = if rest > 1 { "s" } else { "" };
                self.emit(&format!("and {rest} more exception{plural}\n"), '|');
            } else {
                self.exception(member);
            }
            if last && self.need_close {
                let indent = self.indent();
                self.out.push_str(&format!("{indent}+------------------------------------\n"));
                self.need_close = false;
            }
            self.depth -= 1;
        }
        if top {
            self.depth = 0;
        }
    }

    fn indent(&self) -> String {
        " ".repeat(2 * self.depth)
    }

    fn emit(&mut self, text: &str, margin: char) {
        if self.depth == 0 {
            self.out.push_str(text);
            return;
        }
        let indent = self.indent();
        for line in text.split_inclusive('\n') {
            self.out.push_str(&format!("{indent}{margin} {line}"));
        }
    }
}

fn group_members(esc: Esc<'_>, exception: &Value) -> Option<Vec<Value>> {
    if !exception.class().is_subtype(&exc::BASE_EXCEPTION_GROUP) {
        return None;
    }
    let name = interp_object::intern::intern(esc, "exceptions");
    let members = attr::get(esc, exception, &name).and_then(|members| ops::collect(esc, &members));
    match members {
        Ok(members) => Some(members),
        Err(raised) => {
            drop(raised.catch(esc));
            None
        }
    }
}

/// The names of the modules of the standard library.
pub(crate) fn stdlib_modules() -> &'static [&'static str] {
    suggest::STDLIB_MODULES
}

/// Whether an exception only asks to exit.
pub fn is_exit(exception: &Value) -> bool {
    exception.class().is_subtype(&exc::SYSTEM_EXIT)
}
