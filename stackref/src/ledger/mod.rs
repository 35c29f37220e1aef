//! The ledger of open stack references, or nothing: sibling files with one interface.

#[cfg(not(feature = "ledger"))]
#[path = "off.rs"]
mod imp;
#[cfg(feature = "ledger")]
#[path = "on.rs"]
mod imp;

pub(crate) use imp::{close, lend, open, strip, touch};
