//! Unary and binary operators, subscripts and slices.

#[op(left, right -- left, right)]
fn _GUARD_BOTH_INT() {
    exit_if!(!Word::both_ints(left, right))
}

#[op(left, right -- left, right)]
fn _GUARD_BOTH_FLOAT() {
    exit_if!(!Word::both_floats(left, right))
}

/// Deopts when the result leaves the immediate range: the generic form makes a big int.
#[op(left, right -- res)]
#[pure]
fn _BINARY_OP_ADD_INT() {
    let Some(found) = left.int_add(right) else { deopt!() };
    imm!(left, right);
    res = found;
}

/// Deopts when the result is no immediate: the generic form boxes it.
#[op(left, right -- res)]
#[pure]
fn _BINARY_OP_ADD_FLOAT() {
    let Some(found) = Word::from_f64(left.f64_unchecked() + right.f64_unchecked()) else { deopt!() };
    imm!(left, right);
    res = found;
}

/// Deopts when the result leaves the immediate range: the generic form makes a big int.
#[op(left, right -- res)]
#[pure]
fn _BINARY_OP_SUBTRACT_INT() {
    let Some(found) = left.int_sub(right) else { deopt!() };
    imm!(left, right);
    res = found;
}

/// Deopts when the result is no immediate: the generic form boxes it.
#[op(left, right -- res)]
#[pure]
fn _BINARY_OP_SUBTRACT_FLOAT() {
    let Some(found) = Word::from_f64(left.f64_unchecked() - right.f64_unchecked()) else { deopt!() };
    imm!(left, right);
    res = found;
}

/// Deopts when the result leaves the immediate range: the generic form makes a big int.
#[op(left, right -- res)]
#[pure]
fn _BINARY_OP_MULTIPLY_INT() {
    let Some(found) = left.int_mul(right) else { deopt!() };
    imm!(left, right);
    res = found;
}

/// Deopts when the result is no immediate: the generic form boxes it.
#[op(left, right -- res)]
#[pure]
fn _BINARY_OP_MULTIPLY_FLOAT() {
    let Some(found) = Word::from_f64(left.f64_unchecked() * right.f64_unchecked()) else { deopt!() };
    imm!(left, right);
    res = found;
}

/// Applies the operator `oparg` (`interp_opcode::BinaryOp`), subscript included.
#[inst(code = 44, arg)]
#[stack(left, right -- res)]
#[operands(left: L | T | K, right: L | T | I | K, dest: T | L)]
fn BINARY_OP() {
    if tick!() {
        let installed = specialize::arith::binary_op(esc, ip, fp, oparg, val!(left), val!(right));
        if installed {
            redo!();
        }
    }
    let result = binary::binary_op(esc, oparg, val!(left), val!(right))?;
    close!(esc, right);
    close!(esc, left);
    res = own!(result);
}

#[inst(code = 130, arg)]
#[stack(left, right -- res)]
const BINARY_OP_ADD_INT: Macro = _GUARD_BOTH_INT + _BINARY_OP_ADD_INT;

#[inst(code = 142, arg)]
#[stack(left, right -- res)]
const BINARY_OP_SUBTRACT_INT: Macro = _GUARD_BOTH_INT + _BINARY_OP_SUBTRACT_INT;

#[inst(code = 134, arg)]
#[stack(left, right -- res)]
const BINARY_OP_MULTIPLY_INT: Macro = _GUARD_BOTH_INT + _BINARY_OP_MULTIPLY_INT;

#[inst(code = 129, arg)]
#[stack(left, right -- res)]
const BINARY_OP_ADD_FLOAT: Macro = _GUARD_BOTH_FLOAT + _BINARY_OP_ADD_FLOAT;

#[inst(code = 141, arg)]
#[stack(left, right -- res)]
const BINARY_OP_SUBTRACT_FLOAT: Macro = _GUARD_BOTH_FLOAT + _BINARY_OP_SUBTRACT_FLOAT;

#[inst(code = 133, arg)]
#[stack(left, right -- res)]
const BINARY_OP_MULTIPLY_FLOAT: Macro = _GUARD_BOTH_FLOAT + _BINARY_OP_MULTIPLY_FLOAT;

