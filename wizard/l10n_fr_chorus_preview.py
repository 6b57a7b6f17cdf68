import base64
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..chorus.document.naming import file_name
from ..chorus.formats import builder, pdf_fault, reader
from ..chorus.formats.facturx import PdfFault
from ..chorus.messages import Message
from ..chorus.rules import BLOCKING, internal_fault

_logger = logging.getLogger(__name__)


class L10nFrChorusPreview(models.TransientModel):
    """A document's file as Chorus Pro gets it: looked at and downloaded, nothing is marked.

    Of an exported document it is the file that was kept, of another one that which would be made.
    """

    _name = "l10n_fr.chorus.preview"
    _description = "Preview of a Chorus Pro File"
    _inherit = ["l10n_fr.chorus.choices.mixin"]

    _own_choices = frozenset({"move_id", "line_id"})

    move_id = fields.Many2one("account.move", string="Document", readonly=True, ondelete="cascade")
    line_id = fields.Many2one(
        "l10n_fr.chorus.export.line", string="Export", readonly=True, ondelete="cascade"
    )
    syntax = fields.Selection(
        selection=lambda self: self.env["res.company"]._selection_l10n_fr_chorus_syntax(),
        required=True,
    )
    anomaly_text = fields.Text(string="Anomalies", compute="_compute_content")
    content = fields.Html(compute="_compute_content", sanitize=False)
    xml = fields.Text(string="XML", compute="_compute_content")
    file_name = fields.Char(compute="_compute_content")
    file = fields.Binary(compute="_compute_file")

    @api.depends("move_id", "line_id", "syntax")
    @api.depends_context("lang")
    def _compute_content(self):
        for wizard in self:
            xml, anomalies = wizard._get_xml()
            wizard.anomaly_text = "\n".join(anomalies)
            wizard.content = wizard._render_content(xml) if xml else False
            wizard.xml = reader.pretty(xml) if xml else False
            extension = wizard._get_format().extension
            name = wizard.line_id.file_name or file_name(wizard.move_id.name or "", extension)
            wizard.file_name = name

    @api.depends("move_id", "line_id", "syntax")
    def _compute_file(self):
        for wizard in self:
            wizard.file = wizard._get_file()

    def action_download(self):
        """The file itself; the document is not marked as exported.

        :raise UserError: when it cannot be made: that shows only once it is tried
        """
        self.ensure_one()
        if not self.line_id and (faults := self._build_file()[1]):
            raise UserError("\n".join(faults))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.file_name}?download=true",
            "target": "download",
        }

    def _get_file(self):
        """The file as it was kept, or as an export would make it now.

        :return: in base64; False when the document would be held
        :rtype: bytes
        """
        self.ensure_one()
        if self.line_id:
            # The line is read with the user's rights; its file follows them.
            return self.line_id.with_context(bin_size=False).file
        return self._build_file()[0]

    def _get_format(self):
        return self.env["res.company"]._l10n_fr_chorus_get_formats()[self.syntax]

    def _build_file(self):
        """The file that an export would build now, False for none, and its blocking anomalies."""
        maker = self.env["l10n_fr.chorus.maker"]
        made = maker._build_files(self.move_id, self.move_id.company_id, self.syntax)
        for _move, anomalies, values in made:
            return values.get("file", False), self._tell(anomalies)
        return False, []

    @api.model
    def _tell(self, anomalies):
        render = self.env["l10n_fr.chorus.checked.mixin"]._render
        return [render(item.message) for item in anomalies if item.severity == BLOCKING]

    def _get_xml(self):
        """The XML and its blocking anomalies.

        :return: XML, b"" for none, and sentences
        :rtype: tuple[bytes, list[str]]
        """
        self.ensure_one()
        if self.line_id:
            content = base64.b64decode(self._get_file() or b"")
            try:
                return reader.xml_of(content), []
            except ValueError:
                return b"", [
                    self.env._(
                        "The file that was kept of this document is lost or damaged: have it "
                        "restored from a backup."
                    )
                ]
        maker = self.env["l10n_fr.chorus.maker"]
        for move, document, anomalies in maker._check_documents(self.move_id, self.syntax):
            faults = self._tell(anomalies)
            hint = self.env._("The file cannot be shown as long as this is not mended.")
            if not document:
                return b"", [*faults, hint]
            if not faults:
                target = maker._get_target(move.company_id, self.syntax)
                try:
                    document = maker._complete_document(move, document, target)
                except PdfFault as fault:
                    faults = self._tell([pdf_fault(document, fault)])
            try:
                return builder.to_bytes(self._get_format().serialise(document)), faults
            except Exception as error:  # a held document may lack anything
                _logger.info("Chorus Pro: %s cannot be shown", document.number, exc_info=True)
                detail = f"{type(error).__name__}: {error}"
                faults = faults or self._tell([internal_fault(document, [detail])])
                return b"", [*faults, hint]
        return b"", []

    def _render_content(self, xml):
        mixin = self.env["l10n_fr.chorus.checked.mixin"]
        try:
            parts = self._get_format().read(xml)
        except ValueError:
            return False  # a document with anomalies may not be readable: they are shown instead

        def show(value):
            if isinstance(value, Message):
                return mixin._render(value)
            return "" if value is None else mixin._show(value)

        return self.env["ir.qweb"]._render(
            "l10n_fr_chorus_export.preview",
            {
                "sections": [part for part in parts if isinstance(part, reader.Section)],
                "tables": [part for part in parts if isinstance(part, reader.Table)],
                "parts": parts,
                "is_table": lambda part: isinstance(part, reader.Table),
                "translate": mixin._translate,
                "show": show,
                "is_number": lambda value: isinstance(value, reader.Decimal),
            },
        )
