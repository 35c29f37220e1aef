//! `traceback`, and the frames it shows.

use interp_object::builder::TypeBuilder;
use interp_object::data::code::CodeObject;
use interp_object::data::dict::Dict;
use interp_object::data::traceback::{self, TRACEBACK, Traceback};
use interp_object::data::types::OBJECT;
use interp_object::data::{dict, int, list, singletons, str};
use interp_object::intern::intern;
use interp_object::layout::{self, Obj, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, Word, ops};

use crate::object::address;

/// A frame as data: what a traceback remembers of it. Locals are gone when a frame was left.
pub(crate) struct FrameView {
    code: Obj<CodeObject>,
    globals: Obj<Dict>,
    locals: Option<Value>,
    back: Option<Value>,
    unit: u32,
    line: i32,
}

impl Payload for FrameView {
    const NAME: &'static str = "frame";
    fn class() -> &'static TypeObject {
        &FRAME
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.code.value().word());
        visit(self.globals.value().word());
        for value in self.locals.iter().chain(&self.back) {
            visit(value.word());
        }
    }
}

/// The type `frame`.
pub static FRAME: TypeObject = TypeObject::builtin::<FrameView>("frame", Some(&OBJECT), TypeFlags::NO_NEW);

/// A frame object from what is known of a frame.
pub fn new_frame(
    esc: Esc<'_>,
    code: Obj<CodeObject>,
    globals: Obj<Dict>,
    locals: Option<Value>,
    back: Option<Value>,
    unit: u32,
    line: i32,
) -> Value {
    layout::new(esc, FrameView { code, globals, locals, back, unit, line }).into_value()
}

static FRAME_GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("f_code", |esc, this| Ok(frame(esc, this)?.code.value().clone()), ""),
    GetSetDef::readonly("f_globals", |esc, this| Ok(frame(esc, this)?.globals.value().clone()), ""),
    GetSetDef::readonly("f_builtins", frame_builtins, ""),
    GetSetDef::readonly("f_locals", frame_locals, ""),
    GetSetDef::readonly("f_back", |esc, this| Ok(frame(esc, this)?.back.clone().unwrap_or_else(singletons::none)), ""),
    GetSetDef::readonly("f_lineno", |esc, this| Ok(line_value(esc, frame(esc, this)?.line)), ""),
    GetSetDef::readonly("f_lasti", |esc, this| Ok(int::new(esc, i64::from(frame(esc, this)?.unit) * 2)), ""),
    GetSetDef::new("f_trace", |_, _| Ok(singletons::none()), |_, _, _| Ok(()), ""),
    GetSetDef::new("f_trace_lines", |_, _| Ok(singletons::true_()), |_, _, _| Ok(()), ""),
    GetSetDef::new("f_trace_opcodes", |_, _| Ok(singletons::false_()), |_, _, _| Ok(()), ""),
];

static FRAME_METHODS: &[MethodDef] = &[MethodDef::new(
    "clear",
    NativeFn::NoArgs(|_, _| Ok(singletons::none())),
    "Clear all references held by the frame.",
)];

static GETSETS: &[GetSetDef] = &[
    GetSetDef::new("tb_next", get_next, set_next, ""),
    GetSetDef::readonly("tb_frame", get_frame, ""),
    GetSetDef::readonly("tb_lasti", |esc, this| Ok(int::new(esc, i64::from(payload(esc, this)?.unit) * 2)), ""),
    GetSetDef::readonly("tb_lineno", |esc, this| Ok(line_value(esc, payload(esc, this)?.line)), ""),
];

static METHODS: &[MethodDef] = &[MethodDef::new("__dir__", NativeFn::NoArgs(dir), "")];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &TRACEBACK)
        .slots(|slots| slots.new.set(Some(new)))
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("Create a new traceback object.");
    TypeBuilder::new(esc, &FRAME)
        .slots(|slots| slots.repr.set(Some(frame_repr)))
        .getsets(FRAME_GETSETS)
        .methods(FRAME_METHODS);
}

