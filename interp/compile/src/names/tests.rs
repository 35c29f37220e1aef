//! Tests of the interner, of mangling and of the ordered tables.

use super::{Interner, NameSet, known};
use crate::ast::Ident;

#[test]
fn known_names_have_their_numbers() {
    let mut names = Interner::new();
    assert_eq!(names.intern("__class__"), known::CLASS);
    assert_eq!(names.intern(""), known::EMPTY);
    assert_eq!(&**names.text(known::DOT_KWDEFAULTS), ".kwdefaults");
}

#[test]
fn equal_texts_share_a_number_wherever_they_lie() {
    let mut names = Interner::new();
    let (a, b): (Ident, Ident) = ("spam".into(), "spam".into());
    assert_eq!(names.of(&a), names.of(&b));
    assert_eq!(names.of(&a), names.intern("spam"));
    assert_ne!(names.of(&a), names.intern("eggs"));
}

#[test]
fn mangling_follows_python() {
    let check = |class: &str, name: &str, expected: &str| {
        let mut names = Interner::new();
        let (class, name) = (names.intern(class), names.intern(name));
        let mangled = names.mangle(Some(class), name);
        assert_eq!(&**names.text(mangled), expected);
    };
    check("C", "__x", "_C__x");
    check("__C", "__x", "_C__x");
    check("C", "__x__", "__x__");
    check("C", "_x", "_x");
    check("___", "__x", "__x");
    check("C", "__a.b", "__a.b");
    check("C", "__x_", "_C__x_");
    let mut names = Interner::new();
    let name = names.intern("__x");
    assert_eq!(names.mangle(None, name), name);
}

#[test]
fn sets_keep_order_past_the_size_where_they_are_indexed() {
    let mut names = Interner::new();
    let ids: Vec<_> = (0..40).map(|number| names.intern(&format!("n{number}"))).collect();
    let mut set = NameSet::default();
    for &id in ids.iter().chain(&ids) {
        set.number(id);
    }
    assert_eq!(set.len(), 40);
    assert_eq!(set.names().collect::<Vec<_>>(), ids);
    set.remove(ids[3]);
    assert_eq!(set.find(ids[3]), None);
    assert_eq!(set.find(ids[4]), Some(3));
}
