//! Showing where two instruction streams part.

use std::fmt::Write as _;

use interp_code::locations::Location;
use interp_opcode::Opcode;

/// How many instructions are shown around a difference.
const BEFORE: usize = 4;
const AFTER: usize = 8;

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Instructions with their arguments; caches are left out.
fn instructions(hex: &str) -> Vec<(usize, String)> {
    let code = bytes(hex);
    let mut out = Vec::new();
    let mut at = 0;
    let mut extended = 0;
    while at + 1 < code.len() {
        let arg = extended << 8 | usize::from(code[at + 1]);
        let Some(op) = Opcode::from_u8(code[at]) else {
            out.push((at / 2, format!("?{} {arg}", code[at])));
            at += 2;
            continue;
        };
        if op.name() == "EXTENDED_ARG" {
            extended = arg;
        } else {
            extended = 0;
            out.push((at / 2, format!("{} {arg}", op.name())));
        }
        at += 2 + 2 * op.cache_entries();
    }
    out
}

/// Class and text of the first difference.
pub(crate) fn difference(ours: &str, theirs: &str) -> (String, String) {
    let (ours, theirs) = (instructions(ours), instructions(theirs));
    let at = ours.iter().zip(&theirs).take_while(|(a, b)| a.1 == b.1).count();
    let name = |list: &[(usize, String)]| {
        list.get(at).map_or("end", |(_, text)| text.split(' ').next().unwrap_or_default()).to_owned()
    };
    let class = format!("bytes: {} for {}", name(&ours), name(&theirs));
    let show = |list: &[(usize, String)]| {
        let from = at.saturating_sub(BEFORE);
        let mut out = String::new();
        for (offset, text) in list.iter().skip(from).take(BEFORE + AFTER) {
            let _ = write!(out, " {offset}:{text};");
        }
        out
    };
    (class, format!("\n   ours  {}\n   theirs{}", show(&ours), show(&theirs)))
}

/// Class and text of the first difference of two line tables.
pub(crate) fn locations(ours: &str, theirs: &str) -> (String, String) {
    let field =
        |block: &str, key: &str| block.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned();
    let first = field(ours, "first ").parse().unwrap_or(1);
    let instructions = instructions(&field(ours, "bytes "));
    let (our_table, their_table) = (bytes(&field(ours, "lines ")), bytes(&field(theirs, "lines ")));
    let at = |table: &[u8], unit: usize| interp_code::locations::Reader::at(table, first, unit);
    let differs = |unit: usize| at(&our_table, unit) != at(&their_table, unit);
    let Some((unit, text)) = instructions.iter().find(|(unit, _)| differs(*unit)) else {
        return ("lines: encoded differently".into(), String::new());
    };
    let show = |location: Location| format!("{location:?}");
    let class = format!("lines: of {}", text.split(' ').next().unwrap_or_default());
    let detail = format!(
        "\n   at {unit}: {text}\n   ours   {}\n   theirs {}",
        show(at(&our_table, *unit)),
        show(at(&their_table, *unit))
    );
    (class, detail)
}
