# Globals and builtins change while specialized code reads them.
import builtins
from _storm import storm
N = 400
bad = []
value = ("value", 0)
flag = True

def reads(me):
    for i in range(N):
        if value[0] != "value":
            bad.append(value)
        if len("abc") not in (3, 33):
            bad.append("len")
        try:
            if late[0] != "late":
                bad.append(late)
        except NameError:
            pass
def writes(me):
    global value, late
    for i in range(N):
        value = ("value", [i])
        late = ("late", i)
        globals()["len"] = lambda text: 33
        globals()[f"filler{i % 70}"] = i
        del globals()["len"]
        try:
            del late
        except NameError:
            pass
storm(writes, reads, reads, reads)
print(bad, value, len("abc"), "late" in globals())

# a builtin is replaced
real = builtins.len
def patches(me):
    for i in range(N):
        builtins.len = lambda text: 33
        builtins.extra = ("extra", i)
        builtins.len = real
        del builtins.extra
def sees(me):
    for i in range(N):
        if len("abc") not in (3, 33):
            bad.append("len")
        try:
            if extra[0] != "extra":
                bad.append("extra")
        except NameError:
            pass
storm(patches, sees, sees, sees)
print(bad, len("abc"), hasattr(builtins, "extra"))

# counters under a lock are exact; each thread's own global is too
import threading
lock = threading.Lock()
total = 0
mine0 = mine1 = mine2 = mine3 = 0
def count(me):
    global total
    name = f"mine{me}"
    for i in range(N):
        with lock:
            total += 1
        globals()[name] += 1
storm(*[count] * 4)
print(total, mine0, mine1, mine2, mine3)

# module attributes
import _storm
def module_writes(me):
    for i in range(N):
        setattr(_storm, f"x{me}", (me, i))
        _storm.shared = ("shared", i)
        if getattr(_storm, f"x{me}") != (me, i) or _storm.shared[0] != "shared":
            bad.append(me)
storm(*[module_writes] * 4)
print(bad, sorted(name for name in vars(_storm) if name.startswith("x")))

# code that runs with namespaces of its own
def executes(me):
    for i in range(N // 8):
        names = {"i": i}
        exec("def f(): return i\nx = f() + len('ab')", names)
        if names["x"] != i + 2 or eval("x - i", names) != 2:
            bad.append("exec")
storm(*[executes] * 4)
print(bad)

# closures share their cells
def make():
    cell = ("cell", 0)
    def get(me):
        for i in range(N):
            if cell[0] != "cell":
                bad.append(cell)
    def put(me):
        nonlocal cell
        for i in range(N):
            cell = ("cell", [i])
    return get, put
get, put = make()
storm(get, get, put, put)
print(bad)
# zeal: 50
