//! Type objects: layout, flags, MRO, dictionary, slots, versions.
//!
//! Builtin types are statics, so that a type test is a compare with a constant; classes made by `class` statements are
//! ordinary heap objects with the same struct. Changes to a type are serialized by one type lock; readers take none:
//! every field that may change is one atomic word, or an immutable record behind `arc-swap`.

pub mod ready;
mod version;

use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock};

use arc_swap::ArcSwapOption;
use bitflags::bitflags;
use dictkeys::SharedKeys;
use stackref::{Header, TypeHead, Value, Word};

use crate::data::dict::Dict;
use crate::layout::{Field, HasLayout, Layout, Obj, PAYLOAD_OFFSET, Payload, ValueExt};
use crate::slots::Slots;
use crate::thread::Esc;

pub use version::{forget_all, lookup, lookup_with_version, retain_found};

bitflags! {
    /// Properties of a type.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct TypeFlags: u32 {
        /// Made at run time; its instances may have attributes of their own.
        const HEAP = 1;
        /// May be subclassed.
        const BASE = 1 << 1;
        /// Attributes cannot be set.
        const IMMUTABLE = 1 << 2;
        /// Slots and MRO are filled in.
        const READY = 1 << 3;
        /// Instances carry inline values with split keys.
        const INLINE_VALUES = 1 << 4;
        /// Instances have a `__dict__` word.
        const DICT = 1 << 5;
        /// Instances can be referenced weakly.
        const WEAKREF = 1 << 6;
        /// Has abstract methods left.
        const ABSTRACT = 1 << 7;
        /// Some class in the MRO defines `__del__`.
        const FINALIZER = 1 << 8;
        /// Cannot be instantiated by calling.
        const NO_NEW = 1 << 9;
        /// `match` treats instances as sequences (PEP 634).
        const SEQUENCE = 1 << 10;
        /// `match` treats instances as mappings.
        const MAPPING = 1 << 11;
        /// A class pattern's single positional argument matches the whole subject.
        const MATCH_SELF = 1 << 12;
        /// Method descriptors of this type bind like functions (`LOAD_ATTR` method form).
        const METHOD_DESCRIPTOR = 1 << 13;
        /// Instances are traced by the collector whatever the payload says (they have attributes).
        const TRACED = 1 << 14;
        /// Never freed; see `TypeObject::pin`.
        const PINNED = 1 << 15;
        /// Subclass of `int`, `str`, … in the order of CPython's fast subclass flags.
        const INT_SUBCLASS = 1 << 24;
        /// See `INT_SUBCLASS`.
        const LIST_SUBCLASS = 1 << 25;
        /// See `INT_SUBCLASS`.
        const TUPLE_SUBCLASS = 1 << 26;
        /// See `INT_SUBCLASS`.
        const BYTES_SUBCLASS = 1 << 27;
        /// See `INT_SUBCLASS`.
        const STR_SUBCLASS = 1 << 28;
        /// See `INT_SUBCLASS`.
        const DICT_SUBCLASS = 1 << 29;
        /// See `INT_SUBCLASS`.
        const EXCEPTION_SUBCLASS = 1 << 30;
        /// See `INT_SUBCLASS`.
        const TYPE_SUBCLASS = 1 << 31;
    }
}

/// A type: header and [`TypeBody`]. Derefs to the body.
#[repr(C)]
pub struct TypeObject {
    header: Header,
    body: TypeBody,
}

/// The payload of a type object.
#[repr(C)]
pub struct TypeBody {
    // Must be first: `stackref::TypeHead` is the header and this.
    dealloc: unsafe fn(NonNull<Header>),
    layout: &'static Layout,
    flags: AtomicU32,
    version: AtomicU32,
    static_name: &'static str,
    static_base: Option<&'static TypeObject>,
    /// The docstring of a builtin type.
    static_doc: OnceLock<&'static str>,
    /// Bytes of an instance, from header to the end of slots and dictionary word; inline values come on top.
    size: AtomicU32,
    /// Offset of the first `__slots__` word, and how many there are (of all classes in the MRO).
    slots_offset: AtomicU32,
    slots_count: AtomicU32,
    /// Offset of the dictionary word, or 0.
    dict_offset: AtomicU32,
    /// Offset of the inline values, or 0.
    values_offset: AtomicU32,
    /// Run-time name (`str`), NULL for statics.
    name: Field,
    qualname: Field,
    base: Field,
    bases: Field,
    dict: Field,
    /// The attribute names that instances share; present with `INLINE_VALUES`.
    shared_keys: OnceLock<SharedKeys>,
    mro: ArcSwapOption<Mro>,
    subclasses: Mutex<Vec<TypeRef>>,
    /// The operations.
    pub slots: Slots,
}

