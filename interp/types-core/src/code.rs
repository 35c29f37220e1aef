//! `code`: what introspection reads.

use std::sync::Arc;

use interp_code::locations::{Location, Reader};
use interp_code::{Code, CodeFlags, Const, LocalKind, Wtf};
use interp_object::builder::TypeBuilder;
use interp_object::data::code::{self, CODE, CodeObject};
use interp_object::data::str::Str;
use interp_object::data::{bytes, float, int, singletons, str, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::CompareOp;
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, Value, ops};

use crate::object::address;

static GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("co_name", |esc, this| Ok(payload(esc, this)?.name().clone()), ""),
    GetSetDef::readonly("co_qualname", |esc, this| Ok(payload(esc, this)?.qualname().clone()), ""),
    GetSetDef::readonly("co_filename", |esc, this| Ok(payload(esc, this)?.filename().clone()), ""),
    GetSetDef::readonly("co_firstlineno", |esc, this| number(esc, this, |c| i64::from(c.data().firstlineno)), ""),
    GetSetDef::readonly("co_argcount", |esc, this| number(esc, this, |c| i64::from(c.data().argcount)), ""),
    GetSetDef::readonly(
        "co_posonlyargcount",
        |esc, this| number(esc, this, |c| i64::from(c.data().posonlyargcount)),
        "",
    ),
    GetSetDef::readonly("co_kwonlyargcount", |esc, this| number(esc, this, |c| i64::from(c.data().kwonlyargcount)), ""),
    GetSetDef::readonly("co_stacksize", |esc, this| number(esc, this, |c| i64::from(c.data().stacksize)), ""),
    GetSetDef::readonly("co_flags", |esc, this| number(esc, this, |c| i64::from(c.data().flags.bits())), ""),
    GetSetDef::readonly("co_nlocals", |esc, this| number(esc, this, |c| c.data().nlocals() as i64), ""),
    GetSetDef::readonly("co_code", |esc, this| octets(esc, this, |c| &c.data().code), ""),
    GetSetDef::readonly("_co_code_adaptive", adaptive, ""),
    GetSetDef::readonly("co_linetable", |esc, this| octets(esc, this, |c| &c.data().linetable), ""),
    GetSetDef::readonly("co_lnotab", |esc, this| octets(esc, this, |c| &c.data().linetable), ""),
    GetSetDef::readonly("co_exceptiontable", |esc, this| octets(esc, this, |c| &c.data().exceptiontable), ""),
    GetSetDef::readonly("co_consts", |esc, this| tuple_of(esc, payload(esc, this)?.consts()), ""),
    GetSetDef::readonly("co_names", |esc, this| tuple_of(esc, payload(esc, this)?.names()), ""),
    GetSetDef::readonly("co_varnames", |esc, this| locals(esc, this, LocalKind::LOCAL), ""),
    GetSetDef::readonly("co_cellvars", |esc, this| locals(esc, this, LocalKind::CELL), ""),
    GetSetDef::readonly("co_freevars", |esc, this| locals(esc, this, LocalKind::FREE), ""),
];

static METHODS: &[MethodDef] = &[
    MethodDef::new("co_lines", NativeFn::NoArgs(lines), ""),
    MethodDef::new("co_positions", NativeFn::NoArgs(positions), ""),
    MethodDef::new(
        "replace",
        NativeFn::Full(replace),
        "Return a copy of the code object with new values for the specified fields.",
    ),
    MethodDef::new("__replace__", NativeFn::Full(replace), "The same as replace()."),
    MethodDef::new("_varname_from_oparg", NativeFn::One(varname), ""),
];

pub(crate) fn init(esc: Esc<'_>) {
    CODE.add_flags(TypeFlags::WEAKREF);
    TypeBuilder::new(esc, &CODE)
        .slots(|slots| {
            slots.repr.set(Some(repr));
            slots.hash.set(Some(hash));
            slots.richcompare.set(Some(compare));
        })
        .getsets(GETSETS)
        .methods(METHODS)
        .doc("Create a code object.  Not for mere mortals.");
}

