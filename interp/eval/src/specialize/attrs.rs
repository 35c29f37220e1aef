//! `LOAD_ATTR` and `STORE_ATTR`: facts about types, descriptors and instances.
//!
//! What a type says is asked once, with the version it holds for; `typeobj` makes sure that both are of one moment.

use std::cell::RefCell;
use std::num::NonZeroU32;

use interp_object::data::code::CodeObject;
use interp_object::data::descr::{CLASS_METHOD, ClassMethod, Member, PROPERTY, Property, STATIC_METHOD};
use interp_object::data::dict::{DICT, Dict};
use interp_object::data::frame::{Frame, payload_in};
use interp_object::data::function::{FUNCTION, Function};
use interp_object::data::module::{MODULE, Module};
use interp_object::data::types::{OBJECT, TYPE};
use interp_object::intern::{self, names};
use interp_object::layout::{ValueExt, class_of};
use interp_object::native::CLASS_METHOD_DESCRIPTOR;
use interp_object::typeobj::{self, TypeFlags};
use interp_object::{Esc, TypeObject, Value, Word, attr, ops};
use specializer::cache::Kind;
use specializer::decide::load_attr::{self, Failure, Form, Found, LoadAttr, OnType, Owner};
use specializer::decide::store_attr::{self, StoreAttr};
use specializer::decide::{Lookup, Planned, Storage, Version};

use super::poly::{self, Extended};
use super::{Held, Probe, begin, is_plain_name, locate};
use crate::dispatch::Cell;
use crate::ops::names::name;

/// An owner and a name, with what the owner's type says of it.
struct Site<'a> {
    esc: Esc<'a>,
    owner: &'a Value,
    name: &'a Value,
    for_call: bool,
    /// Keeps what the words of this attempt name alive: another thread may take it out of its class meanwhile.
    kept: RefCell<Vec<Value>>,
    by_type: Found<Word>,
    version: Version,
}

/// A function of `count` positional parameters and nothing else.
pub(super) fn is_simple(function: &Value, count: u32) -> bool {
    let Some(function) = function.exact::<Function>() else { return false };
    // SAFETY: a function's code is deferred, and this function is alive.
    let code: &CodeObject = unsafe { payload_in(function.code_word()) };
    function.version() > 1 && code.takes_plainly(count as usize)
}

pub(super) fn uncounted(value: &Value) -> Word {
    let word = value.word();
    if word.is_ptr() { word.to_uncounted() } else { word }
}

/// What a descriptor, or a plain value, found on a type means for `class`'s instances.
fn classify(esc: Esc<'_>, class: &TypeObject, found: &Value, kept: &mut Vec<Value>) -> Found<Word> {
    let kind = found.class();
    if kind.has(TypeFlags::METHOD_DESCRIPTOR) {
        return Found::Method(uncounted(found));
    }
    if let Some(property) = found.exact::<Property>() {
        return match property.getter.get(esc, property) {
            // The property holds the getter, and a property's functions are set by `__init__` only.
            Some(getter) => {
                let simple = is_simple(&getter, 1);
                let word = uncounted(&getter);
                kept.push(getter);
                Found::Property { simple, getter: word }
            }
            None => Found::Overriding,
        };
    }
    if let Some(member) = found.exact::<Member>() {
        let own = TypeObject::from_value(&member.owner).is_some_and(|owner| class.is_subtype(owner));
        let (start, count) = class.slot_words();
        let within = (start..start + 8 * count).contains(&member.offset);
        return match u32::try_from(member.offset) {
            Ok(offset) if own && within => Found::Slot { offset },
            _ => Found::OddSlot,
        };
    }
    if std::ptr::eq(kind, &raw const CLASS_METHOD) || std::ptr::eq(kind, &raw const CLASS_METHOD_DESCRIPTOR) {
        return Found::ClassMethod;
    }
    match (kind.slots.descr_get.is_empty(), kind.slots.descr_set.is_empty()) {
        (_, false) => Found::Overriding,
        (false, true) => Found::NonOverriding,
        // A class may learn to be a descriptor.
        (true, true) if kind.is_heap() => Found::Mutable(of_value(found)),
        (true, true) => Found::Plain(of_value(found)),
    }
}

