//! Error handlers: the standard ones and those registered with `codecs.register_error`.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use interp_object::data::exception as exc;
use interp_object::data::str::{self, Str};
use interp_object::data::tuple::Tuple;
use interp_object::data::{bytes, int};
use interp_object::layout::ValueExt;
use interp_object::{Esc, PyResult, Raised, TypeObject, Value, call};

/// What to do about a part that cannot be converted.
pub(super) enum Handler {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
    Registered(Value),
}

fn registry() -> &'static Mutex<HashMap<String, Value>> {
    static REGISTRY: OnceLock<Mutex<HashMap<String, Value>>> = OnceLock::new();
    REGISTRY.get_or_init(Mutex::default)
}

/// Makes `handler` known under `name` (`codecs.register_error`).
pub fn register_error(name: &str, handler: Value) {
    let old = registry().lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), handler);
    drop(old);
}

/// The handler registered under `name`. The standard ones are not in the table.
pub fn lookup_error(name: &str) -> Option<Value> {
    registry().lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
}

impl Handler {
    pub(super) fn find(esc: Esc<'_>, name: &str) -> PyResult<Self> {
        if let Some(handler) = lookup_error(name) {
            return Ok(Handler::Registered(handler));
        }
        Ok(match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::BackslashReplace,
            "xmlcharrefreplace" => Handler::XmlCharRefReplace,
            "namereplace" => Handler::NameReplace,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            _ => {
                return Err(esc.raise_str(&exc::LOOKUP_ERROR, format_args!("unknown error handler name '{name}'")));
            }
        })
    }
}

/// One part that cannot be converted.
pub(super) struct Problem<'a> {
    pub(super) encoding: &'a str,
    /// The text or octets being converted.
    pub(super) object: Value,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) reason: &'a str,
}

impl Problem<'_> {
    fn exception(&self, esc: Esc<'_>, class: &'static TypeObject) -> Value {
        let fields = [
            str::new(esc, self.encoding).into_value(),
            self.object.clone(),
            int::from_usize(esc, self.start),
            int::from_usize(esc, self.end),
            str::new(esc, self.reason).into_value(),
        ];
        let exception = exc::new(esc, class, &fields);
        for (index, field) in fields.into_iter().enumerate() {
            exception.set_field(index, field);
        }
        exception.into_value()
    }

    pub(super) fn raise(&self, esc: Esc<'_>, class: &'static TypeObject) -> Raised {
        esc.raise_value(self.exception(esc, class))
    }

    /// Calls a registered handler: what it puts in, and where conversion goes on in an object of length `len`.
    pub(super) fn ask(
        &self,
        esc: Esc<'_>,
        class: &'static TypeObject,
        handler: &Value,
        len: usize,
    ) -> PyResult<(Value, usize)> {
        let encoding = std::ptr::eq(class, &exc::UNICODE_ENCODE_ERROR);
        let what = if encoding { "encoding" } else { "decoding" };
        let wrong = |esc: Esc<'_>| {
            let taken = if encoding { "(str/bytes, int)" } else { "(str, int)" };
            esc.type_error(format_args!("{what} error handler must return {taken} tuple"))
        };
        let answer = call::call(esc, handler, &[self.exception(esc, class)])?;
        let Some([replacement, position]) = answer.payload::<Tuple>().map(Tuple::as_slice) else {
            return Err(wrong(esc));
        };
        let textual = replacement.payload::<Str>().is_some();
        let octets = encoding && replacement.payload::<bytes::Bytes>().is_some();
        if !textual && !octets {
            return Err(wrong(esc));
        }
        let Some(position) = int::as_i64(position) else { return Err(wrong(esc)) };
        let real = if position < 0 { position + len as i64 } else { position };
        match usize::try_from(real) {
            Ok(real) if real <= len => Ok((replacement.clone(), real)),
            _ => Err(esc.index_error(format_args!("position {position} from error handler out of bounds"))),
        }
    }
}
