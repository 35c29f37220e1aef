//! What several types of this crate share: receivers, index arithmetic, and text under construction.

use interp_object::data::slice::Slice;
use interp_object::data::str::{self, Chars, Str};
use interp_object::data::{int, singletons};
use interp_object::layout::{Obj, Payload, ValueExt};
use interp_object::{Args, Esc, PyResult, Raised, TypeObject, Value, ops};

/// The payload of a receiver. Slots are reached through a type, so the check fails only for a wrapper that was called
/// with something else.
#[inline]
pub(crate) fn this<'a, T: Payload>(esc: Esc<'_>, value: &'a Value) -> PyResult<&'a T> {
    match value.payload::<T>() {
        Some(payload) => Ok(payload),
        None => Err(wrong_receiver::<T>(esc, value)),
    }
}

/// As [`this`], as a handle.
#[inline]
pub(crate) fn this_obj<'a, T: Payload>(esc: Esc<'_>, value: &'a Value) -> PyResult<&'a Obj<T>> {
    match value.as_obj::<T>() {
        Some(object) => Ok(object),
        None => Err(wrong_receiver::<T>(esc, value)),
    }
}

#[cold]
fn wrong_receiver<T: Payload>(esc: Esc<'_>, value: &Value) -> Raised {
    let (expected, given) = (T::class().name(), value.class().name());
    esc.type_error(format_args!("descriptor requires a '{expected}' object but received a '{given}'"))
}

/// `__iter__` of iterators.
pub(crate) fn itself(_esc: Esc<'_>, value: &Value) -> PyResult {
    Ok(value.clone())
}

/// `__hash__` of what cannot be hashed.
pub(crate) fn unhashable(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    Err(esc.type_error(format_args!("unhashable type: '{}'", value.class().name())))
}

/// `NotImplemented`
pub(crate) fn not_implemented() -> PyResult {
    Ok(singletons::not_implemented())
}

/// `None`
pub(crate) fn none() -> PyResult {
    Ok(singletons::none())
}

/// A length hint or size as a value.
pub(crate) fn count(esc: Esc<'_>, number: usize) -> PyResult {
    Ok(int::from_usize(esc, number))
}

/// Refuses keywords, as builtin constructors do, unless a subclass took the other half of construction into its hands.
pub(crate) fn plain_constructor(esc: Esc<'_>, name: &str, args: Args<'_>, overridden: bool) -> PyResult<()> {
    if overridden { Ok(()) } else { args.no_keywords(esc, name) }
}

/// Whether `class` initializes its instances in another way than `base`.
pub(crate) fn has_own_init(class: &TypeObject, base: &TypeObject) -> bool {
    !std::ptr::eq(class, base) && !class.slots.init.same(&base.slots.init)
}

/// Whether `class` makes its instances in another way than `base`.
pub(crate) fn has_own_new(class: &TypeObject, base: &TypeObject) -> bool {
    !std::ptr::eq(class, base) && !class.slots.new.same(&base.slots.new)
}

/// Whether a value can be used as an index.
#[inline]
pub(crate) fn is_index(value: &Value) -> bool {
    value.as_int().is_some() || !value.class().slots.index.is_empty()
}

/// A count of repetitions: negative is zero.
pub(crate) fn repetitions(esc: Esc<'_>, value: &Value) -> PyResult<usize> {
    if let Some(number) = value.as_int() {
        return Ok(usize::try_from(number).unwrap_or(0));
    }
    let number = ops::as_index(esc, value)?;
    match int::as_i64(&number) {
        Some(number) => Ok(usize::try_from(number).unwrap_or(0)),
        None => {
            let class = value.class().name();
            Err(esc.overflow_error(format_args!("cannot fit '{class}' into an index-sized integer")))
        }
    }
}

/// A subscript that may be negative, as an offset into `len` items.
#[inline]
pub(crate) fn offset(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 { index + len as i64 } else { index };
    usize::try_from(index).ok().filter(|index| *index < len)
}

/// The steps of a slice over a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The first index.
    pub(crate) start: i64,
    /// The exclusive end in the direction of the step (possibly −1).
    pub(crate) stop: i64,
    /// Not 0.
    pub(crate) step: i64,
}

impl Span {
    /// The bounds of a slice before the length is known (`PySlice_Unpack`): runs `__index__`.
    pub(crate) fn unpack(esc: Esc<'_>, slice: &Slice) -> PyResult<Span> {
        let step = match slice.step.is_none() {
            true => 1,
            false => bound(esc, &slice.step)?.max(-i64::MAX),
        };
        if step == 0 {
            return Err(esc.value_error("slice step cannot be zero"));
        }
        let (first, last) = if step < 0 { (i64::MAX, i64::MIN) } else { (0, i64::MAX) };
        let start = if slice.start.is_none() { first } else { bound(esc, &slice.start)? };
        let stop = if slice.stop.is_none() { last } else { bound(esc, &slice.stop)? };
        Ok(Span { start, stop, step })
    }

