# Threads start, end and wait: in numbers, from each other, and with what they pass.
import _thread
import threading
import time
from _storm import storm

# many short ones
done = []
for round in range(12):
    threads = [threading.Thread(target=done.append, args=((round, i),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(len(done), len(set(done)), threading.active_count())

# threads that start threads
done = []
def grow(depth, name):
    children = [threading.Thread(target=grow, args=(depth - 1, name + str(i))) for i in range(2)] if depth else []
    for child in children:
        child.start()
    done.append(name)
    for child in children:
        child.join()
grow(4, "r")
print(len(done), len(set(done)))

# joined by several, and not started twice
worker = threading.Thread(target=time.sleep, args=(0.02,))
worker.start()
storm(*[lambda me: worker.join()] * 4)
try:
    worker.start()
except RuntimeError as error:
    print(error)
print(worker.is_alive())

# a queue of locks
class Queue:
    def __init__(self, size):
        self.items = []
        self.size = size
        self.changed = threading.Condition()
    def put(self, item):
        with self.changed:
            while len(self.items) >= self.size:
                self.changed.wait()
            self.items.append(item)
            self.changed.notify_all()
    def get(self):
        with self.changed:
            while not self.items:
                self.changed.wait()
            item = self.items.pop(0)
            self.changed.notify_all()
            return item
queue, results = Queue(5), Queue(1000)
def produce(me):
    for i in range(60):
        queue.put((me, i, [me, i]))
    queue.put(None)
def consume(me):
    while (item := queue.get()) is not None:
        who, i, box = item
        results.put(who * 1000 + i if box == [who, i] else "torn")
storm(produce, produce, consume, consume)
print(sorted(results.items) == sorted(who * 1000 + i for who in (0, 1) for i in range(60)))

# thread-local values, also of threads that ended
local = threading.local()
class Held:
    def __init__(self, me): self.me = me
    def __del__(self): freed.append(self.me)
freed = []
def locals_of(me):
    local.value = me
    local.held = Held(me)
    for i in range(50):
        local.value += 1
    if local.value != me + 50:
        raise AssertionError(local.value)
for round in range(5):
    storm(*[locals_of] * 4)
for wait in range(200):
    if len(freed) == 20:
        break
    time.sleep(0.01)
print(len(freed), hasattr(local, "value"))

# exceptions stay in their thread, with their tracebacks
caught = []
def fails(me):
    for i in range(20):
        try:
            try:
                raise KeyError(me)
            except KeyError as error:
                raise ValueError(i) from error
        except ValueError as error:
            if error.args != (i,) or error.__cause__.args != (me,) or error.__traceback__ is None:
                caught.append("mixed")
    caught.append(me)
storm(*[fails] * 4)
print(sorted(caught))

# locks: mutual exclusion, time-outs, hand-over
lock, inside, worst = _thread.allocate_lock(), 0, 0
def excludes(me):
    global inside, worst
    for i in range(150):
        with lock:
            inside += 1
            worst = max(worst, inside)
            inside -= 1
storm(*[excludes] * 4)
print(inside, worst, lock.acquire(True, 0.01), lock.acquire(True, 0.01), lock.acquire(False))
lock.release()
baton = [_thread.allocate_lock() for _ in range(4)]
for each in baton[1:]:
    each.acquire()
order = []
def relay(me):
    for i in range(20):
        baton[me].acquire()
        order.append(me)
        baton[(me + 1) % 4].release()
storm(*[relay] * 4)
print(order == [0, 1, 2, 3] * 20)

# recursion is counted by thread
depths = []
def recurse(me):
    def down(n):
        return 0 if n == 0 else 1 + down(n - 1)
    depths.append(down(200))
    try:
        down(10 ** 6)
    except RecursionError:
        depths.append("limit")
storm(*[recurse] * 4)
print(depths.count(200), depths.count("limit"))
# zeal: 50
