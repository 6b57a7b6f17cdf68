"""Each rule: what breaks it, and what just keeps it.

The guide's examples are these cases' (`.dev/rules_table.py`): the first of a message's that has
all its values is one that an accountant could meet.
"""

from __future__ import annotations

import ast
import datetime
import json
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pdfs
import pytest
from factory import (
    BUYER,
    DISBURSED,
    EXEMPT,
    EXPORT,
    IBAN,
    INTRA,
    ISSUED,
    OUTSIDE,
    PAYMENT,
    PRECEDING,
    REVERSE,
    SELLER,
    SELLER_SIRET,
    SETTINGS,
    SITE,
    STATE_SIRET,
    STRUCTURE,
    TAX_NAMES,
    TERMS,
    TODAY,
    ZERO_RATED,
    attachment,
    charge,
    line,
    make,
    tax,
)
from minimal import PDF

import chorus.rules
from chorus import formats
from chorus.document import model as doc
from chorus.formats import FORMATS
from chorus.messages import Message
from chorus.rules import BLOCKING, REMARK, RULES, Settings
from chorus.rules.base import DOCUMENT_KINDS
from chorus.rules.references import WAYS

ZERO = doc.ZERO
DAY = datetime.timedelta(days=1)
NO_TAX = doc.Tax("")
ATTACHMENTS = "account.move.l10n_fr_chorus_attachment_ids"


@dataclass(frozen=True)
class Case:
    """A rule, a document that breaks it and, if need be, one that just keeps it.

    :param place: model and field where the user is led
    :param words: what the message must say, beside the document's number
    :param also: other rules that the same fault rightly breaks
    """

    code: str
    broken: doc.Document
    place: str
    kept: doc.Document | None = None
    severity: str = BLOCKING
    words: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def found(self):
        """What the rule says of the broken document; only ``also`` comes with it."""
        found = chorus.rules.check(self.broken, SETTINGS)
        assert {anomaly.code for anomaly in found} - {self.code} == set(self.also)
        (anomaly,) = (anomaly for anomaly in found if anomaly.code == self.code)
        return anomaly


def seller(**changes):
    return replace(SELLER, **changes)


def buyer(**changes):
    return replace(BUYER, **changes)


def site(**changes):
    return replace(SITE, **changes)


def payment(**changes):
    return replace(PAYMENT, **changes)


def totals(document, **changes):
    return replace(document, totals=replace(document.totals, **changes))


def vat(document, **changes):
    """With another first breakdown, and totals that follow."""
    first = replace(document.vat[0], **changes)
    tax_total = first.amount + sum(item.amount for item in document.vat[1:])
    total = document.totals.untaxed + tax_total
    document = replace(document, vat=(first, *document.vat[1:]))
    return totals(document, tax=tax_total, total=total)


def sized(text, length):
    """A text repeated to a length.

    :param text: what an accountant could have written
    """
    return (text * length)[:length]


def empty():
    nothing = Decimal(0)
    return replace(make(), lines=(), vat=(), totals=doc.Totals(nothing, nothing, nothing))


def require(requirement, services=(), is_listed=False, is_closed=False, is_works_only=False, **k):
    """A document for a customer that requires something."""
    structure = replace(
        STRUCTURE,
        requirement=requirement,
        services=services,
        is_listed=is_listed,
        is_closed=is_closed,
        is_works_only=is_works_only,
    )
    return make(structure=structure, **k)


class Many(tuple):
    """Lines that say to be more than they are: a million would be judged for a minute."""

    def __new__(cls, lines, count):
        found = super().__new__(cls, lines)
        found.count_told = count
        return found

    def __len__(self):
        return self.count_told


def many(count):
    """As many lines as one wants, of which ten are there, worth nothing but the first."""
    document = make(line())
    return replace(document, lines=Many((*document.lines, *(line("0"),) * 9), count))


MOVE, PARTNER, BANK = "account.move", "res.partner", "res.partner.bank"
SIRET, ENGAGEMENT = "l10n_fr_chorus_siret", "purchase_order_reference"
LINES = f"{MOVE}.invoice_line_ids"
STATE = {"buyer": buyer(identifier=STATE_SIRET)}
CREDIT = {"type_code": doc.TYPE_CREDIT_NOTE, "preceding": PRECEDING}
CORRECTED = {"type_code": doc.TYPE_CORRECTED, "preceding": PRECEDING}
NO_NUMBER = {"vat": "", "tax_registration": SELLER_SIRET[:9]}
NO_VAT_NUMBER = {"seller": seller(vat=""), "buyer": buyer(vat="")}
SERVICES = (doc.Service("TECHNIQUE", needs_engagement=True), doc.Service("FINANCES"))
REFERENCE = "MARCHE-2026-FOURNITURES-SCOLAIRES-LOT-03-TRANCHE-02"  # 51 characters
ARTICLE = "Exonération en application de l'article 261, 4, 4° du code général des impôts. "
UNION = "Syndicat intercommunal des eaux et de l'assainissement de la vallée de la Vilaine - "
LONG_IBAN = "MT84MALT011000012345MTLCAST001S"  # valid, of 31 characters

