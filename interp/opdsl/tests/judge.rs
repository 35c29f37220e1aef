//! A second opinion on spills: random bodies are compiled, and a judge that knows nothing of the compiler runs what comes out.
//!
//! Bodies are made without much care, so many are refused; what is accepted must never show a dead value to an escape, hide a live
//! one, leak, release twice, or forget a finalizer, on any path.
#![forbid(unsafe_code)]

#[path = "judge/machine.rs"]
mod machine;

use std::path::PathBuf;

use machine::{Random, Shape};

/// Writes one random body; it keeps a rough idea of what is alive so that enough programs are right.
struct Author<'r> {
    random: &'r mut Random,
    text: String,
    live: Vec<&'static str>,
    outputs: &'static [&'static str],
    defined: Vec<&'static str>,
    values: usize,
}

impl Author<'_> {
    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.random.below(from.len() as u64) as usize]) }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Consumes the highest live input, or now and then another one.
    fn consume(&mut self) {
        let Some(name) =
            (if self.random.below(8) > 0 { self.live.last().copied() } else { self.pick(&self.live.clone()) })
        else {
            return;
        };
        self.live.retain(|other| *other != name);
        let line = match self.random.below(4) {
            0 => format!("close!(esc, {name});"),
            1 => format!("sink(take!({name}));"),
            2 => format!("moved(steal!({name}));"),
            _ => format!("small({name}); imm!({name});"),
        };
        self.line(&line);
    }

    fn statement(&mut self, depth: u32) {
        match self.random.below(11) {
            0 | 1 => self.consume(),
            2 => {
                let mut names = self.live.clone();
                names.extend(&self.defined);
                names.push("low");
                if let Some(name) = self.pick(&names) {
                    self.line(&format!("note(esc, val!({name}));"));
                }
            }
            3 => self.line("note(esc);"),
            4 => {
                self.values += 1;
                let line = format!("let value_{} = make(esc, val!(low))?;", self.values);
                self.line(&line);
            }
            5 => self.line("error_if!(condition());"),
            6 if self.random.below(3) == 0 => self.line("deopt_if!(condition());"),
            7 => {
                let left: Vec<&'static str> =
                    self.outputs.iter().copied().filter(|name| !self.defined.contains(name)).collect();
                if let Some(name) = self.pick(&left) {
                    self.defined.push(name);
                    let line = if self.random.coin() {
                        format!("{name} = word();")
                    } else {
                        format!("{name} = own!(make(esc, val!(low))?);")
                    };
                    self.line(&line);
                }
            }
            8 | 9 if depth < 2 => self.branch(depth),
            10 if depth < 2 => {
                self.line("for _ in 0..3 {");
                let (live, defined) = (self.live.clone(), self.defined.clone());
                for _ in 0..=self.random.below(2) {
                    self.statement(2);
                }
                (self.live, self.defined) = (live, defined);
                self.line("}");
            }
            _ => {}
        }
    }

    /// Two arms that end with the same values alive: the second catches up with the first.
    fn branch(&mut self, depth: u32) {
        let (live, defined) = (self.live.clone(), self.defined.clone());
        self.line("if condition() {");
        for _ in 0..=self.random.below(3) {
            self.statement(depth + 1);
        }
        let (then_live, then_defined) = (self.live.clone(), self.defined.clone());
        (self.live, self.defined) = (live, defined);
        self.line("} else {");
        for _ in 0..self.random.below(2) {
            self.line("note(esc);");
        }
        while let Some(name) = self.live.iter().rev().find(|name| !then_live.contains(name)).copied() {
            self.live.retain(|other| *other != name);
            let line = if self.random.coin() {
                format!("close!(esc, {name});")
            } else {
                format!("moved({name}); kill!({name});")
            };
            self.line(&line);
        }
        for name in then_defined.iter().filter(|name| !self.defined.contains(name)).copied().collect::<Vec<_>>() {
            self.defined.push(name);
            self.line(&format!("{name} = word();"));
        }
        self.line("}");
    }
}

/// How the random instruction is declared.
struct Declared {
    live: &'static [&'static str],
    outputs: &'static [&'static str],
    attributes: &'static str,
}

const CANONICAL: Declared = Declared {
    live: &["left", "right"],
    outputs: &["res", "more"],
    attributes: "#[stack(low, left, right -- low, res, more)]\n",
};

