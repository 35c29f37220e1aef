//! Functions of `math` over iterables of numbers.

use interp_object::data::{float as floats, int};
use interp_object::layout::ValueExt;
use interp_object::native::{MethodDef, NativeFn, exactly};
use interp_object::slots::BinaryOp;
use interp_object::{Args, Esc, PyResult, Value, args::Signature, ops};

use crate::util::float;

pub(super) const FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("dist", NativeFn::Positional(dist), "dist($module, p, q, /)\n--\n\nThe distance of two points."),
    MethodDef::new("fsum", NativeFn::One(fsum), "fsum($module, seq, /)\n--\n\nAn exact sum of floats."),
    MethodDef::new("hypot", NativeFn::Positional(hypot), "hypot(*coordinates) -> value"),
    MethodDef::new(
        "prod",
        NativeFn::Full(prod),
        "prod($module, iterable, /, *, start=1)\n--\n\nThe product of the items.",
    ),
    MethodDef::new("sumprod", NativeFn::Positional(sumprod), "sumprod($module, p, q, /)\n--\n\nThe sum of products."),
];

/// The exactly rounded sum (Shewchuk's algorithm): partial sums that do not overlap, in increasing order.
fn fsum(esc: Esc<'_>, _: &Value, iterable: &Value) -> PyResult {
    let mut partials: Vec<f64> = Vec::new();
    let (mut special, mut infinite) = (0.0, 0.0);
    ops::iterate(esc, iterable, |item| {
        let original = ops::as_f64(esc, &item)?;
        let mut x = original;
        let mut kept = 0;
        for index in 0..partials.len() {
            let mut y = partials[index];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        if x != 0.0 {
            if !x.is_finite() {
                if original.is_finite() {
                    return Err(esc.overflow_error("intermediate overflow in fsum"));
                }
                if original.is_infinite() {
                    infinite += original;
                }
                special += original;
                partials.clear();
            } else {
                partials.push(x);
            }
        }
        Ok(true)
    })?;
    if special != 0.0 {
        if infinite.is_nan() {
            return Err(esc.value_error("-inf + inf in fsum"));
        }
        return Ok(float(esc, special));
    }
    Ok(float(esc, exact_total(&partials)))
}

fn exact_total(partials: &[f64]) -> f64 {
    let Some((&last, rest)) = partials.split_last() else { return 0.0 };
    let mut high = last;
    let mut low = 0.0;
    let mut left = rest.len();
    while left > 0 {
        let x = high;
        left -= 1;
        let y = rest[left];
        high = x + y;
        low = y - (high - x);
        if low != 0.0 {
            break;
        }
    }
    // Round half to even over what is left.
    if left > 0 && ((low < 0.0 && rest[left - 1] < 0.0) || (low > 0.0 && rest[left - 1] > 0.0)) {
        let y = low * 2.0;
        let x = high + y;
        if y == x - high {
            high = x;
        }
    }
    high
}

/// The length of a vector: scaled by a power of two, summed with compensation, corrected once.
fn length(mut items: Vec<f64>) -> f64 {
    let largest = items.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    if items.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if items.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if largest == 0.0 || items.len() == 1 {
        return largest;
    }
    let (_, exponent) = libm::frexp(largest);
    let scaled = |x: f64| libm::ldexp(x, -exponent);
    items.iter_mut().for_each(|x| *x = scaled(x.abs()));
    let (mut sum, mut lost) = (1.0_f64, 0.0_f64);
    for x in &items {
        let square = x * x;
        let error = x.mul_add(*x, -square);
        let next = sum + square;
        lost += (sum - next) + square + error;
        sum = next;
    }
    let root = (sum - 1.0 + lost).sqrt();
    let square = root * root;
    let error = root.mul_add(root, -square);
    let rest = (sum - 1.0 - square) - error + lost;
    libm::ldexp(root + rest / (2.0 * root), exponent)
}

fn hypot(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let items = args.iter().map(|item| ops::as_f64(esc, item)).collect::<PyResult<Vec<f64>>>()?;
    Ok(float(esc, length(items)))
}

fn dist(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let [p, q] = exactly::<2>(esc, "dist", args)?;
    let (p, q) = (ops::collect(esc, p)?, ops::collect(esc, q)?);
    if p.len() != q.len() {
        return Err(esc.value_error("both points must have the same number of dimensions"));
    }
    let mut items = Vec::with_capacity(p.len());
    for (p, q) in p.iter().zip(&q) {
        items.push(ops::as_f64(esc, p)? - ops::as_f64(esc, q)?);
    }
    Ok(float(esc, length(items)))
}

fn prod(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<2> =
        Signature::new("prod", ["iterable", "start"], 1).positional_only(1).keyword_only_from(1);
    let [Some(iterable), start] = args.bind(esc, &SIGNATURE)? else {
        return Err(esc.system_error("prod() lost its arguments"));
    };
    let mut result = start.cloned().unwrap_or_else(|| int::small(1));
    ops::iterate(esc, iterable, |item| {
        result = ops::binary(esc, BinaryOp::Multiply, &result, &item)?;
        Ok(true)
    })?;
    Ok(result)
}

fn sumprod(esc: Esc<'_>, _: &Value, args: &[Value]) -> PyResult {
    let [p, q] = exactly::<2>(esc, "sumprod", args)?;
    let (p, q) = (ops::collect(esc, p)?, ops::collect(esc, q)?);
    if p.len() != q.len() {
        return Err(esc.value_error("Inputs are not the same length"));
    }
    let is_float = |value: &Value| floats::view(value).is_some() && value.payload::<int::Int>().is_none();
    if !p.is_empty() && p.iter().zip(&q).all(|(p, q)| is_float(p) || is_float(q)) {
        let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
        for (p, q) in p.iter().zip(&q) {
            let (x, y) = (ops::as_f64(esc, p)?, ops::as_f64(esc, q)?);
            let product = x * y;
            let error = x.mul_add(y, -product);
            let next = sum + product;
            let part = next - sum;
            lost += (sum - (next - part)) + (product - part) + error;
            sum = next;
        }
        let total = sum + lost;
        return Ok(float(esc, if total.is_nan() { sum } else { total }));
    }
    let mut result = int::small(0);
    for (p, q) in p.iter().zip(&q) {
        let product = ops::binary(esc, BinaryOp::Multiply, p, q)?;
        result = ops::binary(esc, BinaryOp::Add, &result, &product)?;
    }
    Ok(result)
}
