//! One plan for one combination of operand shapes: loads, the body with its holes filled, stores.

use std::fmt::Write as _;

use super::text;
use crate::analyze::plan::{Action, Dropped, Exit, Plan, Spill, Way};
use crate::diag::Fault;
use crate::model::compose::ValueId;
use crate::model::effect::{Kind, total};
use crate::model::layout::{Layout, Place, Shapes};
use crate::model::size::Size;
use crate::model::{Inst, Model, Shape};

/// What is rendered, and for which shapes.
pub(super) struct Render<'a> {
    pub(super) model: &'a Model,
    pub(super) inst: &'a Inst,
    pub(super) layout: &'a Layout,
    pub(super) plan: &'a Plan,
    pub(super) shapes: &'a Shapes,
}

const FIELDS: [&str; 3] = ["at.a()", "at.b()", "at.c()"];

/// Where the name of the out-of-line copy goes.
pub(super) const SLOW: &str = "{\n// SAFETY: H1: handed on as it came.\nunsafe { __slow__(ip, fp, th, cell) } }";

/// Binds the token that escaping calls take.
const TOKEN: &str = "\n// SAFETY: H2: spilled above: the frame shows every live reference.\nlet esc = unsafe { Esc::after_spill(th) };\n";

fn field(index: u8) -> &'static str {
    FIELDS[usize::from(index)]
}

fn slot(base: &str, offset: &Size) -> String {
    if *offset == Size::ZERO { base.to_owned() } else { format!("{base} + {}", offset.rust("usize")) }
}

