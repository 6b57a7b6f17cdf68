from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged

from .common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSecurity(ChorusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.manager = cls._accounting_manager()
        cls.reader = new_test_user(
            cls.env,
            login="chorus_reader",
            groups="base.group_user,account.group_account_readonly",
            **values,
        )
        cls.employee = new_test_user(
            cls.env, login="chorus_employee", groups="base.group_user", **values
        )
        cls.move = cls._move()
        cls.export = cls.env["l10n_fr.chorus.export"]._export(cls.move, company=cls.company)

    def test_exports_cannot_be_forged_or_altered(self):
        for user in (self.billing_user, self.manager, self.reader):
            export = self.export.with_user(user)
            line = export.line_ids
            self.assertTrue(line.file_name, "may be read")
            for record in (export, line):
                with self.assertRaises(AccessError):
                    record.write({"name": "X"})
                with self.assertRaises(AccessError):
                    record.unlink()
                with self.assertRaises(AccessError):
                    record.copy()

    def test_users_who_may_export(self):
        for user in (self.reader, self.employee):
            Export = self.env["l10n_fr.chorus.export"].with_user(user)
            with self.assertRaises(AccessError):
                Export._export(self.move.with_user(user), company=self.company, again=True)
            with self.assertRaises(AccessError):
                self.env["account.move.chorus.export"].with_user(user).create({})
        with self.assertRaises(AccessError):
            self.export.with_user(self.reader).action_deliver()

    def test_a_reader_opens_invoices_and_exports(self):
        move = self.move.with_user(self.reader)
        self.assertTrue(move.l10n_fr_chorus_exported_on)
        self.assertTrue(self.export.with_user(self.reader).read())

    def test_the_engine_is_not_for_rpc(self):
        for model, method in (
            ("l10n_fr.chorus.export", "_export"),
            ("l10n_fr.chorus.export", "_deliver"),
            ("l10n_fr.chorus.maker", "_build_files"),
            ("l10n_fr.chorus.channel.folder", "_send_files"),
            ("l10n_fr.chorus.channel.folder", "_get_root"),
        ):
            with self.assertRaises(AccessError):
                get_public_method(self.env[model], method)

    def test_companies(self):
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="chorus_stranger",
            groups="base.group_user,account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        Export = self.env["l10n_fr.chorus.export"].with_user(stranger)
        self.assertFalse(Export.search([]))
        self.assertFalse(self.env["l10n_fr.chorus.export.line"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.export.with_user(stranger).read(["name"])
        with self.assertRaises(AccessError):
            self.export.with_user(stranger).action_deliver()
        with self.assertRaises(AccessError):
            Export._export(self.move.with_user(stranger), company=self.company, again=True)
        with self.assertRaises(AccessError):
            # Their own company, our document.
            Export._export(self.move.with_user(stranger), company=other, again=True)

    def test_a_forged_line_gives_nothing_away(self):
        other = self.setup_other_company()["company"]
        theirs = (
            self.env["account.move"]
            .with_company(other)
            .create({"move_type": "out_invoice", "partner_id": self.town.id})
        )
        wizard = self.env["account.move.chorus.export"].with_user(self.billing_user).create({})
        Line = self.env["account.move.chorus.export.line"].with_user(self.billing_user)
        for move in (theirs, self.move):
            with self.assertRaises(AccessError):
                Line.create({"wizard_id": wizard.id, "move_id": move.id})
        wizard.again = True
        wizard.action_next()
        with self.assertRaises(AccessError):
            wizard.line_ids[:1].move_id = theirs

    def test_services_of_another_company(self):
        other = self.setup_other_company()["company"]
        theirs = self.env["res.partner"].create({"name": "Secret", "company_id": other.id})
        service = self.env["l10n_fr.chorus.service"].create(
            {"partner_id": theirs.id, "code": "SECRET"}
        )
        contact = new_test_user(
            self.env,
            login="chorus_contact",
            groups="base.group_user,base.group_partner_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertFalse(service.with_user(contact).search([("code", "=", "SECRET")]))
        with self.assertRaises(AccessError):
            service.with_user(contact).write({"code": "HACK"})

    def test_payments_go_to_no_stranger(self):
        account = self.env["res.partner.bank"].create(
            {"acc_number": "FR1420041010050500013M02606", "partner_id": self.town.id}
        )
        config = self.env["l10n_fr.chorus.config"].with_user(self.manager).create({})
        config.bank_id = account
        with self.assertRaises(ValidationError):
            config.action_save()

    def test_managers_configure(self):
        Config = self.env["l10n_fr.chorus.config"]
        with self.assertRaises(AccessError):
            Config.with_user(self.billing_user).create({"syntax": "ubl"})
        config = Config.with_user(self.manager).create({})
        self.assertEqual(config.bank_id, self.bank)
        config.write({"folder": "chorus", "delivery_siret": False, "late_payment_terms": "40 €"})
        config.action_save()
        self.assertEqual(self.company.l10n_fr_chorus_folder, "chorus")
        self.assertFalse(self.company.l10n_fr_chorus_delivery_siret)
        self.assertEqual(self.company.l10n_fr_chorus_late_payment_terms, "40 €")
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager).l10n_fr_chorus_folder = "x"
