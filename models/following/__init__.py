from . import alerts
from . import verdict
from . import stale
from . import comparison
