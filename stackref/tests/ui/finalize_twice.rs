//! A dead object is finalized once.
use stackref::Dead;

fn twice(dead: Dead) {
    dead.finalize();
    dead.finalize();
}

fn main() {}
