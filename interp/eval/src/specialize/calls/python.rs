//! Ways into functions of the language: the callee's frame is pushed and entered.

use interp_object::args::Args;
use interp_object::data::descr::BoundMethod;
use interp_object::data::frame::{Frame, OnReturn, payload_in};
use interp_object::data::function::Function;
use interp_object::data::tuple::Tuple;
use interp_object::data::types::{Plain, TYPE};
use interp_object::layout::{self, Obj, ValueExt, class_of};
use interp_object::typeobj::{TypeBody, TypeFlags};
use interp_object::{Esc, PyResult, Thread, TypeObject, Value, Word};
use specializer::cache::{self, Kind};
use specializer::decide::binary_op::Form as Binary;
use specializer::decide::call::{Form, KeywordForm};
use specializer::decide::load_attr::Form as Load;
use stackref::StackRef;

use super::super::containers::exact;
use super::super::{Held, fast, held};
use super::{Block, code_of, entry, record};
use crate::call::bind::bind_frame;
use crate::call::{Return, clear_block, close_word, enter_frame, enter_quick, push_frame};
use crate::dispatch::{Cell, cell_at};
use crate::flow::Flow;
use crate::frames::value_of;
use crate::generator;
use crate::ops::names::name;
use interp_object::data::generator::Start;

/// Whether a function's version is the cached one.
#[inline(always)]
fn is_cached(function: &Function, cache: u64, form: Kind) -> bool {
    cache::Word::from_bits(cache).index_for(form, function.version()).is_some()
}

/// A function whose version is the cached one.
#[inline(always)]
fn guarded<'a>(function: Word, cache: u64, form: Kind) -> Option<&'a Function> {
    exact(function).filter(|function| is_cached(function, cache, form))
}

/// `CALL_PY_EXACT_ARGS`, where that takes no call: the function's frame, entered.
#[inline(always)]
pub(crate) fn enter_exact_quick(
    th: &Thread,
    fp: *mut Word,
    base: usize,
    argc: usize,
    next: *const Cell,
    cache: u64,
) -> Option<Flow> {
    // The version says that only the number is to be compared: `self` may be there or not.
    enter_quick(th, fp, (base, argc), next, |function| is_cached(function, cache, const { entry(Form::PyExactArgs) }))
}

/// `CALL_PY_EXACT_ARGS`
pub(crate) fn enter_exact(
    th: &Thread,
    fp: *mut Word,
    base: usize,
    argc: usize,
    next: *const Cell,
    cache: u64,
) -> Option<Flow> {
    let block = Block::new(fp, base, argc);
    let callable = block.word(0);
    let code = code_of(guarded(callable, cache, entry(Form::PyExactArgs))?);
    if !code.takes_plainly(block.given()) {
        return None;
    }
    let callee = push_frame(th, callable, code, block.given())?;
    block.move_args(callee);
    Some(enter_frame(th, callee, Return::store(next, base)))
}

/// `CALL_PY_GENERATOR`: how to make the generator, if the callable is the cached function, which takes these arguments, and
/// calls may nest.
#[inline(always)]
pub(crate) fn makes_generator<'a>(
    th: &Thread,
    fp: *mut Word,
    base: usize,
    argc: usize,
    cache: u64,
) -> Option<Start<'a>> {
    let block = Block::new(fp, base, argc);
    let function = guarded(block.word(0), cache, entry(Form::PyGenerator))?;
    let code = code_of(function);
    if !code.takes_plainly(block.given()) || th.recursion_remaining.get() == 0 {
        return None;
    }
    let cells = code.made_executable()?;
    Some(Start { function, code, cells, at: cells.generator_start()? })
}

