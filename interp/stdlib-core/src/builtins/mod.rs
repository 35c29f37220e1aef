//! The module `builtins`.

mod attributes;
mod class;
mod code;
mod items;
mod memory_view;
mod numbers;
mod output;

use interp_object::builder::ModuleBuilder;
use interp_object::data::module::Module;
use interp_object::data::{
    bytearray, bytes, descr, dict, exception, float, int, list, set, singletons, slice, str, tuple, types,
};
use interp_object::layout::Obj;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, TypeObject};

/// Makes the types of this module ready.
pub(crate) fn init(esc: Esc<'_>) {
    memory_view::init(esc);
}

static TYPES: &[&TypeObject] = &[
    &types::OBJECT,
    &types::TYPE,
    &int::INT,
    &singletons::BOOL,
    &float::FLOAT,
    &float::COMPLEX,
    &str::STR,
    &bytes::BYTES,
    &list::LIST,
    &tuple::TUPLE,
    &dict::DICT,
    &set::SET,
    &set::FROZENSET,
    &slice::SLICE,
    &descr::PROPERTY,
    &descr::CLASS_METHOD,
    &descr::STATIC_METHOD,
    &descr::SUPER,
    &bytearray::BYTEARRAY,
    &memory_view::MEMORY_VIEW,
    &interp_types_data::range::RANGE,
    &interp_types_data::iters::ENUMERATE,
    &interp_types_data::iters::FILTER,
    &interp_types_data::iters::MAP,
    &interp_types_data::iters::REVERSED,
    &interp_types_data::iters::ZIP,
];

/// The module `builtins`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    let mut builder = ModuleBuilder::new(esc, "builtins").functions(FUNCTIONS);
    for class in TYPES.iter().chain(exception::ALL).filter(|class| class.static_name() != "_IncompleteInputError") {
        builder = builder.class(class);
    }
    builder
        .value("EnvironmentError", exception::OS_ERROR.value())
        .value("IOError", exception::OS_ERROR.value())
        .value("None", singletons::none())
        .value("True", singletons::true_())
        .value("False", singletons::false_())
        .value("Ellipsis", singletons::ellipsis())
        .value("NotImplemented", singletons::not_implemented())
        .value("__debug__", singletons::true_())
        .text("__doc__", "Built-in functions, types, exceptions, and other objects.")
        .value("iter", interp_types_data::iters::builtin_iter(esc))
        .finish()
}

