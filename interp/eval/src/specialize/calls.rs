//! `CALL` and `CALL_KW`: facts, guards, and the ways into what is called.
//!
//! A block is callable, `self` or NULL, arguments, from slot `base` on. Guards look at it and change nothing. Ways that
//! enter a frame take the block over; native ways leave it to be closed by the instruction.

use std::num::NonZeroU32;

use interp_object::args::Args;
use interp_object::data::code::CodeObject;
use interp_object::data::descr::BoundMethod;
use interp_object::data::frame::{OnReturn, payload_in};
use interp_object::data::function::Function;
use interp_object::data::list::{HeldEnd, LIST, List};
use interp_object::data::str::{STR, Str};
use interp_object::data::tuple::{TUPLE, Tuple};
use interp_object::data::types::{OBJECT, Plain, TYPE};
use interp_object::data::{int, singletons};
use interp_object::intern::names;
use interp_object::layout::{self, ValueExt, class_of};
use interp_object::native::{
    METHOD_DESCRIPTOR, MethodDef, MethodDescriptor, NATIVE_FUNCTION, NativeFn, NativeFunction,
};
use interp_object::typeobj::{self, TypeBody, TypeFlags};
use interp_object::{Esc, PyResult, Thread, TypeObject, Value, Word, ops};
use interp_opcode::Instr;
use specializer::cache::{self, Kind};
use specializer::decide::call::{self, Callee, Convention, Form, KeywordForm, WellKnown, WellKnownType};
use specializer::decide::load_attr::Form as Load;
use specializer::decide::{Planned, Version};
use stackref::StackRef;

use super::attrs::may_hold;
use super::containers::exact;
use super::{Held, begin, fast, held};
use crate::call::bind::bind_frame;
use crate::call::{Return, clear_block, close_word, enter_frame, is_simple, push_frame};
use crate::dispatch::{Cell, cell_at};
use crate::flow::Flow;

const fn entry(form: Form) -> Kind {
    Kind::entry(form as u8)
}

const fn record(form: Form) -> Kind {
    Kind::record(form as u8)
}

/// The words of a block.
#[derive(Clone, Copy)]
struct Block {
    start: *mut Word,
    argc: usize,
}

impl Block {
    #[inline(always)]
    fn new(fp: *mut Word, base: usize, argc: usize) -> Self {
        // SAFETY: H1: the block is part of the frame.
        Block { start: unsafe { fp.add(base) }, argc }
    }

    #[inline(always)]
    fn word(self, index: usize) -> Word {
        debug_assert!(index < self.argc + 2);
        // SAFETY: inside the block.
        let place = unsafe { self.start.add(index) };
        // SAFETY: as above; its slots were written by the instructions before.
        unsafe { place.read() }
    }

    #[inline(always)]
    fn skip(self) -> usize {
        usize::from(self.word(1).is_null())
    }

    /// Arguments, with `self`.
    #[inline(always)]
    fn given(self) -> usize {
        self.argc + 1 - self.skip()
    }

    #[inline(always)]
    fn callable<'a>(self) -> &'a Value {
        // SAFETY: one representation; a callable is a value, which its slot keeps while the instruction runs.
        unsafe { &*self.start.cast::<Value>() }
    }

    /// The arguments, with `self` in front.
    #[inline(always)]
    fn args<'a>(self) -> &'a [Value] {
        // SAFETY: inside the block.
        let first = unsafe { self.start.add(1 + self.skip()) };
        // SAFETY: one representation; the slots hold values and keep them while the instruction runs.
        unsafe { std::slice::from_raw_parts(first.cast::<Value>(), self.given()) }
    }

    /// Moves the arguments to the locals from `to` on.
    #[inline(always)]
    fn move_args(self, to: *mut Word) {
        let first = 1 + self.skip();
        for index in 0..self.given() {
            // SAFETY: the callee's frame has a local for each argument (the guards compared the numbers).
            let place = unsafe { to.add(index) };
            // SAFETY: as above.
            unsafe { place.write(self.word(first + index)) };
        }
    }
}

fn code_of<'a>(function: &Function) -> &'a CodeObject {
    // SAFETY: a function's code is deferred: it outlives a frame that is entered through the function.
    unsafe { payload_in(function.code_word()) }
}

