# code.replace gives functions other constants, names, variables and instructions.
def make(value, flag=1):
    def inner():
        return value + free
    total = 10
    for item in [value, flag]:
        total += item
    return total, "text", 2.5, None, inner


free = 7
code = make.__code__
print(make(1)[:4])
consts = tuple(c + 90 if type(c) is int else "other" if c == "text" else c for c in code.co_consts)
new = code.replace(co_consts=consts, co_name="renamed")
make.__code__ = new
print(make(1)[1], new.co_name, new == code, code.replace() == code, hash(code.replace()) == hash(code))
inner = make(5)[4]
print(inner())
inner.__code__ = inner.__code__.replace(co_names=("other_global",))
other_global = 1000
print(inner())


def pair(a, b):
    return a - b


print(pair(1, 2), pair.__code__.replace(co_varnames=("x", "y")).co_varnames)
pair.__code__ = pair.__code__.replace(co_varnames=("x", "y"))
print(pair(x=5, y=2))
same = pair.__code__.replace(co_code=pair.__code__.co_code, co_linetable=pair.__code__.co_linetable)
print(same == pair.__code__, same.co_argcount)
for bad in [
    {"co_consts": [1]}, {"co_code": "text"}, {"co_names": 1}, {"co_name": 1}, {"co_argcount": "a"}, {"unknown": 1},
    {"co_argcount": -1}, {"co_argcount": 99}, {"co_code": b"\x00"},
]:
    try:
        pair.__code__.replace(**bad)
        print("accepted", bad)
    except (TypeError, ValueError) as error:
        print(type(error).__name__)
