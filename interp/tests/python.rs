//! Runs every Python program under `tests/python` with `weft`, specialized and not, and compares what it prints.
//!
//! Beside `x.py` lies `x.out`: the lines of stdout, then a line `exit N` if the exit code is not 0. Expected output comes from
//! CPython 3.14. `WEFT_BLESS=1` rewrites the files from what `weft` prints. `WEFT_TESTS=threads,lib/deque` runs only programs whose
//! path contains one of these.
//!
//! In a `zeal` build (`cargo xtask zeal`) every escape collects. A program for which that takes long says in its last line
//! that every n-th is enough: `# zeal: n`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn programs(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is part of the repository")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            // Folders with a leading underscore hold modules that programs import.
            if !name.starts_with('_') {
                programs(&path, out);
            }
        } else if path.extension().is_some_and(|extension| extension == "py") && !name.starts_with('_') {
            out.push(path);
        }
    }
}

/// At every how many escapes a `zeal` build collects; other builds do not ask.
fn zeal_period(program: &Path) -> String {
    let text = std::fs::read_to_string(program).unwrap_or_default();
    let last = text.lines().next_back().and_then(|line| line.strip_prefix("# zeal: "));
    last.unwrap_or("1").to_owned()
}

fn run(program: &Path, options: &[&str]) -> String {
    let folder = program.parent().expect("a program lies in a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(options)
        .arg(program.file_name().expect("a program has a name"))
        .current_dir(folder)
        .env("PYTHONHASHSEED", "0")
        .env("WEFT_ZEAL", zeal_period(program))
        .env_remove("PYTHONPATH")
        .env_remove("WEFT_LIB")
        .stdin(Stdio::null())
        .output()
        .expect("the command was built by cargo");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    // Tracebacks name files by their whole path.
    text = text.replace(&format!("{}/", folder.display()), "");
    match output.status.code() {
        Some(0) => {}
        Some(code) => text.push_str(&format!("exit {code}\n")),
        None => text.push_str("killed by a signal\n"),
    }
    if !output.stderr.is_empty() && output.status.code() != Some(0) {
        eprintln!("{}:\n{}", program.display(), String::from_utf8_lossy(&output.stderr));
    }
    text
}

/// The first line that differs, for the report.
fn difference(expected: &str, actual: &str) -> String {
    let (mut expected, mut actual) = (expected.lines(), actual.lines());
    for line in 1.. {
        match (expected.next(), actual.next()) {
            (None, None) => break,
            (e, a) if e == a => {}
            (e, a) => return format!("line {line}: expected {e:?}, got {a:?}"),
        }
    }
    "line ends differ".to_owned()
}

fn check(program: &Path, bless: bool) -> Vec<String> {
    let beside = program.with_extension("out");
    let expected = std::fs::read_to_string(&beside).unwrap_or_default();
    let mut failures = Vec::new();
    for options in [&[][..], &["-X", "specialize=0"][..]] {
        let actual = run(program, options);
        if actual == expected {
            continue;
        }
        if bless && options.is_empty() {
            std::fs::write(&beside, actual).expect("the expectation can be written");
            continue;
        }
        failures.push(format!("{} {options:?}: {}", program.display(), difference(&expected, &actual)));
    }
    failures
}

#[test]
fn programs_print_what_they_print_in_cpython() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python");
    let mut all = Vec::new();
    programs(&root, &mut all);
    if let Ok(wanted) = std::env::var("WEFT_TESTS") {
        all.retain(|program| wanted.split(',').any(|part| program.to_string_lossy().contains(part)));
    }
    assert!(!all.is_empty(), "there are programs");
    let bless = std::env::var_os("WEFT_BLESS").is_some();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(program) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = check(program, bless);
                    failures.lock().expect("no worker panics with the lock").extend(found);
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no worker panicked");
    assert!(failures.is_empty(), "{} of {} programs differ:\n{}", failures.len(), all.len(), failures.join("\n"));
}

