//! Models of racing readers, specializers and deopts: the pairs of the table in `specializer::rewrite`.
//!
//! Run by `cargo xtask ci loom`. The world of a model is the function `fact`: a cache word that a reader accepts must
//! state it, whatever opcode the reader saw and whoever wrote the word.
//!
//! Readers whose first operation matters run in a thread of their own: loom 0.7 takes what the main thread does first after
//! a spawn as happening before all of the spawned thread, and never tries the other order.

#![cfg(loom)]

use loom::model;
use specializer::cache::{Kind, Word};
use specializer::counter::Counter;
use specializer::rewrite::{Cell, Meta, Retire, Site, words};
use stackref::sync::atomic::{AtomicU64, Ordering};
use stackref::sync::{Arc, thread};

const GENERIC: u16 = 1;
const X: u16 = 2;
const Y: u16 = 3;
const PAIR: u16 = 4;

const KIND_X: Kind = Kind::entry(0);
const KIND_Y: Kind = Kind::entry(1);
const KIND_PAIR: Kind = Kind::entry(2);
const RECORD: Kind = Kind::record(0);

/// Where the thing is, in this version, for a form of this kind. Distinct for all that the models use.
fn fact(kind: Kind, version: u32) -> u32 {
    u32::from(kind.bits()) * 100 + version
}

fn truth(kind: Kind, version: u32) -> Word {
    Word::entry(kind, fact(kind, version), version)
}

/// A lock of std's: the list is no part of the protocol and should add no states to the models.
#[derive(Default)]
struct Retired(std::sync::Mutex<Vec<u64>>);

impl Retire for Retired {
    fn retire(&self, _: Kind, address: u64) {
        self.0.lock().unwrap().push(address);
    }
}

struct Code {
    words: Box<[AtomicU64]>,
    retired: Retired,
}

impl Code {
    fn new() -> Arc<Self> {
        let meta = Meta::new(Counter::new(0, 0), 7, 9).bits();
        let words = words(&[Cell::new(GENERIC, 1, 2, 3).bits(), meta, 0, 0]);
        Arc::new(Self { words, retired: Retired::default() })
    }

    fn site(&self) -> Site<'_> {
        Site::new(&self.words)
    }

    /// An attempt at this form, claimed or, as after a slow claimant, forced.
    fn install(&self, from: u16, to: u16, cache: &[Word]) {
        loop {
            if let Some(claim) = self.site().claim() {
                let _ = claim.install(from, to, cache, &self.retired);
                return;
            }
            self.site().set_counter(Counter::new(0, 0));
        }
    }

    /// One execution: dispatch on the opcode, load each cache word once, act only on what the guard accepts.
    fn execute(&self, versions: &[u32]) {
        let cell = Cell::from_bits(self.words[0].load(Ordering::Relaxed));
        assert_eq!((cell.a(), cell.b(), cell.c()), (1, 2, 3), "operands never change (S2)");
        let kind = match cell.opcode() {
            GENERIC => return,
            X => KIND_X,
            Y => KIND_Y,
            PAIR => return self.execute_pair(versions),
            other => panic!("opcode {other} from nowhere"),
        };
        let word = self.site().word(0);
        for version in versions {
            if let Some(index) = word.index_for(kind, *version) {
                assert_eq!(index, fact(kind, *version), "a word misled its reader (S1)");
            }
        }
    }

    /// The first table lacks the thing in odd versions only.
    fn execute_pair(&self, versions: &[u32]) {
        let (entry, link) = (self.site().word(0), self.site().word(1));
        for (first, second) in versions.iter().flat_map(|a| versions.iter().map(move |b| (*a, *b))) {
            if let Some(index) = entry.index_for(KIND_PAIR, second).filter(|_| link.links(first, second)) {
                assert_eq!(index, fact(KIND_PAIR, second));
                assert_eq!(first % 2, 1, "absence was claimed where the thing is present");
            }
        }
    }
}

#[test]
fn racing_specializers_never_mislead() {
    model(|| {
        let code = Code::new();
        let to_x = {
            let code = code.clone();
            thread::spawn(move || code.install(GENERIC, X, &[truth(KIND_X, 1)]))
        };
        let to_y = {
            let code = code.clone();
            thread::spawn(move || code.install(GENERIC, Y, &[truth(KIND_Y, 1)]))
        };
        code.execute(&[1, 2]);
        code.execute(&[1, 2]);
        to_x.join().unwrap();
        to_y.join().unwrap();
        code.execute(&[1, 2]);
        assert!([X, Y].contains(&code.site().cell().opcode()), "one of the two won");
    });
}

