"""Documents for the tests: valid unless a test says otherwise."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from minimal import PDF

from chorus.document import model as doc
from chorus.document import prices
from chorus.document.model import Origin
from chorus.rules import Settings

TODAY = datetime.date(2026, 3, 31)
ISSUED = datetime.date(2026, 3, 2)
SETTINGS = Settings(today=TODAY)

SELLER_SIRET, BUYER_SIRET, SITE_SIRET = "73282932000074", "21440109300015", "21690123100011"
STATE_SIRET = "11000201100044"
IBAN = "FR7630006000011234567890189"

SELLER = doc.Party(
    name="Fournitures de l'Ouest",
    identifier=SELLER_SIRET,
    vat="FR44732829320",
    street="3 quai de la Fosse",
    street2="Bâtiment B",
    zip="44000",
    city="Nantes",
    subdivision="Loire-Atlantique",
    country="FR",
    phone="+33 2 40 00 00 00",
    email="compta@example.com",
    origin=Origin("res.partner", 1, "", "Fournitures de l'Ouest"),
)
BUYER = doc.Party(
    name="Commune de Nantes",
    identifier=BUYER_SIRET,
    vat="FR74214401093",
    street="2 rue de l'Hôtel de Ville",
    street2="Direction des finances",
    zip="44000",
    city="Nantes",
    subdivision="Pays de la Loire",
    country="FR",
    phone="+33 2 40 41 90 00",
    email="factures@example.org",
    origin=Origin("res.partner", 2, "", "Commune de Nantes"),
)
SITE = doc.Party(
    name="École du Port",
    identifier=SITE_SIRET,
    street="1 rue du Port",
    street2="Portail nord",
    zip="44100",
    city="Nantes",
    subdivision="Bretagne",
    country="FR",
    origin=Origin("res.partner", 3, "", "École du Port"),
)
TERMS = "30 jours. Pénalités : trois fois le taux légal. Indemnité : 40 €. Pas d'escompte."
PAYMENT = doc.Payment(
    "30",
    IBAN,
    "BNPAFRPP",
    "FAC/2026/0001",
    TERMS,
    Origin("res.partner.bank", 4, "", IBAN),
    holder="Fournitures de l'Ouest",
)
#: A customer that requires nothing: otherwise documents bear a remark.
STRUCTURE = doc.Structure("none", origin=Origin("res.partner", 2, "", "Commune de Nantes"))


#: What taxes are called, after their rate, by category.
TAX_NAMES = {
    "E": " exonérée",
    "AE": " autoliquidée",
    "K": " UE",
    "G": " export",
    "O": " hors champ",
}


def tax(category="S", rate="20", reason="", reason_code=""):
    """A VAT treatment."""
    origin = Origin("account.tax", 9, "", f"TVA {rate} %{TAX_NAMES.get(category, '')}")
    return doc.Tax(category, Decimal(rate), reason, reason_code, origin)


VAT_20, VAT_10, VAT_55 = tax(), tax(rate="10"), tax(rate="5.5")
EXEMPT = tax("E", "0", "Exonération, article 261 du CGI", "VATEX-EU-132")
REVERSE = tax("AE", "0", "Autoliquidation", "VATEX-EU-AE")
INTRA = tax("K", "0", "Livraison intracommunautaire", "VATEX-EU-IC")
EXPORT = tax("G", "0", "Exportation hors UE", "VATEX-EU-G")
OUTSIDE = tax("O", "0", "Hors du champ de la TVA", "VATEX-EU-O")
ZERO_RATED = tax("Z", "0")
#: What a tax that is no VAT says of itself.
DISBURSED = doc.Tax(
    "E",
    reason="Débours, article 267 du CGI",
    reason_code="VATEX-EU-79-C",
    origin=Origin("account.tax", 10, "", "Taxe de séjour"),
)


def cent_of(decimals):
    return Decimal(1).scaleb(-decimals)


def rounded(value, decimals=2):
    return value.quantize(cent_of(decimals), ROUND_HALF_UP)


def line(price="100", quantity="1", discount="0", tax=VAT_20, decimals=2, **changes):
    """A line priced as the reading of Odoo prices it; ``amount`` may be given apart."""
    price, quantity, discount = Decimal(price), Decimal(quantity), Decimal(discount)
    amount = changes.pop("amount", None)
    if amount is None:
        amount = price * quantity * (100 - discount) / 100
    amount = rounded(Decimal(amount), decimals)
    found = prices.price_line(amount, quantity, price, discount, cent_of(decimals))
    values = {
        "number": "1",
        "name": "Ramette de papier",
        "quantity": found.quantity,
        "unit": "C62",
        "price": found.net,
        "base_quantity": found.base_quantity,
        "gross_price": found.gross,
        "amount": amount,
        "tax": tax,
        "origin": Origin("account.move.line", 5, "", "Ramette de papier"),
    }
    return doc.Line(**(values | changes))


def breakdown(lines, allowances, decimals=2):
    """BG-23 of lines, allowances and charges."""
    found = {}
    for item in (*lines, *allowances):
        sign = -1 if isinstance(item, doc.AllowanceCharge) and not item.is_charge else 1
        known, taxable = found.get(item.tax.key, (item.tax, Decimal(0)))
        found[item.tax.key] = known, taxable + sign * item.amount
    return tuple(
        doc.VatBreakdown(tax, taxable, rounded(taxable * tax.rate / 100, decimals))
        for tax, taxable in found.values()
    )


def make(*lines, allowances=(), rounding="0", paid=False, **changes):
    """A valid document; lines are numbered, VAT and totals follow from them.

    :param lines: made by :func:`line`, one by default
    :param changes: fields of the document
    """
    decimals = changes.get("decimals", 2)
    lines = tuple(
        replace(item, number=str(rank)) for rank, item in enumerate(lines or (line(),), start=1)
    )
    allowances = tuple(allowances)
    vat = breakdown(lines, allowances, decimals)
    untaxed = sum((item.taxable for item in vat), Decimal(0))
    tax_total = sum((item.amount for item in vat), Decimal(0))
    rounding = Decimal(rounding)
    total = untaxed + tax_total
    if paid:
        changes = {"framework": doc.FRAMEWORK_PAID, **changes}
    values = {
        "number": "FAC/2026/0001",
        "issue_date": ISSUED,
        "type_code": doc.TYPE_INVOICE,
        "currency": "EUR",
        "seller": SELLER,
        "buyer": BUYER,
        "payment": PAYMENT,
        "lines": lines,
        "vat": vat,
        "totals": doc.Totals(
            untaxed, tax_total, total, rounding, total + rounding if paid else Decimal(0)
        ),
        "allowances": allowances,
        "due_date": datetime.date(2026, 4, 1),
        "delivery_date": datetime.date(2026, 2, 27),
        "vat_regime": doc.VAT_ON_DEBITS,
        "structure": STRUCTURE,
        "origin": Origin("account.move", 7, "", "FAC/2026/0001"),
    }
    return doc.Document(**(values | changes))


def charge(amount="3.50", tax=VAT_20, reason="Éco-participation", is_charge=True):
    return doc.AllowanceCharge(is_charge, Decimal(amount), reason, tax)


def attachment(name="Bon de livraison.pdf", mime="application/pdf", content=PDF, **changes):
    values = {"description": "Bon de livraison signé", "checksum": name, "size": len(content)}
    return doc.Attachment(name, mime, load=lambda: content, **(values | changes))


PRECEDING = doc.PrecedingInvoice("FAC/2026/0000", datetime.date(2026, 1, 15))