#[inst(code = 131, arg)]
#[stack(left, right -- res)]
fn BINARY_OP_ADD_UNICODE() {
    deopt_if!(!texts::both(left, right));
    let made = texts::add(esc, val!(left), val!(right))?;
    close!(esc, right);
    close!(esc, left);
    res = own!(made);
}

/// `s = s + t` on a local: the destination is the local that `left` names. The text grows in place if the local holds
/// the only reference.
#[inst(code = 3, arg = local)]
#[stack(left, right -- res)]
fn BINARY_OP_INPLACE_ADD_UNICODE() {
    deopt_if!(!texts::grows(ip, fp, left, right));
    let made = texts::append(esc, ip, fp, val!(left), val!(right))?;
    close!(esc, right);
    close!(esc, left);
    res = own!(made);
}

/// An operation on a pair of numbers that the cache word names.
#[inst(code = 132, arg)]
#[stack(left, right -- res)]
fn BINARY_OP_EXTEND() {
    res = quick!(
        specialize::arith::extend::<QUICK>(cache!(1), left, right),
        specialize::arith::extend::<FULL>(cache!(1), left, right),
    );
    imm!(left, right);
}

#[inst(code = 137, arg)]
#[stack(list_st, sub_st -- res)]
fn BINARY_OP_SUBSCR_LIST_INT() {
    let item = quick!(containers::list_item::<QUICK>(th, list_st, sub_st), containers::list_item::<FULL>(th, list_st, sub_st));
    imm!(sub_st);
    close!(esc, list_st);
    res = item;
}

#[inst(code = 138, arg)]
#[stack(list_st, sub_st -- res)]
fn BINARY_OP_SUBSCR_LIST_SLICE() {
    deopt_if!(!containers::is_list_and_slice(list_st, sub_st));
    let made = containers::list_slice(esc, val!(list_st), val!(sub_st))?;
    close!(esc, sub_st);
    close!(esc, list_st);
    res = own!(made);
}

#[inst(code = 139, arg)]
#[stack(str_st, sub_st -- res)]
fn BINARY_OP_SUBSCR_STR_INT() {
    let code_point = deopt_unless!(containers::char_at(str_st, sub_st));
    let made = containers::character(esc, code_point);
    imm!(sub_st);
    close!(esc, str_st);
    res = own!(made);
}

#[inst(code = 140, arg)]
#[stack(tuple_st, sub_st -- res)]
fn BINARY_OP_SUBSCR_TUPLE_INT() {
    let item = quick!(containers::tuple_item::<QUICK>(th, tuple_st, sub_st), containers::tuple_item::<FULL>(th, tuple_st, sub_st));
    imm!(sub_st);
    close!(esc, tuple_st);
    res = item;
}

#[inst(code = 135, arg)]
#[stack(dict_st, sub_st -- res)]
fn BINARY_OP_SUBSCR_DICT() {
    deopt_if!(!containers::is_dict(dict_st));
    let found = containers::dict_item(esc, val!(dict_st), val!(sub_st))?;
    close!(esc, sub_st);
    close!(esc, dict_st);
    res = own!(found);
}

/// Calls a Python `__getitem__`: the result comes with the callee's return.
#[inst(code = 136, arg)]
#[stack(container, sub -- res)]
fn BINARY_OP_SUBSCR_GETITEM() {
    let getter = deopt_unless!(calls::subscript_getter(th, container, cache!(1)));
    frame.ip.set(ip);
    let key = steal!(sub);
    let receiver = steal!(container);
    sync!();
    let ret = calls::binary_return(frame, ip, next_cell(ip, inst_size!()));
    let flow = calls::enter_two(th, getter, receiver, key, ret);
    dispatch!(flow.ip, flow.fp);
}

#[family(caches = 5, words = 2)]
const BINARY_OP: Family = [
    BINARY_OP_MULTIPLY_INT,
    BINARY_OP_ADD_INT,
    BINARY_OP_SUBTRACT_INT,
    BINARY_OP_MULTIPLY_FLOAT,
    BINARY_OP_ADD_FLOAT,
    BINARY_OP_SUBTRACT_FLOAT,
    BINARY_OP_ADD_UNICODE,
    BINARY_OP_SUBSCR_LIST_INT,
    BINARY_OP_SUBSCR_LIST_SLICE,
    BINARY_OP_SUBSCR_TUPLE_INT,
    BINARY_OP_SUBSCR_STR_INT,
    BINARY_OP_SUBSCR_DICT,
    BINARY_OP_SUBSCR_GETITEM,
    BINARY_OP_EXTEND,
    BINARY_OP_INPLACE_ADD_UNICODE,
];

