//! Method tables of `bytes`, and what `bytearray` shares with it.

use interp_object::data::{int, tuple};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, Value};

use super::{hex, octets, pad, search, split, translate, unchanged};

/// Methods of both types.
pub(super) static SHARED: &[MethodDef] = &[
    MethodDef::new(
        "capitalize",
        NativeFn::NoArgs(pad::capitalize),
        "Return a copy with only the first byte capitalized.",
    ),
    MethodDef::new("center", NativeFn::Positional(pad::center), "Return a centered copy of length width."),
    MethodDef::new("count", NativeFn::Positional(search::count), "Return the number of non-overlapping occurrences."),
    MethodDef::new(
        "decode",
        NativeFn::Full(translate::decode),
        "Decode the bytes using the codec registered for encoding.",
    ),
    MethodDef::new(
        "endswith",
        NativeFn::Positional(search::ends_with),
        "Return True if the bytes end with the suffix.",
    ),
    MethodDef::new("expandtabs", NativeFn::Full(pad::expandtabs), "Return a copy with tabs expanded using spaces."),
    MethodDef::new("find", NativeFn::Positional(search::find), "Return the lowest index of the subsection, or -1."),
    MethodDef::class(
        "fromhex",
        NativeFn::One(hex::from_hex),
        "Create a bytes object from a string of hexadecimal numbers.",
    ),
    MethodDef::new("hex", NativeFn::Full(hex::to_hex), "Create a string of hexadecimal numbers."),
    MethodDef::new("index", NativeFn::Positional(search::index), "Return the lowest index of the subsection."),
    MethodDef::new("isalnum", NativeFn::NoArgs(pad::is_alnum), "Return True if all bytes are alphanumeric."),
    MethodDef::new("isalpha", NativeFn::NoArgs(pad::is_alpha), "Return True if all bytes are alphabetic."),
    MethodDef::new("isascii", NativeFn::NoArgs(pad::is_ascii), "Return True if all bytes are ASCII."),
    MethodDef::new("isdigit", NativeFn::NoArgs(pad::is_digit), "Return True if all bytes are digits."),
    MethodDef::new("islower", NativeFn::NoArgs(pad::is_lower), "Return True if all cased bytes are lowercase."),
    MethodDef::new("isspace", NativeFn::NoArgs(pad::is_white), "Return True if all bytes are whitespace."),
    MethodDef::new("istitle", NativeFn::NoArgs(pad::is_title), "Return True if the bytes are titlecased."),
    MethodDef::new("isupper", NativeFn::NoArgs(pad::is_upper), "Return True if all cased bytes are uppercase."),
    MethodDef::new("join", NativeFn::One(split::join), "Concatenate any number of bytes objects."),
    MethodDef::new("ljust", NativeFn::Positional(pad::ljust), "Return a left-justified copy of length width."),
    MethodDef::new("lower", NativeFn::NoArgs(pad::lower), "Return a copy converted to lowercase."),
    MethodDef::new("lstrip", NativeFn::Positional(pad::lstrip), "Strip leading bytes."),
    MethodDef::static_("maketrans", NativeFn::Positional(translate::make_table), "Return a translation table."),
    MethodDef::new("partition", NativeFn::One(split::partition), "Partition the bytes into three parts."),
    MethodDef::new("removeprefix", NativeFn::One(pad::remove_prefix), "Return a copy with the given prefix removed."),
    MethodDef::new("removesuffix", NativeFn::One(pad::remove_suffix), "Return a copy with the given suffix removed."),
    MethodDef::new("replace", NativeFn::Full(split::replace), "Return a copy with all occurrences of old replaced."),
    MethodDef::new("rfind", NativeFn::Positional(search::rfind), "Return the highest index of the subsection, or -1."),
    MethodDef::new("rindex", NativeFn::Positional(search::rindex), "Return the highest index of the subsection."),
    MethodDef::new("rjust", NativeFn::Positional(pad::rjust), "Return a right-justified copy of length width."),
    MethodDef::new("rpartition", NativeFn::One(split::rpartition), "Partition the bytes into three parts."),
    MethodDef::new("rsplit", NativeFn::Full(split::rsplit), "Return a list of the sections, split from the right."),
    MethodDef::new("rstrip", NativeFn::Positional(pad::rstrip), "Strip trailing bytes."),
    MethodDef::new("split", NativeFn::Full(split::split), "Return a list of the sections."),
    MethodDef::new("splitlines", NativeFn::Full(split::splitlines), "Return a list of the lines."),
    MethodDef::new(
        "startswith",
        NativeFn::Positional(search::starts_with),
        "Return True if the bytes start with the prefix.",
    ),
    MethodDef::new("strip", NativeFn::Positional(pad::strip), "Strip leading and trailing bytes."),
    MethodDef::new("swapcase", NativeFn::NoArgs(pad::swapcase), "Return a copy with case swapped."),
    MethodDef::new("title", NativeFn::NoArgs(pad::title), "Return a titlecased copy."),
    MethodDef::new(
        "translate",
        NativeFn::Full(translate::translate),
        "Return a copy with each byte mapped by the table.",
    ),
    MethodDef::new("upper", NativeFn::NoArgs(pad::upper), "Return a copy converted to uppercase."),
    MethodDef::new("zfill", NativeFn::One(pad::zfill), "Pad a numeric string with zeros on the left."),
];

/// Methods of `bytes` alone.
pub(super) static BYTES_ONLY: &[MethodDef] = &[
    MethodDef::new("__bytes__", NativeFn::NoArgs(unchanged), "Convert this value to exact type bytes."),
    MethodDef::new("__getnewargs__", NativeFn::NoArgs(get_new_args), ""),
    MethodDef::new("__sizeof__", NativeFn::NoArgs(size_of), "Returns the size of the object in memory, in bytes."),
];

fn get_new_args(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(tuple::new(esc, [unchanged(esc, this)?]).into_value())
}

fn size_of(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(int::from_usize(esc, octets(this).len() + 33))
}
