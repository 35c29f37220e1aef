# Globals and builtins that come, go and change under specialized loads.
import builtins

LOOPS = 80
x = 1


def f():
    return x


def g():
    return len


def h():
    return late


for _ in range(LOOPS):
    assert f() == 1
x = 2
for _ in range(LOOPS):
    assert f() == 2
del x
try:
    f()
except NameError as error:
    print(error)
x = 3
for _ in range(LOOPS):
    assert f() == 3
for i in range(100):
    globals()["filler%d" % i] = i
for _ in range(LOOPS):
    assert f() == 3

real = len
for _ in range(LOOPS):
    assert g() is real
len = "global"
for _ in range(LOOPS):
    assert g() == "global"
del len
for _ in range(LOOPS):
    assert g() is real
builtins.late = "builtin"
for _ in range(LOOPS):
    assert h() == "builtin"
builtins.late = "changed"
for _ in range(LOOPS):
    assert h() == "changed"
late = "shadow"
for _ in range(LOOPS):
    assert h() == "shadow"
del late
del builtins.late
try:
    h()
except NameError as error:
    print(error)

namespace = {"y": 1}
exec("def k():\n    return y\n", namespace)
k = namespace["k"]
for _ in range(LOOPS):
    assert k() == 1
namespace.clear()
try:
    k()
except NameError as error:
    print(error)
namespace["y"] = 5
assert k() == 5
print("done")
