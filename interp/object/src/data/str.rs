//! `str`: fixed-width text of 1, 2 or 4 bytes a character (PEP 393), so that indexing is O(1) and lone surrogates are
//! representable. Immutable; the hash is cached; interned strings are immortal.
//!
//! The one change that a string undergoes is [`append`]: a thread that holds the only reference lets it grow, as nobody could
//! tell. Long strings that grew have room to spare, so that appending many times takes linear time.

use std::alloc::{self, Layout as MemLayout};
use std::borrow::Cow;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering::Relaxed};

use stackref::Value;

use crate::layout::{self, Obj, Payload, ValueExt, VarPlace};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// Characters of a string by width. The narrowest width that holds every character is always used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chars<'a> {
    /// All code points below 256.
    Latin1(&'a [u8]),
    /// All code points below 65536, at least one from 256 on.
    Ucs2(&'a [u16]),
    /// At least one code point from 65536 on.
    Ucs4(&'a [u32]),
}

impl Chars<'_> {
    /// How many characters.
    pub fn len(&self) -> usize {
        match self {
            Chars::Latin1(chars) => chars.len(),
            Chars::Ucs2(chars) => chars.len(),
            Chars::Ucs4(chars) => chars.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code point at `index`.
    ///
    /// # Panics
    /// If `index` is out of range.
    #[inline]
    pub fn at(&self, index: usize) -> u32 {
        match self {
            Chars::Latin1(chars) => u32::from(chars[index]),
            Chars::Ucs2(chars) => u32::from(chars[index]),
            Chars::Ucs4(chars) => chars[index],
        }
    }

    /// The code points in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + Clone {
        let chars = *self;
        (0..chars.len()).map(move |index| chars.at(index))
    }
}

const ASCII: u8 = 1;
const INTERNED: u8 = 2;

/// The payload of strings.
pub struct Str {
    /// 0 while unknown; a hash of 0 is recomputed each time.
    hash: AtomicI64,
    data: NonNull<u8>,
    len: u32,
    width: u8,
    flags: AtomicU8,
    place: Place,
}

/// Where the characters lie.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Behind the payload.
    Inline,
    /// In an allocation of exactly their size.
    Boxed,
    /// In an allocation that has its size in bytes in front: eight bytes before `data`.
    Grown,
}

// SAFETY: the characters are written before the object is published; whoever changes them later holds the only reference.
unsafe impl Send for Str {}
// SAFETY: as for `Send`; hash and flags are atomic.
unsafe impl Sync for Str {}

/// The longest string, in characters. CPython's limit is the address space; a longer one raises `MemoryError`.
pub const MAX_LEN: usize = u32::MAX as usize - 1;

impl Str {
    /// How many characters.
    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether the string is empty.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether every character is ASCII.
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.flags.load(Relaxed) & ASCII != 0
    }

    /// Whether the string is in the intern table (then it is immortal, and equal interned strings are identical).
    #[inline]
    pub fn is_interned(&self) -> bool {
        self.flags.load(Relaxed) & INTERNED != 0
    }

    pub(crate) fn set_interned(&self) {
        self.flags.fetch_or(INTERNED, Relaxed);
    }

    /// The characters.
    #[inline]
    pub fn chars(&self) -> Chars<'_> {
        let len = self.len();
        match self.width {
            // SAFETY: `data` points to `len` characters of `width` bytes, written before publication.
            1 => Chars::Latin1(unsafe { std::slice::from_raw_parts(self.data.as_ptr(), len) }),
            // SAFETY: as above; the data is 8-aligned.
            2 => Chars::Ucs2(unsafe { std::slice::from_raw_parts(self.data.cast().as_ptr(), len) }),
            // SAFETY: as above.
            _ => Chars::Ucs4(unsafe { std::slice::from_raw_parts(self.data.cast().as_ptr(), len) }),
        }
    }

    /// The text if it is ASCII.
    #[inline]
    pub fn as_ascii(&self) -> Option<&str> {
        match self.chars() {
            // SAFETY: the flag was computed from the characters, and ASCII is UTF-8.
            Chars::Latin1(bytes) if self.is_ascii() => Some(unsafe { std::str::from_utf8_unchecked(bytes) }),
            _ => None,
        }
    }

    /// The text as UTF-8; lone surrogates become U+FFFD. For messages and file names.
    pub fn to_lossy(&self) -> Cow<'_, str> {
        match self.as_ascii() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(
                self.chars().iter().map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
            ),
        }
    }

    /// The text as UTF-8, or the index of the first lone surrogate.
    pub fn to_utf8(&self) -> Result<Cow<'_, str>, usize> {
        if let Some(text) = self.as_ascii() {
            return Ok(Cow::Borrowed(text));
        }
        let mut out = String::with_capacity(self.len() * 2);
        for (index, c) in self.chars().iter().enumerate() {
            out.push(char::from_u32(c).ok_or(index)?);
        }
        Ok(Cow::Owned(out))
    }

    /// Whether the text equals `other`.
    pub fn eq_str(&self, other: &str) -> bool {
        match self.as_ascii() {
            Some(text) => text == other,
            None => self.chars().iter().eq(other.chars().map(u32::from)),
        }
    }

    /// Whether two strings have the same characters.
    #[inline]
    pub fn same_text(&self, other: &Str) -> bool {
        self.len == other.len && self.width == other.width && (self.data == other.data || self.chars() == other.chars())
    }

    /// The hash (`hash(s)`).
    #[inline]
    pub fn hash(&self) -> i64 {
        match self.hash.load(Relaxed) {
            0 => self.hash_slow(),
            hash => hash,
        }
    }

    #[cold]
    fn hash_slow(&self) -> i64 {
        let hash = match self.chars() {
            Chars::Latin1(chars) => crate::intern::hash_bytes(chars),
            // SAFETY: any initialized memory can be read as bytes.
            Chars::Ucs2(chars) => crate::intern::hash_bytes(unsafe {
                std::slice::from_raw_parts(chars.as_ptr().cast::<u8>(), chars.len() * 2)
            }),
            // SAFETY: as above.
            Chars::Ucs4(chars) => crate::intern::hash_bytes(unsafe {
                std::slice::from_raw_parts(chars.as_ptr().cast::<u8>(), chars.len() * 4)
            }),
        };
        self.hash.store(hash, Relaxed);
        hash
    }
}

