# Bound methods, keywords and types as callables that change after they were specialized.
LOOPS = 80


def bound_methods():
    class C:
        def f(self, a, b=2, *, c=3):
            return self.n, a, b, c

        def g(self, a, b=2):
            return self.n, a, b

        def h(self, *args, **kwargs):
            return self.n, args, kwargs

    def call(f):
        return f(1)

    def keywords(f):
        return f(1, b=5)

    one, two = C(), C()
    one.n, two.n = 1, 2
    f, g, h = one.f, one.g, two.h
    for _ in range(LOOPS):
        assert call(f) == (1, 1, 2, 3) and keywords(f) == (1, 1, 5, 3)
    for _ in range(LOOPS):
        assert call(g) == (1, 1, 2) and keywords(g) == (1, 1, 5)
    for _ in range(LOOPS):
        assert call(h) == (2, (1,), {}) and keywords(h) == (2, (1,), {"b": 5})
    C.g.__defaults__ = (9,)
    for _ in range(LOOPS):
        assert call(g) == (1, 1, 9) and call(two.g) == (2, 1, 9)
    C.g.__defaults__ = None
    for _ in range(3):
        try:
            call(g)
        except TypeError as error:
            text = str(error)
    print(text)
    C.g.__code__ = (lambda self, a, b=1: "code").__code__
    C.g.__defaults__ = (1,)
    for _ in range(LOOPS):
        assert call(g) == "code" and keywords(g) == "code"
    try:
        (lambda f: f(1, z=1))(f)
    except TypeError as error:
        print(error)
    for _ in range(LOOPS):
        assert call(str) == "1" and call([].append) is None and call(lambda a, b=7: (a, b)) == (1, 7)
    for _ in range(LOOPS):
        assert keywords(dict.fromkeys if False else lambda a, b: (b, a)) == (5, 1)


def keyword_calls():
    def call(f):
        return f(1, b=2)

    def function(a, b):
        return a, b

    def variadic(*args, **kwargs):
        return args, kwargs

    class Callable:
        def __call__(self, a, b):
            return "called", a, b

    class Made:
        def __init__(self, a, b):
            self.ab = a, b

    for _ in range(LOOPS):
        assert call(function) == (1, 2)
    for _ in range(LOOPS):
        assert call(variadic) == ((1,), {"b": 2})
    for _ in range(LOOPS):
        assert call(Callable()) == ("called", 1, 2) and call(Made).ab == (1, 2)
    for _ in range(LOOPS):
        assert sorted([3, 1, 2], reverse=True) == [3, 2, 1] and int("11", base=2) == 3
        assert dict(a=1, b=2) == {"a": 1, "b": 2} and max([1, 2], key=lambda x: -x) == 1
    function.__code__ = (lambda b, a: (a, b)).__code__
    for _ in range(3):
        try:
            call(function)
        except TypeError as error:
            text = str(error)
    print(text)
    for wrong in 5, int:
        try:
            call(wrong)
        except TypeError as error:
            print(error)


def types():
    def call(t, x):
        return t(x)

    items = (1, 2)
    for _ in range(LOOPS):
        assert tuple(items) is items and tuple([1, 2]) == items and tuple(range(2)) == (0, 1)
        assert str(5) == "5" and type(5) is int and str("s") == "s"
    for t, x, y in (tuple, [1], (1,)), (str, 1, "1"), (type, 1, int), (list, (1,), [1]), (int, "7", 7), (set, [1], {1}):
        for _ in range(LOOPS):
            assert call(t, x) == y

    class T(tuple):
        pass

    for _ in range(LOOPS):
        assert type(tuple(T((1, 2)))) is tuple and type(call(T, [1])) is T
    for t in tuple, str, type:
        for _ in range(3):
            try:
                call(t, *[]) if False else call(tuple, 5)
            except TypeError as error:
                text = str(error)
    print(text)

    class Meta(type):
        def __call__(cls, x):
            return "meta", x

    class M(metaclass=Meta):
        pass

    for _ in range(LOOPS):
        assert call(M, 3) == ("meta", 3)


def deep():
    class C:
        def f(self, n, step=1):
            f = self.f
            return 0 if n == 0 else f(n - step) + 1

        def k(self, n, *, step):
            k = self.k
            return 0 if n == 0 else k(n - step, step=step) + 1

        def forever(self, x=0):
            f = self.forever
            return f()

    c = C()
    assert c.f(500) == 500 and c.k(500, step=1) == 500
    try:
        c.forever()
    except RecursionError as error:
        print(error)


bound_methods()
keyword_calls()
types()
deep()
# zeal: 3