fn payload<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Traceback> {
    match this.payload::<Traceback>() {
        Some(traceback) => Ok(traceback),
        None => Err(esc.type_error("a traceback was expected")),
    }
}

fn frame<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a FrameView> {
    match this.payload::<FrameView>() {
        Some(frame) => Ok(frame),
        None => Err(esc.type_error("a frame was expected")),
    }
}

fn line_value(esc: Esc<'_>, line: i32) -> Value {
    if line < 0 { singletons::none() } else { int::new(esc, i64::from(line)) }
}

/// `TracebackType(tb_next, tb_frame, tb_lasti, tb_lineno)`
fn new(esc: Esc<'_>, _class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: interp_object::args::Signature<4> =
        interp_object::args::Signature::new("TracebackType", ["tb_next", "tb_frame", "tb_lasti", "tb_lineno"], 4);
    let [Some(next), Some(frame), Some(lasti), Some(line)] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.type_error("TracebackType() takes 4 arguments"));
    };
    if !next.is_none() && next.payload::<Traceback>().is_none() {
        let given = next.class().name();
        return Err(esc.type_error(format_args!("expected traceback object or None, got '{given}'")));
    }
    let Some(view) = frame.payload::<FrameView>() else {
        let given = frame.class().name();
        return Err(esc.type_error(format_args!("TracebackType() argument 'tb_frame' must be frame, not {given}")));
    };
    let unit = ops::index_i64(esc, lasti)? / 2;
    let line = ops::index_i64(esc, line)?;
    let next = Some(next.clone()).filter(|next| !next.is_none());
    let unit = u32::try_from(unit).unwrap_or(0);
    let line = i32::try_from(line).unwrap_or(-1);
    Ok(traceback::new(esc, next, view.code.clone(), view.globals.clone(), unit, line).into_value())
}

fn get_next(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = payload(esc, this)?;
    Ok(payload.next.get(esc, payload).unwrap_or_else(singletons::none))
}

fn set_next(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let own = payload(esc, this)?;
    let Some(value) = value else { return Err(esc.type_error("can't delete tb_next attribute")) };
    if value.is_none() {
        drop(own.next.set(own, None));
        return Ok(());
    }
    if value.payload::<Traceback>().is_none() {
        let given = value.class().name();
        return Err(esc.type_error(format_args!("expected traceback object, got '{given}'")));
    }
    let mut at = Some(value.clone());
    while let Some(entry) = at {
        if entry.is(this) {
            return Err(esc.value_error("traceback loop detected"));
        }
        let entry = payload(esc, &entry)?;
        at = entry.next.get(esc, entry);
    }
    drop(own.next.set(own, Some(value.clone())));
    Ok(())
}

fn get_frame(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = payload(esc, this)?;
    Ok(new_frame(esc, payload.code().clone(), payload.globals().clone(), None, None, payload.unit, payload.line))
}

fn dir(esc: Esc<'_>, _this: &Value) -> PyResult {
    let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"].map(|name| intern(esc, name));
    Ok(list::new(esc, names).into_value())
}

fn frame_locals(esc: Esc<'_>, this: &Value) -> PyResult {
    let frame = frame(esc, this)?;
    match &frame.locals {
        Some(locals) => Ok(locals.clone()),
        None if ops::text_lossy(frame.code.name()) == "<module>" => Ok(frame.globals.value().clone()),
        None => Ok(dict::new(esc).into_value()),
    }
}

fn frame_builtins(esc: Esc<'_>, this: &Value) -> PyResult {
    let frame = frame(esc, this)?;
    Ok(crate::function::builtins_of(esc, &frame.globals).into_value())
}

fn frame_repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let frame = frame(esc, this)?;
    let text = format!(
        "<frame at {:#x}, file {}, line {}, code {}>",
        address(this),
        ops::repr_lossy(esc, frame.code.filename()),
        frame.line,
        ops::text_lossy(frame.code.name())
    );
    Ok(str::new(esc, &text).into_value())
}
