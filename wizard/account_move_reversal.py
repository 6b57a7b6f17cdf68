from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _modify_default_reverse_values(self, origin_move):
        # EXTENDS 'account': the corrected invoice answers the same engagement
        return {
            **super()._modify_default_reverse_values(origin_move),
            **origin_move._l10n_fr_chorus_get_references(),
        }
