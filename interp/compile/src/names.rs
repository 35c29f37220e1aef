//! Names as small numbers: the interner of one compilation and the ordered tables keyed by them.
//!
//! Apart because every pass keys its tables by name: symbol tables, constant-time scope look-ups and the name lists
//! of a code unit all become arrays and maps of `u32`. Private-name mangling lives here too, since it is the
//! one operation that makes names out of names.

use std::collections::HashMap;

use interp_code::Name;
use rustc_hash::FxHashMap;

use crate::ast::Ident;

/// A name of this compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NameId(u32);

macro_rules! known_names {
    // A macro, because the constant's number and its text must come from one list.
    ($($konst:ident = $text:literal),* $(,)?) => {
        /// Names that the compiler itself uses, with fixed numbers.
        pub(crate) mod known {
            use super::NameId;
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "mirrors the constants below")]
            enum Number { $($konst),* }
            $(pub(crate) const $konst: NameId = NameId(Number::$konst as u32);)*
            pub(super) const TEXTS: &[&str] = &[$($text),*];
        }
    };
}

known_names! {
    CLASS = "__class__",
    CLASSDICT = "__classdict__",
    CONDITIONAL_ANNOTATIONS = "__conditional_annotations__",
    CLASSCELL = "__classcell__",
    CLASSDICTCELL = "__classdictcell__",
    ANNOTATE = "__annotate__",
    ANNOTATE_FUNC = "__annotate_func__",
    ANNOTATIONS = "__annotations__",
    NAME = "__name__",
    MODULE = "__module__",
    QUALNAME = "__qualname__",
    FIRSTLINENO = "__firstlineno__",
    TYPE_PARAMS_ATTR = "__type_params__",
    STATIC_ATTRIBUTES = "__static_attributes__",
    DOC = "__doc__",
    DEBUG = "__debug__",
    DOT_FORMAT = ".format",
    DOT_ZERO = ".0",
    DOT_TYPE_PARAMS = ".type_params",
    DOT_GENERIC_BASE = ".generic_base",
    DOT_DEFAULTS = ".defaults",
    DOT_KWDEFAULTS = ".kwdefaults",
    SUPER = "super",
    FORMAT = "format",
    RETURN = "return",
    JOIN = "join",
    ANON_MODULE = "<module>",
    ANON_LAMBDA = "<lambda>",
    ANON_GENEXPR = "<genexpr>",
    ANON_LISTCOMP = "<listcomp>",
    ANON_SETCOMP = "<setcomp>",
    ANON_DICTCOMP = "<dictcomp>",
    EMPTY = "",
}

/// Numbers the names of one compilation.
///
/// The parser shares the memory of equal names, so most look-ups are answered by the address of the text.
#[derive(Debug)]
pub(crate) struct Interner {
    texts: Vec<Ident>,
    /// The same as names of code objects, made when first asked for.
    code_names: Vec<Option<Name>>,
    by_text: HashMap<Ident, NameId>,
    by_address: FxHashMap<usize, NameId>,
}

impl Interner {
    pub(crate) fn new() -> Self {
        let mut interner = Self {
            texts: Vec::new(),
            code_names: Vec::new(),
            by_text: HashMap::new(),
            by_address: FxHashMap::default(),
        };
        for text in known::TEXTS {
            interner.intern(text);
        }
        interner
    }

    /// The number of a name that lives as long as the tree being compiled.
    ///
    /// The address is a valid key only because the tree outlives the compilation: the text cannot be freed and its
    /// memory be used for another name meanwhile.
    pub(crate) fn of(&mut self, name: &Ident) -> NameId {
        let address = name.as_ptr().addr();
        if name.is_empty() {
            return known::EMPTY;
        }
        if let Some(&id) = self.by_address.get(&address) {
            return id;
        }
        let id = match self.by_text.get(name) {
            Some(&id) => id,
            None => self.add(name.clone()),
        };
        self.by_address.insert(address, id);
        id
    }

    /// The number of any text.
    pub(crate) fn intern(&mut self, text: &str) -> NameId {
        match self.by_text.get(text) {
            Some(&id) => id,
            None => self.add(Ident::from(text)),
        }
    }

