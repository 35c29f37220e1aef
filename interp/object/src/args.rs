//! Call arguments, and the parsing of them by native functions.
//!
//! The convention is CPython's vectorcall (PEP 590): positional values, then the values of keywords, in one slice, and
//! a tuple with the keywords' names. A native function sees a view of its caller's slots; nothing is copied.

use stackref::Value;

use crate::data::tuple::Tuple;
use crate::layout::{Obj, ValueExt};
use crate::raise::{PyResult, Raised};
use crate::thread::Esc;

/// The arguments of one call.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    values: &'a [Value],
    names: Option<&'a Obj<Tuple>>,
}

impl<'a> Args<'a> {
    /// Positional arguments only.
    #[inline]
    pub fn positional(values: &'a [Value]) -> Self {
        Args { values, names: None }
    }

    /// Positional values followed by one value for each name.
    ///
    /// # Panics
    /// If there are more names than values.
    pub fn with_names(values: &'a [Value], names: Option<&'a Obj<Tuple>>) -> Self {
        assert!(names.is_none_or(|names| names.len() <= values.len()), "every keyword has a value");
        let names = names.filter(|names| !names.is_empty());
        Args { values, names }
    }

    /// No arguments.
    pub fn none() -> Args<'static> {
        Args { values: &[], names: None }
    }

    /// The positional arguments.
    #[inline]
    pub fn pos(&self) -> &'a [Value] {
        &self.values[..self.values.len() - self.keyword_count()]
    }

    /// How many keyword arguments there are.
    #[inline]
    pub fn keyword_count(&self) -> usize {
        self.names.map_or(0, |names| names.len())
    }

    /// Keyword arguments in call order.
    pub fn keywords(&self) -> impl Iterator<Item = (&'a Value, &'a Value)> + use<'a> {
        let values = &self.values[self.values.len() - self.keyword_count()..];
        self.names.into_iter().flat_map(|names| names.as_slice()).zip(values)
    }

    /// The names tuple, if there are keywords.
    pub fn names(&self) -> Option<&'a Obj<Tuple>> {
        self.names
    }

    /// Positional and keyword values in one slice.
    pub fn all_values(&self) -> &'a [Value] {
        self.values
    }

    /// The same without the first positional argument.
    ///
    /// # Panics
    /// If there is no positional argument.
    pub fn rest(&self) -> Args<'a> {
        assert!(!self.pos().is_empty(), "no first argument to skip");
        Args { values: &self.values[1..], names: self.names }
    }

    /// `TypeError` in CPython's words if any keyword was given.
    pub fn no_keywords(&self, esc: Esc<'_>, function: &str) -> PyResult<()> {
        if self.names.is_none() {
            return Ok(());
        }
        Err(esc.type_error(format_args!("{function}() takes no keyword arguments")))
    }

    /// Checks that only positional arguments were given and that there are `min..=max` of them.
    pub fn expect(&self, esc: Esc<'_>, function: &str, min: usize, max: usize) -> PyResult<&'a [Value]> {
        self.no_keywords(esc, function)?;
        check_count(esc, function, self.values.len(), min, max)?;
        Ok(self.values)
    }

    /// Binds arguments to parameters by position and by name, as CPython's argument clinic does.
    ///
    /// `names` lists the parameters in order; the first `positional_only` cannot be given by name (their name is then
    /// only used in messages); those from `max_positional` on are keyword-only; the first `required` must be given.
    /// Missing optional ones are `None` in the result.
    pub fn bind<const N: usize>(&self, esc: Esc<'_>, spec: &Signature<N>) -> PyResult<[Option<&'a Value>; N]> {
        let mut bound = [None; N];
        let pos = self.pos();
        if pos.len() > spec.max_positional || self.values.len() > N {
            return Err(spec.too_many(esc, pos.len(), self.keyword_count()));
        }
        for (slot, value) in bound.iter_mut().zip(pos) {
            *slot = Some(value);
        }
        let mut stranger = None;
        for (name, value) in self.keywords() {
            let Some(index) = spec.find(name) else {
                stranger = stranger.or(Some(name));
                continue;
            };
            if bound[index].is_some() {
                return Err(esc.type_error(format_args!(
                    "argument for {}() given by name ('{}') and position ({})",
                    spec.function,
                    spec.names[index],
                    index + 1
                )));
            }
            bound[index] = Some(value);
        }
        match (bound[..spec.required].iter().position(Option::is_none), stranger) {
            (Some(missing), _) => Err(spec.missing(esc, missing, pos.len())),
            (None, Some(name)) => Err(spec.unexpected(esc, name)),
            (None, None) => Ok(bound),
        }
    }
}

