//! Builds without `--cfg zeal`: escapes cost nothing.

use crate::thread::Esc;

/// Whether this is the zeal build.
pub(crate) const ON: bool = false;

/// Nothing.
#[inline(always)]
pub(crate) fn escape(_: Esc<'_>) {}
