from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...chorus.portal import states
from ..reading.other_way import LEAVING, NETWORKS

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
        carried = moves.filtered(lambda move: self._l10n_fr_chorus_get_networks(moves_data[move]))
        twice = carried._l10n_fr_chorus_get_sent().move_id.with_env(moves.env)
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
        # EXTENDS 'account': the scheduled action and online payments show no alert, and a document
        # may have been exported to Chorus Pro since, while its PDF was printed for instance. Mails
        # are sent all the same.
        carried = self.env["account.move"].browse(
            move.id
            for move, data in invoices_data.items()
            if self._l10n_fr_chorus_get_networks(data)
        )
        # sudo: a sender may not read exports. No export takes documents of other customers.
        carried = carried.filtered(
            lambda move: (
                move.commercial_partner_id.sudo().l10n_fr_chorus_export
                or move.sudo().l10n_fr_chorus_latest_line_ids
            )
        )
        told, busy = self._l10n_fr_chorus_claim(carried)
        for move, data in invoices_data.items():
            if move.id not in told and move not in busy:
                continue
            data["sending_methods"] = [
                method for method in data["sending_methods"] if method not in NETWORKS
            ]
            if move.id in told:
                move._l10n_fr_chorus_leave_queue(told[move.id])
            elif data["sending_methods"]:
                move._l10n_fr_chorus_leave_queue()
            else:  # nothing is left to do: the scheduled action tries again
                data["error"] = {
                    "error_title": self.env._(
                        "%(document)s is being exported to Chorus Pro, or someone is working on "
                        "it: it was not sent. Try again in a minute.",
                        document=move.name,
                    ),
                    "retry": True,
                }
        # A document that someone else is writing on refuses this change: now, before any has left.
        self.env.flush_all()
        return super()._call_web_service_after_invoice_pdf_render(invoices_data)

    @api.model
    def _l10n_fr_chorus_claim(self, moves):
        """Keep exports away from documents until they are sent, and look for earlier exports.

        This transaction sees what was there as it began; printing takes seconds. An export locks
        its documents: once they are locked here, earlier exports are committed, and another
        transaction sees them.

        :param moves: that are about to leave by a network
        :return: the export of those that Chorus Pro has, in words, by id; and those that someone
            else is working on
        :rtype: tuple[dict, odoo.api.account.move]
        """
        if not moves:
            return {}, moves
        moves = moves.sudo()  # sudo: for every user who may send them
        locked = moves.try_lock_for_update(allow_referencing=True)
        told = {line.move_id.id: line._tell_export() for line in moves._l10n_fr_chorus_get_sent()}
        with self.env.registry.cursor() as cr:
            for line in moves.with_env(moves.env(cr=cr))._l10n_fr_chorus_get_sent():
                told[line.move_id.id] = line._tell_export()
        return told, moves - locked - moves.browse(told)

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
        lines = moves[:MAX_NAMED]._l10n_fr_chorus_get_sent()
        phrases = [line._tell_export() for line in lines]
        if len(moves) > MAX_NAMED:
            phrases.append(self.env._("%(count)s others", count=len(moves) - MAX_NAMED))
        return "; ".join(phrases)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_fr_chorus_get_sent(self):
        """Exports of the documents that Chorus Pro has, unless they are to be sent all the same.

        :return: the latest line of each
        """
        if not self:
            return self.env["l10n_fr.chorus.export.line"]
        latest = Domain([("move_id", "in", self.ids), ("is_latest", "=", True)])
        there = Domain("outcome", "not in", tuple(states.REOPENED))
        # sudo: no sender, a salesman neither, may send them twice
        Line = self.env["l10n_fr.chorus.export.line"].sudo()
        return Line.search(latest & there & Domain("send_anyway", "=", False))

    def _l10n_fr_chorus_leave_queue(self, export=""):
        """Say on the document that no network carried it, and what to do.

        :param str export: the one by which it went out to Chorus Pro, in words; "" while someone
            else is exporting it, or working on it
        """
        self.ensure_one()
        if "peppol_move_state" in self._fields and self.peppol_move_state == LEAVING:
            self.peppol_move_state = "ready"  # else it would stay queued for ever
        way = self.env["account.move.send"]._l10n_fr_chorus_get_way_names(self)
        note = self.env._(
            "Not sent by %(way)s: %(document)s was being exported to Chorus Pro, or someone was "
            "working on it. Wait a minute, then send it again unless it is exported by then.",
            way=way,
            document=self.name,
        )
        if export:
            note = self.env._(
                "Not sent by %(way)s: %(document)s is already exported to Chorus Pro. Tick “Send "
                "all the same” on it if it did not reach the public body.",
                way=way,
                document=export,
            )
        self._l10n_fr_chorus_post_notes({self.id: note})


class L10nFrChorusExportLine(models.Model):
    _inherit = "l10n_fr.chorus.export.line"

    # Not on the invoice: years of them get no column, and another export asks again.
    send_anyway = fields.Boolean(
        string="Send all the same",
        readonly=True,
        help="This file did not reach the public body: the document may go out by another way.",
    )

    def _tell_export(self):
        """The document, when it went out and what became of it, in one phrase."""
        self.ensure_one()
        outcomes = dict(self._selection_outcome())
        return self.env._(
            "%(document)s (on %(date)s, export %(export)s, state there: %(state)s)",
            document=self.name,
            date=format_datetime(self.env, self.exported_on, dt_format="short"),
            export=self.export_id.name,
            state=outcomes.get(self.outcome) or self.env._("not recorded yet"),
        )
