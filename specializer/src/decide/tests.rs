//! Decisions as tables: facts in, form or reason out.

use super::*;
use crate::cache::{Kind, MAX_INDEX, Word};

const V1: Version = NonZeroU32::new(1);
const V2: Version = NonZeroU32::new(2);

mod globals {
    use super::*;
    use crate::decide::load_global::{BUILTIN, Facts, Failure, Form, MODULE, decide};

    struct Tables(bool, Lookup, Lookup);

    impl Facts for Tables {
        fn name_is_plain(&self) -> bool {
            self.0
        }
        fn first(&self) -> Lookup {
            self.1
        }
        fn second(&self) -> Lookup {
            assert!(matches!(self.1, Lookup::Absent { .. }), "asked without need");
            self.2
        }
    }

    const HERE: Lookup = Lookup::Found { version: V2, index: 5 };
    const NOT_HERE: Lookup = Lookup::Absent { version: V1 };

    #[track_caller]
    fn check(first: Lookup, second: Lookup, expected: Result<Form, Failure>) {
        assert_eq!(decide(&Tables(true, first, second)).map(|plan| plan.form()), expected);
    }

    #[test]
    fn the_first_table_wins() {
        check(HERE, Lookup::Busy, Ok(Form::Module));
        check(NOT_HERE, HERE, Ok(Form::Builtin));
        check(NOT_HERE, NOT_HERE, Err(Failure::Absent));
    }

    #[test]
    fn what_cannot_be_guarded_fails() {
        for (lookup, failure) in [
            (Lookup::NotPlain, Failure::NotPlain),
            (Lookup::Busy, Failure::Busy),
            (Lookup::Found { version: None, index: 5 }, Failure::OutOfVersions),
            (Lookup::Found { version: V1, index: MAX_INDEX + 1 }, Failure::TooMany),
        ] {
            check(lookup, HERE, Err(failure));
            check(NOT_HERE, lookup, Err(failure));
        }
        check(Lookup::Absent { version: None }, HERE, Err(Failure::OutOfVersions));
        assert_eq!(decide(&Tables(false, HERE, HERE)), Err(Failure::OddName));
    }

    #[test]
    fn plans_become_words() {
        let words = |first, second| decide(&Tables(true, first, second)).unwrap().words().unwrap();
        assert_eq!(words(HERE, HERE).as_slice(), [Word::entry(MODULE, 5, 2)]);
        let pair = words(NOT_HERE, HERE);
        assert_eq!(pair.as_slice()[0].index_for(BUILTIN, 2), Some(5));
        assert!(pair.as_slice()[1].links(1, 2));
    }
}

mod attributes {
    use super::*;
    use crate::decide::load_attr::{Facts, Failure, Form, Found, OnType, Owner, decide};
    use crate::decide::store_attr;

    #[derive(Clone, Copy)]
    struct Case {
        plain: bool,
        owner: Owner,
        call: bool,
        module: Lookup,
        on_type: OnType<u8>,
        found: Found<u8>,
        version: Version,
        storage: Storage,
        hold: bool,
    }

    const CASE: Case = Case {
        plain: true,
        owner: Owner::Instance,
        call: false,
        module: Lookup::Busy,
        on_type: OnType { found: Found::Plain(1), version: V1, meta_is_plain: true, meta: None },
        found: Found::Absent,
        version: V1,
        storage: Storage::None,
        hold: true,
    };
    const METHOD: Case = Case { found: Found::Method(1), call: true, ..CASE };
    const PLAIN: Case = Case { found: Found::Plain(1), ..CASE };
    const INLINE: Storage = Storage::Inline { valid: true, index: Some(3), keys: V2 };
    const INLINE_LACKS: Storage = Storage::Inline { valid: true, index: None, keys: V2 };
    const IN_MAP: Storage = Storage::Map { index: Some(4) };