const SHAPED: Declared = Declared {
    live: &["left"],
    outputs: &["res"],
    attributes: "#[stack(low, left -- low, res)]\n#[operands(left: L | T, dest: T | L)]\n",
};

/// A family of two: a head to deopt to, and the random body.
fn program(random: &mut Random, declared: &Declared) -> String {
    let restart = if random.coin() { "#[restart]\n" } else { "" };
    let Declared { live, outputs, attributes } = *declared;
    let mut author =
        Author { random, text: String::new(), live: live.to_vec(), outputs, defined: Vec::new(), values: 0 };
    for _ in 0..2 + author.random.below(6) {
        author.statement(0);
    }
    while !author.live.is_empty() {
        author.consume();
    }
    for name in outputs {
        if !author.defined.contains(name) {
            author.line(&format!("{name} = word();"));
        }
    }
    let body = author.text;
    let stack = attributes.lines().next().unwrap_or_default();
    format!(
        "#[inst(code = 1)]\n{attributes}fn HEAD();\n\n#[inst(code = 2)]\n{stack}\n{restart}fn OP() {{\n{body}}}\n\n\
         #[family(words = 1)]\nconst HEAD: Family = [OP];\n"
    )
}

/// Where the operands of a cell are, by the suffix of its shapes.
fn shape(suffix: &str) -> Shape {
    let (left, dest) = match suffix {
        "" => {
            let (temporaries, outputs) = (vec![0, 1, 2], vec![0, 1, 2]);
            return Shape { fields: [0, 900, 900], temporaries, locals: Vec::new(), outputs };
        }
        shapes => (shapes.starts_with('T'), shapes.ends_with('T')),
    };
    let (left_slot, dest_slot) = (if left { 1 } else { 100 }, if dest { 1 } else { 101 });
    let mut temporaries = vec![0];
    temporaries.extend(left.then_some(1));
    let locals = [(!left).then_some(100), (!dest).then_some(101)].into_iter().flatten().collect();
    Shape { fields: [0, left_slot, dest_slot], temporaries, locals, outputs: vec![0, dest_slot] }
}

/// The functions that hold bodies, with the shapes that they serve.
fn bodies(products: &[interp_opdsl::Product]) -> Vec<(syn::ItemFn, Vec<String>)> {
    let (_, text) = products.iter().find(|(path, _)| path.ends_with("head.rs")).expect("the family has a file");
    let file = syn::parse_file(text).expect("what is generated is Rust");
    let (mut found, mut served) = (Vec::new(), Vec::new());
    for item in file.items {
        let syn::Item::Fn(function) = item else { continue };
        let (name, doc) = (function.sig.ident.to_string(), quote::quote!(#function).to_string());
        if name.starts_with("weft_op_") && !name.ends_with("_slow") {
            let list = doc.split_once("` as ").map_or("", |(_, rest)| rest.split(" (").next().unwrap_or(""));
            served = list.split(", ").map(str::to_owned).collect();
        }
        let thin = quote::quote!(#function).to_string().contains("let flow =");
        if !thin {
            found.push((function, served.clone()));
        }
    }
    found
}

/// How many programs are tried; `WEFT_JUDGE_PROGRAMS` asks for more.
fn programs() -> u64 {
    std::env::var("WEFT_JUDGE_PROGRAMS").ok().and_then(|text| text.parse().ok()).unwrap_or(200)
}

fn check(declared: &Declared, salt: u64) {
    let (mut accepted, mut inline) = (0_u64, 0_u64);
    for seed in 1..=programs() {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt);
        let text = program(&mut random, declared);
        let Ok(products) = interp_opdsl::generate_texts(vec![(PathBuf::from("random.rs"), text.clone())]) else {
            continue;
        };
        accepted += 1;
        for (function, served) in bodies(&products) {
            inline += u64::from(!function.sig.ident.to_string().starts_with("slow_"));
            for suffix in served {
                for _ in 0..30 {
                    if let Err(why) = machine::run(&function.block, &shape(&suffix), &mut random) {
                        panic!("seed {seed}, shapes {suffix}: {why}\n{text}\n{}", quote::quote!(#function));
                    }
                }
            }
        }
    }
    assert!(
        accepted * 10 > programs() && inline * 40 > programs(),
        "only {accepted} programs were accepted, {inline} inline"
    );
}

#[test]
fn accepted_bodies_keep_the_frame_sound() {
    check(&CANONICAL, 0);
}

#[test]
fn operands_in_place_are_left_alone() {
    check(&SHAPED, 0x5EED);
}
