//! `islice`, `pairwise`, `batched`, `chain`, `zip_longest`.

use interp_object::args::Signature;
use interp_object::data::{int, tuple};
use interp_object::layout::{self, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use super::{Shared, fill, iterator_type};
use crate::util::none;

pub(super) fn init(esc: Esc<'_>) {
    fill(esc, &ISLICE, Some(new_islice), next_islice, &[]);
    fill(esc, &PAIRWISE, Some(new_pairwise), next_pairwise, &[]);
    fill(esc, &BATCHED, Some(new_batched), next_batched, &[]);
    fill(esc, &CHAIN, Some(new_chain), next_chain, CHAIN_METHODS);
    fill(esc, &ZIP_LONGEST, Some(new_zip), next_zip, &[]);
}

struct Progress {
    /// Items taken from the source.
    taken: usize,
    /// The next item to give out.
    next: usize,
    stop: Option<usize>,
    step: usize,
}

pub(super) struct Islice {
    source: Shared<Option<Value>>,
    progress: Shared<Progress>,
}

iterator_type!(Islice, ISLICE, "islice", |me, visit| me.source.trace(visit), |out| me.source.take(out));

fn bound(esc: Esc<'_>, value: &Value, complaint: &str) -> PyResult<Option<usize>> {
    if value.is_none() {
        return Ok(None);
    }
    let number = match ops::as_index(esc, value) {
        Ok(index) => int::as_i64(&index).and_then(|index| usize::try_from(index).ok()),
        Err(raised) => {
            drop(raised.catch(esc));
            None
        }
    };
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(esc.value_error(complaint)),
    }
}

fn new_islice(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    const BOUNDS: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    let values = args.expect(esc, "islice", 2, 4)?;
    let (start, stop, step) = if let [_, stop] = values {
        (None, bound(esc, stop, STOP)?, None)
    } else {
        let stop = bound(esc, &values[2], STOP)?;
        let start = bound(esc, &values[1], BOUNDS)?;
        let step = match values.get(3) {
            None => None,
            Some(step) => bound(esc, step, "Step for islice() must be a positive integer or None.")?,
        };
        (start, stop, step)
    };
    if step == Some(0) {
        return Err(esc.value_error("Step for islice() must be a positive integer or None."));
    }
    let progress = Progress { taken: 0, next: start.unwrap_or(0), stop, step: step.unwrap_or(1) };
    let source = ops::iterator(esc, &values[0])?;
    let islice = Islice { source: Shared::new(Some(source)), progress: Shared::new(progress) };
    Ok(layout::new_with_type(esc, class, islice).into_value())
}

fn next_islice(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(islice) = iterator.payload::<Islice>() else { return Ok(None) };
    let Some(source) = islice.source.get() else { return Ok(None) };
    loop {
        // Claims the next position: whether it is skipped, given out, or behind the end.
        let claim = islice.progress.with(|progress| {
            let goal = progress.stop.map_or(progress.next, |stop| progress.next.min(stop));
            if progress.stop.is_some_and(|stop| progress.taken >= stop) {
                return None;
            }
            let wanted = progress.taken >= goal && progress.stop.is_none_or(|stop| progress.next < stop);
            progress.taken += 1;
            if wanted {
                progress.next = progress.next.saturating_add(progress.step);
            }
            Some(wanted)
        });
        let Some(wanted) = claim else {
            islice.source.set(None);
            return Ok(None);
        };
        let Some(item) = ops::next(esc, &source)? else {
            islice.source.set(None);
            return Ok(None);
        };
        if wanted {
            return Ok(Some(item));
        }
    }
}

pub(super) struct Pairwise {
    source: Value,
    old: Shared<Option<Value>>,
}

iterator_type!(
    Pairwise,
    PAIRWISE,
    "pairwise",
    |me, visit| {
        visit(me.source.word());
        me.old.trace(visit);
    },
    |out| me.old.take(out)
);

fn new_pairwise(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let values = args.expect(esc, "pairwise", 1, 1)?;
    let source = ops::iterator(esc, &values[0])?;
    Ok(layout::new_with_type(esc, class, Pairwise { source, old: Shared::new(None) }).into_value())
}

fn next_pairwise(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(pairwise) = iterator.payload::<Pairwise>() else { return Ok(None) };
    let old = match pairwise.old.get() {
        Some(old) => old,
        None => {
            let Some(first) = ops::next(esc, &pairwise.source)? else { return Ok(None) };
            pairwise.old.set(Some(first.clone()));
            first
        }
    };
    let Some(new) = ops::next(esc, &pairwise.source)? else {
        pairwise.old.set(None);
        return Ok(None);
    };
    pairwise.old.set(Some(new.clone()));
    Ok(Some(tuple::new(esc, [old, new]).into_value()))
}

pub(super) struct Batched {
    source: Shared<Option<Value>>,
    size: usize,
    strict: bool,
}

iterator_type!(Batched, BATCHED, "batched", |me, visit| me.source.trace(visit), |out| me.source.take(out));