    impl Facts for Case {
        type Handle = u8;
        fn name_is_plain(&self) -> bool {
            self.plain
        }
        fn owner(&self) -> Owner {
            self.owner
        }
        fn for_call(&self) -> bool {
            self.call
        }
        fn in_module(&self) -> Lookup {
            self.module
        }
        fn on_type(&self) -> OnType<u8> {
            self.on_type
        }
        fn by_type(&self) -> Found<u8> {
            self.found
        }
        fn type_version(&self) -> Version {
            self.version
        }
        fn storage(&self) -> Storage {
            self.storage
        }
        fn may_hold(&self, _: u8) -> bool {
            self.hold
        }
    }

    impl store_attr::Facts for Case {
        type Handle = u8;
        fn name_is_plain(&self) -> bool {
            self.plain
        }
        fn owner_is_plain(&self) -> bool {
            self.owner == Owner::Instance
        }
        fn by_type(&self) -> Found<u8> {
            self.found
        }
        fn type_version(&self) -> Version {
            self.version
        }
        fn storage(&self) -> Storage {
            self.storage
        }
    }

    #[track_caller]
    fn check(case: Case, expected: Result<Form, Failure>) {
        assert_eq!(decide(&case).map(|plan| plan.form()), expected);
    }

    #[test]
    fn instances_hold_values() {
        check(Case { storage: INLINE, ..CASE }, Ok(Form::InstanceValue));
        check(Case { storage: IN_MAP, ..CASE }, Ok(Form::WithHint));
        check(Case { found: Found::Slot { offset: 16 }, ..CASE }, Ok(Form::Slot));
        check(
            Case { storage: Storage::Inline { valid: false, index: Some(3), keys: V2 }, ..CASE },
            Err(Failure::OddStorage),
        );
        check(CASE, Err(Failure::Absent));
        check(Case { plain: false, storage: INLINE, ..CASE }, Err(Failure::OddName));
        check(Case { storage: INLINE, version: None, ..CASE }, Err(Failure::OutOfVersions));
        check(Case { found: Found::Slot { offset: MAX_INDEX + 1 }, ..CASE }, Err(Failure::TooMany));
    }

    #[test]
    fn the_instance_shadows_what_does_not_override() {
        check(Case { storage: INLINE, ..METHOD }, Ok(Form::InstanceValue));
        check(Case { storage: IN_MAP, ..PLAIN }, Ok(Form::WithHint));
        check(Case { storage: INLINE, found: Found::NonOverriding, ..CASE }, Ok(Form::InstanceValue));
        check(Case { storage: INLINE, found: Found::Overriding, ..CASE }, Err(Failure::Overriding));
        check(Case { storage: INLINE, found: Found::Mutable(1), ..CASE }, Err(Failure::Mutable));
    }

    #[test]
    fn methods_are_for_calls() {
        check(METHOD, Ok(Form::MethodNoDict));
        check(Case { storage: INLINE_LACKS, ..METHOD }, Ok(Form::MethodWithValues));
        check(Case { storage: Storage::Unborn, ..METHOD }, Ok(Form::MethodLazyDict));
        check(Case { storage: Storage::Map { index: None }, ..METHOD }, Err(Failure::OddStorage));
        check(Case { call: false, ..METHOD }, Err(Failure::UncalledMethod));
        check(Case { hold: false, ..METHOD }, Err(Failure::NotHoldable));
        let keyless = Storage::Inline { valid: true, index: None, keys: None };
        check(Case { storage: keyless, ..METHOD }, Err(Failure::OutOfVersions));
    }

    #[test]
    fn plain_values_are_not() {
        check(PLAIN, Ok(Form::PlainNoDict));
        check(Case { storage: INLINE_LACKS, ..PLAIN }, Ok(Form::PlainWithValues));
        check(Case { storage: Storage::Unborn, ..PLAIN }, Err(Failure::OddStorage));
        check(Case { call: true, ..PLAIN }, Err(Failure::CalledValue));
    }