static_assertions::const_assert_eq!(std::mem::offset_of!(TypeObject, body), PAYLOAD_OFFSET);
static_assertions::const_assert_eq!(std::mem::offset_of!(TypeBody, dealloc), 0);

/// The method resolution order, immutable once published.
#[derive(Debug)]
pub struct Mro(pub Box<[TypeRef]>);

/// An uncounted pointer to a type (O5). Whoever stores one shows it to the collector.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeRef(NonNull<TypeObject>);

// SAFETY: a `TypeObject` is shared by all threads; what changes in it is atomic or locked.
unsafe impl Send for TypeRef {}
// SAFETY: as for `Send`.
unsafe impl Sync for TypeRef {}

impl TypeRef {
    /// A reference to `class`.
    pub fn new(class: &TypeObject) -> Self {
        TypeRef(NonNull::from(class))
    }

    /// The uncounted word that names the type.
    pub fn word(self) -> Word {
        Word::uncounted(self.0.cast())
    }
}

impl Deref for TypeRef {
    type Target = TypeObject;
    fn deref(&self) -> &TypeObject {
        // SAFETY: O5: types are freed by the collector only, which sees every stored `TypeRef` through `trace`.
        unsafe { self.0.as_ref() }
    }
}

impl std::fmt::Debug for TypeRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<class {}>", self.name())
    }
}

impl Deref for TypeObject {
    type Target = TypeBody;
    #[inline(always)]
    fn deref(&self) -> &TypeBody {
        &self.body
    }
}

impl std::fmt::Debug for TypeObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<class {}>", self.name())
    }
}

impl PartialEq for TypeObject {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// The one lock under which types change. A leaf for other object locks, never held over user code.
pub fn type_lock() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl TypeObject {
    /// A builtin type as a static. `base` is `None` for `object` alone.
    pub const fn builtin<T: HasLayout>(
        name: &'static str,
        base: Option<&'static TypeObject>,
        flags: TypeFlags,
    ) -> TypeObject {
        TypeObject {
            header: Header::new_immortal((&raw const crate::data::types::TYPE).cast::<TypeHead>().cast_mut()),
            body: TypeBody::new(T::LAYOUT, T::DEALLOC, name, base, flags),
        }
    }

    /// The type with a deallocator of its own, which leaves to `finalize::dealloc` what it does not handle.
    ///
    /// Only for types that cannot be subclassed: the deallocator knows the whole object.
    pub(crate) const fn with_dealloc(mut self, dealloc: unsafe fn(NonNull<Header>)) -> TypeObject {
        self.body.dealloc = dealloc;
        self
    }

    /// The type a value is, if it is a type.
    pub fn from_value(value: &Value) -> Option<&TypeObject> {
        value.payload::<TypeBody>().map(TypeObject::of_body)
    }

    /// The type a body belongs to.
    pub fn of_body(body: &TypeBody) -> &TypeObject {
        let body = NonNull::from(body);
        // SAFETY: a `TypeBody` exists only inside a `TypeObject` (its constructor is private to the two places that
        // make one), `PAYLOAD_OFFSET` bytes behind its start.
        let object = unsafe { body.byte_sub(PAYLOAD_OFFSET) }.cast::<TypeObject>();
        // SAFETY: as above; the borrow of the body keeps the whole alive.
        unsafe { object.as_ref() }
    }

    /// The type as a value: free for builtin types, one count for classes.
    pub fn value(&self) -> Value {
        // SAFETY: the word names a live object and owns no count; it is only viewed, and cloning an uncounted word
        // takes a count unless the object is immortal.
        let view = std::mem::ManuallyDrop::new(unsafe { Value::from_word(TypeRef::new(self).word()) });
        Value::clone(&view)
    }

    /// Keeps the class for ever. Native code uses the class of an object, and the classes of its MRO, without counting them, since the
    /// object keeps them; when one is taken away from under the object, nobody knows who still uses it.
    pub fn pin(&self) {
        if self.is_heap() && !self.has(TypeFlags::PINNED) {
            self.add_flags(TypeFlags::PINNED);
            // A count that nobody gives up. Two threads may both get here, and pin it twice.
            std::mem::forget(self.value());
        }
    }

    /// The pointer that instances' headers hold.
    pub fn head_ptr(&self) -> *mut TypeHead {
        std::ptr::from_ref(self).cast::<TypeHead>().cast_mut()
    }

    /// The header, for counting.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether `self` is `other` or derives from it.
    #[inline]
    pub fn is_subtype(&self, other: &TypeObject) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        match &*self.body.mro.load() {
            Some(mro) => mro.0.iter().any(|class| std::ptr::eq(&**class, other)),
            None => self.static_base().is_some_and(|base| base.is_subtype(other)),
        }
    }

