import datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..chorus.messages import Message
from ..chorus.rules import BLOCKING, REMARK


class L10nFrChorusCheckedMixin(models.AbstractModel):
    """An invoice or credit note as it was when it was checked, and its anomalies.

    The values are copies: an export shows the exported data, not later changes.
    Anomalies are stored as the rules give them and put into words when read, so that each
    user reads them in his own language.
    """

    _name = "l10n_fr.chorus.checked.mixin"
    _description = "Document Checked for Chorus Pro"
    _inherit = ["l10n_fr.chorus.list.mixin"]

    name = fields.Char(string="Number", required=True, readonly=True)
    move_type = fields.Selection(
        selection=[("out_invoice", "Invoice"), ("out_refund", "Credit Note")],
        string="Kind",
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    invoice_date = fields.Date(string="Date", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    # Positive on credit notes too, as accountants know it: added up, it would mean nothing.
    amount_total = fields.Monetary(string="Total incl. VAT", readonly=True, aggregator=None)
    anomalies = fields.Json(string="Stored Anomalies", readonly=True)
    is_blocked = fields.Boolean(
        string="Has Anomalies",
        readonly=True,
        help="Chorus Pro would refuse this document as it stands.",
    )
    anomaly_text = fields.Text(
        string="Anomalies",
        compute="_compute_anomaly_text",
        help="What Chorus Pro would refuse, and how to mend it.",
    )
    remark_text = fields.Text(
        string="Remarks", compute="_compute_anomaly_text", help="What is worth knowing."
    )

    @api.depends("anomalies")
    @api.depends_context("lang")
    def _compute_anomaly_text(self):
        for record in self:
            texts = {BLOCKING: [], REMARK: []}
            for item in record._get_anomaly_messages():
                texts[item["severity"]].append(item["message"])
            record.anomaly_text = "\n".join(texts[BLOCKING])
            record.remark_text = "\n".join(texts[REMARK])

    def action_open_document(self):
        """The invoice or credit note."""
        self.ensure_one()
        return self.move_id._get_records_action()

    def action_preview(self):
        """The file as Chorus Pro gets it."""
        self.ensure_one()
        return self.move_id.action_l10n_fr_chorus_preview()

    @api.model
    def _prepare_checked_values(self, move, anomalies):
        """Values that keep a document and its anomalies.

        :param move: invoice or credit note
        :param list anomalies: of ``chorus.rules.Anomaly``
        :return: values of this mixin's fields
        :rtype: dict
        """
        return {
            "name": move.name,
            "move_type": move.move_type,
            "partner_id": move.partner_id.id,
            "invoice_date": move.invoice_date,
            "currency_id": move.currency_id.id,
            "amount_total": move.amount_total,
            "anomalies": [anomaly.to_dict() for anomaly in anomalies],
            "is_blocked": any(anomaly.is_blocking for anomaly in anomalies),
        }

    @api.readonly
    def get_anomalies(self):
        """The anomalies of one document, for the window that explains them.

        :return: see :meth:`_get_anomaly_messages`
        """
        return self._get_anomaly_messages()

    def _get_anomaly_messages(self):
        """The anomalies in words.

        :return: one dict an anomaly: code, severity, message in the user's language, and the
            model, id and field to mend
        :rtype: list[dict]
        """
        self.ensure_one()
        return [
            {**item, "message": self._render(Message.from_dict(item["message"]))}
            for item in self.anomalies or []
        ]

    def _get_plain_report(self):
        """The anomalies and remarks of documents, in plain values.

        :return: ``{"anomalies": [{"document", "code", "message"}], "remarks": [the same]}``
        :rtype: dict
        """
        report = {BLOCKING: [], REMARK: []}
        for record in self:
            for item in record._get_anomaly_messages():
                report[item["severity"]].append(
                    {"document": record.name, "code": item["code"], "message": item["message"]}
                )
        return {"anomalies": report[BLOCKING], "remarks": report[REMARK]}

    @api.model
    def _render(self, message):
        """A message of the plain package in the user's language and formats.

        :param chorus.messages.Message message: with marked literals
        :rtype: str
        """
        return message.render(self._translate, self._show)

    @api.model
    def _translate(self, source):
        return self.env._(source)  # pylint: disable=translation-not-lazy,prefer-env-translation

    @api.model
    def _show(self, value):
        if isinstance(value, datetime.date):
            return format_date(self.env, value)
        if isinstance(value, Decimal):
            decimals = max(0, -value.as_tuple().exponent)
            return formatLang(self.env, float(value), digits=decimals)
        return str(value)