fn is_generic_get(class: &TypeObject) -> bool {
    class.slots.getattr.get().is_none_or(|getattr| getattr as usize == attr::generic_get as *const () as usize)
}

fn is_generic_set(class: &TypeObject) -> bool {
    class.slots.setattr.get().is_none_or(|setattr| setattr as usize == attr::generic_set as *const () as usize)
}

impl<'a> Site<'a> {
    fn new(esc: Esc<'a>, owner: &'a Value, name: &'a Value, for_call: bool) -> Self {
        let class = owner.class();
        let (found, version) = typeobj::lookup_with_version(esc, class, name);
        let mut kept = Vec::new();
        let by_type = found.as_ref().map_or(Found::Absent, |found| classify(esc, class, found, &mut kept));
        kept.extend(found);
        Site { esc, owner, name, for_call, kept: RefCell::new(kept), by_type, version: NonZeroU32::new(version) }
    }

    /// Keeps a value until the attempt ends.
    fn keep(&self, value: Value) {
        self.kept.borrow_mut().push(value);
    }

    fn storage(&self) -> Storage {
        let class = self.owner.class();
        let Some(header) = self.owner.object_header() else { return Storage::None };
        if let (Some(values), Some(keys)) = (attr::inline_values(header, class), class.shared_keys())
            && values.is_valid()
        {
            // Version first: names only come, so one that is absent afterwards was absent in that version.
            let version = NonZeroU32::new(keys.assign_version());
            let index = keys.index_of(&mut Probe::new(self.esc), self.name, ops::name_hash(self.name));
            let index = index.and_then(|index| u32::try_from(index).ok());
            return Storage::Inline { valid: true, index, keys: version };
        }
        if class.dict_offset().is_none() {
            return Storage::None;
        }
        let Some(dict) = attr::existing_dict(self.esc, self.owner) else { return Storage::Unborn };
        match locate(self.esc, &dict, self.name) {
            Lookup::Found { index, .. } => Storage::Map { index: Some(index) },
            Lookup::Absent { .. } => Storage::Map { index: None },
            Lookup::NotPlain | Lookup::Busy => Storage::Unreadable,
        }
    }
}

impl Site<'_> {
    /// What a value found on a type means for the type itself.
    fn classify_on_type(&self, value: &Value) -> Found<Word> {
        let class = value.class();
        // A function is found as it is; other descriptors would be asked with no instance.
        if std::ptr::eq(class, &raw const FUNCTION) {
            return Found::Method(uncounted(value));
        }
        if class.slots.descr_get.is_empty() {
            let word = of_value(value);
            return if class.is_heap() { Found::Mutable(word) } else { Found::Plain(word) };
        }
        // The class method keeps its function; one that is made anew leaves no version standing.
        match value.exact::<ClassMethod>().and_then(|method| method.callable.get(self.esc, method)) {
            Some(function) if std::ptr::eq(function.class(), &raw const FUNCTION) => {
                let word = uncounted(&function);
                self.keep(function);
                Found::ClassMethodOver(word)
            }
            _ => Found::Overriding,
        }
    }

    /// What a type says that has a `__getattribute__` or `__getattr__` of its own.
    fn by_hooked_type(&self) -> Found<Word> {
        let class = self.owner.class();
        let hook = typeobj::lookup(self.esc, class, names::getattribute(self.esc));
        let fallback = typeobj::lookup(self.esc, class, names::getattr(self.esc));
        let Some(hook) = hook else { return Found::NativeHook };
        if hook.exact::<Function>().is_some() {
            let simple = fallback.is_none() && is_simple(&hook, 2);
            // The version of the type is current as long as nothing was changed since, and then the hook is still this.
            let function = uncounted(&hook);
            self.keep(hook);
            return Found::Hook { function, simple };
        }
        let usual = typeobj::lookup(self.esc, &OBJECT, names::getattribute(self.esc));
        match self.by_type {
            _ if !usual.is_some_and(|usual| usual.is(&hook)) => Found::NativeHook,
            // A getter that fails asks `__getattr__`.
            Found::Property { .. } => Found::Overriding,
            found => found,
        }
    }
}

