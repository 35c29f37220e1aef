//! Structural pattern matching (PEP 634).

use interp_object::attr;
use interp_object::call;
use interp_object::data::dict::Dict;
use interp_object::data::exception as exc;
use interp_object::data::set::{self, Set};
use interp_object::data::singletons;
use interp_object::data::str::Str;
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::types::Plain;
use interp_object::intern::{self, names};
use interp_object::layout::{self, Obj, ValueExt};
use interp_object::{Esc, PyResult, TypeFlags, TypeObject, Value, ops};

/// Whether `match` treats a value as a mapping.
pub(crate) fn is_mapping(value: &Value) -> bool {
    value.class().has(TypeFlags::MAPPING)
}

/// Whether `match` treats a value as a sequence.
pub(crate) fn is_sequence(value: &Value) -> bool {
    value.class().has(TypeFlags::SEQUENCE)
}

/// The items of a tuple the compiler made.
fn items<'a>(esc: Esc<'_>, tuple: &'a Value) -> PyResult<&'a [Value]> {
    match tuple.payload::<Tuple>() {
        Some(tuple) => Ok(tuple.as_slice()),
        None => Err(esc.system_error("a pattern names its parts in a tuple")),
    }
}

/// The attributes of a class pattern with `count` positional parts and parts named `keywords`, as a tuple; `None` if
/// the subject does not match.
pub(crate) fn match_class(esc: Esc<'_>, subject: &Value, class: &Value, keywords: &Value, count: u32) -> PyResult {
    let Some(kind) = TypeObject::from_value(class) else {
        return Err(esc.type_error("called match pattern must be a class"));
    };
    if !ops::is_instance(esc, subject, class)? {
        return Ok(singletons::none());
    }
    let mut parts = Parts { esc, subject, kind, seen: set::new(esc), found: Vec::new() };
    if count > 0 && !parts.positional(class, count as usize)? {
        return Ok(singletons::none());
    }
    for name in items(esc, keywords)? {
        if !parts.attribute(name)? {
            return Ok(singletons::none());
        }
    }
    Ok(tuple::new(esc, parts.found).into_value())
}

/// The parts of a class pattern found so far. Methods answer `false` where the subject does not match.
struct Parts<'a> {
    esc: Esc<'a>,
    subject: &'a Value,
    kind: &'a TypeObject,
    seen: Obj<Set>,
    found: Vec<Value>,
}

impl Parts<'_> {
    fn positional(&mut self, class: &Value, count: usize) -> PyResult<bool> {
        let esc = self.esc;
        let match_args = attr::get_optional(esc, class, names::match_args(esc))?;
        let names = match &match_args {
            None => &[][..],
            Some(match_args) => match match_args.exact::<Tuple>() {
                Some(names) => names.as_slice(),
                None => {
                    return Err(esc.type_error(format_args!(
                        "{}.__match_args__ must be a tuple (got {})",
                        self.kind.name(),
                        match_args.class().name()
                    )));
                }
            },
        };
        let match_self = match_args.is_none() && self.kind.has(TypeFlags::MATCH_SELF);
        let allowed = if match_self { 1 } else { names.len() };
        if allowed < count {
            let plural = if allowed == 1 { "" } else { "s" };
            return Err(esc.type_error(format_args!(
                "{}() accepts {allowed} positional sub-pattern{plural} ({count} given)",
                self.kind.name()
            )));
        }
        if match_self {
            self.found.push(self.subject.clone());
            return Ok(true);
        }
        for name in &names[..count] {
            if name.exact::<Str>().is_none() {
                let shown = name.class().name();
                return Err(esc.type_error(format_args!("__match_args__ elements must be strings (got {shown})")));
            }
            if !self.attribute(name)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn attribute(&mut self, name: &Value) -> PyResult<bool> {
        let esc = self.esc;
        if !self.seen.table().add(esc, name)? {
            let (class, name) = (self.kind.name(), ops::repr_lossy(esc, name));
            return Err(esc.type_error(format_args!("{class}() got multiple sub-patterns for attribute {name}")));
        }
        let interned = intern::name_of(esc, name).unwrap_or_else(|| name.clone());
        let found = attr::get_optional(esc, self.subject, &interned)?;
        let matches = found.is_some();
        self.found.extend(found);
        Ok(matches)
    }
}

/// The values of the keys in a mapping, as a tuple; `None` if one is missing.
pub(crate) fn match_keys(esc: Esc<'_>, subject: &Value, keys: &Value) -> PyResult {
    let keys = items(esc, keys)?;
    if keys.is_empty() {
        return Ok(tuple::new(esc, []).into_value());
    }
    let get = match subject.exact::<Dict>() {
        Some(_) => None,
        None => Some(attr::get_str(esc, subject, "get")?),
    };
    let missing = layout::new(esc, Plain {}).into_value();
    let seen = set::new(esc);
    let mut values = Vec::with_capacity(keys.len());
    for key in keys {
        if !seen.table().add(esc, key)? {
            let shown = ops::repr(esc, key)?;
            return Err(esc.raise_str(
                &exc::VALUE_ERROR,
                format_args!("mapping pattern checks duplicate key ({})", shown.to_lossy()),
            ));
        }
        let found = match (subject.exact::<Dict>(), &get) {
            (Some(dict), _) => dict.get(esc, key)?,
            (None, Some(get)) => {
                let value = call::call(esc, get, &[key.clone(), missing.clone()])?;
                (!value.is(&missing)).then_some(value)
            }
            (None, None) => None,
        };
        match found {
            Some(value) => values.push(value),
            None => return Ok(singletons::none()),
        }
    }
    Ok(tuple::new(esc, values).into_value())
}
