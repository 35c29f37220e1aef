def show(f, *a):
    try:
        print(f(*a))
    except BaseException as e:
        print(type(e).__name__, e)
class P:
    __match_args__ = ('x', 'y')
    def __init__(self, x, y): self.x, self.y = x, y
def m(v):
    match v:
        case 0: return 'zero'
        case True: return 'true'
        case None: return 'none'
        case 'a' | 'b' as s: return 'str', s
        case int(n) if n > 100: return 'big', n
        case int() | float(): return 'num'
        case []: return 'empty'
        case [x]: return 'one', x
        case [1, *rest]: return 'rest', rest
        case [a, _, *_, z]: return a, z
        case {'k': v, 'j': [q, *_], **kw}: return v, q, kw
        case {'k': v}: return 'k', v
        case {}: return 'map'
        case P(0, y=yy): return 'P0', yy
        case P(x, y): return 'P', x, y
        case str(): return 'str'
        case _: return 'other'
for v in (0, True, None, 'a', 500, 5, 1.5, [], [3], [1,2,3], (4,5,6), {'k': 1, 'j': [2,3], 'z': 0}, {'k': 3}, {}, P(0, 2), P(1, 2), 'zzz', {1,2}, range(2), b'ab'):
    print(m(v))
class Bad: __match_args__ = ['x']
class Bad2: __match_args__ = (1,)
def b1(v):
    match v:
        case Bad(1): pass
def b2(v):
    match v:
        case Bad2(1): pass
def b3(v):
    match v:
        case P(1, 2, 3): pass
def b4(v):
    match v:
        case P(1, x=2): pass
def b5(v):
    match v:
        case int(1, 2): pass
X = 5
def b6(v):
    match v:
        case X(): pass
def b7(v):
    k = K
    match v:
        case {K.a: 1, K.b: 2}: return 'hm'
class K: a = 'q'; b = 'q'
def b8(v):
    match v:
        case Bad(x=1): return 'attr'
        case _: return 'noattr'
class O: pass
def b9(v):
    match v:
        case O(1): pass
show(b1, Bad()); show(b2, Bad2()); show(b3, P(1,2)); show(b4, P(1,2)); show(b5, 1); show(b6, 1); show(b7, {'q': 1}); show(b8, Bad()); show(b9, O())
class MyMap(dict):
    def __missing__(self, k): return 'missing'
def b10(v):
    match v:
        case {'z': x}: return x
        case _: return 'no'
show(b10, MyMap())
# build
print([*'ab', *range(2)], (*'ab', 1), sorted({*'a', *['b']}), {**{'a': 1}, 'b': 2, **{'a': 3}})
show(lambda: [*5]); show(lambda: {**5}); show(lambda: {*5}); show(lambda: (*5,))
show(lambda: {[]: 1}); show(lambda: {[]}); show(lambda: {**{1: 2}})
def kf(*a, **k): return a, k
show(lambda: kf(**{'a': 1}, **{'a': 2}))
show(lambda: kf(a=1, **{'a': 2}))
show(lambda: kf(**{1: 2}))
show(lambda: kf(**5)); show(lambda: kf(*5)); show(lambda: kf(*[1], *5)); show(lambda: kf(**{'a': 1}, **5))
show(lambda: kf(*[1], 2, *(3, 4), x=1, **{'y': 2}))
class M:
    def keys(self): return ['p', 'q']
    def __getitem__(self, k): return k * 2
print({**M()}, kf(**M()))
class M2:
    def keys(self): return 5
    def __getitem__(self, k): return k
show(lambda: {**M2()})
class LH:
    def __iter__(self): return iter([1])
    def __length_hint__(self): raise ValueError('hint')
show(lambda: [*LH()])
print([1,2,3,4][1:3], 'abcdef'[::2], (1,2,3)[:-1])
x = [i for i in range(3) if i]; y = {i: j for i, j in zip('ab', range(2))}; z = {i % 2 for i in range(5)}
print(x, y, z)
# except*
try:
    raise ExceptionGroup('g', [ValueError(1), TypeError(2), ExceptionGroup('n', [ValueError(3), KeyError(4)])])
except* ValueError as e: print('VE', e.exceptions)
except* TypeError as e: print('TE', e.exceptions)
except* KeyError as e: print('KE', e.exceptions)
try:
    try:
        raise ExceptionGroup('g', [ValueError(1), TypeError(2)])
    except* ValueError as e: raise OSError('x')
except BaseException as e: print(repr(e), e.exceptions)
try:
    try:
        raise ExceptionGroup('g', [ValueError(1), TypeError(2), OSError(3)])
    except* ValueError as e: raise
    except* TypeError: pass
except BaseException as e: print(repr(e), e.exceptions)
try:
    raise ValueError('naked')
except* ValueError as e: print(repr(e))
try:
    try:
        raise ValueError('naked')
    except* TypeError as e: print(repr(e))
except ValueError as e: print('still', repr(e))
try:
    try: raise KeyboardInterrupt
    except* KeyboardInterrupt as e: print(repr(e)); raise
except BaseException as e: print(repr(e))
