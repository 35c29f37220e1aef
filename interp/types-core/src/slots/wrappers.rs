//! The special methods that builtin types show in their dictionaries: how a call of `int.__add__` reaches the slot.

use interp_object::data::{int, singletons};
use interp_object::layout::ValueExt;
use interp_object::native::SlotWrapperDef;
use interp_object::slots::{BinaryOp, CompareOp, Slots};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, intern};

/// Exactly `count` positional arguments (CPython's `check_num_args`).
fn fixed<'a>(esc: Esc<'_>, name: &str, args: Args<'a>, min: usize, max: usize) -> PyResult<&'a [Value]> {
    if args.names().is_some() {
        return Err(esc.type_error(format_args!("wrapper {name}() takes no keyword arguments")));
    }
    let given = args.all_values();
    if (min..=max).contains(&given.len()) {
        return Ok(given);
    }
    let plural = if min == 1 { "" } else { "s" };
    Err(esc.type_error(format_args!("expected {min} argument{plural}, got {}", given.len())))
}

fn gone(esc: Esc<'_>, name: &str) -> interp_object::Raised {
    esc.system_error(format_args!("the operation behind {name} is gone"))
}

fn name_argument(esc: Esc<'_>, name: &Value) -> PyResult {
    match intern::name_of(esc, name) {
        Some(name) => Ok(name),
        None => {
            let given = name.class().name();
            Err(esc.type_error(format_args!("attribute name must be string, not '{given}'")))
        }
    }
}

// The table below is made by macros because each entry names a field of `Slots`.

/// A wrapper that takes a fixed number of arguments and calls the function of one slot.
macro_rules! wrapper {
    ($name:literal, |$slots:ident| $slot:expr, $count:literal, |$esc:ident, $function:ident, $this:ident, $args:ident| $call:expr, $doc:literal) => {
        SlotWrapperDef {
            name: $name,
            present: |$slots| !$slot.is_empty(),
            same: |left, right| {
                let $slots = left;
                let left = &$slot;
                let $slots = right;
                left.same(&$slot)
            },
            call: |$esc, owner, $this, args| {
                let $args = fixed($esc, $name, args, $count, $count)?;
                let $slots = &owner.slots;
                let $function = $slot.get().ok_or_else(|| gone($esc, $name))?;
                $call
            },
            doc: $doc,
        }
    };
}

macro_rules! unary {
    ($name:literal, $field:ident, $doc:literal) => {
        wrapper!($name, |slots| slots.$field, 0, |esc, function, this, _args| function(esc, this), $doc)
    };
}

macro_rules! binary {
    ($name:literal, $op:ident, $doc:literal) => {
        wrapper!(
            $name,
            |slots| slots.binary[BinaryOp::$op as usize],
            1,
            |esc, function, this, args| function(esc, this, &args[0]),
            $doc
        )
    };
}

macro_rules! reflected {
    ($name:literal, $op:ident, $doc:literal) => {
        wrapper!(
            $name,
            |slots| slots.binary[BinaryOp::$op as usize],
            1,
            |esc, function, this, args| function(esc, &args[0], this),
            $doc
        )
    };
}

macro_rules! inplace {
    ($name:literal, $op:ident, $doc:literal) => {
        wrapper!(
            $name,
            |slots| slots.inplace[BinaryOp::$op as usize],
            1,
            |esc, function, this, args| function(esc, this, &args[0]),
            $doc
        )
    };
}

/// Sequence operations that take one operand: `+`, `+=`, `*`, `*=`.
macro_rules! sequence {
    ($name:literal, $field:ident, $doc:literal) => {
        wrapper!($name, |slots| slots.$field, 1, |esc, function, this, args| function(esc, this, &args[0]), $doc)
    };
}

macro_rules! compare {
    ($name:literal, $op:ident, $doc:literal) => {
        wrapper!(
            $name,
            |slots| slots.richcompare,
            1,
            |esc, function, this, args| function(esc, this, &args[0], CompareOp::$op),
            $doc
        )
    };
}

