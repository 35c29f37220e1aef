//! Weak references and proxies.

use std::sync::atomic::Ordering::Relaxed;

use interp_object::args::check_count;
use interp_object::builder::TypeBuilder;
use interp_object::data::alias::CLASS_GETITEM;
use interp_object::data::types::OBJECT;
use interp_object::data::{dict::Dict, exception as exc, int, singletons, str};
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::weak::{self, WEAKREF, WeakRef};
use interp_object::{Args, Esc, PyResult, TypeFlags, TypeObject, Value, attr, call, ops};

use crate::object::address;

/// The type `weakref.ProxyType`.
pub static PROXY: TypeObject = TypeObject::builtin::<WeakRef>("weakref.ProxyType", Some(&OBJECT), TypeFlags::NO_NEW);

/// The type `weakref.CallableProxyType`.
pub static CALLABLE_PROXY: TypeObject =
    TypeObject::builtin::<WeakRef>("weakref.CallableProxyType", Some(&OBJECT), TypeFlags::NO_NEW);

static REF_GETSETS: &[GetSetDef] = &[GetSetDef::readonly(
    "__callback__",
    |esc, this| {
        let weak = expect(esc, this)?;
        Ok(weak.callback.get(esc, weak).unwrap_or_else(singletons::none))
    },
    "",
)];

static REF_METHODS: &[MethodDef] = &[CLASS_GETITEM];

static PROXY_METHODS: &[MethodDef] = &[
    MethodDef::new("__bytes__", NativeFn::NoArgs(proxy_bytes), ""),
    MethodDef::new("__reversed__", NativeFn::NoArgs(proxy_reversed), ""),
];

/// The functions of the module `_weakref`; its types are [`WEAKREF`], [`PROXY`] and [`CALLABLE_PROXY`].
pub static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new(
        "getweakrefcount",
        NativeFn::One(|esc, _, object| Ok(int::from_usize(esc, weak::references_to(esc, object).len()))),
        "getweakrefcount($module, object, /)\n--\n\nReturn the number of weak references to 'object'.",
    ),
    MethodDef::new(
        "getweakrefs",
        NativeFn::One(|esc, _, object| {
            Ok(interp_object::data::list::new(esc, weak::references_to(esc, object)).into_value())
        }),
        "getweakrefs($module, object, /)\n--\n\nReturn a list of all weak reference objects pointing to 'object'.",
    ),
    MethodDef::new(
        "proxy",
        NativeFn::Positional(make_proxy),
        "proxy($module, object, callback=None, /)\n--\n\nCreate a proxy object that weakly references 'object'.",
    ),
    MethodDef::new(
        "_remove_dead_weakref",
        NativeFn::Positional(remove_dead),
        "_remove_dead_weakref($module, dct, key, /)\n--\n\nRemove key from dict if it points to a dead weakref.",
    ),
];

pub(crate) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &WEAKREF).methods(REF_METHODS).getsets(REF_GETSETS).slots(|slots| {
        slots.new.set(Some(new));
        slots.init.set(Some(|esc, _, args| check_ref_args(esc, args.pos().len())));
        slots.call.set(Some(call_ref));
        slots.repr.set(Some(repr_ref));
        slots.hash.set(Some(hash_ref));
        slots.richcompare.set(Some(compare_refs));
    });
    for class in [&PROXY, &CALLABLE_PROXY] {
        class.add_flags(TypeFlags::NO_NEW);
        TypeBuilder::new(esc, class).methods(PROXY_METHODS).slots(fill_proxy);
    }
    TypeBuilder::new(esc, &CALLABLE_PROXY).slots(|slots| {
        slots.call.set(Some(|esc, this, args| call::call_args(esc, &alive(esc, this)?, args)));
    });
}

fn expect<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a WeakRef> {
    match this.payload::<WeakRef>() {
        Some(weak) => Ok(weak),
        None => Err(esc.type_error("a weak reference was expected")),
    }
}

/// The functions of a weak reference's constructor take one or two arguments.
fn check_ref_args(esc: Esc<'_>, given: usize) -> PyResult<()> {
    check_count(esc, "__new__", given, 1, 2)
}

fn make(esc: Esc<'_>, class: &TypeObject, args: &[Value]) -> PyResult {
    let callback = args.get(1).filter(|callback| !callback.is_none()).cloned();
    match weak::new(esc, class, &args[0], callback) {
        Some(weak) => Ok(weak.into_value()),
        None => {
            let shown = args[0].class().name();
            Err(esc.type_error(format_args!("cannot create weak reference to '{shown}' object")))
        }
    }
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    if std::ptr::eq(class, &raw const WEAKREF) {
        args.no_keywords(esc, "ref")?;
    }
    check_ref_args(esc, args.pos().len())?;
    make(esc, class, args.pos())
}