impl Render<'_> {
    /// The statements of the function's body.
    pub(super) fn body(&self) -> Result<String, Fault> {
        let mut out = String::new();
        self.numbers(&mut out)?;
        for id in 0..self.plan.composed.values.len() {
            if self.plan.used.contains(&id) {
                self.variable(&mut out, id)?;
            }
        }
        let all: Vec<usize> = (0..self.plan.dropped.len()).collect();
        for dead in self.owned_deads(&all) {
            let _ = writeln!(out, "let mut {dead} = None;");
        }
        let several = self.plan.parts.len() > 1;
        let mut failed = None;
        for part in &self.plan.parts {
            let names: Vec<(String, String)> =
                part.renames.iter().map(|(old, id)| (old.clone(), self.plan.names[*id].clone())).collect();
            let body = text::renamed(part.body.clone(), &names);
            let filled = text::filled(&body, &mut |index| match self.action(index) {
                Ok(text) => text,
                Err(fault) => {
                    failed = Some(fault);
                    (String::new(), false)
                }
            });
            if filled.trim().is_empty() {
                continue;
            }
            if several {
                let _ = writeln!(out, "// {} ({})\n{{ {filled} }}", part.op, self.model.cite(part.at));
            } else {
                let _ = writeln!(out, "{filled}");
            }
        }
        if let Some(fault) = failed {
            return Err(fault);
        }
        if let Some(end) = &self.plan.end {
            let _ = writeln!(out, "{}", self.exit(end)?.trim_start_matches("return "));
        }
        Ok(out)
    }

    /// `oparg`, `frame`.
    fn numbers(&self, out: &mut String) -> Result<(), Fault> {
        let sized =
            |id: &ValueId| matches!(&self.plan.composed.values[*id].kind, Kind::Array(size) if size.uses_oparg());
        let offsets = || {
            let effect = &self.inst.effect;
            let items = effect.inputs.iter().chain(&effect.outputs);
            items.filter(|item| matches!(&item.kind, Kind::Array(size) if size.uses_oparg())).count() > 0
        };
        if self.plan.ambient.contains("oparg") || self.plan.used.iter().any(sized) || offsets() {
            let read = match self.layout.oparg {
                Place::Bc => "at.arg_bc()".to_owned(),
                Place::Small => "at.arg_small()".to_owned(),
                Place::Aux => "at.arg_aux()".to_owned(),
                Place::Field(index) => format!("{} as u32", field(index)),
                Place::None => return Err(Fault::new(self.inst.at, "`oparg` is used but `arg` is not declared")),
            };
            let _ = writeln!(out, "let oparg: u32 = {read};");
        }
        if self.plan.ambient.contains("frame") {
            out.push_str("let frame = at.frame();\n");
        }
        Ok(())
    }

    /// The declaration of a value's variable.
    fn variable(&self, out: &mut String, id: ValueId) -> Result<(), Fault> {
        let (value, name) = (&self.plan.composed.values[id], &self.plan.names[id]);
        match (&value.kind, value.input) {
            (Kind::Typed(_), _) | (Kind::Word, None) => {
                let _ = writeln!(out, "let mut {name};");
            }
            (Kind::Word, Some(input)) => {
                let _ = writeln!(out, "let mut {name} = {};", self.load(input));
            }
            (Kind::Array(size), input) => {
                let base = match (input, value.output) {
                    (Some(input), _) => self.input_slot(input),
                    (None, Some(output)) => self.output_slot(output),
                    (None, None) => None,
                };
                let Some(base) = base else {
                    return Err(Fault::new(value.at, "an array handed from part to part has no place in the frame"));
                };
                let _ = writeln!(out, "let {name} = at.slots({base}, {});", size.rust("usize"));
            }
        }
        Ok(())
    }

    fn operand(&self, input: usize) -> Option<(usize, u8, Shape)> {
        let index = self.layout.operands.iter().position(|operand| operand.input == input)?;
        Some((index, self.layout.operands[index].field, self.shapes.operands[index]))
    }

    /// The word of an input.
    fn load(&self, input: usize) -> String {
        match self.operand(input) {
            Some((_, index, Shape::I)) => format!("at.small_{}()", ['a', 'b', 'c'][usize::from(index)]),
            Some((index, _, Shape::K)) => {
                let before = self.shapes.operands[..index].iter().filter(|shape| **shape == Shape::K).count();
                format!("at.constant_word({})", 1 + usize::from(self.layout.words) + before)
            }
            _ => format!("at.get({})", self.input_slot(input).unwrap_or_default()),
        }
    }

    /// The slot of an input, if it has one.
    fn input_slot(&self, input: usize) -> Option<String> {
        match self.operand(input) {
            Some((_, index, Shape::L | Shape::T)) => Some(field(index).to_owned()),
            Some(_) => None,
            None => {
                let (_, index) = self.layout.block?;
                Some(slot(field(index), &self.layout.block_offset(&self.inst.effect, input)))
            }
        }
    }

    /// The slot of an output that is no peek.
    fn output_slot(&self, output: usize) -> Option<String> {
        let effect = &self.inst.effect;
        if let Some(dest) = &self.layout.dest {
            return Some(slot(field(dest.field), &total(&effect.outputs[effect.peeks..output])));
        }
        let (first, index) = self.layout.block.filter(|_| self.layout.operands.is_empty())?;
        (first == 0).then(|| slot(field(index), &total(&effect.outputs[..output])))
    }

    /// Whether the instruction owns a value: not an operand that is read in place.
    fn owned(&self, id: ValueId) -> bool {
        match self.plan.composed.values[id].input.and_then(|input| self.operand(input)) {
            Some((.., shape)) => shape == Shape::T,
            None => true,
        }
    }

    fn name(&self, id: ValueId) -> &str {
        &self.plan.names[id]
    }

    fn home(&self, id: ValueId) -> Option<String> {
        self.plan.composed.values[id].input.and_then(|input| self.input_slot(input)).filter(|_| self.owned(id))
    }

    fn null(&self, ids: &[ValueId]) -> String {
        let mut out = String::new();
        for id in ids.iter().filter(|id| self.owned(**id)) {
            let _ = match (&self.plan.composed.values[*id].kind, self.home(*id)) {
                (Kind::Array(_), _) => write!(out, "{}.clear(); ", self.name(*id)),
                (_, Some(home)) => write!(out, "at.null({home}); "),
                (_, None) => Ok(()),
            };
        }
        out
    }

    fn store(&self, ids: &[ValueId]) -> String {
        let mut out = String::new();
        for id in ids {
            let name = self.name(*id);
            let _ = match self.home(*id) {
                Some(home) => write!(out, "at.set({home}, {name}); "),
                None => write!(out, "{name} = at.heap_safe({name}); "),
            };
        }
        out
    }

    fn protect(&self, ids: &[ValueId]) -> String {
        ids.iter().map(|id| format!("{0} = at.heap_safe({0}); ", self.name(*id))).collect()
    }

    fn spill(&self, spill: &Spill) -> String {
        self.null(&spill.null) + &self.store(&spill.store) + &self.protect(&spill.protect)
    }

    /// The text of an action, and whether it is a statement.
    fn action(&self, index: usize) -> Result<(String, bool), Fault> {
        Ok(match &self.plan.actions[index] {
            Action::Spill(spill) => (format!("{}at.save_ip();", self.spill(spill)), true),
            Action::Esc => (TOKEN.to_owned(), true),
            Action::Close(id, spill) => (self.close(*id, spill), true),
            Action::CloseLocal(name, spill) => (self.drop_word(name, spill), true),
            Action::Drop(what, number) => (self.dropped(what, *number), true),
            Action::Finalize(deads, spill) => (self.finalize(deads, &self.spill(spill)), true),
            Action::Exit(exit) => (self.exit(exit)?, false),
            Action::View(id, across) => (self.view(*id, *across), false),
            Action::Take(id, restart) => {
                let how = if self.owned(*id) { "take" } else { "clone_value" };
                (self.owning(how, *id, restart.as_ref())?, false)
            }
            Action::Steal(id, restart) => (self.steal(*id, restart.as_ref())?, false),
            Action::Loose(id) => (self.loose(*id), false),
            Action::Dup(id, restart) => (self.owning("dup", *id, restart.as_ref())?, false),
            Action::InstSize => (format!("{}usize", self.layout.size(self.shapes)), false),
        })
    }

    /// A reference of one's own; where that makes a call and the instruction may start over, it does.
    fn owning(&self, how: &str, id: ValueId, restart: Option<&Exit>) -> Result<String, Fault> {
        let name = self.name(id);
        Ok(match restart {
            Some(restart) => {
                format!("match at.try_{how}({name}) {{ Some(value) => value, None => {} }}", self.exit(restart)?)
            }
            None => format!("at.{how}({name})"),
        })
    }

    fn steal(&self, id: ValueId, restart: Option<&Exit>) -> Result<String, Fault> {
        let name = self.name(id);
        let operand = self.plan.composed.values[id].input.and_then(|input| self.operand(input));
        Ok(match operand {
            Some((.., Shape::L)) => return self.owning("dup", id, restart),
            Some((.., Shape::K)) => format!("at.borrow({name})"),
            _ => name.to_owned(),
        })
    }

    fn loose(&self, id: ValueId) -> String {
        (if self.owned(id) { self.name(id) } else { "Word::NULL" }).to_owned()
    }

    fn view(&self, id: ValueId, across: bool) -> String {
        let value = &self.plan.composed.values[id];
        let slot = value
            .input
            .filter(|_| !across && !self.plan.assigned.contains(&id))
            .and_then(|input| self.input_slot(input));
        match slot {
            Some(slot) => format!("at.view_slot({slot})"),
            None => format!("at.view(&{})", self.name(id)),
        }
    }

    fn close(&self, id: ValueId, spill: &Spill) -> String {
        if !self.owned(id) {
            return String::new();
        }
        if let Kind::Array(_) = self.plan.composed.values[id].kind {
            let rest =
                Spill { null: spill.null.iter().copied().filter(|other| *other != id).collect(), ..spill.clone() };
            return format!("{}at.close_slots({});", self.spill(&rest), self.name(id));
        }
        self.drop_word(self.name(id), spill)
    }

    fn dropped(&self, what: &Dropped, number: usize) -> String {
        match what {
            Dropped::Value(id) if self.owned(*id) => format!("dead_{number} = at.close({});", self.name(*id)),
            Dropped::Value(_) => String::new(),
            Dropped::Local(name) => format!("dead_{number} = at.close({name});"),
        }
    }

    fn drop_word(&self, name: &str, spill: &Spill) -> String {
        format!("if let Some(dead) = at.close({name}) {{ {}at.finalize(dead); }}", self.spill(spill))
    }

    /// A way out: an expression of type `!`.
    fn exit(&self, exit: &Exit) -> Result<String, Fault> {
        let flow = if self.plan.outlined { "_flow" } else { "" };
        let discard: String = exit
            .discard
            .iter()
            .map(|id| match self.plan.composed.values[*id].kind {
                Kind::Array(_) => format!("at.close_slots({}); ", self.name(*id)),
                _ => format!("at.discard({}); ", self.name(*id)),
            })
            .collect();
        let (before, call) = match &exit.way {
            Way::Error => {
                let put = self.null(&exit.spill.null) + &self.store(&exit.spill.store);
                (put + &discard + &self.finalize(&exit.deads, ""), format!("at.error{flow}()"))
            }
            Way::Deopt => (discard, format!("at.deopt{flow}()")),
            Way::Redo => (discard, format!("at.redo{flow}()")),
            Way::Slow => {
                let guards: String = exit.guards.iter().map(|guard| format!("drop({guard}); ")).collect();
                (guards + &discard, SLOW.to_owned())
            }
            Way::Leave(arguments) => {
                let put = if exit.deads.is_empty() { String::new() } else { self.null(&exit.spill.null) };
                (put + &self.finalize(&exit.deads, ""), format!("at.leave{flow}({})", self.inner(arguments)?))
            }
            Way::Dispatch(arguments) => self.onward(String::new(), Vec::new(), exit, "go", &self.inner(arguments)?),
            Way::Next => {
                let (stores, replaced) = self.outputs(exit)?;
                self.onward(stores, replaced, exit, "next", &self.layout.size(self.shapes).to_string())
            }
            Way::Jump => {
                let distance = match self.layout.jump {
                    Place::Bc => "at.jump_bc()",
                    Place::Aux => "at.jump_aux()",
                    _ => return Err(Fault::new(self.inst.at, "the instruction has no jump target")),
                };
                let (stores, replaced) = self.outputs(exit)?;
                self.onward(stores, replaced, exit, "jump", distance)
            }
        };
        if before.is_empty() {
            return Ok(format!("return {call}"));
        }
        Ok(if self.is_end(exit) { format!("{before}\n{call}") } else { format!("{{ {before} return {call} }}") })
    }

    /// The way on after the instruction's effects. What died of it is finalized by a sibling call that then goes on: nothing has to
    /// be kept over the call, so the fast path saves no register.
    fn onward(&self, mut before: String, replaced: Vec<String>, exit: &Exit, verb: &str, to: &str) -> (String, String) {
        if self.plan.outlined {
            let null = self.null(&exit.spill.null);
            for dead in &replaced {
                let _ = write!(before, "if let Some(dead) = {dead} {{ {null}at.finalize(dead); }} ");
            }
            return (before, format!("at.{verb}_flow({to})"));
        }
        let mut deads = self.owned_deads(&exit.deads);
        // More than the sibling call has registers for: those go first, while nothing is stored yet.
        let excess: Vec<String> =
            deads.drain(..(deads.len() + replaced.len()).saturating_sub(3).min(deads.len())).collect();
        let values = &self.plan.composed.values;
        let held =
            exit.defined.iter().copied().filter(|id| values[*id].input.is_none() && values[*id].kind == Kind::Word);
        let shown =
            self.null(&exit.spill.null) + &self.store(&exit.spill.store) + &self.protect(&held.collect::<Vec<_>>());
        let first: String =
            excess.iter().map(|dead| format!("if let Some(dead) = {dead} {{ {shown}at.finalize(dead); }} ")).collect();
        before.insert_str(0, &first);
        for (index, dead) in replaced.iter().enumerate() {
            let _ = write!(before, "let replaced_{index} = {dead}; ");
            deads.push(format!("replaced_{index}"));
        }
        if !deads.is_empty() {
            let some: Vec<String> = deads.iter().map(|dead| format!("{dead}.is_some()")).collect();
            let (count, list) = (deads.len(), deads.join(", "));
            let _ =
                write!(before, "if {} {{ return at.finish{count}(at.{verb}_flow({to}), {list}); }} ", some.join(" | "));
        }
        (before, format!("at.{verb}({to})"))
    }

    /// Variables of the deferred releases that drop something in these shapes.
    fn owned_deads(&self, deads: &[usize]) -> Vec<String> {
        let owned = |number: &&usize| match &self.plan.dropped[**number] {
            Dropped::Value(id) => self.owned(*id),
            Dropped::Local(_) => true,
        };
        deads.iter().filter(owned).map(|number| format!("dead_{number}")).collect()
    }

    fn finalize(&self, deads: &[usize], spill: &str) -> String {
        let one = |dead: &String| format!("if let Some(dead) = {dead}.take() {{ {spill}at.finalize(dead); }} ");
        self.owned_deads(deads).iter().map(one).collect()
    }

    fn is_end(&self, exit: &Exit) -> bool {
        self.plan.end.as_ref().is_some_and(|end| std::ptr::eq(end, exit))
    }

    fn inner(&self, tokens: &proc_macro2::TokenStream) -> Result<String, Fault> {
        let mut failed = None;
        let text = text::filled(tokens, &mut |index| match self.action(index) {
            Ok(text) => text,
            Err(fault) => {
                failed = Some(fault);
                (String::new(), false)
            }
        });
        failed.map_or(Ok(text), Err)
    }

    /// Stores what the instruction leaves: the defined outputs, and peeks that got a new word; and the expressions that store to a
    /// local and give what died of it.
    fn outputs(&self, exit: &Exit) -> Result<(String, Vec<String>), Fault> {
        let mut out = self.store(&exit.spill.store);
        let mut replaced = Vec::new();
        for id in &exit.defined {
            let value = &self.plan.composed.values[*id];
            let (Some(output), None, Kind::Word) = (value.output, value.input, &value.kind) else { continue };
            let Some(slot) = self.output_slot(output) else {
                return Err(Fault::new(
                    self.inst.at,
                    format!("output `{}` has no place: `dest` is missing", value.name),
                ));
            };
            let name = self.name(*id);
            if self.shapes.dest == Some(Shape::L) {
                replaced.push(format!("at.replace({slot}, {name})"));
            } else {
                let _ = write!(out, "at.set({slot}, {name}); ");
            }
        }
        Ok((out, replaced))
    }
}
