//! Python functions.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use stackref::{Value, Word};

use super::code::CodeObject;
use super::dict::Dict;
use super::tuple::Tuple;
use crate::intern::names;
use crate::layout::{self, Deferred, Field, Obj, Payload, ValueExt};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The payload of functions. Everything Python code can assign is a slot; what specialized calls rely on is guarded by
/// the version.
pub struct Function {
    code: Field,
    globals: Deferred<Dict>,
    builtins: Deferred<Dict>,
    /// `__name__`
    pub name: Field,
    /// `__qualname__`
    pub qualname: Field,
    /// `__module__`
    pub module: Field,
    /// `__doc__`
    pub doc: Field,
    /// `__defaults__`: a tuple or NULL.
    defaults: Field,
    /// `__kwdefaults__`: a dict or NULL.
    kwdefaults: Field,
    /// `__annotations__` once computed, or NULL.
    pub annotations: Field,
    /// `__annotate__`, or NULL.
    pub annotate: Field,
    /// `__type_params__`: a tuple or NULL.
    pub type_params: Field,
    closure: OnceLock<Obj<Tuple>>,
    version: AtomicU32,
}

/// The version of a function whose code or defaults were assigned: never specialize calls to it.
const VERSION_CLEARED: u32 = 1;

impl Function {
    /// The code object.
    pub fn code(&self, esc: Esc<'_>) -> Obj<CodeObject> {
        let code = self.code.get(esc, self).expect("a function has code");
        code.downcast().expect("a function's code is a code object")
    }

    /// The word of the code object. It stays valid up to the next safepoint even if `__code__` is assigned meanwhile:
    /// code objects are deferred (O5).
    #[inline(always)]
    pub fn code_word(&self) -> Word {
        let word = self.code.word();
        debug_assert!(word.is_some(), "a function has code");
        // SAFETY: `new` and `set_code`, which alone store to this field, store a code object.
        unsafe { word.unwrap_unchecked() }
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
        self.closure.get()
    }

    /// Sets `__closure__` while the function is being made. A second call has no effect.
    pub fn init_closure(&self, closure: Obj<Tuple>) {
        let _ = self.closure.set(closure);
    }

    /// `__defaults__`
    pub fn defaults(&self, esc: Esc<'_>) -> Option<Value> {
        self.defaults.get(esc, self)
    }

    /// `__kwdefaults__`
    pub fn kwdefaults(&self, esc: Esc<'_>) -> Option<Value> {
        self.kwdefaults.get(esc, self)
    }

    /// Assigns `__code__`; calls are no longer specialized. The old code is given back.
    pub fn set_code(&self, code: Obj<CodeObject>) -> Option<Value> {
        self.version.store(VERSION_CLEARED, Ordering::Release);
        self.code.set(self, Some(code.into_value()))
    }

    /// Assigns `__defaults__`; calls are no longer specialized.
    pub fn set_defaults(&self, defaults: Option<Value>) -> Option<Value> {
        self.version.store(VERSION_CLEARED, Ordering::Release);
        self.defaults.set(self, defaults)
    }

    /// Assigns `__kwdefaults__`; calls are no longer specialized.
    pub fn set_kwdefaults(&self, kwdefaults: Option<Value>) -> Option<Value> {
        self.version.store(VERSION_CLEARED, Ordering::Release);
        self.kwdefaults.set(self, kwdefaults)
    }

    /// Sets defaults while the function is being made (`SET_FUNCTION_ATTRIBUTE`): the version stays valid.
    pub fn init_defaults(&self, defaults: Value) {
        drop(self.defaults.set(self, Some(defaults)));
    }

    /// Sets keyword defaults while the function is being made.
    pub fn init_kwdefaults(&self, kwdefaults: Value) {
        drop(self.kwdefaults.set(self, Some(kwdefaults)));
    }

    /// The version that specialized calls guard: the code object's, until code or defaults are assigned.
    /// Below 2 means: do not specialize.
    #[inline]
    pub fn version(&self) -> u32 {
        self.version.load(Ordering::Acquire)
    }

    fn slots(&self) -> [&Field; 10] {
        [
            &self.code,
            &self.name,
            &self.qualname,
            &self.module,
            &self.doc,
            &self.defaults,
            &self.kwdefaults,
            &self.annotations,
            &self.annotate,
            &self.type_params,
        ]
    }
}

impl Payload for Function {
    const NAME: &'static str = "function";
    fn class() -> &'static TypeObject {
        &FUNCTION
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.slots().into_iter().for_each(|slot| slot.trace(visit));
        visit(self.globals.word());
        visit(self.builtins.word());
        if let Some(closure) = self.closure.get() {
            visit(closure.value().word());
        }
    }

    fn convert_uncounted(&self, me: u32) {
        self.globals.convert(me);
        self.builtins.convert(me);
    }

    fn clear(&self, out: &mut Vec<Value>) {
        // Code stays: a frame of this function may still look at it. The closure is immutable; the cells clear.
        out.extend(self.slots().into_iter().skip(1).filter_map(Field::take));
    }
}

/// The type `function`.
pub static FUNCTION: TypeObject = TypeObject::builtin::<Function>(
    "function",
    Some(&super::types::OBJECT),
    TypeFlags::METHOD_DESCRIPTOR.union(TypeFlags::DICT).union(TypeFlags::TRACED),
);

/// Makes a function of `code` with `globals`. Name, qualified name and docstring come from the code object.
///
/// Functions that are not nested are deferred, as in CPython: calling one from many threads writes nothing shared.
pub fn new(esc: Esc<'_>, code: &Obj<CodeObject>, globals: &Obj<Dict>, builtins: &Obj<Dict>) -> Obj<Function> {
    let doc = code.docstring().unwrap_or_else(super::singletons::none);
    let module = globals.get_interned(esc, names::name(esc));
    let nested = code.is_nested();
    let function = layout::new(
        esc,
        Function {
            code: Field::new(Some(code.value().clone())),
            globals: Deferred::new(globals),
            builtins: Deferred::new(builtins),
            name: Field::new(Some(code.name().clone())),
            qualname: Field::new(Some(code.qualname().clone())),
            module: Field::new(module),
            doc: Field::new(Some(doc)),
            defaults: Field::empty(),
            kwdefaults: Field::empty(),
            annotations: Field::empty(),
            annotate: Field::empty(),
            type_params: Field::empty(),
            closure: OnceLock::new(),
            version: AtomicU32::new(code.version()),
        },
    );
    if !nested {
        function.header().enable_deferred();
    }
    function
}