fn call_ref(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    args.expect(esc, "weakref", 0, 0)?;
    Ok(expect(esc, this)?.get(esc).unwrap_or_else(singletons::none))
}

fn repr_ref(esc: Esc<'_>, this: &Value) -> PyResult {
    let at = address(this);
    let text = match expect(esc, this)?.get(esc) {
        None => format!("<weakref at {at:#x}; dead>"),
        Some(referent) => {
            let (class, to) = (referent.class().name(), address(&referent));
            let name = attr::get_optional(esc, &referent, names::name(esc))?;
            match name.as_ref().map(ops::text_lossy).filter(|name| !name.is_empty()) {
                Some(name) => format!("<weakref at {at:#x}; to '{class}' at {to:#x} ({name})>"),
                None => format!("<weakref at {at:#x}; to '{class}' at {to:#x}>"),
            }
        }
    };
    Ok(str::new(esc, &text).into_value())
}

fn hash_ref(esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    let weak = expect(esc, this)?;
    // A hash of 0 is computed again each time.
    match weak.hash_cell().load(Relaxed) {
        0 => {}
        known => return Ok(known.cast_signed()),
    }
    let Some(referent) = weak.get(esc) else { return Err(esc.type_error("weak object has gone away")) };
    let hash = ops::hash(esc, &referent)?;
    weak.hash_cell().store(hash.cast_unsigned(), Relaxed);
    Ok(hash)
}

fn compare_refs(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (this.payload::<WeakRef>(), other.payload::<WeakRef>()) else {
        return Ok(singletons::not_implemented());
    };
    let comparable = other.class().is_subtype(&WEAKREF) && matches!(op, CompareOp::Eq | CompareOp::Ne);
    if !comparable {
        return Ok(singletons::not_implemented());
    }
    match (left.get(esc), right.get(esc)) {
        (Some(left), Some(right)) => ops::compare(esc, &left, &right, op),
        _ => Ok(singletons::bool(this.is(other) == (op == CompareOp::Eq))),
    }
}

fn make_proxy(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "proxy", args.len(), 1, 2)?;
    let class = if args[0].class().slots.call.is_empty() { &PROXY } else { &CALLABLE_PROXY };
    let plain = args.get(1).is_none_or(Value::is_none);
    let known = weak::references_to(esc, &args[0]).into_iter().find(|known| {
        let unobserved = known.payload::<WeakRef>().is_some_and(|weak| weak.callback.word().is_none());
        unobserved && std::ptr::eq(known.class(), class)
    });
    match known.filter(|_| plain) {
        Some(known) => Ok(known),
        None => make(esc, class, args),
    }
}

fn remove_dead(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "_remove_dead_weakref", args.len(), 2, 2)?;
    let Some(dict) = args[0].payload::<Dict>() else {
        let shown = args[0].class().name();
        return Err(esc.type_error(format_args!("_remove_dead_weakref() argument 1 must be dict, not {shown}")));
    };
    let Some(found) = dict.get(esc, &args[1])? else { return Ok(singletons::none()) };
    let Some(weak) = found.payload::<WeakRef>() else { return Err(esc.type_error("not a weakref")) };
    if weak.get(esc).is_none() {
        dict.remove(esc, &args[1])?;
    }
    Ok(singletons::none())
}

/// The referent of a proxy.
fn alive(esc: Esc<'_>, proxy: &Value) -> PyResult {
    match expect(esc, proxy)?.get(esc) {
        Some(referent) => Ok(referent),
        None => Err(esc.raise_str(&exc::REFERENCE_ERROR, "weakly-referenced object no longer exists")),
    }
}

/// An operand of an operation with a proxy on one side: proxies are looked through.
fn operand(esc: Esc<'_>, value: &Value) -> PyResult {
    let class = value.class();
    if std::ptr::eq(class, &raw const PROXY) || std::ptr::eq(class, &raw const CALLABLE_PROXY) {
        return alive(esc, value);
    }
    Ok(value.clone())
}

fn proxy_bytes(esc: Esc<'_>, this: &Value) -> PyResult {
    call::call_method(esc, &alive(esc, this)?, names::bytes(esc), &[])
}

