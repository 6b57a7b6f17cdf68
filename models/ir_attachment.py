import contextlib
import io
import math

from odoo import api, fields, models
from odoo.tools import SQL

from ..chorus import limits
from ..chorus.document.model import NOT_JUDGED
from ..chorus.pdf.files import Fault, is_pdf
from ..chorus.pdf.judge import Judge, Patience

#: Of a PDF that was never judged: how often it had its turn, and how often the clock ended it.
NO_TRIES = (0, 0)


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    l10n_fr_chorus_pdf_verdict = fields.Char(
        string="Chorus Pro: PDF",
        readonly=True,
        groups="base.group_system",  # no user may write it: it decides whether a file may go
        help="Checksum of the PDF that was judged, and its fault.",
    )

    _l10n_fr_chorus_judged_index = models.Index(
        "(checksum) WHERE l10n_fr_chorus_pdf_verdict IS NOT NULL"
    )

    @api.model
    def _l10n_fr_chorus_get_judge(self):
        """A judge of PDFs: all those of a transaction have so many seconds together.

        A request, and a slice in the background, are one transaction each.

        :rtype: Judge
        """
        key = "l10n_fr_chorus_export.patience"
        return Judge(self.env.cr.postcommit.data.setdefault(key, Patience()))

    @api.model
    def _l10n_fr_chorus_be_patient(self):
        """Give the PDFs of this transaction all the time they need: no user waits for it."""
        key = "l10n_fr_chorus_export.patience"
        self.env.cr.postcommit.data[key] = Patience(math.inf)

    def _l10n_fr_chorus_find_unanswered(self):
        """The PDFs that are to be judged: those that never were, and those without an answer."""
        unanswered = (NOT_JUDGED, Fault.NO_ANSWER.name)
        return self.filtered(
            lambda attachment: attachment._l10n_fr_chorus_get_pdf_fault() in unanswered
        )

    def _l10n_fr_chorus_judge_pdfs(self):
        """Judge the PDFs that were never judged, by one process for all, and keep their faults.

        A content is judged once, in any document: the verdict depends on its bytes alone. One
        without an answer is judged again, after those whose turn has not come; when it has used up
        all its time often enough, it is too heavy for good. With the rights of the superuser.

        :return: whether time was up before each had its turn
        :rtype: bool
        """
        waiting = self._l10n_fr_chorus_find_unanswered()
        if not waiting:
            return False
        found, tries = waiting._l10n_fr_chorus_find_known()
        verdicts, is_over = {}, False
        with self._l10n_fr_chorus_get_judge() as judge:
            for attachment in waiting.sorted(lambda item: tries.get(item.checksum, NO_TRIES)):
                checksum = attachment.checksum
                if checksum not in found:
                    begin = judge.seconds_left
                    content = begin > 0 and attachment._l10n_fr_chorus_read()
                    if begin > 0 and not content:
                        continue  # its file is lost, which another rule reports
                    fault = judge.find_fault(content) if content else Fault.NO_ANSWER
                    words = [checksum, fault.name if fault else ""]
                    if fault is Fault.NO_ANSWER:
                        turns, ended = tries.get(checksum, NO_TRIES)
                        # The last tenths of the time of all files are no turn.
                        turns += begin >= limits.PDF_SECONDS
                        ended += begin - judge.seconds_left >= limits.PDF_SECONDS
                        if ended < limits.PDF_TRIES:
                            words += [str(turns), str(ended)]
                            is_over |= not turns
                        else:
                            # Where a core is shared, the clock always comes before the processor.
                            words = [checksum, Fault.HEAVY.name]
                    found[checksum] = " ".join(words)
                verdicts.setdefault(found[checksum], []).append(attachment.id)
        for verdict, ids in verdicts.items():
            # By SQL: the user's file is not changed, nor who changed it last.
            self.env.cr.execute(
                SQL(
                    "UPDATE ir_attachment SET l10n_fr_chorus_pdf_verdict = %s WHERE id IN %s",
                    verdict,
                    tuple(ids),
                )
            )
        self.invalidate_recordset(["l10n_fr_chorus_pdf_verdict"], flush=False)
        return is_over

    def _l10n_fr_chorus_find_known(self):
        """What was found in the same bytes, of any attachment.

        :return: verdict by checksum; and of those without an answer how often they had their turn,
            and how often it was ended after all the time that a file may take
        :rtype: tuple[dict[str, str], dict[str, tuple[int, int]]]
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT checksum, l10n_fr_chorus_pdf_verdict FROM ir_attachment
                 WHERE checksum IN %s AND l10n_fr_chorus_pdf_verdict IS NOT NULL
                """,
                tuple(set(self.mapped("checksum"))),
            )
        )
        known, tries = {}, {}
        for checksum, verdict in self.env.cr.fetchall():
            judged, fault, *counts = [*verdict.split(" "), ""]
            if judged != checksum:
                continue
            if fault != Fault.NO_ANSWER.name:
                known[checksum] = verdict
                continue
            counts = tuple(int(count) for count in counts if count.isdecimal())
            tries[checksum] = max(tries.get(checksum, NO_TRIES), (*counts, *NO_TRIES)[:2])
        return known, tries

    def _l10n_fr_chorus_get_pdf_fault(self):
        """The fault of a file that is to be a PDF.

        :return: see ``chorus.document.model.Attachment``
        :rtype: str
        """
        self.ensure_one()
        # One that is too big is refused for its size, and not worth reading.
        if (
            not is_pdf(self.mimetype or "", self.name or "")
            or not 0 < self.file_size <= limits.ATTACHMENT_SIZE
        ):
            return ""
        checksum, fault, *_tries = [*(self.l10n_fr_chorus_pdf_verdict or "").split(" "), ""]
        return fault if checksum and checksum == self.checksum else NOT_JUDGED

    def _l10n_fr_chorus_read(self):
        """The bytes of one attachment, without keeping them.

        Reading ``raw`` reads the files of all the records around, and keeps them: those of a batch
        of documents would fill the memory.

        :return: b"" for a file that is lost
        :rtype: bytes
        """
        self.ensure_one()
        # The web client reads forms with `bin_size`: Odoo gives it sizes instead of bytes.
        alone = self.with_context(bin_size=False, bin_size_raw=False).with_prefetch()
        content = alone.raw or b""
        alone.invalidate_recordset(["raw", "db_datas"])
        return content

    def _l10n_fr_chorus_open(self):
        """The file of one attachment, which is not read into memory where it lies on a disk.

        :return: without bytes for a file that is lost
        :rtype: typing.BinaryIO
        """
        self.ensure_one()
        if self._storage() == "file" and self.store_fname:
            with contextlib.suppress(OSError):
                return open(self._full_path(self.store_fname), "rb")
        # In the database, or in a storage of another module.
        return io.BytesIO(self._l10n_fr_chorus_read())
