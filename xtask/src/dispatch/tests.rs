//! The proof, seen failing and seen passing, on small listings as rustc and objdump print them.

use super::checker::check;
use super::judge;
use super::listing::{Function, Reader};
use super::table;

fn assembly(text: &str) -> Vec<Function> {
    let mut reader = Reader::new("weft_op_");
    text.lines().for_each(|line| reader.assembly_line(line));
    reader.finish()
}

fn disassembly(text: &str) -> Vec<Function> {
    let mut reader = Reader::new("weft_op_");
    text.lines().for_each(|line| reader.disassembly_line(line));
    reader.finish()
}

/// One handler of assembly with this body: its deepest frame or its problems.
fn body(text: &str) -> Result<i64, Vec<String>> {
    let functions = assembly(&format!("weft_op_x:\n\t.cfi_startproc\n{text}\n.Lfunc_end0:\n"));
    assert_eq!(functions.len(), 1);
    check(&functions[0], false)
}

#[track_caller]
fn fails(text: &str, expected: &str) {
    let problems = body(text).expect_err("the checker accepted it");
    assert!(problems.iter().any(|problem| problem.contains(expected)), "{problems:?}");
}

#[test]
fn a_sibling_call_passes() {
    assert_eq!(body("\tmovzwl\t8(%rdi), %eax\n\tjmpq\t*(%rcx,%rax,8)"), Ok(0));
    assert_eq!(body("\tjmp\tweft_exit_return"), Ok(0));
}

#[test]
fn a_handler_that_leaves_the_loop_may_return_but_not_with_a_frame() {
    let exit = |body: &str| assembly(&format!("weft_op_leave_loop:\n\t.cfi_startproc\n{body}\n.Lfunc_end0:\n"));
    assert!(judge(&exit("\txorl\t%eax, %eax\n\tretq"), "test").is_ok());
    let problem = judge(&exit("\tpushq\t%rbx\n\tretq"), "test").expect_err("the checker accepted it");
    assert!(problem.contains("stack grown by 8 bytes"), "{problem}");
}

#[test]
fn a_returning_handler_fails() {
    fails("\tcallq\t*(%rcx,%rax,8)\n\tretq", "returns instead of jumping");
    fails("\tpushq\t%rax\n\tcallq\t*(%rcx,%rax,8)\n\tpopq\t%rcx\n\tretq", "returns instead of jumping");
}

#[test]
fn a_grown_stack_fails() {
    fails("\tpushq\t%rbx\n\tjmpq\t*%rax", "grown by 8 bytes");
    fails("\tsubq\t$40, %rsp\n\tcallq\tslow\n\taddq\t$32, %rsp\n\tjmpq\t*%rax", "grown by 8 bytes");
}

#[test]
fn a_balanced_slow_path_passes() {
    let text = "\ttestq\t%rax, %rax\n\tje\t.LBB0_1\n\tjmpq\t*%rax\n.LBB0_1:\n\tpushq\t%rbx\n\tsubq\t$0x20, %rsp\n\tcallq\tslow\n\taddq\t$32, %rsp\n\tpopq\t%rbx\n\tjmpq\t*%rax";
    assert_eq!(body(text), Ok(40));
}

#[test]
fn the_bad_arm_of_a_branch_is_found() {
    fails(
        "\tje\t.LBB0_1\n\tjmpq\t*%rax\n.LBB0_1:\n\tpushq\t%rbx\n\tjmpq\t*%rcx",
        "`jmpq *%rcx` leaves with the stack grown",
    );
    fails("\tpushq\t%rbx\n\tjne\tother_function\n\tpopq\t%rbx\n\tjmpq\t*%rcx", "`jne other_function` leaves");
}

#[test]
fn a_call_that_never_returns_is_no_way_on() {
    let text = "\tpushq\t%rax\n\tje\t.LBB0_2\n\tcallq\tpanic\n.LBB0_3:\n\tpopq\t%rax\n\tpopq\t%rbx\n\tjmpq\t*%rax\n.LBB0_2:\n\tpushq\t%rbx\n\tjmp\t.LBB0_3";
    assert_eq!(body(text), Ok(16));
    assert_eq!(body("\tje\t.LBB0_1\n\tjmpq\t*%rax\n.LBB0_1:\n\tpushq\t%rax\n\tcallq\tpanic"), Ok(8));
    assert_eq!(body("\tud2"), Ok(0));
}

