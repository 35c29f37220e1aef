"""What gi_frame, cr_frame and ag_frame show of a frame that does not run."""


def gen(a, b=2):
    c = a + b
    yield c
    d = [a]
    yield lambda: d


g = gen(1)
f = g.gi_frame
print(f.f_code is gen.__code__, f.f_lineno, sorted(f.f_locals), f.f_globals is globals())
next(g)
f = g.gi_frame
print(f.f_lineno, f.f_locals)
next(g)
print(g.gi_frame.f_lineno, sorted(g.gi_frame.f_locals.items()))
g.close()
print(g.gi_frame)


async def co(x):
    pass


c = co(5)
print(c.cr_frame.f_locals, c.cr_frame.f_lineno)
c.close()
print(c.cr_frame)


async def agen():
    yield 1


print(agen().ag_frame.f_code.co_name)
