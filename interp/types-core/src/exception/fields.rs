//! Fields that only some exception classes have, and the small classes whose constructors set them.

use interp_object::builder::TypeBuilder;
use interp_object::data::exception as exc;
use interp_object::data::singletons;
use interp_object::layout::ValueExt;
use interp_object::native::GetSetDef;
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::{keywords, payload, shown, store_args};

/// Field `I` as an attribute: `None` while it is not set.
pub(super) const fn field<const I: usize>(name: &'static str) -> GetSetDef {
    GetSetDef::new(name, get::<I>, set::<I>, "")
}

fn get<const I: usize>(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(payload(esc, this)?.field(esc, I).unwrap_or_else(singletons::none))
}

fn set<const I: usize>(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let payload = payload(esc, this)?;
    match value {
        Some(value) => payload.set_field(I, value.clone()),
        None => drop(payload.delete_field(I)),
    }
    Ok(())
}

static STOP_FIELDS: &[GetSetDef] = &[field::<0>("value")];
static EXIT_FIELDS: &[GetSetDef] = &[field::<0>("code")];
static ATTRIBUTE_FIELDS: &[GetSetDef] = &[field::<0>("name"), field::<1>("obj")];
static NAME_FIELDS: &[GetSetDef] = &[field::<0>("name")];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &exc::STOP_ITERATION)
        .slots(|slots| slots.init.set(Some(stop_init)))
        .getsets(STOP_FIELDS)
        .doc("Signal the end from iterator.__next__().");
    TypeBuilder::new(esc, &exc::SYSTEM_EXIT)
        .slots(|slots| slots.init.set(Some(exit_init)))
        .getsets(EXIT_FIELDS)
        .doc("Request to exit from the interpreter.");
    TypeBuilder::new(esc, &exc::ATTRIBUTE_ERROR)
        .slots(|slots| slots.init.set(Some(attribute_init)))
        .getsets(ATTRIBUTE_FIELDS)
        .doc("Attribute not found.");
    TypeBuilder::new(esc, &exc::NAME_ERROR)
        .slots(|slots| slots.init.set(Some(name_init)))
        .getsets(NAME_FIELDS)
        .doc("Name not found globally.");
    TypeBuilder::new(esc, &exc::LOOKUP_ERROR).doc("Base class for lookup errors.");
    TypeBuilder::new(esc, &exc::KEY_ERROR).slots(|slots| slots.str.set(Some(key_str))).doc("Mapping key not found.");
}

fn stop_init(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    super::init_base(esc, this, args)?;
    payload(esc, this)?.set_field(0, args.pos().first().cloned().unwrap_or_else(singletons::none));
    Ok(())
}

fn exit_init(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    super::init_base(esc, this, args)?;
    let payload = payload(esc, this)?;
    let code = match args.pos() {
        [] => singletons::none(),
        [code] => code.clone(),
        _ => payload.args_tuple(esc).into_value(),
    };
    payload.set_field(0, code);
    Ok(())
}

fn attribute_init(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    let [name, object] = keywords(esc, "AttributeError", args, ["name", "obj"])?;
    store_args(esc, this, args.pos())?;
    let payload = payload(esc, this)?;
    for (index, value) in [name, object].into_iter().enumerate() {
        match value {
            Some(value) => payload.set_field(index, value.clone()),
            None => drop(payload.delete_field(index)),
        }
    }
    Ok(())
}

fn name_init(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    let [name] = keywords(esc, "NameError", args, ["name"])?;
    store_args(esc, this, args.pos())?;
    let payload = payload(esc, this)?;
    match name {
        Some(name) => payload.set_field(0, name.clone()),
        None => drop(payload.delete_field(0)),
    }
    Ok(())
}

/// `str(KeyError(key))` is the key's representation, so that `KeyError('')` shows something.
fn key_str(esc: Esc<'_>, this: &Value) -> PyResult {
    let args = payload(esc, this)?.args_tuple(esc);
    match args.as_slice() {
        [only] => Ok(ops::repr(esc, only)?.into_value()),
        _ => super::str(esc, this),
    }
}

/// Whether a field was set to something else than `None`.
pub(super) fn is_set(value: &Option<Value>) -> bool {
    value.as_ref().is_some_and(|value| !value.is_none())
}

/// A field's representation for a message, `None` while it is not set.
pub(super) fn shown_field(esc: Esc<'_>, value: &Option<Value>) -> PyResult<String> {
    match value {
        Some(value) => shown(esc, value),
        None => Ok("None".to_owned()),
    }
}

/// A field as text for a message (`str`).
pub(super) fn text_field(esc: Esc<'_>, value: &Option<Value>) -> PyResult<String> {
    match value {
        Some(value) => Ok(ops::to_str(esc, value)?.to_lossy().into_owned()),
        None => Ok("None".to_owned()),
    }
}
