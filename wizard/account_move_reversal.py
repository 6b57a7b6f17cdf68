from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _modify_default_reverse_values(self, origin_move):
        # EXTENDS 'account': the corrected invoice answers the same engagement
        values = {
            **super()._modify_default_reverse_values(origin_move),
            **origin_move._l10n_fr_chorus_get_references(),
        }
        if origin_move.move_type == "out_invoice":
            # The type stays the user's choice: 384 is for those who mean a correction.
            values["l10n_fr_chorus_corrected_id"] = origin_move.id
        return values
