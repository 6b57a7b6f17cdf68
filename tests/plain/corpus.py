"""Documents of every kind that the export knows."""

from dataclasses import replace
from decimal import Decimal

from factory import (
    BUYER,
    DISBURSED,
    EXEMPT,
    EXPORT,
    INTRA,
    OUTSIDE,
    PAYMENT,
    PRECEDING,
    REVERSE,
    SELLER,
    SITE,
    STATE_SIRET,
    VAT_10,
    VAT_55,
    ZERO_RATED,
    attachment,
    charge,
    line,
    make,
    tax,
)

from chorus import text
from chorus.document import model as doc
from chorus.document import vat

HOSTILE = "\ufeff<b>Été</b>\x00 &amp; ]]> \u202e\"'\t\xa0\x85 €\U0001f600 %s {x} <!-- \ud800"

CREDIT = {"type_code": doc.TYPE_CREDIT_NOTE, "preceding": PRECEDING}

#: Uses every field of a document at once: what a mutation must not get through.
RICH = make(
    line(discount="10", seller_item="REF-1", description="Papier recyclé, 80 g"),
    line("10", quantity="3", amount="29.99", tax=VAT_10, name="Enveloppes", unit="KGM"),
    line("0.487", quantity="400", tax=EXEMPT, name="Formation"),
    line("5", quantity="-1", name="Reprise"),
    allowances=[charge(), charge("1.20", VAT_10, "Remise", is_charge=False)],
    delivery=SITE,
    service="SERVICE-1",
    engagement="ENG-1",
    market="MARCHE-1",
    preceding=PRECEDING,
    notes=("Première note", "Seconde note"),
    attachments=(attachment(), attachment("photo.png", "image/png", b"\x89PNG", description="")),
    rounding="0.02",
    paid=True,
)

