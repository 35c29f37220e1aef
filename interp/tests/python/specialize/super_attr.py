# `super()` whose meaning changes after it was specialized: MRO, methods, receivers, the name `super` itself.
LOOPS = 80


def methods():
    class A:
        def f(self):
            return "A.f"

        def g(self, x, y=2):
            return "A.g", x, y

    class B(A):
        def f(self):
            return "B.f " + super().f()

        def g(self, x):
            return super().g(x)

        def two(self):
            return super(B, self).f()

    class C(B):
        pass

    b, c = B(), C()
    for _ in range(LOOPS):
        assert b.f() == "B.f A.f" and b.g(1) == ("A.g", 1, 2) and b.two() == "A.f"
    for _ in range(LOOPS):
        assert c.f() == "B.f A.f" and c.two() == "A.f"
    A.f = lambda self: "new"
    for _ in range(LOOPS):
        assert b.f() == "B.f new" and c.f() == "B.f new" and b.two() == "new"
    A.f = staticmethod(lambda: "static")
    for _ in range(LOOPS):
        assert b.f() == "B.f static" and c.two() == "static"
    A.f = classmethod(lambda cls: cls.__name__)
    for _ in range(LOOPS):
        assert b.f() == "B.f B" and c.f() == "B.f C"
    del A.f
    try:
        b.f()
    except AttributeError as error:
        print(error)
    # An instance attribute of the same name does not count.
    A.f = lambda self: "again"
    b.f_ = b.f
    b.__dict__["f"] = None
    for _ in range(LOOPS):
        assert B.f(b) == "B.f again"
    print("methods")


def bases():
    class One:
        def f(self):
            return 1

    class Two:
        def f(self):
            return 2

    class D(One):
        def f(self):
            return super().f()

    d = D()
    for _ in range(LOOPS):
        assert d.f() == 1
    D.__bases__ = (Two,)
    for _ in range(LOOPS):
        assert d.f() == 2

    class E(D, One):
        pass

    e = E()
    for _ in range(LOOPS):
        assert e.f() == 2 and d.f() == 2

    class Other(One):
        pass

    for _ in range(3):
        try:
            D.f(Other())
        except TypeError as error:
            text = str(error)
    print(text)


def attributes():
    class A:
        x = 1

        @property
        def p(self):
            return self.n * 2

        def f(self):
            return self.n

    class B(A):
        x = 2

        def __init__(self):
            self.n = 5

        def get(self):
            return super().x

        def prop(self):
            return super().p

        def bound(self):
            return super().f

        def dunder(self):
            return super().__class__

        def missing(self):
            return super().nothing

    b = B()
    for _ in range(LOOPS):
        assert b.get() == 1 and b.prop() == 10 and b.bound()() == 5
        assert b.dunder() is super
    b.n = 6
    A.x = 3
    for _ in range(LOOPS):
        assert b.get() == 3 and b.prop() == 12 and b.bound()() == 6
    A.p = 7
    A.f = 8
    for _ in range(LOOPS):
        assert b.prop() == 7 and b.bound() == 8

    class Descriptor:
        def __get__(self, instance, owner):
            return instance is b, owner.__name__

    A.x = Descriptor()
    for _ in range(LOOPS):
        assert b.get() == (True, "B")
    for _ in range(LOOPS):
        try:
            b.missing()
        except AttributeError as error:
            text = str(error)
    print(text)


def types():
    class A:
        def __new__(cls, *args):
            self = super().__new__(cls)
            self.args = args
            return self

        @classmethod
        def make(cls):
            return cls.__name__

    class B(A):
        def __new__(cls, n):
            return super().__new__(cls, n, n)

        @classmethod
        def make(cls):
            return "B:" + super().make()

    class C(B):
        pass

    for _ in range(LOOPS):
        assert B(3).args == (3, 3) and C(4).args == (4, 4)
        assert B.make() == "B:B"
    for _ in range(LOOPS):
        assert C.make() == "B:C"
    A.make = classmethod(lambda cls: "changed")
    for _ in range(LOOPS):
        assert B.make() == "B:changed" and C.make() == "B:changed"

    class Meta(type):
        def __call__(cls, *args):
            return "made", super().__call__(*args)

        def f(cls):
            return super().mro()

    class D(metaclass=Meta):
        pass

    class SubMeta(Meta):
        pass

    class E(D, metaclass=SubMeta):
        pass

    for _ in range(LOOPS):
        made, d = D()
        assert made == "made" and type(d) is D and E()[0] == "made"
        assert D.f() == [D, object] and E.f() == [E, D, object]
    print("types")


def shadowed():
    class A:
        def f(self):
            return "A"

    namespace = {"A": A, "super": super}
    exec(
        "class B(A):\n"
        "    def f(self):\n"
        "        return super().f()\n"
        "    def g(self):\n"
        "        return super(B, self).f()\n",
        namespace,
    )
    b = namespace["B"]()
    for _ in range(LOOPS):
        assert b.f() == "A" and b.g() == "A"

    class Fake:
        def __init__(self, *args):
            self.args = args

        def f(self):
            return "fake", len(self.args)

    namespace["super"] = Fake
    for _ in range(LOOPS):
        assert b.f() == ("fake", 0) and b.g() == ("fake", 2)
    namespace["super"] = super
    for _ in range(LOOPS):
        assert b.f() == "A" and b.g() == "A"
    print("shadowed")


methods()
bases()
attributes()
types()
shadowed()
