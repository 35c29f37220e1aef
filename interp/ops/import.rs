//! Imports.

/// `__import__(name, globals, locals, fromlist, level)`.
#[inst(code = 73, arg = name)]
#[stack(level, fromlist -- res)]
fn IMPORT_NAME();

/// Pushes an attribute of a module, falling back to `sys.modules`.
#[inst(code = 72, arg = name)]
#[stack(from -- from, res)]
fn IMPORT_FROM();
