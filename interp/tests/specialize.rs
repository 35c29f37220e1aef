//! Whether sites become the specialized instructions that they should: `specialize/forms.py` runs them hot and reads
//! `_co_code_adaptive`. What sites compute while their forms come and go is tested by `python/specialize`.

use std::process::{Command, Stdio};

use interp_opcode::{Instr, Opcode};

/// Forms that exist in CPython's table but need no choice here: they are for what tier 1 does not have.
const NOT_CHOSEN: &[&str] = &["RESUME_CHECK", "JUMP_BACKWARD_JIT", "JUMP_BACKWARD_NO_JIT"];

fn run(options: &[&str], last: &[&str]) -> (bool, String) {
    let opcodes: Vec<Opcode> = Opcode::all().filter(|opcode| !opcode.is_pseudo()).collect();
    let table: Vec<String> = opcodes
        .iter()
        .map(|opcode| format!("{}={}:{}", opcode.name(), *opcode as u16, opcode.deopt().cache_entries()))
        .collect();
    let specialized: Vec<&str> = opcodes
        .iter()
        .filter(|opcode| opcode.deopt() != **opcode && !NOT_CHOSEN.contains(&opcode.name()))
        .map(|opcode| opcode.name())
        .collect();
    let output = Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(options)
        .arg("forms.py")
        .args([table.join(","), specialized.join(",")])
        .args(last)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/specialize"))
        .env_remove("PYTHONPATH")
        .env_remove("WEFT_LIB")
        .stdin(Stdio::null())
        .output()
        .expect("the command was built by cargo");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[test]
fn every_form_has_a_handler_but_those_that_are_not_chosen() {
    let missing: Vec<&str> = Instr::all()
        .map(Instr::info)
        .filter(|info| info.declared_only && info.cells > 0)
        .map(|info| info.name)
        .collect();
    // Constants are operands.
    let expected: Vec<&str> = ["LOAD_CONST"].iter().chain(NOT_CHOSEN).copied().collect();
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    assert_eq!(sorted(missing), sorted(expected));
}

#[test]
fn attempts_are_counted_by_form_and_reason() {
    let program =
        "def f(x): return x.real\nfor x in (1, 'a', 1) * 200:\n    try: f(x)\n    except AttributeError: pass\n";
    let run = |options: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_weft")).args(options).args(["-c", program]).output();
        String::from_utf8_lossy(&output.expect("the command was built by cargo").stderr).into_owned()
    };
    assert_eq!(run(&[]), "");
    let counts = run(&["-X", "specialize=stats"]);
    let count = |name: &str| {
        let line = counts.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
        line.trim_start_matches(": ").parse::<u64>().expect("a number")
    };
    assert!(count("for_iter.specialized.tuple") == 1, "{counts}");
    assert!(count("load_attr.failed.overriding_descriptor") > 1, "{counts}");
    assert!(count("load_attr.failed.attribute_is_absent") > 1, "{counts}");
    assert!(run(&["-X", "specialize=trace"]).contains("<string>:2: for_iter specialized: tuple"));
}

#[test]
fn code_that_dies_takes_its_records_along() {
    let program = "\
import gc
class C:
    def method(self): pass
source = 'def f(c):\\n for _ in range(9):\\n  c.method(); len(())\\n'
for n in range(600):
    space = {'C': C}
    exec(source + f'f(C()) # {n}', space)
    space.clear()
    del space
    if n % 100 == 99: gc.collect()
for _ in range(3): gc.collect()
";
    let output = Command::new(env!("CARGO_BIN_EXE_weft")).args(["-X", "specialize=stats", "-c", program]).output();
    let counts = String::from_utf8_lossy(&output.expect("the command was built by cargo").stderr).into_owned();
    let count = |name: &str| counts.lines().find_map(|line| line.strip_prefix(name)?.parse::<u64>().ok());
    assert!(count("load_attr.specialized.method_with_values: ") >= Some(600), "{counts}");
    assert!(count("records.live: ").is_some_and(|live| live < 100), "{counts}");
}

#[test]
fn sites_that_meet_several_types_tell_them_apart() {
    let program = "\
class A:
    def __init__(self, x): self.x = x
    def m(self): return 'a'
class B(A):
    def m(self): return 'b'
class C(B):
    pass
def get(o): return o.x
def put(o): o.x += 1
def call(o): return o.m()
made = [A(1), B(10), C(100), A(1000)]
for _ in range(400):
    seen = []
    for o in made:
        put(o)
        seen.append((get(o), call(o)))
print(seen)
";
    let output = Command::new(env!("CARGO_BIN_EXE_weft")).args(["-X", "specialize=stats", "-c", program]).output();
    let output = output.expect("the command was built by cargo");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "[(401, 'a'), (410, 'b'), (500, 'b'), (1400, 'a')]\n");
    let counts = String::from_utf8_lossy(&output.stderr).into_owned();
    for form in ["load_attr", "store_attr"] {
        assert!(counts.contains(&format!("{form}.specialized.polymorphic_value: ")), "{counts}");
    }
    assert!(counts.contains("load_attr.specialized.polymorphic: "), "{counts}");
    assert!(!counts.contains("megamorphic"), "{counts}");
}

#[test]
fn hot_sites_become_what_they_should() {
    let (good, text) = run(&[], &[]);
    assert!(good, "{text}");
}

#[test]
fn no_site_changes_when_specialization_is_off() {
    let (good, text) = run(&["-X", "specialize=0"], &["off"]);
    assert!(good, "{text}");
}
