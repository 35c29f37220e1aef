# Attributes in an instance's own dictionary, and types with `__getattribute__` or `__getattr__`.
LOOPS = 80


def own_dict():
    class E(Exception):
        pass

    def get(e):
        return e.code

    def put(e, value):
        e.code = value

    e = E()
    e.first = 0
    e.code = 1
    for n in range(LOOPS):
        put(e, n)
        assert get(e) == n
    # Another place in another dictionary, then none.
    other = E()
    other.code = "other"
    for n in range(LOOPS):
        put(other, n)
        assert get(other) == n and get(e) == LOOPS - 1
    del e.code
    for _ in range(3):
        try:
            get(e)
        except AttributeError as error:
            text = str(error)
    print(text)
    put(e, 5)
    assert list(e.__dict__) == ["first", "code"] and get(e) == 5
    # A descriptor of the class takes over, and goes.
    E.code = property(lambda self: "property", lambda self, value: None)
    for _ in range(LOOPS):
        put(e, 9)
        assert get(e) == "property"
    del E.code
    for _ in range(LOOPS):
        assert get(e) == 5
    put(e, 6)
    assert get(e) == 6
    # The whole dictionary replaced, also by one of another kind.
    e.__dict__ = {"code": 7}
    for _ in range(LOOPS):
        assert get(e) == 7

    class D(dict):
        def __getitem__(self, key):
            return "never asked"

    e.__dict__ = D(code=8)
    for _ in range(LOOPS):
        assert get(e) == 8
    put(e, 9)
    assert get(e) == 9 and type(e.__dict__) is D

    class Closing:
        def __del__(self):
            log.append("closed")

    log = []
    e.__dict__ = {}
    for n in range(LOOPS):
        put(e, Closing())
    put(e, None)
    print(len(log))


def many_names():
    class C:
        pass

    c = C()
    for n in range(60):
        setattr(c, f"a{n}", n)

    def get(c):
        return c.a45

    def put(c, value):
        c.a45 = value

    for n in range(LOOPS):
        put(c, n)
        assert get(c) == n
    del c.a45
    try:
        get(c)
    except AttributeError as error:
        print(error)


def replaced_lookup():
    class C:
        def __init__(self):
            self.n = 1

        def __getattribute__(self, name):
            return "got " + name

    def get(c):
        return c.n

    c = C()
    for _ in range(LOOPS):
        assert get(c) == "got n"
    C.__getattribute__ = lambda self, name: "new " + name
    for _ in range(LOOPS):
        assert get(c) == "new n"

    def fails(self, name):
        raise AttributeError("no " + name)

    C.__getattribute__ = fails
    for _ in range(3):
        try:
            get(c)
        except AttributeError as error:
            text = str(error)
    print(text)
    C.__getattr__ = lambda self, name: "fallback " + name
    for _ in range(LOOPS):
        assert get(c) == "fallback n"
    del C.__getattribute__
    for _ in range(LOOPS):
        assert get(c) == 1
    del c.n
    for _ in range(LOOPS):
        assert get(c) == "fallback n"
    C.n = property(lambda self: self.m)
    for _ in range(LOOPS):
        assert get(c) == "fallback m"
    print("replaced lookup")


def deep():
    class C:
        def __getattribute__(self, name):
            return self.other

    def get(c):
        return c.n

    try:
        get(C())
    except RecursionError:
        print("RecursionError")


own_dict()
many_names()
replaced_lookup()
deep()
