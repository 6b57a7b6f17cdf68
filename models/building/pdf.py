import functools
import logging
import math
import time

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import file_open, split_every

from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.addons.base.models.ir_qweb import QWebError

from ...chorus import limits, turns
from ...chorus.formats.facturx import Pdf
from ...chorus.interruptions import is_interruption

_logger = logging.getLogger(__name__)

#: Invoices that one call of the renderer takes: few, for time may be up between two calls.
PDF_BATCH_SIZE = 10
#: Seconds that a core prints one invoice for, of which Odoo waits one for its scripts by default.
PRINT_SECONDS = 1.3


@functools.cache
def colour_profile():
    """The sRGB profile that Odoo puts in its own PDF/A files.

    :rtype: bytes
    """
    with file_open("tools/data/files/sRGB2014.icc", "rb") as file:
        return file.read()


class L10nFrChorusPdf(models.AbstractModel):
    """The readable invoices that go with the data, or carry them."""

    _name = "l10n_fr.chorus.pdf"
    _description = "Readable Invoices for Chorus Pro"

    @api.model
    def _get_pdfs(self, moves, own=None):
        """The PDF of each document: its own if it shows the current data, else a new one.

        The invoice's own is read and never written: Odoo's sending would then not make it, and
        what was sent stays what it is.

        :param moves: posted customer invoices and credit notes
        :param own: those whose own PDF shows the current data; None to find out
        :return: PDF by move; a document that cannot be printed is left out, and the log says why
        :rtype: dict
        """
        if own is None:
            documents = self.env["l10n_fr.chorus.document"]._read_documents(moves)
            own = self.env["l10n_fr.chorus.printed"]._get_current(
                dict(zip(moves, documents, strict=True))
            )
        contents = {
            # An attachment whose file is lost is as good as none.
            move: content
            for move in moves & own
            if (content := move.invoice_pdf_report_id._l10n_fr_chorus_read())
        }
        contents |= self._print(moves.filtered(lambda move: move not in contents))
        return {
            move: Pdf(content, colour_profile()) for move, content in contents.items() if content
        }

    @api.model
    def _print(self, moves, until=None, alone=()):
        """Print documents, as many at once as there are cores.

        Their pages are made one after the other, in the transaction: the renderer alone runs side
        by side.

        :param moves: posted customer invoices and credit notes
        :param float until: time of ``time.monotonic`` after which none is begun; None for that of
            a user's request
        :param alone: those of them that are not printed with others
        :return: content by move, b"" for one that cannot be printed, as the log says, None for one
            that is to be printed alone when there is time; those whose turn has not come are left
            out
        :rtype: dict
        """
        contents = {}
        begin = time.monotonic()
        # The first run always begins, and has time, even when it begins late.
        end = begin + limits.PRINT_REQUEST_SECONDS if until is None else until
        deadline = max(begin, end) + limits.PRINT_GRACE
        # No other slice comes after a request, which goes on as long as it may last.
        retry_until = deadline if until is None else until

        def job(report, batch):
            contents.update(self._render(report, batch, retry_until, deadline))

        jobs = [
            functools.partial(job, report, batch)
            for company_moves in moves.grouped("company_id").values()
            for report, same_report in self._group_by_report(company_moves).items()
            for batch in self._get_batches(same_report, alone)
        ]
        turns.run(jobs, until=end)
        return contents

    @api.model
    def _estimate_printing(self, moves):
        """How long printing will take.

        :param moves: posted customer invoices and credit notes
        :return: seconds; without end where the only worker would wait for pages that it is to
            serve itself
        :rtype: float
        """
        lines = self.env["l10n_fr.chorus.export.line"].sudo()  # sudo: to count, not to show
        kept = lines.search([("move_id", "in", moves.ids), ("data_sha256", "!=", False)]).move_id
        own = self.env["l10n_fr.chorus.printed"]._get_known(moves)
        count = len(moves - own - moves.browse(kept.ids))
        if count and self.env["ir.actions.report"].get_wkhtmltopdf_state() == "workers":
            return math.inf
        return count * PRINT_SECONDS / turns.cores()

    @api.model
    def _get_batches(self, moves, alone):
        """The documents of each run of the renderer.

        :param moves: of one layout
        :param alone: those that are not printed with others, which come last
        """
        together = moves.filtered(lambda move: move not in alone)
        size = self._get_batch_size(len(together))
        yield from split_every(size, together.ids, moves.browse)
        yield from moves - together

    @api.model
    def _get_batch_size(self, count):
        """How many invoices one run of the renderer takes: builds without Qt's patch take one.

        :param int count: of all that are to be printed
        """
        if not _wkhtml().is_patched_qt:
            return 1
        return min(PDF_BATCH_SIZE, math.ceil(count / turns.cores()))

    @api.model
    def _is_renderer_missing(self):
        """Whether this server cannot print: no document without a PDF of its own gets one."""
        return self.env["ir.actions.report"].get_wkhtmltopdf_state() in ("install", "broken")

    @api.model
    def _leaves_headers_out(self):
        """Whether this server prints without the headers and footers of its layouts: builds of
        wkhtmltopdf without Qt's patch do, and the supplier's name and numbers stand there."""
        return not self._is_renderer_missing() and not _wkhtml().is_patched_qt

    @api.model
    def _get_printing_faults(self, syntax, is_embedded):
        """The documents that an export must print and that this server cannot print well.

        :param str syntax: key of the syntax of the export, False for none yet
        :param bool is_embedded: whether the readable invoice goes with the XML
        :return: whether nothing can be printed, and whether headers would be left out
        :rtype: tuple[bool, bool]
        """
        formats = self.env["res.company"]._l10n_fr_chorus_get_formats()
        if not is_embedded and not (syntax and formats[syntax].carries_pdf):
            return False, False
        return self._is_renderer_missing(), self._leaves_headers_out()

    @api.model
    def _group_by_report(self, moves):
        """The layout that core itself would print each document with."""
        groups = {}
        for move in moves:
            report = self.env["account.move.send"]._get_default_pdf_report_id(move)
            groups[report] = groups.get(report, moves.browse()) | move
        return groups

    @api.model
    def _render(self, report, moves, until, deadline):
        """Print documents, several at a time where the renderer can separate them.

        :param report: layout
        :param moves: of one company
        :param float until: time of ``time.monotonic`` after which those that failed together are
            not tried alone
        :param float deadline: time of ``time.monotonic`` at which each run is ended
        :return: content by move, b"" for one that cannot be printed, None for one that failed
            together with others; one that had not all of its time is left out
        :rtype: dict
        """
        if self._is_renderer_missing():
            return dict.fromkeys(moves, b"")
        # sudo: printing reads layouts and companies that a user who invoices may not; the
        # documents themselves were read with the user's rights before.
        Report = self.env["ir.actions.report"].sudo().with_company(moves.company_id)
        seconds = limits.PRINT_PATIENCE + limits.PRINT_PATIENCE_EACH * len(moves)
        try:
            with turns.patience(seconds, deadline):
                streams, kind = Report._pre_render_qweb_pdf(report.report_name, res_ids=moves.ids)
                contents = Report._get_splitted_report(report.report_name, streams, kind)
        except (UserError, QWebError) as error:
            if is_interruption(error):
                raise
            _logger.info("Chorus Pro: printing of %s failed: %s", moves.ids, error)
            contents = {}
        if len(moves) == 1:
            # However the renderer calls it: there is but one.
            content = next(iter(contents.values()), b"")
            return {moves: content} if content or time.monotonic() < deadline else {}
        found = {move: contents[move.id] for move in moves if contents.get(move.id)}
        # One document that cannot be printed must not keep back the others.
        failed = moves - moves.browse().union(*found)
        found |= dict.fromkeys(failed)
        for move in failed:
            if time.monotonic() > until:
                break
            found |= self._render(report, move, until, deadline)
        return found
