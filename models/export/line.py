from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, sql

from ...chorus import rules
from ...chorus.document import summary
from ...chorus.messages import Message
from ...chorus.portal import rejections, states


class L10nFrChorusExportLine(models.Model):
    _name = "l10n_fr.chorus.export.line"
    _description = "Chorus Pro Export Document"
    _inherit = ["l10n_fr.chorus.checked.mixin", "l10n_fr.chorus.delivered.mixin"]
    _order = "export_id desc, id"

    # One latest export a document, even when two users export it at once.
    _latest_unique = models.UniqueIndex(
        "(move_id) WHERE is_latest",
        "Someone else has just exported one of these documents. Refresh the list.",
    )

    # Each export of a document follows the one that its user knew of, and nothing else follows that
    # one: neither an export that was made meanwhile, nor one that waits for its turn.
    _successor_unique = models.UniqueIndex(
        "(move_id, COALESCE(previous_id, 0)) WHERE state IN ('waiting', 'exported')",
        "Someone else has just exported one of these documents. Refresh the list.",
    )

    # A document waits for one export only, even when two users export it at once.
    _waiting_unique = models.UniqueIndex(
        "(move_id) WHERE state = 'waiting'",
        "Someone else is exporting one of these documents. Refresh the list.",
    )

    export_id = fields.Many2one(
        "l10n_fr.chorus.export", required=True, readonly=True, ondelete="restrict", index=True
    )
    # compute_sudo: the engine stores them; in a form, a user reads what he may read
    company_id = fields.Many2one(related="export_id.company_id", store=True, compute_sudo=False)
    user_id = fields.Many2one(related="export_id.user_id", store=True, compute_sudo=False)
    exported_on = fields.Datetime(related="export_id.date", store=True, compute_sudo=False)
    syntax = fields.Selection(related="export_id.syntax", store=True, compute_sudo=False)
    name = fields.Char(index=True)  # by which the portal's files and later documents are known
    partner_id = fields.Many2one(index=True)  # whose form counts exported documents
    # The line outlives the document: the export stays known.
    move_id = fields.Many2one(
        "account.move", string="Document", readonly=True, ondelete="set null", index=True
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency", compute_sudo=False
    )
    amount_untaxed_signed = fields.Monetary(
        string="Excl. VAT in Company Currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    amount_tax_signed = fields.Monetary(
        string="VAT in Company Currency", currency_field="company_currency_id", readonly=True
    )
    amount_total_signed = fields.Monetary(
        string="Total in Company Currency", currency_field="company_currency_id", readonly=True
    )
    state = fields.Selection(
        selection=[("waiting", "Waiting"), ("exported", "Exported"), ("held", "Held Back")],
        required=True,
        readonly=True,
    )
    is_latest = fields.Boolean(
        readonly=True, help="The document's latest export, the one its form shows."
    )
    # Printed once, so that the same data give the same bytes again.
    pdf = fields.Binary(string="Readable Invoice", attachment=True, readonly=True)
    data_sha256 = fields.Char(
        readonly=True, help="SHA-256 of the data that the readable invoice was printed for."
    )
    is_printed_alone = fields.Boolean(
        readonly=True,
        help="Printing failed for this document together with others: each of them is printed "
        "alone from then on.",
    )
    # Data of the document as they were exported, and the line of the export before.
    summary = fields.Json(string="Exported Data", readonly=True, prefetch=False)
    previous_id = fields.Many2one(
        "l10n_fr.chorus.export.line",
        string="Previous Export",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    # A state that lets the document go again may be taken back before its turn comes.
    follows_reopened = fields.Boolean(
        readonly=True,
        help="As this export was asked for, the previous one was recorded as missing on Chorus "
        "Pro.",
    )
    change_text = fields.Text(
        string="Changed since the Previous Export",
        compute="_compute_change_text",
        help="What this file says otherwise than the one before.",
    )
    lot_id = fields.Many2one(
        "l10n_fr.chorus.lot", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    rejection_message = fields.Text(
        string="Chorus Pro's Answer", readonly=True, help="What the portal answered, as pasted."
    )
    rejection_on = fields.Datetime(string="Refusal Noted on", readonly=True)
    rejection_user_id = fields.Many2one(
        "res.users", string="Refusal Noted by", readonly=True, ondelete="restrict"
    )
    rejection_explanation = fields.Text(
        string="Cause of the Refusal",
        compute="_compute_rejection_explanation",
        help="What Chorus Pro's answer means, and how to mend it.",
    )

    def _auto_init(self):
        cr, table = self.env.cr, self._table
        is_new = not sql.index_exists(cr, f"{table}_successor_unique")
        if is_new and sql.column_exists(cr, table, "previous_id"):
            self._follow_latest()
        return super()._auto_init()

    @api.model
    def _follow_latest(self):
        """Fill in what lines follow that wait since a version that did not say it."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(lines)s waiting
                   SET previous_id = latest.id
                  FROM %(lines)s latest
                 WHERE waiting.state = 'waiting'
                   AND latest.move_id = waiting.move_id
                   AND latest.is_latest
                """,
                lines=SQL.identifier(self._table),
            )
        )

    @api.depends("summary", "previous_id.summary", "previous_id.sha256", "sha256")
    @api.depends_context("lang")
    def _compute_change_text(self):
        for line in self:
            previous = line.previous_id
            if line.state != "exported":
                line.change_text = False
                continue
            changes = summary.changes(previous.summary or {}, line.summary or {})
            text = "\n".join(line._render(change) for change in changes)
            if not text and previous:
                same = previous.sha256 == line.sha256 and previous.syntax == line.syntax
                text = self.env._("Nothing: the same file") if same else self.env._("Other data")
            line.change_text = text

    @api.depends("rejection_message")
    @api.depends_context("lang")
    def _compute_rejection_explanation(self):
        for line in self:
            line.rejection_explanation = "\n".join(
                line._render(explanation.message)
                for explanation in rejections.explain(line.rejection_message)
            )

    def action_open_document(self):
        # EXTENDS the mixin: the line outlives its document
        self.ensure_one()
        if not self.move_id:
            return self.export_id._get_records_action()
        return super().action_open_document()

    def action_preview(self):
        # EXTENDS the mixin: the exported file
        self.ensure_one()
        if self.state != "exported":
            return super().action_preview()
        return self.move_id._l10n_fr_chorus_preview(self)

    def action_open_rejection(self):
        """The window that explains Chorus Pro's answer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Chorus Pro refused %(document)s", document=self.name),
            "res_model": "l10n_fr.chorus.rejection",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_line_id": self.id},
        }

    def _step_aside(self):
        """Leave the place after the line that these follow to the files that are made of them.

        No two lines follow the same one: see ``_successor_unique``.
        """
        for line in self:
            line.previous_id = line
        self.flush_recordset(["previous_id"])

    def _hold(self, source, **params):
        """Hold a document back that cannot even be checked.

        :param str source: marked literal
        :param params: values of its placeholders, beside ``%(document)s``
        """
        self.ensure_one()
        message = Message(source, {"document": self.name, **params})
        self.write(
            {
                "state": "held",
                "previous_id": False,
                "is_blocked": True,
                "anomalies": [
                    {
                        "code": "not_exportable",
                        "severity": rules.BLOCKING,
                        "message": message.to_dict(),
                        "model": "account.move" if self.move_id else "",
                        "id": self.move_id.id,
                        "field": "",
                    }
                ],
            }
        )

    def _keep_rejection(self, message):
        """Keep Chorus Pro's answer to an exported document.

        :param str message: as the user pasted it; empty to forget the answer
        :raise UserError: when there is nothing to keep or to forget
        """
        self.ensure_one()
        self.check_access("read")
        self.env["l10n_fr.chorus.export"]._check_may_export()
        message = self._prepare_message(message)
        if self.state != "exported":
            raise UserError(
                self.env._("%(document)s was held back: it was never exported.", document=self.name)
            )
        if not message and not self.rejection_message:
            raise UserError(self.env._("Paste what Chorus Pro answered first."))
        values = {
            "rejection_message": message or False,
            "rejection_on": fields.Datetime.now() if message else False,
            "rejection_user_id": self.env.uid if message else False,
        }
        explained = rejections.explain(message)
        is_refusal = any(item.is_refusal for item in explained)
        if any(item.is_there for item in explained):
            is_refusal = False  # a second deposit: the first one has arrived
        if is_refusal and self.outcome in (False, states.DEPOSITED, states.IN_PROGRESS):
            # The portal's own controls: the document does not exist there.
            values["outcome"] = states.NOT_INTEGRATED
        elif not message and self.outcome == states.NOT_INTEGRATED:
            values["outcome"] = False
        if "outcome" in values:
            values["outcome_date"] = False  # an answer is pasted without its day
            values["outcome_user_id"] = self.env.uid
            values["send_anyway"] = False  # it was ticked for the state known then
        # sudo: the engine alone writes on exports; this user reads the line and may invoice, as
        # checked above, and writes nothing but the refusal.
        self.sudo().write(values)
        if "outcome" in values:
            self.sudo()._mark_verdicts_stale()
