from odoo import models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

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