/// A function whose version is the cached one.
#[inline(always)]
fn guarded<'a>(function: Word, cache: u64, form: Kind) -> Option<&'a Function> {
    let function: &Function = exact(function)?;
    cache::Word::from_bits(cache).index_for(form, function.version())?;
    Some(function)
}

/// `CALL_PY_EXACT_ARGS`: the function's frame, entered.
#[inline(always)]
pub(crate) fn enter_exact(
    th: &Thread,
    fp: *mut Word,
    base: usize,
    argc: usize,
    ret: Return,
    cache: u64,
) -> Option<Flow> {
    let block = Block::new(fp, base, argc);
    let function = guarded(block.word(0), cache, entry(Form::PyExactArgs))?;
    let code = code_of(function);
    // The version says that only the number is to be compared: `self` may be there or not.
    if code.data().argcount as usize != block.given() {
        return None;
    }
    let callee = push_frame(th, block.word(0), function, code, block.given())?;
    block.move_args(callee);
    Some(enter_frame(th, callee, ret))
}

/// `CALL_BOUND_METHOD_EXACT_ARGS`: the frame of the method's function, entered. The bound method is left to be closed.
#[inline(always)]
pub(crate) fn enter_bound(
    th: &Thread,
    fp: *mut Word,
    base: usize,
    argc: usize,
    ret: Return,
    cache: u64,
) -> Option<Flow> {
    let block = Block::new(fp, base, argc);
    let method: &BoundMethod = exact(block.word(0))?;
    let function = guarded(method.function.word(), cache, entry(Form::BoundExactArgs))?;
    let code = code_of(function);
    if !block.word(1).is_null() || code.data().argcount as usize != argc + 1 || th.recursion_remaining.get() == 0 {
        return None;
    }
    let word = StackRef::new(&method.function, th.id()).into_word();
    let callee =
        push_frame(th, word, function, code, argc + 1).expect("code that has a version runs, and calls may nest");
    // SAFETY: the callee's first local.
    unsafe { callee.write(StackRef::new(&method.receiver, th.id()).into_word()) };
    // SAFETY: the callee has a local for each argument.
    block.move_args(unsafe { callee.add(1) });
    Some(enter_frame(th, callee, ret))
}

/// `CALL_ALLOC_AND_ENTER_INIT`: what is known of the class's initializer.
#[inline(always)]
pub(crate) fn initializer(th: &Thread, callable: Word, this: Word, argc: usize, cache: u64) -> Option<Held> {
    let known = held(cache, record(Form::AllocAndEnterInit))?;
    if !callable.is_ptr() || !std::ptr::eq(class_of(callable), &raw const TYPE) || !this.is_null() {
        return None;
    }
    // SAFETY: the type of a type is `type`.
    let class: &TypeBody = unsafe { payload_in(callable) };
    if class.version() != known.version || class.has(TypeFlags::ABSTRACT) || th.recursion_remaining.get() == 0 {
        return None;
    }
    // SAFETY: the version says that the class's `__init__` is this function.
    let function: &Function = unsafe { payload_in(known.value) };
    let fits = function.version() == known.function_version && code_of(function).data().argcount as usize == argc + 1;
    (fits && code_of(function).made_executable().is_some()).then_some(*known)
}

/// Makes the instance, puts it where the result goes, and enters `__init__`.
pub(crate) fn enter_init(esc: Esc<'_>, fp: *mut Word, init: Held, argc: usize, ret: Return) -> Flow {
    let th = esc.thread();
    let block = Block::new(fp, ret.slot, argc);
    let class = TypeObject::from_value(block.callable()).expect("the guard found a class");
    let instance = layout::new_with_type(esc, class, Plain {}).into_value();
    // SAFETY: as in `initializer`.
    let function: &Function = unsafe { payload_in(init.value) };
    let callee = push_frame(th, init.value, function, code_of(function), argc + 1).expect("the guard asked");
    // SAFETY: the callee's first local.
    unsafe { callee.write(StackRef::new(&instance, th.id()).into_word()) };
    // SAFETY: the callee has a local for each argument.
    block.move_args(unsafe { callee.add(1) });
    // SAFETY: the block's first slot, where the result goes.
    let class = unsafe { block.start.replace(instance.into_word()) };
    let flow = enter_frame(th, callee, Return { how: OnReturn::Init, ..ret });
    // The instance keeps its class.
    close_word(th, class);
    flow
}

