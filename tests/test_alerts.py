from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAlerts(ChorusCommon):
    """The anomalies on the invoice form, and the way to mend them."""

    def _alerts(self, move, user=None):
        alerts = move.with_user(user or self.billing_user)._get_alerts()
        return {
            key.split("_", 4)[-1]: alert
            for key, alert in alerts.items()
            if key.startswith("l10n_fr_chorus_")
        }

    def test_before_and_after_posting(self):
        self.school.l10n_fr_chorus_siret = False
        move = self._move(partner_shipping_id=self.school.id, post=False)
        self.assertEqual(self._alerts(move)["delivery_siret_missing"]["level"], "danger")
        self.assertFalse({"number_length", "number_characters"} & set(self._alerts(move)))
        move.action_post()  # never blocked
        self.assertIn("delivery_siret_missing", self._alerts(move))
        self.assertIn(move.name, self._alerts(move)["delivery_siret_missing"]["message"])
        self.school.l10n_fr_chorus_siret = "21990001600102"
        self.assertNotIn("delivery_siret_missing", self._alerts(move))

    def test_a_document_found_right_is_not_checked_again(self):
        """Most invoices are right, and their form opens as if nothing were checked."""
        move = self._move(delivery_date="2024-05-02")
        self.assertEqual(self._codes(move), ["requirement_unknown"])
        with self.checks() as checked:
            self._alerts(move)
            self.assertTrue(checked, "it was never checked")
        self._keep_verdict(move)
        with self.checks() as checked:
            self.assertFalse(self._alerts(move))
            self.assertFalse(checked)
        self.town.company_registry = "nothing"  # its verdict waits to be given again
        self.assertTrue(self._alerts(move))
        self._keep_verdict(move)
        self.assertTrue(self._alerts(move), "a fault is put into words, and checked to be there")

    def test_remarks_are_kept_with_the_verdict(self):
        """The form says them without a check, word for word as after one."""
        refund = self._move(move_type="out_refund", delivery_date="2024-05-02")
        first = self._alerts(refund)
        self.assertEqual(first["credit_note_origin"]["level"], "info")
        self._keep_verdict(refund)
        with self.checks() as checked:
            self.assertEqual(self._alerts(refund), first)
            french = refund.with_context(lang="fr_FR")
            self.assertNotEqual(self._alerts(french), first, "in the reader's language")
            self.assertFalse(checked)
        self.env["l10n_fr.chorus.verdict"].init()  # an update may bring other rules
        with self.checks() as checked:
            self.assertEqual(self._alerts(refund), first)
            self.assertTrue(checked)

    def test_remarks_are_told_apart(self):
        refund = self._move(move_type="out_refund")
        self.assertEqual(self._alerts(refund)["credit_note_origin"]["level"], "info")

    def test_remarks_of_every_invoice_are_no_alert(self):
        move = self._move()
        self.assertIn("requirement_unknown", self._codes(move))
        self.assertFalse(self._alerts(move), "shown beside the references")
        self.assertEqual(move.l10n_fr_chorus_requirement, "unknown")
        self.town.l10n_fr_chorus_requirement = "both"
        move.invalidate_recordset()
        self.assertEqual(move.l10n_fr_chorus_requirement, "both")
        self.assertFalse(self._move(partner=self.private).l10n_fr_chorus_requirement)

    def test_only_where_it_matters(self):
        self.assertFalse(self._alerts(self._move(partner=self.private)))
        done = self._move()
        self.env["l10n_fr.chorus.export"]._export(done, company=self.company)
        self.assertFalse(self._alerts(done))

    def test_a_user_who_can_mend_opens_the_record(self):
        self.school.l10n_fr_chorus_siret = False
        move = self._move(partner_shipping_id=self.school.id)
        writer = new_test_user(
            self.env,
            login="chorus_writer",
            groups="base.group_user,account.group_account_invoice,base.group_partner_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            lang="en_US",
        )
        action = self._alerts(move, writer)["delivery_siret_missing"]["action"]
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", self.school.id))
        self.assertNotIn("ask_action", self._alerts(move, writer)["delivery_siret_missing"])

        # A billing user may not edit contacts: a message to those who can.
        alert = self._alerts(move)["delivery_siret_missing"]
        self.assertEqual(alert["action"]["res_id"], self.school.id, "to be seen, read-only")
        ask = alert["ask_action"]
        self.assertEqual(ask["res_model"], "mail.compose.message")
        self.assertIn(writer.partner_id.id, ask["context"]["default_partner_ids"])
        self.assertIn("SIRET", ask["context"]["default_body"])
        self.assertIn(writer.name, alert["ask_text"])
        wizard = (
            self.env["mail.compose.message"]
            .with_user(self.billing_user)
            .with_context(**ask["context"])
            .create({})
        )
        wizard.action_send_mail()
        message = move.message_ids[0]
        self.assertIn("SIRET", message.body)
        self.assertIn(writer.partner_id, message.partner_ids)

    def test_anomalies_of_the_document_itself_need_no_link(self):
        move = self._move(
            purchase_order_reference="E", l10n_fr_chorus_order_reference="B", post=False
        )
        self.assertNotIn("action", self._alerts(move)["engagement_and_order"])
