import hashlib
import io
import os

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...chorus.deposit import folder as chorus_folder


class L10nFrChorusDeliveredMixin(models.AbstractModel):
    """A file of an export: kept in the database, then written in the folder."""

    _name = "l10n_fr.chorus.delivered.mixin"
    _description = "File Delivered in a Folder"
    _inherit = ["l10n_fr.chorus.list.mixin"]

    file = fields.Binary(attachment=True, readonly=True)
    file_attachment_id = fields.Many2one(
        "ir.attachment",
        string="Stored File",
        compute="_compute_file_attachment_id",
        compute_sudo=True,  # who may read the record may read its file
    )
    file_name = fields.Char(readonly=True)
    file_size = fields.Integer(string="Size in Bytes", readonly=True)
    sha256 = fields.Char(string="SHA-256", readonly=True)
    delivered_name = fields.Char(
        string="Name in the Folder",
        readonly=True,
        help="A numbered name when the folder already had another file of that name.",
    )
    delivered_in = fields.Char(
        string="Folder of the File",
        readonly=True,
        help="Full path: the server's export folder may be another one some day.",
    )
    delivery_error = fields.Char(string="Not Written", readonly=True)
    path = fields.Char(string="Full Path", compute="_compute_path")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_made(self):
        """An exported file is accounting evidence for every user; a waiting line is not."""
        if made := self.filtered("sha256")[:1]:
            raise UserError(
                self.env._(
                    "%(name)s is kept as evidence of the export: it cannot be deleted.",
                    name=made.file_name,
                )
            )

    @api.depends("file")
    def _compute_file_attachment_id(self):
        domain = [
            ("res_model", "=", self._name),
            ("res_field", "=", "file"),
            ("res_id", "in", self.ids),
        ]
        found = self.env["ir.attachment"].search_fetch(domain, ["res_id", "store_fname"])
        by_record = {attachment.res_id: attachment for attachment in found}
        for record in self:
            record.file_attachment_id = by_record.get(record.id)

    @api.depends("delivered_in", "delivered_name")
    def _compute_path(self):
        for record in self:
            name = record.delivered_name
            record.path = os.path.join(record.delivered_in or "", name) if name else False

    def _get_content(self):
        """The file.

        :rtype: bytes
        :raise UserError: when these are not the bytes that were kept: Odoo reads a file that its
            storage has lost as an empty one
        """
        self.ensure_one()
        attachment = self.file_attachment_id.sudo()  # sudo: who may read the record may read it
        content = attachment._l10n_fr_chorus_read() if attachment else b""
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise UserError(self._tell_lost())
        return content

    def _tell_lost(self):
        return self.env._(
            "“%(name)s” is lost or damaged in Odoo's storage of attachments. Have it restored from "
            "a backup, or export its documents again.",
            name=self.file_name,
        )

    def _open(self):
        """The file, to be read piece by piece where Odoo's storage lets us.

        :rtype: typing.BinaryIO
        """
        self.ensure_one()
        attachment = self.file_attachment_id.sudo()  # sudo: who may read the record may read it
        return attachment._l10n_fr_chorus_open() if attachment else io.BytesIO()

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

    def _deliver(self, descriptor, folder):
        """Write the file in an open folder.

        :param int descriptor: of the folder
        :param str folder: its full path
        """
        self.ensure_one()
        try:
            with self._open() as file:
                self.delivered_name = chorus_folder.deliver(
                    descriptor, self.file_name, file, self.sha256
                )
            self.delivered_in = folder
            self.delivery_error = False
        except chorus_folder.OtherBytes:
            self.delivery_error = self._tell_lost()
        except OSError as error:
            self.delivery_error = self.env._(
                "“%(name)s” could not be written: %(error)s.",
                name=self.file_name,
                error=error.strerror or str(error),
            )
