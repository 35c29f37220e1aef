//! Attributes: instance storage (inline values, dictionary, slots) and the generic attribute protocol.
//!
//! An instance keeps attributes in inline values whose names its class shares; `obj.__dict__` makes a dictionary over
//! the same slots, and only what does not fit (a 31st name, a non-string key) moves them into a dictionary of its own.

use std::ptr::NonNull;

use dictkeys::{Inline, InlineValues};
use stackref::{Header, Slot, Value, Word};

use crate::data::dict::{self, Dict, KeyEnv as Quiet};
use crate::data::str::Str;
use crate::intern::names;
use crate::layout::{Obj, ValueExt};
use crate::ops;
use crate::raise::PyResult;
use crate::slots::DescrGetFn;
use crate::thread::Esc;
use crate::typeobj::{self, TypeBody, TypeFlags, TypeObject};

/// The inline values of an instance, if its class has them.
#[inline]
pub fn inline_values(object: &Header, class: &TypeObject) -> Option<InlineValues> {
    let offset = class.values_offset()?;
    // SAFETY: instances of this class were allocated with inline values at this offset (`init_tail`), and the borrow
    // of the header keeps the instance alive.
    Some(unsafe { InlineValues::at(NonNull::from(object).cast::<u8>().add(offset)) })
}

/// The inline values of an instance of a class that has them.
///
/// # Safety
/// The class gives its instances inline values.
#[inline(always)]
pub unsafe fn inline_values_unchecked(object: &Header, class: &TypeObject) -> InlineValues {
    debug_assert!(class.values_offset().is_some());
    // SAFETY: the caller's.
    let offset = unsafe { class.values_offset().unwrap_unchecked() };
    // SAFETY: as in `inline_values`.
    unsafe { InlineValues::at(NonNull::from(object).cast::<u8>().add(offset)) }
}

/// The dictionary slot of an instance, if its class has one.
#[inline]
pub fn dict_slot<'a>(object: &'a Header, class: &TypeObject) -> Option<&'a Slot> {
    let offset = class.dict_offset()?;
    // SAFETY: instances of this class were allocated with a slot at this offset.
    Some(unsafe { NonNull::from(object).cast::<u8>().add(offset).cast::<Slot>().as_ref() })
}

/// The `__slots__` word at `offset` of an instance.
///
/// # Panics
/// If the offset is not one of the class's slots.
pub fn member_slot<'a>(object: &'a Header, class: &TypeObject, offset: usize) -> &'a Slot {
    let (start, count) = class.slot_words();
    assert!(offset >= start && offset < start + 8 * count && offset.is_multiple_of(8), "a slot of the instance");
    // SAFETY: checked above: the word is one of the instance's slots.
    unsafe { NonNull::from(object).cast::<u8>().add(offset).cast::<Slot>().as_ref() }
}

/// Reads a slot of an instance: without a lock, or under the instance's if a race got in the way.
pub fn read_slot(esc: Esc<'_>, object: &Header, slot: &Slot) -> Option<Value> {
    // SAFETY: the slot holds values of the type-stable heap and this thread is attached.
    match unsafe { slot.load(esc.me()) } {
        stackref::Load::Value(value) => Some(value),
        stackref::Load::Null => None,
        stackref::Load::Retry => {
            let _lock = object.lock().lock();
            // SAFETY: writers of instance slots hold this lock.
            unsafe { slot.load_locked(esc.me()) }
        }
    }
}

/// Writes a slot of an instance under its lock; the old value is given back to be dropped by the caller.
#[must_use = "drop the old value where code may run"]
pub fn write_slot(object: &Header, slot: &Slot, value: Option<Value>) -> Option<Value> {
    let _lock = object.lock().lock();
    slot.swap(value)
}

/// The dictionary of an instance if it was materialized.
pub fn existing_dict(esc: Esc<'_>, object: &Value) -> Option<Obj<Dict>> {
    let header = object.object_header()?;
    let slot = dict_slot(header, object.class())?;
    read_slot(esc, header, slot)?.downcast().ok()
}

