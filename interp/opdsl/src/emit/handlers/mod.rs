//! The handlers of tier 1: `interp/eval/src/generated/`, one file per family or area, one function per text.
//!
//! Each plan is rendered once per combination of operand shapes; combinations whose texts come out equal share one function, so
//! a body that never has to release its operands serves locals and temporaries alike.

mod render;
mod text;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::{cells, header};
use crate::Product;
use crate::analyze::Plans;
use crate::analyze::plan::Plan;
use crate::diag::Fault;
use crate::model::layout::{Layout, Shapes};
use crate::model::{Inst, Model, Shape};

/// Folder of the handlers.
const EVAL: &str = "interp/eval/src/generated";

/// What every handler file allows, and why.
const ALLOW: &str = "#![allow(\n    clippy::all,\n    clippy::pedantic,\n    dropping_copy_types,\n    unreachable_code,\n    unused_assignments,\n    unused_braces,\n    \
    unused_imports,\n    unused_mut,\n    unused_parens,\n    unused_variables,\n    reason = \"generated: bodies of all shapes share one text\"\n)]\n\n\
    use crate::ops::*;\n\n";

/// The text of a body, and of its out-of-line copy if it has one.
type Body = (String, Option<String>);

/// One function, and the cell ops that it serves.
struct Handler {
    name: String,
    shapes: Vec<Shapes>,
    text: String,
}

