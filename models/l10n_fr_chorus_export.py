import base64
import hashlib
import logging
import os
from dataclasses import replace

from odoo import api, fields, models, modules
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from ..chorus import folder as chorus_folder
from ..chorus import rejections, rules
from ..chorus.messages import ChorusError
from ..chorus.naming import file_name
from ..chorus.syntaxes import SYNTAXES, InvalidFile, make_file
from .account_move import MOVE_TYPES

_logger = logging.getLogger(__name__)

BATCH_SIZE = 500


class L10nFrChorusExport(models.Model):
    """One export: who asked for what, when, and what became of each document.

    The records are accounting evidence: the engine alone makes them, nobody edits them.
    """

    _name = "l10n_fr.chorus.export"
    _description = "Chorus Pro Export"
    _order = "id desc"

    name = fields.Char(string="Export", readonly=True, required=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    user_id = fields.Many2one(
        "res.users", string="Exported by", required=True, readonly=True, ondelete="restrict"
    )
    date = fields.Datetime(string="Exported on", required=True, readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Customers", readonly=True)
    again = fields.Boolean(string="Including documents already exported", readonly=True)
    syntax = fields.Selection(
        selection=lambda self: self.env["res.company"]._selection_l10n_fr_chorus_syntax(),
        required=True,
        readonly=True,
    )
    folder = fields.Char(readonly=True, help="Folder of the files, below the export root.")
    path = fields.Char(string="Full Path", readonly=True)
    line_ids = fields.One2many("l10n_fr.chorus.export.line", "export_id", readonly=True)
    exported_line_ids = fields.One2many(
        "l10n_fr.chorus.export.line",
        "export_id",
        string="Files",
        domain=[("state", "=", "exported")],
        readonly=True,
    )
    held_line_ids = fields.One2many(
        "l10n_fr.chorus.export.line",
        "export_id",
        string="Documents Held Back",
        domain=[("state", "=", "held")],
        readonly=True,
    )
    exported_count = fields.Integer(string="Files Made", readonly=True)
    held_count = fields.Integer(string="Held Back", readonly=True)
    rejected_count = fields.Integer(
        string="Refused by Chorus Pro", compute="_compute_rejected_count"
    )
    amount_total = fields.Monetary(
        string="Total incl. VAT",
        currency_field="company_currency_id",
        readonly=True,
        help="Invoices less credit notes, in the company's currency.",
    )
    delivery_state = fields.Selection(
        selection=[
            ("none", "No file"),
            ("pending", "To be written"),
            ("failed", "Not written"),
            ("done", "Written"),
        ],
        string="Files in the Folder",
        compute="_compute_delivery_state",
    )

    @api.depends("exported_line_ids.delivered_name", "exported_line_ids.delivery_error")
    def _compute_delivery_state(self):
        for export in self:
            lines = export.exported_line_ids
            if not lines:
                export.delivery_state = "none"
            elif any(line.delivery_error for line in lines):
                export.delivery_state = "failed"
            elif all(line.delivered_name for line in lines):
                export.delivery_state = "done"
            else:
                export.delivery_state = "pending"

    @api.depends("exported_line_ids.rejection_message")
    def _compute_rejected_count(self):
        for export in self:
            export.rejected_count = len(export.exported_line_ids.filtered("rejection_message"))

    # ------------------------------------------------------------------ actions

    def action_deliver(self):
        """Write the files that could not be written in the folder."""
        self.check_access("read")
        self._check_may_export()
        self._deliver()

    def action_open_documents(self):
        """The invoices and credit notes whose files were made."""
        self.ensure_one()
        return self.exported_line_ids.move_id._get_records_action(
            name=self.env._("Documents of %(export)s", export=self.name),
            context={"create": False},
        )

    # ------------------------------------------------------------------ engine

    @api.model
    def _check_may_export(self):
        if not self.env.su and not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Exporting to Chorus Pro needs the right to invoice."))

    @api.model
    def _check_folder(self, folder):
        """Make sure that files can be written in a folder.

        :param str folder: what the user typed, relative to the export root
        :return: the folder's full path
        :rtype: str
        :raise UserError: when it leaves the root, or cannot be made or written
        """
        try:
            return chorus_folder.check(self.env["res.company"]._l10n_fr_chorus_get_root(), folder)
        except ChorusError as error:
            render = self.env["l10n_fr.chorus.checked.mixin"]._render
            raise UserError(render(error.message)) from error

    @api.model
    def _check_moves(self, moves, company):
        """Refuse what no export takes.

        :param moves: documents that the caller wants to export
        :param company: the export's company
        :raise UserError: naming the documents and the cure
        """
        moves.check_access("read")
        faults = (
            (
                moves.filtered(lambda m: m.move_type not in MOVE_TYPES),
                self.env._("Only customer invoices and credit notes can be exported: not %s."),
            ),
            (
                moves.filtered(lambda m: m.state != "posted"),
                self.env._("Only posted documents can be exported. Confirm first: %s."),
            ),
            (
                moves.filtered(lambda m: m.company_id != company),
                self.env._("These documents belong to another company: %s."),
            ),
            (
                moves.filtered(lambda m: not m.commercial_partner_id.l10n_fr_chorus_export),
                self.env._(
                    "The customer of these documents is not flagged for export to Chorus Pro: "
                    "%s. Tick the box on the EDI page of the customer."
                ),
            ),
        )
        for wrong, message in faults:
            if wrong:
                raise UserError(message % ", ".join(m.display_name for m in wrong[:10]))

    @api.model
    def _check_documents(self, moves):
        """Check documents without exporting anything.

        :param moves: customer invoices and credit notes; drafts are checked but for their number
        :return: generator of ``(move, document, anomalies)``
        """
        reader = self.env["l10n_fr.chorus.document"]
        for batch in split_every(BATCH_SIZE, moves.ids, moves.browse):
            for move, document in zip(batch, reader._read_documents(batch), strict=True):
                settings = move.company_id._l10n_fr_chorus_get_settings()
                if move.state == "draft":
                    # It gets its number when it is confirmed.
                    settings = replace(settings, lifted=settings.lifted | rules.ON_NUMBER)
                yield move, document, rules.check(document, settings)

    @api.model
    def _export(
        self,
        moves,
        *,
        company,
        folder="",
        date_from=None,
        date_to=None,
        partners=None,
        again=False,
        syntax=None,
    ):
        """Make the files of documents, keep them, and have them written after the commit.

        :param moves: posted customer invoices and credit notes of flagged customers; those
            with a blocking anomaly are held back and explained
        :param company: their company
        :param str folder: where the files go, relative to the export root
        :param datetime.date date_from: first date asked for, kept with the export
        :param datetime.date date_to: last date asked for, kept with the export
        :param partners: customers asked for, kept with the export
        :param bool again: take documents that were exported before
        :param str syntax: key of a syntax; the company's own by default
        :return: the export's record
        :raise UserError: before anything is written: nothing to export, a document or a folder
            that cannot be used, a document that someone else is exporting
        """
        self._check_may_export()
        if company not in self.env.companies:
            raise AccessError(
                self.env._("You do not work in the company %(name)s.", name=company.sudo().name)
            )
        if not moves:
            raise UserError(
                self.env._("There is nothing to export: include at least one document.")
            )
        syntax = syntax or company.l10n_fr_chorus_syntax
        self._check_moves(moves, company)
        path = self._check_folder(folder)
        self._lock(moves)
        if not again and (done := moves.filtered("l10n_fr_chorus_exported_on")):
            raise UserError(
                self.env._(
                    "Already exported: %(documents)s. Refresh the list, or ask for documents "
                    "already exported too.",
                    documents=", ".join(m.name for m in done[:10]),
                )
            )
        # sudo: users may read exports and never write them; the engine alone makes them.
        export = self.sudo().create(
            {
                "name": self.env["ir.sequence"]
                .sudo()  # sudo: numbering is no right of the user's
                .with_company(company)
                .next_by_code("l10n_fr.chorus.export"),
                "company_id": company.id,
                "user_id": self.env.uid,
                "date": fields.Datetime.now(),
                "date_from": date_from,
                "date_to": date_to,
                "partner_ids": [fields.Command.set(partners.ids if partners else [])],
                "again": again,
                "syntax": syntax,
                "folder": folder or "",
                "path": path,
            }
        )
        export._make_lines(moves)
        if (company.l10n_fr_chorus_folder or "") != (folder or ""):
            company.sudo().l10n_fr_chorus_folder = folder  # sudo: remembered, not configured
        export._deliver_after_commit()
        return export.with_env(self.env)

    @api.model
    def _lock(self, moves):
        """Keep other exports from taking the same documents at the same time."""
        # sudo: a lock changes nothing, and needs the right to write elsewhere
        locked = moves.sudo().try_lock_for_update(allow_referencing=True)
        if busy := moves - moves.browse(locked.ids):
            raise UserError(
                self.env._(
                    "Someone else is working on %(documents)s at this moment. Try again in a "
                    "minute.",
                    documents=", ".join(m.name for m in busy[:10]),
                )
            )

    def _make_lines(self, moves):
        """Check each document and keep its file, or why it has none.

        :param moves: the documents, already locked
        """
        self.ensure_one()
        Line = self.env["l10n_fr.chorus.export.line"]
        extension = SYNTAXES[self.syntax].extension
        names = set()
        values = []
        for move, document, anomalies in self._check_documents(moves):
            content = None
            if not any(anomaly.is_blocking for anomaly in anomalies):
                try:
                    content = make_file(document, self.syntax)
                except InvalidFile as error:
                    _logger.error("Chorus Pro file of %s: %s", move.name, error)
                    anomalies.append(rules.internal_fault(document, error.faults))
            line = {
                "export_id": self.id,
                "move_id": move.id,
                "state": "held" if content is None else "exported",
                "amount_total_signed": move.amount_total_signed,
                **Line._prepare_checked_values(move, anomalies),
            }
            if content is not None:
                line["file_name"] = file_name(document.number, extension, names)
                names.add(line["file_name"].lower())
                line["file"] = base64.b64encode(content)
                line["sha256"] = hashlib.sha256(content).hexdigest()
                line["is_latest"] = True
            values.append(line)
        gone = moves.browse(v["move_id"] for v in values if v["state"] == "exported")
        # sudo: the engine alone writes on exports
        previous = gone.sudo().l10n_fr_chorus_latest_line_ids
        previous.is_latest = False
        previous.flush_recordset(["is_latest"])  # before the new ones: the index allows one
        lines = Line.create(values)
        moves.invalidate_recordset(["l10n_fr_chorus_latest_line_ids"])
        exported = lines.filtered(lambda line: line.state == "exported")
        self.exported_count = len(exported)
        self.held_count = len(lines) - len(exported)
        self.amount_total = sum(exported.mapped("amount_total_signed"))

    # ------------------------------------------------------------------ delivery

    def _deliver_after_commit(self):
        """Have the files written once the export is sure to exist."""
        dbname, context, uid = self.env.cr.dbname, dict(self.env.context), self.env.uid
        ids = self.ids

        @self.env.cr.postcommit.add
        def deliver():
            # A failure is shown on the export and can be retried: it never raises here, where
            # the export is already committed.
            try:
                with modules.registry.Registry(dbname).cursor() as cr:
                    env = api.Environment(cr, uid, context)
                    env["l10n_fr.chorus.export"].browse(ids)._deliver()
            except Exception:
                _logger.exception("Chorus Pro: the files of the exports %s are not written", ids)

    def _deliver(self):
        """Write in the folder the files that are not there yet, and keep what came of it."""
        root = self.env["res.company"]._l10n_fr_chorus_get_root()
        for export in self.sudo():  # sudo: the engine alone writes on exports
            lines = export.exported_line_ids.filtered(lambda line: not line.delivered_name)
            if not lines:
                continue
            try:
                with chorus_folder.opened(root, export.folder, create=True) as descriptor:
                    for line in lines:
                        line._deliver(descriptor)
            except ChorusError as error:
                lines.delivery_error = lines._render(error.message)


class L10nFrChorusExportLine(models.Model):
    _name = "l10n_fr.chorus.export.line"
    _description = "Chorus Pro Export Document"
    _inherit = ["l10n_fr.chorus.checked.mixin"]
    _order = "export_id desc, id"

    # One latest export a document, whatever two users do at once.
    _latest_unique = models.UniqueIndex(
        "(move_id) WHERE is_latest",
        "Someone else has just exported one of these documents. Refresh the list.",
    )

    export_id = fields.Many2one(
        "l10n_fr.chorus.export", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="export_id.company_id", store=True)
    user_id = fields.Many2one(related="export_id.user_id", store=True)
    exported_on = fields.Datetime(related="export_id.date", store=True)
    syntax = fields.Selection(related="export_id.syntax", store=True)
    # The line outlives the document: what was exported stays known.
    move_id = fields.Many2one(
        "account.move", string="Document", readonly=True, ondelete="set null", index=True
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_total_signed = fields.Monetary(
        string="Total in Company Currency", currency_field="company_currency_id", readonly=True
    )
    state = fields.Selection(
        selection=[("exported", "Exported"), ("held", "Held Back")], required=True, readonly=True
    )
    is_latest = fields.Boolean(
        readonly=True, help="The document's latest export, the one its form shows."
    )
    file = fields.Binary(attachment=True, readonly=True)
    file_name = fields.Char(readonly=True)
    sha256 = fields.Char(string="SHA-256", readonly=True)
    delivered_name = fields.Char(
        string="Name in the Folder",
        readonly=True,
        help="A numbered name when the folder already held another file of that name.",
    )
    delivery_error = fields.Char(string="Not Written", readonly=True)
    path = fields.Char(string="Full Path", compute="_compute_path")
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

    @api.depends("export_id.path", "delivered_name")
    def _compute_path(self):
        for line in self:
            name = line.delivered_name
            line.path = os.path.join(line.export_id.path, name) if name else False

    @api.depends("rejection_message")
    @api.depends_context("lang")
    def _compute_rejection_explanation(self):
        for line in self:
            line.rejection_explanation = "\n".join(
                line._render(explanation.message)
                for explanation in rejections.explain(line.rejection_message)
            )

    def action_open_rejection(self):
        """The window that explains what Chorus Pro answered."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Chorus Pro refused %(document)s", document=self.name),
            "res_model": "l10n_fr.chorus.rejection",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_line_id": self.id},
        }

    def _keep_rejection(self, message):
        """Keep what Chorus Pro answered about an exported document.

        :param str message: as the user pasted it; empty to forget what was kept
        :raise UserError: when there is nothing to keep or to forget
        """
        self.ensure_one()
        self.check_access("read")
        self.env["l10n_fr.chorus.export"]._check_may_export()
        message = (message or "").replace("\0", "").strip()[: rejections.LENGTH]
        if self.state != "exported":
            raise UserError(
                self.env._("%(document)s was held back: it never went out.", document=self.name)
            )
        if not message and not self.rejection_message:
            raise UserError(self.env._("Paste what Chorus Pro answered first."))
        # sudo: the engine alone writes on exports; this user reads the line and may invoice, as
        # checked above, and writes nothing but the refusal.
        self.sudo().write(
            {
                "rejection_message": message or False,
                "rejection_on": fields.Datetime.now() if message else False,
                "rejection_user_id": self.env.uid if message else False,
            }
        )

    def _deliver(self, descriptor):
        """Write the file in an open folder.

        :param int descriptor: of the folder
        """
        self.ensure_one()
        content = base64.b64decode(self.with_context(bin_size=False).file)
        try:
            self.delivered_name = chorus_folder.deliver(descriptor, self.file_name, content)
            self.delivery_error = False
        except OSError as error:
            self.delivery_error = self.env._(
                "“%(name)s” could not be written: %(error)s.",
                name=self.file_name,
                error=error.strerror or str(error),
            )
