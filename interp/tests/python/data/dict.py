"""dict, its views and iterators."""


def show(thunk):
    try:
        print(repr(thunk()))
    except BaseException as error:
        print(type(error).__name__, "|", error)


d = dict(a=1, b=2)
d["c"] = 3
print(d, len(d), "a" in d, d.get("z"), d.get("z", 0), d.setdefault("a", 9), d.setdefault("n"), d.pop("n"))
print(list(d), list(d.items()), list(d.values()), list(reversed(d)), list(reversed(d.items())), list(reversed(d.values())))
print(d.popitem(), d, d.copy() == d, d | {"a": 5}, {"q": 0} | d)
d |= [("x", 1)]
d.update({"y": 2}, z=3)
d.update([["p", 4], "rs"])
print(d)
del d["a"]
d["a"] = 10
print(d, {1: 2} == {1.0: 2.0}, {1: 2} != {1: 3}, {True: 1}[1])
print(dict.fromkeys("abc", 0), dict.fromkeys([1, 2]), dict([(1, 2)], b=3), dict({"a": 1}, a=2), {**d, "a": 0})
print(eval("{1: 'a', 1: 'b'}"), {}, {(): []}, dict(), {1: {2: {3: {}}}})

keys, items, values = d.keys(), d.items(), d.values()
print(keys, items, values, len(keys), "x" in keys, ("x", 1) in items, ("x", 2) in items, 1 in values)
print(sorted(keys & {"x", "q"}), sorted(keys - ["x"])[:3], sorted(["x", "w"] - keys), sorted(keys ^ "xw")[-2:])
print(keys == set(d), keys >= {"x"}, keys < {"x"}, items <= set(items), {1: 2}.items() == {(1, 2)}, keys.isdisjoint("q"))
print({1: 2}.values() == {1: 2}.values(), {1: 0}.keys() | {2: 0}.keys(), type({}.keys() & []), {}.keys().mapping)
d["new"] = 1
print("new" in keys, len(items), list(values)[-1])

loop = {}
loop[1] = loop
loop[2] = loop.values()
print(loop)


class Default(dict):
    def __missing__(self, key):
        return key * 2


default = Default(a=1)
print(default["a"], default["b"], default.get("b"), default, type(default.copy()), type(default | {}), Default.fromkeys("ab"))
show(lambda: {}["missing"])


class Pairs:
    def keys(self):
        return iter("ab")

    def __getitem__(self, key):
        return key.upper()


print(dict(Pairs()), {**Pairs()})


class Hidden(dict):
    def __iter__(self):
        return iter(["b"])

    def keys(self):
        return ["b"]


print(dict(Hidden(a=1, b=2)))


def grow():
    d = {1: 1}
    for key in d:
        d[key + 1] = 1


def swap():
    d = {1: 1, 2: 2}
    for key in d:
        del d[key]
        d[key + 5] = 3


def sticky():
    d = {1: 1, 2: 2}
    iterator = iter(d)
    next(iterator)
    d[3] = 3
    result = []
    for _ in range(2):
        try:
            next(iterator)
        except RuntimeError as error:
            result.append(str(error))
            del d[3]
    return result


show(grow)
show(swap)
show(sticky)
iterator = iter({1: 2, 3: 4}.items())
print(next(iterator), iterator.__length_hint__(), list(iterator), list(iterator), next(iterator, "end"))


class Key:
    """Equal keys that change the dictionary while they are compared."""

    def __init__(self, action):
        self.action = action

    def __hash__(self):
        return 1

    def __eq__(self, other):
        self.action()
        return False


target = {}
target[Key(lambda: None)] = 1
target[1] = 2
probe = Key(target.clear)
print(target.get(probe), target)
many = {i: i for i in range(1000)}
for i in range(0, 1000, 2):
    del many[i]
print(len(many), sum(many), list(many)[:3], next(reversed(many)))
big = {}
for i in range(100):
    big[str(i)] = i
print(sum(big.values()), big["57"], [k for k in big if k.endswith("7")])
print(dict[str, int], [*{"a": 1}.items()], sorted({"b": 1, "a": 2}.items()))
# zeal: 2