impl Str {
    fn bytes(&self) -> usize {
        self.len() * usize::from(self.width)
    }

    /// Bytes of the allocation in front of `data`, the word that says so included. For `Place::Grown`.
    fn grown_size(&self) -> usize {
        debug_assert!(self.place == Place::Grown);
        // SAFETY: a grown string has its size in front (`grow`).
        unsafe { self.data.cast::<usize>().sub(1).read() }
    }
}

fn boxed_layout(bytes: usize) -> MemLayout {
    MemLayout::from_size_align(bytes.max(1), 8).expect("the layout was valid when allocated")
}

impl Drop for Str {
    fn drop(&mut self) {
        match self.place {
            Place::Inline => {}
            // SAFETY: `new_var` allocated the data with this layout.
            Place::Boxed => unsafe { alloc::dealloc(self.data.as_ptr(), boxed_layout(self.bytes())) },
            Place::Grown => {
                let layout = boxed_layout(self.grown_size());
                // SAFETY: the allocation starts at the word with its size.
                let start = unsafe { self.data.sub(SIZE_WORD) };
                // SAFETY: `grow` allocated it with this layout.
                unsafe { alloc::dealloc(start.as_ptr(), layout) };
            }
        }
    }
}

/// Bytes of the word in front of the characters of a grown string.
const SIZE_WORD: usize = size_of::<usize>();
/// Strings of fewer bytes are copied rather than grown ([`append`]).
pub const GROWN_FROM: usize = 128;

