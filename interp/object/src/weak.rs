//! Weak references: a side table by referent, in shards with one leaf lock each.
//!
//! An object that has weak references carries a mark in its header's tag, so that objects without any pay nothing when
//! they die. A weak reference holds the referent's uncounted word; reading it retains by try-retain under the shard's
//! lock, which deallocation takes before the memory can be used again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crossbeam_utils::CachePadded;
use stackref::{Header, Value, Word};

use crate::layout::{self, Field, Obj, Payload, ValueExt};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// Header tag: the object has entries in the side table.
pub(crate) const HAS_WEAKREFS: u16 = 1;

const SHARDS: usize = 128;

type Shard = HashMap<u64, Vec<Word>>;

fn shard(referent: u64) -> MutexGuard<'static, Shard> {
    static TABLE: OnceLock<[CachePadded<Mutex<Shard>>; SHARDS]> = OnceLock::new();
    let table = TABLE.get_or_init(|| std::array::from_fn(|_| CachePadded::default()));
    table[(referent >> 4) as usize % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
}

fn key_of(header: &Header) -> u64 {
    std::ptr::from_ref(header).addr() as u64
}

/// The payload of weak references (`weakref.ref`, and proxies of a subclass layout).
pub struct WeakRef {
    /// Uncounted word of the referent; 0 once it is dead.
    referent: AtomicU64,
    /// Called with the weak reference when the referent dies.
    pub callback: Field,
    hash: AtomicU64,
}

impl WeakRef {
    /// The referent, retained; `None` once it is dead.
    pub fn get(&self, esc: Esc<'_>) -> Option<Value> {
        let bits = self.referent.load(Ordering::Acquire);
        if bits == 0 {
            return None;
        }
        let _shard = shard(bits & !3);
        if self.referent.load(Ordering::Acquire) != bits {
            return None;
        }
        // SAFETY: the referent's death takes this shard's lock and zeroes `referent` before its memory is reused, and
        // the word was just seen under the lock: the block still has a header.
        unsafe { retain(bits, esc.me()) }
    }

    /// A place for the hash once computed (0: not yet).
    pub fn hash_cell(&self) -> &AtomicU64 {
        &self.hash
    }
}

/// A counted value for a word whose object may be dying.
///
/// # Safety
/// The word's block still is (or was, type-stable) an object.
pub(crate) unsafe fn retain(bits: u64, me: u32) -> Option<Value> {
    // SAFETY: forwarded; words are never zero.
    let word = unsafe { Word::from_bits(bits) };
    let Some(header) = word.header() else {
        // SAFETY: immediates own nothing.
        return Some(unsafe { Value::from_word(word) });
    };
    // SAFETY: the block has a header, per the caller.
    if unsafe { header.as_ref().try_incref(me) } {
        // SAFETY: the count just taken belongs to the new value.
        Some(unsafe { Value::from_header(header) })
    } else {
        None
    }
}

impl Payload for WeakRef {
    const NAME: &'static str = "weakref";
    fn class() -> &'static TypeObject {
        &WEAKREF
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.callback.trace(visit);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        out.extend(self.callback.take());
    }
}

impl Drop for WeakRef {
    fn drop(&mut self) {
        // Whoever cuts this reference right now stores 0 as the last thing it does with it; else it is waited for below.
        let bits = self.referent.load(Ordering::Acquire);
        if bits == 0 {
            return;
        }
        let own = layout::header_of_payload(self);
        let mut shard = shard(bits & !3);
        if let Some(entries) = shard.get_mut(&(bits & !3)) {
            entries.retain(|word| {
                word.header().is_none_or(|header| header.as_ptr().cast_const() != std::ptr::from_ref(own))
            });
            if entries.is_empty() {
                shard.remove(&(bits & !3));
            }
        }
    }
}

/// The type `weakref.ReferenceType`.
pub static WEAKREF: TypeObject =
    TypeObject::builtin::<WeakRef>("weakref.ReferenceType", Some(&crate::data::types::OBJECT), TypeFlags::BASE);

/// A weak reference to `referent`. Without a callback and for the exact class an existing one is given again.
///
/// `None` if instances of the referent's type cannot be referenced weakly.
pub fn new(esc: Esc<'_>, class: &TypeObject, referent: &Value, callback: Option<Value>) -> Option<Obj<WeakRef>> {
    let header = referent.object_header()?;
    if !supports_weakrefs(referent.class()) {
        return None;
    }
    let key = key_of(header);
    let plain = callback.is_none() && std::ptr::eq(class, &raw const WEAKREF);
    if plain && let Some(known) = reuse(esc, key) {
        return Some(known);
    }
    let bits = referent.word().to_uncounted().bits();
    let made = layout::new_with_type(
        esc,
        class,
        WeakRef { referent: AtomicU64::new(bits), callback: Field::new(callback), hash: AtomicU64::new(0) },
    );
    // Others may now try to retain both: the deallocation paths must see them.
    header.enable_try_incref();
    made.header().enable_try_incref();
    header.tag().fetch_or(HAS_WEAKREFS, Ordering::AcqRel);
    shard(key).entry(key).or_default().push(made.value().word().to_uncounted());
    Some(made)
}

