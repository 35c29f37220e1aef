from __future__ import annotations, generator_stop
x: int = 1
def f(a: b.c[1:2, ...] | None, *d: (yieldless), e: "s" = 1) -> lambda q, *r, s=1: {q: [s for t in r if t]}: pass
class C:
    y: f"{x!r:>{w}}"
    z: not a + -b ** c and (d or e) if f else (g, 1)
    w: x < y <= z is not (u, *v)
