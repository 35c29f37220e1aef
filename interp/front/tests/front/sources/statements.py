"""Statements: assignments, imports, blocks."""
from __future__ import division
import os, os.path as path, xml.dom . minidom
import a.b.c, a.b.d as e
from . import one
from .. import two as three
from ...pack.age import (four, five as six,)
from pack import *

x = y = z = 0
x, y = y, x
x, y, z = z, x, y
(x), [y, (z)] = 1, [2, 3]
first, *rest = x
*init, last = x
[p, *q, r], s = x
x += 1; y -= 2; z *= 3
x @= y; x /= y; x //= y; x %= y; x **= y; x <<= y; x >>= y; x &= y; x |= y; x ^= y
x.attr = x[0] = x[1:2] = y
x.attr += 1
x[0] += 1
x[y, 1:2] -= z
x: int
x: int = 3
(x): int = 4
x.attr: int = 5
x[0]: int
del x, y.attr, z[0], (p, [q]), x[1:2]
pass
if x: pass
if x: y = 1;
elif y: z = 2
else: z = 3
if not x and (y or z):
    a
elif x is None:
    b
elif y is not None:
    c
else:
    d
if 0:
    never = 1
if 1:
    always = 1
else:
    never = 2
if __debug__:
    debug = 1
while x:
    if y: break
    elif z: continue
else:
    done = 1
while True:
    if x: break
while 1:
    pass
for i in x: pass
for i, (j, *k) in x:
    for i.attr in y:
        continue
    else:
        break
else:
    pass
for i in (1, 2, 3): x[i]
for i in [1, 2, 3]: x[i]
for i in *x, *y: pass
with x: pass
with x as y, z as (a, b): pass
with (x as y, z): pass
with (x, y): pass
with (x), (y) as z.attr: pass
with (
    x as y,
    z as a,
):
    pass
try:
    x
except: pass
try:
    x
except A: y
except (A, B) as e: z
except C.D as f:
    raise
else:
    a
finally:
    b
try:
    x
finally:
    y
try:
    try: x
    except A: y
    finally: z
except B:
    pass
try:
    x
except A, B:
    y
try:
    x
except* A as e:
    y
except* (B, C):
    z
except* D, E:
    pass
else:
    a
finally:
    b
raise x
raise x from y
raise
assert x
assert x, y
assert False, "never"
global_name = 1
"a string statement"
1
...
(yes := 1)
type Alias = int
type Generic[T, *Ts, **P] = dict[T, tuple[*Ts]]
type Bound[U: (str, bytes), T: int = bool, *V = *tuple[int], **W = [int]] = T