/// `CALL_PY_GENERAL`: whether the callable is the cached function.
#[inline(always)]
pub(crate) fn is_function(callable: Word, cache: u64) -> bool {
    guarded(callable, cache, entry(Form::PyGeneral)).is_some()
}

/// `CALL_KW_PY`: whether the callable is the cached function.
#[inline(always)]
pub(crate) fn is_keyword_function(callable: Word, cache: u64) -> bool {
    guarded(callable, cache, Kind::entry(KeywordForm::Py as u8)).is_some()
}

/// Arranges the arguments and enters the function's frame.
pub(crate) fn enter_general(esc: Esc<'_>, fp: *mut Word, base: usize, argc: usize, ret: Return) -> PyResult<Flow> {
    let th = esc.thread();
    let block = Block::new(fp, base, argc);
    let function: &Function = exact(block.word(0)).expect("the guard found a function");
    if let Some(callee) = with_defaults(esc, block, function) {
        return Ok(enter_frame(th, callee, ret));
    }
    let callee = bind_frame(esc, block.callable(), function, Args::positional(block.args()))?;
    clear_block(th, fp, base, argc + 2);
    Ok(enter_frame(th, callee, ret))
}

/// A frame whose last parameters take their defaults, if that is all there is to arrange. Takes the block over.
fn with_defaults(esc: Esc<'_>, block: Block, function: &Function) -> Option<*mut Word> {
    let code = function.code(esc);
    let (given, wanted) = (block.given(), code.data().argcount as usize);
    if given >= wanted || !is_simple(&code, wanted) {
        return None;
    }
    let defaults = function.defaults(esc)?;
    let defaults = defaults.exact::<Tuple>()?.as_slice();
    let start = defaults.len().checked_sub(wanted - given)?;
    let callee = push_frame(esc.thread(), block.word(0), function, &code, given)?;
    block.move_args(callee);
    for (local, value) in (given..wanted).zip(&defaults[start..]) {
        // SAFETY: the frame has a local for each parameter.
        let place = unsafe { callee.add(local) };
        // SAFETY: as above; the local holds NULL.
        unsafe { place.write(value.clone().into_word()) };
    }
    Some(callee)
}

/// Arranges the arguments of a call with keywords and enters the function's frame.
pub(crate) fn enter_keywords(
    esc: Esc<'_>,
    fp: *mut Word,
    base: usize,
    argc: usize,
    names: &Value,
    ret: Return,
) -> PyResult<Flow> {
    let th = esc.thread();
    let block = Block::new(fp, base, argc);
    let function: &Function = exact(block.word(0)).expect("the guard found a function");
    let Some(names) = names.as_obj::<Tuple>() else {
        return Err(esc.system_error("keyword names are a tuple"));
    };
    let callee = bind_frame(esc, block.callable(), function, Args::with_names(block.args(), Some(names)))?;
    // The names lie on top.
    clear_block(th, fp, base, argc + 3);
    Ok(enter_frame(th, callee, ret))
}

/// A property's getter that may be entered.
#[derive(Clone, Copy)]
pub(crate) struct Getter {
    function: Word,
}

/// `LOAD_ATTR_PROPERTY`
#[inline(always)]
pub(crate) fn getter(th: &Thread, owner: Word, cache: u64) -> Option<Getter> {
    let known = held(cache, fast::record(Load::Property))?;
    if class_of(owner).version() != known.version || th.recursion_remaining.get() == 0 {
        return None;
    }
    // SAFETY: the version says that the type's property still has this getter.
    let function: &Function = unsafe { payload_in(known.value) };
    let fits = function.version() == known.function_version && code_of(function).made_executable().is_some();
    fits.then_some(Getter { function: known.value })
}

/// Enters a getter with its receiver.
#[inline(always)]
pub(crate) fn enter_getter(th: &Thread, getter: Getter, receiver: Word, ret: Return) -> Flow {
    // SAFETY: as in `getter`.
    let function: &Function = unsafe { payload_in(getter.function) };
    let callee = push_frame(th, getter.function, function, code_of(function), 1).expect("the guard asked");
    // SAFETY: the callee's first local.
    unsafe { callee.write(receiver) };
    enter_frame(th, callee, ret)
}

