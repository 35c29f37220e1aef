//! Making containers, strings, slices and templates, and growing containers.

use interp_object::attr;
use interp_object::call;
use interp_object::data::dict::{self, DICT, Dict};
use interp_object::data::exception::{self as exc, Exception};
use interp_object::data::frame::payload_in;
use interp_object::data::list::{self, LIST, List, Source};
use interp_object::data::set::{self, Set};
use interp_object::data::str::Str;
use interp_object::data::template::{self, Interpolation};
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::{singletons, slice};
use interp_object::intern::{intern, names};
use interp_object::layout::{Obj, ValueExt, class_of};
use interp_object::{Esc, PyResult, Raised, Thread, Value, Word, ops};

use crate::flow::Slots;

/// A tuple of what the slots hold.
pub(crate) fn tuple(esc: Esc<'_>, values: Slots) -> Value {
    let me = esc.me();
    tuple::filled(esc, values.len(), |index| Some(values.take(index, me))).into_value()
}

/// A list of what the slots hold.
pub(crate) fn list(esc: Esc<'_>, values: Slots) -> Value {
    let me = esc.me();
    list::filled(esc, values.len(), |index| values.take(index, me)).into_value()
}

/// A set of these items.
pub(crate) fn set(esc: Esc<'_>, items: &[Value]) -> PyResult {
    let mut made = set::Gathered::new(esc);
    for item in items {
        made.add(esc, item.clone())?;
    }
    Ok(made.finish(esc).into_value())
}

/// A dictionary of alternating keys and values.
pub(crate) fn map(esc: Esc<'_>, pairs: &[Value]) -> PyResult {
    let made = dict::new(esc);
    for pair in pairs.chunks_exact(2) {
        made.set(esc, &pair[0], pair[1].clone())?;
    }
    Ok(made.into_value())
}

/// The concatenation of strings.
pub(crate) fn string(esc: Esc<'_>, pieces: &[Value]) -> PyResult {
    let texts: Option<Vec<&Str>> = pieces.iter().map(|piece| piece.payload::<Str>()).collect();
    match texts {
        Some(texts) => ops::concatenate(esc, &texts).map(Obj::into_value),
        None => Err(esc.type_error("sequence item: expected str instance")),
    }
}

/// A slice of two or three values.
pub(crate) fn slice(esc: Esc<'_>, args: &[Value]) -> Value {
    let part = |index: usize| args.get(index).cloned().unwrap_or_else(singletons::none);
    slice::new(esc, part(0), part(1), part(2)).into_value()
}

/// An interpolation; `oparg >> 2` is the conversion, numbered as in [`convert`].
pub(crate) fn interpolation(esc: Esc<'_>, oparg: u32, value: &Value, expression: &Value, format: &[Value]) -> PyResult {
    let conversion = match oparg >> 2 {
        0 => singletons::none(),
        1 => intern(esc, "s"),
        2 => intern(esc, "r"),
        3 => intern(esc, "a"),
        _ => return Err(esc.system_error("unknown conversion of an interpolation")),
    };
    let format_spec = format.first().cloned().unwrap_or_else(|| intern(esc, ""));
    let made = Interpolation { value: value.clone(), expression: expression.clone(), conversion, format_spec };
    Ok(template::new_interpolation(esc, made).into_value())
}

/// A template of a tuple of strings and a tuple of interpolations.
pub(crate) fn template(esc: Esc<'_>, strings: &Value, interpolations: &Value) -> PyResult {
    match (strings.clone().downcast::<Tuple>(), interpolations.clone().downcast::<Tuple>()) {
        (Ok(strings), Ok(interpolations)) => Ok(template::new(esc, strings, interpolations).into_value()),
        _ => Err(esc.system_error("a template is made of two tuples")),
    }
}

/// The payload that the compiler promises.
fn expect<'a, T: interp_object::Payload>(esc: Esc<'_>, value: &'a Value) -> PyResult<&'a T> {
    value.payload::<T>().ok_or_else(|| esc.system_error(format_args!("{} was expected", T::NAME)))
}

/// Appends a word to the list in a temporary, if that takes neither a lock nor a call; the word is the list's then.
#[inline(always)]
pub(crate) fn append_alone(th: &Thread, list: Word, item: Word) -> bool {
    if !list.is_ptr() || !std::ptr::eq(class_of(list), &raw const LIST) {
        return false;
    }
    // SAFETY: the type was compared; the slot keeps the list alive.
    let payload: &List = unsafe { payload_in(list) };
    // SAFETY: the word is a temporary's of the running frame; the item's slot gives its word up if this says so.
    unsafe { payload.push_alone(th.id(), list, item) }
}

