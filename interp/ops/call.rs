//! Calls and returns.

/// Calls with `oparg` positional arguments.
#[inst(code = 52, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL() {
    if tick!() {
        let installed = calls::attempt(esc, ip, fp, block_start(fp, args) - 2, args.len());
        if installed {
            redo!();
        }
    }
    frame.ip.set(ip);
    let first = block_start(fp, args) - 2;
    match call_block(th, fp, first, args.len(), next_cell(ip, inst_size!())) {
        Some(flow) => {
            kill!(args, self_or_null, callable);
            dispatch!(flow.ip, flow.fp);
        }
        None => {
            kill!(args, self_or_null, callable);
            let flow = call_block_slow(th, ip, fp, first, oparg as usize, inst_size!());
            dispatch!(flow.ip, flow.fp);
        }
    }
}

/// A bound method of a Python function, arguments exact.
#[inst(code = 144, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_BOUND_METHOD_EXACT_ARGS() {
    frame.ip.set(ip);
    let first = block_start(fp, args) - 2;
    let ret = Return::store(next_cell(ip, inst_size!()), first);
    let flow = deopt_unless!(calls::enter_bound(th, fp, first, args.len(), ret, cache!(1)));
    let method = steal!(callable);
    kill!(args, self_or_null);
    close!(esc, method);
    dispatch!(flow.ip, flow.fp);
}

/// A Python function that takes exactly these arguments: its frame starts at the arguments.
#[inst(code = 161, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_PY_EXACT_ARGS() {
    frame.ip.set(ip);
    let first = block_start(fp, args) - 2;
    let next = next_cell(ip, inst_size!());
    let flow = quick!(
        calls::enter_exact_quick(th, fp, first, args.len(), next, cache!(1)),
        calls::enter_exact(th, fp, first, args.len(), next, cache!(1)),
    );
    kill!(args, self_or_null, callable);
    dispatch!(flow.ip, flow.fp);
}

/// A Python function that takes exactly these arguments and does nothing but make a generator or coroutine, whose frame
/// is filled where it lies. (CPython has no such form.)
#[inst(form = 545, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_PY_GENERATOR() {
    let first = block_start(fp, args) - 2;
    let start = deopt_unless!(calls::makes_generator(th, fp, first, args.len(), cache!(1)));
    let made = calls::make_generator(esc, fp, start, first, args.len());
    kill!(args, self_or_null, callable);
    res = own!(made);
}

