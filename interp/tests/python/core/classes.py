class A:
    x = 1
    def __init__(self, v): self.v = v
    def __repr__(self): return f"A({self.v!r})"
    def __add__(self, o): return A(self.v + (o.v if isinstance(o, A) else o))
    def __radd__(self, o): return A(o + self.v)
    def __eq__(self, o): return isinstance(o, A) and o.v == self.v
    def __lt__(self, o): return self.v < o.v
    def __len__(self): return 3
    def __getitem__(self, i):
        if i > 2: raise IndexError(i)
        return i * 10
    def __contains__(self, y): return y == 5
    def __call__(self, *a, **k): return (a, k)
    def __bool__(self): return False
a = A(4)
print(a, a + 1, 1 + a, a == A(4), a != A(4), a < A(5), A(5) > a, len(a), list(a), 5 in a, a(1, b=2), bool(a))
try: hash(a)
except TypeError as e: print(e)
print(A.__hash__)
class B(A):
    def __radd__(self, o): return "B.radd"
print(A(1) + B(2), B(2) + 1)
class M(type):
    def __new__(m, n, b, ns, **kw):
        print("M.new", n, kw)
        return super().__new__(m, n, b, ns)
    def __init__(c, n, b, ns, **kw):
        super().__init__(n, b, ns)
    def __call__(c, *a):
        print("M.call", a)
        return super().__call__(*a)
    @classmethod
    def __prepare__(m, n, b, **kw):
        print("prepare", n, kw)
        return {}
class C(metaclass=M, flag=1):
    def __init__(self, *a): print("init", a)
C(1, 2)
class D:
    def __init_subclass__(cls, **kw): print("sub", cls.__name__, kw)
    def __class_getitem__(cls, i): return (cls.__name__, i)
class E(D, tag=3): pass
print(D[4], E[int])
class Desc:
    def __set_name__(self, o, n): self.n = n; print("set_name", o.__name__, n)
    def __get__(self, i, o): return (self.n, i is None, o.__name__)
    def __set__(self, i, v): print("set", v)
    def __delete__(self, i): print("del")
class F:
    d = Desc()
f = F()
print(F.d, f.d); f.d = 3; del f.d
class P:
    @property
    def x(self): "docx"; return self._x
    @x.setter
    def x(self, v): self._x = v
    @x.deleter
    def x(self): del self._x
p = P(); p.x = 4; print(p.x); del p.x
try: p.x
except AttributeError as e: print(e)
print(P.x.__doc__, P.x.fget.__name__, P.x.__name__)
class Q:
    @property
    def y(self): return 1
try: Q().y = 2
except AttributeError as e: print(e)
try: del Q().y
except AttributeError as e: print(e)
class R:
    @staticmethod
    def s(a): return a
    @classmethod
    def c(cls): return cls
print(R.s(3), R().s(4), R.c(), R().c())
print(R.__dict__['s'].__name__, R.__dict__['c'].__func__.__name__)
class S0:
    def f(self): return ["S0"]
class S1(S0):
    def f(self): return ["S1"] + super().f()
class S2(S0):
    def f(self): return ["S2"] + super().f()
class S3(S1, S2):
    def f(self): return ["S3"] + super().f()
print(S3().f(), [c.__name__ for c in S3.__mro__])
print(super(S1, S3()).f())
class G:
    def __getattr__(self, n): return "ga:" + n
    def __getattribute__(self, n):
        if n == "z": return "gz"
        return super().__getattribute__(n)
print(G().q, G().z)
class Sl:
    __slots__ = ("a", "b")
s = Sl(); s.a = 1
print(s.a, Sl.a)
try: s.b
except AttributeError as e: print(e)
try: s.c = 1
except AttributeError as e: print(e)
del s.a
try: del s.a
except AttributeError as e: print(e)
try:
    class X(int):
        __slots__ = ("q",)
except TypeError as e: print(e)
try:
    class X(bool): pass
except TypeError as e: print(e)
try:
    class X(S0, S3): pass
except TypeError as e: print(e)
try:
    class X(int, str): pass
except TypeError as e: print(e)
T = type("T", (A,), {"k": 1})
print(T.k, type("T", (), {}).__module__)
print(int.__add__(1, 2), int.__add__, str.join, [].append.__name__, type(int.__add__), type((1).__add__), type(str.join), type(dict.__dict__['fromkeys']))
print(object.__reduce__, type.__call__, type.__dict__['__name__'], Sl.__dict__['a'])
A.__len__ = lambda s: 9
print(len(a)); del A.__len__
try: len(a)
except TypeError as e: print(e)
class Del:
    def __del__(self): print("deleted")
x = Del(); del x
class It:
    __iter__ = None
try: iter(It())
except TypeError as e: print(e)
print(isinstance(3, int | str), int | None, list[int], dict[str, int | None], list[int] == list[int])
print(A.__name__, A.__qualname__, A.__module__, A.__bases__, A.__base__, A.__doc__, A.__subclasses__())
