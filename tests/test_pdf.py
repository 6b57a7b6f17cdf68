import base64
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import config, mute_logger

from odoo.addons.base.models import ir_actions_report

from ..chorus import formats, limits, turns
from ..chorus.formats import FORMATS
from ..chorus.pdf.judge import Judge
from ..chorus.rules import attachments
from ..models.building.pdf import colour_profile
from .common import ExportCommon, load_plain

RENDERER = "odoo.addons.base.models.ir_actions_report.IrActionsReport.get_wkhtmltopdf_state"


def run_one_by_one(jobs, until=None):
    """As ``chorus.turns.run`` does, without threads."""
    done = 0
    for job in jobs:
        if done and until is not None and time.monotonic() > until:
            break
        job()
        done += 1
    return done


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPdf(ExportCommon, HttpCase):
    """Readable invoices, really printed: a case with a server, which gives them their styles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.oracles, cls.pdfs = load_plain("oracles"), load_plain("pdfs")
        # The renderer waits for scripts, of which invoices have none.
        cls.env["ir.config_parameter"].set_param("report.print_delay", "10")

    def setUp(self):
        super().setUp()
        self.env = self.env(context={**self.env.context, "force_report_rendering": True})
        self.runs = 0
        run = ir_actions_report._run_wkhtmltopdf

        def counted(args):
            self.runs += 1
            return run(args)

        self.startPatcher(patch.object(ir_actions_report, "_run_wkhtmltopdf", counted))
        # Odoo's tests hand the lock of their only cursor over to the server that gives the styles:
        # one run at a time. `tests/process` and `tests/plain/test_turns.py` have several.
        self.print_by(run_one_by_one)

    def _content(self, line):
        return base64.b64decode(line.with_context(bin_size=False).file)

    def _kept(self, line):
        return base64.b64decode(line.sudo().with_context(bin_size=False).pdf or b"")

    def _blocking(self, line):
        return [a["code"] for a in line.get_anomalies() if a["severity"] == "blocking"]

    def _give_pdf(self, move, content):
        """Its own PDF, as Odoo's sending keeps it."""
        self.env["ir.attachment"].create(
            {
                "name": f"{move.id}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": move._name,
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        move.invalidate_recordset()
        self.assertTrue(move.invoice_pdf_report_id)

    def _give_current_pdf(self, move, content):
        """The same, printed by Odoo from what the document says today."""
        Printed = self.env["l10n_fr.chorus.printed"]
        fingerprints = Printed._get_fingerprints(move)
        self._give_pdf(move, content)
        Printed._keep(fingerprints)

    def _check_facturx(self, content, source, document):
        """One XML, ours; a PDF/A-3b as far as it shows; pages as they were."""
        name, xml = self.oracles.facturx.get_facturx_xml_from_pdf(content, check_xsd=True)
        self.assertEqual(name, "factur-x.xml")
        self.assertEqual(xml, formats.build_xml(document, FORMATS["facturx"]))
        self.assertEqual(self.oracles.embedded_names(content), ([name], [name]))
        self.assertEqual(self.oracles.embedded_streams(content), 1)
        self.oracles.check_pdfa(content, colour_profile())
        self.assertGreaterEqual(self.oracles.check_same_pages(source, content), 1)

    def test_printed_once_and_kept(self):
        move = self._move(self._line(33.33, 3), self._line(taxes=self.tax10))
        first = self._export(move, syntax="facturx").exported_line_ids
        self.assertEqual(self.runs, 1)
        self.assertRegex(first.file_name, r"\.pdf$")
        source, content = self._kept(first), self._content(first)
        self._check_facturx(content, source, self._document(move))
        self.assertFalse(move.invoice_pdf_report_id, "Odoo's sending would not make its own")
        self.assertFalse(move.is_move_sent)

        # What the renderer prints another day is another file.
        with freeze_time("2030-01-01"):
            other = self._export(move, syntax="ubl", again=True).exported_line_ids
            self.assertFalse(other.sudo().pdf)
            second = self._export(move, syntax="facturx", again=True).exported_line_ids
        self.assertEqual(self.runs, 1, "not printed again")
        self.assertEqual(self._content(second), content)
        self.assertEqual(second.sha256, first.sha256)

        move.buyer_reference = "TRAVAUX"
        third = self._export(move, syntax="facturx", again=True).exported_line_ids
        self.assertEqual(self.runs, 2, "other data: printed again")
        self._check_facturx(self._content(third), self._kept(third), self._document(move))

    def _advance(self, export):
        """One slice, without its commit."""
        with self.without_commit():
            return export.sudo()._advance()

    def test_in_the_background_pages_are_printed_ahead(self):
        """In slices of their own: what is printed is kept on the lines that wait."""
        own, moves = self._move(), self._move() + self._move() + self._move()
        self._give_current_pdf(own, self.pdfs.page())
        export = self._export(own + moves, syntax="facturx", background=True)
        with self.slices_without_time():
            for rank in range(1, 4):
                self.assertTrue(self._advance(export))
                self.assertEqual(self.runs, rank, "one at least, and no other when time is up")
                lines = export.waiting_line_ids.filtered(lambda line: line.sudo().pdf)
                self.assertEqual(lines.move_id, moves[:rank])
                self.assertFalse(export.exported_line_ids)
        pages = {line.move_id: self._kept(line) for line in lines}
        while self._advance(export):
            pass
        self.assertEqual((export.state, export.exported_count), ("done", 4))
        self.assertEqual(self.runs, 3, "none twice")
        for line in export.exported_line_ids.filtered(lambda line: line.move_id in pages):
            self.assertEqual(self._kept(line), pages[line.move_id])
            self._check_facturx(self._content(line), self._kept(line), self._document(line.move_id))
        self.assertFalse(export.waiting_line_ids)

    def test_in_the_background_what_cannot_be_printed_is_tried_once(self):
        moves = self._move() + self._move()
        export = self._export(moves, syntax="facturx", background=True)
        process = type("Process", (), {"returncode": 2, "stderr": "no more memory"})
        tried = []
        with (
            patch.object(
                ir_actions_report, "_run_wkhtmltopdf", lambda a: tried.append(a) or process
            ),
            mute_logger("odoo.addons.base.models.ir_actions_report"),
        ):
            while self._advance(export):
                pass
        self.assertEqual(len(tried), 2 if not ir_actions_report._wkhtml().is_patched_qt else 3)
        self.assertEqual((export.state, export.held_count), ("done", 2))
        self.assertEqual(self._blocking(export.held_line_ids[0]), ["pdf_missing"])
        # Mended, they go.
        self.assertEqual(self._export(moves, syntax="facturx").exported_count, 2)

    def test_data_that_change_after_printing_are_printed_again(self):
        move = self._move()
        export = self._export(move, syntax="facturx", background=True)
        self.assertTrue(self._advance(export))
        first = self._kept(export.waiting_line_ids)
        move.buyer_reference = "TRAVAUX"
        while self._advance(export):
            pass
        self.assertEqual(self.runs, 2)
        line = export.exported_line_ids
        self.assertNotEqual(self._kept(line), first)
        self._check_facturx(self._content(line), self._kept(line), self._document(move))

    def test_the_pdf_of_odoos_sending(self):
        """It carries a factur-x.xml of Odoo's already."""
        move = self._move()
        self.town.invoice_edi_format = "facturx"
        # Core's own file wants them.
        self.company.partner_id.write({"email": "factures@example.com", "phone": "+33299000000"})
        # Core leaves its XML out of the PDF when it is tested.
        with patch.dict(config.options, {"test_enable": False}):
            self.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=[])
        source = move.invoice_pdf_report_id.raw
        self.assertIn("factur-x.xml", self.oracles.embedded_names(source)[1])
        runs = self.runs
        line = self._export(move, syntax="facturx").exported_line_ids
        self.assertEqual(self.runs, runs, "the invoice's own PDF")
        self.assertFalse(line.sudo().pdf, "kept with the invoice")
        self._check_facturx(self._content(line), source, self._document(move))
        self.assertEqual(move.invoice_pdf_report_id.raw, source)

    def test_a_pdf_that_is_older_than_the_data(self):
        """Confirmed, sent and printed, then completed: it is printed again for the export alone."""
        move = self._move()
        Send = self.env["account.move.send"]
        Send._generate_and_send_invoices(move, sending_methods=[])
        source = move.invoice_pdf_report_id.raw
        runs = self.runs
        self._export(move, syntax="facturx", folder="current")
        self.assertEqual(self.runs, runs, "the invoice's own PDF")
        move.purchase_order_reference = "ENG-42"
        line = self._export(move, syntax="facturx", again=True, folder="older").exported_line_ids
        self.assertEqual(self.runs, runs + 1)
        self.assertNotEqual(self._kept(line), source)
        self._check_facturx(self._content(line), self._kept(line), self._document(move))
        self.assertEqual(move.invoice_pdf_report_id.raw, source, "what was sent stays")
        # Another content in its place is not what was printed from these data.
        other = self._move()
        Send._generate_and_send_invoices(other, sending_methods=[])
        other.invoice_pdf_report_id.raw = source
        runs = self.runs
        self._export(other, syntax="facturx", folder="replaced")
        self.assertEqual(self.runs, runs + 1)

    def test_a_pdf_of_before_this_addon(self):
        """Its data are not known: it is printed again."""
        move = self._move()
        self._give_pdf(move, self.pdfs.page())
        runs = self.runs
        self._export(move, syntax="facturx")
        self.assertEqual(self.runs, runs + 1)

    def test_one_without_fingerprint_spares_the_others(self):
        Printed, odd = self.registry["l10n_fr.chorus.printed"], self._move()
        fine, real = self._move(), Printed._get_fingerprint

        def get_fingerprint(records, document):
            if document.number == odd.name:
                raise ValueError("no file can hold it")
            return real(records, document)

        with patch.object(Printed, "_get_fingerprint", get_fingerprint):
            found = self.env["l10n_fr.chorus.printed"]._get_fingerprints(odd | fine)
        self.assertEqual(list(found), [fine])

    def test_an_invoice_that_cannot_be_read_is_printed_all_the_same(self):
        """Odoo's sending never fails for us."""
        Reader = self.registry["l10n_fr.chorus.document"]
        move = self._move()
        with (
            patch.object(Reader, "_read_documents", side_effect=ZeroDivisionError),
            self.assertLogs("odoo.addons.l10n_fr_chorus_export", "ERROR"),
        ):
            self.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=[])
        self.assertTrue(move.invoice_pdf_report_id)
        self.assertFalse(self.env["l10n_fr.chorus.printed"].sudo().search_count([]))

    def test_a_batch(self):
        moves = self.env["account.move"].union(
            *(self._move(self._line(10 * rank)) for rank in range(1, 3)),
            self._move(*(self._line(rank) for rank in range(1, 30))),
        )
        lines = self._export(moves, syntax="facturx").exported_line_ids
        self.assertEqual(lines.move_id, moves)
        patched = ir_actions_report._wkhtml().is_patched_qt
        self.assertEqual(self.runs, 1 if patched else len(moves), "no run for nothing")
        for line in lines:
            source = self._kept(line)
            self._check_facturx(self._content(line), source, self._document(line.move_id))
        # Cut in the right places: each as it is printed alone.
        for line in lines[-2:]:
            alone = self.env["l10n_fr.chorus.pdf"]._get_pdfs(line.move_id)[line.move_id].content
            pages = self.oracles.check_same_pages(self._kept(line), alone)
            # How many the long one takes depends on whether headers are printed.
            self.assertEqual(pages == 1, line == lines[-2])

    def test_a_pdf_that_cannot_be_used_keeps_back_its_document_alone(self):
        good, encrypted, broken, printed = (self._move() for _rank in range(4))
        self._give_current_pdf(good, self.pdfs.page())
        self._give_current_pdf(encrypted, self.pdfs.protected())
        self._give_current_pdf(broken, b"%PDF-1.7 cut")
        moves = good + encrypted + broken + printed
        export = self._export(moves, syntax="facturx")
        self.assertEqual(export.exported_line_ids.move_id, good + printed)
        held = {line.move_id: line for line in export.held_line_ids}
        for move, code in ((encrypted, "pdf_encrypted"), (broken, "pdf_broken")):
            self.assertEqual(self._blocking(held[move]), [code])
            self.assertIn(move.name, held[move].anomaly_text)
            self.assertFalse(held[move].file or held[move].sudo().pdf)
            self.assertFalse(move.l10n_fr_chorus_is_exported)

    def test_another_syntax_chosen_while_the_window_is_open(self):
        """Rows tell what holds in any syntax; what one of them alone needs is looked at as the
        files are made, and told by the report."""
        good, encrypted = self._move(), self._move()
        self._give_current_pdf(good, self.pdfs.page())
        self._give_current_pdf(encrypted, self.pdfs.protected())
        moves = good + encrypted
        Wizard = self.env["account.move.chorus.export"].with_user(self.billing_user)
        wizard = Wizard.create(
            {"company_id": self.company.id, "move_ids": moves.ids, "syntax": "ubl"}
        )
        wizard.action_next()
        self.assertEqual(wizard.line_ids.mapped("is_included"), [True, True])
        wizard.action_back()
        wizard.syntax = "facturx"
        wizard.with_context(chorus_export_wizard_id=wizard.id).action_next()
        export = self.env["l10n_fr.chorus.export"].browse(wizard.action_export()["res_id"])
        self.assertEqual(export.syntax, "facturx")
        self.assertEqual(export.exported_line_ids.move_id, good)
        self.assertEqual(self._blocking(export.held_line_ids), ["pdf_encrypted"])
        # What the other syntax can do without goes in it.
        wizard.syntax = "cii"
        self._check_again(wizard)
        wizard.line_ids.filtered(lambda line: line.move_id == good).set_excluded(True)
        export = self.env["l10n_fr.chorus.export"].browse(wizard.action_export()["res_id"])
        self.assertEqual(export.exported_line_ids.move_id, encrypted)
        self.assertRegex(export.exported_line_ids.file_name, r"\.xml$")

    def test_a_pdf_whose_file_is_lost_is_printed_again(self):
        move = self._move()
        self._give_current_pdf(move, self.pdfs.page())
        with self.files_lost():
            pdfs = self.env["l10n_fr.chorus.pdf"]._get_pdfs(move)
        self.assertEqual(self.runs, 1)
        self.assertTrue(pdfs[move].content.startswith(b"%PDF"))

    def test_a_layout_that_fails_keeps_back_its_documents_alone(self):
        view = self.env["ir.ui.view"].create(
            {
                "name": "broken",
                "type": "qweb",
                "key": "l10n_fr_chorus_export.broken",
                "arch": "<t t-name='broken'><t t-out='docs.nothing'/></t>",
            }
        )
        report = self.env.ref("account.account_invoices").copy({"report_name": view.key})
        other = self.town.copy({"company_registry": self.town.company_registry})
        other.invoice_template_pdf_report_id = report
        broken, good = self._move(partner=other), self._move()
        export = self._export(broken + good, syntax="facturx")
        self.assertEqual(export.exported_line_ids.move_id, good)
        self.assertIn("Print it once", export.held_line_ids.anomaly_text)

    def test_without_a_renderer(self):
        move, own = self._move(), self._move()
        self._give_current_pdf(own, self.pdfs.page())
        self.env["res.lang"]._activate_lang("fr_FR")
        for state in ("install", "broken"):
            with self.subTest(state=state), patch(RENDERER, return_value=state):
                export = self._export(move + own, syntax="facturx", again=True)
                self.assertEqual(export.exported_line_ids.move_id, own)
                self.assertEqual(self._blocking(export.held_line_ids), ["pdf_missing"])
                self.assertIn(move.name, export.held_line_ids.anomaly_text)
                french = export.held_line_ids.with_context(lang="fr_FR").anomaly_text
                self.assertIn("wkhtmltopdf", french)
                self.assertIn(f"facture {move.name}", french)
                self._assert_said_beforehand(True)
        self.assertEqual(self.runs, 0)
        self._assert_said_beforehand(False)

    def _assert_said_beforehand(self, expected):
        """The window of the export and the settings, before anyone waits."""
        self.company.l10n_fr_chorus_embed_pdf = False
        for model in ("account.move.chorus.export", "l10n_fr.chorus.config"):
            record = self.env[model].new({"company_id": self.company.id, "syntax": "facturx"})
            self.assertEqual(record.needs_renderer, expected, model)
            record.syntax = "ubl"
            self.assertFalse(record.needs_renderer, model)
            record.syntax = False  # cleared in the form: nothing to say, no traceback
            self.assertFalse(record.needs_renderer, model)
        config = self.env["l10n_fr.chorus.config"].new({"syntax": "ubl", "embed_pdf": True})
        self.assertEqual(config.needs_renderer, expected)
        self.company.l10n_fr_chorus_embed_pdf = True
        wizard = self.env["account.move.chorus.export"].new(
            {"company_id": self.company.id, "syntax": "ubl"}
        )
        self.assertEqual(wizard.needs_renderer, expected)

    def test_headers_that_are_left_out_are_said_beforehand(self):
        """The supplier's name and numbers stand there: the user looks before he deposits."""
        for is_patched in (True, False):
            info = ir_actions_report._wkhtml()._replace(is_patched_qt=is_patched)
            with self.known_renderer(info), patch(RENDERER, return_value="ok"):
                for model in ("account.move.chorus.export", "l10n_fr.chorus.config"):
                    record = self.env[model].new(
                        {"company_id": self.company.id, "syntax": "facturx"}
                    )
                    self.assertEqual(record.leaves_headers_out, not is_patched, model)
                    record.syntax = "ubl"
                    self.assertFalse(record.leaves_headers_out, model)

    def test_the_renderer_fails(self):
        move, own = self._move(), self._move()
        self._give_current_pdf(own, self.pdfs.page())
        process = type("Process", (), {"returncode": 2, "stderr": "no more memory"})
        with (
            patch.object(ir_actions_report, "_run_wkhtmltopdf", lambda args: process),
            mute_logger("odoo.addons.base.models.ir_actions_report"),
        ):
            export = self._export(move + own, syntax="facturx")
        self.assertEqual(export.exported_line_ids.move_id, own)

    def test_a_renderer_that_hangs_is_ended(self):
        """As one does that waits for a picture from elsewhere: the others go on."""
        bad, good = self._move(), self._move()
        with tempfile.TemporaryDirectory() as folder:
            page, script = Path(folder, "page.pdf"), Path(folder, "renderer")
            page.write_bytes(self.pdfs.page())
            script.write_text(
                f"""#!/bin/sh
                for last; do :; done
                if grep -qs -e '{bad.name}' -- "$@"; then sleep 600; fi
                cp {page} "$last"
                """
            )
            script.chmod(0o700)
            info = ir_actions_report._wkhtml()._replace(bin=str(script), is_patched_qt=False)
            with (
                patch.object(ir_actions_report, "_wkhtml", return_value=info),
                self.known_renderer(info),
                patch.object(limits, "PRINT_PATIENCE", 3),
                mute_logger("odoo.addons.base.models.ir_actions_report"),
            ):
                export = self._export(bad + good, syntax="facturx")
        self.assertEqual(export.exported_line_ids.move_id, good)
        self.assertEqual(self._blocking(export.held_line_ids), ["pdf_missing"])
        self.assertIn("not in time", export.held_line_ids.anomaly_text)

    def _hang(self, clock, bad):
        """A renderer, of a build that prints several at once, hangs for one document.

        :return: the number of documents of each of its runs, as they come
        """
        counts = []

        def run(args):
            bodies = [path for path in args if Path(path).name.startswith("report.body")]
            counts.append(len(bodies))
            if any(bad.name in Path(path).read_text() for path in bodies):
                clock.ahead += turns.get_patience()
                return SimpleNamespace(returncode=-9, stderr="")
            Path(args[-1]).write_bytes(self.pdfs.page())
            return SimpleNamespace(returncode=0, stderr="")

        info = ir_actions_report._wkhtml()._replace(is_patched_qt=True)
        self.startPatcher(patch.object(ir_actions_report, "_run_wkhtmltopdf", run))
        self.startPatcher(patch.object(ir_actions_report, "_wkhtml", return_value=info))
        self.startPatcher(self.known_renderer(info))
        self.print_on(1)
        return counts

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_a_renderer_that_hangs_ends_with_its_slice(self):
        """What failed together is printed one by one by the next slices, not after its time."""
        clock, moves = self.clock(), self._move() + self._move() + self._move() + self._move()
        bad = moves[1]
        export = self._export(moves, syntax="facturx", background=True)
        counts, slices = self._hang(clock, bad), []
        while export.waiting_line_ids:
            before, done = clock.ahead, len(counts)
            self.assertTrue(self._advance(export))
            self.assertLessEqual(clock.ahead - before, 20 + limits.PRINT_GRACE)
            slices.append(counts[done:])
        self.assertEqual(slices, [[4], [1, 1], [1, 1], []])
        while self._advance(export):
            pass
        self.assertEqual(export.exported_line_ids.move_id, moves - bad)
        self.assertEqual(self._blocking(export.held_line_ids), ["pdf_missing"])

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_a_request_prints_one_by_one_what_failed_together(self):
        """No slice comes after it; and it ends in time, even with a renderer that hangs."""
        clock, moves = self.clock(), self._move() + self._move() + self._move()
        counts = self._hang(clock, moves[0])
        with patch.object(limits, "PRINT_REQUEST_SECONDS", 30):
            export = self._export(moves, syntax="facturx")
        self.assertLessEqual(clock.ahead, 30 + limits.PRINT_GRACE)
        self.assertEqual(counts, [3, 1, 1, 1])
        self.assertEqual(export.exported_line_ids.move_id, moves[1:])

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_a_document_that_had_not_all_its_time_is_tried_again(self):
        """The core that it waited for was busy to the end: nothing is known of it."""
        clock, move = self.clock(), self._move()
        self._hang(clock, move)
        Pdf = self.env["l10n_fr.chorus.pdf"]
        [report] = Pdf._group_by_report(move)
        for seconds, expected in ((10, {}), (1000, {move: b""})):
            end = time.monotonic() + seconds
            self.assertEqual(Pdf._render(report, move, end, end), expected)

    def test_the_preview_judges_the_own_pdf_in_a_process(self):
        """Anyone may have made it, and it is shown in a request."""
        self.company.l10n_fr_chorus_embed_pdf = True
        move = self._move()
        content = self.pdfs.protected()
        self._give_current_pdf(move, content)
        wizard = self.env["l10n_fr.chorus.preview"].create({"move_id": move.id, "syntax": "ubl"})
        here, judged = patch.object(attachments, "find_fault"), []
        find_fault = Judge.find_fault

        def counted(judge, content):
            judged.append(content)
            return find_fault(judge, content)

        with self.judge_by(counted), here as in_process:
            self.assertTrue(wizard.xml)
            with self.assertRaisesRegex(UserError, "password"):
                wizard.action_download()
        self.assertTrue(judged and all(found == content for found in judged))
        in_process.assert_not_called()

    def test_a_file_that_its_schema_refuses(self):
        """Of each syntax: it is not made, says why, and the others go on."""
        good, bad = self._move(), self._move()
        for move in good + bad:
            self._give_current_pdf(move, self.pdfs.page())

        def breaks(root):
            root.append(root.makeelement("Nonsense"))

        for key in FORMATS:
            with self.subTest(syntax=key), self.break_the_file_of(bad, breaks, key):
                export = self._export(good + bad, syntax=key, again=True)
                self.assertEqual(export.exported_line_ids.move_id, good)
                self.assertEqual(self._blocking(export.held_line_ids), ["internal_fault"])
                self.assertIn("Nonsense", export.held_line_ids.anomaly_text)
                self.assertFalse(export.held_line_ids.file)

    def test_the_readable_pdf_obeys_the_rules_of_attachments(self):
        self.company.l10n_fr_chorus_embed_pdf = True
        good, large, encrypted, none = (self._move() for _rank in range(4))
        self._give_current_pdf(good, self.pdfs.page())
        self._give_current_pdf(large, self.pdfs.page() + b"%" * 10_000_000)
        self._give_current_pdf(encrypted, self.pdfs.protected())
        self._give_current_pdf(none, b"<html>Not found</html>")
        export = self._export(good + large + encrypted + none, syntax="cii")
        self.assertEqual(export.exported_line_ids.move_id, good)
        held = {line.move_id: self._blocking(line) for line in export.held_line_ids}
        self.assertEqual(held[large], ["attachment_size"])
        self.assertEqual(held[encrypted], ["attachment_protected"])
        self.assertEqual(held[none], ["attachment_broken"])

    def test_a_preview_of_what_cannot_be_made(self):
        """It shows the data; that there is no file shows when it is asked for."""
        move = self._move()
        self._give_current_pdf(move, self.pdfs.protected())
        wizard = self.env["l10n_fr.chorus.preview"].create(
            {"move_id": move.id, "syntax": "facturx"}
        )
        self.assertTrue(wizard.xml and not wizard.anomaly_text)
        with self.assertRaisesRegex(UserError, "password"):
            wizard.action_download()

    def test_among_the_attachments_of_the_others(self):
        self.company.l10n_fr_chorus_embed_pdf = True
        move = self._move()
        for key in ("ubl", "cii"):
            with self.subTest(syntax=key):
                line = self._export(move, syntax=key, again=True).exported_line_ids
                content = self._content(line)
                self.oracles.assert_valid(content, key)
                [found] = self.oracles.facturx.parse_ubl_cii_xml(content, check_xsd=False)["BG-24"]
                self.assertEqual(found["BT-125"], self._kept(line))
                self.assertEqual(found["BT-125-1"], "application/pdf")
                self.assertEqual(found["BT-122"], f"{move.name.replace('/', '_')}.pdf")
                again = self._export(move, syntax=key, again=True).exported_line_ids
                self.assertEqual(again.sha256, line.sha256)
        line = self._export(move, syntax="facturx", again=True).exported_line_ids
        self.assertEqual(self.runs, 1, "the same page for each syntax")
        self._check_facturx(self._content(line), self._kept(line), self._document(move))
