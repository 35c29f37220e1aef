"""Annotations of a module are deferred."""
x: int
y: list[str] = []
if x:
    z: "forward" = 1
    def inner(a: z, *b: x, c: y = 1) -> z: ...
class A:
    a: int
    if x:
        b: B = 1
    class C:
        c: A
    def m(self: "A") -> a: ...
def f():
    local: undefined
    other: int = 1
    class D[T]:
        t: T
        def g[U](self, u: U, t: T) -> (T, U): return lambda: (u, T, U)
async def g[T: x](v: T = y) -> T: ...
type L[T] = A.C | L[T]
