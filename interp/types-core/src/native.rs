//! Builtin functions and the descriptors of builtin types: their attributes, binding and representation.

use interp_object::builder::TypeBuilder;
use interp_object::data::descr::{
    GETSET, GetSet, MEMBER, METHOD_WRAPPER, Member, MethodWrapper, SLOT_WRAPPER, SlotWrapper,
};
use interp_object::data::dict::Dict;
use interp_object::data::module::Module;
use interp_object::data::{exception as exc, singletons, str};
use interp_object::intern::intern;
use interp_object::layout::{self, ValueExt};
use interp_object::native::{
    self, Binding, CLASS_METHOD_DESCRIPTOR, ClassMethodDescriptor, GetSetDef, METHOD_DESCRIPTOR, MethodDef,
    MethodDescriptor, NATIVE_FUNCTION, NativeFn, NativeFunction,
};
use interp_object::slots::CompareOp;
use interp_object::typeobj::{TypeFlags, TypeRef};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, ops};

use crate::class::{qualified_name, signature_of, strip_signature};
use crate::object::address;

/// What the descriptors have in common: name, owner, docstring.
struct About<'a> {
    name: String,
    owner: &'a TypeObject,
    doc: &'static str,
}

fn about(value: &Value) -> Option<About<'_>> {
    if let Some(method) = value.payload::<MethodDescriptor>() {
        let def = method.def();
        return Some(About { name: def.name.to_owned(), owner: owner_of(value)?, doc: def.doc });
    }
    if let Some(method) = value.payload::<ClassMethodDescriptor>() {
        let def = method.def();
        return Some(About { name: def.name.to_owned(), owner: owner_of(value)?, doc: def.doc });
    }
    if let Some(getset) = value.payload::<GetSet>() {
        let owner = TypeObject::from_value(&getset.owner)?;
        return Some(About { name: getset.def.name.to_owned(), owner, doc: getset.def.doc });
    }
    if let Some(member) = value.payload::<Member>() {
        let owner = TypeObject::from_value(&member.owner)?;
        return Some(About { name: ops::text_lossy(&member.name), owner, doc: "" });
    }
    if let Some(wrapper) = value.payload::<SlotWrapper>() {
        return Some(About { name: wrapper.def.name.to_owned(), owner: &wrapper.owner, doc: wrapper.def.doc });
    }
    if let Some(wrapper) = value.payload::<MethodWrapper>() {
        return Some(About { name: wrapper.def.name.to_owned(), owner: &wrapper.owner, doc: wrapper.def.doc });
    }
    None
}

/// The owner of a method descriptor, borrowed from the type's MRO entry.
fn owner_of(value: &Value) -> Option<&TypeObject> {
    let owner: &TypeRef = match (value.payload::<MethodDescriptor>(), value.payload::<ClassMethodDescriptor>()) {
        (Some(method), _) => method.owner_ref(),
        (None, Some(method)) => method.owner_ref(),
        (None, None) => return None,
    };
    Some(owner)
}

fn expect<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<About<'a>> {
    match about(this) {
        Some(about) => Ok(about),
        None => Err(esc.type_error("a descriptor was expected")),
    }
}

fn get_name(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(intern(esc, &expect(esc, this)?.name))
}

fn get_qualname(esc: Esc<'_>, this: &Value) -> PyResult {
    let about = expect(esc, this)?;
    Ok(str::new(esc, &format!("{}.{}", qualified_name(about.owner), about.name)).into_value())
}

fn get_owner(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(expect(esc, this)?.owner.value())
}

fn doc_value(esc: Esc<'_>, doc: &str) -> Value {
    if doc.is_empty() {
        return singletons::none();
    }
    let doc = str::new(esc, doc).into_value();
    strip_signature(esc, doc)
}

fn get_doc(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(doc_value(esc, expect(esc, this)?.doc))
}

fn get_signature(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(signature_of(esc, expect(esc, this)?.doc))
}

static DESCRIPTOR_GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("__name__", get_name, ""),
    GetSetDef::readonly("__qualname__", get_qualname, ""),
    GetSetDef::readonly("__objclass__", get_owner, ""),
    GetSetDef::readonly("__doc__", get_doc, ""),
];

static SIGNATURE_GETSETS: &[GetSetDef] = &[GetSetDef::readonly("__text_signature__", get_signature, "")];

static WRAPPER_GETSETS: &[GetSetDef] = &[GetSetDef::readonly(
    "__self__",
    |esc, this| match this.payload::<MethodWrapper>() {
        Some(wrapper) => Ok(wrapper.receiver.clone()),
        None => Err(esc.type_error("a method-wrapper was expected")),
    },
    "",
)];

