import sys
# super corner cases
class A:
    def f(self): return "A.f"
    @classmethod
    def c(cls): return ("A.c", cls.__name__)
    @property
    def p(self): return "A.p"
class B(A):
    def f(self): return "B" + super().f()
    @classmethod
    def c(cls): return ("B",) + super().c()
    @property
    def p(self): return "B" + super().p
    def g(self):
        return [super().f() for _ in range(2)]
    def h(self): return super(B, self).f()
    s = None
b = B(); print(b.f(), b.c(), B.c(), b.p, b.g(), b.h())
print(super(B, b), super(B, B).c(), super(B))
try: super().f
except RuntimeError as e: print(e)
def ff(): super()
try: ff()
except RuntimeError as e: print(e)
try: super(B, 3)
except TypeError as e: print(e)
try: super(3)
except TypeError as e: print(e)
try: b.zzz
except AttributeError as e: print(e, e.name, e.obj is b)
try: super(B, b).zzz
except AttributeError as e: print(e)
try: A.zzz
except AttributeError as e: print(e, e.name)
try: undefined_thing
except NameError as e: print(e, e.name)
def loc():
    print(zz)
    zz = 1
try: loc()
except UnboundLocalError as e: print(e)
class Cell:
    def m(self): return __class__
print(Cell().m())
# descriptors
class NonData:
    def __get__(self, i, o): return "nd"
class HasND:
    x = NonData()
h = HasND(); print(h.x); h.__dict__["x"] = 5; print(h.x)
class Data(NonData):
    def __set__(self, i, v): pass
HasND.y = Data(); h.__dict__["y"] = 1; print(h.y)
# function attributes
def f(): pass
f.a = 1
try: del f.b
except AttributeError as e: print(e)
try: f.__name__ = 3
except TypeError as e: print(e)
f.__name__ = "g"; print(f.__name__, f.__qualname__); f.__qualname__ = "q"; print(repr(f)[:12])
try: f()(1)
except TypeError as e: print(e)
for call in ["f(1)", "f(x=1)", "len()", "len(1, 2)", "len(x=1)", "[].append()", "[].append(1, 2)", "int.from_bytes()", "''.join()", "object.__repr__()", "int.__add__('a', 1)", "list.append(3, 4)", "int.__add__(1)", "dict.fromkeys()", "type.__call__()", "str.upper(3)", "print(foo=1)", "isinstance(1)", "isinstance(1, 2)", "issubclass(1, int)", "None.x", "(1).x", "len(3)", "iter(3)", "next(3)", "abs('a')", "-'a'", "1 + 'a'", "'a' + 1", "[] + 1", "1 < 'a'", "{}[1]", "{[]: 1}", "int[3]", "object()[1]", "del_(3)", "3 in 4", "class_", "getattr(3, 4)", "setattr(3, 'a', 1)", "hash([])", "hash({})", "hash(set())", "raise_(3)"]:
    try: print(call, eval(call))
    except Exception as e: print(call, type(e).__name__, e)
try: raise 3
except TypeError as e: print(e)
try: raise ValueError from 3
except TypeError as e: print(e)
class NotExc: pass
try: raise NotExc
except TypeError as e: print(e)
try:
    try: raise ValueError
    except int: pass
except TypeError as e: print(e)
def gen():
    try: yield 1
    finally: print("fin")
g = gen(); next(g); g.close()
# exception context
try:
    try: raise ValueError(1)
    finally: raise KeyError(2)
except KeyError as e: print(repr(e.__context__))
def depth():
    try: return depth() + 1
    except RecursionError as e: return 0
print(depth() > 100)
try: exec("def f(:")
except SyntaxError as e: print(e.msg, e.lineno, e.offset, e.text)
tb = None
def thrower(): raise ValueError("t")
try: thrower()
except ValueError as e:
    tb = e.__traceback__
    while tb: print(tb.tb_lineno, tb.tb_frame.f_code.co_name, tb.tb_lasti >= 0); tb = tb.tb_next
print(sys.exc_info())
try:
    try: 1/0
    except: print(sys.exc_info()[0]); raise
except ZeroDivisionError as e: print("re", e)
e = Exception("a").with_traceback(None); print(repr(e), e.__traceback__)
try: e.__traceback__ = 3
except TypeError as x: print(x)
try: e.__cause__ = 3
except TypeError as x: print(x)
e.__cause__ = ValueError(); print(e.__suppress_context__)
e.foo = 1; print(e.__dict__, e.__reduce__())
class W: pass
print((1).__add__.__qualname__, int.__add__.__objclass__, (1).__add__.__self__, int.__add__ == int.__add__, (5).__add__ == (5).__add__)
print([x for x in dir(int) if x.startswith("__")])
print([x for x in dir(list) if x.startswith("__")])
print([x for x in dir(dict) if x.startswith("__")])
print([x for x in dir(type) ])
print([x for x in dir(f)])
print([x for x in dir(ValueError)], sorted(float.__dict__))
class Sub(list[int]): pass
print(Sub.__mro__, Sub.__orig_bases__)
try: isinstance([], list[int])
except TypeError as e: print(e)
# zeal: 2
