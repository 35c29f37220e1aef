//! Closing consumes the reference.
use stackref::StackRef;

fn twice(r: StackRef, me: u32) {
    let _ = r.close(me);
    let _ = r.close(me);
}

fn main() {
    twice(StackRef::NULL, 1);
}
