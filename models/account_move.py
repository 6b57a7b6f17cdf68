from odoo import api, fields, models
from odoo.fields import Domain

from ..chorus.document import (
    FRAMEWORK_DEPOSIT,
    FRAMEWORK_PAID,
    TYPE_CORRECTED,
    TYPE_CREDIT_NOTE,
    TYPE_INVOICE,
    TYPE_PREPAYMENT,
)

MOVE_TYPES = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    _inherit = "account.move"

    # The three references that l10n_fr_facturx_chorus_pro brings, under Chorus Pro's own names.
    buyer_reference = fields.Char(
        string="Service Code",
        compute="_compute_l10n_fr_chorus_references",
        store=True,
        readonly=False,
        precompute=True,
        help="Code of the public body's service that handles the invoice (“code service "
        "exécutant”), at most 100 characters.",
    )
    l10n_fr_chorus_structure_id = fields.Many2one(
        "res.partner", compute="_compute_l10n_fr_chorus_structure_id"
    )
    l10n_fr_chorus_service_id = fields.Many2one(
        "l10n_fr.chorus.service",
        string="Service",
        compute="_compute_l10n_fr_chorus_service_id",
        inverse="_inverse_l10n_fr_chorus_service_id",
        domain="[('partner_id', '=', l10n_fr_chorus_structure_id)]",
        help="One of the customer's known services; it fills in the service code.",
    )
    contract_reference = fields.Char(
        string="Market Number",
        compute="_compute_l10n_fr_chorus_references",
        store=True,
        readonly=False,
        precompute=True,
        help="Number of the public contract (“numéro de marché”), at most 50 characters.",
    )
    purchase_order_reference = fields.Char(
        string="Engagement Number",
        copy=False,
        help="Number of the legal engagement (“numéro d'engagement juridique”) that the public "
        "body gave, at most 50 characters. Fill in this one or the purchase order, not both.",
    )
    l10n_fr_chorus_order_reference = fields.Char(
        string="Purchase Order Number",
        copy=False,
        help="The public body's own purchase order number, at most 50 characters. Fill in this "
        "one or the engagement, not both.",
    )
    l10n_fr_chorus_framework = fields.Selection(
        selection=[
            (FRAMEWORK_DEPOSIT, "A1 - Invoice to be paid"),
            (FRAMEWORK_PAID, "A2 - Invoice already paid"),
        ],
        string="Framework",
        default=FRAMEWORK_DEPOSIT,
        copy=False,
        help="Invoicing framework (“cadre de facturation”). A2 tells the public body that the "
        "whole amount is already paid.",
    )
    l10n_fr_chorus_type = fields.Selection(
        selection=[
            (TYPE_INVOICE, "380 - Invoice"),
            (TYPE_CREDIT_NOTE, "381 - Credit note"),
            (TYPE_CORRECTED, "384 - Corrected invoice"),
            (TYPE_PREPAYMENT, "386 - Down-payment invoice"),
        ],
        string="Chorus Pro Document Type",
        compute="_compute_l10n_fr_chorus_type",
        store=True,
        readonly=False,
        copy=False,
    )
    l10n_fr_chorus_deposit_anyway = fields.Boolean(
        string="Deposit on Chorus Pro all the same",
        copy=False,
        help="The document was sent by another way, which did not reach the public body.",
    )
    l10n_fr_chorus_export_line_ids = fields.One2many(
        comodel_name="l10n_fr.chorus.export.line",
        inverse_name="move_id",
        string="Chorus Pro Exports",
        readonly=True,
        copy=False,
    )
    # Nothing is written on a posted move to mark it: the marks are the latest export line's.
    l10n_fr_chorus_latest_line_ids = fields.One2many(
        comodel_name="l10n_fr.chorus.export.line",
        inverse_name="move_id",
        string="Latest Chorus Pro Export",
        domain=[("is_latest", "=", True)],
        readonly=True,
        copy=False,
    )
    # compute_sudo: whoever sees an invoice sees when it was exported, and by whom
    l10n_fr_chorus_exported_on = fields.Datetime(
        string="Exported on",
        compute="_compute_l10n_fr_chorus_exported",
        compute_sudo=True,
        search="_search_l10n_fr_chorus_exported_on",
    )
    l10n_fr_chorus_exported_by = fields.Many2one(
        "res.users",
        string="Exported by",
        compute="_compute_l10n_fr_chorus_exported",
        compute_sudo=True,
        search="_search_l10n_fr_chorus_exported_by",
    )

    @api.depends("partner_id")
    def _compute_l10n_fr_chorus_references(self):
        for move in self:
            service, market = move.buyer_reference, move.contract_reference
            if move.move_type in MOVE_TYPES and move.state == "draft" and move.partner_id:
                customer = move.partner_id.commercial_partner_id
                service = customer.l10n_fr_chorus_service_code
                market = customer.l10n_fr_chorus_market_number
            move.buyer_reference = service
            move.contract_reference = market

    @api.depends("partner_id")
    def _compute_l10n_fr_chorus_structure_id(self):
        for move in self:
            partner = move.partner_id
            move.l10n_fr_chorus_structure_id = (
                partner._l10n_fr_chorus_get_structure() if partner else False
            )

    @api.depends("buyer_reference", "l10n_fr_chorus_structure_id")
    def _compute_l10n_fr_chorus_service_id(self):
        for move in self:
            move.l10n_fr_chorus_service_id = (
                move.l10n_fr_chorus_structure_id.l10n_fr_chorus_service_ids.filtered(
                    lambda service, move=move: service.code == move.buyer_reference
                )
            )

    @api.onchange("l10n_fr_chorus_service_id")
    def _inverse_l10n_fr_chorus_service_id(self):
        for move in self:
            if move.l10n_fr_chorus_service_id:
                move.buyer_reference = move.l10n_fr_chorus_service_id.code

    @api.depends("move_type", "invoice_line_ids")
    def _compute_l10n_fr_chorus_type(self):
        for move in self:
            if move.move_type == "out_refund":
                move.l10n_fr_chorus_type = TYPE_CREDIT_NOTE
            elif move.move_type != "out_invoice":
                move.l10n_fr_chorus_type = False
            elif move._is_downpayment():
                move.l10n_fr_chorus_type = TYPE_PREPAYMENT
            else:
                # What was chosen by hand stays when lines change.
                move.l10n_fr_chorus_type = move.l10n_fr_chorus_type or TYPE_INVOICE

    @api.depends(
        "l10n_fr_chorus_latest_line_ids.exported_on", "l10n_fr_chorus_latest_line_ids.user_id"
    )
    def _compute_l10n_fr_chorus_exported(self):
        for move in self:
            line = move.l10n_fr_chorus_latest_line_ids[:1]
            move.l10n_fr_chorus_exported_on = line.exported_on
            move.l10n_fr_chorus_exported_by = line.user_id

    @api.model
    def _search_l10n_fr_chorus_exported_on(self, operator, value):
        return self._l10n_fr_chorus_search_latest("exported_on", operator, value)

    @api.model
    def _search_l10n_fr_chorus_exported_by(self, operator, value):
        return self._l10n_fr_chorus_search_latest("user_id", operator, value)

    @api.model
    def _l10n_fr_chorus_search_latest(self, field, operator, value):
        """Domain of the moves by a field of their latest export; False: never exported."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        lines = "l10n_fr_chorus_latest_line_ids"
        domain = Domain(lines, "any!", Domain(field, operator, value))
        if operator == "in" and False in value:
            domain |= Domain(lines, "not any!", Domain.TRUE)
        return domain

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS 'account': a credit note keeps the references of its invoice
        default_values_list = [
            {**move._l10n_fr_chorus_get_references(), **values}
            if move.move_type in MOVE_TYPES
            else values
            for move, values in zip(
                self, default_values_list or [{} for _move in self], strict=True
            )
        ]
        return super()._reverse_moves(default_values_list, cancel=cancel)

    def _l10n_fr_chorus_get_references(self):
        """References that a credit note, or a corrected copy, takes over.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "buyer_reference": self.buyer_reference,
            "contract_reference": self.contract_reference,
            "purchase_order_reference": self.purchase_order_reference,
            "l10n_fr_chorus_order_reference": self.l10n_fr_chorus_order_reference,
        }

    @api.model
    def _l10n_fr_chorus_get_domain(
        self, company, date_from=None, date_to=None, partners=None, again=False
    ):
        """Domain of the documents that an export proposes.

        :param company: record of the supplier
        :param datetime.date date_from: first invoice date, included; None for no limit
        :param datetime.date date_to: last invoice date, included; None for no limit
        :param partners: customers, any of their addresses; none for all flagged ones
        :param bool again: whether documents already exported are proposed too
        :rtype: odoo.fields.Domain
        """
        domain = Domain(
            [
                ("company_id", "=", company.id),
                ("move_type", "in", MOVE_TYPES),
                ("state", "=", "posted"),
                ("commercial_partner_id.l10n_fr_chorus_export", "=", True),
            ]
        )
        if date_from:
            domain &= Domain("invoice_date", ">=", date_from)
        if date_to:
            domain &= Domain("invoice_date", "<=", date_to)
        if partners:
            domain &= Domain("commercial_partner_id", "in", partners.commercial_partner_id.ids)
        if not again:
            domain &= Domain("l10n_fr_chorus_exported_on", "=", False)
        return domain