fn payload<'a>(esc: Esc<'_>, this: &'a Value) -> PyResult<&'a CodeObject> {
    match this.payload::<CodeObject>() {
        Some(code) => Ok(code),
        None => Err(esc.type_error("a code object was expected")),
    }
}

fn number(esc: Esc<'_>, this: &Value, pick: fn(&CodeObject) -> i64) -> PyResult {
    Ok(int::new(esc, pick(payload(esc, this)?)))
}

fn octets(esc: Esc<'_>, this: &Value, pick: fn(&CodeObject) -> &[u8]) -> PyResult {
    Ok(bytes::new(esc, pick(payload(esc, this)?)).into_value())
}

fn adaptive(esc: Esc<'_>, this: &Value) -> PyResult {
    Ok(bytes::new(esc, &payload(esc, this)?.adaptive()).into_value())
}

fn tuple_of(esc: Esc<'_>, values: &[Value]) -> PyResult {
    Ok(tuple::from_slice(esc, values).into_value())
}

fn locals(esc: Esc<'_>, this: &Value, kind: LocalKind) -> PyResult {
    let code = payload(esc, this)?;
    let kinds = code.data().localspluskinds.iter();
    let names: Vec<Value> = code
        .localsplus()
        .iter()
        .zip(kinds)
        .filter(|(_, found)| found.contains(kind))
        .map(|(name, _)| name.clone())
        .collect();
    Ok(tuple::new(esc, names).into_value())
}

fn varname(esc: Esc<'_>, this: &Value, index: &Value) -> PyResult {
    let code = payload(esc, this)?;
    let index = ops::index_i64(esc, index)?;
    match usize::try_from(index).ok().and_then(|index| code.localsplus().get(index)) {
        Some(name) => Ok(name.clone()),
        None => Err(esc.index_error("tuple index out of range")),
    }
}

fn repr(esc: Esc<'_>, this: &Value) -> PyResult {
    let code = payload(esc, this)?;
    let text = format!(
        "<code object {} at {:#x}, file \"{}\", line {}>",
        ops::text_lossy(code.name()),
        address(this),
        ops::text_lossy(code.filename()),
        code.data().firstlineno
    );
    Ok(str::new(esc, &text).into_value())
}

fn hash(esc: Esc<'_>, this: &Value) -> PyResult<i64> {
    let code = payload(esc, this)?;
    let mut hash = ops::hash(esc, code.name())? ^ interp_object::intern::hash_bytes(&code.data().code);
    hash ^= i64::from(code.data().firstlineno) << 16 ^ i64::from(code.data().argcount);
    Ok(if hash == -1 { -2 } else { hash })
}

fn compare(esc: Esc<'_>, this: &Value, other: &Value, op: CompareOp) -> PyResult {
    let (mine, Some(theirs)) = (payload(esc, this)?, other.payload::<CodeObject>()) else {
        return Ok(singletons::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(singletons::not_implemented());
    }
    let (a, b) = (mine.data(), theirs.data());
    let mut equal = a.name.as_bytes() == b.name.as_bytes()
        && a.argcount == b.argcount
        && a.posonlyargcount == b.posonlyargcount
        && a.kwonlyargcount == b.kwonlyargcount
        && a.flags == b.flags
        && a.firstlineno == b.firstlineno
        && a.code == b.code
        && a.linetable == b.linetable
        && a.exceptiontable == b.exceptiontable
        && mine.consts().len() == theirs.consts().len();
    if equal {
        let [names, locals] = [[mine.names(), theirs.names()], [mine.localsplus(), theirs.localsplus()]]
            .map(|[a, b]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is(b)));
        equal = names && locals;
    }
    for (a, b) in mine.consts().iter().zip(theirs.consts()) {
        equal = equal && std::ptr::eq(a.class(), b.class()) && ops::identical_or_equal(esc, a, b)?;
    }
    Ok(singletons::bool(equal == (op == CompareOp::Eq)))
}

/// Runs of code units with their location.
fn runs(code: &CodeObject) -> Vec<(usize, Location)> {
    Reader::new(&code.data().linetable, code.data().firstlineno).map_while(Result::ok).collect()
}

