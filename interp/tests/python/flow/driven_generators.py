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


# Calls that only make a generator or coroutine, at one site: methods, closures, arguments that are borrowed, other callees.
class Box:
    def __init__(self, items):
        self.items = items

    def each(self, extra=None):
        for item in self.items:
            yield item, extra

    def plain(self, extra):
        return extra

    async def soon(self, x):
        return x

    @classmethod
    def of(cls, *items):
        yield cls.__name__
        yield items


def pairs(a, b):
    yield a
    a = None
    yield b


def captured(n):
    def gen(x):
        yield n
        yield x

    def cells(x):
        def look():
            return x
        yield look()
        x += 1
        yield look()

    return gen, cells


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as e:
        return e.value


box = Box([1, 2])
for turn in range(40):
    text = "t%d" % turn
    made = pairs(text, [text])
    given = text
    del text
    assert list(made) == [given, [given]]
    assert list(box.each(given)) == [(1, given), (2, given)]
    gen, cells = captured(turn)
    assert list(gen(given)) == [turn, given] and list(cells(turn)) == [turn, turn + 1]
    assert run(box.soon(turn)) == turn
    assert list(box.of(1, 2)) == ["Box", (1, 2)]
    call = [pairs, box.each, lambda a, b: [a, b], gen][turn % 4]
    args = (1, 2) if turn % 4 in (0, 2) else (3,)
    print(len(list(call(*args))), end=" ")
    never = pairs(given, 1)
    weak = pairs(Noisy("unstarted"), 2)
    del never, weak
print(dead[-2:])


def change():
    yield "first"


def again():
    yield "second"


out = []
for turn in range(30):
    if turn == 20:
        change.__code__ = again.__code__
    if turn == 25:
        change.__name__ = "renamed"
    g = change()
    out.append((next(g), g.__name__, g.gi_code.co_name))
print(out[0], out[19], out[20], out[29])

for wrong in ((), (1,), (1, 2, 3)):
    for turn in range(3):
        try:
            pairs(*wrong)
        except TypeError as e:
            print(e)


def nest(n):
    g = pairs(n, n)
    if n:
        return nest(n - 1)
    return next(g)


print(nest(50))


# iter() of what is an iterator already, in loops and in expressions.
class Own(map):
    def __iter__(self):
        return iter("own")


class Plain(map):
    pass


for source in (
    iter([1, 2]),
    iter((3,)),
    iter(range(2)),
    count(2),
    map(str, [4]),
    zip("a", "b"),
    enumerate("c"),
    reversed(range(3)),
    reversed([5, 6]),
    Own(str, [7]),
    Plain(str, [8]),
    filter(None, [0, 9]),
    iter({10}),
    iter({11: 12}),
    iter("de"),
):
    first = source
    print([x for x in source], end=" ")
    for x in first:
        print("again", x, end=" ")
print()
try:
    [x for x in 3]
except TypeError as e:
    print(e)
