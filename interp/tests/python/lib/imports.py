import sys
import _pkg
import _pkg.inner as inner
from _pkg import second, VALUE
print(_pkg.VALUE, VALUE, inner.VALUE, second.late(), inner.__name__, inner.__package__)
print(_pkg.__package__, second.__name__, second.__package__, "_pkg.inner" in sys.modules)
from _stars import *
print(shown, "hidden" in globals())
for name in ("nosuch", "_pkg.nosuch", "sys.nosuch"):
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        print(error, "|", error.name)
try:
    from _pkg import absent
except ImportError as error:
    print(type(error).__name__, error.name, str(error).startswith("cannot import name 'absent' from '_pkg' ("))
for _ in range(2):
    try:
        import _broken
    except ValueError as error:
        print(error, "_broken" in sys.modules)
for space in ({}, {"__name__": "alone"}):
    try:
        __import__("x", space, {}, (), 1)
    except (ImportError, KeyError) as error:
        print(repr(error))
print(__import__("_pkg.inner").__name__, __import__("_pkg.inner", fromlist=["VALUE"]).__name__)
import math, itertools, _thread
print(math.__name__, __name__)