/// `(start, end, line)` for each run of instructions of one line.
fn lines(esc: Esc<'_>, this: &Value) -> PyResult {
    let mut merged: Vec<(usize, usize, i32)> = Vec::new();
    let mut at = 0;
    for (units, location) in runs(payload(esc, this)?) {
        let end = at + 2 * units;
        match merged.last_mut() {
            Some(last) if last.2 == location.line => last.1 = end,
            _ => merged.push((at, end, location.line)),
        }
        at = end;
    }
    let rows: Vec<Value> = merged
        .into_iter()
        .map(|(start, end, line)| {
            let parts = [int::from_usize(esc, start), int::from_usize(esc, end), optional(esc, line)];
            tuple::new(esc, parts).into_value()
        })
        .collect();
    let rows = tuple::new(esc, rows).into_value();
    ops::iterator(esc, &rows)
}

fn optional(esc: Esc<'_>, number: i32) -> Value {
    if number < 0 { singletons::none() } else { int::new(esc, i64::from(number)) }
}

/// `(line, end_line, column, end_column)` for each code unit.
fn positions(esc: Esc<'_>, this: &Value) -> PyResult {
    let mut rows = Vec::new();
    for (units, at) in runs(payload(esc, this)?) {
        let parts = [at.line, at.end_line, at.column, at.end_column].map(|number| optional(esc, number));
        let row = tuple::new(esc, parts).into_value();
        rows.extend(std::iter::repeat_n(row, units));
    }
    let rows = tuple::new(esc, rows).into_value();
    ops::iterator(esc, &rows)
}

