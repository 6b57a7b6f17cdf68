import base64
import dataclasses
import hashlib
import logging

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from ...chorus import rules
from ...chorus.deposit import lots
from ...chorus.document import summary
from ...chorus.document.naming import file_name
from ...chorus.formats import InvalidFile, attach_pdf, build, builder, check, cii, pdf_fault
from ...chorus.formats.facturx import Pdf, PdfFault
from ...chorus.interruptions import is_interruption
from ...chorus.messages import ChorusError
from ..account_move import MOVE_TYPES
from ..building.pdf import colour_profile

_logger = logging.getLogger(__name__)

BATCH_SIZE = 500

#: Seconds that a user waits for an export; one that takes longer goes on in the background.
FOREGROUND_SECONDS = 30
#: Seconds that one file takes, one that is put in a PDF, and an attached PDF that is looked into.
FILE_SECONDS, HYBRID_SECONDS, PDF_SECONDS = 0.01, 0.1, 0.1

#: Models whose files were let out.
EVIDENCE = ("l10n_fr.chorus.export.line", "l10n_fr.chorus.lot")


class L10nFrChorusExport(models.Model):
    """One export: its user, day and choices, and the state of each document.

    The records are accounting evidence: only the engine creates them, and no user edits them.
    """

    _name = "l10n_fr.chorus.export"
    _description = "Chorus Pro Export"
    _inherit = ["l10n_fr.chorus.list.mixin"]
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
        string="Answers of Chorus Pro", compute="_compute_rejected_count"
    )
    amount_total = fields.Monetary(
        string="Total incl. VAT",
        currency_field="company_currency_id",
        readonly=True,
        help="Invoices less credit notes, in the company's currency.",
    )

    @api.depends("exported_line_ids.rejection_message")
    def _compute_rejected_count(self):
        refused = [
            *[("export_id", "in", self.ids), ("state", "=", "exported")],
            ("rejection_message", "!=", False),
        ]
        Line = self.env["l10n_fr.chorus.export.line"]
        counts = dict(Line._read_group(refused, ["export_id"], ["__count"]))
        for export in self:
            export.rejected_count = counts.get(export, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Exports are kept as evidence of the exported files: they cannot be deleted."
            )
        )

    # ------------------------------------------------------------------ actions

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
    def _check_moves(self, moves, company):
        """Refuse documents that no export takes.

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
                # sudo: the customer may have been given to another company
                moves.filtered(lambda m: not m.sudo().commercial_partner_id.l10n_fr_chorus_export),
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
    def _check_documents(self, moves, syntax=None, judges_pdfs=True):
        """Check documents without exporting anything.

        :param moves: customer invoices and credit notes; drafts are checked but for their number
        :param str syntax: key of the format in which they are to go; each company's own by default
        :param bool judges_pdfs: whether attached PDFs that were not judged yet are judged now,
            and not passed over
        :return: generator of ``(move, document, anomalies)``; no document for a move that its user
            may not read whole, which its anomaly tells
        """
        reader = self.env["l10n_fr.chorus.document"]
        formats = self.env["res.company"]._l10n_fr_chorus_get_formats()
        for batch in split_every(BATCH_SIZE, moves.ids, moves.browse):
            by_company = {
                company: company._l10n_fr_chorus_get_settings() for company in batch.company_id
            }
            if judges_pdfs:
                # sudo: for every user who checks a document; verdicts belong to the engine
                batch.sudo().l10n_fr_chorus_attachment_ids._l10n_fr_chorus_judge_pdfs()
            for move, document, unreadable in reader._read_what_can_be(batch):
                if unreadable:
                    yield move, None, [unreadable]
                    continue
                company = move.company_id
                settings = by_company[company]
                if move.state == "draft":
                    # It gets its number when it is confirmed.
                    settings = settings.lifting(*rules.ON_NUMBER)
                format = formats[syntax or company.l10n_fr_chorus_syntax]
                yield move, document, check(document, format, settings)

    @api.model
    def _export(
        self,
        moves,
        *,
        company,
        excluded=None,
        folder="",
        date_from=None,
        date_to=None,
        partners=None,
        again=False,
        syntax=None,
        lot_format=None,
        background=None,
        is_patient=False,
    ):
        """Make the files of documents, keep them, and have them written after the commit.

        One that is large, or takes long, is left to a scheduled action: see :meth:`_cron_run`.

        :param moves: posted customer invoices and credit notes of flagged customers; those
            with a blocking anomaly are held, with their anomalies
        :param company: their company
        :param excluded: documents that the user left out, kept with the export
        :param str folder: where the files go, relative to the export root
        :param datetime.date date_from: first date asked for, kept with the export
        :param datetime.date date_to: last date asked for, kept with the export
        :param partners: customers asked for, kept with the export
        :param bool again: take documents that were exported before
        :param str syntax: key of a syntax; the company's own by default
        :param str lot_format: "zip", "tar.gz" or "none"; the company's own by default
        :param bool background: leave it to a scheduled action; above the company's threshold, or
            when it would take longer than a user waits, by default
        :param bool is_patient: documents that someone is working on wait for their turn, which only
            the background gives them, instead of being refused with all others
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
        if not is_patient:
            self._lock(moves)
        self._check_not_waiting(moves)
        if not again and (done := moves.filtered("l10n_fr_chorus_is_exported")):
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
                "lot_format": lot_format or company.l10n_fr_chorus_lot_format,
                "folder": folder or "",
                "path": path,
                "total_count": len(moves),
                **self._prepare_left_out(moves, excluded, company, date_from, date_to, partners),
            }
        )
        if (company.l10n_fr_chorus_folder or "") != (folder or ""):
            company.sudo().l10n_fr_chorus_folder = folder  # sudo: remembered, not configured
        if background is None:
            background = (
                len(moves) > company.l10n_fr_chorus_background_threshold
                or export._estimate(moves) > FOREGROUND_SECONDS
            )
        try:
            with self.env.cr.savepoint():
                if background:
                    export._plan(moves)
                    export._start_in_background()
                else:
                    export._run(moves)
        except UniqueViolation as error:
            raise UserError(
                self.env._(
                    "Someone else has just exported some of these documents, or asked for it. "
                    "Refresh the list."
                )
            ) from error
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

    def _estimate(self, moves):
        """How long an export will take, in seconds: printing takes most of them.

        :param moves: the documents
        :rtype: float
        """
        seconds = HYBRID_SECONDS if self._get_format().carries_pdf else FILE_SECONDS
        printing = self._needs_pdf() and self.env["l10n_fr.chorus.pdf"]._estimate_printing(moves)
        # sudo: to count, see `_check_documents`
        marked = moves.sudo().l10n_fr_chorus_attachment_ids
        judging = len(marked._l10n_fr_chorus_find_unanswered()) * PDF_SECONDS
        return len(moves) * seconds + printing + judging

    def _build_files(self, moves):
        """Check documents and make the file of each that can go.

        :param moves: posted customer invoices and credit notes
        :return: generator of ``(move, anomalies, values)``: the values of the line that keep the
            file, none for a document that is held
        """
        self.ensure_one()
        with self.env["ir.attachment"]._l10n_fr_chorus_get_judge() as judge:
            for results in split_every(BATCH_SIZE, self._check_documents(moves, self.syntax), list):
                pdfs = self._get_pdfs(results, judge)
                for move, document, anomalies in results:
                    values = {}
                    if not any(anomaly.is_blocking for anomaly in anomalies):
                        pdf, pdf_values = pdfs.get(move, (None, {}))
                        content, fault = self._build_file(document, pdf)
                        if fault:
                            anomalies.append(fault)
                        else:
                            values = {
                                "file": base64.b64encode(content),
                                "file_size": len(content),
                                "sha256": hashlib.sha256(content).hexdigest(),
                                "summary": summary.summary(document),
                                **pdf_values,
                            }
                    yield move, anomalies, values

    def _get_pdfs(self, results, judge):
        """The readable invoice of each document that needs one to go.

        The same data must give the same bytes again: a print is kept and used again as long as the
        data are the same.

        :param list results: ``(move, document, anomalies)``
        :param chorus.pdf.judge.Judge judge: looks into the invoice's own PDF, which anyone
            may have made
        :return: the PDF and the values of the line that keep it, by move
        :rtype: dict
        """
        if not self._needs_pdf():
            return {}
        data, kept, own, failed = self._find_printed(results)
        fresh = self.env["l10n_fr.chorus.pdf"]._get_pdfs(
            self.env["account.move"]
            .browse(move.id for move in data)
            .filtered(lambda move: move not in kept and move not in failed),
            own,
        )
        return {
            move: (pdf, {"pdf": base64.b64encode(pdf.content), "data_sha256": data[move]})
            if move in kept or move not in own
            # The invoice's own PDF is kept with the invoice.
            else (dataclasses.replace(pdf, judge=judge), {})
            for move, pdf in {**fresh, **kept}.items()
        }

    def _needs_pdf(self):
        """Whether the readable invoice goes with the data, or carries them."""
        return self._get_format().carries_pdf or self.company_id.l10n_fr_chorus_embed_pdf

    def _find_printed(self, results):
        """Earlier prints of documents that can go, for the same data.

        :param list results: ``(move, document, anomalies)``
        :return: the hash of the data by move, the PDF by move that has one, the moves whose own
            PDF says the same, and the moves that this export could not print for these data
        :rtype: tuple[dict, dict, odoo.api.account.move, set]
        """
        data, documents = {}, {}
        for move, document, anomalies in results:
            if not any(anomaly.is_blocking for anomaly in anomalies):
                # In one syntax for all: the same page serves each of them.
                content = builder.to_bytes(cii.serialise(document))
                data[move] = hashlib.sha256(content).hexdigest()
                documents[move] = document
        own = self.env["l10n_fr.chorus.printed"]._get_current(documents)
        # Of any export, for others of another syntax may have come between.
        # sudo: attachments of exports are the engine's own
        lines = self.env["l10n_fr.chorus.export.line"].sudo().with_context(bin_size=False)
        kept, failed = {}, set()
        for line in lines.search(
            [
                ("move_id", "in", [move.id for move in data]),
                ("data_sha256", "in", list(data.values())),
            ],
            order="id",
        ):
            if line.data_sha256 != data[line.move_id]:
                continue
            if line.pdf:
                kept[line.move_id] = Pdf(base64.b64decode(line.pdf), colour_profile())
            elif line.state == "waiting" and line.move_id not in own:
                failed.add(line.move_id)
        return data, kept, own, failed

    def _build_file(self, document, pdf):
        """The file of a document that can go.

        :param chorus.document.model.Document document: without blocking anomaly
        :param chorus.formats.facturx.Pdf pdf: the readable invoice, None for none
        :return: the content and None, or None and the anomaly that says why there is no file
        :rtype: tuple
        """
        self.ensure_one()
        try:
            complete = self._attach_pdf(document, pdf)
            if complete is not document and (fault := self._find_attachment_fault(complete)):
                return None, fault
            content = build(complete, self._get_format(), pdf)
            lots.check_size(document.number, len(content))
        except InvalidFile as error:
            _logger.error("Chorus Pro file of %s: %s", document.number, error)
            return None, rules.internal_fault(document, error.faults)
        except PdfFault as error:
            if is_interruption(error):
                raise  # raised in the middle of this PDF, it was taken for a damage
            return None, pdf_fault(document, error)
        except ChorusError as error:
            return None, rules.file_fault(document, error.message)
        return content, None

    def _get_format(self):
        """The format of the export.

        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.formats.Format
        """
        return self.env["res.company"]._l10n_fr_chorus_get_formats()[self.syntax]

    def _find_attachment_fault(self, document):
        """The anomaly of attachments, now that the readable invoice is one of them."""
        settings = self.company_id._l10n_fr_chorus_get_settings()
        found = rules.check(document, settings.only(rules.ON_ATTACHMENTS))
        return next((anomaly for anomaly in found if anomaly.is_blocking), None)

    def _attach_pdf(self, document, pdf):
        """The document, with its readable invoice among the attachments if the company wants it."""
        if self._get_format().carries_pdf or not self.company_id.l10n_fr_chorus_embed_pdf:
            return document
        return attach_pdf(document, pdf)

    def _create_lines(self, moves):
        """Create the line of each document, with its file or its anomalies.

        :param moves: the documents, already locked
        """
        self.ensure_one()
        Line = self.env["l10n_fr.chorus.export.line"]
        extension = self._get_format().extension
        # An earlier slice has given names too; its lines are heavy, and not needed here.
        given = Line.search_fetch(
            [("export_id", "=", self.id), ("file_name", "!=", False)], ["file_name"]
        )
        names = {line.file_name.lower() for line in given}
        values = []
        for move, anomalies, kept in self._build_files(moves):
            line = {
                "export_id": self.id,
                "move_id": move.id,
                "state": "exported" if kept else "held",
                "amount_untaxed_signed": move.amount_untaxed_signed,
                "amount_tax_signed": move.amount_tax_signed,
                "amount_total_signed": move.amount_total_signed,
                **Line._prepare_checked_values(move, anomalies),
                **kept,
            }
            if kept:
                line["file_name"] = file_name(line["name"], extension, names)
                names.add(line["file_name"].lower())
                line["is_latest"] = True
                line["previous_id"] = move.sudo().l10n_fr_chorus_latest_line_ids.id
            values.append(line)
        exported_moves = moves.browse(v["move_id"] for v in values if v["state"] == "exported")
        # sudo: the engine alone writes on exports
        previous = exported_moves.sudo().l10n_fr_chorus_latest_line_ids
        previous.is_latest = False
        previous.flush_recordset(["is_latest"])  # before the new ones: the index allows one
        lines = Line.create(values)
        moves.invalidate_recordset(["l10n_fr_chorus_latest_line_ids"])
        exported = lines.filtered(lambda line: line.state == "exported")
        exported._post_notes(
            lambda line: self.env._(
                "Exported to Chorus Pro: %(export)s, file %(file)s",
                export=self._get_html_link(),
                file=line.file_name,
            )
        )


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_chorus_files(self):
        """No user and no code may delete the bytes of exports: they are evidence too."""
        attachments = self.sudo()  # sudo: to read their fields, not to delete them
        for model in EVIDENCE:
            ids = [
                item.res_id for item in attachments if item.res_field and item.res_model == model
            ]
            attachments.env[model].browse(ids).exists()._unlink_except_made()
