# Generators that builtins drive, and what happens when their frames end.
import gc


def count(n):
    for i in range(n):
        yield i


print(sum(count(5)), list(count(3)), tuple(count(4)), set(count(3)), dict((i, -i) for i in count(3)))
print(any(i > 3 for i in count(9)), all(i < 3 for i in count(9)), max(count(5)), min(count(5)), sorted(count(4), reverse=True))
print("".join(str(i) for i in count(5)), b"".join(bytes([65 + i]) for i in count(3)))
print([tuple(x * y for x in range(3)) for y in range(3)], *(i for i in count(3)), {*count(2)}, [*count(2)])

# The elements of tuple(...) go from the list to the tuple.
shared = [object() for _ in range(20)]
made = tuple(x for x in shared)
print(all(a is b for a, b in zip(made, shared)), len(made), tuple(x for x in ()))


# Locals die when the frame is left, from the last to the first, and see the generator as running.
class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        dead.append(self.name)


dead = []


def holds():
    a = Noisy("a")
    b = Noisy("b")
    yield 1
    c = Noisy("c")
    return Noisy("result").name


for drive in (list, tuple, set, lambda g: [x for x in g], lambda g: sum(g)):
    dead.clear()
    print(drive(holds()), dead)


class Closes:
    def __del__(self):
        try:
            holder[0].send(None)
        except (ValueError, StopIteration):
            dead.append("refused")
        gc.collect()


def reenters():
    local = Closes()
    yield 1


dead.clear()
holder = [reenters()]
print(list(holder[0]), dead, next(holder[0], "done"))


# The function of a generator expression dies before the generator does, with its closure.
def outer():
    cell = Noisy("cell")
    return (cell.name for _ in range(2))


dead.clear()
g = outer()
print(next(g), dead, list(g), dead)
del g
print(dead)


# yield from, and an exception in the middle.
def inner():
    try:
        yield 1
        yield 2
    finally:
        dead.append("inner ends")


def delegates():
    n = Noisy("n")
    got = yield from inner()
    yield 3
    raise KeyError("k")


dead.clear()
for drive in (list, tuple, set, sum, dict, lambda g: "".join(g)):
    try:
        print(drive(delegates()))
    except Exception as e:
        print(type(e).__name__, e)
print(sorted(dead))


# A generator that is driven while it runs.
def itself():
    yield list(g)


g = itself()
try:
    next(g)
except ValueError as e:
    print(e)

# Deep: each level drives the next from native code.
def deep(n):
    if n:
        yield from list(deep(n - 1))
    yield n


print(sum(deep(60)))


def bottomless():
    yield from list(bottomless())


try:
    list(bottomless())
except RecursionError as e:
    print("RecursionError")

# Functions made in a loop, with closures, defaults and keyword defaults.
fs = []
for i in range(3):
    def f(a=i, *, k=i * 2):
        return a + k + i
    fs.append(f)
print([f() for f in fs], [f.__defaults__ for f in fs], [f.__kwdefaults__ for f in fs])


def closures():
    for n in range(4):
        yield lambda: n


print([f() for f in closures()], [f() for f in list(closures())])
