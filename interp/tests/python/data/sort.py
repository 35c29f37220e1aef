"""list.sort and sorted: order, stability, keys, errors, changes meanwhile."""


def show(thunk):
    try:
        print(repr(thunk()))
    except BaseException as error:
        print(type(error).__name__, "|", error)


show(lambda: sorted([3, 1.5, 2, True]))
show(lambda: sorted("banana", reverse=True))
show(lambda: sorted([(1, "b"), (1, "a"), (0, "z")]))
show(lambda: sorted([3, 1, 2], key=lambda x: -x))
show(lambda: sorted(range(12), key=lambda x: x % 3, reverse=True))
show(lambda: sorted(range(12), key=lambda x: x % 3))
show(lambda: sorted([0.0, -0.0, 1.0, -1.0]))
show(lambda: sorted([-0.0, 0.0], reverse=True))
show(lambda: sorted(["é", "a", "z", "ü", "日", "𝄞", ""]))
show(lambda: sorted([1, "a"]))
show(lambda: sorted([None, 1]))
show(lambda: sorted([1, 2, 3], key=1))
show(lambda: sorted())
show(lambda: sorted([2**70, -2**70, 5]))
show(lambda: sorted([1.5, 2**80, -3]))
show(lambda: sorted([[2], [1, 5], [1]]))
show(lambda: sorted([1, 2, 3], reverse=5))
show(lambda: sorted("bca", key=None))


class N:
    count = 0

    def __init__(self, value, tag=0):
        self.value = value
        self.tag = tag

    def __lt__(self, other):
        N.count += 1
        return self.value < other.value


for size in (0, 1, 2, 10, 63, 64, 65, 200, 1000):
    for reverse in (False, True):
        items = [N((i * 7919) % 31, i) for i in range(size)]
        items.sort(reverse=reverse)
        pairs = [(-item.value if reverse else item.value, item.tag) for item in items]
        assert pairs == sorted(pairs), size
N.count = 0
sorted([N(i) for i in range(100)])
print(N.count)
N.count = 0
sorted([N(-i) for i in range(100)])
print(N.count)


class Bad(N):
    def __lt__(self, other):
        raise ValueError("no order")


items = [N(i * 37 % 11) for i in range(20)] + [Bad(3)]
before = set(map(id, items))
try:
    items.sort()
except ValueError as error:
    print(error, set(map(id, items)) == before, len(items))


def meddle(item):
    numbers.append(item)
    return item


numbers = [3, 1, 2]
try:
    numbers.sort(key=meddle)
except ValueError as error:
    print(error, numbers)
numbers = [3, 1, 2]
seen = []
numbers.sort(key=lambda item: (seen.append(list(numbers)), item)[1])
print(numbers, seen)


def fail(item):
    raise KeyError(item)


numbers = [3, 1, 2]
try:
    numbers.sort(key=fail)
except KeyError as error:
    print(error, numbers)
# zeal: 10
