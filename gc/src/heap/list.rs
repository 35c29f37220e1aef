//! Intrusive lists of pages. Apart because bins, pending pages and adopted pages all use the same links.

use super::segment::PageRef;
use std::cell::Cell;

/// A doubly linked list through the pages' own links. A page is in at most one list.
#[derive(Default)]
pub(crate) struct PageList {
    head: Cell<Option<PageRef>>,
    tail: Cell<Option<PageRef>>,
}

impl PageList {
    pub(crate) fn push_back(&self, page: PageRef) {
        let tail = self.tail.replace(Some(page));
        page.prev.set(tail);
        page.next.set(None);
        match tail {
            Some(tail) => tail.next.set(Some(page)),
            None => self.head.set(Some(page)),
        }
    }

    pub(crate) fn front(&self) -> Option<PageRef> {
        self.head.get()
    }

    pub(crate) fn pop_front(&self) -> Option<PageRef> {
        let page = self.head.get()?;
        self.remove(page);
        Some(page)
    }

    /// Takes `page`, which must be in this list, out of it.
    pub(crate) fn remove(&self, page: PageRef) {
        let (prev, next) = (page.prev.take(), page.next.take());
        match prev {
            Some(prev) => prev.next.set(next),
            None => self.head.set(next),
        }
        match next {
            Some(next) => next.prev.set(prev),
            None => self.tail.set(prev),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = PageRef> {
        std::iter::successors(self.head.get(), |page| page.next.get())
    }

    /// From the newest to the oldest.
    pub(crate) fn iter_back(&self) -> impl Iterator<Item = PageRef> {
        std::iter::successors(self.tail.get(), |page| page.prev.get())
    }
}
