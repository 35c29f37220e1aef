//! `dict_keys`, `dict_items`, `dict_values`: one payload, three types. The first two are sets by their operators.

use interp_object::builder::TypeBuilder;
use interp_object::data::descr::MappingProxy;
use interp_object::data::dict::Dict;
use interp_object::data::set::{self, FROZENSET, SET, Set, table_of};
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::{singletons, types::OBJECT};
use interp_object::layout::{self, Obj, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::{BinaryOp, CompareOp};
use interp_object::{Esc, PyResult, TypeFlags, TypeObject, Value, Word, ops};

use super::iter::{self, ITEM_ITERATOR, KEY_ITERATOR, VALUE_ITERATOR};
use crate::set::{algebra, intersection_of};
use crate::util::{Text, not_implemented, this, unhashable};

/// The payload of all views.
pub struct View {
    dict: Obj<Dict>,
}

impl View {
    /// The dictionary.
    pub fn dict(&self) -> &Obj<Dict> {
        &self.dict
    }
}

/// What a view shows, at one moment: `list(d.items())` is not disturbed by other threads.
pub(crate) fn items_of(esc: Esc<'_>, view: &Value) -> Option<Vec<Value>> {
    let dict = view.payload::<View>()?.dict();
    let class = view.class();
    Some(if std::ptr::eq(class, &raw const KEYS) {
        dict.keys(esc)
    } else if std::ptr::eq(class, &raw const VALUES) {
        dict.values(esc)
    } else {
        dict.items(esc).into_iter().map(|(key, _, value)| tuple::new(esc, [key, value]).into_value()).collect()
    })
}

impl Payload for View {
    const NAME: &'static str = "dict_keys";
    fn class() -> &'static TypeObject {
        &KEYS
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.dict.value().word());
    }
}

const fn view_type(name: &'static str) -> TypeObject {
    TypeObject::builtin::<View>(name, Some(&OBJECT), TypeFlags::NO_NEW)
}

/// The type `dict_keys`.
pub static KEYS: TypeObject = view_type("dict_keys");
/// The type `dict_items`.
pub static ITEMS: TypeObject = view_type("dict_items");
/// The type `dict_values`.
pub static VALUES: TypeObject = view_type("dict_values");

static METHODS: &[MethodDef] = &[MethodDef::new(
    "__reversed__",
    NativeFn::NoArgs(reversed),
    "Return a reverse iterator over the dict's contents.",
)];

static SET_METHODS: &[MethodDef] = &[MethodDef::new(
    "isdisjoint",
    NativeFn::One(is_disjoint),
    "Return True if the view and the given iterable have a null intersection.",
)];

static GETSETS: &[GetSetDef] = &[GetSetDef::readonly("mapping", mapping, "dictionary that this view refers to")];

/// Fills the types.
pub(super) fn init(esc: Esc<'_>) {
    for class in [&KEYS, &ITEMS, &VALUES] {
        TypeBuilder::new(esc, class).methods(METHODS).getsets(GETSETS).slots(|slots| {
            slots.repr.set(Some(repr));
            slots.iter.set(Some(iterate));
            slots.len.set(Some(len));
        });
    }
    KEYS.slots.contains.set(Some(has_key));
    ITEMS.slots.contains.set(Some(has_item));
    for class in [&KEYS, &ITEMS] {
        TypeBuilder::new(esc, class).methods(SET_METHODS).attribute("__hash__", singletons::none()).slots(|slots| {
            slots.hash.set(Some(unhashable));
            slots.richcompare.set(Some(compare));
            slots.binary[BinaryOp::And as usize].set(Some(and));
            slots.binary[BinaryOp::Or as usize].set(Some(or));
            slots.binary[BinaryOp::Subtract as usize].set(Some(subtract));
            slots.binary[BinaryOp::Xor as usize].set(Some(xor));
        });
    }
}

/// A view of the given type.
pub(super) fn new(esc: Esc<'_>, dict: Obj<Dict>, class: &TypeObject) -> Value {
    layout::new_with_type(esc, class, View { dict }).into_value()
}

fn repr(esc: Esc<'_>, value: &Value) -> PyResult {
    let name = value.class().name();
    let text = ops::with_repr_guard(esc, value, || {
        let items = ops::collect(esc, value)?;
        let mut text = Text::new(&format!("{name}(["));
        text.push_reprs(esc, &items)?;
        text.push_ascii("])");
        Ok(text)
    })?;
    Ok(text.unwrap_or_else(|| Text::new("...")).finish(esc))
}

/// Which of three the view's type says.
fn by_type<T>(value: &Value, keys: T, items: T, values: T) -> T {
    if std::ptr::eq(value.class(), &raw const KEYS) {
        keys
    } else if std::ptr::eq(value.class(), &raw const ITEMS) {
        items
    } else {
        values
    }
}

