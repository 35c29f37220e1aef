from ..first import VALUE
from .. import name