static FUNCTION_GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("__name__", |esc, this| Ok(intern(esc, function_of(esc, this)?.def().name)), ""),
    GetSetDef::readonly("__qualname__", function_qualname, ""),
    GetSetDef::readonly("__self__", |esc, this| Ok(function_of(esc, this)?.receiver().clone()), ""),
    GetSetDef::readonly("__module__", |esc, this| Ok(function_of(esc, this)?.module().clone()), ""),
    GetSetDef::readonly("__doc__", |esc, this| Ok(doc_value(esc, function_of(esc, this)?.def().doc)), ""),
    GetSetDef::readonly("__text_signature__", |esc, this| Ok(signature_of(esc, function_of(esc, this)?.def().doc)), ""),
];

static FUNCTION_METHODS: &[MethodDef] = &[MethodDef::new("__reduce__", NativeFn::NoArgs(function_reduce), "")];

pub(crate) fn init(esc: Esc<'_>) {
    NATIVE_FUNCTION.add_flags(TypeFlags::WEAKREF);
    TypeBuilder::new(esc, &NATIVE_FUNCTION)
        .slots(|slots| {
            slots.call.set(Some(native::call_function));
            slots.repr.set(Some(function_repr));
            slots.hash.set(Some(function_hash));
            slots.richcompare.set(Some(function_compare));
        })
        .methods(FUNCTION_METHODS)
        .getsets(FUNCTION_GETSETS);
    TypeBuilder::new(esc, &METHOD_DESCRIPTOR)
        .slots(|slots| {
            slots.call.set(Some(native::call_method));
            slots.descr_get.set(Some(method_get));
            slots.repr.set(Some(|esc, this| describe(esc, this, "method")));
        })
        .getsets(DESCRIPTOR_GETSETS)
        .getsets(SIGNATURE_GETSETS);
    TypeBuilder::new(esc, &CLASS_METHOD_DESCRIPTOR)
        .slots(|slots| {
            slots.call.set(Some(class_method_call));
            slots.descr_get.set(Some(class_method_get));
            slots.repr.set(Some(|esc, this| describe(esc, this, "method")));
        })
        .getsets(DESCRIPTOR_GETSETS)
        .getsets(SIGNATURE_GETSETS);
    TypeBuilder::new(esc, &GETSET)
        .slots(|slots| {
            slots.descr_get.set(Some(getset_get));
            slots.descr_set.set(Some(getset_set));
            slots.repr.set(Some(|esc, this| describe(esc, this, "attribute")));
        })
        .getsets(DESCRIPTOR_GETSETS);
    TypeBuilder::new(esc, &MEMBER)
        .slots(|slots| {
            slots.descr_get.set(Some(member_get));
            slots.descr_set.set(Some(member_set));
            slots.repr.set(Some(|esc, this| describe(esc, this, "member")));
        })
        .getsets(DESCRIPTOR_GETSETS);
    TypeBuilder::new(esc, &SLOT_WRAPPER)
        .slots(|slots| {
            slots.call.set(Some(wrapper_call));
            slots.descr_get.set(Some(wrapper_get));
            slots.repr.set(Some(|esc, this| describe(esc, this, "slot wrapper")));
        })
        .getsets(DESCRIPTOR_GETSETS)
        .getsets(SIGNATURE_GETSETS);
    TypeBuilder::new(esc, &METHOD_WRAPPER)
        .slots(|slots| {
            slots.call.set(Some(bound_wrapper_call));
            slots.repr.set(Some(bound_wrapper_repr));
            slots.hash.set(Some(bound_wrapper_hash));
            slots.richcompare.set(Some(bound_wrapper_compare));
        })
        .getsets(DESCRIPTOR_GETSETS)
        .getsets(SIGNATURE_GETSETS)
        .getsets(WRAPPER_GETSETS);
}

/// `<method 'append' of 'list' objects>`
fn describe(esc: Esc<'_>, this: &Value, kind: &str) -> PyResult {
    let about = expect(esc, this)?;
    let text = format!("<{kind} '{}' of '{}' objects>", about.name, crate::class::dotted_name(about.owner));
    Ok(str::new(esc, &text).into_value())
}

/// A value of the `builtins` of the running code.
pub(crate) fn builtin(esc: Esc<'_>, name: &str) -> Option<Value> {
    let globals = interp_object::data::frame::running_globals(esc)?;
    let globals = globals.downcast::<Dict>().ok()?;
    crate::function::builtins_of(esc, &globals).get_str(esc, name)
}

fn function_of<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a NativeFunction> {
    match this.payload::<NativeFunction>() {
        Some(function) => Ok(function),
        None => Err(esc.type_error("a builtin function was expected")),
    }
}

fn is_plain_function(function: &NativeFunction) -> bool {
    function.receiver().is_none() || function.receiver().payload::<Module>().is_some()
}

