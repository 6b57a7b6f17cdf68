from . import pdf
from . import printed
from . import maker
