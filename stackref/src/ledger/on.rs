//! The ledger proper; see the parent module.

use crate::sync::lock;
use crate::word::Word;
use std::collections::{HashMap, VecDeque};
use std::panic::Location;
use std::sync::{LazyLock, Mutex};
use std::thread::ThreadId;

type Site = &'static Location<'static>;

const TICKET_SHIFT: u32 = 48;
const ADDRESS: u64 = (1 << TICKET_SHIFT) - 1;
/// How many closed references are remembered, to tell a double close from garbage.
const CLOSED_KEPT: usize = 1 << 16;

/// Address and ticket.
type Key = u64;

#[derive(Clone)]
struct Entry {
    opened: Site,
    serial: u64,
    thread: ThreadId,
    /// Open borrows of this reference, and where the last one was made.
    borrows: u32,
    lent: Option<Site>,
    lender: Option<Key>,
    counted: bool,
}

struct Ledger {
    open: HashMap<Key, Entry>,
    closed: HashMap<Key, (Site, Site)>,
    closed_order: VecDeque<Key>,
    ticket: u16,
    serial: u64,
}

static LEDGER: LazyLock<Mutex<Ledger>> = LazyLock::new(|| {
    let (open, closed) = (HashMap::new(), HashMap::new());
    Mutex::new(Ledger { open, closed, closed_order: VecDeque::new(), ticket: 0, serial: 0 })
});

/// A moment in the ledger; see [`open_since`].
#[derive(Clone, Copy, Debug)]
pub struct Mark(u64);

/// A reference that is still open.
#[derive(Clone, Debug)]
pub struct Open {
    /// Address of the object.
    pub address: u64,
    /// Where the reference was made.
    pub opened: Site,
    /// Where it was last lent, if it was.
    pub lent: Option<Site>,
    /// Borrows of it that are still open.
    pub borrows: u32,
    /// Whether it owns a count.
    pub counted: bool,
    /// The thread that made it.
    pub thread: ThreadId,
}

impl std::fmt::Display for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.counted { "counted" } else { "uncounted" };
        write!(f, "{kind} reference to {:#x}, opened at {}", self.address, self.opened)?;
        if let Some(lent) = self.lent {
            write!(f, ", last lent at {lent} ({} borrows open)", self.borrows)?;
        }
        Ok(())
    }
}

/// The present moment.
pub fn mark() -> Mark {
    Mark(lock(&LEDGER).serial)
}

/// The references opened since `mark`, by any thread, that are still open, oldest first. At a point where all should be
/// closed these are the leaks.
pub fn open_since(mark: Mark) -> Vec<Open> {
    let ledger = lock(&LEDGER);
    let mut found: Vec<_> = ledger.open.iter().filter(|(_, entry)| entry.serial > mark.0).collect();
    found.sort_by_key(|(_, entry)| entry.serial);
    let report = |(key, entry): (&Key, &Entry)| Open {
        address: key & ADDRESS,
        opened: entry.opened,
        lent: entry.lent,
        borrows: entry.borrows,
        counted: entry.counted,
        thread: entry.thread,
    };
    found.into_iter().map(report).collect()
}

fn is_tracked(word: Word) -> bool {
    word.is_ptr() && !word.is_null()
}

fn key(word: Word) -> Key {
    word.bits() & !1
}

/// The bare word.
#[inline]
pub(crate) const fn strip(word: Word) -> Word {
    if word.is_immediate() {
        return word;
    }
    // SAFETY: clears the ticket only; a pointer's address or NULL's tag bit stays (W1).
    unsafe { Word::from_bits(word.bits() & ADDRESS) }
}

/// Enters an owned or uncounted reference.
#[track_caller]
pub(crate) fn open(word: Word) -> Word {
    if !is_tracked(word) {
        return word;
    }
    lock(&LEDGER).enter(strip(word), None, Location::caller())
}

