import os
from pathlib import Path

from odoo.tests import tagged

from ..chorus import formats, rules
from ..chorus.formats import FORMATS
from .common import JudgesMixin
from .shapes import GROUPS, SHAPES, ShapesCommon, names_of

#: All shapes before all judges; otherwise those whose files are kept.
FULL = os.environ.get("CHORUS_TEST_FULL")
#: Set it to write the golden files again, then look at what changed.
WRITE = "CHORUS_WRITE_TEST_FILES"
FILES = Path(__file__).parent / "test_files"
#: Shapes whose files are kept: small, and different enough that a change shows.
GOLDEN = (
    "plain invoice",
    "several rates",
    "discounts by line",
    "prices including VAT",
    "cash rounding by a line",
    "eco tax of two rates",
    "outside VAT",
    "intra Community supply",
    "credit note in full",
    "corrected invoice",
    "already paid",
    "dollars",
    "delivery site",
    "early payment discount mixed",
    "attachments",
)

#: Shapes whose print and file once said different things.
WATCHED = (
    "instalments",
    "instalments that fill notes",
    "discount for early payment",
    "texts of a fiscal position",
    "references that are printed",
    "hidden composition",
    "hidden composition of subsections",
    "hidden prices",
    "hidden prices of many",
    "sections and notes",
    "free line with VAT in its price",
    "discount on one price including VAT",
    "surcharge by a negative discount",
    "prices including VAT rounded globally",
    "tourist tax",
    "department of a body",
    "products and units",
    "legal mentions of the company",
    "payment received in part",
    "payment received in full",
    "VAT on receipts beside a tax on debits",
    "supplier in Belgium registered in France",
    "texts longer than a note",
)
#: Shapes that are printed too, and the page compared with their files.
PRINTED = SHAPES if os.environ.get("CHORUS_TEST_FULL") else (*GOLDEN, *WATCHED)