fn reuse(esc: Esc<'_>, key: u64) -> Option<Obj<WeakRef>> {
    let shard = shard(key);
    shard.get(&key)?.iter().find_map(|word| {
        // SAFETY: a weak reference's `Drop` takes this shard's lock before its memory is reused.
        let known = unsafe { retain(word.bits(), esc.me()) }?;
        let plain = known.exact::<WeakRef>().is_some_and(|weak| weak.callback.word().is_none());
        // Dropped under the lock it could need the lock: it is returned or forgotten by the caller instead.
        if plain {
            known.downcast().ok()
        } else {
            esc.thread().delay_drop(known);
            None
        }
    })
}

/// Whether instances of `class` can be referenced weakly.
pub fn supports_weakrefs(class: &TypeObject) -> bool {
    class.has(TypeFlags::WEAKREF)
}

/// The weak references to `referent` that are alive (`weakref.getweakrefs`).
pub fn references_to(esc: Esc<'_>, referent: &Value) -> Vec<Value> {
    let Some(header) = referent.object_header() else { return Vec::new() };
    let key = key_of(header);
    let shard = shard(key);
    let words = shard.get(&key).map_or(&[][..], Vec::as_slice);
    // SAFETY: as in `reuse`.
    words.iter().filter_map(|word| unsafe { retain(word.bits(), esc.me()) }).collect()
}

/// Cuts every weak reference to a dying object. Gives back those whose callbacks are to be called, retained.
pub(crate) fn sever(header: &Header, me: u32) -> Vec<Value> {
    let key = key_of(header);
    let mut shard = shard(key);
    let Some(words) = shard.remove(&key) else { return Vec::new() };
    header.tag().fetch_and(!HAS_WEAKREFS, Ordering::AcqRel);
    words
        .into_iter()
        .filter_map(|word| {
            let weak = word.header()?;
            // SAFETY: the weak reference was in the table and still names the referent, so its `Drop` has not passed this lock: its
            // payload is intact.
            let payload = unsafe { layout::payload_of(weak).cast::<WeakRef>().as_ref() };
            let called = payload.callback.word().is_some();
            // SAFETY: as above.
            let weak = if called { unsafe { retain(word.bits(), me) } } else { None };
            // Last: from here on its `Drop` waits for nothing.
            payload.referent.store(0, Ordering::Release);
            weak
        })
        .collect()
}

/// As [`sever`], for references with callbacks only; references that are garbage themselves are cut without being given
/// back. The world is stopped.
pub(crate) fn sever_with_callbacks(header: &Header, me: u32) -> Vec<Value> {
    let key = key_of(header);
    let mut shard = shard(key);
    let Some(words) = shard.get_mut(&key) else { return Vec::new() };
    let mut callbacks = Vec::new();
    words.retain(|word| {
        let Some(weak) = word.header() else { return false };
        // SAFETY: as in `sever`.
        let payload = unsafe { layout::payload_of(weak).cast::<WeakRef>().as_ref() };
        if payload.callback.word().is_none() {
            return true;
        }
        // SAFETY: the world is stopped and the weak reference alive.
        if !unsafe { gc::is_unreachable(weak) } {
            // SAFETY: as in `sever`.
            callbacks.extend(unsafe { retain(word.bits(), me) });
        }
        // Last, as in `sever`.
        payload.referent.store(0, Ordering::Release);
        false
    });
    if words.is_empty() {
        shard.remove(&key);
    }
    callbacks
}

/// Calls the callbacks of severed references; exceptions in them are reported, not raised.
pub(crate) fn call_back(esc: Esc<'_>, severed: Vec<Value>) {
    for weak in severed {
        let Some(payload) = weak.payload::<WeakRef>() else { continue };
        let Some(callback) = payload.callback.set(payload, None) else { continue };
        if callback.is_none() {
            continue;
        }
        if let Err(raised) = crate::call::call(esc, &callback, std::slice::from_ref(&weak)) {
            crate::finalize::report_unraisable(esc, raised, "calling weakref callback", &callback);
        }
    }
}
