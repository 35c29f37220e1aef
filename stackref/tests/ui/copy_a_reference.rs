//! A second reference is made by `dup` or `borrow`, which say what it owns.
use stackref::StackRef;

fn copy(r: &StackRef) -> StackRef {
    r.clone()
}

fn main() {
    let _ = copy(&StackRef::NULL);
}
