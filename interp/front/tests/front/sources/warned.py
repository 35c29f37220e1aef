"""Everything that is allowed with a warning."""
x = "\q" "\d", b"\z", f"\w{x}\s" f"\{x}", "\777", b"\400", "a\П"
y = """
\k
  \l"""
1if x else 2
0x1for x in y
0b1or 2
0o7in x
1.5and 2
1jis 3
assert (x, "y")
x is 1
x is not "a"
1 is x
"a"()
(1)[2.5]
[1]["a"]
f"{x}"()
def f():
    for i in x:
        try: pass
        finally:
            return 1
    while x:
        try: pass
        finally: break
    while x:
        try: pass
        finally: continue
"\8" "\9"
f"{'\q'}"
x = r"\q", rb"\q", rf"\q{x}"
(1, 2)(3)
[1, 2](3)
(lambda: 1)["a"]
None[1]
{1}[1]
"abc"["d"]
