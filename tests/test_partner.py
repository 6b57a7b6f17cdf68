from odoo.tests import tagged

from .common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPartner(ChorusCommon):
    def _child(self, **values):
        return self.env["res.partner"].create({"name": "X", "parent_id": self.town.id, **values})

    def test_siret_is_stored_without_separators(self):
        self.school.l10n_fr_chorus_siret = " 219 900\u00a0016.00102 "
        self.assertEqual(self.school.l10n_fr_chorus_siret, "21990001600102")
        other = self._child(type="delivery", l10n_fr_chorus_siret="219 900 016 00201")
        self.assertEqual(other.l10n_fr_chorus_siret, "21990001600201")

    def test_own_siret_survives_the_parent(self):
        """`company_registry` of an address is overwritten by its parent's; ours is not."""
        self.town.company_registry = "21990001600300"
        self.assertEqual(self.school.l10n_fr_chorus_siret, "21990001600102")
        self.assertEqual(self.school._l10n_fr_chorus_get_siret(), "21990001600102")

    def test_effective_siret(self):
        town = "21990001600011"
        self.assertEqual(self.town._l10n_fr_chorus_get_siret(), town)
        for kind, expected in (
            ("contact", town),
            ("invoice", town),
            ("delivery", ""),
            ("other", ""),
        ):
            with self.subTest(kind=kind):
                self.assertEqual(self._child(type=kind)._l10n_fr_chorus_get_siret(), expected)
        self.town.l10n_fr_chorus_siret = "21990001600409"
        self.assertEqual(self.town._l10n_fr_chorus_get_siret(), "21990001600409")
        self.assertEqual(self._child(type="invoice")._l10n_fr_chorus_get_siret(), "21990001600409")

    def test_a_delivery_address_never_inherits(self):
        contact = self._child(type="contact")
        self.assertEqual(contact._l10n_fr_chorus_get_siret(delivery=True), "")
        # The customer's own address is a site of its own.
        self.assertEqual(self.town._l10n_fr_chorus_get_siret(delivery=True), "21990001600011")

    def test_copy_button(self):
        site = self._child(type="delivery")
        site.action_l10n_fr_chorus_copy_siret()
        self.assertEqual(site.l10n_fr_chorus_siret, "21990001600011")

    def test_flag_and_defaults_are_the_customers(self):
        self.assertTrue(self.school.l10n_fr_chorus_export)
        self.assertEqual(self.school.l10n_fr_chorus_service_code, "FINANCES")
        self.town.l10n_fr_chorus_export = False
        self.assertFalse(self.school.l10n_fr_chorus_export)
