import base64
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..chorus.formats.facturx import Pdf
from .common import ExportCommon, copy_free_line


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPreview(ExportCommon):
    def _preview(self, record, user=None, **context):
        record = record.with_user(user or self.billing_user).with_context(**context)
        action = getattr(record, "action_l10n_fr_chorus_preview", None)
        action = action() if action else record.action_preview()
        return record.env[action["res_model"]].browse(action["res_id"])

    def test_nothing_is_marked(self):
        move = self._move()
        wizard = self._preview(move)
        content = base64.b64decode(wizard.file)
        self.assertIn(move.name, wizard.content)
        self.assertIn("BT-112", wizard.content)
        self.assertIn("<cbc:ID>", wizard.xml)
        self.assertFalse(wizard.anomaly_text)
        self.assertFalse(move.l10n_fr_chorus_exported_on)
        self.assertFalse(self.env["l10n_fr.chorus.export"].search_count([]))
        self.assertFalse(self._files())
        # What was looked at is what goes.
        export = self._export(move)
        self.assertEqual(base64.b64decode(export.line_ids.file), content)

    def test_each_syntax(self):
        wizard = self._preview(self._move())
        wizard.syntax = "cii"
        self.assertIn("CrossIndustryInvoice", wizard.xml)
        self.assertTrue(wizard.file_name.endswith(".xml"))
        wizard.syntax = "facturx"
        self.assertIn("CrossIndustryInvoice", wizard.xml)
        self.assertTrue(wizard.file_name.endswith(".pdf"))

    def test_the_readable_invoice_is_in_the_data(self):
        """The file has it among its attachments: so has what is shown."""
        self.company.l10n_fr_chorus_embed_pdf = True
        move = self._move()
        pdfs = {move: Pdf(b"%PDF-1.7 a page", b"")}
        self.startPatcher(
            patch.object(
                type(self.env["l10n_fr.chorus.pdf"]), "_get_pdfs", lambda self, moves, own: pdfs
            )
        )
        wizard = self._preview(move)
        self.assertIn("Facture lisible", wizard.content)
        self.assertIn("Facture lisible", wizard.xml)
        # Where it cannot be printed, the data are shown with the reason.
        pdfs.clear()
        wizard.invalidate_recordset()
        self.assertIn("There is no PDF", wizard.anomaly_text)
        self.assertIn(move.name, wizard.content)

    def test_a_document_held_back_is_explained(self):
        """The data are shown all the same: that is where the fault is seen."""
        move = self._move()
        self.town.company_registry = False
        wizard = self._preview(move)
        self.assertIn("SIRET", wizard.anomaly_text)
        self.assertIn(move.name, wizard.content)
        self.assertFalse(wizard.file)

    def test_a_document_too_broken_to_be_shown(self):
        """A rule reports the value that the serialiser misses."""

        def breaks(_root):
            raise AttributeError("nothing there")

        move = self._move()
        wizard = self._preview(move)
        with self.break_the_file_of(move, breaks):
            wizard.invalidate_recordset()
            self.assertIn("fault of the software", wizard.anomaly_text)
            self.assertFalse(wizard.xml or wizard.content)
            self.town.company_registry = False
            wizard.invalidate_recordset()
            self.assertIn("SIRET", wizard.anomaly_text)
            self.assertIn("cannot be shown", wizard.anomaly_text)
            self.assertNotIn("fault of the software", wizard.anomaly_text)
            with self.assertRaisesRegex(UserError, "SIRET"):
                wizard.action_download()

    def test_a_user_who_only_reads_previews(self):
        reader = new_test_user(
            self.env,
            login="chorus_reader",
            groups="base.group_user,account.group_account_readonly",
            company_id=self.company.id,
        )
        wizard = self._preview(self._move(), user=reader)
        for key in ("ubl", "cii"):
            wizard.syntax = key
            self.assertTrue(wizard.xml and base64.b64decode(wizard.file))
            self.assertTrue(wizard.action_download()["url"])

    def test_a_thousand_lines(self):
        move = self._move(self._line(), self._line(0))
        copy_free_line(move, 998)
        wizard = self._preview(move)
        self.assertEqual(wizard.content.count("<tr"), wizard.content.count("</tr"))
        self.assertGreater(wizard.content.count("<tr"), 1000)
        self.assertTrue(base64.b64decode(wizard.file))

    def test_a_document_without_anything(self):
        """A draft has no number, nor a customer for sure."""
        move = self.env["account.move"].create(
            {"move_type": "out_invoice", "company_id": self.company.id}
        )
        with self.assertRaisesRegex(UserError, "choose the customer"):
            self._preview(move)
        move.partner_id = self.town
        wizard = self._preview(move)
        self.assertIn("no line", wizard.anomaly_text)
        self.assertTrue(wizard.xml and wizard.content and wizard.file_name)

    def test_an_exported_file_is_shown_as_it_went(self):
        move = self._move()
        line = self._export(move, syntax="cii").line_ids
        move.button_draft()
        move.narration = "Changed since"
        move.action_post()
        wizard = self._preview(line)
        self.assertEqual(wizard.file, line.file)
        self.assertNotIn("Changed since", wizard.xml)
        self.assertIn("Changed since", self._preview(move).xml)

    def test_a_kept_file_that_is_damaged_is_told(self):
        """A disc may fail: the user gets a message, no traceback."""
        for key in ("ubl", "cii"):
            line = self._export(self._move(), syntax=key).line_ids
            wizard = self._preview(line)
            self.assertTrue(wizard.xml and wizard.content and not wizard.anomaly_text)
            for content in (b"", base64.b64decode(wizard.file)[:200]):
                with self.subTest(syntax=key, size=len(content)), self.files_lost(content):
                    self.env.invalidate_all()
                    self.assertIn("damaged", wizard.anomaly_text)
                    self.assertFalse(wizard.xml or wizard.content)

    def test_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.billing_user.lang = "fr_FR"
        wizard = self._preview(self._move(self._line(1234.5)), lang="fr_FR")
        self.assertRegex(wizard.content, "1\\s234,50")
        self.assertIn("TVA exigible", wizard.content)
        self.assertIn("Sur les débits", wizard.content)

    def test_a_strangers_preview(self):
        """Neither another user's preview, nor the document of another company."""
        wizard = self._preview(self._move())
        other = new_test_user(
            self.env, login="other", groups="base.group_user,account.group_account_invoice"
        )
        with self.assertRaises(AccessError):
            wizard.with_user(other).read(["xml"])
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = new_test_user(
            self.env,
            login="foreign",
            groups="base.group_user,account.group_account_invoice",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        move = self._move()
        with self.assertRaises(AccessError):
            move.with_user(foreign).action_l10n_fr_chorus_preview()
        with self.assertRaises(AccessError):
            self.env["l10n_fr.chorus.preview"].with_user(foreign).create(
                {"move_id": move.id, "syntax": "ubl"}
            )