fn function_qualname(esc: Esc<'_>, this: &Value) -> PyResult {
    let function = function_of(esc, this)?;
    let name = function.def().name;
    if is_plain_function(function) {
        return Ok(intern(esc, name));
    }
    let owner = TypeObject::from_value(function.receiver()).unwrap_or_else(|| function.receiver().class());
    Ok(str::new(esc, &format!("{}.{name}", qualified_name(owner))).into_value())
}

fn function_repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let function = function_of(esc, this)?;
    let (name, receiver) = (function.def().name, function.receiver());
    let text = if is_plain_function(function) {
        format!("<built-in function {name}>")
    } else {
        format!("<built-in method {name} of {} object at {:#x}>", receiver.class().name(), address(receiver))
    };
    Ok(str::new(esc, &text).into_value())
}

fn function_hash(esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    let function = function_of(esc, this)?;
    let code = std::ptr::from_ref(function.def()).addr() as u64;
    let hash = crate::object::hash(esc, function.receiver())? ^ code.rotate_right(4).cast_signed();
    Ok(if hash == -1 { -2 } else { hash })
}

fn function_compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    let (mine, Some(theirs)) = (function_of(esc, this)?, other.payload::<NativeFunction>()) else {
        return Ok(singletons::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(singletons::not_implemented());
    }
    let equal = std::ptr::eq(mine.def(), theirs.def()) && mine.receiver().is(theirs.receiver());
    Ok(singletons::bool(equal == (op == CompareOp::Eq)))
}

/// A function is pickled by name, a bound method as `getattr(receiver, name)`.
fn function_reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let function = function_of(esc, this)?;
    let name = intern(esc, function.def().name);
    if is_plain_function(function) {
        return Ok(name);
    }
    match builtin(esc, "getattr") {
        Some(getattr) => {
            use interp_object::data::tuple;
            let args = tuple::new(esc, [function.receiver().clone(), name]);
            Ok(tuple::new(esc, [getattr, args.into_value()]).into_value())
        }
        None => Err(esc.runtime_error("builtins.getattr not found")),
    }
}

/// CPython's error for a descriptor that is applied to a foreign object.
fn check(esc: Esc<'_>, about: &About<'_>, instance: &Value) -> PyResult<()> {
    if instance.class().is_subtype(about.owner) {
        return Ok(());
    }
    Err(esc.type_error(format_args!(
        "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
        about.name,
        crate::class::dotted_name(about.owner),
        instance.class().name()
    )))
}

fn method_get(esc: Esc<'_>, this: &Value, instance: Option<&Value>, _owner: &TypeObject) -> PyResult {
    let (Some(instance), Some(method)) = (instance, this.payload::<MethodDescriptor>()) else {
        return Ok(this.clone());
    };
    method.check_receiver(esc, instance)?;
    Ok(native::new_function(esc, method.def(), instance.clone(), singletons::none()).into_value())
}

fn class_method_get(esc: Esc<'_>, this: &Value, instance: Option<&Value>, owner: &TypeObject) -> PyResult {
    let Some(method) = this.payload::<ClassMethodDescriptor>() else { return Ok(this.clone()) };
    let _ = instance;
    if !owner.is_subtype(&method.owner()) {
        let (name, class, given) = (method.def().name, method.owner().name(), owner.name());
        return Err(
            esc.type_error(format_args!("descriptor '{name}' requires a subtype of '{class}' but received '{given}'"))
        );
    }
    Ok(native::new_function(esc, method.def(), owner.value(), singletons::none()).into_value())
}

fn class_method_call(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let Some(method) = this.payload::<ClassMethodDescriptor>() else { return Err(esc.type_error("no class method")) };
    debug_assert!(method.def().binding == Binding::Class);
    let (name, class) = (method.def().name, method.owner().name());
    let Some(receiver) = args.pos().first() else {
        return Err(esc.type_error(format_args!("descriptor '{name}' of '{class}' object needs an argument")));
    };
    match TypeObject::from_value(receiver) {
        Some(given) if given.is_subtype(&method.owner()) => method.def().call(esc, receiver, args.rest()),
        Some(given) => {
            let given = given.name();
            Err(esc
                .type_error(format_args!("descriptor '{name}' requires a subtype of '{class}' but received '{given}'")))
        }
        None => {
            let given = receiver.class().name();
            Err(esc.type_error(format_args!("descriptor '{name}' requires a type but received a '{given}' instance")))
        }
    }
}

fn getset_get(esc: Esc<'_>, this: &Value, instance: Option<&Value>, _owner: &TypeObject) -> PyResult {
    let (Some(instance), Some(getset)) = (instance, this.payload::<GetSet>()) else { return Ok(this.clone()) };
    check(esc, &expect(esc, this)?, instance)?;
    (getset.def.get)(esc, instance)
}