    #[test]
    fn functions_behind_attributes_are_simple() {
        for simple in [true, false] {
            let expected = |form| if simple { Ok(form) } else { Err(Failure::OddFunction) };
            let property = Case { found: Found::Property { getter: 1, simple }, ..CASE };
            check(property, expected(Form::Property));
            check(Case { call: true, ..property }, Err(Failure::CalledValue));
            check(Case { found: Found::Hook { function: 1, simple }, ..CASE }, expected(Form::Hook));
        }
        check(Case { found: Found::NativeHook, ..CASE }, Err(Failure::NativeHook));
        check(Case { found: Found::OddSlot, ..CASE }, Err(Failure::OddSlot));
        check(Case { found: Found::ClassMethod, ..CASE }, Err(Failure::ClassMethod));
    }

    #[test]
    fn types_answer_for_themselves() {
        let on = |on_type| Case { owner: Owner::Type, on_type, ..CASE };
        check(on(CASE.on_type), Ok(Form::Class));
        check(on(OnType { meta: Some(V2), ..CASE.on_type }), Ok(Form::ClassWithMetaCheck));
        check(on(OnType { meta: Some(None), ..CASE.on_type }), Err(Failure::OutOfVersions));
        check(on(OnType { meta_is_plain: false, ..CASE.on_type }), Err(Failure::OddMetaclass));
        check(on(OnType { version: None, ..CASE.on_type }), Err(Failure::OutOfVersions));
        check(on(OnType { found: Found::Absent, ..CASE.on_type }), Err(Failure::Absent));
        check(on(OnType { found: Found::Slot { offset: 1 }, ..CASE.on_type }), Err(Failure::Overriding));
        let over = OnType { found: Found::ClassMethodOver(1), ..CASE.on_type };
        check(on(over), Err(Failure::ClassMethod));
        check(Case { call: true, ..on(over) }, Ok(Form::ClassMethod));
        check(Case { call: true, ..on(OnType { meta: Some(V2), ..over }) }, Err(Failure::ClassMethod));
        check(Case { owner: Owner::NotReady, ..CASE }, Err(Failure::NotReady));
    }

    #[test]
    fn modules_answer_from_their_table() {
        let module = |module| Case { owner: Owner::Module, module, ..CASE };
        check(module(Lookup::Found { version: V1, index: 7 }), Ok(Form::Module));
        check(module(Lookup::NotPlain), Err(Failure::OddModule));
        check(module(Lookup::Busy), Err(Failure::Busy));
        check(module(Lookup::Absent { version: V1 }), Err(Failure::Absent));
        check(module(Lookup::Found { version: None, index: 7 }), Err(Failure::OutOfVersions));
    }

    #[test]
    fn entries_fit_words_and_records_do_not() {
        let plan = decide(&Case { storage: INLINE, ..CASE }).unwrap();
        let word = plan.words().unwrap().as_slice()[0];
        assert_eq!(word.index_for(Kind::entry_of(Form::InstanceValue), 1), Some(3));
        assert_eq!(word.index_for(Kind::entry_of(Form::WithHint), 1), None);
        let plan = decide(&Case { storage: INLINE_LACKS, ..METHOD }).unwrap();
        assert_eq!(plan.words(), None);
        assert_eq!((plan.handle, Some(plan.version), plan.second), (Some(1), V1, V2));
    }