#[inst(code = 165, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_TYPE_1() {
    deopt_if!(!calls::is_type_1(callable, self_or_null, args.len()));
    let first = block_start(fp, args) - 2;
    let result = calls::type_of(esc, fp, first)?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 163, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_STR_1() {
    deopt_if!(!calls::is_str_1(callable, self_or_null, args.len()));
    let first = block_start(fp, args) - 2;
    let result = calls::str_of(esc, fp, first)?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 164, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_TUPLE_1() {
    deopt_if!(!calls::is_tuple_1(callable, self_or_null, args.len()));
    let first = block_start(fp, args) - 2;
    let result = calls::tuple_of(esc, fp, first)?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 146, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_BUILTIN_CLASS() {
    deopt_if!(!calls::is_native_class(callable));
    let first = block_start(fp, args) - 2;
    let result = calls::instance(esc, fp, first, args.len())?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 149, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_BUILTIN_O() {
    deopt_if!(!calls::is_native_one(callable, self_or_null, args.len()));
    let first = block_start(fp, args) - 2;
    let result = calls::native(esc, fp, first, args.len())?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 147, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_BUILTIN_FAST() {
    deopt_if!(!calls::is_native_array(callable));
    let first = block_start(fp, args) - 2;
    let result = calls::native(esc, fp, first, args.len())?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 148, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_BUILTIN_FAST_WITH_KEYWORDS() {
    deopt_if!(!calls::is_native_full(callable));
    let first = block_start(fp, args) - 2;
    let result = calls::native(esc, fp, first, args.len())?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 154, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_LEN() {
    deopt_if!(!calls::is_len(callable, self_or_null, args.len(), cache!(1)));
    let first = block_start(fp, args) - 2;
    let result = calls::len(esc, fp, first)?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 150, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_ISINSTANCE() {
    deopt_if!(!calls::is_isinstance(callable, self_or_null, args.len(), cache!(1)));
    let first = block_start(fp, args) - 2;
    let result = calls::isinstance(esc, fp, first)?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

/// `list.append` whose result is dropped by the next instruction.
#[inst(code = 155, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_LIST_APPEND() {
    let end = deopt_unless!(calls::append_end(th, callable, self_or_null, args.len(), cache!(1)));
    let item = args.get(0);
    kill!(args);
    calls::append(th, end, item);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = none_word();
}

#[inst(code = 159, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_METHOD_DESCRIPTOR_O() {
    deopt_if!(!calls::is_method_one(fp, block_start(fp, args) - 2, args.len()));
    let first = block_start(fp, args) - 2;
    let result = calls::method(esc, fp, first, args.len())?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 157, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS() {
    deopt_if!(!calls::is_method_full(fp, block_start(fp, args) - 2, args.len()));
    let first = block_start(fp, args) - 2;
    let result = calls::method(esc, fp, first, args.len())?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 158, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_METHOD_DESCRIPTOR_NOARGS() {
    deopt_if!(!calls::is_method_none(fp, block_start(fp, args) - 2, args.len()));
    let first = block_start(fp, args) - 2;
    let result = calls::method(esc, fp, first, args.len())?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 156, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_METHOD_DESCRIPTOR_FAST() {
    deopt_if!(!calls::is_method_array(fp, block_start(fp, args) - 2, args.len()));
    let first = block_start(fp, args) - 2;
    let result = calls::method(esc, fp, first, args.len())?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

/// A class with a Python `__init__`: allocates, then enters it.
#[inst(code = 143, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_ALLOC_AND_ENTER_INIT() {
    let init = deopt_unless!(calls::initializer(th, callable, self_or_null, cache!(1)));
    let first = block_start(fp, args) - 2;
    let ret = Return::store(next_cell(ip, inst_size!()), first);
    let flow = calls::enter_init(esc, fp, init, args.len(), ret)?;
    kill!(args, self_or_null, callable);
    dispatch!(flow.ip, flow.fp);
}

/// A Python function with defaults, keyword-only or variadic parameters.
#[inst(code = 162, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_PY_GENERAL() {
    deopt_if!(!calls::is_function(callable, cache!(1)));
    let first = block_start(fp, args) - 2;
    let ret = Return::store(next_cell(ip, inst_size!()), first);
    let flow = calls::enter_general(esc, fp, first, args.len(), ret)?;
    kill!(args, self_or_null, callable);
    dispatch!(flow.ip, flow.fp);
}

/// A bound method of a Python function whose arguments are to be arranged.
#[inst(code = 145, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_BOUND_METHOD_GENERAL() {
    deopt_if!(!calls::is_bound(callable, self_or_null, cache!(1)));
    let first = block_start(fp, args) - 2;
    let ret = Return::store(next_cell(ip, inst_size!()), first);
    let flow = calls::enter_bound_general(esc, fp, first, args.len(), ret)?;
    kill!(args, self_or_null, callable);
    dispatch!(flow.ip, flow.fp);
}

#[inst(code = 160, arg)]
#[stack(callable, self_or_null, args[oparg] -- res)]
fn CALL_NON_PY_GENERAL() {
    deopt_if!(!calls::is_no_function(callable));
    let first = block_start(fp, args) - 2;
    let result = calls::any(esc, fp, first, args.len())?;
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[family(caches = 3, words = 2)]
const CALL: Family = [
    CALL_BOUND_METHOD_EXACT_ARGS,
    CALL_PY_EXACT_ARGS,
    CALL_PY_GENERATOR,
    CALL_TYPE_1,
    CALL_STR_1,
    CALL_TUPLE_1,
    CALL_BUILTIN_CLASS,
    CALL_BUILTIN_O,
    CALL_BUILTIN_FAST,
    CALL_BUILTIN_FAST_WITH_KEYWORDS,
    CALL_LEN,
    CALL_ISINSTANCE,
    CALL_LIST_APPEND,
    CALL_METHOD_DESCRIPTOR_O,
    CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS,
    CALL_METHOD_DESCRIPTOR_NOARGS,
    CALL_METHOD_DESCRIPTOR_FAST,
    CALL_ALLOC_AND_ENTER_INIT,
    CALL_PY_GENERAL,
    CALL_BOUND_METHOD_GENERAL,
    CALL_NON_PY_GENERAL,
];

/// As `CALL`; the names of the last arguments are a tuple on top.
#[inst(code = 55, arg)]
#[stack(callable, self_or_null, args[oparg], kwnames -- res)]
fn CALL_KW() {
    if tick!() {
        let installed = calls::attempt_keywords(esc, ip, callable, self_or_null);
        if installed {
            redo!();
        }
    }
    let first = block_start(fp, args) - 2;
    let result = call::keywords(esc, fp, first, oparg as usize, val!(kwnames))?;
    close!(esc, kwnames);
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[inst(code = 153, arg)]
#[stack(callable, self_or_null, args[oparg], kwnames -- res)]
fn CALL_KW_PY() {
    deopt_if!(!calls::is_keyword_function(callable, cache!(1)));
    let first = block_start(fp, args) - 2;
    let ret = Return::store(next_cell(ip, inst_size!()), first);
    let flow = calls::enter_keywords(esc, fp, first, oparg as usize, val!(kwnames), ret)?;
    kill!(kwnames, args, self_or_null, callable);
    dispatch!(flow.ip, flow.fp);
}

#[inst(code = 151, arg)]
#[stack(callable, self_or_null, args[oparg], kwnames -- res)]
fn CALL_KW_BOUND_METHOD() {
    deopt_if!(!calls::is_keyword_bound(callable, self_or_null, cache!(1)));
    let first = block_start(fp, args) - 2;
    let ret = Return::store(next_cell(ip, inst_size!()), first);
    let flow = calls::enter_bound_keywords(esc, fp, first, oparg as usize, val!(kwnames), ret)?;
    kill!(kwnames, args, self_or_null, callable);
    dispatch!(flow.ip, flow.fp);
}

#[inst(code = 152, arg)]
#[stack(callable, self_or_null, args[oparg], kwnames -- res)]
fn CALL_KW_NON_PY() {
    deopt_if!(!calls::is_no_function(callable));
    let first = block_start(fp, args) - 2;
    let result = call::keywords(esc, fp, first, oparg as usize, val!(kwnames))?;
    close!(esc, kwnames);
    close!(esc, args);
    close!(esc, self_or_null);
    close!(esc, callable);
    res = own!(result);
}

#[family(caches = 3, words = 2)]
const CALL_KW: Family = [CALL_KW_BOUND_METHOD, CALL_KW_PY, CALL_KW_NON_PY];

/// `func(*callargs, **kwargs)`.
#[inst(code = 4)]
#[stack(func, null, callargs, kwargs_or_null -- res)]
fn CALL_FUNCTION_EX() {
    let result = call::function_ex(esc, val!(func), val!(callargs), kwargs_or_null)?;
    close!(esc, kwargs_or_null);
    close!(esc, callargs);
    kill!(null);
    close!(esc, func);
    res = own!(result);
}

/// Applies a one-argument helper (`interp_opcode::Intrinsic1`).
#[inst(code = 53, arg)]
#[stack(value -- res)]
fn CALL_INTRINSIC_1() {
    let result = intrinsics::one(esc, frame, oparg, val!(value))?;
    close!(esc, value);
    res = own!(result);
}

/// Applies a two-argument helper (`interp_opcode::Intrinsic2`).
#[inst(code = 54, arg)]
#[stack(value2, value1 -- res)]
fn CALL_INTRINSIC_2() {
    let result = intrinsics::two(esc, oparg, val!(value2), val!(value1))?;
    close!(esc, value1);
    close!(esc, value2);
    res = own!(result);
}

/// Returns to the caller; what is declared as output is what the caller finds.
#[inst(code = 35)]
#[stack(retval -- res)]
#[operands(retval: L | T | I | K)]
fn RETURN_VALUE() {
    frame.ip.set(ip);
    let result = steal!(retval);
    let flow = leave_frame(th, fp, result);
    dispatch!(flow.ip, flow.fp);
}

/// The rest of a return that takes calls: the result waits in the thread.
#[inst(form = 525)]
#[stack(--)]
fn LEAVE_FRAME() {
    let flow = leave_waiting(th, fp);
    dispatch!(flow.ip, flow.fp);
}

/// Leaves the loop with the result that waits in the thread: where returns to native callers go on.
#[inst(form = 523)]
#[stack(--)]
fn LEAVE_LOOP() {
    leave!(th.loop_result.get());
}

#[inst(code = 20)]
#[stack(retval --)]
fn INTERPRETER_EXIT() {
    let result = steal!(retval);
    leave!(result.bits());
}

/// After `__init__`: raises TypeError unless it returned None.
#[inst(code = 11)]
#[stack(should_be_none --)]
fn EXIT_INIT_CHECK() {
    close!(esc, should_be_none);
}

/// Entry of a function, and of a generator after each resumption: safepoint.
#[inst(code = 128, arg)]
#[stack(--)]
#[restart]
fn RESUME() {
    if safepoint::is_asked(th) {
        safepoint::serve(esc)?;
    }
}

#[inst(code = 196, arg)]
#[stack(--)]
fn RESUME_CHECK();

#[family(caches = 0, words = 0)]
const RESUME: Family = [RESUME_CHECK];

/// Runs a compiled trace instead of what stood here.
#[inst(code = 255, arg, no_cell)]
#[stack(--)]
fn ENTER_EXECUTOR();
