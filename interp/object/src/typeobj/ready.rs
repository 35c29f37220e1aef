//! Making a type ready: MRO, inherited slots and flags, layout of instances, dictionary.

use std::collections::HashSet;

use crate::data::{dict, tuple};
use crate::layout::Deferred;
use crate::raise::PyResult;
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject, TypeRef};

/// Flags that subclasses get from their base.
const INHERITED: TypeFlags = TypeFlags::DICT
    .union(TypeFlags::WEAKREF)
    .union(TypeFlags::FINALIZER)
    .union(TypeFlags::SEQUENCE)
    .union(TypeFlags::MAPPING)
    .union(TypeFlags::MATCH_SELF)
    .union(TypeFlags::TRACED)
    .union(TypeFlags::INT_SUBCLASS)
    .union(TypeFlags::LIST_SUBCLASS)
    .union(TypeFlags::TUPLE_SUBCLASS)
    .union(TypeFlags::BYTES_SUBCLASS)
    .union(TypeFlags::STR_SUBCLASS)
    .union(TypeFlags::DICT_SUBCLASS)
    .union(TypeFlags::EXCEPTION_SUBCLASS)
    .union(TypeFlags::TYPE_SUBCLASS);

/// Makes a builtin type ready with the base it was declared with. Idempotent; bases come first by recursion.
pub fn ready(esc: Esc<'_>, class: &'static TypeObject) {
    let bases: Vec<TypeRef> = class.static_base().map(TypeRef::new).into_iter().collect();
    ready_with_bases(esc, class, &bases);
}

/// Makes a builtin type with several bases ready (`ExceptionGroup`). The first base is the one it was declared with.
pub fn ready_with_bases(esc: Esc<'_>, class: &'static TypeObject, bases: &[TypeRef]) {
    if class.has(TypeFlags::READY) {
        return;
    }
    if let Some(base) = class.static_base() {
        ready(esc, base);
    }
    // Set first: `type` and `object` refer to each other through their dictionaries.
    class.add_flags(TypeFlags::READY | TypeFlags::IMMUTABLE);
    let namespace = dict::new(esc);
    drop(class.dict_slot().set(&**class, Some(Deferred::new(&namespace).to_obj().into_value())));
    let values: Vec<_> = bases.iter().map(|base| base.value()).collect();
    drop(class.bases_slot().set(&**class, Some(tuple::new(esc, values).into_value())));
    drop(class.base_slot().set(&**class, bases.first().map(|base| base.value())));
    let mut mro = vec![TypeRef::new(class)];
    mro.extend(linearize(bases).unwrap_or_else(|| bases.to_vec()));
    class.set_mro(mro);
    for base in bases {
        class.add_flags(base.flags() & INHERITED);
        class.slots.inherit(&base.slots);
        base.add_subclass(class);
    }
    class.lay_out(0);
}

/// Merges the MROs of `bases` and the bases themselves (C3, as `type.mro` does); `None` if they conflict.
pub fn linearize(bases: &[TypeRef]) -> Option<Vec<TypeRef>> {
    let mut sequences: Vec<Vec<TypeRef>> = bases
        .iter()
        .map(|base| base.mro().as_ref().map_or_else(|| vec![*base], |mro| mro.0.to_vec()))
        .chain([bases.to_vec()])
        .map(|mut sequence| {
            sequence.reverse();
            sequence
        })
        .collect();
    let mut merged = Vec::new();
    loop {
        sequences.retain(|sequence| !sequence.is_empty());
        if sequences.is_empty() {
            return Some(merged);
        }
        let tails: HashSet<TypeRef> =
            sequences.iter().flat_map(|sequence| &sequence[..sequence.len() - 1]).copied().collect();
        let next =
            sequences.iter().filter_map(|sequence| sequence.last()).find(|head| !tails.contains(head)).copied()?;
        merged.push(next);
        for sequence in &mut sequences {
            if sequence.last() == Some(&next) {
                sequence.pop();
            }
        }
    }
}

/// Finishes a class made at run time: bases, MRO, inherited flags and slots, layout. Its dictionary is in place, nobody
/// else has seen it, `slots` are the `__slots__` words of its own.
///
/// The caller checked the bases (layouts agree, each may be subclassed) and computed the MRO without the class itself.
pub fn ready_heap(
    esc: Esc<'_>,
    class: &TypeObject,
    base: TypeRef,
    bases: &[TypeRef],
    rest_of_mro: Vec<TypeRef>,
    slots: usize,
) -> PyResult<()> {
    let values: Vec<_> = bases.iter().map(|base| base.value()).collect();
    drop(class.bases_slot().set(&**class, Some(tuple::new(esc, values).into_value())));
    drop(class.base_slot().set(&**class, Some(base.value())));
    let mut mro = vec![TypeRef::new(class)];
    mro.extend(rest_of_mro);
    for ancestor in &mro[1..] {
        class.add_flags(ancestor.flags() & INHERITED);
    }
    class.set_mro(mro);
    for base in bases {
        class.slots.inherit(&base.slots);
    }
    let inherited = base.slot_words().1;
    class.lay_out(inherited + slots);
    class.add_flags(TypeFlags::READY | TypeFlags::TRACED);
    for base in bases {
        base.add_subclass(class);
    }
    Ok(())
}
