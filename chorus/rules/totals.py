"""Allowances and charges, totals, currency."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..document.codes import CURRENCIES
from ..document.model import ZERO, Document
from ..document.prices import rounded
from ..messages import _
from .base import REMARK, Finding, Settings, at, rule


@rule("charge_reason", term="BT-97, BT-104", source="EN 16931 BR-33, BR-38, BR-CO-21, BR-CO-22")
def charge_reason(document: Document, settings: Settings) -> Iterator[Finding]:
    """Each charge and allowance has a reason."""
    for item in document.allowances:
        if not item.reason.strip():
            yield (
                at(item.tax.origin, "name"),
                _(
                    "A charge or discount of %(amount)s on %(document)s does not say what it is "
                    "for. Give a name to its tax, or to its line."
                ),
                {"amount": item.amount},
            )


@rule("charge_amount", term="BT-92, BT-99", source="EN 16931 BR-CO-11, BR-CO-12")
def charge_amount(document: Document, settings: Settings) -> Iterator[Finding]:
    """Charges and allowances are of more than zero."""
    for item in document.allowances:
        if item.amount <= 0:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The charge or discount “%(label)s” of %(document)s is of %(amount)s: Chorus "
                    "Pro only takes positive amounts. Correct its line or its tax."
                ),
                {"label": item.reason[:60], "amount": item.amount},
            )


@rule("amounts_unexplained", term="BG-22", source="EN 16931 BR-CO-10 to BR-CO-17")
def amounts_unexplained(document: Document, settings: Settings) -> Iterator[Finding]:
    """Lines, VAT and totals add up to the cent."""
    totals = document.totals
    net = document.lines_total - document.allowances_total + document.charges_total
    tax = sum((item.amount for item in document.vat), ZERO)
    for found, expected, source in (
        (
            net,
            totals.untaxed,
            _(
                "The lines of %(document)s add up to %(found)s, and its total excluding VAT is "
                "%(expected)s. Correct its lines or its rounding."
            ),
        ),
        (
            tax,
            totals.tax,
            _(
                "The VAT amounts of %(document)s add up to %(found)s, and its VAT is "
                "%(expected)s. Correct its taxes."
            ),
        ),
        (
            totals.untaxed + totals.tax,
            totals.total,
            _(
                "Excluding VAT plus VAT gives %(found)s on %(document)s, and its total is "
                "%(expected)s. Correct its lines or its taxes."
            ),
        ),
    ):
        if found != expected:
            yield (
                at(document.origin, "invoice_line_ids"),
                source,
                {"found": found, "expected": expected},
            )


@rule(
    "charge_among_taxes",
    term="BT-108, BT-109",
    source="EN 16931 BG-23: VAT has a total, other taxes have none",
    severity=REMARK,
)
def charge_among_taxes(document: Document, settings: Settings) -> Iterator[Finding]:
    """Totals are printed as the file has them: no tax but VAT is added to them."""
    taxes = [item for item in document.allowances if item.is_tax]
    charged = sum((item.amount if item.is_charge else -item.amount for item in taxes), ZERO)
    if charged:
        yield (
            at(document.origin, "invoice_line_ids"),
            _(
                "%(document)s is printed with a total of %(printed)s excluding taxes, and "
                "%(charged)s of “%(taxes)s” among the taxes. The file counts them as charges, as "
                "they are no VAT: its total excluding VAT is %(untaxed)s. The total including VAT "
                "is the same."
            ),
            {
                "printed": document.totals.untaxed - charged,
                "charged": charged,
                "taxes": ", ".join(dict.fromkeys(item.reason for item in taxes)),
                "untaxed": document.totals.untaxed,
            },
        )


@rule("currency_unknown", term="BT-5", source="EN 16931 BR-CL-04: ISO 4217")
def currency_unknown(document: Document, settings: Settings) -> Iterator[Finding]:
    """The currency is one of ISO 4217, in use."""
    if document.currency not in CURRENCIES:
        yield (
            at(document.origin, "currency_id"),
            _(
                "The currency “%(currency)s” is not in the international list (ISO 4217): the "
                "file would be refused. Invoice %(document)s in another currency."
            ),
            {"currency": document.currency},
        )


@rule("amount_decimals", term="BT-5", source="EN 16931 BR-DEC: amounts as their currency has them")
def amount_decimals(document: Document, settings: Settings) -> Iterator[Finding]:
    """Amounts have no more decimals than their currency."""
    cent = Decimal(1).scaleb(-document.decimals)
    totals = document.totals
    for value in (
        *(totals.untaxed, totals.tax, totals.total, totals.rounding, totals.prepaid),
        *(line.amount for line in document.lines),
        *(item.amount for item in document.allowances),
        *(amount for item in document.vat for amount in (item.taxable, item.amount)),
    ):
        if value != rounded(value, cent):
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The amount %(amount)s on %(document)s has more decimals than %(currency)s "
                    "has. Correct its rounding."
                ),
                {"amount": value, "currency": document.currency},
            )


@rule("currency_decimals", term="BT-5", source="EN 16931 BR-DEC: two decimals")
def currency_decimals(document: Document, settings: Settings) -> Iterator[Finding]:
    """The currency has at most two decimals."""
    if not 0 <= document.decimals <= 2:
        yield (
            at(document.origin, "currency_id"),
            _(
                "Amounts in %(currency)s have %(decimals)s decimals, and Chorus Pro takes two. "
                "Invoice %(document)s in another currency."
            ),
            {"currency": document.currency, "decimals": document.decimals},
        )


@rule("negative_total", term="BT-112", source="Chorus: positive amounts")
def negative_total(document: Document, settings: Settings) -> Iterator[Finding]:
    """Neither the total nor the amount due is negative."""
    if document.totals.total < 0 or document.totals.due < 0:
        yield (
            at(document.origin, "invoice_line_ids"),
            _(
                "The total of %(document)s is negative. Turn the invoice into a credit note, or "
                "the credit note into an invoice."
            ),
            {},
        )


@rule("zero_total", term="BT-112", source="worth a look", severity=REMARK)
def zero_total(document: Document, settings: Settings) -> Iterator[Finding]:
    """The total is not zero."""
    if not document.totals.total:
        yield (
            at(document.origin, "invoice_line_ids"),
            _("The total of %(document)s is zero: the public body will have nothing to pay."),
            {},
        )