/// Enters one more reference of the same kind as `word`: a borrow of a borrow has the same lender.
#[track_caller]
pub(crate) fn dup(word: Word) -> Word {
    if !is_tracked(word) {
        return word;
    }
    let site = Location::caller();
    let mut ledger = lock(&LEDGER);
    let lender = ledger.find(word, "duplicated", site).and_then(|entry| entry.lender);
    ledger.enter(strip(word), lender, site)
}

/// Enters a reference without a count that lives no longer than `lender` does.
#[track_caller]
pub(crate) fn lend(lender: Word) -> Word {
    if !is_tracked(lender) {
        return lender.to_uncounted();
    }
    let site = Location::caller();
    let mut ledger = lock(&LEDGER);
    let root = ledger.find(lender, "lent", site).and_then(|entry| entry.lender);
    let root = root.or(has_ticket(lender).then(|| key(lender)));
    ledger.enter(strip(lender).to_uncounted(), root, site)
}

/// Strikes a reference out and returns the bare word.
#[track_caller]
pub(crate) fn close(word: Word) -> Word {
    if is_tracked(word) && has_ticket(word) {
        let site = Location::caller();
        let mut ledger = lock(&LEDGER);
        ledger.find(word, "closed", site);
        ledger.strike(key(word), site);
    }
    strip(word)
}

/// Checks that a reference is open and returns the bare word.
#[track_caller]
pub(crate) fn touch(word: Word) -> Word {
    if is_tracked(word) {
        lock(&LEDGER).find(word, "used", Location::caller());
    }
    strip(word)
}

/// Pointers that were never entered (views made by the embedder) have none and are not checked.
fn has_ticket(word: Word) -> bool {
    word.bits() >> TICKET_SHIFT != 0
}

impl Ledger {
    fn enter(&mut self, word: Word, lender: Option<Key>, site: Site) -> Word {
        self.serial += 1;
        let bits = loop {
            self.ticket = self.ticket.wrapping_add(1).max(1);
            let bits = word.bits() | u64::from(self.ticket) << TICKET_SHIFT;
            if !self.open.contains_key(&(bits & !1)) {
                break bits;
            }
        };
        if let Some(lender) = lender.and_then(|lender| self.open.get_mut(&lender)) {
            lender.borrows += 1;
            lender.lent = Some(site);
        }
        let entry = Entry {
            opened: site,
            serial: self.serial,
            thread: std::thread::current().id(),
            borrows: 0,
            lent: None,
            lender,
            counted: word.is_counted(),
        };
        self.open.insert(bits & !1, entry);
        // SAFETY: a pointer word with a ticket on top (W1).
        unsafe { Word::from_bits(bits) }
    }

    /// The entry of `word`, which is about to be `used`.
    fn find(&self, word: Word, used: &str, site: Site) -> Option<&Entry> {
        if !has_ticket(word) {
            return None;
        }
        let found = self.open.get(&key(word));
        if found.is_none() {
            let address = word.bits() & ADDRESS & !1;
            match self.closed.get(&key(word)) {
                Some((opened, closed)) => panic!(
                    "ledger: a closed reference to {address:#x} was {used} at {site}; opened at {opened}, closed at {closed}"
                ),
                None => panic!("ledger: an unknown reference to {address:#x} was {used} at {site}"),
            }
        }
        found
    }

    fn strike(&mut self, key: Key, site: Site) {
        let address = key & ADDRESS;
        let Some(entry) = self.open.remove(&key) else { return };
        self.closed.insert(key, (entry.opened, site));
        self.closed_order.push_back(key);
        if self.closed_order.len() > CLOSED_KEPT {
            let oldest = self.closed_order.pop_front();
            oldest.and_then(|oldest| self.closed.remove(&oldest));
        }
        if let Some(lender) = entry.lender.and_then(|lender| self.open.get_mut(&lender)) {
            lender.borrows -= 1;
        }
        if let (Some(lent), 1..) = (entry.lent, entry.borrows) {
            panic!(
                "ledger: a reference to {address:#x} was closed at {site} while {} borrows of it are open; opened at {}, \
                 last lent at {lent}",
                entry.borrows, entry.opened
            );
        }
    }
}
