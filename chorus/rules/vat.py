"""VAT: categories, rates, reasons and breakdowns."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .. import limits
from ..document.codes import EXEMPTIONS
from ..document.model import VAT_ON_DEBITS, VAT_ON_RECEIPTS, ZERO, AllowanceCharge, Document, Tax
from ..document.vat import OVERSEAS
from ..messages import _
from .base import REMARK, Finding, Settings, at, rule

VAT_CATEGORIES = frozenset({"S", "E", "AE", "K", "G", "O", "Z"})
VAT_RATES = frozenset(
    Decimal(rate) for rate in "0 0.9 1.05 1.75 2.1 5.5 7 8.5 9.2 9.6 10 13 19.6 20 20.6".split()
)


@rule(
    "line_without_vat",
    term="BT-151",
    source="EN 16931 BR-CO-04; Chorus: VAT on every line",
)
def line_without_vat(document: Document, settings: Settings) -> Iterator[Finding]:
    """Each line and charge has one VAT treatment that Chorus Pro knows."""
    for line in document.lines:
        category = line.tax.category
        if category and category not in VAT_CATEGORIES:
            yield (
                at(line.tax.origin, "ubl_cii_tax_category_code"),
                _(
                    "Line %(line)s of %(document)s (“%(label)s”) has the tax “%(tax)s”, and Chorus "
                    "Pro does not take its category %(category)s. Choose another category for this "
                    "tax, or another tax for the line."
                ),
                {
                    "line": line.number,
                    "label": line.name[:60],
                    "tax": line.tax.origin.label,
                    "category": category,
                },
            )
        elif not category and line.tax.origin.label:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "Line %(line)s of %(document)s (“%(label)s”) has several taxes in percent "
                    "(%(taxes)s), and Chorus Pro takes the VAT of a line alone. Keep the VAT; "
                    "invoice another tax on a line of its own, or make it a tax of a fixed amount."
                ),
                {
                    "line": line.number,
                    "label": line.name[:60],
                    "taxes": line.tax.origin.label,
                },
            )
        elif not category:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "Line %(line)s of %(document)s (“%(label)s”) has no VAT. Give it one tax, a "
                    "0 %% one if no VAT is due."
                ),
                {"line": line.number, "label": line.name[:60]},
            )
    for item in document.allowances:
        if item.tax.category not in VAT_CATEGORIES:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The charge “%(label)s” of %(document)s has no VAT that Chorus Pro takes, or "
                    "several. Subject it to one VAT, of a category that it takes."
                ),
                {"label": item.reason[:60]},
            )


def _get_charges_without_vat(document: Document) -> list[AllowanceCharge]:
    """Charges of a tax that is no VAT and bears none, such as a tourist tax."""
    borne = {line.tax.origin for line in document.lines}
    return [
        item
        for item in document.allowances
        if item.tax.category == "E" and item.tax.origin.id and item.tax.origin not in borne
    ]


@rule("charge_without_vat", term="BT-102, BT-120", source="EN 16931 BR-E-10: one reason for all")
def charge_without_vat(document: Document, settings: Settings) -> Iterator[Finding]:
    """A tax without VAT gives its legal reason, and it is the only one of the document."""
    reasons = {
        (part.tax.reason, part.tax.reason_code)
        for part in (*document.lines, *document.allowances)
        if part.tax.category == "E"
    }
    for item in _get_charges_without_vat(document):
        origin = at(item.tax.origin, "invoice_legal_notes")
        params = {"tax": item.tax.origin.label}
        if not (item.tax.reason or item.tax.reason_code):
            yield (
                origin,
                _(
                    "The tax “%(tax)s” of %(document)s is charged without VAT and does not say "
                    "why. Give it its legal reason: in its legal notes, or by the category E and "
                    "an exemption code. If VAT is due on it, have it affect the base of the VAT."
                ),
                params,
            )
        elif len(reasons - {("", "")}) > 1:
            yield (
                origin,
                _(
                    "The tax “%(tax)s” of %(document)s is charged without VAT for another reason "
                    "than the rest, and a file gives one reason for all that is exempt. Invoice "
                    "it apart."
                ),
                params,
            )


def _get_taxes(document: Document) -> list[Tax]:
    """The taxes of lines and charges, each once."""
    parts = (*document.lines, *document.allowances)
    return list({part.tax.origin: part.tax for part in parts}.values())


@rule("tax_no_vat", term="BT-151", source="EN 16931 BG-30: a line has VAT and no other tax")
def tax_no_vat(document: Document, settings: Settings) -> Iterator[Finding]:
    """No tax is called VAT that is booked as another one."""
    for tax in _get_taxes(document):
        if not tax.is_proven and tax.booked_on:
            yield (
                at(tax.origin, "ubl_cii_tax_category_code"),
                _(
                    "The tax “%(tax)s” of %(document)s is booked on the account %(account)s, which "
                    "is not one of VAT, and the file would call it VAT at %(rate)s %%. If it is "
                    "VAT, choose the category S on it. If it is another tax, a file has no place "
                    "for one in percent: invoice its amount on a line of its own, or make it a tax "
                    "of a fixed amount."
                ),
                {"tax": tax.origin.label, "account": tax.booked_on, "rate": tax.rate},
            )


@rule(
    "tax_unproven",
    term="BT-151",
    source="EN 16931 BG-30: a line has VAT and no other tax",
    severity=REMARK,
)
def tax_unproven(document: Document, settings: Settings) -> Iterator[Finding]:
    """Odoo knows each tax in percent as VAT."""
    for tax in _get_taxes(document):
        if not tax.is_proven and not tax.booked_on and tax.rate in VAT_RATES:
            yield (
                at(tax.origin, "ubl_cii_tax_category_code"),
                _(
                    "The file of %(document)s calls the tax “%(tax)s” VAT at %(rate)s %%, as that "
                    "is a rate of VAT; neither its name, nor its account, nor the VAT return says "
                    "so. If it is VAT, choose the category S on it. If it is another tax, exclude "
                    "this document, and invoice the amount of the tax on a line of its own, or "
                    "make it a tax of a fixed amount."
                ),
                {"tax": tax.origin.label, "rate": tax.rate},
            )


@rule("vat_category_rate", term="BT-119", source="EN 16931 BR-S-05, BR-E-05, BR-Z-05…")
def vat_category_rate(document: Document, settings: Settings) -> Iterator[Finding]:
    """A VAT category that charges VAT has a rate, the others have none."""
    # The rule on lines reports their categories.
    reported = {part.tax.category for part in (*document.lines, *document.allowances)}
    for item in document.vat:
        if item.tax.category not in VAT_CATEGORIES | reported:
            yield (
                at(item.tax.origin, "ubl_cii_tax_category_code"),
                _(
                    "The VAT category “%(category)s” of %(document)s is not one that Chorus Pro "
                    "takes. Correct the category of “%(tax)s”."
                ),
                {"category": item.tax.category, "tax": item.tax.origin.label},
            )
        if item.tax.category in VAT_CATEGORIES and (item.tax.category == "S") != bool(
            item.tax.rate
        ):
            yield (
                at(item.tax.origin, "ubl_cii_tax_category_code"),
                _(
                    "The VAT category %(category)s of %(document)s does not go with the rate "
                    "%(rate)s %%. Correct the tax category of “%(tax)s”."
                ),
                {
                    "category": item.tax.category,
                    "rate": item.tax.rate,
                    "tax": item.tax.origin.label,
                },
            )


@rule("vat_overseas", term="BT-118", source="CGI article 294", severity=REMARK)
def vat_overseas(document: Document, settings: Settings) -> Iterator[Finding]:
    """A customer overseas is invoiced without VAT for goods sent there only."""
    if document.buyer.country in OVERSEAS and any(
        item.tax.category == "G" for item in document.vat
    ):
        yield (
            at(document.origin, "fiscal_position_id"),
            _(
                "%(country)s is French: only goods sent there from the mainland are invoiced "
                "without VAT, as exports. Check the taxes of %(document)s if it has services, or "
                "choose the domestic fiscal position."
            ),
            {"country": document.buyer.country},
        )


@rule("vat_outside_mixed", term="BT-118", source="EN 16931 BR-O-11 to BR-O-14")
def vat_outside_mixed(document: Document, settings: Settings) -> Iterator[Finding]:
    """Lines outside the scope of VAT are invoiced alone."""
    categories = {item.tax.category for item in document.vat}
    if "O" in categories and len(categories) > 1:
        yield (
            at(document.origin, "invoice_line_ids"),
            _(
                "Lines outside the scope of VAT stand beside others on %(document)s. Invoice them "
                "apart, or use a tax of another category."
            ),
            {},
        )


@rule("vat_outside_numbers", term="BT-31, BT-48", source="EN 16931 BR-O-02 to BR-O-04")
def vat_outside_numbers(document: Document, settings: Settings) -> Iterator[Finding]:
    """A document outside the scope of VAT has no VAT numbers."""
    if {item.tax.category for item in document.vat} != {"O"}:
        return
    for party in (document.seller, document.buyer):
        if party.vat:
            yield (
                at(document.vat[0].tax.origin, "ubl_cii_tax_category_code"),
                _(
                    "The VAT number “%(number)s” of “%(address)s” may not stand on %(document)s, "
                    "which is outside the scope of VAT. Give the tax “%(tax)s” the category of an "
                    "exemption, if that is what it is."
                ),
                {
                    "number": party.vat,
                    "address": party.origin.label,
                    "tax": document.vat[0].tax.origin.label,
                },
            )


@rule(
    "vat_outside_left_out",
    term="BT-31, BT-48",
    source="EN 16931 BR-O-02 to BR-O-04",
    severity=REMARK,
)
def vat_outside_left_out(document: Document, settings: Settings) -> Iterator[Finding]:
    """The file of a document outside the scope of VAT leaves out no VAT number."""
    if document.vat_numbers_left_out:
        yield (
            at(document.vat[0].tax.origin, "ubl_cii_tax_category_code"),
            _(
                "The file of %(document)s leaves out the VAT number %(numbers)s: outside the scope "
                "of VAT, EN 16931 takes none (BR-O-02 to BR-O-04). If the operation is exempt "
                "from VAT, and not outside of its scope, give the tax “%(tax)s” the category of an "
                "exemption."
            ),
            {
                "numbers": ", ".join(document.vat_numbers_left_out),
                "tax": document.vat[0].tax.origin.label,
            },
        )


@rule("vat_intra_delivery", term="BT-72, BT-80", source="EN 16931 BR-IC-11, BR-IC-12")
def vat_intra_delivery(document: Document, settings: Settings) -> Iterator[Finding]:
    """An intra-Community supply says when and to which country it was delivered."""
    if all(item.tax.category != "K" for item in document.vat):
        return
    if not document.delivery_date:
        yield (
            at(document.origin, "delivery_date"),
            _(
                "The delivery date is missing on %(document)s, and an intra-Community supply "
                "needs it. Fill it in, or correct the tax if nothing left France."
            ),
            {},
        )
    if not document.delivery:
        yield (
            at(document.origin, "partner_shipping_id"),
            _(
                "The country of delivery is not known on %(document)s, and an intra-Community "
                "supply needs it. Choose the delivery address."
            ),
            {},
        )


@rule("vat_regime_mixed", term="BT-8", source="one régime for a document", severity=REMARK)
def vat_regime_mixed(document: Document, settings: Settings) -> Iterator[Finding]:
    """VAT is due on debits for the whole document, or on receipts."""
    if not document.vat_regime and any(item.amount for item in document.vat):
        yield (
            at(document.origin, "invoice_line_ids"),
            _(
                "Part of the VAT of %(document)s is due on debits and part on receipts: the file "
                "does not say which."
            ),
            {},
        )


@rule(
    "vat_debits_printed",
    term="BT-8",
    source="the file has the date when VAT is due, not that of other taxes",
    severity=REMARK,
)
def vat_debits_printed(document: Document, settings: Settings) -> Iterator[Finding]:
    """The option for debits is printed on documents with VAT on debits alone."""
    if not document.printed_on_debits or document.vat_regime == VAT_ON_DEBITS:
        return
    if document.vat_regime or not any(item.amount for item in document.vat):
        yield (
            at(document.origin, "invoice_line_ids"),
            _(
                "%(document)s is printed with the option to pay tax on debits, because of "
                "“%(taxes)s”, which charges no VAT. The file leaves the option out: no VAT of this "
                "document is due on debits."
            ),
            {"taxes": document.printed_on_debits},
        )


@rule("vat_regime_unknown", term="BT-8", source="UNTDID 2475: 5, 72")
def vat_regime_unknown(document: Document, settings: Settings) -> Iterator[Finding]:
    """VAT is due on debits or on receipts, or the file does not say when."""
    if document.vat_regime not in ("", VAT_ON_DEBITS, VAT_ON_RECEIPTS):
        yield (
            at(document.origin, "invoice_line_ids"),
            _(
                "The date when VAT is due, “%(regime)s” on %(document)s, is not one that Chorus "
                "Pro knows: on debits (5) or on receipts (72)."
            ),
            {"regime": document.vat_regime},
        )


@rule("vat_rate", term="BT-119", source="Chorus: list of rates")
def vat_rate(document: Document, settings: Settings) -> Iterator[Finding]:
    """VAT rates are rates of French VAT."""
    for item in document.vat:
        if item.tax.category and item.tax.rate not in VAT_RATES:
            yield (
                at(item.tax.origin, "amount"),
                _(
                    "The tax “%(tax)s” of %(document)s charges %(rate)s %%, and Chorus Pro knows "
                    "no such rate of VAT. If it is VAT, correct it or choose another. If it is "
                    "another tax, a file has no place for one in percent: invoice its amount on a "
                    "line of its own, or make it a tax of a fixed amount."
                ),
                {"rate": item.tax.rate, "tax": item.tax.origin.label},
            )


@rule(
    "vat_exemption_reason",
    term="BT-120",
    source="EN 16931 BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10",
)
def vat_exemption_reason(document: Document, settings: Settings) -> Iterator[Finding]:
    """A tax that charges no VAT has a reason."""
    # Another rule reports these, with a cure of their own.
    reported = {item.tax.origin for item in _get_charges_without_vat(document)}
    for item in document.vat:
        tax = item.tax
        if tax.origin in reported:
            continue
        if tax.category in ("E", "AE", "K", "G", "O") and not (tax.reason or tax.reason_code):
            yield (
                at(tax.origin, "ubl_cii_tax_exemption_reason_code"),
                _(
                    "No VAT is charged on part of %(document)s, and the tax “%(tax)s” does not "
                    "say why. Choose the exemption reason on the tax."
                ),
                {"tax": tax.origin.label},
            )


@rule("vat_reason_code", term="BT-121", source="EN 16931 BR-CL-22: VATEX codes")
def vat_reason_code(document: Document, settings: Settings) -> Iterator[Finding]:
    """The codes of exemption reasons are codes of the European list."""
    for item in document.vat:
        if item.tax.reason_code and item.tax.reason_code not in EXEMPTIONS:
            yield (
                at(item.tax.origin, "ubl_cii_tax_exemption_reason_code"),
                _(
                    "The exemption code “%(code)s” of the tax “%(tax)s”, on %(document)s, is not "
                    "in the European list (VATEX). Choose another on the tax."
                ),
                {"code": item.tax.reason_code, "tax": item.tax.origin.label},
            )


@rule("vat_needless_reason", term="BT-120, BT-121", source="EN 16931 BR-S-10, BR-Z-10")
def vat_needless_reason(document: Document, settings: Settings) -> Iterator[Finding]:
    """A tax that charges VAT, or is of the zero rate, gives no reason for an exemption."""
    for item in document.vat:
        tax = item.tax
        if tax.category in ("S", "Z") and (tax.reason or tax.reason_code):
            yield (
                at(tax.origin, "ubl_cii_tax_exemption_reason_code"),
                _(
                    "The tax “%(tax)s” on %(document)s gives a reason for an exemption "
                    "(“%(reason)s”), and its VAT category %(category)s is none. Remove the reason, "
                    "or choose another category for this tax."
                ),
                {
                    "tax": tax.origin.label,
                    "reason": (tax.reason or tax.reason_code)[:60],
                    "category": tax.category,
                },
            )


@rule("reason_length", term="BT-97, BT-104, BT-120", source="Chorus: texts ≤ 1024")
def reason_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """The names of charges and the reasons for no VAT have at most 1024 characters."""
    for origin, reason in (
        *((at(document.origin, "invoice_line_ids"), item.reason) for item in document.allowances),
        *((at(item.tax.origin, "invoice_legal_notes"), item.tax.reason) for item in document.vat),
    ):
        if len(reason) > limits.TEXT_LENGTH:
            yield (
                origin,
                _(
                    "The text “%(start)s…” of a tax of %(document)s has %(length)s characters; "
                    "Chorus Pro takes %(limit)s. Shorten it on the tax."
                ),
                {"start": reason[:40].rstrip(), "length": len(reason), "limit": limits.TEXT_LENGTH},
            )


@rule("vat_bases", term="BT-116", source="EN 16931 BR-S-08, BR-E-08, BR-Z-08…")
def vat_bases(document: Document, settings: Settings) -> Iterator[Finding]:
    """Each VAT base is the sum of the lines and charges of its rate."""
    bases: dict = {}
    for line in document.lines:
        bases[line.tax.key] = bases.get(line.tax.key, ZERO) + line.amount
    for item in document.allowances:
        amount = item.amount if item.is_charge else -item.amount
        bases[item.tax.key] = bases.get(item.tax.key, ZERO) + amount
    found: dict = {}
    for item in document.vat:
        if item.tax.key in found:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The VAT of %(document)s at %(rate)s %% appears twice for the category "
                    "%(category)s. Correct its taxes."
                ),
                {"rate": item.tax.rate, "category": item.tax.category},
            )
        found.setdefault(item.tax.key, item.taxable)
    for key in sorted(bases.keys() | found.keys()):
        expected, base = bases.get(key, ZERO), found.get(key)
        if base != expected:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The lines of %(document)s at %(rate)s %% add up to %(expected)s, and the base "
                    "of their VAT is %(found)s. Correct its lines or its taxes."
                ),
                {"rate": key[1], "expected": expected, "found": base or ZERO},
            )


@rule("vat_amount", term="BT-117", source="EN 16931 BR-CO-17, BR-S-09, BR-E-09")
def vat_amount(document: Document, settings: Settings) -> Iterator[Finding]:
    """Each VAT amount is its base times its rate, within one unit, and 0 without VAT."""
    parts = (*document.lines, *document.allowances)
    if any(part.tax.category not in VAT_CATEGORIES for part in parts):
        return  # reported one by one, and in the base of no VAT
    for item in document.vat:
        gap = abs(item.taxable * item.tax.rate / 100 - item.amount)
        values = {"rate": item.tax.rate, "amount": item.amount, "taxable": item.taxable}
        if item.amount and item.tax.category not in ("S", ""):
            yield (
                at(item.tax.origin, "ubl_cii_tax_category_code"),
                _(
                    "The tax “%(tax)s” charges %(amount)s %(currency)s of VAT on %(document)s, and "
                    "its category %(category)s is one of those that charge none. Correct the "
                    "category of this tax."
                ),
                {
                    **values,
                    "currency": document.currency,
                    "tax": item.tax.origin.label,
                    "category": item.tax.category,
                },
            )
        elif gap >= 1:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The VAT of %(document)s at %(rate)s %% is %(amount)s for a base of "
                    "%(taxable)s: Chorus Pro would refuse it. Correct the taxes."
                ),
                values,
            )
