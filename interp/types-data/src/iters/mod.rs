//! Iterators: `enumerate`, `zip`, `map`, `filter`, `reversed`, and those over sequences and callables.

mod callable;
mod enumerate;
mod filter;
mod map;
pub(crate) mod sequence;
mod zip;

use std::sync::OnceLock;

use interp_object::data::{int, singletons, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{self, MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Raised, TypeObject, Value, intern, ops};

pub use enumerate::ENUMERATE;
pub use filter::FILTER;
pub use map::MAP;
pub use sequence::REVERSED;
pub use zip::ZIP;

/// Fills the types.
pub(crate) fn init(esc: Esc<'_>) {
    sequence::init(esc);
    callable::init(esc);
    enumerate::init(esc);
    zip::init(esc);
    map::init(esc);
    filter::init(esc);
}

static ITER: MethodDef = MethodDef::new(
    "iter",
    NativeFn::Positional(iter),
    "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nGet an iterator from an object.\n\n\
     In the first form, the argument must supply its own iterator, or be a sequence.\n\
     In the second form, the callable is called until it returns the sentinel.",
);

/// The function `builtins.iter`: one object, which iterators name when they are pickled.
pub fn builtin_iter(esc: Esc<'_>) -> Value {
    static FUNCTION: OnceLock<Value> = OnceLock::new();
    let make = || {
        let builtins = intern::intern(esc, "builtins");
        let function = native::new_function(esc, &ITER, singletons::none(), builtins);
        function.header().enable_deferred();
        function.into_value()
    };
    FUNCTION.get_or_init(make).clone()
}

fn iter(esc: Esc<'_>, _module: &Value, args: &[Value]) -> PyResult {
    match Args::positional(args).expect(esc, "iter", 1, 2)? {
        [callable, sentinel] => callable::new(esc, callable, sentinel),
        [iterable, ..] => ops::iterator(esc, iterable),
        [] => Err(esc.system_error("argument count was checked")),
    }
}

/// The iterators of `zip` and `map`: of all positional arguments, in order.
fn iterators(esc: Esc<'_>, iterables: &[Value]) -> PyResult<Box<[Value]>> {
    let mut iterators = Vec::with_capacity(iterables.len());
    for iterable in iterables {
        iterators.push(ops::iterator(esc, iterable)?);
    }
    Ok(iterators.into_boxed_slice())
}

/// The keyword `strict` of `zip` and `map`, the only one they know.
fn strict_keyword(esc: Esc<'_>, function: &str, args: Args<'_>) -> PyResult<bool> {
    let mut strict = false;
    for (name, value) in args.keywords() {
        let text = ops::str_lossy(esc, name);
        if text != "strict" {
            return Err(esc.type_error(format_args!("{function}() got an unexpected keyword argument '{text}'")));
        }
        strict = ops::truthy(esc, value)?;
    }
    Ok(strict)
}

/// The next item of every iterator, or `None` at the end. When `strict` (PEP 618), all must end together.
fn advance(esc: Esc<'_>, function: &str, iterators: &[Value], strict: bool) -> PyResult<Option<Vec<Value>>> {
    let mut items = Vec::with_capacity(iterators.len());
    for (index, iterator) in iterators.iter().enumerate() {
        match ops::next(esc, iterator)? {
            Some(item) => items.push(item),
            None if !strict => return Ok(None),
            None if index > 0 => return Err(uneven(esc, function, index, "shorter")),
            None => return all_ended(esc, function, iterators),
        }
    }
    Ok(Some(items))
}

/// The first iterator ended: so must the others.
fn all_ended(esc: Esc<'_>, function: &str, iterators: &[Value]) -> PyResult<Option<Vec<Value>>> {
    for (index, iterator) in iterators.iter().enumerate().skip(1) {
        if ops::next(esc, iterator)?.is_some() {
            return Err(uneven(esc, function, index, "longer"));
        }
    }
    Ok(None)
}

#[cold]
fn uneven(esc: Esc<'_>, function: &str, index: usize, how: &str) -> Raised {
    let others = if index == 1 { " " } else { "s 1-" };
    esc.value_error(format_args!("{function}() argument {} is {how} than argument{others}{index}", index + 1))
}

/// `(class, arguments)`, or `(class, arguments, state)`: what `__reduce__` gives.
fn reduced(esc: Esc<'_>, maker: Value, arguments: Vec<Value>, state: Option<Value>) -> PyResult {
    let arguments = tuple::new(esc, arguments).into_value();
    let parts: Vec<Value> = [maker, arguments].into_iter().chain(state).collect();
    Ok(tuple::new(esc, parts).into_value())
}

/// The state that says `strict`, if it is set.
fn strict_state(strict: bool) -> Option<Value> {
    strict.then(singletons::true_)
}

/// The class of an object as a value.
fn class_value(value: &Value) -> Value {
    TypeObject::value(value.class())
}

/// A non-negative index from a pickled state.
fn state_index(esc: Esc<'_>, state: &Value) -> PyResult<i64> {
    if int::view(state).is_none() {
        return Err(esc.type_error("an integer is required"));
    }
    ops::index_i64(esc, state)
}