CORPUS = {
    "invoice": make(),
    "rich": RICH,
    "several rates": make(line(), line("50", tax=VAT_10), line("30", tax=VAT_55), line("7")),
    "odd rates": make(*(line("99.99", tax=tax(rate=rate)) for rate in ("2.1", "8.5", "0.9"))),
    "discount": make(line(discount="12.5"), line("3", quantity="7", discount="100")),
    "price including VAT": make(line("19.99", quantity="3", amount="49.98")),
    "price for many": make(line("0.487", quantity="400"), line("10", quantity="3", amount="9.99")),
    "credit note": make(**CREDIT),
    "credit note without origin": make(type_code=doc.TYPE_CREDIT_NOTE),
    "credit note of several rates": make(line(), line("8", tax=VAT_10), **CREDIT),
    "corrected invoice": make(type_code=doc.TYPE_CORRECTED, preceding=PRECEDING),
    "down payment": make(type_code=doc.TYPE_PREPAYMENT),
    "final invoice": make(line("1000"), line("300", quantity="-1", name="Acompte déduit")),
    "already paid": make(paid=True),
    "already paid, rounded": make(line("0.03"), paid=True, rounding="-0.01"),
    "delivery site": make(delivery=SITE),
    "delivery site of few words": make(
        delivery=replace(SITE, street="", street2="", zip="", city="")
    ),
    "market and engagement": make(market="M-2026", engagement="E-2026"),
    "order only": make(order="BC 12"),
    "to the State": make(
        buyer=replace(BUYER, identifier=STATE_SIRET), service="SRV", engagement="1300000001"
    ),
    "exempt": make(line(tax=EXEMPT)),
    "exempt with a reason in words": make(line(tax=tax("E", "0", "Article 261 du CGI")), line()),
    "exempt supplier without VAT number": make(
        line(tax=tax("E", "0", "TVA non applicable, article 293 B du CGI", "VATEX-FR-FRANCHISE")),
        seller=replace(SELLER, vat="", tax_registration=SELLER.identifier[:9]),
        vat_regime="",
    ),
    "tourist tax without VAT": make(allowances=[charge("0.83", DISBURSED, "Taxe de séjour")]),
    "reverse charge": make(line(tax=REVERSE)),
    "intra-community": make(line(tax=INTRA), delivery=SITE),
    "export": make(line(tax=EXPORT)),
    "outside VAT": make(
        line(tax=OUTSIDE),
        seller=replace(SELLER, vat=""),
        buyer=replace(BUYER, vat=""),
        vat_regime="",
    ),
    "zero rate": make(line(tax=ZERO_RATED)),
    "every category that mixes": make(
        line(), line(tax=EXEMPT), line(tax=REVERSE), line(tax=ZERO_RATED), line(tax=EXPORT)
    ),
    "discount for early payment": make(
        line(),
        line("50", tax=VAT_10),
        allowances=[
            charge("2", reason="Escompte 2 %", is_charge=False),
            charge("1", VAT_10, "Escompte 2 %", is_charge=False),
            charge("3", tax("E", "0", vat.DISCOUNT_REASON), "Escompte 2 %"),
        ],
    ),
    "VAT in another currency": make(
        currency="USD", notes=(vat.accounting_note(Decimal("18.52"), "EUR"),)
    ),
    "eco tax": make(allowances=[charge()]),
    "eco tax of another rate": make(allowances=[charge(tax=VAT_55), charge("1", VAT_10)]),
    "eco tax taken back": make(allowances=[charge(), charge("0.50", is_charge=False)]),
    "rounded up": make(rounding="0.03"),
    "rounded down": make(rounding="-0.02"),
    "negative line": make(line(), line("-10")),
    "nothing to pay": make(line(), line("-100")),
    "free line": make(line(), line("0")),
    "no quantity": make(line(), line("0", quantity="0")),
    "fractions": make(line("0.000001", quantity="12345.6789"), line("3.141592", quantity="0.0001")),
    "francs without decimals": make(
        line("1234", quantity="3", decimals=0), currency="XPF", decimals=0
    ),
    "large": make(line("999999999.99", quantity="9")),
    "on receipts": make(vat_regime=doc.VAT_ON_RECEIPTS),
    "no regime": make(vat_regime=""),
    "bare": make(
        seller=doc.Party("S", SELLER.identifier, vat=SELLER.vat, country="FR"),
        buyer=doc.Party("B", BUYER.identifier, country="FR"),
        payment=doc.Payment(iban=PAYMENT.iban),
        due_date=None,
        delivery_date=None,
        vat_regime="",
    ),
    "cheque": make(payment=doc.Payment("20", terms="À réception")),
    "attachment that EN 16931 does not know": make(
        attachments=(attachment("plans.zip", "application/zip", b"PK\x05\x06"),)
    ),
    "attachments with a description each": make(
        attachments=(attachment(), attachment("Relevé.pdf"))
    ),
    "supplier in New Caledonia": make(
        seller=replace(SELLER, scheme=doc.SCHEME_RIDET, identifier="1234567001", country="NC")
    ),
    "customer in Polynesia": make(
        buyer=replace(BUYER, scheme=doc.SCHEME_TAHITI, identifier="123456", country="PF")
    ),
    "intra-community to a body without SIRET": make(
        line(tax=INTRA),
        buyer=(_body := replace(BUYER, scheme="2", identifier=BUYER.vat)),
        delivery=_body,
    ),
    "neither site nor date": make(delivery_date=None),
    "longest texts": make(
        line(name="n" * 1024, description="d" * 1024),
        number="F" * 20,
        notes=("n" * 1024,) * 3,
        payment=replace(PAYMENT, terms="t" * 1024),
        buyer=replace(BUYER, name="N" * 99, street="r" * 400, street2="r" * 400, city="c" * 400),
        service="S" * 100,
        engagement="E" * 50,
        market="M" * 50,
    ),
    "hostile texts": make(
        line(name=text.one_line(HOSTILE), description=text.one_line(HOSTILE * 3)),
        notes=(text.from_html(HOSTILE), text.one_line(HOSTILE)),
        payment=replace(PAYMENT, terms=text.one_line(HOSTILE), reference=text.one_line(HOSTILE)),
        buyer=replace(BUYER, name=text.one_line(HOSTILE), street=text.one_line(HOSTILE)),
    ),
    "thousand lines": make(
        *(
            line(Decimal(rank) / 7 // Decimal("0.01") / 100, quantity=rank % 9 + 1, tax=rate)
            for rank, rate in zip(range(1000), (tax(), VAT_10, EXEMPT) * 334, strict=False)
        )
    ),
}
