"""How much more work two threads do than one, for pure-Python functions that share nothing but code.

    cargo run --release -p interp -- interp/examples/scaling.py [rounds]
"""
import _thread
import sys
import time


def loop(n):
    total = 0
    for i in range(n):
        rest = i % 7
        if rest > 3:
            total += rest * i
        else:
            total -= rest
    return total


class Point:
    def __init__(self, x):
        self.x = x

    def step(self, by):
        self.x += by
        return self.x


def methods(n):
    points = [Point(float(i)) for i in range(50)]
    total = 0.0
    for _ in range(n):
        for point in points:
            total += point.step(0.5)
    return total


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def seconds(function, argument, threads):
    """The time until `threads` threads have each called the function."""
    done = []

    def body(lock):
        function(argument)
        lock.release()

    start = time.perf_counter()
    for _ in range(threads):
        lock = _thread.allocate_lock()
        lock.acquire()
        done.append(lock)
        _thread.start_new_thread(body, (lock,))
    for lock in done:
        lock.acquire()
    return time.perf_counter() - start


def median(times):
    return sorted(times)[len(times) // 2]


rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
for function, argument, warm in ((loop, 120_000_000, 100_000), (methods, 1_600_000, 1_000), (fib, 38, 20)):
    seconds(function, warm, 2)
    one, two = [], []
    for _ in range(rounds):
        one.append(seconds(function, argument, 1))
        two.append(seconds(function, argument, 2))
    ratio = 2 * median(one) / median(two)
    print(f"{function.__name__}: one thread {median(one):.2f} s, two threads {median(two):.2f} s, {ratio:.2f} times the work")