    #[test]
    fn stores_go_where_the_instance_holds() {
        use store_attr::{Failure, Form, decide};
        let check = |case: Case, expected: Result<Form, Failure>| {
            assert_eq!(decide(&case).map(|plan| plan.form()), expected);
        };
        check(Case { storage: INLINE, ..CASE }, Ok(Form::InstanceValue));
        check(Case { storage: IN_MAP, ..CASE }, Ok(Form::WithHint));
        check(Case { found: Found::Slot { offset: 8 }, ..CASE }, Ok(Form::Slot));
        check(Case { storage: INLINE_LACKS, ..CASE }, Err(Failure::Absent));
        check(Case { storage: Storage::Unreadable, ..CASE }, Err(Failure::OddStorage));
        check(Case { storage: INLINE, ..PLAIN }, Err(Failure::OnType));
        check(
            Case { storage: INLINE, found: Found::Property { getter: 1, simple: true }, ..CASE },
            Err(Failure::Overriding),
        );
        check(Case { found: Found::OddSlot, ..CASE }, Err(Failure::OddSlot));
        check(Case { owner: Owner::Type, storage: INLINE, ..CASE }, Err(Failure::OddOwner));
        check(Case { storage: INLINE, version: None, ..CASE }, Err(Failure::OutOfVersions));
        check(Case { found: Found::Slot { offset: MAX_INDEX + 1 }, ..CASE }, Err(Failure::TooMany));
        assert!(decide(&Case { storage: INLINE, ..CASE }).unwrap().words().is_some());
    }
}

mod operators {
    use super::*;
    use crate::decide::binary_op::{Facts, Failure, Form, Operator, Plan, decide};
    use crate::decide::{compare, store_subscr, to_bool, unpack};

    #[derive(Clone, Copy)]
    struct Case {
        operator: Operator,
        operands: (Class, Class),
        in_range: bool,
        stored: bool,
        getter: Option<Version>,
        extension: Option<u32>,
    }

    const CASE: Case = Case {
        operator: Operator::Add,
        operands: (Class::Int, Class::Int),
        in_range: true,
        stored: false,
        getter: None,
        extension: None,
    };

    impl Facts for Case {
        fn operator(&self) -> Operator {
            self.operator
        }
        fn left(&self) -> Class {
            self.operands.0
        }
        fn right(&self) -> Class {
            self.operands.1
        }
        fn key_in_range(&self) -> bool {
            self.in_range
        }
        fn stored_to_left(&self) -> bool {
            self.stored
        }
        fn getter(&self) -> Option<Version> {
            self.getter
        }
        fn extension(&self) -> Option<u32> {
            self.extension
        }
    }

    #[track_caller]
    fn check(case: Case, expected: Result<Form, Failure>) {
        assert_eq!(decide(&case).map(|plan| plan.form()), expected);
    }

    fn on(operator: Operator, left: Class, right: Class) -> Case {
        Case { operator, operands: (left, right), ..CASE }
    }

    #[test]
    fn arithmetic_by_operands() {
        use Operator::{Add, Multiply, Other, Subtract};
        let forms = [
            (Add, Form::AddInt, Form::AddFloat),
            (Subtract, Form::SubtractInt, Form::SubtractFloat),
            (Multiply, Form::MultiplyInt, Form::MultiplyFloat),
        ];
        for (operator, int, float) in forms {
            check(on(operator, Class::Int, Class::Int), Ok(int));
            check(on(operator, Class::Float, Class::Float), Ok(float));
            check(on(operator, Class::Int, Class::Float), Err(Failure::Operands));
        }
        let texts = on(Add, Class::Text, Class::Text);
        check(texts, Ok(Form::AddText));
        check(Case { stored: true, ..texts }, Ok(Form::AppendText));
        check(on(Multiply, Class::Text, Class::Text), Err(Failure::Operands));
        check(on(Other, Class::Int, Class::Int), Err(Failure::Operator));
        check(Case { extension: Some(4), ..on(Other, Class::Int, Class::Int) }, Ok(Form::Extend));
    }

