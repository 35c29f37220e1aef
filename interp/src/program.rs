//! A program and its outcome: the interface for embedding and for the command.

use std::path::PathBuf;

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
}

/// How a run ended.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What the process would exit with.
    pub exit_code: i32,
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
        Program { source, config: Config::default() }
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

    /// Runs the program to its end, the end of its threads included, with its output on the process's streams. An uncaught
    /// exception is printed to stderr and given back.
    pub fn run(self) -> Outcome {
        let Program { source, config } = self;
        for (_, value) in config.x_options.iter().filter(|(name, _)| name == "specialize") {
            match value.as_deref() {
                Some("0") => interp_eval::specialize::set_enabled(false),
                Some("stats") => interp_eval::specialize::count_attempts(),
                Some("trace") => interp_eval::specialize::trace_attempts(),
                _ => {}
            }
        }
        match with_runtime(config, |esc| run(esc, source)) {
            Ok(outcome) => outcome,
            Err(error) => {
                let report = format!("weft: cannot start a thread: {error}\n");
                Outcome { exit_code: 1, failure: Some(Failure { report, frames: Vec::new() }) }
            }
        }
    }
}

fn run(esc: Esc<'_>, source: Source) -> Outcome {
    let result = execute(esc, source);
    let mut failure = None;
    let result = match result {
        Ok(Some(code)) => return Outcome { exit_code: runtime::finish(esc, Ok(())).max(code), failure: None },
        Ok(None) => Ok(()),
        Err(raised) => {
            let exception = raised.catch(esc);
            if !report::is_exit(&exception) {
                let frames = report::traceback_lines(esc, &exception);
                failure = Some(Failure { report: report::format_exception(esc, &exception), frames });
            }
            Err(esc.restore(exception))
        }
    };
    Outcome { exit_code: runtime::finish(esc, result), failure }
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
