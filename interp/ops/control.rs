//! Jumps.

/// Jumps back after a safepoint.
#[inst(code = 75, arg = jump)]
#[stack(--)]
#[restart]
fn JUMP_BACKWARD() {
    if safepoint::is_asked(th) {
        safepoint::serve(esc)?;
    }
    jump!();
}

#[inst(code = 175, arg = jump)]
#[stack(--)]
fn JUMP_BACKWARD_JIT();

#[inst(code = 176, arg = jump)]
#[stack(--)]
fn JUMP_BACKWARD_NO_JIT();

#[family(caches = 1, words = 1)]
const JUMP_BACKWARD: Family = [JUMP_BACKWARD_NO_JIT, JUMP_BACKWARD_JIT];

/// Jumps back without a safepoint (inside `yield from` and `await`).
#[inst(code = 76, arg = jump)]
#[stack(--)]
fn JUMP_BACKWARD_NO_INTERRUPT() {
    jump!()
}

/// Jumps forward.
#[inst(code = 77, arg = jump)]
#[stack(--)]
fn JUMP_FORWARD() {
    jump!()
}

/// Pops a bool and jumps if it is True.
#[inst(code = 103, arg = jump, caches = 1)]
#[stack(cond --)]
#[operands(cond: L | T)]
fn POP_JUMP_IF_TRUE() {
    let taken = is_true(cond);
    imm!(cond);
    if taken {
        jump!()
    }
}

/// Pops a bool and jumps if it is False.
#[inst(code = 100, arg = jump, caches = 1)]
#[stack(cond --)]
#[operands(cond: L | T)]
fn POP_JUMP_IF_FALSE() {
    let taken = !is_true(cond);
    imm!(cond);
    if taken {
        jump!()
    }
}

/// Pops and jumps if it is None.
#[inst(code = 101, arg = jump, caches = 1)]
#[stack(value --)]
#[operands(value: L | T)]
fn POP_JUMP_IF_NONE() {
    let taken = is_none(value);
    close!(esc, value);
    if taken {
        jump!()
    }
}

/// Pops and jumps if it is not None.
#[inst(code = 102, arg = jump, caches = 1)]
#[stack(value --)]
#[operands(value: L | T)]
fn POP_JUMP_IF_NOT_NONE() {
    let taken = !is_none(value);
    close!(esc, value);
    if taken {
        jump!()
    }
}

/// Marks the way on from a conditional jump, for monitoring.
#[inst(code = 28, no_cell)]
#[stack(--)]
fn NOT_TAKEN();

/// A jump whose direction assembly decides.
#[pseudo(code = 257, arg = jump)]
#[stack(--)]
const JUMP: Pseudo = [JUMP_FORWARD, JUMP_BACKWARD];

/// As `JUMP`, never interrupted.
#[pseudo(code = 260, arg = jump)]
#[stack(--)]
const JUMP_NO_INTERRUPT: Pseudo = [JUMP_FORWARD, JUMP_BACKWARD_NO_INTERRUPT];

/// Jumps if the top, which stays, is false.
#[pseudo(code = 258, arg = jump)]
#[stack(cond -- cond)]
const JUMP_IF_FALSE: Pseudo = seq![COPY, TO_BOOL, POP_JUMP_IF_FALSE];

/// Jumps if the top, which stays, is true.
#[pseudo(code = 259, arg = jump)]
#[stack(cond -- cond)]
const JUMP_IF_TRUE: Pseudo = seq![COPY, TO_BOOL, POP_JUMP_IF_TRUE];

#[op(left, right --)]
fn _COMPARE_JUMP_IF_TRUE_INT() {
    let taken = compare_ints(left, right, oparg);
    imm!(left, right);
    if taken {
        jump!()
    }
}

#[op(left, right --)]
fn _COMPARE_JUMP_IF_TRUE_FLOAT() {
    let taken = compare_floats(left, right, oparg);
    imm!(left, right);
    if taken {
        jump!()
    }
}

#[op(left, right --)]
fn _COMPARE_JUMP_IF_FALSE_INT() {
    let taken = !compare_ints(left, right, oparg);
    imm!(left, right);
    if taken {
        jump!()
    }
}

#[op(left, right --)]
fn _COMPARE_JUMP_IF_FALSE_FLOAT() {
    let taken = !compare_floats(left, right, oparg);
    imm!(left, right);
    if taken {
        jump!()
    }
}

/// `COMPARE_OP` to a bool and `POP_JUMP_IF_TRUE` in one: the truth is not materialized.
#[inst(form = 513, arg, jump)]
#[stack(left, right --)]
#[operands(left: L | T, right: L | T | I | K)]
#[restart]
fn COMPARE_JUMP_IF_TRUE() {
    if Word::both_ints(left, right) {
        let taken = compare_ints(left, right, oparg);
        imm!(left, right);
        if taken {
            jump!();
        }
    } else {
        let installed =
            specialize::arith::compare(esc, ip, oparg, val!(left), val!(right));
        if installed {
            redo!();
        }
        let truth = compare::compare_truth(esc, oparg, val!(left), val!(right))?;
        close!(esc, right);
        close!(esc, left);
        if truth {
            jump!();
        }
    }
}