/// `list.append(item)`
pub(crate) fn list_append(esc: Esc<'_>, list: &Value, item: Value) -> PyResult<()> {
    let payload = expect::<List>(esc, list)?;
    // SAFETY: the list is a temporary of the running frame.
    unsafe { payload.push_building(esc, list.word(), item) }.map_err(|_item| esc.memory_error())
}

/// `list.extend(iterable)` for `[*iterable]`.
pub(crate) fn list_extend(esc: Esc<'_>, list: &Value, iterable: &Value) -> PyResult<()> {
    let list = expect::<List>(esc, list)?;
    let push = |item| list.push(esc, item).map_err(|_item| esc.memory_error());
    let source = match (iterable.exact::<List>(), iterable.exact::<Tuple>()) {
        (Some(source), _) => Some(Source::List(source)),
        (_, Some(source)) => Some(Source::Items(source.as_slice())),
        _ => None,
    };
    if let Some(source) = source {
        return list.assign(esc, usize::MAX..usize::MAX, source).map(drop).map_err(|_| esc.memory_error());
    }
    let iterator = iterator_for_star(esc, iterable)?;
    ops::length_hint(esc, iterable, 8)?;
    while let Some(item) = ops::next(esc, &iterator)? {
        push(item)?;
    }
    Ok(())
}

/// `iter(iterable)` with the message that a starred value deserves.
pub(crate) fn iterator_for_star(esc: Esc<'_>, iterable: &Value) -> PyResult {
    let raised = match ops::iterator(esc, iterable) {
        Ok(iterator) => return Ok(iterator),
        Err(raised) => raised,
    };
    let slots = &iterable.class().slots;
    if !raised.matches(esc, &exc::TYPE_ERROR) || !slots.iter.is_empty() || !slots.getitem.is_empty() {
        return Err(raised);
    }
    drop(raised.catch(esc));
    let shown = iterable.class().name();
    Err(esc.type_error(format_args!("Value after * must be an iterable, not {shown}")))
}

/// `set.add(item)`
pub(crate) fn set_add(esc: Esc<'_>, set: &Value, item: &Value) -> PyResult<()> {
    // SAFETY: the set is a temporary of the running frame.
    unsafe { expect::<Set>(esc, set)?.table().add_building(esc, set.word(), item) }.map(drop)
}

/// `set.update(iterable)`
pub(crate) fn set_update(esc: Esc<'_>, set: &Value, iterable: &Value) -> PyResult<()> {
    let set = expect::<Set>(esc, set)?;
    if let Some(source) = set::table_of(iterable) {
        for (item, hash) in source.items(esc) {
            set.table().add_hashed(esc, &item, hash)?;
        }
        return Ok(());
    }
    if let Some(source) = iterable.exact::<Dict>() {
        for (key, hash, _) in source.items(esc) {
            set.table().add_hashed(esc, &key, hash)?;
        }
        return Ok(());
    }
    ops::iterate(esc, iterable, |item| set.table().add(esc, &item).map(|_new| true))
}

/// `dict[key] = value`
pub(crate) fn map_add(esc: Esc<'_>, dict: &Value, key: &Value, value: &Value) -> PyResult<()> {
    expect::<Dict>(esc, dict)?.set(esc, key, value.clone())
}

/// `{**update}`
pub(crate) fn dict_update(esc: Esc<'_>, dict: &Value, update: &Value) -> PyResult<()> {
    let dict = expect::<Dict>(esc, dict)?;
    let raised = match merge(esc, dict, update, false) {
        Ok(()) => return Ok(()),
        Err(raised) => raised,
    };
    drop(raised.catch_if(esc, &exc::ATTRIBUTE_ERROR)?);
    Err(esc.type_error(format_args!("'{}' object is not a mapping", update.class().name())))
}

