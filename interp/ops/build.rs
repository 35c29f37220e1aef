//! Containers, strings and slices made from stack items; growing a container in a comprehension.

/// A tuple of the top `oparg` items.
#[inst(code = 51, arg)]
#[stack(values[oparg] -- tup)]
fn BUILD_TUPLE();

/// A list of the top `oparg` items.
#[inst(code = 46, arg)]
#[stack(values[oparg] -- list)]
fn BUILD_LIST();

/// A set of the top `oparg` items.
#[inst(code = 48, arg)]
#[stack(values[oparg] -- set)]
fn BUILD_SET();

/// A dict of `oparg` key and value pairs.
#[inst(code = 47, arg)]
#[stack(values[oparg * 2] -- map)]
fn BUILD_MAP();

/// The concatenation of `oparg` strings.
#[inst(code = 50, arg)]
#[stack(pieces[oparg] -- string)]
fn BUILD_STRING();

/// A slice of two or three items.
#[inst(code = 49, arg)]
#[stack(args[oparg] -- slice)]
fn BUILD_SLICE();

/// An interpolation of a template string; `oparg & 1` says that a format specification is on top.
#[inst(code = 45, arg)]
#[stack(value, string, format[oparg & 1] -- interpolation)]
fn BUILD_INTERPOLATION();

/// A template string.
#[inst(code = 2)]
#[stack(strings, interpolations -- template)]
fn BUILD_TEMPLATE();

/// `list.append` on the list `oparg` below.
#[inst(code = 78, arg)]
#[stack(list, _[oparg - 1], value -- list, _[oparg - 1])]
fn LIST_APPEND();

/// `list.extend` on the list `oparg` below.
#[inst(code = 79, arg)]
#[stack(list, _[oparg - 1], iterable -- list, _[oparg - 1])]
fn LIST_EXTEND();

/// `set.add` on the set `oparg` below.
#[inst(code = 107, arg)]
#[stack(set, _[oparg - 1], value -- set, _[oparg - 1])]
fn SET_ADD();

/// `set.update` on the set `oparg` below.
#[inst(code = 109, arg)]
#[stack(set, _[oparg - 1], iterable -- set, _[oparg - 1])]
fn SET_UPDATE();

/// `dict[key] = value` on the dict `oparg` below.
#[inst(code = 98, arg)]
#[stack(dict, _[oparg - 1], key, value -- dict, _[oparg - 1])]
fn MAP_ADD();

/// `dict.update` on the dict `oparg` below.
#[inst(code = 67, arg)]
#[stack(dict, _[oparg - 1], update -- dict, _[oparg - 1])]
fn DICT_UPDATE();

/// As `DICT_UPDATE` for `**kwargs` of a call: a repeated key is an error that names the callable.
#[inst(code = 66, arg)]
#[stack(callable, null, callargs, dict, _[oparg - 1], update -- callable, null, callargs, dict, _[oparg - 1])]
fn DICT_MERGE();

/// Applies `str`, `repr` or `ascii`.
#[inst(code = 58, arg)]
#[stack(value -- res)]
fn CONVERT_VALUE();

/// `format(value)`.
#[inst(code = 12)]
#[stack(value -- res)]
fn FORMAT_SIMPLE();

/// `format(value, spec)`.
#[inst(code = 13)]
#[stack(value, spec -- res)]
fn FORMAT_WITH_SPEC();
