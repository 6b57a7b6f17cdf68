import base64
import dataclasses
import hashlib
import logging
from contextlib import nullcontext
from typing import Any, NamedTuple

import psycopg2

from odoo import api, models
from odoo.tools import split_every

from ...chorus import rules
from ...chorus.deposit import lots
from ...chorus.document import summary
from ...chorus.document.model import TYPE_INVOICE, Origin
from ...chorus.document.naming import file_name
from ...chorus.formats import Format, InvalidFile, attach_pdf, build, builder, check, cii, pdf_fault
from ...chorus.formats.facturx import Pdf, PdfFault
from ...chorus.interruptions import is_interruption
from ...chorus.messages import ChorusError
from ...chorus.text import one_line
from .pdf import colour_profile

_logger = logging.getLogger(__name__)

#: Documents that are checked, or made into files, at once.
BATCH_SIZE = 500

#: Seconds that one file takes, one that is put in a PDF, and an attached PDF that is looked into.
FILE_SECONDS, HYBRID_SECONDS, PDF_SECONDS = 0.01, 0.1, 0.1


class Target(NamedTuple):
    """What files are made for.

    :ivar company: record of the supplier
    :ivar Format format: of the files
    :ivar bool attaches_pdf: whether the readable invoice is one of their attachments
    :ivar bool needs_pdf: whether it goes with the data, or carries them
    """

    company: Any
    format: Format
    attaches_pdf: bool
    needs_pdf: bool


