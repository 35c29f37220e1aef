//! Template strings (PEP 750): `Template`, `Interpolation`, and the iterator over a template's parts.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::alias::CLASS_GETITEM;
use interp_object::data::str::{self, Str};
use interp_object::data::template::{self, INTERPOLATION, Interpolation, TEMPLATE, Template};
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::types::OBJECT;
use interp_object::data::{exception as exc, singletons};
use interp_object::intern::intern;
use interp_object::layout::{self, Obj, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, TypeFlags, TypeObject, Value, Word, attr, call, ops};

static TEMPLATE_GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("strings", |esc, this| Ok(expect(esc, this)?.strings().value().clone()), "Strings"),
    GetSetDef::readonly(
        "interpolations",
        |esc, this| Ok(expect(esc, this)?.interpolations().value().clone()),
        "Interpolations",
    ),
    GetSetDef::readonly("values", get_values, "Values of interpolations"),
];

static TEMPLATE_METHODS: &[MethodDef] = &[MethodDef::new("__reduce__", NativeFn::NoArgs(reduce_template), "")];

static INTERPOLATION_GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("value", |esc, this| Ok(interpolation(esc, this)?.value.clone()), "Value"),
    GetSetDef::readonly("expression", |esc, this| Ok(interpolation(esc, this)?.expression.clone()), "Expression"),
    GetSetDef::readonly("conversion", |esc, this| Ok(interpolation(esc, this)?.conversion.clone()), "Conversion"),
    GetSetDef::readonly(
        "format_spec",
        |esc, this| Ok(interpolation(esc, this)?.format_spec.clone()),
        "Format specifier",
    ),
];

static INTERPOLATION_METHODS: &[MethodDef] =
    &[CLASS_GETITEM, MethodDef::new("__reduce__", NativeFn::NoArgs(reduce_interpolation), "")];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &TEMPLATE)
        .methods(TEMPLATE_METHODS)
        .getsets(TEMPLATE_GETSETS)
        .slots(|slots| {
            slots.new.set(Some(new_template));
            slots.repr.set(Some(repr_template));
            slots.iter.set(Some(iter_template));
            slots.concat.set(Some(concat));
        })
        .doc("Template object");
    let fields = ["value", "expression", "conversion", "format_spec"].map(|name| intern(esc, name));
    TypeBuilder::new(esc, &INTERPOLATION)
        .methods(INTERPOLATION_METHODS)
        .getsets(INTERPOLATION_GETSETS)
        .attribute("__match_args__", tuple::new(esc, fields).into_value())
        .slots(|slots| {
            slots.new.set(Some(new_interpolation));
            slots.repr.set(Some(repr_interpolation));
        })
        .doc("Interpolation object");
    TEMPLATE_ITER.add_flags(TypeFlags::NO_NEW);
    TypeBuilder::new(esc, &TEMPLATE_ITER).slots(|slots| {
        slots.iter.set(Some(|_, this| Ok(this.clone())));
        slots.next.set(Some(next_part));
    });
}

fn expect<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Template> {
    match this.payload::<Template>() {
        Some(template) => Ok(template),
        None => Err(esc.type_error("a template was expected")),
    }
}

fn interpolation<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Interpolation> {
    match this.payload::<Interpolation>() {
        Some(interpolation) => Ok(interpolation),
        None => Err(esc.type_error("an interpolation was expected")),
    }
}

fn text(esc: Esc<'_>, text: String) -> Value {
    str::new(esc, &text).into_value()
}

fn joined(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    match (left.payload::<Str>(), right.payload::<Str>()) {
        (Some(left), Some(right)) => ops::concatenate(esc, &[left, right]).map(Obj::into_value),
        _ => Err(esc.system_error("the strings of a template are str")),
    }
}

/// Strings and interpolations in any order: strings side by side are joined, empty ones fill the gaps.
fn new_template(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    if args.names().is_some() {
        return Err(esc.type_error("Template.__new__ only accepts *args arguments"));
    }
    let mut strings = vec![intern(esc, "")];
    let mut interpolations = Vec::new();
    for part in args.pos() {
        if part.payload::<Str>().is_some() {
            let last = strings.pop().unwrap_or_else(|| intern(esc, ""));
            strings.push(joined(esc, &last, part)?);
        } else if part.payload::<Interpolation>().is_some() {
            interpolations.push(part.clone());
            strings.push(intern(esc, ""));
        } else {
            let shown = part.class().name();
            return Err(esc.type_error(format_args!(
                "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {shown}"
            )));
        }
    }
    Ok(template::new(esc, tuple::new(esc, strings), tuple::new(esc, interpolations)).into_value())
}

fn get_values(esc: Esc<'_>, this: &Value) -> PyResult {
    let parts = expect(esc, this)?.interpolations();
    let values: PyResult<Vec<Value>> =
        parts.as_slice().iter().map(|part| Ok(interpolation(esc, part)?.value.clone())).collect();
    Ok(tuple::new(esc, values?).into_value())
}

fn repr_template(esc: Esc<'_>, this: &Value) -> PyResult {
    let template = expect(esc, this)?;
    let strings = ops::repr(esc, template.strings().value())?;
    let interpolations = ops::repr(esc, template.interpolations().value())?;
    let shown = format!("Template(strings={}, interpolations={})", strings.to_lossy(), interpolations.to_lossy());
    Ok(text(esc, shown))
}

