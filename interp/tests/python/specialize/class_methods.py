# Class methods called on their class, at sites that run hot; then everything that may change changes.
import gc


class A:
    @classmethod
    def name(cls, n=0):
        return (cls.__name__, n)

    @classmethod
    def other(cls):
        return "other"


class B(A):
    pass


class Meta(type):
    pass


class C(metaclass=Meta):
    @classmethod
    def name(cls, n=0):
        return ("meta", cls.__name__, n)


def on_a(n):
    return A.name(n), A.name()


def on(c, n):
    return c.name(n)


for i in range(200):
    on_a(i)
print(on_a(1))
print([on(c, 1) for _ in range(100) for c in (A, B, C)][-3:])

# Replaced in the class, in the base, and by something else.
A.name = classmethod(lambda cls, n=5: ("lambda", cls.__name__, n))
print(on_a(2), on(B, 2))
B.name = staticmethod(lambda n: ("static", n))
print(on(B, 3), on(A, 3))
A.name = lambda n=0: ("plain", n)
print(on_a(4))
del B.name
print(on(B, 5))

# Made anew in place.
D = type("D", (), {})
wrapped = classmethod(lambda cls: "first")
D.get = wrapped
call = lambda: D.get()
for i in range(200):
    call()
print(call())
wrapped.__init__(lambda cls: ("second", cls.__name__))
gc.collect()
print(call())

getter = property(lambda self: "first")
D.value = getter
instance = D()
read = lambda: instance.value
for i in range(200):
    read()
print(read())
# CPython 3.14 keeps the old getter at a hot site, without a reference: this may crash there.
getter.__init__(lambda self: "second")
gc.collect()
print(read())

# Not called.
method = None
for i in range(100):
    method = B.other
print(method(), method.__self__ is B)
# zeal: 2
