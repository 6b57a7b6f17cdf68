"""The states that come back, set by a stored compute: no code calls `write`."""

from odoo import api, fields, models

STATES = [
    (state, state)
    for state in (
        *("AB", "AP", "RE", "PD", "submitted", "made_available", "refused", "cancelled"),
        *("sent", "suspended", "completed", "of_tomorrow"),
    )
]


class ResCompany(models.Model):
    _inherit = "res.company"

    chorus_test_uses_platform = fields.Boolean()


class ChorusTestAnswer(models.Model):
    _name = "chorus.test.answer"
    _description = "Answer to a Document"

    move_id = fields.Many2one("account.move", required=True, ondelete="cascade", index=True)
    code = fields.Char(required=True)


class AccountMove(models.Model):
    _inherit = "account.move"

    peppol_move_state = fields.Selection(selection_add=STATES)
    chorus_test_answer_ids = fields.One2many("chorus.test.answer", "move_id")
    pdp_uses_pdp = fields.Boolean(compute="_compute_pdp_uses_pdp")

    @api.depends("state", "chorus_test_answer_ids.code")
    def _compute_peppol_move_state(self):
        super()._compute_peppol_move_state()
        for move in self:
            if answers := move.chorus_test_answer_ids:
                move.peppol_move_state = answers.sorted("id")[-1].code

    @api.depends("company_id")
    def _compute_pdp_uses_pdp(self):
        for move in self:
            move.pdp_uses_pdp = move.company_id.chorus_test_uses_platform
