//! Loads and stores of locals, constants and cells, and the moves that shuffle the stack.
//! Lowered code uses `MOVE` for most of them; see the own forms at the end.

/// Does nothing.
#[inst(code = 27, no_cell)]
#[stack(--)]
fn NOP();

/// Marks an inline cache unit; never executed.
#[inst(code = 0, no_cell)]
#[stack(--)]
fn CACHE();

/// Never emitted; keeps the number that monitoring uses as a marker.
#[inst(code = 17, no_cell)]
#[stack(--)]
fn RESERVED();

/// Prefixes eight more bits to the next operand; lowering folds it away.
#[inst(code = 69, arg, no_cell)]
#[stack(--)]
fn EXTENDED_ARG();

/// Pushes a local that is known to be bound.
#[inst(code = 84, arg = local, no_cell)]
#[stack(-- value)]
fn LOAD_FAST();

/// Pushes a local that outlives the reference.
#[inst(code = 86, arg = local, no_cell)]
#[stack(-- value)]
fn LOAD_FAST_BORROW();

/// Pushes two locals: `oparg >> 4`, then `oparg & 15`.
#[inst(code = 89, arg = local, no_cell)]
#[stack(-- value1, value2)]
fn LOAD_FAST_LOAD_FAST();

/// As `LOAD_FAST_LOAD_FAST`, both outliving their references.
#[inst(code = 87, arg = local, no_cell)]
#[stack(-- value1, value2)]
fn LOAD_FAST_BORROW_LOAD_FAST_BORROW();

/// Pushes a local, or raises UnboundLocalError.
#[inst(code = 88, arg = local)]
#[stack(-- value)]
#[restart]
fn LOAD_FAST_CHECK() {
    if let Some(quick) = bound_local(th, local!(oparg)) {
        value = quick;
    } else {
        let found = names::load_local(esc, fp, oparg)?;
        value = own!(found);
    }
}

/// Pushes a local, NULL included, and clears it (comprehension entry).
#[inst(code = 85, arg = local)]
#[stack(-- value)]
fn LOAD_FAST_AND_CLEAR() {
    value = set_local!(oparg, Word::NULL);
}

/// Pops into a local.
#[inst(code = 112, arg = local, no_cell)]
#[stack(value --)]
fn STORE_FAST();

/// Stores to `oparg >> 4`, then pushes `oparg & 15`.
#[inst(code = 113, arg = local, no_cell)]
#[stack(value1 -- value2)]
fn STORE_FAST_LOAD_FAST();

/// Stores the top to `oparg >> 4` and the one below to `oparg & 15`.
#[inst(code = 114, arg = local, no_cell)]
#[stack(value2, value1 --)]
fn STORE_FAST_STORE_FAST();

/// Unbinds a local, or raises UnboundLocalError.
#[inst(code = 63, arg = local)]
#[stack(--)]
#[restart]
fn DELETE_FAST() {
    if local!(oparg).is_null() {
        names::raise_unbound(esc, frame, oparg)?;
    }
    names::delete_local(esc, fp, oparg);
}

/// As `STORE_FAST` for a value that may be NULL (comprehension exit).
#[pseudo(code = 266, arg = local)]
#[stack(value --)]
const STORE_FAST_MAYBE_NULL: Pseudo = [STORE_FAST];

/// Pushes the cell in a local slot.
#[pseudo(code = 261, arg = local)]
#[stack(-- value)]
const LOAD_CLOSURE: Pseudo = [LOAD_FAST];

/// Pushes a constant of the code object.
#[inst(code = 82, arg = constant)]
#[stack(-- value)]
fn LOAD_CONST();

/// `LOAD_CONST` of a counted constant; not used here, constants are operands.
#[inst(code = 191, arg = constant, no_cell)]
#[stack(-- value)]
fn LOAD_CONST_MORTAL();

/// `LOAD_CONST` of an immortal constant; not used here, constants are operands.
#[inst(code = 190, arg = constant, no_cell)]
#[stack(-- value)]
fn LOAD_CONST_IMMORTAL();

#[family(caches = 0, words = 0)]
const LOAD_CONST: Family = [LOAD_CONST_MORTAL, LOAD_CONST_IMMORTAL];

/// Pushes the int `oparg`.
#[inst(code = 94, arg, no_cell)]
#[stack(-- value)]
fn LOAD_SMALL_INT();

/// Pushes one of the runtime's own constants (AssertionError, tuple, all, …).
#[inst(code = 81, arg)]
#[stack(-- value)]
fn LOAD_COMMON_CONSTANT() {
    let found = names::common_constant(esc, oparg)?;
    value = own!(found);
}

/// Drops the top.
#[inst(code = 31)]
#[stack(value --)]
fn POP_TOP() {
    close!(esc, value);
}

/// Pushes NULL, the missing `self` of a call.
#[inst(code = 33)]
#[stack(-- null)]
fn PUSH_NULL() {
    null = Word::NULL;
}

/// Pushes another reference to the `oparg`-th from the top.
#[inst(code = 59, arg)]
#[stack(bottom, _[oparg - 1] -- bottom, _[oparg - 1], top)]
fn COPY() {
    top = dup!(bottom);
}

/// Exchanges the top with the `oparg`-th from the top.
#[inst(code = 117, arg)]
#[stack(bottom, middle[oparg - 2], top -- bottom, middle[oparg - 2], top)]
fn SWAP() {
    let (low, high) = (steal!(bottom), steal!(top));
    bottom = high;
    top = low;
}

/// Wraps a local (an argument or NULL) in a new cell.
#[inst(code = 97, arg = free)]
#[stack(--)]
fn MAKE_CELL() { names::make_cell(esc, fp, oparg); }

/// Copies the closure's cells into the frame.
#[inst(code = 60, arg)]
#[stack(--)]
#[restart]
fn COPY_FREE_VARS() {
    if !names::copy_free_vars_quick(th, fp, oparg) {
        names::copy_free_vars(esc, fp, oparg);
    }
}

/// Pushes what a cell holds, or raises NameError / UnboundLocalError. (CPython counts its operand among the locals.)
#[inst(code = 83, arg = local)]
#[stack(-- value)]
#[restart]
fn LOAD_DEREF() {
    if let Some(quick) = names::cell_content(th, fp, oparg) {
        value = quick;
    } else {
        let found = names::load_deref(esc, fp, oparg)?;
        value = own!(found);
    }
}

/// Stores into a cell.
#[inst(code = 111, arg = free)]
#[stack(value --)]
fn STORE_DEREF() {
    let new = take!(value);
    names::store_deref(esc, fp, oparg, new);
}

/// Empties a cell, or raises NameError / UnboundLocalError.
#[inst(code = 62, arg = free)]
#[stack(--)]
fn DELETE_DEREF() { names::delete_deref(esc, fp, oparg)?; }

/// Looks in a class body's namespace, then in a cell.
#[inst(code = 90, arg = free)]
#[stack(class_dict -- value)]
fn LOAD_FROM_DICT_OR_DEREF() {
    let found = names::load_from_dict_or_deref(esc, fp, val!(class_dict), oparg)?;
    close!(esc, class_dict);
    value = own!(found);
}

/// Copies one operand to a slot: what `LOAD_FAST`, `LOAD_CONST`, `LOAD_SMALL_INT`, `COPY` and `STORE_FAST` become.
/// An L operand is duplicated, a T moved, a constant used uncounted.
#[inst(form = 512)]
#[stack(value -- res)]
#[operands(value: L | T | I | K, dest: T | L)]
fn MOVE() {
    res = steal!(value);
}
