//! A stand-in for `interp_eval::ops`: just enough of the runtime for generated handlers to compile against.
//!
//! It is data of the test `compile.rs`, which compiles it together with what the generator makes of `program.rs`. Signatures are
//! those that `interp/ops/README.md` asks for.

#[derive(Clone, Copy, PartialEq)]
#[repr(transparent)]
pub struct Word(std::num::NonZeroU64);

impl Word {
    pub const NULL: Self = Self(std::num::NonZeroU64::MIN);
    fn of(bits: u64) -> Self {
        Self(std::num::NonZeroU64::new(bits).unwrap_or(std::num::NonZeroU64::MIN))
    }
    #[inline(always)]
    pub fn is_int(self) -> bool {
        self.0.get() & 3 == 3
    }
    #[inline(always)]
    pub fn both_ints(a: Self, b: Self) -> bool {
        a.0.get() & b.0.get() & 3 == 3
    }
    #[inline(always)]
    pub fn int_add(self, other: Self) -> Option<Self> {
        (self.0.get() as i64).checked_add(other.0.get() as i64 - 3).map(|bits| Self::of(bits as u64))
    }
}

#[repr(transparent)]
pub struct Value(Word);
pub struct Thread {
    ip: std::cell::Cell<*const Cell>,
}
pub struct Raised;
#[repr(transparent)]
pub struct Dead(Word);
pub type Cell = u64;
pub struct Control(pub u64);
pub type Handler = unsafe extern "C" fn(*const Cell, *mut Word, &Thread, u64) -> Control;

#[derive(Clone, Copy)]
pub struct Esc<'a>(std::marker::PhantomData<&'a Thread>);
impl Esc<'_> {
    #[inline(always)]
    pub unsafe fn after_spill(_: &Thread) -> Self {
        Self(std::marker::PhantomData)
    }
}

#[cold]
#[inline(never)]
pub fn cold<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[derive(Clone, Copy)]
pub struct Slots(*mut Word, usize);
impl Slots {
    pub fn set(self, index: usize, word: Word) {
        assert!(index < self.1);
        unsafe { *self.0.add(index) = word }
    }
    pub fn clear(self) {
        (0..self.1).for_each(|index| self.set(index, Word::NULL));
    }
    pub fn values(&self) -> &[Value] {
        unsafe { std::slice::from_raw_parts(self.0.cast(), self.1) }
    }
}

#[derive(Clone, Copy)]
pub struct Flow(*const Cell, *mut Word);
impl Flow {
    #[inline(always)]
    pub fn go(self, th: &Thread) -> Control {
        next(self.0, self.1, th)
    }
    #[inline(always)]
    pub fn go_or_deopt(self, fp: *mut Word, th: &Thread, cell: u64) -> Control {
        if self.0 as usize & 1 == 1 { deopt((self.0 as usize & !1) as *const Cell, fp, th, cell) } else { self.go(th) }
    }
}

unsafe extern "C" {
    static TABLE: [Handler; 65536];
    fn error(ip: *const Cell, fp: *mut Word, th: &Thread, cell: u64) -> Control;
    fn finalize(th: &Thread, dead: Word);
    fn unwind(ip: *const Cell, fp: *mut Word, th: &Thread) -> Flow;
    fn finish(ip: *const Cell, fp: *mut Word, th: &Thread, one: Option<Dead>, two: Option<Dead>, three: Option<Dead>) -> Control;
    fn answer(th: &Thread, of: u64) -> u64;
}

#[inline(always)]
fn next(ip: *const Cell, fp: *mut Word, th: &Thread) -> Control {
    unsafe {
        let cell = *ip;
        TABLE[cell as u16 as usize](ip, fp, th, cell)
    }
}
#[inline(always)]
fn deopt(ip: *const Cell, fp: *mut Word, th: &Thread, cell: u64) -> Control {
    unsafe { TABLE[(cell as u16 & 0xFF) as usize](ip, fp, th, cell) }
}

#[derive(Clone, Copy)]
pub struct At<'a> {
    ip: *const Cell,
    fp: *mut Word,
    th: &'a Thread,
    cell: u64,
}

