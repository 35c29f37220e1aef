//! The module `itertools`.
//!
//! Iterators keep their state in fields and small mutexes that are never held over user code: threads that share one may
//! see items in any order, or twice, but never a broken object.

mod combine;
mod endless;
mod filter;
mod group;
mod product;
mod slices;
mod tee;

use std::sync::Mutex;

use interp_object::builder::{ModuleBuilder, TypeBuilder};
use interp_object::data::module::Module;
use interp_object::layout::Obj;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::slots::{NewFn, NextFn};
use interp_object::{Esc, TypeObject, Value, Word};

use crate::util::lock;

/// State of an iterator: values that a mutex guards. Values leave the lock before they are dropped.
pub(super) struct Shared<T>(Mutex<T>);

impl<T> Shared<T> {
    pub(super) fn new(state: T) -> Self {
        Shared(Mutex::new(state))
    }

    /// Looks at or changes the state. `work` runs no user code and gives back what it removes.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut lock(&self.0))
    }
}

impl Shared<Option<Value>> {
    /// The value, if it is still there.
    pub(super) fn get(&self) -> Option<Value> {
        self.with(|state| state.clone())
    }

    /// Replaces the value.
    pub(super) fn set(&self, value: Option<Value>) {
        let old = self.with(|state| std::mem::replace(state, value));
        drop(old);
    }

    pub(super) fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.with(|state| state.as_ref().map(Value::word)).map(visit);
    }

    pub(super) fn take(&self, out: &mut Vec<Value>) {
        out.extend(self.with(Option::take));
    }
}

impl Shared<Vec<Value>> {
    pub(super) fn trace_all(&self, visit: &mut dyn FnMut(Word)) {
        let words: Vec<Word> = self.with(|state| state.iter().map(Value::word).collect());
        words.into_iter().for_each(visit);
    }

    pub(super) fn take_all(&self, out: &mut Vec<Value>) {
        out.extend(self.with(std::mem::take));
    }
}

/// Fills an iterator type.
pub(super) fn fill(
    esc: Esc<'_>,
    class: &'static TypeObject,
    new: Option<NewFn>,
    next: NextFn,
    methods: &'static [MethodDef],
) {
    TypeBuilder::new(esc, class).methods(methods).slots(|slots| {
        if let Some(new) = new {
            slots.new.set(Some(new));
            slots.init.set(Some(|_, _, _| Ok(())));
        }
        slots.iter.set(Some(|_, iterator| Ok(iterator.clone())));
        slots.next.set(Some(next));
    });
}

/// The declaration of an iterator type with its payload: name, fields that the collector sees.
macro_rules! iterator_type {
    ($ty:ident, $static:ident, $name:literal, |$me:ident, $visit:ident| $trace:expr, |$out:ident| $clear:expr) => {
        impl interp_object::Payload for $ty {
            const NAME: &'static str = $name;
            fn class() -> &'static interp_object::TypeObject {
                &$static
            }

            fn trace(&self, $visit: &mut dyn FnMut(interp_object::Word)) {
                let $me = self;
                $trace
            }

            fn clear(&self, $out: &mut Vec<interp_object::Value>) {
                let $me = self;
                $clear
            }
        }

        pub(super) static $static: interp_object::TypeObject = interp_object::TypeObject::builtin::<$ty>(
            concat!("itertools.", $name),
            Some(&interp_object::data::types::OBJECT),
            interp_object::TypeFlags::BASE,
        );
    };
}
pub(super) use iterator_type;

/// Makes the types ready.
pub(crate) fn init(esc: Esc<'_>) {
    endless::init(esc);
    filter::init(esc);
    slices::init(esc);
    group::init(esc);
    combine::init(esc);
    product::init(esc);
    tee::init(esc);
}

/// The module `itertools`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    let builder = ModuleBuilder::new(esc, "itertools").functions(FUNCTIONS);
    [
        &endless::COUNT,
        &endless::CYCLE,
        &endless::REPEAT,
        &filter::COMPRESS,
        &filter::DROP_WHILE,
        &filter::TAKE_WHILE,
        &filter::FILTER_FALSE,
        &filter::STAR_MAP,
        &filter::ACCUMULATE,
        &slices::ISLICE,
        &slices::PAIRWISE,
        &slices::BATCHED,
        &slices::CHAIN,
        &slices::ZIP_LONGEST,
        &group::GROUP_BY,
        &product::PRODUCT,
        &combine::COMBINATIONS,
        &combine::COMBINATIONS_WITH_REPLACEMENT,
        &combine::PERMUTATIONS,
    ]
    .into_iter()
    .fold(builder, |builder, class| builder.class(class))
    .value("_grouper", group::GROUPER.value())
    .value("_tee", tee::TEE.value())
    .finish()
}

const FUNCTIONS: &[MethodDef] = &[MethodDef::new(
    "tee",
    NativeFn::Positional(tee::tee),
    "tee($module, iterable, n=2, /)\n--\n\nIndependent iterators over one iterable.",
)];
