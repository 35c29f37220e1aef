//! `LOAD_GLOBAL`: facts.

use interp_object::data::dict::{DICT, Dict, lock_of};
use interp_object::data::frame::{Frame, payload_in};
use interp_object::layout::class_of;
use interp_object::{Esc, Value, Word};
use specializer::decide::Lookup;
use specializer::decide::load_global::{self, Facts, LoadGlobal};

use super::{Probe, begin, is_plain_name, locate_locked};
use crate::dispatch::Cell;
use crate::ops::names::name;

struct Seen {
    plain: bool,
    first: Lookup,
    second: Lookup,
}

impl Facts for Seen {
    fn name_is_plain(&self) -> bool {
        self.plain
    }
    fn first(&self) -> Lookup {
        self.first
    }
    fn second(&self) -> Lookup {
        self.second
    }
}

fn plain_dict<'a>(word: Word) -> Option<&'a Dict> {
    if !std::ptr::eq(class_of(word), &raw const DICT) {
        return None;
    }
    // SAFETY: the type was compared; the frame's function keeps its namespaces alive.
    Some(unsafe { payload_in(word) })
}

fn look(esc: Esc<'_>, frame: &Frame, name: &Value) -> Seen {
    let odd = Seen { plain: is_plain_name(name), first: Lookup::NotPlain, second: Lookup::NotPlain };
    let (Some(globals), Some(builtins)) = (plain_dict(frame.globals()), plain_dict(frame.builtins())) else {
        return odd;
    };
    if globals.core().is_split() || builtins.core().is_split() || lock_of(globals).lock().is_locked() {
        return Seen { first: Lookup::Busy, ..odd };
    }
    let mut probe = Probe::new(esc);
    // One view of both: in address order.
    let both = dictkeys::Dict::lock2(
        (globals.core(), lock_of(globals).lock()),
        (builtins.core(), lock_of(builtins).lock()),
        &probe,
    );
    let first = locate_locked(&both.a, &mut probe, name);
    let second = match (first, &both.b) {
        (Lookup::Absent { .. }, Some(locked)) => locate_locked(locked, &mut probe, name),
        _ => first,
    };
    Seen { first, second, ..odd }
}

/// An attempt at `LOAD_GLOBAL`; whether a form was installed.
#[cold]
pub(crate) fn load_global(esc: Esc<'_>, ip: *const Cell, frame: &Frame, index: u32) -> bool {
    let Some(attempt) = begin::<LoadGlobal>(esc, ip) else { return false };
    let seen = look(esc, frame, name(frame, index));
    attempt.end(load_global::decide(&seen))
}
