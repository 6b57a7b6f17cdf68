"""The standing check itself: what is printed and not told is found."""

from decimal import Decimal

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..chorus import formats
from ..chorus.formats import FORMATS
from . import printed
from .common import JudgesMixin
from .shapes import SHAPES, ShapesCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPrint(JudgesMixin, ShapesCommon):
    """The check runs on the shapes and on the generated invoices; here, on faults."""

    def _read(self, name):
        """A shape's page, and what its file says."""
        move = SHAPES[name](self)
        content = formats.build_xml(self._document(move), FORMATS["ubl"])
        return move, printed.read(printed.render(move)), self.oracles.read_back(content)

    def test_each_missing_datum_is_found(self):
        """Each datum of a file changed or dropped in turn: the check says so."""
        move, page, found = self._read("plain invoice")
        self.assertFalse(printed.missing(page, found, [], move))
        changes = {
            "number": "FAC/2026/0009",
            "issue_date": None,
            "due_date": None,
            "delivery_date": None,
            "service": None,
            "market": None,
            "order": "",
            "notes": [],
            "iban": "FR7630006000011234567890188",
            "payment reference": None,
            "seller": {**found["seller"], "city": None},
            "buyer": {**found["buyer"], "name": "Autre"},
            "untaxed": found["untaxed"] + 1,
            "tax": found["tax"] + 1,
            "total": found["total"] + 1,
            "rounding": Decimal("0.01"),
            "lines": found["lines"][1:],
        }
        for key, value in changes.items():
            with self.subTest(datum=key):
                self.assertTrue(printed.missing(page, {**found, key: value}, [], move))
        line, *others = found["lines"]
        for key, value in {
            "name": "Écrou",
            "description": None,
            "quantity": Decimal(399),
            "price": Decimal("0.49"),
            "amount": Decimal("194.79"),
            "rate": Decimal(10),
        }.items():
            with self.subTest(line=key):
                lines = [{**line, key: value}, *others]
                self.assertTrue(printed.missing(page, {**found, "lines": lines}, [], move))

    def test_each_missing_payment_term_is_found(self):
        for name, what in (
            ("instalments", "instalment"),
            ("discount for early payment", "date of the discount"),
        ):
            with self.subTest(shape=name), self.cr.savepoint() as savepoint:
                move, page, found = self._read(name)
                self.assertFalse(printed.missing(page, found, [], move))
                faults = printed.missing(page, {**found, "terms": "30 jours"}, [], move)
                self.assertTrue([fault for fault in faults if fault.startswith(what)], faults)
                savepoint.rollback()

    def test_each_missing_text_is_found(self):
        for name in ("texts of a fiscal position", "references that are printed"):
            with self.subTest(shape=name), self.cr.savepoint() as savepoint:
                move, page, found = self._read(name)
                self.assertFalse(printed.missing(page, found, [], move))
                self.assertTrue(printed.missing(page, {**found, "notes": []}, [], move))
                savepoint.rollback()

    def test_a_tax_among_the_charges_is_told(self):
        """Odoo prints it among the taxes: the totals excluding VAT differ, and a remark says so."""
        for name in ("eco tax", "tourist tax"):
            with self.subTest(shape=name), self.cr.savepoint() as savepoint:
                move, page, found = self._read(name)
                faults = printed.missing(page, found, [], move)
                self.assertEqual([fault.partition(":")[0] for fault in faults], ["totals"])
                self.assertIn("charge_among_taxes", self._codes(move))
                savepoint.rollback()

    def test_texts_that_nothing_reads_are_found(self):
        """A page that a module adds to has words that the check does not know."""
        move, _page, found = self._read("plain invoice")
        content = (
            printed.render(move)
            .replace(b'<div id="qrcode', b'<div>Garantie : 2 ans</div><div id="qrcode')
            .replace(b'<div name="qr_code_placeholder"', b'<p>Garantie : 2 ans</p><div name="x"')
        )
        faults = printed.missing(printed.read(content), found, [], move)
        self.assertEqual(len(faults), 1)
        self.assertIn("Garantie", faults[0])

    def test_a_hidden_composition_is_not_told(self):
        move, _page, found = self._read("hidden composition")
        said = str(found)
        for word in ("Sable", "Ciment", "Plants", "10.333", "Remise", "imprimé"):
            self.assertNotIn(word, said)
        self.assertEqual(
            [(line["name"], line["amount"], line["rate"]) for line in found["lines"]],
            [
                ("Lot 1 : gros œuvre", Decimal("46.00"), 20),
                ("Lot 1 : gros œuvre", Decimal("20.00"), Decimal("5.5")),
                ("Peinture", Decimal("30.00"), 20),
                ("Finitions", Decimal("-5.00"), 20),
            ],
        )

    def test_the_account_is_that_of_the_print(self):
        """And a remark names both; the configured one is what a new invoice proposes."""
        other = self.bank.copy({"acc_number": "DE89370400440532013000"})
        move = self.invoice(partner_bank_id=other.id)
        document = self._document(move)
        self.assertEqual(document.payment.iban, "DE89370400440532013000")
        self.assertIn("account_differs", self._codes(move))
        self._compare_with_the_print(move, document, self._judge_every_syntax(move, document))
        self.company.l10n_fr_chorus_bank_id = other
        self.assertNotIn("account_differs", self._codes(move))
        new = self._move(post=False)
        self.assertEqual(new.partner_bank_id, other)
        self.assertNotEqual(self._move(partner=self.private, post=False).partner_bank_id, other)
        other.active = False
        self.assertNotEqual(self._move(post=False).partner_bank_id, other)

    def test_a_credit_note_has_the_account_of_its_invoice(self):
        other = self.bank.copy({"acc_number": "DE89370400440532013000"})
        self.env["res.partner.bank"].create(
            {"acc_number": "BE71096123456769", "partner_id": self.town.id}
        )
        credit = self.reversal(self.invoice(partner_bank_id=other.id))
        self.assertEqual(self._document(credit).payment.iban, "DE89370400440532013000")
        alone = self.refund(name="RFAC/2026/0002")
        self.assertEqual(alone.partner_bank_id.partner_id, self.town)
        self.assertEqual(self._document(alone).payment.iban, self.bank.sanitized_acc_number)

    def test_an_account_that_is_not_printed_is_told(self):
        """And one that was closed is asked for by no file."""
        move = self.invoice(partner_bank_id=False)
        self.assertFalse(move.partner_bank_id)
        self.assertEqual(self._document(move).payment.iban, self.bank.sanitized_acc_number)
        self.assertIn("account_unprinted", self._codes(move))
        self.bank.active = False
        self.assertNotEqual(self._document(move).payment.iban, self.bank.sanitized_acc_number)
        self.assertIn("iban_missing", self._codes(move))

    def test_an_account_of_someone_else_holds_the_document(self):
        foreign = self.env["res.partner.bank"].create(
            {"acc_number": "BE71096123456769", "partner_id": self.town.id}
        )
        move = self.invoice(partner_bank_id=foreign.id)
        self.assertIn("account_foreign", self._codes(move))

    def test_a_branch_has_the_account_and_the_VAT_number_of_its_parent(self):
        branch = self.env["res.company"].create(
            {"name": "Agence de Brest", "parent_id": self.company.id, "country_id": self.france.id}
        )
        branch.partner_id.write(
            {
                "company_registry": "90000002700020",
                "vat": False,
                "street": "1 rue de Siam",
                "zip": "29200",
                "city": "Brest",
            }
        )
        self.env.user.company_ids |= branch
        branch.l10n_fr_chorus_bank_id = self.bank
        receivable = self.company_data["default_account_receivable"]
        self.town.with_company(branch).property_account_receivable_id = receivable
        move = (
            self.env["account.move"]
            .with_context(allowed_company_ids=(branch | self.company).ids)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": branch.id,
                    "partner_id": self.town.id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [self._line()],
                }
            )
        )
        move.action_post()
        self.assertEqual(move.partner_bank_id, self.bank)
        document = self._document(move)
        self.assertEqual(document.payment.iban, self.bank.sanitized_acc_number)
        self.assertFalse(document.payment.is_foreign)
        self.assertEqual(document.seller.vat, "FR49900000027")
        self.assertEqual(document.seller.identifier, "90000002700020", "its own establishment")
        self.assertFalse({"account_foreign", "seller_vat", "iban_missing"} & set(self._codes(move)))
        with self.assertRaises(ValidationError):
            self.company.l10n_fr_chorus_bank_id = self.bank.create(
                {"acc_number": "BE71096123456769", "partner_id": branch.partner_id.id}
            )

    def test_nothing_general_contradicts_the_discount(self):
        document = self._document(SHAPES["discount for early payment"](self))
        self.assertNotIn("Pas d'escompte", document.payment.terms)
        self.assertIn("40 €", document.payment.terms)
        self.assertEqual(document.payment.contradicted, ("Pas d'escompte.",))

    def test_the_holder_is_told(self):
        self.assertEqual(self._document(self.invoice()).payment.holder, "Papeterie d'Essai")
        self.bank.acc_holder_name = "PAPETERIE D ESSAI SARL"
        self.assertEqual(
            self._document(self.invoice(name="FAC/2026/0002")).payment.holder,
            "PAPETERIE D ESSAI SARL",
        )
