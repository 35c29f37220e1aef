# What does not fit is an error of the right kind, at once.
import sys


def outcome(call):
    try:
        result = call()
        return f"{type(result).__name__} {len(str(result)) if isinstance(result, int) else len(result)}"
    except (ValueError, OverflowError, MemoryError, TypeError) as error:
        return f"{type(error).__name__}: {str(error)[:90]}"


for call in [
    lambda: "a" * 10**19, lambda: b"a" * 10**15, lambda: b"ab" * 10**15, lambda: b"a" * 10**19, lambda: [0] * 10**15,
    lambda: [0] * 10**19, lambda: (0,) * 10**19, lambda: bytearray(b"a") * 10**15, lambda: bytes(10**15),
    lambda: bytes(10**19), lambda: bytearray(-1), lambda: "a".center(10**15), lambda: "a".zfill(10**15),
    lambda: b"a".center(10**15), lambda: b"a".zfill(10**15), lambda: "\t".expandtabs(10**15),
    lambda: "%1000000000000000d" % 1, lambda: "%.1000000000000000d" % 1, lambda: "%.1000000000000000f" % 1.0,
    lambda: "%*d" % (10**15, 1), lambda: "%*d" % (10**30, 1), lambda: format(1, "1000000000000000"),
    lambda: format("a", "1000000000000000"), lambda: format(1.0, ".1000000000000000f"), lambda: list(range(10**30)),
    lambda: 1 << 10**30, lambda: 0 << 10**30, lambda: 1 >> 10**30,
]:
    print(outcome(call))

print(outcome(lambda: int("9" * 4301)), outcome(lambda: str(10**4300)))
for limit in [0, 639, 640, -1, 10**30, "a", 5000]:
    try:
        sys.set_int_max_str_digits(limit)
        print(limit, sys.get_int_max_str_digits())
    except (ValueError, OverflowError, TypeError) as error:
        print(type(error).__name__, error)
sys.set_int_max_str_digits(maxdigits=640)
print(outcome(lambda: int("9" * 641)), outcome(lambda: str(10**640)))
try:
    eval("9" * 641)
except SyntaxError as error:
    print(error.msg)
sys.set_int_max_str_digits(0)
print(outcome(lambda: int("9" * 5000)), outcome(lambda: eval("9" * 5000)))
