from . import account_move_reversal
from . import account_move_chorus_export
from . import account_move_chorus_export_line
from . import l10n_fr_chorus_config
from . import l10n_fr_chorus_directory_import
from . import l10n_fr_chorus_preview
from . import l10n_fr_chorus_rejection
from . import l10n_fr_chorus_outcome
