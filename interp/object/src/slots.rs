//! The operations of the data model as function pointers of a type.
//!
//! A slot is one relaxed atomic word: a type may be changed by one thread while another calls through it, and then
//! either function may be called, as if the call had come a moment earlier or later.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use stackref::Value;

use crate::args::Args;
use crate::raise::PyResult;
use crate::thread::Esc;
use crate::typeobj::TypeObject;

/// `f(x)`.
pub type UnaryFn = fn(Esc<'_>, &Value) -> PyResult;
/// `f(x, y)`; binary number slots answer `NotImplemented` for operands they do not know.
pub type BinaryFn = fn(Esc<'_>, &Value, &Value) -> PyResult;
/// `pow(x, y, z)`.
pub type TernaryFn = fn(Esc<'_>, &Value, &Value, Option<&Value>) -> PyResult;
/// `hash(x)`.
pub type HashFn = fn(Esc<'_>, &Value) -> PyResult<i64>;
/// `callee(*args, **kwargs)`.
pub type CallFn = fn(Esc<'_>, &Value, Args<'_>) -> PyResult;
/// `__setattr__`, `__setitem__`, `__set__`; `None` as the last argument deletes.
pub type SetFn = fn(Esc<'_>, &Value, &Value, Option<&Value>) -> PyResult<()>;
/// Rich comparison.
pub type CompareFn = fn(Esc<'_>, &Value, &Value, CompareOp) -> PyResult;
/// `__next__`: `None` is exhaustion.
pub type NextFn = fn(Esc<'_>, &Value) -> PyResult<Option<Value>>;
/// `__get__(descriptor, instance, owner)`.
pub type DescrGetFn = fn(Esc<'_>, &Value, Option<&Value>, &TypeObject) -> PyResult;
/// `__init__`.
pub type InitFn = fn(Esc<'_>, &Value, Args<'_>) -> PyResult<()>;
/// `__new__(class, …)`.
pub type NewFn = fn(Esc<'_>, &TypeObject, Args<'_>) -> PyResult;
/// `C(…)` of a builtin type.
pub type MakeFn = fn(Esc<'_>, Args<'_>) -> PyResult;
/// `__len__`.
pub type LenFn = fn(Esc<'_>, &Value) -> PyResult<usize>;
/// `__bool__`.
pub type BoolFn = fn(Esc<'_>, &Value) -> PyResult<bool>;
/// `__contains__`.
pub type ContainsFn = fn(Esc<'_>, &Value, &Value) -> PyResult<bool>;
/// `__del__`.
pub type FinalizeFn = fn(Esc<'_>, &Value);
/// `send(value)`.
pub type SendFn = fn(Esc<'_>, &Value, Value) -> PyResult<Sent>;

/// What sending into an iterator gave.
#[derive(Debug)]
pub enum Sent {
    /// It yielded.
    Yield(Value),
    /// It finished with this value.
    Return(Value),
}

/// The six rich comparisons, numbered as in CPython's `COMPARE_OP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CompareOp {
    /// `<`
    Lt = 0,
    /// `<=`
    Le = 1,
    /// `==`
    Eq = 2,
    /// `!=`
    Ne = 3,
    /// `>`
    Gt = 4,
    /// `>=`
    Ge = 5,
}

impl CompareOp {
    /// From CPython's number.
    pub fn from_index(index: u8) -> Option<Self> {
        [Self::Lt, Self::Le, Self::Eq, Self::Ne, Self::Gt, Self::Ge].get(usize::from(index)).copied()
    }

    /// The comparison with its operands exchanged.
    pub fn swapped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            same => same,
        }
    }

    /// The operator's text.
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// Whether an ordering satisfies the comparison.
    #[inline]
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Eq => ordering.is_eq(),
            Self::Ne => ordering.is_ne(),
            Self::Gt => ordering.is_gt(),
            Self::Ge => ordering.is_ge(),
        }
    }
}

/// The binary number operations: those operands of `BINARY_OP` that a type has a slot for, under the numbers of
/// [`interp_opcode::BinaryOp`] (in-place forms follow 13 later).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BinaryOp {
    /// `+`
    Add = 0,
    /// `&`
    And = 1,
    /// `//`
    FloorDivide = 2,
    /// `<<`
    Lshift = 3,
    /// `@`
    MatrixMultiply = 4,
    /// `*`
    Multiply = 5,
    /// `%`
    Remainder = 6,
    /// `|`
    Or = 7,
    /// `**`
    Power = 8,
    /// `>>`
    Rshift = 9,
    /// `-`
    Subtract = 10,
    /// `/`
    TrueDivide = 11,
    /// `^`
    Xor = 12,
}

impl BinaryOp {
    /// All, in numeric order.
    pub const ALL: [BinaryOp; 13] = [
        Self::Add,
        Self::And,
        Self::FloorDivide,
        Self::Lshift,
        Self::MatrixMultiply,
        Self::Multiply,
        Self::Remainder,
        Self::Or,
        Self::Power,
        Self::Rshift,
        Self::Subtract,
        Self::TrueDivide,
        Self::Xor,
    ];

    /// The operator's text; messages about `pow` say `** or pow()`.
    pub fn symbol(self) -> &'static str {
        if self == Self::Power { "** or pow()" } else { Self::text_of(self as u32) }
    }

    /// The text of the in-place operator.
    pub fn inplace_symbol(self) -> &'static str {
        Self::text_of(self as u32 + Self::ALL.len() as u32)
    }

    fn text_of(operand: u32) -> &'static str {
        interp_opcode::BinaryOp::from_oparg(operand).map_or("", interp_opcode::BinaryOp::text)
    }

    /// The data model's names: forward, reflected, in-place.
    pub fn dunder(self) -> (&'static str, &'static str, &'static str) {
        [
            ("__add__", "__radd__", "__iadd__"),
            ("__and__", "__rand__", "__iand__"),
            ("__floordiv__", "__rfloordiv__", "__ifloordiv__"),
            ("__lshift__", "__rlshift__", "__ilshift__"),
            ("__matmul__", "__rmatmul__", "__imatmul__"),
            ("__mul__", "__rmul__", "__imul__"),
            ("__mod__", "__rmod__", "__imod__"),
            ("__or__", "__ror__", "__ior__"),
            ("__pow__", "__rpow__", "__ipow__"),
            ("__rshift__", "__rrshift__", "__irshift__"),
            ("__sub__", "__rsub__", "__isub__"),
            ("__truediv__", "__rtruediv__", "__itruediv__"),
            ("__xor__", "__rxor__", "__ixor__"),
        ][self as usize]
    }
}

/// One slot: a function pointer or nothing.
pub struct SlotFn<F> {
    address: AtomicUsize,
    function: PhantomData<F>,
}

impl<F: Copy + 'static> SlotFn<F> {
    /// An empty slot.
    pub const fn empty() -> Self {
        const { assert!(size_of::<F>() == size_of::<usize>(), "slots hold plain function pointers") };
        SlotFn { address: AtomicUsize::new(0), function: PhantomData }
    }

    /// The function, if there is one.
    #[inline(always)]
    pub fn get(&self) -> Option<F> {
        let address = self.address.load(Relaxed);
        if address == 0 {
            return None;
        }
        // SAFETY: only `set` stores here, and it stores the address of an `F`.
        Some(unsafe { std::mem::transmute_copy::<usize, F>(&address) })
    }

    /// Sets or empties the slot.
    pub fn set(&self, function: Option<F>) {
        let address = match function {
            None => 0,
            // SAFETY: `F` is a function pointer of a word (asserted in `empty`).
            Some(function) => unsafe { std::mem::transmute_copy::<F, usize>(&function) },
        };
        self.address.store(address, Relaxed);
    }

    /// Takes the base's function if this slot is empty.
    pub fn inherit(&self, base: &Self) {
        if self.address.load(Relaxed) == 0 {
            self.address.store(base.address.load(Relaxed), Relaxed);
        }
    }

    /// Makes this slot hold exactly what `other` holds.
    pub fn copy_from(&self, other: &Self) {
        self.address.store(other.address.load(Relaxed), Relaxed);
    }

    /// Whether both hold the same function.
    #[inline]
    pub fn same(&self, other: &Self) -> bool {
        self.address.load(Relaxed) == other.address.load(Relaxed)
    }

    /// Whether the slot holds nothing.
    pub fn is_empty(&self) -> bool {
        self.address.load(Relaxed) == 0
    }
}

macro_rules! slots {
    ($($(#[$doc:meta])* $name:ident: $ty:ty,)*) => {
        /// Every operation of a type. Names follow the data model (`getitem` is `__getitem__`).
        pub struct Slots {
            $($(#[$doc])* pub $name: SlotFn<$ty>,)*
            /// Calls this very type: what `__new__` and `__init__` of a builtin type do together, in one go. Never inherited.
            pub make: SlotFn<MakeFn>,
            /// Binary number operations by [`BinaryOp`]. `Power` lives in `power`.
            pub binary: [SlotFn<BinaryFn>; 13],
            /// In-place number operations by [`BinaryOp`].
            pub inplace: [SlotFn<BinaryFn>; 13],
        }

        impl Slots {
            /// No operation at all.
            pub const fn empty() -> Self {
                Slots {
                    $($name: SlotFn::empty(),)*
                    make: SlotFn::empty(),
                    binary: [const { SlotFn::empty() }; 13],
                    inplace: [const { SlotFn::empty() }; 13],
                }
            }

            /// Fills empty slots from `base`. `hash` and `richcompare` travel together: a type that defines one
            /// of them inherits neither (data model, `__hash__`).
            pub fn inherit(&self, base: &Slots) {
                let own_equality = !self.hash.is_empty() || !self.richcompare.is_empty();
                let (hash, compare) = (self.hash.get(), self.richcompare.get());
                $(self.$name.inherit(&base.$name);)*
                for (mine, theirs) in self.binary.iter().zip(&base.binary) {
                    mine.inherit(theirs);
                }
                for (mine, theirs) in self.inplace.iter().zip(&base.inplace) {
                    mine.inherit(theirs);
                }
                if own_equality {
                    self.hash.set(hash);
                    self.richcompare.set(compare);
                }
            }
        }
    };
}

slots! {
    /// `__repr__`
    repr: UnaryFn,
    /// `__str__`
    str: UnaryFn,
    /// `__hash__`; a type whose instances are unhashable has a function that raises.
    hash: HashFn,
    /// `__call__`
    call: CallFn,
    /// `__getattribute__` and `__getattr__`
    getattr: BinaryFn,
    /// `__setattr__` and `__delattr__`
    setattr: SetFn,
    /// `__lt__` … `__ge__`
    richcompare: CompareFn,
    /// `__iter__`
    iter: UnaryFn,
    /// `__next__`
    next: NextFn,
    /// `__get__`
    descr_get: DescrGetFn,
    /// `__set__` and `__delete__`
    descr_set: SetFn,
    /// `__init__`
    init: InitFn,
    /// `__new__`
    new: NewFn,
    /// `__del__`
    finalize: FinalizeFn,
    /// `__len__`
    len: LenFn,
    /// `__getitem__`
    getitem: BinaryFn,
    /// `__setitem__` and `__delitem__`
    setitem: SetFn,
    /// `__contains__`
    contains: ContainsFn,
    /// Sequence `+`, tried after the number slots.
    concat: BinaryFn,
    /// Sequence `+=`.
    inplace_concat: BinaryFn,
    /// Sequence `*`; the second operand is an integer.
    repeat: BinaryFn,
    /// Sequence `*=`.
    inplace_repeat: BinaryFn,
    /// `__pow__` with the optional modulus.
    power: TernaryFn,
    /// `-x`
    negative: UnaryFn,
    /// `+x`
    positive: UnaryFn,
    /// `abs(x)`
    absolute: UnaryFn,
    /// `~x`
    invert: UnaryFn,
    /// `__bool__`
    bool: BoolFn,
    /// `__int__`
    int: UnaryFn,
    /// `__float__`
    float: UnaryFn,
    /// `__index__`
    index: UnaryFn,
    /// `__await__`
    await_: UnaryFn,
    /// `__aiter__`
    aiter: UnaryFn,
    /// `__anext__`
    anext: UnaryFn,
    /// `send`, for generators and coroutines.
    send: SendFn,
}
