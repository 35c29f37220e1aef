name = 'W'; n = 3.14159
t = t"hello {name!r:>{10}} and {n:.2f}{name}"
print(t.strings, t.values)
print([ (i.value, i.expression, i.conversion, i.format_spec) for i in t.interpolations])
print(t)
print(list(t)[0], len(list(t)))
u = t"a" + t"b{1}c"
print(u.strings, u)
try: t + 'x'
except TypeError as e: print(e)
print(t"".strings, list(t""))
T = type(t); I = type(t.interpolations[0])
print(T('a', 'b', I(1, 'x'), I(2), 'c'))
print(I(1, 'e', 's', 'f'))
try: I(1, 'e', 'q')
except ValueError as e: print(e)
try: T(5)
except TypeError as e: print(e)
match t.interpolations[0]:
    case I(v, e, c, s): print(v, e, c, s)
print(f"{name!r} {name!s:>5} {n:.2f} {n!a} {3:05d} {name:*^{9}} {{}} {'nested ' + f'{name}'}")
print(f"{n=} {n=:.3} {name = !s}")
class F:
    def __format__(self, spec): return f'F<{spec}>'
print(f"{F()} {F():abc}")
class B:
    def __format__(self, spec): return 5
try: f"{B()}"
except TypeError as e: print(e)
try: f"{[]:x}"
except TypeError as e: print(e)
