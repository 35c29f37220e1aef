//! `LOAD_SUPER_ATTR`: what lies behind a class in the receiver's MRO.
//!
//! The version of the type whose MRO is searched covers all of it, so a record of version, class and what was found says
//! what a search would find. The receiver's type is searched, or in class methods the receiver itself.

use std::num::NonZeroU32;

use interp_object::data::descr::SUPER;
use interp_object::data::frame::{Frame, payload_in};
use interp_object::intern::names;
use interp_object::layout::{ValueExt, class_of};
use interp_object::typeobj::{TypeBody, TypeFlags, TypeRef};
use interp_object::{Esc, PyResult, TypeObject, Value, Word};
use specializer::cache::Kind;
use specializer::decide::load_super_attr::{self, Facts, Form, LoadSuperAttr};
use specializer::decide::{Planned, Version};

use super::attrs::{may_hold, uncounted};
use super::{Held, begin, held, is_plain_name};
use crate::dispatch::Cell;
use crate::frames::value_of;
use crate::ops::names::name;

/// What `Held::second` says of a record whose receiver is the type that is searched.
const OF_TYPE: u32 = 1;

/// The type whose MRO `super(start, receiver)` searches, and whether it is the receiver itself. `None`: `super` refuses.
fn searched<'a>(start: &TypeObject, receiver: &'a Value) -> Option<(&'a TypeObject, bool)> {
    if let Some(class) = TypeObject::from_value(receiver).filter(|class| class.is_subtype(start)) {
        return Some((class, true));
    }
    let class = receiver.class();
    class.is_subtype(start).then_some((class, false))
}

/// `name` in the MRO of `class` behind `start`.
fn find(esc: Esc<'_>, class: &TypeObject, start: &TypeObject, name: &Value) -> Option<Value> {
    let mro = class.mro();
    let behind = mro.as_ref()?.0.iter().skip_while(|class| !std::ptr::eq(&***class, start)).skip(1);
    behind.into_iter().find_map(|class| class.dict().get_interned(esc, name))
}

fn is_super(word: Word) -> bool {
    word.header() == Some(std::ptr::NonNull::from(&SUPER).cast())
}

/// What was found, and how it binds.
#[derive(Clone, Copy)]
pub(crate) struct Behind {
    word: Word,
    of_type: bool,
}

/// `super(class, receiver).name` without making the `super` object; a method and whether the receiver goes before the
/// arguments if it is about to be called. `None` if `super` itself must decide.
pub(crate) fn look_up(
    esc: Esc<'_>,
    (global_super, class, receiver): (&Value, &Value, &Value),
    name: &Value,
    for_call: bool,
) -> PyResult<Option<(Value, bool)>> {
    if !is_super(global_super.word()) || name.is(names::class(esc)) {
        return Ok(None);
    }
    let Some(start) = TypeObject::from_value(class) else { return Ok(None) };
    let Some((owner, of_type)) = searched(start, receiver) else { return Ok(None) };
    let Some(found) = find(esc, owner, start, name) else { return Ok(None) };
    if for_call && !of_type && found.class().has(TypeFlags::METHOD_DESCRIPTOR) {
        return Ok(Some((found, true)));
    }
    bind_value(esc, found, of_type, receiver).map(|value| Some((value, false)))
}

fn bind_value(esc: Esc<'_>, found: Value, of_type: bool, receiver: &Value) -> PyResult {
    let Some(get) = found.class().slots.descr_get.get() else { return Ok(found) };
    match TypeObject::from_value(receiver) {
        Some(owner) if of_type => get(esc, &found, None, owner),
        _ => get(esc, &found, Some(receiver), receiver.class()),
    }
}

/// The record, if `super` is the builtin, the class the cached one, and the receiver's type in the cached version.
#[inline(always)]
fn guarded<'a>(global_super: Word, class: Word, receiver: Word, cache: u64, form: Form) -> Option<&'a Held> {
    let known = held(cache, Kind::record(form as u8))?;
    (is_super(global_super) && class.is(known.beside) && version_of(receiver, known.second) == known.version)
        .then_some(known)
}

#[inline(always)]
fn version_of(receiver: Word, of_type: u32) -> u32 {
    let class = class_of(receiver);
    if of_type != OF_TYPE {
        return class.version();
    }
    if !class.has(TypeFlags::TYPE_SUBCLASS) {
        return 0;
    }
    // SAFETY: the flag says that the receiver is a type.
    let body: &TypeBody = unsafe { payload_in(receiver) };
    body.version()
}

