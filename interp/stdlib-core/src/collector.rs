//! The module `gc`: the cycle collector of the world.

use interp_object::args::check_count;
use interp_object::builder::ModuleBuilder;
use interp_object::data::module::Module;
use interp_object::data::{dict, int, list, singletons, tuple};
use interp_object::layout::{Obj, ValueExt};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::thread::world;
use interp_object::{Args, Esc, PyResult, Value, gcmodel, ops};

use crate::util::none;

/// The module `gc`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    ModuleBuilder::new(esc, "gc")
        .functions(FUNCTIONS)
        .value("garbage", list::new(esc, []).into_value())
        .value("callbacks", list::new(esc, []).into_value())
        .value("DEBUG_STATS", int::small(1))
        .value("DEBUG_COLLECTABLE", int::small(2))
        .value("DEBUG_UNCOLLECTABLE", int::small(4))
        .value("DEBUG_SAVEALL", int::small(32))
        .value("DEBUG_LEAK", int::small(38))
        .finish()
}

const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("collect", NativeFn::Full(collect), "collect($module, /, generation=2)\n--\n\nRuns a collection."),
    MethodDef::new("enable", NativeFn::NoArgs(enable), "enable($module, /)\n--\n\nAllows automatic collections."),
    MethodDef::new("disable", NativeFn::NoArgs(disable), "disable($module, /)\n--\n\nForbids automatic collections."),
    MethodDef::new("isenabled", NativeFn::NoArgs(is_enabled), "Whether automatic collections are allowed."),
    MethodDef::new("get_count", NativeFn::NoArgs(get_count), "Objects made since the last collection."),
    MethodDef::new("get_threshold", NativeFn::NoArgs(get_threshold), "The thresholds."),
    MethodDef::new("set_threshold", NativeFn::Positional(set_threshold), "Sets the thresholds."),
    MethodDef::new("get_stats", NativeFn::NoArgs(get_stats), "Statistics by generation."),
    MethodDef::new("get_objects", NativeFn::Full(get_objects), "The objects that the collector tracks."),
    MethodDef::new("get_referrers", NativeFn::Positional(get_referrers), "The objects that refer to any of these."),
    MethodDef::new("get_referents", NativeFn::Positional(get_referents), "What these objects refer to."),
    MethodDef::new("freeze", NativeFn::NoArgs(freeze), "Exempts all objects there are from collections."),
    MethodDef::new("unfreeze", NativeFn::NoArgs(unfreeze), "Undoes freeze."),
    MethodDef::new("get_freeze_count", NativeFn::NoArgs(get_freeze_count), "How many objects are frozen."),
    MethodDef::new("is_tracked", NativeFn::One(is_tracked), "Whether the collector tracks an object."),
    MethodDef::new("is_finalized", NativeFn::One(is_finalized), "Whether an object was finalized."),
    MethodDef::new("get_debug", NativeFn::NoArgs(|_, _| Ok(int::small(0))), "0: there are no debugging flags."),
    MethodDef::new("set_debug", NativeFn::One(|_, _, _| Ok(none())), "Ignored."),
];

fn collect(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: interp_object::args::Signature<1> =
        interp_object::args::Signature::new("collect", ["generation"], 0);
    let [generation] = args.bind(esc, &SIGNATURE)?;
    if let Some(generation) = generation
        && !(0..=2).contains(&ops::index_i64(esc, generation)?)
    {
        return Err(esc.value_error("invalid generation"));
    }
    let stats = gcmodel::collect(esc);
    esc.thread().drop_delayed();
    Ok(int::from_usize(esc, stats.collected))
}

fn enable(_: Esc<'_>, _: &Value) -> PyResult {
    world().set_enabled(true);
    Ok(none())
}

fn disable(_: Esc<'_>, _: &Value) -> PyResult {
    world().set_enabled(false);
    Ok(none())
}

fn is_enabled(_: Esc<'_>, _: &Value) -> PyResult {
    Ok(singletons::bool(world().is_enabled()))
}

fn numbers<const N: usize>(esc: Esc<'_>, numbers: [usize; N]) -> PyResult {
    Ok(tuple::new(esc, numbers.map(|number| int::from_usize(esc, number))).into_value())
}

fn get_count(esc: Esc<'_>, _: &Value) -> PyResult {
    let (young, old) = world().counts();
    numbers(esc, [young, old, 0])
}

fn get_threshold(esc: Esc<'_>, _: &Value) -> PyResult {
    numbers(esc, world().thresholds())
}

fn set_threshold(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "set_threshold", args.len(), 1, 3)?;
    let mut thresholds = world().thresholds();
    for (threshold, value) in thresholds.iter_mut().zip(args) {
        *threshold = usize::try_from(ops::index_i64(esc, value)?).unwrap_or(0);
    }
    world().set_thresholds(thresholds);
    Ok(none())
}

fn get_stats(esc: Esc<'_>, _: &Value) -> PyResult {
    let statistics = world().statistics();
    let generations: Vec<Value> = (0..3)
        .map(|generation| {
            let shown = |number: u64| if generation == 2 { number } else { 0 };
            let entry = dict::new(esc);
            for (name, number) in [
                ("collections", shown(statistics.collections)),
                ("collected", shown(statistics.collected)),
                ("uncollectable", 0),
            ] {
                entry.set_str(esc, name, int::new(esc, number.cast_signed()));
            }
            entry.into_value()
        })
        .collect();
    Ok(list::new(esc, generations).into_value())
}

/// `get_objects(generation=None)`: there is one generation, the oldest.
fn get_objects(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: interp_object::args::Signature<1> =
        interp_object::args::Signature::new("get_objects", ["generation"], 0);
    let [generation] = args.bind(esc, &SIGNATURE)?;
    let generation = match generation.filter(|generation| !generation.is_none()) {
        None => 2,
        Some(generation) => ops::index_i64(esc, generation)?,
    };
    let objects = match generation {
        -1 | 2 => gcmodel::objects(esc),
        0 | 1 => Vec::new(),
        3.. => {
            return Err(
                esc.value_error("generation parameter must be less than the number of available generations (3)")
            );
        }
        _ => return Err(esc.value_error("generation parameter cannot be negative")),
    };
    Ok(list::new(esc, objects).into_value())
}

fn get_referrers(esc: Esc<'_>, _: &Value, targets: &[Value]) -> PyResult {
    Ok(list::new(esc, gcmodel::referrers(esc, targets)).into_value())
}

fn get_referents(esc: Esc<'_>, _: &Value, objects: &[Value]) -> PyResult {
    Ok(list::new(esc, gcmodel::referents(esc, objects)).into_value())
}

fn freeze(esc: Esc<'_>, _: &Value) -> PyResult {
    world().freeze(esc.thread().mutator());
    Ok(none())
}

fn unfreeze(esc: Esc<'_>, _: &Value) -> PyResult {
    world().unfreeze(esc.thread().mutator());
    Ok(none())
}

fn get_freeze_count(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(int::from_usize(esc, world().frozen_count()))
}

fn is_tracked(_: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    Ok(singletons::bool(value.header().is_some() && value.class().is_traced()))
}

fn is_finalized(_: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    let bits = value.object_header().map_or(0, stackref::Header::gc_bits);
    Ok(singletons::bool(bits & stackref::gc_bits::FINALIZED != 0))
}
