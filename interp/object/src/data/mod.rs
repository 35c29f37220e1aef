//! The layouts of the objects that more than one room knows: how their data lies, how it is read and written under
//! threads. What Python code can do with them is defined in the `types-*` crates.

pub mod alias;
pub mod bytearray;
pub mod bytes;
pub mod cell;
pub mod code;
pub mod descr;
pub mod dict;
pub mod exception;
pub mod float;
pub mod frame;
pub mod function;
pub mod generator;
pub mod int;
pub mod iterators;
pub mod list;
pub mod module;
pub mod set;
pub mod singletons;
pub mod slice;
pub mod str;
pub mod template;
pub mod traceback;
pub mod tuple;
pub mod types;
pub mod typing;
