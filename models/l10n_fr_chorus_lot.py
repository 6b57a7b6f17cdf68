import base64
import hashlib

from odoo import fields, models
from odoo.exceptions import UserError

from ..chorus.deposit import lots
from .res_company import LOT_FORMATS


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
    company_id = fields.Many2one(related="export_id.company_id", store=True)
    rank = fields.Integer(required=True, readonly=True)
    line_ids = fields.One2many("l10n_fr.chorus.export.line", "lot_id", readonly=True)
    document_count = fields.Integer(string="Documents", readonly=True)

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

    def _make_lots(self, limit=None):
        """Put the files of an export in lots; those that are made already stay.

        A single file is deposited as it is.

        :param int limit: how many to make at most, None for all
        :return: whether some were made
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
            made += self._make_lot(lines.browse().concat(*chunk))
        return bool(made)

    def _make_lot(self, lines):
        """Make one lot.

        :param lines: the files, in the order of the lot
        :return: whether it was made: not when none of its files can be read
        :rtype: bool
        """
        files = []
        for line in lines:
            try:
                files.append((line.file_name, line._get_content()))
            except UserError as error:
                lines -= line  # told on the export; the others are not held up
                line.delivery_error = str(error)
        if not files:
            return False
        rank = max(self.lot_ids.mapped("rank"), default=0) + 1
        content = lots.make(files, self.lot_format)
        lines.lot_id = self.lot_ids.create(
            {
                "export_id": self.id,
                "rank": rank,
                "document_count": len(lines),
                "file": base64.b64encode(content),
                "file_name": lots.lot_name(self.name, rank, self.lot_format),
                "file_size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
        return True
