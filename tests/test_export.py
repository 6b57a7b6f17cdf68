import base64
import hashlib
import io
import os
import shutil
import tempfile
from contextlib import redirect_stderr
from unittest.mock import patch

from lxml import etree
from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import config, mute_logger

from .. import command
from ..chorus import formats
from ..cli.chorus_export import _print_errors
from ..models.channel.folder import ROOT_OPTION
from .common import ExportCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestExport(ExportCommon):
    def test_the_whole_way(self):
        good, bad = self._move(), self._move(purchase_order_reference="E", partner=self.town)
        bad.l10n_fr_chorus_order_reference = "B"
        export = self._export(good + bad, folder="2026/mars")
        self.assertFalse(self._files(), "nothing reaches the folder before the commit")
        self.assertEqual(export.delivery_state, "pending")
        self._deliver()
        self.assertEqual(export.delivery_state, "done")
        self.assertRegex(export.name, r"^CHORUS/\d{4}/\d{4}$")
        self.assertEqual((export.exported_count, export.held_count), (1, 1))
        self.assertEqual(export.user_id, self.billing_user)
        self.assertEqual(self.company.l10n_fr_chorus_folder, "2026/mars")

        line = export.exported_line_ids
        self.assertEqual(line.move_id, good)
        self.assertEqual(self._files(), [f"2026/mars/{line.file_name}"])
        with open(os.path.join(self.root, "2026/mars", line.file_name), "rb") as file:
            content = file.read()
        self.assertEqual(line.path, os.path.join(self.root, "2026/mars", line.file_name))
        self.assertEqual(base64.b64decode(line.file), content)
        self.assertEqual(line.sha256, hashlib.sha256(content).hexdigest())
        root = etree.fromstring(content)
        self.assertEqual(root.findtext("{*}ID"), good.name)

        held = export.held_line_ids
        self.assertEqual(held.move_id, bad)
        self.assertFalse(held.file)
        blocking = [a["code"] for a in held.get_anomalies() if a["severity"] == "blocking"]
        self.assertEqual(blocking, ["engagement_and_order"])
        self.assertIn(bad.name, held.anomaly_text)
        self.assertFalse(bad.l10n_fr_chorus_exported_on)

    def test_anomalies_are_read_in_each_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        move = self._move(partner_shipping_id=self.school.id)
        self.school.l10n_fr_chorus_siret = False
        line = self._export(move).held_line_ids
        self.assertIn("SIRET is missing in the delivery address", line.anomaly_text)
        french = line.with_context(lang="fr_FR")
        self.assertIn("Le SIRET n'est pas renseigné", french.anomaly_text)
        self.assertIn(f"facture {move.name}", french.anomaly_text)

    def test_a_document_goes_out_once(self):
        move = self._move()
        self._export(move)
        with self.assertRaisesRegex(UserError, "Already exported"):
            self._export(move)

    def test_again_gives_the_same_bytes(self):
        move = self._move()
        first = self._export(move, folder="a").exported_line_ids
        self._deliver()
        second = self._export(move, folder="a", again=True).exported_line_ids
        self._deliver()
        self.assertEqual(first.sha256, second.sha256)
        self.assertEqual(self._files(), [f"a/{first.file_name}"], "same bytes, same file")
        self.assertFalse(first.is_latest)
        self.assertTrue(second.is_latest)

    def test_other_bytes_get_a_numbered_name(self):
        move = self._move()
        first = self._export(move, folder="a").exported_line_ids
        self._deliver()
        move.buyer_reference = "TRAVAUX"
        second = self._export(move, folder="a", again=True).exported_line_ids
        self._deliver()
        stem = first.file_name.removesuffix(".xml")
        self.assertEqual(self._files(), [f"a/{stem}.xml", f"a/{stem}_2.xml"])
        self.assertEqual(second.delivered_name, f"{stem}_2.xml")
        self.assertTrue(second.export_id.has_numbered_names, "told on the form")
        self.assertFalse(first.export_id.has_numbered_names)

    def test_one_latest_line_a_document(self):
        """Two transactions that do not see each other: the database itself refuses."""
        move = self._move()
        line = self._export(move).exported_line_ids
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            line.sudo().copy({"is_latest": True, "move_id": move.id})

    def test_documents_that_no_export_takes(self):
        Move = self.env["account.move"]
        draft = self._move(post=False)
        bill = self.init_invoice("in_invoice", partner=self.town, amounts=[10], post=True)
        private = self._move(partner=self.private)
        for moves, message in (
            (Move, "nothing to export"),
            (draft, "Confirm first"),
            (bill, "Only customer invoices"),
            (private, "not flagged"),
        ):
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                self._export(moves)
        self.assertFalse(self.env["l10n_fr.chorus.export"].search([]))
        self.assertFalse(self._files())

    def test_folders_that_escape_or_cannot_be_written(self):
        move = self._move()
        os.symlink(tempfile.gettempdir(), os.path.join(self.root, "link"))
        with open(os.path.join(self.root, "file"), "w"):
            pass
        for folder in ("../out", "a/../../out", "/tmp/out", "C:\\out", "link", "link/x", "file"):
            with self.subTest(folder=folder), self.assertRaises(UserError) as caught:
                self._export(move, folder=folder)
            self.assertIn(folder.split("/x")[0], str(caught.exception))
        with (
            patch("os.open", side_effect=PermissionError(13, "Permission denied")),
            self.assertRaisesRegex(UserError, "Permission denied"),
        ):
            self._export(move, folder="a")
        self.assertFalse(self.env["l10n_fr.chorus.export"].search([]))
        self.assertFalse(move.l10n_fr_chorus_exported_on)

    def test_a_refused_export_leaves_no_folder(self):
        with self.assertRaises(UserError):
            self._export(self._move(post=False), folder="new/deep")
        wizard = self.env["account.move.chorus.export"].create(
            {
                "company_id": self.company.id,
                "folder": "new/deep",
                "period": "custom",
                "date_from": "2001-01-01",
                "date_to": "2001-01-31",
            }
        )
        with self.assertRaises(UserError):
            wizard.action_next()
        self.assertFalse(os.listdir(self.root))

    def test_the_next_command_writes_what_the_last_could_not(self):
        export = self._export(self._move(), folder="a")
        with patch("os.fsync", side_effect=OSError(28, "No space left on device")):
            self._deliver()
            errors = command.deliver(self.env, self.company)
        self.assertIn("No space left", errors[0])
        self.assertFalse(command.deliver(self.env, self.company))
        export.invalidate_recordset()
        self.assertEqual(export.delivery_state, "done")

    def test_a_full_disk_does_not_flood_the_terminal(self):
        for count, shown in ((20, 20), (21, 21), (3000, 21)):
            with self.subTest(count=count), redirect_stderr(io.StringIO()) as stderr:
                _print_errors([f"file {rank}" for rank in range(count)])
                lines = stderr.getvalue().splitlines()
                self.assertEqual(len(lines), shown)
        self.assertEqual(lines[-1], "chorus_export: and 2980 more like these")

    def test_a_failed_delivery_is_kept_and_retried(self):
        export = self._export(self._move() + self._move(), folder="a")
        with patch("os.fsync", side_effect=OSError(28, "No space left on device")):
            self._deliver()
        self.assertEqual(export.delivery_state, "failed")
        self.assertIn("No space left", export.exported_line_ids[0].delivery_error)
        self.assertFalse(self._files(), "no half file")
        shutil.rmtree(os.path.join(self.root, "a"))
        export.with_user(self.billing_user).action_deliver()
        self.assertEqual(export.delivery_state, "done")
        self.assertEqual(len(self._files()), 3, "two documents and their lot")

    def test_a_file_that_may_be_there_is_not_sent_again(self):
        """What the contract of channels says: its channel finds it out, and no other call does."""
        export, sent = self._export(self._move() + self._move(), lot_format="none").sudo(), []

        def send(_channel, _export, files, _until):
            sent.extend(files)
            for file in files:
                file._mark_uncertain("See the portal.")
            return files.browse()

        def poll(_channel, _export, files):
            files[0]._mark_sent("CPP1", "the portal")
            files[1]._mark_failed("It is not there.")

        Folder = self.env.registry["l10n_fr.chorus.channel.folder"]
        lines = export.exported_line_ids
        self.assertEqual(lines.mapped("deposit_state"), ["to_send", "to_send"])
        with patch.object(Folder, "_send_files", send):
            for _again in range(2):
                export._deliver()
                self.assertEqual(lines.mapped("deposit_state"), ["uncertain", "uncertain"])
                self.assertEqual(export.delivery_state, "failed")
                self.assertEqual(sent, [*lines])
            with patch.object(Folder, "_poll", poll):
                export._deliver()
        self.assertEqual(sent, [*lines, lines[1]])
        self.assertEqual(lines.mapped("deposit_state"), ["sent", "uncertain"])
        self.assertEqual(lines[0].path, "the portal/CPP1")
        lines[1]._mark_failed("It is not there.")
        export._deliver()
        self.assertEqual(lines.mapped("deposit_state"), ["sent", "sent"])
        self.assertEqual(self._files(), [lines[1].file_name])

    def test_the_button_writes_as_long_as_there_is_time(self):
        """A request that is killed would write nothing, and begin anew each time."""
        moves = sum((self._move() for _count in range(3)), self._move())
        export = self._export(moves, lot_format="none").with_user(self.billing_user)
        self.delivery_slice_of(1)
        clock = self.clock()

        def deliver(file, *_args):
            clock.ahead += 15
            file.delivered_name = file.file_name

        cron = self.env.ref("l10n_fr_chorus_export.ir_cron_deliver")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        with self.deliver_by(deliver):
            for written in (2, 4):
                export.action_deliver()
                lines = export.exported_line_ids
                self.assertEqual(len(lines.filtered("delivered_name")), written)
                found = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
                self.assertTrue(found - triggers, "the scheduled action writes the others")
        self.assertEqual(export.delivery_state, "done")

    def test_a_list_of_exports_reads_none_of_their_lines(self):
        exports = self._export(self._move() + self._move()) | self._export(self._move())
        exports[1].exported_line_ids.sudo().rejection_message = "G3.05"
        self.env.invalidate_all()
        self.assertEqual(exports.mapped("delivery_state"), ["pending", "pending"])
        self.assertEqual(exports.mapped("has_numbered_names"), [False, False])
        self.assertEqual(exports.mapped("rejected_count"), [0, 1])
        lines = self.env["l10n_fr.chorus.export.line"]
        self.assertFalse(lines._fields["name"]._get_cache(self.env))

    def test_the_scheduled_action_writes_what_could_not_be_written(self):
        export = self._export(self._move(), folder="a")
        cron = self.env.ref("l10n_fr_chorus_export.ir_cron_deliver")
        with patch("os.fsync", side_effect=OSError(28, "No space left on device")):
            self._deliver()
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
        export.invalidate_recordset()
        self.assertEqual(export.delivery_state, "failed")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        export.invalidate_recordset()
        self.assertEqual(export.delivery_state, "done")
        self.assertEqual(self._files(), [f"a/{export.exported_line_ids.file_name}"])

    def test_one_export_that_cannot_be_written_does_not_hold_up_the_next(self):
        first, second = self._export(self._move()), self._export(self._move())
        for tried in (first, second):
            self.assertEqual(tried.delivery_state, "pending")
        with self.delivery_fails(first), self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_export.ir_cron_deliver").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(second.delivery_state, "done")
        self.assertEqual(first.delivery_state, "pending")

    def test_a_slice_asks_once_for_its_files(self):
        """What a slice has read is forgotten, and what the next one reads is read together."""
        export = self._export(sum((self._move() for _count in range(6)), self._move()))
        self.env.flush_all()
        self.env.invalidate_all()
        self.delivery_slice_of(3)
        with self.files_asked_for() as asked:
            export.sudo()._deliver()
        self.assertEqual(asked, [3, 3, 1])
        self.assertEqual(export.delivery_state, "done")

    def test_files_are_read_one_by_one(self):
        """Hundreds of them, of up to 100 MB, would not hold in the memory together."""
        export = self._export(self._move() + self._move() + self._move())
        self.env.flush_all()
        self.env.invalidate_all()
        first, second, _third = export.exported_line_ids
        with self.files_read() as read:
            first._get_content()
            self.assertEqual(len(read), 1)
            before = self.env.cr.sql_log_count
            second._get_content()
            self.assertEqual(self.env.cr.sql_log_count, before, "no query for each file")
            second._get_content()
            self.assertEqual(len(read), 3, "nothing is kept")

    def test_files_are_copied_into_the_folder_piece_by_piece(self):
        """A lot may have a gigabyte; in another storage, they are read."""
        for storage, count in (("file", 0), ("elsewhere", 2)):
            export = self._export(self._move() + self._move(), lot_format="none").sudo()
            self.env.flush_all()
            self.env.invalidate_all()
            Attachment = self.env.registry["ir.attachment"]
            with (
                self.subTest(storage=storage),
                patch.object(Attachment, "_storage", lambda self, found=storage: found),
                self.files_read() as read,
            ):
                export._deliver()
                self.assertEqual(export.delivery_state, "done")
                self.assertEqual(len(read), count)

    def test_bytes_that_the_storage_has_lost(self):
        """Odoo reads a lost file as an empty one: neither the folder nor a lot takes it."""
        moves = self._move() + self._move() + self._move()
        export = self._export(moves).sudo()
        lost = export.exported_line_ids[1]
        attachment = export.env["ir.attachment"].search(
            [("res_model", "=", lost._name), ("res_id", "=", lost.id), ("res_field", "=", "file")]
        )
        export.lot_ids.line_ids.lot_id = False
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM l10n_fr_chorus_lot WHERE export_id = %s", [export.id])
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = '00/nothing' WHERE id = %s", [attachment.id]
        )
        self.env.invalidate_all()
        with mute_logger("odoo.addons.base.models.ir_attachment"):
            export._archive_files()
            self._deliver()
        self.assertEqual(export.lot_ids.document_count, 2)
        self.assertFalse(lost.lot_id)
        self.assertEqual(export.delivery_state, "failed")
        self.assertIn("lost or damaged", lost.delivery_error)
        self.assertNotIn(lost.file_name, self._files())
        self.assertEqual(len(self._files()), 3, "the two others and their lot")

    def test_paths_stay_true_when_the_root_changes(self):
        first = self._export(self._move(), folder="a").exported_line_ids
        self._deliver()
        path = first.path
        self.assertEqual(path, os.path.join(self.root, "a", first.file_name))
        second = self._export(self._move(), folder="a").exported_line_ids
        other = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, other)
        with patch.dict(config.options, {ROOT_OPTION: other}):
            self._deliver()
        self.assertEqual(second.path, os.path.join(other, "a", second.file_name))
        self.assertTrue(os.path.exists(second.path))
        self.assertEqual(first.path, path)

    def test_a_rollback_leaves_no_file(self):
        move = self._move()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._export(move, folder="a")
            raise ZeroDivisionError  # the request fails after its files were made
        self._deliver()
        self.assertFalse(self._files())
        self.assertFalse(move.l10n_fr_chorus_exported_on)

    def test_a_folder_swapped_for_a_link_before_the_delivery(self):
        outside = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, outside)
        export = self._export(self._move(), folder="a")
        os.symlink(outside, os.path.join(self.root, "a"))
        self._deliver()
        self.assertEqual(export.delivery_state, "failed")
        self.assertFalse(os.listdir(outside))

    def test_the_delivery_never_raises_after_the_commit(self):
        export = self._export(self._move())
        with self.delivery_breaks():
            self._deliver()
        self.assertEqual(export.delivery_state, "pending")

    def test_an_invalid_file_is_not_made_and_the_rest_goes_on(self):
        good, bad = self._move(), self._move()

        def breaks(_root):
            raise formats.InvalidFile(["/Invoice/ID: broken"])

        with self.break_the_file_of(bad, breaks):
            export = self._export(good + bad)
        self.assertEqual(export.exported_line_ids.move_id, good)
        anomaly = export.held_line_ids.get_anomalies()[-1]
        self.assertEqual(anomaly["code"], "internal_fault")
        self.assertIn("/Invoice/ID: broken", anomaly["message"])

    def test_two_users_at_once(self):
        move = self._move()
        with self.busy(move), self.assertRaisesRegex(UserError, "Someone else is working"):
            self._export(move)

    def test_the_delivery_rule_can_be_lifted(self):
        self.school.l10n_fr_chorus_siret = False
        move = self._move(partner_shipping_id=self.school.id)
        self.assertIn("delivery_siret_missing", self._codes(move))
        self.company.l10n_fr_chorus_delivery_siret = False
        self.assertNotIn("delivery_siret_missing", self._codes(move))

    def test_the_originals_anomalies(self):
        blank = self.env["res.partner"].create(
            {"name": "Syndicat", "is_company": True, "l10n_fr_chorus_export": True}
        )
        site = self.env["res.partner"].create(
            {"name": "Site", "parent_id": blank.id, "type": "delivery"}
        )
        move = self._move(
            partner=blank,
            partner_shipping_id=site.id,
            purchase_order_reference="E",
            l10n_fr_chorus_order_reference="B",
        )
        codes = self._codes(move)
        for code in (
            "billing_country_missing",
            "delivery_country_missing",
            "billing_siret_missing",
            "delivery_siret_missing",
            "engagement_and_order",
        ):
            self.assertIn(code, codes)
        line = self._export(move).held_line_ids
        places = {a["code"]: (a["model"], a["id"]) for a in line.get_anomalies()}
        self.assertEqual(places["billing_siret_missing"], ("res.partner", blank.id))
        self.assertEqual(places["delivery_siret_missing"], ("res.partner", site.id))
        self.assertEqual(places["engagement_and_order"], ("account.move", move.id))

    def test_exports_outlive_their_documents(self):
        move = self._move()
        line = self._export(move).exported_line_ids
        name = move.name
        move.with_context(force_delete=True).button_draft()
        move.with_context(force_delete=True).unlink()
        line.invalidate_recordset()
        self.assertFalse(line.move_id)
        self.assertEqual(line.name, name)
        self.assertTrue(line.file)

    def test_evidence_is_deleted_by_nobody(self):
        """The superuser included: a slip in another module is no reason to lose a file."""
        export = self._export(self._move() + self._move()).sudo()
        line, lot = export.exported_line_ids[0], export.lot_ids
        attachments = self.env["ir.attachment"].sudo()
        attachments = attachments.search(
            [("res_model", "in", (line._name, lot._name)), ("res_field", "!=", False)]
        ).filtered(lambda file: file.res_id in (line.id, lot.id))
        self.assertEqual(len(attachments), 2)
        for records in (export, line, lot, *attachments):
            with self.subTest(records=records), self.assertRaisesRegex(UserError, "evidence"):
                records.unlink()

    def test_files_are_reached_by_who_may_read_the_export(self):
        """By their ids, by a token, by a share: attachments follow the records that they are of."""
        export = self._export(self._move()).sudo()
        line = export.exported_line_ids
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", line._name),
                    ("res_id", "=", line.id),
                    ("res_field", "=", "file"),
                ]
            )
        )
        self.assertEqual(len(attachment), 1)
        other = self.setup_other_company()["company"]
        values = {"company_id": other.id, "company_ids": [Command.set(other.ids)]}
        for login, groups in (
            ("chorus_employee", "base.group_user"),
            ("chorus_sales", "base.group_user,base.group_partner_manager"),
            ("chorus_stranger", "base.group_user,account.group_account_manager"),
            ("chorus_admin", "base.group_system,account.group_account_manager"),
        ):
            user = new_test_user(self.env, login=login, groups=groups, **values)
            theirs = attachment.with_user(user)
            gestures = (
                lambda theirs: theirs.read(["datas"]),
                lambda theirs: theirs.raw,
                lambda theirs: theirs.generate_access_token(),
            )
            for rank, gesture in enumerate(gestures):
                with self.subTest(login=login, rank=rank), self.assertRaises(AccessError):
                    gesture(theirs)
            found = theirs.search([("res_field", "!=", False), ("id", "=", attachment.id)])
            self.assertFalse(found)
        mine = attachment.with_user(self.billing_user)
        self.assertTrue(mine.raw)
        for gesture in (
            lambda: mine.write({"raw": b"x"}),
            lambda: mine.write({"public": True}),
            lambda: mine.generate_access_token(),
            lambda: mine.unlink(),
            lambda: mine.create(
                {
                    "name": "x",
                    "raw": b"x",
                    "res_model": line._name,
                    "res_id": line.id,
                    "res_field": "file",
                }
            ),
        ):
            with self.assertRaises(AccessError):
                gesture()

    def test_locked_books_do_not_mind(self):
        """Neither a hash that cannot be altered nor a lock date: nothing is written there."""
        sales = self.company_data["default_journal_sale"]
        journal = sales.copy({"code": "HASH", "restrict_mode_hash_table": True})
        journal.default_account_id = sales.default_account_id
        move = self._move(journal_id=journal.id)
        self.assertTrue(move.inalterable_hash)
        self.company.fiscalyear_lock_date = fields.Date.today()
        before = move.read(["inalterable_hash", "write_date"])
        line = self._export(move).exported_line_ids
        line.with_user(self.billing_user)._record_outcome("deposited")
        self.env.flush_all()
        move.invalidate_recordset()
        self.assertEqual(move.read(["inalterable_hash", "write_date"]), before)
        self.assertEqual(line.move_id, move)

    def test_a_number_goes_out_once_whatever_becomes_of_its_document(self):
        """Deleted and made again under the same number, it would be refused as a duplicate."""
        move = self._move()
        name = move.name
        line = self._export(move).exported_line_ids
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        again = self._move(post=False)
        again.name = name
        again.action_post()
        self.assertEqual(again.name, name)
        held = self._export(again).held_line_ids
        self.assertIn(
            f"deleted or got another number since ({line.export_id.name})", held.anomaly_text
        )
        self.assertNotIn("number_twice", self._codes(again))
        self._keep_verdict(again)
        self.assertEqual(again.l10n_fr_chorus_verdict, "blocked")
        # It was never deposited: the user says so, and it goes.
        line.with_user(self.billing_user)._record_outcome("not_integrated")
        again.invalidate_recordset()
        self.assertEqual(again.l10n_fr_chorus_verdict, "to_check")
        self._keep_verdict(again)
        line.with_user(self.billing_user)._forget_outcome()
        again.invalidate_recordset()
        self.assertEqual(again.l10n_fr_chorus_verdict, "to_check", "it was a mistake")
        line.with_user(self.billing_user)._record_outcome("not_integrated")
        self.assertEqual(self._export(again).exported_count, 1)
        # Its own file holds nothing back.
        self.assertEqual(self._export(again, again=True).exported_count, 1)

    def test_a_number_taken_over_from_a_document_that_got_another(self):
        move = self._move()
        name = move.name
        self._export(move)
        move.button_draft()
        move.name = f"{name}9"
        move.action_post()
        again = self._move(post=False)
        again.name = name
        again.action_post()
        self.assertIn("number_gone", self._codes(again))
        self.assertNotIn("number_gone", self._codes(move))