#[test]
fn respecialization_and_deopt_never_mislead() {
    model(|| {
        let code = Code::new();
        code.install(GENERIC, X, &[truth(KIND_X, 1)]);
        let again = {
            let code = code.clone();
            thread::spawn(move || code.install(X, X, &[truth(KIND_X, 2)]))
        };
        let deopt = {
            let code = code.clone();
            thread::spawn(move || {
                code.site().deopt(X, GENERIC);
                code.install(GENERIC, Y, &[truth(KIND_Y, 2)]);
            })
        };
        code.execute(&[1, 2]);
        again.join().unwrap();
        deopt.join().unwrap();
        code.execute(&[1, 2]);
        let meta = code.site().meta();
        assert_eq!((meta.oparg(), meta.aux()), (7, 9), "only the counter changes (S2)");
    });
}

#[test]
fn pairs_of_two_attempts_do_not_mix() {
    model(|| {
        let code = Code::new();
        // The first table has the thing in even versions: a link must not be believed beside another attempt's entry.
        let pair = |first, second| [truth(KIND_PAIR, second), Word::link(first, second)];
        code.install(GENERIC, PAIR, &pair(1, 2));
        let writer = {
            let code = code.clone();
            thread::spawn(move || code.install(PAIR, PAIR, &pair(3, 4)))
        };
        let reader = {
            let code = code.clone();
            thread::spawn(move || {
                let (entry, link) = (code.site().word(0), code.site().word(1));
                for (first, second) in [(1, 2), (1, 4), (3, 2), (3, 4)] {
                    if entry.index_for(KIND_PAIR, second).is_some() && link.links(first, second) {
                        assert_eq!(second, first + 1, "a pair was made of two attempts");
                    }
                }
            })
        };
        writer.join().unwrap();
        reader.join().unwrap();
        code.execute(&[1, 2, 3, 4]);
    });
}

#[test]
fn records_are_seen_whole() {
    model(|| {
        let code = Code::new();
        // "Addresses" are 1 + an index into this array; a record is its two fields, written before it is published.
        let records: Arc<[[AtomicU64; 2]; 2]> =
            Arc::new(std::array::from_fn(|_| std::array::from_fn(|_| AtomicU64::new(0))));
        let writer = {
            let (code, records) = (code.clone(), records.clone());
            thread::spawn(move || {
                for (at, record) in records.iter().enumerate() {
                    record.iter().for_each(|field| field.store(at as u64 + 10, Ordering::Relaxed));
                    code.install(GENERIC, GENERIC, &[Word::record(RECORD, at as u64 + 1)]);
                }
            })
        };
        let reader = thread::spawn(move || {
            let Some(address) = code.site().record(0, RECORD) else { return };
            for field in &records[address as usize - 1] {
                let value = field.load(Ordering::Relaxed);
                assert_eq!(value, address + 9, "a record was seen before it was complete (S3)");
            }
        });
        writer.join().unwrap();
        reader.join().unwrap();
    });
}

#[test]
fn records_are_retired_once() {
    model(|| {
        let code = Code::new();
        let publisher = {
            let code = code.clone();
            thread::spawn(move || code.install(GENERIC, X, &[Word::record(RECORD, 1)]))
        };
        code.install(GENERIC, X, &[Word::record(RECORD, 2)]);
        code.install(X, X, &[truth(KIND_X, 1)]);
        publisher.join().unwrap();
        code.site().clear(&code.retired);
        let mut retired = code.retired.0.lock().unwrap().clone();
        retired.sort_unstable();
        assert_eq!(retired, [1, 2], "each published record is retired exactly once (S4)");
    });
}

#[test]
fn an_acquired_opcode_brings_its_cache() {
    model(|| {
        let code = Code::new();
        let writer = {
            let code = code.clone();
            thread::spawn(move || code.install(GENERIC, X, &[truth(KIND_X, 1)]))
        };
        let reader = thread::spawn(move || {
            if code.site().cell().opcode() == X {
                let word = code.site().word(0);
                assert_eq!(word, truth(KIND_X, 1), "an acquired opcode came without its cache (S5)");
            }
        });
        writer.join().unwrap();
        reader.join().unwrap();
    });
}

#[test]
fn one_attempt_at_a_time_is_claimed() {
    model(|| {
        let code = Code::new();
        let claims: Vec<_> = (0..2)
            .map(|_| {
                let code = code.clone();
                thread::spawn(move || code.site().claim().is_some())
            })
            .collect();
        let taken = claims.into_iter().map(|claim| claim.join().unwrap()).filter(|taken| *taken).count();
        assert_eq!(taken, 1);
    });
}

#[test]
fn racing_ticks_trigger() {
    model(|| {
        let code = Code::new();
        code.site().set_counter(Counter::new(2, 0));
        let other = {
            let code = code.clone();
            thread::spawn(move || code.site().tick())
        };
        code.site().tick();
        other.join().unwrap();
        let left = code.site().meta().counter().value();
        assert!(left <= 1, "ticks may merge, not vanish (S6)");
        let later = (0..3).filter(|_| code.site().tick()).count();
        assert!(later > 0, "the counter triggers all the same");
        assert_eq!(code.site().meta().oparg(), 7);
    });
}