/// `callable(**update)`: as [`dict_update`], but no key may be there already.
pub(crate) fn dict_merge(esc: Esc<'_>, callable: &Value, dict: &Value, update: &Value) -> PyResult<()> {
    let dict = expect::<Dict>(esc, dict)?;
    let raised = match merge(esc, dict, update, true) {
        Ok(()) => return Ok(()),
        Err(raised) => raised,
    };
    if raised.matches(esc, &exc::ATTRIBUTE_ERROR) {
        drop(raised.catch(esc));
        let shown = function_text(esc, callable)?;
        let class = update.class().name();
        return Err(esc.type_error(format_args!("{shown} argument after ** must be a mapping, not {class}")));
    }
    Err(repeated_keyword(esc, callable, raised))
}

/// Copies a mapping into `dict`; with `unique`, a key that is there already raises `KeyError(key)`.
fn merge(esc: Esc<'_>, dict: &Dict, update: &Value, unique: bool) -> PyResult<()> {
    let iterates_as_dict = update.class().slots.iter.same(&DICT.slots.iter);
    if let Some(source) = update.payload::<Dict>().filter(|_| iterates_as_dict) {
        for (key, hash, value) in source.items(esc) {
            if unique && dict.get_hashed(esc, &key, hash)?.is_some() {
                return Err(esc.key_error(&key));
            }
            dict.set_hashed(esc, &key, hash, value)?;
        }
        return Ok(());
    }
    let keys = call::call_method(esc, update, names::keys(esc), &[])?;
    if keys.class().slots.iter.is_empty() && keys.class().slots.getitem.is_empty() {
        return Err(esc.type_error(format_args!(
            "{}.keys() returned a non-iterable (type {})",
            update.class().name(),
            keys.class().name()
        )));
    }
    ops::iterate(esc, &keys, |key| {
        if unique && dict.contains(esc, &key)? {
            return Err(esc.key_error(&key));
        }
        let value = ops::get_item(esc, update, &key)?;
        dict.set(esc, &key, value).map(|()| true)
    })
}

/// Turns the `KeyError` of a repeated keyword into the `TypeError` that names the callable.
fn repeated_keyword(esc: Esc<'_>, callable: &Value, raised: Raised) -> Raised {
    let exception = match raised.catch_if(esc, &exc::KEY_ERROR) {
        Ok(exception) => exception,
        Err(raised) => return raised,
    };
    let args = exception.payload::<Exception>().map(|payload| payload.args_tuple(esc));
    let Some([key]) = args.as_ref().map(|args| args.as_slice()) else { return esc.restore(exception) };
    if key.payload::<Str>().is_none() {
        return esc.type_error("keywords must be strings");
    }
    match function_text(esc, callable) {
        Ok(shown) => {
            let key = ops::text_lossy(key);
            esc.type_error(format_args!("{shown} got multiple values for keyword argument '{key}'"))
        }
        Err(raised) => raised,
    }
}

/// How messages show a callable: `module.qualname()`, without the module for builtins, or `str(callable)` if it has no
/// qualified name.
pub(crate) fn function_text(esc: Esc<'_>, callable: &Value) -> PyResult<String> {
    let Some(qualname) = attr::get_optional(esc, callable, names::qualname(esc))? else {
        return ops::to_str(esc, callable).map(|text| text.to_lossy().into_owned());
    };
    let qualname = ops::to_str(esc, &qualname)?.to_lossy().into_owned();
    let module = attr::get_optional(esc, callable, names::module(esc))?.filter(|module| !module.is_none());
    match module {
        Some(module) if ops::text_lossy(&module) != "builtins" => {
            let module = ops::to_str(esc, &module)?;
            Ok(format!("{}.{qualname}()", module.to_lossy()))
        }
        _ => Ok(format!("{qualname}()")),
    }
}

/// `str(value)`, `repr(value)` or `ascii(value)`, as CPython numbers them.
pub(crate) fn convert(esc: Esc<'_>, conversion: u32, value: &Value) -> PyResult {
    match conversion {
        1 => ops::to_str(esc, value),
        2 => ops::repr(esc, value),
        3 => ops::ascii(esc, value),
        _ => return Err(esc.system_error("unknown conversion of a formatted value")),
    }
    .map(Obj::into_value)
}

/// `format(value)`
pub(crate) fn format_simple(esc: Esc<'_>, value: &Value) -> PyResult {
    ops::format(esc, value, None)
}

/// `format(value, spec)`
pub(crate) fn format_with_spec(esc: Esc<'_>, value: &Value, spec: &Value) -> PyResult {
    ops::format(esc, value, Some(spec))
}
