# Slices, assignments to slices and shifts of lists, against a plain model of them.


class Noisy:
    """Counts those that live."""

    alive = 0

    def __init__(self, name):
        self.name = name
        Noisy.alive += 1

    def __del__(self):
        Noisy.alive -= 1

    def __repr__(self):
        return self.name


def noisy(count):
    return [Noisy(f"n{i}") for i in range(count)]


def model_assign(items, start, stop, new):
    length = len(items)
    start, stop, _ = slice(start, stop).indices(length)
    stop = max(start, stop)
    result = []
    for i in range(start):
        result.append(items[i])
    for x in new:
        result.append(x)
    for i in range(stop, length):
        result.append(items[i])
    return result


bounds = [None, -9, -3, -1, 0, 1, 2, 4, 9]


def assignments():
    different = 0
    for start in bounds:
        for stop in bounds:
            for size in range(5):
                for kind in (list, tuple, iter):
                    items = noisy(5)
                    new = noisy(size)
                    expected = [repr(x) for x in model_assign(items, start, stop, new)]
                    items[start:stop] = kind(new)
                    different += [repr(x) for x in items] != expected
    return different


print("assignments that differ:", assignments(), "alive:", Noisy.alive)

for step in (-3, -2, -1, 1, 2, 3):
    for start in bounds:
        for stop in bounds:
            items = list(range(6))
            first, last, by = slice(start, stop, step).indices(6)
            expected = [i for i in range(first, last, by)]
            if items[start:stop:step] != expected or tuple(items)[start:stop:step] != tuple(expected):
                print("slice differs:", start, stop, step)

items = noisy(4)
items[1:3] = items
print(items)
items[:] = items[::-1]
print(items)
items.insert(0, "first")
items.insert(99, "last")
items.insert(-1, "before last")
print(items, items.pop(0), items.pop(), items.pop(-1), items)
items.reverse()
print(items)
del items[1:3]
del items[::2]
print(items)
items.extend(items)
items += (1, 2)
items.extend(x for x in "ab")
print(items, items.index(2), items.copy() == items)
items.clear()
print(items, Noisy.alive)

items = [0] * 5
try:
    items[0:2:2] = [1, 2]
except ValueError as error:
    print(error)
items[::2] = (7, 8, 9)
print(items)


class Odd(list):
    pass


odd = Odd([1, 2, 3])
odd[1:1] = odd
print(type(odd).__name__, odd, list(odd), tuple(odd), sorted(set(odd)), odd[1:4])


class Tracks:
    """An iterable that changes the list it is put into."""

    def __init__(self, target):
        self.target = target

    def __iter__(self):
        self.target.append("while")
        yield 1
        self.target.append("iterating")
        yield 2


items = ["a", "b"]
items[1:] = Tracks(items)
print(items)


def unique():
    """Lists that only a local holds, changed in the ways that the loop knows."""
    items = [None, None]
    for i in range(30):
        items[1] = [i]
        items[0] = items[1]
        other = [x for x in items if x]
        a, b = other
        b.append(a is b)
        other[0] = other[-1] = None
    return items, other


print(unique())
print(list(), list("ab"), list((1, 2)), list({3: 4}), list([5]), tuple([6]), tuple(), set([1, 1, 2]) == {1, 2})
for maker in (list, tuple, set):
    for attempt in (lambda: maker(x=1), lambda: maker(1, 2), lambda: maker(3)):
        try:
            attempt()
        except TypeError as error:
            print(error)
try:
    set([[]])
except TypeError as error:
    print(error)
print(divmod(7, 3), divmod(-7, 3), divmod(7, -3), divmod(-7, -3), divmod(6, -3), divmod(-(2**61), -1))
print(sum([1, 2, 3]), sum((2**61, 2**61)), sum([1, 2.5]), sum([[1], [2]], []), sum(range(5), 5))
print(sorted([3, 1, 2], reverse=True), sorted("bca", key=ord))
try:
    sorted([1], foo=2)
except TypeError as error:
    print(error)
# zeal: 11
