//! Structural pattern matching.

/// The attributes that a class pattern names, or None.
#[inst(code = 99, arg)]
#[stack(subject, class, names -- attrs)]
fn MATCH_CLASS() {
    let found = matching::match_class(esc, val!(subject), val!(class), val!(names), oparg)?;
    close!(esc, names);
    close!(esc, class);
    close!(esc, subject);
    attrs = own!(found);
}

/// The values of a tuple of keys, or None.
#[inst(code = 24)]
#[stack(subject, keys -- subject, keys, values_or_none)]
fn MATCH_KEYS() {
    let found = matching::match_keys(esc, val!(subject), val!(keys))?;
    values_or_none = own!(found);
}

/// Whether the top is a mapping.
#[inst(code = 25)]
#[stack(subject -- subject, res)]
fn MATCH_MAPPING() { res = bool_word(matching::is_mapping(val!(subject))); }

/// Whether the top is a sequence.
#[inst(code = 26)]
#[stack(subject -- subject, res)]
fn MATCH_SEQUENCE() { res = bool_word(matching::is_sequence(val!(subject))); }
