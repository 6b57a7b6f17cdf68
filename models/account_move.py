from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..chorus import text
from ..chorus.document.codes import FRAMEWORKS, TYPES, choices
from ..chorus.document.model import (
    FRAMEWORK_DEPOSIT,
    TYPE_CREDIT_NOTE,
    TYPE_INVOICE,
    TYPE_PREPAYMENT,
    find_service,
)
from .account_move_choices import OURS

MOVE_TYPES = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    _inherit = "account.move"

    # The three references that l10n_fr_facturx_chorus_pro brings, under Chorus Pro's own names.
    buyer_reference = fields.Char(
        string="Service Code",
        compute="_compute_l10n_fr_chorus_references",
        compute_sudo=False,  # it asks who looks: see `_l10n_fr_chorus_get_hidden_rows`
        store=True,
        readonly=False,
        precompute=True,
        help="Code of the public body's service that handles the invoice (“code service "
        "exécutant”), at most 100 characters.",
    )
    # Another address of the same body must not undo the user's entry.
    l10n_fr_chorus_proposed_for_id = fields.Many2one(
        "res.partner",
        string="References Proposed for",
        compute="_compute_l10n_fr_chorus_references",
        compute_sudo=False,  # see above
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="Public body whose service code and market number were proposed.",
        groups="base.group_user",
    )
    l10n_fr_chorus_structure_id = fields.Many2one(
        "res.partner",
        string="Public Body",
        compute="_compute_l10n_fr_chorus_structure_id",
        compute_sudo=True,  # every reader of an invoice can open its form
        groups="base.group_user",
    )
    l10n_fr_chorus_has_services = fields.Boolean(
        string="Has Known Services",
        compute="_compute_l10n_fr_chorus_structure_id",
        compute_sudo=True,  # see above
        groups="base.group_user",
    )
    l10n_fr_chorus_requirement = fields.Selection(
        selection=lambda self: (
            self.env["res.partner"]
            ._fields["l10n_fr_chorus_requirement"]
            ._description_selection(self.env)
        ),
        string="Required by the Customer",
        compute="_compute_l10n_fr_chorus_structure_id",
        compute_sudo=True,  # see above
        help="What the public body requires on its invoices. Empty: a customer that is not "
        "exported to Chorus Pro.",
        groups="base.group_user",
    )
    l10n_fr_chorus_service_id = fields.Many2one(
        "l10n_fr.chorus.service",
        string="Service",
        compute="_compute_l10n_fr_chorus_service_id",
        compute_sudo=True,  # see above
        inverse="_inverse_l10n_fr_chorus_service_id",
        domain="[('partner_id', '=', l10n_fr_chorus_structure_id)]",
        help="One of the customer's known services; it fills in the service code.",
        groups="base.group_user",
    )
    contract_reference = fields.Char(
        string="Market Number",
        compute="_compute_l10n_fr_chorus_references",
        compute_sudo=False,  # see above
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
        selection=choices(FRAMEWORKS, is_numbered=True),
        string="Framework",
        default=FRAMEWORK_DEPOSIT,
        copy=False,
        help="Invoicing framework (“cadre de facturation”). A2 says that the "
        "whole amount is already paid.",
        groups="base.group_user",
    )
    l10n_fr_chorus_type = fields.Selection(
        selection=choices(TYPES, is_numbered=True),
        string="Chorus Pro Document Type",
        compute="_compute_l10n_fr_chorus_type",
        store=True,
        readonly=False,
        copy=False,
        groups="base.group_user",
    )
    # Core links a credit note to its invoice, and not the invoice that replaces it.
    l10n_fr_chorus_corrected_id = fields.Many2one(
        "account.move",
        string="Corrected Invoice",
        compute="_compute_l10n_fr_chorus_corrected_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="""[
            ('move_type', '=', 'out_invoice'),
            ('state', '=', 'posted'),
            ('company_id', '=', company_id),
            ('commercial_partner_id', '=', commercial_partner_id),
            ('id', '!=', id),
        ]""",
        help="The invoice that this document is about, named in its file: the one that a corrected "
        "invoice (type 384) corrects, which “Reverse and Create Invoice” fills in; the one that a "
        "credit note credits, when it was not made from that invoice.",
        groups="base.group_user",
    )
    l10n_fr_chorus_attachment_ids = fields.Many2many(
        "ir.attachment",
        relation="account_move_l10n_fr_chorus_attachment_rel",
        string="Attachments to Send",
        domain="[('res_model', '=', 'account.move'), ('res_id', '=', id), ('type', '=', 'binary')]",
        copy=False,
        # Else each reading would first check the rights on every attachment of the database.
        bypass_search_access=True,
        help="Files of this document that go to the public body with it, at most 10 MB each.",
        groups="base.group_user",
    )
    l10n_fr_chorus_export_line_ids = fields.One2many(
        comodel_name="l10n_fr.chorus.export.line",
        inverse_name="move_id",
        string="Chorus Pro Exports",
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    # Nothing is written on a posted move to mark it: the marks are the latest export line's.
    l10n_fr_chorus_latest_line_ids = fields.One2many(
        comodel_name="l10n_fr.chorus.export.line",
        inverse_name="move_id",
        string="Latest Chorus Pro Export",
        domain=[("is_latest", "=", True)],
        readonly=True,
        copy=False,
        groups="base.group_user",
    )
    # compute_sudo: every reader of an invoice sees when it was exported, and by whom
    l10n_fr_chorus_exported_on = fields.Datetime(
        string="Exported on",
        compute="_compute_l10n_fr_chorus_exported",
        compute_sudo=True,
        search="_search_l10n_fr_chorus_exported_on",
        groups="base.group_user",
    )
    l10n_fr_chorus_exported_by = fields.Many2one(
        "res.users",
        string="Exported by",
        compute="_compute_l10n_fr_chorus_exported",
        compute_sudo=True,
        search="_search_l10n_fr_chorus_exported_by",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    l10n_fr_chorus_is_flagged = fields.Boolean(
        string="Customer of Chorus Pro",
        compute="_compute_l10n_fr_chorus_structure_id",
        compute_sudo=True,  # see above
        groups="base.group_user",
    )
    l10n_fr_chorus_rejection_message = fields.Text(
        string="Chorus Pro's Answer",
        compute="_compute_l10n_fr_chorus_rejection",
        compute_sudo=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    l10n_fr_chorus_rejection_on = fields.Datetime(
        string="Refusal Noted on",
        compute="_compute_l10n_fr_chorus_rejection",
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends("commercial_partner_id")
    def _compute_partner_bank_id(self):
        # EXTENDS 'account': public bodies are asked to pay on the configured account
        result = super()._compute_partner_bank_id()
        for move in self:
            account = move.company_id.l10n_fr_chorus_bank_id
            if (
                account.active
                and move.state == "draft"
                and move.move_type == "out_invoice"
                and move.commercial_partner_id.l10n_fr_chorus_export
            ):
                move.partner_bank_id = account
        return result

    @api.depends("partner_id")
    def _compute_l10n_fr_chorus_references(self):
        # The superuser has no form with rows to hide.
        hidden = self.browse() if self.env.su else self._l10n_fr_chorus_get_hidden_rows()
        for move in self.sudo():  # sudo: for every user who invoices, also a portal user who pays
            service, market = move.buyer_reference, move.contract_reference
            body = move.l10n_fr_chorus_proposed_for_id
            is_draft = move.move_type in MOVE_TYPES and move.state == "draft"
            if is_draft and move.partner_id and move not in hidden:
                before, body = body, move.partner_id._l10n_fr_chorus_get_structure()
                if not before:
                    service = service or body._l10n_fr_chorus_get_default_service()
                    market = market or body.l10n_fr_chorus_market_number
                elif before.commercial_partner_id != body.commercial_partner_id:
                    service = body._l10n_fr_chorus_get_default_service()
                    market = body.l10n_fr_chorus_market_number
                elif before != body and service not in body.l10n_fr_chorus_service_ids.mapped(
                    "code"
                ):
                    # The same customer, another establishment: with services of its own.
                    service = body._l10n_fr_chorus_get_default_service() or service
            move.buyer_reference = service
            move.contract_reference = market
            move.l10n_fr_chorus_proposed_for_id = body

    @api.depends("partner_id")
    def _compute_l10n_fr_chorus_structure_id(self):
        hidden = self._l10n_fr_chorus_get_hidden_rows()
        for move in self:
            partner = move.partner_id if move not in hidden else move.partner_id.browse()
            structure = partner and partner._l10n_fr_chorus_get_structure()
            move.l10n_fr_chorus_structure_id = structure
            move.l10n_fr_chorus_has_services = bool(structure.l10n_fr_chorus_service_ids)
            is_exported = partner.commercial_partner_id.l10n_fr_chorus_export
            move.l10n_fr_chorus_is_flagged = is_exported
            move.l10n_fr_chorus_requirement = is_exported and (
                structure.l10n_fr_chorus_requirement or "unknown"
            )

    @api.depends("buyer_reference", "l10n_fr_chorus_structure_id")
    def _compute_l10n_fr_chorus_service_id(self):
        for move in self:
            services = move.l10n_fr_chorus_structure_id.l10n_fr_chorus_service_ids
            code = text.one_line(move.buyer_reference)  # as the file has it
            move.l10n_fr_chorus_service_id = find_service(services, code)

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
                # What was chosen by hand stays when lines change; a credit note that was turned
                # into an invoice is one.
                chosen = move.l10n_fr_chorus_type
                by_hand = chosen and chosen != TYPE_CREDIT_NOTE
                move.l10n_fr_chorus_type = chosen if by_hand else TYPE_INVOICE

    @api.constrains("l10n_fr_chorus_type", "move_type")
    def _check_l10n_fr_chorus_type(self):
        for move in self:
            is_credit_note = move.l10n_fr_chorus_type == TYPE_CREDIT_NOTE
            if (
                move.move_type in MOVE_TYPES
                and move.l10n_fr_chorus_type
                and (is_credit_note != (move.move_type == "out_refund"))
            ):
                raise ValidationError(
                    self.env._(
                        "The type 381 is for credit notes, and for them alone: choose another "
                        "Chorus Pro document type on %(move)s.",
                        move=move.display_name,
                    )
                )

    @api.constrains("l10n_fr_chorus_attachment_ids")
    def _check_l10n_fr_chorus_attachment_ids(self):
        # sudo: those of other records too, which this user may not even see
        for move in self.sudo():
            for attachment in move.l10n_fr_chorus_attachment_ids:
                is_own = (attachment.res_model, attachment.res_id) == (move._name, move.id)
                if not is_own or attachment.res_field or attachment.type != "binary":
                    raise ValidationError(
                        self.env._(
                            "Only files attached to %(move)s go with it: attach yours to the "
                            "document first.",
                            move=move.display_name,
                        )
                    )

    @api.depends("commercial_partner_id", "move_type", "invoice_line_ids")
    def _compute_l10n_fr_chorus_corrected_id(self):
        for move in self:
            corrected = move.l10n_fr_chorus_corrected_id
            if corrected.commercial_partner_id != move.commercial_partner_id:
                corrected = corrected.browse()
            move.l10n_fr_chorus_corrected_id = corrected or move._l10n_fr_chorus_find_credited()

    def _l10n_fr_chorus_find_credited(self):
        """The invoice that a draft credit note takes back, when it comes from a sale.

        The fields of ``sale`` are there or not: it is no dependency.

        :return: none when core links them already, or when the sale has several invoices: the file
            names one (BT-25), and only the user knows which
        """
        nothing = self.browse()
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        if (
            self.move_type != "out_refund"
            or self.state != "draft"
            or self.reversed_entry_id
            or "sale_line_ids" not in lines._fields
        ):
            return nothing
        # sudo: users who invoice may not see sales; only an invoice of this customer is taken
        invoices = lines.sudo().sale_line_ids.invoice_lines.move_id.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state == "posted"
                and move.payment_state != "reversed"  # nothing of it is left to take back
                and move.company_id == self.company_id
                and move.commercial_partner_id == self.commercial_partner_id
            )
        )
        return nothing.browse(invoices.id) if len(invoices) == 1 else nothing

    @api.constrains("l10n_fr_chorus_corrected_id")
    def _check_l10n_fr_chorus_corrected_id(self):
        for move in self:
            corrected = move.l10n_fr_chorus_corrected_id
            if corrected and (
                corrected == move
                or corrected.move_type != "out_invoice"
                or corrected.state == "draft"
                or corrected.commercial_partner_id != move.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(corrected)s cannot be the invoice that %(move)s is about: choose "
                        "another posted invoice of the same customer.",
                        corrected=corrected.display_name,
                        move=move.display_name,
                    )
                )

    @api.depends(
        "l10n_fr_chorus_latest_line_ids.exported_on", "l10n_fr_chorus_latest_line_ids.user_id"
    )
    def _compute_l10n_fr_chorus_exported(self):
        for move in self:
            # The saved line, as in the computes below: a form could name another document's.
            line = move._origin.l10n_fr_chorus_latest_line_ids[:1]
            move.l10n_fr_chorus_exported_on = line.exported_on
            move.l10n_fr_chorus_exported_by = line.user_id

    @api.depends("l10n_fr_chorus_latest_line_ids.rejection_message")
    def _compute_l10n_fr_chorus_rejection(self):
        for move in self:
            line = move._origin.l10n_fr_chorus_latest_line_ids[:1]
            move.l10n_fr_chorus_rejection_message = line.rejection_message
            move.l10n_fr_chorus_rejection_on = line.rejection_on

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

    def write(self, vals):
        if not OURS.isdisjoint(vals):
            self._l10n_fr_chorus_check_choices(vals, OURS)
        with self._l10n_fr_chorus_followed(vals):
            return super().write(self._l10n_fr_chorus_complete_vals(vals))

    @api.model
    def _l10n_fr_chorus_complete_vals(self, vals):
        """Values to write, with what we propose for a new customer.

        :param dict vals: of invoices
        :rtype: dict
        """
        if "partner_id" in vals and not {"buyer_reference", "contract_reference"}.isdisjoint(vals):
            # References given with a new customer are for him: nothing is left to propose.
            partner = self.env["res.partner"].browse(vals["partner_id"])
            body = partner and partner._l10n_fr_chorus_get_structure()
            return {"l10n_fr_chorus_proposed_for_id": body and body.id, **vals}
        return vals

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

    def _get_fields_to_copy_recurring_entries(self, values):
        # EXTENDS 'account': the invoices of one contract answer the same engagement; a duplicate
        # that someone makes by hand does not
        values = super()._get_fields_to_copy_recurring_entries(values)
        if self.move_type in MOVE_TYPES:
            values = {**self._l10n_fr_chorus_get_references(), **values}
        return values

    def _l10n_fr_chorus_get_references(self):
        """References that a credit note, a corrected copy or a recurring invoice takes over.

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
        # Documents that wait for an export in the background are not proposed again.
        waiting = Domain("state", "=", "waiting")
        domain &= Domain("l10n_fr_chorus_export_line_ids", "not any!", waiting)
        if date_from:
            domain &= Domain("invoice_date", ">=", date_from)
        if date_to:
            domain &= Domain("invoice_date", "<=", date_to)
        if partners:
            domain &= Domain("commercial_partner_id", "in", partners.commercial_partner_id.ids)
        if not again:
            domain &= Domain("l10n_fr_chorus_is_exported", "=", False)
        return domain

    @api.model
    def _l10n_fr_chorus_count_hidden(self, domain):
        """How many documents a user misses without knowing.

        :param domain: of documents of one of his companies
        :rtype: int
        """
        # sudo: their number, and nothing else
        return self.sudo().search_count(domain) - self.search_count(domain)

    # ------------------------------------------------------------------ actions

    def action_l10n_fr_chorus_preview(self):
        """The document's file as Chorus Pro gets it, without exporting anything."""
        return self._l10n_fr_chorus_preview(self.env["l10n_fr.chorus.export.line"])

    def _l10n_fr_chorus_preview(self, line):
        """The window that shows the file of a document.

        :param line: of an export, whose file is shown; none for the file that would be made now
        """
        self.ensure_one()
        self.check_access("read")
        if self.move_type not in MOVE_TYPES or not self.partner_id:
            raise UserError(
                self.env._(
                    "Only invoices and credit notes of a customer have a Chorus Pro file: choose "
                    "the customer of %(document)s first.",
                    document=self.display_name,
                )
            )
        wizard = self.env["l10n_fr.chorus.preview"].create(
            {
                "move_id": self.id,
                "line_id": line.id,
                "syntax": line.syntax if line else self.company_id.l10n_fr_chorus_syntax,
            }
        )
        return wizard._get_records_action(
            name=self.env._("Chorus Pro file of %(document)s", document=self.display_name),
            target="new",
            context={"dialog_size": "extra-large"},
        )

    def action_l10n_fr_chorus_export(self):
        """The export window on these documents; one exported before is asked about first."""
        return self.env["account.move.chorus.export"]._open_moves(self)

    def action_l10n_fr_chorus_open_rejection(self):
        """The window that explains Chorus Pro's answer to the latest export."""
        self.ensure_one()
        line = self.l10n_fr_chorus_latest_line_ids
        if not line:
            raise UserError(
                self.env._("%(document)s was never exported.", document=self.display_name)
            )
        return line.action_open_rejection()