fn iterate(esc: Esc<'_>, value: &Value) -> PyResult {
    let class = by_type(value, &KEY_ITERATOR, &ITEM_ITERATOR, &VALUE_ITERATOR);
    Ok(iter::forward(esc, this::<View>(esc, value)?.dict.clone(), class))
}

fn reversed(esc: Esc<'_>, value: &Value) -> PyResult {
    let class =
        by_type(value, &iter::REVERSE_KEY_ITERATOR, &iter::REVERSE_ITEM_ITERATOR, &iter::REVERSE_VALUE_ITERATOR);
    Ok(iter::reversed(esc, this::<View>(esc, value)?.dict.clone(), class))
}

fn len(esc: Esc<'_>, value: &Value) -> PyResult<usize> {
    Ok(this::<View>(esc, value)?.dict.len(esc))
}

fn mapping(esc: Esc<'_>, value: &Value) -> PyResult {
    let mapping = this::<View>(esc, value)?.dict.value().clone();
    Ok(layout::new(esc, MappingProxy { mapping }).into_value())
}

fn has_key(esc: Esc<'_>, value: &Value, key: &Value) -> PyResult<bool> {
    this::<View>(esc, value)?.dict.contains(esc, key)
}

fn has_item(esc: Esc<'_>, value: &Value, item: &Value) -> PyResult<bool> {
    let view = this::<View>(esc, value)?;
    let Some([key, expected]) = item.payload::<Tuple>().map(Tuple::as_slice) else { return Ok(false) };
    match view.dict.get(esc, key)? {
        Some(found) => ops::identical_or_equal(esc, &found, expected),
        None => Ok(false),
    }
}

/// Whether a value is a view that is a set.
fn is_set_view(value: &Value) -> bool {
    std::ptr::eq(value.class(), &raw const KEYS) || std::ptr::eq(value.class(), &raw const ITEMS)
}

fn is_set_like(value: &Value) -> bool {
    is_set_view(value) || table_of(value).is_some()
}

fn all_in(esc: Esc<'_>, items: &Value, container: &Value) -> PyResult<bool> {
    let mut all = true;
    ops::iterate(esc, items, |item| {
        all = ops::contains(esc, container, &item)?;
        Ok(all)
    })?;
    Ok(all)
}

fn compare(esc: Esc<'_>, left: &Value, right: &Value, op: CompareOp) -> PyResult {
    if !is_set_like(right) {
        return not_implemented();
    }
    let (mine, theirs) = (len(esc, left)?, ops::len(esc, right)?);
    let holds = match op {
        CompareOp::Eq => mine == theirs && all_in(esc, left, right)?,
        CompareOp::Ne => mine != theirs || !all_in(esc, left, right)?,
        CompareOp::Lt => mine < theirs && all_in(esc, left, right)?,
        CompareOp::Le => mine <= theirs && all_in(esc, left, right)?,
        CompareOp::Gt => mine > theirs && all_in(esc, right, left)?,
        CompareOp::Ge => mine >= theirs && all_in(esc, right, left)?,
    };
    Ok(singletons::bool(holds))
}

fn new_set(esc: Esc<'_>, items: &Value) -> PyResult<Obj<Set>> {
    let set = set::new(esc);
    algebra::update(esc, set.table(), items)?;
    Ok(set)
}

/// `left & right`: the items of the other that the view has.
fn and(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let (view, other) = if is_set_view(left) { (left, right) } else { (right, left) };
    let is_set = std::ptr::eq(other.class(), &raw const SET) || std::ptr::eq(other.class(), &raw const FROZENSET);
    if is_set && ops::len(esc, other)? >= len(esc, view)? {
        return intersection_of(esc, other, view);
    }
    let result = set::new(esc);
    ops::iterate(esc, other, |item| {
        if ops::contains(esc, view, &item)? {
            result.table().add(esc, &item)?;
        }
        Ok(true)
    })?;
    Ok(result.into_value())
}

fn or(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let result = new_set(esc, left)?;
    algebra::update(esc, result.table(), right)?;
    Ok(result.into_value())
}

fn subtract(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let result = new_set(esc, left)?;
    algebra::difference_update(esc, result.table(), right)?;
    Ok(result.into_value())
}

fn xor(esc: Esc<'_>, left: &Value, right: &Value) -> PyResult {
    let result = new_set(esc, left)?;
    algebra::symmetric_difference_update(esc, result.table(), right)?;
    Ok(result.into_value())
}

fn is_disjoint(esc: Esc<'_>, value: &Value, other: &Value) -> PyResult {
    let (items, container) =
        if is_set_like(other) && ops::len(esc, other)? > len(esc, value)? { (value, other) } else { (other, value) };
    let mut disjoint = true;
    ops::iterate(esc, items, |item| {
        disjoint = !ops::contains(esc, container, &item)?;
        Ok(disjoint)
    })?;
    Ok(singletons::bool(disjoint))
}
