//! What the operand of certain instructions selects: operators, intrinsics, special methods, common constants.
//!
//! Apart from the opcodes because these numberings are separate from theirs; they are CPython 3.14's.

/// Operand of `BINARY_OP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "each variant is named as CPython names it")]
pub enum BinaryOp {
    Add = 0,
    And = 1,
    FloorDivide = 2,
    Lshift = 3,
    MatrixMultiply = 4,
    Multiply = 5,
    Remainder = 6,
    Or = 7,
    Power = 8,
    Rshift = 9,
    Subtract = 10,
    TrueDivide = 11,
    Xor = 12,
    InplaceAdd = 13,
    InplaceAnd = 14,
    InplaceFloorDivide = 15,
    InplaceLshift = 16,
    InplaceMatrixMultiply = 17,
    InplaceMultiply = 18,
    InplaceRemainder = 19,
    InplaceOr = 20,
    InplacePower = 21,
    InplaceRshift = 22,
    InplaceSubtract = 23,
    InplaceTrueDivide = 24,
    InplaceXor = 25,
    Subscr = 26,
}

impl BinaryOp {
    /// All of them, in number order.
    pub const ALL: [Self; 27] = [
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
        Self::InplaceAdd,
        Self::InplaceAnd,
        Self::InplaceFloorDivide,
        Self::InplaceLshift,
        Self::InplaceMatrixMultiply,
        Self::InplaceMultiply,
        Self::InplaceRemainder,
        Self::InplaceOr,
        Self::InplacePower,
        Self::InplaceRshift,
        Self::InplaceSubtract,
        Self::InplaceTrueDivide,
        Self::InplaceXor,
        Self::Subscr,
    ];

    /// The one with this number, if there is one.
    #[must_use]
    pub fn from_oparg(oparg: u32) -> Option<Self> {
        Self::ALL.get(oparg as usize).copied()
    }

    /// As CPython's `dis` shows it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::And => "&",
            Self::FloorDivide => "//",
            Self::Lshift => "<<",
            Self::MatrixMultiply => "@",
            Self::Multiply => "*",
            Self::Remainder => "%",
            Self::Or => "|",
            Self::Power => "**",
            Self::Rshift => ">>",
            Self::Subtract => "-",
            Self::TrueDivide => "/",
            Self::Xor => "^",
            Self::InplaceAdd => "+=",
            Self::InplaceAnd => "&=",
            Self::InplaceFloorDivide => "//=",
            Self::InplaceLshift => "<<=",
            Self::InplaceMatrixMultiply => "@=",
            Self::InplaceMultiply => "*=",
            Self::InplaceRemainder => "%=",
            Self::InplaceOr => "|=",
            Self::InplacePower => "**=",
            Self::InplaceRshift => ">>=",
            Self::InplaceSubtract => "-=",
            Self::InplaceTrueDivide => "/=",
            Self::InplaceXor => "^=",
            Self::Subscr => "[]",
        }
    }
}

/// Operand of `CALL_INTRINSIC_1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "each variant is named as CPython names it")]
pub enum Intrinsic1 {
    Invalid = 0,
    Print = 1,
    ImportStar = 2,
    StopiterationError = 3,
    AsyncGenWrap = 4,
    UnaryPositive = 5,
    ListToTuple = 6,
    Typevar = 7,
    Paramspec = 8,
    Typevartuple = 9,
    SubscriptGeneric = 10,
    Typealias = 11,
}

impl Intrinsic1 {
    /// All of them, in number order.
    pub const ALL: [Self; 12] = [
        Self::Invalid,
        Self::Print,
        Self::ImportStar,
        Self::StopiterationError,
        Self::AsyncGenWrap,
        Self::UnaryPositive,
        Self::ListToTuple,
        Self::Typevar,
        Self::Paramspec,
        Self::Typevartuple,
        Self::SubscriptGeneric,
        Self::Typealias,
    ];

    /// The one with this number, if there is one.
    #[must_use]
    pub fn from_oparg(oparg: u32) -> Option<Self> {
        Self::ALL.get(oparg as usize).copied()
    }

