import contextlib
import io
import math

from odoo import api, fields, models
from odoo.tools import SQL

from ..chorus import limits
from ..chorus.document.model import NOT_JUDGED
from ..chorus.document.pdf_files import Fault, is_pdf
from ..chorus.document.pdf_judge import Judge, Patience


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
        """Have the PDFs of this transaction take their time: nobody waits, and nothing ends it."""
        key = "l10n_fr_chorus_export.patience"
        self.env.cr.postcommit.data[key] = Patience(math.inf)

    def _l10n_fr_chorus_find_unanswered(self):
        """The PDFs that are to be judged: those that never were, and those without an answer."""
        unanswered = (NOT_JUDGED, Fault.NO_ANSWER.name)
        return self.filtered(
            lambda attachment: attachment._l10n_fr_chorus_get_pdf_fault() in unanswered
        )

    def _l10n_fr_chorus_judge_pdfs(self):
        """Have the PDFs judged that never were, by one process for all, and keep their faults.

        A content is judged once, whoever has it: what is found says nothing but what anyone finds
        who has these bytes. One without an answer is judged again, after those whose turn has not
        come. With the rights of the superuser.

        :return: whether time was up before each had its turn
        :rtype: bool
        """
        waiting = self._l10n_fr_chorus_find_unanswered()
        if not waiting:
            return False
        found, verdicts, is_over = waiting._l10n_fr_chorus_find_known(), {}, False
        with self._l10n_fr_chorus_get_judge() as judge:
            for attachment in waiting.sorted(lambda item: item._l10n_fr_chorus_get_tries()):
                checksum = attachment.checksum
                if checksum not in found:
                    tries, has_time = attachment._l10n_fr_chorus_get_tries(), judge.has_time
                    content = has_time and attachment._l10n_fr_chorus_read()
                    if has_time and not content:
                        continue  # its file is lost, which another rule tells
                    fault = judge.find_fault(content) if has_time else Fault.NO_ANSWER
                    found[checksum] = f"{checksum} {fault.name if fault else ''}"
                    if fault is Fault.NO_ANSWER:
                        found[checksum] += f" {tries + has_time}"
                        is_over |= not tries + has_time
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
        """What was found in the same bytes of other attachments.

        :return: verdict by checksum
        :rtype: dict[str, str]
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
        return {
            checksum: verdict
            for checksum, verdict in self.env.cr.fetchall()
            if verdict.startswith(f"{checksum} ") and f" {Fault.NO_ANSWER.name}" not in verdict
        }

    def _l10n_fr_chorus_get_tries(self):
        """How often nothing was learned of this content, though it had its turn."""
        checksum, _fault, tries = [*(self.l10n_fr_chorus_pdf_verdict or "").split(" "), "", ""][:3]
        return int(tries) if checksum == self.checksum and tries.isdecimal() else 0

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
