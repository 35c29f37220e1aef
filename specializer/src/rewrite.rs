//! How shared code is rewritten while other threads run it.
//!
//! # Protocol
//!
//! *Reader* (a handler): it was dispatched by an opcode it loaded, Relaxed, at some earlier moment. It loads each cache
//! word it needs **once** and uses only that copy. An entry or a link is loaded Relaxed: its truth does not depend on other
//! memory. A record is loaded with Acquire and may be used until the thread's next safepoint.
//!
//! *Specializer*: 1. [`claim`](Site::claim) the attempt by compare-exchange of word 1, which also restarts the counter as after a
//! failure, so that an attempt that ends in any way other than success has already backed off. 2. Decide. 3. [`install`](Claim::install): swap
//! each cache word in (AcqRel), retire the records that came out, then compare-exchange the opcode (Release), then set the
//! counter. The opcode's exchange fails if another thread has changed the opcode; then the attempt is lost and the new
//! words stay, for they are true.
//!
//! *Deopt*: compare-exchange of the opcode only. No cache word is touched: a thread may be between its dispatch and its cache load,
//! and the word it will load must stay true; it does.
//!
//! Claims do not exclude each other strictly: a slow claimant may meet the next one. Nothing rests on exclusion.
//!
//! Orderings: the Release of a word's swap pairs with the Acquire of a record's load ([`Site::record`]), and with the
//! Acquire half of the swap that takes the word out, so that who retires a record has seen it whole. The opcode's Release pairs with an
//! Acquire load of the cell ([`Site::cell`]) by those who read code without running it: they find cache
//! words at least as new as the opcode. Handlers do not need that pairing. All else is Relaxed.
//!
//! # What a racing reader can see
//!
//! Let X and Y be forms of one family; G the generic opcode.
//!
//! | opcode seen | cache word seen | harmless because |
//! |---|---|---|
//! | G | any | the generic handler reads no cache |
//! | X | empty (opcode overtook the word) | kind 0 matches nothing: miss |
//! | X | X's, this install | the guard decides |
//! | X | X's, an older or newer install | the guard compares the version in that very word: right while current, else miss |
//! | X | Y's (entry, link or record) | another kind: miss |
//! | X, of two words | one from each of two installs | each true alone; the link names another version: miss, or the same: both facts hold |
//! | X | a record since replaced | loaded before the next safepoint, and retired through [`Retire`]: still whole |
//! | X, after a deopt to G | any of the above | X's handler runs once more; its guards are as good as before |
//! | an opcode that this family does not know (instrumented) | any | [`install`](Claim::install) and [`deopt`](Site::deopt) name the opcode they replace, and leave others alone |
//!
//! `tests/loom.rs` walks these pairs.

mod code;

#[cfg(all(test, not(loom)))]
mod tests;

pub use code::{Cell, Meta, words};

use stackref::sync::atomic::{AtomicU64, Ordering};

use crate::cache::{Kind, Word};
use crate::counter::{Counter, Sampler};

/// First cache word of a site.
const CACHE: usize = 2;

/// Takes records that left the code.
///
/// A retired record may still be in use by threads that loaded its word before it was taken out: free it after a grace
/// period. Each record arrives once.
pub trait Retire {
    /// Take over the record that was published as `Word::record(kind, address)`.
    fn retire(&self, kind: Kind, address: u64);
}

/// For families without records. Debug builds panic on a record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forget;

impl Retire for Forget {
    fn retire(&self, kind: Kind, _: u64) {
        debug_assert!(false, "a record of {kind:?} is leaked");
    }
}

/// The opcode was not the expected one: another thread specialized, deoptimized or instrumented the site meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raced {
    /// The opcode that stands there.
    pub seen: u16,
}

impl std::fmt::Display for Raced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "another thread changed the opcode to {}", self.seen)
    }
}

impl std::error::Error for Raced {}

/// An adaptive instruction in shared code: its cell, its counter and its cache words. A view; any number may exist.
#[derive(Clone, Copy, Debug)]
pub struct Site<'code> {
    words: &'code [AtomicU64],
}

impl<'code> Site<'code> {
    /// The site whose cell is the first of these words and whose cache ends with the last.
    ///
    /// # Panics
    /// If there are fewer than two words.
    pub fn new(words: &'code [AtomicU64]) -> Self {
        assert!(words.len() >= CACHE, "an adaptive instruction has a cell and a counter");
        Self { words }
    }

    /// The cell, for who reads code without running it: cache words read afterwards are at least as new.
    pub fn cell(&self) -> Cell {
        Cell::from_bits(self.words[0].load(Ordering::Acquire))
    }

    /// The word behind the cell.
    pub fn meta(&self) -> Meta {
        Meta::from_bits(self.words[1].load(Ordering::Relaxed))
    }

    /// Cache word `at`, for entries and links. Load it once and use the copy.
    #[inline(always)]
    pub fn word(&self, at: usize) -> Word {
        load_word(&self.words[CACHE + at])
    }

    /// Cache word `at`, whatever it is: what was written before a record was published is visible.
    pub fn word_acquire(&self, at: usize) -> Word {
        Word::from_bits(self.words[CACHE + at].load(Ordering::Acquire))
    }

    /// The record in cache word `at`, if it is of this kind. What was written before it was published is visible.
    #[inline(always)]
    pub fn record(&self, at: usize, kind: Kind) -> Option<u64> {
        load_record(&self.words[CACHE + at], kind)
    }

