"""A record that the user may not read is an anomaly of its own document alone."""

from collections import defaultdict
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tests import new_test_user, tagged

from ..models.reading.move import NAMED
from .common import ExportCommon

CODE = "record_unreadable"
SERVICE = "l10n_fr.chorus.service"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRights(ExportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.town.l10n_fr_chorus_requirement = "none"
        cls.company.l10n_fr_chorus_bank_id = False
        cls.other = cls.env["res.company"].create({"name": "Autre société"})
        cls.fine = cls._move() | cls._move()

    def _window(self, moves=None):
        values = {"company_id": self.company.id}
        if moves:
            values["move_ids"] = [Command.set(moves.ids)]
        return self.env["account.move.chorus.export"].with_user(self.billing_user).create(values)

    def _assert_one_is_held(self, bad, text):
        """The window shows all of them, and the export makes all but one."""
        self.env.flush_all()
        self.env.invalidate_all()  # what others have read is read by anyone
        wizard = self._window()
        wizard.action_next()
        self.assertEqual(wizard.line_ids.move_id, self.fine | bad)
        [held] = wizard.line_ids.filtered("is_blocked")
        self.assertEqual(held.move_id, bad)
        [anomaly] = held.get_anomalies()
        self.assertEqual(anomaly["code"], CODE)
        self.assertIn(bad.name, anomaly["message"])
        self.assertIn(text, anomaly["message"])
        # A verdict belongs to the document, not to the user who checked it.
        self.assertIn(bad.l10n_fr_chorus_verdict, ("ok", "remarks"))
        # So it is in another syntax, though the superuser has just read all of it for the verdict.
        wizard.syntax = "cii"
        self._check_again(wizard)
        self.assertEqual(wizard.line_ids.filtered("is_blocked").move_id, bad)
        # The form and the preview open, and say so too, fresh though the verdict is.
        theirs = bad.with_user(self.billing_user)
        for is_stale in (False, True):
            alerts = self._alerts(theirs, is_stale)
            self.assertTrue(any(text in alert["message"] for alert in alerts), is_stale)
        self.assertFalse(
            any(text in alert["message"] for alert in self._alerts(self.fine[:1], is_stale=False))
        )
        action = theirs.action_l10n_fr_chorus_preview()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertTrue(preview.with_user(self.billing_user).read())
        for background in (False, True):
            moves = self.fine | bad
            self.env.invalidate_all()
            export = self._export(moves, again=True, background=background)
            if background:
                self._run_cron()
            self.assertEqual(export.state, "done")
            self.assertEqual(export.exported_line_ids.move_id, self.fine)
            self.assertEqual(export.held_line_ids.move_id, bad)
            self.assertIn(text, export.held_line_ids.anomaly_text)

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_export.ir_cron_run").method_direct_trigger()
        self.env.invalidate_all()

    def _alerts(self, move, is_stale):
        if is_stale:
            Verdict = self.env["l10n_fr.chorus.verdict"].sudo()
            Verdict._mark_stale_now([("move_id", "in", move.ids)])
        self.env.flush_all()
        self.env.invalidate_all()
        return move._get_alerts().values()

    def test_a_bank_account_of_another_company(self):
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "FR1420041010050500013M02606", "partner_id": self.company.partner_id.id}
        )
        bad = self._move(partner_bank_id=bank.id)
        bank.company_id = self.other
        self._assert_one_is_held(bad, "FR14 2004 1010 0505 0001 3M02 606")

    def test_a_product_of_another_company(self):
        product = self.env["product.product"].create({"name": "Chaise"})
        bad = self._move(self._line(product_id=product.id))
        self.env.cr.execute(
            "UPDATE product_template SET company_id = %s WHERE id = %s",
            [self.other.id, product.product_tmpl_id.id],
        )
        self.env.invalidate_all()
        self._assert_one_is_held(bad, "Chaise")

    def test_a_payment_term_of_another_company(self):
        term = self.env["account.payment.term"].create({"name": "Trente jours"})
        bad = self._move(invoice_payment_term_id=term.id)
        self.env.cr.execute(
            "UPDATE account_payment_term SET company_id = %s WHERE id = %s",
            [self.other.id, term.id],
        )
        self.env.invalidate_all()
        self._assert_one_is_held(bad, "Trente jours")

    def test_a_delivery_address_of_another_company(self):
        site = self.env["res.partner"].create(
            {
                "name": "Dépôt",
                "type": "delivery",
                "country_id": self.france.id,
                "l10n_fr_chorus_siret": "21990001600102",
            }
        )
        bad = self._move(partner_shipping_id=site.id)
        site.company_id = self.other
        self._assert_one_is_held(bad, "Dépôt")

    def test_the_account_of_the_invoice_that_a_credit_note_takes_back(self):
        """No field of the credit note names it: the form whose verdict is fresh tells it too."""
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "FR1420041010050500013M02606", "partner_id": self.company.partner_id.id}
        )
        invoice = self._move(partner_bank_id=bank.id)
        self._export(invoice)
        bad = self._move(
            move_type="out_refund", partner_bank_id=False, reversed_entry_id=invoice.id
        )
        bank.company_id = self.other
        self._assert_one_is_held(bad, "FR14 2004 1010 0505 0001 3M02 606")

    def test_each_record_that_a_document_reads_is_looked_for(self):
        """A form whose verdict is fresh looks for what its user may not read, and reads no more."""
        fixed = self.tax20.copy({"name": "Éco", "amount_type": "fixed", "amount": 1.0})
        other = self.tax20.copy(
            {
                "name": "Autre taxe",
                "description": False,
                "invoice_label": False,
                "tax_group_id": self.tax20.tax_group_id.copy({"name": "Autres"}).id,
            }
        )
        lines = other.invoice_repartition_line_ids
        lines[-1].account_id = self.company_data["default_account_tax_sale"]
        group = self.tax20.copy(
            {"amount_type": "group", "children_tax_ids": [Command.set((fixed + other).ids)]}
        )
        term = self.env["account.payment.term"].create({"name": "Trente jours"})
        position = self.env["account.fiscal.position"].create({"name": "Position"})
        product = self.env["product.product"].create({"name": "Chaise"})
        invoice = self._move(
            self._line(product_id=product.id),
            self._line(taxes=group),
            self._line(taxes=other),
            partner_shipping_id=self.school.id,
            partner_bank_id=self.bank.id,
            invoice_payment_term_id=term.id,
            fiscal_position_id=position.id,
        )
        moves = invoice
        moves |= self._move(l10n_fr_chorus_type="384", l10n_fr_chorus_corrected_id=invoice.id)
        moves |= self._move(move_type="out_refund", reversed_entry_id=invoice.id)
        moves |= self._move(move_type="out_refund", l10n_fr_chorus_corrected_id=invoice.id)
        moves |= self._move(move_type="out_refund")
        self.env.flush_all()
        self.env.invalidate_all()
        read = defaultdict(set)
        fetch = BaseModel.fetch

        def spy(records, names=None):
            if not records.env.su:
                read[records._name].update(records._origin.ids)
            return fetch(records, names)

        theirs = moves.with_user(self.billing_user).with_context(
            allowed_company_ids=self.company.ids
        )
        with patch.object(BaseModel, "fetch", spy):
            theirs.env["l10n_fr.chorus.document"]._read_documents(theirs)
        self.assertTrue(read["res.partner"] and read["account.tax.group"])
        named = defaultdict(set, {"account.move": set(moves.ids), "res.company": {self.company.id}})
        for path in NAMED:
            records = moves.mapped(path)
            named[records._name].update(records.ids)
        Rule = theirs.env["ir.rule"]
        for model, ids in read.items():
            # These have the rule of the record that they belong to.
            if model in ("account.tax.repartition.line", "product.template", SERVICE):
                continue
            if not Domain(Rule._compute_domain(model, "read")).is_true():
                with self.subTest(model=model):
                    self.assertFalse(self.env[model].browse(ids - named[model]))

    def test_a_record_that_no_list_foresees(self):
        """Another module reads a record that this user may not: the anomaly says so too."""
        bad = self._move()
        Move = self.registry["account.move"]
        prepare = Move._l10n_fr_chorus_prepare_payment

        def refuses(move, batch):
            if move.id == bad.id and not move.env.su:
                raise AccessError("secret")  # pylint: disable=translation-required
            return prepare(move, batch)

        self.patch(Move, "_l10n_fr_chorus_prepare_payment", refuses)
        for background in (False, True):
            with self.subTest(background=background):
                export = self._export(self.fine | bad, again=True, background=background)
                if background:
                    self._run_cron()
                self.assertEqual(export.exported_line_ids.move_id, self.fine)
                [anomaly] = export.held_line_ids.get_anomalies()
                self.assertEqual(anomaly["code"], CODE)
                self.assertNotIn("secret", anomaly["message"])

    def test_a_branch_whose_invoices_name_the_account_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Agence", "parent_id": self.company.id})
        user = new_test_user(
            self.env,
            login="chorus_branch",
            groups="base.group_user,account.group_account_invoice",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        self.bank.company_id = self.company
        moves = self._move(post=False) | self._move(post=False)
        self.env.flush_all()
        moves.partner_bank_id = self.bank
        moves.action_post()
        self.env.cr.execute(
            "UPDATE account_move SET company_id = %s WHERE id IN %s", [branch.id, tuple(moves.ids)]
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET company_id = %s WHERE move_id IN %s",
            [branch.id, tuple(moves.ids)],
        )
        self.env.invalidate_all()
        checked = (
            self.env["l10n_fr.chorus.maker"].with_user(user)._check_documents(moves.with_user(user))
        )
        for move, document, anomalies in checked:
            if document:
                continue
            [anomaly] = anomalies
            self.assertEqual(anomaly.code, CODE, move.name)

    def test_a_branch_that_is_paid_on_the_account_of_its_parent_is_configured(self):
        branch = self.env["res.company"].create({"name": "Agence", "parent_id": self.company.id})
        manager = new_test_user(
            self.env,
            login="chorus_branch_manager",
            groups="base.group_user,account.group_account_manager",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        self.bank.company_id = self.company
        branch.l10n_fr_chorus_bank_id = self.bank
        Config = self.env["l10n_fr.chorus.config"].with_user(manager).with_company(branch)
        spec = {name: {} for name in ("syntax", "lot_format", "schedule_period", "embed_pdf")}
        spec |= {"bank_id": {"fields": {"display_name": {}}}}
        self.env.flush_all()
        self.env.invalidate_all()
        # As the screen does: what it opens with, and what it saves.
        shown = Config.onchange({}, [], spec)["value"]
        self.assertEqual(shown["bank_id"]["id"], self.bank.id)
        values = {**shown, "bank_id": self.bank.id, "embed_pdf": True}
        self.assertTrue(
            Config.onchange({**values, "bank_id": shown["bank_id"]}, ["embed_pdf"], spec)
        )
        [read] = Config.web_save(values, spec)
        config = Config.browse(read["id"])
        config.action_save()
        self.assertEqual(branch.l10n_fr_chorus_bank_id, self.bank)
        self.assertTrue(branch.l10n_fr_chorus_embed_pdf)
        # Another one that he may not read is refused as ever.
        other = self.bank.copy({"acc_number": "FR1420041010050500013M02606"})
        other.company_id = self.company
        with self.assertRaises(AccessError):
            Config.web_save({**values, "bank_id": other.id}, spec)

    def test_hidden_documents_are_counted(self):
        """A customer that was given to another company takes his documents out of sight."""
        gone = self.env["res.partner"].create(
            {
                "name": "Commune partie",
                "is_company": True,
                "street": "1 rue Haute",
                "zip": "35480",
                "city": "Essai",
                "country_id": self.france.id,
                "company_registry": "21990001600011",
                "l10n_fr_chorus_export": True,
            }
        )
        hidden = self._move(partner=gone) | self._move(partner=gone)
        out = self._move(partner=gone)
        self.assertEqual(self._export(out).exported_count, 1)
        wizard = self._window()
        wizard.action_next()
        self.assertEqual(wizard.get_state()["hidden"], "")
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s", [self.other.id, gone.id]
        )
        self.env.invalidate_all()
        self._check_again(wizard)
        self.assertEqual(wizard.line_ids.move_id, self.fine)
        self.assertIn("Hidden from you: 2.", wizard.get_state()["hidden"])
        export = self.env["l10n_fr.chorus.export"].browse(wizard.action_export()["res_id"])
        self.assertEqual(export.hidden_count, 2)
        self.assertIn("2 documents: have them exported by someone", export.report_text)
        # Nobody has to export what is out, even if it was asked for again.
        again = self._window()
        again.again = True
        again.action_next()
        self.assertIn("Hidden from you: 3.", again.get_state()["hidden"])
        export = export.browse(again.action_export()["res_id"])
        self.assertEqual(export.hidden_count, 2)
        chosen = self._window(hidden)
        self.assertIn("Hidden from you: 2.", chosen.hint_text)
        selected = self.fine | hidden | out
        action = selected.with_user(self.billing_user).action_l10n_fr_chorus_export()
        other = chosen.browse(action["context"]["chorus_export_wizard_id"])
        self.assertEqual(other.line_ids.move_id, self.fine)
        self.assertIn("Hidden from you: 3.", other.get_state()["hidden"])
        other.action_include_all()
        export = export.browse(other.action_export()["res_id"])
        self.assertEqual(export.hidden_count, 2, "of those selected")
        self.assertIn("2 documents: have them exported by someone", export.report_text)

    def test_a_selection_that_is_hidden_altogether_shows_no_other_documents(self):
        """A rule of the database may hide invoices themselves, not their customers alone."""
        wizard = self._window(self.fine[0])
        self.env["ir.rule"].create(
            {
                "name": "None but those",
                "model_id": self.env["ir.model"]._get_id("account.move"),
                "domain_force": f"[('id', '!=', {self.fine[0].id})]",
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertIn("Hidden from you: 1.", wizard.hint_text)
        self.assertFalse(wizard._find_moves(), "nor those of the period")

    def test_a_document_that_cannot_be_checked_spares_the_others(self):
        """The window, the verdicts and exports go on; its own form opens, and says so."""
        bad, words = self._move(), "could not be checked"
        self.env["l10n_fr.chorus.verdict"]._add((self.fine | bad).ids)
        with self.check_fails(bad):
            wizard = self._window()
            wizard.action_next()
            self.assertEqual(wizard.line_ids.move_id, self.fine | bad)
            held = wizard.line_ids.filtered("is_blocked")
            self.assertEqual(held.move_id, bad)
            self.assertIn(words, held.anomaly_text)
            self.assertIn("ZeroDivisionError", held.anomaly_text)
            Verdict = self.env["l10n_fr.chorus.verdict"].sudo()
            Verdict._mark_stale_now([("move_id", "in", (self.fine | bad).ids)])
            Verdict._refresh((self.fine | bad).ids)
            self.env.invalidate_all()
            self.assertEqual(bad.l10n_fr_chorus_verdict, "blocked")
            for move in self.fine:
                self.assertIn(move.l10n_fr_chorus_verdict, ("ok", "remarks"))
            alerts = bad.with_user(self.billing_user)._get_alerts().values()
            self.assertTrue(any(words in alert["message"] for alert in alerts))
            for background in (False, True):
                export = self._export(self.fine | bad, again=True, background=background)
                if background:
                    self._run_cron()
                self.assertEqual(export.exported_line_ids.move_id, self.fine)
                self.assertEqual(export.held_line_ids.move_id, bad)
                self.assertIn(words, export.held_line_ids.anomaly_text)
        # It goes once the fault is mended.
        self.assertEqual(self._export(bad).exported_count, 1)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMerge(ExportCommon):
    def test_data_of_the_directory_stay_with_their_number(self):
        Partner = self.env["res.partner"]
        manager = self.billing_user
        # Core's own merge reads fields of theirs.
        manager.group_ids += self.env.ref("base.group_erp_manager")
        manager.group_ids += self.env.ref("base.group_partner_manager")
        known = {
            "l10n_fr_chorus_directory_date": "2026-01-01",
            "l10n_fr_chorus_directory_state": "inactive",
        }
        for own, is_kept in (("21990001600029", False), ("21990001600011", True), (False, True)):
            with self.subTest(own=own):
                source, target = Partner.sudo().create(
                    [
                        {"name": "Commune", "l10n_fr_chorus_siret": "21990001600011", **known},
                        {"name": "Commune", "l10n_fr_chorus_siret": own},
                    ]
                )
                Wizard = self.env["base.partner.merge.automatic.wizard"].with_user(manager)
                Wizard.create({})._merge((source | target).ids, target)
                self.assertEqual(bool(target.l10n_fr_chorus_directory_date), is_kept)
                self.assertEqual(target.l10n_fr_chorus_directory_state == "inactive", is_kept)

    def test_services_of_merged_customers_are_merged(self):
        Service = self.env["l10n_fr.chorus.service"]
        twin = self.env["res.partner"].create(
            {"name": "Ville d'Essai (double)", "is_company": True, "l10n_fr_chorus_export": True}
        )
        kept, _own, _double, _only, _closed = Service.create(
            [
                {"partner_id": self.town.id, "code": "FINANCES"},
                {"partner_id": self.town.id, "code": "VOIRIE"},
                {
                    "partner_id": twin.id,
                    "code": "FINANCES",
                    "name": "Direction des finances",
                    "engagement_required": True,
                },
                {"partner_id": twin.id, "code": "ECOLES"},
                {"partner_id": twin.id, "code": "ARCHIVES", "active": False},
            ]
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((twin | self.town).ids, self.town)
        self.assertFalse(twin.exists())
        services = Service.with_context(active_test=False).search(
            [("partner_id", "=", self.town.id)]
        )
        self.assertEqual(
            {service.code: service.active for service in services},
            {"FINANCES": True, "VOIRIE": True, "ECOLES": True, "ARCHIVES": False},
        )
        self.assertTrue(kept.exists())
        self.assertEqual(kept.name, "Direction des finances")
        self.assertTrue(kept.engagement_required)
        self.assertTrue(kept.is_default)

    def test_an_address_keeps_the_default_of_the_one_that_goes(self):
        """Core merges the default service code of customers, not that of addresses."""
        Service, Partner = self.env["l10n_fr.chorus.service"], self.env["res.partner"]
        addresses = Partner.create(
            [
                {"name": f"Site {rank}", "parent_id": self.town.id, "type": "invoice"}
                for rank in range(2)
            ]
        )
        kept, other, _twin = Service.create(
            [
                {"partner_id": addresses[0].id, "code": "SITE"},
                {"partner_id": addresses[0].id, "code": "AUTRE"},
                {"partner_id": addresses[1].id, "code": "SITE", "is_default": True},
            ]
        )
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            addresses.ids, addresses[0]
        )
        self.assertTrue(kept.is_default)
        self.assertFalse(other.is_default)
