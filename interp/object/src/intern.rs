//! Interned strings, one-character strings, string hashing, immortality.

use std::collections::HashMap;
use std::hash::{BuildHasher, DefaultHasher, Hasher, RandomState};
use std::sync::{Mutex, OnceLock, PoisonError};

use stackref::Value;

use crate::data::str::{self, Str};
use crate::data::tuple::Tuple;
use crate::layout::ValueExt;
use crate::thread::Esc;

const SHARDS: usize = 32;

struct Table {
    shards: [Mutex<HashMap<Box<str>, Value>>; SHARDS],
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| Table { shards: std::array::from_fn(|_| Mutex::default()) })
}

/// The interned `str` with this text: equal texts give the identical object, which is immortal.
pub fn intern(esc: Esc<'_>, text: &str) -> Value {
    let shard = hash_bytes(text.as_bytes()) as usize % SHARDS;
    // A leaf lock: allocation of an object schedules collections but never runs one.
    let mut shard = table().shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = shard.get(text) {
        return known.clone();
    }
    let string = str::new(esc, text);
    string.set_interned();
    let value = string.into_value();
    immortalize_header(&value);
    let value = uncounted(value);
    shard.insert(text.into(), value.clone());
    value
}

/// The interned string equal to `value`; `None` if it is not an exact `str` or has lone surrogates (those are compared
/// by text everywhere).
pub fn intern_value(esc: Esc<'_>, value: &Value) -> Option<Value> {
    let string = value.exact::<Str>()?;
    if string.is_interned() {
        return Some(value.clone());
    }
    Some(intern(esc, &string.to_utf8().ok()?))
}

/// The interned name equal to `value` if it is a `str` or a subclass instance.
pub fn name_of(esc: Esc<'_>, value: &Value) -> Option<Value> {
    let string = value.payload::<Str>()?;
    if string.is_interned() {
        return Some(value.clone());
    }
    match string.to_utf8() {
        Ok(text) => Some(intern(esc, &text)),
        Err(_) => Some(value.clone()),
    }
}

/// The one-character `str` of a Latin-1 code point, shared.
pub fn latin1_char(esc: Esc<'_>, byte: u8) -> Value {
    static CHARS: [OnceLock<Value>; 256] = [const { OnceLock::new() }; 256];
    CHARS[usize::from(byte)].get_or_init(|| intern(esc, char::from(byte).encode_utf8(&mut [0; 2]))).clone()
}

/// The hash of a string's or bytes' octets: never 0 or -1. Seeded per process, unless `PYTHONHASHSEED=0`.
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    static SEED: OnceLock<Option<RandomState>> = OnceLock::new();
    let seed = SEED.get_or_init(|| match std::env::var_os("PYTHONHASHSEED") {
        Some(seed) if seed == "0" => None,
        _ => Some(RandomState::new()),
    });
    let mut hasher = seed.as_ref().map_or_else(DefaultHasher::new, RandomState::build_hasher);
    hasher.write(bytes);
    match hasher.finish().cast_signed() {
        0 | -1 => -2,
        hash => hash,
    }
}

/// Makes a constant immortal: shared code is run by all threads, and its constants must not be counted.
/// Tuples must hold immortal items already.
pub fn immortalize(value: &Value) {
    if value.object_header().is_some_and(stackref::Header::is_immortal) {
        return;
    }
    let plain = value.payload::<Tuple>().is_none_or(|items| items.as_slice().iter().all(is_free_of_counts));
    if plain {
        immortalize_header(value);
    }
}

fn is_free_of_counts(value: &Value) -> bool {
    value.object_header().is_none_or(stackref::Header::is_immortal)
}

fn immortalize_header(value: &Value) {
    if let Some(header) = value.object_header() {
        // SAFETY: the object was just made by this thread and has not been published.
        unsafe { header.immortalize() };
    }
}

