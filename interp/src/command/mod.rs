//! From the command line to a program that is run.

mod help;
mod interrupt;
mod options;

use std::ffi::OsString;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use interp::{Config, Program, Source};
use options::{Action, Options, UsageError};

/// The exit code after a defect of the runtime itself (`EX_SOFTWARE`).
const EXIT_DEFECT: i32 = 70;
const EXIT_USAGE: i32 = 2;

/// Runs the command; the exit code.
pub(crate) fn main(args: Vec<OsString>) -> i32 {
    let args: Vec<String> = args.into_iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let options = match options::parse(&args) {
        Ok(options) => options,
        Err(error) => {
            match error {
                UsageError::Unknown(option) => eprintln!("Unknown option: {option}"),
                UsageError::NeedsArgument(option) => eprintln!("Argument expected for the {option} option"),
            }
            eprint!("{}", help::SHORT);
            return EXIT_USAGE;
        }
    };
    match &options.action {
        Action::Help => {
            print!("{}", help::LONG);
            0
        }
        Action::Version => {
            println!("Python 3.14.0 (Weft {})", env!("CARGO_PKG_VERSION"));
            0
        }
        Action::Command(text) => {
            let text = format!("{text}\n").into_bytes();
            let source = Source::Text { text, name: "<string>".to_owned(), quoted: true };
            run(&args, &options, source, "-c", Some(String::new()))
        }
        Action::Module(name) => {
            let folder =
                std::env::current_dir().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
            run(&args, &options, Source::Module(name.clone()), "-m", Some(folder))
        }
        Action::Stdin => run_stdin(&args, &options),
        Action::File(name) => run_file(&args, &options, name),
    }
}

fn run_stdin(args: &[String], options: &Options) -> i32 {
    if std::io::stdin().is_terminal() {
        eprintln!("weft: there is no interactive mode yet; give a program, or `-h` for help");
        return EXIT_USAGE;
    }
    let mut text = Vec::new();
    if let Err(error) = std::io::stdin().read_to_end(&mut text) {
        eprintln!("weft: can't read standard input: {error}");
        return EXIT_USAGE;
    }
    let name = if options.arguments.is_empty() && !options.dash { "" } else { "-" };
    let source = Source::Text { text, name: "<stdin>".to_owned(), quoted: false };
    run(args, options, source, name, Some(String::new()))
}

fn run_file(args: &[String], options: &Options, name: &str) -> i32 {
    let given = Path::new(name);
    let mut path = std::path::absolute(given).unwrap_or_else(|_| given.to_owned());
    let mut folder = path.parent().map(Path::to_path_buf);
    if path.is_dir() {
        folder = Some(path.clone());
        path = path.join("__main__.py");
        if !path.is_file() {
            eprintln!("weft: can't find '__main__' module in '{name}'");
            return 1;
        }
    }
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("weft: can't open file '{}': {}", path.display(), describe(&error));
            return EXIT_USAGE;
        }
    };
    // The folder of the script is found through symbolic links, its name is not.
    let folder = std::fs::canonicalize(&path).ok().and_then(|path| path.parent().map(PathBuf::from)).or(folder);
    let folder = folder.map(|folder| folder.to_string_lossy().into_owned());
    run(args, options, Source::File { text, path }, name, folder)
}

fn describe(error: &std::io::Error) -> String {
    let shown = error.to_string();
    match (shown.rsplit_once(" (os error"), error.raw_os_error()) {
        (Some((message, _)), Some(number)) => format!("[Errno {number}] {message}"),
        _ => shown,
    }
}

fn run(args: &[String], options: &Options, source: Source, name: &str, folder: Option<String>) -> i32 {
    let mut argv = vec![name.to_owned()];
    argv.extend(options.arguments.iter().cloned());
    let executable = std::env::current_exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let config = Config {
        argv,
        orig_argv: args.to_vec(),
        executable,
        path: search_path(options, folder),
        optimize: options.optimize,
        isolated: options.isolated,
        ignore_environment: options.ignore_environment,
        unbuffered: options.unbuffered,
        x_options: options.x_options.clone(),
    };
    interrupt::watch();
    let outcome = Program::new(source).config(config).last().run();
    for line in interp_eval::specialize::counts() {
        eprintln!("{line}");
    }
    interrupt::end(&outcome);
    outcome.exit_code
}

/// `sys.path`: the program's folder, PYTHONPATH, then the library that `WEFT_LIB` or `-X lib` names.
fn search_path(options: &Options, folder: Option<String>) -> Vec<String> {
    let mut path = Vec::new();
    if !options.isolated && !options.safe_path {
        path.extend(folder);
    }
    let environment = |name: &str| if options.ignore_environment { None } else { std::env::var(name).ok() };
    if let Some(more) = environment("PYTHONPATH") {
        path.extend(more.split(':').filter(|part| !part.is_empty()).map(str::to_owned));
    }
    let option = options.x_options.iter().rev().find(|(name, _)| name == "lib").and_then(|(_, value)| value.clone());
    path.extend(option.or_else(|| environment("WEFT_LIB")));
    path
}

/// A defect of the runtime is reported as such, with what is needed to find it.
pub(crate) fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        eprintln!("weft: internal error: {text}");
        eprintln!("  at {place}, version {}", env!("CARGO_PKG_VERSION"));
        eprintln!(
            "This is a defect of Weft, not of your program. Please open an issue with these lines and the program."
        );
        if std::env::var_os("RUST_BACKTRACE").is_some() {
            eprintln!("{}", std::backtrace::Backtrace::force_capture());
        }
        std::process::exit(EXIT_DEFECT);
    }));
}
