"""Context variables (PEP 567): a mapping that belongs to the running thread."""

import _thread

__all__ = ["Context", "ContextVar", "Token", "copy_context"]

_local = _thread._local()


def _current():
    try:
        return _local.context
    except AttributeError:
        _local.context = Context()
        return _local.context


class Context:
    """The values of context variables at one point."""

    def __init__(self):
        self._values = {}
        self._entered = False

    def run(self, callable, /, *args, **kwargs):
        if self._entered:
            raise RuntimeError(f"cannot enter context: {self} is already entered")
        before = _current()
        self._entered = True
        _local.context = self
        try:
            return callable(*args, **kwargs)
        finally:
            self._entered = False
            _local.context = before

    def copy(self):
        new = Context()
        new._values = dict(self._values)
        return new

    def __getitem__(self, var):
        return self._values[var]

    def __contains__(self, var):
        return var in self._values

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def get(self, var, default=None):
        return self._values.get(var, default)

    def keys(self):
        return self._values.keys()

    def values(self):
        return self._values.values()

    def items(self):
        return self._values.items()


class Token:
    """What `ContextVar.set` gives, for `reset`."""

    MISSING = "<Token.MISSING>"

    def __init__(self, var, old, context):
        self.var = var
        self.old_value = old
        self._context = context
        self._used = False

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.var.reset(self)


_NO_DEFAULT = object()


class ContextVar:
    """A variable whose value depends on the context."""

    def __init__(self, name, *, default=_NO_DEFAULT):
        if not isinstance(name, str):
            raise TypeError("context variable name must be a str")
        self.name = name
        self._default = default

    def get(self, *default):
        values = _current()._values
        if self in values:
            return values[self]
        if default:
            return default[0]
        if self._default is not _NO_DEFAULT:
            return self._default
        raise LookupError(self)

    def set(self, value):
        context = _current()
        old = context._values.get(self, Token.MISSING)
        context._values[self] = value
        return Token(self, old, context)

    def reset(self, token):
        if token._used:
            raise RuntimeError(f"{token!r} has already been used once")
        if token.var is not self:
            raise ValueError(f"{token!r} was created by a different ContextVar")
        context = _current()
        if token._context is not context:
            raise ValueError(f"{token!r} was created in a different Context")
        token._used = True
        if token.old_value is Token.MISSING:
            context._values.pop(self, None)
        else:
            context._values[self] = token.old_value

    @classmethod
    def __class_getitem__(cls, item):
        return cls


def copy_context():
    return _current().copy()
