//! What every plan can say, whatever its family.

use crate::cache::Word;
use crate::family::Named;

/// Up to two cache words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CacheWords {
    words: [Word; 2],
    len: usize,
}

impl CacheWords {
    pub(super) const NONE: Self = Self { words: [Word::EMPTY; 2], len: 0 };

    pub(super) const fn one(word: Word) -> Self {
        Self { words: [word, Word::EMPTY], len: 1 }
    }

    pub(super) const fn two(first: Word, second: Word) -> Self {
        Self { words: [first, second], len: 2 }
    }

    /// For [`Claim::install`](crate::rewrite::Claim::install).
    pub fn as_slice(&self) -> &[Word] {
        &self.words[..self.len]
    }
}

/// A decision in favour of a form.
pub trait Planned {
    /// The forms of the family.
    type Form: Named;

    /// The form decided for.
    fn form(&self) -> Self::Form;

    /// Its cache words. `None`: the facts do not fit; publish a record instead.
    fn words(&self) -> Option<CacheWords>;
}

/// A plan that is nothing but its form.
impl<F: Named> Planned for F {
    type Form = F;

    fn form(&self) -> F {
        *self
    }

    fn words(&self) -> Option<CacheWords> {
        Some(CacheWords::NONE)
    }
}
