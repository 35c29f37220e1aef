//! `memoryview` over `bytes` and `bytearray`: octets (format `B`) in one dimension.

use std::sync::atomic::{AtomicBool, Ordering};

use interp_object::args::Signature;
use interp_object::builder::TypeBuilder;
use interp_object::data::bytearray::ByteArray;
use interp_object::data::bytes::{self, Bytes};
use interp_object::data::slice::Slice;
use interp_object::data::types::OBJECT;
use interp_object::data::{int, list, singletons, tuple};
use interp_object::intern::intern;
use interp_object::layout::{self, Payload, ValueExt};
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::slots::CompareOp;
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, Word, call, ops};

use crate::util::{none, text};

/// The payload: which octets of which object.
pub(super) struct MemoryView {
    object: Value,
    start: usize,
    step: i64,
    count: usize,
    released: AtomicBool,
}

impl MemoryView {
    fn release(&self) {
        if !self.released.swap(true, Ordering::AcqRel)
            && let Some(array) = self.object.payload::<ByteArray>()
        {
            array.release();
        }
    }

    fn place(&self, index: usize) -> usize {
        (self.start as i64 + index as i64 * self.step) as usize
    }
}

impl Drop for MemoryView {
    fn drop(&mut self) {
        self.release();
    }
}

impl Payload for MemoryView {
    const NAME: &'static str = "memoryview";
    fn class() -> &'static TypeObject {
        &MEMORY_VIEW
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.object.word());
    }
}

/// The type `memoryview`.
pub(super) static MEMORY_VIEW: TypeObject =
    TypeObject::builtin::<MemoryView>("memoryview", Some(&OBJECT), TypeFlags::SEQUENCE.union(TypeFlags::WEAKREF));

/// Makes the type ready, and known to what takes bytes-like objects.
pub(super) fn init(esc: Esc<'_>) {
    interp_types_text::set_buffer_reader(|esc, value| match value.payload::<MemoryView>() {
        Some(_) => octets(esc, value).map(Some),
        None => Ok(None),
    });
    TypeBuilder::new(esc, &MEMORY_VIEW).methods(METHODS).getsets(GETSETS).slots(|slots| {
        slots.new.set(Some(new));
        slots.init.set(Some(|_, _, _| Ok(())));
        slots.len.set(Some(|esc, view| Ok(of(esc, view)?.count)));
        slots.getitem.set(Some(get_item));
        slots.setitem.set(Some(set_item));
        slots.richcompare.set(Some(compare));
        slots.hash.set(Some(|esc, view| {
            if !is_read_only(of(esc, view)?) {
                return Err(esc.value_error("cannot hash writable memoryview object"));
            }
            Ok(interp_object::intern::hash_bytes(&octets(esc, view)?))
        }));
        slots.repr.set(Some(|esc, view| Ok(text(esc, &format!("<memory at {:#x}>", view.word().bits() & !3)))));
    });
}

const METHODS: &[MethodDef] = &[
    MethodDef::new("tobytes", NativeFn::Full(to_bytes_in), "The octets as bytes."),
    MethodDef::new("tolist", NativeFn::NoArgs(to_list), "The octets as a list of numbers."),
    MethodDef::new("hex", NativeFn::Full(hex), "The octets in hexadecimal."),
    MethodDef::new("release", NativeFn::NoArgs(release), "Gives up the view."),
    MethodDef::new("__enter__", NativeFn::NoArgs(|esc, view| of(esc, view).map(|_| view.clone())), "The view."),
    MethodDef::new("__exit__", NativeFn::Positional(|esc, view, _| release(esc, view)), "Gives up the view."),
];

