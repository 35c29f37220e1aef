//! Native functions: their definitions, and the objects that make them callable from Python.

use stackref::{Value, Word};

use crate::args::{Args, check_count};
use crate::layout::{self, Obj, Payload, ValueExt};
use crate::raise::PyResult;
use crate::slots::Slots;
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject, TypeRef};

/// A native function by what it takes. The first value is the receiver: `self` for methods, the class for class methods,
/// the module for module functions.
#[derive(Clone, Copy)]
pub enum NativeFn {
    /// No arguments.
    NoArgs(fn(Esc<'_>, &Value) -> PyResult),
    /// Exactly one positional argument.
    One(fn(Esc<'_>, &Value, &Value) -> PyResult),
    /// Positional arguments only; the function checks their number ([`check_count`]).
    Positional(fn(Esc<'_>, &Value, &[Value]) -> PyResult),
    /// Anything.
    Full(fn(Esc<'_>, &Value, Args<'_>) -> PyResult),
}

/// How a function in a type's table is bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// A method of instances.
    Instance,
    /// The receiver is the class.
    Class,
    /// There is no receiver; the function gets `None`.
    Static,
}

/// One entry of a method table.
pub struct MethodDef {
    /// The name in Python.
    pub name: &'static str,
    /// The code.
    pub function: NativeFn,
    /// How it is bound.
    pub binding: Binding,
    /// The docstring; a first line `name(args)\n--\n\n` becomes `__text_signature__`.
    pub doc: &'static str,
}

impl MethodDef {
    /// A method of instances, or a module function.
    pub const fn new(name: &'static str, function: NativeFn, doc: &'static str) -> Self {
        MethodDef { name, function, binding: Binding::Instance, doc }
    }

    /// A class method.
    pub const fn class(name: &'static str, function: NativeFn, doc: &'static str) -> Self {
        MethodDef { name, function, binding: Binding::Class, doc }
    }

    /// A static method.
    pub const fn static_(name: &'static str, function: NativeFn, doc: &'static str) -> Self {
        MethodDef { name, function, binding: Binding::Static, doc }
    }

    /// Calls the code with its arguments checked as its kind demands.
    #[inline]
    pub fn call(&self, esc: Esc<'_>, receiver: &Value, args: Args<'_>) -> PyResult {
        match self.function {
            NativeFn::Full(function) => function(esc, receiver, args),
            NativeFn::NoArgs(function) if args.all_values().is_empty() => function(esc, receiver),
            NativeFn::One(function) if args.names().is_none() && args.all_values().len() == 1 => {
                function(esc, receiver, &args.all_values()[0])
            }
            NativeFn::Positional(function) if args.names().is_none() => function(esc, receiver, args.all_values()),
            _ => self.refuse(esc, receiver, args),
        }
    }

    #[cold]
    fn refuse(&self, esc: Esc<'_>, receiver: &Value, args: Args<'_>) -> PyResult {
        let name = self.shown_name(receiver);
        args.no_keywords(esc, &name)?;
        let given = args.all_values().len();
        let expected = if matches!(self.function, NativeFn::One(_)) { "exactly one argument" } else { "no arguments" };
        Err(esc.type_error(format_args!("{name}() takes {expected} ({given} given)")))
    }

    fn shown_name(&self, receiver: &Value) -> String {
        if receiver.is_none() || receiver.payload::<crate::data::module::Module>().is_some() {
            return self.name.to_owned();
        }
        match (self.binding, TypeObject::from_value(receiver)) {
            (Binding::Class, Some(class)) => format!("{}.{}", class.name(), self.name),
            _ => format!("{}.{}", receiver.class().name(), self.name),
        }
    }
}

/// Writes an attribute of the receiver, or deletes it when given `None`.
pub type Setter = fn(Esc<'_>, &Value, Option<&Value>) -> PyResult<()>;

/// A computed attribute.
pub struct GetSetDef {
    /// The name in Python.
    pub name: &'static str,
    /// Reads it.
    pub get: fn(Esc<'_>, &Value) -> PyResult,
    /// Writes it, or deletes it when given `None`; absent for read-only attributes.
    pub set: Option<Setter>,
    /// The docstring.
    pub doc: &'static str,
}

impl GetSetDef {
    /// A read-only attribute.
    pub const fn readonly(name: &'static str, get: fn(Esc<'_>, &Value) -> PyResult, doc: &'static str) -> Self {
        GetSetDef { name, get, set: None, doc }
    }

    /// An attribute that can be assigned.
    pub const fn new(
        name: &'static str,
        get: fn(Esc<'_>, &Value) -> PyResult,
        set: fn(Esc<'_>, &Value, Option<&Value>) -> PyResult<()>,
        doc: &'static str,
    ) -> Self {
        GetSetDef { name, get, set: Some(set), doc }
    }
}

/// How a special method's name maps to a slot: the table is in `types-core`.
pub struct SlotWrapperDef {
    /// `__add__`, …
    pub name: &'static str,
    /// Whether a type's slots have it (then its dictionary gets a wrapper).
    pub present: fn(&Slots) -> bool,
    /// Calls the slot of the type (second argument) on the receiver.
    pub call: fn(Esc<'_>, &TypeObject, &Value, Args<'_>) -> PyResult,
    /// Whether two types have the same function behind this name: then the derived one gets no wrapper of its own.
    pub same: fn(&Slots, &Slots) -> bool,
    /// The docstring.
    pub doc: &'static str,
}

/// The payload of builtin functions and of bound builtin methods.
pub struct NativeFunction {
    def: &'static MethodDef,
    receiver: Value,
    module: Value,
}

impl NativeFunction {
    /// The definition.
    pub fn def(&self) -> &'static MethodDef {
        self.def
    }

    /// `__self__`: the module, the receiver, or `None`.
    pub fn receiver(&self) -> &Value {
        &self.receiver
    }

    /// `__module__`: the module's name or `None`.
    pub fn module(&self) -> &Value {
        &self.module
    }
}

impl Payload for NativeFunction {
    const NAME: &'static str = "builtin_function_or_method";
    fn class() -> &'static TypeObject {
        &NATIVE_FUNCTION
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.receiver.word());
        visit(self.module.word());
    }
}

/// The type `builtin_function_or_method`.
pub static NATIVE_FUNCTION: TypeObject = TypeObject::builtin::<NativeFunction>(
    "builtin_function_or_method",
    Some(&crate::data::types::OBJECT),
    TypeFlags::empty(),
);

/// A builtin function or bound method.
pub fn new_function(esc: Esc<'_>, def: &'static MethodDef, receiver: Value, module: Value) -> Obj<NativeFunction> {
    layout::new(esc, NativeFunction { def, receiver, module })
}

/// The payload of methods and class methods of builtin types, as they lie in the type's dictionary.
pub struct MethodDescriptor {
    def: &'static MethodDef,
    owner: TypeRef,
}

impl MethodDescriptor {
    /// The definition.
    pub fn def(&self) -> &'static MethodDef {
        self.def
    }

    /// `__objclass__`
    pub fn owner(&self) -> TypeRef {
        self.owner
    }

    /// `__objclass__`, borrowed.
    pub fn owner_ref(&self) -> &TypeRef {
        &self.owner
    }

    /// Checks the receiver as CPython's `method_check_args` does.
    pub fn check_receiver(&self, esc: Esc<'_>, receiver: &Value) -> PyResult<()> {
        if receiver.class().is_subtype(&self.owner) {
            return Ok(());
        }
        Err(esc.type_error(format_args!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            self.def.name,
            self.owner.name(),
            receiver.class().name()
        )))
    }
}

impl Payload for MethodDescriptor {
    const NAME: &'static str = "method_descriptor";
    fn class() -> &'static TypeObject {
        &METHOD_DESCRIPTOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.owner.word());
    }
}

/// The type `method_descriptor`.
pub static METHOD_DESCRIPTOR: TypeObject = TypeObject::builtin::<MethodDescriptor>(
    "method_descriptor",
    Some(&crate::data::types::OBJECT),
    TypeFlags::METHOD_DESCRIPTOR,
);

/// A method descriptor, deferred (O5).
pub fn new_method(esc: Esc<'_>, def: &'static MethodDef, owner: &TypeObject) -> Obj<MethodDescriptor> {
    let method = layout::new(esc, MethodDescriptor { def, owner: TypeRef::new(owner) });
    method.header().enable_deferred();
    method
}

/// The payload of class methods of builtin types.
pub struct ClassMethodDescriptor {
    def: &'static MethodDef,
    owner: TypeRef,
}

impl ClassMethodDescriptor {
    /// The definition.
    pub fn def(&self) -> &'static MethodDef {
        self.def
    }

