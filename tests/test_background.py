import os
import shutil
import tempfile
import time
from unittest.mock import patch

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..chorus.pdf import pdfa
from .common import ExportCommon
from .seams import RUN
from .shapes import PNG


@tagged("post_install_l10n", "post_install", "-at_install")
class TestBackground(ExportCommon):
    def setUp(self):
        super().setUp()
        self.company.l10n_fr_chorus_background_threshold = 2
        self.slice_of(2)
        self.moves = self.env["account.move"]
        for _rank in range(5):
            self.moves |= self._move()

    def _run_cron(self):
        cron = self.env.ref("l10n_fr_chorus_export.ir_cron_run")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _assert_all_out(self, export):
        """Each document once, in the database and in the folder."""
        self.assertEqual(export.state, "done")
        lines = export.exported_line_ids
        self.assertEqual(lines.move_id, self.moves)
        self.assertEqual(len(lines), len(self.moves))
        self.assertEqual((export.exported_count, export.held_count), (5, 0))
        self.assertEqual(export.delivery_state, "done")
        self.assertEqual(
            self._files(), sorted([*lines.mapped("file_name"), export.lot_ids.file_name])
        )

    def test_a_large_export_goes_on_by_itself(self):
        export = self._export(self.moves)
        self.assertEqual(export.state, "waiting")
        self.assertEqual(export.waiting_line_ids.move_id, self.moves)
        self.assertFalse(export.exported_line_ids)
        self.assertEqual(export.progress, 0)
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("l10n_fr_chorus_export.ir_cron_run").id)]
        )
        self.assertTrue(trigger)
        self._run_cron()
        self._assert_all_out(export)
        self.assertEqual(export.progress, 100)
        self.assertEqual(export.user_id, self.billing_user)
        note = self.moves[0].message_ids[0]
        self.assertEqual(note.author_id, self.billing_user.partner_id, "not the robot")
        told = (
            self.env["mail.message"]
            .sudo()
            .search([("model", "=", export._name), ("res_id", "=", export.id)])
        )
        self.assertEqual(told.notified_partner_ids, self.billing_user.partner_id)
        self.assertIn("5 files made", told.body)

    def test_a_small_one_does_not(self):
        export = self._export(self.moves[:2])
        self.assertEqual(export.state, "done")
        self.assertFalse(export.waiting_line_ids)

    def test_one_that_takes_long_does(self):
        """However few they are: a user waits half a minute, and a worker is killed after two."""
        with self.seconds_for_a_file(20):
            self.assertEqual(self._export(self.moves[:1]).state, "done")
            self.assertEqual(self._export(self.moves[1:3]).state, "waiting")

    def test_printing_counts_apart(self):
        """And goes to the background at once when the only worker would wait for itself."""
        Report = self.env.registry["ir.actions.report"]
        with self.seconds_for_a_page(1000):
            self.assertEqual(self._export(self.moves[0], syntax="ubl").state, "done")
            self.assertEqual(self._export(self.moves[1], syntax="facturx").state, "waiting")
        with patch.object(Report, "get_wkhtmltopdf_state", lambda self: "workers"):
            self.assertEqual(self._export(self.moves[2], syntax="ubl").state, "done")
            self.assertEqual(self._export(self.moves[3], syntax="facturx").state, "waiting")

    def test_a_slice_ends_when_its_time_is_up(self):
        """By time, not by count: each document may take seconds."""
        self.first_batch_of(1)
        self.slice_of(5)
        export = self._export(self.moves).sudo()
        with self.slices_without_time():
            self.assertTrue(export._take_slice())
            self.assertEqual(export.exported_count, 1)
            self.assertEqual(len(export.waiting_line_ids), 4)
        self.assertTrue(export._take_slice())
        self.assertEqual(export.exported_count, 5)
        self._run_cron()
        self._assert_all_out(export)

    def _slow(self, clock, seconds):
        """Each document takes so many seconds, by its rank."""
        times = dict(zip(self.moves, seconds, strict=True))

        def work(moves):
            clock.ahead += sum(times[move] for move in moves)

        return self.after_each_batch(work)

    def test_heavy_documents_after_light_ones(self):
        """The pace of the first ones says nothing of them: time is looked at between batches."""
        clock = self.clock()
        self.first_batch_of(2)
        self.slice_of(5)
        heavy = self.moves[2:]
        for move in heavy:
            self.env["ir.attachment"].create(
                {"name": "x.png", "raw": PNG, "res_model": move._name, "res_id": move.id}
            )
            move.l10n_fr_chorus_attachment_ids = move.attachment_ids
        self.batches_no_heavier_than(len(PNG))
        export = self._export(self.moves).sudo()
        with self._slow(clock, [0, 0, 15, 15, 15]), self.batches() as batches:
            self.assertTrue(export._take_slice())
            self.assertEqual(batches, [self.moves[:2], heavy[0], heavy[1]])
            self.assertEqual(export.waiting_line_ids.move_id, heavy[2])
            self.assertTrue(export._take_slice())
        self.assertEqual((export.exported_count, export.held_count), (5, 0))
        self._run_cron()
        self._assert_all_out(export)

    def test_a_batch_is_twice_the_last_one_at_most(self):
        """However fast that was."""
        self.first_batch_of(1)
        self.slice_of(5)
        export = self._export(self.moves).sudo()
        with self.batches() as batches:
            self.assertTrue(export._take_slice())
        self.assertEqual([len(batch) for batch in batches], [1, 2, 2])

    def test_a_worker_whose_time_is_up_holds_no_document(self):
        """Odoo's sign is an exception like any other, in the middle of any document."""
        export = self._export(self.moves).sudo()
        with self.worker_ends(), self.assertRaisesRegex(Exception, "CPU time"):
            export._take_slice()
        self.assertEqual(export.waiting_line_ids.move_id, self.moves)
        self.assertFalse(export.held_line_ids)
        with self.worker_ends(), mute_logger(RUN):
            self._run_cron()
        self._run_cron()
        self._assert_all_out(export)

    def test_a_worker_whose_time_is_up_in_a_pdf(self):
        """It is no damage of the PDF, although readers of PDFs turn every exception into one."""
        export = self._export(self.moves).sudo()

        def build(*_args):
            with pdfa.faults():
                raise self.time_is_up()

        with (
            self.build_by(build),
            self.assertRaises(pdfa.PdfFault),
        ):
            export._take_slice()
        self.assertFalse(export.held_line_ids)

    def test_a_run_ends_before_odoo_kills_it(self):
        """It says that something is left, and asks for another run."""
        export = self._export(self.moves)
        triggers = self.env["ir.cron.trigger"].search([])
        Export = self.env["l10n_fr.chorus.export"].with_context(cron_end_time=time.monotonic() - 60)
        Cron = self.env.registry["ir.cron"]
        with patch.object(Cron, "_commit_progress") as commit:
            Export._cron_run()
        commit.assert_called_once_with(remaining=1)
        self.assertEqual(export.state, "waiting")
        self.assertTrue(self.env["ir.cron.trigger"].search([]) - triggers)
        self._run_cron()
        self._assert_all_out(export)

    def test_it_is_resumed_where_it_stopped(self):
        """After any stop between two commits, the next run takes the documents that still wait."""
        export = self._export(self.moves).sudo()
        self.assertTrue(export._take_slice())
        self.assertEqual(export.exported_count, 2)
        self.assertEqual(export.progress, 40)
        first = export.exported_line_ids
        self._run_cron()
        self._assert_all_out(export)
        self.assertEqual(export.exported_line_ids[:2], first, "not made again")

    def test_no_other_export_takes_a_document_that_waits(self):
        export = self._export(self.moves)
        Move = self.env["account.move"]
        domain = Move._l10n_fr_chorus_get_domain(self.company)
        self.assertFalse(Move.search(domain) & self.moves)
        with self.assertRaisesRegex(UserError, f"chorus_billing.* with {export.name}"):
            self._export(self.moves[0])
        with self.assertRaisesRegex(UserError, "being exported by"):
            self._export(self.moves[0], again=True)

    def test_cancel_keeps_what_is_made(self):
        export = self._export(self.moves)
        export.sudo()._take_slice()
        export.with_user(self.billing_user).action_cancel()
        self._deliver()
        self.assertEqual(export.state, "cancelled")
        self.assertFalse(export.waiting_line_ids)
        self.assertEqual(export.exported_line_ids.move_id, self.moves[:2])
        self.assertEqual(export.delivery_state, "done")
        self.assertEqual(len(self._files()), 3, "two files and their lot")
        self._run_cron()
        self.assertEqual(export.exported_count, 2)
        # The others can go with another export.
        self.assertEqual(len(self._export(self.moves[2:]).waiting_line_ids), 3)

    def test_cancel_while_a_worker_is_at_it(self):
        """The worker never lets go of the export: it finds nothing left after its slice."""
        export = self._export(self.moves)

        def cancel():
            with self.busy(export):
                export.with_user(self.billing_user).action_cancel()

        with self.after_each_slice(cancel):
            self._run_cron()
        self.assertEqual(export.state, "cancelled")
        self.assertFalse(export.waiting_line_ids)
        self.assertEqual(export.exported_line_ids.move_id, self.moves[:2])
        self.assertEqual(export.delivery_state, "done")
        self.assertTrue(export.finished_on)
        self.assertEqual(len(self._export(self.moves[2:]).waiting_line_ids), 3)

    def test_cancel_once_all_is_made(self):
        """Nothing is left to cancel: the export is whole, and says so."""
        export = self._export(self.moves).sudo()
        while export._take_slice():
            pass
        self.assertEqual(export.state, "running")
        export.with_user(self.billing_user).action_cancel()
        self._deliver()
        self._assert_all_out(export)

    def test_the_form_is_told_the_end_when_it_is_the_end(self):
        """It follows no more once it is over: by then the files are in the folder."""
        export = self._export(self.moves)
        with self.progress() as told:
            self._run_cron()
        self.assertEqual([progress for progress, *_rest in told][:2], [40, 80])
        self.assertEqual(told[-1], (100, "done", "done"))
        self.assertEqual({state for _progress, state, _delivery in told[:-1]}, {"running"})
        self._assert_all_out(export)

    def test_cancel_comes_too_late(self):
        export = self._export(self.moves)
        self._run_cron()
        export.with_user(self.billing_user).action_cancel()
        self._assert_all_out(export)

    def test_names_stay_unique_from_one_slice_to_the_next(self):
        numbers = ["A/1", "A-1", "A_1", "A 1", "a_1"]
        for move, number in zip(self.moves, numbers, strict=True):
            move.button_draft()
            move.name = number
            move.action_post()
        export = self._export(self.moves)
        self._run_cron()
        names = [name.lower() for name in export.exported_line_ids.mapped("file_name")]
        self.assertEqual(len(set(names)), export.exported_count)
        self.assertEqual(export.lot_ids.document_count, export.exported_count)

    def test_users_who_may_cancel(self):
        export = self._export(self.moves)
        reader = new_test_user(
            self.env,
            login="chorus_reader",
            groups="base.group_user,account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            export.with_user(reader).action_cancel()
        self.assertEqual(export.state, "waiting")

    def test_documents_that_change_while_they_wait(self):
        export = self._export(self.moves)
        draft, deleted, *_rest = self.moves
        draft.button_draft()
        deleted.with_context(force_delete=True).button_draft()
        deleted.with_context(force_delete=True).unlink()
        self._run_cron()
        self.assertEqual(export.state, "done")
        self.assertEqual((export.exported_count, export.held_count), (3, 2))
        texts = export.held_line_ids.mapped("anomaly_text")
        self.assertIn("deleted before its file was made", texts[1])
        self.assertIn(f"{draft.name} is no longer posted", texts[0])

    def test_a_refusal_that_is_taken_back_while_it_waits(self):
        """It was thought missing on Chorus Pro, where it is: it does not go a second time."""
        self._export(self.moves)
        self._run_cron()
        taken_back, refused, seen = self.moves[:3]
        for move in (taken_back, refused):
            self._record(move, "not_integrated")
        for again in (True, False):
            asked_for = self.moves if again else taken_back | refused | self._move()
            with self.subTest(again=again):
                export = self._export(asked_for, again=again)
                self.assertEqual(export.state, "waiting")
                taken_back.l10n_fr_chorus_latest_line_ids._forget_outcome()
                self._run_cron()
                self.assertEqual(export.held_line_ids.move_id, taken_back)
                self.assertIn("did not go out a second time", export.held_line_ids.anomaly_text)
                self.assertIn(refused, export.exported_line_ids.move_id)
                self.assertEqual(seen in export.exported_line_ids.move_id, again)
                self.assertEqual(taken_back.l10n_fr_chorus_export_count, 1)
            for move in (taken_back, refused):
                self._record(move, "not_integrated")

    def _record(self, move, outcome):
        line = move.l10n_fr_chorus_latest_line_ids.with_user(self.billing_user)
        line._record_outcome(outcome)

    def test_a_document_that_is_known_to_be_there_while_it_waits(self):
        self._export(self.moves)
        self._run_cron()
        for move in self.moves:
            self._record(move, "not_integrated")
        export = self._export(self.moves, again=True)
        arrived, still_missing, *_rest = self.moves
        self._record(arrived, "suspended")
        self._record(still_missing, "not_integrated")
        self._run_cron()
        self.assertEqual(export.held_line_ids.move_id, arrived)
        self.assertEqual(export.exported_line_ids.move_id, self.moves - arrived)

    def test_one_that_fails_spares_the_others(self):
        bad = self.moves[3]

        def breaks(_root):
            raise ZeroDivisionError("unforeseen")

        export = self._export(self.moves)
        with self.break_the_file_of(bad, breaks):
            self._run_cron()
        self.assertEqual((export.exported_count, export.held_count), (4, 1))
        self.assertEqual(export.held_line_ids.move_id, bad)
        self.assertIn("ZeroDivisionError: unforeseen", export.held_line_ids.anomaly_text)
        self.assertFalse(bad.l10n_fr_chorus_exported_on)
        # It can go once the fault is mended.
        self.assertEqual(self._export(bad).exported_count, 1)

    def test_a_conflict_is_tried_again(self):
        export = self._export(self.moves)
        with self.slices_fail_at_first(SerializationFailure(), SerializationFailure()):
            self._run_cron()
        self._assert_all_out(export)

    def test_others_that_were_faster(self):
        """Two transactions that do not see each other: one of them begins again."""
        export = self._export(self.moves)
        with self.lines_fail_at_first(UniqueViolation(), UniqueViolation()):
            self._run_cron()
        self._assert_all_out(export)
        with (
            self.lines_fail_at_first(UniqueViolation()),
            self.assertRaisesRegex(UserError, "Someone else has just"),
            self.env.cr.savepoint(),
        ):
            self._export(self.moves[:2], again=True)

    def test_lots_are_kept_one_by_one(self):
        """And a kill between two of them costs none."""
        self.company.l10n_fr_chorus_lot_documents = 2
        export = self._export(self.moves).sudo()
        while export._take_slice():
            pass
        self.assertTrue(export._archive_files(limit=1))
        first = export.lot_ids
        self.assertEqual((len(first), first.document_count), (1, 2))
        self._run_cron()
        self.assertEqual(export.lot_ids[0], first)
        self.assertEqual(export.lot_ids.mapped("document_count"), [2, 2, 1])
        self.assertEqual(export.lot_ids.line_ids, export.exported_line_ids)
        self.assertEqual(export.delivery_state, "done")

    def test_delivery_goes_on_when_time_is_up(self):
        """Files are written slice by slice too: another worker goes on with what is left."""
        export = self._export(self.moves).sudo()
        self.delivery_slice_of(1)
        with self.without_commit():
            while not self._files():
                self.assertTrue(export._advance())
        self.assertEqual(export.state, "running")
        self.assertEqual(len(self._files()), 1)
        self._run_cron()
        self._assert_all_out(export)

    def _slow_share(self, seconds):
        """Each file takes so many seconds."""
        clock = self.clock()

        def wait():
            clock.ahead += seconds

        return self.after_each_delivery(wait)

    def test_a_slow_share_takes_few_files_at_a_time(self):
        """By time, not by count alone: a kill costs what was written since the last commit."""
        export, counts = self._export(self.moves, lot_format="none").sudo(), []
        with self.without_commit(), self._slow_share(15):
            while export._advance():
                counts.append(len(self._files()))
        self.assertEqual([count for count in counts if count], [2, 4, 5, 5])
        self.assertEqual((export.state, export.delivery_state), ("done", "done"))

    def test_a_share_on_which_one_file_takes_all_the_time(self):
        """After the commit of a small export, and again in the scheduled action."""
        export, counts = self._export(self.moves[:2], lot_format="none"), []
        Cron = self.env.registry["ir.cron"]

        def commit(*_args, **_kwargs):
            counts.append(len(self._files()))
            return True

        with self._slow_share(100), patch.object(Cron, "_commit_progress", commit):
            export._cron_deliver()
        self.assertEqual(counts, [1, 2, 2])
        self.assertEqual(export.delivery_state, "done")

    def test_a_folder_swapped_for_a_link_in_the_middle(self):
        """Between two files: nothing is written where the link leads, and the export says so."""
        outside = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, outside)
        export = self._export(self.moves, folder="a").sudo()
        folder = os.path.join(self.root, "a")
        self.delivery_slice_of(1)
        with self.without_commit():
            while not self._files():
                self.assertTrue(export._advance())
        os.rename(folder, folder + " before")
        os.symlink(outside, folder)
        self._run_cron()
        self.assertEqual((export.state, export.exported_count), ("done", 5))
        self.assertEqual(export.delivery_state, "failed")
        self.assertFalse(os.listdir(outside))
        errors = [line.delivery_error for line in export.exported_line_ids]
        self.assertEqual([bool(error) for error in errors], [False] + 4 * [True])
        self.assertIn("passes through a link", errors[1])
        # Someone puts the folder back.
        os.unlink(folder)
        os.rename(folder + " before", folder)
        export.with_user(self.billing_user).action_deliver()
        self.assertEqual(export.delivery_state, "done")
        self.assertEqual(len(self._files()), 6, "five documents and their lot, each once")

    def test_no_file_is_written_before_it_is_kept(self):
        """Each file waits for the commit of its slice, and each lot for that of its own."""
        self.company.l10n_fr_chorus_lot_documents = 2
        for lot_format in ("zip", "none"):
            export = self._export(self.moves, lot_format=lot_format, again=True).with_env(self.env)
            kept, delivered = [], []

            def keep(_worker, export=export, kept=kept):
                kept[:] = [*export.exported_line_ids, *export.lot_ids]

            def deliver(file, *args, kept=kept, delivered=delivered):
                self.assertIn(file, kept)
                delivered.append(file)
                file.delivered_name = file.file_name

            with self.without_commit(keep), self.deliver_by(deliver):
                while export.sudo()._advance():
                    pass
            self.assertEqual(export.state, "done")
            self.assertEqual(len(delivered), 8 if lot_format == "zip" else 5)

    def test_rights_lost_while_it_waits(self):
        """The export is made; a user who may not see it any more is not notified."""
        export = self._export(self.moves).with_env(self.env)
        other = self.setup_other_company()["company"]
        self.billing_user.write(
            {
                "company_ids": [Command.set(other.ids)],
                "company_id": other.id,
                "group_ids": [Command.set(self.env.ref("base.group_user").ids)],
                "active": False,
            }
        )
        self._run_cron()
        self._assert_all_out(export)
        domain = [("model", "=", export._name), ("res_id", "=", export.id)]
        self.assertFalse(self.env["mail.message"].sudo().search(domain))
        # A colleague finds it all.
        self.assertEqual(export.exported_line_ids.move_id, self.moves)

    def test_a_user_without_mail(self):
        self.billing_user.partner_id.email = False
        export = self._export(self.moves)
        self._run_cron()
        self._assert_all_out(export)
        domain = [("model", "=", export._name), ("res_id", "=", export.id)]
        told = self.env["mail.message"].sudo().search(domain)
        self.assertEqual(told.notified_partner_ids, self.billing_user.partner_id)

    def test_an_export_that_fails_does_not_hold_up_the_next(self):
        first, second = self._export(self.moves[:3]), self._export(self.moves[3:] + self._move())
        with self.lots_fail(first):
            self._run_cron()
        self.assertEqual(second.state, "done")
        self.assertNotEqual(first.state, "done")
        self._run_cron()
        self.assertEqual(first.state, "done")
        self.assertEqual(first.exported_count, 3)