/// `container[start:stop]`.
#[inst(code = 1)]
#[stack(container, start, stop -- res)]
#[operands(container: L | T, dest: T | L)]
fn BINARY_SLICE() {
    let result = binary::slice(esc, val!(container), val!(start), val!(stop))?;
    close!(esc, stop);
    close!(esc, start);
    close!(esc, container);
    res = own!(result);
}

/// `container[start:stop:step]`: `BUILD_SLICE` and the subscription behind it. Makes no slice for what knows how to do without.
#[inst(form = 531)]
#[stack(container, start, stop, step -- res)]
#[operands(container: L | T, dest: T | L)]
fn SUBSCR_SLICE() {
    let result = binary::stepped_slice(esc, val!(container), val!(start), val!(stop), val!(step))?;
    close!(esc, step);
    close!(esc, stop);
    close!(esc, start);
    close!(esc, container);
    res = own!(result);
}

/// `container[start:stop] = value`. The value is a temporary, which may be emptied if nothing else knows it.
#[inst(code = 37)]
#[stack(value, container, start, stop --)]
#[operands(value: T, container: L | T)]
fn STORE_SLICE() {
    binary::store_slice(esc, val!(value), val!(container), val!(start), val!(stop))?;
    close!(esc, stop);
    close!(esc, start);
    close!(esc, container);
    close!(esc, value);
}

/// `container[sub] = value`.
#[inst(code = 38)]
#[stack(value, container, sub --)]
#[operands(value: L | T | K, container: L | T, sub: L | T | I | K)]
fn STORE_SUBSCR() {
    if tick!() {
        let installed = specialize::containers::store_subscr(esc, ip, val!(container), val!(sub));
        if installed {
            redo!();
        }
    }
    binary::store_subscr(esc, val!(value), val!(container), val!(sub))?;
    close!(esc, sub);
    close!(esc, container);
    close!(esc, value);
}

#[inst(code = 202)]
#[stack(value, list_st, sub_st --)]
#[restart]
fn STORE_SUBSCR_LIST_INT() {
    let item = deopt_unless!(containers::hold_item(th, list_st, sub_st));
    let new = take!(value);
    let old = containers::store_item(item, new);
    imm!(sub_st);
    close!(esc, list_st);
    close!(esc, old);
}

#[inst(code = 201)]
#[stack(value, dict_st, sub --)]
fn STORE_SUBSCR_DICT() {
    deopt_if!(!containers::is_dict(dict_st));
    let new = take!(value);
    containers::set_dict_item(esc, val!(dict_st), val!(sub), new)?;
    close!(esc, sub);
    close!(esc, dict_st);
}

#[family(caches = 1, words = 1)]
const STORE_SUBSCR: Family = [STORE_SUBSCR_DICT, STORE_SUBSCR_LIST_INT];

/// `del container[sub]`.
#[inst(code = 8)]
#[stack(container, sub --)]
fn DELETE_SUBSCR() {
    binary::delete_subscr(esc, val!(container), val!(sub))?;
    close!(esc, sub);
    close!(esc, container);
}

/// `-value`.
#[inst(code = 41)]
#[stack(value -- res)]
#[operands(value: L | T, dest: T | L)]
#[restart]
fn UNARY_NEGATIVE() {
    if let Some(negated) = binary::negated(value) {
        imm!(value);
        res = negated;
    } else {
        let result = binary::negative(esc, val!(value))?;
        close!(esc, value);
        res = own!(result);
    }
}

/// `~value`.
#[inst(code = 40)]
#[stack(value -- res)]
#[operands(value: L | T, dest: T | L)]
fn UNARY_INVERT() {
    let result = binary::invert(esc, val!(value))?;
    close!(esc, value);
    res = own!(result);
}

/// `not value`, of a bool.
#[inst(code = 42)]
#[stack(value -- res)]
#[operands(value: L | T, dest: T | L)]
fn UNARY_NOT() {
    res = bool_word(!is_true(value));
    imm!(value);
}
