from odoo import api, fields, models
from odoo.tools import format_datetime

from .account_move_other_way import LEAVING, NETWORKS

#: Documents that one alert names.
MAX_NAMED = 10


class AccountMoveSend(models.AbstractModel):
    """No document goes both to Chorus Pro and by Peppol or the approved platform.

    A number is taken once for a year and a supplier, whichever way it comes: the second arrival is
    refused. Printing and mail carry a copy to read: they are left alone.
    """

    _inherit = "account.move.send"

    def _get_alerts(self, moves, moves_data):
        # EXTENDS 'account': "danger" blocks, in the window and for a batch
        alerts = super()._get_alerts(moves, moves_data)
        twice = moves.filtered(
            lambda move: (
                self._l10n_fr_chorus_get_networks(moves_data[move])
                and move._l10n_fr_chorus_is_sent_once()
            )
        )
        if not twice:
            return alerts
        alerts["l10n_fr_chorus_sent"] = {
            "level": "danger",
            "message": self.env._(
                "Already exported to Chorus Pro: %(documents)s. If they are sent by %(way)s too, "
                "the public body gets them twice and refuses the second. Leave that way out, or "
                "tick “Send all the same” on each of them.",
                documents=self._l10n_fr_chorus_tell_sent(twice),
                way=self._l10n_fr_chorus_get_way_names(twice),
            ),
            "action_text": self.env._("See the documents"),
            "action": twice._get_records_action(name=self.env._("Already Exported to Chorus Pro")),
        }
        return alerts

    def _call_web_service_after_invoice_pdf_render(self, invoices_data):
        # EXTENDS 'account': the scheduled action and online payments show no alert, and a queued
        # document may have been exported to Chorus Pro meanwhile. Mails are sent all the same.
        for move, data in invoices_data.items():
            networks = self._l10n_fr_chorus_get_networks(data)
            if networks and move._l10n_fr_chorus_is_sent_once():
                data["sending_methods"] = [
                    method for method in data["sending_methods"] if method not in networks
                ]
                move._l10n_fr_chorus_leave_queue()
        return super()._call_web_service_after_invoice_pdf_render(invoices_data)

    @api.model
    def _l10n_fr_chorus_get_networks(self, data):
        """The networks among the methods by which a document is to be sent.

        :param dict data: its sending settings
        :rtype: set[str]
        """
        return NETWORKS.intersection(data.get("sending_methods") or ())

    @api.model
    def _l10n_fr_chorus_get_way_names(self, moves):
        ways = dict.fromkeys(move._l10n_fr_chorus_get_network() for move in moves)
        return ", ".join(map(moves._l10n_fr_chorus_get_way_name, ways))

    @api.model
    def _l10n_fr_chorus_tell_sent(self, moves):
        """Day, export and state on Chorus Pro of each document."""
        phrases = [move._l10n_fr_chorus_tell_export() for move in moves[:MAX_NAMED]]
        if len(moves) > MAX_NAMED:
            phrases.append(self.env._("%(count)s others", count=len(moves) - MAX_NAMED))
        return "; ".join(phrases)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_fr_chorus_is_sent_once(self):
        """Whether Chorus Pro has the document, and “Send all the same” is not ticked."""
        self.ensure_one()
        move = self.sudo()  # sudo: no sender, a salesman neither, may send it twice
        return move.l10n_fr_chorus_is_exported and not move.l10n_fr_chorus_send_anyway

    def _l10n_fr_chorus_tell_export(self):
        """The latest export of the document, in one phrase."""
        self.ensure_one()
        line = self.sudo().l10n_fr_chorus_latest_line_ids  # sudo: see above
        states = dict(line._selection_outcome())
        return self.env._(
            "%(document)s (on %(date)s, export %(export)s, state there: %(state)s)",
            document=self.name,
            date=format_datetime(self.env, line.exported_on, dt_format="short"),
            export=line.export_id.name,
            state=states.get(line.outcome) or self.env._("not recorded yet"),
        )

    def _l10n_fr_chorus_leave_queue(self):
        """Say on the document that it was not sent a second time."""
        self.ensure_one()
        if "peppol_move_state" in self._fields and self.peppol_move_state == LEAVING:
            self.peppol_move_state = "ready"  # else it would stay queued for ever
        note = self.env._(
            "Not sent by %(way)s: %(document)s is already exported to Chorus Pro. Tick “Send all "
            "the same” on it if it did not reach the public body.",
            way=self.env["account.move.send"]._l10n_fr_chorus_get_way_names(self),
            document=self._l10n_fr_chorus_tell_export(),
        )
        # sudo: see above
        self.sudo().l10n_fr_chorus_latest_line_ids._post_notes(lambda _line: note)


class L10nFrChorusExportLine(models.Model):
    _inherit = "l10n_fr.chorus.export.line"

    # Not on the invoice: years of them get no column, and another export asks again.
    send_anyway = fields.Boolean(
        string="Send all the same",
        readonly=True,
        help="This file did not reach the public body: the document may go out by another way.",
    )
