# What a specialized attribute load must notice when classes, metaclasses and descriptors change under it.
LOOPS = 80


class Descriptor:
    pass


def descriptor_added():
    class C:
        def __init__(self):
            self.x = 1
        x = Descriptor()

    def f(o):
        return o.x

    o = C()
    for _ in range(LOOPS):
        assert f(o) == 1
    Descriptor.__get__ = lambda self, instance, owner: 2
    Descriptor.__set__ = lambda *args: None
    for _ in range(LOOPS):
        assert f(o) == 2
    del Descriptor.__get__, Descriptor.__set__
    print("descriptor added", f(o))


def metaclass_descriptor_added():
    class Late:
        pass

    class Meta(type):
        attribute = Late()

    class Class(metaclass=Meta):
        attribute = True

    def f():
        return Class.attribute

    for _ in range(LOOPS):
        assert f() is True
    Late.__get__ = lambda self, instance, owner: False
    Late.__set__ = lambda *args: None
    for _ in range(LOOPS):
        assert f() is False
    print("metaclass descriptor added")


def metaclass_descriptor_shadows():
    class Meta(type):
        @property
        def attribute(self):
            return True

    class Class(metaclass=Meta):
        attribute = False

    for _ in range(LOOPS):
        assert Class.attribute
    print("metaclass descriptor shadows")


def metaclass_set_after():
    class Meta(type):
        pass

    class Class(metaclass=Meta):
        attribute = True

    def f():
        return Class.attribute

    for _ in range(LOOPS):
        assert f() is True
    Meta.attribute = property(lambda self: False)
    for _ in range(LOOPS):
        assert f() is False
    del Meta.attribute
    for _ in range(LOOPS):
        assert f() is True
    print("metaclass descriptor set and deleted")


def metaclass_getattribute():
    class Meta(type):
        def __getattribute__(self, name):
            return "meta " + name

    class Class(metaclass=Meta):
        attribute = 1

    for _ in range(LOOPS):
        assert Class.attribute == "meta attribute"
    print("metaclass __getattribute__")


def metaclass_swap():
    class OldMeta(type):
        @property
        def attribute(self):
            return "old"

    class NewMeta(type):
        @property
        def attribute(self):
            return "new"

    class Class(metaclass=OldMeta):
        pass

    def f():
        return Class.attribute

    for _ in range(LOOPS):
        assert f() == "old"
    Class.__class__ = NewMeta
    for _ in range(LOOPS):
        assert f() == "new"
    print("metaclass swapped")


def class_attribute_added():
    class C:
        pass

    class D(C):
        y = "class"

    def f(o):
        return o.y

    o = D()
    for _ in range(LOOPS):
        assert f(o) == "class"
    o.y = "instance"
    for _ in range(LOOPS):
        assert f(o) == "instance"
    D.y = property(lambda self: "property")
    for _ in range(LOOPS):
        assert f(o) == "property"
    del D.y
    for _ in range(LOOPS):
        assert f(o) == "instance"
    del o.y
    C.y = "base"
    for _ in range(LOOPS):
        assert f(o) == "base"
    del C.y
    try:
        f(o)
    except AttributeError as error:
        print("class attribute added:", error)


def method_changes():
    class C:
        def m(self):
            return 1

    def f(o):
        return o.m()

    o, p = C(), C()
    for _ in range(LOOPS):
        assert f(o) == 1
    C.m = lambda self: 2
    for _ in range(LOOPS):
        assert f(o) == 2
    p.m = lambda: 3
    for _ in range(LOOPS):
        assert f(p) == 3 and f(o) == 2
    del p.m
    for _ in range(LOOPS):
        assert f(p) == 2
    C.m = staticmethod(lambda: 4)
    for _ in range(LOOPS):
        assert f(p) == 4
    C.m = classmethod(lambda cls: cls.__name__)
    for _ in range(LOOPS):
        assert f(p) == "C"
    print("method changes")


def dict_forms():
    class C:
        def m(self):
            return "m"

    def f(o):
        return o.a

    def g(o):
        return o.m()

    o = C()
    o.a = 1
    for _ in range(LOOPS):
        assert f(o) == 1 and g(o) == "m"
    o.__dict__["a"] = 2
    for _ in range(LOOPS):
        assert f(o) == 2 and g(o) == "m"
    o.__dict__ = {"b": 0, "a": 3}
    for _ in range(LOOPS):
        assert f(o) == 3 and g(o) == "m"
    o.__dict__["m"] = lambda: "own"
    for _ in range(LOOPS):
        assert g(o) == "own"
    for i in range(60):
        setattr(o, "x%d" % i, i)
    for _ in range(LOOPS):
        assert f(o) == 3
    del o.a
    try:
        f(o)
    except AttributeError as error:
        print("dict forms:", error)


def slots():
    class S:
        __slots__ = ("a", "b")

    class Other:
        pass

    class T(S):
        pass

    def get(o):
        return o.a

    def put(o, v):
        o.a = v

    s, t = S(), T()
    for i in range(LOOPS):
        put(s, i)
        assert get(s) == i
        put(t, -i)
        assert get(t) == -i
    del s.a
    try:
        get(s)
    except AttributeError as error:
        print("slots:", type(error).__name__)
    Other.a = S.a
    o = Other()
    for _ in range(LOOPS):
        try:
            get(o)
        except TypeError:
            pass
        else:
            raise AssertionError
        try:
            put(o, 1)
        except TypeError:
            pass
        else:
            raise AssertionError
    print("borrowed slot")


def properties():
    class P:
        def __init__(self):
            self._v = 0

        @property
        def v(self):
            self._v += 1
            return self._v

    def f(o):
        return o.v

    o = P()
    for i in range(LOOPS):
        assert f(o) == i + 1
    P.v = property(lambda self: "other")
    for _ in range(LOOPS):
        assert f(o) == "other"

    def getter(self):
        return "first"

    P.v = property(getter)
    for _ in range(LOOPS):
        assert f(o) == "first"
    getter.__code__ = (lambda self: "second").__code__
    for _ in range(LOOPS):
        assert f(o) == "second"

    def failing(self):
        raise AttributeError("inner")

    P.v = property(failing)
    for _ in range(LOOPS):
        try:
            f(o)
        except AttributeError as error:
            assert str(error) == "inner"
    print("properties")


for test in (
    descriptor_added,
    metaclass_descriptor_added,
    metaclass_descriptor_shadows,
    metaclass_set_after,
    metaclass_getattribute,
    metaclass_swap,
    class_attribute_added,
    method_changes,
    dict_forms,
    slots,
    properties,
):
    test()
# zeal: 2
