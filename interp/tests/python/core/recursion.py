# Deep recursion through native code raises RecursionError or succeeds; deep structures die without recursion.
import itertools


def outcome(call):
    try:
        return type(call()).__name__
    except RecursionError:
        return "RecursionError"


def nest(make, depth, inner):
    for _ in range(depth):
        inner = make(inner)
    return inner


class Endless:
    def __eq__(self, other): return self == other
    def __lt__(self, other): return self < other
    def __repr__(self): return repr(self)
    def __str__(self): return str(self)
    def __hash__(self): return hash(self)
    def __len__(self): return len(self)
    def __bool__(self): return bool(self)
    def __call__(self): return self()
    def __getitem__(self, key): return self[key]
    def __contains__(self, item): return item in self
    def __iter__(self): return iter(self)
    def __add__(self, other): return self + other
    def __format__(self, spec): return format(self, spec)
    def __getattr__(self, name): return getattr(self, name + "x")


for call in [
    lambda x: x == 1, lambda x: x < 1, repr, str, hash, len, bool, lambda x: x(), lambda x: x[1], lambda x: 1 in x, iter,
    lambda x: x + 1, format, lambda x: f"{x}", lambda x: "%s" % (x,), lambda x: x.a,
]:
    print(outcome(lambda: call(Endless())), end=" ")
print()

deep = nest(lambda x: [x], 100_000, [])
print(outcome(lambda: repr(deep)))
print(outcome(lambda: isinstance("a", nest(lambda x: (x,), 100_000, (int,)))))
print(hash(nest(lambda x: x | list[x], 40, int | str)) == hash(nest(lambda x: x | list[x], 40, int | str)))

loop = []
loop.append(loop)
other = []
other.append(other)
print(loop, loop == loop, outcome(lambda: loop == other))

for make in [
    lambda x: [x], lambda x: (x,), lambda x: {1: x}, lambda x: slice(x), lambda x: lambda: x, staticmethod,
    lambda x: map(abs, [x]), lambda x: itertools.chain([x]),
]:
    chain = nest(make, 20_000, None)
    del chain
print("dropped")


def generator(inner):
    yield inner


def started(inner):
    made = generator(inner)
    next(made)
    return made


chain = nest(started, 20_000, None)
del chain
error = None
for number in range(20_000):
    new = ValueError(number)
    new.__context__ = error
    error = new
del new, error
print("dropped")

print(outcome(lambda: eval("-" * 1000 + "1")), outcome(lambda: eval("(" * 150 + "1" + ")" * 150)))
for source in ["(" * 5000 + ")" * 5000, "-" * 100_000 + "1", "[" * 5000]:
    try:
        eval(source)
        print("evaluated")
    except (SyntaxError, MemoryError, RecursionError, NameError) as failure:
        print(type(failure).__name__)
# zeal: 5003