/// Room for `bytes` bytes of characters and an eighth more: the place of the characters. `None` when memory is out.
fn grow(text: &Str, bytes: usize) -> Option<NonNull<u8>> {
    let size = SIZE_WORD + bytes + bytes / 8 + GROWN_FROM;
    if text.place == Place::Grown {
        let old = text.grown_size();
        if old >= SIZE_WORD + bytes {
            return Some(text.data);
        }
        // SAFETY: the allocation starts at the word with its size.
        let start = unsafe { text.data.sub(SIZE_WORD) };
        // SAFETY: allocated with this layout; the new size is larger, and below `isize::MAX` by `MAX_LEN`.
        let start = NonNull::new(unsafe { alloc::realloc(start.as_ptr(), boxed_layout(old), size) })?;
        return Some(sized(start, size));
    }
    // SAFETY: the size is not zero.
    let start = NonNull::new(unsafe { alloc::alloc(boxed_layout(size)) })?;
    let data = sized(start, size);
    // SAFETY: the new place has room for all characters, and nobody knows it.
    unsafe { std::ptr::copy_nonoverlapping(text.data.as_ptr(), data.as_ptr(), text.bytes()) };
    Some(data)
}

/// Notes the size of an allocation in its first word; what follows.
fn sized(start: NonNull<u8>, size: usize) -> NonNull<u8> {
    // SAFETY: the allocation is 8-aligned and longer than a word.
    unsafe { start.cast::<usize>().write(size) };
    // SAFETY: as above.
    unsafe { start.add(SIZE_WORD) }
}

/// `text + more` in the place of `text`, if this is the only reference to it, it is long enough for that to pay, and no
/// character of `more` is wider. Gives it back as it was if not.
///
/// # Errors
/// `text`, unchanged.
pub fn append(me: u32, text: Value, more: &Str) -> Result<Value, Value> {
    let (Some(old), Some(object)) = (text.exact::<Str>(), text.word().header()) else { return Err(text) };
    let header = layout::header_of_payload(old);
    let len = old.len() + more.len();
    let bytes = len * usize::from(old.width);
    if !header.is_unique(me)
        || old.is_interned()
        || more.width > old.width
        || bytes < GROWN_FROM
        || len > MAX_LEN
        || std::ptr::eq(old, more)
    {
        return Err(text);
    }
    let Some(data) = grow(old, bytes) else { return Err(text) };
    let ascii = old.is_ascii() && more.is_ascii();
    let (start, width, place) = (old.bytes(), old.width, old.place);
    // SAFETY: `grow` made room for the characters of both; `more` is another string, in memory of its own.
    unsafe { copy_widened(more.chars(), width, data.byte_add(start)) };
    let before = boxed_layout(start);
    let was = old.data;
    if place == Place::Boxed {
        // SAFETY: the characters moved; `new_var` allocated their old place with this layout.
        unsafe { alloc::dealloc(was.as_ptr(), before) };
    }
    let grown = Str {
        hash: AtomicI64::new(0),
        data,
        len: len as u32,
        width,
        flags: AtomicU8::new(if ascii { ASCII } else { 0 }),
        place: Place::Grown,
    };
    // SAFETY: the payload of an object that only `text` refers to: nobody reads it, and no borrow of it is used from
    // here on. The old payload is not dropped: its characters moved.
    unsafe { layout::payload_of(object).cast::<Str>().write(grown) };
    Ok(text)
}

impl Payload for Str {
    const NAME: &'static str = "str";
    const TRACED: bool = false;
    fn class() -> &'static TypeObject {
        &STR
    }
}

/// The type `str`.
pub static STR: TypeObject = TypeObject::builtin::<Str>(
    "str",
    Some(&super::types::OBJECT),
    TypeFlags::BASE.union(TypeFlags::STR_SUBCLASS).union(TypeFlags::MATCH_SELF),
);

