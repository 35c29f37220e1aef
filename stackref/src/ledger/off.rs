//! No ledger: every entry point is the bare operation on the word.

use crate::word::Word;

/// Enters an owned or uncounted reference.
#[inline(always)]
pub(crate) fn open(word: Word) -> Word {
    word
}

/// Enters one more reference of the same kind as `word`.
#[inline(always)]
pub(crate) fn dup(word: Word) -> Word {
    word
}

/// Enters a reference without a count that lives no longer than `lender` does.
#[inline(always)]
pub(crate) fn lend(lender: Word) -> Word {
    lender.to_uncounted()
}

/// Strikes a reference out and returns the bare word.
#[inline(always)]
pub(crate) fn close(word: Word) -> Word {
    word
}

/// Checks that a reference is open and returns the bare word.
#[inline(always)]
pub(crate) fn touch(word: Word) -> Word {
    word
}

/// The bare word.
#[inline(always)]
pub(crate) const fn strip(word: Word) -> Word {
    word
}