/// The parameters of a native function, for [`Args::bind`].
pub struct Signature<const N: usize> {
    /// The function's name, for messages.
    pub function: &'static str,
    /// Parameter names in order.
    pub names: [&'static str; N],
    /// How many of the first parameters cannot be given by name.
    pub positional_only: usize,
    /// How many parameters can be given by position.
    pub max_positional: usize,
    /// How many of the first parameters must be given.
    pub required: usize,
}

impl<const N: usize> Signature<N> {
    /// `f(a, b, c)`, all by position or name, the first `required` mandatory.
    pub const fn new(function: &'static str, names: [&'static str; N], required: usize) -> Self {
        Signature { function, names, positional_only: 0, max_positional: N, required }
    }

    /// Makes the first `count` parameters positional-only.
    pub const fn positional_only(mut self, count: usize) -> Self {
        self.positional_only = count;
        self
    }

    /// Makes the parameters from `count` on keyword-only.
    pub const fn keyword_only_from(mut self, count: usize) -> Self {
        self.max_positional = count;
        self
    }

    fn find(&self, name: &Value) -> Option<usize> {
        let text = name.payload::<crate::data::str::Str>()?;
        (self.positional_only..N).find(|&index| text.eq_str(self.names[index]))
    }

    #[cold]
    fn too_many(&self, esc: Esc<'_>, given: usize, keywords: usize) -> Raised {
        let function = self.function;
        let total = given + keywords;
        if total > N {
            // Without positional arguments, "keyword" keeps the count from contradicting the parameters.
            let kind = if given == 0 { "keyword " } else { "" };
            let plural = if N == 1 { "" } else { "s" };
            return esc
                .type_error(format_args!("{function}() takes at most {N} {kind}argument{plural} ({total} given)"));
        }
        if self.max_positional == 0 {
            return esc.type_error(format_args!("{function}() takes no positional arguments"));
        }
        let bound = if self.required < self.max_positional { "at most" } else { "exactly" };
        let plural = if self.max_positional == 1 { "" } else { "s" };
        esc.type_error(format_args!(
            "{function}() takes {bound} {} positional argument{plural} ({given} given)",
            self.max_positional
        ))
    }

    #[cold]
    fn unexpected(&self, esc: Esc<'_>, name: &Value) -> Raised {
        let shown = crate::ops::str_lossy(esc, name);
        esc.type_error(format_args!("{}() got an unexpected keyword argument '{shown}'", self.function))
    }

    #[cold]
    fn missing(&self, esc: Esc<'_>, index: usize, given: usize) -> Raised {
        let function = self.function;
        if index < self.positional_only {
            let bound = if self.required < self.max_positional { "at least" } else { "exactly" };
            let plural = if self.required == 1 { "" } else { "s" };
            return esc.type_error(format_args!(
                "{function}() takes {bound} {} positional argument{plural} ({given} given)",
                self.required
            ));
        }
        esc.type_error(format_args!(
            "{function}() missing required argument '{}' (pos {})",
            self.names[index],
            index + 1
        ))
    }
}

/// The name of an argument's type as CPython's messages about a wrong argument have it: `None` is named by its value.
pub fn shown_type(argument: &Value) -> String {
    if argument.is_none() { "None".to_owned() } else { argument.class().name() }
}

/// CPython's messages for a wrong number of positional arguments (`PyArg_UnpackTuple`).
pub fn check_count(esc: Esc<'_>, function: &str, given: usize, min: usize, max: usize) -> PyResult<()> {
    if (min..=max).contains(&given) {
        return Ok(());
    }
    let (bound, count) = match () {
        () if min == max => ("", min),
        () if given < min => ("at least ", min),
        () => ("at most ", max),
    };
    let plural = if count == 1 { "" } else { "s" };
    Err(esc.type_error(format_args!("{function} expected {bound}{count} argument{plural}, got {given}")))
}