/// The generator that the function makes; the block's words are its own.
pub(crate) fn make_generator(esc: Esc<'_>, fp: *mut Word, start: Start<'_>, base: usize, argc: usize) -> Value {
    let block = Block::new(fp, base, argc);
    // SAFETY: the guard found the version that says how the code starts, and counted the arguments, which the block has.
    unsafe { generator::make_for_call(esc, block.word(0), start, (block.first(), block.given())) }
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
    let callee = push_frame(th, word, code, argc + 1).expect("code that has a version runs, and calls may nest");
    // SAFETY: the callee's first local.
    unsafe { callee.write(StackRef::new(&method.receiver, th.id()).into_word()) };
    // SAFETY: the callee has a local for each argument.
    block.move_args(unsafe { callee.add(1) });
    Some(enter_frame(th, callee, ret))
}

/// `CALL_ALLOC_AND_ENTER_INIT`: what is known of the class's initializer.
#[inline(always)]
pub(crate) fn initializer(th: &Thread, callable: Word, this: Word, cache: u64) -> Option<Held> {
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
    let fits = function.version() == known.function_version;
    (fits && code_of(function).made_executable().is_some()).then_some(*known)
}

/// Makes the instance, puts it where the result goes, and enters `__init__`. If that takes other arguments, the block is as
/// it was.
pub(crate) fn enter_init(esc: Esc<'_>, fp: *mut Word, init: Held, argc: usize, ret: Return) -> PyResult<Flow> {
    let th = esc.thread();
    let block = Block::new(fp, ret.slot, argc);
    let class = TypeObject::from_value(block.callable()).expect("the guard found a class");
    let instance = layout::new_with_type(esc, class, Plain {}).into_value();
    // SAFETY: as in `initializer`.
    let function: &Function = unsafe { payload_in(init.value) };
    let callee = if code_of(function).takes_plainly(argc + 1) {
        let callee = push_frame(th, init.value, code_of(function), argc + 1).expect("the guard asked");
        // SAFETY: the callee's first local.
        unsafe { callee.write(StackRef::new(&instance, th.id()).into_word()) };
        // SAFETY: the callee has a local for each argument.
        block.move_args(unsafe { callee.add(1) });
        callee
    } else {
        arrange_init(esc, block, init.value, function, &instance)?
    };
    // SAFETY: the block's first slot, where the result goes.
    let class = unsafe { block.start.replace(instance.into_word()) };
    let flow = enter_frame(th, callee, Return { how: OnReturn::Init, ..ret });
    // The instance keeps its class.
    close_word(th, class);
    Ok(flow)
}

