from odoo.tests import tagged

from .common import ExportCommon

IBAN = "FR1420041010050500013M02606"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestHistory(ExportCommon):
    def _compare(self):
        cron = self.env.ref("l10n_fr_chorus_export.ir_cron_compare")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

    def _changed(self, move):
        move.invalidate_recordset()
        found = move.search([("id", "=", move.id), ("l10n_fr_chorus_is_changed", "=", True)])
        self.assertEqual(bool(found), move.l10n_fr_chorus_is_changed)
        return move.l10n_fr_chorus_is_changed

    def _alert(self, move):
        move = move.with_user(self.billing_user)
        return move._get_alerts().get("l10n_fr_chorus_changed", {}).get("message", "")

    def test_both_files_are_kept_with_what_changed(self):
        move = self._move()
        first = self._export(move).exported_line_ids
        move.buyer_reference = "TRAVAUX"
        second = self._export(move, again=True).exported_line_ids
        third = self._export(move, again=True).exported_line_ids
        self.assertFalse(first.change_text)
        self.assertEqual((second.previous_id, third.previous_id), (first, second))
        self.assertEqual(second.change_text, "service code: TRAVAUX instead of FINANCES")
        self.assertEqual(third.change_text, "Nothing: the same file")
        self.assertTrue(first.file and second.file)
        self.assertNotEqual(first.sha256, second.sha256)
        self.assertEqual(second.sha256, third.sha256)

    def test_reset_changed_and_posted_again(self):
        move = self._move()
        self._export(move)
        self._compare()
        self.assertFalse(self._changed(move))
        self.assertFalse(self._alert(move))

        move.button_draft()
        self._compare()
        self.assertTrue(self._changed(move))
        self.assertIn("no longer posted", self._alert(move))

        move.action_post()
        self._compare()
        self.assertFalse(self._changed(move), "posted again as it was")

        move.button_draft()
        move.invoice_line_ids.price_unit = 120
        move.action_post()
        self._compare()
        self.assertTrue(self._changed(move))
        self.assertRegex(self._alert(move), r"total incl\. VAT: 144.00 instead of 120.00")

        # Exported again, it is what its latest file says.
        export = self._export(move, again=True)
        self.assertFalse(self._changed(move))
        self.assertFalse(self._alert(move))
        self.assertRegex(export.exported_line_ids.change_text, r"total incl\. VAT: 144.00")

    def test_a_reference_changed_without_a_reset(self):
        move = self._move()
        self._export(move)
        move.purchase_order_reference = "E-1"
        self.assertIn("engagement number: E-1 instead of nothing", self._alert(move))
        self._compare()
        self.assertTrue(self._changed(move))

    def test_a_record_that_the_document_names(self):
        """The filter says of a change of a customer, an account or a tax what the form says."""
        for what, change, is_changed in (
            ("a phone", lambda: self.town.write({"phone": "+33 2 99 00 00 01"}), False),
            ("a SIRET", lambda: self.town.write({"l10n_fr_chorus_siret": "21990001600102"}), True),
            ("an account", lambda: self.bank.write({"acc_number": IBAN}), True),
            ("a tax", lambda: self.tax20.write({"ubl_cii_tax_category_code": "E"}), True),
        ):
            with self.subTest(what):
                move = self._move()
                self.assertTrue(self._export(move).exported_line_ids)
                self._compare()
                self.assertFalse(self._changed(move))
                change()
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual("instead of" in self._alert(move), is_changed)
                self._compare()
                self.assertEqual(self._changed(move), is_changed)

    def test_one_that_cannot_be_compared_spares_the_others(self):
        moves = self._move() + self._move() + self._move()
        self._export(moves)
        moves.purchase_order_reference = "E-1"
        with self.comparison_fails(moves[1]):
            self._compare()
        self.env.invalidate_all()
        latest = moves.l10n_fr_chorus_latest_line_ids
        self.assertEqual(latest.mapped("comparison"), ["changed", "pending", "changed"])
        self._compare()
        self.assertTrue(self._changed(moves[1]))

    def test_a_payment_is_no_change(self):
        move = self._move()
        self._export(move)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self._compare()
        self.assertFalse(self._changed(move))

    def test_exporting_writes_nothing_on_the_document(self):
        move = self._move()
        before = move.write_date
        self._export(move)
        self.env.flush_all()
        move.invalidate_recordset()
        self.assertEqual(move.write_date, before)
        self.assertFalse(move.is_manually_modified)

    def test_comparing_costs_no_query_a_document(self):
        moves = self.env["account.move"]
        for _rank in range(6):
            moves |= self._move()
        lines = self._export(moves).exported_line_ids.sudo()

        def count(lines):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            list(lines.browse(lines.ids)._compare())
            return self.env.cr.sql_log_count - before

        self.assertEqual(count(lines[:2]), count(lines))
