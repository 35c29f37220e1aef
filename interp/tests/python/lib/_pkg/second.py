from . import first
def late(): return first.VALUE