/// Where the result of a `LOAD_ATTR` at `ip` goes: its destination is field b, and a temporary.
#[inline(always)]
pub(crate) fn attr_return(ip: *const Cell, next: *const Cell) -> Return {
    Return::store(next, usize::from((cell_at(ip) >> 32) as u16))
}

#[inline(always)]
fn native_of<'a>(callable: Word) -> Option<&'a NativeFunction> {
    if !callable.is_ptr() || !std::ptr::eq(class_of(callable), &raw const NATIVE_FUNCTION) {
        return None;
    }
    // SAFETY: the type was compared; the slot keeps the function.
    Some(unsafe { payload_in(callable) })
}

/// `CALL_BUILTIN_O`
#[inline(always)]
pub(crate) fn is_native_one(callable: Word, this: Word, argc: usize) -> bool {
    argc + usize::from(!this.is_null()) == 1
        && native_of(callable).is_some_and(|native| matches!(native.def().function, NativeFn::One(_)))
}

/// `CALL_BUILTIN_FAST`
#[inline(always)]
pub(crate) fn is_native_array(callable: Word) -> bool {
    native_of(callable).is_some_and(|native| matches!(native.def().function, NativeFn::Positional(_)))
}

/// `CALL_BUILTIN_FAST_WITH_KEYWORDS`
#[inline(always)]
pub(crate) fn is_native_full(callable: Word) -> bool {
    native_of(callable).is_some_and(|native| matches!(native.def().function, NativeFn::Full(_)))
}

/// Calls a builtin function.
pub(crate) fn native(esc: Esc<'_>, fp: *mut Word, base: usize, argc: usize) -> PyResult {
    let block = Block::new(fp, base, argc);
    esc.check_native_stack()?;
    match native_of(block.word(0)) {
        Some(native) => run(esc, native.def(), native.receiver(), block.args()),
        None => ops_call(esc, block),
    }
}

#[inline]
fn run(esc: Esc<'_>, def: &'static MethodDef, receiver: &Value, args: &[Value]) -> PyResult {
    match (def.function, args) {
        (NativeFn::One(function), [argument]) => function(esc, receiver, argument),
        (NativeFn::NoArgs(function), []) => function(esc, receiver),
        (NativeFn::Positional(function), args) => function(esc, receiver, args),
        _ => def.call(esc, receiver, Args::positional(args)),
    }
}

fn ops_call(esc: Esc<'_>, block: Block) -> PyResult {
    interp_object::call::call(esc, block.callable(), block.args())
}

/// Calls anything but a function.
pub(crate) fn any(esc: Esc<'_>, fp: *mut Word, base: usize, argc: usize) -> PyResult {
    ops_call(esc, Block::new(fp, base, argc))
}

#[inline(always)]
fn method_of<'a>(callable: Word) -> Option<&'a MethodDescriptor> {
    if !callable.is_ptr() || !std::ptr::eq(class_of(callable), &raw const METHOD_DESCRIPTOR) {
        return None;
    }
    // SAFETY: the type was compared; the slot keeps the descriptor.
    Some(unsafe { payload_in(callable) })
}

/// A method descriptor with a receiver it is for, and the number of further arguments.
#[inline(always)]
fn fitting(fp: *mut Word, base: usize, argc: usize) -> Option<(&'static MethodDef, usize)> {
    let block = Block::new(fp, base, argc);
    let method = method_of(block.word(0))?;
    let rest = block.given().checked_sub(1)?;
    let class = class_of(block.word(1 + block.skip()));
    let owner = method.owner();
    (std::ptr::eq(class, &raw const *owner) || class.is_subtype(&owner)).then_some((method.def(), rest))
}

/// `CALL_METHOD_DESCRIPTOR_O`
#[inline(always)]
pub(crate) fn is_method_one(fp: *mut Word, base: usize, argc: usize) -> bool {
    matches!(fitting(fp, base, argc), Some((MethodDef { function: NativeFn::One(_), .. }, 1)))
}

/// `CALL_METHOD_DESCRIPTOR_NOARGS`
#[inline(always)]
pub(crate) fn is_method_none(fp: *mut Word, base: usize, argc: usize) -> bool {
    matches!(fitting(fp, base, argc), Some((MethodDef { function: NativeFn::NoArgs(_), .. }, 0)))
}

