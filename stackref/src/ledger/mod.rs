//! The ledger of open stack references (feature `ledger`), or nothing: sibling files with one interface.
//!
//! With the ledger, every pointer in a [`crate::StackRef`] carries a 16-bit ticket in the unused top bits of its
//! address, and a global table says where each ticket was opened, lent and closed. Panics, with all the places, on: use after
//! close, double close, closing a lender before what it lent. What is still open is listed by `open_since`.
//! Words that leave the stack are stripped of their ticket.

#[cfg(not(feature = "ledger"))]
#[path = "off.rs"]
mod imp;
#[cfg(feature = "ledger")]
#[path = "on.rs"]
mod imp;

#[cfg(all(test, feature = "ledger"))]
mod tests;

#[cfg(feature = "ledger")]
pub use imp::{Mark, Open, mark, open_since};
pub(crate) use imp::{close, dup, lend, open, strip, touch};
