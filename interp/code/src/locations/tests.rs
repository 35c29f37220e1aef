//! Writing and reading line tables.

use super::{Location, Reader, Writer};

fn at(line: i32, end_line: i32, column: i32, end_column: i32) -> Location {
    Location { line, end_line, column, end_column }
}

#[test]
fn what_is_written_is_read() {
    let runs = [
        (1, at(3, 3, 0, 5)),
        (9, at(3, 3, 79, 94)),
        (2, at(5, 5, 100, 127)),
        (1, at(4, 4, -1, -1)),
        (3, Location::NONE),
        (1, at(4, 9, 300, 2)),
        (20, at(70_000, 70_001, 0, 0)),
        (1, at(1, 1, 0, 128)),
    ];
    let mut writer = Writer::new(3);
    for (units, location) in runs {
        writer.add(location, units);
    }
    let table = writer.finish();
    let mut unit = 0;
    for (units, location) in runs {
        for _ in 0..units {
            assert_eq!(Reader::at(&table, 3, unit), location, "unit {unit}");
            unit += 1;
        }
    }
    assert_eq!(Reader::at(&table, 3, unit), Location::NONE);
    assert_eq!(Reader::new(&table, 3).map(|run| run.unwrap().0).sum::<usize>(), unit);
}

/// The table that CPython 3.14 makes for `x = 1` on the first line.
#[test]
fn bytes_are_cpythons() {
    let mut writer = Writer::new(1);
    writer.add(at(0, 1, 0, 0), 1);
    writer.add(at(1, 1, 4, 5), 1);
    writer.add(at(1, 1, 0, 1), 3);
    assert_eq!(writer.finish(), [0xf0, 0x03, 0x01, 0x01, 0x01, 0xd8, 0x04, 0x05, 0x82, 0x01]);
}

#[test]
fn bad_tables_end_with_an_error() {
    for bad in [&[0x00][..], &[0x80], &[0xf0, 0x7f], &[0xf0, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x01]] {
        assert!(Reader::new(bad, i32::MAX).any(|run| run.is_err()), "{bad:?}");
    }
}