/// The instance's own attribute `name` (interned).
pub fn instance_get(esc: Esc<'_>, object: &Value, name: &Value) -> PyResult<Option<Value>> {
    let Some(header) = object.object_header() else { return Ok(None) };
    let class = object.class();
    if let (Some(values), Some(keys)) = (inline_values(header, class), class.shared_keys()) {
        let index = dict::with_env(esc, |env| keys.index_of(env, name, ops::name_hash(name)));
        let found = match index {
            Some(index) => match values.load(index, &Quiet::new(esc)) {
                Inline::Retry => values.load_locked(index, &Quiet::new(esc)),
                found => found,
            },
            None if values.is_valid() => Inline::Absent,
            None => Inline::Moved,
        };
        match found {
            Inline::Value(value) => return Ok(Some(value)),
            Inline::Absent => return Ok(None),
            Inline::Moved | Inline::Retry => {}
        }
    }
    match existing_dict(esc, object) {
        Some(dict) => dict.get(esc, name),
        None => Ok(None),
    }
}

/// Sets (or with `None` deletes) the instance's own attribute. `Ok(false)`: the instance cannot have attributes, or the
/// one to be deleted is not there.
pub fn instance_set(esc: Esc<'_>, object: &Value, name: &Value, value: Option<&Value>) -> PyResult<bool> {
    let Some(header) = object.object_header() else { return Ok(false) };
    let class = object.class();
    if let (Some(values), Some(keys)) = (inline_values(header, class), class.shared_keys())
        && values.is_valid()
    {
        let hash = ops::name_hash(name);
        let index = dict::with_env(esc, |env| match value {
            Some(_) => keys.insert_name(env, name, hash),
            None => keys.index_of(env, name, hash),
        });
        match (index, value) {
            (Some(index), Some(value)) => {
                if let Ok(old) = values.store(index, value.clone()) {
                    drop(old);
                    return Ok(true);
                }
            }
            (Some(index), None) => {
                if let Ok(old) = values.delete(index) {
                    return Ok(old.is_some());
                }
            }
            (None, None) if values.is_valid() => return Ok(false),
            (None, _) => {}
        }
    }
    if class.dict_offset().is_none() {
        return Ok(false);
    }
    match value {
        Some(value) => {
            let Some(dict) = instance_dict(esc, object) else { return Ok(false) };
            dict.set(esc, name, value.clone())?;
            Ok(true)
        }
        None => match existing_dict(esc, object) {
            Some(dict) => Ok(dict.remove(esc, name)?.is_some()),
            None => Ok(false),
        },
    }
}

/// `obj.__dict__`, made now if need be; `None` if the instance cannot have one.
pub fn instance_dict(esc: Esc<'_>, object: &Value) -> Option<Obj<Dict>> {
    let header = object.object_header()?;
    let class = object.class();
    let slot = dict_slot(header, class)?;
    if let Some(dict) = read_slot(esc, header, slot) {
        return dict.downcast().ok();
    }
    let made = match (inline_values(header, class), class.shared_keys()) {
        // SAFETY: the keys are those of the instance's class; `drop_tail` and `replace_dict` detach before the values go.
        (Some(values), Some(keys)) => unsafe { dict::over_values(esc, keys, values) },
        _ => dict::new(esc),
    };
    let lock = header.lock().lock();
    // SAFETY: the instance's lock is held.
    let (dict, unused) = match unsafe { slot.load_locked(esc.me()) } {
        Some(other) => (other, Some(made)),
        None => {
            drop(slot.swap(Some(made.value().clone())));
            (made.into_value(), None)
        }
    };
    drop(lock);
    drop(unused);
    dict.downcast().ok()
}

/// `obj.__dict__ = dict`.
pub fn replace_dict(esc: Esc<'_>, object: &Value, new: Obj<Dict>) -> PyResult<()> {
    let (Some(header), class) = (object.object_header(), object.class()) else {
        return Err(esc.type_error("this object has no __dict__"));
    };
    // The current values must leave the instance first, or they would shadow the new dictionary's.
    let current = instance_dict(esc, object);
    let Some(slot) = dict_slot(header, class) else { return Err(esc.type_error("this object has no __dict__")) };
    if let Some(current) = &current {
        current.detach(esc)?;
    }
    drop(write_slot(header, slot, Some(new.into_value())));
    drop(current);
    Ok(())
}

impl TypeObject {
    /// Initializes what lies behind the payload of a fresh instance: slots and dictionary NULL, inline values empty.
    ///
    /// # Safety
    /// `memory` is a private block of `size` bytes for an instance of this class.
    pub(crate) unsafe fn init_tail(&self, memory: NonNull<u8>, start: usize, size: usize) {
        let values = self.values_offset();
        let words_end = values.unwrap_or(size);
        let mut offset = start.next_multiple_of(8);
        while offset + 8 <= words_end {
            // SAFETY: inside the block.
            unsafe { memory.add(offset).cast::<Slot>().write(Slot::new(None)) };
            offset += 8;
        }
        if let Some(offset) = values {
            let capacity = Self::capacity_of(size - offset);
            // SAFETY: `size - offset` bytes were reserved for values of this capacity.
            let _ = unsafe { InlineValues::init(memory.add(offset), capacity) };
        }
    }

