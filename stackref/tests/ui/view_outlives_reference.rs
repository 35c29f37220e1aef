//! A view as a strong handle ends before the reference is closed.
use stackref::{StackRef, Word};

fn main() {
    let r = StackRef::from_immediate(Word::small(1));
    let view = r.as_value();
    let _ = r.close(1);
    println!("{view:?}");
}