/// Handler files, their index and the dispatch table.
pub(super) fn emit(model: &Model, plans: &Plans) -> Result<Vec<Product>, Vec<Fault>> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut table: BTreeMap<(&str, String), String> = BTreeMap::new();
    let mut faults = Vec::new();
    for (inst, layout, _) in cells::numbered(model) {
        let Some(plan) = plans.by_name.get(&inst.name) else { continue };
        let module = module(model, inst);
        match handlers(model, inst, layout, plan) {
            Ok(handlers) => {
                let file = files.entry(module.clone()).or_insert_with(|| header("Handlers of tier 1.") + ALLOW);
                for handler in handlers {
                    file.push_str(&handler.text);
                    for shapes in &handler.shapes {
                        table.insert((&inst.name, shapes.suffix()), format!("{module}::{}", handler.name));
                    }
                }
            }
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut products = vec![product("table", &dispatch_table(model, &table)), product("mod", &index(&files))];
    products.extend(files.iter().map(|(module, text)| product(module, text)));
    Ok(products)
}

fn product(module: &str, text: &str) -> Product {
    (PathBuf::from(format!("{EVAL}/{module}.rs")), text.to_owned())
}

/// The file of an instruction: its family's, or its area's.
fn module(model: &Model, inst: &Inst) -> String {
    match model.family_of(&inst.name) {
        Some(family) => family.head.to_lowercase(),
        None => {
            let file = &model.files[inst.at.file];
            file.rsplit('/').next().unwrap_or(file).trim_end_matches(".rs").to_owned()
        }
    }
}

fn index(files: &BTreeMap<String, String>) -> String {
    let mut text = header("The handlers of tier 1 and their table.");
    for module in files.keys() {
        let _ = writeln!(text, "mod {module};");
    }
    text.push_str("pub(crate) mod table;\n");
    text
}

/// One handler for each text that the shapes of an instruction come to.
fn handlers(model: &Model, inst: &Inst, layout: &Layout, plan: &Plan) -> Result<Vec<Handler>, Fault> {
    let mut found: Vec<(Body, Vec<Shapes>)> = Vec::new();
    for shapes in layout.shapes() {
        let render = |plan| render::Render { model, inst, layout, plan, shapes: &shapes }.body();
        let fast = render(plan)?;
        // A shape that takes its operands without a call may have nothing to start over for.
        let slow = plan.slow.as_deref().filter(|_| fast.contains(render::SLOW)).map(render).transpose()?;
        let body = (fast, slow);
        match found.iter_mut().find(|(text, _)| *text == body) {
            Some((_, served)) => served.push(shapes),
            None => found.push((body, vec![shapes])),
        }
    }
    merged(inst, layout, &found)?;
    Ok(found
        .into_iter()
        .map(|(body, shapes)| {
            let suffix = shapes[0].suffix().to_lowercase();
            let mut name = inst.name.to_lowercase();
            if !suffix.is_empty() {
                name = format!("{name}_{suffix}");
            }
            let text = function(model, inst, plan, &name, &shapes, (&body.0, body.1.as_deref()));
            Handler { name: format!("weft_op_{name}"), shapes, text }
        })
        .collect())
}

/// An operand of shape `X` promised that L and T share their handlers.
fn merged(inst: &Inst, layout: &Layout, found: &[(Body, Vec<Shapes>)]) -> Result<(), Fault> {
    for (i, operand) in layout.operands.iter().enumerate().filter(|(_, operand)| operand.merged) {
        for (_, served) in found {
            for shapes in served.iter().filter(|shapes| shapes.operands[i] == Shape::L) {
                let mut twin = shapes.clone();
                twin.operands[i] = Shape::T;
                if !served.contains(&twin) {
                    let name = inst.effect.inputs[operand.input].name.as_deref().unwrap_or("_");
                    return Err(Fault::new(
                        inst.at,
                        format!(
                            "`{name}` is asked for as X, but {} and {} need different handlers",
                            shapes.suffix(),
                            twin.suffix()
                        ),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// The functions around a body: the body itself, or thin with the body out of line; and the out-of-line copy that arms start over in.
fn function(
    model: &Model,
    inst: &Inst,
    plan: &Plan,
    name: &str,
    shapes: &[Shapes],
    body: (&str, Option<&str>),
) -> String {
    let suffixes: Vec<String> = shapes.iter().map(Shapes::suffix).filter(|suffix| !suffix.is_empty()).collect();
    let served = if suffixes.is_empty() { String::new() } else { format!(" as {}", suffixes.join(", ")) };
    let mut text = format!("/// `{}`{served} ({}).\n///\n/// # Safety\n/// {H1}\n", inst.name, model.cite(inst.at));
    let handler = format!("weft_op_{name}");
    if plan.outlined {
        text.push_str(&thin(&handler, name, plan));
        text.push_str(&out_of_line(name, body.0));
        return text;
    }
    let inline = body.0.replace("__slow__", &format!("{handler}_slow"));
    let _ = write!(
        text,
        "pub(crate) unsafe extern \"C\" fn {handler}({PARAMETERS}) -> Control {{\n{ENTER}let at = unsafe {{ At::new(ip, fp, th, cell) }};\n{inline}}}\n\n"
    );
    if let (Some(plan), Some(body)) = (plan.slow.as_deref(), body.1) {
        let _ = write!(
            text,
            "/// The handler above from the start, for what it leaves aside.\n///\n/// # Safety\n/// {H1}\n#[cold]\n#[inline(never)]\n"
        );
        text.push_str(&thin(&format!("{handler}_slow"), name, plan));
        text.push_str(&out_of_line(name, body));
    }
    text
}

const H1: &str = "H1: `ip` is a verified cell of this op, `fp` its frame's first local, `th` the running thread, `cell` the cell read at `ip`.";
const PARAMETERS: &str = "ip: *const Cell, fp: *mut Word, th: &Thread, cell: u64";
const ENTER: &str = "    // SAFETY: H1: handed on as it came.\n    ";

/// A handler that runs an out-of-line body and goes where that says.
fn thin(handler: &str, name: &str, plan: &Plan) -> String {
    let go = if text::deopts(plan) { "flow.go_or_deopt(fp, th, cell)" } else { "flow.go(th)" };
    format!(
        "pub(crate) unsafe extern \"C\" fn {handler}({PARAMETERS}) -> Control {{\n{ENTER}let flow = unsafe {{ slow_{name}(ip, fp, th, cell) }};\n    {go}\n}}\n\n"
    )
}

/// A body that may use the native stack: it answers where to go on, and the handler goes there.
fn out_of_line(name: &str, body: &str) -> String {
    format!(
        "/// The body of the handler above, out of line because it escapes.\n///\n/// # Safety\n/// H1.\n#[inline(never)]\n\
         unsafe fn slow_{name}({PARAMETERS}) -> Flow {{\n{ENTER}let at = unsafe {{ At::new(ip, fp, th, cell) }};\n{body}}}\n\n"
    )
}

fn dispatch_table(model: &Model, handlers: &BTreeMap<(&str, String), String>) -> String {
    let mut text = header("Handler of every cell op, by number.");
    text.push_str("use interp_opcode::CELL_COUNT;\n\nuse crate::ops::{Handler, missing};\nuse super::*;\n\n");
    text.push_str("/// Indexed by the low 16 bits of a cell.\n#[rustfmt::skip]\npub(crate) static HANDLERS: [Handler; CELL_COUNT] = [\n");
    for (inst, layout, _) in cells::numbered(model) {
        for shapes in layout.shapes() {
            let handler = handlers.get(&(inst.name.as_str(), shapes.suffix()));
            let _ =
                writeln!(text, "    {}, // {} {}", handler.map_or("missing", |name| name), inst.name, shapes.suffix());
        }
    }
    text.push_str("];\n");
    text
}
