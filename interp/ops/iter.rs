//! Iteration and unpacking.

/// `iter(iterable)`.
#[inst(code = 16)]
#[stack(iterable -- iter)]
#[operands(iterable: L | T, dest: T)]
#[restart]
fn GET_ITER() {
    if iter::is_iterator(iterable) {
        iter = steal!(iterable);
    } else {
        let callee = iter::push_python_iter(esc, val!(iterable));
        if !callee.is_null() {
            let receiver = steal!(iterable);
            sync!();
            let flow = iter::enter_python_iter(th, callee, receiver, iter::field_b(ip), next_cell(ip, inst_size!()));
            dispatch!(flow.ip, flow.fp);
        }
        let made = iter::get_iter(esc, val!(iterable))?;
        close!(esc, iterable);
        iter = own!(made);
    }
}

/// The iterable itself if it is a generator or coroutine, else `iter(iterable)`.
#[inst(code = 19)]
#[stack(iterable -- iter)]
#[restart]
fn GET_YIELD_FROM_ITER() {
    if generators::is_generator(iterable) {
        iter = steal!(iterable);
    } else {
        let callee = iter::push_python_iter(esc, val!(iterable));
        if !callee.is_null() {
            let receiver = steal!(iterable);
            sync!();
            let flow = iter::enter_python_iter(th, callee, receiver, iter::field_a(ip), next_cell(ip, inst_size!()));
            dispatch!(flow.ip, flow.fp);
        }
        let made = iter::get_yield_from_iter(esc, frame, val!(iterable))?;
        close!(esc, iterable);
        iter = own!(made);
    }
}

/// Pushes the next item, or jumps to the `POP_ITER` of the loop.
#[inst(code = 70, arg = jump)]
#[stack(iter -- iter, next)]
#[operands(dest: T | L)]
fn FOR_ITER() {
    if tick!() {
        let installed = specialize::containers::for_iter_op(esc, ip, val!(iter));
        if installed {
            redo!();
        }
    }
    let claimed = generators::claim_iterator(esc, val!(iter));
    if claimed {
        sync!();
        let entered = containers::claimed_frame(iter);
        let flow = containers::enter_for_iter(th, fp, entered, ip, next_cell(ip, inst_size!()));
        dispatch!(flow.ip, flow.fp);
    }
    let item = iter::next(esc, val!(iter))?;
    let Some(item) = item else { jump!() };
    next = own!(item);
}

#[inst(code = 172, arg = jump)]
#[stack(iter -- iter, next)]
fn FOR_ITER_LIST() {
    let step = quick!(containers::list_next::<QUICK>(th, iter), containers::list_next::<FULL>(th, iter));
    let Some(item) = step else { jump!() };
    next = item;
}

#[inst(code = 174, arg = jump)]
#[stack(iter -- iter, next)]
fn FOR_ITER_TUPLE() {
    let step = quick!(containers::tuple_next::<QUICK>(th, iter), containers::tuple_next::<FULL>(th, iter));
    let Some(item) = step else { jump!() };
    next = item;
}

#[inst(code = 173, arg = jump)]
#[stack(iter -- iter, next)]
fn FOR_ITER_RANGE() {
    let step = deopt_unless!(containers::range_next(iter));
    let Some(item) = step else { jump!() };
    next = item;
}

/// Resumes a generator as a frame of this loop: the item comes with its yield.
#[inst(code = 171, arg = jump)]
#[stack(iter -- iter, next)]
fn FOR_ITER_GEN() {
    let claimed = deopt_unless!(containers::claim_generator(th, iter));
    frame.ip.set(ip);
    let flow = containers::enter_for_iter(th, fp, claimed, ip, next_cell(ip, inst_size!()));
    dispatch!(flow.ip, flow.fp);
}

#[family(caches = 1, words = 1)]
const FOR_ITER: Family = [FOR_ITER_LIST, FOR_ITER_TUPLE, FOR_ITER_RANGE, FOR_ITER_GEN];

/// Where an exhausted `FOR_ITER` would leave its missing item; never executed.
#[inst(code = 9, no_cell)]
#[stack(value --)]
fn END_FOR();

/// Drops the iterator.
#[inst(code = 30)]
#[stack(iter --)]
fn POP_ITER() {
    close!(esc, iter);
}

/// Pushes `len` of the top.
#[inst(code = 18)]
#[stack(obj -- obj, len)]
fn GET_LEN() {
    let length = iter::len(esc, val!(obj))?;
    len = own!(length);
}

