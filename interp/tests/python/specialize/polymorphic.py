# Sites that meet several types, whose classes and instances change meanwhile.
class A:
    kind = "a"

    def __init__(self, n):
        self.n = n

    def get(self):
        return ("A", self.n)


class B(A):
    kind = "b"

    def __init__(self, n):
        self.extra = None
        super().__init__(n)

    def get(self):
        return ("B", self.n)


class C:
    __slots__ = ("n",)
    kind = "c"

    def __init__(self, n):
        self.n = n

    def get(self):
        return ("C", self.n)


class D(A):
    pass


class E:
    def __init__(self, n):
        self.m = n

    @property
    def n(self):
        return self.m

    kind = property(lambda self: "e")

    def get(self):
        return ("E", self.m)


class F(A):
    kind = "f"


def read(o):
    return o.n, o.kind, o.get()


def run(objects, times):
    seen = []
    for _ in range(times):
        seen = [read(o) for o in objects]
    return seen


print(run([A(1)], 100))
print(run([A(1), B(2)], 300))
print(run([A(1), B(2), C(3), D(4)], 300))
print(run([A(1), B(2), C(3), D(4), E(5), F(6)], 500))

# Instances that shadow the class, by attribute and by method.
shadowing = B(7)
print(run([A(1), shadowing], 200))
shadowing.kind = "own"
shadowing.get = lambda: "shadow"
print(run([A(1), shadowing, B(8)], 200))

# Classes that change.
B.get = lambda self: ("new B", self.n)
print(run([A(1), B(2), C(3), D(4)], 200))
A.kind = "new a"
print(run([A(1), B(2), C(3), D(4)], 200))
del B.kind
print(run([A(1), B(2), C(3), D(4)], 200))

# Attributes that are missing.
empty = C.__new__(C)
try:
    run([A(1), B(2), empty], 100)
except AttributeError as error:
    print(error)
bare = A.__new__(A)
try:
    run([A(1), B(2), bare], 100)
except AttributeError as error:
    print(error)

# Instances whose attributes moved to a dictionary.
moved = A(9)
moved.__dict__["n"] = 10
moved.__dict__ = dict(n=11)
print(run([A(1), B(2), moved], 200))


# Many types at one site.
def make(i):
    class T:
        def __init__(self):
            self.n = i

        kind = "t%d" % i

        def get(self):
            return i

    return T()


crowd = [make(i) for i in range(30)]
print(run(crowd, 100) == [(i, "t%d" % i, i) for i in range(30)])


# __class__ assigned.
def swap(o, times):
    out = set()
    for i in range(times):
        o.__class__ = (A, D, F)[i % 3]
        out.add(read(o))
    return sorted(out)


print(swap(A(1), 300))
# zeal: 5
