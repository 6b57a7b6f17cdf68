import os
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.tests import tagged

from ..chorus import formats, rules
from ..chorus.formats import FORMATS
from .common import ChorusCommon, JudgesMixin

#: Anomalies that rightly hold an odd invoice; any other is a fault of ours.
EXPECTED = {"negative_total", "vat_amount"}
FULL = os.environ.get("CHORUS_TEST_FULL")
EXAMPLES = 400 if FULL else 40
#: The XML of a Factur-X is that of CII, and so are nearly all of its rules.
JUDGED = FORMATS if FULL else ("ubl", "cii")


def decimals(low, high, places):
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False).map(float)


LINE = st.fixed_dictionaries(
    {
        "price": st.one_of(decimals(0, 2000, 2), decimals(0, 5, 4), decimals(-300, 0, 2)),
        "quantity": st.one_of(st.integers(1, 40).map(float), decimals(-3, 20, 2)),
        "discount": st.sampled_from([0.0, 0.0, 5.0, 12.5, 33.33, 100.0]),
        "tax": st.sampled_from(["20", "10", "5.5", "20 incl", "5.5 incl", "exempt", "eco"]),
    }
)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestGenerated(JudgesMixin, ChorusCommon):
    """Odd invoices, made and posted in Odoo: the files say exactly what the move says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        eco = cls._tax("Éco", 0.37, amount_type="fixed", include_base_amount=True, sequence=1)
        cls.taxes = {
            "20": cls.tax20,
            "10": cls.tax10,
            "5.5": cls.tax55,
            "20 incl": cls._tax("20% TTC", 20.0, price_include_override="tax_included"),
            "5.5 incl": cls._tax("5.5% TTC", 5.5, price_include_override="tax_included"),
            "exempt": cls._tax(
                "0%",
                0.0,
                ubl_cii_tax_category_code="E",
                ubl_cii_tax_exemption_reason_code="VATEX-FR-CGI261-4",
            ),
            "eco": eco + cls._tax("20% G après éco", 20.0, sequence=5),
        }
        cls.early = cls.env["account.payment.term"].create(
            {
                "name": "2/10 net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        cls.cash = {
            strategy: cls.env["account.cash.rounding"].create(
                {
                    "name": strategy,
                    "rounding": 0.05,
                    "strategy": strategy,
                    "rounding_method": "HALF-UP",
                    "profit_account_id": cls.company_data["default_account_revenue"].id,
                    "loss_account_id": cls.company_data["default_account_expense"].id,
                }
            )
            for strategy in ("add_invoice_line", "biggest_tax")
        }
        for name in ("JPY", "USD"):
            cls.env.ref(f"base.{name}").active = True

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        # Shrinking would post hundreds of invoices: the first falsifying one says enough.
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        lines=st.lists(LINE, min_size=1, max_size=6),
        method=st.sampled_from(["round_per_line", "round_globally"]),
        currency=st.sampled_from(["EUR", "EUR", "USD", "JPY"]),
        move_type=st.sampled_from(["out_invoice", "out_refund"]),
        early=st.booleans(),
        cash=st.sampled_from([None, None, "add_invoice_line", "biggest_tax"]),
    )
    def test_generated(self, lines, method, currency, move_type, early, cash):
        with self.cr.savepoint() as savepoint:
            self.company.tax_calculation_rounding_method = method
            move = self._move(
                *[
                    Command.create(
                        {
                            "name": "Ligne",
                            "quantity": line["quantity"],
                            "price_unit": line["price"],
                            "discount": line["discount"],
                            "tax_ids": [Command.set(self.taxes[line["tax"]].ids)],
                        }
                    )
                    for line in lines
                ],
                invoice_payment_term_id=self.early.id if early else False,
                invoice_cash_rounding_id=self.cash[cash].id if cash else False,
                move_type=move_type,
                currency_id=self.env.ref(f"base.{currency}").id,
                post=False,
            )
            # Odoo itself posts no negative total: what is read is the same.
            if move.amount_total >= 0:
                move.action_post()
            self._check(move)
            savepoint.rollback()

    def _check(self, move):
        document = self._document(move)
        cent = Decimal(1).scaleb(-document.decimals)

        def money(value):
            return Decimal(value).quantize(cent)

        totals = document.totals
        self.assertEqual(totals.due, money(move.amount_total))
        self.assertEqual(totals.untaxed + totals.tax + totals.rounding, money(move.amount_total))
        codes = {a.code for a in rules.check(document) if a.is_blocking} - rules.ON_NUMBER
        self.assertLessEqual(codes, EXPECTED)
        # EN 16931 BR-CO-11 and BR-CO-12: what is worth nothing has no total.
        self.assertTrue(all(item.amount for item in document.allowances))
        if not codes:
            files = self._judge_every_syntax(move, document, JUDGED)
            if move.state == "posted":
                self._compare_with_the_print(move, document, files)
            self.assertEqual(formats.build_xml(self._document(move), FORMATS["ubl"]), files["ubl"])