/// Runs the command without a program: exit code, stdout, stderr.
fn command(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the command was built by cargo");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_line_answers_as_cpython_does() {
    let (code, _, error) = command(&["-Z"]);
    assert_eq!((code, error.lines().next()), (Some(2), Some("Unknown option: -Z")));
    let (code, _, error) = command(&["-c"]);
    assert_eq!((code, error.lines().next()), (Some(2), Some("Argument expected for the -c option")));
    let (code, _, error) = command(&["/nonexistent/program.py"]);
    assert_eq!(code, Some(2));
    assert_eq!(error, "weft: can't open file '/nonexistent/program.py': [Errno 2] No such file or directory\n");
    let (code, out, _) = command(&["-c", "import sys; print(sys.argv); sys.exit(3)", "a", "-b"]);
    assert_eq!((code, out.as_str()), (Some(3), "['-c', 'a', '-b']\n"));
    let (code, _, error) = command(&["-c", "import sys; sys.exit('text')"]);
    assert_eq!((code, error.as_str()), (Some(1), "text\n"));
    let (code, _, error) = command(&["-c", "x = = 1"]);
    assert_eq!(code, Some(1));
    assert_eq!(error, "  File \"<string>\", line 1\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n");
}

#[test]
fn sources_that_are_no_text_are_refused_as_in_cpython() {
    let folder = std::env::temp_dir().join(format!("weft-sources-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the sources");
    let run = |name: &str, source: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, source).expect("the source can be written");
        let shown = path.to_string_lossy().into_owned();
        let (code, _, error) = command(&[&shown]);
        (code, error.replace(&shown, "FILE"))
    };
    let (code, error) = run("null.py", b"x = 1\ny = 2\0\n");
    assert_eq!(code, Some(1));
    assert_eq!(error, "  File \"FILE\", line 2\n    y = 2\nSyntaxError: source code cannot contain null bytes\n");
    let (code, error) = run("utf8.py", b"x = '\xff'\n");
    assert_eq!(code, Some(1));
    let message = "SyntaxError: Non-UTF-8 code starting with '\\xff' in file FILE on line 1, but no encoding declared; \
                   see https://peps.python.org/pep-0263/ for details";
    assert_eq!(error.lines().last(), Some(message));
    let (code, error) = run("deep.py", format!("{}1\n", "-".repeat(100_000)).as_bytes());
    assert_eq!(code, Some(1));
    assert!(error.contains("MemoryError: Parser stack overflowed - Python source too complex to parse"), "{error}");
    let (code, _, error) = command(&[&folder.to_string_lossy()]);
    assert_eq!(code, Some(1));
    assert!(error.contains("can't find '__main__' module in"), "{error}");
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_what_blocks_the_main_thread() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::os::unix::process::ExitStatusExt as _;

    const SIGINT: i32 = 2;
    let blocked = [
        "import time; print(1, flush=True); time.sleep(600)",
        "import _thread; lock = _thread.allocate_lock(); lock.acquire(); print(1, flush=True); lock.acquire()",
        "print(1, flush=True)\nwhile True: pass",
        "import sys; print(1, flush=True); sys.stdin.readline()",
        "print(1, flush=True); input()",
        "import _thread, time; handle = _thread.start_joinable_thread(lambda: time.sleep(600)); print(1, flush=True); handle.join()",
    ];
    for program in blocked {
        let mut child = Command::new(env!("CARGO_BIN_EXE_weft"))
            .args(["-c", program])
            // Open, and silent.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command was built by cargo");
        let mut line = String::new();
        let out = child.stdout.take().expect("stdout is a pipe");
        BufReader::new(out).read_line(&mut line).expect("the program prints a line");
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is a kill");
        assert!(killed.success());
        let stdin = child.stdin.take();
        let status = child.wait().expect("the program ends");
        drop(stdin);
        assert_eq!(status.signal(), Some(SIGINT), "{program}");
        let mut error = String::new();
        child.stderr.take().expect("stderr is a pipe").read_to_string(&mut error).expect("the report is text");
        assert!(error.ends_with("KeyboardInterrupt\n"), "{error}");
    }
}
