# Iterators that give pairs, stepped by several threads: each pair is whole, and stays what it was.
from _storm import storm
N = 3000
def run(make, check):
    for _ in range(4):
        it = make()
        kept = [[], [], []]
        def work(index):
            mine = kept[index]
            while True:
                try:
                    pair = next(it)
                except (StopIteration, RuntimeError):
                    break
                a, b = pair
                assert check(a, b), (a, b)
                mine.append((pair, a, b))
        storm(work, work, work)
        for mine in kept:
            for pair, a, b in mine:
                assert pair == (a, b), (pair, a, b)
run(lambda: enumerate([[i] for i in range(N)]), lambda a, b: isinstance(a, int) and isinstance(b, list))
run(lambda: zip(range(N), [str(i) for i in range(N)]), lambda a, b: isinstance(a, int) and isinstance(b, str))
run(lambda: iter({i: str(i) for i in range(N)}.items()), lambda a, b: str(a) == b)
def handed(it):
    def work(index):
        for a, b in it:
            assert isinstance(a, int) and isinstance(b, list)
    return work
it = enumerate([[i] for i in range(N)])
next(it)
storm(handed(it), handed(it))
print("done")
# zeal: 101
