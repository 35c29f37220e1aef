//! Code and namespaces: `compile`, `exec`, `eval`, `globals`, `locals`, `vars`, `dir`.

use interp_code::CodeFlags;
use interp_compile::CompileOptions;
use interp_object::args::{Signature, check_count};
use interp_object::data::bytes::Bytes;
use interp_object::data::code::CodeObject;
use interp_object::data::dict::{self, Dict};
use interp_object::data::list;
use interp_object::data::module::Module;
use interp_object::data::str::Str;
use interp_object::data::tuple::Tuple;
use interp_object::intern::{intern, names};
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Args, Esc, PyResult, Value, attr, call, ops};

use crate::compile::{self as compiler, Mode};
use crate::runtime::{main_dict, runtime};
use crate::util::{given, none, string_arg};

/// `PyCF_ONLY_AST`
const ONLY_AST: i64 = 0x400;
/// `PyCF_ALLOW_TOP_LEVEL_AWAIT`
const TOP_LEVEL_AWAIT: i64 = 0x2000;
/// Bits of `from __future__` features.
const FUTURES: i64 = 0x1fe_0000;

/// `compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1)`
pub(super) fn compile(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<7> = Signature::new(
        "compile",
        ["source", "filename", "mode", "flags", "dont_inherit", "optimize", "_feature_version"],
        3,
    );
    let bound = args.bind(esc, &SIGNATURE)?;
    let [Some(source), Some(filename), Some(mode), flags, _, optimize, _] = bound else {
        return Err(esc.system_error("compile() lost its arguments"));
    };
    if interp_object::data::int::view(filename).is_some() {
        let class = filename.class().name();
        return Err(esc.type_error(format_args!("expected str, bytes or os.PathLike object, not {class}")));
    }
    let filename = crate::io::path_text(esc, filename)?;
    let mode = string_arg(esc, mode, "compile() argument 'mode'")?;
    let flags = flags.map_or(Ok(0), |flags| ops::index_i64(esc, flags))?;
    let optimize = optimize.map_or(Ok(-1), |optimize| ops::index_i64(esc, optimize))?;
    if flags & ONLY_AST != 0 {
        return Err(esc.raise_str(
            &interp_object::data::exception::NOT_IMPLEMENTED_ERROR,
            "compile() to a syntax tree is not supported",
        ));
    }
    if flags & !(FUTURES | TOP_LEVEL_AWAIT | 0xffff) != 0 {
        return Err(esc.value_error("compile(): unrecognised flags"));
    }
    let optimize = match optimize {
        -1 => runtime().config.optimize,
        0..=2 => optimize as u8,
        _ => return Err(esc.value_error("compile(): invalid optimize value")),
    };
    let mode = match mode.as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => return Err(esc.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    if source.payload::<CodeObject>().is_some() {
        return Ok(source.clone());
    }
    let options = CompileOptions {
        optimize,
        future_flags: CodeFlags::from_bits_truncate((flags & FUTURES) as u32),
        top_level_await: flags & TOP_LEVEL_AWAIT != 0,
    };
    let text = source_text(esc, source, &filename, "compile() arg 1 must be a string, bytes or AST object")?;
    let text = if mode == Mode::Eval { text.trim_start_matches([' ', '\t']).to_owned() } else { text };
    Ok(compiler::compile_text(esc, &text, &filename, mode, &options)?.into_value())
}

fn source_text(esc: Esc<'_>, source: &Value, filename: &str, complaint: &str) -> PyResult<String> {
    if source.payload::<Str>().is_some() {
        // Strict UTF-8: lone surrogates are refused.
        let encoded = call::call_method(esc, source, &intern(esc, "encode"), &[])?;
        let bytes = encoded.payload::<Bytes>().map_or(&[][..], Bytes::as_slice);
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    }
    let octets;
    let bytes = match source.payload::<Bytes>() {
        Some(bytes) => bytes.as_slice(),
        None => {
            octets = octets_of(esc, source, complaint)?;
            &octets
        }
    };
    match interp_front::decode(bytes, filename) {
        Ok(text) => Ok(text.into_owned()),
        Err(failure) => Err(compiler::raise(esc, &failure)),
    }
}

/// The octets of `bytearray` and `memoryview`.
fn octets_of(esc: Esc<'_>, source: &Value, complaint: &str) -> PyResult<Vec<u8>> {
    if !matches!(source.class().static_name(), "bytearray" | "memoryview") {
        return Err(esc.type_error(complaint));
    }
    let bytes = call::call(esc, &interp_object::data::bytes::BYTES.value(), std::slice::from_ref(source))?;
    Ok(bytes.payload::<Bytes>().map_or_else(Vec::new, |bytes| bytes.as_slice().to_vec()))
}

struct Namespaces {
    globals: Obj<Dict>,
    locals: Value,
}

/// The namespaces for `exec` and `eval`: those given, else the caller's.
fn namespaces(esc: Esc<'_>, function: &str, globals: Option<&Value>, locals: Option<&Value>) -> PyResult<Namespaces> {
    let found = match given(globals) {
        Some(globals) => {
            let Ok(globals) = globals.clone().downcast::<Dict>() else {
                let class = globals.class().name();
                let message = match function {
                    "eval" if globals.class().slots.getitem.is_empty() => "globals must be a dict".to_owned(),
                    "eval" => "globals must be a real dict; try eval(expr, {}, mapping)".to_owned(),
                    _ => format!("{function}() globals must be a dict, not {class}"),
                };
                return Err(esc.type_error(message));
            };
            let locals = given(locals).cloned().unwrap_or_else(|| globals.value().clone());
            Namespaces { globals, locals }
        }
        None => Namespaces {
            globals: current_globals(esc),
            locals: match given(locals) {
                Some(locals) => locals.clone(),
                None => locals_of_caller(esc)?,
            },
        },
    };
    if found.locals.class().slots.getitem.is_empty() {
        let class = found.locals.class().name();
        let message = match function {
            "eval" => "locals must be a mapping".to_owned(),
            _ => format!("{function}() locals must be a mapping or None, not {class}"),
        };
        return Err(esc.type_error(message));
    }
    if !found.globals.contains(esc, names::builtins(esc))? {
        let builtins = runtime().builtins.value().clone();
        found.globals.set(esc, names::builtins(esc), builtins)?;
    }
    Ok(found)
}

/// The builtins namespace that code with these globals uses.
fn builtins_of(esc: Esc<'_>, globals: &Dict) -> Obj<Dict> {
    match globals.get_interned(esc, names::builtins(esc)) {
        Some(found) => match found.downcast::<Module>() {
            Ok(module) => module.dict().clone(),
            Err(other) => other.downcast::<Dict>().unwrap_or_else(|_| runtime().builtins.dict().clone()),
        },
        None => runtime().builtins.dict().clone(),
    }
}

fn run(esc: Esc<'_>, code: &Obj<CodeObject>, spaces: Namespaces, closure: Option<Obj<Tuple>>) -> PyResult {
    let builtins = builtins_of(esc, &spaces.globals);
    interp_eval::enter::run_code(esc, code, &spaces.globals, &builtins, Some(spaces.locals), closure)
}

/// `exec(source, globals=None, locals=None, *, closure=None)`
pub(super) fn exec(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<4> =
        Signature::new("exec", ["source", "globals", "locals", "closure"], 1).positional_only(1).keyword_only_from(3);
    let [Some(source), globals, locals, closure] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("exec() lost its arguments"));
    };
    let spaces = namespaces(esc, "exec", globals, locals)?;
    if let Some(code) = source.as_obj::<CodeObject>() {
        let free = code.data().freevars().count();
        let closure = given(closure).and_then(|closure| closure.clone().downcast::<Tuple>().ok());
        match &closure {
            None if free > 0 => {
                return Err(esc.type_error(format_args!("code object requires a closure of exactly length {free}")));
            }
            Some(_) if free == 0 => {
                return Err(esc.type_error("cannot use a closure with this code object"));
            }
            Some(cells) if cells.len() != free => {
                return Err(esc.type_error(format_args!("code object requires a closure of exactly length {free}")));
            }
            _ => {}
        }
        run(esc, code, spaces, closure)?;
        return Ok(none());
    }
    if given(closure).is_some() {
        return Err(esc.type_error("closure can only be used when source is a code object"));
    }
    let text = source_text(esc, source, "<string>", "exec() arg 1 must be a string, bytes or code object")?;
    let code = compiler::compile_text(esc, &text, "<string>", Mode::Exec, &compiler::options())?;
    run(esc, &code, spaces, None)?;
    Ok(none())
}

