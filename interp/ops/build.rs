//! Containers, strings and slices made from stack items; growing a container in a comprehension.

/// A tuple of the top `oparg` items.
#[inst(code = 51, arg)]
#[stack(values[oparg] -- tup)]
fn BUILD_TUPLE() {
    let made = build::tuple(esc, values);
    kill!(values);
    tup = own!(made);
}

/// A list of the top `oparg` items.
#[inst(code = 46, arg)]
#[stack(values[oparg] -- list)]
fn BUILD_LIST() {
    let made = build::list(esc, values);
    kill!(values);
    list = own!(made);
}

/// A set of the top `oparg` items.
#[inst(code = 48, arg)]
#[stack(values[oparg] -- set)]
fn BUILD_SET() {
    let made = build::set(esc, values.values())?;
    close!(esc, values);
    set = own!(made);
}

/// A dict of `oparg` key and value pairs.
#[inst(code = 47, arg)]
#[stack(values[oparg * 2] -- map)]
fn BUILD_MAP() {
    let made = build::map(esc, values.values())?;
    close!(esc, values);
    map = own!(made);
}

/// The concatenation of `oparg` strings.
#[inst(code = 50, arg)]
#[stack(pieces[oparg] -- string)]
fn BUILD_STRING() {
    let made = build::string(esc, pieces.values())?;
    close!(esc, pieces);
    string = own!(made);
}

/// A slice of two or three items.
#[inst(code = 49, arg)]
#[stack(args[oparg] -- slice)]
fn BUILD_SLICE() {
    let made = build::slice(esc, args.values());
    close!(esc, args);
    slice = own!(made);
}

/// An interpolation of a template string; `oparg & 1` says that a format specification is on top.
#[inst(code = 45, arg)]
#[stack(value, string, format[oparg & 1] -- interpolation)]
fn BUILD_INTERPOLATION() {
    let made = build::interpolation(esc, oparg, val!(value), val!(string), format.values())?;
    close!(esc, format);
    close!(esc, string);
    close!(esc, value);
    interpolation = own!(made);
}

/// A template string.
#[inst(code = 2)]
#[stack(strings, interpolations -- template)]
fn BUILD_TEMPLATE() {
    let made = build::template(esc, val!(strings), val!(interpolations))?;
    close!(esc, interpolations);
    close!(esc, strings);
    template = own!(made);
}

/// `list.append` on the list `oparg` below.
#[inst(code = 78, arg)]
#[stack(list, _[oparg - 1], value -- list, _[oparg - 1])]
#[restart]
fn LIST_APPEND() {
    if build::append_alone(th, list, value) {
        kill!(value);
    } else {
        let item = take!(value);
        build::list_append(esc, val!(list), item)?;
    }
}

/// `list.extend` on the list `oparg` below.
#[inst(code = 79, arg)]
#[stack(list, _[oparg - 1], iterable -- list, _[oparg - 1])]
fn LIST_EXTEND() {
    build::list_extend(esc, val!(list), val!(iterable))?;
    close!(esc, iterable);
}

/// `set.add` on the set `oparg` below.
#[inst(code = 107, arg)]
#[stack(set, _[oparg - 1], value -- set, _[oparg - 1])]
fn SET_ADD() {
    build::set_add(esc, val!(set), val!(value))?;
    close!(esc, value);
}

/// `set.update` on the set `oparg` below.
#[inst(code = 109, arg)]
#[stack(set, _[oparg - 1], iterable -- set, _[oparg - 1])]
fn SET_UPDATE() {
    build::set_update(esc, val!(set), val!(iterable))?;
    close!(esc, iterable);
}

/// `dict[key] = value` on the dict `oparg` below.
#[inst(code = 98, arg)]
#[stack(dict, _[oparg - 1], key, value -- dict, _[oparg - 1])]
fn MAP_ADD() {
    build::map_add(esc, val!(dict), val!(key), val!(value))?;
    close!(esc, value);
    close!(esc, key);
}

/// `dict.update` on the dict `oparg` below.
#[inst(code = 67, arg)]
#[stack(dict, _[oparg - 1], update -- dict, _[oparg - 1])]
fn DICT_UPDATE() {
    build::dict_update(esc, val!(dict), val!(update))?;
    close!(esc, update);
}

/// As `DICT_UPDATE` for `**kwargs` of a call: a repeated key is an error that names the callable.
#[inst(code = 66, arg)]
#[stack(callable, null, callargs, dict, _[oparg - 1], update -- callable, null, callargs, dict, _[oparg - 1])]
fn DICT_MERGE() {
    build::dict_merge(esc, val!(callable), val!(dict), val!(update))?;
    close!(esc, update);
}

/// Applies `str`, `repr` or `ascii`.
#[inst(code = 58, arg)]
#[stack(value -- res)]
fn CONVERT_VALUE() {
    let made = build::convert(esc, oparg, val!(value))?;
    close!(esc, value);
    res = own!(made);
}

/// `format(value)`.
#[inst(code = 12)]
#[stack(value -- res)]
fn FORMAT_SIMPLE() {
    let made = build::format_simple(esc, val!(value))?;
    close!(esc, value);
    res = own!(made);
}

/// `format(value, spec)`.
#[inst(code = 13)]
#[stack(value, spec -- res)]
fn FORMAT_WITH_SPEC() {
    let made = build::format_with_spec(esc, val!(value), val!(spec))?;
    close!(esc, spec);
    close!(esc, value);
    res = own!(made);
}
