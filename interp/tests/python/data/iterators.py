"""enumerate, zip, map, filter, reversed, iter."""


def show(thunk):
    try:
        print(repr(thunk()))
    except BaseException as error:
        print(type(error).__name__, "|", error)


class Old:
    """Iterable by subscription alone."""

    def __init__(self, size):
        self.size = size

    def __getitem__(self, index):
        if index < self.size:
            return index * 10
        raise IndexError(index)

    def __len__(self):
        return self.size


print(list(Old(3)), list(reversed(Old(3))), 20 in Old(3), 5 in Old(3), [*Old(2)], dict(zip("ab", Old(2))), max(Old(4)))
iterator = iter(Old(3))
print(next(iterator), iterator.__length_hint__(), list(iterator), list(iterator), iterator.__length_hint__())

print(list(enumerate("ab")), list(enumerate("ab", 5)), list(enumerate(iterable="a", start=-1)), list(enumerate(start=2, iterable="a")))
print(next(enumerate([1], 10**20)), list(enumerate("ab", 2**62 - 1)), list(enumerate("abc", 2**63 - 2)))
print(list(zip()), list(zip([1, 2])), list(zip([1, 2], "abc")), list(zip(*[[1, 2], [3, 4]])), list(zip([1], [2], [3], strict=True)))
print(list(map(abs, [-1, 2])), list(map(lambda a, b: a + b, [1, 2], [3, 4, 5])), list(map(max, [1, 5], [2, 3], [0, 9])))
print(list(filter(None, [0, 1, "", "a", [], [0]])), list(filter(lambda x: x > 1, [1, 2, 3])), list(filter(bool, [0, 1])))
print(list(reversed([1, 2, 3])), list(reversed("abc")), list(reversed((1, 2))), list(reversed({1: 1, 2: 2})), list(reversed(range(3))))
countdown = [3, 2, 1, 0, 9]
print(list(iter(countdown.pop, 0)), countdown)


def stop():
    raise StopIteration


print(list(iter(stop, None)))
iterator = iter([1, 2, 3])
print(next(iterator), iterator.__length_hint__(), iterator.__reduce__()[1:], list(iterator), iterator.__reduce__()[1:])
iterator = iter([1, 2, 3])
iterator.__setstate__(2)
print(list(iterator))
iterator = reversed([1, 2, 3])
print(iterator.__length_hint__(), next(iterator), iterator.__reduce__()[1:], list(iterator), list(iterator))
iterator = iter((1, 2))
print(next(iterator), iterator.__length_hint__(), list(iterator), iterator.__length_hint__())
growing = [1]
iterator = iter(growing)
print(list(iterator))
growing.append(2)
print(list(iterator), next(iterator, "still at the end"))
shrinking = reversed(items := [1, 2, 3])
items.clear()
print(list(shrinking))


class NotReversible:
    __reversed__ = None

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return index


class Custom:
    def __reversed__(self):
        return "custom"


show(lambda: reversed(NotReversible()))
show(lambda: reversed(Custom()))


class Counting(enumerate):
    pass


class Zipped(zip):
    pass


class Filtered(filter):
    pass


class Mapped(map):
    pass


print(list(Counting("a")), list(Zipped("a", "b")), list(Filtered(None, [0, 1])), list(Mapped(str, [1])))


class Failing:
    def __iter__(self):
        return self

    def __next__(self):
        raise KeyError("inner")


for thunk in (lambda: list(zip([1], Failing())), lambda: list(map(str, Failing())), lambda: next(enumerate(Failing())),
              lambda: list(filter(None, Failing())), lambda: [*Failing()], lambda: list(zip([], Failing(), strict=True))):
    show(thunk)
first, rest = iter("ab"), iter("cde")
print(list(zip(first, rest)), next(rest, None))
first, rest = iter("abc"), iter("d")
print(list(zip(first, rest)), next(first, None))
print([type(iter(x)).__name__ for x in ([], (), {}, set(), range(1), range(10**30), {}.values(), {}.items())])
print(zip([1], [2]).__reduce__()[0], map(abs, [1]).__reduce__()[1][0], next(iter(zip("a"))), enumerate[int])
