"""Patterns of match."""


def classify(value):
    match value:
        case 0 | 1 | -1 | 1.5 | -2j | 1 + 2j | -1 - 2j: return "number"
        case "a" | 'b' "c" | b"d": return "text"
        case None | True | False: return "singleton"
        case a.b | a.b.c: return "value"
        case []: return "empty"
        case [x]: return x
        case [x, y] | (y, x): return x, y
        case [x, *rest]: return x, rest
        case [*_, last]: return last
        case [first, *_, last] if first < last: return first
        case (x,): return x
        case x, y, *z: return z
        case {}: return "map"
        case {"k": v, 1: w, a.b: u, -1: t}: return v, w, u, t
        case {"k": v, **others}: return others
        case {**everything}: return everything
        case int(): return "int"
        case int(n) | str(n): return n
        case Point(x=0, y=yy): return yy
        case Point(0, y=1) | a.Point(1, 2,): return "point"
        case [Point(x=[p, {"q": q}])] as whole: return whole, p, q
        case (1 | 2) as small: return small
        case ((((grouped)))) if grouped: return grouped
        case _: return None


match x, y:
    case 1, 2: pass
match (x):
    case name: pass
match *x, y:
    case _ if y: pass
match x:
    case 1: a
    case 2: b
match = case = type = _ = 1
match[case] = type
match.case(type)
print(match, case)
type(x)
match -x:
    case 1: pass
match (x, y):
    case (1, _): pass
match [x]:
    case [_]: pass
match {}:
    case {}: pass