fn build(esc: Esc<'_>, class: &TypeObject, chars: Chars<'_>) -> Obj<Str> {
    let ascii = matches!(chars, Chars::Latin1(bytes) if bytes.is_ascii());
    let (source, width) = raw_parts(chars);
    fill(esc, class, chars.len(), width, ascii, |data| {
        // SAFETY: both regions are this long, and the new one is not yet known to anyone.
        unsafe { std::ptr::copy_nonoverlapping(source, data.as_ptr(), chars.len() * usize::from(width)) };
    })
}

/// Where characters lie and how wide they are.
fn raw_parts(chars: Chars<'_>) -> (*const u8, u8) {
    match chars {
        Chars::Latin1(chars) => (chars.as_ptr(), 1),
        Chars::Ucs2(chars) => (chars.as_ptr().cast::<u8>(), 2),
        Chars::Ucs4(chars) => (chars.as_ptr().cast::<u8>(), 4),
    }
}

/// A string of `len` characters of `width` bytes, which `write` stores at the address it is given.
fn fill(
    esc: Esc<'_>,
    class: &TypeObject,
    len: usize,
    width: u8,
    ascii: bool,
    write: impl FnOnce(NonNull<u8>),
) -> Obj<Str> {
    layout::new_var(esc, class, len * usize::from(width), |place| {
        let (data, place) = match place {
            VarPlace::Inline(data) => (data, Place::Inline),
            VarPlace::Boxed(data) => (data, Place::Boxed),
        };
        write(data);
        Str {
            hash: AtomicI64::new(0),
            data,
            len: u32::try_from(len).expect("the length was checked"),
            width,
            flags: AtomicU8::new(if ascii { ASCII } else { 0 }),
            place,
        }
    })
}

/// Copies characters to `target`, widening them to `width` bytes.
///
/// # Safety
/// `target` has room for them, is aligned to `width`, and `width` is at least theirs.
unsafe fn copy_widened(chars: Chars<'_>, width: u8, target: NonNull<u8>) {
    let (source, own) = raw_parts(chars);
    if own == width {
        // SAFETY: forwarded; the regions are distinct, since the target is new.
        unsafe { std::ptr::copy_nonoverlapping(source, target.as_ptr(), chars.len() * usize::from(width)) };
        return;
    }
    for (index, c) in chars.iter().enumerate() {
        if width == 2 {
            // SAFETY: forwarded: inside the target.
            unsafe { target.cast::<u16>().add(index).write(c as u16) };
        } else {
            // SAFETY: forwarded: inside the target.
            unsafe { target.cast::<u32>().add(index).write(c) };
        }
    }
}

/// The concatenation of strings; `None` if it would be longer than [`MAX_LEN`].
pub fn concat(esc: Esc<'_>, parts: &[&Str]) -> Option<Obj<Str>> {
    let len = parts.iter().map(|part| part.len()).sum::<usize>();
    if len > MAX_LEN {
        return None;
    }
    // An empty string is one byte wide, so the widest part decides.
    let width = parts.iter().map(|part| part.width).max().unwrap_or(1);
    let ascii = parts.iter().all(|part| part.is_ascii());
    Some(fill(esc, &STR, len, width, ascii, |data| {
        let mut offset = 0;
        for part in parts {
            // SAFETY: the parts' lengths sum up to the new string's, and `width` is the largest of theirs.
            unsafe { copy_widened(part.chars(), width, data.byte_add(offset)) };
            offset += part.len() * usize::from(width);
        }
    }))
}

/// `text * count`; `None` if it would be longer than [`MAX_LEN`].
pub fn repeat(esc: Esc<'_>, text: &Str, count: usize) -> Option<Obj<Str>> {
    let len = text.len().checked_mul(count).filter(|&len| len <= MAX_LEN)?;
    let bytes = text.len() * usize::from(text.width);
    Some(fill(esc, &STR, len, text.width, text.is_ascii(), |data| {
        for index in 0..count {
            // SAFETY: `count` copies of the text fill the new string exactly.
            unsafe { copy_widened(text.chars(), text.width, data.byte_add(index * bytes)) };
        }
    }))
}

