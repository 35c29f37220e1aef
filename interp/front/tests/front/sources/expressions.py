"""Expressions: operators, displays, calls, comprehensions."""

a = b = c = d = e = 1
numbers = (0, 1, 0x1F, 0o17, 0b11, 1_000, 18446744073709551616, 1.5, 1e300, 1e-400, 0.0, 2j, 1.25J)
texts = ("", "a" "b", u"c", 'd' u"e", r"\d", "\x41\u0394\U0001F600\N{GREEK SMALL LETTER ALPHA}\101", "\ud800", """x
y""", "line \
joined")
binary = (b"", b"a" b"b", rb"\d", b"\x00\xff\n\101", Rb'\'')
singles = (None, True, False, ..., Ellipsis)
arithmetic = a + b - c * d / e // a % b ** c @ d
bits = a << b >> c & d | e ^ a
unary = (-a, +b, ~c, not d, - -a, not not b, -1, -1.5, -2j)
power = (-a ** -b, 2 ** -1, (a, b) * 3, "ab" * 4, 3 * (1, 2))
logic = a and b or c and (d or e) or not a and b
chained = a < b <= c != d is e is not a in (b,) not in [c]
choice = a if b else c if d else e
walrus = (n := a + (m := b), n, m)
folded = 1 + 2 * 3 - 4 // 2 ** 2, "x" + "y", (1, 2) + (3,), 1 << 10, ~5, not 1, 7 % 4, "abc"[1], (1, 2, 3)[0], -(-3)
small = a in [1, 2, 3], b in {1, 2, 3}, c not in (1, 2), d in {1, b}
large = a in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]
displays = [], [a], [a, b, c], [1, 2, 3], (), (a,), (a, b), {a}, {1, 2, 3}, {}, {a: b}, {"x": 1, "y": 2}
starred = [*a, b, *c], (*a, *b), {*a, b}, {**a, "k": b, **c}
sliced = a[1], a[1:2], a[::], a[::2], a[1:2, ::3], a[...], a[b:], a[:-1], a[*b], a[*b, c], a[b,]
chain = a.b.c[d](e).f(*a, **b)(x=1, y=2)[0].g
calls = a(), a(b), a(b, c=d), a(*b), a(**c), a(b, *c, d, k=e, **a), a(x for x in b), a((x for x in b), c), a(b, *c, *d, e=1, **a, f=2)
methods = a.m(), a.m(b), a.m(b, k=c), a.m(*b), super().m, a.m(x for x in b), "s".join(a), [].append(b)
parenthesized = (((a))), ((a) + (b)) * (c), (a)(b), (a).b, (a)[b], ((a, b)), ((yieldless := 3))
lambdas = (
    lambda: 1, lambda x: x, lambda x, /, y=1, *z, k, l=2, **kw: (x, y, z, k, l, kw), lambda *, k: k, lambda *a: a,
    lambda x: lambda y: x + y,
)
comprehensions = (
    [x for x in a], {x for x in a}, {x: y for x, y in a}, (x for x in a),
    [x for x in a if x if x > 1 for y in x if y], [[y for y in x] for x in a], [(x, y) for x in a for y in b],
    [x for (x, *y) in a], [x.y for x.y in a], [lambda: x for x in a], {k: {v for v in w} for k, w in a},
)
wide = (
    a
    + b
    - (c
       * d)
)
print(a, b, sep="", end="")
assert a, "message"
assert (a, b)[0]
