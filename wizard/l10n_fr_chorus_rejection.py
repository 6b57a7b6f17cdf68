from odoo import api, fields, models

from ..chorus.portal import rejections


class L10nFrChorusRejection(models.TransientModel):
    """Chorus Pro's answer to an exported document, explained as it is typed."""

    _name = "l10n_fr.chorus.rejection"
    _description = "Refusal by Chorus Pro"
    _inherit = ["l10n_fr.chorus.choices.mixin"]

    line_id = fields.Many2one(
        "l10n_fr.chorus.export.line", string="Document", required=True, ondelete="cascade"
    )
    text = fields.Text(
        string="Chorus Pro's Answer",
        compute="_compute_text",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
    )
    explanations = fields.Json(compute="_compute_explanations")

    @api.depends("line_id")
    def _compute_text(self):
        for wizard in self:
            wizard.text = wizard.line_id.rejection_message

    @api.depends("text", "line_id")
    @api.depends_context("lang")
    def _compute_explanations(self):
        for wizard in self:
            wizard.explanations = wizard._explain()

    def action_keep(self):
        """Keep the answer on the export."""
        self.ensure_one()
        self.line_id._keep_rejection(self.text)
        return {"type": "ir.actions.act_window_close"}

    def _explain(self):
        """The causes of the refusal.

        :return: actionable errors by key, see core's ``actionable_errors`` widget
        :rtype: dict
        """
        self.ensure_one()
        if not (self.text or "").strip():
            return {}
        render = self.env["l10n_fr.chorus.checked.mixin"]._render
        move = self.line_id.move_id
        alerts = {}
        for explanation in rejections.explain(self.text):
            alerts[explanation.code] = {
                "level": "warning" if explanation.is_refusal else "info",
                "message": render(explanation.message),
            }
            # The document may be deleted, and the line outlives it.
            origin = move and move._l10n_fr_chorus_get_rejection_origin(explanation)
            if origin and origin.id:
                alerts[explanation.code] |= {
                    # Another tab: the answer that was pasted here is not kept yet.
                    "action": {
                        "type": "ir.actions.act_url",
                        "url": f"/odoo/{origin.model}/{origin.id}",
                        "target": "new",
                    },
                    "action_text": self.env._("Open “%(record)s”", record=origin.label),
                }
        return alerts or {
            "unknown": {
                "level": "info",
                "message": self.env._(
                    "This answer is not known here. Check that it is copied whole; keep it all "
                    "the same, for your support."
                ),
            }
        }
