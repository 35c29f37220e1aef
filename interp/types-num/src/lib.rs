//! Behaviour of int, float, complex and bool.
//!
//! Layouts are those of `interp_object::data::{int, float}`; this crate fills the slots and method tables. Text forms of
//! numbers that formatting needs too are public functions: [`int_text`], [`float_text`], [`digits`].

#![forbid(unsafe_code)]

mod boolean;
mod complex;
pub mod digits;
mod float;
pub mod float_text;
mod int;
pub mod int_text;
mod octets;

use interp_object::Esc;

#[cfg(test)]
mod tests;

/// Fills `int`, `bool`, `float` and `complex`. `object` and `type` must have been filled.
pub fn init(esc: Esc<'_>) {
    int::init(esc);
    boolean::init(esc);
    float::init(esc);
    complex::init(esc);
}
