"""A company's connection to the portal, through HTTP to the stand-in of `.dev/portal`."""

import json
import logging
import sys
from datetime import timedelta
from pathlib import Path
from unittest import SkipTest

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..chorus.portal.client import Paused
from .common import ChorusCommon

STAND_IN = Path(__file__).parents[1] / ".dev/portal"


class PortalCommon(ChorusCommon):
    """A stand-in of the portal, and the connection of a company to it."""

    @classmethod
    def setUpClass(cls):
        if not STAND_IN.is_dir():
            raise SkipTest("the stand-in of the portal is not in the wheel")
        super().setUpClass()
        sys.path.append(str(STAND_IN))
        cls.addClassCleanup(sys.path.remove, str(STAND_IN))
        import stand_in

        cls.stand_in = stand_in
        cls.secrets = {
            "client_id": stand_in.CLIENT_ID,
            "client_secret": stand_in.CLIENT_SECRET,
            "login": stand_in.LOGIN,
            "password": stand_in.PASSWORD,
        }
        cls.admin = new_test_user(
            cls.env,
            login="chorus_admin",
            groups="base.group_system,account.group_account_manager,base.group_multi_company",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.server = self.stand_in.Server().start()
        self.addCleanup(self.server.close)
        self.portal = self.server.portal
        set_param = self.env["ir.config_parameter"].set_param
        set_param("l10n_fr_chorus_export.portal_address", self.server.address)
        set_param("l10n_fr_chorus_export.portal_pace", "0")
        # A user of the connection is a user of the company.
        self.connection = (
            self.env["l10n_fr.chorus.connection"]
            .with_user(self.admin)
            .create({"company_id": self.company.id, **self.secrets})
        )

        self.now = fields.Datetime.now()

    def _cron(self, name="password", days=0, hours=0):
        """A run of a scheduled action, some days and hours later."""
        later = self.now + timedelta(days=days, hours=hours)
        with freeze_time(later), self.enter_registry_test_mode():
            self.env.ref(f"l10n_fr_chorus_export.ir_cron_{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _steps(self):
        return [(item["step"], item["is_good"]) for item in self.connection.test_steps]

    def _activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", self.connection._name), ("res_id", "=", self.connection.id)],
            order="id",
        )


@tagged("post_install_l10n", "post_install", "-at_install")
class TestConnection(PortalCommon):
    # ------------------------------------------------------------------ the test

    def test_a_good_connection_passes_each_step(self):
        self.connection.action_test()
        self.assertEqual(
            self._steps(),
            [
                ("token", True),
                ("account", True),
                ("structures", True),
                ("structure", True),
                ("factures", True),
                ("transverses", True),
            ],
        )
        self.assertEqual(self.connection.password_expires_on, self.portal.password_until)
        self.assertIn("✓", self.connection.test_result)
        self.assertNotIn("✗", self.connection.test_result)

    def test_each_failure_names_its_step_and_its_cure(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        connection = self.connection.with_context(lang="fr_FR")

        def test():
            connection.action_test()
            return self._steps()[-1], connection.test_result

        connection.client_secret = "wrong"
        step, said = test()
        self.assertEqual(step, ("token", False))
        self.assertIn("OAuth Credentials", said)
        self.assertIn("PISTE ne connaît pas", said)
        connection.client_secret = self.stand_in.CLIENT_SECRET
        self.portal.password = "changed by a colleague"
        step, said = test()
        self.assertEqual(step, ("account", False))
        self.assertIn("424", said)
        self.portal.password = self.stand_in.PASSWORD
        for api in ("structures", "factures", "transverses"):
            self.portal.switches.without_api = {api}
            step, said = test()
            self.assertEqual(step, (api, False))
            self.assertIn("Sandbox", said)
        self.portal.switches.without_api = set()
        self.portal.unknown.add(self.company.partner_id._l10n_fr_chorus_get_siret())
        self.connection.action_test()
        self.assertIn(("structure", False), self._steps())
        self.assertIn(("transverses", True), self._steps())

    def test_a_portal_that_is_down_is_no_fault_of_the_secrets(self):
        self.portal.switches.page_of_html = True
        self.connection.action_test()
        self.assertEqual(self._steps(), [("token", False)])
        self.assertIn("out of order", self.connection.test_result)
        self.server.close()
        self.connection.action_test()
        self.assertIn("cannot be reached", self.connection.test_result)

    # ------------------------------------------------------------------ who reads what

    def test_administrators_alone_read_a_connection(self):
        for user in (self.billing_user, self._accounting_manager()):
            connection = self.connection.with_user(user)
            with self.assertRaises(AccessError):
                connection.read(["environment"])
            with self.assertRaises(AccessError):
                connection.search([])
            with self.assertRaises(AccessError):
                connection.action_test()

    def test_an_administrator_of_another_company_reads_none(self):
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="chorus_other_admin",
            groups="base.group_system",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        mine = self.connection.with_user(stranger)
        with self.assertRaises(AccessError):
            mine.read(["client_id"])
        with self.assertRaises(AccessError):
            mine.create({"company_id": other.id, "source_id": self.connection.id})

    def test_secrets_are_in_no_export_and_no_copy(self):
        user = self.admin
        user.group_ids += self.env.ref("base.group_allow_export")
        connection = self.connection.with_user(user)
        said = connection.fields_get()
        for name in self.secrets:
            self.assertFalse(said[name]["exportable"], name)
            for path in (name, f"source_id/{name}"):
                with self.assertRaises(AccessError):
                    connection.export_data([path])
            self.assertFalse(self.connection.copy_data()[0].get(name))
        self.assertTrue(connection.export_data(["environment"])["datas"])

    def test_secrets_are_in_no_log(self):
        with self.assertLogs(level=logging.DEBUG) as logs, mute_logger("odoo.models"):
            logging.getLogger("odoo.sql_db").setLevel(logging.INFO)
            self.connection.action_test()
            with mute_logger("odoo.tests"), self.assertRaises(UniqueViolation), self.cr.savepoint():
                # The query that fails is in the log with its values.
                self.connection.create({"company_id": self.company.id, **self.secrets})
                self.env.flush_all()
        said = "\n".join(logs.output)
        self.assertIn("l10n_fr_chorus_connection", said)
        for name in ("client_secret", "password"):
            self.assertNotIn(self.secrets[name], said)

    def test_a_secret_is_typed_with_the_spaces_around_it(self):
        self.connection.client_secret = f" {self.stand_in.CLIENT_SECRET}\n"
        self.assertEqual(self.connection.client_secret, self.stand_in.CLIENT_SECRET)

    # ------------------------------------------------------------------ another database

    def test_a_copy_of_the_database_calls_nobody(self):
        for name in ("database.uuid", "web.base.url"):
            with self.subTest(parameter=name):
                was = self.env["ir.config_parameter"].get_param(name)
                self.env["ir.config_parameter"].set_param(name, "another")
                self.connection.invalidate_recordset()
                self.assertFalse(self.connection.is_confirmed)
                with self.assertRaisesRegex(UserError, "another database"):
                    self.connection.action_test()
                self._cron()
                self.assertEqual(self.portal.calls, [])
                self.connection.action_confirm()
                self.assertTrue(self.connection.is_confirmed)
                self.env["ir.config_parameter"].set_param(name, was)
                self.connection.action_confirm()

    def test_that_it_is_at_rest_is_told_once(self):
        self.env["ir.config_parameter"].set_param("web.base.url", "https://moved.example")
        self.connection.invalidate_recordset()
        for _day in range(3):
            self._cron()
        self.assertEqual(len(self._activities()), 1)
        self.assertEqual(self._activities().user_id, self.admin)

    def test_a_neutralized_copy_has_no_secrets(self):
        self.env.flush_all()
        for query in get_neutralization_queries(["l10n_fr_chorus_export"]):
            self.cr.execute(query)
        self.env.invalidate_all()
        for name in self.secrets:
            self.assertFalse(self.connection[name], name)
        self.assertFalse(self.connection.is_confirmed)

    def test_a_neutralized_copy_never_calls_the_real_portal(self):
        self.connection.environment = "production"
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        with self.assertRaisesRegex(UserError, "neutralized"):
            self.connection.action_test()

    # ------------------------------------------------------------------ several companies

    def test_a_company_may_use_the_secrets_of_another(self):
        other = self.setup_other_company()["company"]
        self.admin.company_ids += other
        connection = self.connection.with_context(allowed_company_ids=(self.company | other).ids)
        second = connection.create({"company_id": other.id, "source_id": connection.id})
        self.assertEqual(second._connect().credentials, connection._connect().credentials)
        with self.assertRaises(ValidationError):
            second.environment = "production"
        with self.assertRaises(ValidationError):
            connection.environment = "production"
        with self.assertRaises(ValidationError):
            connection.source_id = second

    # ------------------------------------------------------------------ expiry and failures

    def test_the_password_is_asked_about_weekly_and_reminded_of_in_time(self):
        self.portal.password_until = fields.Date.today() + timedelta(days=40)
        said = []
        for days in range(41):
            self._cron(days=days)
            said.append(len(self._activities()))
        self.assertEqual([said[day] for day in (9, 10, 24, 25, 36, 37)], [0, 1, 1, 2, 2, 3])
        self.assertEqual(said[-1], 3)
        asked = self.portal.calls.count("structures/v1/consulter")
        self.assertEqual(asked, 6)
        # A new password begins again.
        self.portal.password_until = fields.Date.today() + timedelta(days=41 + 424)
        self._cron(days=48)
        self.assertEqual(self.connection.password_expires_on, self.portal.password_until)
        self.assertEqual(len(self._activities()), 3)

    def test_wrong_secrets_are_told_at_once_and_once(self):
        self.portal.password = "changed by a colleague"
        for _run in range(3):
            self.connection.retry_after = False
            self._cron()
        self.assertEqual(len(self._activities()), 1)
        self.assertIn("TECH_1_1@cpro.fr", self._activities().note)
        # A second run on the same day does not try: portals lock accounts.
        calls = len(self.portal.calls)
        self._cron()
        self.assertEqual(len(self.portal.calls), calls)
        self.portal.password = self.stand_in.PASSWORD
        self.connection.action_test()
        self.assertFalse(self.connection.failure)
        self.assertFalse(self.connection.retry_after)

    def test_a_portal_that_is_down_for_two_days_makes_one_activity(self):
        self.portal.switches.page_of_html = True
        for hour in range(0, 49, 4):
            self._cron(hours=hour)
            self.assertEqual(len(self._activities()), int(hour >= 24), hour)
        self.portal.switches.page_of_html = False
        self.connection.retry_after = False
        self._cron()
        self.assertFalse(self.connection.failure_text)

    def test_one_company_never_stops_the_others(self):
        other = self.setup_other_company()["company"]
        self.admin.company_ids += other
        other.partner_id.company_registry = "73282932000074"
        second = self.connection.with_context(
            allowed_company_ids=(self.company | other).ids
        ).create({"company_id": other.id, **self.secrets, "password": "wrong"})
        self._cron()
        self.assertTrue(second.failure_text)
        self.assertFalse(self.connection.failure_text)
        self.assertTrue(self.connection.password_expires_on)

    def test_a_slow_portal_is_left_to_the_next_run(self):
        """Odoo ends a request, or a run of a scheduled action, after two minutes."""
        portal = self.connection._connect()
        portal.renew_token()
        self.clock().ahead = 61
        with self.assertRaises(Paused):
            portal.renew_token()
        calls = len(self.portal.calls)
        with self._around("ir.cron", "_commit_progress", lambda *_args, **_kwargs: 0):
            self.connection._cron_password()
        self.assertEqual(len(self.portal.calls), calls)
        with self._around("ir.cron", "_commit_progress", lambda *_args, **_kwargs: 60):
            self.connection._cron_password()
        self.assertGreater(len(self.portal.calls), calls)

    # ------------------------------------------------------------------ screens

    def test_the_settings_say_what_there_is(self):
        Settings = self.env["res.config.settings"].with_user(self.admin)
        settings = Settings.create({})
        self.assertIn("Qualification", settings.l10n_fr_chorus_connection_state)
        action = settings.action_l10n_fr_chorus_open_connection()
        self.assertEqual(action["res_id"], self.connection.id)
        self.assertNotIn(self.stand_in.CLIENT_SECRET, json.dumps(settings.read(), default=str))
        with Form(self.connection) as form:
            form.environment = "production"
        self.assertEqual(self.connection.environment, "production")

    def test_the_scheduled_action_rests_without_a_connection(self):
        cron = self.env.ref("l10n_fr_chorus_export.ir_cron_password")
        self.assertTrue(cron.active)
        self.connection.unlink()
        self.assertFalse(cron.active)
