//! Prints the cells of a `.pyc` file: `cargo run -p interp-code --example lower -- file.pyc`.
#![forbid(unsafe_code)]

use interp_code::lower::lower;
use interp_code::{Code, Const, marshal};
use interp_opcode::CellOp;

fn main() {
    for path in std::env::args().skip(1) {
        match std::fs::read(&path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| marshal::load_pyc(&bytes).map(|(_, code)| code).map_err(|error| format!("{error:?}")))
        {
            Ok(code) => show(&code),
            Err(error) => eprintln!("{path}: {error}"),
        }
    }
}

fn show(code: &Code) {
    println!("{}:", code.qualname.to_lossy());
    match lower(code) {
        Err(error) => println!("  {error}"),
        Ok(cells) => {
            for info in &cells.cells {
                let word = cells.words[info.word as usize];
                let name = CellOp::from_u16(word as u16).map_or_else(|| "?".to_owned(), |op| op.to_string());
                let [a, b, c] = [16, 32, 48].map(|shift| (word >> shift) as u16);
                println!("  {:5} unit {:5} live {:2}  {name:40} {a:5} {b:5} {c:5}", info.word, info.unit, info.live);
            }
        }
    }
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            show(inner);
        }
    }
}
