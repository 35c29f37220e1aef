//! From source text to cells, pass by pass: `cargo bench -p bench --bench front`.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use interp_front::{CompileOptions, Mode, compile, parse};

/// A module of `functions` small functions, one like the other.
fn source(functions: usize) -> String {
    let mut text = String::from("import sys\n\n");
    for n in 0..functions {
        let _ = write!(
            text,
            "def f{n}(items, limit={n}):\n    total = 0\n    for i, item in enumerate(items):\n        if item.weight > limit and i % 3:\n            \
             total += item.weight * 2\n        else:\n            try:\n                total -= items[i - 1].weight\n            \
             except (IndexError, AttributeError) as error:\n                print(f'{{i}}: {{error!r}}', file=sys.stderr)\n    \
             return [total, *(x for x in items if x)]\n\n"
        );
    }
    text
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let text = source(200);
    let mut group = criterion.benchmark_group("2,400 lines");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse", |bench| bench.iter(|| parse(black_box(&text), "bench.py", Mode::Exec).is_ok()));
    let options = CompileOptions::default();
    group.bench_function("parse and compile", |bench| {
        bench.iter(|| compile(black_box(&text), "bench.py", Mode::Exec, &options).is_ok())
    });
    group.finish();
    criterion.final_summary();
}
