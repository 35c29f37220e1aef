//! `set` and `frozenset`: construction, operators, representation, hashing. The algebra of tables, the methods and the
//! iterator are in sibling files.

pub(crate) mod algebra;
mod iter;
mod methods;
mod order;

use std::sync::atomic::Ordering::Relaxed;

use interp_object::builder::TypeBuilder;
use interp_object::data::set::{self, FROZENSET, FrozenSet, SET, Set, Table, table_of};
use interp_object::data::singletons;
use interp_object::data::tuple::Tuple;
use interp_object::layout::ValueExt;
use interp_object::slots::{BinaryFn, BinaryOp, CompareOp, Slots};
use interp_object::{Args, Esc, PyResult, Raised, TypeObject, Value, ops};

use crate::util::{Text, has_own_init, has_own_new, not_implemented, plain_constructor, this, unhashable};

/// Fills the types.
pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &SET)
        .doc("Build an unordered collection of unique elements.")
        .attribute("__hash__", singletons::none())
        .methods(methods::SHARED)
        .methods(methods::MUTABLE)
        .slots(|slots| {
            common_slots(slots);
            slots.new.set(Some(construct));
            slots.make.set(Some(make));
            slots.init.set(Some(initialize));
            slots.hash.set(Some(unhashable));
            let inplace: [(BinaryOp, BinaryFn); 4] = [
                (BinaryOp::And, inplace_and),
                (BinaryOp::Or, inplace_or),
                (BinaryOp::Subtract, inplace_subtract),
                (BinaryOp::Xor, inplace_xor),
            ];
            for (op, function) in inplace {
                slots.inplace[op as usize].set(Some(function));
            }
        });
    TypeBuilder::new(esc, &FROZENSET)
        .doc("Build an immutable unordered collection of unique elements.")
        .methods(methods::SHARED)
        .slots(|slots| {
            common_slots(slots);
            slots.new.set(Some(construct_frozen));
            slots.hash.set(Some(frozen_hash));
        });
    iter::init(esc);
}

fn common_slots(slots: &Slots) {
    slots.repr.set(Some(repr));
    slots.richcompare.set(Some(compare));
    slots.iter.set(Some(iter::iterate));
    slots.len.set(Some(len));
    slots.contains.set(Some(contains));
    let binary: [(BinaryOp, BinaryFn); 4] =
        [(BinaryOp::And, and), (BinaryOp::Or, or), (BinaryOp::Subtract, subtract), (BinaryOp::Xor, xor)];
    for (op, function) in binary {
        slots.binary[op as usize].set(Some(function));
    }
}

/// The table of a receiver of either kind.
pub(crate) fn table<'a>(esc: Esc<'_>, value: &'a Value) -> PyResult<&'a Table> {
    match table_of(value) {
        Some(table) => Ok(table),
        None => Err(wrong_receiver(esc, value)),
    }
}

#[cold]
fn wrong_receiver(esc: Esc<'_>, value: &Value) -> Raised {
    let class = value.class().name();
    esc.type_error(format_args!("descriptor requires a 'set' object but received a '{class}'"))
}

fn is_frozen(value: &Value) -> bool {
    value.payload::<FrozenSet>().is_some()
}

/// A set with the items of `value` and of its kind: results are of the base types, whatever the operands are.
fn copy_of(esc: Esc<'_>, value: &Value) -> PyResult {
    let table = table(esc, value)?;
    Ok(match is_frozen(value) {
        true => set::frozen_copy(esc, table)?.into_value(),
        false => set::copy(esc, table)?.into_value(),
    })
}

/// An empty set of the kind of `value`.
fn empty_like(esc: Esc<'_>, value: &Value) -> Value {
    match is_frozen(value) {
        true => set::frozen_as(esc, &FROZENSET).into_value(),
        false => set::new(esc).into_value(),
    }
}

fn construct(esc: Esc<'_>, class: &TypeObject, _args: Args<'_>) -> PyResult {
    Ok(set::new_as(esc, class).into_value())
}

