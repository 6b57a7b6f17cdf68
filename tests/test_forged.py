import inspect
from contextlib import suppress

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import ExportCommon

MODULE = "odoo.addons.l10n_fr_chorus_export."

#: Public methods that read nothing of the records they are called on, or are Odoo's own reading.
HARMLESS = {
    *("default_get", "fields_get", "create"),
    *("action_back", "action_open_customers", "action_save_report", "formatted_read_group"),
}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestForged(ExportCommon):
    """Every public method, called over RPC with ids and paths that were made up."""

    def setUp(self):
        super().setUp()
        self.company.l10n_fr_chorus_background_threshold = 2
        moves = self._move() + self._move()
        self.export = self._export(moves)
        self.queued = self._export(self._move() + self._move() + self._move())
        self.line = self.export.exported_line_ids[0]
        other = self.setup_other_company()["company"]
        self.stranger = new_test_user(
            self.env,
            login="chorus_stranger",
            groups="base.group_user,account.group_account_invoice,account.group_account_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        # What someone else has open.
        mine = {"chorus_export_wizard_id": False}
        env = self.env(user=self.billing_user, context=mine)
        wizard = env["account.move.chorus.export"].create({})
        outcome = self.line.with_user(self.billing_user).action_record_outcome()["res_id"]
        self.records = {
            "l10n_fr.chorus.export": self.export + self.queued,
            "l10n_fr.chorus.export.line": self.export.line_ids + self.queued.line_ids,
            "l10n_fr.chorus.lot": self.export.lot_ids,
            "account.move.chorus.export": wizard,
            # As the window adds it: users may not.
            "account.move.chorus.export.line": env["account.move.chorus.export.line"]
            .sudo()
            .create({"wizard_id": wizard.id, "move_id": moves[0].id, "name": "X"})
            .sudo(False),
            "l10n_fr.chorus.outcome.record": env["l10n_fr.chorus.outcome.record"].browse(outcome),
            "l10n_fr.chorus.outcome.import": env["l10n_fr.chorus.outcome.import"].create({}),
            "l10n_fr.chorus.rejection": env["l10n_fr.chorus.rejection"].create(
                {"line_id": self.line.id, "text": "x"}
            ),
        }

    def test_what_is_no_list_of_documents(self):
        wizard = self.records["account.move.chorus.export"]
        for made_up in (["x"], None, {}, "1", [None], [1.5], [True]):
            with self.subTest(ids=made_up), self.assertRaisesRegex(UserError, "no documents"):
                wizard.check_moves(made_up)

    def test_what_no_database_holds_in_a_folder(self):
        wizard = self.records["account.move.chorus.export"]
        company = self.company.sudo()
        for write in (
            lambda: wizard.write({"folder": "a\0b"}),
            lambda: company.write({"l10n_fr_chorus_folder": "a\0b"}),
            lambda: company.write({"l10n_fr_chorus_schedule_folder": "a\0b"}),
        ):
            with self.assertRaisesRegex(UserError, "control character"):
                write()

    def _public_methods(self, model):
        """Names of the methods of ours that RPC lets through."""
        names = set()
        for cls in type(model).mro():
            if cls.__module__.startswith(MODULE):
                names |= {
                    name
                    for name, value in vars(cls).items()
                    if inspect.isfunction(value) and not name.startswith("_")
                }
        return sorted(names - HARMLESS)

    def _call(self, model, method, ids):
        """As the web client does, with something for each argument that must be given."""
        parameters = list(inspect.signature(getattr(type(model), method)).parameters.values())[1:]
        required = [
            parameter
            for parameter in parameters
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        values = {"vals": {"name": "x"}, "vals_list": [{"name": "x"}], "excluded": True}
        values |= {"values": {}, "field_names": [], "fields_spec": {}}
        arguments = [values.get(parameter.name, ids) for parameter in required]
        with mute_logger("odoo.addons.base.models.ir_rule"), self.env.cr.savepoint():
            return call_kw(model, method, [ids, *arguments], {})

    def _state(self):
        """The values that a call could have changed."""
        self.env.flush_all()
        self.env.invalidate_all()
        fields = ["state", "outcome", "rejection_message", "delivered_name", "sha256", "file_name"]
        return (
            (self.export + self.queued).read(["state", "exported_count", "delivery_state"]),
            (self.export.line_ids + self.queued.line_ids).read(fields),
            self.company.read(["l10n_fr_chorus_folder", "l10n_fr_chorus_lot_size"]),
            self._files(),
        )

    def test_every_public_method_on_another_companys_records(self):
        before = self._state()
        called = 0
        for name, records in self.records.items():
            self.assertTrue(records, name)
            model = self.env[name].with_user(self.stranger)
            for method in self._public_methods(model):
                for record in records:
                    with self.subTest(model=name, method=method), self.assertRaises(UserError):
                        self._call(model, method, record.ids)
                    called += 1
        self.assertGreater(called, 40, "methods were found")
        self.assertEqual(self._state(), before)

    def test_ids_that_do_not_exist(self):
        before = self._state()
        for name in self.records:
            model = self.env[name].with_user(self.stranger)
            for method in self._public_methods(model):
                with self.subTest(model=name, method=method), suppress(UserError):
                    # Nothing, or a clear word: never a traceback.
                    self._call(model, method, [2**31 - 1])
        self.assertEqual(self._state(), before)

    def test_paths_that_lead_elsewhere(self):
        """From each place where a user types one."""
        before = self._state()
        Wizard = self.env["account.move.chorus.export"].with_user(self.billing_user)
        for path in ("../x", "/etc", "a/../../x", "C:\\x", "\\\\server\\x", "~root"):
            with self.subTest(path=path):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    self._export(self._move(), folder=path)
                values = {"period": "custom", "date_from": "2020-01-01", "date_to": "2099-01-01"}
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    wizard = Wizard.create({"folder": path, "company_id": self.company.id})
                    wizard.write(values)
                    wizard.action_next()
        self.assertEqual(self._state(), before)

    def test_writing_what_the_engine_alone_writes(self):
        """Not even who may do everything in accounting."""
        manager = self._accounting_manager()
        before = self._state()
        for name in ("l10n_fr.chorus.export", "l10n_fr.chorus.export.line", "l10n_fr.chorus.lot"):
            records = self.records[name].with_user(manager)
            for method, arguments in (
                ("write", [{"company_id": self.company.id}]),
                ("unlink", []),
                ("copy", []),
            ):
                with self.subTest(model=name, method=method), self.assertRaises(AccessError):
                    call_kw(records.browse(), method, [records.ids, *arguments], {})
            with self.subTest(model=name), self.assertRaises(AccessError):
                call_kw(records.browse(), "create", [{"export_id": self.export.id}], {})
        self.assertEqual(self._state(), before)
