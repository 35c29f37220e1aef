"""Chains of `yield from` and `await`: what the levels show, and what happens to levels between."""

import gc
import sys


def leaf(limit):
    got = []
    for number in range(limit):
        got.append((yield number))
    return got


def level(depth, inner):
    if depth == 0:
        result = yield from inner
    else:
        result = yield from level(depth - 1, inner)
    return result, depth


def collect(generator):
    items = []
    try:
        while True:
            items.append(next(generator))
    except StopIteration as stop:
        return items, stop.value


print(collect(level(4, leaf(3))))
print(list(level(3, leaf(4))), sum(level(2, leaf(5))), max(level(1, leaf(3))))


def in_function():
    total = []
    for item in level(5, leaf(4)):
        total.append(item)
    return total


print(in_function())

# Sending reaches the leaf.
generator = level(3, leaf(4))
print(next(generator), [generator.send(value) for value in "abc"])
try:
    generator.send("d")
except StopIteration as stop:
    print(stop.value)


# What each level shows while the chain is suspended, and while it runs.
def walk(generator):
    shown = []
    while generator is not None and hasattr(generator, "gi_frame"):
        frame = generator.gi_frame
        shown.append((generator.gi_running, generator.gi_suspended, frame and frame.f_lineno - generator.gi_code.co_firstlineno))
        generator = generator.gi_yieldfrom
    return shown


chain = level(2, leaf(3))
print(walk(chain))
next(chain)
print(walk(chain))
next(chain)
print(walk(chain))


def asks():
    yield 1
    yield [inner.gi_running for inner in levels], [inner.gi_suspended for inner in levels]


def over(inner):
    yield from inner


levels = [asks()]
for _ in range(3):
    levels.append(over(levels[-1]))
print(list(levels[-1]))
print([inner.gi_running for inner in levels], [inner.gi_frame for inner in levels])

# An inner one is moved on, or finished, or closed, behind the back of those who wait for it.
inner = leaf(6)
outer = over(over(inner))
print(next(outer), next(inner), next(outer), list(inner), list(outer))

inner = leaf(6)
outer = over(over(inner))
print(next(outer), inner.close(), list(outer))

inner = leaf(6)
middle = over(inner)
outer = over(middle)
print(next(outer), next(middle), next(inner), next(outer), middle.close(), list(outer), list(inner))

inner = leaf(4)
one, two = over(over(inner)), over(over(inner))
print(next(one), next(two), next(one), next(two), list(one), list(two))


# One that resumes who waits for it.
def circle():
    yield 1
    try:
        next(around)
    except ValueError as error:
        yield str(error)
    try:
        next(between)
    except ValueError as error:
        yield str(error)


between = over(circle())
around = over(between)
print(list(around))


# A level between that catches, one that handles, one that finishes something.
def catches(inner):
    while True:
        try:
            yield from inner
            return
        except KeyError as error:
            yield "caught", error.args


def handles(inner):
    try:
        raise ValueError("handled between")
    except ValueError:
        yield from inner
        yield repr(sys.exception())


def finishes(inner, log):
    try:
        yield from inner
    finally:
        log.append(repr(sys.exception()))


def raises():
    yield 1
    raise KeyError("leaf")


log = []
print(list(over(catches(over(finishes(over(raises()), log))))), log)
log = []
generator = over(catches(over(finishes(over(leaf(5)), log))))
print(next(generator), next(generator), generator.throw(KeyError("thrown")), log, list(generator))
print(list(over(handles(over(leaf(3))))), sys.exception())
log = []
generator = over(over(finishes(over(handles(leaf(3))), log)))
next(generator)
next(generator)
generator.close()
print(log, sys.exception())
log = []
generator = over(finishes(over(leaf(3)), log))
next(generator)
del generator
gc.collect()
print(log)


# What is raised in the leaf shows every level.
def fails():
    yield 1
    yield 2
    1 / 0


def top():
    yield from over(over(fails()))


try:
    for item in top():
        pass
except ZeroDivisionError as error:
    entry, names = error.__traceback__, []
    while entry is not None:
        names.append((entry.tb_frame.f_code.co_name, entry.tb_lineno - entry.tb_frame.f_code.co_firstlineno))
        entry = entry.tb_next
    print(names[1:])


def stack():
    yield 0
    names = []
    frame = sys._getframe()
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    yield names


print(list(over(over(stack())))[1])


# Deeper than calls may nest.
def deep(depth):
    yield depth
    if depth:
        yield from deep(depth - 1)


def count(generator):
    seen = 0
    try:
        for _ in generator:
            seen += 1
    except RecursionError:
        return "too deep", seen > 100
    return seen


print(count(deep(150)), count(deep(100000)), count(deep(150)))


# Suspended and running chains through collections.
class Node:
    pass


def holds(inner):
    node = Node()
    node.itself = node
    yield from inner
    yield node.itself is node


def collects():
    for number in range(3):
        yield number
        gc.collect()


print(list(over(holds(over(holds(collects()))))))
generator = over(holds(over(holds(leaf(3)))))
print(next(generator), gc.collect() >= 0, next(generator), gc.collect() >= 0, list(generator))
generator = over(holds(leaf(3)))
cycle = [generator]
cycle.append(cycle)
next(generator)
del generator, cycle
print(gc.collect() >= 0)


# Coroutines: the same through `await`.
class Trap:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        return (yield self.value)


async def bottom(count):
    total = []
    for number in range(count):
        total.append(await Trap(number))
    return total


async def up(depth, count):
    if depth:
        return await up(depth - 1, count)
    return await bottom(count)


def run(coroutine):
    seen = []
    value = None
    while True:
        try:
            seen.append(coroutine.send(value))
            value = seen[-1] * 10
        except StopIteration as stop:
            return seen, stop.value


print(run(up(4, 4)))
coroutine = up(3, 4)
coroutine.send(None)
coroutine.send(1)
waits = coroutine
depth = 0
while waits is not None and hasattr(waits, "cr_await"):
    depth += 1
    print(waits.__name__, waits.cr_suspended, waits.cr_frame.f_code.co_name)
    waits = waits.cr_await
print(depth, type(waits).__name__)
try:
    coroutine.throw(OSError("into the trap"))
except OSError as error:
    print(repr(error), coroutine.cr_frame)


async def guarded(inner):
    try:
        return await inner
    except KeyError as error:
        return "guarded", await Trap(error.args[0])


coroutine = guarded(up(2, 3))
print(coroutine.send(None), coroutine.send(1), coroutine.throw(KeyError("k")))
try:
    coroutine.send("end")
except StopIteration as stop:
    print(stop.value)
# zeal: 200
