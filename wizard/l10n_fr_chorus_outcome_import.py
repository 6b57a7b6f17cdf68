import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..chorus.messages import ChorusError
from ..chorus.portal import state_files, states

COLUMNS = (
    state_files.NUMBER,
    state_files.STATE,
    state_files.FLOW,
    state_files.REASON,
    state_files.COMMENT,
    state_files.DATE,
    state_files.IDENTIFIER,
)


class L10nFrChorusOutcomeImport(models.TransientModel):
    """A file of the portal: chosen, its columns guessed and corrected, then the result."""

    _name = "l10n_fr.chorus.outcome.import"
    _description = "Import States from Chorus Pro"
    _inherit = ["l10n_fr.chorus.choices.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    step = fields.Selection(
        selection=[("file", "File"), ("columns", "Columns"), ("done", "Done")],
        default="file",
        readonly=True,
    )
    # Not an attachment: it is needed once, and its words are of no use to the search.
    data_file = fields.Binary(string="File of the Portal", attachment=False)
    file_name = fields.Char()
    column_ids = fields.One2many("l10n_fr.chorus.outcome.column", "wizard_id")
    number_column_id = fields.Many2one(
        "l10n_fr.chorus.outcome.column",
        string="Number of the Document",
        domain="[('wizard_id', '=', id)]",
    )
    state_column_id = fields.Many2one(
        "l10n_fr.chorus.outcome.column", string="State", domain="[('wizard_id', '=', id)]"
    )
    flow_column_id = fields.Many2one(
        "l10n_fr.chorus.outcome.column", string="Flow Number", domain="[('wizard_id', '=', id)]"
    )
    reason_column_id = fields.Many2one(
        "l10n_fr.chorus.outcome.column", string="Reason", domain="[('wizard_id', '=', id)]"
    )
    comment_column_id = fields.Many2one(
        "l10n_fr.chorus.outcome.column",
        string="Comment on the State",
        domain="[('wizard_id', '=', id)]",
        help="Column of the portal's remark on the state. It is recorded after the reason.",
    )
    identifier_column_id = fields.Many2one(
        "l10n_fr.chorus.outcome.column",
        string="Chorus Pro Identifier",
        domain="[('wizard_id', '=', id)]",
    )
    date_column_id = fields.Many2one(
        "l10n_fr.chorus.outcome.column", string="Date", domain="[('wizard_id', '=', id)]"
    )
    outcome = fields.Selection(
        selection=lambda self: self.env["l10n_fr.chorus.export.line"]._selection_outcome(),
        string="State of all Rows",
        help="For a file that lists documents in one state, such as those not integrated.",
    )
    row_count = fields.Integer(string="Rows", readonly=True)
    recorded_count = fields.Integer(string="States Recorded", readonly=True)
    left_count = fields.Integer(string="Rows Left Out", readonly=True)
    left_rows = fields.Text(string="Why they were left out", readonly=True)

    # ------------------------------------------------------------------ actions

    def action_read(self):
        """Read the file and show the guess of its columns."""
        self.ensure_one()
        self._check_rights()
        table = self._read()
        examples = table.examples()
        self.column_ids.unlink()
        # sudo: columns and steps are not the user's to make
        columns = self.column_ids.sudo().create(
            [
                {
                    "wizard_id": self.id,
                    "rank": rank,
                    "name": header or self.env._("Column %(rank)s", rank=rank + 1),
                    "example": examples[rank][:60],
                }
                for rank, header in enumerate(table.headers)
            ]
        )
        # sudo: remembered on the company, which its users may not all read
        remembered = self.company_id.sudo().l10n_fr_chorus_outcome_columns
        guess = state_files.guess(table.headers, remembered)
        self.sudo().write(
            {
                "step": "columns",
                "row_count": len(table.rows),
                **{
                    f"{column}_column_id": columns[guess[column]].id if column in guess else False
                    for column in COLUMNS
                },
                # The portal's list of refusals has no state: everything in it was refused.
                "outcome": states.NOT_INTEGRATED
                if state_files.REASON in guess and state_files.STATE not in guess
                else False,
            }
        )
        return self._reopen()

    def action_back(self):
        """Choose another file."""
        self.ensure_one()
        self.sudo().step = "file"  # sudo: see above
        return self._reopen()

    def action_import(self):
        """Record the states and list the rows that were left out."""
        self.ensure_one()
        self._check_rights()
        if not self.number_column_id:
            raise UserError(self.env._("Say which column holds the number of the document."))
        if not self.state_column_id and not self.outcome:
            raise UserError(
                self.env._("Say which column holds the state, or choose the state of all rows.")
            )
        table = self._read()
        columns = {
            column: self[f"{column}_column_id"].rank
            for column in COLUMNS
            if self[f"{column}_column_id"]
        }
        if any(rank >= len(table.headers) for rank in columns.values()):
            raise UserError(self.env._("The file has changed: choose it again."))
        entries = state_files.entries(table, columns, self.outcome)
        recorded, left_count, left_rows = self._record(entries)
        # sudo: remembered, not configured
        self.company_id.sudo().l10n_fr_chorus_outcome_columns = {
            column: states.fold(table.headers[rank]) for column, rank in columns.items()
        }
        self.sudo().write(  # sudo: see above
            {
                "step": "done",
                "data_file": False,
                "recorded_count": recorded,
                "left_count": left_count,
                "left_rows": "\n".join(left_rows),
            }
        )
        return self._reopen()

    # ------------------------------------------------------------------ business

    def _reopen(self):
        return self._get_records_action(
            name=self.env._("Import States from Chorus Pro"), target="new"
        )

    def _check_rights(self):
        self.env["l10n_fr.chorus.export"]._check_may_export()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You do not work in this company."))

    def _read(self):
        # The web client asks for sizes instead of files.
        content = self.with_context(bin_size=False).data_file
        if not content:
            raise UserError(self.env._("Choose the file that the portal gave you."))
        try:
            return state_files.read(base64.b64decode(content))
        except ChorusError as error:
            render = self.env["l10n_fr.chorus.checked.mixin"]._render
            raise UserError(render(error.message)) from error

    def _record(self, entries):
        """Record the states of the company's documents in the rows.

        :param list entries: of ``chorus.portal.state_files.Entry``
        :return: number of states recorded, number of the other rows, and why the first of them
            were left out
        :rtype: tuple[int, int, list[str]]
        """
        Line = self.env["l10n_fr.chorus.export.line"]
        recorded, left_count, left = Line._record_entries(self.company_id, entries)
        rows = [
            self.env._("Row %(line)s: %(reason)s", line=entry.line, reason=reason)
            for entry, reason in left
        ]
        return recorded, left_count, rows


class L10nFrChorusOutcomeColumn(models.TransientModel):
    """A column of the file that is imported."""

    _name = "l10n_fr.chorus.outcome.column"
    _description = "Column of a File of Chorus Pro"
    _inherit = ["l10n_fr.chorus.choices.mixin"]
    _order = "rank"

    wizard_id = fields.Many2one(
        "l10n_fr.chorus.outcome.import",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    rank = fields.Integer(required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    example = fields.Char(readonly=True)

    @api.depends("name", "example")
    def _compute_display_name(self):
        for column in self:
            column.display_name = (
                self.env._("%(name)s (e.g. %(example)s)", name=column.name, example=column.example)
                if column.example
                else column.name
            )