/// `CALL_METHOD_DESCRIPTOR_FAST`
#[inline(always)]
pub(crate) fn is_method_array(fp: *mut Word, base: usize, argc: usize) -> bool {
    matches!(fitting(fp, base, argc), Some((MethodDef { function: NativeFn::Positional(_), .. }, _)))
}

/// `CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS`
#[inline(always)]
pub(crate) fn is_method_full(fp: *mut Word, base: usize, argc: usize) -> bool {
    matches!(fitting(fp, base, argc), Some((MethodDef { function: NativeFn::Full(_), .. }, _)))
}

/// Calls a method descriptor whose receiver was checked.
pub(crate) fn method(esc: Esc<'_>, fp: *mut Word, base: usize, argc: usize) -> PyResult {
    let block = Block::new(fp, base, argc);
    esc.check_native_stack()?;
    match (method_of(block.word(0)), block.args()) {
        (Some(method), [receiver, args @ ..]) => run(esc, method.def(), receiver, args),
        _ => ops_call(esc, block),
    }
}

/// Whether the callable is the native function that a record names.
#[inline(always)]
fn is_known(def: Option<&'static MethodDef>, cache: u64, form: Form) -> bool {
    let (Some(def), Some(known)) = (def, held(cache, record(form))) else { return false };
    known.def.is_some_and(|known| std::ptr::eq(known, def))
}

/// `CALL_LEN`
#[inline(always)]
pub(crate) fn is_len(callable: Word, this: Word, argc: usize, cache: u64) -> bool {
    this.is_null() && argc == 1 && is_known(native_of(callable).map(NativeFunction::def), cache, Form::Len)
}

/// `len(x)` of the block's argument.
pub(crate) fn len(esc: Esc<'_>, fp: *mut Word, base: usize) -> PyResult {
    let [value] = Block::new(fp, base, 1).args() else { return Err(esc.system_error("one argument was checked")) };
    let length = if let Some(list) = value.exact::<List>() {
        list.len()
    } else if let Some(tuple) = value.exact::<Tuple>() {
        tuple.len()
    } else if let Some(text) = value.exact::<Str>() {
        text.len()
    } else {
        ops::len(esc, value)?
    };
    Ok(int::from_usize(esc, length))
}

/// `CALL_ISINSTANCE`
#[inline(always)]
pub(crate) fn is_isinstance(callable: Word, this: Word, argc: usize, cache: u64) -> bool {
    this.is_null() && argc == 2 && is_known(native_of(callable).map(NativeFunction::def), cache, Form::IsInstance)
}

/// `isinstance(x, t)` of the block's arguments.
pub(crate) fn isinstance(esc: Esc<'_>, fp: *mut Word, base: usize) -> PyResult {
    let block = Block::new(fp, base, 2);
    let [value, class] = block.args() else { return Err(esc.system_error("two arguments were checked")) };
    if std::ptr::eq(class.class(), &raw const TYPE)
        && let Some(class) = TypeObject::from_value(class)
        && value.class().is_subtype(class)
    {
        return Ok(singletons::bool(true));
    }
    ops_call(esc, block)
}

/// `CALL_LIST_APPEND`: the place behind the list's last item, locked.
#[inline(always)]
pub(crate) fn append_end<'a>(callable: Word, this: Word, argc: usize, cache: u64) -> Option<HeldEnd<'a>> {
    if argc != 1 || !is_known(method_of(callable).map(MethodDescriptor::def), cache, Form::ListAppend) {
        return None;
    }
    exact::<List>(this)?.try_hold_end()
}

/// Appends a word that moves into the list.
#[inline(always)]
pub(crate) fn append(th: &Thread, end: HeldEnd<'_>, item: Word) {
    // SAFETY: the block's slot gave the word up.
    end.push(unsafe { StackRef::from_word(item) }.into_value(th.id()));
}

#[inline(always)]
fn is_one_of(callable: Word, this: Word, argc: usize, class: &'static TypeObject) -> bool {
    this.is_null() && argc == 1 && callable.header() == Some(std::ptr::NonNull::from(class).cast())
}

/// `CALL_TYPE_1`
#[inline(always)]
pub(crate) fn is_type_1(callable: Word, this: Word, argc: usize) -> bool {
    is_one_of(callable, this, argc, &TYPE)
}