fn new_batched(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> = Signature::new("batched", ["iterable", "n", "strict"], 2).keyword_only_from(2);
    let [Some(iterable), Some(size), strict] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("batched() lost its arguments"));
    };
    let size = ops::index_i64(esc, size)?;
    if size < 1 {
        return Err(esc.value_error("n must be at least one"));
    }
    let strict = strict.map_or(Ok(false), |strict| ops::truthy(esc, strict))?;
    let source = ops::iterator(esc, iterable)?;
    let batched = Batched { source: Shared::new(Some(source)), size: size as usize, strict };
    Ok(layout::new_with_type(esc, class, batched).into_value())
}

fn next_batched(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(batched) = iterator.payload::<Batched>() else { return Ok(None) };
    let Some(source) = batched.source.get() else { return Ok(None) };
    let mut items = Vec::new();
    while items.len() < batched.size {
        match ops::next(esc, &source)? {
            Some(item) => items.push(item),
            None => {
                batched.source.set(None);
                break;
            }
        }
    }
    if items.is_empty() {
        return Ok(None);
    }
    if batched.strict && items.len() < batched.size {
        return Err(esc.value_error("batched(): incomplete batch"));
    }
    Ok(Some(tuple::new(esc, items).into_value()))
}

pub(super) struct Chain {
    /// Iterables still to come.
    sources: Shared<Option<Value>>,
    active: Shared<Option<Value>>,
}

iterator_type!(
    Chain,
    CHAIN,
    "chain",
    |me, visit| {
        me.sources.trace(visit);
        me.active.trace(visit);
    },
    |out| {
        me.sources.take(out);
        me.active.take(out);
    }
);

const CHAIN_METHODS: &[MethodDef] = &[
    MethodDef::class("from_iterable", NativeFn::One(chain_from), "Chains the items of an iterable of iterables."),
    MethodDef::class("__class_getitem__", NativeFn::One(interp_types_core::class_getitem), "See PEP 585."),
];

fn chain_of(esc: Esc<'_>, class: &TypeObject, sources: Value) -> Value {
    let chain = Chain { sources: Shared::new(Some(sources)), active: Shared::new(None) };
    layout::new_with_type(esc, class, chain).into_value()
}

fn new_chain(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    args.no_keywords(esc, "chain")?;
    let sources = tuple::from_slice(esc, args.pos()).into_value();
    let sources = ops::iterator(esc, &sources)?;
    Ok(chain_of(esc, class, sources))
}

fn chain_from(esc: Esc<'_>, class: &Value, iterable: &Value) -> PyResult {
    let sources = ops::iterator(esc, iterable)?;
    Ok(chain_of(esc, TypeObject::from_value(class).unwrap_or(&CHAIN), sources))
}

fn next_chain(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(chain) = iterator.payload::<Chain>() else { return Ok(None) };
    loop {
        let active = match chain.active.get() {
            Some(active) => active,
            None => {
                let Some(sources) = chain.sources.get() else { return Ok(None) };
                let following = match ops::next(esc, &sources)? {
                    None => {
                        chain.sources.set(None);
                        return Ok(None);
                    }
                    Some(iterable) => match ops::iterator(esc, &iterable) {
                        Ok(iterator) => iterator,
                        Err(raised) => {
                            chain.sources.set(None);
                            return Err(raised);
                        }
                    },
                };
                chain.active.set(Some(following.clone()));
                following
            }
        };
        if let Some(item) = ops::next(esc, &active)? {
            return Ok(Some(item));
        }
        chain.active.set(None);
    }
}

pub(super) struct ZipLongest {
    /// One iterator each; `None` once it is at its end.
    sources: Shared<Vec<Value>>,
    fill: Value,
}

iterator_type!(
    ZipLongest,
    ZIP_LONGEST,
    "zip_longest",
    |me, visit| {
        me.sources.trace_all(visit);
        visit(me.fill.word());
    },
    |out| me.sources.take_all(out)
);

fn new_zip(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let mut fill = none();
    for (name, value) in args.keywords() {
        if ops::text_lossy(name) != "fillvalue" {
            return Err(esc.type_error("zip_longest() got an unexpected keyword argument"));
        }
        fill = value.clone();
    }
    let sources = args.pos().iter().map(|source| ops::iterator(esc, source)).collect::<PyResult<Vec<Value>>>()?;
    Ok(layout::new_with_type(esc, class, ZipLongest { sources: Shared::new(sources), fill }).into_value())
}

fn next_zip(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(zip) = iterator.payload::<ZipLongest>() else { return Ok(None) };
    let sources = zip.sources.with(|sources| sources.clone());
    let mut items = Vec::with_capacity(sources.len());
    let mut any = false;
    for (index, source) in sources.iter().enumerate() {
        let item = if source.is_none() { None } else { ops::next(esc, source)? };
        match item {
            Some(item) => {
                any = true;
                items.push(item);
            }
            None => {
                let ended =
                    zip.sources.with(|sources| sources.get_mut(index).map(|slot| std::mem::replace(slot, none())));
                drop(ended);
                items.push(zip.fill.clone());
            }
        }
    }
    Ok(any.then(|| tuple::new(esc, items).into_value()))
}