    #[test]
    fn subscripts_by_container() {
        use Operator::Subscript;
        for (container, form) in
            [(Class::List, Form::ListInt), (Class::Tuple, Form::TupleInt), (Class::Text, Form::TextInt)]
        {
            let case = on(Subscript, container, Class::Int);
            check(case, Ok(form));
            check(Case { in_range: false, ..case }, Err(Failure::OutOfRange));
        }
        check(on(Subscript, Class::List, Class::Slice), Ok(Form::ListSlice));
        check(on(Subscript, Class::Map, Class::Other), Ok(Form::Map));
        check(on(Subscript, Class::Other, Class::Int), Err(Failure::Operands));
        let with_getter = Case { getter: Some(V2), ..on(Subscript, Class::Other, Class::Int) };
        assert_eq!(decide(&with_getter).ok(), V2.map(Plan::Getter));
        check(Case { getter: Some(None), ..with_getter }, Err(Failure::OutOfVersions));
        let word = decide(&with_getter).unwrap().words().unwrap().as_slice()[0];
        assert_eq!(word.version_of(Kind::entry_of(Form::Getter)), Some(2));
    }

    #[test]
    fn comparisons_and_membership() {
        use compare::{ContainsFailure, ContainsForm, Failure, Form, contains, decide};
        assert_eq!(decide(Class::Int, Class::Int, false), Ok(Form::Int));
        assert_eq!(decide(Class::Float, Class::Float, true), Ok(Form::Float));
        assert_eq!(decide(Class::Text, Class::Text, true), Ok(Form::Text));
        assert_eq!(decide(Class::Text, Class::Text, false), Err(Failure::OrderOfTexts));
        assert_eq!(decide(Class::Int, Class::Float, true), Err(Failure::Operands));
        assert_eq!(contains(Class::Set), Ok(ContainsForm::Set));
        assert_eq!(contains(Class::Map), Ok(ContainsForm::Map));
        assert_eq!(contains(Class::List), Err(ContainsFailure::Container));
    }

    #[test]
    fn stores_by_container() {
        use store_subscr::{Failure, Form, decide};
        assert_eq!(decide(Class::List, Class::Int, true), Ok(Form::ListInt));
        assert_eq!(decide(Class::List, Class::Int, false), Err(Failure::OutOfRange));
        assert_eq!(decide(Class::Map, Class::Other, false), Ok(Form::Map));
        assert_eq!(decide(Class::List, Class::Slice, true), Err(Failure::Operands));
    }

    #[test]
    fn truth_by_class() {
        use to_bool::{Failure, Form, decide};
        let unasked = || -> Option<Version> { panic!("asked without need") };
        for (class, form) in [
            (Class::Bool, Form::Bool),
            (Class::Int, Form::Int),
            (Class::List, Form::List),
            (Class::Nothing, Form::Nothing),
            (Class::Text, Form::Text),
        ] {
            assert_eq!(decide(class, unasked).map(|plan| plan.form()), Ok(form));
        }
        let always = decide(Class::Other, || Some(V2)).unwrap();
        assert_eq!(always.words().unwrap().as_slice()[0].version_of(Kind::entry_of(Form::AlwaysTrue)), Some(2));
        assert_eq!(decide(Class::Other, || Some(None)), Err(Failure::OutOfVersions));
        assert_eq!(decide(Class::Map, || None), Err(Failure::Type));
    }

    #[test]
    fn unpacking_by_length() {
        use unpack::{Failure, Form, decide};
        assert_eq!(decide(Class::Tuple, 2, 2, false), Ok(Form::TwoTuple));
        assert_eq!(decide(Class::Tuple, 3, 3, false), Ok(Form::Tuple));
        assert_eq!(decide(Class::List, 2, 2, false), Ok(Form::List));
        assert_eq!(decide(Class::Tuple, 2, 2, true), Ok(Form::TwoTupleStore));
        assert_eq!(decide(Class::Tuple, 1, 1, true), Ok(Form::TupleStore));
        assert_eq!(decide(Class::List, 2, 2, true), Ok(Form::ListStore));
        assert_eq!(decide(Class::Tuple, 2, 3, false), Err(Failure::Length));
        assert_eq!(decide(Class::Text, 2, 2, false), Err(Failure::Type));
    }
}

