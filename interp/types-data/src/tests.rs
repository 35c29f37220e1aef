//! Tests of the crate as a whole.

use interp_object::data::{list, tuple};
use interp_object::layout::ValueExt;

#[test]
fn another_crate_recognizes_layouts() {
    let thread = interp_object::Thread::attach_current(8 << 20);
    let esc = thread.enter();
    let items = list::new(esc, []).into_value();
    assert!(items.payload::<list::List>().is_some());
    assert!(items.payload::<tuple::Tuple>().is_none());
    let items = tuple::new(esc, []).into_value();
    assert!(items.payload::<tuple::Tuple>().is_some());
}
