from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..chorus import outcomes, rejections
from ..chorus.document import (
    FRAMEWORK_DEPOSIT,
    FRAMEWORK_PAID,
    TYPE_CORRECTED,
    TYPE_CREDIT_NOTE,
    TYPE_INVOICE,
    TYPE_PREPAYMENT,
    Origin,
)

MOVE_TYPES = ("out_invoice", "out_refund")

#: Group of those who may mend a record, by its model.
MENDERS = {
    "res.partner": "base.group_partner_manager",
    "res.partner.bank": "base.group_partner_manager",
    "account.tax": "account.group_account_manager",
}


#: Remarks that the form does not tell as alerts: true of every invoice until the directory is
#: imported, and shown there beside the references.
QUIET = frozenset({"requirement_unknown"})


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
    # Another address of the same body must not undo what the user typed.
    l10n_fr_chorus_proposed_for_id = fields.Many2one(
        "res.partner",
        string="References Proposed for",
        compute="_compute_l10n_fr_chorus_references",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="Public body whose service code and market number were proposed.",
    )
    l10n_fr_chorus_structure_id = fields.Many2one(
        "res.partner",
        string="Public Body",
        compute="_compute_l10n_fr_chorus_structure_id",
        compute_sudo=True,  # whoever reads an invoice opens its form
    )
    l10n_fr_chorus_has_services = fields.Boolean(
        string="Has Known Services",
        compute="_compute_l10n_fr_chorus_structure_id",
        compute_sudo=True,  # see above
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
    )
    l10n_fr_chorus_service_id = fields.Many2one(
        "l10n_fr.chorus.service",
        string="Service",
        compute="_compute_l10n_fr_chorus_service_id",
        compute_sudo=True,  # see above
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
        help="The invoice that this one corrects, named in the file of a corrected invoice (type "
        "384). “Reverse and Create Invoice” fills it in.",
    )
    l10n_fr_chorus_other_way = fields.Char(
        string="Already sent by", compute="_compute_l10n_fr_chorus_other_way"
    )
    l10n_fr_chorus_deposit_anyway = fields.Boolean(
        string="Deposit on Chorus Pro all the same",
        copy=False,
        help="The document was sent by another way, which did not reach the public body.",
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

    l10n_fr_chorus_is_flagged = fields.Boolean(
        string="Customer of Chorus Pro", related="commercial_partner_id.l10n_fr_chorus_export"
    )
    l10n_fr_chorus_verdict = fields.Selection(
        selection=[
            ("ok", "Ready"),
            ("remarks", "Ready, with Remarks"),
            ("blocked", "To Mend"),
            ("to_check", "To Be Checked"),
        ],
        string="Chorus Pro",
        compute="_compute_l10n_fr_chorus_verdict",
        compute_sudo=True,  # whoever sees an invoice sees whether it can go
        search="_search_l10n_fr_chorus_verdict",
        help="Whether Chorus Pro would take this document, as long as it is not exported.",
    )

    l10n_fr_chorus_rejection_message = fields.Text(
        string="Chorus Pro's Answer", compute="_compute_l10n_fr_chorus_rejection", compute_sudo=True
    )
    l10n_fr_chorus_rejection_on = fields.Datetime(
        string="Refusal Noted on", compute="_compute_l10n_fr_chorus_rejection", compute_sudo=True
    )

    @api.depends("partner_id")
    def _compute_l10n_fr_chorus_references(self):
        for move in self:
            service, market = move.buyer_reference, move.contract_reference
            body = move.l10n_fr_chorus_proposed_for_id
            if move.move_type in MOVE_TYPES and move.state == "draft" and move.partner_id:
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
        for move in self:
            partner = move.partner_id
            structure = partner and partner._l10n_fr_chorus_get_structure()
            move.l10n_fr_chorus_structure_id = structure
            move.l10n_fr_chorus_has_services = bool(structure.l10n_fr_chorus_service_ids)
            is_exported = partner.commercial_partner_id.l10n_fr_chorus_export
            move.l10n_fr_chorus_requirement = is_exported and (
                structure.l10n_fr_chorus_requirement or "unknown"
            )

    @api.depends("state")
    def _compute_l10n_fr_chorus_other_way(self):
        for move in self:
            move.l10n_fr_chorus_other_way = move._l10n_fr_chorus_get_other_way()

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

    @api.depends("commercial_partner_id")
    def _compute_l10n_fr_chorus_corrected_id(self):
        for move in self:
            corrected = move.l10n_fr_chorus_corrected_id
            if corrected.commercial_partner_id != move.commercial_partner_id:
                corrected = False
            move.l10n_fr_chorus_corrected_id = corrected

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
                        "%(corrected)s cannot be the invoice that %(move)s corrects: choose "
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
            line = move.l10n_fr_chorus_latest_line_ids[:1]
            move.l10n_fr_chorus_exported_on = line.exported_on
            move.l10n_fr_chorus_exported_by = line.user_id

    @api.depends("l10n_fr_chorus_latest_line_ids.rejection_message")
    def _compute_l10n_fr_chorus_rejection(self):
        for move in self:
            line = move.l10n_fr_chorus_latest_line_ids[:1]
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
        if "partner_id" in vals and not {"buyer_reference", "contract_reference"}.isdisjoint(vals):
            # What comes with a new customer is for him: nothing is left to propose.
            partner = self.env["res.partner"].browse(vals["partner_id"])
            body = partner and partner._l10n_fr_chorus_get_structure()
            vals = {"l10n_fr_chorus_proposed_for_id": body and body.id, **vals}
        return super().write(vals)

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
            domain &= Domain("l10n_fr_chorus_is_exported", "=", False)
        return domain

    # ------------------------------------------------------------------ verdicts

    def _field_to_sql(self, alias, fname, query=None):
        # EXTENDS 'account': a verdict stands in a table of its own, and can be grouped by
        if fname != "l10n_fr_chorus_verdict":
            return super()._field_to_sql(alias, fname, query=query)
        self.env["l10n_fr.chorus.verdict"].flush_model()
        self.env["l10n_fr.chorus.export.line"].flush_model(["move_id", "is_latest", "outcome"])
        self.env["res.partner"].flush_model(["l10n_fr_chorus_export"])
        return SQL(
            """
            CASE WHEN %(alias)s.state = 'posted'
                  AND %(alias)s.move_type IN %(types)s
                  AND EXISTS (SELECT FROM res_partner customer
                               WHERE customer.id = %(alias)s.commercial_partner_id
                                 AND customer.l10n_fr_chorus_export)
                  AND NOT EXISTS (SELECT FROM l10n_fr_chorus_export_line line
                                   WHERE line.move_id = %(alias)s.id AND line.is_latest
                                     AND (line.outcome IS NULL
                                          OR line.outcome NOT IN %(reopened)s))
                 THEN COALESCE((SELECT CASE WHEN verdict.is_stale THEN 'to_check'
                                            ELSE verdict.verdict END
                                  FROM l10n_fr_chorus_verdict verdict
                                 WHERE verdict.move_id = %(alias)s.id), 'to_check')
            END
            """,
            alias=SQL.identifier(alias),
            types=MOVE_TYPES,
            reopened=tuple(outcomes.REOPENED),
        )

    def _compute_l10n_fr_chorus_verdict(self):
        self.l10n_fr_chorus_verdict = False
        if not self.ids:
            return
        self.flush_recordset(["state", "move_type", "commercial_partner_id"])
        verdict = self._field_to_sql(self._table, "l10n_fr_chorus_verdict")
        self.env.cr.execute(
            SQL("SELECT id, %s FROM account_move WHERE id IN %s", verdict, tuple(self.ids))
        )
        verdicts = dict(self.env.cr.fetchall())
        for move in self:
            move.l10n_fr_chorus_verdict = verdicts.get(move._origin.id) or False

    @api.model
    def _search_l10n_fr_chorus_verdict(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._l10n_fr_chorus_verdict_domain(value)

    @api.model
    def _l10n_fr_chorus_verdict_domain(self, values):
        """Domain of the moves that have one of some verdicts; False: none."""
        known = tuple(value for value in values if value)

        def to_sql(model, alias, query):
            verdict = model._field_to_sql(alias, "l10n_fr_chorus_verdict", query)
            conditions = [SQL("FALSE")]
            if known:
                conditions.append(SQL("(%s) IN %s", verdict, known))
            if len(known) < len(values):
                conditions.append(SQL("(%s) IS NULL", verdict))
            return SQL("(%s)", SQL(" OR ").join(conditions))

        return Domain.custom(to_sql=to_sql)

    # ------------------------------------------------------------------ anomalies on the form

    def _get_alerts(self):
        # EXTENDS 'account': what Chorus Pro would refuse, before and after posting
        alerts = super()._get_alerts()
        move = self._origin  # while a draft is edited: what is saved
        alerts.update(move._l10n_fr_chorus_get_rejection_alerts())
        if not move._l10n_fr_chorus_is_checked_on_form():
            return alerts
        checked = self.env["l10n_fr.chorus.export"]._check_documents(move)
        render = self.env["l10n_fr.chorus.checked.mixin"]._render
        for _move, _document, anomalies in checked:
            for index, anomaly in enumerate(anomalies):
                if anomaly.code in QUIET:
                    continue
                key = f"l10n_fr_chorus_{index}_{anomaly.code}"
                alerts[key] = {
                    "level": "danger" if anomaly.is_blocking else "info",
                    "message": self.env._(
                        "Chorus Pro: %(message)s", message=render(anomaly.message)
                    ),
                    **move._l10n_fr_chorus_get_mend_action(anomaly.origin, render(anomaly.message)),
                }
        return alerts

    def _l10n_fr_chorus_get_rejection_alerts(self):
        """What Chorus Pro answered about the latest export, explained.

        :return: actionable errors by key
        :rtype: dict
        """
        message = self.l10n_fr_chorus_rejection_message
        if not message or not self.env.user.has_groups(
            "account.group_account_invoice,account.group_account_readonly"
        ):
            return {}
        render = self.env["l10n_fr.chorus.checked.mixin"]._render
        alerts = {}
        for explanation in rejections.explain(message):
            words = render(explanation.message)
            origin = self._l10n_fr_chorus_get_rejection_origin(explanation)
            told = self.env._("Chorus Pro: %(message)s", message=words)
            if explanation.is_refusal:
                told = self.env._("Chorus Pro refused it: %(cause)s", cause=words)
            alerts[f"l10n_fr_chorus_rejection_{explanation.code}"] = {
                "level": "warning" if explanation.is_refusal else "info",
                "message": told,
                **self._l10n_fr_chorus_get_mend_action(origin, words),
            }
        return alerts or {
            "l10n_fr_chorus_rejection": {
                "level": "warning",
                "message": self.env._("Chorus Pro refused it: %(cause)s", cause=message),
            }
        }

    def _l10n_fr_chorus_get_rejection_origin(self, explanation):
        """The record to mend after a refusal.

        :param chorus.rejections.Explanation explanation: what was refused
        :return: an origin without record when it is the gesture on the portal
        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.document.Origin
        """
        match explanation.place:
            case rejections.DOCUMENT:
                record = self
            case rejections.BUYER:
                record = self.partner_id
            case rejections.SELLER:
                record = self.company_id.partner_id
            case rejections.ACCOUNT:
                record = self.company_id.l10n_fr_chorus_bank_id or self.partner_bank_id
            case rejections.TAXES:
                record = self.invoice_line_ids.tax_ids
            case _:
                return Origin()
        # Several taxes, or no account: the choice is made on the document.
        record = record if len(record) == 1 else self
        if not record:
            return Origin()
        return Origin(record._name, record.id, explanation.field, record.display_name or "")

    def action_l10n_fr_chorus_preview(self, line=None):
        """The document's file as Chorus Pro gets it, without exporting anything.

        :param line: of an export, whose file is shown instead of one made now
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
                "line_id": line and line.id,
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
        """The window that explains what Chorus Pro answered about the latest export."""
        self.ensure_one()
        line = self.l10n_fr_chorus_latest_line_ids
        if not line:
            raise UserError(
                self.env._("%(document)s was never exported.", document=self.display_name)
            )
        return line.action_open_rejection()

    def _l10n_fr_chorus_is_checked_on_form(self):
        """Whether the form tells the anomalies of this document."""
        return bool(
            self.id
            and self.move_type in MOVE_TYPES
            and self.state in ("draft", "posted")
            and self.commercial_partner_id.l10n_fr_chorus_export
            and not self.l10n_fr_chorus_is_exported
            and self.env.user.has_groups(
                "account.group_account_invoice,account.group_account_readonly"
            )
        )

    def _l10n_fr_chorus_get_mend_action(self, origin, message):
        """The way from an anomaly to the record to mend, for this user.

        :param chorus.document.Origin origin: the record and field
        :param str message: the anomaly in words
        :return: ``action`` and ``action_text`` of an actionable error, which open the record;
            for a user who may not change it, ``ask_action`` and ``ask_text`` too, which ask those
            who may; {} when the record is this document, which is open already
        :rtype: dict
        """
        self.ensure_one()
        if not origin.id or (origin.model, origin.id) == (self._name, self.id):
            return {}
        record = self.env[origin.model].browse(origin.id)
        action = record._get_records_action()
        if record.has_access("write"):
            return {
                "action": action,
                "action_text": self.env._("Mend “%(record)s”", record=origin.label),
            }
        mend = {
            "action": action,
            "action_text": self.env._("See “%(record)s”", record=origin.label),
        }
        if colleagues := self._l10n_fr_chorus_get_menders(origin.model):
            names = ", ".join(colleagues.mapped("name"))
            mend["ask_action"] = self._l10n_fr_chorus_get_ask_action(colleagues, message)
            mend["ask_text"] = self.env._("Ask %(names)s to mend it", names=names)
        return mend

    def _l10n_fr_chorus_get_ask_action(self, colleagues, message):
        """A message on this document to those who may mend what is at fault.

        :param colleagues: users
        :param str message: the anomaly in words
        :return: an action
        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask a colleague"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_composition_mode": "comment",
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_partner_ids": colleagues.partner_id.ids,
                "default_subject": self.env._("Chorus Pro: %(move)s", move=self.name),
                "default_body": Markup("<p>%s</p>") % message,
                "default_email_layout_xmlid": "mail.mail_notification_light",
            },
        }

    @api.model
    def _l10n_fr_chorus_get_menders(self, model):
        """A few colleagues who may mend a record that this user may not.

        :param str model: of the record
        :return: users of the document's company
        """
        group = MENDERS.get(model)
        if not group:
            return self.env["res.users"]
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref(group).ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
                ("id", "!=", self.env.uid),
            ],
            limit=3,
        )