    /// `__objclass__`
    pub fn owner(&self) -> TypeRef {
        self.owner
    }

    /// `__objclass__`, borrowed.
    pub fn owner_ref(&self) -> &TypeRef {
        &self.owner
    }
}

impl Payload for ClassMethodDescriptor {
    const NAME: &'static str = "classmethod_descriptor";
    fn class() -> &'static TypeObject {
        &CLASS_METHOD_DESCRIPTOR
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.owner.word());
    }
}

/// The type `classmethod_descriptor`.
pub static CLASS_METHOD_DESCRIPTOR: TypeObject = TypeObject::builtin::<ClassMethodDescriptor>(
    "classmethod_descriptor",
    Some(&crate::data::types::OBJECT),
    TypeFlags::empty(),
);

/// A class method descriptor, deferred (O5).
pub fn new_class_method(esc: Esc<'_>, def: &'static MethodDef, owner: &TypeObject) -> Obj<ClassMethodDescriptor> {
    let method = layout::new(esc, ClassMethodDescriptor { def, owner: TypeRef::new(owner) });
    method.header().enable_deferred();
    method
}

/// Calls a builtin function object (its type's `call` slot).
pub fn call_function(esc: Esc<'_>, callee: &Value, args: Args<'_>) -> PyResult {
    let Some(function) = callee.payload::<NativeFunction>() else {
        return Err(esc.system_error("a builtin function was expected"));
    };
    function.def.call(esc, &function.receiver, args)
}

/// Calls a method descriptor: the receiver is the first argument (its type's `call` slot).
pub fn call_method(esc: Esc<'_>, callee: &Value, args: Args<'_>) -> PyResult {
    let Some(method) = callee.payload::<MethodDescriptor>() else {
        return Err(esc.system_error("a method descriptor was expected"));
    };
    let Some(receiver) = args.pos().first() else {
        return Err(esc.type_error(format_args!(
            "unbound method {}.{}() needs an argument",
            method.owner.name(),
            method.def.name
        )));
    };
    method.check_receiver(esc, receiver)?;
    method.def.call(esc, receiver, args.rest())
}

/// Exactly `N` arguments, or CPython's error.
pub fn exactly<'a, const N: usize>(esc: Esc<'_>, function: &str, args: &'a [Value]) -> PyResult<&'a [Value; N]> {
    check_count(esc, function, args.len(), N, N)?;
    match args.first_chunk() {
        Some(args) => Ok(args),
        None => Err(esc.system_error("argument count was checked")),
    }
}
