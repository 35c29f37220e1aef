"""Functions, classes, scopes, annotations."""


def plain(): pass
def documented():
    """Keeps a docstring.

        indented
      less
    \tafter\r\f\v\xa0
    """
def only_doc(): "doc"
def arguments(a, b: int = 1, /, c=2, *args: str, d, e: float = 3, **kwargs: dict) -> None: return None
def bare(*, k): return k
def star_annotation(*args: *tuple[int, ...]): return args
def early(x):
    if x: return 1
    return
def nested(x):
    y = 1
    def inner(z):
        nonlocal y
        y += x
        def deeper(): return x, y, z
        return deeper
    global made_global
    made_global = inner
    class Local(Base, metaclass=Meta):
        x = x
        def method(self): return x, __class__, super().method()
    return Local, lambda: (x, y), [x + v for v in y], {v: (lambda: v) for v in y}
def generator(x):
    y = yield
    z = yield x, y
    yield from z
    w = [(yield)]
    return (yield y)
async def coroutine(x):
    await x
    async for i in x:
        if i: break
    else:
        pass
    async with x as y, z: await y
    return [i async for i in x if await i], {i async for i in x}, {i: j async for i, j in x}, (i async for i in x)
async def async_generator(x):
    yield x
    async for i in x: yield i
    any(i async for i in x)
    return
def inlined(x):
    if any(i for i in x): pass
    if all(i for i in x): pass
    return tuple(i for i in x), list(i for i in x), any([i for i in x])
@decorator
@decorator.factory(1)
# a comment between
@(lambda f: f)
def decorated(): pass
@decorator
async def decorated_async(): pass
@decorator
class Decorated: pass
class Empty: pass
class Bases(A, B.C, *D, metaclass=M, **K):
    """Doc."""
    attr: int = 1
    other: "str"
    attr.sub: int
    __private = 2
    def __mangled(self, __arg): self.__private = __arg; return __class__
    @property
    def prop(self) -> "Bases": return super().prop
    class Inner:
        def __init__(self): self.__x = 1
class Generic[T, U: int, *Ts, **P](Base[T]):
    field: T
    def method[V: (T, str)](self, x: V, y: U = None) -> V: return x
def generic[T](x: T, *args: T, default=1) -> T:
    z: T = x
    return z
if True:
    conditional: int = 1
    annotated: str
def finally_annotations():
    try: x: int = 1
    finally: y: str = 2
def unreachable():
    return 1
    x = 2
    for i in x: pass
def deleted(x):
    del x
    return x
def many(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s): a = b; c = d; return a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s
def unbound():
    print(x)
    x = 1
    try: y = x
    except E as x: pass
    return x, y
def kinds(a, b):
    x, y = a, b
    x, y, z = a, b, a
    a.b.c = x[y] = z
    if a is None or b is not None: return not a
    while a and not b: a = a.next
    return [*a, b], {**a, 'b': b}, f(*a, **b), a[b:], a[:b] + (1 if a else 2)
def constants():
    return 0.0, -0.0, (0.0, -0.0), 1, True, 1.0, frozenset, x in {1, 2}, x in {2, 1}, 'a', b'a', (1, (2, (3,))), -1, 10 ** 5, ...
def loops(x):
    for i in range(10):
        for j in x:
            try:
                if i: continue
                if j: break
                return i
            finally:
                x()
    with x as y:
        for k in y:
            with k: return k
def handlers():
    try: a()
    except X as e:
        try: b()
        except Y as f: raise f from e
    else: return 1
    finally:
        try: c()
        finally: d()
