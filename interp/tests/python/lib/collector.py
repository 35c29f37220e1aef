# What the module gc shows of objects; memory views as arguments.
import gc


class Node:
    pass


node = Node()
target = ["target"]
node.attribute = target
holder = (target, "text")
print(any(item is node for item in gc.get_objects()), gc.get_objects(generation=0).__class__.__name__)
print(any(item is holder for item in gc.get_referrers(target)), any(item is node for item in gc.get_referrers("nobody")))
print(any(item is target for item in gc.get_referents(holder)), gc.get_referents(1, 2.5, "text"), gc.get_referents([]))
print(sorted(item for item in gc.get_referents({1: "a", "b": None}) if isinstance(item, str)))
for bad in [-2, 3]:
    try:
        gc.get_objects(bad)
    except ValueError as error:
        print(error)
print(gc.is_tracked(node), gc.is_tracked([]), gc.is_tracked(1), gc.is_tracked("text"))
before = gc.get_freeze_count()
gc.freeze()
print(gc.get_freeze_count() > before)
gc.unfreeze()
print(gc.get_freeze_count())

view = memoryview(b"bc")
print(b"abcd".find(view), b"a" + view, b",".join([view, b"x"]), bytes(view), bytearray(view), int.from_bytes(view, "big"))
print(b"abc".replace(view, b"-"), view.tobytes("C"), b"bc" == view, str(view, "ascii"), b"%b" % view)
for bad in [lambda: view.tobytes(1), lambda: view.tobytes("X"), lambda: memoryview(1)]:
    try:
        bad()
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
