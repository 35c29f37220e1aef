# What a function is called, its docstring and its module: told by the code until assigned, and kept when the code changes.


def first(a, b=1, *, c=2):
    "doc of first"
    return a + b + c


def second(a, b=1, *, c=2):
    "doc of second"
    return a * b * c


def show(f):
    print(f.__name__, f.__qualname__, repr(f.__doc__), f.__module__, f.__defaults__, f.__kwdefaults__)


show(first)
first.__code__ = second.__code__
show(first)
print(first(3, 4, c=5), repr(first).startswith("<function first at "))
first.__name__ = "other"
show(first)
first.__code__ = show.__code__
show(first)

# Assigned before the code changes: what was assigned stays.
f = lambda: 1
f.__qualname__ = "q.f"
f.__doc__ = "mine"
f.__code__ = (lambda: 2).__code__
show(f)
print(f())
del f.__doc__
show(f)
f.__doc__ = None
f.__module__ = "elsewhere"
show(f)
del f.__module__
show(f)
try:
    del f.__name__
except TypeError as e:
    print(e)
try:
    f.__qualname__ = 1
except TypeError as e:
    print(e)


# A docstring that is deleted does not come back from the code.
def documented():
    "text"


del documented.__doc__
print(documented.__doc__)
documented.__doc__ = "again"
print(documented.__doc__)


# The module is the one in which the function was made, whatever the namespace says later.
space = {"__name__": "one"}
exec("def made(): pass\nmaker = lambda: (lambda: 0)", space)
space["__name__"] = "two"
print(space["made"].__module__, space["maker"]().__module__)
del space["__name__"]
print(space["maker"]().__module__)
late = {"x": 1}
exec("def made(): pass\n__name__ = 'late'\ndef again(): pass", late)
print(late["made"].__module__, late["again"].__module__)


# Generators are called what their function is called when they are made.
def gen():
    yield 1


g = gen()
print(g.__name__, g.__qualname__)
gen.__name__, gen.__qualname__ = "n", "q"
h = gen()
print(g.__name__, g.__qualname__, h.__name__, h.__qualname__)
gen.__code__ = (lambda: (yield 2)).__code__
i = gen()
print(i.__name__, i.__qualname__, next(i), next(g), next(h))


# Annotations, their function and type parameters.
def annotated(a: int, b: "str" = 1) -> list:
    pass


print(annotated.__annotations__, callable(annotated.__annotate__))
annotated.__annotations__ = {"a": float}
print(annotated.__annotations__, annotated.__annotate__)
annotated.__annotate__ = lambda format: {"z": format}
print(annotated.__annotations__)
print(first.__annotations__, first.__annotate__, first.__type_params__)


def generic[T](x: T) -> T:
    return x


print(generic.__type_params__, generic.__name__, generic.__qualname__)


# Attributes, closures and functions that die with and without a dictionary.
def outer():
    x = 1

    def inner():
        return x

    return inner


inner = outer()
print(inner.__closure__[0].cell_contents, inner.__qualname__, first.__closure__)
for n in range(100):
    inner = outer()
    if n % 3 == 0:
        inner.attribute = n
print(inner.__dict__, inner())

import _weakref

dead = []
inner = outer()
ref = _weakref.ref(inner, lambda r: dead.append("dead"))
inner.cycle = inner
inner = None
import gc

gc.collect()
print(dead, ref())
inner = outer()
ref = _weakref.ref(inner, lambda r: dead.append("again"))
del inner
print(dead, ref())


# Names that two threads assign while others read them.
import _thread

shared = lambda: 0
codes = [(lambda: 1).__code__, (lambda: 2).__code__]
seen = set()


def write(n):
    for k in range(2000):
        shared.__name__ = "name%d" % n
        shared.__code__ = codes[k % 2]


def read():
    for _ in range(2000):
        seen.add(shared.__name__)
        seen.add(shared.__doc__)
        shared()


works = [lambda n=n: write(n) for n in range(2)] + [read, read]
for t in [_thread.start_joinable_thread(work) for work in works]:
    t.join()
print(seen <= {"<lambda>", "name0", "name1", None}, shared.__name__ in ("name0", "name1"))
