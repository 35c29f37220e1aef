//! Python functions.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use stackref::{Value, Word};

use super::code::CodeObject;
use super::dict::Dict;
use super::tuple::Tuple;
use crate::intern::names;
use crate::layout::{self, Deferred, Field, Obj, OnceField, Payload, ValueExt};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of functions. Everything Python code can assign is a slot; what specialized calls rely on is guarded by
/// the version.
///
/// Functions are made more often than they are looked at (every generator expression makes one), so what few have, and
/// what the code object tells as long as nobody assigns it, lies apart in [`Details`], which are made on demand.
pub struct Function {
    code: Deferred<CodeObject>,
    globals: Deferred<Dict>,
    builtins: Deferred<Dict>,
    /// `__module__`
    pub module: Field,
    /// `__defaults__`: a tuple or NULL.
    defaults: Field,
    /// `__closure__`: a tuple of cells or NULL. Set at most once, while the function is being made.
    closure: OnceField,
    version: AtomicU32,
    details: OnceLock<Box<Details>>,
}

/// What few functions have.
pub struct Details {
    /// `__name__`, or NULL for the code's.
    pub name: Field,
    /// `__qualname__`, or NULL for the code's.
    pub qualname: Field,
    /// `__doc__`, or NULL for the code's.
    pub doc: Field,
    /// `__kwdefaults__`: a dict or NULL.
    kwdefaults: Field,
    /// `__annotations__` once computed, or NULL.
    pub annotations: Field,
    /// `__annotate__`, or NULL.
    pub annotate: Field,
    /// `__type_params__`: a tuple or NULL.
    pub type_params: Field,
}

impl Details {
    fn new() -> Self {
        Details {
            name: Field::empty(),
            qualname: Field::empty(),
            doc: Field::empty(),
            kwdefaults: Field::empty(),
            annotations: Field::empty(),
            annotate: Field::empty(),
            type_params: Field::empty(),
        }
    }

    fn fields(&self) -> [&Field; 7] {
        [&self.name, &self.qualname, &self.doc, &self.kwdefaults, &self.annotations, &self.annotate, &self.type_params]
    }
}

/// The version of a function whose code or defaults were assigned: never specialize calls to it.
const VERSION_CLEARED: u32 = 1;

impl Function {
    /// The code object.
    pub fn code(&self) -> Obj<CodeObject> {
        self.code.to_obj()
    }

    /// The word of the code object. It stays valid up to the next safepoint even if `__code__` is assigned meanwhile:
    /// code objects are deferred (O5).
    #[inline(always)]
    pub fn code_word(&self) -> Word {
        self.code.word()
    }

    /// `__globals__`
    #[inline]
    pub fn globals(&self) -> &Deferred<Dict> {
        &self.globals
    }

    /// The builtins namespace the function was made with.
    #[inline]
    pub fn builtins(&self) -> &Deferred<Dict> {
        &self.builtins
    }

    /// `__closure__`
    #[inline]
    pub fn closure(&self) -> Option<&Obj<Tuple>> {
        self.closure.get()?.as_obj()
    }

    /// Sets `__closure__`, a tuple, while the function is being made.
    ///
    /// # Errors
    /// Gives the value back if there is a closure already.
    #[inline(always)]
    pub fn init_closure(&self, closure: Value) -> Result<(), Value> {
        self.closure.set(closure)
    }

    /// What was assigned, if anything was.
    #[inline]
    pub fn details(&self) -> Option<&Details> {
        self.details.get().map(|details| &**details)
    }

    /// The same, to assign.
    pub fn make_details(&self) -> &Details {
        self.details.get_or_init(|| Box::new(Details::new()))
    }

    /// What one of the details holds.
    pub fn detail(&self, esc: Esc<'_>, pick: impl FnOnce(&Details) -> &Field) -> Option<Value> {
        pick(self.details()?).get(esc, self)
    }

    /// One of the details, or what the code says. The code is read first: [`Function::set_code`] notes what the old one
    /// says before it stores another.
    fn detail_or(
        &self,
        esc: Esc<'_>,
        pick: impl FnOnce(&Details) -> &Field,
        told: impl FnOnce(&CodeObject) -> Value,
    ) -> Value {
        let told = told(&self.code);
        self.detail(esc, pick).unwrap_or(told)
    }

    /// `__name__`
    pub fn name(&self, esc: Esc<'_>) -> Value {
        self.detail_or(esc, |details| &details.name, |code| code.name().clone())
    }

    /// `__qualname__`
    pub fn qualname(&self, esc: Esc<'_>) -> Value {
        self.detail_or(esc, |details| &details.qualname, |code| code.qualname().clone())
    }

