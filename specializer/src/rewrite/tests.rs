//! One thread, checked against a dumb model; the races are in `tests/loom.rs`.

use super::*;
use proptest::prelude::*;
use std::cell::RefCell;

const GENERIC: u16 = 10;
const ENTRY: Kind = Kind::entry(0);
const RECORD: Kind = Kind::record(0);

fn site_words() -> Box<[AtomicU64]> {
    words(&[Cell::new(GENERIC, 1, 2, 3).bits(), Meta::adaptive(77, 0xdead_beef).bits(), 0, 0])
}

fn due(site: Site<'_>) -> Claim<'_> {
    site.set_counter(Counter::new(0, 0));
    site.claim().expect("it is due and nobody else is here")
}

#[derive(Default)]
struct Retired(RefCell<Vec<u64>>);

impl Retire for Retired {
    fn retire(&self, kind: Kind, address: u64) {
        assert_eq!(kind, RECORD);
        self.0.borrow_mut().push(address);
    }
}

#[test]
fn the_second_execution_claims_and_only_once() {
    let code = site_words();
    let site = Site::new(&code);
    assert!(site.claim().is_none(), "not due yet");
    assert!(!site.tick());
    assert!(site.tick());
    let claim = site.claim();
    assert!(claim.is_some() && site.claim().is_none(), "the counter has backed off already");
    let _ = claim;
    assert_eq!(site.meta().counter(), Counter::warmup().restarted());
}

#[test]
fn success_waits_for_misses_and_failure_backs_off() {
    let code = site_words();
    let site = Site::new(&code);
    due(site).install(GENERIC, 11, &[Word::entry(ENTRY, 5, 9)], &Forget).unwrap();
    assert_eq!(site.meta().counter(), Counter::cooldown());
    assert_eq!((site.cell().opcode(), site.word(0).index_for(ENTRY, 9)), (11, Some(5)));
    due(site).fail(11, GENERIC);
    assert_eq!(site.cell().opcode(), GENERIC);
    assert_eq!(site.meta().counter(), Counter::new(0, 0).restarted());
    assert_eq!(site.word(0).index_for(ENTRY, 9), Some(5), "a deopt leaves cache words alone");
    due(site).rest();
    assert_eq!(site.meta().counter(), Counter::cooldown());
}

#[test]
fn a_foreign_opcode_is_left_alone() {
    let code = site_words();
    let site = Site::new(&code);
    assert_eq!(due(site).install(11, 12, &[], &Forget), Err(Raced { seen: GENERIC }));
    assert!(!site.deopt(11, 12));
    due(site).fail(11, 12);
    assert_eq!(site.cell(), Cell::new(GENERIC, 1, 2, 3));
}

#[test]
fn records_come_out_once() {
    let code = site_words();
    let (site, retired) = (Site::new(&code), Retired::default());
    due(site).install(GENERIC, 11, &[Word::record(RECORD, 8)], &retired).unwrap();
    due(site).install(11, 11, &[Word::record(RECORD, 8)], &retired).unwrap();
    assert!(retired.0.borrow().is_empty(), "the same record again is no replacement");
    due(site).install(11, 11, &[Word::record(RECORD, 16)], &retired).unwrap();
    due(site).install(11, 12, &[Word::entry(ENTRY, 0, 1), Word::record(RECORD, 24)], &retired).unwrap();
    site.clear(&retired);
    site.clear(&retired);
    assert_eq!(*retired.0.borrow(), [8, 16, 24]);
    assert_eq!((site.word(0), site.word(1)), (Word::EMPTY, Word::EMPTY));
}

#[test]
fn off_means_off() {
    let code = site_words();
    let site = Site::new(&code);
    site.set_counter(Counter::never());
    let mut sampler = Sampler::new(3);
    assert!((0..10_000).all(|_| !site.tick() && !site.tick_sampled(&mut sampler)));
    assert!(site.claim().is_none());
}

#[test]
fn sampling_still_triggers() {
    let code = site_words();
    let site = Site::new(&code);
    site.set_counter(Counter::new(4095, 12));
    let mut sampler = Sampler::new(3);
    let executions = (1..).find(|_| site.tick_sampled(&mut sampler)).unwrap();
    assert!((400..40_000).contains(&executions), "{executions}");
}

#[test]
#[should_panic(expected = "a cell and a counter")]
fn a_site_has_two_words() {
    let _ = Site::new(&words(&[0]));
}

#[derive(Clone, Debug)]
enum Action {
    Tick,
    Install { from: u16, to: u16, words: Vec<u64> },
    Fail { from: u16 },
    Deopt { from: u16, to: u16 },
}

fn action() -> impl Strategy<Value = Action> {
    let opcode = || GENERIC..GENERIC + 3;
    // Odd numbers are records, even ones entries.
    let payloads = prop::collection::vec(1_u64..40, 0..=2);
    prop_oneof![
        Just(Action::Tick),
        (opcode(), opcode(), payloads).prop_map(|(from, to, words)| Action::Install { from, to, words }),
        opcode().prop_map(|from| Action::Fail { from }),
        (opcode(), opcode()).prop_map(|(from, to)| Action::Deopt { from, to }),
    ]
}

proptest! {
    /// S2 and S4 against a model of three variables: opcode, cache words, retired records.
    #[test]
    fn agrees_with_a_dumb_model(actions in prop::collection::vec(action(), 0..60)) {
        let code = site_words();
        let (site, retired) = (Site::new(&code), Retired::default());
        let (mut opcode, mut cache, mut gone) = (GENERIC, [Word::EMPTY; 2], Vec::new());
        for action in actions {
            match action {
                Action::Tick => {
                    site.tick();
                }
                Action::Install { from, to, words } => {
                    let new: Vec<Word> = words.iter().map(|n| match n % 2 {
                        0 => Word::entry(ENTRY, *n as u32, 7),
                        _ => Word::record(RECORD, *n),
                    }).collect();
                    let installed = due(site).install(from, to, &new, &retired);
                    prop_assert_eq!(installed.is_ok(), opcode == from);
                    for (old, new) in cache.iter_mut().zip(&new).filter(|(old, new)| old != new) {
                        gone.extend(old.as_record().map(|(_, address)| address));
                        *old = *new;
                    }
                    if opcode == from { opcode = to; }
                }
                Action::Fail { from } => {
                    due(site).fail(from, GENERIC);
                    if opcode == from { opcode = GENERIC; }
                }
                Action::Deopt { from, to } => {
                    prop_assert_eq!(site.deopt(from, to), opcode == from);
                    if opcode == from { opcode = to; }
                }
            }
            prop_assert_eq!(site.cell(), Cell::new(opcode, 1, 2, 3));
            prop_assert_eq!((site.meta().oparg(), site.meta().aux()), (77, 0xdead_beef));
            prop_assert_eq!([site.word(0), site.word(1)], cache);
            prop_assert_eq!(&*retired.0.borrow(), &gone);
        }
    }
}
