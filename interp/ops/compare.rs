//! Comparisons, containment, identity and truth.

#[op(left, right -- res)]
#[pure]
fn _COMPARE_OP_INT() {
    res = bool_word(compare_ints(left, right, oparg));
    imm!(left, right);
}

#[op(left, right -- res)]
#[pure]
fn _COMPARE_OP_FLOAT() {
    res = bool_word(compare_floats(left, right, oparg));
    imm!(left, right);
}

/// Compares; the operator is `oparg >> 5`, and `oparg & 16` asks for a bool.
#[inst(code = 56, arg)]
#[stack(left, right -- res)]
#[operands(left: L | T | K, right: L | T | I | K, dest: T)]
#[restart]
fn COMPARE_OP() {
    if Word::both_ints(left, right) {
        res = bool_word(compare_ints(left, right, oparg));
        imm!(left, right);
    } else {
        let installed = specialize::arith::compare(esc, ip, oparg, val!(left), val!(right));
        if installed {
            redo!();
        }
        let result = compare::compare_op(esc, oparg, val!(left), val!(right))?;
        close!(esc, right);
        close!(esc, left);
        res = own!(result);
    }
}

#[inst(code = 167, arg)]
#[stack(left, right -- res)]
const COMPARE_OP_INT: Macro = _GUARD_BOTH_INT + _COMPARE_OP_INT;

#[inst(code = 166, arg)]
#[stack(left, right -- res)]
const COMPARE_OP_FLOAT: Macro = _GUARD_BOTH_FLOAT + _COMPARE_OP_FLOAT;

#[inst(code = 168, arg)]
#[stack(left, right -- res)]
fn COMPARE_OP_STR() {
    let truth = deopt_unless!(specialize::arith::compare_texts(val!(left), val!(right), oparg));
    close!(esc, right);
    close!(esc, left);
    res = bool_word(truth);
}

#[family(caches = 1, words = 1)]
const COMPARE_OP: Family = [COMPARE_OP_FLOAT, COMPARE_OP_INT, COMPARE_OP_STR];

/// `left in right`, or `not in` if `oparg`.
#[inst(code = 57, arg)]
#[stack(left, right -- res)]
#[operands(left: L | T | K, right: L | T | K, dest: T)]
fn CONTAINS_OP() {
    if tick!() {
        let installed = specialize::containers::contains_op(esc, ip, val!(right));
        if installed {
            redo!();
        }
    }
    let found = compare::contains(esc, val!(right), val!(left))?;
    close!(esc, right);
    close!(esc, left);
    res = bool_word(found != (oparg != 0));
}

#[inst(code = 170, arg)]
#[stack(left, right -- res)]
fn CONTAINS_OP_SET() {
    deopt_if!(!containers::is_set(right));
    let found = containers::contains_key(esc, val!(right), val!(left))?;
    close!(esc, right);
    close!(esc, left);
    res = bool_word(found != (oparg != 0));
}

#[inst(code = 169, arg)]
#[stack(left, right -- res)]
fn CONTAINS_OP_DICT() {
    deopt_if!(!containers::is_dict(right));
    let found = containers::contains_key(esc, val!(right), val!(left))?;
    close!(esc, right);
    close!(esc, left);
    res = bool_word(found != (oparg != 0));
}

#[family(caches = 1, words = 1)]
const CONTAINS_OP: Family = [CONTAINS_OP_SET, CONTAINS_OP_DICT];

/// `left is right`, or `is not` if `oparg`.
#[inst(code = 74, arg, words = 1)]
#[stack(left, right -- res)]
#[operands(left: L | T | K, right: L | T | K, dest: T)]
fn IS_OP() {
    let same = left.is(right);
    close!(esc, right);
    close!(esc, left);
    res = bool_word(same != (oparg == 1));
}

/// Truth of a value as True or False.
#[inst(code = 39)]
#[stack(value -- res)]
#[operands(value: L | T, dest: T)]
#[restart]
fn TO_BOOL() {
    let quick = quick_truth(value);
    if quick < 2 {
        close!(esc, value);
        res = bool_word(quick == 1);
    } else {
        let installed = specialize::arith::to_bool(esc, ip, val!(value));
        if installed {
            redo!();
        }
        let truth = compare::truth(esc, val!(value))?;
        close!(esc, value);
        res = bool_word(truth);
    }
}

#[inst(code = 203)]
#[stack(value -- res)]
fn TO_BOOL_ALWAYS_TRUE() {
    deopt_if!(!specialize::arith::always_true(value, cache!(1)));
    close!(esc, value);
    res = bool_word(true);
}

#[inst(code = 204)]
#[stack(value -- res)]
fn TO_BOOL_BOOL() {
    exit_if!(!is_bool(value));
    res = value;
    imm!(value);
}

#[inst(code = 205)]
#[stack(value -- res)]
fn TO_BOOL_INT() {
    exit_if!(!value.is_int());
    res = bool_word(value.int_unchecked() != 0);
    imm!(value);
}

#[inst(code = 206)]
#[stack(value -- res)]
fn TO_BOOL_LIST() {
    let truth = deopt_unless!(containers::list_truth(value));
    close!(esc, value);
    res = bool_word(truth);
}

#[inst(code = 207)]
#[stack(value -- res)]
fn TO_BOOL_NONE() {
    exit_if!(!is_none(value));
    res = bool_word(false);
    imm!(value);
}

#[inst(code = 208)]
#[stack(value -- res)]
fn TO_BOOL_STR() {
    let truth = deopt_unless!(containers::str_truth(value));
    close!(esc, value);
    res = bool_word(truth);
}

#[family(caches = 3, words = 2)]
const TO_BOOL: Family = [TO_BOOL_ALWAYS_TRUE, TO_BOOL_BOOL, TO_BOOL_INT, TO_BOOL_LIST, TO_BOOL_NONE, TO_BOOL_STR];
