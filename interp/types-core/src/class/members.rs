//! `__slots__`: which words instances get, their descriptors, and `__dict__` and `__weakref__`.

use interp_object::data::descr::{GetSet, Member};
use interp_object::data::dict::Dict;
use interp_object::data::module::MODULE;
use interp_object::data::singletons;
use interp_object::data::str::Str;
use interp_object::data::types::TYPE;
use interp_object::intern::{self, names};
use interp_object::layout::{self, ValueExt};
use interp_object::native::GetSetDef;
use interp_object::typeobj::{TypeFlags, TypeRef};
use interp_object::{Esc, PyResult, TypeObject, Value, attr, ops, weak};

/// What a class's `__slots__` ask for.
pub(super) struct Plan {
    /// Mangled slot names in order of their words.
    pub(super) slots: Vec<Value>,
    /// Instances get a dictionary that those of the base have not.
    pub(super) dict: bool,
    /// Instances can be referenced weakly and those of the base cannot.
    pub(super) weakref: bool,
}

/// Reads `__slots__` from the namespace.
pub(super) fn plan(esc: Esc<'_>, class: &Value, base: &TypeRef, bases: &[Value], dict: &Dict) -> PyResult<Plan> {
    let may_dict = !base.has(TypeFlags::DICT) && !has_namespace(base);
    let may_weakref = !base.has(TypeFlags::WEAKREF);
    let Some(declared) = dict.get_interned(esc, names::slots(esc)) else {
        return Ok(Plan { slots: Vec::new(), dict: may_dict, weakref: may_weakref });
    };
    let listed = if declared.payload::<Str>().is_some() { vec![declared] } else { ops::collect(esc, &declared)? };
    if !listed.is_empty() && is_variable(base) {
        let shown = base.name();
        return Err(esc.type_error(format_args!("nonempty __slots__ not supported for subtype of '{shown}'")));
    }
    let mut plan = Plan { slots: Vec::new(), dict: false, weakref: false };
    for item in listed {
        add_slot(esc, class, item, (may_dict, may_weakref), &mut plan)?;
    }
    for slot in &plan.slots {
        if dict.get(esc, slot)?.is_some() && !slot.is(names::qualname(esc)) && !slot.is(names::classcell(esc)) {
            let shown = ops::repr_lossy(esc, slot);
            return Err(esc.value_error(format_args!("{shown} in __slots__ conflicts with class variable")));
        }
    }
    plan.slots.sort_by_key(ops::text_lossy);
    // Another base may bring what the layout base lacks.
    for other in bases.iter().filter_map(TypeObject::from_value) {
        plan.dict |= may_dict && other.has(TypeFlags::DICT);
        plan.weakref |= may_weakref && other.has(TypeFlags::WEAKREF);
    }
    Ok(plan)
}

/// Whether instances keep their attributes in the payload: classes and modules.
pub(super) fn has_namespace(class: &TypeObject) -> bool {
    class.is_subtype(&TYPE) || class.is_subtype(&MODULE)
}

fn is_variable(base: &TypeObject) -> bool {
    base.has(TypeFlags::INT_SUBCLASS)
        || base.has(TypeFlags::TUPLE_SUBCLASS)
        || base.has(TypeFlags::BYTES_SUBCLASS)
        || base.is_subtype(&TYPE)
}

fn add_slot(esc: Esc<'_>, class: &Value, item: Value, may: (bool, bool), plan: &mut Plan) -> PyResult<()> {
    let Some(text) = item.payload::<Str>() else {
        let given = item.class().name();
        return Err(esc.type_error(format_args!("__slots__ items must be strings, not '{given}'")));
    };
    let name = text.to_lossy().into_owned();
    let mut chars = name.chars();
    let identifier =
        chars.next().is_some_and(|c| c == '_' || c.is_alphabetic()) && chars.all(|c| c == '_' || c.is_alphanumeric());
    if !identifier {
        return Err(esc.type_error("__slots__ must be identifiers"));
    }
    match name.as_str() {
        "__dict__" if !may.0 || plan.dict => Err(esc.type_error("__dict__ slot disallowed: we already got one")),
        "__dict__" => {
            plan.dict = true;
            Ok(())
        }
        "__weakref__" if !may.1 || plan.weakref => {
            Err(esc.type_error("__weakref__ slot disallowed: we already got one"))
        }
        "__weakref__" => {
            plan.weakref = true;
            Ok(())
        }
        _ => {
            let mangled = intern::intern(esc, &mangle(&ops::text_lossy(class), &name));
            plan.slots.push(mangled);
            Ok(())
        }
    }
}

/// `__x` in class `C` is `_C__x`.
fn mangle(class: &str, name: &str) -> String {
    let stripped = class.trim_start_matches('_');
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') || stripped.is_empty() {
        return name.to_owned();
    }
    format!("_{stripped}{name}")
}

static DICT_DEF: GetSetDef = GetSetDef::new("__dict__", get_dict, set_dict, "dictionary for instance variables");
static WEAKREF_DEF: GetSetDef =
    GetSetDef::readonly("__weakref__", get_weakref, "list of weak references to the object");

/// Puts the descriptors into the class's dictionary. The class was laid out.
pub(super) fn install(esc: Esc<'_>, class: &TypeObject, base: &TypeRef, plan: &Plan) -> PyResult<()> {
    let dict = class.dict();
    let (start, _) = class.slot_words();
    let first = base.slot_words().1;
    for (index, name) in plan.slots.iter().enumerate() {
        let offset = start + 8 * (first + index);
        let member = layout::new(esc, Member { name: name.clone(), owner: class.value(), offset });
        member.header().enable_deferred();
        dict.set(esc, name, member.into_value())?;
    }
    let defs = [(plan.dict, &DICT_DEF), (plan.weakref, &WEAKREF_DEF)];
    for def in defs.into_iter().filter_map(|(wanted, def)| wanted.then_some(def)) {
        let name = intern::intern(esc, def.name);
        if dict.get_interned(esc, &name).is_none() {
            let getset = layout::new(esc, GetSet { def, owner: class.value() });
            getset.header().enable_deferred();
            dict.set(esc, &name, getset.into_value())?;
        }
    }
    Ok(())
}

pub(crate) fn get_dict(esc: Esc<'_>, this: &Value) -> PyResult {
    match attr::instance_dict(esc, this) {
        Some(dict) => Ok(dict.into_value()),
        None => {
            let class = this.class().name();
            let message = format!("'{class}' object has no attribute '__dict__'");
            Err(esc.attribute_error(message, this, names::dict(esc)))
        }
    }
}

pub(crate) fn set_dict(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let Some(value) = value else { return Err(esc.type_error("cannot delete __dict__")) };
    match value.clone().downcast::<Dict>() {
        Ok(dict) => attr::replace_dict(esc, this, dict),
        Err(other) => {
            let given = other.class().name();
            Err(esc.type_error(format_args!("__dict__ must be set to a dictionary, not a '{given}'")))
        }
    }
}

fn get_weakref(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(weak::references_to(esc, this).into_iter().next().unwrap_or_else(singletons::none))
}
