from lxml import etree

from odoo.tests import tagged

from ..chorus import rules
from ..chorus.formats import FORMATS, build
from .common import ChorusCommon, copy_free_line

NASTY = "A\x07B\u202etxet\u00a0\t]]> & <b>gras</b> <M8> « ☎ 🎉 » \x00".replace("\x00", "")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestHostile(ChorusCommon):
    """Bad input: an anomaly or a valid file, never a traceback."""

    def _codes_or_file(self, move):
        document = self._document(move)
        codes = {anomaly.code for anomaly in rules.check(document) if anomaly.is_blocking}
        if not codes:
            etree.fromstring(build(document, FORMATS["ubl"]))
        for anomaly in rules.check(document):
            self.assertIn(move.name, anomaly.message.render())
        return codes

    def test_hostile_texts(self):
        self.town.write({"name": f"Ville {NASTY}", "street": NASTY, "city": NASTY})
        move = self._move(
            self._line(name=NASTY),
            narration=f"<p>{NASTY}</p><script>alert(1)</script>",
            buyer_reference="FINANCES",
            payment_reference=NASTY,
        )
        self.assertFalse(self._codes_or_file(move))
        document = self._document(move)
        text = repr(document)
        for char in "\x07\u202e\u00a0\t":
            self.assertNotIn(char, document.lines[0].name + document.buyer.name)
        self.assertIn("<M8>", document.lines[0].name, "no tag: never cut")
        self.assertIn("🎉", document.lines[0].name)
        self.assertNotIn("<script>", text)

    def test_long_labels(self):
        self.assertEqual(
            self._codes_or_file(self._move(self._line(name="x" * 10_000))), {"line_name"}
        )

    def test_a_thousand_lines(self):
        move = self._move(*[self._line(1 + index / 100, 3) for index in range(10)], self._line(0))
        copy_free_line(move, 989)
        self.assertFalse(self._codes_or_file(move))

    def test_an_empty_partner(self):
        empty = self.env["res.partner"].create({"name": " ", "l10n_fr_chorus_export": True})
        codes = self._codes_or_file(self._move(partner=empty))
        self.assertLessEqual(
            {"billing_country_missing", "billing_siret_missing", "name_length"}, codes
        )

    def test_archived_records(self):
        move = self._move(partner_shipping_id=self.school.id)
        self.school.active = False
        self.tax20.active = False
        self.bank.active = False
        self.assertFalse(self._codes_or_file(move))

    def test_currencies(self):
        yen, dinar = self.env.ref("base.JPY"), self.env.ref("base.TND")
        (yen | dinar).active = True
        dinar.rounding = 0.001
        self.assertFalse(self._codes_or_file(self._move(currency_id=yen.id)))
        codes = self._codes_or_file(self._move(currency_id=dinar.id))
        self.assertIn("currency_decimals", codes)

    def test_other_natures(self):
        for code, number, scheme in (
            ("NC", "1234567", "4"),
            ("PF", "123456", "5"),
            ("RE", "21990001600011", "1"),
        ):
            partner = self.env["res.partner"].create(
                {
                    "name": f"Collectivité {code}",
                    "is_company": True,
                    "country_id": self.env["res.country"].search([("code", "=", code)]).id,
                    "company_registry": number,
                    "l10n_fr_chorus_export": True,
                }
            )
            move = self._move(partner=partner)
            document = self._document(move)
            self.assertEqual((document.buyer.scheme, document.buyer.identifier), (scheme, number))
            self.assertFalse(self._codes_or_file(move))
        self.town.write({"l10n_fr_chorus_siret_checked": True, "company_registry": "1" * 14})
        self.assertFalse(self._codes_or_file(self._move()))

    def test_the_same_number_in_another_journal(self):
        journal = self.company_data["default_journal_sale"]
        other = journal.copy({"code": "FAC2"})
        move = self._move()
        twin = self._move(journal_id=other.id, post=False)
        twin.name = move.name
        twin.action_post()
        self.assertIn("number_twice", self._codes(move))
        self.assertIn("number_twice", self._codes(twin))
        journal.active = False
        self.assertIn("number_twice", self._codes(twin), "what was sent stays sent")

    def test_numbers_beyond_measure(self):
        """Anomalies report them: no invoice that Odoo posts makes the check fail."""
        for values in (
            {"quantity": 1e30, "price": 0},
            {"quantity": 1e-30, "price": 1e30},
        ):
            with self.subTest(values):
                move = self._move(self._line(**values))
                self.assertIn("line_too_big", self._codes(move))

    def test_payment_means(self):
        method = self.env["account.payment.method.line"].search(
            [("company_id", "=", self.company.id), ("payment_type", "=", "inbound")], limit=1
        )
        method.l10n_fr_chorus_payment_means = "20"
        move = self._move(preferred_payment_method_line_id=method.id)
        document = self._document(move)
        self.assertEqual((document.payment.means, document.payment.iban), ("20", ""))
        self.assertFalse(self._codes_or_file(move))
        refund = move._reverse_moves([{"invoice_date": move.invoice_date}])
        self.assertEqual(self._document(refund).payment.means, "30")

    def test_sent_by_peppol(self):
        if "peppol_move_state" not in self.env["account.move"]._fields:
            self.skipTest("account_peppol is not installed: tests/package installs it")
        move = self._move()
        move.peppol_move_state = "done"
        self.assertIn("sent_elsewhere", self._codes(move))
        move.l10n_fr_chorus_deposit_anyway = True
        self.assertNotIn("sent_elsewhere", self._codes(move))

    def test_what_the_customer_requires(self):
        self.town.l10n_fr_chorus_requirement = "both"
        move = self._move(buyer_reference=False)
        self.assertLessEqual({"service_required", "engagement_required"}, set(self._codes(move)))
        self.env["l10n_fr.chorus.service"].create(
            {"partner_id": self.town.id, "code": "TRAVAUX", "engagement_required": True}
        )
        self.town.l10n_fr_chorus_requirement = "none"
        move.l10n_fr_chorus_service_id = self.town.l10n_fr_chorus_service_ids
        self.assertEqual(move.buyer_reference, "TRAVAUX")
        self.assertIn("service_needs_engagement", self._codes(move))
        move.purchase_order_reference = "ENG"
        self.assertNotIn("service_needs_engagement", self._codes(move))

    def test_one_default_service(self):
        first, second = self.env["l10n_fr.chorus.service"].create(
            [{"partner_id": self.town.id, "code": code} for code in ("FINANCES", "SPORTS")]
        )
        self.assertTrue(first.is_default, "the customer's default service code")
        second.is_default = True
        self.assertFalse(first.is_default)
        self.assertEqual(self.town.l10n_fr_chorus_service_code, "SPORTS")
        self.assertEqual(self._move(post=False).l10n_fr_chorus_service_id, second)
