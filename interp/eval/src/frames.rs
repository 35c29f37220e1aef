//! What others may ask of running frames.

use interp_object::data::code::CodeObject;
use interp_object::data::dict::Dict;
use interp_object::data::frame::Frame;
use interp_object::data::function::Function;
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Esc, Value, Word};

/// A counted value for a header word that owns or borrows an object.
pub(crate) fn value_of(word: Word) -> Option<Value> {
    if word.is_null() {
        return None;
    }
    // SAFETY: the frame keeps the object alive; the view is not dropped, and cloning decides from the object.
    let view = std::mem::ManuallyDrop::new(unsafe { Value::from_word(word) });
    Some(Value::clone(&view))
}

/// Code and globals of a frame as handles.
pub(crate) fn code_and_globals(frame: &Frame) -> Option<(Obj<CodeObject>, Obj<Dict>)> {
    let function = value_of(frame.function.get())?;
    let function = function.payload::<Function>()?;
    let code = function.code();
    let globals = value_of(frame.globals())?.downcast::<Dict>().ok()?;
    Some((code, globals))
}

/// The running frame's globals, locals mapping (if it is no function's) and builtins: for `globals()`, `exec`, imports.
pub fn current_namespaces(esc: Esc<'_>) -> Option<(Obj<Dict>, Option<Value>, Obj<Dict>)> {
    let fp = esc.thread().frame.get();
    if fp.is_null() {
        return None;
    }
    // SAFETY: H3: the running frame.
    let frame = unsafe { Frame::of(fp) };
    let globals = value_of(frame.globals())?.downcast::<Dict>().ok()?;
    let builtins = value_of(frame.builtins())?.downcast::<Dict>().ok()?;
    Some((globals, value_of(frame.locals.get()), builtins))
}

/// The names and values of the running function's bound locals, cells resolved: for `locals()`.
pub fn current_locals(esc: Esc<'_>) -> Vec<(Value, Value)> {
    let fp = esc.thread().frame.get();
    if fp.is_null() {
        return Vec::new();
    }
    // SAFETY: H3: the running frame.
    unsafe { locals_at(esc, fp) }
}

/// The bound locals of a frame, cells resolved.
///
/// # Safety
/// `fp` is a frame of the chain of this thread, which could escape.
unsafe fn locals_at(esc: Esc<'_>, fp: *mut Word) -> Vec<(Value, Value)> {
    // SAFETY: forwarded.
    let frame = unsafe { Frame::of(fp) };
    let names = frame.code().localsplus();
    let mut out = Vec::with_capacity(names.len());
    for (slot, name) in names.iter().enumerate() {
        // SAFETY: inside the frame's locals.
        let place = unsafe { fp.add(slot) };
        // SAFETY: locals are always initialized.
        let Some(value) = value_of(unsafe { place.read() }) else { continue };
        let is_cell = frame.code().data().localspluskinds[slot]
            .intersects(interp_code::LocalKind::CELL.union(interp_code::LocalKind::FREE));
        let value = match value.payload::<interp_object::data::cell::Cell>() {
            Some(cell) if is_cell => cell.get(esc),
            _ => Some(value),
        };
        out.extend(value.map(|value| (name.clone(), value)));
    }
    out
}

/// A frame of the running thread as data, for `sys._getframe`.
pub struct RunningFrame {
    /// The code.
    pub code: Obj<CodeObject>,
    /// The globals.
    pub globals: Obj<Dict>,
    /// The namespace of a class or module body.
    pub namespace: Option<Value>,
    /// Bound locals of a function.
    pub variables: Vec<(Value, Value)>,
    /// The code unit of the instruction the frame stands at.
    pub unit: u32,
    /// Its line, or -1.
    pub line: i32,
}

/// The frames of this thread from number `skip` on, innermost first. Only the first `detailed` of these show variables.
pub fn running_frames(esc: Esc<'_>, skip: usize, detailed: usize) -> Vec<RunningFrame> {
    let mut out = Vec::new();
    let mut fp = esc.thread().frame.get();
    let mut number = 0;
    while !fp.is_null() {
        // SAFETY: H3: the chain of the running thread is exact at an escape.
        let frame = unsafe { Frame::of(fp) };
        if number >= skip
            && let Some((code, globals)) = code_and_globals(frame)
        {
            let word = frame.word_index();
            out.push(RunningFrame {
                unit: code.unit_of_word(word),
                line: code.line_of_word(word).map_or(-1, |line| line.cast_signed()),
                code,
                globals,
                namespace: value_of(frame.locals.get()),
                // SAFETY: as above.
                variables: if out.len() < detailed { unsafe { locals_at(esc, fp) } } else { Vec::new() },
            });
        }
        number += 1;
        fp = frame.previous.get();
    }
    out
}

/// The `__class__` cell and the first argument of the running function, for `super()` without arguments.
pub fn super_arguments(esc: Esc<'_>) -> Result<(Value, Value), &'static str> {
    let fp = esc.thread().frame.get();
    if fp.is_null() {
        return Err("super(): no current frame");
    }
    // SAFETY: H3.
    let frame = unsafe { Frame::of(fp) };
    let code = frame.code();
    if code.data().argcount == 0 {
        return Err("super(): no arguments");
    }
    // SAFETY: a function with arguments has a first local.
    let first = value_of(unsafe { fp.read() }).ok_or("super(): arg[0] deleted")?;
    let first = match first.payload::<interp_object::data::cell::Cell>() {
        Some(cell) if code.data().localspluskinds[0].contains(interp_code::LocalKind::CELL) => {
            cell.get(esc).ok_or("super(): arg[0] deleted")?
        }
        _ => first,
    };
    let slot = code
        .localsplus()
        .iter()
        .zip(&code.data().localspluskinds)
        .position(|(name, kind)| {
            kind.contains(interp_code::LocalKind::FREE) && interp_object::ops::text_lossy(name) == "__class__"
        })
        .ok_or("super(): __class__ cell not found")?;
    // SAFETY: inside the frame's locals.
    let place = unsafe { fp.add(slot) };
    // SAFETY: as above.
    let cell = value_of(unsafe { place.read() }).ok_or("super(): bad __class__ cell")?;
    let cell = cell.payload::<interp_object::data::cell::Cell>().ok_or("super(): bad __class__ cell")?;
    let class = cell.get(esc).ok_or("super(): empty __class__ cell")?;
    Ok((class, first))
}
