
def show(f, *a):
    try:
        print(f(*a))
    except BaseException as e:
        print(type(e).__name__, e, repr(e.__context__), repr(e.__cause__))
def run(c):
    vals = []
    try:
        v = None
        while True:
            vals.append(c.send(v)); v = len(vals)
    except StopIteration as e:
        return vals, e.value
class Aw:
    def __init__(self, *v): self.v = v
    def __await__(self):
        for x in self.v:
            got = yield x
        return 'aw-ret'
async def f(x):
    r = await Aw(1, 2)
    return (x, r)
print(run(f(3)))
async def g():
    a = await f(1)
    b = await f(2)
    return a, b
print(run(g()))
c = f(1)
print(c.cr_running, c.cr_suspended, c.cr_await, c.cr_code is f.__code__, c.cr_origin, c.__name__)
c.send(None)
print(c.cr_suspended, type(c.cr_await).__name__)
c.close()
show(c.send, None)
show(c.close)
async def nonaw():
    await 5
show(run, nonaw())
async def h():
    try:
        await Aw(1)
    except ValueError as e:
        return 'caught', e.args
c = h(); c.send(None)
try: c.throw(ValueError('z'))
except StopIteration as e: print(e.value)
c = f(1); w = c.__await__(); print(type(w).__name__, next(w), w.send(1)); w.close()
async def si():
    raise StopIteration(1)
show(run, si())
c = f(1)
show(c.send, 1)
c.close()
show(iter, f.__call__)
# async with / async for
class CM:
    async def __aenter__(self): await Aw('enter'); return 'cm'
    async def __aexit__(self, *a): await Aw('exit'); print('aexit', a[0]); return True
async def wth():
    async with CM() as x:
        print(x)
        raise KeyError('inside')
    return 'done'
print(run(wth()))
class AI:
    def __init__(self, n): self.n = n; self.i = 0
    def __aiter__(self): return self
    async def __anext__(self):
        if self.i >= self.n: raise StopAsyncIteration
        self.i += 1
        await Aw('tick')
        return self.i
async def afor():
    out = []
    async for x in AI(3): out.append(x)
    else: out.append('else')
    out += [y async for y in AI(2)]
    return out
print(run(afor()))
# async generators
async def ag(n):
    for i in range(n):
        await Aw('w')
        got = yield i
        if got: print('ag got', got)
async def use():
    out = []
    async for x in ag(3): out.append(x)
    return out
print(run(use()))
async def use2():
    a = ag(5)
    print(a.ag_running, a.ag_await, a.ag_code is ag.__code__, a.__name__)
    x = await a.__anext__()
    y = await a.asend('hello')
    try:
        await a.athrow(ValueError('thrown'))
    except ValueError as e:
        print('use2', e)
    try:
        await a.__anext__()
    except StopAsyncIteration as e:
        print('stop', e.args)
    return x, y
print(run(use2()))
async def agc():
    try:
        yield 1
        yield 2
    finally:
        await Aw('cleanup')
        print('agc finally')
async def use3():
    a = agc()
    print(await anext(a))
    print(await a.aclose())
    print(await a.aclose())
    print(await anext(a, 'default'))
    try:
        await anext(a)
    except StopAsyncIteration: print('SAI')
print(run(use3()))
async def agi():
    while True:
        try: yield 1
        except GeneratorExit: pass
async def use4():
    a = agi()
    await a.__anext__()
    try: await a.aclose()
    except RuntimeError as e: print(e)
print(run(use4()))
async def use5():
    a = ag(3)
    s = a.asend(None)
    s2 = a.asend(None)
    s.send(None)
    try: s2.send(None)
    except RuntimeError as e: print(e)
    s.close()
    try: s.send(None)
    except RuntimeError as e: print(e)
    print(type(s).__name__, type(a.aclose()).__name__)
print(run(use5()))
async def ags():
    raise StopIteration(1)
    yield
async def use6():
    try: await ags().__anext__()
    except RuntimeError as e: print(e)
    async def ags2():
        raise StopAsyncIteration
        yield
    try: await ags2().__anext__()
    except RuntimeError as e: print(e)
    print([x async for x in ag(2) if x], {x async for x in ag(2)}, {x: 1 async for x in ag(2)})
    gen = (x async for x in ag(2)); print(type(gen).__name__)
    return [y async for y in gen]
print(run(use6()))
def plain():
    yield from f(1)
show(list, plain())
class BadAw:
    def __await__(self): return 5
async def b1(): await BadAw()
show(run, b1())
class BadAw2:
    def __await__(self): return f(1)
async def b2(): await BadAw2()
show(run, b2())
async def b3():
    async for x in 5: pass
show(run, b3())
async def b4():
    async with 5: pass
show(run, b4())
