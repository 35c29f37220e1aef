//! Whether the functions that were read are all that the loop can reach: every entry of the dispatch table starts one of
//! them. Handlers with equal code share one function, so symbols alone cannot tell.

use std::collections::HashSet;

use super::listing::Function;
use crate::Result;

/// The end of the table's symbol, before the compiler's hash.
const TABLE: &str = "8HANDLERS17h";

/// Judge by the symbol table (`objdump -t`) and the relocations (`objdump -R`), which hold the entries' addresses.
pub(super) fn check(symbols: &str, relocations: &str, functions: &[Function]) -> Result {
    let (start, size) = place(symbols).ok_or_else(|| format!("no symbol contains `{TABLE}`"))?;
    let starts: HashSet<u64> = functions
        .iter()
        .flat_map(|function| function.places.iter().filter(|(_, at)| **at == 0))
        .filter_map(|(address, _)| u64::from_str_radix(address, 16).ok())
        .collect();
    let entries: Vec<u64> = relocations
        .lines()
        .filter_map(relocation)
        .filter(|(offset, _)| (start..start + size).contains(offset))
        .map(|(_, target)| target)
        .collect();
    if size == 0 || entries.len() as u64 != size / 8 {
        return Err(format!("the dispatch table has {} entries but {} addresses", size / 8, entries.len()));
    }
    match entries.iter().filter(|target| !starts.contains(target)).count() {
        0 => Ok(()),
        strange => Err(format!("{strange} of {} entries of the dispatch table were not checked", entries.len())),
    }
}

/// Address and size from `00000000007434f8 l     O .data.rel.ro\t0000000000001990 name`.
fn place(symbols: &str) -> Option<(u64, u64)> {
    let line = symbols.lines().find(|line| line.contains(TABLE))?;
    let (head, tail) = line.split_once('\t')?;
    let address = head.split_whitespace().next()?;
    let size = tail.split_whitespace().next()?;
    Some((u64::from_str_radix(address, 16).ok()?, u64::from_str_radix(size, 16).ok()?))
}

/// Offset and target from `0000000000733198 R_X86_64_RELATIVE  *ABS*+0x00000000002b77e0`.
fn relocation(line: &str) -> Option<(u64, u64)> {
    let (head, target) = line.split_once("*ABS*+0x")?;
    let offset = head.split_whitespace().next()?;
    Some((u64::from_str_radix(offset, 16).ok()?, u64::from_str_radix(target.trim(), 16).ok()?))
}