impl load_attr::Facts for Site<'_> {
    type Handle = Word;

    fn name_is_plain(&self) -> bool {
        is_plain_name(self.name)
    }

    fn owner(&self) -> Owner {
        let class = self.owner.class();
        if std::ptr::eq(class, &raw const MODULE) {
            Owner::Module
        } else if TypeObject::from_value(self.owner).is_some() {
            Owner::Type
        } else if class.has(TypeFlags::READY) {
            Owner::Instance
        } else {
            Owner::NotReady
        }
    }

    fn for_call(&self) -> bool {
        self.for_call
    }

    fn in_module(&self) -> Lookup {
        let Some(module) = self.owner.payload::<Module>() else { return Lookup::NotPlain };
        let overridden = !matches!(self.by_type, Found::Absent);
        if overridden || !std::ptr::eq(module.dict().value().class(), &raw const DICT) {
            return Lookup::NotPlain;
        }
        let dict: &Dict = module.dict();
        if module.dict().get_interned(self.esc, &intern::intern(self.esc, "__getattr__")).is_some() {
            return Lookup::NotPlain;
        }
        locate(self.esc, dict, self.name)
    }

    fn on_type(&self) -> OnType<Word> {
        let meta = self.owner.class();
        let meta_is_plain = meta
            .slots
            .getattr
            .get()
            .zip(TYPE.slots.getattr.get())
            .is_some_and(|(one, other)| one as usize == other as usize)
            && matches!(self.by_type, Found::Absent | Found::Method(_) | Found::NonOverriding | Found::Plain(_));
        let Some(class) = TypeObject::from_value(self.owner) else {
            return OnType { found: Found::Absent, version: None, meta_is_plain: false, meta: None };
        };
        let (found, version) = typeobj::lookup_with_version(self.esc, class, self.name);
        let found = match found {
            Some(value) => {
                let found = self.classify_on_type(&value);
                self.keep(value);
                found
            }
            None => Found::Absent,
        };
        let is_type = std::ptr::eq(meta, &raw const TYPE);
        let meta = (!is_type).then_some(self.version);
        OnType { found, version: NonZeroU32::new(version), meta_is_plain, meta }
    }

    fn by_type(&self) -> Found<Word> {
        if is_generic_get(self.owner.class()) { self.by_type } else { self.by_hooked_type() }
    }

    fn type_version(&self) -> Version {
        self.version
    }

    fn storage(&self) -> Storage {
        Site::storage(self)
    }

    fn may_hold(&self, handle: Word) -> bool {
        // Counted: it is retained at each use.
        handle.is_counted() || may_hold(handle)
    }
}

/// The handle of a value: counted if shared code may not hold it.
fn of_value(value: &Value) -> Word {
    if may_hold(uncounted(value)) { uncounted(value) } else { value.word() }
}

/// Whether shared code may hold a word: immediates, immortals, deferred objects. Functions, classes and the common
/// descriptors become deferred.
pub(super) fn may_hold(word: Word) -> bool {
    let Some(header) = word.header() else { return true };
    // SAFETY: the attempt keeps what it looks at alive.
    let header = unsafe { header.as_ref() };
    if header.is_immortal() || header.is_deferred() {
        return true;
    }
    let class = class_of(word);
    let lasting: [&TypeObject; 4] = [&FUNCTION, &PROPERTY, &STATIC_METHOD, &CLASS_METHOD];
    (class.has(TypeFlags::TYPE_SUBCLASS) || lasting.iter().any(|lasting| std::ptr::eq(class, *lasting)))
        && header.enable_deferred()
}

