from . import move
from . import other_way
