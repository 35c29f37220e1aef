//! Making functions.

/// A function from a code object.
#[inst(code = 23)]
#[stack(codeobj -- func)]
fn MAKE_FUNCTION();

/// Sets one attribute of a new function: defaults, keyword defaults, annotations, closure or `__annotate__`, by `oparg`.
#[inst(code = 108, arg)]
#[stack(attr, func -- func_out)]
fn SET_FUNCTION_ATTRIBUTE();
