//! Names: locals, cells, globals, builtins, and the namespaces of class and module bodies.

use interp_code::LocalKind;
use interp_object::data::cell::{self, Cell};
use interp_object::data::dict::Dict;
use interp_object::data::exception as exc;
use interp_object::data::frame::{Frame, payload_in};
use interp_object::data::function::Function;
use interp_object::data::tuple;
use interp_object::intern::{self, names};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Raised, Thread, Value, Word, ops};
use stackref::StackRef;

use crate::call::close_word;
use crate::frames::value_of;

/// The interned name with this number.
pub(crate) fn name(frame: &Frame, index: u32) -> &Value {
    &frame.code().names()[index as usize]
}

fn local_name(frame: &Frame, slot: u32) -> String {
    ops::text_lossy(&frame.code().localsplus()[slot as usize])
}

/// `UnboundLocalError` for a local without a value.
#[cold]
fn unbound(esc: Esc<'_>, frame: &Frame, slot: u32) -> Raised {
    let text = local_name(frame, slot);
    let name = &frame.code().localsplus()[slot as usize];
    let message = format!("cannot access local variable '{text}' where it is not associated with a value");
    esc.name_error(&exc::UNBOUND_LOCAL_ERROR, message, name)
}

/// `UnboundLocalError`, always.
pub(crate) fn raise_unbound(esc: Esc<'_>, frame: &Frame, slot: u32) -> PyResult<()> {
    Err(unbound(esc, frame, slot))
}

/// A local's value, or UnboundLocalError.
pub(crate) fn load_local(esc: Esc<'_>, fp: *mut Word, slot: u32) -> PyResult {
    // SAFETY: H1: a local of the frame.
    let place = unsafe { fp.add(slot as usize) };
    // SAFETY: locals are always initialized.
    let word = unsafe { place.read() };
    match value_of(word) {
        Some(value) => Ok(value),
        // SAFETY: H1.
        None => Err(unbound(esc, unsafe { Frame::of(fp) }, slot)),
    }
}

/// `NameError` for a name found nowhere.
#[cold]
pub(crate) fn not_defined(esc: Esc<'_>, name: &Value) -> Raised {
    let text = ops::text_lossy(name);
    esc.name_error(&exc::NAME_ERROR, format_args!("name '{text}' is not defined"), name)
}

/// Moves a slot's word out, leaving NULL.
fn take_slot(fp: *mut Word, slot: u32) -> Word {
    // SAFETY: H1: lowering checked the slot.
    let place = unsafe { fp.add(slot as usize) };
    // SAFETY: locals are always initialized.
    unsafe { place.replace(Word::NULL) }
}

fn put_slot(fp: *mut Word, slot: u32, value: Value) {
    // SAFETY: H1, as above.
    let place = unsafe { fp.add(slot as usize) };
    // SAFETY: as above; the slot holds NULL.
    unsafe { place.write(value.into_word()) };
}

/// Unbinds a local that is bound.
pub(crate) fn delete_local(esc: Esc<'_>, fp: *mut Word, slot: u32) {
    close_word(esc.thread(), take_slot(fp, slot));
}

/// Wraps a local in a new cell.
pub(crate) fn make_cell(esc: Esc<'_>, fp: *mut Word, slot: u32) {
    let word = take_slot(fp, slot);
    let initial = if word.is_null() {
        None
    } else {
        // SAFETY: moved out of its slot.
        Some(unsafe { stackref::StackRef::from_word(word) }.into_value(esc.me()))
    };
    put_slot(fp, slot, cell::new(esc, initial).into_value());
}

/// Copies the closure's cells into the last `count` locals.
pub(crate) fn copy_free_vars(esc: Esc<'_>, fp: *mut Word, count: u32) {
    for (place, cell) in free_vars(fp, count) {
        if place.get().is_null() {
            place.set(cell.clone_as(esc.me()).into_word());
        }
    }
}

/// As [`copy_free_vars`], where all cells are this thread's. `false`: not all are copied.
#[inline(always)]
pub(crate) fn copy_free_vars_quick(th: &Thread, fp: *mut Word, count: u32) -> bool {
    for (place, cell) in free_vars(fp, count) {
        if !place.get().is_null() {
            continue;
        }
        let word = cell.word();
        // SAFETY: a cell is an object, which the closure keeps.
        let header = unsafe { word.header_unchecked().as_ref() };
        // SAFETY: this thread's id.
        if !word.is_counted() || !unsafe { header.try_incref_quick(th.id()) } {
            return false;
        }
        place.set(word);
    }
    true
}

/// The last locals of a frame, and the cells of its function's closure that go there.
#[inline(always)]
fn free_vars<'a>(fp: *mut Word, count: u32) -> impl Iterator<Item = (&'a std::cell::Cell<Word>, &'a Value)> {
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    // SAFETY: a frame's function word names its function.
    let function: &Function = unsafe { payload_in(frame.function.get()) };
    let first = frame.locals_count() - count as usize;
    let cells = function.closure().map_or(&[][..], |cells| cells.as_slice());
    // SAFETY: the locals are part of the frame.
    let places = unsafe { std::slice::from_raw_parts(fp.add(first).cast::<std::cell::Cell<Word>>(), count as usize) };
    places.iter().zip(cells)
}