    /// Allocates a class. `types-core` fills it in before anyone else sees it.
    pub fn new_heap(esc: Esc<'_>, metatype: &TypeObject, layout: &'static Layout, flags: TypeFlags) -> Obj<TypeBody> {
        let body = TypeBody::new(layout, crate::finalize::dealloc, "", None, flags.union(TypeFlags::HEAP));
        let class = crate::layout::new_with_type(esc, metatype, body);
        class.header().enable_deferred();
        class
    }
}

impl TypeBody {
    const fn new(
        layout: &'static Layout,
        dealloc: unsafe fn(NonNull<Header>),
        static_name: &'static str,
        static_base: Option<&'static TypeObject>,
        flags: TypeFlags,
    ) -> TypeBody {
        TypeBody {
            dealloc,
            layout,
            flags: AtomicU32::new(flags.bits()),
            version: AtomicU32::new(0),
            static_name,
            static_base,
            static_doc: OnceLock::new(),
            size: AtomicU32::new((PAYLOAD_OFFSET + layout.size) as u32),
            slots_offset: AtomicU32::new(0),
            slots_count: AtomicU32::new(0),
            dict_offset: AtomicU32::new(0),
            values_offset: AtomicU32::new(0),
            name: Field::empty(),
            qualname: Field::empty(),
            base: Field::empty(),
            bases: Field::empty(),
            dict: Field::empty(),
            shared_keys: OnceLock::new(),
            mro: ArcSwapOption::const_empty(),
            subclasses: Mutex::new(Vec::new()),
            slots: Slots::empty(),
        }
    }

