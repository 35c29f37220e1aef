# Subscripts, slices, unpacking, membership and iteration that meet something else after they were specialized.
LOOPS = 80


def getitem():
    class C:
        def __init__(self, n):
            self.n = n

        def __getitem__(self, key):
            return self.n, key

    def get(c, key):
        return c[key]

    def store(c, key):
        key = c[key]
        return key

    def nested(c):
        return c[c[1][1]][0] + len(c[2])

    c = C(5)
    for n in range(LOOPS):
        assert get(c, n) == (5, n) and store(c, n) == (5, n) and nested(c) == 7
    C.__getitem__ = lambda self, key: ("new", key)
    for n in range(LOOPS):
        assert get(c, n) == ("new", n) and store(c, n) == ("new", n)
    C.__getitem__ = lambda self, key=0, extra=1: ("default", extra)
    for n in range(LOOPS):
        assert get(c, n) == ("default", 1)

    def generator(self, key):
        yield key

    C.__getitem__ = generator
    for n in range(LOOPS):
        assert list(get(c, n)) == [n]

    def fails(self, key):
        raise KeyError(key)

    C.__getitem__ = fails
    for n in range(LOOPS):
        try:
            get(c, n)
            print("not reached")
        except KeyError as error:
            assert error.args == (n,)
    C.__getitem__ = C(1).__init__
    try:
        get(c, 3)
    except BaseException as error:
        print(type(error).__name__)
    del C.__getitem__
    for _ in range(3):
        try:
            get(c, 3)
        except TypeError as error:
            text = str(error)
    print(text)

    class L(list):
        def __getitem__(self, key):
            return "L", key

    for n in range(LOOPS):
        assert get(L(), n) == ("L", n) and get([7], 0) == 7 and get({n: 1}, n) == 1

    class Deep:
        def __getitem__(self, key):
            return self[key]

    try:
        get(Deep(), 1)
    except RecursionError:
        print("RecursionError")


def slices():
    def middle(s):
        return s[1:3]

    def all_kinds(s):
        return s[:], s[-2:], s[:-1], s[5:2], s[100:], s[::2], s[::-1]

    items = [1, 2, 3, 4]
    for _ in range(LOOPS):
        assert middle(items) == [2, 3] and items[1:3] is not items
        assert all_kinds(items) == (items, [3, 4], [1, 2, 3], [], [], [1, 3], [4, 3, 2, 1])
    for _ in range(LOOPS):
        assert middle((1, 2, 3, 4)) == (2, 3) and middle("abcd") == "bc" and middle(range(9)) == range(1, 3)
    for _ in range(LOOPS):
        assert middle([]) == [] and middle([0]) == [] and middle([0, 1]) == [1]

    class L(list):
        pass

    assert type(middle(L(items))) is list

    class Index:
        def __index__(self):
            items.append(0)
            return -1

    def odd(s, index):
        return s[slice(index, None)]

    for _ in range(LOOPS):
        assert odd(items, 2) == items[2:]
    assert odd(items, Index()) == [0]
    try:
        odd(items, "x")
    except TypeError as error:
        print(error)


def unpacking():
    def two(s):
        a, b = s
        return b, a

    def three(s):
        a, b, c = s
        return c, b, a

    for _ in range(LOOPS):
        assert two([1, 2]) == (2, 1) and three([1, 2, 3]) == (3, 2, 1)
    for _ in range(LOOPS):
        assert two((1, 2)) == (2, 1) and three((1, 2, 3)) == (3, 2, 1)
    for _ in range(LOOPS):
        assert two("ab") == ("b", "a") and three({1: 0, 2: 0, 3: 0}) == (3, 2, 1)
    for _ in range(LOOPS):
        assert two([3, 4]) == (4, 3)
    for function in two, three:
        for value in [], [1], [1, 2, 3, 4], (1, 2, 3, 4), (), 5, "abcde":
            try:
                function(value)
            except (ValueError, TypeError) as error:
                print(error)

    class L(list):
        def __iter__(self):
            return iter("xyz")

    for _ in range(LOOPS):
        assert three(L()) == ("z", "y", "x")


def membership():
    def has(c, x):
        return x in c

    def lacks(c, x):
        return x not in c

    for c in {1, 2}, {1: 0, 2: 0}, [1, 2], (1, 2), frozenset((1, 2)), range(1, 3), {1, 2}:
        for _ in range(LOOPS):
            assert has(c, 1) and not has(c, 3) and lacks(c, 3) and not lacks(c, 2)
    for c in {1}, {1: 0}:
        try:
            has(c, [])
        except TypeError as error:
            print(error)


def steps():
    def total(c):
        t = 0
        for x in c:
            t += x
        return t

    def generator():
        yield 1
        yield 2
        yield 3

    class Own:
        def __iter__(self):
            self.n = 0
            return self

        def __next__(self):
            self.n += 1
            if self.n > 3:
                raise StopIteration
            return self.n

    for make in (lambda: [1, 2, 3], lambda: (1, 2, 3), lambda: range(1, 4), generator, Own, lambda: {1: 0, 2: 0, 3: 0}):
        for _ in range(LOOPS):
            assert total(make()) == 6
    for _ in range(LOOPS):
        assert total([1, 2, 3]) == 6
    items = [1, 2, 3]
    out = []
    for x in items:
        out.append(x)
        if len(items) < 50:
            items.append(x)
    print(len(out), total(range(2**70, 2**70 + 2)) == 2**71 + 1)


getitem()
slices()
unpacking()
membership()
steps()
# zeal: 5
