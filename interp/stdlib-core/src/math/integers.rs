//! Functions of `math` over integers.

use dashu_int::IBig;
use dashu_int::UBig;
use dashu_int::ops::{Gcd as _, UnsignedAbs as _};
use interp_object::args::check_count;
use interp_object::data::int;
use interp_object::native::{MethodDef, NativeFn, exactly};
use interp_object::{Esc, PyResult, Value, ops};

use crate::util::given;

pub(super) const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("comb", NativeFn::Positional(comb), "comb($module, n, k, /)\n--\n\nWays to choose k of n things."),
    MethodDef::new("factorial", NativeFn::One(factorial), "factorial($module, n, /)\n--\n\nn!"),
    MethodDef::new("gcd", NativeFn::Positional(gcd), "gcd($module, *integers)\n--\n\nGreatest common divisor."),
    MethodDef::new("isqrt", NativeFn::One(isqrt), "isqrt($module, n, /)\n--\n\nInteger part of the square root."),
    MethodDef::new("lcm", NativeFn::Positional(lcm), "lcm($module, *integers)\n--\n\nLeast common multiple."),
    MethodDef::new(
        "perm",
        NativeFn::Positional(perm),
        "perm($module, n, k=None, /)\n--\n\nWays to arrange k of n things.",
    ),
];

fn integer(esc: Esc<'_>, value: &Value) -> PyResult<IBig> {
    let index = ops::as_index(esc, value)?;
    Ok(int::view(&index).map(|number| number.to_big()).unwrap_or_default())
}

fn natural(esc: Esc<'_>, value: &Value, what: &str) -> PyResult<UBig> {
    let number = integer(esc, value)?;
    if number < IBig::ZERO {
        return Err(esc.value_error(format_args!("{what} must be a non-negative integer")));
    }
    Ok(number.unsigned_abs())
}

/// The product of `low..=high` by halves, so that factors are of like size.
fn product(low: u64, high: u64) -> UBig {
    if low > high {
        return UBig::ONE;
    }
    if high - low < 8 {
        return (low..=high).map(UBig::from).product();
    }
    let middle = low + (high - low) / 2;
    product(low, middle) * product(middle + 1, high)
}

fn factorial(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    let number = integer(esc, value)?;
    if number < IBig::ZERO {
        return Err(esc.value_error("factorial() not defined for negative values"));
    }
    match u64::try_from(&number) {
        Ok(n) if n < 1 << 32 => Ok(int::from_big(esc, IBig::from(product(1, n)))),
        Ok(_) => Err(esc.memory_error()),
        Err(_) => Err(esc.overflow_error(format_args!("factorial() argument should not exceed {}", i64::MAX))),
    }
}

fn gcd(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let mut result = UBig::ZERO;
    for value in args {
        let number = integer(esc, value)?.unsigned_abs();
        result = if result == UBig::ZERO {
            number
        } else if number == UBig::ZERO {
            result
        } else {
            result.gcd(&number)
        };
    }
    Ok(int::from_big(esc, IBig::from(result)))
}

fn lcm(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let mut result = UBig::ONE;
    for value in args {
        let number = integer(esc, value)?.unsigned_abs();
        if number == UBig::ZERO {
            result = UBig::ZERO;
        }
        if result != UBig::ZERO {
            let common = (&result).gcd(&number);
            result = result / common * number;
        }
    }
    Ok(int::from_big(esc, IBig::from(result)))
}

fn isqrt(esc: Esc<'_>, _: &Value, value: &Value) -> PyResult {
    let number = integer(esc, value)?;
    if number < IBig::ZERO {
        return Err(esc.value_error("isqrt() argument must be nonnegative"));
    }
    let root = dashu_int::ops::SquareRoot::sqrt(&number.unsigned_abs());
    Ok(int::from_big(esc, IBig::from(root)))
}

fn falling(esc: Esc<'_>, n: &UBig, k: &UBig, name: &str) -> PyResult<UBig> {
    let Ok(k) = u64::try_from(k) else {
        let message = format!("min(n - k, k) must not exceed {}", i64::MAX);
        return Err(esc.overflow_error(if name == "perm" {
            format!("k must not exceed {}", i64::MAX)
        } else {
            message
        }));
    };
    if let Ok(n) = u64::try_from(n) {
        return Ok(product(n - k + 1, n));
    }
    Ok((0..k).map(|index| n - UBig::from(index)).product())
}

fn comb(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let [n, k] = exactly::<2>(esc, "comb", args)?;
    let (n, k) = (natural(esc, n, "n")?, natural(esc, k, "k")?);
    if k > n {
        return Ok(int::small(0));
    }
    let rest = &n - &k;
    let k = if rest < k { rest } else { k };
    let above = falling(esc, &n, &k, "comb")?;
    let below = product(1, u64::try_from(&k).unwrap_or(u64::MAX));
    Ok(int::from_big(esc, IBig::from(above / below)))
}

fn perm(esc: Esc<'_>, module: &Value, args: &[Value]) -> PyResult {
    check_count(esc, "perm", args.len(), 1, 2)?;
    let Some(k) = given(args.get(1)) else { return factorial(esc, module, &args[0]) };
    let (n, k) = (natural(esc, &args[0], "n")?, natural(esc, k, "k")?);
    if k > n {
        return Ok(int::small(0));
    }
    Ok(int::from_big(esc, IBig::from(falling(esc, &n, &k, "perm")?)))
}
