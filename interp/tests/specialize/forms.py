# Runs each kind of site hot and looks at what it became. Arguments: "NAME=number:caches,…" of all instructions, the names of
# the specialized ones, and "off" if there should be none of them. Runs in CPython 3.14 as well; sites where the two differ on purpose name both.
import sys

NAMES, CACHES = {}, {}
for item in sys.argv[1].split(","):
    name, number = item.split("=")
    number, caches = map(int, number.split(":"))
    NAMES[number] = name
    CACHES[number] = caches
SPECIALIZED = set(sys.argv[2].split(","))
OFF = sys.argv[3:] == ["off"]
WEFT = sys.implementation.name == "weft"
LOOPS = 60
problems = []
checked = 0


def forms(function):
    units = function.__code__._co_code_adaptive[::2]
    found, at = [], 0
    while at < len(units):
        found.append(NAMES[units[at]])
        at += 1 + CACHES[units[at]]
    return [name for name in found if name in SPECIALIZED]


def check(function, *expected):
    global checked
    checked += 1
    found = forms(function)
    if found != ([] if OFF else list(expected)):
        problems.append(f"{function.__qualname__}: {' '.join(found) or 'nothing'} instead of {' '.join(expected)}")


def hot(function, *args):
    for _ in range(LOOPS):
        function(*args)


def expect(function, args, *expected):
    hot(function, *args)
    check(function, *expected)


def names():
    def of_module():
        NAMES

    def of_builtins():
        Ellipsis_ = len

    expect(of_module, (), "LOAD_GLOBAL_MODULE")
    expect(of_builtins, (), "LOAD_GLOBAL_BUILTIN")


class Values:
    shared = 7

    def __init__(self):
        self.x = 1

    def method(self):
        pass

    @property
    def computed(self):
        return 1


class Slotted:
    __slots__ = ("x",)
    shared = 7

    def method(self):
        pass


class Meta(type):
    pass


class WithMeta(metaclass=Meta):
    shared = 7


class Hooked:
    def __getattribute__(self, name):
        return 5


class Fallback:
    def __init__(self):
        self.x = 1

    def __getattr__(self, name):
        return 6

    def method(self):
        pass


def attributes():
    values, slotted = Values(), Slotted()
    slotted.x = 1

    def fresh(source, name="f"):
        space = {}
        exec(f"def {name}(o, v=None):\n    {source}\n", space)
        return space[name]

    def one(source, owner, form):
        expect(fresh(source), (owner,), form)

    one("o.x", values, "LOAD_ATTR_INSTANCE_VALUE")
    one("o.x", slotted, "LOAD_ATTR_SLOT")
    one("o.argv", sys, "LOAD_ATTR_MODULE")
    one("o.shared", Values, "LOAD_ATTR_CLASS")
    one("o.shared", WithMeta, "LOAD_ATTR_CLASS_WITH_METACLASS_CHECK")
    one("o.shared", values, "LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES")
    one("o.shared", slotted, "LOAD_ATTR_NONDESCRIPTOR_NO_DICT")
    one("o.computed", values, "LOAD_ATTR_PROPERTY")
    one("o.anything", Hooked(), "LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN")
    one("o.x", Fallback(), "LOAD_ATTR_INSTANCE_VALUE")
    expect(fresh("o.method()"), (values,), "LOAD_ATTR_METHOD_WITH_VALUES", "CALL_PY_EXACT_ARGS")
    expect(fresh("o.method()"), (Fallback(),), "LOAD_ATTR_METHOD_WITH_VALUES", "CALL_PY_EXACT_ARGS")
    expect(fresh("o.method()"), (slotted,), "LOAD_ATTR_METHOD_NO_DICT", "CALL_PY_EXACT_ARGS")
    expect(
        fresh("o.with_traceback(None)"), (ValueError(),), "LOAD_ATTR_METHOD_LAZY_DICT", "CALL_METHOD_DESCRIPTOR_O"
    )
    owner = Values()
    for n in range(50):
        setattr(owner, f"a{n}", n)
    if WEFT:
        one("o.a40", owner, "LOAD_ATTR_WITH_HINT")
    one("o.a40 = v", owner, "STORE_ATTR_WITH_HINT")
    one("o.x = v", values, "STORE_ATTR_INSTANCE_VALUE")
    one("o.x = v", slotted, "STORE_ATTR_SLOT")


    if WEFT:
        # Instances as values of classes: CPython gives up.
        class Constants:
            other = Values()

        class Without:
            __slots__ = ()
            other = Values()

        one("o.other", Constants, "LOAD_ATTR_CLASS")
        one("o.other", Constants(), "LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES")
        one("o.other", Without(), "LOAD_ATTR_NONDESCRIPTOR_NO_DICT")


