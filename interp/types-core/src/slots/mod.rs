//! The slot table: which special method names stand behind which operation of a type, in both directions.
//!
//! * A builtin type has functions in its slots; its dictionary gets a `wrapper_descriptor` for each name ([`expose`]).
//! * A Python class has functions in its dictionary; its slots get code that looks the name up ([`update`]), or, where
//!   the name resolves to a builtin type's wrapper, that type's own function.

mod binary;
mod groups;
pub(crate) mod python;
mod wrappers;

use std::collections::HashSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use interp_object::data::descr::SlotWrapper;
use interp_object::data::singletons;
use interp_object::intern::{intern, names};
use interp_object::layout::{self, ValueExt};
use interp_object::native::{self, MethodDef, NativeFn, NativeFunction};
use interp_object::typeobj::TypeRef;
use interp_object::{Args, Esc, PyResult, Slots, TypeFlags, TypeObject, Value};

use groups::{GROUPS, Group, Special};
use wrappers::WRAPPERS;

/// `X.__new__` of builtin types: calls the type's `new` slot. The receiver is the type.
static NEW_DEF: MethodDef = MethodDef::static_(
    "__new__",
    NativeFn::Full(call_new),
    "Create and return a new object.  See help(type) for accurate signature.",
);

/// The names of a group, interned, beside the group.
fn interned_groups(esc: Esc<'_>) -> &'static [(Vec<Value>, &'static Group)] {
    static TABLE: OnceLock<Vec<(Vec<Value>, &'static Group)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        GROUPS.iter().map(|group| (group.names.iter().map(|name| intern(esc, name)).collect(), group)).collect()
    })
}

/// What identifies an interned name.
fn key(name: &Value) -> u64 {
    name.word().bits() & !3
}

/// Whether assigning this name (an interned `str`) to a class attribute can change a slot.
pub(crate) fn is_special(esc: Esc<'_>, name: &Value) -> bool {
    static NAMES: OnceLock<HashSet<u64>> = OnceLock::new();
    NAMES
        .get_or_init(|| interned_groups(esc).iter().flat_map(|(names, _)| names).map(key).collect())
        .contains(&key(name))
}

/// Gives a builtin type's dictionary a wrapper for each operation it has and its base has not.
pub(crate) fn expose(esc: Esc<'_>, class: &'static TypeObject) {
    let (dict, base) = (class.dict(), class.base());
    let empty = Slots::empty();
    let inherited = base.as_ref().map_or(&empty, |base| &base.slots);
    if !class.slots.richcompare.same(&inherited.richcompare) && class.slots.hash.same(&inherited.hash) {
        // The data model: who says what is equal and not what the hash is has none.
        class.slots.hash.set(Some(python::unhashable));
    }
    for def in WRAPPERS {
        if !(def.present)(&class.slots) || (def.same)(&class.slots, inherited) {
            continue;
        }
        let name = intern(esc, def.name);
        if dict.get_interned(esc, &name).is_some() {
            continue;
        }
        let unhashable = def.name == "__hash__" && python::is_unhashable(&class.slots);
        let value = if unhashable {
            singletons::none()
        } else {
            let wrapper = layout::new(esc, SlotWrapper { def, owner: TypeRef::new(class) });
            wrapper.header().enable_deferred();
            wrapper.into_value()
        };
        dict.set_str(esc, def.name, value);
    }
    if !class.slots.new.is_empty()
        && !class.slots.new.same(&inherited.new)
        && dict.get_interned(esc, names::new(esc)).is_none()
    {
        let function = native::new_function(esc, &NEW_DEF, class.value(), singletons::none());
        function.header().enable_deferred();
        dict.set_str(esc, "__new__", function.into_value());
    }
    if !class.has(TypeFlags::HEAP) && dict.get_interned(esc, names::doc(esc)).is_none() {
        dict.set_str(esc, "__doc__", singletons::none());
    }
}

/// `T.__new__(cls, …)` for a builtin `T`.
fn call_new(esc: Esc<'_>, receiver: &Value, args: Args<'_>) -> PyResult {
    let Some(owner) = TypeObject::from_value(receiver) else {
        return Err(esc.system_error("__new__() called with non-type 'self'"));
    };
    let name = owner.name();
    let Some(first) = args.pos().first() else {
        return Err(esc.type_error(format_args!("{name}.__new__(): not enough arguments")));
    };
    let Some(class) = TypeObject::from_value(first) else {
        let given = first.class().name();
        return Err(esc.type_error(format_args!("{name}.__new__(X): X is not a type object ({given})")));
    };
    if !class.is_subtype(owner) {
        let given = class.name();
        return Err(esc.type_error(format_args!("{name}.__new__({given}): {given} is not a subtype of {name}")));
    }
    if let Some(native) = native_base(class)
        && !native.slots.new.same(&owner.slots.new)
    {
        let (given, right) = (class.name(), native.name());
        return Err(esc.type_error(format_args!("{name}.__new__({given}) is not safe, use {right}.__new__()")));
    }
    match owner.slots.new.get() {
        Some(new) => new(esc, class, args.rest()),
        None => Err(esc.type_error(format_args!("cannot create '{name}' instances"))),
    }
}

/// The most derived builtin type of a class's layout.
fn native_base(class: &TypeObject) -> Option<TypeRef> {
    let mut base = TypeRef::new(class);
    while base.is_heap() {
        base = base.base()?;
    }
    Some(base)
}

/// What `name` is along the MRO, read without the cache: for slots, which are computed while the class changes.
pub(crate) fn find(esc: Esc<'_>, class: &TypeObject, name: &Value) -> Option<Value> {
    let mro = class.mro();
    let mro = mro.as_ref()?;
    mro.0.iter().find_map(|base| base.dict().get_interned(esc, name))
}

/// Serializes slot updates, so that the slot written last belongs to the attribute written last.
static UPDATES: Mutex<()> = Mutex::new(());

/// Recomputes every slot of a class that nobody else has seen yet.
pub(crate) fn update_all(esc: Esc<'_>, class: &TypeObject) {
    let mut seen = Found::new();
    let _updates = UPDATES.lock().unwrap_or_else(PoisonError::into_inner);
    for (names, group) in interned_groups(esc) {
        update_group(esc, class, names, group, &mut seen);
    }
}

/// What lookups found, by the index of the name. Dropped when [`UPDATES`] is free again: it may be the last to hold it.
type Found = Vec<(usize, Value)>;

/// Recomputes the slots that the names in the class's own dictionary affect (a class under construction with one base,
/// whose slots it already has).
pub(crate) fn update_own(esc: Esc<'_>, class: &TypeObject) {
    let dict = class.dict();
    let own: HashSet<u64> = dict.keys(esc).iter().map(key).collect();
    let mut seen = Found::new();
    let _updates = UPDATES.lock().unwrap_or_else(PoisonError::into_inner);
    for (names, group) in interned_groups(esc) {
        if names.iter().any(|name| own.contains(&key(name))) {
            update_group(esc, class, names, group, &mut seen);
        }
    }
}

/// Recomputes what `name` affects after it was assigned or deleted, in the class and in its subclasses.
pub(crate) fn update(esc: Esc<'_>, class: &TypeObject, name: &Value) {
    if !is_special(esc, name) {
        return;
    }
    let mut seen = Found::new();
    let _updates = UPDATES.lock().unwrap_or_else(PoisonError::into_inner);
    for (names, group) in interned_groups(esc) {
        if names.iter().any(|known| known.is(name)) {
            update_tree(esc, class, names, group, &mut seen);
        }
    }
}

/// Recomputes every slot of a class and of its subclasses (its bases changed).
pub(crate) fn update_everything(esc: Esc<'_>, class: &TypeObject) {
    let mut seen = Found::new();
    let _updates = UPDATES.lock().unwrap_or_else(PoisonError::into_inner);
    for (names, group) in interned_groups(esc) {
        update_tree(esc, class, names, group, &mut seen);
    }
}

fn update_tree(esc: Esc<'_>, class: &TypeObject, names: &[Value], group: &Group, seen: &mut Found) {
    update_group(esc, class, names, group, seen);
    for subclass in class.subclasses() {
        update_tree(esc, &subclass, names, group, seen);
    }
}

fn update_group(esc: Esc<'_>, class: &TypeObject, names: &[Value], group: &Group, seen: &mut Found) {
    let start = seen.len();
    seen.extend(names.iter().enumerate().filter_map(|(index, name)| Some((index, find(esc, class, name)?))));
    let found = &seen[start..];
    if found.is_empty() {
        // A builtin base may have an operation without a name (a finalizer).
        if let Some(native) = native_base(class) {
            (group.copy)(&class.slots, &native.slots);
        }
        return;
    }
    match group.special {
        Special::Hash if found[0].1.is_none() => return class.slots.hash.set(Some(python::unhashable)),
        Special::New => return update_new(class, &found[0].1),
        Special::GetAttr => return update_getattr(class, found),
        Special::Finalize => class.add_flags(TypeFlags::FINALIZER),
        _ => {}
    }
    match common_owner(class, group, found) {
        Some(owner) => (group.copy)(&class.slots, &owner.slots),
        None => (group.generic)(&class.slots),
    }
}

/// The builtin type whose wrappers are all that was found, if they stand for one function.
fn common_owner(class: &TypeObject, group: &Group, found: &[(usize, Value)]) -> Option<TypeRef> {
    let mut owner: Option<TypeRef> = None;
    for (index, value) in found {
        let wrapper = value.payload::<SlotWrapper>()?;
        if wrapper.def.name != group.names[*index] || !class.is_subtype(&wrapper.owner) {
            return None;
        }
        match owner {
            Some(owner) if !(group.same)(&owner.slots, &wrapper.owner.slots) => return None,
            Some(_) => {}
            None => owner = Some(wrapper.owner),
        }
    }
    owner
}

fn update_new(class: &TypeObject, found: &Value) {
    let native = found.payload::<NativeFunction>().filter(|function| std::ptr::eq(function.def(), &raw const NEW_DEF));
    match native.and_then(|function| TypeObject::from_value(function.receiver())) {
        Some(owner) => class.slots.new.copy_from(&owner.slots.new),
        None => class.slots.new.set(Some(python::new)),
    }
}

fn update_getattr(class: &TypeObject, found: &[(usize, Value)]) {
    if let [(0, only)] = found
        && let Some(wrapper) = only.payload::<SlotWrapper>()
        && wrapper.def.name == "__getattribute__"
    {
        return class.slots.getattr.copy_from(&wrapper.owner.slots.getattr);
    }
    let hooked = found.iter().any(|(index, _)| *index == 1);
    class.slots.getattr.set(Some(if hooked { python::getattr_hook } else { python::getattribute }));
}
