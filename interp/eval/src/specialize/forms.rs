//! Which instruction each form of a family is, and where its family's attempts are counted.

use std::sync::LazyLock;

use interp_opcode::Instr;
use specializer::decide::binary_op::{self, BinaryOp};
use specializer::decide::call::{self, Call, CallKw, KeywordForm};
use specializer::decide::compare::{self, Compare, Contains, ContainsForm};
use specializer::decide::iterate::{self, ForIter, Send, SendForm};
use specializer::decide::load_attr::{self, LoadAttr};
use specializer::decide::load_global::{self, LoadGlobal};
use specializer::decide::load_super_attr::{self, LoadSuperAttr};
use specializer::decide::store_attr::{self, StoreAttr};
use specializer::decide::store_subscr::{self, StoreSubscr};
use specializer::decide::to_bool::{self, ToBool};
use specializer::decide::unpack::{self, Unpack};
use specializer::family::{Family, Named};
use specializer::stats::{Row, Stats};

/// A family as the loop runs it.
pub(crate) trait Running: Family + Sized {
    /// The instruction of a form, at a cell with this generic instruction: a comparison may be one that jumps.
    fn instr(form: Self::Form, head: Instr) -> Instr;

    /// The counts of its attempts.
    fn stats() -> &'static Stats<Self>;

    /// The form that an instruction is.
    fn form_of(instr: Instr, head: Instr) -> Option<Self::Form> {
        Self::Form::ALL.iter().copied().find(|form| Self::instr(*form, head) == instr)
    }
}

macro_rules! families {
    ($($Family:ident($form:pat_param in $Form:ty, $head:ident) $map:block)*) => {
        $(impl Running for $Family {
            fn instr(form: $Form, $head: Instr) -> Instr {
                let $form = form;
                $map
            }

            fn stats() -> &'static Stats<Self> {
                static STATS: LazyLock<Stats<$Family>> = LazyLock::new(Stats::new);
                &STATS
            }
        })*

        /// The counts of all families that are not zero.
        pub(super) fn rows() -> Vec<Row> {
            let mut rows = Vec::new();
            $(rows.extend($Family::stats().rows());)*
            rows
        }
    };
}

