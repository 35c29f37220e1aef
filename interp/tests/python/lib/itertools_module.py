from itertools import *
print(list(islice(count(5), 3)), list(islice(count(1, 0.5), 3)), count(3), count(1, 2), repeat("x", 2))
print(list(islice(cycle("ab"), 5)), list(repeat(7, 3)))
print(list(accumulate([1, 2, 3])), list(accumulate([1, 2, 3], lambda a, b: a * b, initial=10)))
print(list(chain("ab", [1])), list(chain.from_iterable(["ab", "c"])))
print(list(compress("abcd", [1, 0, 1])), list(dropwhile(lambda x: x < 3, [1, 4, 2])), list(takewhile(lambda x: x < 3, [1, 4, 2])))
print(list(filterfalse(None, [0, 1, ""])), list(starmap(pow, [(2, 3), (3, 2)])))
print([(k, list(g)) for k, g in groupby("aabbbc")], [k for k, g in groupby([1, 1, 2, 3, 3])])
print([(k, list(g)) for k, g in groupby(range(6), key=lambda x: x // 2)])
print(list(islice("abcdef", 1, 5, 2)), list(islice("abc", 2)), list(islice("abc", 1, None)))
print(list(pairwise([1, 2, 3])), list(batched("abcde", 2)), list(zip_longest("ab", "c", fillvalue="-")))
print(list(product("ab", repeat=2)), list(product([1, 2], "x")), list(product()), list(product([], [1])))
print(list(permutations([1, 2, 3])), list(permutations("abc", 2)), list(permutations([], 0)))
print(list(combinations("abcd", 2)), list(combinations_with_replacement("ab", 2)), list(combinations([1], 2)))
a, b, c = tee(iter(range(4)), 3)
print(list(a), next(b), list(b), list(c))
it = islice(iter(range(10)), 2)
print(list(it))
def error(f, *args, **kwargs):
    try:
        return f(*args, **kwargs)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
print(error(islice, [1], -1), error(batched, [1], 0), error(lambda: list(batched("abc", 2, strict=True))), error(combinations, [1], -1))
print(error(count, "a"), error(repeat), error(product, [1], repeat=-1))
