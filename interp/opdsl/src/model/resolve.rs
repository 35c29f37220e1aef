//! Links definitions and checks what no single one can know: names, numbers, families, joint effects, layouts.

use std::collections::{BTreeMap, HashMap};

use super::compose::compose;
use super::layout::Layout;
use super::{Inst, Made, Model, Op};
use crate::diag::{Fault, Loc, Source};
use crate::parse::Definitions;

/// Builds the model, or says everything that is wrong with the links.
pub(crate) fn resolve(sources: &[Source], mut found: Definitions) -> Result<Model, Vec<Fault>> {
    let mut faults = Vec::new();
    unique(&found, &mut faults);
    found.insts.sort_by_key(|inst| inst.number);
    let mut model = Model {
        ops: found.ops.into_iter().map(|op| (op.name.clone(), op)).collect(),
        insts: found.insts,
        families: found.families,
        pseudos: found.pseudos,
        instrumented: found.instrumented,
        layouts: BTreeMap::new(),
        files: sources.iter().map(|source| source.path.to_string_lossy().replace('\\', "/")).collect(),
    };
    families(&model, &mut faults);
    links(&model, &mut faults);
    if faults.is_empty() {
        layouts(&mut model, &mut faults);
    }
    if faults.is_empty() {
        for inst in &model.insts {
            if let Some(ops) = model.parts(inst)
                && let Err(fault) = compose(inst, &ops)
            {
                faults.push(fault);
            }
        }
    }
    if faults.is_empty() { Ok(model) } else { Err(faults) }
}

impl Model {
    /// The micro-ops of an instruction, or `None` while it or one of them is only declared.
    pub(crate) fn parts(&self, inst: &Inst) -> Option<Vec<&Op>> {
        let Made::Parts(parts) = &inst.made else { return None };
        parts.iter().map(|(name, _)| self.ops.get(name).filter(|op| op.body.is_some())).collect()
    }
}

fn unique(found: &Definitions, faults: &mut Vec<Fault>) {
    let mut names: HashMap<&str, Loc> = HashMap::new();
    let mut numbers: HashMap<u16, &str> = HashMap::new();
    let ops = found.ops.iter().map(|op| (&op.name, op.at, None));
    let insts = found.insts.iter().map(|inst| (&inst.name, inst.at, Some(inst.number)));
    let pseudos = found.pseudos.iter().map(|pseudo| (&pseudo.name, pseudo.at, Some(pseudo.number)));
    let instrumented = found.instrumented.iter().map(|form| (&form.name, form.at, Some(form.number)));
    for (name, at, number) in ops.chain(insts).chain(pseudos).chain(instrumented) {
        if names.insert(name, at).is_some() {
            faults.push(Fault::new(at, format!("`{name}` is defined twice")));
        }
        if let Some(number) = number
            && let Some(other) = numbers.insert(number, name)
        {
            faults.push(Fault::new(at, format!("number {number} is also `{other}`'s")));
        }
    }
}

fn families(model: &Model, faults: &mut Vec<Fault>) {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for family in &model.families {
        let Some(head) = model.inst(&family.head) else {
            faults.push(Fault::new(family.at, format!("no instruction is called `{}`", family.head)));
            continue;
        };
        let here =
            std::iter::once((&family.head, family.at)).chain(family.members.iter().map(|(name, at)| (name, *at)));
        for (name, at) in here {
            if seen.insert(name, &family.head).is_some() {
                faults.push(Fault::new(at, format!("`{name}` is in two families, or twice in one")));
            }
            let Some(member) = model.inst(name) else {
                faults.push(Fault::new(at, format!("no instruction is called `{name}`")));
                continue;
            };
            let kinds = |inst: &Inst| inst.effect.inputs.iter().map(|item| item.kind.clone()).collect::<Vec<_>>();
            if kinds(member) != kinds(head) {
                let shown = format!("`{name}` does not take what its head takes: `{}`", head.effect.shown());
                faults.push(Fault::new(member.at, shown));
            }
            if name != &family.head && member.caches.is_some() {
                faults.push(Fault::new(member.at, "the caches of this instruction are its family's to say"));
            }
        }
    }
}

fn links(model: &Model, faults: &mut Vec<Fault>) {
    for inst in &model.insts {
        if let Made::Parts(parts) = &inst.made {
            for (name, at) in parts {
                if !model.ops.contains_key(name) {
                    faults.push(Fault::new(*at, format!("no micro-op is called `{name}`")));
                }
            }
        }
    }
    for pseudo in &model.pseudos {
        for (name, at) in &pseudo.stands_for {
            if model.inst(name).is_none() {
                faults.push(Fault::new(*at, format!("no instruction is called `{name}`")));
            }
        }
    }
    for form in &model.instrumented {
        if form.of != form.name && model.inst(&form.of).is_none() {
            faults.push(Fault::new(form.at, format!("no instruction is called `{}`", form.of)));
        }
    }
}

fn layouts(model: &mut Model, faults: &mut Vec<Fault>) {
    let mut done: BTreeMap<String, Layout> = BTreeMap::new();
    for heads in [true, false] {
        for inst in model.insts.iter().filter(|inst| !inst.no_cell) {
            let family = model.family_of(&inst.name);
            let head = family.map(|family| family.head.as_str()).filter(|head| *head != inst.name);
            if head.is_none() != heads {
                continue;
            }
            let head = match head.map(|head| (head, done.get(head))) {
                Some((head, None)) => {
                    faults.push(Fault::new(inst.at, format!("its head `{head}` has no cells")));
                    continue;
                }
                Some((_, layout)) => layout,
                None => None,
            };
            match Layout::new(inst, family, head) {
                Ok(layout) => drop(done.insert(inst.name.clone(), layout)),
                Err(fault) => faults.push(fault),
            }
        }
    }
    model.layouts = done;
}
