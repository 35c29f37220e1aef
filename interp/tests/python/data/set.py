"""set and frozenset."""
s = {3, 1, 2}
f = frozenset("ab")
print(sorted(s), len(s), 1 in s, 9 in s, set(), frozenset(), frozenset([1]), {1}, {(1, 2)})
print(sorted(s | {7}), sorted(s & {1, 2, 9}), sorted(s - {1}), sorted(s ^ {1, 5}))
print(type(f | {1}), type({1} | f), type(f & {"a"}), f - {"a"}, f == {"a", "b"}, hash(f) == hash(frozenset("ba")))
print(s < {1, 2, 3, 4}, s <= {1, 2, 3}, s > {1}, s >= {1, 2, 3, 4}, s == {1, 2, 3}, s != {1}, {1} < {2}, s == [1, 2, 3])
print(sorted(s.union([4], (5,), {6: 0})), sorted(s.intersection([1, 2], {2})), sorted(s.difference([1], {2})))
print(sorted(s.symmetric_difference([1, 1, 8])), s.issubset(range(9)), s.issuperset([1]), s.isdisjoint([8]), s.isdisjoint({1}))
s.add(4)
s.discard(100)
s.remove(4)
s.update([5], {6})
s.difference_update([5], [6])
s.intersection_update([1, 2, 3, 4])
s.symmetric_difference_update([3, 4])
print(sorted(s), s.copy() is s, f.copy() is f, frozenset(f) is f)
s |= {9}
s &= {9, 1}
s ^= {1, 2}
s -= {9}
print(s)
s ^= s
print(s)
s = {1}
s |= s
s -= s
print(s, {1}.pop())
print({frozenset([1])} == {frozenset([1])}, {1} in {frozenset([1])}, frozenset([frozenset()]))
nested = {frozenset([1])}
nested.discard({1})
print(nested)


class Named(set):
    pass


class Cold(frozenset):
    def __new__(cls, items, name):
        self = super().__new__(cls, items)
        self.name = name
        return self


print(Named([1]), Named(), type(Named() | {1}), type(Named().copy()), Cold([1], "x"), Cold([1], "x").name, Named([1]) == {1})


def grow():
    s = {1, 2}
    for item in s:
        s.add(item + 10)


try:
    grow()
except RuntimeError as error:
    print(error)
iterator = iter({1, 2})
print(iterator.__length_hint__(), sorted(iterator), list(iterator))
print(hash(frozenset([1, 2, 3])), hash(frozenset()), hash(frozenset([frozenset([1]), 2.5])), hash((1, 2, 3)), hash(()), hash((1, (2.5, -1))))
print(len({1, 1.0, True}), {0, False, 0.0}, len({"a", "b", "a"}), len({*range(1000), *range(500, 1500)}))
print({x % 3 for x in range(9)} == {0, 1, 2}, set("hello") == set("helo"), set[int], {1}.__or__([1]))
