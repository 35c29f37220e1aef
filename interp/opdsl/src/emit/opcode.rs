//! `opcode.rs`: the enum of CPython's instructions.

use std::fmt::Write as _;

use super::{camel, header};
use crate::model::Model;

/// Name and number of everything CPython numbers, by number.
pub(super) fn numbered(model: &Model) -> Vec<(u16, &str)> {
    let insts = model.insts.iter().filter(|inst| !inst.is_form()).map(|inst| (inst.number, inst.name.as_str()));
    let pseudos = model.pseudos.iter().map(|pseudo| (pseudo.number, pseudo.name.as_str()));
    let instrumented = model.instrumented.iter().map(|form| (form.number, form.name.as_str()));
    let mut all: Vec<_> = insts.chain(pseudos).chain(instrumented).collect();
    all.sort_unstable();
    all
}

pub(super) fn emit(model: &Model) -> String {
    let all = numbered(model);
    let count = all.last().map_or(0, |(number, _)| number + 1);
    let mut text = header("The opcodes under CPython 3.14's numbers.");
    text.push_str(
        "/// An instruction of CPython 3.14 under its own number.\n///\n\
         /// 0..=127 and RESUME are what a compiler emits, 129..=211 are specialized forms, 234..=255 instrumented ones,\n\
         /// 256 and up are pseudo-instructions that exist only until assembly.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]\n#[repr(u16)]\n\
         #[allow(missing_docs, reason = \"each variant is named as CPython's dis documentation names it\")]\n\
         pub enum Opcode {\n",
    );
    for (number, name) in &all {
        let _ = writeln!(text, "    {} = {number},", camel(name));
    }
    let _ =
        write!(text, "}}\n\n/// One more than the largest opcode number.\npub const OPCODE_COUNT: usize = {count};\n");
    text
}
