//! `cells.rs`: the instructions that have cells, their layouts, and the numbering of cell ops.

use std::fmt::Write as _;

use super::{camel, header};
use crate::model::effect::{Item, Kind};
use crate::model::layout::{Layout, Place};
use crate::model::{Inst, Model, Shape};

/// Instructions with cells, in number order, with the first of their cell ops.
pub(super) fn numbered(model: &Model) -> Vec<(&Inst, &Layout, usize)> {
    let mut first = 0;
    let mut all = Vec::new();
    for inst in &model.insts {
        if let Some(layout) = model.layouts.get(&inst.name) {
            all.push((inst, layout, first));
            first += layout.shapes().len();
        }
    }
    all
}

pub(super) fn emit(model: &Model) -> String {
    let all = numbered(model);
    let count = all.last().map_or(0, |(_, layout, first)| first + layout.shapes().len());
    let mut text = header("The instructions that have cells, and the numbering of cell ops.");
    text.push_str(
        "use super::opcode::Opcode;\nuse crate::cell::{DestInfo, InstrInfo, Item, Layout, OperandInfo, Place, Shape};\n\n\
         /// An instruction that has cells: CPython's, or a form of our own.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]\n#[repr(u16)]\n\
         #[allow(missing_docs, reason = \"each variant is described in interp/ops/REFERENCE.md\")]\npub enum Instr {\n",
    );
    for (inst, ..) in &all {
        let _ = writeln!(text, "    {},", camel(&inst.name));
    }
    let _ = write!(
        text,
        "}}\n\n/// How many instructions have cells.\npub const INSTR_COUNT: usize = {};\n\n\
         /// How many cell ops there are.\npub const CELL_COUNT: usize = {count};\n\n",
        all.len()
    );
    text.push_str(
        "/// Indexed by instruction.\n#[rustfmt::skip]\npub(crate) static INSTRS: [InstrInfo; INSTR_COUNT] = [\n",
    );
    for (inst, layout, first) in &all {
        info(&mut text, model, inst, layout, *first);
    }
    text.push_str("];\n");
    text
}

fn info(text: &mut String, model: &Model, inst: &Inst, layout: &Layout, first: usize) {
    let name = camel(&inst.name);
    let opcode = if inst.is_form() { "None".to_owned() } else { format!("Some(Opcode::{name})") };
    let head = camel(model.head_of(&inst.name));
    let _ = writeln!(
        text,
        "    InstrInfo {{ name: \"{}\", instr: Instr::{name}, opcode: {opcode}, head: Instr::{head}, first: {first}, cells: {}, \
         declared_only: {}, inputs: &[{}], outputs: &[{}], peeks: {}, layout: {} }},",
        inst.name,
        layout.shapes().len(),
        model.parts(inst).is_none(),
        items(&inst.effect.inputs),
        items(&inst.effect.outputs),
        inst.effect.peeks,
        layout_text(layout)
    );
}

pub(super) fn items(items: &[Item]) -> String {
    let texts: Vec<String> = items
        .iter()
        .map(|item| {
            let name = item.name.as_deref().unwrap_or("_");
            match &item.kind {
                Kind::Array(size) if size.uses_oparg() => {
                    format!("Item {{ name: \"{name}\", array: true, size: |oparg| {} }}", size.bare())
                }
                Kind::Array(size) => format!("Item {{ name: \"{name}\", array: true, size: |_| {size} }}"),
                _ => format!("Item {{ name: \"{name}\", array: false, size: |_| 1 }}"),
            }
        })
        .collect();
    texts.join(", ")
}

fn shape_list(shapes: &[Shape]) -> String {
    let letters: Vec<String> = shapes.iter().map(|shape| format!("Shape::{}", shape.letter())).collect();
    format!("&[{}]", letters.join(", "))
}

fn place(place: Place) -> String {
    match place {
        Place::None => "Place::None".to_owned(),
        Place::Field(field) => format!("Place::Field({field})"),
        Place::Bc => "Place::Bc".to_owned(),
        Place::Small => "Place::Small".to_owned(),
        Place::Aux => "Place::Aux".to_owned(),
    }
}

fn layout_text(layout: &Layout) -> String {
    let operands: Vec<String> = layout
        .operands
        .iter()
        .map(|operand| {
            let shapes = shape_list(&operand.shapes);
            format!("OperandInfo {{ input: {}, field: {}, shapes: {shapes} }}", operand.input, operand.field)
        })
        .collect();
    let block = layout.block.map_or("None".to_owned(), |(first, field)| format!("Some(({first}, {field}))"));
    let dest = layout.dest.as_ref().map_or("None".to_owned(), |dest| {
        format!("Some(DestInfo {{ field: {}, shapes: {} }})", dest.field, shape_list(&dest.shapes))
    });
    format!(
        "Layout {{ operands: &[{}], block: {block}, dest: {dest}, oparg: {}, jump: {}, words: {} }}",
        operands.join(", "),
        place(layout.oparg),
        place(layout.jump),
        layout.words
    )
}
