//! The property bits that the opcode table stores.
//!
//! Apart from the table so that the table stays pure data.

pub(crate) const ARG: u8 = 1;
pub(crate) const CONST: u8 = 2;
pub(crate) const NAME: u8 = 4;
pub(crate) const JUMP: u8 = 8;
pub(crate) const LOCAL: u8 = 16;
pub(crate) const FREE: u8 = 32;
pub(crate) const EXC: u8 = 64;
