# Threads that nobody waits for are still there when the program ends: running, collecting, blocked.
import _thread
import gc
import time

class Ended:
    def __del__(self):
        print("never: a thread still uses it")

held = Ended()
started = []

def computes():
    started.append("computes")
    junk = []
    while held:
        junk.append({len(junk): str(len(junk))})
        if len(junk) > 100:
            junk.clear()

def collects():
    started.append("collects")
    while True:
        class Local:
            def method(self):
                return [self]
        value = Local()
        value.me = value.method()
        gc.collect()

def raises():
    started.append("raises")
    while True:
        try:
            {}["missing"]
        except KeyError as error:
            str(error)

def sleeps():
    started.append("sleeps")
    time.sleep(600)

def waits():
    lock = _thread.allocate_lock()
    lock.acquire()
    started.append("waits")
    lock.acquire()

def starts():
    started.append("starts")
    while True:
        handle = _thread.start_joinable_thread(lambda: [object() for _ in range(10)])
        handle.join()

for function in (computes, collects, raises, sleeps, waits, starts):
    _thread.start_new_thread(function, ())
while len(started) < 6:
    time.sleep(0.001)
print(sorted(started))
# zeal: 500
