//! Long and deep inputs: nothing is super-linear enough to be felt, nothing overflows the stack.
//!
//! Timings are not asserted; each input here took from seconds to for ever in compilers that were not linear.

use interp_compile::error::ErrorKind;
use interp_front::{CompileOptions, Mode, compile};

/// Compiles on a small stack, as a thread of a server would.
fn outcome(source: String) -> Result<usize, (ErrorKind, String)> {
    std::thread::Builder::new()
        .stack_size(512 * 1024)
        .spawn(move || {
            compile(&source, "<limits>", Mode::Exec, &CompileOptions::default())
                .map(|compiled| compiled.code.consts.len())
                .map_err(|failure| (failure.kind, failure.msg))
        })
        .expect("a thread")
        .join()
        .expect("no panic")
}

fn compiles(source: String) -> usize {
    outcome(source).expect("a valid source")
}

#[test]
fn long_displays_and_files() {
    let pairs: Vec<_> = (0..10_000).map(|i| format!("'k{i}': {i}")).collect();
    assert!(compiles(format!("d = {{{}}}\n", pairs.join(", "))) > 10_000);
    let functions: String = (0..8_000).map(|i| format!("def f{i}(a): return a + {i}\n")).collect();
    assert_eq!(compiles(functions), 8_001);
    let names: String = (0..20_000).map(|i| format!("n{i} = n{}\n", i / 2)).collect();
    compiles(names);
}

#[test]
fn nested_comprehensions() {
    let depth = 18;
    compiles(format!("x = {}a{}\n", "[".repeat(depth), " for a in b]".repeat(depth)));
    compiles(format!("x = {}a{}\n", "(".repeat(depth), " for a in b)".repeat(depth)));
}

#[test]
fn long_chains() {
    let elifs: String = (0..10_000).map(|i| format!("elif a == {i}: pass\n")).collect();
    compiles(format!("if a: pass\n{elifs}"));
    for link in [" + a", " and a", ".a", "[a]", "()", " < a"] {
        compiles(format!("x = a{}\n", link.repeat(10_000)));
    }
    compiles(format!("x = a{}\n", " + a".repeat(100_000)));
}

#[test]
fn deep_prefixes_compile_or_fail_as_errors() {
    for prefix in ["-", "not ", "lambda: ", "a if b else ", "a ** "] {
        for depth in [1_000, 20_000] {
            match outcome(format!("x = {}1\n", prefix.repeat(depth))) {
                Ok(_) => {}
                Err((kind, _)) => {
                    assert!(matches!(kind, ErrorKind::Memory | ErrorKind::Recursion), "{prefix} {kind:?}")
                }
            }
        }
    }
}

#[test]
fn brackets_and_indentation_have_cpythons_limits() {
    let brackets = |depth: usize| outcome(format!("x = {}1{}\n", "(".repeat(depth), ")".repeat(depth)));
    assert!(brackets(200).is_ok());
    assert_eq!(brackets(201), Err((ErrorKind::Syntax, "too many nested parentheses".into())));
    assert_eq!(outcome("[".repeat(5_000)), Err((ErrorKind::Syntax, "too many nested parentheses".into())));
    let ifs = |depth: usize| {
        let heads: String = (0..depth).map(|level| format!("{}if a:\n", " ".repeat(level))).collect();
        outcome(format!("{heads}{}x\n", " ".repeat(depth)))
    };
    assert!(ifs(99).is_ok());
    assert_eq!(ifs(100), Err((ErrorKind::Indentation, "too many levels of indentation".into())));
    let blocks: String = (0..30).map(|level| format!("{}for a in b:\n", " ".repeat(level))).collect();
    let nested = outcome(format!("{blocks}{}x\n", " ".repeat(30)));
    assert_eq!(nested, Err((ErrorKind::Syntax, "too many statically nested blocks".into())));
}

#[test]
fn wrong_sources_stay_linear() {
    assert!(outcome(format!("{}\n)", "x = f(a, b)\n".repeat(5_000))).is_err());
    assert!(outcome(format!("x = {}1 1{}\n", "(".repeat(150), ")".repeat(150))).is_err());
    assert!(outcome(format!("x = {} 1\n", "a + ".repeat(20_000) + "a")).is_err());
    assert!(outcome(format!("x = {}\n", "{a: [".repeat(60))).is_err());
    assert!(outcome(format!("{}1 2{}\n", "f(".repeat(90), ")".repeat(90))).is_err());
}
