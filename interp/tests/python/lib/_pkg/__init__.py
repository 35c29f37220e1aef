from . import first
from .first import VALUE
name = "pkg"
