//! Reads definition files: text to unlinked definitions.
//!
//! The surface is Rust's own, read with `syn`; what stands in attributes is read by the sibling modules.

mod attrs;
mod effect;

use syn::{Attribute, Block, Expr, ExprBinary, Ident, Item, ItemConst, Signature, Type};

use crate::diag::{Fault, Loc, Parsed, Source};
use crate::model::{FIRST_FORM, Family, Inst, Instrumented, Made, Op, Pseudo};
use attrs::Attrs;

/// All definitions of all files, in order, not yet linked.
#[derive(Default)]
pub(crate) struct Definitions {
    pub(crate) ops: Vec<Op>,
    pub(crate) insts: Vec<Inst>,
    pub(crate) families: Vec<Family>,
    pub(crate) pseudos: Vec<Pseudo>,
    pub(crate) instrumented: Vec<Instrumented>,
}

/// Reads every file, and every definition of a file even if some are wrong.
pub(crate) fn parse(sources: &[Source]) -> Result<Definitions, Vec<Fault>> {
    let (mut found, mut faults) = (Definitions::default(), Vec::new());
    for (file, source) in sources.iter().enumerate() {
        match syn::parse_file(&source.text) {
            Ok(tree) => {
                for item in tree.items {
                    if let Err(fault) = found.item(file, item) {
                        faults.push(fault);
                    }
                }
            }
            Err(error) => faults.push(Fault::syntax(file, &error)),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

/// A function with or without a body.
struct Function {
    attrs: Vec<Attribute>,
    sig: Signature,
    block: Option<Block>,
}

impl Definitions {
    fn item(&mut self, file: usize, item: Item) -> Parsed<()> {
        match item {
            Item::Fn(item) => {
                self.function(file, Function { attrs: item.attrs, sig: item.sig, block: Some(*item.block) })
            }
            Item::Const(item) => self.constant(file, &item),
            Item::Verbatim(tokens) => {
                let item: syn::TraitItemFn = syn::parse2(tokens).map_err(|error| Fault::syntax(file, &error))?;
                self.function(file, Function { attrs: item.attrs, sig: item.sig, block: item.default })
            }
            other => {
                let span = syn::spanned::Spanned::span(&other);
                Err(Fault::new(Loc { file, span }, "a definition is a `fn` or a `const`"))
            }
        }
    }

    fn function(&mut self, file: usize, function: Function) -> Parsed<()> {
        let Function { attrs, sig, block } = function;
        let at = Loc { file, span: sig.ident.span() };
        let name = sig.ident.to_string();
        if !sig.inputs.is_empty() || !matches!(sig.output, syn::ReturnType::Default) || sig.unsafety.is_some() {
            return Err(Fault::new(
                at,
                "a definition has no parameters, no result and no qualifiers: its effect says it all",
            ));
        }
        let mut attrs = Attrs::read(file, &attrs)?;
        if let Some(effect) = attrs.effect("op")? {
            let (specializing, pure) = (attrs.flag("specializing"), attrs.flag("pure"));
            let restart = attrs.flag("restart");
            self.ops.push(Op { name, at, effect, specializing, pure, restart, body: block, doc: attrs.finish()? });
            return Ok(());
        }
        let (specializing, pure) = (attrs.flag("specializing"), attrs.flag("pure"));
        let restart = attrs.flag("restart");
        let made = match &block {
            Some(_) => Made::Parts(vec![(format!("_{name}"), at)]),
            None => Made::Declared,
        };
        let inst = inst(name, at, attrs, made)?;
        if block.is_some() {
            let (name, effect, doc) = (format!("_{}", inst.name), inst.effect.clone(), inst.doc.clone());
            self.ops.push(Op { name, at, effect, specializing, pure, restart, body: block, doc });
        }
        self.insts.push(inst);
        Ok(())
    }

    fn constant(&mut self, file: usize, item: &ItemConst) -> Parsed<()> {
        let at = Loc { file, span: item.ident.span() };
        let name = item.ident.to_string();
        let mut attrs = Attrs::read(file, &item.attrs)?;
        let kind = match &*item.ty {
            Type::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        match kind.as_deref() {
            Some("Macro") => {
                let mut parts = Vec::new();
                sum(file, &item.expr, &mut parts)?;
                self.insts.push(inst(name, at, attrs, Made::Parts(parts))?);
            }
            Some("Family") => {
                let mut properties = attrs
                    .properties("family")?
                    .ok_or_else(|| Fault::new(at, "a family says `#[family(caches = …, words = …)]`"))?;
                let caches = properties.number("caches")?.unwrap_or(0);
                let words = properties.number("words")?.unwrap_or(0);
                properties.finish()?;
                attrs.finish()?;
                self.families.push(Family { head: name, at, caches, words, members: names(file, &item.expr)? });
            }
            Some("Pseudo") => self.pseudos.push(pseudo(name, at, attrs, &item.expr)?),
            Some("Instrumented") => {
                let mut properties = attrs
                    .properties("instrumented")?
                    .ok_or_else(|| Fault::new(at, "an instrumented form says `#[instrumented(code = …)]`"))?;
                let number = required(properties.number("code")?, at, "code")?;
                properties.finish()?;
                let doc = attrs.finish()?;
                let of = ident(file, &item.expr)?.to_string();
                self.instrumented.push(Instrumented { name, at, number, of, doc });
            }
            _ => return Err(Fault::new(at, "the type of a `const` is Macro, Family, Pseudo or Instrumented")),
        }
        Ok(())
    }
}

fn required<T>(value: Option<T>, at: Loc, name: &str) -> Parsed<T> {
    value.ok_or_else(|| Fault::new(at, format!("`{name} = …` is missing")))
}

fn inst(name: String, at: Loc, mut attrs: Attrs, made: Made) -> Parsed<Inst> {
    let mut properties = attrs
        .properties("inst")?
        .ok_or_else(|| Fault::new(at, "an instruction says `#[inst(code = …)]`, a micro-op `#[op(…)]`"))?;
    let number = match (properties.number::<u16>("code")?, properties.number::<u16>("form")?) {
        (Some(code), None) if code < FIRST_FORM => code,
        (None, Some(form)) if form >= FIRST_FORM => form,
        _ => return Err(Fault::new(at, "an instruction has `code = …` below 512 or `form = …` from 512 up")),
    };
    let arg = properties.arg()?;
    let jump = properties.flag("jump") || arg == crate::model::Arg::Jump;
    let (caches, words) = (properties.number("caches")?, properties.number("words")?);
    let no_cell = properties.flag("no_cell");
    properties.finish()?;
    let effect =
        required(attrs.effect("stack")?, at, "stack").map_err(|_| Fault::new(at, "`#[stack(…)]` is missing"))?;
    let operands = attrs.operands()?;
    let doc = attrs.finish()?;
    Ok(Inst { name, at, number, arg, jump, caches, words, no_cell, effect, operands, made, doc })
}

fn pseudo(name: String, at: Loc, mut attrs: Attrs, expr: &Expr) -> Parsed<Pseudo> {
    let mut properties =
        attrs.properties("pseudo")?.ok_or_else(|| Fault::new(at, "a pseudo-instruction says `#[pseudo(code = …)]`"))?;
    let number = required(properties.number("code")?, at, "code")?;
    let arg = properties.arg()?;
    properties.finish()?;
    let effect = attrs.effect("stack")?.ok_or_else(|| Fault::new(at, "`#[stack(…)]` is missing"))?;
    let target = attrs.effect("target_stack")?;
    let (sequence, stands_for) = match expr {
        Expr::Macro(mac) if mac.mac.path.is_ident("seq") => {
            let list: syn::punctuated::Punctuated<Ident, syn::Token![,]> = mac
                .mac
                .parse_body_with(syn::punctuated::Punctuated::parse_terminated)
                .map_err(|error| Fault::syntax(at.file, &error))?;
            (true, list.iter().map(|name| (name.to_string(), Loc { file: at.file, span: name.span() })).collect())
        }
        _ => (false, names(at.file, expr)?),
    };
    Ok(Pseudo { name, at, number, arg, effect, target, stands_for, sequence, doc: attrs.finish()? })
}

/// `A + B + C`.
fn sum(file: usize, expr: &Expr, parts: &mut Vec<(String, Loc)>) -> Parsed<()> {
    if let Expr::Binary(ExprBinary { left, op: syn::BinOp::Add(_), right, .. }) = expr {
        sum(file, left, parts)?;
        return sum(file, right, parts);
    }
    let name = ident(file, expr)?;
    parts.push((name.to_string(), Loc { file, span: name.span() }));
    Ok(())
}

/// `[A, B, C]`.
fn names(file: usize, expr: &Expr) -> Parsed<Vec<(String, Loc)>> {
    let Expr::Array(array) = expr else {
        let span = syn::spanned::Spanned::span(expr);
        return Err(Fault::new(Loc { file, span }, "this is a list of names in brackets"));
    };
    array
        .elems
        .iter()
        .map(|expr| ident(file, expr).map(|name| (name.to_string(), Loc { file, span: name.span() })))
        .collect()
}

fn ident(file: usize, expr: &Expr) -> Parsed<Ident> {
    match expr {
        Expr::Path(path) if path.path.get_ident().is_some() => path.path.get_ident().cloned(),
        _ => None,
    }
    .ok_or_else(|| {
        Fault::new(Loc { file, span: syn::spanned::Spanned::span(expr) }, "this is the name of a definition")
    })
}