    /// The payload layout of instances.
    #[inline(always)]
    pub fn layout(&self) -> &'static Layout {
        self.layout
    }

    /// Current flags.
    #[inline(always)]
    pub fn flags(&self) -> TypeFlags {
        TypeFlags::from_bits_retain(self.flags.load(Relaxed))
    }

    /// Whether all of `flags` are set.
    #[inline(always)]
    pub fn has(&self, flags: TypeFlags) -> bool {
        self.flags.load(Relaxed) & flags.bits() == flags.bits()
    }

    /// Sets flags.
    pub fn add_flags(&self, flags: TypeFlags) {
        self.flags.fetch_or(flags.bits(), Relaxed);
    }

    /// Clears flags.
    pub fn remove_flags(&self, flags: TypeFlags) {
        self.flags.fetch_and(!flags.bits(), Relaxed);
    }

    /// Whether the collector traces instances.
    #[inline]
    pub fn is_traced(&self) -> bool {
        self.layout.traced || self.has(TypeFlags::TRACED)
    }

    /// Whether the type was made at run time.
    pub fn is_heap(&self) -> bool {
        self.has(TypeFlags::HEAP)
    }

    /// The base a builtin type was declared with.
    pub fn static_base(&self) -> Option<&'static TypeObject> {
        self.static_base
    }

    /// `__name__`.
    pub fn name(&self) -> String {
        match self.name.get_now(self) {
            Some(name) => crate::ops::text_lossy(&name),
            None => self.static_name.rsplit('.').next().unwrap_or(self.static_name).to_owned(),
        }
    }

    /// The dotted name a builtin type was declared with (`module.name`, or `name` for builtins).
    pub fn static_name(&self) -> &'static str {
        self.static_name
    }

    /// The docstring a builtin type was filled with.
    pub fn static_doc(&self) -> Option<&'static str> {
        self.static_doc.get().copied()
    }

    /// Sets the docstring of a builtin type; a second call has no effect.
    pub fn set_static_doc(&self, doc: &'static str) {
        let _ = self.static_doc.set(doc);
    }

    /// Name and qualified name words (`str`), NULL for builtin types.
    pub fn name_slot(&self) -> &Field {
        &self.name
    }

    /// See [`TypeBody::name_slot`].
    pub fn qualname_slot(&self) -> &Field {
        &self.qualname
    }

    /// `__base__` as a slot: NULL for `object`.
    pub fn base_slot(&self) -> &Field {
        &self.base
    }

    /// `__base__`.
    pub fn base(&self) -> Option<TypeRef> {
        let base = self.base.get_now(self)?;
        TypeObject::from_value(&base).map(TypeRef::new)
    }

    /// `__bases__` as a slot (a tuple).
    pub fn bases_slot(&self) -> &Field {
        &self.bases
    }

    /// The type's own attributes.
    ///
    /// # Panics
    /// If the type is not ready yet.
    pub fn dict(&self) -> Obj<Dict> {
        let dict = self.dict.get_now(self).expect("a ready type has a dictionary");
        dict.downcast::<Dict>().expect("a type's dictionary is a dict")
    }

    /// The dictionary as a slot, set once while the type is made ready.
    pub fn dict_slot(&self) -> &Field {
        &self.dict
    }

    /// The names that instances share.
    pub fn shared_keys(&self) -> Option<&SharedKeys> {
        self.shared_keys.get()
    }

    /// The MRO, while the type is ready.
    pub fn mro(&self) -> arc_swap::Guard<Option<Arc<Mro>>> {
        self.mro.load()
    }

    /// Publishes a new MRO and forgets cached lookups. The type lock is held.
    pub fn set_mro(&self, mro: Vec<TypeRef>) {
        self.mro.store(Some(Arc::new(Mro(mro.into_boxed_slice()))));
        self.modified();
    }

    /// Direct subclasses that are still alive.
    pub fn subclasses(&self) -> Vec<TypeRef> {
        self.subclasses.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Notes a direct subclass.
    pub fn add_subclass(&self, class: &TypeObject) {
        self.subclasses.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(TypeRef::new(class));
    }

    /// Forgets a direct subclass (it is being destroyed, or its bases changed).
    pub fn remove_subclass(&self, class: &TypeObject) {
        let mut subclasses = self.subclasses.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        subclasses.retain(|known| *known != TypeRef::new(class));
    }

    /// Bytes of an instance without inline values.
    #[inline]
    pub fn instance_size(&self) -> usize {
        self.size.load(Relaxed) as usize
    }

    /// Bytes the next instance needs: inline values shrink as the class learns how many its instances use.
    #[inline]
    pub(crate) fn next_instance_size(&self) -> usize {
        match self.shared_keys.get() {
            None => self.instance_size(),
            Some(keys) => self.instance_size() + dictkeys::InlineValues::bytes(keys.instance_capacity()),
        }
    }

    /// Offset of the first slot word and the number of slot words.
    pub fn slot_words(&self) -> (usize, usize) {
        (self.slots_offset.load(Relaxed) as usize, self.slots_count.load(Relaxed) as usize)
    }

    /// Offset of the dictionary word, if instances have one.
    #[inline]
    pub fn dict_offset(&self) -> Option<usize> {
        match self.dict_offset.load(Relaxed) {
            0 => None,
            offset => Some(offset as usize),
        }
    }

    /// Offset of the inline values, if instances have them.
    #[inline]
    pub fn values_offset(&self) -> Option<usize> {
        match self.values_offset.load(Relaxed) {
            0 => None,
            offset => Some(offset as usize),
        }
    }

    /// Lays out instances of a class under construction: `slots` words for `__slots__` (its bases' included), then the
    /// dictionary word and inline values if the flags ask for them. Must be called before the first instance.
    pub fn lay_out(&self, slots: usize) {
        let mut end = PAYLOAD_OFFSET + self.layout.size.next_multiple_of(8);
        if slots > 0 {
            self.slots_offset.store(end as u32, Relaxed);
            self.slots_count.store(slots as u32, Relaxed);
            end += 8 * slots;
        }
        if self.has(TypeFlags::DICT) {
            self.dict_offset.store(end as u32, Relaxed);
            end += 8;
        }
        if self.has(TypeFlags::INLINE_VALUES) {
            match SharedKeys::new() {
                Some(keys) => drop(self.shared_keys.set(keys)),
                None => std::alloc::handle_alloc_error(std::alloc::Layout::new::<SharedKeys>()),
            }
            self.values_offset.store(end as u32, Relaxed);
        }
        self.size.store(end as u32, Relaxed);
    }
}