/// `eval(source, globals=None, locals=None)`
pub(super) fn eval(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<3> = Signature::new("eval", ["source", "globals", "locals"], 1).positional_only(1);
    let [Some(source), globals, locals] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("eval() lost its arguments"));
    };
    let spaces = namespaces(esc, "eval", globals, locals)?;
    if let Some(code) = source.as_obj::<CodeObject>() {
        if code.data().freevars().next().is_some() {
            return Err(esc.type_error("code object passed to eval() may not contain free variables"));
        }
        return run(esc, code, spaces, None);
    }
    let text = source_text(esc, source, "<string>", "eval() arg 1 must be a string, bytes or code object")?;
    let text = text.trim_start_matches([' ', '\t']);
    let code = compiler::compile_text(esc, text, "<string>", Mode::Eval, &compiler::options())?;
    run(esc, &code, spaces, None)
}

fn current_globals(esc: Esc<'_>) -> Obj<Dict> {
    interp_eval::frames::current_namespaces(esc).map_or_else(|| main_dict(esc), |(globals, ..)| globals)
}

/// The caller's locals: the mapping of a module or class body, or a snapshot of a function's (PEP 667).
fn locals_of_caller(esc: Esc<'_>) -> PyResult {
    match interp_eval::frames::current_namespaces(esc) {
        None => Ok(main_dict(esc).into_value()),
        Some((_, Some(locals), _)) => Ok(locals),
        Some((_, None, _)) => {
            let snapshot = dict::new(esc);
            for (name, value) in interp_eval::frames::current_locals(esc) {
                snapshot.set(esc, &name, value)?;
            }
            Ok(snapshot.into_value())
        }
    }
}

