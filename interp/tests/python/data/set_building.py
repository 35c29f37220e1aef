# Sets while they are made: duplicates, collisions, growth, keys whose comparison runs code, and errors in between.
print(set(x % 7 for x in range(1000)), frozenset(x % 5 for x in range(1000)))
print(len(set(range(5000))), sum(set(range(5000))), len(frozenset(i * 3 for i in range(700))))
print(sorted(set([5, 5.0, 5 + 0j, True, 1, 1.0, 0, False, -1, -2])))
print([type(x).__name__ for x in set([5.0, 5])], [type(x).__name__ for x in set([True, 1])])
print(sorted(set((-1, -2, -3, 2**61 - 1, 0, 2**61, 1, 1 - 2**61, -(2**61), 2**64))))
print(hash(-1), hash(-2), hash(1 - 2**61), hash(-(2**61)), hash(2**61 - 2), hash(-(2**61 - 2)), hash(-(2**63)), hash(2**62))
print(set("hello") == {"h", "e", "l", "o"}, set(b"aab"), set({1: 2, 3: 4}), set({1, 2}), set(frozenset((1, 2))))
print(set(), frozenset(), set(()), set([]), frozenset([]) is frozenset(()), set(iter("")))

# A full table and an item that is there already.
for count in (5, 10, 21, 42, 170, 171):
    items = list(range(count))
    made = set(items + items)
    made.add(count)
    print(count, len(made), len(set(x for x in items * 3)))


class Key:
    log = []

    def __init__(self, name, code):
        self.name, self.code = name, code

    def __hash__(self):
        return self.code

    def __eq__(self, other):
        Key.log.append(self.name + "=" + other.name)
        return self.name.lower() == other.name.lower()


made = set(Key(name, 3) for name in "abAcB")
print(sorted(k.name for k in made), Key.log)
Key.log.clear()
made = frozenset([Key(name, len(name)) for name in ("x", "yy", "X", "YY", "z")])
print(sorted(k.name for k in made), len(Key.log))


# Same hash as a small int, and a comparison that raises.
class Odd:
    def __hash__(self):
        return 2

    def __eq__(self, other):
        raise ValueError("odd")


for make in (set, frozenset):
    try:
        make(x for x in (1, 2, Odd()))
    except ValueError as e:
        print(e)
    try:
        make((1, [], 2))
    except TypeError as e:
        print(e)


# What was gathered dies with the error, in order.
class Noisy:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        dead.append(self.n)


dead = []


def some():
    for n in range(8):
        yield Noisy(n)
    raise KeyError("end")


try:
    set(some())
except KeyError as e:
    print(e)
print(sorted(dead))
dead.clear()
made = set(Noisy(n) for n in range(12))
print(len(made), dead)
del made
print(sorted(dead))


# A comparison that looks at the world while the set is being made.
class Looks:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        import gc

        gc.collect()
        return self is other


print(len({Looks(), Looks(), 1, Looks()}), len(set([Looks(), 1, Looks()])))

# Displays and comprehensions.
a, b, c = 1, 2, 1
print({a, b, c}, {x // 2 for x in range(9)}, {*range(3), *"ab"} == {0, 1, 2, "a", "b"}, {a, b} | {3})
try:
    {1, [], 2}
except TypeError as e:
    print(e)


# reversed(): of ranges, of what has no such thing, and of what defines it anyhow.
print(list(reversed(range(5))), list(reversed(range(3, 20, 4))), list(reversed(range(0))), list(reversed(range(5, 0, -2))))
print(range(3, 2), len(range(2**61)), range(-5, 2**61)[-1] == 2**61 - 1, len(range(-(2**61), 2**61 - 1)))


class Back:
    def __reversed__(self):
        return "back"


class Refuses(list):
    __reversed__ = None


class Static:
    @staticmethod
    def __reversed__():
        return "static"


class Sequence:
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index * 10


print(reversed(Back()), reversed(Static()), list(reversed(Sequence())))
for value in (Refuses(), {1}, 3):
    try:
        reversed(value)
    except TypeError as e:
        print(e)

# Set comprehensions: keys that compare by code, that see the set while it is built, and that other containers share.
print({x % 5 for x in range(300)}, len({x * x for x in range(400)}), {str(x % 3) for x in range(9)} == {"0", "1", "2"})
print(sorted({k.name for k in {Key(name, 4) for name in "xyXz"}}), {None for _ in range(3)}, {(x, x) for x in (1, 1)})


class Finds:
    def __hash__(self):
        import gc

        for found in gc.get_objects():
            if type(found) is set and "marker" in found and len(found) == 1:
                kept.append(found)
        return 77


kept = []
made = {x for x in ("marker", Finds(), 3, 4)}
print(len(made), len(kept) in (0, 1), all(found is made for found in kept))
try:
    {[x] for x in range(3)}
except TypeError as e:
    print(e)

# Negation.
for value in (0, 1, -1, 2**60, -(2**60), 2**61 - 1, -(2**61), 2**61, 2**64, 0.0, -0.0, 1.5, 1e300, 5e-324, True, 2j):
    negated = -value
    print(negated, -negated, type(negated).__name__, end="; ")
print()
