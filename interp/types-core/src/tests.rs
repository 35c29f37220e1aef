//! Classes, slots and descriptors, without an eval loop: methods are builtin functions.

use interp_object::data::types::{OBJECT, TYPE};
use interp_object::data::{dict, int, str, tuple};
use interp_object::layout::ValueExt;
use interp_object::{Args, Esc, Thread, TypeObject, Value, attr, call, intern, ops};

fn with_runtime(body: impl FnOnce(Esc<'_>)) {
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let thread = Thread::attach_current(8 << 20);
    crate::init(thread.enter());
    body(thread.enter());
}

fn text(esc: Esc<'_>, value: &Value) -> String {
    ops::repr(esc, value).unwrap().to_lossy().into_owned()
}

fn make_class(esc: Esc<'_>, name: &str, bases: &[Value], attributes: &[(&str, Value)]) -> interp_object::PyResult {
    let namespace = dict::new(esc);
    for (name, value) in attributes {
        namespace.set_str(esc, name, value.clone());
    }
    namespace.set_str(esc, "__module__", str::new(esc, "m").into_value());
    let bases = tuple::from_slice(esc, bases).into_value();
    call::call(esc, &TYPE.value(), &[str::new(esc, name).into_value(), bases, namespace.into_value()])
}

fn message(esc: Esc<'_>, result: interp_object::PyResult) -> String {
    let exception = result.expect_err("it must raise").catch(esc);
    let payload = exception.payload::<interp_object::data::exception::Exception>().unwrap();
    ops::text_lossy(&payload.args_tuple(esc).as_slice()[0])
}

#[test]
fn objects_show_their_class() {
    with_runtime(|esc| {
        assert_eq!(text(esc, &OBJECT.value()), "<class 'object'>");
        let class = make_class(esc, "C", &[], &[]).unwrap();
        assert_eq!(text(esc, &class), "<class 'm.C'>");
        let instance = call::call(esc, &class, &[]).unwrap();
        assert!(text(esc, &instance).starts_with("<m.C object at 0x"));
        attr::set(esc, &instance, &intern::intern(esc, "x"), Some(&int::small(4))).unwrap();
        assert_eq!(attr::get_str(esc, &instance, "x").unwrap().as_int(), Some(4));
        let refused = call::call(esc, &class, &[int::small(1)]);
        assert_eq!(message(esc, refused), "C() takes no arguments");
    });
}

#[test]
fn wrappers_and_slots_agree() {
    with_runtime(|esc| {
        let repr = attr::get_str(esc, &OBJECT.value(), "__repr__").unwrap();
        assert_eq!(text(esc, &repr), "<slot wrapper '__repr__' of 'object' objects>");
        let class = make_class(esc, "C", &[], &[("__repr__", repr)]).unwrap();
        let class_type = TypeObject::from_value(&class).unwrap();
        assert!(class_type.slots.repr.same(&OBJECT.slots.repr), "a wrapper found by name gives the native slot");
        let len = attr::get_str(esc, &OBJECT.value(), "__sizeof__").unwrap();
        attr::set(esc, &class, &intern::intern(esc, "__len__"), Some(&len)).unwrap();
        let instance = call::call(esc, &class, &[]).unwrap();
        assert!(ops::len(esc, &instance).unwrap() > 0);
        attr::set(esc, &class, &intern::intern(esc, "__len__"), None).unwrap();
        assert!(class_type.slots.len.is_empty());
    });
}

#[test]
fn subclasses_follow_their_base() {
    with_runtime(|esc| {
        let base = make_class(esc, "B", &[], &[]).unwrap();
        let derived = make_class(esc, "D", std::slice::from_ref(&base), &[]).unwrap();
        let len = attr::get_str(esc, &OBJECT.value(), "__sizeof__").unwrap();
        attr::set(esc, &base, &intern::intern(esc, "__len__"), Some(&len)).unwrap();
        assert!(!TypeObject::from_value(&derived).unwrap().slots.len.is_empty());
        let bases = [base.clone(), derived.clone()];
        let refused = make_class(esc, "E", &bases, &[]);
        assert_eq!(message(esc, refused), "Cannot create a consistent method resolution order (MRO) for bases B, D");
    });
}

#[test]
fn slots_are_members() {
    with_runtime(|esc| {
        let names = tuple::new(esc, [intern::intern(esc, "a"), intern::intern(esc, "b")]).into_value();
        let class = make_class(esc, "S", &[], &[("__slots__", names)]).unwrap();
        let instance = call::call(esc, &class, &[]).unwrap();
        let b = intern::intern(esc, "b");
        assert_eq!(message(esc, attr::get(esc, &instance, &b)), "'S' object has no attribute 'b'");
        attr::set(esc, &instance, &b, Some(&int::small(2))).unwrap();
        assert_eq!(attr::get(esc, &instance, &b).unwrap().as_int(), Some(2));
        let refused = attr::set(esc, &instance, &intern::intern(esc, "c"), Some(&b)).map(|()| b.clone());
        assert_eq!(message(esc, refused), "'S' object has no attribute 'c' and no __dict__ for setting new attributes");
    });
}

#[test]
fn an_instance_may_change_its_class() {
    with_runtime(|esc| {
        let first = make_class(esc, "A", &[], &[]).unwrap();
        let second = make_class(esc, "B", &[], &[]).unwrap();
        let instance = call::call_args(esc, &first, Args::none()).unwrap();
        let x = intern::intern(esc, "x");
        attr::set(esc, &instance, &x, Some(&int::small(7))).unwrap();
        attr::set(esc, &instance, &intern::intern(esc, "__class__"), Some(&second)).unwrap();
        assert!(std::ptr::eq(instance.class(), TypeObject::from_value(&second).unwrap()));
        assert_eq!(attr::get(esc, &instance, &x).unwrap().as_int(), Some(7));
    });
}
