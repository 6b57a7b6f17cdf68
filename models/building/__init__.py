from . import pdf
from . import printed
