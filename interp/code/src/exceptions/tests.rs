//! Writing and reading exception tables.

use super::{Entry, Reader, write};

#[test]
fn what_is_written_is_read() {
    let entry = |start, end, target, depth, push_lasti| Entry { start, end, target, depth, push_lasti };
    let entries = [entry(0, 1, 70, 0, false), entry(63, 64, 4096, 3, true), entry(100_000, 200_000, 7, 40, false)];
    let mut table = Vec::new();
    for entry in entries {
        write(&mut table, entry);
    }
    assert_eq!(Reader::new(&table).collect::<Vec<_>>(), entries);
    assert_eq!(Reader::find(&table, 63), Some(entries[1]));
    assert_eq!(Reader::find(&table, 64), None);
    assert_eq!(Reader::find(&table, 150_000), Some(entries[2]));
    assert_eq!(table[..4], [0x80, 1, 0x41, 6]);
}

#[test]
fn bad_tables_stop() {
    for bad in [&[0x00, 1, 1, 1][..], &[0x80, 1], &[0xff; 40], &[0x80, 1, 1]] {
        let mut reader = Reader::new(bad);
        assert_eq!(reader.by_ref().count(), 0, "{bad:?}");
    }
}
