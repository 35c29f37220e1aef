//! Names: globals, builtins, and the namespace of a class or module body.

/// Pushes a global or builtin, and NULL above it if `oparg & 1`; the name is `oparg >> 1`.
#[inst(code = 92, arg = name)]
#[stack(-- res, null[oparg & 1])]
#[operands(dest: T)]
fn LOAD_GLOBAL();

/// From the module's dictionary: one word `kind:8 | index:24 | keys_version:32`.
#[inst(code = 193, arg = name)]
#[stack(-- res, null[oparg & 1])]
fn LOAD_GLOBAL_MODULE();

/// From builtins: `globals_version:32 | builtins_version:32`, then `index:24 | kind:8 | builtins_version:32`.
#[inst(code = 192, arg = name)]
#[stack(-- res, null[oparg & 1])]
fn LOAD_GLOBAL_BUILTIN();

#[family(caches = 4, words = 3)]
const LOAD_GLOBAL: Family = [LOAD_GLOBAL_MODULE, LOAD_GLOBAL_BUILTIN];

/// Looks in locals, globals, builtins.
#[inst(code = 93, arg = name)]
#[stack(-- value)]
fn LOAD_NAME();

/// Looks in a class body's namespace, then in globals and builtins.
#[inst(code = 91, arg = name)]
#[stack(class_dict -- value)]
fn LOAD_FROM_DICT_OR_GLOBALS();

/// Pushes the namespace of the running class or module body.
#[inst(code = 22)]
#[stack(-- locals)]
fn LOAD_LOCALS();

/// Binds a name in the running body's namespace.
#[inst(code = 116, arg = name)]
#[stack(value --)]
fn STORE_NAME();

/// Unbinds a name in the running body's namespace.
#[inst(code = 65, arg = name)]
#[stack(--)]
fn DELETE_NAME();

/// Binds a global.
#[inst(code = 115, arg = name)]
#[stack(value --)]
fn STORE_GLOBAL();

/// Unbinds a global.
#[inst(code = 64, arg = name)]
#[stack(--)]
fn DELETE_GLOBAL();

/// Pushes `__build_class__`.
#[inst(code = 21)]
#[stack(-- build_class)]
fn LOAD_BUILD_CLASS();

/// Makes sure that the running body's namespace has `__annotations__`.
#[inst(code = 36)]
#[stack(--)]
fn SETUP_ANNOTATIONS();

/// Keeps the place where module annotations are set up; gone after assembly.
#[pseudo(code = 256)]
#[stack(--)]
const ANNOTATIONS_PLACEHOLDER: Pseudo = [NOP];
