import sys
def lines(e):
    tb = e.__traceback__
    out = []
    while tb:
        out.append((tb.tb_lineno))
        tb = tb.tb_next
    return out
def f():
    try:
        raise ValueError(1)
    finally:
        pass
def g():
    try:
        f()
    except KeyError:
        pass
def h():
    try:
        g()
    except ValueError:
        raise
class CM:
    def __enter__(self): pass
    def __exit__(self, *a): return False
def w():
    with CM():
        h()
try: w()
except ValueError as e: print(lines(e))
def gen():
    yield from gen2()
def gen2():
    try:
        yield 1
    finally:
        pass
it = gen(); next(it)
try: it.throw(KeyError('k'))
except KeyError as e: print(lines(e))
def again():
    try:
        raise OSError
    except OSError as e:
        err = e
    try:
        raise err
    except OSError as e:
        print(lines(e))
again()