impl TypeBody {
    /// A class that goes away is no longer among its bases' subclasses: they name it without a count.
    fn leave_bases(&self) {
        let bases = self.bases.get_now(self);
        let bases = bases.as_ref().and_then(|bases| bases.payload::<crate::data::tuple::Tuple>());
        for base in bases.map_or(&[][..], |bases| bases.as_slice()) {
            if let Some(base) = base.payload::<TypeBody>() {
                base.remove_subclass(TypeObject::of_body(self));
            }
        }
    }
}

impl TypeBody {
    /// As `leave_bases` for a class that the collector is about to take apart: from now on no walk over subclasses meets
    /// it. The world is stopped, so nothing is counted.
    pub(crate) fn leave_bases_in_pause(&self) {
        let Some(bases) = self.bases.word() else { return };
        // SAFETY: the field keeps the tuple; the view is not dropped.
        let bases = std::mem::ManuallyDrop::new(unsafe { Value::from_word(bases.to_uncounted()) });
        let bases = bases.payload::<crate::data::tuple::Tuple>();
        for base in bases.map_or(&[][..], |bases| bases.as_slice()) {
            if let Some(base) = base.payload::<TypeBody>() {
                base.remove_subclass(TypeObject::of_body(self));
            }
        }
    }
}

/// `object.__class__ = class`; the layouts agree.
///
/// The class that the object had is never freed: native code of any thread may be using it on the object's account.
pub fn reclass(_: Esc<'_>, object: &Header, class: &TypeObject) {
    if class.is_heap() {
        class.header().enable_deferred();
    }
    let old = crate::layout::type_of(NonNull::from(object));
    old.pin();
    let counted = object.tag().fetch_and(!crate::gcmodel::COUNTS_TYPE, Relaxed) & crate::gcmodel::COUNTS_TYPE != 0;
    object.set_ty(class.head_ptr());
    if counted {
        // SAFETY: the count that the collector gave the object on its old class.
        drop(unsafe { Value::from_header(NonNull::from(old.header())) });
    }
}

impl Drop for TypeBody {
    fn drop(&mut self) {
        self.leave_bases();
    }
}

impl Payload for TypeBody {
    const NAME: &'static str = "type";

    fn class() -> &'static TypeObject {
        &crate::data::types::TYPE
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for slot in [&self.name, &self.qualname, &self.base, &self.bases, &self.dict] {
            slot.trace(visit);
        }
        if let Some(mro) = &*self.mro.load() {
            mro.0.iter().for_each(|class| visit(class.word()));
        }
        if let Some(keys) = self.shared_keys.get() {
            // SAFETY: payloads are traced while the world is stopped.
            unsafe { keys.trace(visit) };
        }
    }

    fn clear(&self, out: &mut Vec<Value>) {
        self.leave_bases();
        for slot in [&self.base, &self.bases, &self.dict] {
            out.extend(slot.take());
        }
    }
}
