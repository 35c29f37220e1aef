//! The keys word of a dictionary: a keys pointer and two state bits, read in one load. Apart because it is a packed
//! atomic word with a state table.
//!
//! | bit | name | set by | meaning |
//! |---|---|---|---|
//! | 0 | SHARED | the lock holder, on the first access by a thread other than the owner, or when a version is assigned; never cleared | any thread may read without the lock; what is replaced goes through `Reclaim` |
//! | 1 | SPLIT | construction over inline values; cleared for good by conversion | the keys belong to a class, the values to an instance |
//!
//! Without SHARED only the owner may follow the pointer without the lock: what is replaced is freed at once (K1).

use std::ptr::NonNull;

use stackref::sync::atomic::{AtomicPtr, Ordering};

use crate::keys::{Header, KeysRef};

const SHARED: usize = 1;
const SPLIT: usize = 2;
const BITS: usize = SHARED | SPLIT;

/// A loaded keys word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct KeysWord(*mut Header);

impl KeysWord {
    /// The word for `keys` with the given state.
    #[inline]
    pub(super) fn new(keys: KeysRef, shared: bool, split: bool) -> KeysWord {
        let bits = usize::from(shared) * SHARED + usize::from(split) * SPLIT;
        KeysWord(keys.as_ptr().as_ptr().map_addr(|address| address | bits))
    }

    #[inline(always)]
    pub(super) fn is_shared(self) -> bool {
        self.0.addr() & SHARED != 0
    }

    #[inline(always)]
    pub(super) fn is_split(self) -> bool {
        self.0.addr() & SPLIT != 0
    }

    /// Whether neither SHARED nor SPLIT is set.
    #[inline(always)]
    pub(super) fn is_plain(self) -> bool {
        self.0.addr() & BITS == 0
    }

    /// The same word with SHARED set.
    pub(super) fn shared(self) -> KeysWord {
        KeysWord(self.0.map_addr(|address| address | SHARED))
    }

    /// The table.
    ///
    /// # Safety
    /// K1: the caller holds the lock, or is the owner, or saw SHARED in this very word and passes no safepoint while it
    /// uses the result.
    #[inline(always)]
    pub(super) unsafe fn keys(self) -> KeysRef {
        let header = self.0.map_addr(|address| address & !BITS);
        // SAFETY: the word was made from a non-null table; liveness is forwarded to the caller.
        unsafe { KeysRef::from_raw(NonNull::new_unchecked(header)) }
    }
}

/// The atomic word.
pub(super) struct AtomicKeysWord(AtomicPtr<Header>);

impl AtomicKeysWord {
    pub(super) fn new(word: KeysWord) -> Self {
        AtomicKeysWord(AtomicPtr::new(word.0))
    }

    /// Acquire pairs with [`store`](Self::store): the table behind the pointer is complete.
    #[inline(always)]
    pub(super) fn load(&self) -> KeysWord {
        KeysWord(self.0.load(Ordering::Acquire))
    }

    /// For the lock holder, whom the lock already ordered.
    #[inline(always)]
    pub(super) fn load_locked(&self) -> KeysWord {
        KeysWord(self.0.load(Ordering::Relaxed))
    }

    #[inline]
    pub(super) fn store(&self, word: KeysWord) {
        self.0.store(word.0, Ordering::Release);
    }
}
