"""The data from which the readable invoices that Odoo keeps were printed."""

import hashlib
import logging
from dataclasses import replace

from odoo import api, fields, models

from ...chorus.formats import builder, cii
from ..account_move import MOVE_TYPES

_logger = logging.getLogger(__name__)


class L10nFrChorusPrinted(models.Model):
    """The data of an invoice on the day when Odoo printed the PDF that it keeps of it.

    A PDF of before this module has none, and so has one that something else than Odoo's sending
    put in its place: their content is unknown, and the export prints the invoice again.
    """

    _name = "l10n_fr.chorus.printed"
    _description = "Data of a Printed Invoice for Chorus Pro"

    attachment_id = fields.Many2one("ir.attachment", required=True, ondelete="cascade")
    checksum = fields.Char(required=True, help="Of the PDF.")
    fingerprint = fields.Char(required=True, help="Of the data that it was printed from.")

    _attachment_uniq = models.Constraint(
        "UNIQUE (attachment_id)", "The data of this PDF are known already."
    )

    @api.model
    def _get_fingerprint(self, document):
        """The fingerprint of an invoice's content: its data in one syntax, nothing printed.

        :param chorus.document.model.Document document: the invoice
        :return: the same for the same data, attachments apart
        :rtype: str
        """
        root = cii.serialise(replace(document, attachments=()))
        return hashlib.sha256(builder.to_bytes(root)).hexdigest()

    @api.model
    def _get_fingerprints(self, moves):
        """The fingerprints of invoices that may go to Chorus Pro, as they are now.

        Odoo prints and sends in any case: an invoice that cannot be read has no fingerprint.

        :param moves: documents that Odoo prints
        :return: fingerprint by move
        :rtype: dict
        """
        moves = moves.filtered(
            lambda move: (
                move.move_type in MOVE_TYPES
                and move.state == "posted"
                and move.commercial_partner_id.l10n_fr_chorus_export
            )
        )
        if not moves:
            return {}
        found = {}
        try:
            with self.env.cr.savepoint():
                read = self.env["l10n_fr.chorus.document"]._read_what_can_be(moves)
        except Exception:
            _logger.exception("Chorus Pro: %s cannot be read while they are printed", moves.ids)
            return {}
        for move, document, _unreadable in read:
            if document:
                try:
                    found[move] = self._get_fingerprint(document)
                except Exception as error:  # a value that no file can hold: its rule says so
                    _logger.info("Chorus Pro: no fingerprint of %s: %s", move.ids, error)
        return found

    @api.model
    def _keep(self, fingerprints):
        """Keep the data of PDFs that Odoo has just printed.

        :param dict fingerprints: by move, taken before they were printed
        """
        # sudo: every sender of an invoice keeps its PDF; these records are the engine's own
        self.sudo().create(
            [
                {
                    "attachment_id": attachment.id,
                    "checksum": attachment.checksum,
                    "fingerprint": fingerprint,
                }
                for move, fingerprint in fingerprints.items()
                if (attachment := move.invoice_pdf_report_id.sudo())
            ]
        )

    @api.model
    def _get_known(self, moves):
        """The invoices of which Odoo keeps a PDF with known data, current or not.

        :param moves: posted customer invoices and credit notes
        :rtype: odoo.api.account.move
        """
        # sudo: see above
        known = self.sudo().search([("attachment_id", "in", moves.invoice_pdf_report_id.ids)])
        return moves.filtered(lambda move: move.invoice_pdf_report_id in known.attachment_id)

    @api.model
    def _get_current(self, documents):
        """The invoices whose own PDF shows their current data.

        :param dict documents: document by move
        :rtype: odoo.api.account.move
        """
        moves = self.env["account.move"].browse(move.id for move in documents)
        # sudo: see above
        attachments = {
            move.invoice_pdf_report_id.sudo(): move for move in moves if move.invoice_pdf_report_id
        }
        known = self.sudo().search(
            [("attachment_id", "in", [attachment.id for attachment in attachments])]
        )
        return moves.browse(
            attachments[record.attachment_id].id
            for record in known
            if record.checksum == record.attachment_id.checksum
            and record.fingerprint
            == self._get_fingerprint(documents[attachments[record.attachment_id]])
        )


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    def _prepare_invoice_pdf_report(self, invoices_data):
        # EXTENDS 'account': the data are those of before the invoice is printed
        moves = self.env["account.move"].union(*invoices_data)
        fingerprints = self.env["l10n_fr.chorus.printed"]._get_fingerprints(moves)
        for move, fingerprint in fingerprints.items():
            invoices_data[move]["l10n_fr_chorus_fingerprint"] = fingerprint
        return super()._prepare_invoice_pdf_report(invoices_data)

    def _link_invoice_documents(self, invoices_data):
        # EXTENDS 'account': the PDF is the invoice's own from here on
        result = super()._link_invoice_documents(invoices_data)
        self.env["l10n_fr.chorus.printed"]._keep(
            {
                move: data["l10n_fr_chorus_fingerprint"]
                for move, data in invoices_data.items()
                if data.get("l10n_fr_chorus_fingerprint")
            }
        )
        return result