def super_attributes():
    class Sub(Values):
        def method(self):
            super().method()

        def explicit(self):
            super(Sub, self).method()

        def attribute(self):
            return super().shared

        def getter(self):
            return super().computed

    sub = Sub()
    hot(sub.method), hot(sub.explicit), hot(sub.attribute), hot(sub.getter)
    check(Sub.method, "LOAD_GLOBAL_BUILTIN", "LOAD_SUPER_ATTR_METHOD", "CALL_PY_EXACT_ARGS")
    check(Sub.explicit, "LOAD_GLOBAL_BUILTIN", "LOAD_SUPER_ATTR_METHOD", "CALL_PY_EXACT_ARGS")
    check(Sub.attribute, "LOAD_GLOBAL_BUILTIN", "LOAD_SUPER_ATTR_ATTR")
    check(Sub.getter, "LOAD_GLOBAL_BUILTIN", "LOAD_SUPER_ATTR_ATTR")


def operators():
    def make(source):
        space = {}
        exec(f"def f(a, b):\n    {source}\n", space)
        return space["f"]

    def one(source, a, b, form):
        expect(make(source), (a, b), form)

    for sign, name in ("+", "ADD"), ("-", "SUBTRACT"), ("*", "MULTIPLY"):
        one(f"a {sign} b", 3, 2, f"BINARY_OP_{name}_INT")
        one(f"a {sign}= b", 3, 2, f"BINARY_OP_{name}_INT")
        one(f"a {sign} b", 3.5, 2.5, f"BINARY_OP_{name}_FLOAT")
    one("a | b", 3, 2, "BINARY_OP_EXTEND")
    one("a + b", 3, 2.5, "BINARY_OP_EXTEND")
    one("a + b", "x", "y", "BINARY_OP_ADD_UNICODE")
    one("c = a + b", "x", "y", "BINARY_OP_ADD_UNICODE")
    one("a = 'z' + a", "x", "y", "BINARY_OP_ADD_UNICODE")
    one("a = b + a", "x", "y", "BINARY_OP_ADD_UNICODE")
    one("a += b", "x", "y", "BINARY_OP_INPLACE_ADD_UNICODE")
    one("a = a + b", "x", "y", "BINARY_OP_INPLACE_ADD_UNICODE")
    one("a[b]", [1, 2], 1, "BINARY_OP_SUBSCR_LIST_INT")
    one("a[b]", (1, 2), 1, "BINARY_OP_SUBSCR_TUPLE_INT")
    one("a[b]", "xy", 1, "BINARY_OP_SUBSCR_STR_INT")
    one("a[b]", {1: 2}, 1, "BINARY_OP_SUBSCR_DICT")
    one("a[1:2]", [1, 2], 1, "BINARY_OP_SUBSCR_LIST_SLICE")

    class Getter:
        def __getitem__(self, key):
            return key

    one("a[b]", Getter(), 1, "BINARY_OP_SUBSCR_GETITEM")
    one("b = a[b]", Getter(), 1, "BINARY_OP_SUBSCR_GETITEM")
    if WEFT:
        # CPython's forms do not count from the end.
        one("a[b]", [1, 2], -1, "BINARY_OP_SUBSCR_LIST_INT")
        one("a[b]", (1, 2), -2, "BINARY_OP_SUBSCR_TUPLE_INT")
        one("a[b]", "xy", -2, "BINARY_OP_SUBSCR_STR_INT")
        one("a[b] = 1", [1, 2], -1, "STORE_SUBSCR_LIST_INT")
    one("a[b] = 1", [1, 2], 1, "STORE_SUBSCR_LIST_INT")
    one("a[b] = 1", {1: 2}, 1, "STORE_SUBSCR_DICT")
    one("b in a", {1: 2}, 1, "CONTAINS_OP_DICT")
    one("b in a", {1, 2}, 1, "CONTAINS_OP_SET")
    one("b not in a", frozenset((1, 2)), 1, "CONTAINS_OP_SET")


def comparisons():
    def make(source):
        space = {}
        exec(f"def f(a, b):\n    {source}\n", space)
        return space["f"]

    # The generic form has the way for ints in it.
    ints = [] if WEFT else ["COMPARE_OP_INT"]
    expect(make("return a < b"), (1, 2), *ints)
    expect(make("return a < b"), (1.5, 2.5), "COMPARE_OP_FLOAT")
    expect(make("return a == b"), ("x", "y"), "COMPARE_OP_STR")
    expect(make("if a < b: pass"), (1, 2), *ints)
    expect(make("if a < b: return 1"), (1.5, 2.5), "COMPARE_OP_FLOAT")
    expect(make("if a != b: return 1"), ("x", "y"), "COMPARE_OP_STR")
    expect(make("while a == b: return 1"), ("x", "y"), "COMPARE_OP_STR")


def truth():
    def make():
        space = {}
        exec("def f(a):\n    return not a\n", space)
        return space["f"]

    # As above: bools, None and ints.
    quick = {"TO_BOOL_BOOL", "TO_BOOL_INT", "TO_BOOL_NONE"} if WEFT else set()
    for value, form in (
        (True, "TO_BOOL_BOOL"),
        (5, "TO_BOOL_INT"),
        (None, "TO_BOOL_NONE"),
        ([1], "TO_BOOL_LIST"),
        ("x", "TO_BOOL_STR"),
        (Values(), "TO_BOOL_ALWAYS_TRUE"),
    ):
        expect(make(), (value,), *([] if form in quick else [form]))


