# Concatenation of strings, in place where nobody can tell.
LOOPS = 80


def grows():
    s = ""
    for n in range(3000):
        s += "ab"
    assert s == "ab" * 3000 and hash(s) == hash("ab" * 3000)
    t = s
    for n in range(LOOPS):
        s += "c"
    assert t == "ab" * 3000 and s == t + "c" * LOOPS
    d = {s: 1}
    before = hash(s)
    old = s
    s += "d"
    assert hash(old) == before and d[old] == 1 and s not in d and s[-2:] == "cd"
    # The text itself, twice.
    s = "x" * 200
    for _ in range(5):
        s += s
    assert s == "x" * 6400
    # A text that is wider, then narrower.
    s = "n" * 150
    for n in range(LOOPS):
        s += "n" if n < 40 else "\u20ac" if n < 60 else "\U0001f600"
    assert s == "n" * 190 + "\u20ac" * 20 + "\U0001f600" * 20 and len(s) == 230
    for n in range(LOOPS):
        s += "e"
    assert s.endswith("\U0001f600" + "e" * LOOPS) and s.count("e") == LOOPS and not s.isascii()
    s = "a" * 300
    for n in range(LOOPS):
        s += "\u00e9"
    assert not s.isascii() and s.encode("latin-1") == b"a" * 300 + b"\xe9" * LOOPS
    s = s + ""
    assert s + "" == s
    return s


def shared():
    def keep(s, kept):
        for n in range(LOOPS):
            s += "-"
            if n % 10 == 0:
                kept.append(s)
        return s

    base = "b" * 200
    kept = []
    assert keep(base, kept) == base + "-" * LOOPS
    assert base == "b" * 200
    assert [len(s) for s in kept] == [201 + n for n in range(0, LOOPS, 10)]

    def borrowed(s):
        s += "!"
        return s

    mine = "m" * 200 + str(len(base))
    for n in range(LOOPS):
        assert borrowed(mine) == mine + "!" and len(mine) == 203

    def closure():
        s = "c" * 200

        def look():
            return s

        for n in range(LOOPS):
            s += "."
            assert len(look()) == 201 + n

    closure()

    def generator():
        s = "g" * 200
        while True:
            yield s
            s += "."

    seen = []
    for s in generator():
        seen.append(s)
        if len(seen) == LOOPS:
            break
    assert [len(s) for s in seen] == [200 + n for n in range(LOOPS)]

    def unused(s="d" * 200):
        s += "."
        return s

    for n in range(LOOPS):
        assert unused() == "d" * 200 + "."


def changes():
    class S(str):
        def __add__(self, other):
            return S("added")

    class R(str):
        def __radd__(self, other):
            return "radded"

    def add(a, b):
        a = a + b
        return a

    def plain(a, b):
        return a + b

    for _ in range(LOOPS):
        assert add("a" * 200, "b") == plain("a" * 200, "b") == "a" * 200 + "b"
    for _ in range(LOOPS):
        assert add(S("a"), "b") == plain(S("a"), "b") == "added"
    for _ in range(LOOPS):
        assert add("a", R("b")) == plain("a", R("b")) == "radded"
    for _ in range(LOOPS):
        assert add(1, 2) == plain(1, 2) == 3 and add([1], [2]) == plain([1], [2]) == [1, 2]
    for _ in range(LOOPS):
        assert add("c" * 200, "d") == plain("c" * 200, "d")
    for function in add, plain:
        try:
            function("a", 1)
        except TypeError as error:
            print(error)

    def unbound():
        del s
        s += "x"

    s = "x"
    try:
        unbound()
    except UnboundLocalError as error:
        print(error)


grows()
shared()
changes()
