"""Control flow that the optimizer works on."""


def conditions(a, b, c):
    if a and b or not c: x = 1
    if (a or b) and not (b and c): x = 2
    if not (a < b < c): x = 3
    while a and (b or c): a = b
    x = a and b and c or a
    x = not a or not b
    return x if a and not b else (b or c if a else c)


def threads(a, b):
    for i in a:
        if i:
            if b: continue
            else: break
        else:
            continue
    while a:
        while b:
            if a: break
            if b: continue
            return 1
        else:
            continue
        break
    return None


def constant_tests():
    if 0: a()
    if 1: b()
    if "": c()
    while 0: d()
    x = 1 if 0 else 2
    y = 0 or "z" or never()
    z = 1 and 2 and last()
    if not 0: e()
    assert 1, "always"
    return None if True else 1


def cold(a):
    try:
        with a as b:
            if b: return b
            try: c()
            except D: pass
    except E:
        if a: raise
        return 1
    except F as g:
        while g: g = g.next
    finally:
        if a: h()
    return 2


def chained(a, b, c):
    if a < b < c: return 1
    while a < b <= c: pass
    assert a < b < c
    return a < b < c < a


def returns(a):
    for x in a:
        return x
    else:
        return None


def swap(a, b, c, d):
    a, b = b, a
    a, b, c = c, b, a
    a, b, c, d = d, c, b, a
    a.x, b.y = b.y, a.x
    a, b, a = 1, 2, 3
    return a


def ends_in_try():
    try: return 1
    except A: return 2


def deep_finally(a):
    for x in a:
        try:
            try: continue
            finally: b()
        finally: c()
    while a:
        with a:
            with b: break
