//! `metadata.rs`: what is known of each opcode whatever its operand, and stack effects.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::opcode::numbered;
use super::{camel, header};
use crate::model::effect::Effect;
use crate::model::{Arg, Model};

/// What the table says of one opcode.
struct Row<'a> {
    name: &'a str,
    arg: Arg,
    jump: bool,
    caches: u8,
    deopt: &'a str,
    base: &'a str,
    effect: &'a Effect,
}

fn row<'a>(model: &'a Model, name: &'a str, none: &'a Effect) -> Row<'a> {
    if let Some(inst) = model.inst(name) {
        let head = model.head_of(name);
        let (jump, caches) = (inst.jump, model.caches(inst));
        return Row { name, arg: inst.arg, jump, caches, deopt: head, base: head, effect: &inst.effect };
    }
    if let Some(pseudo) = model.pseudos.iter().find(|pseudo| pseudo.name == name) {
        let jump = pseudo.arg == Arg::Jump;
        return Row { name, arg: pseudo.arg, jump, caches: 0, deopt: name, base: name, effect: &pseudo.effect };
    }
    let form = model.instrumented.iter().find(|form| form.name == name);
    match form.and_then(|form| model.inst(&form.of)) {
        Some(of) => Row { deopt: name, name, ..row(model, &of.name, none) },
        None => Row { name, arg: Arg::None, jump: false, caches: 0, deopt: name, base: name, effect: none },
    }
}

fn flags(row: &Row<'_>) -> String {
    let kind = match row.arg {
        Arg::None => return "0".to_owned(),
        Arg::Plain => "",
        Arg::Name => " | NAME",
        Arg::Constant => " | CONST",
        Arg::Local => " | LOCAL",
        Arg::Free => " | FREE",
        Arg::Exc => " | EXC",
        Arg::Jump => "",
    };
    format!("ARG{kind}{}", if row.jump { " | JUMP" } else { "" })
}

pub(super) fn emit(model: &Model) -> String {
    let none = Effect::default();
    let rows: BTreeMap<u16, Row<'_>> =
        numbered(model).into_iter().map(|(number, name)| (number, row(model, name, &none))).collect();
    let mut text = header("What is known of each opcode: operand, caches, base, stack effect.");
    text.push_str(
        "use super::opcode::{OPCODE_COUNT, Opcode};\nuse crate::flags::{ARG, CONST, EXC, FREE, JUMP, LOCAL, NAME};\n\n\
         /// What is known of one opcode whatever its operand.\npub(crate) struct Info {\n    pub(crate) opcode: Opcode,\n    \
         pub(crate) name: &'static str,\n    pub(crate) flags: u8,\n    pub(crate) caches: u8,\n    \
         pub(crate) deopt: Opcode,\n    pub(crate) base: Opcode,\n}\n\n\
         const fn info(opcode: Opcode, name: &'static str, flags: u8, caches: u8, deopt: Opcode, base: Opcode) -> Option<Info> {\n    \
         Some(Info { opcode, name, flags, caches, deopt, base })\n}\n\n\
         /// Indexed by opcode number; `None` where CPython assigns nothing.\n#[rustfmt::skip]\n\
         pub(crate) static INFO: [Option<Info>; OPCODE_COUNT] = [\n",
    );
    for number in 0..=rows.keys().copied().max().unwrap_or(0) {
        let Some(row) = rows.get(&number) else {
            text.push_str("    None,\n");
            continue;
        };
        let _ = writeln!(
            text,
            "    info(Opcode::{}, \"{}\", {}, {}, Opcode::{}, Opcode::{}),",
            camel(row.name),
            row.name,
            flags(row),
            row.caches,
            camel(row.deopt),
            camel(row.base)
        );
    }
    text.push_str("];\n\n");
    type Side = fn(&Effect) -> crate::model::size::Size;
    let sides: [(&str, &str, Side); 2] = [
        ("popped", "takes; those it only looks past are counted as taken and given back", Effect::popped),
        ("pushed", "leaves when it falls through", Effect::pushed),
    ];
    for (name, about, side) in sides {
        let mut by_size: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows.values() {
            by_size.entry(side(row.effect).to_string()).or_default().push(format!("Opcode::{}", camel(row.name)));
        }
        by_size.remove("0");
        let _ = write!(
            text,
            "/// Stack items an opcode {about}.\n#[rustfmt::skip]\n\
             pub(crate) const fn {name}(opcode: Opcode, oparg: u32) -> u32 {{\n    match opcode {{\n"
        );
        for (size, names) in &by_size {
            let _ = writeln!(text, "        {} => {size},", names.join(" | "));
        }
        text.push_str("        _ => 0,\n    }\n}\n\n");
    }
    targets(&mut text, model);
    text
}

/// Effects on the way to the target, where they differ: the exception that a handler finds.
fn targets(text: &mut String, model: &Model) {
    text.push_str(
        "/// Change of the depth on the way to the target, where it is not what falling through does.\n#[rustfmt::skip]\n\
         pub(crate) const fn target_effect(opcode: Opcode) -> Option<i32> {\n    match opcode {\n",
    );
    for pseudo in &model.pseudos {
        let size = pseudo.target.as_ref().and_then(|effect| effect.pushed().minus(&effect.popped()).constant());
        if let Some(size) = size {
            let _ = writeln!(text, "        Opcode::{} => Some({size}),", camel(&pseudo.name));
        }
    }
    text.push_str("        _ => None,\n    }\n}\n");
}
