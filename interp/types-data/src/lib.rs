//! Behaviour of list, tuple, dict, set, range, slice and their iterators.
//!
//! Layouts that other rooms share (`list`, `dict`, the iterators the eval loop specializes on) are in
//! `interp_object::data`; what only Python code sees is declared beside its behaviour. [`init`] fills all of them.
//!
//! | where | what |
//! |---|---|
//! | [`mod@list`] | `list`, slicing, the sort that `sorted` shares |
//! | [`mod@tuple`], [`mod@slice`], [`mod@range`] | immutable sequences |
//! | [`dict`] | `dict`, its views and iterators |
//! | [`set`] | `set`, `frozenset`, their iterator |
//! | [`iters`] | `enumerate`, `zip`, `map`, `filter`, `reversed`, sequence and callable iterators |

#![forbid(unsafe_code)]

pub mod dict;
pub mod iters;
pub mod list;
pub mod range;
pub mod set;
pub mod slice;
pub mod tuple;
mod util;

#[cfg(test)]
mod tests;

use interp_object::Esc;

pub use list::sort::list_sort;

/// Fills the types of this crate. `types-core` was initialized before.
pub fn init(esc: Esc<'_>) {
    list::init(esc);
    tuple::init(esc);
    slice::init(esc);
    range::init(esc);
    dict::init(esc);
    set::init(esc);
    iters::init(esc);
}
