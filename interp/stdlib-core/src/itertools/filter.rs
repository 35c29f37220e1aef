//! `compress`, `dropwhile`, `takewhile`, `filterfalse`, `starmap`, `accumulate`.

use std::sync::atomic::{AtomicBool, Ordering};

use interp_object::args::Signature;
use interp_object::layout::{self, ValueExt};
use interp_object::slots::BinaryOp;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use super::{Shared, fill, iterator_type};
use crate::util::given;

pub(super) fn init(esc: Esc<'_>) {
    fill(esc, &COMPRESS, Some(new_compress), next_compress, &[]);
    fill(esc, &DROP_WHILE, Some(|esc, class, args| new_while(esc, class, args, "dropwhile")), next_drop, &[]);
    fill(esc, &TAKE_WHILE, Some(|esc, class, args| new_while(esc, class, args, "takewhile")), next_take, &[]);
    fill(esc, &FILTER_FALSE, Some(|esc, class, args| new_while(esc, class, args, "filterfalse")), next_false, &[]);
    fill(esc, &STAR_MAP, Some(|esc, class, args| new_while(esc, class, args, "starmap")), next_star, &[]);
    fill(esc, &ACCUMULATE, Some(new_accumulate), next_accumulate, &[]);
}

pub(super) struct Compress {
    data: Value,
    selectors: Value,
}

iterator_type!(
    Compress,
    COMPRESS,
    "compress",
    |me, visit| {
        visit(me.data.word());
        visit(me.selectors.word());
    },
    |_out| {
        let _ = me;
    }
);

fn new_compress(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("compress", ["data", "selectors"], 2);
    let [Some(data), Some(selectors)] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("compress() lost its arguments"));
    };
    let (data, selectors) = (ops::iterator(esc, data)?, ops::iterator(esc, selectors)?);
    Ok(layout::new_with_type(esc, class, Compress { data, selectors }).into_value())
}

fn next_compress(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(compress) = iterator.payload::<Compress>() else { return Ok(None) };
    loop {
        let Some(item) = ops::next(esc, &compress.data)? else { return Ok(None) };
        let Some(selector) = ops::next(esc, &compress.selectors)? else { return Ok(None) };
        if ops::truthy(esc, &selector)? {
            return Ok(Some(item));
        }
    }
}

/// A function and an iterator: what four of the types here have in common.
pub(super) struct Applied {
    function: Value,
    source: Value,
    /// The dropping, or the taking, is over.
    over: AtomicBool,
}

iterator_type!(
    Applied,
    DROP_WHILE,
    "dropwhile",
    |me, visit| {
        visit(me.function.word());
        visit(me.source.word());
    },
    |_out| {
        let _ = me;
    }
);

macro_rules! more_of_applied {
    ($($static:ident $name:literal;)*) => {$(
        pub(super) static $static: TypeObject = TypeObject::builtin::<Applied>(
            concat!("itertools.", $name),
            Some(&interp_object::data::types::OBJECT),
            interp_object::TypeFlags::BASE,
        );
    )*};
}

// Three more types with the payload above: a macro keeps their flags the same.
more_of_applied! {
    TAKE_WHILE "takewhile";
    FILTER_FALSE "filterfalse";
    STAR_MAP "starmap";
}

fn new_while(esc: Esc<'_>, class: &TypeObject, args: Args<'_>, name: &str) -> PyResult {
    let values = args.expect(esc, name, 2, 2)?;
    let source = ops::iterator(esc, &values[1])?;
    let applied = Applied { function: values[0].clone(), source, over: AtomicBool::new(false) };
    Ok(layout::new_with_type(esc, class, applied).into_value())
}

fn holds(esc: Esc<'_>, function: &Value, item: &Value) -> PyResult<bool> {
    if function.is_none() || function.is(&interp_object::data::singletons::BOOL.value()) {
        return ops::truthy(esc, item);
    }
    let answer = call::call(esc, function, std::slice::from_ref(item))?;
    ops::truthy(esc, &answer)
}

fn next_drop(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(applied) = iterator.payload::<Applied>() else { return Ok(None) };
    loop {
        let Some(item) = ops::next(esc, &applied.source)? else { return Ok(None) };
        if applied.over.load(Ordering::Relaxed) {
            return Ok(Some(item));
        }
        if !holds(esc, &applied.function, &item)? {
            applied.over.store(true, Ordering::Relaxed);
            return Ok(Some(item));
        }
    }
}

fn next_take(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(applied) = iterator.payload::<Applied>() else { return Ok(None) };
    if applied.over.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let Some(item) = ops::next(esc, &applied.source)? else { return Ok(None) };
    if holds(esc, &applied.function, &item)? {
        return Ok(Some(item));
    }
    applied.over.store(true, Ordering::Relaxed);
    Ok(None)
}

fn next_false(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(applied) = iterator.payload::<Applied>() else { return Ok(None) };
    loop {
        let Some(item) = ops::next(esc, &applied.source)? else { return Ok(None) };
        if !holds(esc, &applied.function, &item)? {
            return Ok(Some(item));
        }
    }
}

fn next_star(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(applied) = iterator.payload::<Applied>() else { return Ok(None) };
    let Some(item) = ops::next(esc, &applied.source)? else { return Ok(None) };
    let args = ops::collect(esc, &item)?;
    call::call(esc, &applied.function, &args).map(Some)
}

pub(super) struct Accumulate {
    source: Value,
    function: Option<Value>,
    total: Shared<Option<Value>>,
    /// An initial value that was not given out yet.
    initial: Shared<Option<Value>>,
}

iterator_type!(
    Accumulate,
    ACCUMULATE,
    "accumulate",
    |me, visit| {
        visit(me.source.word());
        if let Some(function) = &me.function {
            visit(function.word());
        }
        me.total.trace(visit);
        me.initial.trace(visit);
    },
    |out| {
        me.total.take(out);
        me.initial.take(out);
    }
);

fn new_accumulate(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> =
        Signature::new("accumulate", ["iterable", "func", "initial"], 1).keyword_only_from(2);
    let [Some(iterable), function, initial] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("accumulate() lost its arguments"));
    };
    let accumulate = Accumulate {
        source: ops::iterator(esc, iterable)?,
        function: given(function).cloned(),
        total: Shared::new(None),
        initial: Shared::new(given(initial).cloned()),
    };
    Ok(layout::new_with_type(esc, class, accumulate).into_value())
}

fn next_accumulate(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(accumulate) = iterator.payload::<Accumulate>() else { return Ok(None) };
    if let Some(initial) = accumulate.initial.with(Option::take) {
        accumulate.total.set(Some(initial.clone()));
        return Ok(Some(initial));
    }
    let Some(item) = ops::next(esc, &accumulate.source)? else { return Ok(None) };
    let total = match (accumulate.total.get(), &accumulate.function) {
        (None, _) => item,
        (Some(total), None) => ops::binary(esc, BinaryOp::Add, &total, &item)?,
        (Some(total), Some(function)) => call::call(esc, function, &[total, item])?,
    };
    accumulate.total.set(Some(total.clone()));
    Ok(Some(total))
}
