# Sets of ints show their items in the order of CPython's table.
import itertools

print({3, 1, 2}, {5, 4, 3, 2, 1, 0}, {100, 3, 7, 8, 1})
print({-1, -2, 3, 0}, {1 << 40, 5, 9}, set(range(10, 0, -1)))
print(list({9, 8, 7}), tuple({9, 8, 7}), [x for x in {9, 8, 7}], sorted({9, 8, 7}))
for values in [range(0, 1000, 7), range(1000, 0, -13), [2**k for k in range(30)], [k * k % 1009 for k in range(200)]]:
    made = set()
    for value in values:
        made.add(value)
    print(list(made) == [x for x in made], list(made)[:12], repr(made)[:40])
print(frozenset([8, 1, 16, 9, 24]), {17, 9, 1} | {33}, {1, 2, 3} & {3, 2}, {5, 1} ^ {2, 5})
iterator = iter({3, 1, 2})
print(next(iterator), iterator.__length_hint__(), list(iterator))
changed = {3, 1, 2}
try:
    for item in changed:
        changed.add(item + 10)
except RuntimeError as error:
    print(error)