/// `left + right`: the last string of one and the first of the other become one.
fn concat(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (Some(one), Some(other)) = (left.payload::<Template>(), right.payload::<Template>()) else {
        let (left, right) = (left.class().static_name(), right.class().name());
        return Err(esc.type_error(format_args!("can only concatenate {left} (not \"{right}\") to {left}")));
    };
    let (before, after) = (one.strings().as_slice(), other.strings().as_slice());
    let (Some((last, start)), Some((first, end))) = (before.split_last(), after.split_first()) else {
        return Err(esc.system_error("a template has strings"));
    };
    let middle = joined(esc, last, first)?;
    let strings: Vec<Value> = start.iter().cloned().chain([middle]).chain(end.iter().cloned()).collect();
    let interpolations: Vec<Value> =
        one.interpolations().as_slice().iter().chain(other.interpolations().as_slice()).cloned().collect();
    Ok(template::new(esc, tuple::new(esc, strings), tuple::new(esc, interpolations)).into_value())
}

fn reduce_template(esc: Esc<'_>, this: &Value) -> PyResult {
    let Some(import) = crate::native::builtin(esc, "__import__") else {
        return Err(esc.raise_str(&exc::IMPORT_ERROR, "__import__ not found"));
    };
    let fromlist = tuple::new(esc, [intern(esc, "templatelib")]).into_value();
    let none = singletons::none;
    let module = call::call(esc, &import, &[intern(esc, "string.templatelib"), none(), none(), fromlist])?;
    let unpickle = attr::get_str(esc, &module, "_template_unpickle")?;
    let template = expect(esc, this)?;
    let parts = tuple::new(esc, [template.strings().value().clone(), template.interpolations().value().clone()]);
    Ok(tuple::new(esc, [unpickle, parts.into_value()]).into_value())
}

fn new_interpolation(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<4> =
        Signature::new("Interpolation", ["value", "expression", "conversion", "format_spec"], 1);
    let [value, expression, conversion, format_spec] = args.bind(esc, &SIGNATURE)?;
    let text_argument = |value: Option<&Value>, name: &str| match value {
        None => Ok(intern(esc, "")),
        Some(text) if text.payload::<Str>().is_some() => Ok(text.clone()),
        Some(other) => Err(
            esc.type_error(format_args!("Interpolation() argument '{name}' must be str, not {}", other.class().name()))
        ),
    };
    let expression = text_argument(expression, "expression")?;
    let conversion = match conversion.filter(|conversion| !conversion.is_none()) {
        None => singletons::none(),
        Some(conversion) => {
            let conversion = text_argument(Some(conversion), "conversion")?;
            if !matches!(ops::text_lossy(&conversion).as_str(), "s" | "a" | "r") {
                let message = "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'";
                return Err(esc.value_error(message));
            }
            conversion
        }
    };
    let format_spec = text_argument(format_spec, "format_spec")?;
    let value = value.cloned().unwrap_or_else(singletons::none);
    let made = Interpolation { value, expression, conversion, format_spec };
    Ok(layout::new_with_type(esc, class, made).into_value())
}

fn repr_interpolation(esc: Esc<'_>, this: &Value) -> PyResult {
    let part = interpolation(esc, this)?;
    let mut shown = Vec::with_capacity(4);
    for value in [&part.value, &part.expression, &part.conversion, &part.format_spec] {
        shown.push(ops::repr(esc, value)?.to_lossy().into_owned());
    }
    Ok(text(esc, format!("Interpolation({})", shown.join(", "))))
}

fn reduce_interpolation(esc: Esc<'_>, this: &Value) -> PyResult {
    let part = interpolation(esc, this)?;
    let fields = [&part.value, &part.expression, &part.conversion, &part.format_spec].map(Value::clone);
    let fields = tuple::new(esc, fields).into_value();
    Ok(tuple::new(esc, [this.class().value(), fields]).into_value())
}

/// The payload of iterators over templates.
struct TemplateIter {
    template: Value,
    /// Counts strings and interpolations, which alternate.
    position: AtomicUsize,
}

impl Payload for TemplateIter {
    const NAME: &'static str = "TemplateIter";
    fn class() -> &'static TypeObject {
        &TEMPLATE_ITER
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.template.word());
    }
}

static TEMPLATE_ITER: TypeObject =
    TypeObject::builtin::<TemplateIter>("string.templatelib.TemplateIter", Some(&OBJECT), TypeFlags::empty());

fn iter_template(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(layout::new(esc, TemplateIter { template: this.clone(), position: AtomicUsize::new(0) }).into_value())
}

/// The next interpolation or string that is not empty.
fn next_part(esc: Esc<'_>, this: &Value) -> PyResult<Option<Value>> {
    let Some(iterator) = this.payload::<TemplateIter>() else { return Ok(None) };
    let template = expect(esc, &iterator.template)?;
    let item = |parts: &Obj<Tuple>, index: usize| parts.as_slice().get(index).cloned();
    loop {
        let position = iterator.position.fetch_add(1, Relaxed);
        if position % 2 == 1 {
            return Ok(item(template.interpolations(), position / 2));
        }
        let Some(string) = item(template.strings(), position / 2) else { return Ok(None) };
        if string.payload::<Str>().is_some_and(|string| !string.is_empty()) {
            return Ok(Some(string));
        }
    }
}
