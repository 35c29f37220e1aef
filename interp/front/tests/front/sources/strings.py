"""f-strings and t-strings."""
x = y = w = 1
plain = f"", f"a", f"{{}}", f"a{{b}}c", F'a', rf"\d{x}\{{", fR'{x}', f"\{x}" 'z'
fields = f"{x}", f"{x}{y}", f"a{x}b{y}c", f"{x!r}{y!s}{w!a}", f"{x:>10}", f"{x!r:^{w}}", f"{x:{y}.{w}}", f"{x:}", f"{x:a{y}b{w}c}"
debug = f"{x=}", f"{x = }", f"{ x = !s}", f"{x=:>5}", f"{x+1 = !r:^{w}}", f"{'a' 'b'=}"
joined = "a" f"b{x}" "c" f"{y}d" "e", f"{x}" f"{y}", "a" "b" f"", f"" f"", u"u" f"{x}", f"{x}" ""
expressions = f"{x + 1}", f"{x if y else w}", f"{(lambda: x)()}", f"{[x for x in y]}", f"{ {'a': 1}['a'] }", f"{x, y}", f"{*x, y}", f"{(x := 5)}", f"{x!r}", f"{x != y}", f"{x == y}", f"{x <= y}"
nested = f"{f'{x}'}", f"{f"{f"{x}"}"}", f"{x:{y:{w}}}", f'{'quote'}', f"{"\n"}", f"{x:%H:%M}"
multi = f"""a
{x
}
{
    y  # comment
}b""", f'''{
x = }''', f"""{x # kept?
= }""", f"""{x:
  {y}
}"""
escapes = f"\x41{x}\u0394\N{DIGIT ONE}\t", f"{x}\N{BULLET}{y}", f"\ud800{x}"
unicode = f"é{x}ü", "é" f"{y}", f"{ "é" }", 'naïve'; after = 1
concatenated = ("one"
                f"two{x}"
                "three" f"{y}"
                f"four")
templates = t"", t"a", t"{x}", t"a{x}b{y!r:>{w}}", t"{x=}", t"{ x }", t"{x = !s:a}", t"a" t"{x}" t"b", rt"\d{x}", t"{t"{x}"}", t"""{x
}""", t"{x # c
}", t"{(x)!r}"
formatted = "%s and %r" % (x, y), "%d%%" % (x,), "%a" % (x,), "%-5s" % (x,), "%s" % x, "no" % ()
method = "".join([f"{x}", f"{y}"])
def deep(): return f"{x}" + f"{y}{deep()}" if f"{w}" else f""
empties = "" f"a{x}", f"{x}" "" "b", f"{x}" "" f"{y}", "" f"" "", "" f"{x}" "", ("" 
    f"late{x}"
    ""
)
