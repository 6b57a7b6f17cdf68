"""Shapes of invoices and credit notes, made and posted in Odoo.

One table: the name of a shape → the function that makes its move from the test case, which knows
the taxes and how to write an invoice. Dates, numbers and names are fixed, so that the files are.
"""

import base64
import io
import zipfile
from functools import partial

from odoo import Command

from .common import ChorusCommon, copy_free_line
from .plain.minimal import PDF

ISSUED = "2026-03-02"
HOSTILE = "A\x07B\u202etxet\u00a0\t]]> & <b>gras</b> <M8> « ☎ 🎉 » %s {x} <!-- \u2028 ﷽"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

SHAPES = {}
#: What the shapes that follow are about → how many come before.
GROUPS = {}


def begin(group):
    """The shapes that follow are about this."""
    GROUPS[group] = len(SHAPES)


def shape(make):
    """Put a function in the table, under its name in plain words."""
    SHAPES[make.__name__.replace("_", " ")] = make
    return make


def names_of(group):
    """The names of the shapes of a group."""
    after = [start for start in GROUPS.values() if start > GROUPS[group]]
    return list(SHAPES)[GROUPS[group] : min(after, default=None)]


class ShapesCommon(ChorusCommon):
    """What the shapes are made of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Texts of the files are in French: those of this database must not depend on its data.
        cls.company.partner_id.write({"name": "Papeterie d'Essai", "phone": "+33 2 99 00 00 00"})
        cls.company.partner_id.email = "factures@example.com"
        for name in ("USD", "JPY", "XPF"):
            cls.env.ref(f"base.{name}").active = True
        cls.env["res.currency.rate"].create(
            {"currency_id": cls.env.ref("base.USD").id, "rate": 1.25, "name": "2026-01-01"}
        )
        # AccountTestInvoicingCommon's decimals are those of a new database: 2 and 2.
        precision = cls.env["decimal.precision"]
        for name, digits in (("Product Price", 6), ("Product Unit", 4)):
            precision.search([("name", "=", name)]).digits = digits
        included = {"price_include_override": "tax_included"}
        cls.tax20_incl = cls._tax("20% TTC", 20.0, **included)
        cls.tax55_incl = cls._tax("5.5% TTC", 5.5, **included)
        cls.eco = cls._tax(
            "Éco-participation", 0.37, amount_type="fixed", include_base_amount=True, sequence=1
        )
        cls.tax20_after_eco = cls._tax("20% après éco", 20.0, sequence=5)
        cls.tax55_after_eco = cls._tax("5.5% après éco", 5.5, sequence=5)
        cls.exempt = cls._vat("E", "VATEX-FR-CGI261-4")
        cls.reverse = cls._vat("AE", "VATEX-EU-AE")
        cls.intra = cls._vat("K", "VATEX-EU-IC")
        cls.exported = cls._vat("G", "VATEX-EU-G")
        cls.outside = cls._vat("O", "VATEX-EU-O")
        cls.zero = cls._vat("Z")

    @classmethod
    def _vat(cls, category, code=False):
        """A tax of 0 % of a category, which says why."""
        return cls._tax(
            f"0% {category} {code or ''}",
            0.0,
            ubl_cii_tax_category_code=category,
            ubl_cii_tax_exemption_reason_code=code,
        )

    def invoice(self, *lines, **values):
        """A posted invoice of a fixed day and number."""
        fixed = {"invoice_date": ISSUED, "name": "FAC/2026/0001"}
        if "invoice_payment_term_id" not in values:
            fixed["invoice_date_due"] = "2026-04-01"
        return self._move(*lines, **{**fixed, **values})

    def refund(self, *lines, **values):
        """A posted credit note that reverses nothing known."""
        fixed = {"name": "RFAC/2026/0001", "move_type": "out_refund"}
        return self.invoice(*lines, **{**fixed, **values})

    def reversal(self, move, **values):
        """The posted credit note of an invoice, before posting of which lines may change."""
        lines = values.pop("lines", None)
        credit = move._reverse_moves(
            [
                {
                    "invoice_date": "2026-03-09",
                    "invoice_date_due": "2026-03-09",
                    "name": "RFAC/2026/0001",
                    **values,
                }
            ]
        )
        if lines:
            lines(credit.invoice_line_ids)
        credit.action_post()
        return credit

    def customer(self, **values):
        """Another public body."""
        country = self.env["res.country"].search([("code", "=", values.pop("country", "FR"))])
        return self.env["res.partner"].create(
            {
                "name": "Collectivité d'Essai",
                "is_company": True,
                "street": "2 rue du Port",
                "zip": "97400",
                "city": "Saint-Denis",
                "country_id": country.id,
                "company_registry": "21990001600011",
                "l10n_fr_chorus_export": True,
                **values,
            }
        )

    def attach(self, move, *names, **values):
        """Attach files, marked to go with the invoice."""
        contents = {"pdf": PDF, "png": PNG, "zip": self.archive(), "csv": b"a;b\n1;2\n"}
        files = self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": contents[name.rpartition(".")[2]],
                    "res_model": move._name,
                    "res_id": move.id,
                    **values,
                }
                for name in names
            ]
        )
        move.l10n_fr_chorus_attachment_ids = files
        return files

    @staticmethod
    def archive():
        result = io.BytesIO()
        with zipfile.ZipFile(result, "w") as archive:
            archive.writestr(zipfile.ZipInfo("plan.txt"), "plan")
        return result.getvalue()

    def cash_rounding(self, strategy, method="HALF-UP"):
        return self.env["account.cash.rounding"].create(
            {
                "name": strategy,
                "rounding": 0.05,
                "strategy": strategy,
                "rounding_method": method,
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
            }
        )

    def term(self, *lines, **values):
        """A payment term."""
        lines = lines or ({"value": "percent", "value_amount": 100, "nb_days": 30},)
        return self.env["account.payment.term"].create(
            {
                "name": "30 jours",
                "note": "<p>Paiement à 30 jours</p>",
                "line_ids": [Command.clear(), *(Command.create(line) for line in lines)],
                **values,
            }
        )


begin("VAT")


@shape
def plain_invoice(case):
    return case.invoice(
        case._line(0.487, 400, name="[BOU] Boulon\nInox A4\nDiamètre 8"),
        case._line(12.5, 2, name="Ramette"),
        purchase_order_reference="ENG-1",
        narration="<p>Merci<br/>de votre <b>commande</b></p>",
        delivery_date="2026-02-27",
    )


@shape
def exempt(case):
    return case.invoice(case._line(taxes=case.exempt))


@shape
def reverse_charge(case):
    case.town.vat = "FR53219900016"
    return case.invoice(case._line(taxes=case.reverse))


@shape
def intra_Community_supply(case):
    body = case.customer(
        name="Ville de Bruxelles", country="BE", vat="BE0428759497", company_registry=False
    )
    return case.invoice(case._line(taxes=case.intra), partner=body, delivery_date=ISSUED)


@shape
def export(case):
    body = case.customer(name="Ville de Genève", country="CH", company_registry=False)
    return case.invoice(case._line(taxes=case.exported), partner=body)


@shape
def outside_VAT(case):
    case.town.vat = "FR53219900016"  # printed, and EN 16931 takes none here
    return case.invoice(case._line(taxes=case.outside))


@shape
def outside_VAT_credit_note(case):
    return case.refund(case._line(taxes=case.outside))


@shape
def zero_rate(case):
    return case.invoice(case._line(taxes=case.zero))


@shape
def franchise(case):
    return case.invoice(case._line(taxes=case._vat("E", "VATEX-FR-FRANCHISE")))


@shape
def supplier_without_VAT_number(case):
    case.company.partner_id.vat = False
    return case.invoice(case._line(taxes=case._vat("E", "VATEX-FR-FRANCHISE")))


@shape
def second_hand_goods(case):
    return case.invoice(case._line(taxes=case._vat("E", "VATEX-EU-F")), case._line(5))


@shape
def exemption_in_words(case):
    case.exempt.write(
        {
            "ubl_cii_tax_exemption_reason_code": False,
            "invoice_legal_notes": "<p>Article 261 du <b>CGI</b></p>",
        }
    )
    return case.invoice(case._line(taxes=case.exempt))


@shape
def two_exemptions_of_one_rate(case):
    other = case._vat("E", "VATEX-FR-FRANCHISE")
    return case.invoice(case._line(taxes=case.exempt), case._line(50, taxes=other))


@shape
def several_rates(case):
    return case.invoice(
        case._line(33.33, 3),
        case._line(12.5, 7, case.tax10),
        case._line(9.99, 11, case.tax55),
        case._line(0.01, 1, case.tax55),
    )


@shape
def rates_of_Corsica_and_overseas(case):
    rates = (0.9, 1.05, 1.75, 2.1, 8.5, 13.0)
    return case.invoice(*(case._line(99.99, taxes=case._tax(f"{rate}%", rate)) for rate in rates))


@shape
def every_category_that_mixes(case):
    case.town.vat = "FR53219900016"
    taxes = (case.tax20, case.exempt, case.reverse, case.zero, case.exported)
    return case.invoice(*(case._line(100 + rank, taxes=tax) for rank, tax in enumerate(taxes)))


@shape
def group_of_taxes(case):
    group = case._tax("Groupe", 0.0, amount_type="group")
    group.children_tax_ids = case.eco + case.tax20_after_eco
    return case.invoice(case._line(100, 3, group))


@shape
def VAT_on_receipts(case):
    return case.invoice(case._line(taxes=on_receipts(case)))


@shape
def VAT_of_both_regimes(case):
    return case.invoice(case._line(taxes=on_receipts(case)), case._line())


@shape
def VAT_on_receipts_beside_a_tax_on_debits(case):
    """A hotel: Odoo prints the option for debits, which is that of the tourist tax alone."""
    return case.invoice(
        case._line(90, 3, on_receipts(case, 10) + tourist_tax_of(case), name="Nuitées")
    )


def on_receipts(case, rate=20):
    case.company.tax_exigibility = True
    transition = case.env["account.account"].create(
        {
            "name": "TVA en attente",
            "code": "445799",
            "account_type": "liability_current",
            "reconcile": True,
        }
    )
    return case._tax(
        f"{rate}% S",
        rate,
        tax_exigibility="on_payment",
        cash_basis_transition_account_id=transition.id,
    )


@shape
def VAT_corrected_by_a_cent_by_hand(case):
    move = case.invoice(case._line(33.33, 3), case._line(9.99, taxes=case.tax55), post=False)
    line = move.line_ids.filtered(lambda line: line.tax_line_id == case.tax20)
    move.write(
        {"line_ids": [Command.update(line.id, {"amount_currency": line.amount_currency + 0.01})]}
    )
    move.action_post()
    return move


begin("prices and discounts")


@shape
def discounts_by_line(case):
    return case.invoice(
        case._line(389, 6, discount=12.5),
        case._line(0.03, 7, discount=33.33),
        case._line(10, 1, case.tax10, discount=100),
    )


@shape
def global_discount(case):
    return case.invoice(
        case._line(100, 4),
        case._line(50, 3, case.tax55),
        case._line(-40, 1, name="Remise 10 %"),
        case._line(-15, 1, case.tax55, name="Remise 10 %"),
    )


@shape
def prices_including_VAT(case):
    return case.invoice(case._line(120, 1, case.tax20_incl), case._line(19.99, 7, case.tax20_incl))


@shape
def prices_including_VAT_with_discount(case):
    return case.invoice(
        case._line(9.99, 7, case.tax20_incl, discount=10),
        case._line(4.05, 3, case.tax55_incl, discount=33.33),
    )


@shape
def discount_on_one_price_including_VAT(case):
    return case.invoice(
        case._line(9.99, 1, case.tax20_incl, discount=10),
        case._line(120, 2, case.tax20_incl, discount=30),
    )


@shape
def surcharge_by_a_negative_discount(case):
    return case.invoice(case._line(100, 2, discount=-10), case._line(3.7895, 3, discount=5.03))


@shape
def free_line_with_VAT_in_its_price(case):
    return case.invoice(
        case._line(120, 2, case.tax20_incl, discount=100, name="Échantillons"),
        case._line(12, 1, case.tax20_incl),
    )


@shape
def prices_including_VAT_rounded_globally(case):
    case.company.tax_calculation_rounding_method = "round_globally"
    return case.invoice(*(case._line(0.99, 1, case.tax20_incl) for _rank in range(9)))


@shape
def VAT_rounded_globally(case):
    case.company.tax_calculation_rounding_method = "round_globally"
    return case.invoice(*(case._line(1.11, 1) for _rank in range(9)))


@shape
def VAT_rounded_by_line(case):
    case.company.tax_calculation_rounding_method = "round_per_line"
    return case.invoice(*(case._line(1.11, 1) for _rank in range(9)))


@shape
def quantities_of_4_decimals(case):
    return case.invoice(case._line(17.3, 0.1234), case._line(0.5, 12345.6789))


@shape
def prices_of_6_decimals(case):
    return case.invoice(case._line(0.123456, 1000), case._line(3.141592, 7, discount=5))


@shape
def price_for_many(case):
    return case.invoice(case._line(0.487, 400), case._line(0.0033, 7))


@shape
def large_amounts(case):
    return case.invoice(case._line(9_999_999.99, 9), case._line(1_234_567.89, 3, case.tax55))


@shape
def small_amounts(case):
    return case.invoice(case._line(0.01), case._line(0.01, taxes=case.tax55))


@shape
def a_thousand_lines(case):
    taxes = (case.tax20, case.tax10, case.exempt)
    move = case.invoice(
        *(
            case._line(1 + rank / 7 // 0.01 / 100, rank % 9 + 1, taxes[rank % 3])
            for rank in range(60)
        ),
        case._line(0),
    )
    copy_free_line(move, 939)
    return move


begin("roundings and eco taxes")


@shape
def cash_rounding_by_a_line(case):
    rounding = case.cash_rounding("add_invoice_line")
    return case.invoice(case._line(33.31), invoice_cash_rounding_id=rounding.id)


@shape
def cash_rounding_up_by_a_line(case):
    rounding = case.cash_rounding("add_invoice_line", "UP")
    return case.invoice(case._line(33.31), invoice_cash_rounding_id=rounding.id)


@shape
def cash_rounding_in_the_biggest_tax(case):
    rounding = case.cash_rounding("biggest_tax")
    return case.invoice(
        case._line(33.31), case._line(5, taxes=case.tax55), invoice_cash_rounding_id=rounding.id
    )


@shape
def cash_rounding_of_a_credit_note(case):
    rounding = case.cash_rounding("add_invoice_line")
    return case.refund(case._line(33.31), invoice_cash_rounding_id=rounding.id)


@shape
def eco_tax(case):
    return case.invoice(case._line(100, 2, case.eco + case.tax20_after_eco))


@shape
def eco_tax_of_two_rates(case):
    return case.invoice(
        case._line(100, 2, case.eco + case.tax20_after_eco),
        case._line(40, 5, case.eco + case.tax55_after_eco, discount=10),
        case._line(30),
    )


@shape
def eco_tax_taken_back(case):
    return case.invoice(
        case._line(100, 3, case.eco + case.tax20_after_eco),
        case._line(100, -1, case.eco + case.tax20_after_eco),
    )


@shape
def eco_tax_of_a_credit_note(case):
    return case.refund(case._line(100, 2, case.eco + case.tax20_after_eco))


@shape
def tourist_tax(case):
    return case.invoice(case._line(90, 3, case.tax10 + tourist_tax_of(case), name="Nuitées"))


@shape
def tourist_tax_of_a_credit_note(case):
    return case.refund(case._line(90, 3, case.tax10 + tourist_tax_of(case), name="Nuitées"))


def tourist_tax_of(case):
    """A tax of a fixed amount that follows VAT, and bears none."""
    return case._tax(
        "Taxe de séjour",
        0.83,
        amount_type="fixed",
        sequence=100,
        ubl_cii_tax_category_code="E",
        ubl_cii_tax_exemption_reason_code="VATEX-EU-79-C",
    )


begin("types")


@shape
def down_payment(case):
    return down_payment_and_final(case)[0]


@shape
def final_invoice_after_a_down_payment(case):
    return down_payment_and_final(case)[1]


def down_payment_and_final(case):
    """By the sale order where ``sale`` is installed, else the lines that it would write."""
    if "sale.order" not in case.env:
        first = case.invoice(case._line(300, name="Acompte de 30 %"), l10n_fr_chorus_type="386")
        last = case.invoice(
            case._line(1000, name="Travaux"),
            case._line(300, -1, name="Acompte"),
            name="FAC/2026/0002",
        )
        return first, last
    env = case.env(su=True)  # a user who may invoice need not have the right to sell
    product = env["product.product"].create(
        {"name": "Travaux", "invoice_policy": "order", "taxes_id": [Command.set(case.tax20.ids)]}
    )
    order = env["sale.order"].create(
        {
            "partner_id": case.town.id,
            "company_id": case.company.id,
            "order_line": [
                Command.create({"product_id": product.id, "price_unit": 1000, "name": "Travaux"})
            ],
        }
    )
    order.action_confirm()
    moves = []
    for rank, values in enumerate(
        ({"advance_payment_method": "percentage", "amount": 30}, {}), start=1
    ):
        wizard = env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids, active_id=order.id
        )
        wizard.create({"advance_payment_method": "delivered", **values}).create_invoices()
        move = order.invoice_ids.filtered(lambda move: move.state == "draft")
        move.write({"invoice_date": ISSUED, "name": f"FAC/2026/{rank:04}"})
        move.action_post()
        moves.append(case.env["account.move"].browse(move.id))
    return moves


@shape
def down_payment_chosen_by_hand(case):
    return case.invoice(case._line(300, name="Acompte"), l10n_fr_chorus_type="386")


@shape
def final_invoice_written_by_hand(case):
    return case.invoice(case._line(500, 3), case._line(-300, 1, name="Acompte déjà facturé"))


@shape
def credit_note_in_full(case):
    move = case.invoice(
        case._line(33.33, 3, discount=5),
        case._line(12.5, 7, case.tax10),
        purchase_order_reference="ENG-1",
    )
    return case.reversal(move)


@shape
def credit_note_in_part(case):
    def keep_one(lines):
        lines[1:].unlink()
        lines[0].quantity = 1

    move = case.invoice(case._line(33.33, 3), case._line(12.5, 7, case.tax10))
    return case.reversal(move, lines=keep_one)


@shape
def credit_note_without_invoice(case):
    return case.refund(case._line(10, 3))


@shape
def credit_note_of_prices_including_VAT(case):
    return case.refund(case._line(19.99, 7, case.tax20_incl, discount=10))


@shape
def credit_note_with_negative_entries(case):
    case.company.account_storno = True
    return case.refund(case._line(10, 3), case._line(5, taxes=case.tax55))


@shape
def credit_note_with_a_line_that_adds(case):
    return case.refund(case._line(100), case._line(10, -1, name="Frais de dossier"))


@shape
def corrected_invoice(case):
    wrong = case.invoice(case._line(99))
    case.reversal(wrong)
    return case.invoice(
        case._line(100),
        name="FAC/2026/0002",
        l10n_fr_chorus_type="384",
        l10n_fr_chorus_corrected_id=wrong.id,
    )


@shape
def negative_quantity(case):
    return case.invoice(case._line(500, 3), case._line(300, -1, name="Reprise"))


@shape
def negative_price_with_discount(case):
    return case.invoice(case._line(500, 3), case._line(-30, 2, name="Reprise", discount=10))


@shape
def nothing_to_pay(case):
    return case.invoice(case._line(100), case._line(-100, name="Geste commercial"))


@shape
def free_line(case):
    return case.invoice(case._line(100), case._line(0, 5, name="Échantillons"))


@shape
def free_invoice(case):
    return case.invoice(case._line(0, 2))


@shape
def line_without_quantity(case):
    return case.invoice(case._line(100), case._line(12, 0, name="En attente"))


begin("currencies")


@shape
def dollars(case):
    return case.invoice(
        case._line(33.33, 3), case._line(5, taxes=case.tax55), currency_id=currency(case, "USD")
    )


@shape
def credit_note_in_dollars(case):
    return case.refund(case._line(33.33, 3), currency_id=currency(case, "USD"))


@shape
def yens_without_decimals(case):
    return case.invoice(case._line(1234, 3, discount=7), currency_id=currency(case, "JPY"))


@shape
def eco_tax_of_no_yen(case):
    return case.invoice(
        case._line(1234, 1, case.eco + case.tax20_after_eco), currency_id=currency(case, "JPY")
    )


@shape
def francs_of_the_Pacific(case):
    return case.invoice(case._line(1234, 3), currency_id=currency(case, "XPF"))


def currency(case, name):
    return case.env.ref(f"base.{name}").id


begin("parties")


@shape
def customer_in_Reunion(case):
    body = case.customer(country="RE")
    return case.invoice(case._line(taxes=case._tax("8.5%", 8.5)), partner=body)


@shape
def goods_sent_to_Guadeloupe(case):
    body = case.customer(country="GP", zip="97110", city="Pointe-à-Pitre")
    return case.invoice(case._line(taxes=case.exported), partner=body)


@shape
def customer_in_Guyane(case):
    body = case.customer(country="GF", zip="97300", city="Cayenne")
    return case.invoice(case._line(taxes=case._vat("E")), partner=body)


@shape
def customer_in_New_Caledonia(case):
    body = case.customer(country="NC", zip="98800", city="Nouméa", company_registry="1234567")
    return case.invoice(case._line(taxes=case.exported), partner=body)


@shape
def customer_in_Polynesia(case):
    body = case.customer(country="PF", zip="98714", city="Papeete", company_registry="123456")
    return case.invoice(case._line(taxes=case.exported), partner=body)


@shape
def supplier_in_Belgium(case):
    case.company.partner_id.write(
        {"country_id": case.env.ref("base.be").id, "vat": "BE0428759497", "company_registry": False}
    )
    return case.invoice(case._line(taxes=case.tax20))


@shape
def supplier_in_Belgium_registered_in_France(case):
    """Its French VAT number is that of the fiscal position, which Odoo prints."""
    case.company.partner_id.write(
        {"country_id": case.env.ref("base.be").id, "vat": "BE0428759497", "company_registry": False}
    )
    position = case.env["account.fiscal.position"].create(
        {
            "name": "France",
            "country_id": case.france.id,
            "foreign_vat": "FR49900000027",
            "tax_ids": [Command.set(case.tax20.ids)],
        }
    )
    return case.invoice(fiscal_position_id=position.id)


@shape
def delivery_site(case):
    return case.invoice(partner_shipping_id=case.school.id, delivery_date="2026-02-27")


@shape
def delivery_site_of_few_words(case):
    case.school.write({"street": False, "zip": False, "city": False})
    return case.invoice(partner_shipping_id=case.school.id)


@shape
def address_with_a_state(case):
    state = case.env["res.country.state"].create(
        {"name": "Bretagne", "code": "X-BRE", "country_id": case.france.id}
    )
    case.town.write({"state_id": state.id, "street2": "Bâtiment B", "phone": "02 99 00 00 01"})
    return case.invoice()


@shape
def department_of_a_body(case):
    department = case.env["res.partner"].create(
        {
            "name": "Service des sports",
            "parent_id": case.town.id,
            "type": "invoice",
            "street": "9 rue du Stade",
            "zip": "35480",
            "city": "Essai",
            "country_id": case.france.id,
        }
    )
    return case.invoice(partner=department)


begin("references and payment")


@shape
def the_State(case):
    state = case.customer(name="État", company_registry="11000201100044", zip="75000")
    return case.invoice(
        partner=state, buyer_reference="SRV-1", purchase_order_reference="1300000001"
    )


@shape
def order_only(case):
    return case.invoice(
        l10n_fr_chorus_order_reference="BC 12", buyer_reference=False, contract_reference=False
    )


@shape
def already_paid(case):
    return case.invoice(case._line(33.31), l10n_fr_chorus_framework="A2")


@shape
def already_paid_and_rounded(case):
    rounding = case.cash_rounding("add_invoice_line")
    return case.invoice(
        case._line(33.31),
        l10n_fr_chorus_framework="A2",
        invoice_cash_rounding_id=rounding.id,
    )


def payment_means(code, case):
    method = case.env["account.payment.method.line"].search(
        [("company_id", "=", case.company.id), ("payment_type", "=", "inbound")], limit=1
    )
    method.l10n_fr_chorus_payment_means = code
    return case.invoice(preferred_payment_method_line_id=method.id)


SHAPES |= {
    f"payment by means {code}": partial(payment_means, code)
    for code in ("30", "42", "49", "48", "20", "10", "97")
}


@shape
def several_instalments(case):
    term = case.term(
        {"value": "percent", "value_amount": 40, "nb_days": 30},
        {"value": "percent", "value_amount": 60, "nb_days": 60},
    )
    return case.invoice(case._line(99.99), invoice_payment_term_id=term.id)


@shape
def instalments(case):
    term = case.term(
        {"value": "percent", "value_amount": 30, "nb_days": 10},
        {"value": "percent", "value_amount": 70, "nb_days": 60},
        note="<p>30 % à 10 jours, le solde à 60 jours</p>",
    )
    return case.invoice(invoice_payment_term_id=term.id)


@shape
def instalments_that_fill_notes(case):
    shares = [1] * 60 + [40]
    term = case.term(
        *(
            {"value": "percent", "value_amount": share, "nb_days": 30 * rank}
            for rank, share in enumerate(shares, start=1)
        )
    )
    return case.invoice(case._line(12345.67), invoice_payment_term_id=term.id)


@shape
def discount_for_early_payment(case):
    term = case.term(
        early_discount=True,
        discount_percentage=3,
        discount_days=7,
        early_pay_discount_computation="included",
        note="<p>3 % sous 7 jours, sinon 30 jours</p>",
    )
    return case.invoice(case._line(1000), invoice_payment_term_id=term.id)


def early_payment_discount(computation, move_type, case):
    term = case.term(
        {"value": "percent", "value_amount": 100},
        early_discount=True,
        discount_percentage=2,
        discount_days=10,
        early_pay_discount_computation=computation,
    )
    return case.invoice(
        case._line(999.99),
        case._line(50.55, taxes=case.tax10),
        move_type=move_type,
        invoice_payment_term_id=term.id,
    )


SHAPES |= {
    f"early payment discount {computation}": partial(
        early_payment_discount, computation, "out_invoice"
    )
    for computation in ("included", "excluded", "mixed")
}
SHAPES["early payment discount mixed, taken back"] = partial(
    early_payment_discount, "mixed", "out_refund"
)


def received(case, amount):
    """An invoice of 120 €, of which an amount is paid."""
    move = case.invoice()
    case.env["account.payment.register"].with_context(
        active_model="account.move", active_ids=move.ids
    ).create({"amount": amount, "payment_date": "2026-03-09"})._create_payments()
    return move


@shape
def payment_received_in_part(case):
    return received(case, 50)


@shape
def payment_received_in_full(case):
    return received(case, 120)


begin("texts and attachments")


@shape
def sections_and_notes(case):
    return case.invoice(
        Command.create({"display_type": "line_section", "name": "Lot 1 : gros œuvre"}),
        case._line(10),
        Command.create({"display_type": "line_subsection", "name": "Maçonnerie"}),
        case._line(15),
        Command.create({"display_type": "line_note", "name": "En deux fois"}),
        case._line(20, taxes=case.tax55),
    )


def heading(name, kind="line_section", **values):
    return Command.create({"display_type": kind, "name": name, **values})


@shape
def hidden_composition(case):
    return case.invoice(
        heading("Lot 1 : gros œuvre", collapse_composition=True),
        case._line(10.333, 3, name="Sable"),
        case._line(15, name="Ciment"),
        heading("Rien de cela n'est imprimé", "line_note"),
        case._line(20, taxes=case.tax55, name="Plants"),
        heading("Lot 2"),
        case._line(30, name="Peinture"),
        heading("Finitions", "line_subsection", collapse_composition=True),
        case._line(-5, name="Remise"),
    )


@shape
def hidden_composition_of_subsections(case):
    return case.invoice(
        heading("Lot 1", collapse_composition=True),
        heading("Maçonnerie", "line_subsection"),
        case._line(10, 3, name="Sable"),
        case._line(15, name="Ciment"),
        heading("Charpente", "line_subsection"),
        case._line(40, name="Chêne"),
        heading("Lot 2", collapse_composition=True),
        case._line(1, name="Vis"),
        heading("Toiture", "line_subsection"),
        case._line(2, name="Tuiles"),
    )


@shape
def hidden_prices(case):
    return case.invoice(
        heading("Lot 1 : gros œuvre", collapse_prices=True),
        case._line(10.333, 3, name="Sable"),
        case._line(15, 2.5, name="Ciment"),
        heading("Jardin", "line_subsection"),
        case._line(20, taxes=case.tax55, name="Plants"),
        heading("Lot 2"),
        case._line(30, name="Peinture"),
    )


@shape
def hidden_prices_of_many(case):
    return case.invoice(
        heading("Fournitures", collapse_prices=True),
        *(case._line(1 + rank, name=f"Fourniture de bureau n° {rank}") for rank in range(60)),
    )


@shape
def texts_of_a_fiscal_position(case):
    position = case.env["account.fiscal.position"].create(
        {"name": "Sous-traitance", "note": "<p>Autoliquidation</p><p>Art. 283-2 nonies</p>"}
    )
    case.tax20.invoice_legal_notes = "<p>TVA acquittée sur les <i>débits</i></p>"
    return case.invoice(fiscal_position_id=position.id)


@shape
def legal_mentions_of_the_company(case):
    """In the head of the page, Odoo prints the details in place of the address."""
    case.company.write(
        {
            "report_header": "<p>Membre d'un centre de <b>gestion agréé</b></p>",
            "company_details": "<p>Papeterie d'Essai<br/>12 rue Abbé Huet<br/>35000 Rennes<br/>"
            "FRANCE<br/>SIRET : 900 000 027 00012<br/>SARL au capital de 8 000 € – "
            "RCS Rennes 900 000 027</p><p>TVA FR49 900000027</p>",
            "report_footer": "<p>+33 2 99 00 00 00 factures@example.com</p>"
            "<p>Assurance décennale : Maaf, 79000 Niort</p>",
        }
    )
    return case.invoice()


@shape
def references_that_are_printed(case):
    case.town.ref = "C0042"
    case.tax20.tax_scope, case.tax10.tax_scope = "consu", "service"
    return case.invoice(
        case._line(),
        case._line(taxes=case.tax10),
        ref="Votre lettre du 3 mars",
        invoice_origin="S00042",
        invoice_incoterm_id=case.env.ref("account.incoterm_FCA").id,
        incoterm_location="Rennes",
    )


@shape
def products_and_units(case):
    case.env.user.group_ids += case.env.ref("uom.group_uom")  # else no unit is printed
    hour, kilogram = case.env.ref("uom.product_uom_hour"), case.env.ref("uom.product_uom_kgm")
    pallet = case.env["uom.uom"].create({"name": "Palette"})
    products = case.env["product.product"].create(
        [
            {"name": "Main d'œuvre", "default_code": "MO", "uom_id": hour.id},
            {"name": "Sable", "default_code": "SAB-1", "uom_id": kilogram.id},
            {"name": "Pavés", "uom_id": pallet.id},
        ]
    )
    return case.invoice(
        *(
            case._line(42, 1.5, product_id=item.id, product_uom_id=item.uom_id.id, name=item.name)
            for item in products
        )
    )


@shape
def hostile_texts(case):
    case.town.write({"name": f"Ville {HOSTILE}", "street": HOSTILE, "city": HOSTILE})
    return case.invoice(
        case._line(name=HOSTILE),
        case._line(name=f"{HOSTILE}\n{HOSTILE}"),
        narration=f"<p>{HOSTILE}</p><script>alert(1)</script>",
        payment_reference=HOSTILE,
    )


@shape
def longest_texts(case):
    case.town.write({"name": "N" * 99, "street": "r" * 400, "city": "c" * 400})
    return case.invoice(
        case._line(name="n" * 1024 + "\n" + "d" * 1024),
        name="FAC/2026/00000000001",
        narration=f"<p>{'t' * 1024}</p>",
        buyer_reference="S" * 100,
        purchase_order_reference="E" * 50,
        contract_reference="M" * 50,
    )


#: A sentence of general terms, of 85 characters; 12 of them find just place in a text of a file.
CLAUSE = "Les marchandises restent la propriété du vendeur jusqu'au paiement complet du prix. "


@shape
def texts_longer_than_a_note(case):
    long = (CLAUSE * 19).strip()
    case.company.report_footer = f"<p>{long}</p>"
    case.company.l10n_fr_chorus_late_payment_terms = (
        f"Pénalités : 10 %. Indemnité : 40 €. Pas d'escompte.\n{CLAUSE * 12}"
    )
    position = case.env["account.fiscal.position"].create(
        {"name": "Sous-traitance", "note": f"<p>Autoliquidation. {long}</p>"}
    )
    case.tax20.invoice_legal_notes = f"<p>TVA due par le preneur. {long}</p>"
    case.exempt.invoice_legal_notes = f"<p>Exonération de TVA, art. 261-4 du CGI. {long}</p>"
    return case.invoice(
        Command.create({"display_type": "line_section", "name": "Lot 1 - Fournitures"}),
        case._line(name=f"Ramette\nBlanche\n{(CLAUSE * 12).strip()}"),
        case._line(name=long, taxes=case.exempt),
        fiscal_position_id=position.id,
        invoice_origin=", ".join(f"S{rank:05}" for rank in range(150)),
        ref="Vos bons de mars",
        narration=f"<p>Nos conditions générales. {long}</p><p>Merci.</p>",
    )


@shape
def attachments(case):
    move = case.invoice()
    case.attach(move, "Bon de livraison.pdf", "photo.png", "lignes.csv")
    return move


@shape
def attachment_that_EN_16931_does_not_know(case):
    move = case.invoice()
    case.attach(move, "plans.zip", description="Plans d'exécution")
    return move