/// `type(x)` of the block's argument.
pub(crate) fn type_of(esc: Esc<'_>, fp: *mut Word, base: usize) -> PyResult {
    match Block::new(fp, base, 1).args() {
        [value] => Ok(value.class().value()),
        _ => Err(esc.system_error("one argument was checked")),
    }
}

/// `CALL_STR_1`
#[inline(always)]
pub(crate) fn is_str_1(callable: Word, this: Word, argc: usize) -> bool {
    is_one_of(callable, this, argc, &STR)
}

/// `str(x)` of the block's argument.
pub(crate) fn str_of(esc: Esc<'_>, fp: *mut Word, base: usize) -> PyResult {
    let block = Block::new(fp, base, 1);
    match block.args() {
        [text] if text.exact::<Str>().is_some() => Ok(text.clone()),
        _ => ops_call(esc, block),
    }
}

/// `CALL_BUILTIN_CLASS`: a type that is made natively.
#[inline(always)]
pub(crate) fn is_native_class(callable: Word) -> bool {
    if !callable.is_ptr() || !std::ptr::eq(class_of(callable), &raw const TYPE) {
        return false;
    }
    // SAFETY: the type of a type is `type`.
    let class: &TypeBody = unsafe { payload_in(callable) };
    !class.is_heap()
}

/// `CALL_NON_PY_GENERAL`: neither a function nor a bound method.
#[inline(always)]
pub(crate) fn is_no_function(callable: Word) -> bool {
    exact::<Function>(callable).is_none() && exact::<BoundMethod>(callable).is_none()
}

/// What is called, as facts.
struct Seen {
    callee: Callee,
    args: usize,
    /// What the record of a form needs, if it has one.
    known: Held,
}

impl call::Facts for Seen {
    fn callee(&self) -> Callee {
        self.callee
    }
    fn args(&self) -> usize {
        self.args
    }
}

fn function_facts(function: &Function, given: usize) -> call::Function {
    let version: Version = NonZeroU32::new(function.version()).filter(|version| version.get() > 1);
    call::Function { version, exact: is_simple(code_of(function), given), plain: true }
}

fn convention(def: &MethodDef) -> Convention {
    match def.function {
        NativeFn::NoArgs(_) => Convention::NoArgs,
        NativeFn::One(_) => Convention::One,
        NativeFn::Positional(_) => Convention::Array,
        NativeFn::Full(_) => Convention::ArrayWithKeywords,
    }
}

fn is_builtin(native: &NativeFunction, name: &str) -> bool {
    native.def().name == name && native.module().exact::<Str>().is_some_and(|module| module.eq_str("builtins"))
}

fn look_at_class(esc: Esc<'_>, callable: &Value, class: &TypeObject, given: usize, known: &mut Held) -> Callee {
    if !std::ptr::eq(callable.class(), &raw const TYPE) {
        return Callee::Other;
    }
    for (builtin, kind) in [(&TYPE, WellKnownType::Type), (&STR, WellKnownType::Text), (&TUPLE, WellKnownType::Tuple)] {
        if std::ptr::eq(class, builtin) {
            return Callee::WellKnownType(kind);
        }
    }
    if !class.is_heap() {
        return Callee::NativeType;
    }
    let (found, version) = typeobj::lookup_with_version(esc, class, names::init(esc));
    let plain = class.slots.new.same(&OBJECT.slots.new) && class.layout().is::<Plain>();
    let Some(function) = found.as_ref().and_then(|found| found.exact::<Function>()).filter(|_| plain) else {
        return Callee::Other;
    };
    let word = found.as_ref().map_or(Word::NULL, |found| found.word().to_uncounted());
    if !is_simple(code_of(function), given + 1) || function.version() <= 1 || !may_hold(word) {
        return Callee::OddType;
    }
    *known = Held { version, value: word, function_version: function.version(), ..*known };
    Callee::PlainType(NonZeroU32::new(version))
}