/// Checks the first argument of such a wrapper, and gives what the slot is called with.
type Convert = fn(Esc<'_>, &Slots, &Value, &Value) -> PyResult;

/// `__setattr__`, `__setitem__`, `__set__`: two arguments; and their deleting forms: one.
macro_rules! assign {
    ($set:literal, $delete:literal, $field:ident, $convert:expr, $set_doc:literal, $delete_doc:literal) => {
        [
            wrapper!(
                $set,
                |slots| slots.$field,
                2,
                |esc, function, this, args| {
                    let convert: Convert = $convert;
                    function(esc, this, &convert(esc, slots, this, &args[0])?, Some(&args[1]))?;
                    Ok(singletons::none())
                },
                $set_doc
            ),
            wrapper!(
                $delete,
                |slots| slots.$field,
                1,
                |esc, function, this, args| {
                    let convert: Convert = $convert;
                    function(esc, this, &convert(esc, slots, this, &args[0])?, None)?;
                    Ok(singletons::none())
                },
                $delete_doc
            ),
        ]
    };
}

/// CPython's `hackcheck`: `object.__setattr__` must not write behind the back of a builtin type that has its own.
fn checked_name(esc: Esc<'_>, slots: &Slots, this: &Value, name: &Value) -> PyResult {
    let name = name_argument(esc, name)?;
    let mut native = interp_object::typeobj::TypeRef::new(this.class());
    while native.is_heap() {
        match native.base() {
            Some(base) => native = base,
            None => break,
        }
    }
    if !native.slots.setattr.same(&slots.setattr) {
        let class = native.name();
        return Err(esc.type_error(format_args!("can't apply this __setattr__ to {class} object")));
    }
    Ok(name)
}

static SETATTR: [SlotWrapperDef; 2] = assign!(
    "__setattr__",
    "__delattr__",
    setattr,
    checked_name,
    "Implement setattr(self, name, value).",
    "Implement delattr(self, name)."
);
static SETITEM: [SlotWrapperDef; 2] = assign!(
    "__setitem__",
    "__delitem__",
    setitem,
    |_, _, _, key| Ok(key.clone()),
    "Set self[key] to value.",
    "Delete self[key]."
);
static DESCR_SET: [SlotWrapperDef; 2] = assign!(
    "__set__",
    "__delete__",
    descr_set,
    |_, _, _, instance| Ok(instance.clone()),
    "Set an attribute of instance to value.",
    "Delete an attribute of instance."
);

static GETATTRIBUTE: SlotWrapperDef = SlotWrapperDef {
    name: "__getattribute__",
    present: |slots| !slots.getattr.is_empty(),
    same: |left, right| left.getattr.same(&right.getattr),
    call: |esc, owner, this, args| {
        let args = fixed(esc, "__getattribute__", args, 1, 1)?;
        let function = owner.slots.getattr.get().ok_or_else(|| gone(esc, "__getattribute__"))?;
        function(esc, this, &name_argument(esc, &args[0])?)
    },
    doc: "Return getattr(self, name).",
};

static HASH: SlotWrapperDef = SlotWrapperDef {
    name: "__hash__",
    present: |slots| !slots.hash.is_empty(),
    same: |left, right| left.hash.same(&right.hash),
    call: |esc, owner, this, args| {
        fixed(esc, "__hash__", args, 0, 0)?;
        let function = owner.slots.hash.get().ok_or_else(|| gone(esc, "__hash__"))?;
        Ok(int::new(esc, function(esc, this)?))
    },
    doc: "Return hash(self).",
};

static CALL: SlotWrapperDef = SlotWrapperDef {
    name: "__call__",
    present: |slots| !slots.call.is_empty(),
    same: |left, right| left.call.same(&right.call),
    call: |esc, owner, this, args| {
        let function = owner.slots.call.get().ok_or_else(|| gone(esc, "__call__"))?;
        function(esc, this, args)
    },
    doc: "Call self as a function.",
};

static NEXT: SlotWrapperDef = SlotWrapperDef {
    name: "__next__",
    present: |slots| !slots.next.is_empty(),
    same: |left, right| left.next.same(&right.next),
    call: |esc, owner, this, args| {
        fixed(esc, "__next__", args, 0, 0)?;
        if let Some(send) = owner.slots.send.get() {
            return match send(esc, this, singletons::none())? {
                interp_object::slots::Sent::Yield(item) => Ok(item),
                interp_object::slots::Sent::Return(value) if value.is_none() => Err(esc.stop_iteration(None)),
                interp_object::slots::Sent::Return(value) => Err(esc.stop_iteration(Some(value))),
            };
        }
        let function = owner.slots.next.get().ok_or_else(|| gone(esc, "__next__"))?;
        function(esc, this)?.ok_or_else(|| esc.stop_iteration(None))
    },
    doc: "Implement next(self).",
};

static GET: SlotWrapperDef = SlotWrapperDef {
    name: "__get__",
    present: |slots| !slots.descr_get.is_empty(),
    same: |left, right| left.descr_get.same(&right.descr_get),
    call: |esc, owner, this, args| {
        let args = args.expect(esc, "__get__", 1, 2)?;
        let instance = Some(&args[0]).filter(|value| !value.is_none());
        let class = args.get(1).filter(|value| !value.is_none());
        let function = owner.slots.descr_get.get().ok_or_else(|| gone(esc, "__get__"))?;
        match (instance, class) {
            (None, None) => Err(esc.type_error("__get__(None, None) is invalid")),
            (Some(instance), None) => function(esc, this, Some(instance), instance.class()),
            (instance, Some(class)) => match TypeObject::from_value(class) {
                Some(class) => function(esc, this, instance, class),
                None => function(esc, this, instance, class.class()),
            },
        }
    },
    doc: "Return an attribute of instance, which is of type owner.",
};

static INIT: SlotWrapperDef = SlotWrapperDef {
    name: "__init__",
    present: |slots| !slots.init.is_empty(),
    same: |left, right| left.init.same(&right.init),
    call: |esc, owner, this, args| {
        let function = owner.slots.init.get().ok_or_else(|| gone(esc, "__init__"))?;
        function(esc, this, args)?;
        Ok(singletons::none())
    },
    doc: "Initialize self.  See help(type(self)) for accurate signature.",
};

static LEN: SlotWrapperDef = SlotWrapperDef {
    name: "__len__",
    present: |slots| !slots.len.is_empty(),
    same: |left, right| left.len.same(&right.len),
    call: |esc, owner, this, args| {
        fixed(esc, "__len__", args, 0, 0)?;
        let function = owner.slots.len.get().ok_or_else(|| gone(esc, "__len__"))?;
        Ok(int::from_usize(esc, function(esc, this)?))
    },
    doc: "Return len(self).",
};

static CONTAINS: SlotWrapperDef = SlotWrapperDef {
    name: "__contains__",
    present: |slots| !slots.contains.is_empty(),
    same: |left, right| left.contains.same(&right.contains),
    call: |esc, owner, this, args| {
        let args = fixed(esc, "__contains__", args, 1, 1)?;
        let function = owner.slots.contains.get().ok_or_else(|| gone(esc, "__contains__"))?;
        Ok(singletons::bool(function(esc, this, &args[0])?))
    },
    doc: "Return bool(key in self).",
};

static BOOL: SlotWrapperDef = SlotWrapperDef {
    name: "__bool__",
    present: |slots| !slots.bool.is_empty(),
    same: |left, right| left.bool.same(&right.bool),
    call: |esc, owner, this, args| {
        fixed(esc, "__bool__", args, 0, 0)?;
        let function = owner.slots.bool.get().ok_or_else(|| gone(esc, "__bool__"))?;
        Ok(singletons::bool(function(esc, this)?))
    },
    doc: "True if self else False",
};

static POW: SlotWrapperDef = SlotWrapperDef {
    name: "__pow__",
    present: |slots| !slots.power.is_empty(),
    same: |left, right| left.power.same(&right.power),
    call: |esc, owner, this, args| {
        let args = args.expect(esc, "__pow__", 1, 2)?;
        let function = owner.slots.power.get().ok_or_else(|| gone(esc, "__pow__"))?;
        function(esc, this, &args[0], args.get(1).filter(|modulus| !modulus.is_none()))
    },
    doc: "Return pow(self, value, mod).",
};

static RPOW: SlotWrapperDef = SlotWrapperDef {
    name: "__rpow__",
    present: |slots| !slots.power.is_empty(),
    same: |left, right| left.power.same(&right.power),
    call: |esc, owner, this, args| {
        let args = args.expect(esc, "__rpow__", 1, 2)?;
        let function = owner.slots.power.get().ok_or_else(|| gone(esc, "__rpow__"))?;
        function(esc, &args[0], this, args.get(1).filter(|modulus| !modulus.is_none()))
    },
    doc: "Return pow(value, self, mod).",
};

static DEL: SlotWrapperDef = SlotWrapperDef {
    name: "__del__",
    // Builtin finalizers are not shown, except for generators, which list the method themselves.
    present: |_| false,
    same: |_, _| true,
    call: |esc, owner, this, args| {
        fixed(esc, "__del__", args, 0, 0)?;
        if let Some(finalize) = owner.slots.finalize.get() {
            finalize(esc, this);
        }
        Ok(singletons::none())
    },
    doc: "Called when the instance is about to be destroyed.",
};

/// `__getitem__`: sequences of CPython take an index here and mappings a key; ours take either.
static GETITEM: SlotWrapperDef = sequence!("__getitem__", getitem, "Return self[key].");

static RMUL: SlotWrapperDef = sequence!("__rmul__", repeat, "Return value*self.");

/// All wrappers, numbers before sequences: the first definition of a name that a type has is the one it shows.
pub(super) static WRAPPERS: &[&SlotWrapperDef] = &[
    &unary!("__repr__", repr, "Return repr(self)."),
    &HASH,
    &CALL,
    &unary!("__str__", str, "Return str(self)."),
    &GETATTRIBUTE,
    &SETATTR[0],
    &SETATTR[1],
    &compare!("__lt__", Lt, "Return self<value."),
    &compare!("__le__", Le, "Return self<=value."),
    &compare!("__eq__", Eq, "Return self==value."),
    &compare!("__ne__", Ne, "Return self!=value."),
    &compare!("__gt__", Gt, "Return self>value."),
    &compare!("__ge__", Ge, "Return self>=value."),
    &unary!("__iter__", iter, "Implement iter(self)."),
    &NEXT,
    &GET,
    &DESCR_SET[0],
    &DESCR_SET[1],
    &INIT,
    &DEL,
    &unary!("__await__", await_, "Return an iterator to be used in await expression."),
    &unary!("__aiter__", aiter, "Return an awaitable, that resolves in asynchronous iterator."),
    &unary!("__anext__", anext, "Return a value or raise StopAsyncIteration."),
    &binary!("__add__", Add, "Return self+value."),
    &reflected!("__radd__", Add, "Return value+self."),
    &binary!("__sub__", Subtract, "Return self-value."),
    &reflected!("__rsub__", Subtract, "Return value-self."),
    &binary!("__mul__", Multiply, "Return self*value."),
    &reflected!("__rmul__", Multiply, "Return value*self."),
    &binary!("__mod__", Remainder, "Return self%value."),
    &reflected!("__rmod__", Remainder, "Return value%self."),
    &POW,
    &RPOW,
    &unary!("__neg__", negative, "-self"),
    &unary!("__pos__", positive, "+self"),
    &unary!("__abs__", absolute, "abs(self)"),
    &BOOL,
    &unary!("__invert__", invert, "~self"),
    &binary!("__lshift__", Lshift, "Return self<<value."),
    &reflected!("__rlshift__", Lshift, "Return value<<self."),
    &binary!("__rshift__", Rshift, "Return self>>value."),
    &reflected!("__rrshift__", Rshift, "Return value>>self."),
    &binary!("__and__", And, "Return self&value."),
    &reflected!("__rand__", And, "Return value&self."),
    &binary!("__xor__", Xor, "Return self^value."),
    &reflected!("__rxor__", Xor, "Return value^self."),
    &binary!("__or__", Or, "Return self|value."),
    &reflected!("__ror__", Or, "Return value|self."),
    &unary!("__int__", int, "int(self)"),
    &unary!("__float__", float, "float(self)"),
    &inplace!("__iadd__", Add, "Return self+=value."),
    &inplace!("__isub__", Subtract, "Return self-=value."),
    &inplace!("__imul__", Multiply, "Return self*=value."),
    &inplace!("__imod__", Remainder, "Return self%=value."),
    &inplace!("__ipow__", Power, "Return self**=value."),
    &inplace!("__ilshift__", Lshift, "Return self<<=value."),
    &inplace!("__irshift__", Rshift, "Return self>>=value."),
    &inplace!("__iand__", And, "Return self&=value."),
    &inplace!("__ixor__", Xor, "Return self^=value."),
    &inplace!("__ior__", Or, "Return self|=value."),
    &binary!("__floordiv__", FloorDivide, "Return self//value."),
    &reflected!("__rfloordiv__", FloorDivide, "Return value//self."),
    &binary!("__truediv__", TrueDivide, "Return self/value."),
    &reflected!("__rtruediv__", TrueDivide, "Return value/self."),
    &inplace!("__ifloordiv__", FloorDivide, "Return self//=value."),
    &inplace!("__itruediv__", TrueDivide, "Return self/=value."),
    &unary!(
        "__index__",
        index,
        "Return self converted to an integer, if self is suitable for use as an index into a list."
    ),
    &binary!("__matmul__", MatrixMultiply, "Return self@value."),
    &reflected!("__rmatmul__", MatrixMultiply, "Return value@self."),
    &inplace!("__imatmul__", MatrixMultiply, "Return self@=value."),
    &LEN,
    &GETITEM,
    &SETITEM[0],
    &SETITEM[1],
    &sequence!("__add__", concat, "Return self+value."),
    &sequence!("__mul__", repeat, "Return self*value."),
    &RMUL,
    &CONTAINS,
    &sequence!("__iadd__", inplace_concat, "Implement self+=value."),
    &sequence!("__imul__", inplace_repeat, "Implement self*=value."),
];
