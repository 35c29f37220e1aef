# Readers of specialized forms while a third thread changes what they read: nothing may crash, errors are allowed.
import _thread, time
N = 800
def run(reader, writer, readers=2):
    done = []
    lock = _thread.allocate_lock()
    def wrap(f):
        try:
            for _ in range(N):
                try:
                    f()
                except (AttributeError, IndexError, KeyError, ValueError, TypeError, NameError):
                    pass
        finally:
            with lock:
                done.append(1)
    for _ in range(readers):
        _thread.start_new_thread(wrap, (reader,))
    _thread.start_new_thread(wrap, (writer,))
    while len(done) < readers + 1:
        time.sleep(0.01)
class C:
    k = 1
    def __init__(self):
        self.x = []
    def m(self):
        return 1
o = C()
def r1(): return o.x, o.m(), o.k
flip = [0]
def w1():
    o.x = [1]
    C.m = lambda self: 2
    o.__dict__["x"] = {}
    C.k = [flip]
run(r1, w1); print("attr")
l = [[] for _ in range(10)]
def r2():
    for x in l: x
    return l[5], l[9]
def w2():
    l.clear()
    for i in range(12): l.append([i])
    l[3] = []
run(r2, w2); print("list")
g1 = []
def r3(): return g1
def w3():
    global g1
    g1 = []
    globals().pop("g2", 0)
    globals()["g2"] = []
run(r3, w3); print("globals")
class S:
    __slots__ = ("a",)
s = S(); s.a = []
def r4(): s.a = [1]; return s.a
def w4():
    s.a = {}
    del s.a
run(r4, w4); print("slots")
def gen():
    while True: yield [1]
g = gen()
def r5():
    for x in g:
        break
run(r5, r5); print("gen")
class D: pass
def r6():
    d = D(); d.y = []; return d.y
def w6():
    D.y = property(lambda self: 1, lambda self, v: None)
    del D.y
run(r6, w6); print("type")
def f(a, b=2): return a, b
def r7(): return f(1), f([], {}), D(), C()
def w7():
    f.__defaults__ = ([],)
    f.__code__ = (lambda a, b=2: (b, a)).__code__
    C.__init__ = lambda self: None
run(r7, w7); print("call")
# zeal: 50
