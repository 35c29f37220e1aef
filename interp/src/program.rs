//! A program and its outcome: the interface for embedding and for the command.

use std::path::PathBuf;

use interp_object::data::exception::KEYBOARD_INTERRUPT;
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult};
use interp_stdlib_core::report::{self, FrameLine};
use interp_stdlib_core::runtime::{self, Config};

use crate::runtime::with_runtime;

/// Where the text of a program comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file; its bytes are decoded as PEP 263 says.
    File {
        /// What was read.
        text: Vec<u8>,
        /// The absolute path: `__file__` and the name in tracebacks.
        path: PathBuf,
    },
    /// Text with a name for tracebacks (`<string>`, `<stdin>`).
    Text {
        /// The program.
        text: Vec<u8>,
        /// Its name.
        name: String,
        /// Tracebacks quote lines of the text.
        quoted: bool,
    },
    /// A module found on `sys.path`, run as `__main__` (`-m`).
    Module(String),
}

/// A program to be run.
#[derive(Clone, Debug)]
pub struct Program {
    source: Source,
    config: Config,
    last: bool,
}

/// How a run ended.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What the process would exit with.
    pub exit_code: i32,
    /// Whether an uncaught `KeyboardInterrupt` ended the program.
    pub interrupted: bool,
    /// The uncaught exception, unless it was `SystemExit`.
    pub failure: Option<Failure>,
}

/// An uncaught exception as data.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The report as CPython prints it.
    pub report: String,
    /// The frames, outermost first.
    pub frames: Vec<FrameLine>,
}

impl Program {
    /// A program from anywhere.
    pub fn new(source: Source) -> Self {
        Program { source, config: Config::default(), last: false }
    }

    /// A program from text.
    pub fn from_source(text: impl Into<String>) -> Self {
        let text = text.into().into_bytes();
        Self::new(Source::Text { text, name: "<string>".to_owned(), quoted: true })
    }

    /// `sys.argv`, the program's name first.
    #[must_use]
    pub fn arguments<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.config.argv = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a folder to `sys.path`.
    #[must_use]
    pub fn search_path(mut self, folder: impl Into<String>) -> Self {
        self.config.path.push(folder.into());
        self
    }

    /// Replaces the whole configuration. The configuration of the first run in a process holds for all.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Says that no other program will run in this process: when this one ends, its modules are finalized, as at the end of
    /// CPython's.
    #[must_use]
    pub fn last(mut self) -> Self {
        self.last = true;
        self
    }

    /// Runs the program to its end, the end of its threads included, with its output on the process's streams. An uncaught
    /// exception is printed to stderr and given back.
    pub fn run(self) -> Outcome {
        let Program { source, config, last } = self;
        for (_, value) in config.x_options.iter().filter(|(name, _)| name == "specialize") {
            match value.as_deref() {
                Some("0") => interp_eval::specialize::set_enabled(false),
                Some("stats") => interp_eval::specialize::count_attempts(),
                Some("trace") => interp_eval::specialize::trace_attempts(),
                _ => {}
            }
        }
        match with_runtime(config, |esc| run(esc, source, last)) {
            Ok(outcome) => outcome,
            Err(error) => {
                let report = format!("weft: cannot start a thread: {error}\n");
                Outcome { exit_code: 1, interrupted: false, failure: Some(Failure { report, frames: Vec::new() }) }
            }
        }
    }
}

fn run(esc: Esc<'_>, source: Source, last: bool) -> Outcome {
    let result = execute(esc, source);
    let mut failure = None;
    let mut interrupted = false;
    let result = match result {
        Ok(Some(code)) => {
            let exit_code = runtime::finish(esc, Ok(()), last).max(code);
            return Outcome { exit_code, ..Outcome::default() };
        }
        Ok(None) => Ok(()),
        Err(raised) => {
            let exception = raised.catch(esc);
            interrupted = exception.class().is_subtype(&KEYBOARD_INTERRUPT);
            if !report::is_exit(&exception) {
                let frames = report::traceback_lines(esc, &exception);
                failure = Some(Failure { report: report::format_exception(esc, &exception), frames });
            }
            Err(esc.restore(exception))
        }
    };
    let exit_code = runtime::finish(esc, result, last);
    Outcome { exit_code, interrupted: interrupted && exit_code == report::EXIT_INTERRUPTED, failure }
}

/// Runs the source; an exit code if it could not be run at all.
fn execute(esc: Esc<'_>, source: Source) -> PyResult<Option<i32>> {
    match source {
        Source::File { text, path } => {
            let shown = path.to_string_lossy().into_owned();
            runtime::run_main(esc, &text, &shown, Some(&shown), None)?;
        }
        Source::Text { text, name, quoted } => {
            if quoted {
                report::register_source(&name, &String::from_utf8_lossy(&text));
            }
            runtime::run_main(esc, &text, &name, None, None)?;
        }
        Source::Module(name) => {
            let found = runtime::find_main(esc, &name)?;
            let Some((path, package)) = found else {
                eprintln!("weft: No module named {name}");
                return Ok(Some(1));
            };
            let shown = path.to_string_lossy().into_owned();
            let text = match std::fs::read(&path) {
                Ok(text) => text,
                Err(error) => {
                    eprintln!("weft: can't open file '{shown}': {error}");
                    return Ok(Some(2));
                }
            };
            runtime::set_first_argument(esc, &shown);
            runtime::run_main(esc, &text, &shown, Some(&shown), Some(&package))?;
        }
    }
    Ok(None)
}
