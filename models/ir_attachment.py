import contextlib
import io

from odoo import fields, models
from odoo.tools import SQL

from ..chorus import limits
from ..chorus.document.model import NOT_JUDGED
from ..chorus.document.pdf_files import Fault, is_pdf
from ..chorus.document.pdf_judge import Judge


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    l10n_fr_chorus_pdf_verdict = fields.Char(
        string="Chorus Pro: PDF",
        readonly=True,
        groups="base.group_system",  # no user may write it: it decides whether a file may go
        help="Checksum of the PDF that was judged, and its fault.",
    )

    def _l10n_fr_chorus_judge_pdfs(self):
        """Have the PDFs judged that never were, by one process for all, and keep their faults.

        Attachments are judged once for each content, and again as long as there is no answer.
        With the rights of the superuser.
        """
        found, verdicts = {}, {}
        with Judge() as judge:
            for attachment in self:
                known = attachment._l10n_fr_chorus_get_pdf_fault()
                if known not in (NOT_JUDGED, Fault.NO_ANSWER.name):
                    continue
                checksum = attachment.checksum
                if checksum not in found and (content := attachment._l10n_fr_chorus_read()):
                    fault = judge.find_fault(content)
                    found[checksum] = f"{checksum} {fault.name if fault else ''}"
                if checksum in found:
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
        if verdicts:
            self.invalidate_recordset(["l10n_fr_chorus_pdf_verdict"], flush=False)

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
        checksum, _space, fault = (self.l10n_fr_chorus_pdf_verdict or "").partition(" ")
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
