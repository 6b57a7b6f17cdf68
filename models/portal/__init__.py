from . import service
from . import directory
from . import outcome
from . import connection
