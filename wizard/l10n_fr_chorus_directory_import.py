import base64
import io

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..chorus.messages import ChorusError
from ..chorus.portal import directory

#: Bad rows that are shown: past these, the file is at fault.
SHOWN_ROWS = 100


class L10nFrChorusDirectoryImport(models.TransientModel):
    """The choices of an import of the public directory, then its result."""

    _name = "l10n_fr.chorus.directory.import"
    _description = "Import the Public Directory"
    _inherit = ["l10n_fr.chorus.choices.mixin"]

    state = fields.Selection(
        selection=[("choices", "Choices"), ("done", "Done")], default="choices", readonly=True
    )
    # Not an attachment: it is needed once, and its words are of no use to the search.
    data_file = fields.Binary(string="Directory", attachment=False)
    file_name = fields.Char()
    date = fields.Date(
        string="Date of the Directory",
        compute="_compute_date",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Shown on each customer. Proposed from the file's name.",
    )
    scope = fields.Selection(
        selection=[
            ("customers", "Only my customers exported to Chorus Pro"),
            ("all", "All my contacts that have a SIRET"),
        ],
        string="Update",
        default="customers",
        required=True,
        help="Addresses that have a SIRET of their own are updated too. No contact is created.",
    )
    found_count = fields.Integer(string="Found in the Directory", readonly=True)
    service_count = fields.Integer(string="Their Services", readonly=True)
    archived_count = fields.Integer(string="Services Archived", readonly=True)
    unlisted_partner_ids = fields.Many2many(
        "res.partner", string="Not Found in the Directory", readonly=True
    )
    bad_count = fields.Integer(string="Rows Left Out", readonly=True)
    bad_rows = fields.Text(readonly=True)

    @api.depends("file_name")
    def _compute_date(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            wizard.date = directory.date_of_name(wizard.file_name) or wizard.date or today

    def action_import(self):
        """Import the file and show the result."""
        self.ensure_one()
        self._check_rights()
        # The web client asks for sizes instead of files.
        content = self.with_context(bin_size=False).data_file
        if not content:
            raise UserError(self.env._("Choose the file of the public directory."))
        render = self.env["l10n_fr.chorus.checked.mixin"]._render
        try:
            result = self.env["l10n_fr.chorus.directory"]._import_directory(
                io.BytesIO(base64.b64decode(content)),
                self.date,
                only_customers=self.scope == "customers",
            )
        except ChorusError as error:
            raise UserError(render(error.message)) from error
        bad_rows = result["bad_rows"]
        # sudo: users may not write the result
        self.sudo().write(
            {
                "state": "done",
                "data_file": False,
                "found_count": len(result["found"]),
                "service_count": result["services"],
                "archived_count": result["archived"],
                "unlisted_partner_ids": [Command.set(result["unlisted"].ids)],
                "bad_count": result["bad_count"],
                "bad_rows": "\n".join(render(row.message) for row in bad_rows[:SHOWN_ROWS]),
            }
        )
        return self._get_records_action(
            name=self.env._("Import the Public Directory"), target="new"
        )

    def _check_rights(self):
        user = self.env.user
        if not (
            user.has_group("account.group_account_invoice")
            and user.has_group("base.group_partner_manager")
        ):
            raise AccessError(
                self.env._(
                    "Only users who invoice and may create contacts import the public directory."
                )
            )