CASES = [
    # --------------------------------------------------------------- addresses
    Case(
        "billing_country_missing",
        make(buyer=buyer(country="")),
        f"{PARTNER}.country_id",
        words=("Commune de Nantes",),
    ),
    Case(
        "delivery_country_missing",
        make(delivery=site(country="")),
        f"{PARTNER}.country_id",
        make(delivery=SITE),
        words=("École du Port",),
    ),
    Case("seller_country_missing", make(seller=seller(country="")), f"{PARTNER}.country_id"),
    *(
        Case(
            "country_unknown",
            make(**{role: make_party(country=bad)}),
            f"{PARTNER}.country_id",
            make(**{role: make_party(country=good)}),
            words=(bad,),
        )
        for role, make_party, bad, good in (
            ("buyer", buyer, "XI", "GB"),
            ("seller", seller, "XK", "RS"),
            ("delivery", site, "AN", "CW"),
        )
    ),
    Case(
        "delivery_identifier_length",
        make(delivery=site(scheme=doc.SCHEME_RIDET, identifier=sized("0123456001", 21))),
        f"{PARTNER}.{SIRET}",
        make(delivery=site(scheme=doc.SCHEME_RIDET, identifier=sized("0123456001", 20))),
        words=("21", "20"),
    ),
    Case("name_length", make(buyer=buyer(name="")), f"{PARTNER}.name"),
    Case("name_length", make(seller=seller(name="")), f"{PARTNER}.name"),
    Case("name_length", make(delivery=site(name="")), f"{PARTNER}.name"),
    *(
        Case(
            "name_length",
            make(**{role: make_party(name=sized(UNION, 100))}),
            f"{PARTNER}.name",
            make(**{role: make_party(name=sized(UNION, 99))}),
        )
        for role, make_party in (("buyer", buyer), ("seller", seller), ("delivery", site))
    ),
    *(
        Case(
            "address_length",
            make(**{role: make_party(**{name: "r" * 401})}),
            f"{PARTNER}.{name}",
            make(**{role: make_party(**{name: "r" * 400})}),
            words=("401", "400"),
        )
        for role, make_party in (("buyer", buyer), ("seller", seller), ("delivery", site))
        for name in ("street", "street2", "city")
    ),
    # --------------------------------------------------------------- identifiers
    Case("billing_siret_missing", make(buyer=buyer(identifier="")), f"{PARTNER}.{SIRET}"),
    Case("delivery_siret_missing", make(delivery=site(identifier="")), f"{PARTNER}.{SIRET}"),
    *(
        Case(code, make(**{role: make_party(identifier=number)}), f"{PARTNER}.{SIRET}", words=words)
        for code, role, make_party in (
            ("billing_siret_invalid", "buyer", buyer),
            ("delivery_siret_invalid", "delivery", site),
            ("seller_siret", "seller", seller),
        )
        for number, words in (
            ("21440109300016", ("21440109300016", "key")),
            ("214401093", ("SIREN",)),
            ("214401094", ("has 9 digits instead of 14",)),
            ("2144010930001", ("has 13 digits instead of 14",)),
            ("214401093000155", ("has 15 digits instead of 14",)),
            ("2144010930001A", ("only digits",)),
            ("214 401 093 00015", ("only digits",)),
            ("２１440109300015", ("only digits",)),
        )
    ),
    # La Poste's establishments have a key of their own.
    Case(
        "billing_siret_invalid",
        make(buyer=buyer(identifier="35600000049836")),
        f"{PARTNER}.{SIRET}",
        make(buyer=buyer(identifier="35600000049837")),
    ),
    Case(
        "billing_siret_invalid",
        make(buyer=buyer(identifier="A12345001")),
        f"{PARTNER}.{SIRET}",
        make(buyer=buyer(identifier="A12345001", scheme="5")),
    ),
    Case(
        "billing_siret_invalid",
        make(buyer=buyer(identifier="0" * 14)),
        f"{PARTNER}.{SIRET}",
        words=("key",),
    ),
    Case("seller_siret", make(seller=seller(identifier="")), f"{PARTNER}.company_registry"),
    Case("buyer_is_seller", make(buyer=buyer(identifier=SELLER_SIRET)), f"{PARTNER}.{SIRET}"),
    *(
        Case(
            "seller_vat_missing",
            make(line(tax=item), seller=seller(vat=""), delivery=SITE),
            f"{PARTNER}.vat",
            make(line(tax=OUTSIDE), **NO_VAT_NUMBER),
        )
        for item in (tax(), EXEMPT, REVERSE, INTRA, EXPORT, ZERO_RATED)
    ),
    *(
        Case(
            "seller_vat_missing",
            make(line(tax=EXEMPT), line(tax=item), seller=seller(**NO_NUMBER), delivery=SITE),
            f"{PARTNER}.vat",
            make(line(tax=EXEMPT), line(tax=EXEMPT), seller=seller(**NO_NUMBER)),
        )
        for item in (tax(), REVERSE, INTRA, EXPORT, ZERO_RATED)
    ),
    # --------------------------------------------------------------- references
    Case(
        "engagement_and_order",
        make(engagement="EJ-2026-0118", order="BC-2026-042", market="M-2026-07"),
        f"{MOVE}.l10n_fr_chorus_order_reference",
        make(engagement="EJ-2026-0118", market="M-2026-07"),
        words=("EJ-2026-0118", "BC-2026-042"),
    ),
    Case(
        "number_length",
        make(number="FAC-PUBLIC/2026/00001"),
        f"{MOVE}.name",
        make(number="FAC-PUBLIC/2026/0001"),
    ),
    *(
        Case("number_characters", make(number=number), f"{MOVE}.name", make(number="aZ 09+-_/ b"))
        for number in ("", "FAC.2026.0001", " F1", "F1 ", "F  1", "É1", "F\t1", "F1\n", "F#1", "F٣")
    ),
    Case(
        "preceding_length",
        make(**CREDIT | {"preceding": replace(PRECEDING, number="FAC-PUBLIC/2025/00001")}),
        f"{MOVE}.reversed_entry_id",
        make(**CREDIT | {"preceding": replace(PRECEDING, number="FAC-PUBLIC/2025/0001")}),
    ),
    Case(
        "preceding_missing",
        make(type_code=doc.TYPE_CORRECTED),
        f"{MOVE}.l10n_fr_chorus_corrected_id",
        make(**CORRECTED),
    ),
    Case(
        "preceding_length",
        make(**CORRECTED | {"preceding": replace(PRECEDING, number="FAC-PUBLIC/2025/00001")}),
        f"{MOVE}.l10n_fr_chorus_corrected_id",
        make(**CORRECTED | {"preceding": replace(PRECEDING, number="FAC-PUBLIC/2025/0001")}),
        words=("380",),
    ),
    Case(
        "credit_note_origin",
        make(type_code=doc.TYPE_CREDIT_NOTE),
        f"{MOVE}.l10n_fr_chorus_corrected_id",
        make(**CREDIT),
        REMARK,
    ),
    *(
        Case("service_format", make(service=value), f"{MOVE}.buyer_reference", make(service=kept))
        for value, kept in (
            ("FINANCES/ACHATS", "Écoles"),
            (sized("DIRECTION-DES-FINANCES-", 101), sized("DIRECTION-DES-FINANCES-", 100)),
            ("A.B", "A_B-C d"),
            ("A\tB", "A B"),
            ("A\n", "A"),
        )
    ),
    *(
        Case(
            "reference_length",
            make(**{name: REFERENCE}),
            f"{MOVE}.{field}",
            make(**{name: REFERENCE[:50]}),
            words=("51", "50"),
        )
        for name, field in (
            ("engagement", ENGAGEMENT),
            ("order", "l10n_fr_chorus_order_reference"),
            ("market", "contract_reference"),
        )
    ),
    Case(
        "state_requires_both",
        make(engagement="E1", **STATE),
        f"{MOVE}.buyer_reference",
        make(service="S1", engagement="E1", **STATE),
        words=("service",),
    ),
    Case(
        "state_requires_both",
        make(service="S1", **STATE),
        f"{MOVE}.{ENGAGEMENT}",
        words=("has none",),
    ),
    Case(
        "state_requires_both",
        make(service="S1", order="EJ-2026-0118", **STATE),
        f"{MOVE}.{ENGAGEMENT}",
        words=("“EJ-2026-0118”", "move it"),
    ),
    *(
        Case("framework_unknown", make(framework=value), f"{MOVE}.l10n_fr_chorus_framework", kept)
        for value, kept in (("", make()), ("B1", make(paid=True)), ("a1", make()))
    ),
    Case(
        "issue_date_future",
        make(issue_date=TODAY + DAY, due_date=TODAY + DAY),
        f"{MOVE}.invoice_date",
        make(issue_date=TODAY),
        words=("2026-04-01",),
    ),
    Case(
        "due_date_early",
        make(due_date=ISSUED - DAY),
        f"{MOVE}.invoice_date_due",
        make(due_date=ISSUED),
        words=("2026-03-01", "2026-03-02"),
    ),
    Case(
        "due_date_early",
        make(due_date=ISSUED - DAY),
        f"{MOVE}.invoice_date_due",
        make(due_date=None),
    ),
    # --------------------------------------------------------------- payment
    *(
        Case(
            "payment_means",
            make(payment=payment(means=bad)),
            f"{MOVE}.preferred_payment_method_line_id",
            make(payment=payment(means=good)),
        )
        for bad, good in zip(
            ("", "57", "58", "59", "ZZZ", "1", "31", "050"),
            ("30", "42", "49", "10", "20", "48", "97", "01"),
            strict=True,
        )
    ),
    *(
        Case(
            "iban_missing",
            make(payment=payment(means=means, iban=""), **kind),
            f"{MOVE}.partner_bank_id",
            make(payment=payment(means="20", iban=""), **kind),
        )
        for means, kind in (("30", {}), ("42", {}), ("30", CREDIT))
    ),
    Case(
        "account_foreign",
        make(payment=payment(is_foreign=True, holder="Affacturage SA")),
        f"{MOVE}.partner_bank_id",
        words=("“Affacturage SA”", IBAN),
    ),
    Case(
        "account_differs",
        make(payment=payment(proposed="DE89370400440532013000")),
        f"{MOVE}.partner_bank_id",
        severity=REMARK,
        words=(IBAN, "DE89370400440532013000"),
    ),
    Case(
        "account_unprinted",
        make(payment=payment(is_printed=False)),
        f"{MOVE}.partner_bank_id",
        severity=REMARK,
        words=(IBAN, "No account is printed"),
    ),
    Case(
        "account_holder_length",
        make(payment=payment(holder="H" * 100)),
        f"{BANK}.acc_holder_name",
        make(payment=payment(holder="H" * 99)),
        words=("100", "99"),
    ),
    Case(
        "terms_contradicted",
        make(payment=payment(contradicted=("Pas d'escompte.",))),
        f"{MOVE}.invoice_payment_term_id",
        severity=REMARK,
        words=("“Pas d'escompte.”", "leaves this sentence out"),
    ),
    Case(
        "terms_contradicted",
        make(payment=payment(contradicting=("Ni escompte ni pénalité.",))),
        f"{MOVE}.invoice_payment_term_id",
        severity=REMARK,
        words=("“Ni escompte ni pénalité.”", "all the same"),
    ),
    Case(
        "line_amount_moved",
        make(
            line("0.82", printed_price=Decimal("0.99"), printed_amount=Decimal("0.83")),
            line(printed_price=None, printed_amount=None),
        ),
        f"{MOVE}.invoice_line_ids",
        severity=REMARK,
        words=("0.99", "0.83", "0.82", "0.01"),
    ),
    *(
        Case("iban_invalid", make(payment=payment(iban=number)), f"{BANK}.acc_number")
        for number in (
            IBAN[:-1] + "8",
            IBAN[:-1],
            LONG_IBAN,
            "PL61109010140000071219812874",  # valid, of 28 characters
            IBAN.lower(),
            "DE89 3704 0044 0532 0130 00",
            "30006000011234567890189",
        )
    ),
    Case(
        "iban_invalid",
        make(payment=payment(iban="DE8937040044053201300")),
        f"{BANK}.acc_number",
        make(payment=payment(iban="DE89370400440532013000")),
    ),
    # A document that another module reads may not know the account's record.
    Case(
        "iban_invalid",
        make(payment=payment(iban=IBAN[:-1], origin=doc.Origin())),
        f"{MOVE}.partner_bank_id",
    ),
    *(
        Case(
            "bic_invalid",
            make(payment=payment(bic=bad)),
            f"{BANK}.bank_id",
            make(payment=payment(bic=good)),
            words=(bad,),
        )
        for bad, good in (
            ("BNPAFRP", "BNPAFRPP"),
            ("BNPAFRPPX", "BNPAFRPPXXX"),
            ("BNPA1RPP", "BNPAFR2P"),
            ("bnpafrpp", ""),
            ("BNPA FRPP", "AGRIFRPP882"),
        )
    ),
    Case(
        "payment_reference_length",
        make(payment=payment(reference="R" * 141)),
        f"{MOVE}.payment_reference",
        make(payment=payment(reference="R" * 140)),
        words=("141", "140"),
    ),
    Case(
        "terms_length",
        make(payment=payment(terms=TERMS.ljust(1025, "t"))),
        f"{MOVE}.invoice_payment_term_id",
        make(payment=payment(terms=TERMS.ljust(1024, "t")), notes=("n" * 1024, "n" * 1024)),
    ),
    Case("terms_length", make(notes=("n", "n" * 1025)), f"{MOVE}.narration"),
    Case(
        "terms_length",
        make(
            notes=("n" * 999, *(f"{rank:04}".ljust(1000, "n") for rank in range(199)), "nn"),
            sources=(("nn", doc.Origin("account.tax", 9, "invoice_legal_notes", "TVA 20 %")),),
        ),
        f"{MOVE}.narration",
        make(notes=("n" * 999, *(f"{rank:04}".ljust(1000, "n") for rank in range(199)), "n")),
        words=("200001", "200000", "in all"),
    ),
    *(
        Case(
            "terms_length",
            make(notes=(sized(said, 1025),), sources=((sized(said, 1025), source),)),
            f"{source.model}.{source.field}",
            make(notes=(sized(said, 1024),), sources=((sized(said, 1024), source),)),
            words=(source.label, "1025"),
        )
        for said, source in (
            (
                "Autoliquidation, article 283-2 nonies du CGI. ",
                doc.Origin("account.fiscal.position", 11, "note", "Sous-traitance"),
            ),
            (
                "TVA acquittée sur les débits. ",
                doc.Origin("account.tax", 9, "invoice_legal_notes", "TVA 20 %"),
            ),
            (
                "Société au capital de 10 000 €. ",
                doc.Origin("res.company", 12, "report_footer", "Fournitures de l'Ouest"),
            ),
        )
    ),
    # --------------------------------------------------------------- lines and amounts
    Case("no_line", empty(), LINES, also=("zero_total",)),
    Case(
        "line_price_differs",
        make(line("110", printed_price=Decimal(100), printed_discount=Decimal(-10))),
        LINES,
        make(line("100", printed_discount=Decimal(10))),
        severity=REMARK,
        words=("Line 1", "price 100", "discount -10 %", "price 110", "quantity of 1"),
    ),
    Case(
        "charge_among_taxes",
        make(allowances=[replace(charge(), is_tax=True), charge("2")]),
        LINES,
        make(
            allowances=[
                replace(charge(), is_tax=True),
                replace(charge(is_charge=False), is_tax=True),
            ]
        ),
        severity=REMARK,
        words=("total of 102.00", "3.50 of “Éco-participation”", "is 105.50"),
    ),
    Case("line_name", make(line(), line(name="")), LINES, words=("Line 2",)),
    Case("line_name", make(line(name="n" * 1025)), LINES, make(line(name="n" * 1024))),
    Case(
        "line_name",
        make(line(description="d" * 1025)),
        LINES,
        make(line(description="d" * 1024)),
        words=("description of line", "sections", "1025", "1024"),
    ),
    Case(
        "line_too_big",
        make(line(quantity="1", price="10000000000000")),
        LINES,
        make(line(quantity="1", price="9999999999999.99")),
        words=("Line 1",),
    ),
    Case("line_too_big", make(line(quantity="1e20", price="1000")), LINES),
    Case("line_too_big", make(line(quantity="-1e300", price="0")), LINES, also=("zero_total",)),
    Case(
        "quantity_decimals",
        make(line(quantity="1.33333", amount="133.33")),
        LINES,
        make(line(quantity="1.0001", amount="100.01"), line(quantity="-0.0001", amount="0")),
        words=("1.33333",),
    ),
    Case(
        "unit_unknown",
        make(line(), line(unknown_unit="Palette")),
        LINES,
        make(line(unit="KGM")),
        severity=REMARK,
        words=("Palette", "line 2"),
    ),
    Case("line_without_vat", make(line(), line(tax=NO_TAX)), LINES, words=("Line 2", "Ramette")),
    Case(
        "line_without_vat",
        make(line(tax=tax("B", "0"))),
        "account.tax.ubl_cii_tax_category_code",
        words=("category B",),
    ),
    Case("line_without_vat", make(line(tax=tax("", "19"))), LINES, words=("TVA 19 %", "several")),
    Case(
        "charge_without_vat",
        make(allowances=[charge(tax=replace(DISBURSED, reason="", reason_code=""))]),
        "account.tax.invoice_legal_notes",
        make(line(tax=tax(rate="10")), allowances=[charge(tax=replace(DISBURSED, reason_code=""))]),
        words=("Taxe de séjour", "legal reason"),
    ),
    Case(
        "charge_without_vat",
        make(line(tax=EXEMPT), allowances=[charge(tax=DISBURSED)]),
        "account.tax.invoice_legal_notes",
        # The reason of an exempt line is that of the eco tax on it too.
        make(
            line(tax=EXEMPT),
            line(tax=tax("E", "0", "Autre motif")),
            allowances=[charge(tax=EXEMPT)],
        ),
        words=("Taxe de séjour", "apart"),
    ),
    Case("line_without_vat", make(allowances=[charge(tax=NO_TAX)]), LINES, words=("Éco",)),
    *(
        Case(
            "vat_rate",
            make(line(tax=tax(rate=bad))),
            "account.tax.amount",
            make(line(tax=tax(rate=good))),
            words=(bad, f"TVA {bad} %"),
        )
        for bad, good in (("19", "20"), ("5", "5.5"), ("20.01", "20.00"), ("2.2", "2.1"))
    ),
    Case(
        "tax_no_vat",
        make(line(tax=replace(tax(rate="10"), is_proven=False, booked_on="447100"))),
        "account.tax.ubl_cii_tax_category_code",
        make(line(tax=replace(tax(rate="10"), booked_on="447100"))),
        words=("TVA 10 %", "447100", "category S", "fixed amount"),
    ),
    Case(
        "tax_unproven",
        make(line(tax=replace(tax(rate="10"), is_proven=False))),
        "account.tax.ubl_cii_tax_category_code",
        make(line(tax=tax(rate="10"))),
        severity=REMARK,
        words=("TVA 10 %", "category S", "exclude"),
    ),
    *(
        Case(
            "vat_exemption_reason",
            make(line(tax=tax(category, "0"))),
            "account.tax.ubl_cii_tax_exemption_reason_code",
            make(line(tax=kept)),
            words=(f"TVA 0 %{TAX_NAMES[category]}",),
        )
        for category, kept in (
            ("E", tax("E", "0", reason="Article 261 du CGI")),
            ("AE", tax("AE", "0", reason_code="VATEX-EU-AE")),
            ("G", EXPORT),
            ("E", ZERO_RATED),
        )
    ),
    Case(
        "vat_exemption_reason",
        make(line(tax=tax("K", "0")), delivery=SITE),
        "account.tax.ubl_cii_tax_exemption_reason_code",
        make(line(tax=INTRA), delivery=SITE),
    ),
    Case(
        "vat_exemption_reason",
        make(line(tax=tax("O", "0")), **NO_VAT_NUMBER),
        "account.tax.ubl_cii_tax_exemption_reason_code",
        make(line(tax=OUTSIDE), **NO_VAT_NUMBER),
    ),
    Case(
        "amounts_unexplained",
        replace(make(), lines=(line("99.99"),)),
        LINES,
        words=("99.99", "100.00"),
        also=("vat_bases",),
    ),
    Case(
        "amounts_unexplained",
        replace(make(allowances=[charge()]), allowances=()),
        LINES,
        make(allowances=[charge(), charge(is_charge=False)]),
        words=("100.00", "103.50"),
        also=("vat_bases",),
    ),
    Case("vat_bases", vat(make(), taxable=Decimal("99.99")), LINES, words=("99.99", "100.00")),
    Case(
        "amounts_unexplained",
        totals(make(), tax=Decimal("20.01"), total=Decimal("120.01")),
        LINES,
        words=("20.01",),
    ),
    Case(
        "amounts_unexplained",
        totals(make(), total=Decimal("120.01")),
        LINES,
        make(rounding="0.02"),
        words=("120.00", "120.01"),
    ),
    *(
        Case(
            "vat_amount",
            vat(make(), amount=Decimal(bad)),
            LINES,
            vat(make(), amount=Decimal(good)),
            words=(bad, "100.00"),
        )
        for bad, good in (("21.00", "20.99"), ("19.00", "19.01"), ("-20.00", "20.00"))
    ),
    Case(
        "vat_amount",
        vat(make(line("4", tax=EXEMPT)), amount=Decimal("0.01")),
        "account.tax.ubl_cii_tax_category_code",
        make(line("4", tax=EXEMPT)),
        words=("0.01", "category E"),
    ),
    Case(
        "negative_total",
        make(line("-0.01")),
        LINES,
        make(line("100"), line("-99.99")),
    ),
    # --------------------------------------------------------------- identifiers
    *(
        Case(
            "identifier_invalid",
            make(buyer=buyer(scheme=scheme, identifier=bad, vat="")),
            f"{PARTNER}.l10n_fr_chorus_nature",
            make(buyer=buyer(scheme=scheme, identifier=good, vat="")),
            words=(bad,),
        )
        for scheme, bad, good in (
            (doc.SCHEME_EU_VAT, "BE0123456789", "BE0428759497"),
            (doc.SCHEME_OUTSIDE_EU, "", "CHMairie de Geneve"),
            (doc.SCHEME_RIDET, "1" * 19, "1" * 18),
            (doc.SCHEME_TAHITI, "", "123456"),
            (doc.SCHEME_PERSON, "J" * 19, "Jeanne Martin"),
        )
    ),
    Case(
        "identifier_invalid",
        make(seller=seller(scheme="9", identifier="1")),
        f"{PARTNER}.l10n_fr_chorus_nature",
    ),
    *(
        Case(
            "vat_number_invalid",
            make(seller=seller(vat=bad)),
            f"{PARTNER}.vat",
            make(seller=seller(vat=good)),
            words=(bad,),
        )
        for bad, good in (
            ("FR45732829320", "FR44732829320"),
            ("44732829320", "BE0428759497"),
            ("CH" + "1" * 17, "CH" + "1" * 16),
            # A prefix that is no country's breaks BR-CO-09.
            ("UK123456789", "GB123456789"),
            ("XK810000000", "EL094259216"),
            ("ÉÉ123456789", "XI980780684"),
        )
    ),
    *(
        Case(
            "buyer_vat_missing",
            make(line(tax=treatment), buyer=buyer(vat=""), delivery=SITE),
            f"{PARTNER}.vat",
            make(line(tax=treatment), delivery=SITE),
        )
        for treatment in (REVERSE, INTRA)
    ),
    # --------------------------------------------------------------- references
    Case(
        "number_twice",
        make(same_number=("Ventes FAC/2026/0001", "Export FAC/2026/0001")),
        f"{MOVE}.name",
        words=("Ventes FAC/2026/0001", "Export"),
    ),
    Case(
        "number_gone",
        make(number_already_exported_by=("CHORUS/2026/0001",)),
        f"{MOVE}.name",
        words=("CHORUS/2026/0001", "record that state"),
    ),
    *(
        Case("type_unknown", make(type_code=code), f"{MOVE}.l10n_fr_chorus_type", words=(code,))
        for code in ("389", "261", "751")
    ),
    Case(
        "sent_elsewhere",
        make(sent_by="peppol"),
        f"{MOVE}.l10n_fr_chorus_deposit_anyway",
        words=("already sent by Peppol", "twice"),
    ),
    Case(
        "sent_elsewhere",
        make(sent_by="platform", is_leaving=True),
        f"{MOVE}.l10n_fr_chorus_deposit_anyway",
        words=("about to leave by the approved platform", "Cancel that sending"),
    ),
    Case(
        "sent_elsewhere",
        make(sent_by="Chronopost"),  # whatever a module that extends ours says
        f"{MOVE}.l10n_fr_chorus_deposit_anyway",
        words=("already sent by Chronopost",),
    ),
    Case(
        "framework_amounts",
        totals(make(), prepaid=Decimal("20.00")),
        f"{MOVE}.l10n_fr_chorus_framework",
        words=("20.00",),
    ),
    Case(
        "framework_amounts",
        make(framework=doc.FRAMEWORK_PAID),
        f"{MOVE}.l10n_fr_chorus_framework",
        make(paid=True),
    ),
    Case(
        "framework_unpaid",
        make(paid=True, is_paid=False),
        f"{MOVE}.l10n_fr_chorus_framework",
        make(is_paid=False),
        severity=REMARK,
    ),
    Case(
        "payment_received",
        make(received=Decimal("20.00")),
        f"{MOVE}.l10n_fr_chorus_framework",
        make(paid=True, received=Decimal("120.00")),
        severity=REMARK,
        words=("20.00", "120.00"),
    ),
    # --------------------------------------------------------------- what the customer requires
    Case(
        "service_required",
        require("service"),
        f"{MOVE}.buyer_reference",
        require("service", service="S"),
        words=("Commune de Nantes",),
    ),
    Case(
        "engagement_required",
        require("engagement", service="S"),
        f"{MOVE}.{ENGAGEMENT}",
        require("engagement", order="BC-1"),
    ),
    Case(
        "engagement_required",
        require("both", service="S"),
        f"{MOVE}.{ENGAGEMENT}",
        require("both", service="S", engagement="E"),
    ),
    Case(
        "service_or_engagement_required",
        require("service_or_engagement"),
        f"{MOVE}.buyer_reference",
        require("service_or_engagement", service="S"),
    ),
    Case(
        "service_or_engagement_required",
        require("service_or_engagement"),
        f"{MOVE}.buyer_reference",
        require("service_or_engagement", engagement="E"),
    ),
    Case(
        "service_needs_engagement",
        require("none", services=SERVICES, service="TECHNIQUE"),
        f"{MOVE}.{ENGAGEMENT}",
        require("none", services=SERVICES, service="FINANCES"),
        words=("“TECHNIQUE”",),
    ),
    Case(  # capitals tell no service from another
        "service_needs_engagement",
        require("none", services=(doc.Service("ACHATS", True),), service="Achats"),
        f"{MOVE}.{ENGAGEMENT}",
        require("none", services=(doc.Service("ACHATS", True),), service="Achats", order="P"),
        words=("“ACHATS”",),
    ),
    Case(
        "service_unknown",
        require("none", services=(doc.Service("ECOLES", is_active=False),), service="Ecoles"),
        f"{MOVE}.buyer_reference",
        require("none", is_listed=True, services=(doc.Service("ECOLES"),), service="Ecoles"),
        words=("any more",),
    ),
    Case(  # unless there are two of them: which one is meant?
        "service_unknown",
        require(
            "none",
            is_listed=True,
            services=(doc.Service("COMPTA"), doc.Service("compta")),
            service="Compta",
        ),
        f"{MOVE}.buyer_reference",
        require(
            "none",
            is_listed=True,
            services=(doc.Service("COMPTA"), doc.Service("compta")),
            service="compta",
        ),
        words=("“Compta”",),
    ),
    Case(
        "service_unknown",
        require("none", services=(doc.Service("ECOLES", is_active=False),), service="ECOLES"),
        f"{MOVE}.buyer_reference",
        require("none", services=(doc.Service("ECOLES"),), service="ECOLES"),
        words=("any more",),
    ),
    Case(
        "service_unknown",
        require("none", is_listed=True, services=SERVICES, service="COMPTA"),
        f"{MOVE}.buyer_reference",
        require("none", services=SERVICES, service="COMPTA"),  # no directory: not known
        words=("“COMPTA”",),
    ),
    Case("structure_closed", require("none", is_closed=True), f"{PARTNER}.{SIRET}"),
    Case("structure_works_only", require("none", is_works_only=True), f"{PARTNER}.{SIRET}"),
    Case(
        "requirement_unknown",
        require("unknown"),
        f"{PARTNER}.l10n_fr_chorus_requirement",
        require("unknown", service="S", engagement="E"),
        severity=REMARK,
    ),
    # --------------------------------------------------------------- mentions
    *(
        Case(
            code,
            make(payment=payment(terms=TERMS.replace(word, other))),
            f"{MOVE}.invoice_payment_term_id",
            make(payment=payment(terms=""), notes=(TERMS,)),
            severity=REMARK,
        )
        for code, word, other in (
            ("mention_penalties", "Pénalités", "Rien"),
            ("mention_indemnity", "40 €", "140 €"),
            ("mention_discount", "escompte", "rabais"),
        )
    ),
    # --------------------------------------------------------------- what no file can hold
    *(
        Case("value_impossible", broken, f"{MOVE}.", words=words)
        for broken, words in (
            (replace(make(), totals=replace(make().totals, tax=Decimal("NaN"))), ("NaN", "BT-110")),
            (make(replace(line(), price=Decimal("sNaN"))), ("BT-146",)),
            (make(replace(line(), quantity=Decimal("Infinity"))), ("Infinity", "BT-129")),
            (totals(make(), rounding=Decimal("1E+15")), ("1E+15", "BT-114")),
            (replace(make(), decimals=-(10**9)), ("BT-5",)),
            (make(replace(line(), description="a\x00b")), ("“ab”", "BT-154")),
            (make(buyer=buyer(city="Nantes\ud800")), ("Nantes", "BT-52")),
            (make(notes=("\u202etxet",)), ("txet", "BT-22")),
            (make(market="\xa0"), ("BT-12",)),
            (make(attachments=(attachment(mime=""),)), ("BT-125-1",)),
            (make(engagement="  "), ("BT-13",)),
        )
    ),
    Case(
        "date_impossible",
        make(delivery_date=datetime.date(26, 2, 27)),
        f"{MOVE}.delivery_date",
        make(delivery_date=datetime.date(2000, 1, 1)),
    ),
    Case(
        "preceding_number",
        make(type_code="381", preceding=doc.PrecedingInvoice("", ISSUED)),
        f"{MOVE}.reversed_entry_id",
        make(type_code="381", preceding=doc.PrecedingInvoice("F1")),
    ),
    Case(
        "note_code",
        make(notes=("#AAB#Pénalités",)),
        f"{MOVE}.narration",
        make(notes=("#AAB Pénalités # 2",)),
        words=("#AAB#",),
    ),
    # --------------------------------------------------------------- VAT and amounts
    Case(
        "line_name",
        make(line(name="   ")),
        LINES,
    ),
    Case(
        "line_number",
        replace(make(), lines=(line(number=""),)),
        LINES,
        words=("Ramette",),
    ),
    Case(
        "unit_code",
        make(line(unit="QT")),
        LINES,
        make(line(unit="QTL")),
        words=("“QT”",),
    ),
    Case(
        "charge_reason",
        make(allowances=[charge(reason=" ")]),
        "account.tax.name",
        make(allowances=[charge(reason=".")]),
        words=("3.50",),
    ),
    Case(
        "charge_amount",
        make(allowances=[charge("-3.50", is_charge=False)]),
        LINES,
        make(allowances=[charge("0.01", is_charge=False)]),
        words=("-3.50", "Éco-participation"),
    ),
    *(
        Case(
            "vat_needless_reason",
            make(line(tax=bad), vat_regime=doc.VAT_ON_DEBITS),
            "account.tax.ubl_cii_tax_exemption_reason_code",
            make(line(tax=good), vat_regime=doc.VAT_ON_DEBITS),
            words=(bad.category, bad.reason or bad.reason_code),
        )
        for bad, good in (
            (tax(reason="Article 261 du CGI"), tax()),
            (tax("Z", "0", "", "VATEX-EU-132"), ZERO_RATED),
        )
    ),
    Case(
        "vat_reason_code",
        make(line(tax=tax("E", "0", "Exonération", "VATEX-FR-1"))),
        "account.tax.ubl_cii_tax_exemption_reason_code",
        make(line(tax=tax("E", "0", "Exonération", "VATEX-FR-CGI261-1"))),
        words=("VATEX-FR-1",),
    ),
    Case(
        "vat_regime_unknown",
        make(vat_regime="29"),
        LINES,
        make(vat_regime="72"),
        words=("29",),
    ),
    *(
        Case(
            "price_form",
            replace(make(), lines=(replace(line(number="1"), **changes),)),
            LINES,
            also=also,
        )
        for changes, also in (
            ({"price": Decimal(-100), "quantity": Decimal(-1)}, ()),
            ({"price": Decimal("100.0000001")}, ()),
            ({"gross_price": Decimal("99.99")}, ()),
            ({"gross_price": Decimal("100.0000001")}, ()),
            ({"base_quantity": Decimal(0)}, ()),
            ({"base_quantity": Decimal(-1)}, ()),
        )
    ),
    Case(
        "price_form",
        make(replace(line(), price=Decimal("99.9999999"))),
        LINES,
        make(replace(line(), price=Decimal("99.999999"), gross_price=Decimal("99.999999"))),
    ),
    Case(
        "amount_decimals",
        totals(make(), rounding=Decimal("0.001")),
        LINES,
        totals(make(), rounding=Decimal("0.010")),
        words=("0.001", "EUR"),
    ),
    Case(
        "negative_total",
        totals(make(), rounding=Decimal("-120.01")),
        LINES,
        totals(make(), rounding=Decimal("-120")),
    ),
    Case(
        "vat_bases",
        replace(make(), vat=(*make().vat, doc.VatBreakdown(tax(), ZERO, ZERO))),
        LINES,
        words=("20", "twice"),
    ),
    Case(
        "vat_category_rate",
        replace(make(), vat=(*make().vat, doc.VatBreakdown(tax("L", "0"), ZERO, ZERO))),
        "account.tax.ubl_cii_tax_category_code",
        words=("“L”",),
    ),
    *(
        Case("vat_number_invalid", make(buyer=buyer(vat=number)), f"{PARTNER}.vat", words=(number,))
        for number in ("XX123456", "ééFR123", "fr74214401093")
    ),
    *(
        Case(
            "vat_category_rate",
            make(line(tax=bad)),
            "account.tax.ubl_cii_tax_category_code",
            make(line(tax=good)),
            words=(bad.category,),
            also=also,
        )
        for bad, good, also in (
            (tax("S", "0"), tax("S", "2.1"), ()),
            (tax("E", "20", "Exonération"), EXEMPT, ("vat_amount",)),
            (tax("Z", "5.5"), ZERO_RATED, ("vat_amount",)),
        )
    ),
    Case(
        "vat_overseas",
        make(line(tax=EXPORT), buyer=buyer(country="RE")),
        f"{MOVE}.fiscal_position_id",
        make(line(tax=tax(rate="8.5")), buyer=buyer(country="RE")),
        severity=REMARK,
        words=("RE",),
    ),
    Case(
        "vat_outside_mixed",
        make(line(), line(tax=OUTSIDE)),
        LINES,
        make(line(tax=OUTSIDE), **NO_VAT_NUMBER),
    ),
    *(
        Case(
            "vat_outside_numbers",
            make(line(tax=OUTSIDE), **NO_VAT_NUMBER | {role: party}),
            "account.tax.ubl_cii_tax_category_code",
            make(line(tax=EXEMPT)),
            words=(party.vat, "TVA 0 % hors champ"),
        )
        for role, party in (("seller", SELLER), ("buyer", BUYER))
    ),
    Case(
        "vat_outside_left_out",
        make(line(tax=OUTSIDE), vat_numbers_left_out=("FR53219900016",), **NO_VAT_NUMBER),
        "account.tax.ubl_cii_tax_category_code",
        make(line(tax=OUTSIDE), **NO_VAT_NUMBER),
        severity=REMARK,
        words=("FR53219900016", "TVA 0 % hors champ"),
    ),
    Case(
        "vat_intra_delivery",
        make(line(tax=INTRA), delivery=SITE, delivery_date=None),
        f"{MOVE}.delivery_date",
        make(line(tax=INTRA), delivery=SITE),
    ),
    Case(
        "vat_intra_delivery",
        make(line(tax=INTRA)),
        f"{MOVE}.partner_shipping_id",
        make(line(tax=EXPORT), delivery_date=None),
    ),
    Case(
        "reason_length",
        make(line(tax=tax("E", "0", sized(ARTICLE, 1025)))),
        "account.tax.invoice_legal_notes",
        make(line(tax=tax("E", "0", sized(ARTICLE, 1024)))),
        words=("1025", "1024"),
    ),
    Case(
        "reason_length",
        make(allowances=[charge(reason="r" * 1025)]),
        LINES,
        make(allowances=[charge(reason="r" * 1024)]),
    ),
    *(
        Case(
            "currency_unknown",
            make(currency=bad),
            f"{MOVE}.currency_id",
            make(currency=good),
            words=(bad,),
        )
        for bad, good in (("HRK", "EUR"), ("XXX", "USD"), ("eur", "XPF"))
    ),
    Case(
        "vat_regime_mixed",
        make(vat_regime=""),
        LINES,
        make(line(tax=EXEMPT), vat_regime=""),
        severity=REMARK,
    ),
    *(
        Case(
            "vat_debits_printed",
            replace(bad, printed_on_debits="Taxe de séjour"),
            LINES,
            replace(bad, vat_regime=doc.VAT_ON_DEBITS, printed_on_debits="Taxe de séjour"),
            severity=REMARK,
            words=("Taxe de séjour",),
        )
        for bad in (
            make(vat_regime=doc.VAT_ON_RECEIPTS),
            make(line(tax=EXEMPT), vat_regime=""),
        )
    ),
    Case(
        "line_price",
        replace(make(), lines=(replace(line(number="1"), price=Decimal("99.994")),)),
        LINES,
        replace(make(), lines=(replace(line(number="1"), price=Decimal("99.995")),)),
        words=("99.994", "100.00"),
    ),
    Case(
        "line_count",
        many(1_000_000),
        LINES,
        many(999_999),
        words=("1000000",),
    ),
    Case(
        "currency_decimals",
        make(line(decimals=3), currency="TND", decimals=3),
        f"{MOVE}.currency_id",
        make(line(decimals=0), currency="JPY", decimals=0),
        words=("TND",),
    ),
    Case(
        "zero_total",
        make(line("100"), line("-100")),
        LINES,
        make(line("100"), line("-99.99")),
        severity=REMARK,
    ),
    Case(
        "attachment_name",
        make(attachments=(attachment("Bons de livraison signés de la semaine 9 (2026).pdf"),)),
        ATTACHMENTS,
        kept=make(attachments=(attachment("Bons de livraison signés de la semaine 9, 2026.pdf"),)),
        words=("51", "50"),
    ),
    Case(
        "attachment_twice",
        make(attachments=(attachment("Échéancier.pdf"), attachment("échéancier.PDF"))),
        ATTACHMENTS,
        kept=make(attachments=(attachment("Bon.pdf"), attachment("bon2.pdf"))),
        words=("échéancier.pdf",),
    ),
    Case(
        "attachment_kind",
        make(attachments=(attachment("setup.exe", "application/x-msdownload"),)),
        ATTACHMENTS,
        kept=make(attachments=(attachment("plans.ZIP", "application/zip"),)),
        words=("setup.exe",),
    ),
    Case(
        "attachment_size",
        make(attachments=(attachment(size=10_000_001),)),
        ATTACHMENTS,
        kept=make(attachments=(attachment(size=10_000_000),)),
        words=("11 MB", "10"),
    ),
    Case(
        "attachment_size",
        make(attachments=(attachment(size=0, content=b""),)),
        ATTACHMENTS,
        kept=make(attachments=(attachment("a.txt", "text/plain", b"x"),)),
        words=("empty",),
    ),
    Case(
        "attachment_size",
        make(attachments=tuple(attachment(f"{rank}.pdf", size=8_750_001) for rank in range(8))),
        ATTACHMENTS,
        kept=make(
            attachments=tuple(attachment(f"{rank}.pdf", size=8_750_000) for rank in range(8))
        ),
        words=("71 MB", "70"),
    ),
    Case(
        "attachment_protected",
        make(attachments=(attachment(content=pdfs.protected()),)),
        ATTACHMENTS,
        kept=make(attachments=(attachment(content=pdfs.page("/Encrypt is only a word")),)),
        words=("Bon de livraison.pdf", "password"),
    ),
    Case(  # judged before, in a process with bounds
        "attachment_broken",
        make(attachments=(replace(attachment(), pdf_fault="HEAVY"),)),
        ATTACHMENTS,
        kept=make(attachments=(replace(attachment(), pdf_fault=""),)),
        words=("Bon de livraison.pdf", "memory"),
    ),
    Case(  # nobody knows
        "attachment_broken",
        make(attachments=(replace(attachment(), pdf_fault="NO_ANSWER"),)),
        ATTACHMENTS,
        kept=make(attachments=(replace(attachment(), pdf_fault=""),)),
        words=("Bon de livraison.pdf", "Check the document again"),
    ),
    Case(  # under another kind
        "attachment_protected",
        make(attachments=(attachment("Bon.PDF", "text/plain", pdfs.protected(user="")),)),
        ATTACHMENTS,
        kept=make(attachments=(attachment("Bon.PDF", "text/plain", pdfs.page()),)),
        words=("Bon.PDF", "password"),
    ),
    *(
        Case(
            "attachment_broken",
            make(attachments=(attachment(content=content),)),
            ATTACHMENTS,
            kept=make(attachments=(attachment("Bon.txt", "text/plain", content),)),
            words=("Bon de livraison.pdf", word),
        )
        for content, word in (
            (b"<html>Not found</html>", "not a PDF, despite its name"),
            (pdfs.page()[:-40], "cut"),
            (pdfs.changed(pdfs.page(), lambda pdf: pdfs.put(pdf.Root, {"/Pages": 1})), "damaged"),
            (PDF.replace(b"/Kids [3 0 R]", b"/Kids []     "), "without any page"),
        )
    ),
]


