# What a specialized attribute store must notice.
LOOPS = 80


def instance_value():
    class C:
        def __init__(self):
            self.x = 0

    def put(o, v):
        o.x = v

    o = C()
    for i in range(LOOPS):
        put(o, i)
        assert o.x == i
    seen = []
    C.x = property(lambda self: "get", lambda self, v: seen.append(v))
    for i in range(LOOPS):
        put(o, i)
    assert seen == list(range(LOOPS)) and o.x == "get"
    del C.x
    assert o.x == LOOPS - 1
    for i in range(LOOPS):
        put(o, -i)
        assert o.x == -i
    C.__setattr__ = lambda self, name, value: seen.append(name)
    put(o, "ignored")
    assert o.x == 1 - LOOPS and seen[-1] == "x"
    print("instance value")


def through_dict():
    class C:
        pass

    def put(o, v):
        o.a = v

    o = C()
    o.a = 0
    for i in range(LOOPS):
        put(o, i)
        assert o.__dict__ == {"a": i}
    d = o.__dict__
    o.__dict__ = {"a": "new"}
    for i in range(LOOPS):
        put(o, i)
        assert o.__dict__ == {"a": i} and d == {"a": LOOPS - 1}
    o.__dict__.clear()
    for i in range(LOOPS):
        put(o, i)
        assert list(o.__dict__.items()) == [("a", i)]
    print("through dict")


def old_values_die():
    log = []

    class Noisy:
        def __init__(self, n):
            self.n = n

        def __del__(self):
            log.append(self.n)

    class C:
        pass

    class S:
        __slots__ = ("a",)

    def put(o, v):
        o.a = v

    for o in (C(), S()):
        for i in range(5):
            put(o, Noisy(i))
        put(o, None)
        put(o, None)
    assert log == [0, 1, 2, 3, 4] * 2
    print("old values die")


def read_only():
    class S:
        __slots__ = ()
        x = 1

    def put(o):
        o.x = 2

    for _ in range(LOOPS):
        try:
            put(S())
        except AttributeError as error:
            text = str(error)
    print("read only:", text)


instance_value()
through_dict()
old_values_die()
read_only()
