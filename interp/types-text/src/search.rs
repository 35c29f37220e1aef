//! Finding, counting and splitting on sequences of octets or characters: the algorithms, without Python values.

use interp_object::data::str::Chars;
use memchr::memmem;

/// A needle or haystack of one, two or four bytes an item.
pub(crate) trait Item: Copy + Eq {
    /// The items as octets, if they are octets.
    fn octets(items: &[Self]) -> Option<&[u8]>;
}

impl Item for u8 {
    fn octets(items: &[u8]) -> Option<&[u8]> {
        Some(items)
    }
}

impl Item for u16 {
    fn octets(_items: &[u16]) -> Option<&[u8]> {
        None
    }
}

impl Item for u32 {
    fn octets(_items: &[u32]) -> Option<&[u8]> {
        None
    }
}

/// The first place of `needle`.
pub(crate) fn find<T: Item>(haystack: &[T], needle: &[T]) -> Option<usize> {
    let Some((first, rest)) = needle.split_first() else { return Some(0) };
    if let (Some(haystack), Some(needle)) = (T::octets(haystack), T::octets(needle)) {
        return if needle.len() == 1 { memchr::memchr(needle[0], haystack) } else { memmem::find(haystack, needle) };
    }
    let last = haystack.len().checked_sub(needle.len())?;
    (0..=last).find(|&at| haystack[at] == *first && haystack[at + 1..at + needle.len()] == *rest)
}

/// The last place of `needle`.
pub(crate) fn rfind<T: Item>(haystack: &[T], needle: &[T]) -> Option<usize> {
    if needle.is_empty() {
        return Some(haystack.len());
    }
    if let (Some(haystack), Some(needle)) = (T::octets(haystack), T::octets(needle)) {
        return if needle.len() == 1 { memchr::memrchr(needle[0], haystack) } else { memmem::rfind(haystack, needle) };
    }
    let last = haystack.len().checked_sub(needle.len())?;
    (0..=last).rev().find(|&at| haystack[at..at + needle.len()] == *needle)
}

/// The places of `needle`, not overlapping, at most `limit`. An empty needle is found between all items.
pub(crate) fn find_all<T: Item>(haystack: &[T], needle: &[T], limit: usize) -> Vec<usize> {
    if needle.is_empty() {
        return (0..=haystack.len()).take(limit).collect();
    }
    if let (Some(haystack), Some(needle)) = (T::octets(haystack), T::octets(needle)) {
        return match needle {
            [byte] => memchr::memchr_iter(*byte, haystack).take(limit).collect(),
            _ => memmem::find_iter(haystack, needle).take(limit).collect(),
        };
    }
    let (mut places, mut from) = (Vec::new(), 0);
    while places.len() < limit
        && let Some(at) = find(&haystack[from..], needle)
    {
        places.push(from + at);
        from += at + needle.len();
    }
    places
}

/// As [`find_all`] from the right: places in descending order.
pub(crate) fn rfind_all<T: Item>(haystack: &[T], needle: &[T], limit: usize) -> Vec<usize> {
    let (mut places, mut to) = (Vec::new(), haystack.len());
    while places.len() < limit
        && let Some(at) = rfind(&haystack[..to], needle)
    {
        places.push(at);
        to = at;
        if needle.is_empty() {
            break;
        }
    }
    places
}

/// Runs `body` with haystack and needle of one width; `None` if the needle has characters the haystack cannot have.
macro_rules! same_width {
    ($haystack:expr, $needle:expr, |$h:ident, $n:ident| $body:expr) => {
        match ($haystack, $needle) {
            (Chars::Latin1($h), Chars::Latin1($n)) => Some($body),
            (Chars::Ucs2($h), Chars::Ucs2($n)) => Some($body),
            (Chars::Ucs4($h), Chars::Ucs4($n)) => Some($body),
            (Chars::Ucs2($h), Chars::Latin1(n)) => {
                let n: Vec<u16> = n.iter().map(|&c| u16::from(c)).collect();
                let $n = &n[..];
                Some($body)
            }
            (Chars::Ucs4($h), needle) => {
                let n: Vec<u32> = needle.iter().collect();
                let $n = &n[..];
                Some($body)
            }
            (_, needle) if needle.is_empty() => {
                let ($h, $n): (&[u8], &[u8]) = (&[], &[]);
                Some($body)
            }
            _ => None,
        }
    };
}

/// A part of some characters, which may have become narrower than their width.
pub(crate) fn part(chars: Chars<'_>, range: std::ops::Range<usize>) -> Chars<'_> {
    match chars {
        Chars::Latin1(chars) => Chars::Latin1(&chars[range]),
        Chars::Ucs2(chars) => Chars::Ucs2(&chars[range]),
        Chars::Ucs4(chars) => Chars::Ucs4(&chars[range]),
    }
}

pub(crate) fn find_chars(haystack: Chars<'_>, needle: Chars<'_>) -> Option<usize> {
    same_width!(haystack, needle, |h, n| find(h, n)).flatten()
}

pub(crate) fn rfind_chars(haystack: Chars<'_>, needle: Chars<'_>) -> Option<usize> {
    if needle.is_empty() {
        return Some(haystack.len());
    }
    same_width!(haystack, needle, |h, n| rfind(h, n)).flatten()
}

pub(crate) fn find_all_chars(haystack: Chars<'_>, needle: Chars<'_>, limit: usize) -> Vec<usize> {
    if needle.is_empty() {
        return (0..=haystack.len()).take(limit).collect();
    }
    same_width!(haystack, needle, |h, n| find_all(h, n, limit)).unwrap_or_default()
}

pub(crate) fn rfind_all_chars(haystack: Chars<'_>, needle: Chars<'_>, limit: usize) -> Vec<usize> {
    same_width!(haystack, needle, |h, n| rfind_all(h, n, limit)).unwrap_or_default()
}

/// Whether `needle` lies at `at`.
pub(crate) fn matches_at(haystack: Chars<'_>, needle: Chars<'_>, at: usize) -> bool {
    if at + needle.len() > haystack.len() {
        return false;
    }
    let part = part(haystack, at..at + needle.len());
    match (part, needle) {
        (Chars::Latin1(a), Chars::Latin1(b)) => a == b,
        (a, b) => a.iter().eq(b.iter()),
    }
}