const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("__build_class__", NativeFn::Full(class::build_class), "Internal helper of the class statement."),
    MethodDef::new("__import__", NativeFn::Full(crate::import::import_function), "Imports a module."),
    MethodDef::new("abs", NativeFn::One(numbers::abs), "abs($module, number, /)\n--\n\nReturn the absolute value."),
    MethodDef::new(
        "aiter",
        NativeFn::One(items::aiter),
        "aiter($module, async_iterable, /)\n--\n\nThe asynchronous iterator.",
    ),
    MethodDef::new("all", NativeFn::One(items::all), "all($module, iterable, /)\n--\n\nWhether all items are true."),
    MethodDef::new(
        "anext",
        NativeFn::Positional(items::anext),
        "anext($module, aiterator, default=None, /)\n--\n\nThe next item.",
    ),
    MethodDef::new("any", NativeFn::One(items::any), "any($module, iterable, /)\n--\n\nWhether any item is true."),
    MethodDef::new("ascii", NativeFn::One(attributes::ascii), "ascii($module, obj, /)\n--\n\nAn ASCII-only repr."),
    MethodDef::new("bin", NativeFn::One(numbers::bin), "bin($module, number, /)\n--\n\nThe binary digits."),
    MethodDef::new(
        "callable",
        NativeFn::One(attributes::callable),
        "callable($module, obj, /)\n--\n\nWhether it can be called.",
    ),
    MethodDef::new("chr", NativeFn::One(numbers::chr), "chr($module, i, /)\n--\n\nThe character of a code point."),
    MethodDef::new(
        "compile",
        NativeFn::Full(code::compile),
        "compile($module, /, source, filename, mode, flags=0, dont_inherit=False, optimize=-1)\n--\n\nCompiles source to a code object.",
    ),
    MethodDef::new(
        "delattr",
        NativeFn::Positional(attributes::delattr),
        "delattr($module, obj, name, /)\n--\n\nDeletes an attribute.",
    ),
    MethodDef::new("dir", NativeFn::Positional(code::dir), "Names in a scope or of an object."),
    MethodDef::new("divmod", NativeFn::Positional(numbers::divmod), "divmod($module, x, y, /)\n--\n\n(x//y, x%y)"),
    MethodDef::new(
        "eval",
        NativeFn::Full(code::eval),
        "eval($module, source, /, globals=None, locals=None)\n--\n\nEvaluates an expression.",
    ),
    MethodDef::new(
        "exec",
        NativeFn::Full(code::exec),
        "exec($module, source, /, globals=None, locals=None, *, closure=None)\n--\n\nRuns statements.",
    ),
    MethodDef::new(
        "format",
        NativeFn::Positional(attributes::format),
        "format($module, value, format_spec='', /)\n--\n\nFormats a value.",
    ),
    MethodDef::new("getattr", NativeFn::Positional(attributes::getattr), "getattr(object, name[, default]) -> value"),
    MethodDef::new(
        "globals",
        NativeFn::NoArgs(code::globals),
        "globals($module, /)\n--\n\nThe current global namespace.",
    ),
    MethodDef::new(
        "hasattr",
        NativeFn::Positional(attributes::hasattr),
        "hasattr($module, obj, name, /)\n--\n\nWhether there is such an attribute.",
    ),
    MethodDef::new("hash", NativeFn::One(attributes::hash), "hash($module, obj, /)\n--\n\nThe hash value."),
    MethodDef::new("hex", NativeFn::One(numbers::hex), "hex($module, number, /)\n--\n\nThe hexadecimal digits."),
    MethodDef::new("id", NativeFn::One(attributes::id), "id($module, obj, /)\n--\n\nThe identity of an object."),
    MethodDef::new(
        "input",
        NativeFn::Positional(output::input),
        "input($module, prompt='', /)\n--\n\nReads a line from standard input.",
    ),
    MethodDef::new(
        "isinstance",
        NativeFn::Positional(attributes::isinstance),
        "isinstance($module, obj, class_or_tuple, /)\n--\n\nWhether an object is an instance.",
    ),
    MethodDef::new(
        "issubclass",
        NativeFn::Positional(attributes::issubclass),
        "issubclass($module, cls, class_or_tuple, /)\n--\n\nWhether a class derives from another.",
    ),
    MethodDef::new("len", NativeFn::One(items::len), "len($module, obj, /)\n--\n\nThe number of items."),
    MethodDef::new("locals", NativeFn::NoArgs(code::locals), "locals($module, /)\n--\n\nThe current local namespace."),
    MethodDef::new("max", NativeFn::Full(items::max), "The largest item."),
    MethodDef::new("min", NativeFn::Full(items::min), "The smallest item."),
    MethodDef::new("next", NativeFn::Positional(items::next), "next(iterator[, default])"),
    MethodDef::new("oct", NativeFn::One(numbers::oct), "oct($module, number, /)\n--\n\nThe octal digits."),
    MethodDef::new("open", NativeFn::Full(crate::io::open), crate::io::OPEN_DOC),
    MethodDef::new("ord", NativeFn::One(numbers::ord), "ord($module, c, /)\n--\n\nThe code point of a character."),
    MethodDef::new(
        "pow",
        NativeFn::Full(numbers::pow),
        "pow($module, /, base, exp, mod=None)\n--\n\nbase**exp, modulo mod if given.",
    ),
    MethodDef::new(
        "print",
        NativeFn::Full(output::print),
        "print($module, /, *args, sep=' ', end='\\n', file=None, flush=False)\n--\n\nPrints the values to a stream.",
    ),
    MethodDef::new(
        "repr",
        NativeFn::One(attributes::repr),
        "repr($module, obj, /)\n--\n\nThe canonical text of an object.",
    ),
    MethodDef::new(
        "round",
        NativeFn::Full(numbers::round),
        "round($module, /, number, ndigits=None)\n--\n\nRounds a number.",
    ),
    MethodDef::new(
        "setattr",
        NativeFn::Positional(attributes::setattr),
        "setattr($module, obj, name, value, /)\n--\n\nSets an attribute.",
    ),
    MethodDef::new(
        "sorted",
        NativeFn::Full(items::sorted),
        "sorted($module, iterable, /, *, key=None, reverse=False)\n--\n\nA sorted list.",
    ),
    MethodDef::new(
        "sum",
        NativeFn::Full(numbers::sum),
        "sum($module, iterable, /, start=0)\n--\n\nThe sum of the items.",
    ),
    MethodDef::new("vars", NativeFn::Positional(code::vars), "vars([object]) -> dictionary"),
];
