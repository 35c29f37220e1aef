# Classes change while other threads call through specialized sites.
import gc
from _storm import storm
N = 300
bad = []

# a method is replaced: every call runs one of the versions, the last one stays
class C:
    def m(self):
        return ("m", 0)
    k = ("k", 0)
o = C()
def replaces(me):
    for i in range(N):
        C.m = lambda self, i=i: ("m", i)
        C.k = ("k", i)
def calls(me):
    for i in range(N):
        if o.m()[0] != "m" or C.m(o)[0] != "m":
            bad.append("m")
        if o.k[0] != "k" or C.k[0] != "k":
            bad.append("k")
storm(replaces, calls, calls, calls)
print(bad, o.m(), o.k)

# two writers at once
storm(replaces, replaces, calls, calls)
print(bad, o.m(), o.k)

# a method hidden by an instance attribute, and shown again
def hides(me):
    for i in range(N):
        o.m = lambda: ("m", "own")
        try:
            del o.m
        except AttributeError:
            pass
storm(hides, hides, calls, calls)
print(bad, o.m())

# special methods appear and go
class L:
    def __len__(self): return 3
    def __call__(self, x): return ("call", x)
    def __eq__(self, other): return True
    __hash__ = None
    def __getitem__(self, i): return ("item", i)
    def __bool__(self): return True
l = L()
def specials(me):
    for i in range(N // 3):
        L.__len__ = lambda self: 4
        del L.__bool__
        L.__call__ = lambda self, x: ("call", x)
        L.__getitem__ = lambda self, i: ("item", i)
        L.__eq__ = lambda self, other: True
        L.__bool__ = lambda self: True
        L.__add__ = lambda self, other: ("add", other)
        L.__iter__ = lambda self: iter((1, 2))
        del L.__iter__, L.__add__
def uses(me):
    for i in range(N // 3):
        if len(l) not in (3, 4) or not l or l(i) != ("call", i) or l[i] != ("item", i) or not l == i:
            bad.append("special")
        try:
            if l + i != ("add", i):
                bad.append("add")
        except TypeError:
            pass
storm(specials, uses, uses, uses)
print(bad, len(l), hasattr(L, "__add__"), hasattr(L, "__iter__"))

# __class__ is assigned between classes of one layout
class A:
    def __init__(self): self.name = "x"
    def who(self): return ("A", self.name)
    tag = "A"
class B:
    def __init__(self): self.name = "x"
    def who(self): return ("B", self.name)
    tag = "B"
    def only(self): return "B"
shared = A()
def turns(me):
    for i in range(N):
        shared.__class__ = B
        shared.__class__ = A
def asks(me):
    for i in range(N):
        kind, name = shared.who()
        if kind not in "AB" or name != "x" or shared.tag not in ("A", "B"):
            bad.append(kind)
        try:
            if shared.only() != "B":
                bad.append("only")
        except AttributeError:
            pass
        shared.name = "x"
        if type(shared) not in (A, B) or not isinstance(shared, object):
            bad.append(type(shared))
storm(turns, asks, asks, asks)
print(bad, shared.who(), type(shared) is A, shared.__dict__)
storm(turns, turns, asks, asks)
print(bad, shared.who(), type(shared) is A)

# classes are made, given to an instance, and dropped
def fresh(me):
    for i in range(N // 6):
        class T:
            def who(self): return ("T", self.name)
            tag = "A"
        shared.__class__ = T
        if i % 10 == 0:
            gc.collect()
        shared.__class__ = A
def asks_fresh(me):
    for i in range(N):
        if shared.who()[1] != "x" or shared.tag not in "AB":
            bad.append("fresh")
storm(fresh, asks_fresh, asks_fresh, asks_fresh)
print(bad, shared.who())

# bases change under instances of a subclass
class X:
    def which(self): return "X"
    def same(self): return "same"
class Y:
    def which(self): return "Y"
    def same(self): return "same"
class Base(X): pass
class Derived(Base):
    def which(self): return "D" + super().which()
d = Derived()
def rebases(me):
    for i in range(N // 3):
        Base.__bases__ = (Y,)
        Base.__bases__ = (X, Y)
        Base.__bases__ = (X,)
def dispatches(me):
    for i in range(N):
        if d.which() not in ("DX", "DY") or d.same() != "same" or not isinstance(d, Base):
            bad.append(d.which())
        if Derived.__mro__[-1] is not object or Derived.__mro__[:2] != (Derived, Base):
            bad.append(Derived.__mro__)
storm(rebases, dispatches, dispatches, dispatches)
print(bad, d.which(), [c.__name__ for c in Derived.__mro__])
storm(rebases, rebases, dispatches, dispatches)
print(bad, d.which(), [c.__name__ for c in Derived.__mro__], X.__subclasses__() == [Base], Y.__subclasses__())

# subclasses come and go
def breeds(me):
    for i in range(N // 10):
        Sub = type("Sub", (X,), {"which": lambda self: "Sub"})
        if Sub().which() != "Sub" or Sub().same() != "same":
            bad.append("Sub")
def counts(me):
    for i in range(N // 10):
        for sub in X.__subclasses__():
            if sub.__name__ not in ("Sub", "Base"):
                bad.append(sub)
        X.extra = i
        if me == 3 and i % 5 == 0:
            gc.collect()
storm(breeds, breeds, counts, counts)
gc.collect()
print(bad, X.__subclasses__() == [Base])

# a metaclass's attributes, and calls of classes whose __init__ changes
class Meta(type):
    def helper(cls): return "helper"
class M(metaclass=Meta):
    def __init__(self, x): self.x = ("x", x)
def inits(me):
    for i in range(N):
        M.__init__ = lambda self, x: setattr(self, "x", ("x", x))
        Meta.helper = lambda cls: "helper"
def makes(me):
    for i in range(N):
        if M(i).x != ("x", i) or M.helper() != "helper":
            bad.append("M")
storm(inits, makes, makes, makes)
print(bad)

# code, defaults and closures of a function change under its callers
def f(a, b=("b", 0)):
    return a, b[0]
def g(a, b=("b", 1)):
    return a, b[0]
codes = [f.__code__, g.__code__]
def recodes(me):
    for i in range(N):
        f.__code__ = codes[i % 2]
        f.__defaults__ = (("b", [i]),)
        f.__code__ = compile("def h(a, b): return a, b[0]", "h", "exec").co_consts[0] if i % 50 == 0 else codes[0]
        if i % 50 == 0:
            gc.collect()
def runs(me):
    for i in range(N):
        if f(i) != (i, "b") or f(i, "bc") != (i, "b"):
            bad.append("f")
storm(recodes, runs, runs, runs)
print(bad)
# zeal: 50
