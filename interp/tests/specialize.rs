//! Whether sites become the specialized instructions that they should: `specialize/forms.py` runs them hot and reads
//! `_co_code_adaptive`. What sites compute while their forms come and go is tested by `python/specialize`.

use std::process::{Command, Stdio};

use interp_opcode::Opcode;

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
fn hot_sites_become_what_they_should() {
    let (good, text) = run(&[], &[]);
    assert!(good, "{text}");
}

#[test]
fn no_site_changes_when_specialization_is_off() {
    let (good, text) = run(&["-X", "specialize=0"], &["off"]);
    assert!(good, "{text}");
}
