//! No ledger: every entry point is the identity.

use crate::word::Word;

/// Enters an owned or uncounted reference.
#[inline(always)]
pub(crate) fn open(word: Word) -> Word {
    word
}

/// Enters a reference that lives as long as `lender` does.
#[inline(always)]
pub(crate) fn lend(lender: Word) -> Word {
    lender.to_uncounted()
}

/// Strikes a reference out and returns the bare word.
#[inline(always)]
pub(crate) fn close(word: Word) -> Word {
    word
}

/// Checks that a reference is open.
#[inline(always)]
pub(crate) fn touch(word: Word) -> Word {
    word
}

/// The bare word.
#[inline(always)]
pub(crate) const fn strip(word: Word) -> Word {
    word
}
