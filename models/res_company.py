from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..chorus import text
from ..chorus.deposit import lots
from ..chorus.formats import FORMATS
from ..chorus.rules import Settings
from .folder_field import FolderField

LOT_FORMATS = [("zip", "ZIP archive"), ("tar.gz", "tar.gz archive"), ("none", "No lot")]


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_fr_chorus_syntax = fields.Selection(
        selection="_selection_l10n_fr_chorus_syntax",
        string="Chorus Pro Syntax",
        default="ubl",
        required=True,
        help="Syntax of the files, which you choose in the portal's list when you deposit them.",
        groups="base.group_user",
    )
    l10n_fr_chorus_folder = FolderField(
        string="Chorus Pro Folder",
        help="Folder proposed for the files, below the server's export folder. The last one "
        "used is remembered here.",
        groups="base.group_user",
    )
    l10n_fr_chorus_bank_id = fields.Many2one(
        comodel_name="res.partner.bank",
        string="Bank Account for Public Bodies",
        domain="[('partner_id.ref_company_ids', 'parent_of', id)]",
        help="Account that new invoices for customers of Chorus Pro propose as their recipient "
        "bank. The file has the account of the invoice, as it is printed; a credit note has that "
        "of its invoice, else this one.",
        groups="base.group_user",
    )
    l10n_fr_chorus_late_payment_terms = fields.Text(
        string="Late Payment Terms",
        help="Penalty rate, recovery indemnity, early-payment discount: written in each file "
        "after the payment terms.",
        groups="base.group_user",
    )
    l10n_fr_chorus_delivery_siret = fields.Boolean(
        string="SIRET required on delivery addresses",
        default=True,
        help="Hold back documents delivered to an address that has no SIRET of its own.",
        groups="base.group_user",
    )
    l10n_fr_chorus_lot_format = fields.Selection(
        LOT_FORMATS,
        string="Lots for Chorus Pro",
        default="zip",
        required=True,
        help="Archive of the files of an export, to be deposited on the portal at once. A single "
        "file is deposited as it is.",
        groups="base.group_user",
    )
    l10n_fr_chorus_lot_documents = fields.Integer(
        string="Documents in a Lot",
        default=lots.MAX_DOCUMENTS,
        required=True,
        help="Larger exports make several lots. Chorus Pro takes 500 documents at most.",
        groups="base.group_user",
    )
    l10n_fr_chorus_lot_size = fields.Integer(
        string="Size of a Lot (MB)",
        default=100,
        required=True,
        help="Size of the files of a lot before compression. Chorus Pro takes 1000 MB at most.",
        groups="base.group_user",
    )
    l10n_fr_chorus_background_threshold = fields.Integer(
        string="Export in the Background above",
        default=200,
        required=True,
        help="Number of documents above which an export goes on in the background: you may close "
        "the browser, and are notified when it is over.",
        groups="base.group_user",
    )
    l10n_fr_chorus_outcome_columns = fields.Json(
        string="Columns of the Portal's Files",
        help="As they were last imported.",
        groups="base.group_user",
    )

    @api.constrains("l10n_fr_chorus_lot_documents", "l10n_fr_chorus_lot_size")
    def _check_l10n_fr_chorus_lot_bounds(self):
        for company in self:
            try:
                company._l10n_fr_chorus_get_lot_bounds()
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Chorus Pro takes lots of 1 to %(documents)s documents and of 1 to "
                        "%(size)s MB: change the bounds of the lots of %(company)s.",
                        documents=lots.MAX_DOCUMENTS,
                        size=lots.MAX_TOTAL // lots.MEGABYTE,
                        company=company.name,
                    )
                ) from error

    def _l10n_fr_chorus_get_lot_bounds(self):
        """The limits of the company's lots.

        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.deposit.lots.Bounds
        """
        self.ensure_one()
        return lots.Bounds(
            documents=self.l10n_fr_chorus_lot_documents,
            total=self.l10n_fr_chorus_lot_size * lots.MEGABYTE,
        )

    l10n_fr_chorus_embed_pdf = fields.Boolean(
        string="Readable invoice in the files",
        help="Add the invoice's PDF to the attachments of UBL and CII files. A Factur-X is that "
        "PDF itself.",
        groups="base.group_user",
    )

    @api.model
    def _l10n_fr_chorus_get_formats(self):
        """The formats that this database knows: the hook to add one.

        :return: ``chorus.formats.Format`` by key, in the order in which users choose among them
        :rtype: dict
        """
        return FORMATS

    @api.model
    def _selection_l10n_fr_chorus_syntax(self):
        return [(key, item.label) for key, item in self._l10n_fr_chorus_get_formats().items()]

    @api.constrains("l10n_fr_chorus_bank_id", "partner_id")
    def _check_l10n_fr_chorus_bank_id(self):
        for company in self:
            bank = company.l10n_fr_chorus_bank_id
            # sudo: the account of a company of which this one is a branch
            if bank and bank.partner_id not in company.sudo().parent_ids.partner_id:
                raise ValidationError(
                    self.env._(
                        "The bank account %(account)s is not one of %(company)s: public bodies "
                        "would pay someone else. Choose one of the company's own accounts.",
                        account=bank.acc_number,
                        company=company.name,
                    )
                )

    def _l10n_fr_chorus_get_supplier(self):
        """The supplier that Chorus Pro knows: companies of one SIREN are one supplier.

        :return: the SIREN, the record's id without one
        :rtype: str | int
        """
        self.ensure_one()
        return text.identifier(self.company_registry)[:9] or self.id

    def _l10n_fr_chorus_get_same_supplier(self):
        """The companies that are the same suppliers as these, for Chorus Pro."""
        # sudo: of all companies, not only those of the user
        everyone = self.sudo().with_context(active_test=False)
        companies = everyone.search_fetch(Domain.TRUE, ["company_registry"])
        suppliers = {company._l10n_fr_chorus_get_supplier() for company in self.sudo()}
        return companies.filtered(
            lambda company: company._l10n_fr_chorus_get_supplier() in suppliers
        )

    def _l10n_fr_chorus_get_settings(self):
        """The company's part of the check of a document: the hook to add or lift a rule.

        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.rules.Settings
        """
        self.ensure_one()
        settings = Settings(today=fields.Date.context_today(self))
        if not self.l10n_fr_chorus_delivery_siret:
            settings = settings.lifting("delivery_siret_missing")
        return settings
