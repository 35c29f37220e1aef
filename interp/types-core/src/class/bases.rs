//! What the bases of a class decide: its metaclass, the base whose layout it has, its method resolution order.

use interp_object::data::types::{OBJECT, TYPE};
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::typeobj::{self, TypeFlags, TypeRef, ready};
use interp_object::{Esc, PyResult, TypeObject, Value, attr, call, ops};

/// The most derived of `metatype` and the types of the bases; `TypeError` if they conflict.
///
/// # Errors
/// `TypeError` for a metaclass conflict.
pub fn calculate_metaclass(esc: Esc<'_>, metatype: &TypeObject, bases: &[Value]) -> PyResult<TypeRef> {
    let mut winner = TypeRef::new(metatype);
    for base in bases {
        let candidate = base.class();
        if winner.is_subtype(candidate) {
            continue;
        }
        if candidate.is_subtype(&winner) {
            winner = TypeRef::new(candidate);
            continue;
        }
        return Err(esc.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

/// The nearest ancestor (or the class itself) that added something to the layout of its base.
fn solid_base(class: &TypeObject) -> TypeRef {
    let mut solid = TypeRef::new(class);
    while let Some(base) = solid.base() {
        let same_payload = solid.layout().same(base.layout());
        if !same_payload || solid.slot_words().1 != base.slot_words().1 {
            break;
        }
        solid = base;
    }
    solid
}

/// The base whose layout instances get (`__base__`).
pub(super) fn best_base(esc: Esc<'_>, bases: &[Value]) -> PyResult<TypeRef> {
    let mut best: Option<(TypeRef, TypeRef)> = None;
    for base in bases {
        let Some(class) = TypeObject::from_value(base) else {
            return Err(esc.type_error("bases must be types"));
        };
        if !class.has(TypeFlags::BASE) {
            let name = super::dotted_name(class);
            return Err(esc.type_error(format_args!("type '{name}' is not an acceptable base type")));
        }
        let candidate = solid_base(class);
        best = match best {
            None => Some((TypeRef::new(class), candidate)),
            Some((winner, solid)) if solid.is_subtype(&candidate) => Some((winner, solid)),
            Some((_, solid)) if candidate.is_subtype(&solid) => Some((TypeRef::new(class), candidate)),
            Some(_) => return Err(esc.type_error("multiple bases have instance lay-out conflict")),
        };
    }
    Ok(best.map_or_else(|| TypeRef::new(&OBJECT), |(winner, _)| winner))
}

/// Whether instances of the one may become instances of the other (`__class__` assignment).
pub(crate) fn same_layout(old: &TypeObject, new: &TypeObject) -> bool {
    old.layout().same(new.layout())
        && old.slot_words() == new.slot_words()
        && old.dict_offset() == new.dict_offset()
        && old.values_offset() == new.values_offset()
        && old.has(TypeFlags::WEAKREF) == new.has(TypeFlags::WEAKREF)
        && (old.slot_words().1 == 0 || std::ptr::eq(&*solid_base(old), &*solid_base(new)))
}

/// The MRO of a class without the class itself, by C3.
pub(super) fn linearize(esc: Esc<'_>, bases: &[TypeRef]) -> PyResult<Vec<TypeRef>> {
    for (index, base) in bases.iter().enumerate() {
        if bases[..index].contains(base) {
            return Err(esc.type_error(format_args!("duplicate base class {}", base.name())));
        }
    }
    match ready::linearize(bases) {
        Some(mro) => Ok(mro),
        None => {
            let names: Vec<String> = bases.iter().map(|base| base.name()).collect();
            Err(esc.type_error(format_args!(
                "Cannot create a consistent method resolution order (MRO) for bases {}",
                names.join(", ")
            )))
        }
    }
}

/// Asks the metaclass's own `mro()`, if it has one; `None` where `type.mro` decides.
pub(super) fn custom_mro(esc: Esc<'_>, class: &Value) -> PyResult<Option<Vec<TypeRef>>> {
    let metatype = class.class();
    if std::ptr::eq(metatype, &raw const TYPE) {
        return Ok(None);
    }
    let own = typeobj::lookup(esc, metatype, names::mro(esc));
    let plain = typeobj::lookup(esc, &TYPE, names::mro(esc));
    if let (Some(own), Some(plain)) = (&own, &plain)
        && own.is(plain)
    {
        return Ok(None);
    }
    let Some(result) = call::call_special(esc, class, names::mro(esc), &[])? else { return Ok(None) };
    let mut mro = Vec::new();
    for item in ops::collect(esc, &result)? {
        match TypeObject::from_value(&item) {
            Some(class) => mro.push(TypeRef::new(class)),
            None => {
                let given = item.class().name();
                return Err(esc.type_error(format_args!("mro() returned a non-class ('{given}')")));
            }
        }
    }
    Ok(Some(mro))
}

/// Checks that every base is a type; one with `__mro_entries__` gets CPython's advice.
pub(super) fn check_bases(esc: Esc<'_>, bases: &[Value]) -> PyResult<()> {
    for base in bases {
        if TypeObject::from_value(base).is_none() && attr::get_optional(esc, base, names::mro_entries(esc))?.is_some() {
            return Err(esc.type_error("type() doesn't support MRO entry resolution; use types.new_class()"));
        }
    }
    Ok(())
}
