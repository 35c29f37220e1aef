//! Checks that the tables agree with themselves and with a few facts of CPython 3.14.

use crate::{BinaryOp, OPCODE_COUNT, Opcode};

#[test]
fn numbers_round_trip() {
    let mut seen = 0;
    for number in 0..=u16::MAX {
        if let Some(op) = Opcode::from_u16(number) {
            assert_eq!(op as u16, number);
            seen += 1;
        }
    }
    assert_eq!(seen, Opcode::all().count());
    assert!(seen > 200 && seen <= OPCODE_COUNT);
}

#[test]
fn heads_of_families_are_generic() {
    for op in Opcode::all() {
        assert_eq!(op.deopt().deopt(), op.deopt());
        assert_eq!(op.base().base(), op.base());
        assert_eq!(op.cache_entries(), op.base().cache_entries(), "{}", op.name());
    }
    assert_eq!(Opcode::LoadAttrSlot.deopt(), Opcode::LoadAttr);
    assert_eq!(Opcode::InstrumentedCall.base(), Opcode::Call);
}

#[test]
fn stack_effects() {
    let check = |op: Opcode, oparg, expected| assert_eq!(op.stack_effect(oparg, false), expected, "{}", op.name());
    check(Opcode::Call, 3, -4);
    check(Opcode::UnpackEx, 0x0102, 3);
    check(Opcode::LoadAttr, 1, 1);
    check(Opcode::WithExceptStart, 0, 1);
    check(Opcode::DictMerge, 1, -1);
    check(Opcode::BuildMap, 3, -5);
    check(Opcode::ReturnValue, 0, 0);
    assert_eq!(Opcode::SetupCleanup.stack_effect(0, true), 2);
    assert_eq!(Opcode::SetupFinally.stack_effect(0, false), 0);
}

#[test]
fn operands() {
    assert_eq!(BinaryOp::from_oparg(26), Some(BinaryOp::Subscr));
    assert_eq!(BinaryOp::from_oparg(27), None);
}