    /// The same for a sequence of `len` items (`PySlice_AdjustIndices`).
    pub(crate) fn adjust(self, len: usize) -> Span {
        let len = len as i64;
        let (low, high) = if self.step < 0 { (-1, len - 1) } else { (0, len) };
        let clamp = |index: i64| if index < 0 { (index.saturating_add(len)).max(low) } else { index.min(high) };
        Span { start: clamp(self.start), stop: clamp(self.stop), step: self.step }
    }

    /// How many items an adjusted span names.
    pub(crate) fn len(self) -> usize {
        let distance = if self.step > 0 { self.stop - self.start } else { self.start - self.stop };
        match distance {
            1.. => ((distance - 1) / self.step.abs() + 1) as usize,
            _ => 0,
        }
    }

    /// The indices of an adjusted span.
    pub(crate) fn indices(self) -> impl ExactSizeIterator<Item = usize> + DoubleEndedIterator {
        (0..self.len()).map(move |nth| (self.start + nth as i64 * self.step) as usize)
    }

    /// The smallest range of indices that covers an adjusted span.
    pub(crate) fn cover(self) -> std::ops::Range<usize> {
        match self.len() {
            0 => 0..0,
            len => {
                let last = self.start + (len as i64 - 1) * self.step;
                self.start.min(last) as usize..self.start.max(last) as usize + 1
            }
        }
    }
}

fn bound(esc: Esc<'_>, value: &Value) -> PyResult<i64> {
    if let Some(number) = value.as_int() {
        return Ok(number);
    }
    if !is_index(value) {
        return Err(esc.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    ops::as_index_clamped(esc, value)
}

/// A `start` or `stop` argument of `index()`: clamped, negative counts from the end.
pub(crate) fn search_bound(esc: Esc<'_>, value: &Value, len: usize) -> PyResult<usize> {
    if !is_index(value) {
        return Err(esc.type_error("slice indices must be integers or have an __index__ method"));
    }
    let number = ops::as_index_clamped(esc, value)?;
    let number = if number < 0 { number.saturating_add(len as i64).max(0) } else { number };
    Ok(usize::try_from(number).unwrap_or(0))
}

/// Text under construction: Latin-1 until a wider character comes.
pub(crate) struct Text {
    narrow: Vec<u8>,
    wide: Option<Vec<u32>>,
}

impl Text {
    /// Starts with ASCII text.
    pub(crate) fn new(start: &str) -> Text {
        Text { narrow: start.as_bytes().to_vec(), wide: None }
    }

    /// Appends ASCII text.
    pub(crate) fn push_ascii(&mut self, text: &str) {
        debug_assert!(text.is_ascii(), "wider text goes through `push`");
        match &mut self.wide {
            None => self.narrow.extend_from_slice(text.as_bytes()),
            Some(wide) => wide.extend(text.bytes().map(u32::from)),
        }
    }

    /// Appends a string.
    pub(crate) fn push(&mut self, text: &Str) {
        match (&mut self.wide, text.chars()) {
            (None, Chars::Latin1(chars)) => self.narrow.extend_from_slice(chars),
            (Some(wide), chars) => wide.extend(chars.iter()),
            (None, chars) => {
                let mut wide: Vec<u32> = self.narrow.iter().copied().map(u32::from).collect();
                wide.extend(chars.iter());
                self.wide = Some(wide);
            }
        }
    }

    /// Appends any text.
    pub(crate) fn push_str(&mut self, esc: Esc<'_>, text: &str) {
        if text.is_ascii() { self.push_ascii(text) } else { self.push(&str::new(esc, text)) }
    }

    /// Appends `repr(value)`.
    pub(crate) fn push_repr(&mut self, esc: Esc<'_>, value: &Value) -> PyResult<()> {
        let text = ops::repr(esc, value)?;
        self.push(&text);
        Ok(())
    }

    /// Appends the representations of `items`, separated by commas.
    pub(crate) fn push_reprs<'a>(&mut self, esc: Esc<'_>, items: impl IntoIterator<Item = &'a Value>) -> PyResult<()> {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.push_ascii(", ");
            }
            self.push_repr(esc, item)?;
        }
        Ok(())
    }

    /// The string.
    pub(crate) fn finish(self, esc: Esc<'_>) -> Value {
        match self.wide {
            None => str::from_latin1(esc, &self.narrow).into_value(),
            Some(wide) => str::from_code_points(esc, &wide).into_value(),
        }
    }
}
