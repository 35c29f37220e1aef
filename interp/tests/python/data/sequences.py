"""tuple, range, slice."""


def show(thunk):
    try:
        print(repr(thunk()))
    except BaseException as error:
        print(type(error).__name__, "|", error)


t = (1, 2, 3)
print(t, (), (1,), t[0], t[-1], t[1:], t[::-1], t + (4,), t * 2, 2 * t, t[:] is t, tuple(t) is t, len(t), 2 in t, 9 in t)
print(t.index(2), t.count(1), t < (1, 3), t == (1, 2, 3), (1, 2) < (1, 2, 0), t != [1, 2, 3], t.__getnewargs__())
print(tuple("ab"), tuple({1: 2}), tuple(x for x in t), (t,) + t, tuple(range(3)), tuple[int, ...])


class Point(tuple):
    def __new__(cls, x, y):
        return super().__new__(cls, (x, y))

    @property
    def x(self):
        return self[0]


p = Point(1, 2)
p.label = "here"
print(p, p.x, p == (1, 2), hash(p) == hash((1, 2)), type(p + ()), type(p[:]), p.label, type(p * 1))
loop = ([],)
loop[0].append(loop)
print(loop)

r = range(10)
print(r, range(1, 5), range(0, 9, 2), r[3], r[-1], r[2:5], r[::-1], r[::3], r[5:2], len(r), len(range(5, 2)), list(range(5, 0, -2)))
print(5 in r, 5.0 in r, "a" in r, 10 in r, 4 in range(0, 9, 2), 5 in range(0, 9, 2), True in r, r.index(4), r.count(4), r.count(20))
print(r == range(0, 10), range(0, 3, 2) == range(0, 4, 2), range(0) == range(5, 5), r != range(3), hash(range(0, 3, 2)) == hash(range(0, 4, 2)))
print(bool(range(0)), bool(r), r.start, r.stop, r.step, list(reversed(r)), list(reversed(range(0, 9, 4))), range(True))
big = range(10**30, 10**30 + 3)
print(big, len(big), big[-1], list(big), 10**30 + 1 in big, big.index(10**30 + 2), list(reversed(big)), big[1:], iter(big).__length_hint__())
edge = range(2**63 - 3, 2**63)
print(list(edge), list(range(-2**63, -2**63 + 2)), list(range(2**62, 2**62 + 2)), list(reversed(edge)), edge[::-1])
print(range(10**30)[10**29:], range(0, 10**30, 10**29)[3], list(range(0, -10**20, -5 * 10**19)))
print(range(4)[True], range(1, 10, 3)[1:2], range(10).__reduce__(), iter(range(3)).__reduce__()[1])
iterator = iter(range(5))
next(iterator)
print(iterator.__length_hint__(), iterator.__reduce__()[1], list(iterator), list(iterator))
iterator = iter(range(5))
iterator.__setstate__(3)
print(list(iterator))

s = slice(1, 2)
print(s, slice(3), slice(None), s.start, s.stop, s.step, s == slice(1, 2), s < slice(1, 3), hash(s) == hash(slice(1, 2)))
print(slice(10, None, -1).indices(5), slice(None, None, -1).indices(2**70), slice(-3, None).indices(10), slice(1, 100, 7).indices(20))
print(slice(None, -2**70).indices(4), slice(5, 1).indices(3), s.__reduce__(), {slice(1): 1})
show(lambda: slice(1).__eq__(2))
show(lambda: hash(slice([])))


class Sub:
    def __getitem__(self, key):
        return key


print(Sub()[1:2, ::3], Sub()[:], Sub()[...])
