import os
import shutil
import tempfile
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import config

from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker

from ..models.res_company import ROOT_OPTION
from .common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install", "chorus_browser")
class TestHoot(HOOTCommon):
    """The window's list, unit by unit, in a real browser."""

    def test_hoot(self):
        suite = self._generate_hash("@l10n_fr_chorus_export")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )


@tagged("post_install_l10n", "post_install", "-at_install", "chorus_browser")
class TestTour(ChorusCommon, HttpCase):
    """The gestures of an ordinary billing user, in French."""

    def test_tour(self):
        root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, root)
        self.startPatcher(patch.dict(config.options, {ROOT_OPTION: root}))
        self.env["res.lang"]._activate_lang("fr_FR")
        self.billing_user.lang = "fr_FR"
        self.school.l10n_fr_chorus_siret = False
        excluded, exported = self._move(), self._move()
        held = self._move(partner_shipping_id=self.school.id)
        action = "l10n_fr_chorus_export.l10n_fr_chorus_export_action"
        self.start_tour(
            f"/odoo/action-{action}", "l10n_fr_chorus_export_tour", login=self.billing_user.login
        )
        export = self.env["l10n_fr.chorus.export"].search([("company_id", "=", self.company.id)])
        self.assertEqual(export.user_id, self.billing_user)
        self.assertEqual(len(export.exported_line_ids), 1)
        self.assertIn(export.exported_line_ids.move_id, excluded | exported)
        self.assertEqual(export.held_line_ids.move_id, held)
        # Test cursors never commit: what follows the commit is done by hand.
        export.action_deliver()
        self.assertEqual(
            os.listdir(os.path.join(root, "tour/mars")), [export.exported_line_ids.file_name]
        )