def calls():
    def make(source):
        space = {}
        exec(f"def f(g, x):\n    {source}\n", space)
        return space["f"]

    def one(source, g, x, form):
        expect(make(source), (g, x), form)

    class Own:
        def __call__(self, *args, **kwargs):
            pass

        def exact(self, x):
            pass

        def general(self, x, y=1):
            pass

    class Made:
        def __init__(self, x):
            pass

    one("g(x)", lambda x: x, 1, "CALL_PY_EXACT_ARGS")
    one("g(x)", lambda x, y=1: x, 1, "CALL_PY_GENERAL")
    one("g(x)", lambda *x: x, 1, "CALL_PY_GENERAL")
    one("g(x)", Own().exact, 1, "CALL_BOUND_METHOD_EXACT_ARGS")
    one("g(x)", Own().general, 1, "CALL_BOUND_METHOD_GENERAL")
    one("g(x)", Made, 1, "CALL_ALLOC_AND_ENTER_INIT")
    if WEFT:

        class Arranged:
            def __init__(self, x, y=1, *rest, z=2):
                pass

        one("g(x)", Arranged, 1, "CALL_ALLOC_AND_ENTER_INIT")
    one("g(x)", Own(), 1, "CALL_NON_PY_GENERAL")
    one("g(x)", type, 1, "CALL_TYPE_1")
    one("g(x)", str, 1, "CALL_STR_1")
    one("g(x)", tuple, (1,), "CALL_TUPLE_1")
    one("g(x)", int, 1, "CALL_BUILTIN_CLASS")
    one("g(x)", len, (1,), "CALL_LEN")
    expect(make("g(x, x)"), (isinstance, type), "CALL_ISINSTANCE")
    one("g(x)", ord, "x", "CALL_BUILTIN_O")
    one("g(x, 2)", divmod, 3, "CALL_BUILTIN_FAST")
    one("g(x)", sum, (1,), "CALL_BUILTIN_FAST_WITH_KEYWORDS")
    one("g(x=x)", lambda x: x, 1, "CALL_KW_PY")
    one("g(x=x)", Own().exact, 1, "CALL_KW_BOUND_METHOD")
    one("g(x=x)", dict, 1, "CALL_KW_NON_PY")


def methods():
    def make(source):
        space = {}
        exec(f"def f(o, x):\n    {source}\n", space)
        return space["f"]

    def one(source, o, x, form):
        expect(make(source), (o, x), "LOAD_ATTR_METHOD_NO_DICT", form)

    one("o.append(x)", [], 1, "CALL_LIST_APPEND")
    one("o.count(x)", [], 1, "CALL_METHOD_DESCRIPTOR_O")
    one("o.copy()", [], 1, "CALL_METHOD_DESCRIPTOR_NOARGS")
    one("o.get(x)", {}, 1, "CALL_METHOD_DESCRIPTOR_FAST")
    one("o.split(x)", "a b", " ", "CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS")


def steps():
    def make():
        space = {}
        exec("def f(o):\n    for x in o():\n        pass\n", space)
        return space["f"]

    def generator():
        yield 1

    expect(make(), (lambda: [1],), "CALL_PY_EXACT_ARGS", "FOR_ITER_LIST")
    expect(make(), (lambda: (1,),), "CALL_PY_EXACT_ARGS", "FOR_ITER_TUPLE")
    expect(make(), (lambda: range(1),), "CALL_PY_EXACT_ARGS", "FOR_ITER_RANGE")
    expect(make(), (generator,), "CALL_PY_EXACT_ARGS", "FOR_ITER_GEN")

    def delegate():
        yield from generator()

    hot(lambda: list(delegate()))
    check(delegate, "CALL_PY_EXACT_ARGS", "SEND_GEN")

    def two(s):
        a, b = s

    def three(s):
        a, b, c = s

    def three_of_list(s):
        a, b, c = s

    def nested(s):
        a, (b, c), d = s

    expect(nested, ((1, (2, 3), 4),), "UNPACK_SEQUENCE_TUPLE", "UNPACK_SEQUENCE_TWO_TUPLE")
    expect(nested, ((1, [2, 3], 4),), "UNPACK_SEQUENCE_TUPLE", "UNPACK_SEQUENCE_LIST")
    expect(two, ((1, 2),), "UNPACK_SEQUENCE_TWO_TUPLE")
    expect(three, ((1, 2, 3),), "UNPACK_SEQUENCE_TUPLE")
    expect(three_of_list, ([1, 2, 3],), "UNPACK_SEQUENCE_LIST")


names()
attributes()
super_attributes()
operators()
comparisons()
truth()
calls()
methods()
steps()
for problem in problems:
    print(problem)
print(checked, "sites")
sys.exit(1 if problems else 0)
