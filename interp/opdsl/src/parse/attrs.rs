//! Reads the attributes of a definition: properties, operands, effects, documentation.
//!
//! Apart because all kinds of definitions share them; which of them a definition may carry is checked by its reader.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta, Token};

use crate::diag::{Fault, Loc, Parsed};
use crate::model::effect::Effect;
use crate::model::{Arg, Operand, Operands, Shape};

use super::effect::effect;

/// The attributes of one definition, by name; each at most once, documentation apart.
pub(crate) struct Attrs {
    file: usize,
    list: Vec<(String, Attribute)>,
    pub(crate) doc: Vec<String>,
}

/// `name`, or `name = value`.
struct Property {
    name: Ident,
    value: Option<Expr>,
}

impl Parse for Property {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        let value = if input.parse::<Option<Token![=]>>()?.is_some() { Some(input.parse()?) } else { None };
        Ok(Self { name, value })
    }
}

/// Properties of `inst`, `family`, `pseudo`, `instrumented`, with those that were never asked for as errors.
pub(crate) struct Properties {
    file: usize,
    list: Vec<Property>,
}

impl Attrs {
    pub(crate) fn read(file: usize, attrs: &[Attribute]) -> Parsed<Self> {
        let mut read = Self { file, list: Vec::new(), doc: Vec::new() };
        for attr in attrs {
            let at = Loc { file, span: attr.path().segments[0].ident.span() };
            let name = attr.path().get_ident().map_or_else(String::new, ToString::to_string);
            if name == "doc" {
                if let Meta::NameValue(doc) = &attr.meta
                    && let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &doc.value
                {
                    read.doc.push(text.value().trim().to_owned());
                }
                continue;
            }
            if read.list.iter().any(|(other, _)| *other == name) {
                return Err(Fault::new(at, format!("`{name}` stands twice")));
            }
            read.list.push((name, attr.clone()));
        }
        Ok(read)
    }

    fn take(&mut self, name: &str) -> Option<Attribute> {
        let at = self.list.iter().position(|(other, _)| other == name)?;
        Some(self.list.remove(at).1)
    }

    fn loc(&self, attr: &Attribute) -> Loc {
        Loc { file: self.file, span: attr.path().segments[0].ident.span() }
    }

    fn fault(&self, error: &syn::Error) -> Fault {
        Fault::syntax(self.file, error)
    }

    /// Whether `#[name]` is there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        self.take(name).is_some()
    }

    /// The effect in `#[name(inputs -- outputs)]`.
    pub(crate) fn effect(&mut self, name: &str) -> Parsed<Option<Effect>> {
        let Some(attr) = self.take(name) else { return Ok(None) };
        let list = attr.meta.require_list().map_err(|error| self.fault(&error))?;
        effect(self.loc(&attr), list.tokens.clone()).map(Some)
    }

    /// The properties in `#[name(a, b = c)]`.
    pub(crate) fn properties(&mut self, name: &str) -> Parsed<Option<Properties>> {
        let Some(attr) = self.take(name) else { return Ok(None) };
        let list = attr
            .parse_args_with(Punctuated::<Property, Token![,]>::parse_terminated)
            .map_err(|error| self.fault(&error))?;
        Ok(Some(Properties { file: self.file, list: list.into_iter().collect() }))
    }

    /// `#[operands(left: L | T, dest: T)]`.
    pub(crate) fn operands(&mut self) -> Parsed<Option<Operands>> {
        let Some(attr) = self.take("operands") else { return Ok(None) };
        let file = self.file;
        let list = attr
            .parse_args_with(Punctuated::<OperandSyntax, Token![,]>::parse_terminated)
            .map_err(|error| self.fault(&error))?;
        let mut operands = Operands::default();
        for syntax in list {
            let operand = syntax.operand(file)?;
            if operand.name != "dest" {
                operands.inputs.push(operand);
            } else if operand.shapes.iter().all(|shape| matches!(shape, Shape::L | Shape::T)) && !operand.merged {
                operands.dest = Some(operand);
            } else {
                return Err(Fault::new(operand.at, "a destination is `T`, `L` or `T | L`"));
            }
        }
        Ok(Some(operands))
    }

    /// What nobody asked for is an error.
    pub(crate) fn finish(self) -> Parsed<Vec<String>> {
        match self.list.first() {
            Some((name, attr)) => Err(Fault::new(self.loc(attr), format!("`{name}` means nothing here"))),
            None => Ok(self.doc),
        }
    }
}

struct OperandSyntax {
    name: Ident,
    shapes: Punctuated<Ident, Token![|]>,
}

impl Parse for OperandSyntax {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self { name, shapes: Punctuated::parse_separated_nonempty(input)? })
    }
}

impl OperandSyntax {
    fn operand(self, file: usize) -> Parsed<Operand> {
        let at = Loc { file, span: self.name.span() };
        let mut operand = Operand { name: self.name.to_string(), shapes: Vec::new(), merged: false, at };
        for shape in &self.shapes {
            let more: &[Shape] = match shape.to_string().as_str() {
                "L" => &[Shape::L],
                "T" => &[Shape::T],
                "I" => &[Shape::I],
                "K" => &[Shape::K],
                "X" => {
                    operand.merged = true;
                    &[Shape::L, Shape::T]
                }
                _ => return Err(Fault::new(Loc { file, span: shape.span() }, "a shape is L, T, X, I or K")),
            };
            for shape in more {
                if operand.shapes.contains(shape) {
                    return Err(Fault::new(at, format!("shape {} stands twice", shape.letter())));
                }
                operand.shapes.push(*shape);
            }
        }
        Ok(operand)
    }
}

impl Properties {
    fn take(&mut self, name: &str) -> Option<Property> {
        let at = self.list.iter().position(|property| property.name == name)?;
        Some(self.list.remove(at))
    }

    /// Whether the bare property is there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        self.take(name).is_some()
    }

    /// An integer property.
    pub(crate) fn number<N: TryFrom<u64>>(&mut self, name: &str) -> Parsed<Option<N>> {
        let Some(property) = self.take(name) else { return Ok(None) };
        let number = match &property.value {
            Some(Expr::Lit(ExprLit { lit: Lit::Int(int), .. })) => int.base10_parse::<u64>().ok(),
            _ => None,
        };
        match number.and_then(|number| N::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => {
                let at = Loc { file: self.file, span: property.name.span() };
                Err(Fault::new(at, format!("`{name} = …` takes a small integer")))
            }
        }
    }

    /// `arg`, or `arg = name` and so on.
    pub(crate) fn arg(&mut self) -> Parsed<Arg> {
        let Some(property) = self.take("arg") else { return Ok(Arg::None) };
        let Some(value) = &property.value else { return Ok(Arg::Plain) };
        let kind = match value {
            Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        match kind.as_deref() {
            Some("name") => Ok(Arg::Name),
            Some("constant") => Ok(Arg::Constant),
            Some("local") => Ok(Arg::Local),
            Some("free") => Ok(Arg::Free),
            Some("jump") => Ok(Arg::Jump),
            Some("exc") => Ok(Arg::Exc),
            _ => {
                let at = Loc { file: self.file, span: property.name.span() };
                Err(Fault::new(at, "`arg` is name, constant, local, free, jump or exc"))
            }
        }
    }

    /// What nobody asked for is an error.
    pub(crate) fn finish(self) -> Parsed<()> {
        match self.list.first() {
            Some(odd) => {
                let at = Loc { file: self.file, span: odd.name.span() };
                Err(Fault::new(at, format!("`{}` is no property of this definition", odd.name)))
            }
            None => Ok(()),
        }
    }
}
