from odoo.tests import tagged

from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker


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