fn proxy_reversed(esc: Esc<'_>, this: &Value) -> PyResult {
    call::call_method(esc, &alive(esc, this)?, names::reversed(esc), &[])
}

fn repr_proxy(esc: Esc<'_>, this: &Value) -> PyResult {
    let at = address(this);
    let text = match expect(esc, this)?.get(esc) {
        None => format!("<weakproxy at {at:#x}; dead>"),
        Some(referent) => {
            format!("<weakproxy at {at:#x}; to '{}' at {:#x}>", referent.class().name(), address(&referent))
        }
    };
    Ok(str::new(esc, &text).into_value())
}

macro_rules! forward_binary {
    ($slots:ident: $($op:ident)*) => { $(
        $slots.binary[BinaryOp::$op as usize].set(Some(|esc, left, right| {
            ops::binary(esc, BinaryOp::$op, &operand(esc, left)?, &operand(esc, right)?)
        }));
        $slots.inplace[BinaryOp::$op as usize].set(Some(|esc, left, right| {
            ops::inplace(esc, BinaryOp::$op, &operand(esc, left)?, &operand(esc, right)?)
        }));
    )* };
}

fn fill_proxy(slots: &interp_object::Slots) {
    slots.repr.set(Some(repr_proxy));
    slots.str.set(Some(|esc, this| ops::to_str(esc, &alive(esc, this)?).map(Into::into)));
    slots.hash.set(Some(|esc, this| {
        let shown = this.class().name();
        Err(esc.type_error(format_args!("unhashable type: 'weakref.{shown}'")))
    }));
    slots.getattr.set(Some(|esc, this, name| attr::get(esc, &alive(esc, this)?, name)));
    slots.setattr.set(Some(|esc, this, name, value| attr::set(esc, &alive(esc, this)?, name, value)));
    slots
        .richcompare
        .set(Some(|esc, left, right, op| ops::compare(esc, &operand(esc, left)?, &operand(esc, right)?, op)));
    slots.iter.set(Some(|esc, this| ops::iterator(esc, &alive(esc, this)?)));
    slots.next.set(Some(|esc, this| {
        let referent = alive(esc, this)?;
        if referent.class().slots.next.is_empty() {
            let shown = referent.class().name();
            return Err(esc.type_error(format_args!("Weakref proxy referenced a non-iterator '{shown}' object")));
        }
        ops::next(esc, &referent)
    }));
    slots.len.set(Some(|esc, this| ops::len(esc, &alive(esc, this)?)));
    slots.getitem.set(Some(|esc, this, key| ops::get_item(esc, &alive(esc, this)?, &operand(esc, key)?)));
    slots.setitem.set(Some(|esc, this, key, value| {
        let (referent, key) = (alive(esc, this)?, operand(esc, key)?);
        match value {
            Some(value) => ops::set_item(esc, &referent, &key, value),
            None => ops::delete_item(esc, &referent, &key),
        }
    }));
    slots.contains.set(Some(|esc, this, item| ops::contains(esc, &alive(esc, this)?, item)));
    slots.bool.set(Some(|esc, this| ops::truthy(esc, &alive(esc, this)?)));
    slots.negative.set(Some(|esc, this| ops::negative(esc, &alive(esc, this)?)));
    slots.positive.set(Some(|esc, this| ops::positive(esc, &alive(esc, this)?)));
    slots.absolute.set(Some(|esc, this| ops::absolute(esc, &alive(esc, this)?)));
    slots.invert.set(Some(|esc, this| ops::invert(esc, &alive(esc, this)?)));
    slots.int.set(Some(|esc, this| ops::to_int(esc, &alive(esc, this)?)));
    slots.float.set(Some(|esc, this| ops::to_float(esc, &alive(esc, this)?)));
    slots.index.set(Some(|esc, this| ops::as_index(esc, &alive(esc, this)?)));
    slots.power.set(Some(|esc, base, exponent, modulus| {
        let modulus = modulus.map(|modulus| operand(esc, modulus)).transpose()?;
        ops::power(esc, &operand(esc, base)?, &operand(esc, exponent)?, modulus.as_ref())
    }));
    slots.inplace[BinaryOp::Power as usize].set(Some(|esc, base, exponent| {
        ops::inplace(esc, BinaryOp::Power, &operand(esc, base)?, &operand(esc, exponent)?)
    }));
    forward_binary!(slots: Add And FloorDivide Lshift MatrixMultiply Multiply Remainder Or Rshift Subtract TrueDivide Xor);
}
