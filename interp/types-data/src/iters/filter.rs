//! `filter`.

use interp_object::builder::TypeBuilder;
use interp_object::data::singletons::BOOL;
use interp_object::data::types::OBJECT;
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, TypeFlags, TypeObject, Value, Word, call, ops};

use super::{class_value, reduced};
use crate::util::{has_own_init, itself, plain_constructor, this};

/// The payload of `filter`.
pub(super) struct Filter {
    function: Value,
    iterator: Value,
}

impl Payload for Filter {
    const NAME: &'static str = "filter";
    fn class() -> &'static TypeObject {
        &FILTER
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.function.word());
        visit(self.iterator.word());
    }
}

/// The type `filter`.
pub static FILTER: TypeObject = TypeObject::builtin::<Filter>("filter", Some(&OBJECT), TypeFlags::BASE);

static METHODS: &[MethodDef] =
    &[MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling.")];

/// Fills the type.
pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &FILTER)
        .doc(
            "Return an iterator yielding those items of iterable for which function(item)\n\
             is true. If function is None, return the items that are true.",
        )
        .methods(METHODS)
        .slots(|slots| {
            slots.new.set(Some(construct));
            slots.iter.set(Some(itself));
            slots.next.set(Some(next));
        });
}

fn construct(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    plain_constructor(esc, "filter", args, has_own_init(class, &FILTER))?;
    let args = Args::positional(args.pos()).expect(esc, "filter", 2, 2)?;
    let iterator = ops::iterator(esc, &args[1])?;
    Ok(layout::new_with_type(esc, class, Filter { function: args[0].clone(), iterator }).into_value())
}

fn next(esc: Esc<'_>, value: &Value) -> PyResult<Option<Value>> {
    let filter = this::<Filter>(esc, value)?;
    let function = &filter.function;
    let plain = function.is_none() || TypeObject::from_value(function) == Some(&BOOL);
    while let Some(item) = ops::next(esc, &filter.iterator)? {
        let wanted = match plain {
            true => ops::truthy(esc, &item)?,
            false => {
                let verdict = call::call(esc, function, std::slice::from_ref(&item))?;
                ops::truthy(esc, &verdict)?
            }
        };
        if wanted {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn reduce(esc: Esc<'_>, value: &Value) -> PyResult {
    let filter = this::<Filter>(esc, value)?;
    reduced(esc, class_value(value), vec![filter.function.clone(), filter.iterator.clone()], None)
}
