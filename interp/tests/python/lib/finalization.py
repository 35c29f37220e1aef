# What a program leaves behind is finalized when it ends, after the functions of atexit.
import atexit
import sys
import _weakref


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name, sys.is_finalizing(), helper)


helper = "helper"
first = Noisy("first")
_second = Noisy("second")
cycle = Noisy("cycle")
cycle.me = cycle


def with_default(value=Noisy("default")):
    pass


class Holder:
    value = Noisy("class attribute")


class Plain:
    pass


referent = Plain()
reference = _weakref.ref(referent, lambda _: print("weak reference called back"))
del referent

@atexit.register
def fails():
    raise ValueError("in atexit")


atexit.register(print, "registered", "last", sep=", ")
atexit.register(print, "registered later")
atexit.unregister(len)
print(atexit._ncallbacks())


def hook(unraisable):
    print("hook", unraisable.exc_type.__name__, unraisable.err_msg.split(" <")[0], unraisable.object)


sys.unraisablehook = hook


class Failing:
    def __del__(self):
        raise KeyError("del")


Failing()
sys.unraisablehook = sys.__unraisablehook__
print("end")