/// The record of a plan; `None` if the value's type has changed meanwhile.
fn held(plan: &load_attr::Plan<Word>, value: Word) -> Option<Held> {
    let mut held =
        Held { version: plan.version.get(), second: plan.second.map_or(0, NonZeroU32::get), value, ..Held::EMPTY };
    match plan.form() {
        Form::Property | Form::Hook => {
            // SAFETY: a getter or hook that is simple is a function; the type, or its property, keeps it alive.
            let function: &Function = unsafe { payload_in(value) };
            held.function_version = function.version();
        }
        Form::Class | Form::ClassWithMetaCheck | Form::PlainWithValues | Form::PlainNoDict => {
            let class = class_of(value);
            if class.is_heap() && !std::ptr::eq(class, &raw const FUNCTION) {
                held.value_version = class.assign_version();
                // Asked after the version was drawn, so of this version.
                let plain = class.slots.descr_get.is_empty() && class.slots.descr_set.is_empty();
                if held.value_version == 0 || !plain {
                    return None;
                }
            }
            held.direct = held.value_version == 0 && !value.is_counted();
        }
        _ => {}
    }
    Some(held)
}

/// An attempt at `LOAD_ATTR`; whether a form was installed.
#[cold]
pub(crate) fn load_attr(esc: Esc<'_>, ip: *const Cell, frame: &Frame, owner: &Value, oparg: u32) -> bool {
    let Some(attempt) = begin::<LoadAttr>(esc, ip) else { return false };
    let site = Site::new(esc, owner, name(frame, oparg >> 1), oparg & 1 != 0);
    let plan = match load_attr::decide(&site) {
        Ok(plan) => plan,
        Err(why) => return attempt.fail(why),
    };
    let word = match (plan.handle, plan.words()) {
        (Some(value), _) => match held(&plan, value) {
            Some(known) => known.publish(Kind::record_of(plan.form())),
            None => return attempt.fail(Failure::Mutable),
        },
        (None, Some(words)) => words.as_slice()[0],
        (None, None) => return attempt.end(Ok(plan)),
    };
    // A site that had a form and missed often: perhaps another type comes by.
    match attempt.is_specialized().then(|| poly::extended(attempt.cached(0), word, &poly::LOADS)) {
        Some(Extended::Record(cases)) => {
            attempt.drop_unused(word);
            attempt.install(poly::load_form(cases), &[cases])
        }
        Some(Extended::TooMany) => {
            attempt.drop_unused(word);
            attempt.fail(Failure::Megamorphic)
        }
        Some(Extended::Single) | None => attempt.install(plan.form(), &[word]),
    }
}

impl store_attr::Facts for Site<'_> {
    type Handle = Word;

    fn name_is_plain(&self) -> bool {
        is_plain_name(self.name)
    }

    fn owner_is_plain(&self) -> bool {
        let class = self.owner.class();
        class.has(TypeFlags::READY)
            && is_generic_set(class)
            && !std::ptr::eq(class, &raw const MODULE)
            && TypeObject::from_value(self.owner).is_none()
    }

    fn by_type(&self) -> Found<Word> {
        self.by_type
    }

    fn type_version(&self) -> Version {
        self.version
    }

    fn storage(&self) -> Storage {
        Site::storage(self)
    }
}

/// An attempt at `STORE_ATTR`; whether a form was installed.
#[cold]
pub(crate) fn store_attr(esc: Esc<'_>, ip: *const Cell, frame: &Frame, owner: &Value, index: u32) -> bool {
    let Some(attempt) = begin::<StoreAttr>(esc, ip) else { return false };
    let plan = match store_attr::decide(&Site::new(esc, owner, name(frame, index), false)) {
        Ok(plan) => plan,
        Err(why) => return attempt.fail(why),
    };
    let Some(word) = plan.words().and_then(|words| words.as_slice().first().copied()) else {
        return attempt.end(Ok(plan));
    };
    match attempt.is_specialized().then(|| poly::extended(attempt.cached(0), word, &poly::STORES)) {
        Some(Extended::Record(cases)) => attempt.install(poly::store_form(cases), &[cases]),
        Some(Extended::TooMany) => attempt.fail(store_attr::Failure::Megamorphic),
        Some(Extended::Single) | None => attempt.end(Ok(plan)),
    }
}