#: Shapes whose VAT is not what a buyer works out by himself.
VAT_WORKED_OUT = (
    "VAT corrected by a cent by hand",
    "VAT rounded by line",
    "prices including VAT rounded globally",
)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSyntaxes(JudgesMixin, ShapesCommon):
    """Posted moves of every shape, in every syntax, before judges that are not ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.setup_other_company(name="Ville d'Essai")
        # The French chart has no purchase taxes of these.
        for rate in (0.9, 1.05, 1.75, 13.0):
            values = {"type_tax_use": "purchase", "company_id": cls.buyer["company"].id}
            cls._tax(f"achats {rate}%", rate, **values)

    def _check_group(self, group):
        names = names_of(group)
        self.assertTrue(names)
        for name in names:
            with self.subTest(shape=name), self.cr.savepoint() as savepoint:
                self._check(SHAPES[name](self), name)
                savepoint.rollback()

    def _check(self, move, name):
        self.assertEqual(move.state, "posted")
        # Nothing of the making is left in the caches.
        self.env.invalidate_all()
        document = self._document(move)
        found = rules.check(document, self.company._l10n_fr_chorus_get_settings())
        self.assertFalse([anomaly.message.render() for anomaly in found if anomaly.is_blocking])
        judged = FORMATS if FULL or name in GOLDEN else ("ubl",)
        files = self._judge_every_syntax(move, document, judged)
        if name in PRINTED:
            self._compare_with_the_print(move, document, files)
        self.env.invalidate_all()
        again = self._document(move)
        for key, content in files.items():
            self.assertEqual(formats.build_xml(again, FORMATS[key]), content, "the same bytes")
        if name in GOLDEN:
            self._compare_with_golden(files, name)
        for key in ("ubl", "cii"):
            if key in judged:
                with self.subTest(imported=key):
                    self._import(move, key, files[key], name)

    # ------------------------------------------------------------------ Odoo's own import

    def _import(self, move, key, content, name):
        """Drop the file on the purchase journal of the company that buys, in Odoo.

        Core's importer loses some of what it reads: each case is noted here.
        """
        kind = move.l10n_fr_chorus_type
        if key == "cii" and kind in ("384", "386"):
            return  # of the types of CII, core reads 380 and 381 alone
        attachment = self.env["ir.attachment"].create({"name": f"{key}.xml", "raw": content})
        journal = self.buyer["default_journal_purchase"]
        bill = (
            self.env["account.journal"]
            .with_company(self.buyer["company"])
            .with_context(default_journal_id=journal.id, default_move_type="in_invoice")
            ._create_document_from_attachment(attachment.ids)
        )
        self.assertEqual(len(bill), 1)
        self.assertEqual(bill.partner_id, self.company.partner_id)
        self.assertEqual(bill.currency_id, move.currency_id)
        lines = move.line_ids
        cash = lines.filtered(
            lambda line: line.display_type == "rounding" and not line.tax_repartition_line_id
        )
        # Core reads no rounding (BT-114) in CII, and works VAT out anew: by its own method, and
        # without corrections by hand. In UBL it takes both.
        total = move.amount_total
        if key == "cii":
            total -= move.direction_sign * sum(cash.mapped("amount_currency"))
        delta = 0.05 if key == "cii" and name in VAT_WORKED_OUT else 0.001
        self.assertAlmostEqual(bill.amount_total, total, delta=delta)
        if key == "ubl" and kind == "381":
            return  # core reads the type of a UBL from its root, which is that of an invoice
        self.assertEqual(bill.move_type, move.move_type.replace("out_", "in_"))
        self.assertEqual(bill.ref, move.name)
        self.assertEqual(bill.invoice_date, move.invoice_date)
        dates = lines.filtered(lambda line: line.display_type == "payment_term")
        first = min(dates.mapped("date_maturity"))
        is_first = kind != "381" and len(dates) > 1
        self.assertEqual(bill.invoice_date_due, first if is_first else move.invoice_date_due)
        if name.startswith("hidden"):
            return  # a heading stands for the lines that it hides
        # Charges and, in UBL, the rounding come as lines.
        charges = lines.filtered(
            lambda line: line.display_type == "epd" or line.tax_line_id.amount_type == "fixed"
        ).filtered("amount_currency")
        expected = lines.filtered(lambda line: line.display_type == "product") + charges
        if key == "ubl":
            expected += cash
        self.assertEqual(len(bill.invoice_line_ids), len(expected))

    # ------------------------------------------------------------------ golden files

    def _golden_files(self, name):
        """The XML of a Factur-X is that of CII: two files a shape."""
        return {
            key: FILES / f"{name.lower().replace(' ', '_')}.{key}.xml" for key in ("ubl", "cii")
        }

    def _compare_with_golden(self, files, name):
        self.assertEqual(files["facturx"], files["cii"])
        for key, path in self._golden_files(name).items():
            if os.environ.get(WRITE):
                path.write_bytes(files[key])
            self.assertEqual(
                files[key].decode(),
                path.read_text("utf-8") if path.exists() else "",
                f"{path.name} is another: if that is wanted, {WRITE}=1 writes it again",
            )

    def test_every_shape_is_of_a_group(self):
        self.assertGreaterEqual(len(SHAPES), 60)
        self.assertEqual([name for group in GROUPS for name in names_of(group)], list(SHAPES))

    def test_every_golden_file_is_compared(self):
        """A file of a shape that is gone would prove nothing."""
        paths = {path for name in GOLDEN for path in self._golden_files(name).values()}
        self.assertEqual(set(FILES.iterdir()), paths)
        self.assertLessEqual(set(GOLDEN), set(SHAPES))


def _add_method(group):
    def check_group(self):
        self._check_group(group)

    setattr(TestSyntaxes, f"test_shapes_{group.lower().replace(' ', '_')}", check_group)


for _group in GROUPS:
    _add_method(_group)
