from odoo.tests import TransactionCase, tagged


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDemo(TransactionCase):
    """A demo file that fails is only a warning for Odoo: here it fails the run."""

    def test_demo_data(self):
        module = self.env["ir.module.module"].search([("name", "=", "l10n_fr_chorus_export")])
        self.assertTrue(module.demo, "these tests run on a database with demo data")
        self.assertFalse(self.env["ir.demo_failure"].search([]))
        company = self.env.ref("base.demo_company_fr")
        Move = self.env["account.move"].with_context(allowed_company_ids=company.ids)
        moves = Move.search(Move._l10n_fr_chorus_get_domain(company, again=True))
        self.assertEqual(len(moves), 26)
        private = self.env.ref("l10n_fr_chorus_export.demo_move_private")
        draft = self.env.ref("l10n_fr_chorus_export.demo_move_draft")
        self.assertEqual((private.state, draft.state), ("posted", "draft"))
        self.assertNotIn(private, moves)
        self.assertNotIn(draft, moves)

        codes = {}
        for move, _document, anomalies in self.env["l10n_fr.chorus.maker"]._check_documents(moves):
            for anomaly in anomalies:
                codes.setdefault(anomaly.code, []).append(move)
        self.assertEqual(
            {code: len(found) for code, found in codes.items()},
            {
                "billing_country_missing": 1,
                "billing_siret_missing": 1,
                "delivery_country_missing": 1,
                "delivery_siret_missing": 1,
                "engagement_and_order": 1,
                "state_requires_both": 1,
                "credit_note_origin": 1,
                "framework_unpaid": 1,
                "requirement_unknown": 2,
                "vat_overseas": 1,
                # Odoo prints the option for debits for a tax of 0 % too.
                "vat_debits_printed": 1,
            },
        )
