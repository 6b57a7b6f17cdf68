from unittest.mock import patch

from lxml import etree

from odoo.tests import tagged

from .common import ExportCommon, copy_posted, load_plain

RENDERER = "odoo.addons.base.models.ir_actions_report.IrActionsReport.get_wkhtmltopdf_state"

COUNT = 500


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFaults(ExportCommon):
    """One document among 500 that cannot be made, at once and in the slices of large exports."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = copy_posted(cls._move(), COUNT)
        cls.bad = cls.moves[321]
        cls.company.l10n_fr_chorus_background_threshold = 100

    def _run_at_once(self, **options):
        """All of them in the user's own transaction."""
        export = self._export(self.moves, lot_format="none", background=False, **options)
        self._deliver()
        self.env.invalidate_all()
        return export

    def _run_in_background(self, **options):
        """The scheduled action, as often as the server would start it."""
        export = self._export(self.moves, lot_format="none", **options)
        self.assertEqual(len(export.waiting_line_ids), COUNT)
        cron = self.env.ref("l10n_fr_chorus_export.ir_cron_run")
        for _run in range(10):
            if export.state != "done":
                with self.enter_registry_test_mode():
                    cron.method_direct_trigger()
                self.env.invalidate_all()
        return export

    def _assert_one_is_explained(self, export, code, text):
        """499 go out, in the database and in the folder; one says why it does not."""
        self.assertEqual(export.state, "done")
        self.assertEqual((export.exported_count, export.held_count), (COUNT - 1, 1))
        self.assertEqual(export.exported_line_ids.move_id, self.moves - self.bad)
        self.assertEqual(export.delivery_state, "done")
        self.assertEqual(
            self._files(),
            sorted(f"{export.folder}/{line.file_name}" for line in export.exported_line_ids),
        )
        held = export.held_line_ids
        self.assertEqual(held.move_id, self.bad)
        self.assertFalse(held.file or held.file_name)
        [anomaly] = [a for a in held.get_anomalies() if a["severity"] == "blocking"]
        self.assertEqual(anomaly["code"], code)
        self.assertIn(self.bad.name, anomaly["message"])
        self.assertIn(text, anomaly["message"])
        self.assertFalse(self.bad.l10n_fr_chorus_is_exported)
        # It can go once the fault is mended.
        again = self._export(self.bad, folder="mended")
        self.assertEqual(again.exported_line_ids.move_id, self.bad)

    def test_a_file_that_its_schema_refuses(self):
        def breaks(root):
            etree.SubElement(root, "Nonsense")

        with self.break_the_file_of(self.bad, breaks):
            export = self._run_in_background(folder="schema")
        self._assert_one_is_explained(export, "internal_fault", "Nonsense")

    def test_a_file_that_cannot_be_made(self):
        self._crash(self._run_in_background)

    def test_a_file_that_cannot_be_made_at_once(self):
        self._crash(self._run_at_once)

    def _crash(self, run):
        def breaks(root):
            raise ZeroDivisionError("unforeseen")

        with self.break_the_file_of(self.bad, breaks):
            export = run(folder="crash")
        self._assert_one_is_explained(export, "not_exportable", "ZeroDivisionError: unforeseen")

    def test_a_pdf_that_cannot_be_made(self):
        self.company.l10n_fr_chorus_embed_pdf = True
        page = load_plain("pdfs").page()
        Printed = self.env["l10n_fr.chorus.printed"]
        fingerprints = Printed._get_fingerprints(self.moves - self.bad)
        self.env["ir.attachment"].create(
            [
                {
                    "name": "facture.pdf",
                    "raw": page,
                    "res_model": move._name,
                    "res_id": move.id,
                    "res_field": "invoice_pdf_report_file",
                }
                for move in self.moves - self.bad
            ]
        )
        self.moves.invalidate_recordset()
        Printed._keep(fingerprints)
        with patch(RENDERER, return_value="broken"):
            export = self._run_in_background(folder="pdf")
        self.company.l10n_fr_chorus_embed_pdf = False
        self._assert_one_is_explained(export, "pdf_missing", "wkhtmltopdf")
