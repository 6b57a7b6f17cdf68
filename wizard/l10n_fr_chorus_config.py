from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.export.monthly import PERIODS
from ..models.folder_field import FolderField
from ..models.res_company import LOT_FORMATS

#: The only fields that an accounting manager may set on his company.
SETTINGS = (
    "l10n_fr_chorus_syntax",
    "l10n_fr_chorus_folder",
    "l10n_fr_chorus_bank_id",
    "l10n_fr_chorus_late_payment_terms",
    "l10n_fr_chorus_delivery_siret",
    "l10n_fr_chorus_embed_pdf",
    "l10n_fr_chorus_lot_format",
    "l10n_fr_chorus_lot_documents",
    "l10n_fr_chorus_lot_size",
    "l10n_fr_chorus_background_threshold",
    "l10n_fr_chorus_reminder_days",
    "l10n_fr_chorus_schedule",
    "l10n_fr_chorus_schedule_day",
    "l10n_fr_chorus_schedule_period",
    "l10n_fr_chorus_schedule_syntax",
    "l10n_fr_chorus_schedule_folder",
    "l10n_fr_chorus_schedule_user_ids",
)

_SHORT = {name.removeprefix("l10n_fr_chorus_"): name for name in SETTINGS}


class L10nFrChorusConfig(models.TransientModel):
    """The Chorus Pro settings of a company, for accounting managers.

    Odoo's Settings page is for administrators only, and so is writing on a company.
    """

    _name = "l10n_fr.chorus.config"
    _description = "Chorus Pro Configuration"
    _inherit = ["l10n_fr.chorus.choices.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(related="company_id.partner_id", compute_sudo=False)
    # Labels and helps are those of the company's fields: see `fields_get`.
    syntax = fields.Selection(selection="_selection_syntax", required=True)
    folder = FolderField()
    root = fields.Char(compute="_compute_root", string="Export Folder of the Server")
    bank_id = fields.Many2one(
        "res.partner.bank", domain="[('partner_id.ref_company_ids', 'parent_of', company_id)]"
    )
    late_payment_terms = fields.Text()
    delivery_siret = fields.Boolean()
    embed_pdf = fields.Boolean()
    needs_renderer = fields.Boolean(compute="_compute_needs_renderer")
    leaves_headers_out = fields.Boolean(compute="_compute_needs_renderer")
    lot_format = fields.Selection(LOT_FORMATS, required=True)
    lot_documents = fields.Integer()
    lot_size = fields.Integer()
    background_threshold = fields.Integer()
    reminder_days = fields.Integer()
    schedule = fields.Boolean()
    schedule_day = fields.Integer()
    schedule_period = fields.Selection(PERIODS, required=True)
    schedule_syntax = fields.Selection(selection="_selection_syntax")
    schedule_folder = FolderField()
    schedule_user_ids = fields.Many2many(
        "res.users",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )

    @api.model
    def _selection_syntax(self):
        return self.env["res.company"]._selection_l10n_fr_chorus_syntax()

    @api.depends("company_id")
    def _compute_root(self):
        self.root = self.env["l10n_fr.chorus.channel.folder"]._get_root()

    @api.depends("syntax", "embed_pdf")
    def _compute_needs_renderer(self):
        Pdf = self.env["l10n_fr.chorus.pdf"]
        for config in self:
            config.needs_renderer, config.leaves_headers_out = Pdf._get_printing_faults(
                config.syntax, config.embed_pdf
            )

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base'
        values = super().default_get(fields_list)
        for short, name in _SHORT.items():
            if short in fields_list:
                values[short] = self._get_value(self.env.company, name)
        return values

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS 'base': the labels and helps of the settings are written once
        result = super().fields_get(allfields, attributes)
        said = self.env["res.company"].fields_get(SETTINGS, ["string", "help"])
        for short, name in _SHORT.items():
            if short in result:
                result[short] |= {
                    key: value
                    for key, value in said.get(name, {}).items()
                    if key in ("string", "help") and (not attributes or key in attributes)
                }
        return result

    @api.model
    def _get_shown(self, records, name):
        # EXTENDS the mixin: a branch keeps the account of its parent, which its manager may not
        # read
        shown = super()._get_shown(records, name)
        if name in _SHORT and records._name == self._name:
            company = records.company_id or self.env.company
            # sudo: its ids, which the screen shows already
            shown |= set(company.sudo()[_SHORT[name]].ids)
        return shown

    @api.model
    def _get_value(self, record, name):
        return record._fields[name].convert_to_write(record[name], record)

    def action_save(self):
        """Keep the settings on the company."""
        self.ensure_one()
        if not self.env.user.has_group("account.group_account_manager"):
            raise AccessError(
                self.env._("Only accounting managers configure the export to Chorus Pro.")
            )
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You do not work in this company."))
        values = {name: self._get_value(self, short) for short, name in _SHORT.items()}
        if strangers := self.schedule_user_ids.filtered(
            lambda user: user.share or self.company_id not in user.company_ids
        ):
            raise UserError(
                self.env._(
                    "%(names)s may not see the documents of %(company)s: notify others.",
                    names=", ".join(strangers.mapped("name")),
                    company=self.company_id.name,
                )
            )
        # sudo: accounting managers may not write on companies; only the settings above are.
        self.company_id.sudo().write(values)
        return {"type": "ir.actions.act_window_close"}
