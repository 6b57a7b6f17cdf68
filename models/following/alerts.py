from markupsafe import Markup

from odoo import api, models

from ...chorus import text
from ...chorus.document.model import Origin
from ...chorus.portal import answers, rejections
from ..account_move import MOVE_TYPES

#: Group of those who may mend a record, by its model.
MENDERS = {
    "res.partner": "base.group_partner_manager",
    "res.partner.bank": "base.group_partner_manager",
    "account.tax": "account.group_account_manager",
}

#: Groups of users who see the anomalies of files and the answers of Chorus Pro.
READERS = "account.group_account_invoice,account.group_account_readonly"

#: Remarks that the form does not show as alerts: every invoice has them until the directory is
#: imported, and shown there beside the references.
QUIET = frozenset({"requirement_unknown"})


class AccountMove(models.Model):
    """Alerts on the form of an invoice: its anomalies, Chorus Pro's answer, and who can mend it."""

    _inherit = "account.move"

    def _get_alerts(self):
        # EXTENDS 'account': Chorus Pro's answer, the anomalies, and what changed since the export
        alerts = super()._get_alerts()
        if self.env.user.has_groups(READERS):  # asked first: a salesman's form must open
            move = self._origin  # while a draft is edited: its saved data
            alerts.update(move._l10n_fr_chorus_get_rejection_alerts())
            alerts.update(move._l10n_fr_chorus_get_anomaly_alerts())
            alerts.update(move._l10n_fr_chorus_get_change_alerts())
        return alerts

    def _l10n_fr_chorus_get_anomaly_alerts(self):
        """The anomalies of a document that waits for its export, before and after posting.

        :return: alerts by key
        :rtype: dict
        """
        if not self._l10n_fr_chorus_is_checked_on_form():
            return {}
        render = self.env["l10n_fr.chorus.checked.mixin"]._render
        alerts = {}
        for index, anomaly in enumerate(self._l10n_fr_chorus_get_form_anomalies()):
            if anomaly.code in QUIET:
                continue
            message = render(anomaly.message)
            alerts[f"l10n_fr_chorus_{index}_{anomaly.code}"] = {
                "level": "danger" if anomaly.is_blocking else "info",
                "message": self.env._("Chorus Pro: %(message)s", message=message),
                **self._l10n_fr_chorus_get_mend_action(anomaly.origin, message),
            }
        return alerts

    def _l10n_fr_chorus_get_form_anomalies(self):
        """The anomalies that the form shows: those of its verdict, or of a check.

        :return: list of ``chorus.rules.Anomaly``
        """
        # sudo: for every reader of an invoice; no user may read verdicts
        remarks = self.env["l10n_fr.chorus.verdict"].sudo()._get_remarks(self)
        if remarks is not None and not self.env["l10n_fr.chorus.document"]._find_forbidden(self):
            # It was checked and has not changed since, and this user may read the records that it
            # names: its verdict is the same for all such users.
            return remarks
        # A PDF may take seconds: the scheduled check looks into it, and the export.
        [(_move, _document, anomalies)] = self.env["l10n_fr.chorus.maker"]._check_documents(
            self, judges_pdfs=False
        )
        return anomalies

    def _l10n_fr_chorus_get_rejection_alerts(self):
        """Chorus Pro's answer to the latest export, explained.

        :return: actionable errors by key
        :rtype: dict
        """
        message = self.l10n_fr_chorus_rejection_message
        if not message:
            return {}
        render = self.env["l10n_fr.chorus.checked.mixin"]._render
        alerts = {}
        for explanation in rejections.explain(message):
            words = render(explanation.message)
            origin = self._l10n_fr_chorus_get_rejection_origin(explanation)
            sentence = self.env._("Chorus Pro: %(message)s", message=words)
            if explanation.is_refusal:
                sentence = self.env._("Chorus Pro refused it: %(cause)s", cause=words)
            alerts[f"l10n_fr_chorus_rejection_{explanation.code}"] = {
                "level": "warning" if explanation.is_refusal else "info",
                "message": sentence,
                **self._l10n_fr_chorus_get_mend_action(origin, words),
            }
        return alerts or {
            "l10n_fr_chorus_rejection": {
                "level": "warning",
                "message": self.env._("Chorus Pro refused it: %(cause)s", cause=message),
            }
        }

    def _l10n_fr_chorus_get_rejection_origin(self, explanation):
        """The record to mend after a refusal.

        :param chorus.portal.rejections.Explanation explanation: of the answer
        :return: an origin without record when it is the gesture on the portal
        :rtype: odoo.addons.l10n_fr_chorus_export.chorus.document.model.Origin
        """
        match explanation.place:
            case answers.DOCUMENT:
                record = self
            case answers.BUYER:
                record = self.partner_id
            case answers.SELLER:
                record = self.company_id.partner_id
            case answers.ACCOUNT:
                source = self
                if self.move_type == "out_refund":
                    source = self.reversed_entry_id or self.l10n_fr_chorus_corrected_id
                record = source.partner_bank_id or self.company_id.l10n_fr_chorus_bank_id
            case answers.TAXES:
                record = self.invoice_line_ids.tax_ids
            case _:
                return Origin()
        # Several taxes, or no account: the choice is made on the document.
        record = record if len(record) == 1 else self
        if not record:
            return Origin()
        if not record.has_access("read"):
            record = self  # an account of a company above the branch: its name is not theirs
        return Origin(record._name, record.id, explanation.field, record.display_name or "")

    def _l10n_fr_chorus_is_checked_on_form(self):
        """Whether the form shows the anomalies of this document."""
        return bool(
            self.id
            and self.move_type in MOVE_TYPES
            and self.state in ("draft", "posted")
            and self.commercial_partner_id.l10n_fr_chorus_export
            and not self.l10n_fr_chorus_is_exported
        )

    def _l10n_fr_chorus_get_mend_action(self, origin, message):
        """The way from an anomaly to the record to mend, for this user.

        :param chorus.document.model.Origin origin: the record and field
        :param str message: the anomaly in words
        :return: ``action`` and ``action_text`` of an actionable error, which open the record;
            for a user who may not change it, ``ask_action`` and ``ask_text`` too, which ask those
            who may; {} when the record is this document, which is open already
        :rtype: dict
        """
        self.ensure_one()
        if not origin.id or (origin.model, origin.id) == (self._name, self.id):
            return {}
        record = self.env[origin.model].browse(origin.id)
        action = record._get_records_action()
        label = text.quoted(origin.label)
        if record.has_access("write"):
            return {
                "action": action,
                "action_text": self.env._("Mend “%(record)s”", record=label),
            }
        mend = {
            "action": action,
            "action_text": self.env._("See “%(record)s”", record=label),
        }
        if colleagues := self._l10n_fr_chorus_get_menders(origin.model):
            names = ", ".join(colleagues.mapped("name"))
            mend["ask_action"] = self._l10n_fr_chorus_get_ask_action(colleagues, message)
            mend["ask_text"] = self.env._("Ask %(names)s to mend it", names=names)
        return mend

    def _l10n_fr_chorus_get_ask_action(self, colleagues, message):
        """A message on this document to the users who may mend the record at fault.

        :param colleagues: users
        :param str message: the anomaly in words
        :return: an action
        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask a colleague"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_composition_mode": "comment",
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_partner_ids": colleagues.partner_id.ids,
                "default_subject": self.env._("Chorus Pro: %(move)s", move=self.name),
                "default_body": Markup("<p>%s</p>") % message,
                "default_email_layout_xmlid": "mail.mail_notification_light",
            },
        }

    @api.model
    def _l10n_fr_chorus_get_menders(self, model):
        """A few colleagues who may mend a record that this user may not.

        :param str model: of the record
        :return: users of the document's company
        """
        group = MENDERS.get(model)
        if not group:
            return self.env["res.users"]
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref(group).ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
                ("id", "!=", self.env.uid),
            ],
            limit=3,
        )