#[inst(form = 514, arg, jump)]
#[stack(left, right --)]
const COMPARE_JUMP_IF_TRUE_INT: Macro = _GUARD_BOTH_INT + _COMPARE_JUMP_IF_TRUE_INT;

#[inst(form = 515, arg, jump)]
#[stack(left, right --)]
const COMPARE_JUMP_IF_TRUE_FLOAT: Macro = _GUARD_BOTH_FLOAT + _COMPARE_JUMP_IF_TRUE_FLOAT;

#[inst(form = 516, arg, jump)]
#[stack(left, right --)]
fn COMPARE_JUMP_IF_TRUE_STR() {
    let truth = deopt_unless!(specialize::arith::compare_texts(val!(left), val!(right), oparg));
    close!(esc, right);
    close!(esc, left);
    if truth {
        jump!()
    }
}

#[family(caches = 1, words = 1)]
const COMPARE_JUMP_IF_TRUE: Family = [COMPARE_JUMP_IF_TRUE_INT, COMPARE_JUMP_IF_TRUE_FLOAT, COMPARE_JUMP_IF_TRUE_STR];

/// `COMPARE_OP` to a bool and `POP_JUMP_IF_FALSE` in one: the truth is not materialized.
#[inst(form = 517, arg, jump)]
#[stack(left, right --)]
#[operands(left: L | T, right: L | T | I | K)]
#[restart]
fn COMPARE_JUMP_IF_FALSE() {
    if Word::both_ints(left, right) {
        let taken = !compare_ints(left, right, oparg);
        imm!(left, right);
        if taken {
            jump!();
        }
    } else {
        let installed =
            specialize::arith::compare(esc, ip, oparg, val!(left), val!(right));
        if installed {
            redo!();
        }
        let truth = compare::compare_truth(esc, oparg, val!(left), val!(right))?;
        close!(esc, right);
        close!(esc, left);
        if !truth {
            jump!();
        }
    }
}

#[inst(form = 518, arg, jump)]
#[stack(left, right --)]
const COMPARE_JUMP_IF_FALSE_INT: Macro = _GUARD_BOTH_INT + _COMPARE_JUMP_IF_FALSE_INT;

#[inst(form = 519, arg, jump)]
#[stack(left, right --)]
const COMPARE_JUMP_IF_FALSE_FLOAT: Macro = _GUARD_BOTH_FLOAT + _COMPARE_JUMP_IF_FALSE_FLOAT;

#[inst(form = 520, arg, jump)]
#[stack(left, right --)]
fn COMPARE_JUMP_IF_FALSE_STR() {
    let truth = deopt_unless!(specialize::arith::compare_texts(val!(left), val!(right), oparg));
    close!(esc, right);
    close!(esc, left);
    if !truth {
        jump!()
    }
}

#[family(caches = 1, words = 1)]
const COMPARE_JUMP_IF_FALSE: Family =
    [COMPARE_JUMP_IF_FALSE_INT, COMPARE_JUMP_IF_FALSE_FLOAT, COMPARE_JUMP_IF_FALSE_STR];

/// `TO_BOOL` and `POP_JUMP_IF_TRUE` in one.
#[inst(form = 521, jump)]
#[stack(value --)]
#[operands(value: L | T)]
#[restart]
fn TEST_JUMP_IF_TRUE() {
    if is_singleton_true(value) {
        imm!(value);
        jump!();
    } else if is_singleton_false(value) {
        imm!(value);
    } else {
        let quick = quick_test(value);
        if quick < 2 {
            close!(esc, value);
            if (quick == 1) {
                jump!();
            }
        } else {
            let truth = compare::truth(esc, val!(value))?;
            close!(esc, value);
            if truth {
                jump!();
            }
        }
    }
}

/// `TO_BOOL` and `POP_JUMP_IF_FALSE` in one.
#[inst(form = 522, jump)]
#[stack(value --)]
#[operands(value: L | T)]
#[restart]
fn TEST_JUMP_IF_FALSE() {
    if is_singleton_true(value) {
        imm!(value);
    } else if is_singleton_false(value) {
        imm!(value);
        jump!();
    } else {
        let quick = quick_test(value);
        if quick < 2 {
            close!(esc, value);
            if !(quick == 1) {
                jump!();
            }
        } else {
            let truth = compare::truth(esc, val!(value))?;
            close!(esc, value);
            if !truth {
                jump!();
            }
        }
    }
}
