//! Floats as text: shortest digits that read back equal, fixed numbers of digits, and parsing.

/// How digits are asked for (CPython's `PyOS_double_to_string` codes).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FloatForm {
    /// `e`: scientific, so many digits after the point.
    Exponent(usize),
    /// `f`: positional, so many digits after the point.
    Fixed(usize),
    /// `g`: so many significant digits, scientific if the exponent is small or large.
    General(usize),
    /// `r`: shortest digits that read back equal.
    Repr,
}

/// More digits than any float has; further ones are zeros.
const MAX_DIGITS: usize = 1100;

/// The text of a finite or non-finite float, without sign for NaN.
///
/// `alternate` keeps the decimal point and, for `g`, trailing zeros. `add_dot_zero` makes a float look like one (`1.0`).
pub fn format(number: f64, form: FloatForm, alternate: bool, add_dot_zero: bool) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let number = number.abs();
    let body = match form {
        FloatForm::Fixed(places) => fixed(number, places, alternate),
        FloatForm::Exponent(places) => {
            let (digits, exponent) = significant(number, places + 1);
            scientific(&digits, exponent, alternate)
        }
        FloatForm::General(precision) => {
            let precision = precision.max(1);
            let (mut digits, exponent) = significant(number, precision);
            if !alternate {
                trim_zeros(&mut digits);
            }
            if exponent < -4 || exponent >= precision as i32 {
                scientific(&digits, exponent, alternate)
            } else {
                positional(&digits, exponent, alternate, add_dot_zero)
            }
        }
        FloatForm::Repr => {
            let (digits, exponent) = shortest(number);
            if (-4..16).contains(&exponent) {
                positional(&digits, exponent, alternate, add_dot_zero)
            } else {
                scientific(&digits, exponent, alternate)
            }
        }
    };
    format!("{sign}{body}")
}

/// `repr(x)` of a float.
pub fn repr(number: f64) -> String {
    format(number, FloatForm::Repr, false, true)
}

/// The shortest digits of a positive number and the exponent of the first.
fn shortest(number: f64) -> (String, i32) {
    let (digits, exponent) = split(&format!("{number:e}"));
    if !may_tie(number) {
        return (digits, exponent);
    }
    // Where the number lies exactly between two candidates, the standard library takes the upper, Python the even one.
    let even = format!("{number:.*e}", digits.len() - 1);
    if even.parse() == Ok(number) { split(&even) } else { (digits, exponent) }
}

/// Whether the exact decimal expansion is short enough to end one digit behind the shortest digits.
fn may_tie(number: f64) -> bool {
    const MANTISSA_BITS: i32 = 52;
    let bits = number.to_bits();
    let lowest_bit = (((bits >> MANTISSA_BITS) & 0x7ff) as i32) - 1023 - MANTISSA_BITS;
    let trailing = (bits | 1 << MANTISSA_BITS).trailing_zeros() as i32;
    (-30..=60).contains(&(lowest_bit + trailing))
}

/// So many significant digits, rounded to nearest, ties to even on the exact value.
fn significant(number: f64, count: usize) -> (String, i32) {
    let given = count.clamp(1, MAX_DIGITS);
    let (mut digits, exponent) = split(&format!("{number:.*e}", given - 1));
    digits.extend(std::iter::repeat_n('0', count.saturating_sub(given)));
    (digits, exponent)
}

/// Digits and exponent of Rust's scientific form.
fn split(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

fn trim_zeros(digits: &mut String) {
    let kept = digits.trim_end_matches('0').len().max(1);
    digits.truncate(kept);
}

fn fixed(number: f64, places: usize, alternate: bool) -> String {
    let given = places.min(MAX_DIGITS);
    let mut text = format!("{number:.given$}");
    text.extend(std::iter::repeat_n('0', places - given));
    if alternate && places == 0 {
        text.push('.');
    }
    text
}

fn scientific(digits: &str, exponent: i32, alternate: bool) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() && !alternate { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{:02}", exponent.unsigned_abs())
}

fn positional(digits: &str, exponent: i32, alternate: bool, add_dot_zero: bool) -> String {
    let mut text = String::with_capacity(digits.len() + 8);
    if exponent < 0 {
        text.push_str("0.");
        text.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
        text.push_str(digits);
        return text;
    }
    let whole = exponent as usize + 1;
    if digits.len() > whole {
        text.push_str(&digits[..whole]);
        text.push('.');
        text.push_str(&digits[whole..]);
        return text;
    }
    text.push_str(digits);
    text.extend(std::iter::repeat_n('0', whole - digits.len()));
    if alternate {
        text.push('.');
    } else if add_dot_zero {
        text.push_str(".0");
    }
    text
}

/// Parses trimmed ASCII text as `float()` does; underscores are already gone.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let special = match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => Some(f64::INFINITY),
        "nan" => Some(f64::NAN),
        _ => None,
    };
    if let Some(number) = special {
        return Some(if text.starts_with('-') { -number } else { number });
    }
    let plain = unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !plain || !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    text.parse().ok()
}
