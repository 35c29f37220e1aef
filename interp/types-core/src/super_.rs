//! `super`.

use interp_object::builder::TypeBuilder;
use interp_object::data::descr::{SUPER, SUPER_ARGUMENTS, Super};
use interp_object::data::{exception as exc, singletons, str};
use interp_object::intern::names;
use interp_object::layout::{self, Field, ValueExt};
use interp_object::native::GetSetDef;
use interp_object::typeobj::TypeRef;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr};

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("__thisclass__", |esc, this| read(esc, this, |s| &s.owner), "the class invoking super()"),
    GetSetDef::readonly(
        "__self__",
        |esc, this| read(esc, this, |s| &s.receiver),
        "the instance invoking super(); may be None",
    ),
    GetSetDef::readonly(
        "__self_class__",
        |esc, this| read(esc, this, |s| &s.receiver_class),
        "the type of the instance invoking super(); may be None",
    ),
];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &SUPER)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.init.set(Some(init_super));
            slots.getattr.set(Some(getattr));
            slots.descr_get.set(Some(get));
            slots.repr.set(Some(repr));
        })
        .getsets(GETSETS)
        .doc("super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)");
}

fn payload<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a Super> {
    match this.payload::<Super>() {
        Some(this) => Ok(this),
        None => Err(esc.type_error("a super object was expected")),
    }
}

fn read(esc: Esc<'_>, this: &Value, pick: fn(&Super) -> &Field) -> PyResult {
    let this = payload(esc, this)?;
    Ok(pick(this).get(esc, this).unwrap_or_else(singletons::none))
}

fn new(esc: Esc<'_>, class: &TypeObject, _args: Args<'_>) -> PyResult {
    let payload = Super { owner: Field::empty(), receiver: Field::empty(), receiver_class: Field::empty() };
    Ok(layout::new_with_type(esc, class, payload).into_value())
}

fn init_super(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    let args = args.expect(esc, "super", 0, 2)?;
    let (owner, receiver) = match args {
        [] => {
            let found = match SUPER_ARGUMENTS.get() {
                Some(find) => find(esc),
                None => Err("super(): no current frame"),
            };
            match found {
                Ok((owner, receiver)) => (owner, Some(receiver)),
                Err(message) => return Err(esc.runtime_error(message)),
            }
        }
        [owner, receiver @ ..] => (owner.clone(), receiver.first().filter(|value| !value.is_none()).cloned()),
    };
    let Some(class) = TypeObject::from_value(&owner) else {
        let given = owner.class().name();
        return Err(esc.type_error(format_args!("super() argument 1 must be a type, not {given}")));
    };
    let receiver_class = match &receiver {
        Some(receiver) => Some(check(esc, class, receiver)?),
        None => None,
    };
    let payload = payload(esc, this)?;
    drop(payload.owner.set(payload, Some(owner)));
    drop(payload.receiver.set(payload, receiver));
    drop(payload.receiver_class.set(payload, receiver_class));
    Ok(())
}

/// The class whose MRO is searched: the receiver if it is a subclass, else its type.
fn check(esc: Esc<'_>, owner: &TypeObject, receiver: &Value) -> PyResult {
    if TypeObject::from_value(receiver).is_some_and(|class| class.is_subtype(owner)) {
        return Ok(receiver.clone());
    }
    if receiver.class().is_subtype(owner) {
        return Ok(receiver.class().value());
    }
    let apparent = attr::apparent_class(esc, receiver)?;
    if let Some(apparent) = apparent
        && TypeObject::from_value(&apparent).is_some_and(|class| class.is_subtype(owner))
    {
        return Ok(apparent);
    }
    let (kind, given) = match TypeObject::from_value(receiver) {
        Some(class) => ("type", class.name()),
        None => ("instance of", receiver.class().name()),
    };
    let name = owner.name();
    Err(esc.type_error(format_args!(
        "super(type, obj): obj ({kind} {given}) is not an instance or subtype of type ({name})."
    )))
}

/// Finds `name` in the MRO behind the owner and binds it to the receiver.
fn getattr(esc: Esc<'_>, this: &Value, name: &Value) -> PyResult {
    let payload = payload(esc, this)?;
    let (owner, class) = (payload.owner.get(esc, payload), payload.receiver_class.get(esc, payload));
    if !name.is(names::class(esc))
        && let (Some(owner), Some(class_value)) = (&owner, &class)
        && let (Some(owner), Some(class)) = (TypeObject::from_value(owner), TypeObject::from_value(class_value))
        && let Some(found) = lookup_after(esc, class, owner, name)
    {
        let receiver = payload.receiver.get(esc, payload);
        let instance = receiver.filter(|receiver| !receiver.is(class_value));
        return match found.class().slots.descr_get.get() {
            Some(get) => get(esc, &found, instance.as_ref(), class),
            None => Ok(found),
        };
    }
    attr::generic_get(esc, this, name)
}

/// `name` along the MRO of `class`, behind `owner`.
fn lookup_after(esc: Esc<'_>, class: &TypeObject, owner: &TypeObject, name: &Value) -> Option<Value> {
    let mro: Vec<TypeRef> = class.mro().as_ref()?.0.to_vec();
    let rest = mro.iter().skip_while(|base| !std::ptr::eq(&***base, owner)).skip(1);
    let mut rest = rest;
    rest.find_map(|base| base.dict().get_interned(esc, name))
}

/// An unbound `super` binds when it is read from an instance.
fn get(esc: Esc<'_>, this: &Value, instance: Option<&Value>, _owner: &TypeObject) -> PyResult {
    let payload = payload(esc, this)?;
    let (Some(instance), None) = (instance, payload.receiver.get(esc, payload)) else { return Ok(this.clone()) };
    let Some(owner) = payload.owner.get(esc, payload) else { return Ok(this.clone()) };
    if this.exact::<Super>().is_none() {
        return interp_object::call::call(esc, &this.class().value(), &[owner, instance.clone()]);
    }
    let class = match TypeObject::from_value(&owner) {
        Some(owner) => check(esc, owner, instance)?,
        None => return Err(esc.raise_str(&exc::TYPE_ERROR, "super: the owner is no type")),
    };
    let bound = Super {
        owner: Field::new(Some(owner)),
        receiver: Field::new(Some(instance.clone())),
        receiver_class: Field::new(Some(class)),
    };
    Ok(layout::new(esc, bound).into_value())
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = payload(esc, this)?;
    let name = |value: Option<Value>| match value.as_ref().and_then(TypeObject::from_value) {
        Some(class) => class.name(),
        None => "NULL".to_owned(),
    };
    let owner = name(payload.owner.get(esc, payload));
    let text = match payload.receiver_class.get(esc, payload) {
        Some(class) => format!("<super: <class '{owner}'>, <{} object>>", name(Some(class))),
        None => format!("<super: <class '{owner}'>, NULL>"),
    };
    Ok(str::new(esc, &text).into_value())
}
