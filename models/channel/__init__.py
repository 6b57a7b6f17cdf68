from . import channel
from . import folder
from . import deposited_mixin