/// The cell in a slot.
fn cell_in<'a>(fp: *mut Word, slot: u32) -> &'a Cell {
    // SAFETY: H1.
    let place = unsafe { fp.add(slot as usize) };
    // SAFETY: the compiler uses these instructions for slots that `MAKE_CELL` or `COPY_FREE_VARS` filled; the view lives
    // while the slot keeps the cell.
    let view = unsafe { &*place.cast::<Value>() };
    view.payload::<Cell>().expect("the slot of a cell variable holds a cell")
}

#[cold]
fn raise_unbound_cell(esc: Esc<'_>, frame: &Frame, slot: u32) -> Raised {
    let text = local_name(frame, slot);
    let name = &frame.code().localsplus()[slot as usize];
    let is_free = frame.code().data().localspluskinds[slot as usize].contains(LocalKind::FREE);
    if is_free {
        let message =
            format!("cannot access free variable '{text}' where it is not associated with a value in enclosing scope");
        return esc.name_error(&exc::NAME_ERROR, message, name);
    }
    let message = format!("cannot access local variable '{text}' where it is not associated with a value");
    esc.name_error(&exc::UNBOUND_LOCAL_ERROR, message, name)
}

/// What a cell holds, where reading it takes no call.
#[inline(always)]
pub(crate) fn cell_content(th: &Thread, fp: *mut Word, slot: u32) -> Option<Word> {
    // SAFETY: H1, as in `cell_in`.
    let place = unsafe { fp.add(slot as usize) };
    // SAFETY: as above.
    let cell: &Cell = unsafe { payload_in(place.read()) };
    cell.load_quick(th.id()).map(StackRef::into_word)
}

/// What a cell holds.
pub(crate) fn load_deref(esc: Esc<'_>, fp: *mut Word, slot: u32) -> PyResult {
    match cell_in(fp, slot).get(esc) {
        Some(value) => Ok(value),
        // SAFETY: H1.
        None => Err(raise_unbound_cell(esc, unsafe { Frame::of(fp) }, slot)),
    }
}

/// Stores into a cell.
pub(crate) fn store_deref(esc: Esc<'_>, fp: *mut Word, slot: u32, value: Value) {
    let _ = esc;
    drop(cell_in(fp, slot).set(Some(value)));
}

/// Empties a cell.
pub(crate) fn delete_deref(esc: Esc<'_>, fp: *mut Word, slot: u32) -> PyResult<()> {
    match cell_in(fp, slot).set(None) {
        Some(old) => {
            drop(old);
            Ok(())
        }
        // SAFETY: H1.
        None => Err(raise_unbound_cell(esc, unsafe { Frame::of(fp) }, slot)),
    }
}

/// Looks in a class namespace, then in a cell.
pub(crate) fn load_from_dict_or_deref(esc: Esc<'_>, fp: *mut Word, namespace: &Value, slot: u32) -> PyResult {
    // SAFETY: H1.
    let frame = unsafe { Frame::of(fp) };
    let name = frame.code().localsplus()[slot as usize].clone();
    match mapping_get(esc, namespace, &name)? {
        Some(value) => Ok(value),
        None => load_deref(esc, fp, slot),
    }
}

fn mapping_get(esc: Esc<'_>, mapping: &Value, name: &Value) -> PyResult<Option<Value>> {
    if let Some(dict) = mapping.exact::<Dict>() {
        return dict.get(esc, name);
    }
    match ops::get_item(esc, mapping, name) {
        Ok(value) => Ok(Some(value)),
        Err(raised) => raised.catch_if(esc, &exc::KEY_ERROR).map(|_| None),
    }
}

/// The function of a running frame.
#[inline(always)]
pub(crate) fn function_of(frame: &Frame) -> &Function {
    // SAFETY: a running frame has a function, which it keeps alive.
    unsafe { payload_in(frame.function.get()) }
}

/// The globals of a frame.
fn globals(frame: &Frame) -> &Dict {
    function_of(frame).globals()
}

/// The builtins of a frame.
fn builtins(frame: &Frame) -> &Dict {
    function_of(frame).builtins()
}

fn global_or_builtin(esc: Esc<'_>, frame: &Frame, name: &Value) -> PyResult {
    let hash = ops::name_hash(name);
    if let Some(value) = globals(frame).get_hashed(esc, name, hash)? {
        return Ok(value);
    }
    match builtins(frame).get_hashed(esc, name, hash)? {
        Some(value) => Ok(value),
        None => Err(not_defined(esc, name)),
    }
}

/// A global or builtin.
pub(crate) fn load_global(esc: Esc<'_>, frame: &Frame, index: u32) -> PyResult {
    global_or_builtin(esc, frame, name(frame, index))
}

