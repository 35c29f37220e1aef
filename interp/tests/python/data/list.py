"""list: subscription, methods, operators, subclasses."""
a = [1, 2, 3, 4, 5, 6, 7, 8]
a[2:4] = [9, 9, 9]
print(a)
a[::2] = [0] * 5
print(a)
del a[::3]
print(a)
del a[-1]
print(a)
del a[1:3]
print(a)
a[:0] = [7]
a[5:2] = [1]
print(a)
a[::-1] = range(len(a))
print(a)
del a[::-2]
print(a)
a *= 3
print(a)
a *= 0
a += (1, 2)
a += "xy"
print(a)
a.insert(-100, 0)
a.insert(100, 9)
a.extend(a)
print(a)
a[:] = a
a.reverse()
print(a, a.index("x", 2), a.count(1))
a.remove("x")
print(a.pop(0), a.pop(), a.pop(-2), a)
a.clear()
print(a, bool(a), not a)

print([1, 2, 3][2**100:], [1, 2, 3][-2**100:2], [1, 2, 3, 4][3:0:-2], [1, 2][5:], [][1:2])
print([1, 2] < [1, 3], [1, 2] < [1], [] < [0], [1, [2, 3]] == [1, [2, 3]], [1] != [1, 2], [1, 2] >= [1, 2])
nan = float("nan")
print([nan] == [nan], nan in [nan], [nan].index(nan), [nan].count(nan), [1.0, True] == [1, 1])
items = [1]
items.append(items)
print(items, items == items)
try:
    items == [1, [1, items]]
except RecursionError as error:
    print(type(error).__name__)
print([*range(3), *"ab", *{"k": 1}], list({3, 3}), list({"a": 1}.items()))


class Stack(list):
    def __init__(self, *items, name=""):
        super().__init__(items)
        self.name = name

    def __repr__(self):
        return f"{self.name}:{super().__repr__()}"


stack = Stack(1, 2, name="s")
stack.append(3)
print(stack, stack + [4], type(stack[:]), type(stack.copy()), type(stack * 2), len(stack), stack == [1, 2, 3])
print(len(list.__new__(Stack)), sorted(Stack(3, 1, 2)), isinstance(stack, list))


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


print([10, 20, 30][Index(1)], [10, 20, 30][Index(0):Index(2)], [1] * Index(3), Index(2) * [1])
print([1, 2, 3].__getitem__(0), [1, 2].__contains__(2), [].__len__(), [1].__add__([2]), [1].__rmul__(2))


def generate():
    yield 1
    yield 2
    raise KeyError("stop")


partial = []
try:
    partial.extend(generate())
except KeyError:
    print(partial)


class Changing:
    """Equality that changes the list while it is searched."""

    def __init__(self, target):
        self.target = target

    def __eq__(self, other):
        self.target.clear()
        return False


victim = [1, 2, 3]
print(victim.count(Changing(victim)), victim)
victim = [1, 2, 3]
print(Changing(victim) in victim, victim)
victim = [Changing([]), 2]
print(victim == [1, 2], [1, 2] != victim)
one = [1, 2, 3, 4]
for item in one:
    if item < 3:
        one.append(item + 10)
print(one)
print(list[int], list.__class_getitem__((int, str)))
print([[1, 2], [3, 4]][1][0], [[0] * 2 for _ in range(2)])