    fn capacity_of(bytes: usize) -> usize {
        (0..=dictkeys::MAX_SHARED_NAMES).rev().find(|&capacity| InlineValues::bytes(capacity) <= bytes).unwrap_or(0)
    }
}

/// Drops attributes and slots of a dead instance. Its class may be gone when this returns.
///
/// # Safety
/// Nobody else can reach the object.
pub(crate) unsafe fn drop_tail(esc: Esc<'_>, header: NonNull<Header>, class: &TypeObject) {
    // SAFETY: dead, but the memory is still the instance's.
    let object = unsafe { header.as_ref() };
    // All that the class tells is asked before the first drop.
    let values = inline_values(object, class);
    let (start, count) = class.slot_words();
    if let Some(slot) = dict_slot(object, class)
        && let Some(dict) = slot.swap(None)
    {
        if let Some(payload) = dict.payload::<Dict>() {
            payload.detach_from_dead(esc);
        }
        drop(dict);
    }
    if let Some(values) = values {
        values.take_all(drop);
    }
    for index in 0..count {
        // SAFETY: inside the instance: the words its class counted above.
        let slot = unsafe { header.cast::<u8>().add(start + 8 * index).cast::<Slot>().as_ref() };
        drop(slot.swap(None));
    }
}

/// Shows attributes and slots of an instance to the collector.
///
/// # Safety
/// The world is stopped.
pub(crate) unsafe fn trace_tail(object: &Header, class: &TypeObject, visit: &mut dyn FnMut(Word)) {
    let dict = dict_slot(object, class).and_then(Slot::peek);
    if let Some(word) = dict {
        visit(word);
    } else if let Some(values) = inline_values(object, class) {
        // SAFETY: forwarded. (A dictionary over the values traces them itself.)
        unsafe { values.trace(visit) };
    }
    let (start, count) = class.slot_words();
    for index in 0..count {
        if let Some(word) = member_slot(object, class, start + 8 * index).peek() {
            visit(word);
        }
    }
}

/// Moves attributes and slots of an unreachable instance out (the collector's `clear`).
pub(crate) fn clear_tail(esc: Esc<'_>, object: &Header, class: &TypeObject, out: &mut Vec<Value>) {
    if let Some(dict) = dict_slot(object, class).and_then(|slot| slot.swap(None)) {
        if let Some(payload) = dict.payload::<Dict>() {
            payload.detach_from_dead(esc);
        }
        out.push(dict);
    }
    if let Some(values) = inline_values(object, class) {
        values.take_all(|value| out.push(value));
    }
    let (start, count) = class.slot_words();
    out.extend((0..count).filter_map(|index| member_slot(object, class, start + 8 * index).swap(None)));
}

/// `getattr(object, name)`; `name` is interned (see [`crate::intern::name_of`]).
#[inline]
pub fn get(esc: Esc<'_>, object: &Value, name: &Value) -> PyResult {
    match object.class().slots.getattr.get() {
        Some(getattr) => getattr(esc, object, name),
        None => generic_get(esc, object, name),
    }
}

/// As [`get`], with `None` for a missing attribute.
pub fn get_optional(esc: Esc<'_>, object: &Value, name: &Value) -> PyResult<Option<Value>> {
    if let Some(getattr) = object.class().slots.getattr.get()
        && getattr as usize == generic_get as *const () as usize
    {
        return generic_get_optional(esc, object, name);
    }
    match get(esc, object, name) {
        Ok(value) => Ok(Some(value)),
        Err(raised) => match raised.catch_if(esc, &crate::data::exception::ATTRIBUTE_ERROR) {
            Ok(_) => Ok(None),
            Err(raised) => Err(raised),
        },
    }
}

/// As [`get`], by text.
pub fn get_str(esc: Esc<'_>, object: &Value, name: &str) -> PyResult {
    get(esc, object, &crate::intern::intern(esc, name))
}

/// `setattr(object, name, value)`, or with `None` `delattr`.
pub fn set(esc: Esc<'_>, object: &Value, name: &Value, value: Option<&Value>) -> PyResult<()> {
    match object.class().slots.setattr.get() {
        Some(setattr) => setattr(esc, object, name, value),
        None => generic_set(esc, object, name, value),
    }
}