#[test]
fn switches_are_not_exits() {
    let switch = "\tpushq\t%rbx\n\tleaq\t.LJTI0_0(%rip), %rcx\n\tmovslq\t(%rcx,%rax,4), %rax\n\taddq\t%rcx, %rax\n\tjmpq\t*%rax\n";
    assert_eq!(body(&format!("{switch}.LBB0_1:\n\tpopq\t%rbx\n\tjmpq\t*%rdx")), Ok(8));
    fails(&format!("{switch}.LBB0_1:\n\tjmpq\t*%rdx"), "grown by 8 bytes");
    fails(&format!("{switch}.LBB0_1:\n\tpopq\t%rbx\n\tretq"), "returns");
}

#[test]
fn frame_pointers_are_followed() {
    let enter = "\tpushq\t%rbp\n\tmovq\t%rsp, %rbp\n\tpushq\t%rbx\n\tsubq\t$24, %rsp\n";
    assert_eq!(body(&format!("{enter}\tleaq\t-8(%rbp), %rsp\n\tpopq\t%rbx\n\tpopq\t%rbp\n\tjmpq\t*%rax")), Ok(40));
    assert_eq!(body(&format!("{enter}\tleave\n\tjmpq\t*%rax")), Ok(40));
    fails(&format!("{enter}\tpopq\t%rbp\n\tjmpq\t*%rax"), "grown by 32 bytes");
}

#[test]
fn what_is_not_understood_is_not_proved() {
    fails("\tandq\t$-32, %rsp\n\tjmpq\t*%rax", "realigns");
    fails("\tsubq\t%rax, %rsp\n\tjmpq\t*%rax", "by a register");
    fails("\txchgq\t%rax, %rsp\n\tjmpq\t*%rax", "not followed");
    fails("\tmovq\t%rax, %rbx", "past its end");
}

#[test]
fn only_handlers_are_read() {
    let text = "other:\n\tretq\n.Lfunc_end0:\n_RNv_4weft_op_add:\n\tjmpq\t*%rax\n.Lfunc_end1:\n.LJTI0_0:\n\t.long\t1\n";
    let functions = assembly(text);
    assert_eq!(functions.iter().map(|function| function.name.as_str()).collect::<Vec<_>>(), ["_RNv_4weft_op_add"]);
}

#[test]
fn disassembly_reads_the_same() {
    let text = "\
0000000000001000 <weft_op_add>:
    1000:\ttest   %rax,%rax
    1003:\tje     100a <weft_op_add+0xa>
    1005:\tjmp    *(%rcx,%rax,8)
    100a:\tpush   %rbx
    100b:\tadd    $0xfffffffffffffff8,%rsp
    100f:\tcall   2000 <slow>
    1014:\tadd    $0x8,%rsp
    1018:\tpop    %rbx
    1019:\tnotrack jmp *%rax
    101c:\tnopl   0x0(%rax)

0000000000001020 <weft_op_bad>:
    1020:\tpush   %rbx
    1021:\tjmp    1000 <weft_op_add>
";
    let functions = disassembly(text);
    assert_eq!(check(&functions[0], false), Ok(16));
    assert_eq!(check(&functions[1], false).unwrap_err().len(), 1);
    let verdict = judge(&functions, "a test").unwrap_err();
    assert!(verdict.contains("weft_op_bad: line 15") && verdict.contains("1 problems in 2 handlers"), "{verdict}");
}

#[test]
fn nothing_to_read_is_a_failure() {
    assert!(judge(&[], "a test").is_err());
    assert_eq!(
        judge(&assembly("weft_op_a:\n\tjmpq\t*%rax\n"), "a test"),
        Ok("1 handlers in a test end in a jump; deepest frame 0 bytes".to_owned())
    );
}

#[test]
fn every_entry_of_the_table_must_have_been_checked() {
    let functions = disassembly("0000000000001000 <weft_op_a>:\n    1000:\tjmp    *(%rcx,%rax,8)\n\n");
    let symbols = "0000000000002000 l     O .data.rel.ro\t0000000000000008              table8HANDLERS17h00E\n";
    let entry = |target: &str| format!("0000000000002000 R_X86_64_RELATIVE  *ABS*+0x{target}\n");
    assert_eq!(table::check(symbols, &entry("0000000000001000"), &functions), Ok(()));
    assert!(table::check(symbols, &entry("0000000000001008"), &functions).is_err());
    assert!(table::check(symbols, "", &functions).is_err());
    assert!(table::check("", &entry("0000000000001000"), &functions).is_err());
}
