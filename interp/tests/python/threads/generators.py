# Generators that several threads use.
import gc
from _storm import storm
N = 300
bad = []

# one generator, four consumers: each item comes once
def numbers(n):
    for i in range(n):
        yield i
shared = numbers(4 * N)
got = [[] for _ in range(4)]
refused = []
def consume(me):
    while True:
        try:
            got[me].append(next(shared))
        except StopIteration:
            return
        except ValueError as error:
            if str(error) != "generator already executing":
                bad.append(error)
storm(*[consume] * 4)
print(sum(map(len, got)), set(sum(got, [])) == set(range(4 * N)), all(mine == sorted(mine) for mine in got), bad)

# a generator that is busy refuses
import threading
inside, go_on = threading.Event(), threading.Event()
def busy():
    inside.set()
    go_on.wait()
    yield "done"
g = busy()
result = []
worker = threading.Thread(target=lambda: result.append(next(g)))
worker.start()
inside.wait()
for use in (lambda: next(g), lambda: g.send(None), lambda: g.throw(KeyError), lambda: g.close(), lambda: list(g)):
    try:
        print(use())
    except ValueError as error:
        print(error)
print(g.gi_running)
go_on.set()
worker.join()
print(result, list(g))

# for loops over one generator
shared = numbers(2 * N)
got = [[] for _ in range(4)]
def loop(me):
    while True:
        try:
            for i in shared:
                got[me].append(i)
            return
        except ValueError:
            pass
storm(*[loop] * 4)
print(set(sum(got, [])) == set(range(2 * N)), sum(map(len, got)))

# made in one thread, advanced in the next, finished in a third
closed = []
def chain(name, n):
    try:
        held = [name]
        for i in range(n):
            yield (name, i, held)
    finally:
        closed.append(name)
for round in range(10):
    made = []
    def make(me):
        for i in range(5):
            g = chain((round, me, i), 6)
            next(g)
            made.append(g)
    storm(*[make] * 4)
    def advance(me):
        for g in made[me::4]:
            name, i, held = next(g)
            if i != 1 or held != [name]:
                bad.append(name)
    storm(*[advance] * 4)
    def finish(me):
        for index, g in enumerate(made[(me + 1) % 4::4]):
            if index % 3 == 0:
                if len(list(g)) != 4:
                    bad.append("rest")
            elif index % 3 == 1:
                g.close()
            else:
                try:
                    g.throw(KeyError("thrown"))
                    bad.append("caught")
                except KeyError:
                    pass
    storm(*[finish] * 4)
    del made
print(bad, len(closed), len(set(closed)))

# dropped unfinished by another thread
closed.clear()
box = [chain(i, 5) for i in range(40)]
for g in box:
    next(g)
del g
def drop(me):
    while True:
        try:
            g = box.pop()
            next(g)
            del g
        except IndexError:
            return
storm(*[drop] * 4)
gc.collect()
print(sorted(closed) == list(range(40)))

# delegation and coroutines, each thread its own over shared code
def inner(n):
    total = 0
    while n:
        total += yield n
        n -= 1
    return total
def outer(n):
    a = yield from inner(n)
    b = yield from inner(n)
    return a + b
async def leaf(n):
    return n
async def tree(n):
    return await leaf(n) if n < 2 else await tree(n - 1) + await tree(n - 2)
def delegates(me):
    for round in range(8):
        g = outer(5)
        next(g)
        try:
            while True:
                g.send(me)
        except StopIteration as stop:
            if stop.value != 10 * me:
                bad.append(stop.value)
        try:
            tree(6).send(None)
        except StopIteration as stop:
            if stop.value != 8:
                bad.append(stop.value)
storm(*[delegates] * 4)
print(bad)

# a generator's frame is looked at while another thread runs it
shared = numbers(N)
def looks(me):
    for i in range(N):
        frame = shared.gi_frame
        if frame is not None:
            shared.gi_running, shared.gi_suspended, shared.gi_yieldfrom
        if i % 60 == 0:
            gc.collect()
def runs(me):
    for i in shared:
        pass
storm(runs, looks, looks, looks)
print(list(shared))
# zeal: 50
