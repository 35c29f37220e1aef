VALUE = 42
from . import second
