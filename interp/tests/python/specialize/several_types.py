# Attribute sites that meet several types, while the types change.
LOOPS = 300


def make(n, base=object):
    class C(base):
        shared = -n

        def __init__(self):
            for i in range(n):
                setattr(self, f"pad{i}", None)
            self.x = n

        def method(self):
            return n, self.x

    C.__name__ = f"C{n}"
    return C


class Slotted:
    __slots__ = ("x",)
    shared = "slotted"

    def method(self):
        return "slotted", self.x


def get(o):
    return o.x


def put(o, value):
    o.x = value


def call(o):
    return o.method()


def plain(o):
    return o.shared


def several():
    classes = [make(n) for n in range(7)]
    objects = [C() for C in classes]
    slotted = Slotted()
    slotted.x = "s"
    for turn in range(LOOPS):
        for count in (2, 4, 7):
            for n, o in enumerate(objects[:count]):
                assert get(o) == n and call(o) == (n, n) and plain(o) == -n
                put(o, n)
        assert get(slotted) == "s" and call(slotted) == ("slotted", "s") and plain(slotted) == "slotted"
        put(slotted, "s")
    # One class at a time becomes something else.
    classes[0].method = lambda self: "replaced"
    classes[1].x = property(lambda self: "property", lambda self, value: None)
    classes[2].shared = "changed"
    objects[3].__dict__ = {"x": "dict", "shared": "own", "method": lambda: "own method"}
    del objects[4].x
    objects[5].__class__ = classes[6]
    objects[6].method = lambda: "of the instance"
    for turn in range(LOOPS):
        assert call(objects[0]) == "replaced" and get(objects[0]) == 0
        assert get(objects[1]) == "property" and call(objects[1]) == (1, "property")
        assert plain(objects[2]) == "changed" and call(objects[2]) == (2, 2)
        assert get(objects[3]) == "dict" and plain(objects[3]) == "own" and call(objects[3]) == "own method"
        try:
            get(objects[4])
            print("not reached")
        except AttributeError:
            pass
        assert plain(objects[4]) == -4
        assert get(objects[5]) == 5 and call(objects[5]) == (6, 5) and plain(objects[5]) == -6
        assert call(objects[6]) == "of the instance" and get(objects[6]) == 6
        for o in objects[:4] + objects[5:]:
            put(o, get(o))
        put(objects[1], "ignored")
    assert "x" not in objects[4].__dict__
    put(objects[4], 44)
    assert get(objects[4]) == 44
    print("several")


def finalizers():
    log = []

    class Value:
        def __init__(self, n):
            self.n = n

        def __del__(self):
            log.append(self.n)

    objects = [make(n)() for n in range(4)]
    for turn in range(LOOPS):
        for o in objects:
            put(o, Value(turn))
            assert get(o).n == turn
    for o in objects:
        put(o, None)
    # Each value died as soon as it was replaced.
    assert log == [turn for turn in range(LOOPS) for _ in range(4)], log[:20]
    print("finalizers")


def classes_die():
    import gc

    for turn in range(60):
        objects = [make(n)() for n in range(3)]
        for _ in range(20):
            for n, o in enumerate(objects):
                assert get(o) == n and call(o) == (n, n) and plain(o) == -n
                put(o, n)
        del objects, o
        if turn % 20 == 0:
            gc.collect()
    print("classes die")


several()
finalizers()
classes_die()
# zeal: 11