const GETSETS: &[GetSetDef] = &[
    GetSetDef::readonly("obj", |esc, view| Ok(of(esc, view)?.object.clone()), "What is viewed."),
    GetSetDef::readonly("nbytes", |esc, view| Ok(int::from_usize(esc, of(esc, view)?.count)), "How many octets."),
    GetSetDef::readonly("itemsize", |_, _| Ok(int::small(1)), "1"),
    GetSetDef::readonly("ndim", |_, _| Ok(int::small(1)), "1"),
    GetSetDef::readonly("format", |esc, _| Ok(text(esc, "B")), "'B'"),
    GetSetDef::readonly("readonly", |esc, view| Ok(singletons::bool(is_read_only(of(esc, view)?))), "Whether it is."),
    GetSetDef::readonly("contiguous", |esc, view| Ok(singletons::bool(of(esc, view)?.step == 1)), "Whether it is."),
    GetSetDef::readonly(
        "shape",
        |esc, view| Ok(tuple::new(esc, [int::from_usize(esc, of(esc, view)?.count)]).into_value()),
        "The number of octets, as a tuple.",
    ),
    GetSetDef::readonly(
        "strides",
        |esc, view| Ok(tuple::new(esc, [int::new(esc, of(esc, view)?.step)]).into_value()),
        "The distance of octets, as a tuple.",
    ),
];

fn of<'v>(esc: Esc<'_>, value: &'v Value) -> PyResult<&'v MemoryView> {
    let Some(view) = value.payload::<MemoryView>() else { return Err(esc.type_error("a memoryview was expected")) };
    if view.released.load(Ordering::Acquire) {
        return Err(esc.value_error("operation forbidden on released memoryview object"));
    }
    Ok(view)
}

fn is_read_only(view: &MemoryView) -> bool {
    view.object.payload::<ByteArray>().is_none()
}

fn make(esc: Esc<'_>, object: &Value, start: usize, step: i64, count: usize) -> Value {
    if let Some(array) = object.payload::<ByteArray>() {
        array.export();
    }
    let view = MemoryView { object: object.clone(), start, step, count, released: AtomicBool::new(false) };
    layout::new(esc, view).into_value()
}

fn new(esc: Esc<'_>, _: &TypeObject, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<1> = Signature::new("memoryview", ["object"], 1);
    let [Some(object)] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("memoryview() lost its argument"));
    };
    if object.payload::<MemoryView>().is_some() {
        let view = of(esc, object)?;
        return Ok(make(esc, &view.object, view.start, view.step, view.count));
    }
    let count = match (object.payload::<Bytes>(), object.payload::<ByteArray>()) {
        (Some(bytes), _) => bytes.as_slice().len(),
        (None, Some(array)) => array.len(),
        (None, None) => {
            let class = object.class().name();
            return Err(esc.type_error(format_args!("memoryview: a bytes-like object is required, not '{class}'")));
        }
    };
    Ok(make(esc, object, 0, 1, count))
}

fn octets(esc: Esc<'_>, value: &Value) -> PyResult<Vec<u8>> {
    let view = of(esc, value)?;
    let pick = |all: &[u8]| (0..view.count).filter_map(|index| all.get(view.place(index)).copied()).collect();
    Ok(match (view.object.payload::<Bytes>(), view.object.payload::<ByteArray>()) {
        (Some(bytes), _) => pick(bytes.as_slice()),
        (None, Some(array)) => array.read(pick),
        (None, None) => Vec::new(),
    })
}

/// `tobytes(order='C')`: one dimension has one order.
fn to_bytes_in(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<1> = Signature::new("tobytes", ["order"], 0);
    let [order] = args.bind(esc, &SIGNATURE)?;
    if let Some(order) = order.filter(|order| !order.is_none()) {
        let Some(order) = order.payload::<interp_object::data::str::Str>() else {
            let class = order.class().name();
            return Err(esc.type_error(format_args!("tobytes() argument 'order' must be str or None, not {class}")));
        };
        if !["C", "F", "A"].iter().any(|known| order.eq_str(known)) {
            return Err(esc.value_error("order must be 'C', 'F' or 'A'"));
        }
    }
    to_bytes(esc, value)
}

fn index_in(esc: Esc<'_>, view: &MemoryView, key: &Value) -> PyResult<usize> {
    let index = ops::as_isize_index(esc, key)?;
    let index = if index < 0 { index + view.count as i64 } else { index };
    match usize::try_from(index) {
        Ok(index) if index < view.count => Ok(view.place(index)),
        _ => Err(esc.index_error("index out of bounds on dimension 1")),
    }
}

