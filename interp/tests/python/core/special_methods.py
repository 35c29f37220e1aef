# slots, layouts, metaclasses
class A: __slots__ = ("x",)
class B(A): __slots__ = ("y", "__dict__")
class C(B): pass
c = C(); c.x = 1; c.y = 2; c.z = 3
print(c.x, c.y, c.z, c.__dict__, C.__dict__.get("__dict__"), B.__dict__["__dict__"])
class D: __slots__ = ("p",)
try:
    class E(A, D): pass
except TypeError as e: print(e)
for bad in [("1x",), (3,), ("__dict__", "__dict__"), "__weakref__ ".strip()]:
    try:
        T = type("T", (), {"__slots__": bad}); print("ok", T.__slots__)
    except TypeError as e: print(e)
try: type("T", (), {"__slots__": ("a",), "a": 1})
except ValueError as e: print(e)
class Priv: __slots__ = ("__q",)
print(Priv._Priv__q)
try: Priv.x = Priv(); Priv().zz = 1
except AttributeError as e: print(e)
A.x.__set__(c, 9); print(A.x.__get__(c), A.x.__name__, A.x.__objclass__)
try: A.x.__get__(3)
except TypeError as e: print(e)
class M1(type): pass
class M2(type): pass
class X1(metaclass=M1): pass
class X2(metaclass=M2): pass
try:
    class X3(X1, X2): pass
except TypeError as e: print(e)
class MM(M1, M2): pass
class X3(X1, X2, metaclass=MM): pass
print(type(X3), X3.__mro__)
class MetaAttr(type):
    @property
    def p(cls): return "meta " + cls.__name__
    def m(cls): return cls
    z = 5
    def __getattr__(cls, n): return "mga " + n
    def __len__(cls): return 42
    def __getitem__(cls, i): return i
    def __iter__(cls): return iter([1, 2])
    def __contains__(cls, x): return True
    def __instancecheck__(cls, o): return o == 1
    def __subclasscheck__(cls, o): return o is int
    def __repr__(cls): return "R" + cls.__name__
class U(metaclass=MetaAttr): pass
print(U.p, U.m(), U.z, U.nope, len(U), U[3], list(U), 3 in U, isinstance(1, U), isinstance(U(), U), isinstance(2, U), issubclass(int, U), U)
# mro override
class MyMro(type):
    def mro(cls): return type.mro(cls)[::1]
class Y(metaclass=MyMro): pass
print(Y.__mro__)
# bases
class P1:
    def f(self): return 1
class P2:
    def f(self): return 2
class Q(P1): pass
q = Q(); print(q.f()); Q.__bases__ = (P2,); print(q.f(), Q.__bases__, Q.__mro__, P1.__subclasses__(), P2.__subclasses__())
try: Q.__bases__ = ()
except TypeError as e: print(e)
try: Q.__bases__ = (Q,)
except TypeError as e: print(e)
try: Q.__bases__ = 3
except TypeError as e: print(e)
Q.__name__ = "QQ"; print(Q, Q.__name__, Q.__qualname__)
try: Q.__name__ = 3
except TypeError as e: print(e)
Q.__qualname__ = "a.b"; print(Q)
Q.__module__ = "mod"; print(Q)
Q.__doc__ = "D"; print(Q.__doc__)
try: del Q.__name__
except TypeError as e: print(e)
# binary methods
class N:
    def __init__(s, v): s.v = v
    def __sub__(s, o): return "sub" if isinstance(o, N) else NotImplemented
    def __rsub__(s, o): return "rsub"
    def __iadd__(s, o): s.v += o; return s
    def __pow__(s, e, m=None): return ("pow", e, m)
    def __rpow__(s, e, m=None): return ("rpow", e, m)
    def __matmul__(s, o): return "mm"
    def __neg__(s): return "neg"
    def __pos__(s): return "pos"
    def __abs__(s): return "abs"
    def __invert__(s): return "inv"
    def __int__(s): return 7
    def __float__(s): return 7.5
    def __index__(s): return 2
    def __divmod__(s, o): return "dm"
    def __round__(s, n=None): return ("round", n)
    def __hash__(s): return -1
n = N(1)
print(n - n, 3 - n, n ** 2, 2 ** n, pow(n, 2, 3), n @ n, -n, +n, abs(n), ~n, int(n), float(n), [1,2,3][n], hash(n), divmod(n, 1), round(n), round(n, 2))
n += 5; print(n.v)
try: n - 3
except TypeError as e: print(e)
try: n * 2
except TypeError as e: print(e)
try: n < n
except TypeError as e: print(e)
class Sub(N):
    def __rsub__(s, o): return "Sub.rsub"
print(N(1) - Sub(2), Sub(1) - N(1))
class BadLen:
    def __len__(s): return -1
try: len(BadLen())
except ValueError as e: print(e)
class BadBool:
    def __bool__(s): return 3
try: bool(BadBool())
except TypeError as e: print(e)
class BadStr:
    def __str__(s): return 3
    def __repr__(s): return 4
try: str(BadStr())
except TypeError as e: print(e)
try: repr(BadStr())
except TypeError as e: print(e)
class BadHash:
    def __hash__(s): return "x"
try: hash(BadHash())
except TypeError as e: print(e)
class BadInit:
    def __init__(s): return 3
try: BadInit()
except TypeError as e: print(e)
class NoHash:
    def __eq__(s, o): return True
try: {NoHash()}
except TypeError as e: print(e)
class IterX:
    def __iter__(s): return 3
try: iter(IterX())
except TypeError as e: print(e)
class Nx:
    def __init__(s): s.i = 0
    def __iter__(s): return s
    def __next__(s):
        s.i += 1
        if s.i > 3: raise StopIteration(99)
        return s.i
print(list(Nx()), sum(Nx()), max(Nx()))
def yf():
    r = yield from Nx()
    print("r", r)
print(list(yf()))
class Ctx:
    def __enter__(s): return 5
    def __exit__(s, t, v, tb): print(t, v); return True
with Ctx() as x: raise ValueError("in")
print(x)
class SetItem:
    def __setitem__(s, k, v): print("set", k, v)
    def __delitem__(s, k): print("del", k)
    def __missing__(s, k): return k
si = SetItem(); si[1] = 2; del si[1:2]
class SA:
    def __setattr__(s, n, v): print("sa", n, v); object.__setattr__(s, n, v)
    def __delattr__(s, n): print("da", n); object.__delattr__(s, n)
sa = SA(); sa.q = 1; del sa.q
try: del sa.q
except AttributeError as e: print(e)
class Fmt:
    def __format__(s, f): return "F" + f
print(f"{Fmt():xyz}", format(Fmt(), "q"))
class D2(dict):
    def __missing__(s, k): return "miss" + k
print(D2()["a"], D2(a=1)["a"])
class L2(list):
    def append(s, x): list.append(s, x * 2)
l = L2([1]); l.append(3); print(l, len(l), l + [1], L2.__mro__, l.__class__)
class I2(int):
    def __add__(s, o): return I2(int.__add__(s, o))
    def __repr__(s): return f"I2({int(s)})"
print(I2(3) + 4, I2(3) * 2, 1 + I2(3), I2(5).real)
class St(str): pass
s = St("abc"); s.q = 1; print(s, s.q, s.upper(), type(s), s == "abc", hash(s) == hash("abc"))
class T2(tuple):
    def __new__(cls, *a): return super().__new__(cls, a)
print(T2(1, 2, 3), T2(1)[0])
