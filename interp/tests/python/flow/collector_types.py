# A cycle through every kind of object that can hold another: the collector finds each.
import gc
import itertools
import threading
import _weakref

class Node:
    def __init__(self, kind): self.kind = kind
    def __del__(self): gone.append(self.kind)
    def method(self): pass
    def __iter__(self): return self
    def __next__(self): return self
    def __call__(self, *a): return self
    def __hash__(self): return 1

def generator(n):
    yield n
    yield n
async def coroutine(n):
    await n
async def agen(n):
    yield n
def started(n):
    g = generator(n)
    next(g)
    return g
def delegating(n):
    def outer():
        yield from generator(n)
    g = outer()
    next(g)
    return g
def closure(n):
    return lambda: n
def default(n):
    def f(a=n): pass
    return f
def kwdefault(n):
    def f(*, a=n): pass
    return f
def annotated(n):
    def f(a: n): pass
    return f
def evaluated(n):
    def f(a: n): pass
    f.__annotations__
    return f
def attributed(n):
    def f(): pass
    f.n = n
    return f
def raised(n):
    try:
        raise ValueError(n)
    except ValueError as error:
        return error
def caused(n):
    try:
        raise ValueError from raised(n)
    except ValueError as error:
        return error
def context(n):
    try:
        try:
            raise KeyError(n)
        except KeyError:
            raise ValueError
    except ValueError as error:
        return error
def exception_attribute(n):
    error = OSError(1, "text")
    error.n = n
    return error
def class_attribute(n):
    class C:
        a = n
    return C
def class_of_metaclass(n):
    class M(type): pass
    return M("C", (), {"a": n})
def base_attribute(n):
    class B:
        a = n
    class C(B): pass
    return C
def subclass_instance(n):
    class C(type(n)): pass
    c = C("other")
    c.n = n
    c.__class__.n = c
    return c
def slotted(n):
    class S:
        __slots__ = ("a", "b")
    s = S()
    s.b = n
    return s
def own_dict(n):
    class P: pass
    p = P()
    p.n = n
    p.__dict__["more"] = p
    return p
def many_names(n):
    class P: pass
    p = P()
    for i in range(60):
        setattr(p, f"a{i}", n)
    return p
def of_builtin(base, *args):
    class Sub(base): pass
    def make(n):
        s = Sub(*args)
        s.n = n
        return s
    return make
def sliced(n):
    return slice(n, None, n)
def cycled(n):
    c = itertools.cycle([n, 1])
    next(c)
    return c
def grouped(n):
    g = itertools.groupby([n, n])
    next(g)
    return g
def local(n):
    l = threading.local()
    l.n = n
    return l
def partly(iterator):
    next(iterator)
    return iterator
def weak_callback(n):
    class T: pass
    t = T()
    t.ref = _weakref.ref(t, n.method)
    n.t = t
    return t
def dunder(n):
    return n.__init__
def generic(n):
    return list[n]
def param(n):
    def f[T: n](): pass
    return f.__type_params__[0]
def bound(n):
    def f[T: n](): pass
    f.__type_params__[0].__bound__
    return f
def alias(n):
    type A = n
    A.__value__
    return A
def template(n):
    return t"{n}"
def prop(n):
    return property(n, n.method)

kinds = dict(
    list=lambda n: [n], nested=lambda n: [[[n]]], tuple=lambda n: (n,), dict_value=lambda n: {1: n}, dict_key=lambda n: {n: 1},
    set=lambda n: {n}, frozenset=lambda n: frozenset([n]), itself=lambda n: n, generator=generator, started=started,
    delegating=delegating, coroutine=coroutine, agen=agen, closure=closure, default=default, kwdefault=kwdefault,
    annotated=annotated, evaluated=evaluated, attributed=attributed, raised=raised, caused=caused, context=context,
    exception_attribute=exception_attribute, group=lambda n: ExceptionGroup("g", [raised(n)]), class_attribute=class_attribute,
    class_of_metaclass=class_of_metaclass, base_attribute=base_attribute, subclass_instance=subclass_instance, slotted=slotted,
    own_dict=own_dict, many_names=many_names, int_subclass=of_builtin(int, 5), str_subclass=of_builtin(str, "s"),
    float_subclass=of_builtin(float, 1.5), tuple_subclass=of_builtin(tuple, (1,)), list_subclass=of_builtin(list, [1]),
    dict_subclass=of_builtin(dict, {1: 2}), set_subclass=of_builtin(set, [1]), bytes_subclass=of_builtin(bytes, b"x"),
    bytearray_subclass=of_builtin(bytearray, b"x"), bound_method=lambda n: n.method, builtin_method=lambda n: [n].append, dunder=dunder,
    slice=sliced, list_iterator=lambda n: iter([n]), tuple_iterator=lambda n: iter((n,)), set_iterator=lambda n: iter({n}),
    dict_iterator=lambda n: iter({n: 1}), keys=lambda n: {n: 1}.keys(), values=lambda n: {1: n}.values(), items=lambda n: {1: n}.items(),
    item_iterator=lambda n: iter({1: n}.items()), enumerate=lambda n: enumerate([n]), zip=lambda n: zip([n], [n]), map=lambda n: map(n, [1]),
    filter=lambda n: filter(n, [1]), reversed=lambda n: reversed([n]), callable_iterator=lambda n: iter(n, 0), sequence_iterator=lambda n: iter(n),
    chain=lambda n: itertools.chain([n], [n]), islice=lambda n: itertools.islice([n], 1), cycle=cycled, repeat=lambda n: itertools.repeat(n),
    product=lambda n: itertools.product([n], [1]), combinations=lambda n: itertools.combinations([n, 1], 2),
    permutations=lambda n: itertools.permutations([n, 1]), accumulate=lambda n: partly(itertools.accumulate([n, 1])), groupby=grouped,
    tee=lambda n: itertools.tee([n, n]), starmap=lambda n: itertools.starmap(n, [(1,)]), takewhile=lambda n: itertools.takewhile(n, [1]),
    zip_longest=lambda n: itertools.zip_longest([n], [], fillvalue=n), property=prop, staticmethod=lambda n: staticmethod(n),
    classmethod=lambda n: classmethod(n), super=lambda n: super(Node, n), mappingproxy=lambda n: class_attribute(n).__dict__, local=local,
    weak_callback=weak_callback, generic=generic, param=param, bound=bound, alias=alias, template=template, union=lambda n: int | class_attribute(n),
    exec_globals=lambda n: eval("lambda: n", {"n": n}), module=lambda n: with_module(n), memoryview=lambda n: memoryview(of_builtin(bytearray, b"x")(n)),
)
def with_module(n):
    m = type(gc)("m")
    m.n = n
    return m

gone = []
for kind, make in kinds.items():
    def cycle():
        node = Node(kind)
        node.held = make(node)
    gone.clear()
    try:
        cycle()
    except Exception as error:
        print(kind, "failed:", error)
        continue
    gc.collect()
    gc.collect()
    if kind not in gone:
        print(kind, "was not found")
print(len(kinds))
# zeal: 3
