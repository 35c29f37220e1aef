from _collections import deque, defaultdict
d = deque([1,2,3], maxlen=4)
d.append(4); d.append(5); d.appendleft(0); print(d, len(d), d[0], d[-1], d.pop(), d.popleft())
d.rotate(1); print(d, list(reversed(d)), 3 in d, d == deque(d)); d.clear(); print(d)
e = deque(range(10)); print([e.popleft() for _ in range(10)], e)
dd = defaultdict(list); dd["a"].append(1); print(dd, dict(dd), dd.copy())
