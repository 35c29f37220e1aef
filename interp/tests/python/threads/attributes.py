# Attributes of one instance, set and read by four threads.
from _storm import storm
N = 300

class C:
    pass

# each thread has names of its own; more names than fit beside the instance
shared = C()
def own_names(me):
    for i in range(N):
        setattr(shared, f"t{me}_{i % 20}", i)
        if getattr(shared, f"t{me}_{i % 20}") != i:
            raise AssertionError("lost")
storm(*[own_names] * 4)
print(len(shared.__dict__), all(getattr(shared, f"t{me}_{k}") == N - 20 + k for me in range(4) for k in range(20)))

# one site, many instances, one shared
class P:
    def __init__(self, x):
        self.x = x
        self.twice = (x, x)
    def total(self):
        return self.x + self.twice[0] + self.twice[1]
shared = P(0)
bad = []
def counters(me):
    mine = P(me)
    for i in range(N):
        mine.x += 1
        shared.twice = (i, i)
        a, b = shared.twice
        if a != b:
            bad.append((a, b))
        fresh = P(i)
        if fresh.total() != 3 * i:
            bad.append(fresh.total())
    if mine.x != N + me:
        bad.append(mine.x)
storm(*[counters] * 4)
print(bad)

# __dict__ appears while attributes are written and read
for round in range(20):
    shared = C()
    def writes(me):
        for i in range(10):
            setattr(shared, "abcdefghij"[i], (me, i))
    def makes(me):
        for i in range(10):
            found = shared.__dict__
            for key, (who, number) in list(found.items()):
                if key != "abcdefghij"[number]:
                    bad.append((key, number))
    storm(writes, writes, makes, makes)
    if list(sorted(shared.__dict__)) != list("abcdefghij") or any(getattr(shared, "abcdefghij"[i])[1] != i for i in range(10)):
        bad.append(shared.__dict__)
print(bad)

# a dictionary is replaced while others use the attributes
shared = C()
shared.x = ("x", 0)
def swaps(me):
    for i in range(N):
        shared.__dict__ = {"x": ("x", i)}
def uses(me):
    for i in range(N):
        try:
            if shared.x[0] != "x":
                bad.append(shared.x)
            shared.x = ("x", i)
        except AttributeError:
            bad.append("missing")
storm(swaps, swaps, uses, uses)
print(bad, shared.x[0])

# set and deleted
def toggles(me):
    for i in range(N):
        shared.y = ["y", i]
        try:
            del shared.y
        except AttributeError:
            pass
def sees(me):
    for i in range(N):
        try:
            if shared.y[0] != "y":
                bad.append("y")
        except AttributeError:
            pass
        if hasattr(shared, "z"):
            bad.append("z")
storm(toggles, toggles, sees, sees)
print(bad, hasattr(shared, "y"))

# __slots__
class S:
    __slots__ = ("a", "b", "__weakref__")
shared = S()
shared.a = ("a", 0)
def slots(me):
    for i in range(N):
        shared.a = ("a", [i])
        if shared.a[0] != "a":
            bad.append("a")
        shared.b = ("b", me)
        try:
            if shared.b[0] != "b":
                bad.append("b")
            del shared.b
        except AttributeError:
            pass
storm(*[slots] * 4)
print(bad, shared.a[1][0] == N - 1)

# properties and descriptors of a shared class
class D:
    def __init__(self):
        self._v = (0, 0)
    @property
    def v(self):
        return self._v
    @v.setter
    def v(self, value):
        self._v = (value, value)
shared = D()
def properties(me):
    for i in range(N):
        shared.v = i
        a, b = shared.v
        if a != b:
            bad.append((a, b))
storm(*[properties] * 4)
print(bad)

# attributes of functions, modules and classes
def f(): pass
class K: pass
def others(me):
    for i in range(N):
        setattr(f, f"x{me}", i)
        setattr(K, f"x{me}", i)
        if getattr(f, f"x{me}") != i or getattr(K, f"x{me}") != i:
            bad.append(me)
storm(*[others] * 4)
print(bad, sorted(f.__dict__), [getattr(K, f"x{me}") for me in range(4)])
# zeal: 50
