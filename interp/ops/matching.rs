//! Structural pattern matching.

/// The attributes that a class pattern names, or None.
#[inst(code = 99, arg)]
#[stack(subject, class, names -- attrs)]
fn MATCH_CLASS();

/// The values of a tuple of keys, or None.
#[inst(code = 24)]
#[stack(subject, keys -- subject, keys, values_or_none)]
fn MATCH_KEYS();

/// Whether the top is a mapping.
#[inst(code = 25)]
#[stack(subject -- subject, res)]
fn MATCH_MAPPING();

/// Whether the top is a sequence.
#[inst(code = 26)]
#[stack(subject -- subject, res)]
fn MATCH_SEQUENCE();
