# Several threads share a site that meets several types, while another thread changes their classes.
import _thread
import time

TYPES = 6
classes = []
for i in range(TYPES):

    class T:
        def __init__(self, n):
            self.n = n

        def get(self):
            return self.n

        tag = 0

    classes.append(T)


def read(o):
    return o.n + o.get() * 1000 + o.tag * 0


stop = []
wrong = []
done = []


def reader(which):
    objects = [c(7) for c in classes[which:] + classes[:which]]
    while not stop:
        for o in objects:
            if read(o) != 7007:
                wrong.append(read(o))
    done.append(which)


def writer():
    for round in range(400):
        c = classes[round % TYPES]
        c.tag = round
        if round % 3 == 0:
            c.get = lambda self: self.n
        if round % 7 == 0:
            setattr(c, "extra%d" % round, 1)
    stop.append(1)
    done.append("writer")


for i in range(3):
    _thread.start_new_thread(reader, (i,))
_thread.start_new_thread(writer, ())
deadline = time.monotonic() + 60
while len(done) < 4 and time.monotonic() < deadline:
    time.sleep(0.001)
print(len(done), wrong)