fn sub_view(esc: Esc<'_>, view: &MemoryView, key: &Value) -> PyResult {
    let length = int::from_usize(esc, view.count);
    let range = call::call_method(esc, key, &intern(esc, "indices"), &[length])?;
    let mut numbers = [0; 3];
    for (number, item) in numbers.iter_mut().zip(ops::collect(esc, &range)?) {
        *number = ops::index_i64(esc, &item)?;
    }
    let [start, stop, step] = numbers;
    let span = if step > 0 { stop - start } else { start - stop };
    let count = if span <= 0 { 0 } else { (span - 1) / step.abs() + 1 };
    let first = if count == 0 { view.start } else { view.place(start as usize) };
    Ok(make(esc, &view.object, first, view.step * step, count as usize))
}

fn get_item(esc: Esc<'_>, value: &Value, key: &Value) -> PyResult {
    let view = of(esc, value)?;
    if key.payload::<Slice>().is_some() {
        return sub_view(esc, view, key);
    }
    let place = index_in(esc, view, key)?;
    let octet = match (view.object.payload::<Bytes>(), view.object.payload::<ByteArray>()) {
        (Some(bytes), _) => bytes.as_slice().get(place).copied(),
        (None, Some(array)) => array.read(|all| all.get(place).copied()),
        (None, None) => None,
    };
    Ok(int::small(i64::from(octet.unwrap_or(0))))
}

fn set_item(esc: Esc<'_>, value: &Value, key: &Value, new: Option<&Value>) -> PyResult<()> {
    let view = of(esc, value)?;
    let (Some(array), Some(new)) = (view.object.payload::<ByteArray>(), new) else {
        let message = if new.is_some() { "cannot modify read-only memory" } else { "cannot delete memory" };
        return Err(esc.type_error(message));
    };
    let (places, octets) = if key.payload::<Slice>().is_some() {
        let part = sub_view(esc, view, key)?;
        let source = call::call(esc, &bytes::BYTES.value(), std::slice::from_ref(new))?;
        let source = source.payload::<Bytes>().map(|bytes| bytes.as_slice().to_vec()).unwrap_or_default();
        let part = of(esc, &part)?;
        if source.len() != part.count {
            let message = "memoryview assignment: lvalue and rvalue have different structures";
            return Err(esc.value_error(message));
        }
        ((0..part.count).map(|index| part.place(index)).collect(), source)
    } else {
        let place = index_in(esc, view, key)?;
        let Ok(octet) = u8::try_from(ops::index_i64(esc, new)?) else {
            return Err(esc.value_error("memoryview: invalid value for format 'B'"));
        };
        (vec![place], vec![octet])
    };
    array.write(|all| {
        for (place, octet) in places.into_iter().zip(octets) {
            if let Some(slot) = all.get_mut(place) {
                *slot = octet;
            }
        }
    });
    Ok(())
}

fn compare(esc: Esc<'_>, value: &Value, other: &Value, op: CompareOp) -> PyResult {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(singletons::not_implemented());
    }
    let theirs = if other.payload::<MemoryView>().is_some() {
        octets(esc, other)?
    } else if let Some(bytes) = other.payload::<Bytes>() {
        bytes.as_slice().to_vec()
    } else if let Some(array) = other.payload::<ByteArray>() {
        array.to_vec()
    } else {
        return Ok(singletons::not_implemented());
    };
    let equal = octets(esc, value)? == theirs;
    Ok(singletons::bool(equal == (op == CompareOp::Eq)))
}

fn to_bytes(esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(bytes::new(esc, &octets(esc, value)?).into_value())
}

fn to_list(esc: Esc<'_>, value: &Value) -> PyResult {
    let octets = octets(esc, value)?;
    Ok(list::new(esc, octets.into_iter().map(|octet| int::small(i64::from(octet)))).into_value())
}

fn hex(esc: Esc<'_>, value: &Value, args: Args<'_>) -> PyResult {
    let bytes = to_bytes(esc, value)?;
    call::call_args(esc, &interp_object::attr::get_str(esc, &bytes, "hex")?, args)
}

fn release(_: Esc<'_>, value: &Value) -> PyResult {
    if let Some(view) = value.payload::<MemoryView>() {
        view.release();
    }
    Ok(none())
}