mod calls {
    use super::*;
    use crate::decide::call::{
        Callee, Convention, Facts, Failure, Form, Function, KeywordForm, WellKnown, WellKnownType, decide,
        with_keywords,
    };
    use crate::decide::iterate::{Failure as IterFailure, Form as IterForm, SendForm, Source, for_iter, send};
    use crate::decide::load_super_attr;

    struct Site(Callee, usize);

    impl Facts for Site {
        fn callee(&self) -> Callee {
            self.0
        }
        fn args(&self) -> usize {
            self.1
        }
    }

    const FUNCTION: Function = Function { version: V2, exact: true, plain: true, generator: false };

    #[track_caller]
    fn check(callee: Callee, args: usize, expected: Result<Form, Failure>) {
        assert_eq!(decide(&Site(callee, args)).map(|plan| plan.form()), expected);
    }

    #[test]
    fn functions_of_the_language() {
        let general = Function { exact: false, ..FUNCTION };
        check(Callee::Function(FUNCTION), 1, Ok(Form::PyExactArgs));
        check(Callee::Function(general), 1, Ok(Form::PyGeneral));
        let makes = Function { generator: true, ..FUNCTION };
        check(Callee::Function(makes), 1, Ok(Form::PyGenerator));
        check(Callee::Function(Function { exact: false, ..makes }), 1, Ok(Form::PyGeneral));
        check(Callee::Function(Function { version: None, ..makes }), 1, Err(Failure::OutOfVersions));
        check(Callee::BoundMethod(makes), 1, Ok(Form::BoundExactArgs));
        check(Callee::BoundMethod(FUNCTION), 1, Ok(Form::BoundExactArgs));
        check(Callee::BoundMethod(general), 1, Ok(Form::BoundGeneral));
        check(Callee::Function(Function { plain: false, ..FUNCTION }), 1, Err(Failure::OddFunction));
        check(Callee::Function(Function { version: None, ..FUNCTION }), 1, Err(Failure::OutOfVersions));
        let words = decide(&Site(Callee::Function(FUNCTION), 1)).unwrap().words().unwrap();
        assert_eq!(words.as_slice()[0].version_of(Kind::entry_of(Form::PyExactArgs)), Some(2));
    }

    #[test]
    fn types() {
        check(Callee::WellKnownType(WellKnownType::Type), 1, Ok(Form::Type1));
        check(Callee::WellKnownType(WellKnownType::Text), 1, Ok(Form::Text1));
        check(Callee::WellKnownType(WellKnownType::Tuple), 1, Ok(Form::Tuple1));
        check(Callee::WellKnownType(WellKnownType::Text), 2, Ok(Form::BuiltinClass));
        check(Callee::NativeType, 2, Ok(Form::BuiltinClass));
        check(Callee::PlainType(V1), 2, Ok(Form::AllocAndEnterInit));
        check(Callee::PlainType(None), 2, Err(Failure::OutOfVersions));
        check(Callee::OddType, 2, Err(Failure::OddType));
    }

    #[test]
    fn native_functions() {
        check(Callee::WellKnown(WellKnown::Len), 1, Ok(Form::Len));
        check(Callee::WellKnown(WellKnown::IsInstance), 2, Ok(Form::IsInstance));
        check(Callee::WellKnown(WellKnown::ListAppend), 1, Ok(Form::ListAppend));
        check(Callee::WellKnown(WellKnown::Len), 2, Err(Failure::Arity));
        check(Callee::Native(Convention::One), 1, Ok(Form::BuiltinOne));
        check(Callee::Native(Convention::One), 2, Err(Failure::Arity));
        check(Callee::Native(Convention::Array), 7, Ok(Form::BuiltinArray));
        check(Callee::Native(Convention::ArrayWithKeywords), 7, Ok(Form::BuiltinArrayWithKeywords));
        check(Callee::Native(Convention::NoArgs), 0, Ok(Form::NonPyGeneral));
        check(Callee::NativeMethod(Convention::NoArgs), 0, Ok(Form::MethodNoArgs));
        check(Callee::NativeMethod(Convention::NoArgs), 1, Err(Failure::Arity));
        check(Callee::NativeMethod(Convention::One), 1, Ok(Form::MethodOne));
        check(Callee::NativeMethod(Convention::Array), 3, Ok(Form::MethodArray));
        check(Callee::NativeMethod(Convention::ArrayWithKeywords), 3, Ok(Form::MethodArrayWithKeywords));
        check(Callee::NativeMethod(Convention::Other), 3, Ok(Form::NonPyGeneral));
        check(Callee::Other, 3, Ok(Form::NonPyGeneral));
    }

