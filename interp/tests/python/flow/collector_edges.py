# What only a dying object, a running frame or a finalizer still needs, while collections run.
import gc
import _weakref as weakref

# the code that runs is no longer the function's
def f(n):
    f.__code__ = (lambda n: ("second", n)).__code__
    gc.collect()
    junk = [[] for _ in range(50)]
    total = 0
    for i in range(n):
        total += i * 1000
    try:
        raise KeyError(total)
    except KeyError as error:
        return "first", error.args, error.__traceback__.tb_lineno > 0
print(f(5), f(6))

def g(n):
    yield n
    g.__code__ = (lambda n: n).__code__
    gc.collect()
    yield n + 1000
    yield f"{n}!"
running = g(1)
print(next(running), next(running), next(running), g(3))

# a function that only its call keeps
def make():
    class Loud:
        def __del__(self):
            gc.collect()
            log.append("loud")
    held = Loud()
    return lambda: held and None
log = []
make()()
print(log)

# an instance is the last to need its class, which goes while the instance is taken apart
class Collects:
    def __del__(self):
        gc.collect()
        [type("Filler", (), {"a": i}) for i in range(5)]
        log.append("collects")
def lone(slots):
    class Lone:
        if slots:
            __slots__ = ("a", "b", "c")
    one = Lone()
    one.a = Collects()
    one.b = [1, 2]
    one.c = Collects()
    return one
for slots in (False, True):
    log.clear()
    one = lone(slots)
    del one
    print(log)
one = lone(False)
one.__dict__["a"]
del one
print(log)

# the same, and a weak reference calls back in between
def called(ref):
    gc.collect()
    [type("Filler", (), {"a": i}) for i in range(5)]
    log.append("called")
log.clear()
one = lone(False)
ref = weakref.ref(one, called)
del one
print(log, ref())

# a finalizer makes an instance of a class that is going
kept = []
def phoenix():
    class P:
        def __init__(self): self.x = "x"
        def __del__(self):
            if len(kept) < 2:
                kept.append(type(self)())
        def m(self): return "m", self.x
    p = P()
    p.me = p
phoenix()
gc.collect()
junk = [type("Filler", (), {"m": i}) for i in range(5)]
gc.collect()
print(len(kept), kept[0].m(), type(kept[0]).__name__, type(kept[0])().m())
kept.append(0)
kept.append(0)
kept.clear()
gc.collect()

# a resurrected class still works
def again():
    class R:
        k = "k"
        def __del__(self): kept.append(self)
        def m(self): return self.k
    r = R()
    r.me = r
again()
gc.collect()
fresh = type(kept[0])()
gc.collect()
print(fresh.m(), kept[0].m())
kept.clear()
gc.collect()
print(fresh.m())
del fresh
kept.clear()
gc.collect()

# a finalizer changes the class
class Before:
    def __del__(self):
        self.__class__ = After
        gc.collect()
class After:
    def __del__(self): log.append("after")
log.clear()
b = Before()
b.x = [1]
del b
gc.collect()
b = Before()
b.me = b
del b
gc.collect()
print(log)

# an object changes its class inside its own method, and nothing else holds the old one
def changing():
    class Old:
        def m(self):
            self.__class__ = After
            gc.collect()
            [type("Filler", (), {"m": i}) for i in range(5)]
            return self.x
        @property
        def p(self):
            self.__class__ = After
            gc.collect()
            return self.x
        def __getattr__(self, name):
            self.__class__ = After
            gc.collect()
            return name
    return Old
for use in (lambda o: o.m(), lambda o: o.p, lambda o: o.missing):
    o = changing()()
    o.x = "x"
    print(use(o), type(o).__name__)
    o.__class__ = Before
    o.__class__ = After
    del o

# bases change while a method of the old base runs
class Base1:
    def m(self):
        Sub.__bases__ = (Base2,)
        gc.collect()
        return super(Sub, self).m()
class Base2:
    def m(self): return "base2"
class Sub(Base1): pass
s = Sub()
m = s.m
del Base1
print(m(), s.m())

# subclasses that are garbage are not shown, and do not hear of changes
class Root: pass
def brood():
    class Child(Root):
        def __del__(self): log.append(len(Root.__subclasses__()) < 2)
    c = Child()
    c.me = c
log.clear()
brood()
gc.collect()
Root.changed = 1
print(log, Root.__subclasses__())
log.clear()
gc.collect()

# a thread-less finalizer storm: each death lets go of the next, and collects
class Link:
    def __init__(self, n, after): self.n, self.after = n, after
    def __del__(self):
        log.append(self.n)
        if self.n % 10 == 0:
            gc.collect()
chain = None
for n in range(60):
    chain = Link(n, chain)
del chain
print(log == list(range(59, -1, -1)))
# zeal: 3
