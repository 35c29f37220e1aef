def f(a, b: int = 1, *, c: "str" = 2) -> float:
    "doc"
    return a
print(f.__annotations__, f.__defaults__, f.__kwdefaults__, f.__doc__, f.__name__, f.__qualname__, f.__module__, f.__closure__, f.__code__.co_name, f.__type_params__)
f.x = 3; print(f.__dict__, f.x)
class C:
    y: int
    z: "C" = None
    def m(self): "md"; return 1
print(C.__annotations__, C().m.__func__.__name__, C().m.__self__.__class__, C().m.__doc__, C().m == C().m)
c = C(); print(c.m == c.m, hash(c.m) == hash(c.m), c.m.__name__)
def outer():
    v = 1
    def inner(): return v
    return inner
i = outer(); print(i.__closure__[0].cell_contents, i.__code__.co_freevars, i.__qualname__)
try: f.__code__ = 3
except TypeError as e: print(e)
f.__defaults__ = (5,6)
print(f())
try: f.__defaults__ = 3
except TypeError as e: print(e)
for e in [ValueError(), ValueError(1), ValueError(1, 2), KeyError("a"), KeyError(), OSError(2, "No", "f"), OSError(1), OSError(2, "m", "a", None, "b"), StopIteration(3), SystemExit(4), ImportError("m", name="n", path="p"), AttributeError("q", name="n", obj=3), NameError("z", name="zz"), SyntaxError("bad", ("f.py", 1, 2, "text", 1, 3)), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), UnicodeEncodeError("ascii", "\xe9", 0, 1, "bad"), ExceptionGroup("g", [ValueError(1), TypeError(2)])]:
    print(type(e).__name__, str(e), repr(e), e.args)
e = OSError(2, "No", "f"); print(e.errno, e.strerror, e.filename, e.filename2)
print(StopIteration(3).value, SystemExit(4).code, SystemExit().code)
e = ValueError("x"); e.add_note("n1"); e.add_note("n2"); print(e.__notes__)
try: e.add_note(3)
except TypeError as x: print(x)
try:
    try: 1/0
    except ZeroDivisionError as z: raise KeyError("k") from z
except KeyError as k:
    print(repr(k.__cause__), repr(k.__context__), k.__suppress_context__, k.__traceback__.tb_lineno, k.__traceback__.tb_next, k.__traceback__.tb_frame.f_code.co_name)
try: ValueError(x=1)
except TypeError as x: print(x)
try: AttributeError(x=1)
except TypeError as x: print(x)
eg = ExceptionGroup("g", [ValueError(1), ExceptionGroup("h", [TypeError(2), ValueError(3)])])
print(eg.split(ValueError), eg.subgroup(TypeError), eg.exceptions, eg.message)
try: ExceptionGroup("x", [])
except ValueError as x: print(x)
try: ExceptionGroup("x", [KeyboardInterrupt()])
except TypeError as x: print(x)
print(BaseExceptionGroup("x", [ValueError()]), type(BaseExceptionGroup("x", [ValueError()])))
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
except* ValueError as g:
    print("VE", g.exceptions)
except* TypeError as g:
    print("TE", g.exceptions)
class MyE(Exception):
    def __init__(self, a, b): self.a = a; super().__init__(a)
e = MyE(1, 2); print(e.args, e.a, str(e), repr(e))
class MyO(OSError): pass
print(repr(MyO(2, "x")), MyO(2, "x").errno)
print(ValueError.__mro__, ExceptionGroup.__mro__)
import sys
class types:
    SimpleNamespace = type(sys.implementation)
    MappingProxyType = type(int.__dict__)
    ModuleType = type(sys)
    MethodType = type(C().m)
    CellType = type(i.__closure__[0])
ns = types.SimpleNamespace(a=1, b="x"); print(ns, ns == types.SimpleNamespace(a=1, b="x")); ns.c = 3; print(ns)
print(types.MappingProxyType({1: 2}), C.__dict__["m"].__name__, type(C.__dict__))
m = types.ModuleType("mm", "docs"); m.q = 1; print(m, m.__dict__, m.q)
try: m.zz
except AttributeError as x: print(x)
m.__getattr__ = lambda n: "dyn " + n
print(m.zz)
co = f.__code__
print(co.co_argcount, co.co_kwonlyargcount, co.co_posonlyargcount, co.co_varnames, co.co_names, co.co_consts, co.co_flags, co.co_firstlineno, co.co_nlocals, co.co_stacksize, co.co_cellvars, co.co_freevars)
print(list(co.co_lines()), list(co.co_positions())[:3])
print(co.replace(co_name="g").co_name)
print(None.__class__, type(None)(), Ellipsis, NotImplemented, type(...), type(NotImplemented))
print(repr(types.MethodType(f, 3)), repr(types.CellType(3))[:9], types.CellType(3) == types.CellType(3))
class Z: pass
z = Z(); z.a = 1
class Y: pass
z.__class__ = Y; print(type(z), z.a, z.__dict__); z.b = 2; print(z.__dict__)
try: z.__class__ = int
except TypeError as x: print(x)
print(object().__eq__(3), object.__init_subclass__(), dir(object()))
print(z.__getstate__())
print(type.__prepare__(), type(type), type(3), type.mro(int))
try: type(1, 2)
except TypeError as x: print(x)
try: object(3)
except TypeError as x: print(x)
try: Z(3)
except TypeError as x: print(x)
try: int.foo = 3
except TypeError as x: print(x)
try: int.foo
except AttributeError as x: print(x)
print(z.__sizeof__() > 0, format(z)[:15])
try: format(z, "x")
except TypeError as x: print(x)