    /// As CPython's `dis` shows it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Invalid => "INTRINSIC_1_INVALID",
            Self::Print => "INTRINSIC_PRINT",
            Self::ImportStar => "INTRINSIC_IMPORT_STAR",
            Self::StopiterationError => "INTRINSIC_STOPITERATION_ERROR",
            Self::AsyncGenWrap => "INTRINSIC_ASYNC_GEN_WRAP",
            Self::UnaryPositive => "INTRINSIC_UNARY_POSITIVE",
            Self::ListToTuple => "INTRINSIC_LIST_TO_TUPLE",
            Self::Typevar => "INTRINSIC_TYPEVAR",
            Self::Paramspec => "INTRINSIC_PARAMSPEC",
            Self::Typevartuple => "INTRINSIC_TYPEVARTUPLE",
            Self::SubscriptGeneric => "INTRINSIC_SUBSCRIPT_GENERIC",
            Self::Typealias => "INTRINSIC_TYPEALIAS",
        }
    }
}

/// Operand of `CALL_INTRINSIC_2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "each variant is named as CPython names it")]
pub enum Intrinsic2 {
    Invalid = 0,
    PrepReraiseStar = 1,
    TypevarWithBound = 2,
    TypevarWithConstraints = 3,
    SetFunctionTypeParams = 4,
    SetTypeparamDefault = 5,
}

impl Intrinsic2 {
    /// All of them, in number order.
    pub const ALL: [Self; 6] = [
        Self::Invalid,
        Self::PrepReraiseStar,
        Self::TypevarWithBound,
        Self::TypevarWithConstraints,
        Self::SetFunctionTypeParams,
        Self::SetTypeparamDefault,
    ];

    /// The one with this number, if there is one.
    #[must_use]
    pub fn from_oparg(oparg: u32) -> Option<Self> {
        Self::ALL.get(oparg as usize).copied()
    }

    /// As CPython's `dis` shows it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Invalid => "INTRINSIC_2_INVALID",
            Self::PrepReraiseStar => "INTRINSIC_PREP_RERAISE_STAR",
            Self::TypevarWithBound => "INTRINSIC_TYPEVAR_WITH_BOUND",
            Self::TypevarWithConstraints => "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
            Self::SetFunctionTypeParams => "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
            Self::SetTypeparamDefault => "INTRINSIC_SET_TYPEPARAM_DEFAULT",
        }
    }
}

/// Operand of `LOAD_SPECIAL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "each variant is named as CPython names it")]
pub enum SpecialMethod {
    Enter = 0,
    Exit = 1,
    AsyncEnter = 2,
    AsyncExit = 3,
}

impl SpecialMethod {
    /// All of them, in number order.
    pub const ALL: [Self; 4] = [Self::Enter, Self::Exit, Self::AsyncEnter, Self::AsyncExit];

    /// The one with this number, if there is one.
    #[must_use]
    pub fn from_oparg(oparg: u32) -> Option<Self> {
        Self::ALL.get(oparg as usize).copied()
    }

    /// As CPython's `dis` shows it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Enter => "__enter__",
            Self::Exit => "__exit__",
            Self::AsyncEnter => "__aenter__",
            Self::AsyncExit => "__aexit__",
        }
    }
}

/// Operand of `LOAD_COMMON_CONSTANT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "each variant is named as CPython names it")]
pub enum CommonConstant {
    AssertionError = 0,
    NotImplementedError = 1,
    Tuple = 2,
    All = 3,
    Any = 4,
}

impl CommonConstant {
    /// All of them, in number order.
    pub const ALL: [Self; 5] = [Self::AssertionError, Self::NotImplementedError, Self::Tuple, Self::All, Self::Any];

    /// The one with this number, if there is one.
    #[must_use]
    pub fn from_oparg(oparg: u32) -> Option<Self> {
        Self::ALL.get(oparg as usize).copied()
    }

    /// As CPython's `dis` shows it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::AssertionError => "AssertionError",
            Self::NotImplementedError => "NotImplementedError",
            Self::Tuple => "tuple",
            Self::All => "all",
            Self::Any => "any",
        }
    }
}