    #[test]
    fn keywords() {
        let form = |callee| with_keywords(callee).map(|plan| plan.form());
        assert_eq!(form(Callee::Function(FUNCTION)), Ok(KeywordForm::Py));
        assert_eq!(form(Callee::BoundMethod(FUNCTION)), Ok(KeywordForm::Bound));
        assert_eq!(form(Callee::NativeType), Ok(KeywordForm::NonPy));
        assert_eq!(form(Callee::Function(Function { plain: false, ..FUNCTION })), Err(Failure::OddFunction));
    }

    #[test]
    fn steps() {
        assert_eq!(for_iter(Source::List { private: true }), Ok(IterForm::List));
        assert_eq!(for_iter(Source::Tuple { private: true }), Ok(IterForm::Tuple));
        assert_eq!(for_iter(Source::Range { private: true }), Ok(IterForm::Range));
        assert_eq!(for_iter(Source::Range { private: false }), Err(IterFailure::Shared));
        assert_eq!(for_iter(Source::Generator { idle: true }), Ok(IterForm::Generator));
        assert_eq!(for_iter(Source::Generator { idle: false }), Err(IterFailure::Running));
        assert_eq!(for_iter(Source::Other), Err(IterFailure::Type));
        assert_eq!(send(Source::Generator { idle: true }), Ok(SendForm::Generator));
        assert_eq!(send(Source::Generator { idle: false }), Err(IterFailure::Running));
        assert_eq!(send(Source::List { private: true }), Err(IterFailure::Type));
    }

    #[test]
    fn super_attributes() {
        use load_super_attr::{Behind, Facts, Failure, Form, decide};
        #[derive(Clone, Copy)]
        struct Super {
            builtin: bool,
            class: bool,
            call: bool,
            behind: Behind<u8>,
            version: Version,
            hold: bool,
        }
        impl Facts for Super {
            type Handle = u8;
            fn super_is_builtin(&self) -> bool {
                self.builtin
            }
            fn class_is_type(&self) -> bool {
                self.class
            }
            fn for_call(&self) -> bool {
                self.call
            }
            fn behind(&self) -> Behind<u8> {
                assert!(self.builtin && self.class, "asked without need");
                self.behind
            }
            fn version(&self) -> Version {
                self.version
            }
            fn may_hold(&self, _: u8) -> bool {
                self.hold
            }
        }
        let case = Super { builtin: true, class: true, call: true, behind: Behind::Method(7), version: V1, hold: true };
        let check = |case: Super, expected| assert_eq!(decide(&case).map(|plan| plan.form()), expected);
        assert_eq!(decide(&case).map(|plan| plan.handle), Ok(7));
        check(case, Ok(Form::Method));
        check(Super { call: false, ..case }, Ok(Form::Attr));
        check(Super { behind: Behind::Other(7), ..case }, Ok(Form::Attr));
        check(Super { builtin: false, ..case }, Err(Failure::Shadowed));
        check(Super { class: false, ..case }, Err(Failure::BadClass));
        check(Super { behind: Behind::Refused, ..case }, Err(Failure::Refused));
        check(Super { behind: Behind::Absent, ..case }, Err(Failure::Absent));
        check(Super { version: None, ..case }, Err(Failure::OutOfVersions));
        check(Super { hold: false, ..case }, Err(Failure::NotHoldable));
    }
}
