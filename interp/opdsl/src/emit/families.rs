//! `families.rs`: heads, members, and what their cells carry.

use std::fmt::Write as _;

use super::{camel, header};
use crate::model::Model;

pub(super) fn emit(model: &Model) -> String {
    let mut text = header("The specialization families.");
    text.push_str("use super::cells::Instr;\nuse crate::cell::FamilyInfo;\n\n/// Every family with cells, in the order of definition.\n");
    text.push_str("#[rustfmt::skip]\npub(crate) static FAMILIES: &[FamilyInfo] = &[\n");
    for family in model.families.iter().filter(|family| model.layouts.contains_key(&family.head)) {
        let members: Vec<String> = family
            .members
            .iter()
            .filter(|(name, _)| model.layouts.contains_key(name))
            .map(|(name, _)| format!("Instr::{}", camel(name)))
            .collect();
        let _ = writeln!(
            text,
            "    FamilyInfo {{ head: Instr::{}, words: {}, members: &[{}] }},",
            camel(&family.head),
            family.words,
            members.join(", ")
        );
    }
    text.push_str("];\n");
    text
}