/// `globals()`
pub(super) fn globals(esc: Esc<'_>, _: &Value) -> PyResult {
    Ok(current_globals(esc).into_value())
}

/// `locals()`
pub(super) fn locals(esc: Esc<'_>, _: &Value) -> PyResult {
    locals_of_caller(esc)
}

/// `vars([object])`
pub(super) fn vars(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "vars", args.len(), 0, 1)?;
    let Some(object) = args.first() else { return locals_of_caller(esc) };
    match attr::get_optional(esc, object, names::dict(esc))? {
        Some(dict) => Ok(dict),
        None => Err(esc.type_error("vars() argument must have __dict__ attribute")),
    }
}

/// `dir([object])`
pub(super) fn dir(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "dir", args.len(), 0, 1)?;
    let listed = match args.first() {
        None => {
            let locals = locals_of_caller(esc)?;
            call::call_method(esc, &locals, &intern(esc, "keys"), &[])?
        }
        Some(object) => match call::call_special(esc, object, names::dir(esc), &[])? {
            Some(listed) => listed,
            None => return Err(esc.type_error("object does not provide __dir__")),
        },
    };
    let mut items = ops::collect(esc, &listed)?;
    if items.iter().all(|item| item.payload::<Str>().is_some()) {
        items.sort_by_key(|item| item.payload::<Str>().map(|text| text.chars().iter().collect::<Vec<_>>()));
        return Ok(list::new(esc, items).into_value());
    }
    let list = list::new(esc, items).into_value();
    call::call_method(esc, &list, &intern(esc, "sort"), &[])?;
    Ok(list)
}
