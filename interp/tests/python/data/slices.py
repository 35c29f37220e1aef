# Slices that are looked at and stored to without a slice object, and those that need one.
class Index:
    def __init__(self, n): self.n = n
    def __index__(self): return self.n
def read(x, a, b):
    return x[a:b]
def step(x, a, b, c):
    return x[a:b:c]
def store(x, a, b, v):
    x[a:b] = v
    return x
bounds = [None, 0, 1, 2, 3, 5, 7, -1, -2, -5, -9, 10 ** 30, -10 ** 30, True, Index(2)]
for make in (list, tuple, "".join, str.encode):
    for base in ("", "abcde"):
        for _ in range(3):
            out = []
            for a in bounds:
                for b in bounds:
                    data = make(base) if make is not str.encode else base.encode()
                    out.append(read(data, a, b))
                    for c in (None, 1, -1, 2, -2, 3, -7, 10 ** 20, -10 ** 20, Index(-1)):
                        out.append(step(data, a, b, c))
        print(make.__name__, repr(base), len(out), hash(str(out)) == hash(str(out)), str(out)[:60], sum(len(o) for o in out))
def checksum(n):
    total = 0
    for a in bounds:
        for b in bounds:
            for v in ([], [1], (2, 3), [4, 5, 6, 7, 8, 9], "xyz", {1: 2}, iter("pq"), range(3)):
                x = list(range(n))
                store(x, a, b, v)
                total = (total * 31 + len(x) + sum(i if isinstance(i, int) else ord(i) for i in x)) % 1000003
    return total
print([checksum(n) for n in (0, 1, 4, 9)])
# The container and the value may be one list, a local, or a list that nobody else knows.
def itself(x):
    x[1:2] = x
    x[:] = x
    x[:2] = x[::-1]
    x[len(x):] = x[:1]
    return x
def local(x):
    y = x[1:]
    x[:1] = y
    return x, y
def fresh(n):
    x = [[i] for i in range(n)]
    x[:2] = [["a"], ["b"]]
    x[1:3] = [x[0], x[1]]
    x[1:1] = [x.pop(), x.pop()]
    x = x[::-1]
    x = x[1:]
    return x
for _ in range(3):
    print(itself([1, 2, [3]]), local([[1], [2], [3]]), fresh(6))
# What is replaced dies after the store, with the new items in place.
class Loud:
    def __init__(self, name): self.name = name
    def __del__(self): print("del", self.name, len(target), [type(i).__name__ for i in target])
target = [Loud(1), Loud(2), 3]
target[:2] = [4, 5]
target[:] = [Loud(6)] * 2
target[:1] = []
target[:] = (1, 2, 3)
def swap(x, k):
    x[:k + 1] = x[k::-1]
    return x
for _ in range(3):
    print([swap([["s"], 2, 3.5, "x", None], k) for k in range(-3, 7)])
# Errors, and user types that see the slice.
class Seen:
    def __getitem__(self, key): return key
    def __setitem__(self, key, value): print("set", key, value)
for _ in range(3):
    print(read(Seen(), 1, None), step(Seen(), None, "a", 2.5))
    store(Seen(), None, [], 1)
class L(list):
    def __getitem__(self, key): return ("L", key)
    def __setitem__(self, key, value): print("L set", key, value)
print(read(L("ab"), 0, 1), step(L("ab"), 0, 1, 1))
store(L("ab"), 0, 1, 2)
def fails(f, *args):
    try:
        return f(*args)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
print(fails(read, [1], "a", 1), fails(step, [1], 1, 2, 0), fails(step, (1,), 1, 2, 0), fails(step, "a", 1, 2, 0), fails(read, 5, 1, 2), fails(step, 5, 1, 2, 3))
print(fails(store, [1], 0, 1, 5), fails(store, (1,), 0, 1, ()), fails(store, [1], "a", 1, []), fails(read, {}, 1, 2), fails(step, {}, 1, 2, 3))
def raising():
    x = [1]
    try:
        return x[0:1:
                 "step"]
    except TypeError as e:
        return e.__traceback__.tb_lineno - raising.__code__.co_firstlineno
print(raising())
# zeal: 101
