from decimal import Decimal

from odoo import Command, fields, models
from odoo.tests import Form, tagged

from ..chorus import rules
from ..chorus.formats import FORMATS, build
from ..hooks import _link_credit_notes_of_sales
from ..models.reading.batch import Batch
from .common import IBAN, ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDocument(ChorusCommon):
    def _assert_explained(self, move):
        """The document says exactly what the move says, and its file is valid."""
        document = self._document(move)
        anomalies = rules.check(document)
        self.assertFalse([a.message.render() for a in anomalies if a.is_blocking])
        totals = document.totals
        cent = Decimal(1).scaleb(-document.decimals)
        self.assertEqual(totals.due, Decimal(move.amount_total).quantize(cent))
        self.assertEqual(
            totals.total - totals.tax, totals.untaxed, "excluding VAT plus VAT is the total"
        )
        for line in document.lines:
            amount = line.price * line.quantity / line.base_quantity
            self.assertEqual(amount.quantize(cent, "ROUND_HALF_UP"), line.amount)
        content = build(document, FORMATS["ubl"])
        self.assertEqual(build(self._document(move), FORMATS["ubl"]), content, "same bytes")
        return document

    def test_a_service_is_spelt_as_the_directory_has_it(self):
        """Typed in small letters, it needs no mending: the portal knows it in capitals."""
        Service = self.env["l10n_fr.chorus.service"]
        service = Service.create({"partner_id": self.town.id, "code": "FINANCES"})
        move = self._move(buyer_reference="finances")
        self.assertEqual(move.l10n_fr_chorus_service_id, service)
        self.assertEqual(self._document(move).service, "finances", "our own list proves nothing")
        self.town.sudo().l10n_fr_chorus_services_date = "2026-03-01"
        self.assertEqual(self._assert_explained(move).service, "FINANCES")
        self.assertEqual(move.buyer_reference, "finances", "the document is left alone")
        other = Service.create({"partner_id": self.town.id, "code": "Finances"})
        self.assertEqual(self._document(move).service, "finances", "which of both?")
        self.assertFalse(move.l10n_fr_chorus_service_id & other)

    def test_a_plain_invoice(self):
        move = self._move(
            self._line(0.487, 400, name="[BOU] Boulon\nInox A4\nDiamètre 8", discount=0),
            partner=self.town,
            partner_shipping_id=self.school.id,
            purchase_order_reference=" ENG\u00a01 ",
            invoice_date="2026-03-02",
            invoice_date_due="2026-04-01",
            delivery_date="2026-02-27",
            narration="<p>Merci<br/>de votre <b>commande</b></p>",
        )
        document = self._assert_explained(move)
        self.assertEqual(document.number, move.name)
        self.assertEqual(str(document.issue_date), "2026-03-02")
        self.assertEqual(str(document.due_date), "2026-04-01")
        self.assertEqual(str(document.delivery_date), "2026-02-27")
        self.assertEqual(document.type_code, "380")
        self.assertEqual(document.service, "FINANCES")
        self.assertEqual(document.market, "M-2026")
        self.assertEqual(document.engagement, "ENG 1")
        self.assertEqual(document.order, "", "never the customer's free reference")
        self.assertEqual(document.seller.identifier, "90000002700012")
        self.assertEqual(document.seller.vat, "FR49900000027")
        self.assertEqual(document.buyer.identifier, "21990001600011")
        self.assertEqual(document.buyer.country, "FR")
        self.assertEqual(document.delivery.identifier, "21990001600102")
        self.assertEqual(document.delivery.name, "École")
        self.assertEqual(document.payment.iban, IBAN)
        self.assertEqual(document.notes, ("Merci - de votre commande",))
        [line] = document.lines
        self.assertEqual(line.price, Decimal("0.487"), "not cut to cents")
        self.assertEqual(line.amount, Decimal("194.80"))
        self.assertEqual(line.name, "[BOU] Boulon")
        self.assertEqual(line.description, "Inox A4 - Diamètre 8")
        self.assertEqual(document.vat_regime, "5")

    def test_sections_and_notes_are_no_lines(self):
        document = self._assert_explained(
            self._move(
                Command.create({"display_type": "line_section", "name": "Lot 1"}),
                self._line(10),
                Command.create({"display_type": "line_note", "name": "En deux fois"}),
                self._line(20),
            )
        )
        self.assertEqual([line.number for line in document.lines], ["1", "2"])
        self.assertEqual(document.lines[0].description, "Lot 1")
        self.assertEqual(document.notes, ("En deux fois",))

    def test_several_rates(self):
        document = self._assert_explained(
            self._move(
                self._line(33.33, 3),
                self._line(12.5, 7, self.tax10),
                self._line(9.99, 11, self.tax55),
                self._line(0.01, 1, self.tax55),
            )
        )
        self.assertEqual(
            {item.tax.rate: item.taxable for item in document.vat},
            {
                Decimal(20): Decimal("99.99"),
                Decimal(10): Decimal("87.50"),
                Decimal("5.5"): Decimal("109.90"),
            },
        )

    def test_discounts_show_the_gross_price(self):
        document = self._assert_explained(
            self._move(self._line(389, 6, discount=12.5), self._line(0.03, 7, discount=33.33))
        )
        first, second = document.lines
        self.assertEqual(first.gross_price, Decimal(389))
        self.assertEqual(first.price, Decimal("340.375"))
        self.assertEqual(second.amount, Decimal("0.14"))

    def test_prices_including_vat(self):
        included = self._tax("20% TTC", 20.0, price_include_override="tax_included")
        document = self._assert_explained(
            self._move(self._line(120, 1, included), self._line(9.99, 7, included, discount=10))
        )
        self.assertEqual(document.lines[0].price, Decimal(100))

    def test_global_rounding(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        included = self._tax("20% TTC", 20.0, price_include_override="tax_included")
        self._assert_explained(self._move(*[self._line(1.11, 1) for _index in range(9)]))
        self._assert_explained(self._move(*[self._line(0.99, 1, included) for _index in range(9)]))

    def test_cash_rounding_is_bt_114(self):
        for strategy in ("add_invoice_line", "biggest_tax"):
            rounding = self.env["account.cash.rounding"].create(
                {
                    "name": strategy,
                    "rounding": 0.05,
                    "strategy": strategy,
                    "rounding_method": "HALF-UP",
                    "profit_account_id": self.company_data["default_account_revenue"].id,
                    "loss_account_id": self.company_data["default_account_expense"].id,
                }
            )
            move = self._move(self._line(33.31, 1), invoice_cash_rounding_id=rounding.id)
            document = self._assert_explained(move)
            if strategy == "add_invoice_line":
                self.assertEqual(document.totals.rounding, Decimal("-0.02"))
            else:
                self.assertFalse(document.totals.rounding)

    def test_an_eco_tax_is_a_charge(self):
        eco = self._tax("Éco", 1.5, amount_type="fixed", include_base_amount=True, sequence=1)
        self.tax20.sequence = 2
        document = self._assert_explained(self._move(self._line(100, 2, eco + self.tax20)))
        [charge] = document.allowances
        self.assertTrue(charge.is_charge)
        self.assertEqual(charge.amount, Decimal("3.00"))
        self.assertEqual(charge.tax.rate, Decimal(20))
        self.assertEqual(document.totals.untaxed, Decimal("203.00"))
        self.assertEqual(document.totals.tax, Decimal("40.60"))

    def test_an_eco_tax_without_vat_is_explained(self):
        eco = self._tax("Éco", 1.5, amount_type="fixed", include_base_amount=False, sequence=3)
        move = self._move(self._line(100, 2, self.tax20 + eco))
        blocking = [a for a in rules.check(self._document(move)) if a.is_blocking]
        self.assertTrue(blocking, "a charge without VAT is no valid invoice")

    def test_a_tax_outside_the_base_of_vat_gives_its_own_reason(self):
        """A tourist tax is no VAT and bears none: VAT on it would be the guest's loss."""
        stay = self._tax("Taxe de séjour", 0.83, amount_type="fixed", sequence=100)
        line = self._line(90, 3, self.tax10 + stay)
        self.assertEqual(self._blocking(self._move(line)), {"charge_without_vat"})
        stay.invoice_legal_notes = "<p>Débours, article <b>267</b> du CGI</p>"
        for code in (False, "VATEX-EU-79-C"):
            if code:
                stay.write({"invoice_legal_notes": False, "ubl_cii_tax_category_code": "E"})
            stay.ubl_cii_tax_exemption_reason_code = code
            document = self._assert_explained(self._move(line))
            [charge] = document.allowances
            self.assertTrue(charge.is_charge)
            self.assertEqual((charge.amount, charge.reason), (Decimal("2.49"), stay.name))
            self.assertEqual(charge.tax.key, ("E", 0))
            self.assertIn("267", charge.tax.reason)
            self.assertEqual(charge.tax.reason_code, code or "")
            [vat10] = (item for item in document.vat if item.tax.rate)
            self.assertEqual((vat10.taxable, vat10.amount), (Decimal(270), Decimal(27)))
        # A file has one reason for all that is exempt.
        exempt = self._tax(
            "0% E",
            0.0,
            ubl_cii_tax_category_code="E",
            ubl_cii_tax_exemption_reason_code="VATEX-FR-CGI261-4",
        )
        both = self._move(line, self._line(taxes=exempt))
        self.assertEqual(self._blocking(both), {"charge_without_vat"})

    def test_a_tax_in_percent_that_is_no_vat_is_told_for_what_it_is(self):
        """The cure is no other rate of VAT."""
        local = self._tax("Taxe locale", 3.0)
        for taxes, code in ((local, "vat_rate"), (self.tax20 + local, "line_without_vat")):
            move = self._move(self._line(taxes=taxes))
            found = [a for a in rules.check(self._document(move)) if a.is_blocking]
            self.assertIn(code, [anomaly.code for anomaly in found])
            for anomaly in found:
                if anomaly.code in ("vat_rate", "line_without_vat"):
                    said = anomaly.message.render()
                    self.assertIn("Taxe locale", said)
                    self.assertIn("fixed amount", said)

    def test_a_tax_in_percent_that_has_a_rate_of_VAT_is_no_VAT_for_that(self):
        """Odoo knows by the category, the name, the account and the boxes of the VAT return."""

        def codes(tax):
            return {"tax_no_vat", "tax_unproven"} & set(
                self._codes(self._move(self._line(taxes=tax)))
            )

        def booked_on(code):
            account = self.env["account.account"].create(
                {"name": code, "code": code, "account_type": "liability_current"}
            )
            lines = [
                Command.create({"repartition_type": "base"}),
                Command.create({"repartition_type": "tax", "account_id": account.id}),
            ]
            return {"invoice_repartition_line_ids": lines, "refund_repartition_line_ids": lines}

        shows = {"description": False}
        unknown = self._tax("Taxe sur les spectacles", 10.0, invoice_label="10%", **shows)
        self.assertEqual(codes(unknown), {"tax_unproven"})
        other = self._tax("Taxe sur les billets", 10.0, **shows, **booked_on("447123"))
        self.assertEqual(codes(other), {"tax_no_vat"})
        [anomaly] = (
            anomaly
            for anomaly in rules.check(self._document(self._move(self._line(taxes=other))))
            if anomaly.code == "tax_no_vat"
        )
        self.assertIn("447123", anomaly.message.render())
        self.assertEqual((anomaly.origin.model, anomaly.origin.id), (other._name, other.id))
        other.ubl_cii_tax_category_code = "S"
        self.assertFalse(codes(other))
        unknown.invoice_label = "TVA 10 %"
        self.assertFalse(codes(unknown))
        Group = self.env["account.tax.group"]
        self.assertFalse(codes(self._tax("Billetterie", 10.0, **shows, **booked_on("445799"))))
        abroad = {"country_id": self.env.ref("base.be").id}
        foreign = Group.create({"name": "Belgique", "company_id": self.company.id, **abroad})
        tax = self._tax("À l'étranger", 10.0, tax_group_id=foreign.id, **shows, **abroad)
        self.assertEqual(tax._l10n_fr_chorus_get_proof(self.company), (True, ""))
        group = Group.create(
            {"name": "TVA 10 %", "country_id": self.france.id, "company_id": self.company.id}
        )
        self.assertFalse(codes(self._tax("Régie", 10.0, tax_group_id=group.id, **shows)))
        self.assertTrue(codes(self._tax("Régie de Brest", 5.5, tax_group_id=group.id, **shows)))

    def test_the_taxes_of_the_French_chart_are_VAT(self):
        """And their copies, under any name."""
        taxes = (
            self.env["account.tax"]
            .with_context(active_test=False)
            .search(
                [
                    *self.env["account.tax"]._check_company_domain(self.company),
                    ("type_tax_use", "=", "sale"),
                    ("amount", ">", 0),
                    ("name", "not like", "Chorus"),
                ]
            )
        )
        self.assertGreater(len(taxes), 10)
        for tax in taxes:
            copy = tax.copy({"name": f"Ventes du magasin {tax.id}", "invoice_label": False})
            for known in (tax, copy):
                self.assertEqual(known._l10n_fr_chorus_get_proof(self.company), (True, ""))

    def test_a_long_text_leads_to_the_record_that_says_it(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "Sous-traitance", "note": f"<p>{'n' * 1025}</p>"}
        )
        self.tax20.invoice_legal_notes = f"<p>{'t' * 1025}</p>"
        self.company.report_footer = f"<p>{'f' * 1025}</p>"
        self.company.company_details = f"<p>12 rue Abbé Huet</p><p>{'d' * 1025}</p>"
        move = self._move(fiscal_position_id=position.id, narration=f"<p>{'m' * 1025}</p>")
        found = {
            anomaly.message.params["start"][0]: anomaly
            for anomaly in rules.check(self._document(move))
            if anomaly.code == "terms_length"
        }
        for key, record, field in (
            ("n", position, "note"),
            ("t", self.tax20, "invoice_legal_notes"),
            ("f", self.company, "report_footer"),
            ("d", self.company, "company_details"),
            ("m", move, "narration"),
        ):
            origin = found[key].origin
            self.assertEqual(
                (origin.model, origin.id, origin.field), (record._name, record.id, field)
            )
            self.assertIn(field, record)
            self.assertIn(record.display_name, found[key].message.render())

    def test_the_head_of_the_page_is_in_the_file(self):
        """But for what the file has in its own terms."""
        before = self._document(self._move()).notes
        self.company.write(
            {
                "report_header": "<p>Papeterie depuis 1920</p>",
                "company_details": "<p>12 rue Abbé Huet<br/>35000 RENNES</p>"
                "<p>SARL au capital de 8 000 €<br/>RCS Rennes 900 000 027</p>",
                "report_footer": "<p>TVA : FR49 900 000 027</p>",
            }
        )
        said = ("Papeterie depuis 1920", "SARL au capital de 8 000 € - RCS Rennes 900 000 027")
        self.assertEqual(self._document(self._move()).notes, before + said)

    def test_a_text_too_long_for_a_note_goes_on_in_the_next(self):
        """General terms of sale, a label under its section, the orders of a month."""
        words = "Les marchandises restent la propriété du vendeur. "
        long = (words * 31).strip()
        position = self.env["account.fiscal.position"].create(
            {"name": "Sous-traitance", "note": f"<p>Article 283. {long}</p>"}
        )
        orders = [f"S{rank:05}" for rank in range(150)]
        self.company.l10n_fr_chorus_late_payment_terms = f"Indemnité : 40 €.\nPénalités. {long}"
        exempt = self._tax("0% E", 0.0, ubl_cii_tax_category_code="E")
        exempt.invoice_legal_notes = f"<p>Exonération, article 261. {long}</p>"
        move = self._move(
            Command.create({"display_type": "line_section", "name": "Lot 1"}),
            self._line(name=f"Ramette\n{words * 20}Fin de la description."),
            self._line(name=f"Carton {long}", taxes=exempt),
            fiscal_position_id=position.id,
            narration=f"<p>Conditions de vente. {long}</p><p>Merci.</p>",
            invoice_origin=", ".join(orders),
            ref="Bons de mars",
            invoice_payment_term_id=self.env.ref("account.account_payment_term_30days").id,
        )
        document = self._assert_explained(move)
        self.assertFalse(self._blocking(move) & {"terms_length", "line_name", "reason_length"})
        notes = document.notes
        first, second = document.lines
        reason = next(item.tax.reason for item in document.vat if item.tax.category == "E")
        texts = (*notes, document.payment.terms, first.description, second.name, reason)
        self.assertLessEqual(max(map(len, texts)), 1024)

        def told(beginning, *title):
            start = next(rank for rank, note in enumerate(notes) if note.startswith(beginning))
            parts = (note.removeprefix("".join(title)) for note in notes[start : start + 2])
            return " ".join(parts)

        for beginning in ("Conditions de vente.", "Article 283.", "Exonération, article 261."):
            self.assertEqual(told(beginning).count(words.strip()), 31, beginning)
        self.assertTrue(any(note.endswith(" - Merci.") for note in notes))
        self.assertEqual(told("Origine : ", "Origine : "), ", ".join(orders))
        self.assertIn("Référence : Bons de mars", notes)
        self.assertTrue(document.payment.terms.endswith("Autres conditions : voir les notes"))
        self.assertEqual(told("Indemnité : 40 €. - Pénalités.").count(words.strip()), 31)
        self.assertTrue(first.description.startswith("Lot 1 - Les marchandises"))
        self.assertIn("Ligne 1 (suite) : Fin de la description.", notes)
        self.assertEqual(second.description, "Lot 1")
        [more] = [note for note in notes if note.startswith("Ligne 2 (suite) : ")]
        self.assertEqual(f"{second.name} {more}".count(words.strip()), 31)
        self.assertTrue(reason.startswith("Exonération, article 261."))

    def test_a_supplier_without_vat_number(self):
        """Article 293 B: EN 16931 takes a tax registration where all is exempt."""
        self.company.partner_id.vat = False
        exempt = self._tax(
            "0% franchise",
            0.0,
            ubl_cii_tax_category_code="E",
            ubl_cii_tax_exemption_reason_code="VATEX-FR-FRANCHISE",
        )
        document = self._assert_explained(self._move(self._line(taxes=exempt)))
        self.assertEqual(document.seller.tax_registration, "900000027")
        self.assertEqual(document.buyer.tax_registration, "")
        for taxes in (self.tax20, self._tax("0% Z", 0.0, ubl_cii_tax_category_code="Z")):
            mixed = self._move(self._line(taxes=exempt), self._line(taxes=taxes))
            self.assertEqual(self._blocking(mixed), {"seller_vat_missing"})
            self.assertEqual(self._document(mixed).seller.tax_registration, "")

    def _blocking(self, move):
        return {a.code for a in rules.check(self._document(move)) if a.is_blocking}

    def test_a_deduction_is_a_negative_line(self):
        document = self._assert_explained(
            self._move(self._line(500, 3), self._line(300, -1, name="Acompte"))
        )
        self.assertEqual(document.lines[1].quantity, Decimal(-1))
        self.assertEqual(document.lines[1].price, Decimal(300))
        negative_price = self._assert_explained(
            self._move(self._line(500, 3), self._line(-300, 1, name="Acompte"))
        )
        self.assertEqual(negative_price.lines[1].quantity, Decimal(-1))

    def test_a_credit_note_is_381_and_positive(self):
        move = self._move(invoice_date="2026-03-02", buyer_reference="SPORTS")
        refund = move._reverse_moves([{"invoice_date": fields.Date.to_date("2026-03-05")}])
        refund.action_post()
        document = self._assert_explained(refund)
        self.assertEqual(document.type_code, "381")
        self.assertEqual(document.totals.total, Decimal("120.00"))
        self.assertEqual(document.lines[0].quantity, Decimal(1))
        self.assertEqual(document.preceding.number, move.name)
        self.assertEqual(str(document.preceding.issue_date), "2026-03-02")
        self.assertEqual(document.payment.means, "30")
        self.assertEqual(document.payment.iban, IBAN, "never the customer's account")

    def test_a_credit_note_names_the_companys_account(self):
        """A transfer names an account (BR-61), and Odoo proposes the customer's or none."""
        self.company.l10n_fr_chorus_bank_id = False
        self.env["res.partner.bank"].create(
            {"acc_number": "DE89370400440532013000", "partner_id": self.town.id}
        )
        refund = self._move(move_type="out_refund")
        self.assertEqual(refund.partner_bank_id.partner_id, self.town)
        self.assertEqual(self._assert_explained(refund).payment.iban, IBAN)
        self.bank.company_id = self.env["res.company"].create({"name": "Autre"})
        self.assertFalse(self._document(refund).payment.iban)
        self.assertIn("iban_missing", self._codes(refund))

    def test_an_invoice_that_lost_its_number_is_not_named(self):
        invoice = self._move(invoice_date="2026-03-02")
        refund = invoice._reverse_moves([{"invoice_date": fields.Date.to_date("2026-03-05")}])
        refund.action_post()
        invoice.button_draft()
        invoice.name = False
        self.assertIsNone(self._document(refund).preceding)
        self.assertIn("credit_note_origin", self._codes(refund))

    def test_a_share_of_the_price_is_no_rate(self):
        """20 % of the price including VAT are 25 % of the base: small amounts hid the gap."""
        share = self._tax("20% du TTC", 20.0, amount_type="division")
        move = self._move(self._line(10.0, taxes=share))
        self.assertEqual(move.amount_tax, 2.5)
        self.assertEqual(self._document(move).vat[0].tax.rate, 25)
        self.assertIn("vat_rate", self._codes(move))
        share.amount = 16.6667
        move = self._move(self._line(10.0, taxes=share))
        self.assertEqual(self._assert_explained(move).vat[0].tax.rate, 20)

    def test_already_paid_is_the_users_statement(self):
        move = self._move(l10n_fr_chorus_framework="A2")
        document = self._assert_explained_paid(move)
        self.assertEqual(document.framework, "A2")
        # A payment received later changes nothing in the file.
        other = self._move()
        before = build(self._document(other), FORMATS["ubl"])
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=other.ids
        ).create({})._create_payments()
        self.assertEqual(build(self._document(other), FORMATS["ubl"]), before)

    def _assert_explained_paid(self, move):
        document = self._document(move)
        self.assertEqual(document.totals.prepaid, document.totals.total)
        self.assertEqual(document.totals.due, Decimal(0))
        build(document, FORMATS["ubl"])
        return document

    def test_vat_regime(self):
        self.company.tax_exigibility = True
        transition = self.env["account.account"].create(
            {
                "name": "TVA en attente",
                "code": "445799",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        receipts = self._tax(
            "20% S",
            20.0,
            tax_exigibility="on_payment",
            cash_basis_transition_account_id=transition.id,
        )
        self.assertEqual(self._document(self._move()).vat_regime, "5")
        self.assertEqual(self._document(self._move(self._line(taxes=receipts))).vat_regime, "72")
        mixed = self._move(self._line(), self._line(taxes=receipts))
        self.assertEqual(self._document(mixed).vat_regime, "", "one value or none")

    def test_exempt_lines_say_why(self):
        exempt = self._tax(
            "0%",
            0.0,
            ubl_cii_tax_category_code="E",
            ubl_cii_tax_exemption_reason_code="VATEX-FR-CGI261-4",
        )
        document = self._assert_explained(self._move(self._line(taxes=exempt), self._line()))
        self.assertEqual(document.vat[0].tax.reason_code, "VATEX-FR-CGI261-4")
        self.assertTrue(document.vat[0].tax.reason)

    def test_a_line_without_tax_is_held_back(self):
        move = self._move(self._line(taxes=self.env["account.tax"]))
        self.assertIn("line_without_vat", self._codes(move))

    def test_foreign_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "rate": 1.25, "company_id": self.company.id}
        )
        document = self._assert_explained(self._move(currency_id=dollar.id))
        self.assertEqual(document.currency, "USD")
        self.assertEqual(document.totals.total, Decimal("120.00"))
        self.assertEqual(document.notes, ("Montant de la TVA : 16,00 EUR",), "as posted")
        refund = self._move(currency_id=dollar.id, move_type="out_refund")
        self.assertEqual(self._document(refund).notes, ("Montant de la TVA : 16,00 EUR",))
        exempt = self._tax("0%", 0.0, ubl_cii_tax_category_code="Z")
        none = self._move(self._line(taxes=exempt), currency_id=dollar.id)
        self.assertFalse(self._document(none).notes, "no VAT, nothing to say")

    def test_two_exemptions_of_one_rate_are_both_said(self):
        first, second = (
            self._tax(
                f"0% {code}",
                0.0,
                ubl_cii_tax_category_code="E",
                ubl_cii_tax_exemption_reason_code=code,
            )
            for code in ("VATEX-FR-CGI261-4", "VATEX-FR-FRANCHISE")
        )
        document = self._assert_explained(
            self._move(self._line(taxes=first), self._line(taxes=second), self._line(taxes=first))
        )
        [breakdown] = document.vat
        self.assertEqual(breakdown.taxable, Decimal(300))
        self.assertFalse(breakdown.tax.reason_code)
        for article in ("261", "293 B"):
            self.assertEqual(breakdown.tax.reason.count(article), 1)

    def test_outside_the_scope_of_vat(self):
        outside = self._tax("HC", 0.0, ubl_cii_tax_category_code="O")
        document = self._assert_explained(self._move(self._line(taxes=outside)))
        self.assertFalse(document.seller.vat or document.buyer.vat, "BR-O-02 to BR-O-04")
        mixed = self._move(self._line(taxes=outside), self._line())
        self.assertEqual(self._document(mixed).seller.vat, "FR49900000027")
        self.assertIn("vat_outside_mixed", self._codes(mixed))

    def test_an_intra_community_supply_says_where_and_when(self):
        belgium = self.env.ref("base.be")
        abroad = self.env["res.partner"].create(
            {
                "name": "Ville de Bruxelles",
                "is_company": True,
                "country_id": belgium.id,
                "vat": "BE0428759497",
                "l10n_fr_chorus_export": True,
            }
        )
        intra = self._tax("0% UE", 0.0, ubl_cii_tax_category_code="K")
        move = self._move(self._line(taxes=intra), partner=abroad, post=False)
        move.delivery_date = False
        self.assertIn("vat_intra_delivery", self._codes(move))
        move.delivery_date = move.invoice_date
        move.action_post()
        document = self._assert_explained(move)
        self.assertEqual(document.delivery.country, "BE", "the billing address")
        self.assertFalse(self._document(self._move()).delivery)

    def test_an_early_payment_discount_on_the_vat(self):
        for computation, allowances in (("included", 0), ("excluded", 0), ("mixed", 3)):
            term = self.env["account.payment.term"].create(
                {
                    "name": f"2/10 net 30 {computation}",
                    "early_discount": True,
                    "discount_percentage": 2,
                    "discount_days": 10,
                    "early_pay_discount_computation": computation,
                    "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
                }
            )
            for move_type in ("out_invoice", "out_refund"):
                move = self._move(
                    self._line(999.99),
                    self._line(50.55, taxes=self.tax10),
                    move_type=move_type,
                    invoice_payment_term_id=term.id,
                )
                document = self._assert_explained(move)
                self.assertEqual(len(document.allowances), allowances)
                self.assertEqual(document.totals.untaxed, Decimal("1050.54"))
                self.assertEqual(document.allowances_total, document.charges_total)
        self.assertEqual(
            {(item.tax.key, item.taxable) for item in document.vat},
            {
                (("S", Decimal(20)), Decimal("979.99")),
                (("S", Decimal(10)), Decimal("49.54")),
                (("E", Decimal(0)), Decimal("21.01")),
            },
        )

    def test_a_unit_of_the_users_own_counts_pieces(self):
        pallet = self.env["uom.uom"].create({"name": "Palette"})
        product = self.env["product.product"].create({"name": "Sable", "uom_id": pallet.id})
        move = self._move(self._line(product_id=product.id, product_uom_id=pallet.id))
        [line] = self._document(move).lines
        self.assertEqual((line.unit, line.unknown_unit), ("C62", "Palette"))
        self.assertIn("unit_unknown", self._codes(move))
        self.assertNotIn("unit_unknown", self._codes(self._move()))

    def test_odoo_s_own_units_have_a_code(self):
        """The remark on a unit without code says to choose one of them."""
        own = self.env["ir.model.data"].search([("model", "=", "uom.uom"), ("module", "=", "uom")])
        units = self.env["uom.uom"].browse(own.mapped("res_id")).exists()
        self.assertGreater(len(units), 25)
        products = self.env["product.product"].create(
            [{"name": unit.name, "uom_id": unit.id} for unit in units]
        )
        move = self._move(
            *(
                self._line(product_id=product.id, product_uom_id=product.uom_id.id)
                for product in products
            )
        )
        lines = self._document(move).lines
        self.assertEqual([line.unknown_unit for line in lines if line.unknown_unit], [])
        self.assertNotIn("unit_code", self._codes(move), "codes of the international list")
        code = dict(zip(own.mapped("name"), (line.unit for line in lines), strict=True))
        self.assertEqual(code["product_uom_qt"], "QTL")
        self.assertEqual(code["product_uom_milliliter"], "MLT")
        self.assertEqual(code["product_uom_pack_6"], "XPK", "three packs are no three pieces")

    def test_a_credit_note_of_a_sale_names_its_invoice(self):
        """What was invoiced and not delivered: core links it to the sale alone."""
        if "sale.order" not in self.env:
            self.skipTest("sale is not installed")
        order, invoice = self._invoiced_sale()
        credit = self._credit_sale(order)
        self.assertFalse(credit.reversed_entry_id)
        self.assertEqual(credit.l10n_fr_chorus_corrected_id, invoice)
        document = self._assert_explained(credit)
        self.assertEqual(document.preceding.number, invoice.name)
        self.assertEqual(document.preceding.issue_date, invoice.invoice_date)
        self.assertNotIn("credit_note_origin", self._codes(credit))
        credit.l10n_fr_chorus_corrected_id = False
        self.assertIn("credit_note_origin", self._codes(credit))
        # The same for those of before the installation.
        self.env.flush_all()
        _link_credit_notes_of_sales(self.env.cr)
        self.env.invalidate_all()
        self.assertEqual(credit.l10n_fr_chorus_corrected_id, invoice)

    def test_a_sale_with_two_invoices_leaves_the_choice(self):
        if "sale.order" not in self.env:
            self.skipTest("sale is not installed")
        order, first = self._invoiced_sale()
        order.order_line.product_uom_qty = 14
        second = self._invoice_sale(order)
        credit = self._credit_sale(order)
        self.assertFalse(credit.l10n_fr_chorus_corrected_id)
        self.assertIsNone(self._document(credit).preceding)
        self.env.flush_all()
        _link_credit_notes_of_sales(self.env.cr)
        self.env.invalidate_all()
        self.assertFalse(credit.l10n_fr_chorus_corrected_id, "nor for those of before")
        self.assertIn("credit_note_origin", self._codes(credit))
        with Form(credit) as form:
            form.l10n_fr_chorus_corrected_id = second
        self.assertEqual(self._document(credit).preceding.number, second.name)
        self.assertNotEqual(first.name, second.name)

    def _invoiced_sale(self):
        """A sale of ten pieces and its posted invoice, as the one who may only invoice sees it."""
        product = self.env["product.product"].create(
            {"name": "Bureau", "invoice_policy": "order", "taxes_id": [Command.set(self.tax20.ids)]}
        )
        line = {"product_id": product.id, "product_uom_qty": 10, "price_unit": 100}
        order = (
            self.env(su=True)["sale.order"]
            .with_company(self.company)
            .create({"partner_id": self.town.id, "order_line": [Command.create(line)]})
        )
        order.action_confirm()
        return order, self._invoice_sale(order)

    def _invoice_sale(self, order):
        move = order._create_invoices(final=True)
        move.invoice_date = fields.Date.today()
        move.action_post()
        return self.env["account.move"].browse(move.id)

    def _credit_sale(self, order):
        """Four pieces of what was invoiced were not wanted."""
        order.order_line.product_uom_qty = order.order_line.qty_invoiced - 4
        credit = self._invoice_sale(order)
        self.assertEqual(credit.move_type, "out_refund")
        return credit

    def test_the_users_language_changes_nothing(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        move = self._move(partner_shipping_id=self.school.id)
        Reader = self.env["l10n_fr.chorus.document"]
        contents = {
            build(Reader.with_context(lang=lang)._read_documents(move)[0], FORMATS["ubl"])
            for lang in (None, "en_US", "fr_FR")
        }
        self.assertEqual(len(contents), 1)

    def test_lines_are_read_as_rows_and_more_of_them_in_one_query(self):
        """Rows say what the records say, and an extension reads another field of all at once."""
        moves = self._move(self._line(discount=10), self._line(tax_ids=self.tax10.ids))
        moves |= self._move(self._line(name="Rouge", quantity=0.5), move_type="out_refund")
        moves.invoice_line_ids[0].sequence = 99  # not flushed yet
        batch = Batch(moves)
        items = [item for move in moves for item in batch.get_items(move)]
        self.assertEqual(
            [item.id for item in items],
            [
                line.id
                for move in moves
                for line in move.line_ids.sorted(lambda line: (line.sequence, line.id))
            ],
        )
        for item in items:
            line = self.env["account.move.line"].browse(item.id)
            for name, value in item._asdict().items():
                expected = line[name]
                if isinstance(expected, models.BaseModel):
                    expected = tuple(expected.ids) if name == "tax_ids" else expected.id
                self.assertEqual(value or False, expected or False, name)
