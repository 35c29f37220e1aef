# Operators, subscripts, comparisons and iteration that change their operand types after they were specialized.
LOOPS = 80
BIG = 1 << 70


def arithmetic():
    def ops(a, b):
        return a + b, a - b, a * b

    def more(a, b):
        return a // b, a % b, a / b

    def bits(a, b):
        return a & b, a | b, a ^ b, a << b, a >> b

    for i in range(1, LOOPS):
        assert ops(i, 2) == (i + 2, i - 2, i * 2)
        assert more(i, -7) == divmod(i, -7) + (i / -7,)
        assert bits(i, 3)[3] == i * 8
    edge = (1 << 61) - 1
    for _ in range(LOOPS):
        assert ops(edge, edge) == (2**62 - 2, 0, (2**61 - 1) ** 2)
        assert ops(BIG, 1) == (BIG + 1, BIG - 1, BIG)
        assert ops(1.5, 2) == (3.5, -0.5, 3.0)
        assert ops(2, 1.5) == (3.5, 0.5, 3.0)
        assert ops(1e300, 1e300) == (2e300, 0.0, float("inf"))
        assert more(7, 2) == (3, 1, 3.5) and more(-7, 2) == (-4, 1, -3.5)
        assert more(7.5, 2) == (3.0, 1.5, 3.75)
        assert more(BIG, 3) == (BIG // 3, BIG % 3, BIG / 3)
        assert bits(5, 100) == (4, 101, 97, 5 << 100, 0)
        assert bits(True, True) == (True, True, False, 2, 0)
    for f in (lambda: more(1, 0), lambda: more(1.0, 0), lambda: bits(1, -1), lambda: 1.0 / zero, lambda: 0.0**minus):
        for _ in range(3):
            try:
                f()
            except (ZeroDivisionError, ValueError) as error:
                text = "%s: %s" % (type(error).__name__, error)
        print(text)

    def power(a, b):
        return a**b

    for _ in range(LOOPS):
        assert power(2, 10) == 1024 and power(3, 50) == 3**50 and power(-2, 3) == -8 and power(2, 100) == 1 << 100
        assert power(2.0, 0.5) == 2.0**0.5 and power(2, -1) == 0.5 and power(-8.0, 2) == 64.0
        assert power(2.0, 3) == 8.0
    try:
        power(1e200, 2.0)
    except OverflowError as error:
        print("overflow")

    class Number:
        def __radd__(self, other):
            return "radd"

        def __rsub__(self, other):
            return "rsub"

        def __rmul__(self, other):
            return "rmul"

    for _ in range(LOOPS):
        assert ops(1, Number()) == ("radd", "rsub", "rmul")
    print("arithmetic")


zero, minus = 0, -1


def nan():
    nan = float("nan")

    def f(a, b):
        return a == b, a != b, a < b, a <= b

    for _ in range(LOOPS):
        assert f(1.0, 2.0) == (False, True, True, True)
        assert f(nan, nan) == (False, True, False, False)
        assert f(1, 2.0) == (False, True, True, True)
        assert f("a", "b") == (False, True, True, True)
        assert f("a", "a") == (True, False, False, True)
    print("nan")


def jumps():
    def f(a, b):
        out = []
        if a < b:
            out.append("<")
        if a == b:
            out.append("==")
        if not a >= b:
            out.append("not >=")
        while a != b:
            out.append("!=")
            break
        return " ".join(out)

    nan = float("nan")
    for _ in range(LOOPS):
        assert f(1, 2) == "< not >= !="
        assert f(2.5, 2.5) == "=="
        assert f("x", "x") == "=="
        assert f("y", "x") == "!="
        assert f(nan, 1.0) == "not >= !="
        assert f(BIG, BIG + 1) == "< not >= !="
    print("jumps")


def subscripts():
    def get(c, k):
        return c[k]

    def put(c, k, v):
        c[k] = v

    l, d, t, s = [1, 2, 3], {1: "a", "k": "b"}, (4, 5), "xyz"
    for _ in range(LOOPS):
        assert get(l, 1) == 2 and get(l, -1) == 3 and get(l, True) == 2
        assert get(d, "k") == "b" and get(d, 1) == "a"
        assert get(t, 0) == 4 and get(t, -1) == 5
        assert get(s, 2) == "z" and get(s, -3) == "x" and get("\u20ac", 0) == "\u20ac"
        assert get(l, slice(1)) == [1]
        put(l, 0, l[0])
        put(l, -1, l[-1])
        put(d, "new", 1)
        del d["new"]
    for c, k in ((l, 3), (l, -4), (t, 2), (s, 3), (d, "no"), (l, "x"), (5, 0)):
        for _ in range(3):
            try:
                get(c, k)
            except (LookupError, TypeError) as error:
                text = "%s: %s" % (type(error).__name__, error)
        print(text)
    for c, k in ((l, 3), (t, 0), (s, 0), (d, [])):
        for _ in range(3):
            try:
                put(c, k, 0)
            except (LookupError, TypeError) as error:
                text = "%s: %s" % (type(error).__name__, error)
        print(text)

    class L(list):
        def __getitem__(self, key):
            return "own"

    class D(dict):
        def __missing__(self, key):
            return "missing"

    for _ in range(LOOPS):
        assert get(L([1]), 0) == "own" and get(D(), 0) == "missing"
    print("subscripts")


def old_items_die():
    log = []

    class Noisy:
        def __del__(self):
            log.append(1)
            box.append(None)

    box = [None] * 3

    def put(v):
        box[1] = v

    for _ in range(LOOPS):
        put(Noisy())
    put(None)
    assert len(log) == LOOPS and len(box) == 3 + LOOPS
    print("old items die")


def iterate():
    def total(it):
        t = 0
        for x in it:
            t += x
        return t

    def gen(n):
        for i in range(n):
            yield i

    class It:
        def __init__(self):
            self.n = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.n += 1
            if self.n > 3:
                raise StopIteration
            return self.n

    for _ in range(LOOPS):
        assert total([1, 2, 3]) == 6
        assert total((1, 2, 3)) == 6
        assert total(range(4)) == 6
        assert total(range(BIG, BIG + 2)) == 2 * BIG + 1
        assert total(gen(4)) == 6
        assert total(It()) == 6
        assert total({1: 0, 2: 0}) == 3

    l = [1]
    for x in l:
        if len(l) < 50:
            l.append(x + 1)
    assert l == list(range(1, 51))

    def running():
        for x in g:
            yield x

    for _ in range(3):
        g = running()
        try:
            next(g)
        except ValueError as error:
            text = str(error)
    print(text)

    def failing(n):
        yield n
        raise KeyError(n)

    def outer(n):
        try:
            for x in failing(n):
                pass
        except KeyError as error:
            return error.args[0]

    for i in range(LOOPS):
        assert outer(i) == i

    def sub():
        got = yield 1
        got = yield got
        return got

    def delegate():
        return (yield from sub())

    for _ in range(LOOPS):
        d = delegate()
        assert next(d) == 1 and d.send(5) == 5
        try:
            d.send(7)
        except StopIteration as stop:
            assert stop.value == 7
    print("iterate")


def unpack():
    def two(s):
        a, b = s
        return a, b

    def three(s):
        a, b, c = s
        return a, b, c

    for _ in range(LOOPS):
        assert two((1, 2)) == (1, 2) and two([1, 2]) == (1, 2) and two("ab") == ("a", "b")
        assert three((1, 2, 3)) == (1, 2, 3) and three([1, 2, 3]) == (1, 2, 3)
        assert three(iter("abc")) == ("a", "b", "c")
    for s in ((1,), (1, 2, 3), [1], 5):
        for _ in range(3):
            try:
                two(s)
            except (ValueError, TypeError) as error:
                text = str(error)
        print(text)
    print("unpack")


def truth():
    class Always:
        pass

    class Len:
        def __init__(self, n):
            self.n = n

        def __len__(self):
            return self.n

    def t(x):
        return not x, bool(x and 1)

    for _ in range(LOOPS):
        for value, expected in ((1, True), (0, False), ("", False), ("a", True), ([], False), ([0], True)):
            assert t(value) == (not expected, expected)
        assert t(None) == (True, False) and t(Always()) == (False, True)
        assert t(Len(0)) == (True, False) and t(Len(2)) == (False, True) and t(0.0) == (True, False)
    a = Always()
    for _ in range(LOOPS):
        assert t(a)[1]
    Always.__bool__ = lambda self: False
    for _ in range(LOOPS):
        assert not t(a)[1]
    print("truth")


def contains():
    def c(k, s):
        return k in s, k not in s

    for _ in range(LOOPS):
        assert c(1, {1}) == (True, False) and c(2, frozenset({1})) == (False, True)
        assert c(1, {1: 0}) == (True, False) and c(1, [2]) == (False, True) and c("a", "abc") == (True, False)
    for s in ({1}, {1: 0}):
        for _ in range(3):
            try:
                c([], s)
            except TypeError as error:
                text = str(error)
        print(text)
    print("contains")


for test in (arithmetic, nan, jumps, subscripts, old_items_die, iterate, unpack, truth, contains):
    test()
# zeal: 20
