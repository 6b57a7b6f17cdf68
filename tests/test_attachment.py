import base64
from dataclasses import replace
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..chorus import formats, limits
from ..chorus.formats import FORMATS
from ..chorus.pdf.files import Fault
from ..chorus.pdf.judge import Judge
from .common import load_plain
from .shapes import PDF, PNG, ShapesCommon

MARKS = "l10n_fr_chorus_attachment_ids"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAttachment(ShapesCommon):
    """What the user marks goes with the invoice, and nothing else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.facturx = load_plain("oracles").facturx
        cls.town.l10n_fr_chorus_requirement = "none"

    def setUp(self):
        super().setUp()
        self.move = self.invoice()

    def _sent(self, key="ubl", user=None):
        """Name → bytes of the files that go with the invoice."""
        move = self.move.with_user(user or self.billing_user)
        document = move.env["l10n_fr.chorus.document"]._read_documents(move)[0]
        content = formats.build_xml(document, FORMATS[key])
        found = self.facturx.parse_ubl_cii_xml(content, check_xsd=False).get("BG-24") or ()
        return {item["BT-125-2"]: item["BT-125"] for item in found}

    def test_marked_attachments_go_in_each_syntax(self):
        marked = self.attach(self.move, "Bon de livraison.pdf", "photo.png")
        self.attach(self.move, "plans.zip")  # marks this one alone
        self.move[MARKS] = marked
        for key in FORMATS:
            with self.subTest(syntax=key):
                self.assertEqual(self._sent(key), {"Bon de livraison.pdf": PDF, "photo.png": PNG})
        self.move[MARKS] = False
        self.assertFalse(self._sent())

    def test_an_exported_file_has_them(self):
        self.attach(self.move, "photo.png")
        Export = self.env["l10n_fr.chorus.export"].with_user(self.billing_user)
        move = self.move.with_user(self.billing_user)
        line = Export._export(move, company=self.company).exported_line_ids
        content = base64.b64decode(line.with_context(bin_size=False).file)
        self.assertIn(base64.b64encode(PNG), content)
        self.assertFalse(self.move.copy()[MARKS], "a copy has its own")

    def _judged(self):
        """Files that a process judges while documents are checked."""
        seen, find_fault = [], Judge.find_fault

        def counted(judge, content):
            seen.append(content)
            return find_fault(judge, content)

        return seen, self.judge_by(counted)

    def test_a_pdf_is_judged_once(self):
        """Once for each content, by any user and any number of checks: the verdict is kept."""
        self.attach(self.move, "Bon de livraison.pdf", "photo.png")
        pdf = self.move[MARKS].filtered(lambda item: item.name.endswith(".pdf"))
        seen, judged = self._judged()
        with judged:
            for _check in range(2):
                self.assertNotIn("attachment_broken", self._codes(self.move))
            self.assertEqual(seen, [PDF])
            pdf.raw = PDF[:-20]
            self.assertIn("attachment_broken", self._codes(self.move))
            self.assertEqual(seen, [PDF, PDF[:-20]])
            pdf.raw = PDF
            self.assertNotIn("attachment_broken", self._codes(self.move))
            self.assertEqual(len(seen), 3)

    def test_the_form_judges_no_pdf(self):
        """It says what is known already."""
        self.attach(self.move, "Bon de livraison.pdf")
        self.move[MARKS].raw = PDF[:-20]
        seen, judged = self._judged()
        key = "attachment_broken"
        with judged:
            self.move.invalidate_recordset()
            self.assertFalse([code for code in self.move.alerts or {} if key in code])
            self.assertFalse(seen)
            self._codes(self.move)
            self.assertEqual(len(seen), 1)
            self.move.invalidate_recordset()
            self.assertTrue([code for code in self.move.alerts or {} if key in code])
            self.assertEqual(len(seen), 1)

    def test_a_pdf_that_takes_too_much_is_held(self):
        self.attach(self.move, "Bon de livraison.pdf")
        with self.judge_by(lambda self, content: Fault.HEAVY):
            export = self.env["l10n_fr.chorus.export"].with_user(self.billing_user)
            export = export._export(self.move.with_user(self.billing_user), company=self.company)
        self.assertFalse(export.exported_line_ids)
        self.assertIn("takes too much time or memory", export.held_line_ids.anomaly_text)

    def test_a_pdf_without_an_answer_is_held_and_judged_again(self):
        """The server was stopping: nothing is known of the file."""
        self.attach(self.move, "Bon de livraison.pdf")
        with self.judge_by(lambda self, content: Fault.NO_ANSWER):
            self.assertIn("attachment_broken", self._codes(self.move))
        self.assertNotIn("attachment_broken", self._codes(self.move))

    def test_a_content_is_judged_once(self):
        """However many invoices have it."""
        other = self.invoice(name="FAC/2026/0002")
        for move in self.move | other:
            self.attach(move, "Bon de livraison.pdf")
        seen, judged = self._judged()
        with judged:
            [*self.env["l10n_fr.chorus.maker"]._check_documents(self.move | other)]
        self.assertEqual(len(seen), 1)

    def test_a_content_is_judged_once_in_the_database(self):
        """In another company too: the verdict depends on the bytes alone."""
        other = self.invoice(name="FAC/2026/0002")
        elsewhere = self.env["res.company"].create({"name": "Ailleurs"})
        foreign = self.env["ir.attachment"].create(
            {"name": "x.pdf", "raw": PDF, "company_id": elsewhere.id}
        )
        foreign.sudo()._l10n_fr_chorus_judge_pdfs()
        for move in self.move | other:
            self.attach(move, "Bon de livraison.pdf")
        seen, judged = self._judged()
        with judged:
            self.assertNotIn("attachment_broken", self._codes(self.move))
            self.assertFalse(seen)
            # The fault is of this content alone.
            other[MARKS].raw = PDF[:-20]
            self.assertIn("attachment_broken", self._codes(other))
            self.assertEqual(seen, [PDF[:-20]])

    def test_without_an_answer_nothing_is_known_of_the_same_bytes(self):
        other = self.invoice(name="FAC/2026/0002")
        for move in self.move | other:
            self.attach(move, "Bon de livraison.pdf")
        with self.judge_by(lambda self, content: Fault.NO_ANSWER):
            self._codes(self.move)
        self.assertNotIn("attachment_broken", self._codes(other))
        seen, judged = self._judged()
        with judged:
            self.assertNotIn("attachment_broken", self._codes(self.move))
        self.assertFalse(seen)

    def _three_pdfs(self):
        """Documents with a PDF each, all different."""
        moves = self.move | self.invoice(name="FAC/2026/0002") | self.invoice(name="FAC/2026/0003")
        for rank, move in enumerate(moves):
            self.attach(move, "Bon de livraison.pdf")
            move[MARKS].raw = PDF + b"\n" * rank
        return moves

    def _time_for(self, count):
        """A transaction has time for so many PDFs, and for none once a file was judged."""
        seen, find_fault = [], Judge.find_fault

        def slow(judge, content):
            seen.append(content)
            fault = find_fault(judge, content)
            if len(seen) == count:
                judge._patience.left = 0
            return fault

        self.env.cr.postcommit.data.clear()
        return seen, self.judge_by(slow)

    def test_the_pdfs_of_a_request_have_their_time_together(self):
        """Those whose turn has not come hold their documents, and come first the next time."""
        moves = self._three_pdfs()
        Export = self.env["l10n_fr.chorus.export"]
        seen, judged = self._time_for(1)
        with judged:
            export = Export._export(moves, company=self.company)
        self.assertEqual(len(seen), 1)
        self.assertEqual(export.exported_line_ids.move_id, moves[0])
        self.assertIn("not opened yet", export.held_line_ids[0].anomaly_text)
        seen, judged = self._time_for(2)
        with judged:
            codes = [self._codes(move) for move in moves]
        self.assertEqual(len(seen), 2, "those that were never looked into")
        self.assertFalse([found for found in codes if "attachment_broken" in found])

    def test_one_that_never_answers_comes_after_the_others(self):
        moves = self._three_pdfs()
        first, *others = [file.raw for file in moves[MARKS]]
        seen, find_fault = [], Judge.find_fault

        def hangs(judge, content):
            seen.append(content)
            if content != first:
                return find_fault(judge, content)
            judge._patience.left = 0
            return Fault.NO_ANSWER

        with self.judge_by(hangs):
            for _check in range(2):
                self.env.cr.postcommit.data.clear()
                is_over = moves[MARKS].sudo()._l10n_fr_chorus_judge_pdfs()
        self.assertEqual(seen, [first, *others, first])
        self.assertFalse(is_over, "each has had its turn")

    def _judge_again(self, moves, find_fault):
        """A transaction judges the PDFs that have no answer.

        :return: whether time was up before each had its turn
        """
        self.env.cr.postcommit.data.clear()
        with self.judge_by(find_fault):
            return moves[MARKS].sudo()._l10n_fr_chorus_judge_pdfs()

    @staticmethod
    def _ended_after(seconds, seen):
        """The clock ends each file after so many seconds."""

        def find_fault(judge, content):
            seen.append(content)
            judge._patience.left -= seconds
            return Fault.NO_ANSWER

        return find_fault

    def test_a_pdf_that_the_clock_always_ends_is_heavy_for_good(self):
        """With half a core, the clock runs out before the bound of the processor, for any user."""
        self.attach(self.move, "Bon de livraison.pdf")
        other, seen = self.invoice(name="FAC/2026/0002"), []
        find_fault = self._ended_after(limits.PDF_SECONDS, seen)
        for _check in range(2):
            self._judge_again(self.move, find_fault)
        self.assertEqual(self.move[MARKS]._l10n_fr_chorus_get_pdf_fault(), "NO_ANSWER")
        # Attached to another invoice, these bytes have had their tries too.
        self.attach(other, "Bon de livraison.pdf")
        for _check in range(3):
            self._judge_again(self.move | other, find_fault)
        self.assertEqual(len(seen), 3, "and is not looked into again")
        for move in self.move | other:
            self.assertEqual(move[MARKS]._l10n_fr_chorus_get_pdf_fault(), "HEAVY")
        export = self.env["l10n_fr.chorus.export"]._export(self.move, company=self.company)
        self.assertIn("takes too much time or memory", export.held_line_ids.anomaly_text)
        self.move[MARKS].raw = PDF + b"\n"
        self.assertNotIn("attachment_broken", self._codes(self.move))

    def test_a_pdf_that_had_little_time_was_not_tried(self):
        """Neither one that had the last tenths, nor one whose process ended at once."""
        self.attach(self.move, "Bon de livraison.pdf")
        seen = []
        for seconds in (0, limits.PDF_SECONDS - 1):
            for _check in range(4):
                self._judge_again(self.move, self._ended_after(seconds, seen))
        self.assertEqual(len(seen), 8)
        self.assertNotIn("attachment_broken", self._codes(self.move))

    def test_the_last_tenths_are_no_turn(self):
        """The file has its own in one of the next slices, and its document waits for it."""
        moves = self._three_pdfs()
        seen = []
        find_fault = self._ended_after(limits.PDF_REQUEST_SECONDS - 0.1, seen)
        is_over = [self._judge_again(moves, find_fault) for _check in range(3)]
        self.assertEqual(is_over, [True, True, False])
        self.assertEqual(len(seen), 6)
        self.assertEqual(len({*seen[::2]}), 3, "the first ones of each slice")

    def test_in_the_background_documents_wait_for_their_pdfs(self):
        moves = self._three_pdfs()
        export = self.env["l10n_fr.chorus.export"]._export(
            moves, company=self.company, background=True
        )
        with self.without_commit():
            seen, judged = self._time_for(2)
            with judged:
                self.assertTrue(export.sudo()._advance())
            self.assertEqual(len(seen), 2)
            self.assertEqual(export.waiting_line_ids.move_id, moves)
            self.env.cr.postcommit.data.clear()
            while export.sudo()._advance():
                pass
        self.assertEqual((export.state, export.exported_count), ("done", 3))

    def test_pdfs_without_an_answer_hold_up_no_other_document(self):
        """Those of which the process dies each time take the time of one slice, not of all."""
        moves = self._three_pdfs()
        export = self.env["l10n_fr.chorus.export"]._export(
            moves, company=self.company, background=True
        )
        find_fault = self._ended_after(limits.PDF_REQUEST_SECONDS / 6 + 1, [])
        waits = []
        for _slice in range(3):
            self.env.cr.postcommit.data.clear()
            with self.judge_by(find_fault):
                waits.append(export.sudo()._judge_ahead(export.waiting_line_ids))
        self.assertEqual(waits, [True, False, False])

    def test_a_document_whose_pdf_was_not_opened_is_to_be_checked(self):
        """The scheduled check looks at it again."""
        self.attach(self.move, "Bon de livraison.pdf")
        maker, Verdict = self.env["l10n_fr.chorus.maker"], self.env["l10n_fr.chorus.verdict"]
        Verdict._add(self.move.ids)
        for find_fault, verdict in (
            (lambda self, content: Fault.NO_ANSWER, "to_check"),
            (lambda self, content: None, "ok"),
        ):
            with self.judge_by(find_fault):
                Verdict._keep(maker._check_documents(self.move))
            self.move.invalidate_recordset(["l10n_fr_chorus_verdict"])
            self.assertEqual(self.move.l10n_fr_chorus_verdict, verdict)

    def test_a_form_looks_at_bytes_too(self):
        """The web client reads forms with `bin_size`, and Odoo then gives sizes for bytes."""
        self.attach(self.move, "Bon de livraison.pdf", "photo.png")
        self.move = self.move.with_context(bin_size=True)
        self.assertFalse({"attachment_broken"} & set(self._codes(self.move)))
        self.assertEqual(self._sent(), {"Bon de livraison.pdf": PDF, "photo.png": PNG})
        action = self.move.action_l10n_fr_chorus_preview()
        wizard = self.env[action["res_model"]].with_context(bin_size=True).browse(action["res_id"])
        self.assertIn(base64.b64encode(PNG).decode()[:20], wizard.xml)
        self.assertFalse(wizard.anomaly_text)
        export = self.env["l10n_fr.chorus.export"]._export(self.move, company=self.company)
        line = export.exported_line_ids.with_context(bin_size=True)
        self.assertIn(base64.b64encode(PNG), line._get_content())

    def test_memory_holds_few_files(self):
        """Those of a batch of documents, read together, are gigabytes."""
        other = self.invoice(name="FAC/2026/0002")
        moves = self.move | other
        for move in moves:
            self.attach(move, f"photo {move.id}.png")
        self.env.invalidate_all()
        with self.files_read() as read:
            documents = self.env["l10n_fr.chorus.document"]._read_documents(moves)
            self.assertFalse(read, "nothing is read before it is needed")
            self.assertEqual(documents[0].attachments[0].content, PNG)
        self.assertEqual(len(read), 1)
        kept = self.env["ir.attachment"]._fields["raw"]._get_cache(self.env)
        self.assertFalse(kept)

    def test_heavy_documents_are_made_few_at_a_time(self):
        other, light = self.invoice(name="FAC/2026/0002"), self.invoice(name="FAC/2026/0003")
        moves = self.move | other | light
        for move in self.move | other:
            self.attach(move, "photo.png")
        self.batches_no_heavier_than(len(PNG))
        with self.batches() as batches:
            export = self.env["l10n_fr.chorus.export"]._export(moves, company=self.company)
        self.assertEqual(batches, [self.move, other | light])
        self.assertEqual(export.exported_line_ids.move_id, moves)

    def test_a_deleted_attachment_is_gone(self):
        first, _second = self.attach(self.move, "photo.png", "lignes.csv")
        first.unlink()
        self.assertEqual(list(self._sent()), ["lignes.csv"])

    def test_any_exporter_sends_the_marked_attachments(self):
        """An attachment is read with the rights on its document: nothing is left out in silence."""
        accountant = new_test_user(
            self.env,
            login="chorus_accountant",
            groups="base.group_user,account.group_account_user",
            company_id=self.company.id,
        )
        self.attach(self.move, "photo.png")
        for user in (self.billing_user, accountant):
            self.env.invalidate_all()
            self.assertEqual(self._sent(user=user), {"photo.png": PNG})

    def test_files_of_other_records_are_refused(self):
        """A mark must not be a way to read what one may not read."""
        other = self.invoice(name="FAC/2026/0002")
        values = {"name": "salaires.csv", "raw": b"a;b"}
        Attachment = self.env["ir.attachment"]
        files = Attachment.create(
            [
                {**values, "res_model": "res.users", "res_id": self.env.uid},
                {**values, "res_model": other._name, "res_id": other.id},
                values,
                {
                    **values,
                    "res_model": other._name,
                    "res_id": self.move.id,
                    "res_field": "invoice_pdf_report_file",
                },
                {
                    "name": "ailleurs.pdf",
                    "type": "url",
                    "url": "https://example.com/a.pdf",
                    "res_model": other._name,
                    "res_id": self.move.id,
                },
            ]
        )
        move = self.move.with_user(self.billing_user)
        for file in files:
            with (
                self.subTest(file=file.res_model, field=file.res_field, type=file.type),
                # An attachment of no record is closed to this user from the start: another message.
                self.assertRaises(UserError),
                self.cr.savepoint(),
            ):
                move.write({MARKS: [(6, 0, file.ids)]})
                move.flush_recordset()

    def test_a_lost_file_keeps_the_document_back(self):
        file = self.attach(self.move, "photo.png")
        self.assertNotIn("attachment_size", self._codes(self.move))
        with patch.object(type(file), "_full_path", return_value="/nowhere/lost"):
            self.assertIn("attachment_size", self._codes(self.move))

    def test_a_file_that_is_deleted_meanwhile_does_not_go_empty(self):
        file = self.attach(self.move, "photo.png")
        maker = self.env["l10n_fr.chorus.maker"]
        target = maker._get_target(self.company, "ubl")
        for loses in (
            lambda: self.startPatcher(self.files_lost()),
            file.unlink,
        ):
            document = self._document(self.move)
            loses()
            file.invalidate_recordset()
            content, fault = maker._build_file(document, None, target)
            self.assertIsNone(content)
            self.assertTrue(fault.is_blocking)
            self.assertIn("photo.png", fault.message.render())

    def test_the_readable_invoice_joins_them(self):
        """Rules that the company does without stay silent once it has joined the others."""
        self.attach(self.move, "photo.png")
        Company = type(self.env["res.company"])
        lifting = Company._l10n_fr_chorus_get_settings
        maker = self.env["l10n_fr.chorus.maker"]
        document = self._document(self.move)
        document = replace(
            document, attachments=[replace(document.attachments[0], name="x" * 60 + ".png")]
        )
        self.assertEqual(
            maker._find_attachment_fault(document, self.company).code, "attachment_name"
        )
        with patch.object(
            Company,
            "_l10n_fr_chorus_get_settings",
            lambda self: lifting(self).lifting("attachment_name"),
        ):
            self.assertFalse(maker._find_attachment_fault(document, self.company))

    def test_names_that_deceive(self):
        self.attach(self.move, "plans\u202egnp.pdf", "../e\u0301te\u0301.png")
        self.assertEqual(set(self._sent()), {"plansgnp.pdf", "_été.png"})
        self.attach(self.move, "e\u0301te\u0301.pdf", "\u00c9t\u00e9.PDF".lower())
        self.assertIn("attachment_twice", self._codes(self.move))

    def test_a_kind_that_deceives(self):
        """The MIME type that a program gave may have characters that no XML can hold."""
        file = self.attach(self.move, "photo.png")
        file.mimetype = "image/\x07png\t"
        for key in FORMATS:
            self.assertEqual(self._sent(key), {"photo.png": PNG})

    def test_the_verdict_follows(self):
        maker, Verdict = self.env["l10n_fr.chorus.maker"], self.env["l10n_fr.chorus.verdict"]
        long = f"{'x' * 60}.png"

        def verdict():
            self.env.flush_all()
            self.move.invalidate_recordset()
            return self.move.l10n_fr_chorus_verdict

        def check():
            self.env.flush_all()
            Verdict._keep(maker._check_documents(self.move))

        check()
        self.assertEqual(verdict(), "ok")
        file = self.attach(self.move, "photo.png")
        for change in (
            lambda: None,
            lambda: file.write({"name": long}),
            lambda: file.write({"raw": b""}),
            lambda: self.move.write({MARKS: [(5,)]}),
            lambda: self.move.write({MARKS: [(4, file.id)]}),
            lambda: file.unlink(),
        ):
            change()
            self.assertEqual(verdict(), "to_check")
            check()
        self.assertEqual(verdict(), "ok")

    def test_reading_marks_reads_no_other_attachment(self):
        """Of a hundred thousand in the database, and their rights."""
        self.attach(self.move, "photo.png")
        self.env["ir.attachment"].create(
            [
                {"name": f"{rank}.txt", "raw": b"x", "res_model": "res.partner", "res_id": 1}
                for rank in range(50)
            ]
        )
        move = self.move.with_user(self.billing_user)
        move.env.invalidate_all()
        self.assertEqual(len(move[MARKS]), 1)
        cached = self.env["ir.attachment"].with_user(self.billing_user)
        name = cached._fields["res_model"]
        self.assertLess(len(list(name._get_cache(cached.env))), 10)
