import math
def error(f, *args, **kwargs):
    try:
        return f(*args, **kwargs)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
print(math.sqrt(2), math.pi, math.e, math.tau, math.inf, math.nan)
print(math.floor(-2.5), math.ceil(-2.5), math.trunc(-2.5), math.floor(1e20), math.fabs(-3))
print(math.factorial(25), math.gcd(12, 18, 27), math.lcm(4, 6, 10), math.comb(50, 25), math.perm(10, 3), math.perm(5), math.isqrt(10**20 + 1))
print(math.frexp(10.5), math.ldexp(0.65625, 4), math.modf(-3.25), math.copysign(1, -0.0))
print(math.hypot(3, 4), math.dist((1, 2), (4, 6)), math.fsum([0.1] * 10), math.prod([1, 2, 3.5]), math.sumprod([1, 2], [3, 4]))
print(math.log(8, 2), math.log2(1024), math.log10(10**300), math.log(10**400), math.log1p(1e-10), math.exp(1), math.expm1(1e-10))
print(math.isclose(0.1 + 0.2, 0.3), math.isclose(1, 1.1, rel_tol=0.2), math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1))
print(math.gcd(), math.lcm(), math.degrees(math.pi), math.radians(180), math.fmod(-7, 3), math.remainder(7, 4))
print(math.nextafter(1.0, 2.0), math.ulp(1.0), math.cbrt(8), math.exp2(10), math.gamma(5), math.fma(2, 3, 4))
for f, args in [(math.sqrt, (-1,)), (math.log, (0,)), (math.acos, (2,)), (math.exp, (1000,)), (math.factorial, (-1,)),
                (math.sin, ("x",)), (math.pow, (0, -1)), (math.isqrt, (-1,)), (math.comb, (-1, 2)), (math.fmod, (1, 0)), (math.log1p, (-1,)), (math.sin, (math.inf,)), (math.gamma, (0,))]:
    print(f.__name__, error(f, *args))