/// `LOAD_SUPER_ATTR_METHOD`
#[inline(always)]
pub(crate) fn method(global_super: Word, class: Word, receiver: Word, cache: u64) -> Option<Word> {
    guarded(global_super, class, receiver, cache, Form::Method).map(|known| known.value)
}

/// `LOAD_SUPER_ATTR_ATTR`
#[inline(always)]
pub(crate) fn behind(global_super: Word, class: Word, receiver: Word, cache: u64) -> Option<Behind> {
    let known = guarded(global_super, class, receiver, cache, Form::Attr)?;
    Some(Behind { word: known.value, of_type: known.second == OF_TYPE })
}

/// Binds what was found to the receiver.
pub(crate) fn bind(esc: Esc<'_>, found: Behind, receiver: &Value) -> PyResult {
    match value_of(found.word) {
        Some(value) => bind_value(esc, value, found.of_type, receiver),
        None => Err(esc.system_error("a record names a value")),
    }
}

struct Seen {
    is_super: bool,
    is_type: bool,
    for_call: bool,
    behind: load_super_attr::Behind<Word>,
    version: Version,
}

impl Facts for Seen {
    type Handle = Word;

    fn super_is_builtin(&self) -> bool {
        self.is_super
    }

    fn class_is_type(&self) -> bool {
        self.is_type
    }

    fn for_call(&self) -> bool {
        self.for_call
    }

    fn behind(&self) -> load_super_attr::Behind<Word> {
        self.behind
    }

    fn version(&self) -> Version {
        self.version
    }

    fn may_hold(&self, handle: Word) -> bool {
        may_hold(handle)
    }
}

/// What a search finds, with the version it holds for, and what keeps it alive meanwhile.
fn search(
    esc: Esc<'_>,
    start: &TypeObject,
    receiver: &Value,
    name: &Value,
) -> (load_super_attr::Behind<Word>, u32, u32, Option<Value>) {
    use load_super_attr::Behind as B;
    let Some((owner, of_type)) = searched(start, receiver) else { return (B::Refused, 0, 0, None) };
    // A receiver that is a type may be searched itself or through its metatype; which, its metatype's version does not
    // say.
    if name.is(names::class(esc)) || !of_type && owner.has(TypeFlags::TYPE_SUBCLASS) {
        return (B::Refused, 0, 0, None);
    }
    let version = owner.assign_version();
    let found = find(esc, owner, start, name);
    // A change meanwhile leaves a version behind that nothing has any more.
    let behind = match &found {
        None => B::Absent,
        Some(found) if !of_type && found.class().has(TypeFlags::METHOD_DESCRIPTOR) => B::Method(uncounted(found)),
        Some(found) => B::Other(uncounted(found)),
    };
    (behind, version, if of_type { OF_TYPE } else { 0 }, found)
}

/// An attempt at `LOAD_SUPER_ATTR`; whether a form was installed.
#[cold]
pub(crate) fn load(
    esc: Esc<'_>,
    ip: *const Cell,
    frame: &Frame,
    global_super: &Value,
    class: &Value,
    receiver: &Value,
    oparg: u32,
) -> bool {
    let Some(attempt) = begin::<LoadSuperAttr>(esc, ip) else { return false };
    let name = name(frame, oparg >> 2);
    let start = TypeObject::from_value(class).filter(|_| is_plain_name(name));
    let (behind, version, second, _found) = match start {
        Some(start) => search(esc, start, receiver, name),
        None => (load_super_attr::Behind::Refused, 0, 0, None),
    };
    let seen = Seen {
        is_super: is_super(global_super.word()),
        is_type: start.is_some(),
        for_call: oparg & 1 != 0,
        behind,
        version: NonZeroU32::new(version),
    };
    let plan = match load_super_attr::decide(&seen) {
        Ok(plan) => plan,
        Err(why) => return attempt.fail(why),
    };
    let beside = start.map_or(Word::NULL, |start| TypeRef::new(start).word());
    let known = Held { version, second, value: plan.handle, beside, ..Held::EMPTY };
    attempt.install(plan.form(), &[known.publish(Kind::record_of(plan.form()))])
}