/// The uncounted form of an immortal value.
fn uncounted(value: Value) -> Value {
    let word = value.into_word().to_uncounted();
    // SAFETY: the object is immortal: an uncounted word is a legal value, and the count given up does not matter.
    unsafe { Value::from_word(word) }
}

/// Declares functions that give interned names without a table look-up after the first call.
macro_rules! names {
    ($($name:ident = $text:literal;)*) => {
        /// Interned names that the runtime itself looks up.
        pub mod names {
            use super::{Esc, OnceLock, Value, intern};
            $(
                #[doc = concat!("`", $text, "`")]
                #[inline]
                pub fn $name(esc: Esc<'_>) -> &'static Value {
                    static NAME: OnceLock<Value> = OnceLock::new();
                    NAME.get_or_init(|| intern(esc, $text))
                }
            )*
        }
    };
}

names! {
    abs = "__abs__"; add_note = "add_note"; aenter = "__aenter__"; aexit = "__aexit__"; aiter = "__aiter__"; all = "__all__";
    anext = "__anext__"; annotate = "__annotate__"; annotations = "__annotations__"; await_ = "__await__"; bases = "__bases__";
    bool = "__bool__"; build_class = "__build_class__"; builtins = "__builtins__"; bytes = "__bytes__"; call = "__call__";
    class = "__class__"; class_getitem = "__class_getitem__"; classcell = "__classcell__"; classdictcell = "__classdictcell__"; close = "close"; complex = "__complex__";
    contains = "__contains__"; copy = "copy"; debug = "__debug__"; del = "__del__"; delattr = "__delattr__"; delete = "__delete__"; delitem = "__delitem__";
    dict = "__dict__"; dir = "__dir__"; divmod = "__divmod__"; doc = "__doc__"; enter = "__enter__"; eq = "__eq__"; exit = "__exit__";
    file = "__file__"; float = "__float__"; format = "__format__"; fspath = "__fspath__"; func = "__func__"; ge = "__ge__"; get = "__get__"; getattr = "__getattr__";
    getattribute = "__getattribute__"; getitem = "__getitem__"; gt = "__gt__"; hash = "__hash__"; import = "__import__"; index = "__index__"; init = "__init__";
    init_subclass = "__init_subclass__"; instancecheck = "__instancecheck__"; int = "__int__"; invert = "__invert__";
    is_abstract = "__isabstractmethod__"; items = "items"; iter = "__iter__"; keys = "keys"; le = "__le__"; len = "__len__"; length_hint = "__length_hint__"; lt = "__lt__";
    main = "__main__"; match_args = "__match_args__"; metaclass = "metaclass"; missing = "__missing__"; module = "__module__"; mro = "mro"; mro_entries = "__mro_entries__";
    name = "__name__"; ne = "__ne__"; neg = "__neg__"; new = "__new__"; next = "__next__"; notes = "__notes__"; pos = "__pos__"; pow = "__pow__"; prepare = "__prepare__"; qualname = "__qualname__";
    rdivmod = "__rdivmod__"; repr = "__repr__"; reversed = "__reversed__"; round = "__round__"; send = "send"; set = "__set__"; set_name = "__set_name__"; setattr = "__setattr__";
    setitem = "__setitem__"; slots = "__slots__"; spec = "__spec__"; package = "__package__"; path = "__path__"; static_attributes = "__static_attributes__"; firstlineno = "__firstlineno__"; str = "__str__"; subclasscheck = "__subclasscheck__";
    super_ = "super"; throw = "throw"; trunc = "__trunc__"; floor = "__floor__"; ceil = "__ceil__"; type_params = "__type_params__"; values = "values"; weakref = "__weakref__"; orig_bases = "__orig_bases__"; abstractmethods = "__abstractmethods__"; reduce = "__reduce__"; reduce_ex = "__reduce_ex__"; sizeof = "__sizeof__"; subclasshook = "__subclasshook__";
    rpow = "__rpow__"; objclass = "__objclass__"; wrapped = "__wrapped__"; origin = "__origin__"; args = "__args__"; getstate = "__getstate__"; derive = "derive";
}
