import hashlib
import io
import os

from odoo import api, fields, models
from odoo.exceptions import UserError


class L10nFrChorusDeliveredMixin(models.AbstractModel):
    """A file of an export: kept in the database, then sent by the export's channel.

    Its columns bear the names of the first channel, a folder, to every channel:
    ``delivered_name`` is the reference that finds the file where it was sent, ``delivered_in`` the
    place, ``delivery_error`` why it failed, or where to look for one that may be there.
    """

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
    is_uncertain = fields.Boolean(
        string="May Be There",
        readonly=True,
        help="Sent, and no answer says whether it arrived: it is not sent again before that is "
        "known.",
    )
    deposit_state = fields.Selection(
        selection=[
            ("to_send", "To Send"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("uncertain", "Uncertain"),
        ],
        string="Sending",
        compute="_compute_deposit_state",
    )
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

    @api.depends("delivered_name", "delivery_error", "is_uncertain")
    def _compute_deposit_state(self):
        for record in self:
            if record.delivered_name:
                record.deposit_state = "sent"
            elif record.is_uncertain:
                record.deposit_state = "uncertain"
            else:
                record.deposit_state = "failed" if record.delivery_error else "to_send"

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

    # ------------------------------------------------------------------ its channel marks it

    def _mark_sent(self, reference, where):
        """The file is there whole.

        :param str reference: by which it is found there again
        :param str where: the place, in full
        """
        self.delivered_name, self.delivered_in = reference, where
        self.delivery_error = self.is_uncertain = False

    def _mark_failed(self, error):
        """The file surely is not there: it is sent again.

        :param str error: why, in words
        """
        self.delivered_name = self.is_uncertain = False
        self.delivery_error = error

    def _mark_uncertain(self, error):
        """The file may be there: it is not sent again before someone knows.

        :param str error: where to look, in words
        """
        self.delivered_name, self.is_uncertain = False, True
        self.delivery_error = error
