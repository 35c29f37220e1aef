"""deque and defaultdict, which `collections` expects from the runtime."""

import _thread

__all__ = ["deque", "defaultdict"]


class defaultdict(dict):
    """A dictionary that makes missing values with a function."""

    __module__ = "collections"

    def __init__(self, default_factory=None, /, *args, **kwargs):
        if default_factory is not None and not callable(default_factory):
            raise TypeError("first argument must be callable or None")
        dict.__init__(self, *args, **kwargs)
        self.default_factory = default_factory

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        value = self.default_factory()
        self[key] = value
        return value

    def __repr__(self):
        return f"{type(self).__name__}({self.default_factory!r}, {dict.__repr__(self)})"

    def copy(self):
        return type(self)(self.default_factory, self)

    __copy__ = copy

    def __reduce__(self):
        args = () if self.default_factory is None else (self.default_factory,)
        return type(self), args, None, None, iter(self.items())

    def __or__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        new = self.copy()
        new.update(other)
        return new

    def __ror__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        new = type(self)(self.default_factory, other)
        new.update(self)
        return new


class deque:
    """A list with two cheap ends: two lists, the left one reversed."""

    __module__ = "collections"
    __hash__ = None

    def __init__(self, iterable=(), maxlen=None):
        if maxlen is not None and maxlen < 0:
            raise ValueError("maxlen must be non-negative")
        self._lock = _thread.RLock()
        self._left = []
        self._right = []
        self._maxlen = maxlen
        self.extend(iterable)

    @property
    def maxlen(self):
        return self._maxlen

    def append(self, item):
        with self._lock:
            self._right.append(item)
            if self._maxlen is not None and len(self) > self._maxlen:
                self.popleft()

    def appendleft(self, item):
        with self._lock:
            self._left.append(item)
            if self._maxlen is not None and len(self) > self._maxlen:
                self.pop()

    def _refill(self, target, source):
        """Moves half of one side to the other, which is empty."""
        half = (len(source) + 1) // 2
        target.extend(reversed(source[:half]))
        del source[:half]

    def pop(self):
        with self._lock:
            if not self._right:
                if not self._left:
                    raise IndexError("pop from an empty deque")
                self._refill(self._right, self._left)
            return self._right.pop()

    def popleft(self):
        with self._lock:
            if not self._left:
                if not self._right:
                    raise IndexError("pop from an empty deque")
                self._refill(self._left, self._right)
            return self._left.pop()

    def extend(self, iterable):
        for item in list(iterable) if iterable is self else iterable:
            self.append(item)

    def extendleft(self, iterable):
        for item in list(iterable) if iterable is self else iterable:
            self.appendleft(item)

    def _items(self):
        with self._lock:
            return self._left[::-1] + self._right

    def _replace(self, items):
        self._left = []
        self._right = items

    def clear(self):
        with self._lock:
            self._replace([])

    def copy(self):
        return type(self)(self._items(), self._maxlen)

    __copy__ = copy

    def count(self, value):
        return self._items().count(value)

    def index(self, value, *bounds):
        try:
            return self._items().index(value, *bounds)
        except ValueError:
            raise ValueError(f"{value!r} is not in deque") from None

    def insert(self, index, value):
        with self._lock:
            if self._maxlen is not None and len(self) >= self._maxlen:
                raise IndexError("deque already at its maximum size")
            items = self._items()
            items.insert(index, value)
            self._replace(items)

    def remove(self, value):
        with self._lock:
            items = self._items()
            try:
                items.remove(value)
            except ValueError:
                raise ValueError("deque.remove(x): x not in deque") from None
            self._replace(items)

    def reverse(self):
        with self._lock:
            self._left, self._right = self._right, self._left

    def rotate(self, n=1):
        with self._lock:
            items = self._items()
            if items:
                n %= len(items)
                self._replace(items[-n:] + items[:-n] if n else items)

    def _place(self, index):
        index = index.__index__()
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError("deque index out of range")
        left = len(self._left)
        return (self._left, left - 1 - index) if index < left else (self._right, index - left)

    def __getitem__(self, index):
        with self._lock:
            side, place = self._place(index)
            return side[place]

    def __setitem__(self, index, value):
        with self._lock:
            side, place = self._place(index)
            side[place] = value

    def __delitem__(self, index):
        with self._lock:
            side, place = self._place(index)
            del side[place]

    def __len__(self):
        return len(self._left) + len(self._right)

    def __iter__(self):
        size = len(self)
        for item in self._items():
            if len(self) != size:
                raise RuntimeError("deque mutated during iteration")
            yield item

    def __reversed__(self):
        return iter(self._items()[::-1])

    def __contains__(self, value):
        return value in self._items()

    def __eq__(self, other):
        return self._items() == other._items() if isinstance(other, deque) else NotImplemented

    def __lt__(self, other):
        return self._items() < other._items() if isinstance(other, deque) else NotImplemented

    def __le__(self, other):
        return self._items() <= other._items() if isinstance(other, deque) else NotImplemented

    def __gt__(self, other):
        return self._items() > other._items() if isinstance(other, deque) else NotImplemented

    def __ge__(self, other):
        return self._items() >= other._items() if isinstance(other, deque) else NotImplemented

    def __add__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        new = self.copy()
        new.extend(other)
        return new

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __mul__(self, times):
        return type(self)(self._items() * times, self._maxlen)

    __rmul__ = __mul__

    def __repr__(self):
        items = ["[...]" if item is self else repr(item) for item in self._items()]
        tail = "" if self._maxlen is None else f", maxlen={self._maxlen}"
        return f"{type(self).__name__}([{', '.join(items)}]{tail})"

    def __reduce__(self):
        return type(self), (self._items(), self._maxlen)

    @classmethod
    def __class_getitem__(cls, item):
        return cls


def _count_elements(mapping, iterable):
    get = mapping.get
    for item in iterable:
        mapping[item] = get(item, 0) + 1
