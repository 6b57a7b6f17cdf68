from . import res_company
from . import res_partner
from . import l10n_fr_chorus_checked_mixin
from . import l10n_fr_chorus_document
from . import account_move
from . import account_payment_method_line
from . import l10n_fr_chorus_export
from . import l10n_fr_chorus_export_command
