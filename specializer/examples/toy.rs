//! A language of three instructions whose threads share one specializing code.
//!
//! `load NAME` pushes a variable, `add` adds the two topmost values, `store NAME` pops into a variable. Variables live in a table
//! of names and values; the table's version changes when a name is added. `load` starts generic (a search by name) and
//! specializes to an index, guarded by the version; `add` specializes to ints or floats. Three threads run the same code on
//! tables of their own; halfway, each table gets a new name, so every guard fails and the code specializes anew.
//!
//! Run it: `cargo run -p specializer --example toy`.

#![forbid(unsafe_code)]

use std::num::NonZeroU32;

use specializer::cache::Word;
use specializer::decide::load_global::{self, Failure, LoadGlobal, MODULE};
use specializer::decide::{Lookup, Planned};
use specializer::family::Family;
use specializer::named;
use specializer::rewrite::{Cell, Forget, Meta, Site, words};
use specializer::stats::{Event, Stats};
use stackref::sync::atomic::{AtomicU32, AtomicU64, Ordering};

const LOAD: u16 = 0;
const LOAD_AT: u16 = 1;
const ADD: u16 = 2;
const ADD_INT: u16 = 3;
const ADD_FLOAT: u16 = 4;
const STORE: u16 = 5;

const NAMES: [&str; 2] = ["total", "step"];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Value {
    Int(i64),
    Float(f64),
}

/// Variables; the version names a set of names with their positions, and is never used twice.
struct Table {
    version: NonZeroU32,
    entries: Vec<(&'static str, Value)>,
}

static VERSIONS: AtomicU32 = AtomicU32::new(1);

fn fresh_version() -> NonZeroU32 {
    NonZeroU32::new(VERSIONS.fetch_add(1, Ordering::Relaxed)).expect("a toy does not run that long")
}

impl Table {
    fn find(&self, name: &str) -> usize {
        self.entries.iter().position(|(found, _)| *found == name).expect("the program defines its names")
    }

    fn add_in_front(&mut self, name: &'static str) {
        self.version = fresh_version();
        self.entries.insert(0, (name, Value::Int(0)));
    }
}

/// What `load` asks before it specializes: the toy has one table, so the second is never reached.
struct Ask<'a>(&'a Table, &'static str);

impl load_global::Facts for Ask<'_> {
    fn name_is_plain(&self) -> bool {
        true
    }

    fn first(&self) -> Lookup {
        let index = u32::try_from(self.0.find(self.1)).expect("a small table");
        Lookup::Found { version: Some(self.0.version), index }
    }

    fn second(&self) -> Lookup {
        Lookup::NotPlain
    }
}

named! {
    /// Forms of `add`.
    enum AddForm {
        /// Ints.
        Int = "int",
        /// Floats.
        Float = "float",
    }
}

named! {
    /// Why `add` stays generic.
    enum AddFailure {
        /// An int and a float.
        Mixed = "mixed operands",
    }
}

struct Add;

impl Family for Add {
    const NAME: &'static str = "add";
    type Form = AddForm;
    type Failure = AddFailure;
}

struct Machine {
    code: Box<[AtomicU64]>,
    loads: Stats<LoadGlobal>,
    adds: Stats<Add>,
}

impl Machine {
    /// `total = total + step`
    fn new() -> Self {
        let mut bits = Vec::new();
        for (opcode, operand) in [(LOAD, 0), (LOAD, 1), (ADD, 0), (STORE, 0)] {
            // Every instruction has a counter and a cache word, used or not: a toy.
            bits.extend([Cell::new(opcode, operand, 0, 0).bits(), Meta::adaptive(0, 0).bits(), 0]);
        }
        Self { code: words(&bits), loads: Stats::new(), adds: Stats::new() }
    }

