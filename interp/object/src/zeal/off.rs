//! Builds without `--cfg zeal`: escapes cost nothing.

use crate::thread::Esc;

/// Nothing.
#[inline(always)]
pub(crate) fn escape(_: Esc<'_>) {}
