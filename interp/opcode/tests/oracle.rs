//! Compares the tables with what CPython 3.14 says of itself (`python3.14.txt`, written by `dump.py`).
//!
//! Specialized and instrumented forms are compared in number, caches and base only: CPython derives their other properties
//! from the text of their bodies, ours have those of what they stand for.

use interp_opcode::{MIN_INSTRUMENTED, MIN_PSEUDO, Opcode};

fn properties(op: Opcode) -> String {
    let all = [
        (op.has_arg(), "arg"),
        (op.has_const(), "const"),
        (op.has_name(), "name"),
        (op.has_jump(), "jump"),
        (op.has_free(), "free"),
        (op.has_local(), "local"),
        (op.has_exc(), "exc"),
    ];
    let words: Vec<&str> = all.into_iter().filter(|(has, _)| *has).map(|(_, word)| word).collect();
    if words.is_empty() { "-".to_owned() } else { words.join("|") }
}

fn effects(op: Opcode, expected: &[&str]) -> Vec<String> {
    let effect = |(oparg, expected): (u32, &&str)| match *expected {
        "-" => "-".to_owned(),
        _ => op.stack_effect(oparg, false).to_string(),
    };
    [0, 1, 2, 3, 258].into_iter().zip(expected).map(effect).collect()
}

#[test]
fn tables_agree_with_cpython() {
    let mut seen = 0;
    for line in include_str!("python3.14.txt").lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let number: u16 = words[1].parse().expect("a number");
        let op = Opcode::from_u16(number).unwrap_or_else(|| panic!("{line}: no such opcode"));
        let special = op.deopt() != op || (MIN_INSTRUMENTED..MIN_PSEUDO).contains(&number);
        assert_eq!(op.name(), words[0]);
        assert_eq!(op.deopt().name(), words[4], "{line}");
        if op.is_instrumented() {
            assert_eq!(op.cache_entries(), op.base().cache_entries(), "{line}");
        } else {
            assert_eq!(op.cache_entries().to_string(), words[3], "{line}");
        }
        if !special {
            assert_eq!(properties(op), words[2], "{line}");
            assert_eq!(effects(op, &words[5..]), words[5..], "{line}");
        }
        seen += 1;
    }
    assert_eq!(seen, Opcode::all().count(), "CPython has an opcode that we lack, or the other way round");
}
