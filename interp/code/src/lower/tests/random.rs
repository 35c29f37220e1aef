//! Random code: nothing panics or hangs, and what is accepted is lowered right.

use interp_opcode::Opcode;
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{check, lower};
use super::asm;
use crate::{Code, exceptions};

fn code_of(bytes: Vec<u8>, stacksize: u32, handlers: Vec<u8>) -> Code {
    let mut code = asm::assemble(
        "args: a b\nlocals: c\ncells: d\nfree: e\nconsts: None 7 'text' 2.5\nnames: n m o\nRESUME 0\nLOAD_CONST 0\nRETURN_VALUE",
    );
    code.code = bytes.into();
    code.stacksize = stacksize;
    code.exceptiontable = handlers.into();
    code
}

/// Instructions that make sense together often enough for some code to be accepted.
const COMMON: &[Opcode] = &[
    Opcode::LoadFast,
    Opcode::LoadFastBorrow,
    Opcode::LoadFastLoadFast,
    Opcode::LoadFastCheck,
    Opcode::LoadConst,
    Opcode::LoadSmallInt,
    Opcode::StoreFast,
    Opcode::StoreFastLoadFast,
    Opcode::StoreFastStoreFast,
    Opcode::DeleteFast,
    Opcode::LoadFastAndClear,
    Opcode::PopTop,
    Opcode::Copy,
    Opcode::Swap,
    Opcode::Nop,
    Opcode::BinaryOp,
    Opcode::CompareOp,
    Opcode::ToBool,
    Opcode::UnaryNot,
    Opcode::IsOp,
    Opcode::BuildTuple,
    Opcode::UnpackSequence,
    Opcode::StoreSubscr,
    Opcode::GetIter,
    Opcode::ForIter,
    Opcode::PopIter,
    Opcode::PopJumpIfTrue,
    Opcode::PopJumpIfFalse,
    Opcode::JumpForward,
    Opcode::ReturnValue,
    Opcode::LoadAttr,
    Opcode::Call,
    Opcode::PushNull,
];

fn assembled(instructions: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = vec![Opcode::Resume as u8, 0];
    for (which, arg) in instructions {
        let op = COMMON[which % COMMON.len()];
        let arg = match op {
            Opcode::LoadFast | Opcode::LoadFastBorrow | Opcode::StoreFast => arg % 3,
            Opcode::LoadFastLoadFast | Opcode::StoreFastLoadFast | Opcode::StoreFastStoreFast => {
                ((arg % 3) << 4) | ((arg / 3) % 3)
            }
            Opcode::CompareOp => arg & 0x90,
            Opcode::Copy => 1 + arg % 2,
            Opcode::Swap => 2 + arg % 2,
            // A multiple of nothing in particular: jumps that land inside an instruction are refused.
            Opcode::JumpForward | Opcode::PopJumpIfTrue | Opcode::PopJumpIfFalse | Opcode::ForIter => arg % 12,
            _ => arg % 4,
        };
        bytes.extend([op as u8, arg]);
        bytes.extend(std::iter::repeat_n(0, 2 * op.cache_entries()));
    }
    bytes.extend([Opcode::LoadConst as u8, 0, Opcode::ReturnValue as u8, 0]);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 2000 }))]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..200), stacksize in 0_u32..12, handlers in vec(any::<u8>(), 0..12)) {
        let code = code_of(bytes, stacksize, handlers);
        if let Ok(cells) = lower(&code) {
            prop_assert_eq!(check(&code, &cells), []);
        }
    }

    #[test]
    fn any_stack_size_and_operand(arg in any::<u32>(), op in any::<u8>(), stacksize in any::<u32>()) {
        let [a, b, c, d] = arg.to_be_bytes();
        let prefix = Opcode::ExtendedArg as u8;
        let code = code_of(vec![prefix, a, prefix, b, prefix, c, op, d, 0, 0, 35, 0], stacksize, Vec::new());
        let _ = lower(&code);
    }

    #[test]
    fn plausible_code(
        instructions in vec((any::<usize>(), any::<u8>()), 1..24),
        ranges in vec((0_u32..40, 1_u32..20, 0_u32..40, 0_u32..3, any::<bool>()), 0..2),
    ) {
        let bytes = assembled(&instructions);
        let mut handlers = Vec::new();
        for (start, length, target, depth, push_lasti) in ranges {
            exceptions::write(&mut handlers, exceptions::Entry { start, end: start + length, target, depth, push_lasti });
        }
        let code = code_of(bytes, 8, handlers);
        if let Ok(cells) = lower(&code) {
            prop_assert_eq!(check(&code, &cells), []);
        }
    }
}

/// Code made so that it is always accepted: each instruction is chosen among those that the stack allows.
fn straight(choices: &[(u8, u8)]) -> Vec<u8> {
    let mut bytes = vec![Opcode::Resume as u8, 0];
    let mut depth = 0;
    let mut put = |op: Opcode, arg: u8| {
        bytes.extend([op as u8, arg]);
        bytes.extend(std::iter::repeat_n(0, 2 * op.cache_entries()));
    };
    for (choice, arg) in choices {
        let local = arg % 2;
        match (choice % 14, depth) {
            (0 | 1, 0..8) => put(Opcode::LoadFast, local),
            (2 | 3, 0..8) => put(Opcode::LoadFastBorrow, local),
            (4, 0..8) => put(Opcode::LoadSmallInt, *arg),
            (5, 0..8) => put(Opcode::LoadConst, arg % 4),
            (6, 1..8) => put(Opcode::Copy, 1 + arg % depth.min(3) as u8),
            (7, 2..) => put(Opcode::Swap, 2 + arg % (depth - 1).min(3) as u8),
            (8 | 9, 1..) => put(Opcode::StoreFast, local),
            (10, 1..) => put(Opcode::PopTop, 0),
            (11, 2..) => put(Opcode::BinaryOp, arg % 27),
            (12, 1..) => put(Opcode::UnaryNot, 0),
            (13, 3..) => put(Opcode::StoreSubscr, 0),
            _ => continue,
        }
        depth = match choice % 14 {
            0..=6 => depth + 1,
            8..=11 => depth - 1,
            13 => depth - 3,
            _ => depth,
        };
    }
    put(Opcode::LoadConst, 0);
    put(Opcode::ReturnValue, 0);
    bytes
}

proptest! {
    #[test]
    fn straight_code_is_accepted_and_right(choices in vec((any::<u8>(), any::<u8>()), 0..80)) {
        let code = code_of(straight(&choices), 9, Vec::new());
        let cells = lower(&code);
        prop_assert!(cells.is_ok(), "{:?}", cells.err());
        prop_assert_eq!(check(&code, &cells.expect("just asserted")), []);
    }
}
