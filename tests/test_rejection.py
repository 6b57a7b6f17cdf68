from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.translate import code_translations

from ..chorus.portal import rejections
from .common import ChorusCommon

SERVICE = (
    "L'engagement juridique (FichierXml.SupplyChainTradeTransaction."
    "ApplicableHeaderTradeAgreement.BuyerReference.value) est obligatoire"
)
RECIPIENT = "Destinataire introuvable ou inactif"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRejection(ChorusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._move()
        Export = cls.env["l10n_fr.chorus.export"].with_user(cls.billing_user)
        cls.export = Export._export(cls.move.with_user(cls.billing_user), company=cls.company)
        cls.line = cls.export.line_ids
        cls.reader = new_test_user(
            cls.env,
            login="chorus_reader",
            groups="base.group_user,account.group_account_readonly",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _wizard(self, action, user=None, **context):
        self.assertEqual(action["res_model"], "l10n_fr.chorus.rejection")
        Wizard = self.env["l10n_fr.chorus.rejection"].with_user(user or self.billing_user)
        return Form(Wizard.with_context(**action["context"], **context))

    def _keep(self, text, line=None):
        line = line or self.line
        with self._wizard(line.action_open_rejection()) as form:
            form.text = text
        form.record.action_keep()

    def _alerts(self, user=None):
        alerts = self.move.with_user(user or self.billing_user)._get_alerts()
        return {key: alert for key, alert in alerts.items() if key.startswith("l10n_fr_chorus")}

    def test_from_the_line(self):
        form = self._wizard(self.line.action_open_rejection())
        self.assertFalse(form.explanations)
        form.text = f"{RECIPIENT}\n{SERVICE}"
        self.assertEqual(list(form.explanations), ["recipient_refused", "service_missing"])
        service = form.explanations["service_missing"]
        self.assertIn("service code", service["message"])
        self.assertEqual(service["action"]["url"], f"/odoo/account.move/{self.move.id}")
        url = form.explanations["recipient_refused"]["action"]["url"]
        self.assertEqual(url, f"/odoo/res.partner/{self.town.id}")
        self.assertFalse(self.line.rejection_message, "nothing is kept before the button")
        form.save().action_keep()
        self.assertEqual(self.line.rejection_message, f"{RECIPIENT}\n{SERVICE}")
        self.assertEqual(self.line.rejection_user_id, self.billing_user)
        self.assertTrue(self.line.rejection_on)
        self.assertEqual(len(self.line.rejection_explanation.splitlines()), 2)
        self.assertEqual(self.export.rejected_count, 1)

    def test_a_second_deposit_is_refused_and_the_first_one_has_arrived(self):
        self._keep("Le numéro de facture existe déjà : facture en doublon.")
        self.assertIn("already has a document", self.line.rejection_explanation)
        self.assertFalse(self.line.outcome)
        self.assertTrue(self.move.l10n_fr_chorus_is_exported, "it goes out no second time")

    def test_from_the_invoice(self):
        written = self.move.write_date
        form = self._wizard(
            self.move.with_user(self.billing_user).action_l10n_fr_chorus_open_rejection()
        )
        form.text = SERVICE
        form.save().action_keep()
        self.assertEqual(self.move.l10n_fr_chorus_rejection_message, SERVICE)
        self.env.flush_all()
        self.move.invalidate_recordset(["write_date"])
        self.assertEqual(self.move.write_date, written, "nothing is written on the move")
        with self.assertRaisesRegex(UserError, "never exported"):
            self._move().action_l10n_fr_chorus_open_rejection()

    def test_the_invoice_tells_it_until_the_next_export(self):
        self._keep(f"{SERVICE}\n{RECIPIENT}")
        for user in (self.billing_user, self.reader):
            alerts = self._alerts(user)
            self.assertIn(
                "service code", alerts["l10n_fr_chorus_rejection_service_missing"]["message"]
            )
            self.assertNotIn("action", alerts["l10n_fr_chorus_rejection_service_missing"])
            self.assertIn("action", alerts["l10n_fr_chorus_rejection_recipient_refused"])
        Export = self.env["l10n_fr.chorus.export"].with_user(self.billing_user)
        Export._export(self.move.with_user(self.billing_user), company=self.company, again=True)
        self.assertFalse(self.move.l10n_fr_chorus_rejection_message)
        self.assertFalse(self._alerts())
        self.assertTrue(self.line.rejection_message, "the history keeps it")

    def test_an_unknown_answer_is_kept_and_not_explained(self):
        form = self._wizard(self.line.action_open_rejection())
        form.text = "Erreur technique 500"
        self.assertEqual(list(form.explanations), ["unknown"])
        form.save().action_keep()
        self.assertFalse(self.line.rejection_explanation)
        self.assertIn("Erreur technique 500", self._alerts()["l10n_fr_chorus_rejection"]["message"])

    def test_an_answer_can_be_corrected_and_taken_back(self):
        with self.assertRaisesRegex(UserError, "Paste"):
            self._keep("  ")
        self._keep(SERVICE)
        form = self._wizard(self.line.action_open_rejection())
        self.assertEqual(form.text, SERVICE)
        form.text = False
        form.save().action_keep()
        self.assertFalse(self.line.rejection_message)
        self.assertFalse(self.line.rejection_on)
        self.assertFalse(self.line.rejection_user_id)
        self.assertFalse(self.export.rejected_count)

    def test_a_held_document_was_not_refused(self):
        self.school.l10n_fr_chorus_siret = False
        move = self._move(partner_shipping_id=self.school.id)
        Export = self.env["l10n_fr.chorus.export"].with_user(self.billing_user)
        held = Export._export(move.with_user(self.billing_user), company=self.company).line_ids
        with self.assertRaisesRegex(UserError, "held back"):
            self._keep(SERVICE, line=held)

    def test_a_gone_document_is_explained_too(self):
        self.move.with_context(force_delete=True).button_draft()
        self.move.with_context(force_delete=True).unlink()
        self.line.invalidate_recordset()
        form = self._wizard(self.line.action_open_rejection())
        form.text = SERVICE
        self.assertNotIn("action", form.explanations["service_missing"])
        form.save().action_keep()
        self.assertTrue(self.line.rejection_explanation)

    def test_every_place_to_mend(self):
        form = self._wizard(self.line.action_open_rejection())
        for text, model, record in (
            ("L'IBAN est invalide", "res.partner.bank", self.bank),
            ("Le taux de TVA est invalide", "account.tax", self.tax20),
            ("La structure émettrice est inconnue", "res.partner", self.company.partner_id),
            ("Facture en doublon", "account.move", self.move),
        ):
            form.text = text
            [alert] = form.explanations.values()
            self.assertEqual(alert["action"]["url"], f"/odoo/{model}/{record.id}")
        form.text = "cvc-elt.1: Cannot find the declaration of element"
        self.assertNotIn("action", form.explanations["unreadable"])

    def test_an_account_that_its_reader_may_not_read(self):
        """Of a company above the branch: the form of the invoice opens all the same."""
        # Core refuses to give an account to another partner; older data and other modules do it.
        self.env.flush_all()
        above = self.env["res.company"].create({"name": "Au-dessus"})
        self.env.cr.execute(
            "UPDATE res_partner_bank SET company_id = %s WHERE id = %s", [above.id, self.bank.id]
        )
        self.env.invalidate_all()
        move = self.move.with_user(self.billing_user)
        self.assertFalse(self.bank.with_user(self.billing_user).has_access("read"))
        [explanation] = rejections.explain("L'IBAN est invalide")
        origin = move._l10n_fr_chorus_get_rejection_origin(explanation)
        self.assertEqual((origin.model, origin.id), ("account.move", move.id))

    def test_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        message = (
            "The document's number has more than 20 characters. Shorten the numbering of its "
            "journal, then cancel this document and make it again under a shorter number."
        )
        french = "Le numéro du document a plus de 20 caractères."
        # Also where the French file has no translation yet.
        key = ("l10n_fr_chorus_export", "fr_FR")
        code_translations.get_python_translations(*key)
        terms = {**code_translations.python_translations[key], message: french}
        self.startPatcher(patch.dict(code_translations.python_translations, {key: terms}))
        text = "Le numéro de facture est trop long"
        form = self._wizard(self.line.action_open_rejection(), lang="fr_FR")
        form.text = text
        self.assertEqual(form.explanations["number_too_long"]["message"], french)
        form.save().action_keep()
        self.assertEqual(self.line.with_context(lang="fr_FR").rejection_explanation, french)
        self.assertEqual(self.line.with_context(lang="en_US").rejection_explanation, message)

    # ------------------------------------------------------------------ rights

    def test_a_reader_reads_and_keeps_nothing(self):
        with self.assertRaises(AccessError):
            self.env["l10n_fr.chorus.rejection"].with_user(self.reader).create(
                {"line_id": self.line.id, "text": SERVICE}
            )
        with self.assertRaises(AccessError):
            self.line.with_user(self.reader)._keep_rejection(SERVICE)
        self._keep(SERVICE)
        line = self.line.with_user(self.reader)
        self.assertEqual(line.rejection_message, SERVICE)
        self.assertTrue(line.rejection_explanation)

    def test_another_company_sees_and_writes_nothing(self):
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="chorus_stranger",
            groups="base.group_user,account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self._keep(SERVICE)
        line = self.line.with_user(stranger)
        with self.assertRaises(AccessError):
            line._keep_rejection("Mine")
        Wizard = self.env["l10n_fr.chorus.rejection"].with_user(stranger)
        # The id of the line is forged, with a text or to read the one that is kept.
        with self.assertRaises(AccessError):
            Wizard.create({"line_id": self.line.id, "text": "Mine"}).action_keep()
        with self.assertRaises(AccessError):
            Wizard.create({"line_id": self.line.id}).read(["text", "explanations"])
        with self.assertRaises(AccessError):
            Wizard.new({"line_id": self.line.id, "text": SERVICE})._explain()
        self.assertEqual(self.line.rejection_message, SERVICE)

    def test_users_cannot_write_it_directly(self):
        with self.assertRaises(AccessError):
            self.line.with_user(self.billing_user).write({"rejection_message": "X"})
        with self.assertRaises(AccessError):
            get_public_method(self.line, "_keep_rejection")

    def test_the_window_is_its_users_own(self):
        wizard = (
            self.env["l10n_fr.chorus.rejection"]
            .with_user(self.billing_user)
            .create({"line_id": self.line.id, "text": SERVICE})
        )
        colleague = new_test_user(
            self.env,
            login="chorus_colleague",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            wizard.with_user(colleague).read(["text"])
        with self.assertRaises(AccessError):
            wizard.with_user(colleague).action_keep()