macro_rules! fields {
    ($($slot:ident $small:ident $shift:literal)*) => { $(
        #[inline(always)]
        pub fn $slot(self) -> usize { (self.cell >> $shift) as u16 as usize }
        #[inline(always)]
        pub fn $small(self) -> Word { Word::of((((self.cell >> $shift) as i16 as i64) << 2) as u64 | 3) }
    )* };
}

#[inline(always)]
fn counted(word: Word) -> bool {
    word.0.get() & 3 == 0
}

impl<'a> At<'a> {
    fields! { a small_a 16 b small_b 32 c small_c 48 }
    #[inline(always)]
    pub unsafe fn new(ip: *const Cell, fp: *mut Word, th: &'a Thread, cell: u64) -> Self {
        Self { ip, fp, th, cell }
    }
    #[inline(always)]
    fn data(self, index: usize) -> u64 {
        unsafe { *self.ip.add(index) }
    }
    #[inline(always)]
    pub fn arg_bc(self) -> u32 {
        (self.cell >> 32) as u32
    }
    #[inline(always)]
    pub fn arg_small(self) -> u32 {
        u32::from((self.data(1) >> 16) as u16)
    }
    #[inline(always)]
    pub fn arg_aux(self) -> u32 {
        (self.data(1) >> 32) as u32
    }
    #[inline(always)]
    pub fn jump_bc(self) -> isize {
        self.arg_bc() as i32 as isize
    }
    #[inline(always)]
    pub fn jump_aux(self) -> isize {
        self.arg_aux() as i32 as isize
    }
    #[inline(always)]
    pub fn constant_word(self, index: usize) -> Word {
        Word::of(self.data(index))
    }
    #[inline(always)]
    pub fn get(self, slot: usize) -> Word {
        unsafe { *self.fp.add(slot) }
    }
    #[inline(always)]
    pub fn set(self, slot: usize, word: Word) {
        unsafe { *self.fp.add(slot) = word }
    }
    #[inline(always)]
    pub fn null(self, slot: usize) {
        self.set(slot, Word::NULL);
    }
    #[inline(always)]
    pub fn slots(self, first: usize, len: usize) -> Slots {
        Slots(unsafe { self.fp.add(first) }, len)
    }
    #[inline(always)]
    pub fn set_local(self, local: u32, word: Word) -> Word {
        let old = self.get(local as usize);
        self.set(local as usize, word);
        old
    }
    #[inline(always)]
    pub fn cache(self, index: usize) -> u64 {
        self.data(1 + index)
    }
    #[inline(always)]
    pub fn tick(self) -> bool {
        unsafe {
            let counter = self.ip.add(1) as *mut u16;
            *counter = (*counter).wrapping_sub(1);
            *counter == 0
        }
    }
    #[inline(always)]
    pub fn view(self, word: &Word) -> &Value {
        unsafe { &*std::ptr::from_ref(word).cast() }
    }
    #[inline(always)]
    pub fn view_slot(&self, slot: usize) -> &Value {
        unsafe { &*self.fp.add(slot).cast() }
    }
    #[inline(always)]
    pub fn take(self, word: Word) -> Value {
        Value(word)
    }
    #[inline(always)]
    pub fn dup(self, word: Word) -> Word {
        if counted(word) {
            let object = word.0.get() as *mut u64;
            unsafe { *object += 1 }
        }
        word
    }
    #[inline(always)]
    pub fn try_take(self, word: Word) -> Option<Value> {
        Some(self.take(word))
    }
    #[inline(always)]
    pub fn try_clone_value(self, word: Word) -> Option<Value> {
        Some(self.take(self.dup(word)))
    }
    #[inline(always)]
    pub fn try_dup(self, word: Word) -> Option<Word> {
        Some(self.dup(word))
    }
    #[inline(always)]
    pub fn borrow(self, word: Word) -> Word {
        Word::of(word.0.get() | 1)
    }
    #[inline(always)]
    pub fn own(self, value: Value) -> Word {
        value.0
    }
    #[inline(always)]
    pub fn heap_safe(self, word: Word) -> Word {
        word
    }
    #[inline(always)]
    pub fn save_ip(self) {
        self.th.ip.set(self.ip);
    }
    #[inline(always)]
    pub fn close(self, word: Word) -> Option<Dead> {
        if !counted(word) {
            return None;
        }
        let object = word.0.get() as *mut u64;
        unsafe {
            *object -= 1;
            (*object == 0).then_some(Dead(word))
        }
    }
    #[inline(always)]
    pub fn replace(self, slot: usize, word: Word) -> Option<Dead> {
        let old = self.get(slot);
        self.set(slot, word);
        self.close(old)
    }
    #[inline(always)]
    pub fn finalize(self, dead: Dead) {
        self.save_ip();
        unsafe { finalize(self.th, dead.0) }
    }
    #[inline(always)]
    pub fn finish1(self, to: Flow, one: Option<Dead>) -> Control {
        unsafe { finish(to.0, to.1, self.th, one, None, None) }
    }
    #[inline(always)]
    pub fn finish2(self, to: Flow, one: Option<Dead>, two: Option<Dead>) -> Control {
        unsafe { finish(to.0, to.1, self.th, one, two, None) }
    }
    #[inline(always)]
    pub fn finish3(self, to: Flow, one: Option<Dead>, two: Option<Dead>, three: Option<Dead>) -> Control {
        unsafe { finish(to.0, to.1, self.th, one, two, three) }
    }
    #[inline(always)]
    pub fn jump_flow(self, words: isize) -> Flow {
        Flow(unsafe { self.ip.offset(words) }, self.fp)
    }
    #[inline(always)]
    pub fn deopt_flow(self) -> Flow {
        Flow(self.ip.wrapping_byte_add(1), self.fp)
    }
    pub fn close_slots(self, slots: Slots) {
        for index in (0..slots.1).rev() {
            let word = unsafe { *slots.0.add(index) };
            slots.set(index, Word::NULL);
            if let Some(dead) = self.close(word) {
                self.finalize(dead);
            }
        }
    }
    #[inline(always)]
    pub fn discard(self, word: Word) {
        if let Some(dead) = self.close(word) {
            self.finalize(dead);
        }
    }
    #[inline(always)]
    pub fn next(self, words: usize) -> Control {
        next(unsafe { self.ip.add(words) }, self.fp, self.th)
    }
    #[inline(always)]
    pub fn jump(self, words: isize) -> Control {
        next(unsafe { self.ip.offset(words) }, self.fp, self.th)
    }
    #[inline(always)]
    pub fn error(self) -> Control {
        unsafe { error(self.ip, self.fp, self.th, self.cell) }
    }
    #[inline(always)]
    pub fn deopt(self) -> Control {
        deopt(self.ip, self.fp, self.th, self.cell)
    }
    #[inline(always)]
    pub fn redo(self) -> Control {
        next(self.ip, self.fp, self.th)
    }
    #[inline(always)]
    pub fn next_flow(self, words: usize) -> Flow {
        Flow(unsafe { self.ip.add(words) }, self.fp)
    }
    #[inline(always)]
    pub fn error_flow(self) -> Flow {
        unsafe { unwind(self.ip, self.fp, self.th) }
    }
    #[inline(always)]
    pub fn redo_flow(self) -> Flow {
        Flow(self.ip, self.fp)
    }
}

/// Calls that escape.
pub mod object {
    use super::*;
    fn call(th: u64) -> Result<Value, Raised> {
        let nowhere = Thread { ip: std::cell::Cell::new(std::ptr::null()) };
        match unsafe { answer(&nowhere, th) } {
            0 => Err(Raised),
            bits => Ok(Value(Word::of(bits))),
        }
    }
    pub fn binary(_: Esc<'_>, oparg: u32, left: &Value, right: &Value) -> Result<Value, Raised> {
        call(left.0.0.get() ^ right.0.0.get() ^ u64::from(oparg))
    }
    pub fn tuple(_: Esc<'_>, items: &[Value]) -> Result<Value, Raised> {
        call(items.len() as u64)
    }
    pub fn next(_: Esc<'_>, iter: &Value) -> Result<Option<Value>, Raised> {
        call(iter.0.0.get()).map(Some)
    }
    pub fn unpack(_: Esc<'_>, seq: Value, items: Slots) -> Result<(), Raised> {
        items.clear();
        call(seq.0.0.get()).map(drop)
    }
    pub fn specialize(_: Esc<'_>, ip: *const Cell, left: &Value, right: &Value) {
        let _ = call(ip as u64 ^ left.0.0.get() ^ right.0.0.get());
    }
}