class L10nFrChorusMaker(models.AbstractModel):
    """Documents into their files, or into the faults that hold them.

    Nothing is kept or marked here: an export is one of the callers, beside the form, the window,
    the scheduled check and the preview, which export nothing.
    """

    _name = "l10n_fr.chorus.maker"
    _description = "Maker of Chorus Pro Files"

    # ------------------------------------------------------------------ checking

    @api.model
    def _check_documents(self, moves, syntax=None, judges_pdfs=True):
        """Check documents without exporting anything.

        :param moves: customer invoices and credit notes; drafts are checked but for their number
        :param str syntax: key of the format in which they are to go; each company's own by default
        :param bool judges_pdfs: whether attached PDFs that were not judged yet are judged now,
            and not passed over
        :return: generator of ``(move, document, anomalies)``; no document for a move that its user
            may not read whole, or whose check failed, which its anomaly tells
        """
        formats = self.env["res.company"]._l10n_fr_chorus_get_formats()
        return self._check(
            moves, lambda company: formats[syntax or company.l10n_fr_chorus_syntax], judges_pdfs
        )

    @api.model
    def _check(self, moves, get_format, judges_pdfs=True):
        """The same, in the format of each company.

        :param get_format: function that gives the format of a company's documents
        """
        for batch in split_every(BATCH_SIZE, moves.ids, moves.browse):
            by_company = {
                company: company._l10n_fr_chorus_get_settings() for company in batch.company_id
            }
            if judges_pdfs:
                # sudo: for every user who checks a document; verdicts belong to the engine
                if attachments := batch.sudo().l10n_fr_chorus_attachment_ids:
                    attachments._l10n_fr_chorus_judge_pdfs()
            yield from self._check_what_can_be(batch, get_format, by_company)

    @api.model
    def _check_what_can_be(self, moves, get_format, settings):
        """Check documents; one that fails in an unforeseen way spares the others.

        :param moves: a batch
        :param get_format: see :meth:`_check`
        :param dict settings: of ``chorus.rules.Settings``, by company
        :return: see :meth:`_check_documents`
        :rtype: list[tuple]
        """
        results = []
        try:
            read = self.env["l10n_fr.chorus.document"]._read_what_can_be(moves)
            for move, document, unreadable in read:
                if unreadable:
                    results.append((move, None, [unreadable]))
                    continue
                company = move.company_id
                own = settings[company]
                if move.state == "draft":
                    # It gets its number when it is confirmed.
                    own = own.lifting(*rules.ON_NUMBER)
                results.append((move, document, check(document, get_format(company), own)))
        except psycopg2.Error:
            raise  # of the transaction, which is over
        except Exception as error:
            if is_interruption(error):
                raise
            if len(moves) == 1:
                _logger.exception("Chorus Pro check of %s", moves.name)
                return [(moves, None, [self._prepare_failed(moves, error)])]
            half = len(moves) // 2
            return [
                result
                for part in (moves[:half], moves[half:])
                for result in self._check_what_can_be(part, get_format, settings)
            ]
        return results

    @api.model
    def _prepare_failed(self, move, error):
        """The anomaly of a document whose check fails in an unforeseen way."""
        return rules.failed(
            one_line(move.name or move.display_name),
            move.l10n_fr_chorus_type or TYPE_INVOICE,
            f"{type(error).__name__}: {error}",
            Origin(move._name, move.id, "", move.name or ""),
        )

    # ------------------------------------------------------------------ making

    @api.model
    def _get_target(self, company, syntax):
        """What the files of a company are made for.

        :param company: record of the supplier
        :param str syntax: key of a format
        :rtype: Target
        """
        format = company._l10n_fr_chorus_get_formats()[syntax]
        embeds = company.l10n_fr_chorus_embed_pdf
        return Target(
            company,
            format,
            attaches_pdf=embeds and not format.carries_pdf,
            needs_pdf=embeds or format.carries_pdf,
        )

    @api.model
    def _estimate(self, moves, company, syntax):
        """How long making files will take, in seconds: printing takes most of them.

        :param moves: the documents
        :param company: record of the supplier
        :param str syntax: key of a format
        :rtype: float
        """
        target = self._get_target(company, syntax)
        seconds = HYBRID_SECONDS if target.format.carries_pdf else FILE_SECONDS
        printing = target.needs_pdf and self.env["l10n_fr.chorus.pdf"]._estimate_printing(moves)
        # sudo: to count, see `_check_documents`
        marked = moves.sudo().l10n_fr_chorus_attachment_ids
        judging = len(marked._l10n_fr_chorus_find_unanswered()) * PDF_SECONDS
        return len(moves) * seconds + printing + judging

    @api.model
    def _build_files(self, moves, company, syntax, names=()):
        """Check documents and make the file of each that can go.

        :param moves: posted customer invoices and credit notes of the company
        :param company: record of the supplier
        :param str syntax: key of a format
        :param names: those of earlier files in the same place, which no other file gets
        :return: generator of ``(move, anomalies, values)``: the values of the line that keep the
            file, none for a document that is held
        """
        target, taken = self._get_target(company, syntax), {name.lower() for name in names}
        checked = self._check(moves, lambda _company: target.format)
        Attachment = self.env["ir.attachment"]
        with Attachment._l10n_fr_chorus_get_judge() if target.needs_pdf else nullcontext() as judge:
            for results in split_every(BATCH_SIZE, checked, list):
                pdfs = self._get_pdfs(results, target, judge)
                for move, document, anomalies in results:
                    values = {}
                    if not any(anomaly.is_blocking for anomaly in anomalies):
                        pdf, pdf_values = pdfs.get(move, (None, {}))
                        content, fault = self._build_file(document, pdf, target)
                        if fault:
                            anomalies.append(fault)
                        else:
                            name = file_name(move.name or "", target.format.extension, taken)
                            taken.add(name.lower())
                            values = {
                                "file_name": name,
                                "file": base64.b64encode(content),
                                "file_size": len(content),
                                "sha256": hashlib.sha256(content).hexdigest(),
                                "summary": summary.summary(document),
                                **pdf_values,
                            }
                    yield move, anomalies, values

    @api.model
    def _build_file(self, document, pdf, target):
        """The file of a document that can go.

        :param chorus.document.model.Document document: without blocking anomaly
        :param chorus.formats.facturx.Pdf pdf: the readable invoice, None for none
        :param Target target: of the file
        :return: the content and None, or None and the anomaly that says why there is no file
        :rtype: tuple
        """
        try:
            complete = self._attach_pdf(document, pdf, target)
            if complete is not document:
                fault = self._find_attachment_fault(complete, target.company)
                if fault:
                    return None, fault
            content = build(complete, target.format, pdf)
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

    @api.model
    def _find_attachment_fault(self, document, company):
        """The anomaly of attachments, now that the readable invoice is one of them."""
        settings = company._l10n_fr_chorus_get_settings()
        found = rules.check(document, settings.only(rules.ON_ATTACHMENTS))
        return next((anomaly for anomaly in found if anomaly.is_blocking), None)

    @api.model
    def _attach_pdf(self, document, pdf, target):
        """The document, with its readable invoice among the attachments if the company wants it."""
        return attach_pdf(document, pdf) if target.attaches_pdf else document

    @api.model
    def _complete_document(self, move, document, target):
        """A document that can go, as its file has it: with its readable invoice where it is one.

        :param move: customer invoice or credit note
        :param chorus.document.model.Document document: without blocking anomaly
        :param Target target: of the file
        :rtype: chorus.document.model.Document
        :raise PdfFault: when it needs a readable invoice, and there is none
        """
        if not target.attaches_pdf:
            return document
        with self.env["ir.attachment"]._l10n_fr_chorus_get_judge() as judge:
            pdfs = self._get_pdfs([(move, document, [])], target, judge)
            return self._attach_pdf(document, pdfs.get(move, (None, {}))[0], target)

    # ------------------------------------------------------------------ readable invoices

    @api.model
    def _get_pdfs(self, results, target, judge):
        """The readable invoice of each document that needs one to go.

        The same data must give the same bytes again: a print is kept and used again as long as the
        data are the same.

        :param list results: ``(move, document, anomalies)``
        :param Target target: of the files
        :param chorus.pdf.judge.Judge judge: looks into the invoice's own PDF, which anyone
            may have made; None where none is needed
        :return: the PDF and the values of the line that keep it, by move
        :rtype: dict
        """
        if not target.needs_pdf:
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

    @api.model
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

    @api.model
    def _print_missing(self, moves, target, until, alone):
        """Print the documents that have no print yet for their data.

        :param moves: posted customer invoices and credit notes
        :param Target target: of their files, which need a readable invoice
        :param float until: time of ``time.monotonic`` after which none is begun
        :param alone: those of them that are not printed with others
        :return: those that have none yet; and by move that was tried the content, as
            ``l10n_fr.chorus.pdf._print`` has it, with the hash of the data
        :rtype: tuple[odoo.api.account.move, dict]
        """
        checked = list(self._check(moves, lambda _company: target.format))
        data, kept, own, failed = self._find_printed(checked)
        done = {*kept, *own, *failed}
        missing = moves.filtered(lambda move: move in data and move not in done)
        printed = self.env["l10n_fr.chorus.pdf"]._print(missing, until, alone)
        return missing, {move: (content, data[move]) for move, content in printed.items()}
