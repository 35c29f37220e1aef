//! `groupby`.

use interp_object::args::Signature;
use interp_object::data::tuple;
use interp_object::layout::{self, Obj, ValueExt};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use super::{Shared, fill, iterator_type};
use crate::util::given;

pub(super) fn init(esc: Esc<'_>) {
    fill(esc, &GROUP_BY, Some(new), next, &[]);
    fill(esc, &GROUPER, None, next_in_group, &[]);
}

/// The item read last and its key, the key of the running group, and the number of groups begun.
#[derive(Default)]
struct Position {
    item: Option<Value>,
    key: Option<Value>,
    group: Option<Value>,
    groups: u64,
}

pub(super) struct GroupBy {
    source: Value,
    key: Option<Value>,
    position: Shared<Position>,
}

iterator_type!(
    GroupBy,
    GROUP_BY,
    "groupby",
    |me, visit| {
        visit(me.source.word());
        if let Some(key) = &me.key {
            visit(key.word());
        }
        let words = me.position.with(|at| [&at.item, &at.key, &at.group].map(|value| value.as_ref().map(Value::word)));
        words.into_iter().flatten().for_each(visit);
    },
    |out| {
        let position = me.position.with(std::mem::take);
        out.extend([position.item, position.key, position.group].into_iter().flatten());
    }
);

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("groupby", ["iterable", "key"], 1);
    let [Some(iterable), key] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("groupby() lost its arguments"));
    };
    let source = ops::iterator(esc, iterable)?;
    let payload = GroupBy { source, key: given(key).cloned(), position: Shared::new(Position::default()) };
    Ok(layout::new_with_type(esc, class, payload).into_value())
}

impl GroupBy {
    /// Reads an item. `false` at the end.
    fn advance(&self, esc: Esc<'_>) -> PyResult<bool> {
        let Some(item) = ops::next(esc, &self.source)? else { return Ok(false) };
        let key = match &self.key {
            Some(key) => call::call(esc, key, std::slice::from_ref(&item))?,
            None => item.clone(),
        };
        let old = self.position.with(|at| (at.item.replace(item), at.key.replace(key)));
        drop(old);
        Ok(true)
    }
}

fn next(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(groups) = iterator.as_obj::<GroupBy>() else { return Ok(None) };
    // Skips what is left of the running group.
    loop {
        let (key, group) = groups.position.with(|at| (at.key.clone(), at.group.clone()));
        let skip = match (&key, &group) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(key), Some(group)) => ops::identical_or_equal(esc, key, group)?,
        };
        if !skip {
            break;
        }
        if !groups.advance(esc)? {
            return Ok(None);
        }
    }
    let (key, old, number) = groups.position.with(|at| {
        let old = at.group.take();
        at.group = at.key.clone();
        at.groups += 1;
        (at.key.clone(), old, at.groups)
    });
    drop(old);
    let Some(key) = key else { return Ok(None) };
    let grouper = layout::new(esc, Grouper { parent: groups.clone(), key: key.clone(), number }).into_value();
    Ok(Some(tuple::new(esc, [key, grouper]).into_value()))
}

/// One group.
pub(super) struct Grouper {
    parent: Obj<GroupBy>,
    key: Value,
    number: u64,
}

iterator_type!(
    Grouper,
    GROUPER,
    "_grouper",
    |me, visit| {
        visit(me.parent.value().word());
        visit(me.key.word());
    },
    |_out| {
        let _ = me;
    }
);

fn next_in_group(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(grouper) = iterator.payload::<Grouper>() else { return Ok(None) };
    let parent = &grouper.parent;
    let (running, has_item) = parent.position.with(|at| (at.groups == grouper.number, at.item.is_some()));
    if !running || (!has_item && !parent.advance(esc)?) {
        return Ok(None);
    }
    let key = parent.position.with(|at| at.key.clone());
    match key {
        Some(key) if ops::identical_or_equal(esc, &grouper.key, &key)? => Ok(parent.position.with(|at| at.item.take())),
        _ => Ok(None),
    }
}
