//! `_thread._local`: an object with different attributes in each thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use interp_object::builder::TypeBuilder;
use interp_object::data::dict::{self, Dict};
use interp_object::data::tuple;
use interp_object::data::types::OBJECT;
use interp_object::intern::names;
use interp_object::layout::{self, Obj, Payload, ValueExt};
use interp_object::typeobj::{self, TypeFlags};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, Word};

use crate::util::lock;

type Dicts = Mutex<HashMap<u32, Obj<Dict>>>;

thread_local! {
    /// The objects that hold something of this thread, to be emptied when it ends.
    static USED: RefCell<Vec<Weak<Dicts>>> = const { RefCell::new(Vec::new()) };
}

/// The payload of `_thread._local`.
pub(super) struct Local {
    dicts: Arc<Dicts>,
    /// Arguments of the constructor, for `__init__` in each thread.
    values: Vec<Value>,
    names: Option<Obj<tuple::Tuple>>,
}

impl Payload for Local {
    const NAME: &'static str = "_local";
    fn class() -> &'static TypeObject {
        &LOCAL
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for dict in lock(&self.dicts).values() {
            visit(dict.value().word());
        }
        for value in &self.values {
            visit(value.word());
        }
        if let Some(names) = &self.names {
            visit(names.value().word());
        }
    }

    fn clear(&self, out: &mut Vec<Value>) {
        out.extend(lock(&self.dicts).drain().map(|(_, dict)| dict.into_value()));
    }
}

/// The type `_thread._local`.
pub(super) static LOCAL: TypeObject =
    TypeObject::builtin::<Local>("_thread._local", Some(&OBJECT), TypeFlags::BASE.union(TypeFlags::WEAKREF));

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &LOCAL).slots(|slots| {
        slots.new.set(Some(new));
        slots.init.set(Some(|_, _, _| Ok(())));
        slots.getattr.set(Some(get));
        slots.setattr.set(Some(set));
    });
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let plain = class.slots.init.same(&LOCAL.slots.init);
    if plain && !args.all_values().is_empty() {
        return Err(esc.type_error("Initialization arguments are not supported"));
    }
    let local = Local { dicts: Arc::default(), values: args.all_values().to_vec(), names: args.names().cloned() };
    let object = layout::new_with_type(esc, class, local);
    // The constructor calls `__init__` for this thread.
    insert(esc, &object, dict::new(esc));
    Ok(object.into_value())
}

fn insert(esc: Esc<'_>, local: &Local, dict: Obj<Dict>) {
    let old = lock(&local.dicts).insert(esc.me(), dict);
    drop(old);
    USED.with_borrow_mut(|used| {
        used.retain(|used| used.strong_count() > 0);
        used.push(Arc::downgrade(&local.dicts));
    });
}

/// This thread's attributes; `__init__` runs when it sees the object for the first time.
fn dict_of(esc: Esc<'_>, value: &Value) -> PyResult<Obj<Dict>> {
    let Some(local) = value.payload::<Local>() else { return Err(esc.type_error("a _local was expected")) };
    let known = lock(&local.dicts).get(&esc.me()).cloned();
    if let Some(dict) = known {
        return Ok(dict);
    }
    let dict = dict::new(esc);
    insert(esc, local, dict.clone());
    if let Some(init) = value.class().slots.init.get()
        && let Err(raised) = init(esc, value, Args::with_names(&local.values, local.names.as_ref()))
    {
        let removed = lock(&local.dicts).remove(&esc.me());
        drop(removed);
        return Err(raised);
    }
    Ok(dict)
}

fn get(esc: Esc<'_>, value: &Value, name: &Value) -> PyResult {
    let dict = dict_of(esc, value)?;
    if name.is(names::dict(esc)) {
        return Ok(dict.into_value());
    }
    let class = value.class();
    let found = typeobj::lookup(esc, class, name);
    if let Some(descriptor) = &found
        && let (Some(_), Some(get)) =
            (descriptor.class().slots.descr_set.get(), descriptor.class().slots.descr_get.get())
    {
        return get(esc, descriptor, Some(value), class);
    }
    if let Some(own) = dict.get_interned(esc, name) {
        return Ok(own);
    }
    match found {
        Some(descriptor) => match descriptor.class().slots.descr_get.get() {
            Some(get) => get(esc, &descriptor, Some(value), class),
            None => Ok(descriptor),
        },
        None => Err(esc.no_attribute(value, name)),
    }
}

fn set(esc: Esc<'_>, value: &Value, name: &Value, new: Option<&Value>) -> PyResult<()> {
    let dict = dict_of(esc, value)?;
    if let Some(descriptor) = typeobj::lookup(esc, value.class(), name)
        && let Some(set) = descriptor.class().slots.descr_set.get()
    {
        return set(esc, &descriptor, value, new);
    }
    match new {
        Some(new) => dict.set(esc, name, new.clone()),
        None => match dict.remove(esc, name)? {
            Some(_) => Ok(()),
            None => Err(esc.no_attribute(value, name)),
        },
    }
}

/// Drops what the ending thread kept in any of these objects.
pub(super) fn forget_thread(esc: Esc<'_>) {
    let used = USED.with_borrow_mut(std::mem::take);
    for dicts in used.iter().filter_map(Weak::upgrade) {
        let removed = lock(&dicts).remove(&esc.me());
        drop(removed);
    }
}
