from . import test_partner
from . import test_move
from . import test_document
from . import test_export
from . import test_wizard
from . import test_security
from . import test_demo
from . import test_browser
