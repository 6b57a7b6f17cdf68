from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    l10n_fr_chorus_syntax = fields.Selection(
        related="company_id.l10n_fr_chorus_syntax", readonly=False
    )
    l10n_fr_chorus_folder = fields.Char(related="company_id.l10n_fr_chorus_folder", readonly=False)
    l10n_fr_chorus_bank_id = fields.Many2one(
        related="company_id.l10n_fr_chorus_bank_id",
        readonly=False,
        domain="[('partner_id.ref_company_ids', 'parent_of', company_id)]",
    )
    l10n_fr_chorus_late_payment_terms = fields.Text(
        related="company_id.l10n_fr_chorus_late_payment_terms", readonly=False
    )
    l10n_fr_chorus_delivery_siret = fields.Boolean(
        related="company_id.l10n_fr_chorus_delivery_siret", readonly=False
    )
    l10n_fr_chorus_embed_pdf = fields.Boolean(
        related="company_id.l10n_fr_chorus_embed_pdf", readonly=False
    )
    l10n_fr_chorus_lot_format = fields.Selection(
        related="company_id.l10n_fr_chorus_lot_format", readonly=False
    )
    l10n_fr_chorus_lot_documents = fields.Integer(
        related="company_id.l10n_fr_chorus_lot_documents", readonly=False
    )
    l10n_fr_chorus_lot_size = fields.Integer(
        related="company_id.l10n_fr_chorus_lot_size", readonly=False
    )
    l10n_fr_chorus_background_threshold = fields.Integer(
        related="company_id.l10n_fr_chorus_background_threshold", readonly=False
    )
    l10n_fr_chorus_reminder_days = fields.Integer(
        related="company_id.l10n_fr_chorus_reminder_days", readonly=False
    )
    l10n_fr_chorus_schedule = fields.Boolean(
        related="company_id.l10n_fr_chorus_schedule", readonly=False
    )
    l10n_fr_chorus_schedule_day = fields.Integer(
        related="company_id.l10n_fr_chorus_schedule_day", readonly=False
    )
    l10n_fr_chorus_schedule_period = fields.Selection(
        related="company_id.l10n_fr_chorus_schedule_period", readonly=False
    )
    l10n_fr_chorus_schedule_syntax = fields.Selection(
        related="company_id.l10n_fr_chorus_schedule_syntax", readonly=False
    )
    l10n_fr_chorus_schedule_folder = fields.Char(
        related="company_id.l10n_fr_chorus_schedule_folder", readonly=False
    )
    l10n_fr_chorus_schedule_user_ids = fields.Many2many(
        related="company_id.l10n_fr_chorus_schedule_user_ids", readonly=False
    )
    l10n_fr_chorus_root = fields.Char(
        string="Export Folder of the Server", compute="_compute_l10n_fr_chorus_root"
    )

    def _compute_l10n_fr_chorus_root(self):
        self.l10n_fr_chorus_root = self.env["res.company"]._l10n_fr_chorus_get_root()