    /// Count one execution of the generic form or one miss: whether to attempt now.
    #[inline]
    pub fn tick(&self) -> bool {
        tick(&self.words[1])
    }

    /// Like [`tick`](Self::tick), writing rarely where attempts keep failing.
    #[inline]
    pub fn tick_sampled(&self, sampler: &mut Sampler) -> bool {
        tick_sampled(&self.words[1], sampler)
    }

    /// Take on the attempt that is due. `None`: it is not, or another thread took it.
    pub fn claim(&self) -> Option<Claim<'code>> {
        let bits = self.words[1].load(Ordering::Relaxed);
        let meta = Meta::from_bits(bits);
        if !meta.counter().triggers() {
            return None;
        }
        let taken = meta.with_counter(meta.counter().restarted()).bits();
        let exchanged = self.words[1].compare_exchange(bits, taken, Ordering::Relaxed, Ordering::Relaxed);
        exchanged.ok().map(|_| Claim { site: *self })
    }

    /// Replace opcode `from` by `to`, leaving cache words alone. False: the opcode was another, and stays.
    pub fn deopt(&self, from: u16, to: u16) -> bool {
        self.exchange_opcode(from, to).is_ok()
    }

    /// Set the counter, whatever other threads do with it.
    pub fn set_counter(&self, counter: Counter) {
        let meta = self.meta().with_counter(counter);
        self.words[1].store(meta.bits(), Ordering::Relaxed);
    }

    /// Empty the cache words and retire their records. For code that dies, or caches that are dropped by request.
    pub fn clear(&self, retire: &impl Retire) {
        for word in &self.words[CACHE..] {
            replace(word, Word::EMPTY, retire);
        }
    }

    fn exchange_opcode(&self, from: u16, to: u16) -> Result<(), Raced> {
        let cell = Cell::from_bits(self.words[0].load(Ordering::Relaxed));
        if cell.opcode() != from {
            return Err(Raced { seen: cell.opcode() });
        }
        let new = cell.with_opcode(to).bits();
        match self.words[0].compare_exchange(cell.bits(), new, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => Ok(()),
            Err(bits) => Err(Raced { seen: Cell::from_bits(bits).opcode() }),
        }
    }
}

/// The right to one attempt. Dropping it is a failure that keeps the opcode: the counter has backed off already.
#[must_use]
#[derive(Debug)]
pub struct Claim<'code> {
    site: Site<'code>,
}

impl<'code> Claim<'code> {
    /// The site it was made at.
    pub fn site(&self) -> Site<'code> {
        self.site
    }

    /// Success: publish the cache words (from the first on; the others stay) and then opcode `to` in place of `from`, and
    /// wait for misses.
    ///
    /// # Errors
    /// [`Raced`] if the opcode is no longer `from`. The cache words are published all the same.
    ///
    /// # Panics
    /// If the site has fewer cache words.
    pub fn install(self, from: u16, to: u16, cache: &[Word], retire: &impl Retire) -> Result<(), Raced> {
        for (word, new) in self.site.words[CACHE..][..cache.len()].iter().zip(cache) {
            if word.load(Ordering::Relaxed) != new.bits() {
                replace(word, *new, retire);
            }
        }
        self.site.exchange_opcode(from, to)?;
        self.site.set_counter(Counter::cooldown());
        Ok(())
    }

    /// Failure: back to the generic opcode, if `from` was a specialized one and still stands. The counter has backed off.
    pub fn fail(self, from: u16, generic: u16) {
        if from != generic {
            self.site.deopt(from, generic);
        }
    }

    /// Neither: there is no form for what was met, but the next time may be different. Waits as after a success.
    pub fn rest(self) {
        self.site.set_counter(Counter::cooldown());
    }
}

/// [`Site::word`] for a handler that holds the word itself.
#[inline(always)]
pub fn load_word(word: &AtomicU64) -> Word {
    Word::from_bits(word.load(Ordering::Relaxed))
}

/// [`Site::record`] for a handler that holds the word itself.
#[inline(always)]
pub fn load_record(word: &AtomicU64, kind: Kind) -> Option<u64> {
    Word::from_bits(word.load(Ordering::Acquire)).record_for(kind)
}

/// [`Site::tick`] for a handler that holds the word behind the cell.
///
/// A plain load and store: two threads that tick at once may count as one, and a tick may undo another thread's
/// restart. Either only moves an attempt in time.
#[inline]
pub fn tick(meta: &AtomicU64) -> bool {
    let now = Meta::from_bits(meta.load(Ordering::Relaxed));
    let counter = now.counter();
    if !counter.triggers() && !counter.is_never() {
        meta.store(now.with_counter(counter.advanced()).bits(), Ordering::Relaxed);
    }
    counter.triggers()
}

/// [`Site::tick_sampled`] for a handler that holds the word behind the cell.
#[inline]
pub fn tick_sampled(meta: &AtomicU64, sampler: &mut Sampler) -> bool {
    let now = Meta::from_bits(meta.load(Ordering::Relaxed));
    let counter = now.counter();
    if counter.triggers() {
        return true;
    }
    if let Some(advanced) = sampler.advance(counter) {
        meta.store(now.with_counter(advanced).bits(), Ordering::Relaxed);
    }
    false
}

/// Swap a cache word and retire the record that came out. The swap makes the taker unique (S4).
fn replace(word: &AtomicU64, new: Word, retire: &impl Retire) {
    let old = Word::from_bits(word.swap(new.bits(), Ordering::AcqRel));
    if let Some((kind, address)) = old.as_record() {
        retire.retire(kind, address);
    }
}