/// The frame of an `__init__` whose arguments are to be arranged; takes the block's arguments over.
fn arrange_init(esc: Esc<'_>, block: Block, word: Word, function: &Function, instance: &Value) -> PyResult<*mut Word> {
    if let Some(callee) = with_defaults(esc, block, word, function, Some(instance)) {
        return Ok(callee);
    }
    let callable = value_of(word).ok_or_else(|| esc.system_error("a record names a function"))?;
    let values: Vec<Value> = std::iter::once(instance).chain(block.args()).cloned().collect();
    let callee = bind_frame(esc, &callable, function, Args::positional(&values))?;
    block.close_args(esc.thread());
    Ok(callee)
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

/// A bound method of a function whose version is the cached one, called without another `self`.
#[inline(always)]
fn guarded_bound(callable: Word, this: Word, cache: u64, form: Kind) -> bool {
    this.is_null()
        && exact::<BoundMethod>(callable).is_some_and(|method| guarded(method.function.word(), cache, form).is_some())
}

/// `CALL_BOUND_METHOD_GENERAL`: whether the callable is a method of the cached function.
#[inline(always)]
pub(crate) fn is_bound(callable: Word, this: Word, cache: u64) -> bool {
    guarded_bound(callable, this, cache, entry(Form::BoundGeneral))
}

/// `CALL_KW_BOUND_METHOD`: whether the callable is a method of the cached function.
#[inline(always)]
pub(crate) fn is_keyword_bound(callable: Word, this: Word, cache: u64) -> bool {
    guarded_bound(callable, this, cache, Kind::entry(KeywordForm::Bound as u8))
}

/// Arranges the arguments and enters the function's frame.
pub(crate) fn enter_general(esc: Esc<'_>, fp: *mut Word, base: usize, argc: usize, ret: Return) -> PyResult<Flow> {
    let th = esc.thread();
    let block = Block::new(fp, base, argc);
    let function: &Function = exact(block.word(0)).expect("the guard found a function");
    if let Some(callee) = with_defaults(esc, block, block.word(0), function, None) {
        return Ok(enter_frame(th, callee, ret));
    }
    let callee = bind_frame(esc, block.callable(), function, Args::positional(block.args()))?;
    clear_block(th, fp, base, argc + 2);
    Ok(enter_frame(th, callee, ret))
}

/// As [`enter_general`], for a bound method.
pub(crate) fn enter_bound_general(
    esc: Esc<'_>,
    fp: *mut Word,
    base: usize,
    argc: usize,
    ret: Return,
) -> PyResult<Flow> {
    let th = esc.thread();
    let block = Block::new(fp, base, argc);
    let method: &BoundMethod = exact(block.word(0)).expect("the guard found a bound method");
    let function: &Function = method.function.exact().expect("the guard found a method of a function");
    let word = StackRef::new(&method.function, th.id()).into_word();
    if let Some(callee) = with_defaults(esc, block, word, function, Some(&method.receiver)) {
        let flow = enter_frame(th, callee, ret);
        // What the callee needs of the method has references of its own.
        close_word(th, block.word(0));
        return Ok(flow);
    }
    close_word(th, word);
    let values = with_receiver(method, block.args());
    let callee = bind_frame(esc, &method.function, function, Args::positional(&values))?;
    clear_block(th, fp, base, argc + 2);
    Ok(enter_frame(th, callee, ret))
}

fn with_receiver(method: &BoundMethod, args: &[Value]) -> Vec<Value> {
    std::iter::once(&method.receiver).chain(args).cloned().collect()
}

/// A frame whose last parameters take their defaults, if that is all there is to arrange. Takes `function`'s word and the
/// block's arguments over.
fn with_defaults(
    esc: Esc<'_>,
    block: Block,
    word: Word,
    function: &Function,
    receiver: Option<&Value>,
) -> Option<*mut Word> {
    let me = esc.thread().id();
    let code = function.code();
    let before = usize::from(receiver.is_some());
    let (given, wanted) = (block.given() + before, code.data().argcount as usize);
    if given > wanted || !code.takes_plainly(wanted) {
        return None;
    }
    let defaults = function.defaults(esc);
    let defaults = match &defaults {
        Some(defaults) => defaults.exact::<Tuple>()?.as_slice(),
        None => &[],
    };
    let start = defaults.len().checked_sub(wanted - given)?;
    let callee = push_frame(esc.thread(), word, &code, given)?;
    let store = |local: usize, value: &Value| {
        // SAFETY: the frame has a local for each parameter.
        let place = unsafe { callee.add(local) };
        // SAFETY: as above; the local holds nothing that is owned.
        unsafe { place.write(StackRef::new(value, me).into_word()) };
    };
    if let Some(receiver) = receiver {
        store(0, receiver);
    }
    // SAFETY: as in `store`.
    block.move_args(unsafe { callee.add(before) });
    (given..wanted).zip(&defaults[start..]).for_each(|(local, value)| store(local, value));
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
    let block = Block::new(fp, base, argc);
    let function = exact::<Function>(block.word(0)).expect("the guard found a function");
    let args = Args::with_names(block.args(), Some(keyword_names(esc, names)?));
    let callee = bind_frame(esc, block.callable(), function, args)?;
    // The names lie on top.
    clear_block(esc.thread(), fp, base, argc + 3);
    Ok(enter_frame(esc.thread(), callee, ret))
}

/// As [`enter_keywords`], for a bound method.
pub(crate) fn enter_bound_keywords(
    esc: Esc<'_>,
    fp: *mut Word,
    base: usize,
    argc: usize,
    names: &Value,
    ret: Return,
) -> PyResult<Flow> {
    let block = Block::new(fp, base, argc);
    let method = exact::<BoundMethod>(block.word(0)).expect("the guard found a bound method");
    let function = method.function.exact::<Function>().expect("the guard found a function");
    let values = with_receiver(method, block.args());
    let args = Args::with_names(&values, Some(keyword_names(esc, names)?));
    let callee = bind_frame(esc, &method.function, function, args)?;
    clear_block(esc.thread(), fp, base, argc + 3);
    Ok(enter_frame(esc.thread(), callee, ret))
}

fn keyword_names<'a>(esc: Esc<'_>, names: &'a Value) -> PyResult<&'a Obj<Tuple>> {
    names.as_obj::<Tuple>().ok_or_else(|| esc.system_error("keyword names are a tuple"))
}

/// A property's getter that may be entered.
#[derive(Clone, Copy)]
pub(crate) struct Getter {
    function: Word,
}

/// `LOAD_ATTR_PROPERTY`
#[inline(always)]
pub(crate) fn getter(th: &Thread, owner: Word, cache: u64) -> Option<Getter> {
    known_getter(th, owner, cache, fast::record(Load::Property))
}

/// `LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN`
#[inline(always)]
pub(crate) fn hook(th: &Thread, owner: Word, cache: u64) -> Option<Getter> {
    known_getter(th, owner, cache, fast::record(Load::Hook))
}

/// `BINARY_OP_SUBSCR_GETITEM`
#[inline(always)]
pub(crate) fn subscript_getter(th: &Thread, container: Word, cache: u64) -> Option<Getter> {
    known_getter(th, container, cache, GETTER)
}

/// The kind of the records of `BINARY_OP_SUBSCR_GETITEM`.
pub(in crate::specialize) const GETTER: Kind = Kind::record(Binary::Getter as u8);

#[inline(always)]
fn known_getter(th: &Thread, owner: Word, cache: u64, kind: Kind) -> Option<Getter> {
    let known = held(cache, kind)?;
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
    let callee = push_frame(th, getter.function, code_of(function), 1).expect("the guard asked");
    // SAFETY: the callee's first local.
    unsafe { callee.write(receiver) };
    enter_frame(th, callee, ret)
}

/// Enters a function of two arguments.
#[inline(always)]
pub(crate) fn enter_two(th: &Thread, getter: Getter, first: Word, second: Word, ret: Return) -> Flow {
    // SAFETY: as in `getter`.
    let function: &Function = unsafe { payload_in(getter.function) };
    let callee = push_frame(th, getter.function, code_of(function), 2).expect("the guard asked");
    // SAFETY: the callee's first local.
    unsafe { callee.write(first) };
    // SAFETY: the callee's second local: it takes two arguments.
    let place = unsafe { callee.add(1) };
    // SAFETY: as above.
    unsafe { place.write(second) };
    enter_frame(th, callee, ret)
}

/// The word of a name of the running code, which keeps it.
#[inline(always)]
pub(crate) fn name_word(frame: &Frame, index: u32) -> Word {
    name(frame, index).word().to_uncounted()
}

/// Where the result of a `BINARY_OP` at `ip` goes: its destination is field c.
#[inline(always)]
pub(crate) fn binary_return(frame: &Frame, ip: *const Cell, next: *const Cell) -> Return {
    let slot = usize::from((cell_at(ip) >> 48) as u16);
    let local = slot < frame.locals_count();
    Return { ip: next, slot, how: if local { OnReturn::StoreLocal } else { OnReturn::Store } }
}

/// Where the result of a `LOAD_ATTR` at `ip` goes: its destination is field b, and a temporary.
#[inline(always)]
pub(crate) fn attr_return(ip: *const Cell, next: *const Cell) -> Return {
    Return::store(next, usize::from((cell_at(ip) >> 32) as u16))
}