    /// `__doc__`
    pub fn doc(&self, esc: Esc<'_>) -> Value {
        self.detail_or(esc, |details| &details.doc, doc_of)
    }

    /// `__defaults__`
    pub fn defaults(&self, esc: Esc<'_>) -> Option<Value> {
        self.defaults.get(esc, self)
    }

    /// `__kwdefaults__`
    pub fn kwdefaults(&self, esc: Esc<'_>) -> Option<Value> {
        self.detail(esc, |details| &details.kwdefaults)
    }

    /// Assigns `__code__`; calls are no longer specialized. The old code is given back. What the function is called and
    /// its docstring do not change.
    pub fn set_code(&self, code: &Obj<CodeObject>) -> Option<Value> {
        self.version.store(VERSION_CLEARED, Ordering::Release);
        let details = self.make_details();
        let old = self.code();
        let told = [
            (&details.name, old.name().clone()),
            (&details.qualname, old.qualname().clone()),
            (&details.doc, doc_of(&old)),
        ];
        for (field, value) in told {
            field.set_if_empty(self, value);
        }
        self.code.replace(code)
    }

    /// Assigns `__defaults__`; calls are no longer specialized.
    pub fn set_defaults(&self, defaults: Option<Value>) -> Option<Value> {
        self.version.store(VERSION_CLEARED, Ordering::Release);
        self.defaults.set(self, defaults)
    }

    /// Assigns `__kwdefaults__`; calls are no longer specialized.
    pub fn set_kwdefaults(&self, kwdefaults: Option<Value>) -> Option<Value> {
        self.version.store(VERSION_CLEARED, Ordering::Release);
        self.make_details().kwdefaults.set(self, kwdefaults)
    }

    /// Sets defaults while the function is being made (`SET_FUNCTION_ATTRIBUTE`): the version stays valid.
    pub fn init_defaults(&self, defaults: Value) {
        drop(self.defaults.set(self, Some(defaults)));
    }

    /// Sets keyword defaults while the function is being made.
    pub fn init_kwdefaults(&self, kwdefaults: Value) {
        drop(self.make_details().kwdefaults.set(self, Some(kwdefaults)));
    }

    /// The version that specialized calls guard: the code object's, until code or defaults are assigned.
    /// Below 2 means: do not specialize.
    #[inline]
    pub fn version(&self) -> u32 {
        self.version.load(Ordering::Acquire)
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        let details = self.details().into_iter().flat_map(Details::fields);
        [&self.module, &self.defaults].into_iter().chain(details)
    }
}

fn doc_of(code: &CodeObject) -> Value {
    code.docstring().unwrap_or_else(super::singletons::none)
}

impl Payload for Function {
    const NAME: &'static str = "function";
    const HAS_DICT: bool = true;
    fn class() -> &'static TypeObject {
        &FUNCTION
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for word in [self.code.word(), self.globals.word(), self.builtins.word()] {
            visit(word);
        }
        self.closure.trace(visit);
        self.fields().for_each(|field| field.trace(visit));
    }

    fn convert_uncounted(&self, me: u32) {
        self.code.convert(me);
        self.globals.convert(me);
        self.builtins.convert(me);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        // Code stays: a frame of this function may still look at it. The closure is immutable; the cells clear.
        out.extend(self.fields().filter_map(Field::take));
    }
}

/// The type `function`.
pub static FUNCTION: TypeObject = TypeObject::builtin::<Function>(
    "function",
    Some(&super::types::OBJECT),
    TypeFlags::METHOD_DESCRIPTOR.union(TypeFlags::DICT).union(TypeFlags::TRACED),
);

/// Makes a function of `code` with `globals`. Name, qualified name and docstring are those of the code object.
///
/// Functions that are not nested are deferred, as in CPython: calling one from many threads writes nothing shared.
pub fn new(esc: Esc<'_>, code: &Obj<CodeObject>, globals: &Obj<Dict>, builtins: &Obj<Dict>) -> Obj<Function> {
    let module = globals.get_interned_at(esc, names::name(esc), MODULE_HINT);
    let function = layout::new(
        esc,
        Function {
            code: Deferred::new(code),
            globals: Deferred::new(globals),
            builtins: Deferred::new(builtins),
            module: Field::new(module),
            defaults: Field::empty(),
            closure: OnceField::empty(),
            version: AtomicU32::new(code.version()),
            details: OnceLock::new(),
        },
    );
    if !code.is_nested() {
        function.header().enable_deferred();
    }
    function
}

/// Where the namespace of a module has `__name__`: it is what is put in first.
const MODULE_HINT: u32 = 0;
