def error(f, *args, **kwargs):
    try:
        return f(*args, **kwargs)
    except Exception as e:
        return f"{type(e).__name__}: {e}"

print(abs(-3), abs(-2.5), bin(-10), oct(8), hex(255), chr(233), ord("é"), ascii("é☃😀"))
print(divmod(7, -2), divmod(-7.5, 2), pow(2, 100), pow(3, 4, 5), round(2.5), round(2.675, 2), round(12345, -2))
print(max(3, 1, 2), min([4, 2, 8], key=lambda x: -x), max([], default="none"), error(max, []), error(min))
print(sum([0.1] * 10), sum([1, 2.5, 3]), sum([[1], [2]], []), error(sum, ["a"]), error(sum, [], ""))
print(sorted("hello"), sorted([3, 1, 2], reverse=True), sorted(["b", "A"], key=str.lower))
print(all([1, 2]), any([0, ""]), all([]), callable(len), callable(3))
print(isinstance(True, int), issubclass(bool, (str, int)), error(isinstance, 1, 2))
print(getattr(1, "real"), getattr(1, "nope", "default"), hasattr("", "upper"), error(getattr, 1, "nope"), error(getattr, 1, 2))
print(next(iter([5])), next(iter([]), "end"), error(next, 3), list(iter([1, 2, 3, 4].pop, 2)))
print(eval("1 + 2"), eval("a * 2", {"a": 21}), eval("x", {}, {"x": 5}), error(eval, "1 +"), error(eval, 5))
space = {}
exec("def f(x):\n    return x + 1\ny = f(1)", space)
print(space["y"], sorted(k for k in space if not k.startswith("__")))
print(error(exec, "x", 3), error(compile, "x", "f", "bad"))
print(eval(compile("40 + 2", "name", "eval")), compile("x = 1", "name", "exec").co_filename)
def local():
    a = 1
    b = "two"
    return locals(), dir(), vars()
print(local())
print(format(3.14159, ".3f"), format(42, "x"), format("a", ">3"), error(format, 1, 2))
print(repr("a'b"), hash(1) == hash(1.0), len({1, 2}), error(len, 5), error(hash, []))
print(error(print, 1, nope=2), error(ord, "ab"), error(chr, -1))
print(1, "a", None, sep="-", end="!\n")
class Meta(type):
    @classmethod
    def __prepare__(meta, name, bases, **kw):
        print("prepare", name, kw)
        return {"added": 1}
    def __new__(meta, name, bases, ns, **kw):
        return super().__new__(meta, name, bases, dict(ns))
    def __init__(cls, name, bases, ns, **kw):
        super().__init__(name, bases, ns)
class M(metaclass=Meta, option=3):
    pass
print(M.added, type(M).__name__)
class Entry:
    def __mro_entries__(self, bases):
        return (dict,)
class N(Entry()):
    pass
print(N.__bases__, len(N.__orig_bases__))
class A(type): pass
class B(type): pass
class C(metaclass=A): pass
class D(metaclass=B): pass
print(error(lambda: type("E", (C, D), {})))
