import base64
import os

from odoo import api, fields, models

from ..chorus import folder as chorus_folder


class L10nFrChorusDeliveredMixin(models.AbstractModel):
    """A file of an export: kept in the database, then written in the folder."""

    _name = "l10n_fr.chorus.delivered.mixin"
    _description = "File Delivered in a Folder"

    file = fields.Binary(attachment=True, readonly=True)
    file_name = fields.Char(readonly=True)
    file_size = fields.Integer(string="Size in Bytes", readonly=True)
    sha256 = fields.Char(string="SHA-256", readonly=True)
    delivered_name = fields.Char(
        string="Name in the Folder",
        readonly=True,
        help="A numbered name when the folder already held another file of that name.",
    )
    delivery_error = fields.Char(string="Not Written", readonly=True)
    path = fields.Char(string="Full Path", compute="_compute_path")

    @api.depends("export_id.path", "delivered_name")
    def _compute_path(self):
        for record in self:
            name = record.delivered_name
            record.path = os.path.join(record.export_id.path, name) if name else False

    def _get_content(self):
        """The file.

        :rtype: bytes
        """
        self.ensure_one()
        # The web client asks for sizes instead of files.
        return base64.b64decode(self.with_context(bin_size=False).file or b"")

    def _get_download_action(self):
        """Download the file, under its name.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.file_name}?download=true",
            "target": "download",
        }

    def _deliver(self, descriptor):
        """Write the file in an open folder.

        :param int descriptor: of the folder
        """
        self.ensure_one()
        try:
            self.delivered_name = chorus_folder.deliver(
                descriptor, self.file_name, self._get_content()
            )
            self.delivery_error = False
        except OSError as error:
            self.delivery_error = self.env._(
                "“%(name)s” could not be written: %(error)s.",
                name=self.file_name,
                error=error.strerror or str(error),
            )
