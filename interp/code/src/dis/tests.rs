//! The disassembly of a small function and of nonsense.

use super::{Decoded, dis, instructions};
use crate::locations::{Location, Writer};
use crate::{Code, CodeFlags, Const, LocalKind, Wtf, exceptions};
use interp_opcode::Opcode;

fn code(bytes: Vec<u8>) -> Code {
    let mut lines = Writer::new(1);
    let at = |line| Location { line, end_line: line, column: 0, end_column: 1 };
    lines.add(at(1), 1);
    lines.add(at(2), 7);
    lines.add(Location::NONE, 2);
    let mut handlers = Vec::new();
    exceptions::write(&mut handlers, exceptions::Entry { start: 1, end: 8, target: 8, depth: 0, push_lasti: true });
    Code {
        argcount: 1,
        posonlyargcount: 0,
        kwonlyargcount: 0,
        stacksize: 2,
        flags: CodeFlags::OPTIMIZED,
        code: bytes.into(),
        consts: [Const::str("it's"), Const::Tuple([Const::int(1)].into())].into(),
        names: [Wtf::from("name")].into(),
        localsplusnames: [Wtf::from("x")].into(),
        localspluskinds: [LocalKind::LOCAL].into(),
        filename: "f.py".into(),
        name: "f".into(),
        qualname: "f".into(),
        firstlineno: 1,
        linetable: lines.finish().into(),
        exceptiontable: handlers.into(),
    }
}

#[test]
fn small_function() {
    let op = |op: Opcode, arg: u8| [op as u8, arg];
    let bytes = [
        op(Opcode::Resume, 0),
        op(Opcode::LoadFast, 0),
        op(Opcode::PopJumpIfNone, 2),
        op(Opcode::Cache, 0),
        op(Opcode::LoadConst, 1),
        op(Opcode::ReturnValue, 0),
        op(Opcode::LoadConst, 0),
        op(Opcode::ReturnValue, 0),
        op(Opcode::Reraise, 1),
        op(Opcode::LoadName, 0),
    ];
    let expected = "   1        RESUME                       0
   2    L1: LOAD_FAST                    0 (x)
            POP_JUMP_IF_NONE             2 (to L2)
            LOAD_CONST                   1 ((1,))
            RETURN_VALUE
        L2: LOAD_CONST                   0 ('it\\'s')
            RETURN_VALUE
  --    L3: RERAISE                      1
            LOAD_NAME                    0 (name)
ExceptionTable:
  L1 to L3 -> L3 [0] lasti
";
    assert_eq!(dis(&code(bytes.concat())), expected);
}

#[test]
fn operands_are_extended() {
    let found: Vec<Decoded> = instructions(&[69, 1, 69, 2, 77, 3, 69, 9]).collect();
    assert_eq!(found, [Decoded { unit: 2, op: Opcode::JumpForward, arg: 0x01_0203 }]);
    assert_eq!(found[0].target(), Some(3 + 0x01_0203));
}

#[test]
fn nonsense_is_shown() {
    for bytes in
        [vec![255; 40], vec![82, 200, 92, 255, 89, 255, 44, 99, 56, 255], vec![75, 255], vec![69, 255, 69, 255]]
    {
        let text = dis(&code(bytes));
        assert!(text.ends_with("lasti\n"), "{text}");
    }
}
