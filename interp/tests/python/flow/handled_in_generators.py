"""The exception being handled, as generators come and go in the middle of it."""

import sys


def now():
    return repr(sys.exception())


def plain():
    yield now()
    yield now()


def within():
    try:
        raise KeyError("own")
    except KeyError:
        yield now()
        yield now()
    yield now()
    yield now()


# Resumed inside and outside the caller's handlers.
for make in (plain, within):
    generator = make()
    seen = [next(generator)]
    try:
        raise ValueError("caller")
    except ValueError:
        seen.append(next(generator))
        seen.append(now())
        if make is within:
            seen.append(next(generator))
    seen.append(now())
    seen.extend(generator)
    print(make.__name__, seen)


# A handler that is entered with the caller's exception and left without it.
def enters():
    try:
        raise KeyError("entered")
    except KeyError:
        yield now()
    yield now()
    try:
        raise KeyError("again")
    except KeyError:
        yield now()


generator = enters()
try:
    raise ValueError("first")
except ValueError:
    print(next(generator), now())
print(next(generator), now())
try:
    raise ValueError("second")
except ValueError:
    print(next(generator), now())
print(next(generator, "end"), now())


# A bare `raise` finds the caller's exception.
def reraises():
    yield 1
    raise


generator = reraises()
next(generator)
try:
    try:
        raise ValueError("to be raised again")
    except ValueError:
        next(generator)
except ValueError as error:
    print("again:", error)


# Contexts.
def fails():
    yield
    raise TypeError("inside")


def fails_handling():
    try:
        raise KeyError("handled inside")
    except KeyError:
        yield
        raise TypeError("inside")


for make in (fails, fails_handling):
    generator = make()
    next(generator)
    try:
        try:
            raise ValueError("outside")
        except ValueError:
            next(generator)
    except TypeError as error:
        chain = []
        while error is not None:
            chain.append(repr(error))
            error = error.__context__
        print(make.__name__, chain)
    print(now())


# Left while handling: by return, by an exception, by close, by being dropped.
def returns():
    try:
        raise KeyError
    except KeyError:
        yield 1
        return 2


def closed():
    try:
        try:
            raise KeyError("k")
        except KeyError:
            yield 1
    finally:
        print("finally", now())


def delegates():
    value = yield from returns()
    yield value, now()


print(list(returns()), now())
generator = closed()
next(generator)
generator.close()
print(now())
generator = closed()
next(generator)
del generator
print(now())
print(list(delegates()), now())
generator = within()
next(generator)
try:
    generator.throw(OSError("thrown"))
except OSError as error:
    print(repr(error), repr(error.__context__), now())


# Deep: each level handles its own.
def level(depth):
    try:
        raise ValueError(depth)
    except ValueError:
        if depth:
            yield from level(depth - 1)
        yield now()
    yield now()


print(list(level(3)), now())


# Functions called from a handler in a generator share its entry.
def calls():
    def inner():
        before = now()
        try:
            raise IndexError("inner")
        except IndexError:
            during = now()
        return before, during, now()

    yield inner()
    try:
        raise KeyError("outer")
    except KeyError:
        yield inner()
        yield now()
    yield now()


generator = calls()
print(next(generator), now())
try:
    raise ValueError("v")
except ValueError:
    print(next(generator), now())
print(list(generator), now())


# Coroutines and asynchronous generators.
class Pause:
    def __await__(self):
        yield now()


async def waits():
    try:
        raise KeyError("k")
    except KeyError:
        await Pause()
    await Pause()


coroutine = waits()
print(coroutine.send(None), now())
try:
    raise ValueError("v")
except ValueError:
    print(coroutine.send(None), now())
try:
    coroutine.send(None)
except StopIteration:
    print("end")
print(now())


async def items():
    try:
        raise KeyError("k")
    except KeyError:
        yield now()
    yield now()


async def collect():
    return [item async for item in items()]


try:
    collect().send(None)
except StopIteration as stop:
    print(stop.value, now())


# A loop inside a handler that yields many times.
def many():
    try:
        raise KeyError
    except KeyError:
        for number in range(1000):
            yield number


def loop():
    total = 0
    for number in many():
        total += number
    return total


print(loop(), sum(many()), now())


# Closing what waits outside any `try` runs nothing of it.
def idle():
    yield 1
    print("not reached")


generator = idle()
next(generator)
print(generator.close(), generator.gi_frame, list(generator))


def idle_from(inner):
    yield from inner


class Inner:
    def __iter__(self):
        return self

    def __next__(self):
        return 1

    def close(self):
        print("inner closed")


generator = idle_from(Inner())
next(generator)
print(generator.close(), generator.gi_frame)
# zeal: 50