NAMES = [f"{case.code}-{rank}" for rank, case in enumerate(CASES)]


def _name(case):
    return NAMES[CASES.index(case)]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_broken_rule_is_told(case):
    """The rule fires alone, with its severity, and leads to the record and field to mend."""
    found = case.found()
    assert found.severity == case.severity == RULES[case.code].severity
    assert found.is_blocking is (case.severity == BLOCKING)
    assert f"{found.origin.model}.{found.origin.field}" == case.place
    assert found.origin.id


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_its_message_names_the_document_and_survives_json(case):
    """A user with fifty invoices must know which one, also tomorrow."""
    found = case.found()
    sentence = found.message.render()
    kind = DOCUMENT_KINDS.get(case.broken.type_code, DOCUMENT_KINDS["380"])
    for word in (kind % {"number": case.broken.number}, *case.words):
        assert word in sentence
    assert "%(" not in sentence and "None" not in sentence
    stored = json.loads(json.dumps(found.message.to_dict()))
    assert Message.from_dict(stored).render() == sentence


@pytest.mark.parametrize("case", [c for c in CASES if c.kept], ids=lambda case: case.code)
def test_a_rule_just_kept_says_nothing(case):
    """A false alarm would hold back an invoice that Chorus Pro takes."""
    assert chorus.rules.check(case.kept, SETTINGS) == []


