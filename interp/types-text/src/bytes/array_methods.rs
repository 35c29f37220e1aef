//! Methods that `bytes` does not have.

use interp_object::args::check_count;
use interp_object::data::bytearray::{self, ByteArray};
use interp_object::data::{int, singletons, str, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, Value, attr, ops};

use super::array::{array, check_resizable};
use super::{construct, octet, octets_of};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("append", NativeFn::One(append), "Append a single item to the end of the bytearray."),
    MethodDef::new("clear", NativeFn::NoArgs(clear), "Remove all items from the bytearray."),
    MethodDef::new("copy", NativeFn::NoArgs(copy), "Return a copy of B."),
    MethodDef::new("extend", NativeFn::One(extend), "Append all the items from the iterator or sequence."),
    MethodDef::new("insert", NativeFn::Positional(insert), "Insert a single item before the given index."),
    MethodDef::new("pop", NativeFn::Positional(pop), "Remove and return a single item from B."),
    MethodDef::new("remove", NativeFn::One(remove), "Remove the first occurrence of a value."),
    MethodDef::new("resize", NativeFn::One(resize), "Resize the internal buffer of bytearray to len."),
    MethodDef::new("reverse", NativeFn::NoArgs(reverse), "Reverse the order of the values in B in place."),
    MethodDef::new("__alloc__", NativeFn::NoArgs(allocated), "Return the number of bytes actually allocated."),
    MethodDef::new("__sizeof__", NativeFn::NoArgs(size_of), "Returns the size of the object in memory, in bytes."),
    MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "Return state information for pickling."),
    MethodDef::new("__reduce_ex__", NativeFn::Positional(reduce_ex), "Return state information for pickling."),
];

fn append(esc: Esc<'_>, this: &Value, item: &Value) -> PyResult {
    let octet = octet(esc, item)?;
    let array = array(esc, this)?;
    check_resizable(esc, array)?;
    array.write(|octets| octets.push(octet));
    Ok(singletons::none())
}

fn clear(esc: Esc<'_>, this: &Value) -> PyResult {
    let array = array(esc, this)?;
    check_resizable(esc, array)?;
    array.write(Vec::clear);
    Ok(singletons::none())
}

fn copy(esc: Esc<'_>, this: &Value) -> PyResult {
    let octets = array(esc, this)?.to_vec();
    Ok(bytearray::new(esc, octets).into_value())
}

fn extend(esc: Esc<'_>, this: &Value, items: &Value) -> PyResult {
    let more = match octets_of(esc, items)? {
        Some(octets) => octets.into_owned(),
        None => {
            let iterable = !items.class().slots.iter.is_empty() || !items.class().slots.getitem.is_empty();
            if !iterable {
                let shown = items.class().name();
                return Err(esc.type_error(format_args!("can't extend bytearray with {shown}")));
            }
            if items.payload::<str::Str>().is_some() {
                return Err(esc.type_error("expected iterable of integers; got: 'str'"));
            }
            construct::from_iterable(esc, "bytearray", items)?
        }
    };
    let array = array(esc, this)?;
    check_resizable(esc, array)?;
    array.write(|octets| octets.extend_from_slice(&more));
    Ok(singletons::none())
}

fn insert(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    let [index, item] = interp_object::native::exactly(esc, "insert", args)?;
    let index = ops::index_i64(esc, index)?;
    let octet = octet(esc, item)?;
    let array = array(esc, this)?;
    check_resizable(esc, array)?;
    array.write(|octets| {
        let len = octets.len() as i64;
        let index = if index < 0 { (index + len).max(0) } else { index.min(len) };
        octets.insert(index as usize, octet);
    });
    Ok(singletons::none())
}

fn pop(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "pop", args.len(), 0, 1)?;
    let index = args.first().map_or(Ok(-1), |index| ops::index_i64(esc, index))?;
    let array = array(esc, this)?;
    if array.is_empty() {
        return Err(esc.index_error("pop from empty bytearray"));
    }
    check_resizable(esc, array)?;
    let taken = array.write(|octets| {
        let index = if index < 0 { index + octets.len() as i64 } else { index };
        let index = usize::try_from(index).ok().filter(|&index| index < octets.len())?;
        Some(octets.remove(index))
    });
    match taken {
        Some(octet) => Ok(int::small(i64::from(octet))),
        None => Err(esc.index_error("pop index out of range")),
    }
}

fn remove(esc: Esc<'_>, this: &Value, item: &Value) -> PyResult {
    let octet = octet(esc, item)?;
    let array = array(esc, this)?;
    check_resizable(esc, array)?;
    let found = array.write(|octets| {
        let index = memchr::memchr(octet, octets)?;
        Some(octets.remove(index))
    });
    match found {
        Some(_) => Ok(singletons::none()),
        None => Err(esc.value_error("value not found in bytearray")),
    }
}

fn resize(esc: Esc<'_>, this: &Value, size: &Value) -> PyResult {
    let size = ops::index_i64(esc, size)?;
    let Ok(size) = usize::try_from(size) else {
        return Err(esc.value_error(format_args!("Can only resize to positive sizes, got {size}")));
    };
    let array = array(esc, this)?;
    check_resizable(esc, array)?;
    let fits = array.write(|octets| {
        let fits = octets.try_reserve(size.saturating_sub(octets.len())).is_ok();
        if fits {
            octets.resize(size, 0);
        }
        fits
    });
    if fits { Ok(singletons::none()) } else { Err(esc.memory_error()) }
}

fn reverse(esc: Esc<'_>, this: &Value) -> PyResult {
    array(esc, this)?.write(|octets| octets.reverse());
    Ok(singletons::none())
}

fn allocated(esc: Esc<'_>, this: &Value) -> PyResult {
    let capacity = array(esc, this)?.write(|octets| octets.capacity());
    Ok(int::from_usize(esc, capacity))
}

fn size_of(esc: Esc<'_>, this: &Value) -> PyResult {
    let capacity = array(esc, this)?.write(|octets| octets.capacity());
    Ok(int::from_usize(esc, std::mem::size_of::<ByteArray>() + 24 + capacity))
}

fn reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let latin = str::from_latin1(esc, &array(esc, this)?.to_vec()).into_value();
    let args = tuple::new(esc, [latin, str::new(esc, "latin-1").into_value()]).into_value();
    state(esc, this, args)
}

fn reduce_ex(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "__reduce_ex__", args.len(), 0, 1)?;
    if args.first().map_or(Ok(0), |protocol| ops::index_i64(esc, protocol))? < 3 {
        return reduce(esc, this);
    }
    let octets = interp_object::data::bytes::new(esc, &array(esc, this)?.to_vec()).into_value();
    let args = tuple::new(esc, [octets]).into_value();
    state(esc, this, args)
}

/// `(class, args, __dict__)`
fn state(esc: Esc<'_>, this: &Value, args: Value) -> PyResult {
    let dict = match attr::existing_dict(esc, this) {
        Some(dict) => dict.into_value(),
        None => singletons::none(),
    };
    Ok(tuple::new(esc, [this.class().value(), args, dict]).into_value())
}
