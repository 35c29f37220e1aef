//! Raising, handling, `with`.

/// Raises with `oparg` of: nothing, exception, exception and cause.
#[inst(code = 104, arg)]
#[stack(args[oparg] --)]
fn RAISE_VARARGS() {
    let taken = args.take_all(th.id());
    kill!(args);
    exceptions::raise(esc, taken)?;
    error!();
}

/// Raises what a handler found; with `oparg` the frame's instruction is set back to the saved one.
#[inst(code = 105, arg)]
#[stack(values[oparg], exc -- values[oparg])]
fn RERAISE() {
    let raised = take!(exc);
    exceptions::reraise(esc, raised);
    error!();
}

/// Makes the exception current and pushes the one that was, under it.
#[inst(code = 32)]
#[stack(exc -- prev_exc, new_exc)]
fn PUSH_EXC_INFO() {
    let handled = exceptions::push_handled(th, frame, val!(exc));
    let exception = take!(exc);
    prev_exc = own!(handled);
    new_exc = own!(exception);
}

/// Makes the popped exception current again.
#[inst(code = 29)]
#[stack(exc --)]
fn POP_EXCEPT() {
    let previous = take!(exc);
    exceptions::pop_handled(esc, previous);
}

/// Whether the exception matches a class or tuple of classes.
#[inst(code = 6)]
#[stack(left, right -- left, matched)]
fn CHECK_EXC_MATCH() {
    let found = exceptions::matches(esc, val!(left), val!(right))?;
    close!(esc, right);
    matched = bool_word(found);
}

/// Splits an exception group: what does not match, what does.
#[inst(code = 5)]
#[stack(exc_value, match_type -- rest, matched)]
fn CHECK_EG_MATCH() {
    let (left_over, found) = exceptions::match_group(esc, val!(exc_value), val!(match_type))?;
    close!(esc, match_type);
    close!(esc, exc_value);
    rest = own!(left_over);
    matched = own!(found);
}

/// Calls `__exit__` with the exception being handled.
#[inst(code = 43)]
#[stack(exit_func, exit_self, lasti, _, val -- exit_func, exit_self, lasti, _, val, res)]
fn WITH_EXCEPT_START() {
    let result = exceptions::with_except_start(esc, val!(exit_func), exit_self, val!(val))?;
    res = own!(result);
}

/// Opens the region of a handler that finds an exception.
#[pseudo(code = 264, arg = exc)]
#[stack(--)]
#[target_stack(-- exc)]
const SETUP_FINALLY: Pseudo = [NOP];

/// Opens the region of a handler that also finds the saved instruction offset.
#[pseudo(code = 263, arg = exc)]
#[stack(--)]
#[target_stack(-- lasti, exc)]
const SETUP_CLEANUP: Pseudo = [NOP];

/// Opens the region of a `with` block.
#[pseudo(code = 265, arg = exc)]
#[stack(--)]
#[target_stack(-- exc)]
const SETUP_WITH: Pseudo = [NOP];

/// Closes the innermost open region.
#[pseudo(code = 262)]
#[stack(--)]
const POP_BLOCK: Pseudo = [NOP];
