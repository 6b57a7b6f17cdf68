from odoo.tests import tagged

from ..chorus.document import summary
from ..models.following.stale import COMPARED, FOLLOWED
from ..models.reading.reads import APART, READS, SETTLED, UNSUMMARISED
from .common import ExportCommon
from .shapes import SHAPES, ShapesCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestReads(ShapesCommon):
    """What documents are read from is known: nothing of it changes without making them old."""

    def test_whatever_is_read_is_in_the_tables(self):
        # A tax of which the account alone shows what it is, or not even that.
        odd = self._tax("Machin", 12.0)
        sale = self.company_data["default_account_revenue"]
        odd.invoice_repartition_line_ids[1:].account_id = sale
        shapes = {**SHAPES, "an odd tax": lambda case: case.invoice(case._line(taxes=odd))}
        seen = {}
        for name, make in shapes.items():
            with self.subTest(name), self.env.cr.savepoint() as point:
                move = make(self).sudo()
                self.env.flush_all()
                self.env.invalidate_all()
                with self.stored_reads() as found:
                    list(self.env["l10n_fr.chorus.maker"]._check_documents(move))
                for model, names in found.items():
                    seen.setdefault(model, set()).update(names)
                point.rollback()
        told = {
            model: READS.get(model, set()) | SETTLED.get(model, set())
            for model in READS.keys() | SETTLED.keys()
        }
        missing = {
            model: names - told.get(model, set()) - {"id"}
            for model, names in seen.items()
            if model not in APART
        }
        self.assertEqual({model: names for model, names in missing.items() if names}, {})
        self.assertFalse([model for model in READS if READS[model] & SETTLED.get(model, set())])


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFollowed(ExportCommon):
    """A document that waits is checked again, one that went out compared again."""

    def setUp(self):
        super().setUp()
        self.bank.bank_id = self.env["res.bank"].create({"name": "Banque", "bic": "BNPAFRPP"})
        self.position = self.env["account.fiscal.position"].create(
            {"name": "Belgique", "country_id": self.env.ref("base.be").id}
        )
        self.account = self.company_data["default_account_tax_sale"].copy()
        self.tag = self.env["account.account.tag"].create(
            {"name": "Case", "applicability": "taxes", "country_id": self.france.id}
        )
        self.booked = self.tax20.invoice_repartition_line_ids.filtered(
            lambda line: line.repartition_type == "tax"
        )
        self.booked.write({"account_id": self.account.id, "tag_ids": [(6, 0, self.tag.ids)]})
        self.term = self.env["account.payment.term"].create({"name": "30 jours"})
        self.service = self.env["l10n_fr.chorus.service"].create(
            {"partner_id": self.town.id, "code": "FINANCES"}
        )
        self.method = self.company_data["default_journal_bank"].inbound_payment_method_line_ids[:1]
        self.waiting, self.exported = self._whole_move(), self._whole_move()
        self.line = self._export(self.exported).exported_line_ids.sudo()
        self.verdict = self.env["l10n_fr.chorus.verdict"].search(
            [("move_id", "=", self.waiting.id)]
        )

    def _whole_move(self):
        """An invoice that names a record of each model."""
        move = self._move(
            fiscal_position_id=self.position.id,
            invoice_payment_term_id=self.term.id,
            preferred_payment_method_line_id=self.method.id,
        )
        move.l10n_fr_chorus_attachment_ids = self.env["ir.attachment"].create(
            {"name": "a.png", "raw": b"a", "res_model": move._name, "res_id": move.id}
        )
        return move

    def _records(self):
        both = self.waiting | self.exported
        return {
            "account.account": self.account,
            "account.account.tag": self.tag,
            "account.fiscal.position": self.position,
            "account.journal": self.waiting.journal_id,
            "account.payment.method.line": self.method,
            "account.payment.term": self.term,
            "account.tax": self.tax20,
            "account.tax.group": self.tax20.tax_group_id,
            "account.tax.repartition.line": self.booked,
            "ir.attachment": both.l10n_fr_chorus_attachment_ids,
            "l10n_fr.chorus.service": self.service,
            "res.bank": self.bank.bank_id,
            "res.company": self.company,
            "res.partner": self.town,
            "res.partner.bank": self.bank,
        }

    def _settle(self):
        """The verdict is fresh, and the file says what the document says."""
        self.env.flush_all()
        self.cr.execute("UPDATE l10n_fr_chorus_verdict SET is_stale = FALSE")
        self.cr.execute("UPDATE l10n_fr_chorus_export_line SET comparison = 'same'")
        self.env.invalidate_all()

    def test_each_field_that_is_written(self):
        records = self._records()
        self.assertEqual(
            records.keys(), FOLLOWED.keys() - {"account.move", "account.move.line"}, "its way here"
        )
        for model, found in records.items():
            for name in sorted(FOLLOWED[model]):
                with self.subTest(model=model, field=name), self.cr.savepoint() as point:
                    self._settle()
                    for record in found.sudo():
                        field = record._fields[name]
                        value = field.convert_to_write(record[name], record)
                        if field.type == "one2many":
                            value = []
                        record.write({name: value})
                    self.env.flush_all()
                    self.assertTrue(self.verdict.is_stale)
                    expected = "pending" if name in COMPARED[model] else "same"
                    self.assertEqual(self.line.comparison, expected)
                    point.rollback()

    def test_what_the_summary_does_not_depend_on(self):
        """Another value of each of these leaves the summary as it was."""
        other = self.env["res.bank"].create({"name": "Autre", "bic": "AGRIFRPP"})
        values = {
            "account.account": {"code": "445799"},
            "account.account.tag": {"name": "Autre"},
            "account.fiscal.position": {"note": "<p>x</p>", "foreign_vat": "BE0428759497"},
            "account.payment.term": {"name": "Autre", "note": "<p>x</p>"},
            "account.tax": {
                "name": "Autre",
                "tax_scope": "service",
                "invoice_label": "x",
                "description": "x",
                "invoice_legal_notes": "<p>x</p>",
                "ubl_cii_tax_exemption_reason_code": "VATEX-EU-O",
            },
            "account.tax.group": {"name": "Autre"},
            "l10n_fr.chorus.service": {"engagement_required": True, "active": False},
            "res.bank": {"bic": "AGRIFRPP"},
            "res.company": {
                "l10n_fr_chorus_late_payment_terms": "x",
                "l10n_fr_chorus_delivery_siret": False,
                "l10n_fr_chorus_syntax": "cii",
                "l10n_fr_chorus_embed_pdf": True,
                "website": "https://example.com",
                "report_header": "<p>x</p>",
                "company_details": "<p>x</p>",
                "report_footer": "<p>x</p>",
            },
            "res.partner": {
                "website": "https://example.com",
                "street": "x",
                "street2": "x",
                "city": "x",
                "state_id": self.env["res.country.state"].search([], limit=1).id,
                "phone": "x",
                "email": "x@example.com",
                "type": "other",
                "l10n_fr_chorus_export": False,
                "l10n_fr_chorus_siret_checked": True,
                "l10n_fr_chorus_directory_state": "inactive",
                "l10n_fr_chorus_services_date": "2026-01-01",
            },
            "res.partner.bank": {"acc_holder_name": "x", "bank_id": other.id},
        }
        records = self._records()
        before = summary.summary(self._document(self.exported))
        for model, names in values.items():
            self.assertFalse(names.keys() - UNSUMMARISED[model])
            for name, value in names.items():
                with self.subTest(model=model, field=name), self.cr.savepoint() as point:
                    record = records[model].sudo()
                    record.write({name: value})
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertEqual(summary.summary(self._document(self.exported)), before)
                    point.rollback()