/// `code.replace(…)`. Instructions are verified when the code first runs.
fn replace(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult {
    if !args.pos().is_empty() {
        return Err(esc.type_error("replace() takes no positional arguments"));
    }
    let mut data = payload(esc, this)?.data().clone();
    for (name, value) in args.keywords() {
        let name = ops::text_lossy(name);
        match name.as_str() {
            "co_name" => data.name = text(esc, value, &name)?,
            "co_qualname" => data.qualname = text(esc, value, &name)?,
            "co_filename" => data.filename = text(esc, value, &name)?,
            "co_firstlineno" => data.firstlineno = small(esc, value)?,
            "co_flags" => data.flags = CodeFlags::from_bits_retain(small(esc, value)?.cast_unsigned()),
            "co_stacksize" => data.stacksize = small(esc, value)?.cast_unsigned(),
            "co_argcount" => data.argcount = count(esc, value)?,
            "co_posonlyargcount" => data.posonlyargcount = count(esc, value)?,
            "co_kwonlyargcount" => data.kwonlyargcount = count(esc, value)?,
            "co_code" => data.code = table(esc, value, &name)?,
            "co_linetable" => data.linetable = table(esc, value, &name)?,
            "co_exceptiontable" => data.exceptiontable = table(esc, value, &name)?,
            "co_consts" => data.consts = items(esc, value, &name, constant)?,
            "co_names" => data.names = items(esc, value, &name, |esc, item| text(esc, item, &name))?,
            "co_varnames" => rename(esc, &mut data, LocalKind::LOCAL, value, &name)?,
            "co_cellvars" => rename(esc, &mut data, LocalKind::CELL, value, &name)?,
            "co_freevars" => rename(esc, &mut data, LocalKind::FREE, value, &name)?,
            "co_nlocals" if usize::try_from(small(esc, value)?).is_ok_and(|count| count == data.nlocals()) => {}
            "co_nlocals" => return Err(esc.value_error("code: co_nlocals != len(co_varnames)")),
            _ => {
                return Err(esc.type_error(format_args!("replace() got an unexpected keyword argument '{name}'")));
            }
        }
    }
    if let Err(broken) = data.check_shape() {
        return Err(esc.value_error(broken));
    }
    Ok(code::new(esc, &Arc::new(data)).into_value())
}

fn count(esc: Esc<'_>, value: &Value) -> PyResult<u32> {
    u32::try_from(small(esc, value)?).map_err(|_| esc.value_error("code: argument counts must not be negative"))
}

fn table(esc: Esc<'_>, value: &Value, name: &str) -> PyResult<Box<[u8]>> {
    match value.payload::<bytes::Bytes>() {
        Some(octets) => Ok(octets.as_slice().into()),
        None => {
            let given = interp_object::args::shown_type(value);
            Err(esc.type_error(format_args!("replace() argument '{name}' must be bytes, not {given}")))
        }
    }
}

fn items<T>(
    esc: Esc<'_>,
    value: &Value,
    name: &str,
    convert: impl Fn(Esc<'_>, &Value) -> PyResult<T>,
) -> PyResult<Box<[T]>> {
    match value.payload::<tuple::Tuple>() {
        Some(items) => items.as_slice().iter().map(|item| convert(esc, item)).collect(),
        None => {
            let given = interp_object::args::shown_type(value);
            Err(esc.type_error(format_args!("replace() argument '{name}' must be tuple, not {given}")))
        }
    }
}

/// Gives the variables of a kind other names. Their number is what the instructions count on.
fn rename(esc: Esc<'_>, data: &mut Code, kind: LocalKind, value: &Value, name: &str) -> PyResult<()> {
    let names = items(esc, value, name, |esc, item| text(esc, item, name))?;
    let slots: Vec<usize> =
        (0..data.localspluskinds.len()).filter(|&slot| data.localspluskinds[slot].intersects(kind)).collect();
    if slots.len() != names.len() {
        return Err(esc.raise_str(
            &interp_object::data::exception::NOT_IMPLEMENTED_ERROR,
            format_args!("replacing {name} by more or fewer names is not supported"),
        ));
    }
    for (slot, name) in slots.into_iter().zip(names) {
        data.localsplusnames[slot] = name;
    }
    Ok(())
}

/// A constant as data.
fn constant(esc: Esc<'_>, value: &Value) -> PyResult<Const> {
    esc.check_native_stack()?;
    if let Some(truth) = singletons::as_bool(value) {
        return Ok(if truth { Const::True } else { Const::False });
    }
    let exact = |class: &interp_object::TypeObject| std::ptr::eq(value.class(), class);
    if value.is_none() {
        Ok(Const::None)
    } else if singletons::is_ellipsis(value) {
        Ok(Const::Ellipsis)
    } else if let (true, Some(number)) = (exact(&int::INT), int::view(value)) {
        Ok(Const::int(number.to_big()))
    } else if let (true, Some(number)) = (exact(&float::FLOAT), float::view(value)) {
        Ok(Const::Float(number))
    } else if value.exact::<Str>().is_some() {
        Ok(Const::Str(text(esc, value, "co_consts")?))
    } else if let Some(octets) = value.exact::<bytes::Bytes>() {
        Ok(Const::Bytes(octets.as_slice().into()))
    } else if value.exact::<tuple::Tuple>().is_some() {
        Ok(Const::Tuple(Arc::from(items(esc, value, "co_consts", constant)?)))
    } else if let Some(code) = value.payload::<CodeObject>() {
        Ok(Const::Code(Arc::new(code.data().clone())))
    } else {
        let given = value.class().name();
        Err(esc.raise_str(
            &interp_object::data::exception::NOT_IMPLEMENTED_ERROR,
            format_args!("constants of type '{given}' are not supported"),
        ))
    }
}

fn text(esc: Esc<'_>, value: &Value, name: &str) -> PyResult<Wtf> {
    match value.payload::<Str>().and_then(|text| Wtf::from_code_points(text.chars().iter())) {
        Some(text) => Ok(text),
        None => {
            let given = interp_object::args::shown_type(value);
            Err(esc.type_error(format_args!("replace() argument '{name}' must be str, not {given}")))
        }
    }
}

fn small(esc: Esc<'_>, value: &Value) -> PyResult<i32> {
    let number = ops::index_i64(esc, value)?;
    i32::try_from(number).map_err(|_| esc.overflow_error("Python int too large to convert to C int"))
}
