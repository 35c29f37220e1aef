//! Attributes, and `super()`'s.

/// Pushes an attribute; with `oparg & 1` a method and its `self`, or the attribute and NULL. The name is `oparg >> 1`.
#[inst(code = 80, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
#[operands(owner: L | T, dest: T)]
fn LOAD_ATTR() {
    if tick!() {
        let installed = specialize::attrs::load_attr(esc, ip, frame, val!(owner), oparg);
        if installed {
            redo!();
        }
    }
    let (found, bound) = attr::load_attr(esc, frame, val!(owner), oparg)?;
    let receiver = if bound { Some(attr::receiver(th, val!(owner))) } else { None };
    close!(esc, owner);
    attr = own!(found);
    attr::fill_receiver(self_or_null, receiver);
    filled!(self_or_null);
}

/// From the inline values of an instance: an entry with the version of its type.
#[inst(code = 180, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
fn LOAD_ATTR_INSTANCE_VALUE() {
    let found = quick!(fast::instance_value::<QUICK>(th, owner, cache!(1)), fast::instance_value::<FULL>(th, owner, cache!(1)));
    close!(esc, owner);
    attr = found;
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

/// From a module's dictionary: an entry with the version of its keys.
#[inst(code = 184, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
fn LOAD_ATTR_MODULE() {
    let found = quick!(fast::module::<QUICK>(th, owner, cache!(1)), fast::module::<FULL>(th, owner, cache!(1)));
    close!(esc, owner);
    attr = found;
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

/// From an instance's own dictionary: an entry with the version of the type, the index a guess.
#[inst(code = 189, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
fn LOAD_ATTR_WITH_HINT() {
    let found = deopt_unless!(fast::with_hint(th, frame, owner, oparg >> 1, cache!(1)));
    close!(esc, owner);
    attr = found;
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

/// From a `__slots__` word: an entry with the version of the type.
#[inst(code = 188, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
fn LOAD_ATTR_SLOT() {
    let found = quick!(fast::slot::<QUICK>(th, owner, cache!(1)), fast::slot::<FULL>(th, owner, cache!(1)));
    close!(esc, owner);
    attr = found;
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

/// Of a class, found in its MRO: a record.
#[inst(code = 177, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
fn LOAD_ATTR_CLASS() {
    let found = quick!(fast::class::<QUICK>(th, owner, cache!(1)), fast::class::<FULL>(th, owner, cache!(1)));
    close!(esc, owner);
    attr = found;
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

/// The same, where the metaclass can change.
#[inst(code = 178, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
fn LOAD_ATTR_CLASS_WITH_METACLASS_CHECK() {
    let found = quick!(fast::class_of_meta::<QUICK>(th, owner, cache!(1)), fast::class_of_meta::<FULL>(th, owner, cache!(1)));
    close!(esc, owner);
    attr = found;
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

/// Calls a Python property getter: the value comes with the callee's return.
#[inst(code = 187, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
#[restart]
fn LOAD_ATTR_PROPERTY() {
    let getter = deopt_unless!(calls::getter(th, owner, cache!(1)));
    frame.ip.set(ip);
    let receiver = steal!(owner);
    sync!();
    let flow = calls::enter_getter(th, getter, receiver, calls::attr_return(ip, next_cell(ip, inst_size!())));
    dispatch!(flow.ip, flow.fp);
}

/// Calls a Python `__getattribute__`: the value comes with the callee's return.
#[inst(code = 179, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
#[restart]
fn LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN() {
    let hook = deopt_unless!(calls::hook(th, owner, cache!(1)));
    frame.ip.set(ip);
    let receiver = steal!(owner);
    sync!();
    let text = calls::name_word(frame, oparg >> 1);
    let flow = calls::enter_two(th, hook, receiver, text, calls::attr_return(ip, next_cell(ip, inst_size!())));
    dispatch!(flow.ip, flow.fp);
}

/// A method that the instance's values do not shadow: a record.
#[inst(code = 183, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
#[restart]
fn LOAD_ATTR_METHOD_WITH_VALUES() {
    let found = deopt_unless!(fast::method_with_values(owner, cache!(1)));
    let receiver = steal!(owner);
    attr = found;
    fast::set_self(self_or_null, receiver);
    filled!(self_or_null);
}

/// A method of an instance without attributes: a record.
#[inst(code = 182, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
#[restart]
fn LOAD_ATTR_METHOD_NO_DICT() {
    let found = deopt_unless!(fast::method_no_dict(owner, cache!(1)));
    let receiver = steal!(owner);
    attr = found;
    fast::set_self(self_or_null, receiver);
    filled!(self_or_null);
}

/// A method of an instance whose dictionary was not made yet: a record.
#[inst(code = 181, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
#[restart]
fn LOAD_ATTR_METHOD_LAZY_DICT() {
    let found = deopt_unless!(fast::method_lazy_dict(owner, cache!(1)));
    let receiver = steal!(owner);
    attr = found;
    fast::set_self(self_or_null, receiver);
    filled!(self_or_null);
}

/// A value of the class that the instance's values do not shadow: a record.
#[inst(code = 186, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
fn LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES() {
    let found = quick!(fast::plain_with_values::<QUICK>(th, owner, cache!(1)), fast::plain_with_values::<FULL>(th, owner, cache!(1)));
    close!(esc, owner);
    attr = found;
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

/// A value of the class, of an instance without attributes: a record.
#[inst(code = 185, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
fn LOAD_ATTR_NONDESCRIPTOR_NO_DICT() {
    let found = quick!(fast::plain_no_dict::<QUICK>(th, owner, cache!(1)), fast::plain_no_dict::<FULL>(th, owner, cache!(1)));
    close!(esc, owner);
    attr = found;
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

/// A class method, called on its class: a record. (CPython has no such form.)
#[inst(form = 527, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
#[restart]
fn LOAD_ATTR_CLASS_METHOD() {
    let found = deopt_unless!(fast::class_method(owner, cache!(1)));
    let receiver = steal!(owner);
    attr = found;
    fast::set_self(self_or_null, receiver);
    filled!(self_or_null);
}

/// One of several of the forms for instances, by the owner's type: a record of cases. (CPython has no such form.)
#[inst(form = 524, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
#[restart]
fn LOAD_ATTR_POLYMORPHIC() {
    let found = quick!(poly::load_quick(owner, cache!(1)), poly::load(th, owner, cache!(1)));
    if found.is_method {
        let receiver = steal!(owner);
        attr = found.word;
        fast::set_self(self_or_null, receiver);
    } else {
        close!(esc, owner);
        attr = found.word;
        fast::no_self(self_or_null);
    }
    filled!(self_or_null);
}

/// The same where every case is a value of the instance's own: a record of cases. (CPython has no such form.)
#[inst(form = 540, arg = name)]
#[stack(owner -- attr, self_or_null[oparg & 1])]
fn LOAD_ATTR_POLYMORPHIC_VALUE() {
    let found = quick!(poly::value::<QUICK>(th, owner, cache!(1)), poly::value::<FULL>(th, owner, cache!(1)));
    close!(esc, owner);
    attr = found;
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

#[family(caches = 9, words = 2)]
const LOAD_ATTR: Family = [
    LOAD_ATTR_INSTANCE_VALUE,
    LOAD_ATTR_MODULE,
    LOAD_ATTR_WITH_HINT,
    LOAD_ATTR_SLOT,
    LOAD_ATTR_CLASS,
    LOAD_ATTR_CLASS_WITH_METACLASS_CHECK,
    LOAD_ATTR_PROPERTY,
    LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN,
    LOAD_ATTR_METHOD_WITH_VALUES,
    LOAD_ATTR_METHOD_NO_DICT,
    LOAD_ATTR_METHOD_LAZY_DICT,
    LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES,
    LOAD_ATTR_NONDESCRIPTOR_NO_DICT,
    LOAD_ATTR_CLASS_METHOD,
    LOAD_ATTR_POLYMORPHIC,
    LOAD_ATTR_POLYMORPHIC_VALUE,
];

/// `owner.name = value`.
#[inst(code = 110, arg = name)]
#[stack(value, owner --)]
#[operands(value: L | T | K, owner: L | T)]
fn STORE_ATTR() {
    if tick!() {
        let installed = specialize::attrs::store_attr(esc, ip, frame, val!(owner), oparg);
        if installed {
            redo!();
        }
    }
    attr::store_attr(esc, frame, val!(owner), oparg, val!(value))?;
    close!(esc, owner);
    close!(esc, value);
}

#[inst(code = 198, arg = name)]
#[stack(value, owner --)]
#[restart]
fn STORE_ATTR_INSTANCE_VALUE() {
    let slot = deopt_unless!(fast::hold_value(owner, cache!(1)));
    let new = take!(value);
    let old = fast::store_value(slot, new);
    close!(esc, owner);
    close!(esc, old);
}

#[inst(code = 199, arg = name)]
#[stack(value, owner --)]
#[restart]
fn STORE_ATTR_SLOT() {
    let slot = deopt_unless!(fast::hold_member(owner, cache!(1)));
    let new = take!(value);
    let old = fast::store_member(slot, new);
    close!(esc, owner);
    close!(esc, old);
}

/// Into an instance's own dictionary, whose keys stay the same.
#[inst(code = 200, arg = name)]
#[stack(value, owner --)]
#[restart]
fn STORE_ATTR_WITH_HINT() {
    let entry = deopt_unless!(fast::hold_hint(th, frame, owner, oparg, cache!(1)));
    let new = take!(value);
    let old = fast::store_hint(entry, new);
    close!(esc, owner);
    close!(esc, old);
}

/// One of several of the forms, by the owner's type: a record of cases. (CPython has no such form.)
#[inst(form = 526, arg = name)]
#[stack(value, owner --)]
#[restart]
fn STORE_ATTR_POLYMORPHIC() {
    let place = deopt_unless!(poly::hold(owner, cache!(1)));
    let new = take!(value);
    let old = poly::store(place, new);
    close!(esc, owner);
    close!(esc, old);
}

/// The same where every case is a value of the instance's own: a record of cases. (CPython has no such form.)
#[inst(form = 541, arg = name)]
#[stack(value, owner --)]
#[restart]
fn STORE_ATTR_POLYMORPHIC_VALUE() {
    let slot = deopt_unless!(poly::hold_value(owner, cache!(1)));
    let new = take!(value);
    let old = fast::store_value(slot, new);
    close!(esc, owner);
    close!(esc, old);
}

#[family(caches = 4, words = 2)]
const STORE_ATTR: Family = [
    STORE_ATTR_INSTANCE_VALUE,
    STORE_ATTR_SLOT,
    STORE_ATTR_WITH_HINT,
    STORE_ATTR_POLYMORPHIC,
    STORE_ATTR_POLYMORPHIC_VALUE,
];

/// `del owner.name`.
#[inst(code = 61, arg = name)]
#[stack(owner --)]
fn DELETE_ATTR() {
    attr::delete_attr(esc, frame, val!(owner), oparg)?;
    close!(esc, owner);
}

/// `super().name`: a method and `self` with `oparg & 1`; `oparg & 2` tells `super(a, b)` from `super()`. The name is `oparg >> 2`.
#[inst(code = 96, arg = name)]
#[stack(global_super, class, self_st -- attr, self_or_null[oparg & 1])]
#[operands(self_st: L | T, dest: T)]
fn LOAD_SUPER_ATTR() {
    if tick!() {
        let installed =
            specialize::supers::load(esc, ip, frame, val!(global_super), val!(class), val!(self_st), oparg);
        if installed {
            redo!();
        }
    }
    let (found, bound) = attr::load_super_attr(esc, frame, val!(global_super), val!(class), val!(self_st), oparg)?;
    let receiver = if bound { Some(attr::receiver(th, val!(self_st))) } else { None };
    close!(esc, self_st);
    close!(esc, class);
    close!(esc, global_super);
    attr = own!(found);
    attr::fill_receiver(self_or_null, receiver);
    filled!(self_or_null);
}

/// What lies behind the class in the receiver's MRO, bound to the receiver: a record.
#[inst(code = 194, arg = name)]
#[stack(global_super, class, self_st -- attr, self_or_null[oparg & 1])]
fn LOAD_SUPER_ATTR_ATTR() {
    let found = deopt_unless!(specialize::supers::behind(global_super, class, self_st, cache!(1)));
    let bound = specialize::supers::bind(esc, found, val!(self_st))?;
    close!(esc, self_st);
    close!(esc, class);
    close!(esc, global_super);
    attr = own!(bound);
    fast::no_self(self_or_null);
    filled!(self_or_null);
}

/// A method behind the class in the receiver's MRO, and the receiver: a record. (What is called but binds in another
/// way is a `LOAD_SUPER_ATTR_ATTR`, where CPython has this form.)
#[inst(code = 195, arg = name)]
#[stack(global_super, class, self_st -- attr, self_or_null[oparg & 1])]
fn LOAD_SUPER_ATTR_METHOD() {
    let found = deopt_unless!(specialize::supers::method(global_super, class, self_st, cache!(1)));
    let receiver = steal!(self_st);
    close!(esc, class);
    close!(esc, global_super);
    attr = found;
    fast::set_self(self_or_null, receiver);
    filled!(self_or_null);
}

#[family(caches = 1, words = 2)]
const LOAD_SUPER_ATTR: Family = [LOAD_SUPER_ATTR_ATTR, LOAD_SUPER_ATTR_METHOD];

/// Looks a special method up on the type (`oparg` selects `__enter__`, `__exit__`, …) and pushes it with its `self`.
#[inst(code = 95, arg)]
#[stack(owner -- attr, self_or_null)]
fn LOAD_SPECIAL() {
    let (found, receiver) = attr::load_special(esc, val!(owner), oparg)?;
    close!(esc, owner);
    attr = own!(found);
    self_or_null = attr::word_or_null(receiver);
}
