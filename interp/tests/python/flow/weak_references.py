import _weakref as weakref
ref, proxy = weakref.ref, weakref.proxy
def show(f, *a):
    try:
        print(f(*a))
    except BaseException as e:
        print(type(e).__name__, e)
class C:
    def m(self): return 'm'
    def __len__(self): return 3
    def __getitem__(self, i): return i * 2
    def __add__(self, o): return 'add', o
    def __radd__(self, o): return 'radd', o
    def __call__(self, *a): return a
    def __contains__(self, x): return x == 1
    def __iter__(self): return iter([1, 2])
    def __bool__(self): return False
    def __eq__(self, o): return True
    def __hash__(self): return 5
c = C()
r = ref(c)
print(r() is c, r is ref(c), hash(r), r == ref(c, print), r.__callback__)
cb = ref(c, lambda w: print('dead', w() , w is cb))
print(cb.__callback__ is not None, weakref.getweakrefcount(c), len(weakref.getweakrefs(c)))
p = proxy(c)
print(p.m(), len(p), p[4], p + 1, 1 + p, p(1, 2), 1 in p, list(p), bool(p), type(p).__name__)
p.x = 5
print(c.x, p.x); del p.x; show(lambda: p.x)
show(hash, p)
print(p == 3)
del c
print(r(), hash(r))
show(lambda: p.m)
show(len, p)
print(str(r)[-6:], )
show(ref, 5)
show(ref, None)
show(ref)
show(ref, C, 1, 2)
show(r, 1)
class R(ref): 
    def __init__(self, o, cb=None, extra=1):
        self.extra = extra
class D: pass
d = D()
try:
    print(ref(d) is R(d))
except TypeError as e: print(e)
print(R(d)() is d, R(d).extra)
rd = ref(d); r2 = ref(d)
print(rd == r2, rd != r2, rd == 5)
def f(): pass
rf = ref(f); print(rf() is f); 
import gc
class Node: pass
n = Node(); n.me = n; rn = ref(n, lambda w: print('node collected'))
del n; gc.collect(); print(rn())
s = {ref(d)}; print(ref(d) in s)
pd = proxy(d); pd.a = 1; print(d.a, type(pd).__name__)
class I:
    def __int__(self): return 7
    def __index__(self): return 7
    def __float__(self): return 1.5
    def __neg__(self): return 'neg'
    def __abs__(self): return 'abs'
    def __pow__(self, o, m=None): return 'pow', o, m
i = I(); pi = proxy(i)
print(int(pi), float(pi), [0]*8 and list(range(10))[pi], -pi, abs(pi), pi ** 2, pow(pi, 2, 3))
show(next, pd)
def gg(): yield 1
g = gg(); print(ref(g)() is g)
