from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..chorus.syntaxes import SYNTAXES
from ..models.res_company import LOT_FORMATS

#: What an accounting manager may set on his company, and nothing else.
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
)


class L10nFrChorusConfig(models.TransientModel):
    """The Chorus Pro settings of a company, for accounting managers.

    Odoo's Settings page is for administrators only, and so is writing on a company.
    """

    _name = "l10n_fr.chorus.config"
    _description = "Chorus Pro Configuration"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(related="company_id.partner_id")
    syntax = fields.Selection(
        selection=lambda self: self.env["res.company"]._selection_l10n_fr_chorus_syntax(),
        required=True,
    )
    folder = fields.Char()
    root = fields.Char(compute="_compute_root", string="Export Folder of the Server")
    bank_id = fields.Many2one("res.partner.bank", domain="[('partner_id', '=', partner_id)]")
    late_payment_terms = fields.Text()
    delivery_siret = fields.Boolean(string="SIRET required on delivery addresses")
    embed_pdf = fields.Boolean(string="Readable invoice in the files")
    needs_renderer = fields.Boolean(compute="_compute_needs_renderer")
    lot_format = fields.Selection(LOT_FORMATS, string="Lots", required=True)
    lot_documents = fields.Integer(string="Documents in a Lot")
    lot_size = fields.Integer(string="Size of a Lot (MB)")

    @api.depends("company_id")
    def _compute_root(self):
        self.root = self.env["res.company"]._l10n_fr_chorus_get_root()

    @api.depends("syntax", "embed_pdf")
    def _compute_needs_renderer(self):
        is_missing = self.env["l10n_fr.chorus.pdf"]._is_renderer_missing()
        for config in self:
            is_hybrid = bool(config.syntax) and SYNTAXES[config.syntax].is_hybrid
            config.needs_renderer = is_missing and (is_hybrid or config.embed_pdf)

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base'
        values = super().default_get(fields_list)
        company = self.env.company
        for name in SETTINGS:
            short = name.removeprefix("l10n_fr_chorus_")
            if short in fields_list:
                value = company[name]
                values[short] = value.id if isinstance(value, models.BaseModel) else value
        return values

    def action_save(self):
        """Keep the settings on the company."""
        self.ensure_one()
        if not self.env.user.has_group("account.group_account_manager"):
            raise AccessError(
                self.env._("Only accounting managers configure the export to Chorus Pro.")
            )
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You do not work in this company."))
        values = {}
        for name in SETTINGS:
            value = self[name.removeprefix("l10n_fr_chorus_")]
            values[name] = value.id if isinstance(value, models.BaseModel) else value
        # sudo: accounting managers may not write on companies; only the settings above are.
        self.company_id.sudo().write(values)
        return {"type": "ir.actions.act_window_close"}