fn getset_set(esc: Esc<'_>, this: &Value, instance: &Value, value: Option<&Value>) -> PyResult<()> {
    let about = expect(esc, this)?;
    check(esc, &about, instance)?;
    match this.payload::<GetSet>().and_then(|getset| getset.def.set) {
        Some(set) => set(esc, instance, value),
        None => {
            let owner = crate::class::dotted_name(about.owner);
            let message = format!("attribute '{}' of '{owner}' objects is not writable", about.name);
            Err(esc.raise_str(&exc::ATTRIBUTE_ERROR, message))
        }
    }
}

fn member_get(esc: Esc<'_>, this: &Value, instance: Option<&Value>, _owner: &TypeObject) -> PyResult {
    let (Some(instance), Some(member)) = (instance, this.payload::<Member>()) else { return Ok(this.clone()) };
    check(esc, &expect(esc, this)?, instance)?;
    let found = instance
        .object_header()
        .and_then(|header| attr::read_slot(esc, header, attr::member_slot(header, instance.class(), member.offset)));
    match found {
        Some(value) => Ok(value),
        None => Err(esc.no_attribute(instance, &member.name)),
    }
}

fn member_set(esc: Esc<'_>, this: &Value, instance: &Value, value: Option<&Value>) -> PyResult<()> {
    check(esc, &expect(esc, this)?, instance)?;
    let (Some(member), Some(header)) = (this.payload::<Member>(), instance.object_header()) else {
        return Err(esc.type_error("no slot to set"));
    };
    let old = attr::write_slot(header, attr::member_slot(header, instance.class(), member.offset), value.cloned());
    if value.is_none() && old.is_none() {
        return Err(esc.raise_str(&exc::ATTRIBUTE_ERROR, ops::text_lossy(&member.name)));
    }
    drop(old);
    Ok(())
}

fn wrapper_get(esc: Esc<'_>, this: &Value, instance: Option<&Value>, _owner: &TypeObject) -> PyResult {
    let (Some(instance), Some(wrapper)) = (instance, this.payload::<SlotWrapper>()) else { return Ok(this.clone()) };
    check(esc, &expect(esc, this)?, instance)?;
    let bound = MethodWrapper { def: wrapper.def, owner: wrapper.owner, receiver: instance.clone() };
    Ok(layout::new(esc, bound).into_value())
}

fn wrapper_call(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let Some(wrapper) = this.payload::<SlotWrapper>() else { return Err(esc.type_error("no wrapper")) };
    let (name, class) = (wrapper.def.name, wrapper.owner.name());
    let Some(receiver) = args.pos().first() else {
        return Err(esc.type_error(format_args!("descriptor '{name}' of '{class}' object needs an argument")));
    };
    if !receiver.class().is_subtype(&wrapper.owner) {
        let given = receiver.class().name();
        return Err(
            esc.type_error(format_args!("descriptor '{name}' requires a '{class}' object but received a '{given}'"))
        );
    }
    (wrapper.def.call)(esc, &wrapper.owner, receiver, args.rest())
}

fn bound_of<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a MethodWrapper> {
    match this.payload::<MethodWrapper>() {
        Some(wrapper) => Ok(wrapper),
        None => Err(esc.type_error("a method-wrapper was expected")),
    }
}

fn bound_wrapper_call(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    let wrapper = bound_of(esc, this)?;
    (wrapper.def.call)(esc, &wrapper.owner, &wrapper.receiver, args)
}

fn bound_wrapper_repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let wrapper = bound_of(esc, this)?;
    let class = wrapper.receiver.class().name();
    let text =
        format!("<method-wrapper '{}' of {class} object at {:#x}>", wrapper.def.name, address(&wrapper.receiver));
    Ok(str::new(esc, &text).into_value())
}

fn bound_wrapper_hash(esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    let wrapper = bound_of(esc, this)?;
    let code = std::ptr::from_ref(wrapper.def).addr() as u64;
    let hash = crate::object::hash(esc, &wrapper.receiver)? ^ code.rotate_right(4).cast_signed();
    Ok(if hash == -1 { -2 } else { hash })
}

fn bound_wrapper_compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    let (mine, Some(theirs)) = (bound_of(esc, this)?, other.payload::<MethodWrapper>()) else {
        return Ok(singletons::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(singletons::not_implemented());
    }
    let equal = std::ptr::eq(mine.def, theirs.def) && mine.owner == theirs.owner && mine.receiver.is(&theirs.receiver);
    Ok(singletons::bool(equal == (op == CompareOp::Eq)))
}