    fn add(&mut self, text: Ident) -> NameId {
        let number = u32::try_from(self.texts.len()).expect("a program of 2^32 names would not fit in memory as text");
        self.texts.push(text.clone());
        self.code_names.push(None);
        self.by_text.insert(text, NameId(number));
        NameId(number)
    }

    /// The text of a name.
    pub(crate) fn text(&self, name: NameId) -> &Ident {
        &self.texts[name.0 as usize]
    }

    /// The name as code objects hold it.
    pub(crate) fn code_name(&mut self, name: NameId) -> Name {
        let number = name.0 as usize;
        self.code_names[number].get_or_insert_with(|| Name::from(&self.texts[number])).clone()
    }

    /// The name under which `name` is known inside the class `class`: `__x` becomes `_Class__x` (CPython: `_Py_Mangle`).
    pub(crate) fn mangle(&mut self, class: Option<NameId>, name: NameId) -> NameId {
        let Some(class) = class else { return name };
        let text = self.text(name);
        if !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
            return name;
        }
        let class = self.text(class).trim_start_matches('_');
        if class.is_empty() {
            return name;
        }
        let mangled = format!("_{class}{text}");
        self.intern(&mangled)
    }
}

/// Up to this many entries a table is searched from front to back and has no index.
const UNINDEXED_LEN: usize = 8;

/// A map from names that remembers the order of insertion, as Python's dict does.
#[derive(Clone, Debug)]
pub(crate) struct NameMap<V> {
    entries: Vec<(NameId, V)>,
    index: FxHashMap<NameId, u32>,
}

impl<V> Default for NameMap<V> {
    fn default() -> Self {
        Self { entries: Vec::new(), index: FxHashMap::default() }
    }
}

impl<V> NameMap<V> {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn entries(&self) -> &[(NameId, V)] {
        &self.entries
    }

    /// The entry at a position.
    pub(crate) fn at_mut(&mut self, position: usize) -> &mut V {
        &mut self.entries[position].1
    }

    /// The position of a name.
    pub(crate) fn position(&self, name: NameId) -> Option<usize> {
        if self.entries.len() <= UNINDEXED_LEN {
            return self.entries.iter().position(|entry| entry.0 == name);
        }
        self.index.get(&name).map(|&position| position as usize)
    }

    pub(crate) fn get(&self, name: NameId) -> Option<&V> {
        self.position(name).map(|position| &self.entries[position].1)
    }

    /// The position of a name, which is added with `value` if it was not there.
    pub(crate) fn add(&mut self, name: NameId, value: impl FnOnce() -> V) -> usize {
        if let Some(position) = self.position(name) {
            return position;
        }
        let position = self.entries.len();
        self.entries.push((name, value()));
        if position == UNINDEXED_LEN {
            self.index = self.entries.iter().zip(0u32..).map(|(entry, number)| (entry.0, number)).collect();
        } else if position > UNINDEXED_LEN {
            let number = u32::try_from(position).expect("a table has no more entries than the program has names");
            self.index.insert(name, number);
        }
        position
    }

    /// Takes a name out; the order of the others stays. Slow: only for the few names the compiler takes back.
    pub(crate) fn remove(&mut self, name: NameId) {
        let Some(position) = self.position(name) else { return };
        self.entries.remove(position);
        self.index = self.entries.iter().zip(0u32..).map(|(entry, number)| (entry.0, number)).collect();
    }
}

/// An ordered set of names: position is the operand under which code refers to it.
pub(crate) type NameSet = NameMap<()>;

impl NameSet {
    /// The position of a name, which is added if it was not there.
    pub(crate) fn number(&mut self, name: NameId) -> u32 {
        u32::try_from(self.add(name, || ())).expect("a table has no more entries than the program has names")
    }

    /// The position of a name that is there, as an operand.
    #[cfg(test)]
    pub(crate) fn find(&self, name: NameId) -> Option<u32> {
        self.position(name).and_then(|position| u32::try_from(position).ok())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = NameId> {
        self.entries.iter().map(|entry| entry.0)
    }
}

#[cfg(test)]
mod tests;
