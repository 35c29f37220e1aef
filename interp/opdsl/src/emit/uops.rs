//! `uops.rs`: the micro-ops, and what instructions expand to.

use std::fmt::Write as _;

use super::{cells, header};
use crate::analyze::Plans;
use crate::analyze::plan::Traits;
use crate::model::effect::Kind;
use crate::model::{Model, Op};

/// Bits of `interp_opcode::UopFlags`, in its order.
fn flags(op: &Op, traits: Traits) -> u16 {
    let bits = [
        traits.escapes,
        traits.errors,
        traits.deopts,
        traits.exits,
        traits.jumps,
        traits.dispatches,
        traits.redoes,
        traits.oparg,
        traits.locals,
        traits.constants,
        traits.ticks,
        op.pure,
        op.specializing,
    ];
    bits.iter().enumerate().fold(0, |sum, (bit, set)| sum | u16::from(*set) << bit)
}

pub(super) fn emit(model: &Model, plans: &Plans) -> String {
    let mut text = header("The micro-ops, and what instructions expand to.");
    text.push_str(
        "use super::cells::INSTR_COUNT;\nuse crate::cell::Item;\nuse crate::uop::{Uop, UopFlags, UopInfo};\n\n",
    );
    text.push_str("/// By name.\n#[rustfmt::skip]\npub(crate) static UOPS: &[UopInfo] = &[\n");
    let known: Vec<(&Op, Traits)> =
        plans.traits.iter().filter_map(|(name, traits)| Some((model.ops.get(name)?, *traits))).collect();
    for (op, traits) in &known {
        let stack = |items: &[crate::model::effect::Item]| {
            let items: Vec<_> = items.iter().filter(|item| !matches!(item.kind, Kind::Typed(_))).cloned().collect();
            cells::items(&items)
        };
        let peeks = op.effect.outputs[..op.effect.peeks].iter().filter(|item| !matches!(item.kind, Kind::Typed(_)));
        let _ = writeln!(
            text,
            "    UopInfo {{ name: \"{}\", inputs: &[{}], outputs: &[{}], peeks: {}, flags: UopFlags({:#x}), cache: {} }},",
            op.name,
            stack(&op.effect.inputs),
            stack(&op.effect.outputs),
            peeks.count(),
            flags(op, *traits),
            traits.cache
        );
    }
    text.push_str("];\n\n/// By instruction.\n#[rustfmt::skip]\npub(crate) static EXPANSIONS: [Option<&[Uop]>; INSTR_COUNT] = [\n");
    for (inst, ..) in cells::numbered(model) {
        let parts = model.parts(inst).map(|ops| {
            let index = |op: &&Op| known.iter().position(|(known, _)| known.name == op.name);
            let parts: Vec<String> = ops.iter().filter_map(index).map(|index| format!("Uop({index})")).collect();
            format!("Some(&[{}])", parts.join(", "))
        });
        let _ = writeln!(text, "    {}, // {}", parts.as_deref().unwrap_or("None"), inst.name);
    }
    text.push_str("];\n");
    text
}
