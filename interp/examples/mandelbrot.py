"""The Mandelbrot set in the terminal, computed by threads.

    cargo run --release -p interp -- interp/examples/mandelbrot.py [rows] [threads]

Each thread takes rows from a shared counter until none are left. The picture is the same however many threads draw it;
the last lines say how long one thread and several took.
"""

import sys
import threading
import time

PALETTE = " .:-=+*#%@"
LIMIT = 20_000


def escape_time(cr, ci):
    zr = zi = 0.0
    for step in range(LIMIT):
        zr2 = zr * zr
        zi2 = zi * zi
        if zr2 + zi2 > 4.0:
            return step
        zi = 2.0 * zr * zi + ci
        zr = zr2 - zi2 + cr
    return LIMIT


def shade(steps):
    if steps == LIMIT:
        return PALETTE[-1]
    return PALETTE[steps % (len(PALETTE) - 1)]


def row(y, width, height):
    ci = 2.4 * y / height - 1.2
    return "".join(shade(escape_time(3.0 * x / width - 2.1, ci)) for x in range(width))


def draw(width, height, threads):
    rows = [None] * height
    lock = threading.Lock()
    following = 0

    def work():
        nonlocal following
        while True:
            with lock:
                y = following
                following += 1
            if y >= height:
                return
            rows[y] = row(y, width, height)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return rows


def timed(width, height, threads):
    start = time.perf_counter()
    rows = draw(width, height, threads)
    return rows, time.perf_counter() - start


def main():
    height = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    width = height * 2
    alone, first = timed(width, height, 1)
    shared, second = timed(width, height, threads)
    assert alone == shared, "the picture depends on the number of threads"
    print("\n".join(shared))
    print(f"1 thread:  {first:.3f} s")
    print(f"{threads} threads: {second:.3f} s ({first / second:.2f} times as fast)")


if __name__ == "__main__":
    main()
