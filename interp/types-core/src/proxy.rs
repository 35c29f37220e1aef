//! `mappingproxy`: a read-only view of a mapping.

use interp_object::builder::TypeBuilder;
use interp_object::data::alias;
use interp_object::data::descr::{MAPPING_PROXY, MappingProxy};
use interp_object::data::dict::Dict;
use interp_object::data::list::List;
use interp_object::data::tuple::Tuple;
use interp_object::data::{singletons, str};
use interp_object::intern::intern;
use interp_object::layout::{self, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

static METHODS: &[MethodDef] = &[
    MethodDef::new(
        "get",
        NativeFn::Positional(get),
        "Return the value for key if key is in the mapping, else default.",
    ),
    MethodDef::new(
        "keys",
        NativeFn::NoArgs(|esc, this| forward(esc, this, "keys")),
        "D.keys() -> a set-like object providing a view on D's keys",
    ),
    MethodDef::new(
        "values",
        NativeFn::NoArgs(|esc, this| forward(esc, this, "values")),
        "D.values() -> an object providing a view on D's values",
    ),
    MethodDef::new(
        "items",
        NativeFn::NoArgs(|esc, this| forward(esc, this, "items")),
        "D.items() -> a set-like object providing a view on D's items",
    ),
    MethodDef::new("copy", NativeFn::NoArgs(|esc, this| forward(esc, this, "copy")), "D.copy() -> a shallow copy of D"),
    MethodDef::new(
        "__reversed__",
        NativeFn::NoArgs(|esc, this| forward(esc, this, "__reversed__")),
        "D.__reversed__() -> reverse iterator",
    ),
    alias::CLASS_GETITEM,
];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &MAPPING_PROXY)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.repr.set(Some(repr));
            slots.str.set(Some(|esc, this| Ok(ops::to_str(esc, mapping(esc, this)?)?.into_value())));
            slots.len.set(Some(|esc, this| ops::len(esc, mapping(esc, this)?)));
            slots.getitem.set(Some(|esc, this, key| ops::get_item(esc, mapping(esc, this)?, key)));
            slots.contains.set(Some(|esc, this, key| ops::contains(esc, mapping(esc, this)?, key)));
            slots.iter.set(Some(|esc, this| ops::iterator(esc, mapping(esc, this)?)));
            slots.hash.set(Some(|esc, this| ops::hash(esc, mapping(esc, this)?)));
            slots.richcompare.set(Some(compare));
            slots.binary[BinaryOp::Or as usize].set(Some(or));
            slots.inplace[BinaryOp::Or as usize].set(Some(inplace_or));
        })
        .methods(METHODS)
        .doc("mappingproxy(mapping, /)\n--\n\nRead-only proxy of a mapping.");
}

fn mapping<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Value> {
    match this.payload::<MappingProxy>() {
        Some(proxy) => Ok(&proxy.mapping),
        None => Err(esc.type_error("a mappingproxy was expected")),
    }
}

fn new(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: interp_object::args::Signature<1> =
        interp_object::args::Signature::new("mappingproxy", ["mapping"], 1);
    let [mapping] = args.bind(esc, &SIGNATURE)?;
    let Some(mapping) = mapping else { return Err(esc.type_error("mappingproxy() needs a mapping")) };
    let sequence = mapping.payload::<List>().is_some() || mapping.payload::<Tuple>().is_some();
    if sequence || (mapping.payload::<Dict>().is_none() && mapping.class().slots.getitem.is_empty()) {
        let given = mapping.class().name();
        return Err(esc.type_error(format_args!("mappingproxy() argument must be a mapping, not {given}")));
    }
    Ok(layout::new(esc, MappingProxy { mapping: mapping.clone() }).into_value())
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let inner = ops::repr(esc, mapping(esc, this)?)?;
    let parts = [str::new(esc, "mappingproxy("), inner, str::new(esc, ")")];
    Ok(ops::concatenate(esc, &[&parts[0], &parts[1], &parts[2]])?.into_value())
}

fn forward(esc: Esc<'_>, this: &Value, name: &str) -> PyResult {
    call::call_method(esc, mapping(esc, this)?, &intern(esc, name), &[])
}

fn get(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    interp_object::args::check_count(esc, "get", args.len(), 1, 2)?;
    let default = args.get(1).cloned().unwrap_or_else(singletons::none);
    call::call_method(esc, mapping(esc, this)?, &intern(esc, "get"), &[args[0].clone(), default])
}

fn compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    ops::compare(esc, mapping(esc, this)?, other, op)
}

fn or(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let inner = |value: &Value| value.payload::<MappingProxy>().map_or_else(|| value.clone(), |p| p.mapping.clone());
    ops::binary(esc, BinaryOp::Or, &inner(left), &inner(right))
}

fn inplace_or(esc: Esc<'_>, this: &Value, _other: &Value) -> PyResult {
    let class = this.class().name();
    Err(esc.type_error(format_args!("'|=' is not supported by {class}; use '|' instead")))
}
