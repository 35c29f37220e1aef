"""Generators that several threads resume, one after the other and all at once."""

import threading


def counter(limit):
    number = 0
    while number < limit:
        yield number
        number += 1
    return "end"


def delegating(limit):
    result = yield from counter(limit)
    yield result


# Made here, run there.
def drain(generator, into):
    into.extend(generator)


for make in (counter, delegating):
    got = []
    thread = threading.Thread(target=drain, args=(make(5), got))
    thread.start()
    thread.join()
    print(make.__name__, got)

# Begun here, gone on with there, finished here.
generator = counter(6)
begun = [next(generator), next(generator)]
there = []
thread = threading.Thread(target=lambda: there.extend([next(generator), next(generator)]))
thread.start()
thread.join()
print(begun, there, list(generator))

# Delegation whose levels belong to different threads.
inner = counter(4)
next(inner)


def outer(inner):
    yield "outer"
    result = yield from inner
    print("inner gave", result)


across = outer(inner)
print(next(across))
got = []
thread = threading.Thread(target=lambda: got.extend([next(across), next(across)]))
thread.start()
thread.join()
got.extend(across)
print(got)

# One item each under a lock.
lock = threading.Lock()
generator = counter(3000)
parts = [[] for _ in range(4)]


def worker(part):
    while True:
        with lock:
            try:
                part.append(next(generator))
            except StopIteration:
                return


threads = [threading.Thread(target=worker, args=(part,)) for part in parts]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(sum(parts, [])) == list(range(3000)), all(part == sorted(part) for part in parts))

# All at once: who comes while another runs it gets ValueError; no item is lost or seen twice.
generator = counter(3000)
parts = [[] for _ in range(4)]
messages = set()
barrier = threading.Barrier(4)


def scramble(part):
    barrier.wait()
    while True:
        try:
            part.append(next(generator))
        except ValueError as error:
            messages.add(str(error))
        except StopIteration:
            return


threads = [threading.Thread(target=scramble, args=(part,)) for part in parts]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(sum(parts, [])) == list(range(3000)), messages <= {"generator already executing"})

# The same in `for` loops and in delegation, with fresh generators each time.
for _ in range(20):
    generator = counter(200)
    parts = [[] for _ in range(3)]
    barrier = threading.Barrier(3)

    def loop(part):
        def through():
            yield from generator

        barrier.wait()
        done = False
        while not done:
            try:
                for item in generator:
                    part.append(item)
                    break
                else:
                    done = True
                for item in through():
                    part.append(item)
                    break
            except ValueError:
                pass

    # `through` is closed when its loop is left, which closes what it waits for: only one item comes that way.
    threads = [threading.Thread(target=loop, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = sum(parts, [])
    assert len(seen) == len(set(seen)), seen
print("no item twice")

# Looking at what another thread runs.
generator = delegating(2000)
stop = False


def look():
    seen = 0
    while not stop:
        frame = generator.gi_frame
        waits = generator.gi_yieldfrom
        if frame is not None and waits is not None:
            seen += 1
            assert frame.f_code is generator.gi_code


watcher = threading.Thread(target=look)
watcher.start()
total = 0
for item in generator:
    total += 1
stop = True
watcher.join()
print(total)


# A coroutine that goes from thread to thread at each step.
class Step:
    def __await__(self):
        return (yield "step")


async def walk(steps):
    total = 0
    for _ in range(steps):
        total += await Step()
    return total


coroutine = walk(6)
coroutine.send(None)
results = []


def send(value):
    try:
        coroutine.send(value)
    except StopIteration as stop:
        results.append(stop.value)


for value in range(1, 7):
    thread = threading.Thread(target=send, args=(value,))
    thread.start()
    thread.join()
print(results)

# Dropped by another thread than the one that ran it.
log = []


def closes():
    try:
        yield 1
    finally:
        log.append("closed")


holder = [closes()]
next(holder[0])
thread = threading.Thread(target=holder.clear)
thread.start()
thread.join()
import gc

gc.collect()
print(log)
# zeal: 200
