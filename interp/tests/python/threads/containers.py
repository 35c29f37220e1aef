# Four threads change one container: nothing is lost, doubled or torn.
from _storm import storm
N = 400

# append: every item is there, each thread's in its order
items = []
def append(me):
    for i in range(N):
        items.append((me, i))
storm(*[append] * 4)
print(len(items), [[i for who, i in items if who == me] == list(range(N)) for me in range(4)])

# pop: every item goes to one thread
popped = [[] for _ in range(4)]
def pop(me):
    mine = popped[me]
    try:
        while True:
            mine.append(items.pop())
    except IndexError:
        pass
storm(*[pop] * 4)
print(len(items), sum(map(len, popped)), len(set(sum(popped, []))))

# insert, delete and read by index at once: what is read was put there
items = [("old", i) for i in range(20)]
odd = []
def write(me):
    for i in range(N):
        items.append((me, i))
        items.insert(0, (me, i))
        del items[0]
        items.pop()
def read(me):
    for i in range(N):
        try:
            who, what = items[i % 25]
            if not (who == "old" or who in (0, 1)) or type(what) is not int:
                odd.append((who, what))
            a, b = items[-1]
        except IndexError:
            pass
        for who, what in items:
            if type(what) is not int:
                odd.append((who, what))
storm(write, write, read, read)
print(len(items), odd)

# replaced in place
items = [(0, [0])] * 8
def replace(me):
    for i in range(N):
        items[i % 8] = (i, [i])
def follow(me):
    for i in range(N):
        number, box = items[(i * 3) % 8]
        if box != [number]:
            odd.append((number, box))
storm(replace, replace, follow, follow)
print(odd, all(number == box[0] for number, box in items))

# extend, slices, sort and reverse keep the items
items = list(range(50))
def shuffle(me):
    for i in range(60):
        if me == 0:
            items.reverse()
        elif me == 1:
            try:
                items.sort()
            except ValueError as error:  # list modified during sort
                pass
        elif me == 2:
            items[:]
            items.copy()
            items.count(3)
        else:
            len(items), 7 in items, items == list(items)
storm(*[shuffle] * 4)
print(len(items) <= 50, set(items) <= set(range(50)))
items = []
def extend(me):
    for i in range(N // 4):
        items.extend([me, i])
        items.extend(x for x in (me, i))
storm(*[extend] * 4)
print(len(items))

# dict: own keys, shared keys, setdefault has one winner
table = {}
winners = []
def fill(me):
    for i in range(N):
        table[me, i] = i
        table[i] = (i, i)
        winners.append((i, table.setdefault(("shared", i), me) == me))
storm(*[fill] * 4)
print(len(table), all(table[me, i] == i for me in range(4) for i in range(N)), all(table[i] == (i, i) for i in range(N)))
print(sum(1 for _, won in winners if won) == N)

# popitem and pop: each item goes to one thread
taken = [[] for _ in range(4)]
def take(me):
    mine = taken[me]
    try:
        while True:
            mine.append(table.popitem()[0])
    except KeyError:
        pass
storm(*[take] * 4)
print(len(table), sum(map(len, taken)), len(set(sum(taken, []))))
table = {i: i for i in range(N)}
taken = [0] * 4
def take(me):
    for i in range(N):
        if table.pop(i, None) is not None:
            taken[me] += 1
storm(*[take] * 4)
print(len(table), sum(taken))

# readers of a table that grows, shrinks and is cleared
table = {"stays": "here"}
def churn(me):
    for i in range(N):
        table[str(i % 37)] = (i, str(i))
        if i % 3 == 0:
            table.pop(str(i % 31), None)
        if i % 97 == 0:
            table.clear()
            table["stays"] = "here"
def look(me):
    for i in range(N):
        found = table.get(str(i % 37))
        if found is not None and str(found[0]) != found[1]:
            odd.append(found)
        if table.get("stays", "here") != "here":
            odd.append("stays")
        try:
            for key, value in table.items():
                if key != "stays" and str(value[0]) != value[1]:
                    odd.append(value)
        except RuntimeError:  # changed size during iteration
            pass
        str(i % 37) in table, len(table), list(table), list(table.values())
storm(churn, churn, look, look)
print(odd)

# sets
shared = set()
def add(me):
    for i in range(N):
        shared.add(i)
        shared.add((me, i))
        shared.discard(i - 50)
storm(*[add] * 4)
print(all((me, i) in shared for me in range(4) for i in range(N)), {i for i in shared if type(i) is int} <= set(range(N)))
counts = [0] * 4
def remove(me):
    try:
        while True:
            shared.pop()
            counts[me] += 1
    except KeyError:
        pass
size = len(shared)
storm(*[remove] * 4)
print(sum(counts) == size, len(shared))

# two containers at once, in both directions
left, right = list(range(10)), list(range(10, 20))
a, b = set(range(10)), set(range(5, 15))
def cross(me):
    for i in range(N // 4):
        if me % 2:
            left == right, left + right, a | b, a & b, a <= b
        else:
            right == left, right + left, b | a, b - a, b == a
storm(*[cross] * 4)
print(left, right, sorted(a | b))

# byte arrays and iterators
buffer = bytearray()
def octets(me):
    for i in range(N):
        buffer.append(me)
storm(*[octets] * 4)
print([buffer.count(me) for me in range(4)])
numbers = iter(range(4 * N))
got = [[] for _ in range(4)]
def draw(me):
    for number in numbers:
        got[me].append(number)
storm(*[draw] * 4)
print(all(mine == sorted(mine) for mine in got), set(sum(got, [])) == set(range(4 * N)))
# zeal: 100
