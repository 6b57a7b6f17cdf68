from odoo import Command, api, fields, models

from ..chorus.portal import states


class L10nFrChorusOutcomeRecord(models.TransientModel):
    """The state of some exported documents that a user has seen on the portal."""

    _name = "l10n_fr.chorus.outcome.record"
    _description = "State on Chorus Pro"
    _inherit = ["l10n_fr.chorus.choices.mixin"]

    _own_choices = frozenset({"line_ids"})

    line_ids = fields.Many2many(
        "l10n_fr.chorus.export.line", string="Documents", required=True, readonly=True
    )
    line_count = fields.Integer(string="Number of Documents", compute="_compute_line_count")
    is_known = fields.Boolean(compute="_compute_line_count")
    outcome = fields.Selection(
        selection=lambda self: self.env["l10n_fr.chorus.export.line"]._selection_outcome(),
        string="State",
        required=True,
        default=states.DEPOSITED,
    )
    # Without default: today is no day of the portal's, and would outweigh those of its files.
    date = fields.Date(
        string="Since", help="Day that the portal shows with this state. Empty: it is not known."
    )
    flow_number = fields.Char(
        help="From “Suivi des flux” on the portal: CPP and 22 digits. Empty: the known one stays."
    )
    message = fields.Text(
        string="Answer",
        help="What Chorus Pro or the public body answered; it is explained on the document.",
    )
    is_explained = fields.Boolean(compute="_compute_outcome_help")
    outcome_help = fields.Char(compute="_compute_outcome_help")

    @api.depends("line_ids")
    def _compute_line_count(self):
        for wizard in self:
            wizard.line_count = len(wizard.line_ids)
            wizard.is_known = any(
                line.outcome or line.flow_number or line.rejection_message
                for line in wizard.line_ids
            )

    @api.depends("outcome")
    @api.depends_context("lang")
    def _compute_outcome_help(self):
        texts = {
            states.NOT_INTEGRATED: self.env._(
                "The document does not exist in Chorus Pro: once mended, it can be exported again "
                "under the same number."
            ),
            states.TO_RECYCLE: self.env._(
                "Wrong recipient or service: mend it on the portal. Do not deposit it again."
            ),
            states.SUSPENDED: self.env._(
                "A document is missing: add it on the portal. Do not deposit it again."
            ),
            states.REJECTED: self.env._(
                "Its number is used: make a credit note, then a new invoice."
            ),
            states.PAID: self.env._("For your information: it registers no payment in Odoo."),
        }
        for wizard in self:
            wizard.is_explained = wizard.outcome in states.EXPLAINED
            wizard.outcome_help = texts.get(wizard.outcome)

    @api.model
    def _open(self, lines):
        """The window for some documents.

        :param lines: of exports
        :return: an action
        :rtype: dict
        """
        flows = set(lines.mapped("flow_number"))
        known = lines.outcome if len(lines) == 1 else False
        wizard = self.create(
            {
                "line_ids": [Command.set(lines.ids)],
                "flow_number": flows.pop() if len(flows) == 1 else False,
                "outcome": known or states.DEPOSITED,
            }
        )
        return wizard._get_records_action(name=self.env._("State on Chorus Pro"), target="new")

    def action_record(self):
        """Record the state on each document."""
        self.ensure_one()
        self.line_ids._record_outcome(
            self.outcome,
            flow_number=self.flow_number,
            date=self.date,
            message=self.is_explained and self.message,
        )
        return {"type": "ir.actions.act_window_close"}

    def action_forget(self):
        """Erase a state that was recorded by mistake."""
        self.ensure_one()
        self.line_ids._forget_outcome()
        return {"type": "ir.actions.act_window_close"}
