# Pairs of enumerate, zip and items() are made anew only where somebody has the last one.
import gc
from _weakref import ref
class Loud:
    def __init__(self, name): self.name = name
    def __del__(self): log.append(self.name)
log = []
def sources():
    yield enumerate(["a", "b", "c", "d"])
    yield zip("abcd", [1, 2, 3, 4])
    yield {"a": 1, "b": 2, "c": 3, "d": 4}.items()
    yield reversed({"a": 1, "b": 2, "c": 3, "d": 4}.items())
for source in sources():
    print(list(source))
for source in sources():
    it = iter(source)
    first = next(it)
    kept = [first, next(it)]
    second = next(it)
    kept.append(second)
    kept.append(next(it))
    print(kept, first, second, len({id(pair) for pair in kept}), next(it, "end"), next(it, "end"))
for source in sources():
    print([(a, b) for a, b in source])
for source in sources():
    print([pair for pair in source])
for source in sources():
    seen = set()
    for pair in source:
        seen.add(pair)
        a, b = pair
    print(sorted(seen, key=str), pair)
for source in sources():
    out = {}
    for pair in source:
        out[pair] = hash(pair) == hash(tuple(list(pair)))
    print(out)
# What the pair names dies at the next step, or with the iterator.
def steps(make):
    log.clear()
    it = make()
    for a, b in it:
        a = b = None
        log.append("step")
    log.append("over")
    del it
    log.append("end")
    print(log)
steps(lambda: enumerate(Loud(i) for i in range(3)))
steps(lambda: zip((Loud(i) for i in range(3)), "abc"))
# A step may run code that steps the same iterator.
class Again:
    def __init__(self, it): self.it = it
    def __del__(self): log.append(next(it_again, None))
log.clear()
def items():
    for i in range(6):
        yield Again(None) if i % 2 else i
it_again = enumerate(items())
got = []
for n, item in it_again:
    got.append((n, type(item).__name__))
    item = None
print(got, [entry and entry[0] for entry in log])
# Iterators that are part of a cycle go.
class Node: pass
def cycle(make):
    node = Node()
    node.it = make(node)
    next(node.it)
    r = ref(node)
    del node
    gc.collect()
    return r()
print(cycle(lambda n: enumerate([n, n])), cycle(lambda n: zip([n, n], [n, n])), cycle(lambda n: iter({1: n, 2: n}.items())))
def nested(n):
    total = 0
    for i, (a, b) in enumerate(zip(range(n), range(n, 2 * n))):
        for k, v in {a: b, b: i}.items():
            total += k * v + i
    return total
print([nested(n) for n in (0, 1, 5, 50)])
big = enumerate("ab", 2 ** 63 - 1)
print(list(big), list(enumerate("ab", 10 ** 30)), list(zip("ab")), list(zip()), list(zip("ab", "cd", "ef")))