/// Spreads an iterable of exactly `oparg` items, the first on top.
#[inst(code = 119, arg)]
#[stack(seq -- items[oparg])]
#[operands(seq: L | T, dest: T)]
fn UNPACK_SEQUENCE() {
    if tick!() {
        let installed = specialize::unpack::unpack_sequence(esc, ip, val!(seq), oparg);
        if installed {
            redo!();
        }
    }
    let sequence = take!(seq);
    iter::unpack(esc, sequence, items)?;
    filled!(items);
}

#[inst(code = 211, arg)]
#[stack(seq -- second, first)]
fn UNPACK_SEQUENCE_TWO_TUPLE() {
    let (one, two) = quick!(unpack::two::<QUICK>(th, seq), unpack::two::<FULL>(th, seq));
    close!(esc, seq);
    first = one;
    second = two;
}

#[inst(code = 210, arg)]
#[stack(seq -- items[oparg])]
fn UNPACK_SEQUENCE_TUPLE() {
    quick!(unpack::spread::<QUICK>(th, ip, fp, seq, oparg), unpack::spread::<FULL>(th, ip, fp, seq, oparg));
    let tuple = loose!(seq);
    filled!(items);
    close!(esc, tuple);
}

#[inst(code = 209, arg)]
#[stack(seq -- items[oparg])]
fn UNPACK_SEQUENCE_LIST() {
    let held = deopt_unless!(unpack::hold_list(th, seq, oparg));
    let list = loose!(seq);
    unpack::spread_list(th, held, items);
    filled!(items);
    close!(esc, list);
}

/// As `UNPACK_SEQUENCE_TWO_TUPLE` where the two stores follow, which are done at once if none of them drops a last reference.
#[inst(form = 528, arg)]
#[stack(seq -- items[oparg])]
fn UNPACK_SEQUENCE_TWO_TUPLE_STORE() {
    let rest = quick!(
        unpack::store_two(th, fp, next_cell(ip, inst_size!()), seq),
        unpack::spread_rest(th, ip, fp, next_cell(ip, inst_size!()), seq, oparg),
    );
    let tuple = loose!(seq);
    filled!(items);
    close!(esc, tuple);
    dispatch!(rest, fp);
}

/// As `UNPACK_SEQUENCE_TUPLE` where the stores of all items follow, likewise.
#[inst(form = 529, arg)]
#[stack(seq -- items[oparg])]
fn UNPACK_SEQUENCE_TUPLE_STORE() {
    let rest = quick!(
        unpack::store_tuple(th, fp, next_cell(ip, inst_size!()), seq, oparg),
        unpack::spread_rest(th, ip, fp, next_cell(ip, inst_size!()), seq, oparg),
    );
    let tuple = loose!(seq);
    filled!(items);
    close!(esc, tuple);
    dispatch!(rest, fp);
}

/// As `UNPACK_SEQUENCE_LIST` where the stores of all items follow, likewise.
#[inst(form = 530, arg)]
#[stack(seq -- items[oparg])]
fn UNPACK_SEQUENCE_LIST_STORE() {
    let rest = quick!(
        unpack::store_list(th, fp, next_cell(ip, inst_size!()), seq, oparg),
        unpack::spread_list_rest(th, ip, fp, next_cell(ip, inst_size!()), seq, oparg),
    );
    let list = loose!(seq);
    filled!(items);
    close!(esc, list);
    dispatch!(rest, fp);
}

#[family(caches = 1, words = 1)]
const UNPACK_SEQUENCE: Family = [
    UNPACK_SEQUENCE_TWO_TUPLE,
    UNPACK_SEQUENCE_TUPLE,
    UNPACK_SEQUENCE_LIST,
    UNPACK_SEQUENCE_TWO_TUPLE_STORE,
    UNPACK_SEQUENCE_TUPLE_STORE,
    UNPACK_SEQUENCE_LIST_STORE,
];

/// Spreads an iterable into `oparg & 255` items, a list of the rest, and `oparg >> 8` items; the first on top.
#[inst(code = 118, arg)]
#[stack(seq -- after[oparg >> 8], rest, before[oparg & 255])]
fn UNPACK_EX() {
    let sequence = take!(seq);
    let list = iter::unpack_ex(esc, sequence, before, after)?;
    rest = own!(list);
    filled!(before);
    filled!(after);
}
