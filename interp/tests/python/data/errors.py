"""Messages of the container types, as CPython words them."""


def show(thunk):
    try:
        print(repr(thunk()))
    except BaseException as error:
        print(type(error).__name__, "|", error, "|", error.args if type(error) is KeyError else "")


def assign(container, key, value):
    container[key] = value


def delete(container, key):
    del container[key]


word, number = "a", 1
for thunk in (
    # dict keys and set elements without a hash
    lambda: {[]: 1}, lambda: {}[[]], lambda: {[]}, lambda: [] in set(), lambda: set().add([]), lambda: {}.get([]),
    lambda: {}.pop([]), lambda: {1: 1}.pop([]), lambda: set().remove([]), lambda: {}.setdefault([]), lambda: [] in {},
    lambda: dict([([], 1)]), lambda: set([[]]), lambda: hash([]), lambda: hash(([],)), lambda: {([],): 1},
    lambda: hash({}), lambda: hash(set()), lambda: {1}.isdisjoint([[]]), lambda: {1: []}.items() & {3},
    lambda: {1: []}.items() ^ {3}, lambda: set({1: []}.items()), lambda: (1, []) in {1: []}.items(),
    # dict
    lambda: dict(1), lambda: dict([1]), lambda: dict([(1,)]), lambda: dict([()], a=1), lambda: dict(1, 2),
    lambda: dict.fromkeys(), lambda: {}.update(1, 2), lambda: {}.update(None), lambda: {}.pop(), lambda: {}.pop(1),
    lambda: {}.popitem(), lambda: {}.get(), lambda: {} | 1, lambda: {}["a"], lambda: delete({}, 1),
    lambda: dict(["ab", "cd"]), lambda: dict(["abc"]),
    # list and tuple
    lambda: [].index(1), lambda: [].remove(1), lambda: ().index(1), lambda: [][number], lambda: ()[number],
    lambda: [][word], lambda: ()[word], lambda: [1] * (2**100), lambda: [1] * (2**62), lambda: () * (2**100),
    lambda: (1,) * (2**62), lambda: [1][2**100], lambda: [] + 1, lambda: () + [], lambda: [].insert(1),
    lambda: [].insert("a", 1), lambda: [].pop(), lambda: [1].pop(5), lambda: [1].pop("a"), lambda: list(1, 2),
    lambda: list(a=1), lambda: tuple(a=1), lambda: tuple(1, 2), lambda: [].sort(1), lambda: [].sort(foo=1),
    lambda: [1, "a"].sort(), lambda: assign([1], 2, 3), lambda: assign([1], "a", 3),
    lambda: assign([1, 2, 3], slice(0, 3, 2), [1]), lambda: assign([1, 2], slice(0, 1), 3),
    lambda: assign([1, 2], slice(0, 2, 2), 3), lambda: delete([1], 3), lambda: delete([], "a"), lambda: [1, 2][::0],
    lambda: [1][: word], lambda: assign((), 0, 1), lambda: [].extend(1), lambda: [].append(), lambda: [].append(1, 2),
    lambda: [].count(), lambda: [].index(), lambda: [].clear(1), lambda: [].append(a=1), lambda: [1].index(1, "a"),
    lambda: [1] < (1,), lambda: [] * 1.5, lambda: list.append(1, 2), lambda: list.__len__(1), lambda: [1, 2].index(2, 0, 1),
    # range and slice
    lambda: range(), lambda: range(1, 2, 3, 4), lambda: range(1, 2, 0), lambda: range("a"), lambda: range(1.5),
    lambda: range(a=1), lambda: range(3).index(5), lambda: range(3).index("a"), lambda: range(10**30)[10**30],
    lambda: len(range(10**30)), lambda: range(3)["a"], lambda: range(3)[5], lambda: range(3) < range(4),
    lambda: slice(), lambda: slice(1, 2, 3, 4), lambda: slice(1).indices(), lambda: slice(1).indices(-1),
    lambda: slice(1).indices("a"), lambda: slice(1, 2, 0).indices(3), lambda: slice(a=1), lambda: slice(1) < 2,
    # iterators
    lambda: enumerate(), lambda: enumerate(1), lambda: enumerate([], 1, 2), lambda: enumerate([], "a"),
    lambda: enumerate(foo=1), lambda: enumerate([], foo=1), lambda: enumerate(start=1), lambda: zip(1),
    lambda: list(zip([1], [], strict=True)), lambda: list(zip([], [1], strict=True)),
    lambda: list(zip([], [], [1], strict=True)), lambda: list(zip([1], [1], [], strict=True)), lambda: zip(foo=1),
    lambda: map(), lambda: map(1), lambda: map(int, 1), lambda: list(map(max, [1], [], strict=True)),
    lambda: list(map(max, [], [], [1], strict=True)), lambda: map(int, [], foo=1), lambda: list(map(None, [1])),
    lambda: filter(), lambda: filter(1), lambda: filter(None, 1), lambda: filter(a=1), lambda: reversed(),
    lambda: reversed(1), lambda: reversed({1}), lambda: reversed(a=1), lambda: reversed([], []), lambda: iter(1),
    lambda: iter(1, 2), lambda: iter([]).__setstate__("a"), lambda: type(iter([]))(), lambda: type({}.keys())(),
    # set
    lambda: set(1, 2), lambda: set(a=1), lambda: frozenset(a=1), lambda: frozenset(1, 2), lambda: set().pop(),
    lambda: {1}.remove(2), lambda: {1} | [1], lambda: {1} < [1], lambda: set().union(1), lambda: set().isdisjoint(1),
    lambda: {1}.update(3), lambda: set().issubset(), lambda: {1} - 1, lambda: {}.keys() | 1, lambda: {}.keys() < 1,
):
    show(thunk)
# zeal: 2
