//! What is called, as facts, and the attempts.

use std::num::NonZeroU32;

use interp_object::data::descr::BoundMethod;
use interp_object::data::function::Function;
use interp_object::data::list::{LIST, List};
use interp_object::data::str::{STR, Str};
use interp_object::data::tuple::TUPLE;
use interp_object::data::types::{OBJECT, Plain, TYPE};
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn, NativeFunction};
use interp_object::typeobj;
use interp_object::{Esc, TypeObject, Value, Word};
use specializer::decide::call::{self, Call, CallKw, Callee, Convention, Form, WellKnown, WellKnownType};
use specializer::decide::{Planned, Version};

use super::super::attrs::may_hold;
use super::super::containers::exact;
use super::super::{Held, begin};
use super::native::{method_of, native_of};
use super::{Block, code_of, record};
use crate::dispatch::Cell;

/// What is called, as facts.
struct Seen {
    callee: Callee,
    args: usize,
    /// What the record of a form needs, if it has one.
    known: Held,
}

impl call::Facts for Seen {
    fn callee(&self) -> Callee {
        self.callee
    }
    fn args(&self) -> usize {
        self.args
    }
}

fn function_facts(function: &Function, given: usize) -> call::Function {
    let version: Version = NonZeroU32::new(function.version()).filter(|version| version.get() > 1);
    let code = code_of(function);
    let generator = code.made_executable().is_some_and(|cells| cells.generator_start().is_some());
    call::Function { version, exact: code.takes_plainly(given), plain: true, generator }
}

fn convention(def: &MethodDef) -> Convention {
    match def.function {
        NativeFn::NoArgs(_) => Convention::NoArgs,
        NativeFn::One(_) => Convention::One,
        NativeFn::Positional(_) => Convention::Array,
        NativeFn::Full(_) => Convention::ArrayWithKeywords,
    }
}

fn is_builtin(native: &NativeFunction, name: &str) -> bool {
    native.def().name == name && native.module().exact::<Str>().is_some_and(|module| module.eq_str("builtins"))
}

fn look_at_class(esc: Esc<'_>, callable: &Value, class: &TypeObject, known: &mut Held) -> Callee {
    if !std::ptr::eq(callable.class(), &raw const TYPE) {
        return Callee::Other;
    }
    for (builtin, kind) in [(&TYPE, WellKnownType::Type), (&STR, WellKnownType::Text), (&TUPLE, WellKnownType::Tuple)] {
        if std::ptr::eq(class, builtin) {
            return Callee::WellKnownType(kind);
        }
    }
    if !class.is_heap() {
        return Callee::NativeType;
    }
    let (found, version) = typeobj::lookup_with_version(esc, class, names::init(esc));
    let plain = class.slots.new.same(&OBJECT.slots.new) && class.layout().is::<Plain>();
    let Some(function) = found.as_ref().and_then(|found| found.exact::<Function>()).filter(|_| plain) else {
        return Callee::Other;
    };
    let word = found.as_ref().map_or(Word::NULL, |found| found.word().to_uncounted());
    if function.version() <= 1 || !may_hold(word) {
        return Callee::OddType;
    }
    *known = Held { version, value: word, function_version: function.version(), ..*known };
    Callee::PlainType(NonZeroU32::new(version))
}

fn look(esc: Esc<'_>, block: Block) -> Seen {
    let callable = block.callable();
    let args = block.given();
    let mut known = Held::EMPTY;
    let mut receiver = 0;
    let callee = if let Some(function) = callable.exact::<Function>() {
        Callee::Function(function_facts(function, args))
    } else if let Some(bound) = callable.exact::<BoundMethod>() {
        match bound.function.exact::<Function>() {
            Some(function) => Callee::BoundMethod(function_facts(function, args + 1)),
            None => Callee::Other,
        }
    } else if let Some(native) = native_of(callable.word()) {
        known.def = Some(native.def());
        let well_known = [("len", WellKnown::Len, 1), ("isinstance", WellKnown::IsInstance, 2)]
            .into_iter()
            .find(|(name, _, count)| *count == block.argc && block.skip() == 1 && is_builtin(native, name));
        match well_known {
            Some((_, kind, _)) => Callee::WellKnown(kind),
            None => Callee::Native(convention(native.def())),
        }
    } else if let Some(method) = method_of(callable.word()) {
        known.def = Some(method.def());
        receiver = 1;
        let this = block.word(1);
        let is_append = method.def().name == "append" && std::ptr::eq(&raw const *method.owner(), &raw const LIST);
        if is_append && block.argc == 1 && !this.is_null() && exact::<List>(this).is_some() {
            Callee::WellKnown(WellKnown::ListAppend)
        } else if args == 0 {
            Callee::Other
        } else {
            Callee::NativeMethod(convention(method.def()))
        }
    } else if let Some(class) = TypeObject::from_value(callable) {
        look_at_class(esc, callable, class, &mut known)
    } else {
        Callee::Other
    };
    Seen { callee, args: args.saturating_sub(receiver), known }
}

/// An attempt at `CALL`; whether a form was installed.
#[cold]
pub(crate) fn attempt(esc: Esc<'_>, ip: *const Cell, fp: *mut Word, base: usize, argc: usize) -> bool {
    let Some(attempt) = begin::<Call>(esc, ip) else { return false };
    let seen = look(esc, Block::new(fp, base, argc));
    match call::decide(&seen) {
        Ok(plan) => match plan.form() {
            form @ (Form::AllocAndEnterInit | Form::Len | Form::IsInstance | Form::ListAppend) => {
                attempt.install(form, &[seen.known.publish(record(form))])
            }
            _ => attempt.end(Ok(plan)),
        },
        Err(why) => attempt.fail(why),
    }
}

/// An attempt at `CALL_KW`; whether a form was installed.
#[cold]
pub(crate) fn attempt_keywords(esc: Esc<'_>, ip: *const Cell, callable: Word, this: Word) -> bool {
    let Some(attempt) = begin::<CallKw>(esc, ip) else { return false };
    let bound = exact::<BoundMethod>(callable).filter(|_| this.is_null());
    let callee = match (exact::<Function>(callable), bound.and_then(|bound| bound.function.exact::<Function>())) {
        (Some(function), _) => Callee::Function(function_facts(function, usize::MAX)),
        (None, Some(function)) => Callee::BoundMethod(function_facts(function, usize::MAX)),
        (None, None) => Callee::Other,
    };
    attempt.end(call::with_keywords(callee))
}
