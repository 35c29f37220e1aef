//! The method table of `str`, and the methods too small for a file of their own.

use interp_object::args::Signature;
use interp_object::data::{int, tuple};
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, Value};

use super::{case, exact, join, pad, replace, search, split, text, translate};
use crate::codec;
use crate::format;

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("encode", NativeFn::Full(encode), "Encode the string using the codec registered for encoding."),
    MethodDef::new("replace", NativeFn::Full(replace::replace), "Return a copy with all occurrences of old replaced."),
    MethodDef::new("split", NativeFn::Full(split::split), "Return a list of the substrings in the string."),
    MethodDef::new("rsplit", NativeFn::Full(split::rsplit), "Return a list of the substrings in the string."),
    MethodDef::new("join", NativeFn::One(join::join), "Concatenate any number of strings."),
    MethodDef::new("capitalize", NativeFn::NoArgs(case::capitalize), "Return a capitalized version of the string."),
    MethodDef::new("casefold", NativeFn::NoArgs(case::casefold), "Return a version for caseless comparisons."),
    MethodDef::new("title", NativeFn::NoArgs(case::title), "Return a version where each word is titlecased."),
    MethodDef::new("center", NativeFn::Positional(pad::center), "Return a centered string of length width."),
    MethodDef::new("count", NativeFn::Positional(search::count), "Return the number of non-overlapping occurrences."),
    MethodDef::new("expandtabs", NativeFn::Full(pad::expandtabs), "Return a copy with tabs expanded using spaces."),
    MethodDef::new("find", NativeFn::Positional(search::find), "Return the lowest index of the substring, or -1."),
    MethodDef::new("partition", NativeFn::One(split::partition), "Partition the string into three parts."),
    MethodDef::new("index", NativeFn::Positional(search::index), "Return the lowest index of the substring."),
    MethodDef::new("ljust", NativeFn::Positional(pad::ljust), "Return a left-justified string of length width."),
    MethodDef::new("lower", NativeFn::NoArgs(case::lower), "Return a copy converted to lowercase."),
    MethodDef::new("lstrip", NativeFn::Positional(pad::lstrip), "Return a copy with leading whitespace removed."),
    MethodDef::new("rfind", NativeFn::Positional(search::rfind), "Return the highest index of the substring, or -1."),
    MethodDef::new("rindex", NativeFn::Positional(search::rindex), "Return the highest index of the substring."),
    MethodDef::new("rjust", NativeFn::Positional(pad::rjust), "Return a right-justified string of length width."),
    MethodDef::new("rstrip", NativeFn::Positional(pad::rstrip), "Return a copy with trailing whitespace removed."),
    MethodDef::new("rpartition", NativeFn::One(split::rpartition), "Partition the string into three parts."),
    MethodDef::new("splitlines", NativeFn::Full(split::splitlines), "Return a list of the lines in the string."),
    MethodDef::new(
        "strip",
        NativeFn::Positional(pad::strip),
        "Return a copy with leading and trailing whitespace removed.",
    ),
    MethodDef::new("swapcase", NativeFn::NoArgs(case::swapcase), "Convert uppercase to lowercase and the reverse."),
    MethodDef::new("translate", NativeFn::One(translate::translate), "Replace each character using the given table."),
    MethodDef::new("upper", NativeFn::NoArgs(case::upper), "Return a copy converted to uppercase."),
    MethodDef::new(
        "startswith",
        NativeFn::Positional(search::starts_with),
        "Return True if the string starts with the prefix.",
    ),
    MethodDef::new(
        "endswith",
        NativeFn::Positional(search::ends_with),
        "Return True if the string ends with the suffix.",
    ),
    MethodDef::new("removeprefix", NativeFn::One(pad::remove_prefix), "Return a str with the given prefix removed."),
    MethodDef::new("removesuffix", NativeFn::One(pad::remove_suffix), "Return a str with the given suffix removed."),
    MethodDef::new("isascii", NativeFn::NoArgs(case::is_ascii), "Return True if all characters are ASCII."),
    MethodDef::new("islower", NativeFn::NoArgs(case::is_lower), "Return True if the string is a lowercase string."),
    MethodDef::new("isupper", NativeFn::NoArgs(case::is_upper), "Return True if the string is an uppercase string."),
    MethodDef::new("istitle", NativeFn::NoArgs(case::is_title), "Return True if the string is a title-cased string."),
    MethodDef::new("isspace", NativeFn::NoArgs(case::is_space), "Return True if the string is a whitespace string."),
    MethodDef::new("isdecimal", NativeFn::NoArgs(case::is_decimal), "Return True if the string is a decimal string."),
    MethodDef::new("isdigit", NativeFn::NoArgs(case::is_digit), "Return True if the string is a digit string."),
    MethodDef::new("isnumeric", NativeFn::NoArgs(case::is_numeric), "Return True if the string is a numeric string."),
    MethodDef::new("isalpha", NativeFn::NoArgs(case::is_alpha), "Return True if the string is an alphabetic string."),
    MethodDef::new("isalnum", NativeFn::NoArgs(case::is_alnum), "Return True if the string is alpha-numeric."),
    MethodDef::new("isidentifier", NativeFn::NoArgs(case::is_identifier), "Return True if it is a valid identifier."),
    MethodDef::new("isprintable", NativeFn::NoArgs(case::is_printable), "Return True if all characters are printable."),
    MethodDef::new("zfill", NativeFn::One(pad::zfill), "Pad a numeric string with zeros on the left."),
    MethodDef::new("format", NativeFn::Full(format::template::format), "Return a formatted version of the string."),
    MethodDef::new(
        "format_map",
        NativeFn::One(format::template::format_map),
        "Return a formatted version of the string.",
    ),
    MethodDef::new("__format__", NativeFn::One(format::format_method), "Return a formatted version of the string."),
    MethodDef::static_("maketrans", NativeFn::Positional(translate::make_table), "Return a translation table."),
    MethodDef::new("__getnewargs__", NativeFn::NoArgs(get_new_args), ""),
    MethodDef::new("__sizeof__", NativeFn::NoArgs(size_of), "Return the size of the string in memory, in bytes."),
];

fn encode(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> = Signature::new("encode", ["encoding", "errors"], 0);
    let [encoding, errors] = args.bind(esc, &SIGNATURE)?;
    let encoding = codec::name_argument(esc, "encode", "encoding", encoding)?;
    let errors = codec::name_argument(esc, "encode", "errors", errors)?;
    codec::encode_value(esc, this, encoding.as_deref(), errors.as_deref())
}

fn get_new_args(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(tuple::new(esc, [exact(esc, this)?]).into_value())
}

fn size_of(esc: Esc<'_>, this: &Value) -> PyResult {
    use interp_object::data::str::Chars;
    let string = text(this);
    // The sizes CPython reports: 40 bytes of head for ASCII, 56 otherwise, and a terminator.
    let bytes = match string.chars() {
        Chars::Latin1(chars) if string.is_ascii() => 41 + chars.len(),
        Chars::Latin1(chars) => 57 + chars.len(),
        Chars::Ucs2(chars) => 58 + 2 * chars.len(),
        Chars::Ucs4(chars) => 60 + 4 * chars.len(),
    };
    Ok(int::from_usize(esc, bytes))
}
