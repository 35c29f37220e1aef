# Runs functions on several threads that start together, and passes on what they raise.
import threading

def storm(*works):
    barrier = threading.Barrier(len(works))
    raised = []
    def run(work, index):
        barrier.wait()
        try:
            work(index)
        except BaseException as error:
            raised.append(error)
    threads = [threading.Thread(target=run, args=(work, index)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in raised:
        raise error