/// The characters of `text` in `range`, narrowed if need be.
///
/// # Panics
/// If the range is not within the string.
pub fn substring(esc: Esc<'_>, text: &Str, range: std::ops::Range<usize>) -> Value {
    if range.len() == 1 {
        return from_char(esc, text.chars().at(range.start));
    }
    match text.chars() {
        Chars::Latin1(chars) => {
            let chars = &chars[range];
            let ascii = text.is_ascii() || chars.is_ascii();
            let made = fill(esc, &STR, chars.len(), 1, ascii, |data| {
                // SAFETY: one byte a character, in a new region of that length.
                unsafe { std::ptr::copy_nonoverlapping(chars.as_ptr(), data.as_ptr(), chars.len()) };
            });
            made.into_value()
        }
        Chars::Ucs2(chars) => from_chars(esc, Chars::Ucs2(&chars[range])).into_value(),
        Chars::Ucs4(chars) => from_chars(esc, Chars::Ucs4(&chars[range])).into_value(),
    }
}

/// A `str` from UTF-8 text.
///
/// # Panics
/// If it is longer than [`MAX_LEN`].
pub fn new(esc: Esc<'_>, text: &str) -> Obj<Str> {
    if text.is_ascii() {
        return build(esc, &STR, Chars::Latin1(text.as_bytes()));
    }
    let code_points: Vec<u32> = text.chars().map(u32::from).collect();
    from_code_points(esc, &code_points)
}

/// A `str` from characters that may be wider than need be; narrows them.
pub fn from_code_points(esc: Esc<'_>, code_points: &[u32]) -> Obj<Str> {
    from_code_points_as(esc, &STR, code_points)
}

/// As [`from_code_points`], for an instance of `class` (`str` or a subclass).
pub fn from_code_points_as(esc: Esc<'_>, class: &TypeObject, code_points: &[u32]) -> Obj<Str> {
    let widest = code_points.iter().copied().max().unwrap_or(0);
    if widest < 0x100 {
        let narrow: Vec<u8> = code_points.iter().map(|&c| c as u8).collect();
        build(esc, class, Chars::Latin1(&narrow))
    } else if widest < 0x1_0000 {
        let narrow: Vec<u16> = code_points.iter().map(|&c| c as u16).collect();
        build(esc, class, Chars::Ucs2(&narrow))
    } else {
        build(esc, class, Chars::Ucs4(code_points))
    }
}

/// A `str` with exactly these characters; narrows them if they are wider than need be.
pub fn from_chars(esc: Esc<'_>, chars: Chars<'_>) -> Obj<Str> {
    let fits = match chars {
        Chars::Latin1(_) => true,
        Chars::Ucs2(chars) => chars.iter().any(|&c| c >= 0x100),
        Chars::Ucs4(chars) => chars.iter().any(|&c| c >= 0x1_0000),
    };
    if fits { build(esc, &STR, chars) } else { from_code_points(esc, &chars.iter().collect::<Vec<_>>()) }
}

/// An instance of `class` (a subclass of `str`) with the text of `source`.
pub fn copy_as(esc: Esc<'_>, class: &TypeObject, source: &Str) -> Obj<Str> {
    build(esc, class, source.chars())
}

/// A `str` from Latin-1 bytes.
pub fn from_latin1(esc: Esc<'_>, bytes: &[u8]) -> Obj<Str> {
    build(esc, &STR, Chars::Latin1(bytes))
}

/// A `str` of one character.
pub fn from_char(esc: Esc<'_>, code_point: u32) -> Value {
    match u8::try_from(code_point) {
        Ok(byte) => crate::intern::latin1_char(esc, byte),
        Err(_) => from_code_points(esc, &[code_point]).into_value(),
    }
}
