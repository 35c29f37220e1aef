//! Making functions.

/// A function from a code object.
#[inst(code = 23)]
#[stack(codeobj -- func)]
fn MAKE_FUNCTION() {
    let made = function::make(esc, frame, val!(codeobj));
    close!(esc, codeobj);
    func = own!(made);
}

/// Sets one attribute of a new function: defaults, keyword defaults, annotations, closure or `__annotate__`, by `oparg`.
#[inst(code = 108, arg)]
#[stack(attr, func -- func_out)]
#[restart]
fn SET_FUNCTION_ATTRIBUTE() {
    if function::set_closure_quick(func, oparg, attr) {
        kill!(attr);
        func_out = steal!(func);
    } else {
        let made = take!(func);
        let attribute = take!(attr);
        let made = function::set_attribute(esc, made, oparg, attribute);
        func_out = own!(made);
    }
}
