# A list is unpacked as it was at one moment, whatever other threads do to it meanwhile.
from _storm import storm

N = 20000
shared = [0, 0]
moving = [[0], [0]]
stop = []

def write(index):
    for i in range(N):
        shared[:] = [i, i]
        pair = [i]
        moving[:] = (pair, pair)
    stop.append(index)

def read(index):
    a = b = c = d = None
    while len(stop) < 2:
        a, b = shared
        assert a == b, (a, b)
        c, d = moving
        assert c is d or c == d, (c, d)

def grow(index):
    for i in range(N):
        three = [i, i, i]
        x, y, z = three
        three.append(x)
        short.append(i)
        short.pop()
    stop.append(index)

short = [1, 2]
def lengths(index):
    seen = set()
    while len(stop) < 2:
        try:
            a, b = short
            seen.add((a, b))
        except ValueError:
            pass
    assert seen <= {(1, 2)}, seen

storm(write, grow, read, read, lengths)
print("done")
# zeal: 101