/// `set(iterable)`
fn make(esc: Esc<'_>, args: Args<'_>) -> PyResult {
    args.no_keywords(esc, "set")?;
    let items = Args::positional(args.pos()).expect(esc, "set", 0, 1)?.first();
    let mut made = set::Gathered::new(esc);
    if let Some(items) = items {
        gather(esc, &mut made, items)?;
    }
    Ok(made.finish(esc).into_value())
}

/// Adds what an iterable gives to a set that is being made.
fn gather(esc: Esc<'_>, made: &mut set::Gathered, items: &Value) -> PyResult<()> {
    if let Some(items) = items.exact::<Tuple>() {
        return items.as_slice().iter().try_for_each(|item| made.add(esc, item.clone()).map(|_new| ()));
    }
    if let Some(items) = algebra::hashed_items(esc, items) {
        return items.into_iter().try_for_each(|(item, hash)| made.add_hashed(esc, item, hash).map(|_new| ()));
    }
    ops::iterate(esc, items, |item| made.add(esc, item).map(|_new| true))
}

fn initialize(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult<()> {
    plain_constructor(esc, "set", args, has_own_new(value.class(), &SET))?;
    let items = Args::positional(args.pos()).expect(esc, "set", 0, 1)?;
    let table = this::<Set>(esc, value)?.table();
    if !table.is_empty(esc) {
        table.clear_items(esc);
    }
    items.first().map_or(Ok(()), |items| algebra::update(esc, table, items))
}

fn construct_frozen(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    plain_constructor(esc, "frozenset", args, has_own_init(class, &FROZENSET))?;
    let items = Args::positional(args.pos()).expect(esc, "frozenset", 0, 1)?.first();
    if let Some(items) = items
        && std::ptr::eq(class, &raw const FROZENSET)
        && items.exact::<FrozenSet>().is_some()
    {
        return Ok(items.clone());
    }
    if std::ptr::eq(class, &raw const FROZENSET) {
        let mut made = set::Gathered::new(esc);
        if let Some(items) = items {
            gather(esc, &mut made, items)?;
        }
        return Ok(made.finish_frozen(esc).into_value());
    }
    let frozen = set::frozen_as(esc, class);
    if let Some(items) = items {
        algebra::update(esc, frozen.table(), items)?;
    }
    Ok(frozen.into_value())
}

/// The items at this moment, in the order in which the set shows them.
pub(crate) fn shown_items(esc: Esc<'_>, table: &Table) -> Vec<Value> {
    order::shown(table.items(esc))
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let items = shown_items(esc, table(esc, value)?);
    let name = value.class().name();
    let mut text = Text::new("");
    let plain = std::ptr::eq(value.class(), &raw const SET);
    if !plain || items.is_empty() {
        text.push_str(esc, &name);
        text.push_ascii("(");
    }
    if items.is_empty() {
        text.push_ascii(")");
        return Ok(text.finish(esc));
    }
    let done = ops::with_repr_guard(esc, value, || {
        text.push_ascii("{");
        text.push_reprs(esc, &items)?;
        text.push_ascii(if plain { "}" } else { "})" });
        Ok(())
    })?;
    if done.is_none() {
        text = Text::new("");
        text.push_str(esc, &name);
        text.push_ascii("(...)");
    }
    Ok(text.finish(esc))
}

/// CPython's `frozenset_hash`: independent of the order of the items.
fn frozen_hash(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    let frozen = this::<FrozenSet>(esc, value)?;
    match frozen.hash_cell().load(Relaxed) {
        0 => {
            let hash = hash_of_hashes(frozen.table().items(esc).into_iter().map(|(_, hash)| hash));
            frozen.hash_cell().store(hash, Relaxed);
            Ok(hash)
        }
        hash => Ok(hash),
    }
}

fn hash_of_hashes(hashes: impl ExactSizeIterator<Item = i64>) -> i64 {
    let count = hashes.len() as u64;
    let shuffled = |hash: i64| {
        let hash = hash.cast_unsigned();
        ((hash ^ 89_869_747) ^ (hash << 16)).wrapping_mul(3_644_798_167)
    };
    let mut hash = hashes.map(shuffled).fold(0, |all, one| all ^ one);
    hash ^= (count + 1).wrapping_mul(1_927_868_237);
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
    if hash == u64::MAX { 590_923_713 } else { hash.cast_signed() }
}

fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    let (Some(mine), Some(theirs)) = (table_of(left), table_of(right)) else { return not_implemented() };
    let (len, other_len) = (mine.len(esc), theirs.len(esc));
    let holds = match op {
        CompareOp::Eq => len == other_len && algebra::is_subset(esc, mine, theirs)?,
        CompareOp::Ne => len != other_len || !algebra::is_subset(esc, mine, theirs)?,
        CompareOp::Le => len <= other_len && algebra::is_subset(esc, mine, theirs)?,
        CompareOp::Lt => len < other_len && algebra::is_subset(esc, mine, theirs)?,
        CompareOp::Ge => len >= other_len && algebra::is_subset(esc, theirs, mine)?,
        CompareOp::Gt => len > other_len && algebra::is_subset(esc, theirs, mine)?,
    };
    Ok(singletons::bool(holds))
}