families! {
    LoadGlobal(form in load_global::Form, _head) {
        match form {
            load_global::Form::Module => Instr::LoadGlobalModule,
            load_global::Form::Builtin => Instr::LoadGlobalBuiltin,
        }
    }
    LoadAttr(form in load_attr::Form, _head) {
        use load_attr::Form;
        match form {
            Form::InstanceValue => Instr::LoadAttrInstanceValue,
            Form::WithHint => Instr::LoadAttrWithHint,
            Form::Slot => Instr::LoadAttrSlot,
            Form::Module => Instr::LoadAttrModule,
            Form::Class => Instr::LoadAttrClass,
            Form::ClassWithMetaCheck => Instr::LoadAttrClassWithMetaclassCheck,
            Form::Property => Instr::LoadAttrProperty,
            Form::Hook => Instr::LoadAttrGetattributeOverridden,
            Form::MethodWithValues => Instr::LoadAttrMethodWithValues,
            Form::MethodNoDict => Instr::LoadAttrMethodNoDict,
            Form::MethodLazyDict => Instr::LoadAttrMethodLazyDict,
            Form::PlainWithValues => Instr::LoadAttrNondescriptorWithValues,
            Form::PlainNoDict => Instr::LoadAttrNondescriptorNoDict,
            Form::ClassMethod => Instr::LoadAttrClassMethod,
            Form::Polymorphic => Instr::LoadAttrPolymorphic,
            Form::PolymorphicValue => Instr::LoadAttrPolymorphicValue,
        }
    }
    StoreAttr(form in store_attr::Form, _head) {
        match form {
            store_attr::Form::InstanceValue => Instr::StoreAttrInstanceValue,
            store_attr::Form::WithHint => Instr::StoreAttrWithHint,
            store_attr::Form::Slot => Instr::StoreAttrSlot,
            store_attr::Form::Polymorphic => Instr::StoreAttrPolymorphic,
            store_attr::Form::PolymorphicValue => Instr::StoreAttrPolymorphicValue,
        }
    }
    LoadSuperAttr(form in load_super_attr::Form, _head) {
        match form {
            load_super_attr::Form::Attr => Instr::LoadSuperAttrAttr,
            load_super_attr::Form::Method => Instr::LoadSuperAttrMethod,
        }
    }
    BinaryOp(form in binary_op::Form, _head) {
        use binary_op::Form;
        match form {
            Form::AddInt => Instr::BinaryOpAddInt,
            Form::SubtractInt => Instr::BinaryOpSubtractInt,
            Form::MultiplyInt => Instr::BinaryOpMultiplyInt,
            Form::AddFloat => Instr::BinaryOpAddFloat,
            Form::SubtractFloat => Instr::BinaryOpSubtractFloat,
            Form::MultiplyFloat => Instr::BinaryOpMultiplyFloat,
            Form::AddText => Instr::BinaryOpAddUnicode,
            Form::AppendText => Instr::BinaryOpInplaceAddUnicode,
            Form::ListInt => Instr::BinaryOpSubscrListInt,
            Form::TupleInt => Instr::BinaryOpSubscrTupleInt,
            Form::TextInt => Instr::BinaryOpSubscrStrInt,
            Form::ListSlice => Instr::BinaryOpSubscrListSlice,
            Form::Map => Instr::BinaryOpSubscrDict,
            Form::Getter => Instr::BinaryOpSubscrGetitem,
            Form::Extend => Instr::BinaryOpExtend,
        }
    }
    StoreSubscr(form in store_subscr::Form, _head) {
        match form {
            store_subscr::Form::ListInt => Instr::StoreSubscrListInt,
            store_subscr::Form::Map => Instr::StoreSubscrDict,
        }
    }
    Call(form in call::Form, _head) {
        use call::Form;
        match form {
            Form::PyExactArgs => Instr::CallPyExactArgs,
            Form::PyGeneral => Instr::CallPyGeneral,
            Form::BoundExactArgs => Instr::CallBoundMethodExactArgs,
            Form::BoundGeneral => Instr::CallBoundMethodGeneral,
            Form::AllocAndEnterInit => Instr::CallAllocAndEnterInit,
            Form::Type1 => Instr::CallType1,
            Form::Text1 => Instr::CallStr1,
            Form::Tuple1 => Instr::CallTuple1,
            Form::BuiltinClass => Instr::CallBuiltinClass,
            Form::BuiltinOne => Instr::CallBuiltinO,
            Form::BuiltinArray => Instr::CallBuiltinFast,
            Form::BuiltinArrayWithKeywords => Instr::CallBuiltinFastWithKeywords,
            Form::Len => Instr::CallLen,
            Form::IsInstance => Instr::CallIsinstance,
            Form::ListAppend => Instr::CallListAppend,
            Form::MethodNoArgs => Instr::CallMethodDescriptorNoargs,
            Form::MethodOne => Instr::CallMethodDescriptorO,
            Form::MethodArray => Instr::CallMethodDescriptorFast,
            Form::MethodArrayWithKeywords => Instr::CallMethodDescriptorFastWithKeywords,
            Form::NonPyGeneral => Instr::CallNonPyGeneral,
            Form::PyGenerator => Instr::CallPyGenerator,
        }
    }
    CallKw(form in KeywordForm, _head) {
        match form {
            KeywordForm::Py => Instr::CallKwPy,
            KeywordForm::Bound => Instr::CallKwBoundMethod,
            KeywordForm::NonPy => Instr::CallKwNonPy,
        }
    }
    Compare(form in compare::Form, head) {
        let forms = match head {
            Instr::CompareJumpIfTrue => {
                [Instr::CompareJumpIfTrueInt, Instr::CompareJumpIfTrueFloat, Instr::CompareJumpIfTrueStr]
            }
            Instr::CompareJumpIfFalse => {
                [Instr::CompareJumpIfFalseInt, Instr::CompareJumpIfFalseFloat, Instr::CompareJumpIfFalseStr]
            }
            _ => [Instr::CompareOpInt, Instr::CompareOpFloat, Instr::CompareOpStr],
        };
        forms[form.index()]
    }
    Contains(form in ContainsForm, _head) {
        match form {
            ContainsForm::Set => Instr::ContainsOpSet,
            ContainsForm::Map => Instr::ContainsOpDict,
        }
    }
    ToBool(form in to_bool::Form, _head) {
        match form {
            to_bool::Form::Bool => Instr::ToBoolBool,
            to_bool::Form::Int => Instr::ToBoolInt,
            to_bool::Form::List => Instr::ToBoolList,
            to_bool::Form::Nothing => Instr::ToBoolNone,
            to_bool::Form::Text => Instr::ToBoolStr,
            to_bool::Form::AlwaysTrue => Instr::ToBoolAlwaysTrue,
        }
    }
    ForIter(form in iterate::Form, _head) {
        match form {
            iterate::Form::List => Instr::ForIterList,
            iterate::Form::Tuple => Instr::ForIterTuple,
            iterate::Form::Range => Instr::ForIterRange,
            iterate::Form::Generator => Instr::ForIterGen,
        }
    }
    Send(SendForm::Generator in SendForm, _head) {
        Instr::SendGen
    }
    Unpack(form in unpack::Form, _head) {
        match form {
            unpack::Form::TwoTuple => Instr::UnpackSequenceTwoTuple,
            unpack::Form::Tuple => Instr::UnpackSequenceTuple,
            unpack::Form::List => Instr::UnpackSequenceList,
            unpack::Form::TwoTupleStore => Instr::UnpackSequenceTwoTupleStore,
            unpack::Form::TupleStore => Instr::UnpackSequenceTupleStore,
            unpack::Form::ListStore => Instr::UnpackSequenceListStore,
        }
    }
}
