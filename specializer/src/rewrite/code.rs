//! The two fixed words of an adaptive instruction: copies, with their fields.

use stackref::sync::atomic::AtomicU64;

use crate::counter::Counter;

/// `opcode:16 | a:16 | b:16 | c:16`, the opcode in the lowest bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cell(u64);

impl Cell {
    /// A cell of these fields.
    pub const fn new(opcode: u16, a: u16, b: u16, c: u16) -> Self {
        Self(opcode as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }

    /// From a code word's bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// For a code word.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// What the instruction is.
    #[inline(always)]
    pub const fn opcode(self) -> u16 {
        self.0 as u16
    }

    /// First operand.
    #[inline(always)]
    pub const fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Second operand.
    #[inline(always)]
    pub const fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Third operand.
    #[inline(always)]
    pub const fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// The same operands under another opcode.
    #[must_use]
    pub const fn with_opcode(self, opcode: u16) -> Self {
        Self(self.0 & !0xffff | opcode as u64)
    }
}

/// `counter:16 | oparg:16 | aux:32`, the counter in the lowest bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Meta(u64);

impl Meta {
    /// A word of these fields.
    pub const fn new(counter: Counter, oparg: u16, aux: u32) -> Self {
        Self(counter.bits() as u64 | (oparg as u64) << 16 | (aux as u64) << 32)
    }

    /// The word of new code.
    pub const fn adaptive(oparg: u16, aux: u32) -> Self {
        Self::new(Counter::warmup(), oparg, aux)
    }

    /// From a code word's bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// For a code word.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The countdown to the next attempt.
    #[inline(always)]
    pub const fn counter(self) -> Counter {
        Counter::from_bits(self.0 as u16)
    }

    /// The instruction's argument.
    #[inline(always)]
    pub const fn oparg(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// What the embedding keeps beside it.
    #[inline(always)]
    pub const fn aux(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The same word with another counter.
    #[must_use]
    #[inline(always)]
    pub const fn with_counter(self, counter: Counter) -> Self {
        Self(self.0 & !0xffff | counter.bits() as u64)
    }
}

/// Code made of these words, for tests and toys.
pub fn words(bits: &[u64]) -> Box<[AtomicU64]> {
    bits.iter().map(|bits| AtomicU64::new(*bits)).collect()
}
