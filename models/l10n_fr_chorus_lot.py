import base64
import hashlib

from odoo import fields, models

from ..chorus import lots
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

    def _make_lots(self):
        """Put the files of an export in lots; those that are made already stay.

        A single file is deposited as it is.
        """
        self.ensure_one()
        lines = self.exported_line_ids.sorted("id")
        if self.lot_format == "none" or len(lines) < 2:
            return
        waiting = lines.filtered(lambda line: not line.lot_id)
        bounds = self.company_id._l10n_fr_chorus_get_lot_bounds()
        shared = lots.split(waiting, lambda line: line.file_size, bounds)
        for rank, chunk in enumerate(shared, len(self.lot_ids) + 1):
            self._make_lot(rank, lines.browse().concat(*chunk))

    def _make_lot(self, rank, lines):
        """Make one lot.

        :param int rank: 1 for the first lot of the export
        :param lines: the files, in the order of the lot
        """
        content = lots.make(
            [(line.file_name, line._get_content()) for line in lines], self.lot_format
        )
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