    fn run(&self, thread: usize, table: &mut Table) {
        let mut stack = Vec::new();
        for site in self.code.chunks_exact(3).map(Site::new) {
            let cell = site.cell();
            match cell.opcode() {
                LOAD | LOAD_AT => stack.push(self.load(thread, site, table)),
                ADD | ADD_INT | ADD_FLOAT => {
                    let right = stack.pop().expect("two operands");
                    let left = stack.pop().expect("two operands");
                    stack.push(self.add(thread, site, left, right));
                }
                _ => {
                    let at = table.find(NAMES[usize::from(cell.a())]);
                    table.entries[at].1 = stack.pop().expect("a value");
                }
            }
        }
    }

    fn load(&self, thread: usize, site: Site<'_>, table: &Table) -> Value {
        let cell = site.cell();
        if cell.opcode() == LOAD_AT
            && let Some(index) = site.word(0).index_for(MODULE, table.version.get())
        {
            return table.entries[index as usize].1;
        }
        let name = NAMES[usize::from(cell.a())];
        if site.tick()
            && let Some(claim) = site.claim()
        {
            let event = match load_global::decide(&Ask(table, name)) {
                Ok(plan) => {
                    let words = plan.words().expect("both forms fit a word");
                    match claim.install(cell.opcode(), LOAD_AT, words.as_slice(), &Forget) {
                        Ok(()) => Event::Specialized(plan.form()),
                        Err(_) => Event::Raced(plan.form()),
                    }
                }
                Err(why) => {
                    claim.fail(cell.opcode(), LOAD);
                    Event::Failed(why)
                }
            };
            debug_assert!(!matches!(event, Event::Failed(Failure::Absent)));
            self.loads.count(thread, event);
        }
        table.entries[table.find(name)].1
    }

    fn add(&self, thread: usize, site: Site<'_>, left: Value, right: Value) -> Value {
        let opcode = site.cell().opcode();
        match (opcode, left, right) {
            (ADD_INT, Value::Int(a), Value::Int(b)) => return Value::Int(a + b),
            (ADD_FLOAT, Value::Float(a), Value::Float(b)) => return Value::Float(a + b),
            _ => {}
        }
        if site.tick()
            && let Some(claim) = site.claim()
        {
            let (to, form) = match (left, right) {
                (Value::Int(_), Value::Int(_)) => (ADD_INT, Some(AddForm::Int)),
                (Value::Float(_), Value::Float(_)) => (ADD_FLOAT, Some(AddForm::Float)),
                _ => (ADD, None),
            };
            let event = match form {
                Some(form) => match claim.install(opcode, to, &[Word::EMPTY], &Forget) {
                    Ok(()) => Event::Specialized(form),
                    Err(_) => Event::Raced(form),
                },
                None => {
                    claim.fail(opcode, ADD);
                    Event::Failed(AddFailure::Mixed)
                }
            };
            self.adds.count(thread, event);
        }
        match (left, right) {
            (Value::Int(a), Value::Int(b)) => Value::Int(a + b),
            (Value::Float(a), Value::Float(b)) => Value::Float(a + b),
            (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => Value::Float(a as f64 + b),
        }
    }
}

/// Each thread counts to `runs` with a step of its own kind and returns its total.
fn count(machine: &Machine, thread: usize, runs: usize, step: Value) -> Value {
    let mut table = Table { version: fresh_version(), entries: vec![("total", Value::Int(0)), ("step", step)] };
    for run in 0..runs {
        if run == runs / 2 {
            table.add_in_front("new");
        }
        machine.run(thread, &mut table);
    }
    table.entries[table.find("total")].1
}

fn main() {
    const RUNS: usize = 10_000;
    let machine = Machine::new();
    let steps = [Value::Int(1), Value::Int(2), Value::Float(0.5)];
    let totals: Vec<Value> = std::thread::scope(|scope| {
        let machine = &machine;
        let threads: Vec<_> =
            steps.iter().enumerate().map(|(n, step)| scope.spawn(move || count(machine, n, RUNS, *step))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    println!("totals: {totals:?}");
    machine.loads.rows().iter().for_each(|row| println!("{row}"));
    machine.adds.rows().iter().for_each(|row| println!("{row}"));
    assert_eq!(totals, [Value::Int(10_000), Value::Int(20_000), Value::Float(5_000.0)]);
}
