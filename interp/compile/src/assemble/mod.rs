//! From a unit's instructions to its code object: control-flow passes, then bytes and tables.
//!
//! Apart from the passes because it only writes down: jump distances, `EXTENDED_ARG`, the exception table and the line
//! table (CPython's `Python/assemble.c`).

mod emit;

use interp_code::{Code, CodeFlags, Wtf};

use crate::error::CompileError;
use crate::flowgraph::{self, Pool};
use crate::instr::{InstrSequence, UnitInfo};

/// Optimizes and assembles one unit, exactly as CPython's `_PyCompile_OptimizeAndAssemble`.
///
/// # Errors
/// A malformed sequence, or code too large for its tables.
pub fn assemble(mut unit: UnitInfo, seq: InstrSequence, filename: &Wtf) -> Result<Code, CompileError> {
    let mut pool = Pool::new(std::mem::take(&mut unit.consts));
    let mut graph = flowgraph::optimize(seq, &mut pool, unit.varnames.len(), parameters(&unit))?;
    let (stacksize, variables) = flowgraph::finish(&mut graph, &unit)?;
    let emitted = emit::emit(&graph, unit.firstlineno)?;
    Ok(Code {
        argcount: unit.argcount,
        posonlyargcount: unit.posonlyargcount,
        kwonlyargcount: unit.kwonlyargcount,
        stacksize: stacksize.max(1),
        flags: unit.flags,
        code: emitted.code.into(),
        consts: pool.into_items().into(),
        names: unit.names.into_items().into(),
        localsplusnames: variables.names.into(),
        localspluskinds: variables.kinds.into(),
        filename: filename.clone(),
        name: unit.name,
        qualname: unit.qualname,
        firstlineno: unit.firstlineno,
        linetable: emitted.linetable.into(),
        exceptiontable: emitted.exceptiontable.into(),
    })
}

/// Locals that the caller sets.
fn parameters(unit: &UnitInfo) -> usize {
    let stars = [CodeFlags::VARARGS, CodeFlags::VARKEYWORDS].iter().filter(|&&flag| unit.flags.contains(flag)).count();
    unit.argcount as usize + unit.kwonlyargcount as usize + stars
}
