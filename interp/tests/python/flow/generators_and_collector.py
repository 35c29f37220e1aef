"""Collections while generators are suspended, running, thrown into and closed."""
import gc
import _weakref


class Node:
    def __init__(self, name):
        self.name = name
        self.me = self


def inner(log):
    held = [Node('inner')]
    try:
        while True:
            gc.collect()
            got = yield held[0].name
            held.append(got)
    except ValueError as e:
        gc.collect()
        log.append((str(e), len(held), held[0].name))
        yield 'caught'
    finally:
        gc.collect()
        log.append(('finally', held[0].name))
    return held


def outer(log):
    local = Node('outer')
    result = yield from inner(log)
    gc.collect()
    log.append((local.name, len(result)))
    yield local.name


log = []
g = outer(log)
print(next(g), g.send(Node('sent')))
gc.collect()
print(g.throw(ValueError('thrown')))
print(next(g))
print(log)

# A cycle through a suspended generator is garbage.
def cyclic():
    box = []
    box.append((yield box))
    try:
        yield 1
    finally:
        print('closed by the collector')


def make():
    c = cyclic()
    box = next(c)
    c.send(c)
    return _weakref.ref(c)


r = make()
gc.collect()
print(r())


class Delegate:
    def __init__(self):
        self.node = Node('delegate')

    def __iter__(self):
        return self

    def __next__(self):
        gc.collect()
        return self.node.name

    def throw(self, exc):
        gc.collect()
        if isinstance(exc, KeyError):
            return 'delegate ' + self.node.name
        raise exc

    def close(self):
        gc.collect()
        print('delegate closed', self.node.name)


def delegating():
    mine = Node('mine')
    try:
        yield from Delegate()
    except TypeError as e:
        gc.collect()
        yield mine.name, str(e)
    finally:
        print('done', mine.name)


d = delegating()
print(next(d), d.throw(KeyError('k')), next(d), d.throw(TypeError('t')))
d.close()
d = delegating()
next(d)
d.close()


async def waiter(node):
    gc.collect()
    await Awaitable()
    return node.name


class Awaitable:
    def __await__(self):
        gc.collect()
        yield 'tick'


async def source():
    keep = Node('kept')
    try:
        for i in (1, 2, 3):
            yield await waiter(Node(i))
    finally:
        gc.collect()
        print('source', keep.name)


async def main():
    out = []
    async for x in source():
        gc.collect()
        out.append(x)
    s = source()
    out.append(await anext(s))
    await s.aclose()
    return out


def run(c):
    ticks = 0
    try:
        while True:
            c.send(None)
            gc.collect()
            ticks += 1
    except StopIteration as e:
        return ticks, e.value


print(run(main()))

# Exceptions being handled belong to the generator that handles them.
import sys


def handling():
    try:
        raise KeyError('gen')
    except KeyError:
        yield sys.exception()
        gc.collect()
        yield sys.exception()
    yield sys.exception()


h = handling()
try:
    raise ValueError('outer')
except ValueError:
    print(repr(next(h)), repr(sys.exception()))
print(repr(next(h)), sys.exception(), next(h))
for i in range(2000):
    w = handling()
    next(w)
    del w
print(sys.exception())
# zeal: 10
