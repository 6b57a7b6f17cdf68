import hashlib
import mmap
import tempfile

from odoo import fields, models
from odoo.exceptions import UserError

from ...chorus.deposit import lots
from ..res_company import LOT_FORMATS

MIMES = {"zip": "application/zip", "tar.gz": "application/gzip"}


class L10nFrChorusLot(models.Model):
    """An archive of files of one export, ready to be deposited at once."""

    _name = "l10n_fr.chorus.lot"
    _description = "Chorus Pro Lot"
    _inherit = ["l10n_fr.chorus.delivered.mixin"]
    _rec_name = "file_name"
    _order = "export_id desc, rank"

    _rank_unique = models.Constraint(
        "UNIQUE (export_id, rank)", "This lot of the export is already made."
    )

    export_id = fields.Many2one(
        "l10n_fr.chorus.export", required=True, readonly=True, ondelete="restrict", index=True
    )
    # compute_sudo: see the documents of an export
    company_id = fields.Many2one(related="export_id.company_id", store=True, compute_sudo=False)
    rank = fields.Integer(required=True, readonly=True)
    line_ids = fields.One2many("l10n_fr.chorus.export.line", "lot_id", readonly=True)
    document_count = fields.Integer(string="Documents", readonly=True)

    def _keep_file(self, content):
        """Keep the archive as :attr:`file`, without the copies that a field makes of it.

        :param mmap.mmap content: of the archive
        """
        self.ensure_one()
        Attachment = self.env["ir.attachment"].sudo()  # sudo: as fields of files do
        if Attachment._storage() != "file":
            content = content[:]  # another storage may need bytes
        Attachment.create(
            {
                "name": "file",
                "res_model": self._name,
                "res_field": "file",
                "res_id": self.id,
                "type": "binary",
                # Given, for Odoo guesses it from bytes alone.
                "mimetype": MIMES[self.export_id.lot_format],
                "raw": content,
            }
        )
        self.invalidate_recordset(["file", "file_attachment_id"], flush=False)

    def action_download(self):
        """Download the lot."""
        return self._get_download_action()


class L10nFrChorusExport(models.Model):
    _inherit = "l10n_fr.chorus.export"

    lot_format = fields.Selection(
        LOT_FORMATS, string="Lots", required=True, default="zip", readonly=True
    )
    lot_ids = fields.One2many("l10n_fr.chorus.lot", "export_id", readonly=True)

    def action_download(self):
        """Download the lot, or the only file; several are listed, with a link each."""
        self.ensure_one()
        self.check_access("read")
        for records in (self.lot_ids, self.exported_line_ids):
            if len(records) == 1:
                return records._get_download_action()
            if records:
                return records._get_records_action(
                    name=self.env._("Files of %(export)s", export=self.name),
                    views=[(False, "list")],
                    domain=[("id", "in", records.ids)],
                    context={"create": False},
                )
        return False

    def _archive_files(self, limit=None):
        """Archive the files of an export in lots; existing lots stay.

        A single file is deposited as it is.

        :param int limit: of new lots, None for all
        :return: whether some were archived
        :rtype: bool
        """
        self.ensure_one()
        if self.lot_format == "none":
            return False
        domain = [("export_id", "=", self.id), ("state", "=", "exported"), ("lot_id", "=", False)]
        lines = self.exported_line_ids.search_fetch(domain, ["file_size"], order="id")
        if len(lines) < 2 and not self.lot_ids:
            return False
        bounds = self.company_id._l10n_fr_chorus_get_lot_bounds()
        made = 0
        for chunk in lots.split(lines, lambda line: line.file_size, bounds):
            if made == limit:
                break
            made += self._archive_lot(lines.browse().concat(*chunk))
        return bool(made)

    def _archive_lot(self, lines):
        """Archive one lot.

        :param lines: the files, in the order of the lot
        :return: whether it was archived: not when none of its files can be read
        :rtype: bool
        """
        made, rank = lines.browse(), max(self.lot_ids.mapped("rank"), default=0) + 1

        def files():
            nonlocal made
            for line in lines:
                try:
                    content = line._get_content()
                except UserError as error:
                    line.delivery_error = str(error)  # shown on the export; the others go on
                else:
                    made |= line
                    yield line.file_name, content

        with tempfile.TemporaryFile() as target:
            if not lots.write(files(), self.lot_format, target):
                return False
            target.flush()
            # Not read into memory: a lot may have a gigabyte.
            with mmap.mmap(target.fileno(), 0, access=mmap.ACCESS_READ) as content:
                lot = self.lot_ids.create(
                    {
                        "export_id": self.id,
                        "rank": rank,
                        "document_count": len(made),
                        "file_name": lots.lot_name(self.name, rank, self.lot_format),
                        "file_size": len(content),
                        "sha256": hashlib.sha256(content).hexdigest(),
                    }
                )
                lot._keep_file(content)
        made.lot_id = lot
        return True
