//! Ways into native functions, methods and types: the block stays in place.

use interp_object::args::Args;
use interp_object::data::descr::BoundMethod;
use interp_object::data::frame::payload_in;
use interp_object::data::function::Function;
use interp_object::data::list::{HeldEnd, List};
use interp_object::data::str::{STR, Str};
use interp_object::data::tuple::{self, TUPLE, Tuple};
use interp_object::data::types::TYPE;
use interp_object::data::{int, singletons};
use interp_object::layout::{ValueExt, class_of};
use interp_object::native::{
    METHOD_DESCRIPTOR, MethodDef, MethodDescriptor, NATIVE_FUNCTION, NativeFn, NativeFunction,
};
use interp_object::typeobj::TypeBody;
use interp_object::{Esc, PyResult, Thread, TypeObject, Value, Word, ops};
use specializer::decide::call::Form;
use stackref::StackRef;

use super::super::containers::exact;
use super::super::held;
use super::{Block, record};

#[inline(always)]
pub(super) fn native_of<'a>(callable: Word) -> Option<&'a NativeFunction> {
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

/// An instance of the block's callable, a type that makes its instances natively.
pub(crate) fn instance(esc: Esc<'_>, fp: *mut Word, base: usize, argc: usize) -> PyResult {
    let block = Block::new(fp, base, argc);
    match TypeObject::from_value(block.callable()).and_then(|class| class.slots.make.get()) {
        Some(make) => {
            esc.check_native_stack()?;
            make(esc, Args::positional(block.args()))
        }
        None => ops_call(esc, block),
    }
}

#[inline(always)]
pub(super) fn method_of<'a>(callable: Word) -> Option<&'a MethodDescriptor> {
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
pub(crate) fn append_end<'a>(th: &Thread, callable: Word, this: Word, argc: usize, cache: u64) -> Option<HeldEnd<'a>> {
    if argc != 1 || this.is_null() || !is_known(method_of(callable).map(MethodDescriptor::def), cache, Form::ListAppend)
    {
        return None;
    }
    // SAFETY: the receiver's slot of the running frame has the word.
    unsafe { exact::<List>(this)?.try_hold_end(th.id(), this) }
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

/// `CALL_TUPLE_1`
#[inline(always)]
pub(crate) fn is_tuple_1(callable: Word, this: Word, argc: usize) -> bool {
    is_one_of(callable, this, argc, &TUPLE)
}

/// `tuple(x)` of the block's argument.
pub(crate) fn tuple_of(esc: Esc<'_>, fp: *mut Word, base: usize) -> PyResult {
    let block = Block::new(fp, base, 1);
    match block.args() {
        [tuple] if tuple.exact::<Tuple>().is_some() => Ok(tuple.clone()),
        [list] if list.exact::<List>().is_some() => {
            let items = list.exact::<List>().map(List::snapshot).unwrap_or_default();
            Ok(tuple::new(esc, items).into_value())
        }
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
