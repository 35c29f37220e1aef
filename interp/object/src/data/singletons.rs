//! `None`, `True`, `False`, `Ellipsis` and `NotImplemented`: immortal statics.

use std::ptr::NonNull;

use stackref::{Header, Value, Word};

use crate::layout::Payload;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of a singleton: nothing, or the truth value of a `bool`.
#[repr(C)]
pub struct Singleton {
    number: u64,
}

#[repr(C)]
struct Static {
    header: Header,
    payload: Singleton,
}

macro_rules! singleton_types {
    ($($payload:ident $ty:ident $name:literal;)*) => {$(
        /// The payload of the singleton of this type.
        #[repr(transparent)]
        pub struct $payload(Singleton);

        impl Payload for $payload {
            const NAME: &'static str = $name;
            const TRACED: bool = false;
            fn class() -> &'static TypeObject {
                &$ty
            }
        }

        #[doc = concat!("The type `", $name, "`.")]
        pub static $ty: TypeObject =
            TypeObject::builtin::<$payload>($name, Some(&crate::data::types::OBJECT), TypeFlags::empty());
    )*};
}

singleton_types! {
    NonePayload NONE_TYPE "NoneType";
    EllipsisPayload ELLIPSIS_TYPE "ellipsis";
    NotImplementedPayload NOT_IMPLEMENTED_TYPE "NotImplementedType";
}

/// The payload of `True` and `False`.
pub struct Bool {
    number: u64,
}

impl Bool {
    /// The truth value.
    pub fn get(&self) -> bool {
        self.number != 0
    }
}

impl Payload for Bool {
    const NAME: &'static str = "bool";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &BOOL
    }
}

/// The type `bool`. It derives from `int`, but its two instances have a payload of their own.
pub static BOOL: TypeObject =
    TypeObject::builtin::<Bool>("bool", Some(&crate::data::int::INT), TypeFlags::INT_SUBCLASS);

macro_rules! singletons {
    ($($object:ident $ty:expr, $number:literal, $value:ident $header:ident $is:ident $word:ident $doc:literal;)*) => {$(
        static $object: Static = Static {
            header: Header::new_immortal((&raw const $ty).cast::<stackref::TypeHead>().cast_mut()),
            payload: Singleton { number: $number },
        };

        #[doc = concat!("The header of `", $doc, "`.")]
        #[inline(always)]
        pub fn $header() -> NonNull<Header> {
            NonNull::from_ref(&$object).cast()
        }

        #[doc = concat!("The uncounted word of `", $doc, "`.")]
        #[inline(always)]
        pub fn $word() -> Word {
            Word::uncounted($header())
        }

        #[doc = concat!("`", $doc, "` as a value.")]
        #[inline(always)]
        pub fn $value() -> Value {
            // SAFETY: the object is an immortal static, so an uncounted word is a legal value.
            unsafe { Value::from_word($word()) }
        }

        #[doc = concat!("Whether `value` is `", $doc, "`.")]
        #[inline(always)]
        pub fn $is(value: &Value) -> bool {
            value.header() == Some($header())
        }
    )*};
}

singletons! {
    NONE_OBJECT NONE_TYPE, 0, none none_header is_none none_word "None";
    TRUE_OBJECT BOOL, 1, true_ true_header is_true true_word "True";
    FALSE_OBJECT BOOL, 0, false_ false_header is_false false_word "False";
    ELLIPSIS_OBJECT ELLIPSIS_TYPE, 0, ellipsis ellipsis_header is_ellipsis ellipsis_word "Ellipsis";
    NOT_IMPLEMENTED_OBJECT NOT_IMPLEMENTED_TYPE, 0,
        not_implemented not_implemented_header is_not_implemented not_implemented_word "NotImplemented";
}

impl Singleton {
    /// The number stored in the payload.
    pub fn number(&self) -> u64 {
        self.number
    }
}

/// `True` or `False`.
#[inline(always)]
pub fn bool(value: bool) -> Value {
    if value { true_() } else { false_() }
}

/// The uncounted word of `True` or `False`.
#[inline(always)]
pub fn bool_word(value: bool) -> Word {
    if value { true_word() } else { false_word() }
}

/// The truth value if `value` is a `bool`.
#[inline]
pub fn as_bool(value: &Value) -> Option<bool> {
    if is_true(value) {
        Some(true)
    } else if is_false(value) {
        Some(false)
    } else {
        None
    }
}
