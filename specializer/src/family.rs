//! What an embedding says about its families of instructions: which forms there are, and why an attempt may fail.
//!
//! Forms and failures are plain enums with names and indexes, so that statistics, disassembly and tests can list them
//! without knowing them.

/// An enum whose variants can be listed, counted and shown.
pub trait Named: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// All variants, in the order of their indexes.
    const ALL: &'static [Self];

    /// Position in [`ALL`](Self::ALL).
    fn index(self) -> usize;

    /// For people: `module`, `out of versions`.
    fn name(self) -> &'static str;
}

/// A generic instruction and its specialized forms.
pub trait Family: Send + Sync + 'static {
    /// For people: `load_global`.
    const NAME: &'static str;

    /// The specialized forms.
    type Form: Named;

    /// The reasons why an attempt can fail.
    type Failure: Named;
}

/// Declares an enum that is [`Named`].
///
/// A macro because the list of variants, their names and their number must be one list, and Rust has no other way to
/// enumerate an enum without a procedural macro.
#[macro_export]
macro_rules! named {
    ($(#[$meta:meta])* $vis:vis enum $Name:ident { $($(#[$inner:meta])* $Variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        $vis enum $Name { $($(#[$inner])* $Variant,)+ }

        impl $crate::family::Named for $Name {
            const ALL: &'static [Self] = &[$(Self::$Variant,)+];

            fn index(self) -> usize {
                self as usize
            }

            fn name(self) -> &'static str {
                match self { $(Self::$Variant => $text,)+ }
            }
        }
    };
}
