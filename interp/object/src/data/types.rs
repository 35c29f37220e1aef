//! The two roots: `object` and `type`.

use crate::layout::Payload;
use crate::typeobj::{TypeBody, TypeFlags, TypeObject};

/// The payload of plain objects: nothing. What instances of classes carry lies behind it.
pub struct Plain {}

impl Payload for Plain {
    const NAME: &'static str = "object";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &OBJECT
    }
}

/// The type `object`.
pub static OBJECT: TypeObject = TypeObject::builtin::<Plain>("object", None, TypeFlags::BASE);

/// The type `type`.
pub static TYPE: TypeObject =
    TypeObject::builtin::<TypeBody>("type", Some(&OBJECT), TypeFlags::BASE.union(TypeFlags::TYPE_SUBCLASS));
