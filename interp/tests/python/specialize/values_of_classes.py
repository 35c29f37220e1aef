# Values of classes that are ordinary objects: they die when they are replaced, and may turn into descriptors.
LOOPS = 80
log = []


class Value:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)


class Meta(type):
    pass


def holders():
    class Plain:
        pass

    class Slotted:
        __slots__ = ()

    class WithMeta(metaclass=Meta):
        pass

    return (Plain, Plain), (Plain, Plain()), (Slotted, Slotted()), (WithMeta, WithMeta)


def make():
    space = {}
    exec("def get(o):\n    return o.value\n", space)
    return space["get"]


def replaced():
    for holder, owner in holders():
        get = make()
        holder.value = Value(1)
        for _ in range(LOOPS):
            assert get(owner).n == 1
        log.clear()
        holder.value = Value(2)
        assert log == [1], log
        for _ in range(LOOPS):
            assert get(owner).n == 2
        kept = get(owner)
        del holder.value
        assert log == [1]
        for _ in range(3):
            try:
                get(owner)
                print("not reached")
            except AttributeError:
                pass
        del kept
        assert log == [1, 2]
        holder.value = 5
        for _ in range(LOOPS):
            assert get(owner) == 5
        holder.value = [Value(3)]
        for _ in range(LOOPS):
            assert get(owner)[0].n == 3
        get(owner).clear()
        assert log == [1, 2, 3] and get(owner) == []
    print("replaced")


def descriptors():
    for holder, owner in holders():

        class Turns:
            pass

        get = make()
        value = holder.value = Turns()
        for _ in range(LOOPS):
            assert get(owner) is value
        Turns.__get__ = lambda self, instance, cls: ("got", instance is None)
        for _ in range(LOOPS):
            assert get(owner) == ("got", owner is holder)
        del Turns.__get__
        for _ in range(LOOPS):
            assert get(owner) is value

        class Described:
            def __get__(self, instance, cls):
                return "other class"

        value.__class__ = Described
        for _ in range(LOOPS):
            assert get(owner) == "other class"
        value.__class__ = Turns
        for _ in range(LOOPS):
            assert get(owner) is value
        if owner is not holder and hasattr(owner, "__dict__"):
            owner.value = "own"
            for _ in range(LOOPS):
                assert get(owner) == "own"
            Turns.__get__ = lambda self, instance, cls: "data"
            Turns.__set__ = lambda self, instance, new: None
            for _ in range(LOOPS):
                assert get(owner) == "data"
            del Turns.__set__
            for _ in range(LOOPS):
                assert get(owner) == "own"
    print("descriptors")


def initializers():
    class C:
        def __init__(self, a, b=2, *rest, c=3, **more):
            self.all = a, b, rest, c, more

    class D:
        def __init__(self, a, b=2):
            self.all = a, b

    def one(cls):
        return cls(1)

    def three(cls):
        return cls(1, 5, 6)

    for _ in range(LOOPS):
        assert one(C).all == (1, 2, (), 3, {}) and three(C).all == (1, 5, (6,), 3, {})
        assert one(D).all == (1, 2)
    for _ in range(LOOPS):
        try:
            three(D)
            print("not reached")
        except TypeError as error:
            text = str(error)
    print(text)
    D.__init__.__defaults__ = (7,)
    for _ in range(LOOPS):
        assert one(D).all == (1, 7)
    D.__init__.__defaults__ = None
    for _ in range(3):
        try:
            one(D)
        except TypeError as error:
            text = str(error)
    print(text)

    class Dies:
        def __init__(self, a, *, need):
            pass

        def __del__(self):
            log.append("Dies")

    log.clear()
    for _ in range(LOOPS):
        try:
            one(Dies)
        except TypeError as error:
            text = str(error)
    print(text, len(log))

    class Wrong:
        def __init__(self, a, b=1):
            return b

    for _ in range(LOOPS):
        try:
            one(Wrong)
        except TypeError as error:
            text = str(error)
    print(text)

    class Value2(Value):
        def __init__(self, n, m=1):
            super().__init__(n)

    log.clear()

    def drop():
        Value2(1)
        Value2(2, Value(3))

    for _ in range(LOOPS):
        drop()
    assert log == [1, 2, 3] * LOOPS or log == [1, 3, 2] * LOOPS

    def deep(n=0, cls=None):
        class R:
            def __init__(self, n, step=1):
                self.next = R(n + step)

        try:
            R(0)
        except RecursionError as error:
            print(error)

    deep()


def from_the_end():
    def get(s, i):
        return s[i]

    def put(s, i, value):
        s[i] = value

    for s in [1, 2, 3], (1, 2, 3), "123":
        for _ in range(LOOPS):
            assert [str(get(s, i)) for i in (-1, -2, -3, 0, 1, 2)] == ["3", "2", "1", "1", "2", "3"]
        for i in 3, -4, 2**70, -(2**70):
            try:
                get(s, i)
            except IndexError as error:
                print(error)
    s = [1, 2, 3]
    for n in range(LOOPS):
        put(s, -1, n)
        put(s, -3, -n)
        assert s == [-n, 2, n]
    for i in 3, -4:
        try:
            put(s, i, 0)
        except IndexError as error:
            print(error)


replaced()
descriptors()
initializers()
from_the_end()
# zeal: 5
