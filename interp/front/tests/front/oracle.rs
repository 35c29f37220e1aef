//! Asking CPython, and remembering what it said.
//!
//! The command comes from the environment (`WEFT_ORACLE="python3.14"`); answers are kept by content in a folder of
//! the build's target directory, so that asking again costs a file read.

use std::hash::Hasher;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

const SCRIPT: &str = include_str!("oracle.py");

/// One question.
#[derive(Clone)]
pub(crate) struct Request {
    /// `ast`, `code`, `error` or `stderr`.
    pub(crate) kind: &'static str,
    /// `exec`, `eval` or `single`.
    pub(crate) mode: &'static str,
    /// The file's name, as code objects carry it.
    pub(crate) name: String,
    /// The source.
    pub(crate) source: Vec<u8>,
}

/// FNV-1a: the same in every build, unlike the standard library's.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl Request {
    fn cache_path(&self) -> PathBuf {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        for part in [SCRIPT.as_bytes(), self.kind.as_bytes(), self.mode.as_bytes(), self.name.as_bytes()] {
            hash.write(part);
            hash.write(b"\0");
        }
        hash.write(&self.source);
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/oracle").join(format!(
            "{:016x}-{}",
            hash.finish(),
            self.source.len()
        ))
    }
}

/// The answers to all requests, in order.
///
/// # Panics
/// When an answer is not remembered and the oracle cannot be started.
pub(crate) fn ask(requests: &[Request]) -> Vec<String> {
    let mut answers: Vec<Option<String>> =
        requests.iter().map(|request| std::fs::read_to_string(request.cache_path()).ok()).collect();
    let open: Vec<usize> = (0..requests.len()).filter(|&index| answers[index].is_none()).collect();
    if open.is_empty() {
        return answers.into_iter().flatten().collect();
    }
    std::fs::create_dir_all(requests[0].cache_path().parent().expect("a folder")).expect("a target folder");
    let mut child = spawn();
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for &index in &open {
                let Request { kind, mode, name, source } = &requests[index];
                if writeln!(stdin, "{kind}\t{mode}\t{name}\t{}", source.len()).is_err() {
                    return;
                }
                if stdin.write_all(source).and_then(|()| stdin.flush()).is_err() {
                    return;
                }
            }
            drop(stdin);
        });
        for &index in &open {
            let answer = read_answer(&mut stdout).unwrap_or_else(|| panic!("no answer about {}", requests[index].name));
            std::fs::write(requests[index].cache_path(), &answer).expect("a writable target folder");
            answers[index] = Some(answer);
        }
    });
    let _ = child.wait();
    answers.into_iter().flatten().collect()
}

fn spawn() -> Child {
    let command = std::env::var("WEFT_ORACLE").expect("set WEFT_ORACLE to the command that runs CPython 3.14");
    let mut words = command.split_whitespace();
    Command::new(words.next().expect("a command"))
        .args(words)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the oracle starts")
}

fn read_answer(stdout: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    stdout.read_line(&mut line).ok()?;
    let mut bytes = vec![0; line.trim().parse().ok()?];
    stdout.read_exact(&mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}
