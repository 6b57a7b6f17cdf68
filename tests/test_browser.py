import os
import shutil
import tempfile
from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import config

from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker

from ..models.channel.folder import ROOT_OPTION
from .common import IBAN, ChorusCommon, copy_posted

#: Seconds for a whole tour: a machine that does other things too takes its time.
PATIENCE = 600


@tagged("post_install_l10n", "post_install", "-at_install", "chorus_browser")
class TestHoot(HOOTCommon):
    """The window's list, unit by unit, in a real browser."""

    def test_hoot(self):
        suite = self._generate_hash("@l10n_fr_chorus_export")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=60000&id={suite}",
            "",
            "",
            login="admin",
            timeout=PATIENCE,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )


@tagged("post_install_l10n", "post_install", "-at_install", "chorus_browser")
class TestTour(ChorusCommon, HttpCase):
    """The gestures of an ordinary billing user, in French."""

    def setUp(self):
        super().setUp()
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)
        self.startPatcher(patch.dict(config.options, {ROOT_OPTION: self.root}))
        self.env["res.lang"]._activate_lang("fr_FR")
        self.billing_user.write({"lang": "fr_FR", "name": "chorus_billing"})

    def _start(self, tour, action="l10n_fr_chorus_export.l10n_fr_chorus_export_action", path=""):
        self.start_tour(
            f"/odoo/action-{action}{path}", tour, login=self.billing_user.login, timeout=PATIENCE
        )

    def test_mend_and_return(self):
        self._move()
        self._move()
        self._move(purchase_order_reference="ENG-1", l10n_fr_chorus_order_reference="BC-1")
        self._start("l10n_fr_chorus_window_mend_tour")

    def test_the_address_of_the_window(self):
        self._move()
        Wizard = self.env["account.move.chorus.export"].with_user(self.billing_user)
        wizard = Wizard.create({"company_id": self.company.id})
        action = wizard.action_next()
        wizard.action_exclude_all()
        self.start_tour(
            f"/odoo/{wizard.id}/{action['path']}",
            "l10n_fr_chorus_address_tour",
            login=self.billing_user.login,
            timeout=PATIENCE,
        )

    def test_single_export_with_the_warning(self):
        move = self._move()
        self._start(
            "l10n_fr_chorus_single_tour", "account.action_move_out_invoice_type", f"/{move.id}"
        )
        self.assertEqual(len(move.l10n_fr_chorus_export_line_ids), 2)
        self.assertEqual(move.l10n_fr_chorus_exported_by, self.billing_user)

    def test_a_thousand_rows(self):
        copy_posted(self._move(), 999)
        self._start("l10n_fr_chorus_thousand_tour")

    def test_tour(self):
        self.school.l10n_fr_chorus_siret = False
        excluded, exported = self._move(), self._move()
        held = self._move(partner_shipping_id=self.school.id)
        self._start("l10n_fr_chorus_export_tour")
        export = self.env["l10n_fr.chorus.export"].search([("company_id", "=", self.company.id)])
        self.assertEqual(export.user_id, self.billing_user)
        self.assertEqual(len(export.exported_line_ids), 1)
        self.assertIn(export.exported_line_ids.move_id, excluded | exported)
        self.assertEqual(export.held_line_ids.move_id, held)
        # Test cursors never commit: what follows the commit is done by hand.
        export.action_deliver()
        self.assertEqual(
            os.listdir(os.path.join(self.root, "tour/mars")), [export.exported_line_ids.file_name]
        )


@tagged("post_install_l10n", "post_install", "-at_install", "chorus_browser")
class TestMend(ChorusCommon, HttpCase):
    """A document with an anomaly of each kind, and the way from each to the record to mend."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.write({"name": "Notre Société", "vat": False})
        cls.bank.acc_number = "FR761"
        cls.school.l10n_fr_chorus_siret = False
        cls.move = cls._move(
            cls._line(name="x" * 1100, taxes=cls._tax("19%", 19.0)),
            name="FAC/MEND",
            partner_shipping_id=cls.school.id,
            purchase_order_reference="ENG",
            l10n_fr_chorus_order_reference="BC",
        )
        cls.town.country_id = False
        cls._user("chorus_colleague", "base.group_partner_manager,account.group_account_manager")

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            name="Collègue",
            groups=f"base.group_user,account.group_account_invoice,{groups}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )

    def _open(self, tour, user):
        action = "account.action_move_out_invoice_type"
        self.start_tour(
            f"/odoo/action-{action}/{self.move.id}", tour, login=user.login, timeout=PATIENCE
        )

    def _open_window(self, tour, user):
        action = "l10n_fr_chorus_export.account_move_chorus_export_action"
        self.start_tour(f"/odoo/action-{action}", tour, login=user.login, timeout=PATIENCE)

    def test_a_user_who_may_change_contacts_mends(self):
        writer = self._user("chorus_writer", "base.group_partner_manager")
        self._open("l10n_fr_chorus_mend_form_tour", writer)
        self._open_window("l10n_fr_chorus_mend_window_tour", writer)

    def test_a_user_who_may_not_sees_and_asks(self):
        self._open("l10n_fr_chorus_ask_form_tour", self.billing_user)
        self._open_window("l10n_fr_chorus_ask_window_tour", self.billing_user)

    def test_what_chorus_pro_answered(self):
        self.company.partner_id.vat = "FR49900000027"
        self.move = self._move(partner_bank_id=False)
        self.bank.acc_number = IBAN
        self.town.country_id = self.france
        export = self.env["l10n_fr.chorus.export"]._export(self.move, company=self.company)
        self.assertTrue(export.exported_line_ids)
        self._open("l10n_fr_chorus_rejection_tour", self.billing_user)
        self.assertEqual(export.line_ids.rejection_message, "Destinataire introuvable ou inactif")
