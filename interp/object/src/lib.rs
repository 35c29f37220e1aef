//! Object layouts, types, thread state, raising and the call protocol of the Weft interpreter.
//!
//! This crate owns *data*: how an object lies in memory, what a type is, what a thread carries, how an
//! exception is raised and how a call is made. What a builtin type *does* lives above, in the `types-*`
//! crates, which are written in safe Rust against this interface; the eval loop lives in `interp-eval`.
//! Both compile side by side on this crate.
//!
//! # The model on one page
//! * A Python value is a [`Value`]: one machine word that owns a count, or is an immediate int or float.
//! * A heap object is a [`stackref::Header`] followed by a *payload*, a Rust struct that implements
//!   [`Payload`]; [`Obj<T>`] is a strong handle that derefs to it.
//! * A [`TypeObject`] has a [`Layout`] (which payload), flags, an MRO, a dictionary and [`Slots`]:
//!   function pointers for every operation of the data model.
//! * [`Esc`] is the proof that the running frame is spilled: whoever can run Python code, finalize an object,
//!   block or reach a safepoint takes it. It is `Copy` and carries the thread.
//! * An exception is pending on the thread, and [`Raised`] (zero-sized) is the `Err` that says so. It can be
//!   made only by raising, so `Result<Value, Raised>` is one word and cannot lie.
//!
//! # Invariants
//! | id | statement | established | relied on |
//! |---|---|---|---|
//! | O1 | a payload of type `T` follows a header iff the header's type has the layout of `T` | [`layout`] allocation | every downcast |
//! | O2 | no user code, finalizer, safepoint or object allocation happens under an object lock | the data layouts | lock order, stop-the-world |
//! | O3 | a [`Raised`] exists only while its thread has a pending exception | [`raise`] | every `Err` |
//! | O4 | an [`Esc`] exists only while the frame below it describes every live reference | generated spills, thread entry | the collector |
//! | O5 | types, code objects and modules are deferred: only the collector frees them | constructors | uncounted references to them |

pub mod args;
pub mod attr;
pub mod builder;
pub mod call;
pub mod data;
pub mod finalize;
pub mod gcmodel;
pub mod intern;
pub mod interrupt;
pub mod layout;
pub mod native;
pub mod ops;
pub mod raise;
pub mod slots;
pub mod thread;
pub mod typeobj;
pub mod warn;
pub mod weak;
#[cfg(not(zeal))]
#[path = "zeal/off.rs"]
mod zeal;
#[cfg(zeal)]
#[path = "zeal/on.rs"]
mod zeal;

pub use args::Args;
pub use layout::{Deferred, Layout, Obj, Payload};
pub use raise::{PyResult, Raised};
pub use slots::Slots;
pub use stackref::{Header, Slot, StackRef, Value, Word};
pub use thread::{Esc, Thread};
pub use typeobj::{TypeFlags, TypeObject};