def test_a_valid_document_has_no_anomaly():
    assert chorus.rules.check(make(), SETTINGS) == []


def test_every_rule_is_in_the_table():
    """A new rule comes with a document that breaks it; a code never changes its name."""
    assert {case.code for case in CASES} == set(RULES)


def test_every_message_is_in_the_table():
    """A message that no test renders may hold a placeholder without a value."""
    told = {
        finding.message.source
        for case in CASES
        for finding in chorus.rules.check(case.broken, SETTINGS)
    }
    told |= set(DOCUMENT_KINDS.values()) | set(WAYS.values())
    told.add(chorus.rules.internal_fault(make(), ["fault"]).message.source)
    told.add(chorus.rules.unreadable("1", "380", ["x"], make().origin).message.source)
    told.add(chorus.rules.failed("1", "380", "x", make().origin).message.source)
    written = set()
    for path in Path(chorus.rules.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_":
                written.add(ast.literal_eval(node.args[0]))
    assert len(written) > 40
    assert written == told


def test_rules_are_declared_in_full():
    """RULES.rst is made of these."""
    for code, rule in RULES.items():
        assert rule.code == code
        assert rule.severity in (BLOCKING, REMARK)
        assert rule.title and rule.term and rule.source
        assert code == code.lower() and code.isidentifier()


def test_anomalies_come_in_the_order_of_the_rules():
    """The user mends the addresses first, as the original told them first."""
    broken = make(
        line(name=""),
        number="F" * 21,
        buyer=buyer(country="", identifier=""),
        payment=payment(means="57"),
    )
    codes = [found.code for found in chorus.rules.check(broken, SETTINGS)]
    assert codes == [code for code in RULES if code in codes]
    assert codes == [
        "billing_country_missing",
        "billing_siret_missing",
        "number_length",
        "payment_means",
        "line_name",
    ]


def test_one_anomaly_for_each_place():
    """Mending the first of two lines must not hide the second."""
    broken = make(line(name=""), line(), line(name=""))
    found = chorus.rules.check(broken, SETTINGS)
    assert [item.message.params["line"] for item in found] == ["1", "3"]


def test_two_missing_numbers_are_not_the_same_company():
    nobody = chorus.rules.check(
        make(seller=seller(identifier=""), buyer=buyer(identifier="")), SETTINGS
    )
    assert [item.code for item in nobody] == ["billing_siret_missing", "seller_siret"]


def test_the_state_lacks_both():
    found = chorus.rules.check(make(**STATE), SETTINGS)
    assert [item.origin.field for item in found] == ["buyer_reference", ENGAGEMENT]


@pytest.mark.parametrize("case", [c for c in CASES if not RULES[c.code].is_last], ids=_name)
def test_a_lifted_rule_is_silent(case):
    """A company may know better than a rule, such as a public body's wrong SIRET key."""
    found = chorus.rules.check(case.broken, SETTINGS.lifting(case.code))
    assert {anomaly.code for anomaly in found} == set(case.also)


def test_a_rule_of_another_module_is_told_after_ours():
    """It is of the databases that ask for it, and has no place among ours."""

    @chorus.rules.extra_rule("always", term="BT-1", source="a test", severity=REMARK)
    def always(document, settings):
        """Nothing keeps it."""
        yield document.origin, "%(document)s", {}

    assert always.code not in RULES
    added = SETTINGS.adding(always)
    found = chorus.rules.check(make(buyer=buyer(country="")), added)
    assert [(item.code, item.severity) for item in found] == [
        ("billing_country_missing", BLOCKING),
        ("always", REMARK),
    ]
    assert found[1].message.render() == "invoice FAC/2026/0001"
    assert chorus.rules.check(make(), added.lifting("always")) == []


def test_value_impossible_is_reported_alone_in_any_order_of_rules(monkeypatch):
    """Other anomalies do not end the check; its own do."""
    guard = RULES["value_impossible"]
    middle = {}
    for code, rule in RULES.items():
        if code == "payment_means":
            middle[guard.code] = guard
        middle.setdefault(code, rule) if code != guard.code else None
    monkeypatch.setattr("chorus.rules.base.RULES", middle)
    broken = make(buyer=buyer(country=""), payment=payment(means="57"))
    codes = [found.code for found in chorus.rules.check(broken, SETTINGS)]
    assert codes == ["billing_country_missing", "payment_means"]
    broken = replace(broken, market="\xa0")
    codes = [found.code for found in chorus.rules.check(broken, SETTINGS)]
    assert codes[0] == "billing_country_missing" and codes[-1] == guard.code


def test_a_format_has_rules_of_its_own():
    """They come after all others, and can be lifted like them."""

    @chorus.rules.extra_rule("always", term="BT-1", source="a test")
    def always(document, settings):
        """Nothing keeps it."""
        yield document.origin, "%(document)s", {}

    strict = replace(FORMATS["ubl"], rules=(always,))
    broken = make(buyer=buyer(country=""))
    codes = [found.code for found in formats.check(broken, strict, SETTINGS)]
    assert codes == ["billing_country_missing", "always"]
    assert [found.code for found in formats.check(make(), strict)] == ["always"]
    assert formats.check(make(), strict, SETTINGS.lifting("always")) == []
    assert formats.check(make(), FORMATS["ubl"], SETTINGS) == []


def test_only_some_rules():
    """Those that are lifted stay lifted, and those of other modules are left out."""
    broken = make(buyer=buyer(country="", identifier=""))
    kept = SETTINGS.only({"billing_country_missing"})
    assert [item.code for item in chorus.rules.check(broken, kept)] == ["billing_country_missing"]
    lifted = SETTINGS.lifting("billing_country_missing").only({"billing_country_missing"})
    assert chorus.rules.check(broken, lifted) == []


def test_today_is_the_default_day():
    """Without settings, a document of tomorrow is in the future and one of today is not."""
    today = datetime.date.today()
    assert Settings().today == today
    for issued, codes in ((today, []), (today + 2 * DAY, ["issue_date_future"])):
        found = chorus.rules.check(make(issue_date=issued, due_date=issued))
        assert [item.code for item in found] == codes


def test_an_internal_fault_says_all_faults():
    """Support must get what the schema said, once and in full."""
    found = chorus.rules.internal_fault(make(), ["first 100 %", "second"])
    assert (found.code, found.severity) == ("internal_fault", BLOCKING)
    assert found.origin == make().origin
    sentence = found.message.render()
    assert "FAC/2026/0001" in sentence and "first 100 % — second" in sentence


@pytest.mark.parametrize(("type_code", "kind"), list(DOCUMENT_KINDS.items()))
def test_documents_are_called_by_their_kind(type_code, kind):
    """A credit note called an invoice would send the user to the wrong list."""
    found = chorus.rules.check(
        make(type_code=type_code, preceding=PRECEDING, number="F" * 21), SETTINGS
    )
    assert kind % {"number": "F" * 21} in found[0].message.render()
