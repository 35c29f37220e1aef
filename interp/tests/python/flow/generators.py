import sys
def show(f, *a):
    try:
        print(f.__name__ if hasattr(f,'__name__') else f, f(*a))
    except BaseException as e:
        print(type(e).__name__, e, repr(e.__context__), repr(e.__cause__))
def count(n):
    i = 0
    while i < n:
        got = yield i
        if got is not None:
            i = got
        else:
            i += 1
    return "end"
print(list(count(4)))
g = count(10)
print(next(g), g.send(5), next(g))
print(g.gi_running, g.gi_suspended, g.gi_code is count.__code__, g.gi_yieldfrom)
print(g.__name__, g.__qualname__)
g.__name__ = 'foo'; print(g.__name__)
show(setattr, g, '__name__', 3)
show(g.throw, ValueError, 'x')
show(next, g)
show(g.send, 3)
print(g.close())
g = count(3)
show(g.send, 1)
show(g.throw, KeyError('k'))
print(g.gi_suspended, g.gi_running)
# close semantics
def closer():
    try:
        yield 1
    except GeneratorExit:
        print("closing")
        return 42
g = closer(); next(g); print(g.close(), g.close())
def ignorer():
    while True:
        try:
            yield 1
        except GeneratorExit:
            pass
g = ignorer(); next(g); show(g.close)
def raiser():
    try:
        yield 1
    finally:
        raise ValueError("in finally")
g = raiser(); next(g); show(g.close)
# yield from
def inner():
    try:
        x = yield 'a'
        print('inner got', x)
        y = yield 'b'
    except ValueError as e:
        print('inner caught', e)
        yield 'caught'
    return 'inner-ret'
def outer():
    r = yield from inner()
    print('outer r', r)
    yield r
g = outer(); print(next(g), g.send('s'), g.gi_yieldfrom.__name__)
print(g.throw(ValueError('t')))
print(next(g))
show(next, g)
g = outer(); next(g); print(g.close())
class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 2: raise StopIteration('it-val')
        return self.n
    def throw(self, *a):
        print('throw', a); return 'thrown'
    def close(self): print('It.close')
def d():
    r = yield from It()
    print('r', r)
print(list(d()))
g = d(); next(g); print(g.throw(KeyError)); print(g.throw(KeyError('v')))
g.close()
class NoThrow:
    def __iter__(self): return self
    def __next__(self): return 1
def d2():
    try:
        yield from NoThrow()
    except KeyError as e:
        print('d2', repr(e)); yield 'x'
g = d2(); next(g); print(g.throw(KeyError, 'v')); 
# StopIteration inside
def bad():
    yield 1
    raise StopIteration('oops')
g = bad(); next(g); show(next, g)
def bad2():
    next(iter([]))
    yield
show(list, bad2())
# running
def self_call():
    try:
        next(me)
    except ValueError as e:
        print(e)
    yield 1
me = self_call(); next(me)
# exc state
def gexc():
    try:
        raise KeyError('gen')
    except KeyError:
        print('in gen', repr(sys.exception()))
        yield 1
        print('in gen after', repr(sys.exception()))
        yield 2
g = gexc()
try:
    raise ValueError('outer')
except ValueError:
    next(g)
    print('out', repr(sys.exception()))
print('none', sys.exception())
next(g)
print('none', sys.exception())
def ctx():
    try:
        yield
    except KeyError as e:
        raise TypeError('from gen')
g = ctx(); next(g)
show(g.throw, KeyError('kk'))
def ctx2():
    yield
    raise TypeError('plain')
g = ctx2(); next(g)
try:
    raise OSError('ambient')
except OSError:
    show(next, g)
# genexpr
print(sum(x*x for x in range(10)), [*(-x for x in range(3))], {k: v for k, v in zip('ab', (1,2))})
print(list(zip(count(3), count(5))))
def tree(n):
    if n:
        yield from tree(n-1)
        yield n
        yield from tree(n-1)
print(list(tree(4)))
show(count(3).throw, 5)
show(count(3).throw)
show(type(count(3)))
g = count(3)
print(repr(g)[:26], iter(g) is g)
# return tuple values
def rt():
    return (1,2)
    yield
try: next(rt())
except StopIteration as e: print(e.value, e.args)
try: rt().__next__()
except StopIteration as e: print(e.value, e.args)
# finalization
def fin():
    try:
        yield 1
    finally:
        print('finalized')
g = fin(); next(g); del g
for x in fin(): break
def deep(n):
    if n == 0:
        yield 0
    else:
        yield from deep(n-1)
print(list(deep(50)))
def with_locals():
    x = []
    try:
        while True:
            x.append((yield len(x)))
    except GeneratorExit:
        print(x)
g = with_locals(); next(g); g.send('q'); g.close()
print(max(count(5)), dict(enumerate(count(3))), 3 in count(5), [*count(2), *count(2)])
a, *b = count(4); print(a, b)
try:
    a, b = count(3)
except ValueError as e: print(e)
def w():
    with_val = yield
    return with_val
g = w(); next(g)
try: g.send('zz')
except StopIteration as e: print(e.value)
