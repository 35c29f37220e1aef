//! Fewer `SWAP`s: runs of them are replaced by the shortest equivalent, and some are done by exchanging the stores that
//! follow.
//!
//! Apart from the peephole pass because it is a small algorithm of its own.

use interp_opcode::Opcode;

use super::blocks::CfgInstr;

/// Treats every run of swaps in a block.
pub(super) fn optimize(instrs: &mut [CfgInstr]) {
    let mut at = 0;
    while at < instrs.len() {
        if instrs[at].op == Opcode::Swap {
            at = shorten_run(instrs, at);
            exchange_stores(instrs, at);
        }
        at += 1;
    }
}

/// Rewrites the run of SWAPs and NOPs that starts at `start`; gives its last position (or `start` if there is only one
/// SWAP). The permutation is decomposed into cycles, each of which takes its length in swaps with the top
/// (<https://cs.stackexchange.com/a/13938>), and the instructions are written from the end.
fn shorten_run(instrs: &mut [CfgInstr], start: usize) -> usize {
    let run = instrs[start..].iter().take_while(|i| matches!(i.op, Opcode::Swap | Opcode::Nop)).count();
    let run = &mut instrs[start..start + run];
    if run.iter().filter(|instr| instr.op == Opcode::Swap).count() < 2 {
        return start;
    }
    let swaps = || run.iter().filter(|instr| instr.op == Opcode::Swap).map(|instr| instr.arg as usize);
    let depth = swaps().max().unwrap_or(0);
    let mut stack: Vec<Option<usize>> = (0..depth).map(Some).collect();
    for arg in swaps() {
        if arg > 0 {
            stack.swap(0, arg - 1);
        }
    }
    let mut free = run.len();
    for first in 0..depth {
        if stack[first].is_none_or(|item| item == first) {
            continue;
        }
        let mut at = first;
        loop {
            if at != 0 {
                free -= 1;
                run[free].set(Opcode::Swap, at as u32 + 1);
            }
            match stack[at].take() {
                Some(next) => at = next,
                None => break,
            }
        }
    }
    for instr in &mut run[..free] {
        instr.set_nop();
    }
    start + run.len() - 1
}

/// May change places with its like: touches nothing but the top of the stack and a local.
fn is_exchangeable(op: Opcode) -> bool {
    matches!(op, Opcode::StoreFast | Opcode::StoreFastMaybeNull | Opcode::PopTop)
}

fn stored_local(instr: &CfgInstr) -> Option<u32> {
    matches!(instr.op, Opcode::StoreFast | Opcode::StoreFastMaybeNull).then_some(instr.arg)
}

/// The next exchangeable instruction behind `at`, past NOPs; none if the line changes.
fn next_exchangeable(instrs: &[CfgInstr], at: usize, line: Option<i32>) -> Option<usize> {
    for (offset, instr) in instrs[at + 1..].iter().enumerate() {
        if line.is_some_and(|line| line >= 0 && instr.loc.lineno != line) {
            return None;
        }
        if instr.op != Opcode::Nop {
            return is_exchangeable(instr.op).then_some(at + 1 + offset);
        }
    }
    None
}

/// Goes left from `end` over swaps and exchangeable instructions and does swaps by exchanging the stores behind them.
fn exchange_stores(instrs: &mut [CfgInstr], end: usize) {
    for at in (0..=end).rev() {
        if instrs[at].op != Opcode::Swap {
            if instrs[at].op == Opcode::Nop || is_exchangeable(instrs[at].op) {
                continue;
            }
            return;
        }
        let Some(first) = next_exchangeable(instrs, at, None) else { return };
        let line = instrs[first].loc.lineno;
        let mut second = first;
        for _ in 1..instrs[at].arg {
            match next_exchangeable(instrs, second, Some(line)) {
                Some(next) => second = next,
                None => return,
            }
        }
        let (a, b) = (stored_local(&instrs[first]), stored_local(&instrs[second]));
        if a.is_some() || b.is_some() {
            let clash =
                |instr: &CfgInstr| stored_local(instr).is_some_and(|local| Some(local) == a || Some(local) == b);
            if a == b || instrs[first + 1..second.max(first + 1)].iter().any(clash) {
                return;
            }
        }
        instrs[at].set_nop();
        instrs.swap(first, second);
    }
}
