//! The module `math`.

mod floats;
mod integers;
mod sums;

use interp_object::builder::ModuleBuilder;
use interp_object::data::module::Module;
use interp_object::layout::Obj;
use interp_object::native::{MethodDef, NativeFn};
use interp_object::{Esc, PyResult, Value, ops};

use crate::util::float;

/// The module `math`.
pub(crate) fn module(esc: Esc<'_>) -> Obj<Module> {
    ModuleBuilder::new(esc, "math")
        .functions(ELEMENTARY)
        .functions(floats::FUNCTIONS)
        .functions(integers::FUNCTIONS)
        .functions(sums::FUNCTIONS)
        .value("pi", float(esc, std::f64::consts::PI))
        .value("e", float(esc, std::f64::consts::E))
        .value("tau", float(esc, std::f64::consts::TAU))
        .value("inf", float(esc, f64::INFINITY))
        .value("nan", float(esc, f64::NAN))
        .finish()
}

/// A function of one number. A NaN from a number is a domain error, an infinity from a finite number an overflow, or
/// also a domain error for functions with poles.
fn elementary(esc: Esc<'_>, value: &Value, function: fn(f64) -> f64, overflows: bool, expected: &str) -> PyResult {
    let x = ops::as_f64(esc, value)?;
    let result = function(x);
    if result.is_nan() && !x.is_nan() || result.is_infinite() && x.is_finite() && !overflows {
        return Err(domain(esc, expected, x));
    }
    if result.is_infinite() && x.is_finite() {
        return Err(esc.overflow_error("math range error"));
    }
    Ok(float(esc, result))
}

/// `ValueError` for an argument outside the domain; `expected` describes the domain with `{}` for the argument.
pub(super) fn domain(esc: Esc<'_>, expected: &str, x: f64) -> interp_object::Raised {
    if expected.is_empty() {
        return esc.value_error("math domain error");
    }
    let shown = ops::repr_lossy(esc, &float(esc, x));
    esc.value_error(expected.replace("{}", &shown))
}

macro_rules! elementary {
    ($($name:literal $function:expr, $overflows:literal, $expected:literal, $doc:literal;)*) => {
        &[$(MethodDef::new($name, NativeFn::One(|esc, _, x| elementary(esc, x, $function, $overflows, $expected)), $doc)),*]
    };
}

// A table of closures of one shape: a macro, because function pointers cannot capture the function they wrap.
const ELEMENTARY: &[MethodDef] = elementary! {
    "acos" f64::acos, false, "expected a number in range from -1 up to 1, got {}", "acos($module, x, /)\n--\n\nArc cosine.";
    "acosh" libm::acosh, false, "expected argument value not less than 1, got {}", "acosh($module, x, /)\n--\n\nInverse hyperbolic cosine.";
    "asin" f64::asin, false, "expected a number in range from -1 up to 1, got {}", "asin($module, x, /)\n--\n\nArc sine.";
    "asinh" libm::asinh, false, "", "asinh($module, x, /)\n--\n\nInverse hyperbolic sine.";
    "atan" f64::atan, false, "", "atan($module, x, /)\n--\n\nArc tangent.";
    "atanh" libm::atanh, false, "expected a number between -1 and 1, got {}", "atanh($module, x, /)\n--\n\nInverse hyperbolic tangent.";
    "cbrt" f64::cbrt, false, "", "cbrt($module, x, /)\n--\n\nCube root.";
    "cos" f64::cos, false, "expected a finite input, got {}", "cos($module, x, /)\n--\n\nCosine.";
    "cosh" f64::cosh, true, "", "cosh($module, x, /)\n--\n\nHyperbolic cosine.";
    "erf" libm::erf, false, "", "erf($module, x, /)\n--\n\nError function.";
    "erfc" libm::erfc, false, "", "erfc($module, x, /)\n--\n\nComplementary error function.";
    "exp" f64::exp, true, "", "exp($module, x, /)\n--\n\ne to the power of x.";
    "exp2" f64::exp2, true, "", "exp2($module, x, /)\n--\n\n2 to the power of x.";
    "expm1" f64::exp_m1, true, "", "expm1($module, x, /)\n--\n\nexp(x) - 1.";
    "fabs" f64::abs, false, "", "fabs($module, x, /)\n--\n\nAbsolute value.";
    "log1p" f64::ln_1p, false, "expected argument value > -1, got {}", "log1p($module, x, /)\n--\n\nlog(1 + x).";
    "sin" f64::sin, false, "expected a finite input, got {}", "sin($module, x, /)\n--\n\nSine.";
    "sinh" f64::sinh, true, "", "sinh($module, x, /)\n--\n\nHyperbolic sine.";
    "sqrt" f64::sqrt, false, "expected a nonnegative input, got {}", "sqrt($module, x, /)\n--\n\nSquare root.";
    "tan" f64::tan, false, "expected a finite input, got {}", "tan($module, x, /)\n--\n\nTangent.";
    "tanh" f64::tanh, false, "", "tanh($module, x, /)\n--\n\nHyperbolic tangent.";
    "degrees" |x| x * (180.0 / std::f64::consts::PI), true, "", "degrees($module, x, /)\n--\n\nRadians to degrees.";
    "radians" |x| x * (std::f64::consts::PI / 180.0), true, "", "radians($module, x, /)\n--\n\nDegrees to radians.";
};
