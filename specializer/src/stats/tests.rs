//! Counts add up over shards and threads.

use super::*;
use crate::decide::load_global::{Failure, Form, LoadGlobal};

#[test]
fn counts_are_merged_and_named() {
    let stats = Stats::<LoadGlobal>::new();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let stats = &stats;
            scope.spawn(move || {
                for _ in 0..100 {
                    stats.count(thread, Event::Specialized(Form::Builtin));
                }
                stats.count(thread, Event::Failed(Failure::OutOfVersions));
            });
        }
    });
    stats.count(usize::MAX, Event::Raced(Form::Module));
    stats.count(9, Event::Deoptimized(Form::Module));
    let lines: Vec<String> = stats.rows().iter().map(Row::to_string).collect();
    assert_eq!(
        lines,
        [
            "load_global.specialized.builtin: 400",
            "load_global.raced.module: 1",
            "load_global.deoptimized.module: 1",
            "load_global.failed.out_of_versions: 4",
        ]
    );
    assert!(Stats::<LoadGlobal>::default().rows().is_empty());
}
