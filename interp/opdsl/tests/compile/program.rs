//! Definitions that use most of the language; compiled against `ops.rs`.

#[op(left, right -- left, right)]
#[specializing]
fn _SPECIALIZE() {
    if tick!() {
        object::specialize(esc, ip, val!(left), val!(right));
        redo!()
    }
}

#[op(left, right -- res)]
fn _GENERIC() {
    let found = object::binary(esc, oparg, val!(left), val!(right))?;
    close!(esc, right);
    close!(esc, left);
    res = own!(found);
}

#[inst(code = 44, arg)]
#[stack(left, right -- res)]
#[operands(left: L | T | K, right: L | T | I | K, dest: T | L)]
const BINARY_OP: Macro = _SPECIALIZE + _GENERIC;

#[op(left, right -- left, right)]
fn _GUARD_BOTH_INT() {
    exit_if!(!Word::both_ints(left, right))
}

#[op(left, right -- res)]
fn _ADD_INT() {
    let Some(sum) = left.int_add(right) else { deopt!() };
    imm!(left, right);
    res = sum;
}

#[inst(code = 130, arg)]
#[stack(left, right -- res)]
const BINARY_OP_ADD_INT: Macro = _GUARD_BOTH_INT + _ADD_INT;

#[inst(code = 135, arg)]
#[stack(left, right -- res)]
#[restart]
fn BINARY_OP_SUBSCR() {
    deopt_if!(cache!(1) == 0);
    res = if right.is_int() {
        dup!(right)
    } else {
        let found = object::binary(esc, oparg, val!(left), val!(right))?;
        own!(found)
    };
    close!(esc, right);
    close!(esc, left);
}

#[family(caches = 5, words = 2)]
const BINARY_OP: Family = [BINARY_OP_ADD_INT, BINARY_OP_SUBSCR];

#[inst(code = 51, arg)]
#[stack(values[oparg] -- tup)]
fn BUILD_TUPLE() {
    let made = object::tuple(esc, values.values())?;
    close!(esc, values);
    tup = own!(made);
}

#[inst(code = 70, arg = jump, words = 1)]
#[stack(iter -- iter, next)]
#[operands(dest: T | L)]
#[restart]
fn FOR_ITER() {
    let found = if iter.is_int() { None } else { object::next(esc, val!(iter))? };
    let Some(item) = found else { jump!() };
    next = own!(item);
}

#[inst(code = 112, arg = local)]
#[stack(value --)]
fn STORE_FAST() {
    let old = set_local!(oparg, steal!(value));
    close!(esc, old);
}

#[inst(code = 117, arg)]
#[stack(bottom, middle[oparg - 2], top -- bottom, middle[oparg - 2], top)]
fn SWAP() {
    let (low, high) = (steal!(bottom), steal!(top));
    bottom = high;
    top = low;
}

#[inst(code = 119, arg)]
#[stack(seq -- items[oparg])]
fn UNPACK_SEQUENCE() {
    object::unpack(esc, take!(seq), items)?;
    filled!(items);
}

#[inst(form = 512)]
#[stack(value -- res)]
#[operands(value: L | T | I | K, dest: T | L)]
fn MOVE() {
    res = steal!(value);
}

#[inst(code = 103, arg = jump)]
#[stack(value --)]
#[operands(value: L | T)]
fn TEST_JUMP() {
    let truth = value.is_int();
    close!(esc, value);
    if truth {
        jump!()
    }
}

#[inst(code = 104)]
#[stack(value -- res)]
fn ARMS() {
    if value.is_int() {
        res = value;
        imm!(value);
    } else {
        res = Word::NULL;
        close!(esc, value);
    }
}
