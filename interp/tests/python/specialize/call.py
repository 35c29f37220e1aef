# Calls whose target changes its code, defaults, class or arguments after they were specialized.
LOOPS = 80


def defaults():
    def f(a, b=2, c=3):
        return a, b, c

    def call1():
        return f(1)

    def call3():
        return f(1, 1, 1)

    for _ in range(LOOPS):
        assert call1() == (1, 2, 3) and call3() == (1, 1, 1)
    f.__defaults__ = (7, 8, 9)
    for _ in range(LOOPS):
        assert call1() == (1, 8, 9) and call3() == (1, 1, 1)
    f.__defaults__ = (1, 2, 3, 4, 5, 6)
    for _ in range(LOOPS):
        assert call1() == (1, 5, 6)
    f.__defaults__ = None
    try:
        call1()
    except TypeError as error:
        print(error)
    f.__code__ = (lambda a, *rest: (a, rest)).__code__
    for _ in range(LOOPS):
        assert call1() == (1, ()) and call3() == (1, (1, 1))
    print("defaults")


def init():
    class C:
        def __init__(self, a):
            self.a = a

    def make(*args):
        return C(*args)

    def make1():
        return C(1)

    for _ in range(LOOPS):
        assert make1().a == 1
    C.__init__.__code__ = (lambda self, a: setattr(self, "a", a + 10)).__code__
    for _ in range(LOOPS):
        assert make1().a == 11
    C.__init__ = lambda self, a, b=5: setattr(self, "a", b)
    for _ in range(LOOPS):
        assert make1().a == 5
    C.__init__ = lambda self, a: 42
    for _ in range(LOOPS):
        try:
            make1()
        except TypeError as error:
            text = str(error)
    print(text)
    C.__init__ = lambda self: None
    for _ in range(LOOPS):
        try:
            make1()
        except TypeError:
            pass
        else:
            raise AssertionError
    C.__init__ = lambda self, a: setattr(self, "a", a)
    C.__new__ = lambda cls, a: "something else"
    for _ in range(LOOPS):
        assert make1() == "something else"
    print("init")


def init_raises():
    log = []

    class C:
        def __init__(self, n):
            if n % 2:
                raise ValueError(n)
            self.n = n

        def __del__(self):
            log.append("died")

    count = 0
    for i in range(LOOPS):
        try:
            count += C(i).n
        except ValueError as error:
            count += error.args[0]
    assert count == sum(range(LOOPS)), count
    assert len(log) == LOOPS
    print("init raises")


def methods():
    class C:
        def m(self, a, b=1):
            return a + b

    def call(f, *args):
        return f(1)

    def direct(o):
        return o.m(1, 2), o.m(1)

    o = C()
    bound = o.m
    for _ in range(LOOPS):
        assert direct(o) == (3, 2)
        assert bound(1, 2) == 3 and bound(4) == 5
        assert call(o.m) == 2
    C.m.__defaults__ = (100,)
    for _ in range(LOOPS):
        assert direct(o) == (3, 101) and bound(4) == 104
    print("methods")


def natives():
    real_len = len

    def f(x):
        return len(x), isinstance(x, list), type(x), str(x)

    for _ in range(LOOPS):
        assert f([1]) == (1, True, list, "[1]")
        assert f((1, 2)) == (2, False, tuple, "(1, 2)")
        assert f("abc") == (3, False, str, "abc")
        assert f({}) == (0, False, dict, "{}")
    for _ in range(LOOPS):
        try:
            f(1)
        except TypeError as error:
            text = str(error)
    print(text)

    def put(l, v):
        return l.append(v)

    class Sub(list):
        def append(self, v):
            list.append(self, -v)

    l, s = [], Sub()
    for i in range(LOOPS):
        assert put(l, i) is None
    for i in range(LOOPS):
        put(s, i)
    assert l == list(range(LOOPS)) and s == [-i for i in range(LOOPS)]

    def misc(t, d):
        return t.upper(), t.startswith("a"), d.get("k"), d.get("z", 0), abs(-3), max(1, 2), int("7"), divmod(7, 2)

    for _ in range(LOOPS):
        assert misc("ab", {"k": 1}) == ("AB", True, 1, 0, 3, 2, 7, (3, 1))
    try:
        str.upper(1)
    except TypeError as error:
        print(error)
    for _ in range(LOOPS):
        try:
            len(1, 2)
        except TypeError as error:
            text = str(error)
    print(text)
    print("natives")


def recursion():
    def f(n):
        return f(n + 1)

    class C:
        def __init__(self):
            C()

        @property
        def p(self):
            return self.p

    def many(*args, **kwargs):
        return many(*args, **kwargs)

    def default(a, b=1):
        return default(a)

    for call in (lambda: f(0), C, many, lambda: default(0), lambda: object.__new__(C).p):
        for _ in range(3):
            try:
                call()
            except RecursionError:
                pass
            else:
                raise AssertionError
    print("recursion")


def keywords():
    def f(a, *, b=2, **rest):
        return a, b, rest

    def call(x):
        return f(a=x), f(x, b=5), f(x, z=1)

    for i in range(LOOPS):
        assert call(i) == ((i, 2, {}), (i, 5, {}), (i, 2, {"z": 1}))
    f.__kwdefaults__ = {"b": 3}
    for i in range(LOOPS):
        assert call(i) == ((i, 3, {}), (i, 5, {}), (i, 3, {"z": 1}))
    for _ in range(LOOPS):
        try:
            f(b=1)
        except TypeError as error:
            text = str(error)
    print(text)
    print("keywords")


for test in (defaults, init, init_raises, methods, natives, recursion, keywords):
    test()
# zeal: 20