fn look(esc: Esc<'_>, block: Block) -> Seen {
    let callable = block.callable();
    let args = block.given();
    let mut known = Held { version: 0, second: 0, value: Word::NULL, function_version: 0, def: None };
    let mut receiver = 0;
    let callee = if let Some(function) = callable.exact::<Function>() {
        Callee::Function(function_facts(function, args))
    } else if let Some(bound) = callable.exact::<BoundMethod>() {
        match bound.function.exact::<Function>() {
            Some(function) => Callee::BoundMethod(function_facts(function, args + 1)),
            None => Callee::Other,
        }
    } else if let Some(native) = native_of(callable.word()) {
        known.def = Some(native.def());
        let well_known = [("len", WellKnown::Len, 1), ("isinstance", WellKnown::IsInstance, 2)]
            .into_iter()
            .find(|(name, _, count)| *count == block.argc && block.skip() == 1 && is_builtin(native, name));
        match well_known {
            Some((_, kind, _)) => Callee::WellKnown(kind),
            None => Callee::Native(convention(native.def())),
        }
    } else if let Some(method) = method_of(callable.word()) {
        known.def = Some(method.def());
        receiver = 1;
        let this = block.word(1);
        let is_append = method.def().name == "append" && std::ptr::eq(&raw const *method.owner(), &raw const LIST);
        if is_append && block.argc == 1 && exact::<List>(this).is_some() {
            Callee::WellKnown(WellKnown::ListAppend)
        } else if args == 0 {
            Callee::Other
        } else {
            Callee::NativeMethod(convention(method.def()))
        }
    } else if let Some(class) = TypeObject::from_value(callable) {
        look_at_class(esc, callable, class, args, &mut known)
    } else {
        Callee::Other
    };
    Seen { callee, args: args.saturating_sub(receiver), known }
}

fn instr_of(form: Form) -> Option<Instr> {
    Some(match form {
        Form::PyExactArgs => Instr::CallPyExactArgs,
        Form::PyGeneral => Instr::CallPyGeneral,
        Form::BoundExactArgs => Instr::CallBoundMethodExactArgs,
        Form::AllocAndEnterInit => Instr::CallAllocAndEnterInit,
        Form::Type1 => Instr::CallType1,
        Form::Text1 => Instr::CallStr1,
        Form::BuiltinClass | Form::Tuple1 => Instr::CallBuiltinClass,
        Form::BuiltinOne => Instr::CallBuiltinO,
        Form::BuiltinArray => Instr::CallBuiltinFast,
        Form::BuiltinArrayWithKeywords => Instr::CallBuiltinFastWithKeywords,
        Form::Len => Instr::CallLen,
        Form::IsInstance => Instr::CallIsinstance,
        Form::ListAppend => Instr::CallListAppend,
        Form::MethodNoArgs => Instr::CallMethodDescriptorNoargs,
        Form::MethodOne => Instr::CallMethodDescriptorO,
        Form::MethodArray => Instr::CallMethodDescriptorFast,
        Form::MethodArrayWithKeywords => Instr::CallMethodDescriptorFastWithKeywords,
        Form::NonPyGeneral => Instr::CallNonPyGeneral,
        Form::BoundGeneral => return None,
    })
}

/// An attempt at `CALL`; whether a form was installed.
#[cold]
pub(crate) fn attempt(esc: Esc<'_>, ip: *const Cell, fp: *mut Word, base: usize, argc: usize) -> bool {
    let Some(attempt) = begin(esc, ip) else { return false };
    let seen = look(esc, Block::new(fp, base, argc));
    let Ok(plan) = call::decide(&seen) else { return attempt.fail() };
    let Some(form) = instr_of(plan.form()) else { return attempt.fail() };
    match plan.form() {
        Form::AllocAndEnterInit | Form::Len | Form::IsInstance | Form::ListAppend => {
            let word = seen.known.publish(record(plan.form()));
            attempt.install(form, &[word])
        }
        _ => match plan.words() {
            Some(words) => attempt.install(form, words.as_slice()),
            None => attempt.fail(),
        },
    }
}

/// An attempt at `CALL_KW`; whether a form was installed.
#[cold]
pub(crate) fn attempt_keywords(esc: Esc<'_>, ip: *const Cell, callable: Word) -> bool {
    let Some(attempt) = begin(esc, ip) else { return false };
    let callee = match exact::<Function>(callable) {
        Some(function) => Callee::Function(function_facts(function, usize::MAX)),
        None => Callee::Other,
    };
    match call::with_keywords(callee) {
        Ok(plan) if plan.form() == KeywordForm::Py => match plan.words() {
            Some(words) => attempt.install(Instr::CallKwPy, words.as_slice()),
            None => attempt.fail(),
        },
        _ => attempt.fail(),
    }
}
