//! Imports.

/// `__import__(name, globals, locals, fromlist, level)`.
#[inst(code = 73, arg = name)]
#[stack(level, fromlist -- res)]
fn IMPORT_NAME() {
    let found = import::import_name(esc, frame, oparg, val!(level), val!(fromlist))?;
    close!(esc, fromlist);
    close!(esc, level);
    res = own!(found);
}

/// Pushes an attribute of a module, falling back to `sys.modules`.
#[inst(code = 72, arg = name)]
#[stack(from -- from, res)]
fn IMPORT_FROM() {
    let found = import::import_from(esc, frame, oparg, val!(from))?;
    res = own!(found);
}
