# Objects are made by one thread, dropped by another, collected by a third.
import gc
import _weakref as weakref
from _storm import storm
N = 200
bad = []
finalized = []

class Node:
    def __init__(self, name):
        self.name = name
        self.other = None
    def __del__(self):
        finalized.append(self.name)

# passed through a list, dropped by whoever takes it
box = []
def produce(me):
    for i in range(N):
        box.append(Node((me, i)))
def consume(me):
    left = 2 * N // 2
    while left:
        try:
            node = box.pop()
        except IndexError:
            continue
        if len(node.name) != 2:
            bad.append(node.name)
        del node
        left -= 1
storm(produce, produce, consume, consume)
gc.collect()
print(bad, len(box), len(finalized), len(set(finalized)))

# the maker has ended when the object dies
finalized.clear()
storm(*[produce] * 4)
def drop(me):
    try:
        while True:
            box.pop()
    except IndexError:
        pass
storm(*[drop] * 4)
gc.collect()
print(len(finalized), len(set(finalized)))

# cycles made by four threads, collected from all of them
finalized.clear()
def cycles(me):
    for i in range(N // 2):
        a, b = Node((me, i, "a")), Node((me, i, "b"))
        a.other, b.other = b, a
        a.me = a
        if i % 25 == 0:
            gc.collect()
storm(*[cycles] * 4)
gc.collect()
print(len(finalized), len(set(finalized)))

# cycles through containers, closures, generators, bound methods and classes
finalized.clear()
def tangles(me):
    for i in range(N // 4):
        node = Node((me, i))
        if i % 5 == 0:
            node.other = [node, {"node": node}, (node,), {1, 2}]
        elif i % 5 == 1:
            node.other = lambda: node
        elif i % 5 == 2:
            def g():
                yield node
                yield node
            node.other = g()
            next(node.other)
        elif i % 5 == 3:
            node.other = node.__del__
        else:
            class Local(Node):
                home = node
            node.other = Local
        del node
        if i % 20 == 0:
            gc.collect()
storm(*[tangles] * 4)
gc.collect()
print(len(finalized), len(set(finalized)))

# weak references die while they are read
class W:
    def __init__(self, n):
        self.pair = (n, n)
slots = [None] * 8
def renews(me):
    keep = [None] * 8
    for i in range(N):
        made = W(i)
        slots[i % 8] = weakref.ref(made)
        keep[i % 8] = made
        keep[(i * 5) % 8] = None
def follows(me):
    for i in range(2 * N):
        ref = slots[i % 8]
        found = ref() if ref is not None else None
        if found is not None and found.pair[0] != found.pair[1]:
            bad.append(found.pair)
        if ref is not None:
            weakref.getweakrefcount(found) if found is not None else 0
storm(renews, renews, follows, follows)
print(bad)

# one referent, references from all threads: it is one object while it lives, and dead for all afterwards
for round in range(15):
    target = W(round)
    refs = [[] for _ in range(4)]
    def refer(me):
        for i in range(10):
            refs[me].append(weakref.ref(target))
            refs[me].append(weakref.ref(target, lambda ref: None))
            if refs[me][-1]() is not target:
                bad.append("other")
            if i % 3 == 0:
                refs[me].pop()
    storm(*[refer] * 4)
    del target
    gc.collect()
    if any(ref() is not None for mine in refs for ref in mine):
        bad.append("alive")
print(bad)

# callbacks: once for each reference that outlives the referent
called = []
targets = [W(i) for i in range(N)]
kept = [weakref.ref(target, lambda ref, i=i: called.append(i)) for i, target in enumerate(targets)]
def kill(me):
    try:
        while True:
            targets.pop()
    except IndexError:
        pass
storm(*[kill] * 4)
gc.collect()
print(sorted(called) == list(range(N)), any(ref() for ref in kept))

# resurrection by one thread of what others let go
risen = []
class Phoenix:
    def __del__(self):
        risen.append(self)
def burn(me):
    for i in range(N // 4):
        p = Phoenix()
        p.me = p if i % 2 else None
        del p
        if i % 10 == 0:
            gc.collect()
storm(*[burn] * 4)
gc.collect()
print(len(risen), len(set(map(id, risen))), all(type(p) is Phoenix for p in risen))
risen.clear()
gc.collect()
print(len(risen))

# collections at once
def collects(me):
    for i in range(10):
        junk = [[] for _ in range(20)]
        for item in junk:
            item.append(junk)
        del junk, item
        if gc.collect() < 0:
            bad.append("negative")
storm(*[collects] * 4)
print(bad)

# deep structures die without deep recursion, wherever they die
def deep(me):
    chain = None
    for i in range(3000):
        chain = (chain, i)
    box.append(chain)
    if len(box) > 1:
        box.pop(0)
storm(*[deep] * 4)
box.clear()
print("deep")
# zeal: 50
