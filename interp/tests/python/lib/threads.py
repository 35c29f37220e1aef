import _thread
import threading
import time

total = 0
lock = threading.Lock()

def add(n):
    global total
    for _ in range(n):
        with lock:
            total += 1

workers = [threading.Thread(target=add, args=(500,)) for _ in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
print(total, [worker.is_alive() for worker in workers])

event = threading.Event()
seen = []
def wait():
    event.wait()
    seen.append("woken")
worker = threading.Thread(target=wait)
worker.start()
event.set()
worker.join()
print(seen, event.is_set())

data = threading.local()
data.x = "main"
def local():
    seen.append(hasattr(data, "x"))
    data.x = "other"
worker = threading.Thread(target=local)
worker.start()
worker.join()
print(seen, data.x)

rlock = threading.RLock()
with rlock:
    with rlock:
        print(rlock._is_owned())
print(rlock._is_owned(), lock.acquire(False), lock.acquire(False), lock.acquire(timeout=0.01), lock.locked())
lock.release()
try:
    lock.release()
except RuntimeError as error:
    print(error)

condition = threading.Condition()
items = []
def consume():
    with condition:
        while not items:
            condition.wait()
        seen.append(items.pop())
worker = threading.Thread(target=consume)
worker.start()
with condition:
    items.append("item")
    condition.notify()
worker.join()
print(seen[-1])

barrier = threading.Barrier(3)
order = []
def meet():
    barrier.wait()
    order.append(1)
workers = [threading.Thread(target=meet) for _ in range(3)]
for worker in workers: worker.start()
for worker in workers: worker.join()
print(len(order), threading.current_thread().name, threading.main_thread() is threading.current_thread())

ended = threading.Event()
def late():
    ended.wait()
    time.sleep(0.05)
    print("a thread outlives the main program")
threading.Thread(target=late).start()
print("main ends")
ended.set()