fn len(esc: Esc<'_>, value: &Value) -> PyResult<usize> {
    Ok(table(esc, value)?.len(esc))
}

/// A set looked for in a set of sets: it cannot be hashed, but a frozen copy of it can.
fn frozen_key(esc: Esc<'_>, key: &Value) -> PyResult<Option<Value>> {
    match key.payload::<Set>() {
        Some(set) if key.class().slots.hash.same(&SET.slots.hash) => {
            Ok(Some(set::frozen_copy(esc, set.table())?.into_value()))
        }
        _ => Ok(None),
    }
}

fn contains(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult<bool> {
    let table = table(esc, value)?;
    match frozen_key(esc, item)? {
        Some(frozen) => table.contains(esc, &frozen),
        None => table.contains(esc, item),
    }
}

fn and(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    if table_of(left).is_none() || table_of(right).is_none() {
        return not_implemented();
    }
    intersection_of(esc, left, right)
}

/// A set of the kind of `left` with what both have.
pub(crate) fn intersection_of(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let result = empty_like(esc, left);
    algebra::intersect_into(esc, table(esc, &result)?, table(esc, left)?, right)?;
    Ok(result)
}

/// A copy of `left`, changed by an operation with `right`.
fn changed_copy(
    esc: Esc<'_>,
    left: &Value,
    right: &Value,
    change: fn(Esc<'_>, &Table, &Value) -> PyResult<()>,
) -> PyResult {
    if table_of(left).is_none() || table_of(right).is_none() {
        return not_implemented();
    }
    let result = copy_of(esc, left)?;
    change(esc, table(esc, &result)?, right)?;
    Ok(result)
}

fn or(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    changed_copy(esc, left, right, algebra::update)
}

fn subtract(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    if table_of(left).is_none() || table_of(right).is_none() {
        return not_implemented();
    }
    difference_of(esc, left, right)
}

/// A set of the kind of `left` without what `right` has.
fn difference_of(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let result = empty_like(esc, left);
    algebra::subtract_into(esc, table(esc, &result)?, table(esc, left)?, right)?;
    Ok(result)
}

fn xor(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    changed_copy(esc, left, right, algebra::symmetric_difference_update)
}

fn changed_inplace(
    esc: Esc<'_>,
    left: &Value,
    right: &Value,
    change: fn(Esc<'_>, &Table, &Value) -> PyResult<()>,
) -> PyResult {
    if table_of(right).is_none() {
        return not_implemented();
    }
    change(esc, table(esc, left)?, right)?;
    Ok(left.clone())
}

fn inplace_and(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    changed_inplace(esc, left, right, algebra::intersection_update)
}

fn inplace_or(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    changed_inplace(esc, left, right, algebra::update)
}

fn inplace_subtract(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    changed_inplace(esc, left, right, algebra::difference_update)
}

fn inplace_xor(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    changed_inplace(esc, left, right, algebra::symmetric_difference_update)
}
