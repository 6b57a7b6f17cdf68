import os
from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ExportCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSchedule(ExportCommon):
    def setUp(self):
        super().setUp()
        self.move = self._move(invoice_date="2026-02-10", invoice_date_due="2026-03-10")
        self.company.write(
            {
                "l10n_fr_chorus_schedule": True,
                "l10n_fr_chorus_schedule_day": 5,
                "l10n_fr_chorus_schedule_folder": "monthly",
                "l10n_fr_chorus_schedule_user_ids": [Command.set(self.billing_user.ids)],
            }
        )

    def _cron(self, name, day):
        with freeze_time(day), self.enter_registry_test_mode():
            self.env.ref(f"l10n_fr_chorus_export.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _exports(self):
        return self.env["l10n_fr.chorus.export"].search([("company_id", "=", self.company.id)])

    def _notes(self):
        partner = self.billing_user.partner_id
        domain = [
            ("message_type", "=", "user_notification"),
            ("notified_partner_ids", "in", partner.ids),
        ]
        return self.env["mail.message"].sudo().search(domain, order="id")

    def test_once_a_month(self):
        self._cron("ir_cron_schedule", "2026-03-04")
        self.assertFalse(self._exports())
        self._cron("ir_cron_schedule", "2026-03-05")
        self._cron("ir_cron_schedule", "2026-03-06")
        export = self._exports()
        self.assertEqual(len(export), 1)
        self.assertTrue(export.is_scheduled)
        self.assertEqual(str(export.date_from), "2026-02-01")
        self._cron("ir_cron_run", "2026-03-05")
        self.assertEqual(export.exported_line_ids.move_id, self.move)
        self.assertEqual(self._files(), [f"monthly/{export.exported_line_ids.file_name}"])
        self.assertIn(export.name, self._notes().body)
        # Nothing is left in April: the message says so too.
        self._cron("ir_cron_schedule", "2026-04-05")
        self.assertEqual(len(self._exports()), 1)
        self.assertIn("nothing", " ".join(self._notes().mapped("subject")))

    def test_one_that_fails_is_told_and_tried_again(self):
        with open(os.path.join(self.root, "monthly"), "w"):
            pass  # a file in the place of the folder
        self._cron("ir_cron_schedule", "2026-03-05")
        self.assertFalse(self._exports())
        self.assertIn("passes through a link or a file", self._notes().body)
        os.unlink(os.path.join(self.root, "monthly"))
        self._cron("ir_cron_schedule", "2026-03-06")
        self.assertEqual(len(self._exports()), 1)

    def test_one_that_breaks_does_not_hold_up_the_others(self):
        """The accounting managers are notified when the schedule names no user."""
        other = self.setup_other_company()["company"]
        other.write({"l10n_fr_chorus_schedule": True, "l10n_fr_chorus_schedule_day": 5})
        manager = self._accounting_manager()
        self.company.l10n_fr_chorus_schedule_user_ids = False
        with self.schedule_fails(self.company, ZeroDivisionError("unforeseen")) as done:
            self._cron("ir_cron_schedule", "2026-03-05")
        self.assertIn(other, done)
        domain = [("notified_partner_ids", "in", manager.partner_id.ids)]
        self.assertIn("unforeseen", self.env["mail.message"].search(domain).body)
        self._cron("ir_cron_schedule", "2026-03-06")
        self.assertEqual(len(self._exports()), 1)

    def test_a_server_that_slept_on_the_day(self):
        self.company.l10n_fr_chorus_schedule_day = 31
        self._cron("ir_cron_schedule", "2026-03-10")
        self.assertFalse(self._exports(), "just asked for")
        self._cron("ir_cron_schedule", "2026-04-02")
        self.assertEqual(str(self._exports().date_from), "2026-02-01", "what March's was to take")
        self._cron("ir_cron_schedule", "2026-04-03")
        self.assertEqual(len(self._exports()), 1)
        # Given up for months, then asked for again: not at once.
        self.company.l10n_fr_chorus_schedule = False
        self._cron("ir_cron_schedule", "2026-07-01")
        self.company.l10n_fr_chorus_schedule = True
        self._cron("ir_cron_schedule", "2026-09-10")
        self.assertFalse(self._notes().filtered(lambda note: "nothing" in (note.subject or "")))

    def test_the_folder_of_people_stays_theirs(self):
        self.company.l10n_fr_chorus_folder = "people"
        self._cron("ir_cron_schedule", "2026-03-05")
        self.assertEqual(self._exports().folder, "monthly")
        self.assertEqual(self.company.l10n_fr_chorus_folder, "people")

    def test_folders_that_lead_elsewhere(self):
        for name in ("l10n_fr_chorus_folder", "l10n_fr_chorus_schedule_folder"):
            for folder in ("../out", "/etc", "a/../../b", "nul", "a\0b"):
                with self.subTest(folder=folder), self.assertRaises(UserError):
                    self.company[name] = folder
        config = self.env["l10n_fr.chorus.config"].create({"schedule_folder": "../out"})
        with self.assertRaisesRegex(ValidationError, "cannot be used"):
            config.action_save()

    def test_the_reminder_counts_waiting_documents_too(self):
        """Posted after the export of its month, no other one takes it."""
        self.company.l10n_fr_chorus_schedule = False
        self._cron("ir_cron_schedule", "2026-03-09")
        self.assertRegex(self._notes().body, "deposited: 0.*their export: [1-9]")

    def test_reminders_come_once_a_week(self):
        self.company.l10n_fr_chorus_schedule = False
        self._cron("ir_cron_schedule", "2026-03-06")
        self.assertFalse(self._notes(), "just asked for: it waits for Monday")
        for day, count in (("03-09", 1), ("03-09", 1), ("03-10", 1), ("03-18", 2), ("03-19", 2)):
            self._cron("ir_cron_schedule", f"2026-{day}")
            self.assertEqual(len(self._notes()), count, day)
        self._cron("ir_cron_schedule", "2026-03-23")
        self.assertEqual(len(self._notes()), 3, "late one week, not the next")

    def test_one_that_someone_works_on_does_not_hold_up_the_others(self):
        busy, free = self.move, self._move(invoice_date="2026-02-11")
        with self.busy(busy):
            self._cron("ir_cron_schedule", "2026-03-05")
            self._cron("ir_cron_run", "2026-03-05")
        export = self._exports()
        self.assertEqual(export.exported_line_ids.move_id, free)
        self.assertEqual(export.waiting_line_ids.move_id, busy)
        self._cron("ir_cron_run", "2026-03-05")
        self.assertEqual(export.exported_line_ids.move_id, busy | free)
        self.assertEqual(export.state, "done")

    def test_one_in_the_way_of_another_is_tried_again_soon(self):
        with self.schedule_fails(self.company, SerializationFailure()):
            self._cron("ir_cron_schedule", "2026-03-05")
        cron = self.env.ref("l10n_fr_chorus_export.ir_cron_schedule")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(str(triggers.call_at), "2026-03-05 00:10:00")
        self._cron("ir_cron_schedule", "2026-03-06")
        self.assertEqual(len(self._exports()), 1, "not lost for a month")

    def test_days(self):
        for day in (0, 32):
            with self.assertRaises(ValidationError):
                self.company.l10n_fr_chorus_schedule_day = day

    def test_late_deposits(self):
        self.company.l10n_fr_chorus_reminder_days = 3
        line = self._export(self.move).exported_line_ids
        Line = self.env["l10n_fr.chorus.export.line"].with_user(self.billing_user)
        late = [("is_late", "=", True), ("company_id", "=", self.company.id)]
        monday = fields.Date.today() + timedelta(days=4)
        monday += timedelta(days=-monday.weekday() % 7)
        with freeze_time(fields.Date.today() + timedelta(days=2)):
            self.assertFalse(Line.search(late))
        with freeze_time(monday):
            self.assertEqual(Line.search(late), line)
            line.invalidate_recordset()
            self.assertTrue(line.is_late)
        self.company.l10n_fr_chorus_schedule = False
        self._cron("ir_cron_schedule", monday)
        self.assertIn("exported and not recorded as deposited: 1", self._notes().body)
        with freeze_time(monday):
            self.company.l10n_fr_chorus_reminder_days = 0
            self.assertFalse(Line.search(late), "never")
            self.company.l10n_fr_chorus_reminder_days = 3
            line._record_outcome("deposited")
            self.assertFalse(Line.search(late))

    def test_the_settings_of_a_company(self):
        Config = self.env["l10n_fr.chorus.config"]
        said = Config.fields_get(["lot_size"], ["string", "help"])["lot_size"]
        company = self.env["res.company"].fields_get(["l10n_fr_chorus_lot_size"])
        self.assertEqual(said["help"], company["l10n_fr_chorus_lot_size"]["help"])
        for name, field in Config.fields_get(attributes=["help"]).items():
            if f"l10n_fr_chorus_{name}" in self.company._fields:
                self.assertTrue(field.get("help"), name)
        self.company.l10n_fr_chorus_lot_size = 50
        config = Config.create({})
        self.assertEqual(config.lot_size, 50)
        self.assertEqual(config.schedule_user_ids, self.billing_user)
        config.write({"lot_size": 60, "schedule_user_ids": [Command.clear()]})
        config.action_save()
        self.assertEqual(self.company.l10n_fr_chorus_lot_size, 60)
        self.assertFalse(self.company.l10n_fr_chorus_schedule_user_ids)

    def test_notified_users_may_see_the_export(self):
        config = self.env["l10n_fr.chorus.config"].create({})
        config.schedule_user_ids = self.env.ref("base.user_admin")
        if self.company in config.schedule_user_ids.company_ids:
            config.schedule_user_ids.company_ids -= self.company
        with self.assertRaisesRegex(UserError, "may not see"):
            config.action_save()
        config.schedule_user_ids = new_test_user(
            self.env, login="chorus_portal", groups="base.group_portal"
        )
        with self.assertRaisesRegex(UserError, "may not see"):
            config.action_save()
