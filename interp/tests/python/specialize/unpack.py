# Unpacking whose items are stored to locals at once: the stores, their order, and what they let go.
import sys
from _weakref import ref

class Loud:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        seen.append(self.name)

seen = []

def order(pairs):
    a = b = c = None
    for a, b, c in pairs:
        pass
    seen.append("loop")
    a, b, c = 1, 2, 3
    seen.append("end")

for _ in range(4):
    seen.clear()
    order([(Loud("a"), Loud("b"), Loud("c")) if i % 2 else [1, Loud("y"), 3] for i in range(3)])
    print(seen)

def two(pairs):
    out = []
    for pair in pairs:
        a, b = pair
        out.append((a, b))
    return out
def three(rows):
    out = []
    for row in rows:
        a, b, c = row
        out.append(c + b + a)
    return out
def ten(row):
    a, b, c, d, e, f, g, h, i, j = row
    return j, i, h, g, f, e, d, c, b, a
big = 10 ** 30
for kind in (tuple, list):
    print(two([kind((i, str(i))) for i in range(12)]))
    print(three([kind((i, 2 * i, 0.5)) for i in range(12)]))
    print([ten(kind(range(10))) for _ in range(6)][-1])
    print([ten(kind([str, len, two, Loud, sys, big, None, 1.5, "x", i])) for i in range(6)][-1][:5])

# The sequence is itself a target.
def itself(t):
    t, u = t
    return t, u
def itself_last(t):
    u, t = t
    return u, t
def itself_fresh(n):
    for i in range(n):
        t = [str(i), str(i + 1)]
        t, u = t
    return t, u
def itself_three(n):
    for i in range(n):
        t = (str(i), [i], {i})
        t, t, t = t
    return t
for _ in range(5):
    print(itself((1, 2)), itself([big, big]), itself_last((1, [2])), itself_last([[1], 2]), itself_fresh(7), itself_three(7))

# A local dies in the middle of the stores, and takes the sequence with it.
class Holder:
    def __init__(self, held):
        self.held = held
    def __del__(self):
        self.held.clear()
        seen.append("cleared")
def dying(kind):
    shared = [[1], [2], [3]]
    x = 0
    y = Holder(shared)
    z = 0
    source = shared if kind is list else tuple(shared)
    x, y, z = source
    return x, y, z, len(shared)
seen.clear()
print([dying(kind) for kind in (list, list, list, tuple, tuple, tuple)])
print(seen)

# Values die one by one, and are dead when the next store happens.
class Plain:
    pass
def one_by_one(rows):
    alive = []
    for row in rows:
        a, b = row
        refs = ref(a), ref(b)
        del row
        alive.append((refs[0]() is a, refs[1]() is b))
        rows = None
    return alive
print([one_by_one(iter([(Plain(), Plain()), [Plain(), Plain()], (Plain(), Plain())])) for _ in range(3)][-1])

# Wrong lengths and types at a site that has a form.
def site(x):
    try:
        a, b = x
        return a, b
    except (TypeError, ValueError) as e:
        return str(e)
for _ in range(3):
    for _ in range(6):
        site((1, 2))
    print([site(x) for x in ((1,), (1, 2, 3), [1], [1, 2, 3], "xy", 5, {1: 2, 3: 4}, iter([1, 2]), (i for i in "ab"))])
    for _ in range(300):
        site([1, 2])
    print([site(x) for x in ((1,), (1, 2, 3), [1], [1, 2, 3], "xy", 5, {1: 2, 3: 4}, iter([1, 2]), (i for i in "ab"))])

# Targets that are not all locals, nested ones, one, none, globals, cells, starred.
class Box: pass
def mixed(n):
    global glob
    box = Box()
    cell = 0
    out = []
    for i in range(n):
        a, box.b = (i, -i)
        box.b, c = [i, str(i)]
        a, (d, e), f = a, (c, [i]), box.b
        (g,) = (e,)
        [] = ()
        glob, h = (a, g)
        cell, k = (i, i + 1)
        m, *r, s = (1, 2, 3, 4)
        out = [a, box.b, c, d, e, f, g, glob, h, cell, k, m, r, s]
    return out, (lambda: cell)()
print(mixed(8))

# In a try block, in a generator, and with the frame in sight.
def guarded(rows):
    a = b = None
    out = []
    for row in rows:
        try:
            a, b = row
        except ValueError:
            out.append("bad")
        finally:
            out.append((a, b))
    return out
print(guarded([(1, 2)] * 4 + [(1,)] + [(3, 4)] + [[5, 6]] * 2))
def gen(rows):
    for row in rows:
        a, b = row
        yield b
        yield a
print(list(gen([(i, i + 1) for i in range(5)])))
def frame(rows):
    for row in rows:
        a, b = row
    return sorted(sys._getframe().f_locals.items(), key=lambda kv: kv[0])
print(frame([(1, 2), (3, 4), (5, 6)]))
def swap(n):
    a, b, c = "a", ["b"], 3
    for _ in range(n):
        a, b = b, a
        a, b, c = c, a, b
    return a, b, c
print(swap(7))
class T(tuple): pass
class L(list):
    def __iter__(self): return iter("pq")
print([site(T("ab")) for _ in range(6)][-1], [site(L("ab")) for _ in range(6)][-1])
# zeal: 3
