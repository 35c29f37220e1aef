//! Names: globals, builtins, and the namespace of a class or module body.

/// Pushes a global or builtin, and NULL above it if `oparg & 1`; the name is `oparg >> 1`.
#[inst(code = 92, arg = name)]
#[stack(-- res, null[oparg & 1])]
#[operands(dest: T)]
fn LOAD_GLOBAL() {
    if tick!() {
        let installed = specialize::globals::load_global(esc, ip, frame, oparg >> 1);
        if installed {
            redo!();
        }
    }
    let found = names::load_global(esc, frame, oparg >> 1)?;
    res = own!(found);
    null.clear();
    filled!(null);
}

/// From the module's dictionary: one word `kind:8 | index:24 | keys_version:32`.
#[inst(code = 193, arg = name)]
#[stack(-- res, null[oparg & 1])]
fn LOAD_GLOBAL_MODULE() {
    res = quick!(fast::global::<QUICK>(th, frame, cache!(1)), fast::global::<FULL>(th, frame, cache!(1)));
    fast::no_self(null);
    filled!(null);
}

/// From builtins: an entry as above with the builtins' version, then the link that says in which version the globals lack it.
#[inst(code = 192, arg = name)]
#[stack(-- res, null[oparg & 1])]
fn LOAD_GLOBAL_BUILTIN() {
    res = quick!(fast::builtin::<QUICK>(th, frame, cache!(1), cache!(2)), fast::builtin::<FULL>(th, frame, cache!(1), cache!(2)));
    fast::no_self(null);
    filled!(null);
}

#[family(caches = 4, words = 3)]
const LOAD_GLOBAL: Family = [LOAD_GLOBAL_MODULE, LOAD_GLOBAL_BUILTIN];

/// Looks in locals, globals, builtins.
#[inst(code = 93, arg = name)]
#[stack(-- value)]
fn LOAD_NAME() {
    let found = names::load_name(esc, frame, oparg)?;
    value = own!(found);
}

/// Looks in a class body's namespace, then in globals and builtins.
#[inst(code = 91, arg = name)]
#[stack(class_dict -- value)]
fn LOAD_FROM_DICT_OR_GLOBALS() {
    let found = names::load_from_dict_or_globals(esc, frame, val!(class_dict), oparg)?;
    close!(esc, class_dict);
    value = own!(found);
}

/// Pushes the namespace of the running class or module body.
#[inst(code = 22)]
#[stack(-- locals)]
fn LOAD_LOCALS() {
    let found = names::locals_mapping(esc, frame)?;
    locals = own!(found);
}

/// Binds a name in the running body's namespace.
#[inst(code = 116, arg = name)]
#[stack(value --)]
fn STORE_NAME() {
    names::store_name(esc, frame, oparg, val!(value))?;
    close!(esc, value);
}

/// Unbinds a name in the running body's namespace.
#[inst(code = 65, arg = name)]
#[stack(--)]
fn DELETE_NAME() { names::delete_name(esc, frame, oparg)?; }

/// Binds a global.
#[inst(code = 115, arg = name)]
#[stack(value --)]
fn STORE_GLOBAL() {
    names::store_global(esc, frame, oparg, val!(value))?;
    close!(esc, value);
}

/// Unbinds a global.
#[inst(code = 64, arg = name)]
#[stack(--)]
fn DELETE_GLOBAL() { names::delete_global(esc, frame, oparg)?; }

/// Pushes `__build_class__`.
#[inst(code = 21)]
#[stack(-- build_class)]
fn LOAD_BUILD_CLASS() {
    let found = names::build_class(esc, frame)?;
    build_class = own!(found);
}

/// Makes sure that the running body's namespace has `__annotations__`.
#[inst(code = 36)]
#[stack(--)]
fn SETUP_ANNOTATIONS() { names::setup_annotations(esc, frame)?; }

/// Keeps the place where module annotations are set up; gone after assembly.
#[pseudo(code = 256)]
#[stack(--)]
const ANNOTATIONS_PLACEHOLDER: Pseudo = [NOP];