/// `object.__getattribute__`
pub fn generic_get(esc: Esc<'_>, object: &Value, name: &Value) -> PyResult {
    match generic_get_optional(esc, object, name)? {
        Some(value) => Ok(value),
        None => Err(esc.no_attribute(object, name)),
    }
}

/// As [`generic_get`], with `None` for a missing attribute.
pub fn generic_get_optional(esc: Esc<'_>, object: &Value, name: &Value) -> PyResult<Option<Value>> {
    let class = object.class();
    let found = typeobj::lookup(esc, class, name);
    let mut getter: Option<DescrGetFn> = None;
    if let Some(descriptor) = &found {
        let slots = &descriptor.class().slots;
        getter = slots.descr_get.get();
        if let (Some(get), false) = (getter, slots.descr_set.is_empty()) {
            return get(esc, descriptor, Some(object), class).map(Some);
        }
    }
    if let Some(value) = instance_get(esc, object, name)? {
        return Ok(Some(value));
    }
    match (found, getter) {
        (Some(descriptor), Some(get)) => get(esc, &descriptor, Some(object), class).map(Some),
        (found, _) => Ok(found),
    }
}

/// `object.__setattr__` and `object.__delattr__`
pub fn generic_set(esc: Esc<'_>, object: &Value, name: &Value, value: Option<&Value>) -> PyResult<()> {
    let class = object.class();
    let found = typeobj::lookup(esc, class, name);
    if let Some(descriptor) = &found
        && let Some(set) = descriptor.class().slots.descr_set.get()
    {
        return set(esc, descriptor, object, value);
    }
    if instance_set(esc, object, name, value)? {
        return Ok(());
    }
    let text = ops::str_lossy(esc, name);
    let shown = class.name();
    if class.dict_offset().is_none() {
        let message = match found {
            Some(_) => format!("'{shown}' object attribute '{text}' is read-only"),
            None if class.slots.setattr.get().is_none_or(|f| f as usize == generic_set as *const () as usize) => {
                format!("'{shown}' object has no attribute '{text}' and no __dict__ for setting new attributes")
            }
            None => format!("'{shown}' object has no attribute '{text}'"),
        };
        return Err(esc.attribute_error(message, object, name));
    }
    Err(esc.attribute_error(format_args!("'{shown}' object has no attribute '{text}'"), object, name))
}

/// Looks up `object.name` for a call: `(function, true)` when the function is to be called with `object` in front,
/// `(callable, false)` when it is complete. Makes no bound method for plain methods.
pub fn get_method(esc: Esc<'_>, object: &Value, name: &Value) -> PyResult<(Value, bool)> {
    let class = object.class();
    let generic = class.slots.getattr.get().is_none_or(|f| f as usize == generic_get as *const () as usize);
    if !generic {
        return get(esc, object, name).map(|value| (value, false));
    }
    let found = typeobj::lookup(esc, class, name);
    if let Some(descriptor) = &found {
        let kind = descriptor.class();
        if kind.has(TypeFlags::METHOD_DESCRIPTOR) {
            if let Some(shadow) = instance_get(esc, object, name)? {
                return Ok((shadow, false));
            }
            return Ok((descriptor.clone(), true));
        }
    }
    generic_get(esc, object, name).map(|value| (value, false))
}

/// CPython's text for a missing attribute.
pub fn missing_text(esc: Esc<'_>, object: &Value, name: &Value) -> String {
    let text = ops::str_lossy(esc, name);
    if let Some(class) = object.payload::<TypeBody>() {
        return format!("type object '{}' has no attribute '{text}'", class.name());
    }
    if let Some(module) = object.payload::<crate::data::module::Module>() {
        return match module
            .dict()
            .get_str(esc, "__name__")
            .and_then(|name| Some(name.payload::<Str>()?.to_lossy().into_owned()))
        {
            Some(module) => format!("module '{module}' has no attribute '{text}'"),
            None => format!("module has no attribute '{text}'"),
        };
    }
    format!("'{}' object has no attribute '{text}'", object.class().name())
}

/// `object.__class__` in the sense of `isinstance`: the attribute, if it is a type, else the type.
pub fn apparent_class(esc: Esc<'_>, object: &Value) -> PyResult<Option<Value>> {
    get_optional(esc, object, names::class(esc))
}