/// A local of a class or module body, a global or a builtin.
pub(crate) fn load_name(esc: Esc<'_>, frame: &Frame, index: u32) -> PyResult {
    let name = name(frame, index);
    if let Some(locals) = value_of(frame.locals.get())
        && let Some(value) = mapping_get(esc, &locals, name)?
    {
        return Ok(value);
    }
    global_or_builtin(esc, frame, name)
}

/// A name of a class namespace, a global or a builtin.
pub(crate) fn load_from_dict_or_globals(esc: Esc<'_>, frame: &Frame, namespace: &Value, index: u32) -> PyResult {
    let name = name(frame, index);
    match mapping_get(esc, namespace, name)? {
        Some(value) => Ok(value),
        None => global_or_builtin(esc, frame, name),
    }
}

/// The namespace of the running class or module body.
pub(crate) fn locals_mapping(esc: Esc<'_>, frame: &Frame) -> PyResult {
    match value_of(frame.locals.get()) {
        Some(locals) => Ok(locals),
        None => Err(esc.system_error("no locals")),
    }
}

/// Binds a name in the running body.
pub(crate) fn store_name(esc: Esc<'_>, frame: &Frame, index: u32, value: &Value) -> PyResult<()> {
    let name = name(frame, index);
    let Some(locals) = value_of(frame.locals.get()) else {
        let text = ops::text_lossy(name);
        return Err(esc.system_error(format_args!("no locals found when storing {text}")));
    };
    match locals.exact::<Dict>() {
        Some(dict) => dict.set_hashed(esc, name, ops::name_hash(name), value.clone()),
        None => ops::set_item(esc, &locals, name, value),
    }
}

/// Unbinds a name in the running body.
pub(crate) fn delete_name(esc: Esc<'_>, frame: &Frame, index: u32) -> PyResult<()> {
    let name = name(frame, index);
    let Some(locals) = value_of(frame.locals.get()) else {
        let text = ops::text_lossy(name);
        return Err(esc.system_error(format_args!("no locals when deleting {text}")));
    };
    if let Some(dict) = locals.exact::<Dict>() {
        return match dict.remove(esc, name)? {
            Some(_) => Ok(()),
            None => Err(not_defined(esc, name)),
        };
    }
    match ops::delete_item(esc, &locals, name) {
        Err(raised) if raised.matches(esc, &exc::KEY_ERROR) => {
            drop(raised.catch(esc));
            Err(not_defined(esc, name))
        }
        other => other,
    }
}

/// Binds a global.
pub(crate) fn store_global(esc: Esc<'_>, frame: &Frame, index: u32, value: &Value) -> PyResult<()> {
    let name = name(frame, index);
    globals(frame).set_hashed(esc, name, ops::name_hash(name), value.clone())
}

/// Unbinds a global.
pub(crate) fn delete_global(esc: Esc<'_>, frame: &Frame, index: u32) -> PyResult<()> {
    let name = name(frame, index);
    match globals(frame).remove(esc, name)? {
        Some(_) => Ok(()),
        None => Err(not_defined(esc, name)),
    }
}

/// `__build_class__`
pub(crate) fn build_class(esc: Esc<'_>, frame: &Frame) -> PyResult {
    match builtins(frame).get(esc, names::build_class(esc))? {
        Some(found) => Ok(found),
        None => Err(esc.name_error(&exc::NAME_ERROR, "__build_class__ not found", names::build_class(esc))),
    }
}

/// Makes sure that the running body's namespace has `__annotations__`.
pub(crate) fn setup_annotations(esc: Esc<'_>, frame: &Frame) -> PyResult<()> {
    let locals = locals_mapping(esc, frame)?;
    let name = names::annotations(esc);
    if mapping_get(esc, &locals, name)?.is_some() {
        return Ok(());
    }
    let empty = interp_object::data::dict::new(esc).into_value();
    ops::set_item(esc, &locals, name, &empty)
}

/// One of the runtime's own constants, by CPython's number.
pub(crate) fn common_constant(esc: Esc<'_>, index: u32) -> PyResult {
    let builtin = |name| {
        // SAFETY: H3: the running frame.
        let frame = unsafe { Frame::of(esc.thread().frame.get()) };
        match builtins(frame).get(esc, &intern::intern(esc, name))? {
            Some(found) => Ok(found),
            None => Err(not_defined(esc, &intern::intern(esc, name))),
        }
    };
    match index {
        0 => Ok(exc::ASSERTION_ERROR.value()),
        1 => Ok(exc::NOT_IMPLEMENTED_ERROR.value()),
        2 => Ok(tuple::TUPLE.value()),
        3 => builtin("all"),
        4 => builtin("any"),
        5 => Ok(interp_object::data::list::LIST.value()),
        6 => Ok(interp_object::data::set::SET.value()),
        _ => Err(esc.system_error("unknown common constant")),
    }
}
