//! Generators, coroutines and asynchronous iteration.

/// Makes the running frame a generator's and returns the generator; resumed, it pushes the value sent.
#[inst(code = 34)]
#[stack(-- res)]
fn RETURN_GENERATOR() {
    let flow = generator::make(esc, ip, fp);
    dispatch!(flow.ip, flow.fp);
}

/// Suspends with a value; resumed, it pushes the value sent.
#[inst(code = 120, arg)]
#[stack(retval -- value)]
fn YIELD_VALUE() {
    let yielded = steal!(retval);
    sync!();
    let flow = generator::yield_value(th, fp, next_cell(ip, inst_size!()), yielded);
    dispatch!(flow.ip, flow.fp);
}

/// Sends `v` to `receiver`: pushes what it yields, or jumps with what it returns.
#[inst(code = 106, arg = jump)]
#[stack(receiver, v -- receiver, retval)]
fn SEND() {
    if tick!() {
        let installed = specialize::containers::send_op(esc, ip, val!(receiver));
        if installed {
            redo!();
        }
    }
    let claimed = generators::claim_receiver(esc, val!(receiver), val!(v));
    if claimed {
        let sent = steal!(v);
        sync!();
        let entered = containers::claimed_frame(receiver);
        let flow = containers::enter_send(th, fp, entered, sent, ip, next_cell(ip, inst_size!()));
        dispatch!(flow.ip, flow.fp);
    }
    let sent = take!(v);
    let outcome = generators::send(esc, val!(receiver), sent)?;
    let (value, done) = outcome;
    retval = own!(value);
    if done {
        jump!();
    }
}

#[inst(code = 197, arg = jump)]
#[stack(receiver, v -- receiver, retval)]
fn SEND_GEN() {
    let claimed = deopt_unless!(containers::claim_receiver(th, receiver, v));
    let sent = steal!(v);
    sync!();
    let flow = containers::enter_send(th, fp, claimed, sent, ip, next_cell(ip, inst_size!()));
    dispatch!(flow.ip, flow.fp);
}

#[family(caches = 1, words = 1)]
const SEND: Family = [SEND_GEN];

/// Drops the receiver under the value that `SEND` left.
#[inst(code = 10)]
#[stack(receiver, value -- val)]
fn END_SEND() {
    val = steal!(value);
    close!(esc, receiver);
}

/// After a throw into `yield from`: StopIteration becomes its value, all else is raised again.
#[inst(code = 7)]
#[stack(sub_iter, last_sent_val, exc_value -- none, value)]
fn CLEANUP_THROW() {
    let raised = take!(exc_value);
    let result = generators::cleanup_throw(esc, raised)?;
    close!(esc, last_sent_val);
    close!(esc, sub_iter);
    none = none_word();
    value = own!(result);
}

/// `aiter(obj)`.
#[inst(code = 14)]
#[stack(obj -- iter)]
fn GET_AITER() {
    let made = generators::get_aiter(esc, val!(obj))?;
    close!(esc, obj);
    iter = own!(made);
}

/// Pushes the awaitable of `anext(aiter)`.
#[inst(code = 15)]
#[stack(aiter -- aiter, awaitable)]
fn GET_ANEXT() {
    let made = generators::get_anext(esc, val!(aiter))?;
    awaitable = own!(made);
}

/// The iterator behind an awaitable; `oparg` tells `__aenter__` and `__aexit__` for the message.
#[inst(code = 71, arg)]
#[stack(iterable -- iter)]
#[restart]
fn GET_AWAITABLE() {
    if generators::is_fresh_coroutine(iterable) {
        iter = steal!(iterable);
    } else {
        let made = generators::get_awaitable(esc, val!(iterable), oparg)?;
        close!(esc, iterable);
        iter = own!(made);
    }
}

/// Ends `async for`: StopAsyncIteration is swallowed, all else is raised again.
#[inst(code = 68, arg = jump)]
#[stack(awaitable, exc --)]
fn END_ASYNC_FOR() {
    let raised = take!(exc);
    generators::end_async_for(esc, raised)?;
    close!(esc, awaitable);
}
