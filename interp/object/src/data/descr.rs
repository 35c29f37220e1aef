//! Layouts of descriptors and bound methods. Their behaviour is in `types-core`; natives are in [`crate::native`].

use std::sync::OnceLock;

use stackref::{Value, Word};

use crate::layout::{self, Field, Obj, Payload};
use crate::native::{GetSetDef, SlotWrapperDef};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject, TypeRef};

const PLAIN: TypeFlags = TypeFlags::empty();

macro_rules! payload {
    ($payload:ident, $name:literal, $ty:ident, $flags:expr, |$this:ident, $visit:ident| $trace:expr, |$out:ident| $clear:expr) => {
        impl Payload for $payload {
            const NAME: &'static str = $name;
            fn class() -> &'static TypeObject {
                &$ty
            }
            fn trace(&self, $visit: &mut dyn FnMut(Word)) {
                let $this = self;
                $trace
            }
            fn clear(&self, $out: &mut Vec<Value>) {
                let $this = self;
                $clear
            }
        }

        #[doc = concat!("The type `", $name, "`.")]
        pub static $ty: TypeObject = TypeObject::builtin::<$payload>($name, Some(&super::types::OBJECT), $flags);
    };
}

/// A method bound to its receiver.
pub struct BoundMethod {
    /// `__func__`
    pub function: Value,
    /// `__self__`
    pub receiver: Value,
}

payload!(
    BoundMethod,
    "method",
    METHOD,
    PLAIN,
    |this, visit| {
        visit(this.function.word());
        visit(this.receiver.word());
    },
    |_out| {
        let _ = this;
    }
);

/// Binds `function` to `receiver`.
pub fn bind(esc: Esc<'_>, function: Value, receiver: Value) -> Obj<BoundMethod> {
    layout::new(esc, BoundMethod { function, receiver })
}

/// `property`.
pub struct Property {
    /// `fget`
    pub getter: Field,
    /// `fset`
    pub setter: Field,
    /// `fdel`
    pub deleter: Field,
    /// `__doc__`
    pub doc: Field,
    /// `__name__`
    pub name: Field,
}

impl Property {
    /// A property with these functions.
    pub fn new(getter: Option<Value>, setter: Option<Value>, deleter: Option<Value>, doc: Option<Value>) -> Self {
        Property {
            getter: Field::new(getter),
            setter: Field::new(setter),
            deleter: Field::new(deleter),
            doc: Field::new(doc),
            name: Field::empty(),
        }
    }

    fn fields(&self) -> [&Field; 5] {
        [&self.getter, &self.setter, &self.deleter, &self.doc, &self.name]
    }
}

payload!(
    Property,
    "property",
    PROPERTY,
    TypeFlags::BASE,
    |this, visit| this.fields().into_iter().for_each(|field| field.trace(visit)),
    |out| out.extend(this.fields().into_iter().filter_map(Field::take))
);

/// `classmethod` and `staticmethod` hold one callable.
pub struct ClassMethod {
    /// `__func__`
    pub callable: Field,
}

payload!(
    ClassMethod,
    "classmethod",
    CLASS_METHOD,
    TypeFlags::BASE.union(TypeFlags::DICT),
    |this, visit| this.callable.trace(visit),
    |out| out.extend(this.callable.take())
);

/// See [`ClassMethod`].
pub struct StaticMethod {
    /// `__func__`
    pub callable: Field,
}

payload!(
    StaticMethod,
    "staticmethod",
    STATIC_METHOD,
    TypeFlags::BASE.union(TypeFlags::DICT),
    |this, visit| this.callable.trace(visit),
    |out| out.extend(this.callable.take())
);

/// An attribute of a builtin type that is computed by native code.
pub struct GetSet {
    /// What it does.
    pub def: &'static GetSetDef,
    /// The type it belongs to.
    pub owner: Value,
}

payload!(GetSet, "getset_descriptor", GETSET, PLAIN, |this, visit| visit(this.owner.word()), |_out| {
    let _ = this;
});

/// A `__slots__` member: one word of the instance.
pub struct Member {
    /// The member's name, interned.
    pub name: Value,
    /// The type that declared it.
    pub owner: Value,
    /// Byte offset of the word in an instance.
    pub offset: usize,
}

payload!(
    Member,
    "member_descriptor",
    MEMBER,
    PLAIN,
    |this, visit| {
        visit(this.name.word());
        visit(this.owner.word());
    },
    |_out| {
        let _ = this;
    }
);

/// A special method of a builtin type (`int.__add__`): calls the type's slot.
pub struct SlotWrapper {
    /// Which slot and how.
    pub def: &'static SlotWrapperDef,
    /// The type it belongs to.
    pub owner: TypeRef,
}

payload!(
    SlotWrapper,
    "wrapper_descriptor",
    SLOT_WRAPPER,
    TypeFlags::METHOD_DESCRIPTOR,
    |this, visit| visit(this.owner.word()),
    |_out| {
        let _ = this;
    }
);

/// A [`SlotWrapper`] bound to its receiver.
pub struct MethodWrapper {
    /// Which slot and how.
    pub def: &'static SlotWrapperDef,
    /// The type whose slot is called.
    pub owner: TypeRef,
    /// `__self__`
    pub receiver: Value,
}

payload!(
    MethodWrapper,
    "method-wrapper",
    METHOD_WRAPPER,
    PLAIN,
    |this, visit| {
        visit(this.owner.word());
        visit(this.receiver.word());
    },
    |_out| {
        let _ = this;
    }
);

/// A read-only view of a mapping (`type.__dict__`).
pub struct MappingProxy {
    /// The mapping.
    pub mapping: Value,
}

payload!(
    MappingProxy,
    "mappingproxy",
    MAPPING_PROXY,
    TypeFlags::MAPPING,
    |this, visit| visit(this.mapping.word()),
    |_out| {
        let _ = this;
    }
);

/// How `super()` without arguments finds the `__class__` cell's content and the first argument of the running function;
/// the eval loop, which knows frames, fills it in. The error is the message of a `RuntimeError`.
pub static SUPER_ARGUMENTS: OnceLock<SuperArguments> = OnceLock::new();

/// The class in the `__class__` cell and the first argument of the running function, or what is missing of them.
pub type SuperArguments = fn(Esc<'_>) -> Result<(Value, Value), &'static str>;

/// `super(owner, receiver)`.
pub struct Super {
    /// `__thisclass__`
    pub owner: Field,
    /// `__self__`
    pub receiver: Field,
    /// `__self_class__`
    pub receiver_class: Field,
}

payload!(
    Super,
    "super",
    SUPER,
    TypeFlags::BASE,
    |this, visit| [&this.owner, &this.receiver, &this.receiver_class].into_iter().for_each(|f| f.trace(visit)),
    |out| out.extend([&this.owner, &this.receiver, &this.receiver_class].into_iter().filter_map(Field::take))
);
