"""Lines: items, quantities and prices."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .. import limits
from ..document.codes import UNITS
from ..document.model import Document
from ..document.prices import PRICE_STEP, rounded
from ..messages import _
from .base import REMARK, Finding, Settings, at, rule

QUANTITY_STEP = Decimal(1).scaleb(-limits.QUANTITY_DECIMALS)
#: Beyond it Odoo's floating-point numbers, of 15 digits, no longer hold cents.
NUMBER_LIMIT = Decimal(10**13)


@rule("no_line", term="BG-25", source="EN 16931 BR-16")
def no_line(document: Document, settings: Settings) -> Iterator[Finding]:
    """The document has at least one line."""
    if not document.lines:
        yield (
            at(document.origin, "invoice_line_ids"),
            _("Nothing is invoiced on %(document)s: it has no line with an amount."),
            {},
        )


@rule("line_number", term="BT-126", source="EN 16931 BR-21")
def line_number(document: Document, settings: Settings) -> Iterator[Finding]:
    """Each line has a number."""
    for line in document.lines:
        if not line.number:
            yield (
                at(document.origin, "invoice_line_ids"),
                _("The line “%(label)s” of %(document)s has no number. Save the document again."),
                {"label": line.name[:60]},
            )


@rule("line_name", term="BT-153, BT-154", source="EN 16931 BR-25; Chorus: ≤ 1024")
def line_name(document: Document, settings: Settings) -> Iterator[Finding]:
    """Each line has a label of at most 1024 characters."""
    for line in document.lines:
        if not line.name.strip():
            yield (
                at(document.origin, "invoice_line_ids"),
                _("Line %(line)s of %(document)s has no label. Give it one."),
                {"line": line.number},
            )
        elif len(line.name) > limits.TEXT_LENGTH:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The label of line %(line)s of %(document)s has %(length)s characters; Chorus "
                    "Pro takes %(limit)s. Shorten it."
                ),
                {"line": line.number, "length": len(line.name), "limit": limits.TEXT_LENGTH},
            )
        elif len(line.description) > limits.TEXT_LENGTH:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The description of line %(line)s of %(document)s has %(length)s characters, "
                    "with the names of its sections; Chorus Pro takes %(limit)s. Shorten it: "
                    "“%(start)s…”."
                ),
                {
                    "line": line.number,
                    "length": len(line.description),
                    "limit": limits.TEXT_LENGTH,
                    "start": line.description[:40].rstrip(),
                },
            )


@rule("unit_unknown", term="BT-130", source="UN/ECE Recommendation 20", severity=REMARK)
def unit_unknown(document: Document, settings: Settings) -> Iterator[Finding]:
    """Units are units of the international list."""
    for line in document.lines:
        if line.unknown_unit:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The unit “%(unit)s” of line %(line)s of %(document)s has no international "
                    "code: the file has the unit “piece” (C62). Choose one of Odoo's own units if "
                    "the public body has to know it."
                ),
                {"unit": line.unknown_unit, "line": line.number},
            )


@rule("unit_code", term="BT-130", source="EN 16931 BR-CL-23: UN/ECE Recommendations 20 and 21")
def unit_code(document: Document, settings: Settings) -> Iterator[Finding]:
    """The codes of units are codes of the international list."""
    for line in document.lines:
        if line.unit not in UNITS:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The code “%(unit)s” of the unit of line %(line)s of %(document)s is not in "
                    "the international list (UN/ECE Recommendation 20). Choose another unit."
                ),
                {"unit": line.unit, "line": line.number},
            )


@rule("quantity_decimals", term="BT-129", source="Chorus: quantity ≤ 4 decimals")
def quantity_decimals(document: Document, settings: Settings) -> Iterator[Finding]:
    """Quantities have at most 4 decimals."""
    for line in document.lines:
        if line.quantity != rounded(line.quantity, QUANTITY_STEP):
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The quantity %(quantity)s of line %(line)s of %(document)s has more than 4 "
                    "decimals. Round it."
                ),
                {"quantity": line.quantity, "line": line.number},
            )


@rule(
    "line_amount_moved",
    term="BT-131, BT-146",
    source="the line stands as it is posted",
    severity=REMARK,
)
def line_amount_moved(document: Document, settings: Settings) -> Iterator[Finding]:
    """Lines are printed with the amounts that are posted."""
    for line in document.lines:
        if line.printed_amount is not None:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "Line %(line)s of %(document)s is printed with the price %(price)s and the "
                    "amount %(printed)s, and posted with the amount %(amount)s: with taxes rounded "
                    "globally, Odoo moves the difference of %(difference)s onto it. The file says "
                    "%(amount)s."
                ),
                {
                    "line": line.number,
                    "price": line.printed_price,
                    "printed": line.printed_amount,
                    "amount": line.amount,
                    "difference": abs(line.amount - line.printed_amount),
                },
            )


@rule(
    "line_price_differs",
    term="BT-146, BT-148",
    source="EN 16931 BR-28; Chorus: unit price ≤ 6 decimals",
    severity=REMARK,
)
def line_price_differs(document: Document, settings: Settings) -> Iterator[Finding]:
    """Lines are printed with the prices that the file has."""
    for line in document.lines:
        if line.printed_price is not None and line.printed_amount is None:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "Line %(line)s of %(document)s is printed with the price %(price)s and the "
                    "discount %(discount)s %%. A file takes neither a negative discount nor a "
                    "price of more than %(limit)s decimals: it has the price %(own)s for a "
                    "quantity of %(base)s. The amount of the line is the same."
                ),
                {
                    "line": line.number,
                    "price": line.printed_price,
                    "discount": line.printed_discount,
                    "limit": limits.PRICE_DECIMALS,
                    "own": line.price,
                    "base": line.base_quantity,
                },
            )


@rule("line_too_big", term="BT-129, BT-131, BT-146", source="Odoo's numbers hold 15 digits")
def line_too_big(document: Document, settings: Settings) -> Iterator[Finding]:
    """Quantities, prices and amounts have at most 13 digits before the decimals."""
    for line in document.lines:
        if max(abs(line.quantity), line.price, abs(line.amount)) >= NUMBER_LIMIT:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "Line %(line)s of %(document)s has a number too long to be right to the cent. "
                    "Correct its quantity or its price."
                ),
                {"line": line.number},
            )


@rule("line_price", term="BT-146, BT-131", source="Chorus: price × quantity gives the line")
def line_price(document: Document, settings: Settings) -> Iterator[Finding]:
    """Price times quantity gives each line's amount to the cent."""
    cent = Decimal(1).scaleb(-document.decimals)
    for line in document.lines:
        if line.base_quantity <= 0:
            continue  # reported by the rule on the form of prices
        amount = line.price * line.quantity / line.base_quantity
        if rounded(amount, cent) != line.amount:
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The price %(price)s of line %(line)s of %(document)s does not give its amount "
                    "%(amount)s. Correct the line."
                ),
                {"price": line.price, "line": line.number, "amount": line.amount},
            )


@rule(
    "price_form",
    term="BT-146, BT-148, BT-149",
    source="EN 16931 BR-27, BR-28; Chorus: unit price ≤ 6 decimals",
)
def price_form(document: Document, settings: Settings) -> Iterator[Finding]:
    """Prices are positive, with at most 6 decimals, and no net price is above its gross price."""
    for line in document.lines:
        gross = line.price if line.gross_price is None else line.gross_price
        fits = rounded(line.price, PRICE_STEP) == line.price
        fits &= gross is line.price or rounded(gross, PRICE_STEP) == gross
        if not (0 <= line.price <= gross and fits and line.base_quantity > 0):
            yield (
                at(document.origin, "invoice_line_ids"),
                _(
                    "The price of line %(line)s of %(document)s cannot stand in a file: "
                    "%(price)s for %(base)s, %(gross)s before discount. Chorus Pro takes positive "
                    "prices of at most %(limit)s decimals. Correct the line."
                ),
                {
                    "line": line.number,
                    "price": line.price,
                    "base": line.base_quantity,
                    "gross": gross,
                    "limit": limits.PRICE_DECIMALS,
                },
            )


@rule("line_count", term="BG-25", source="Chorus: ≤ 999,999 lines")
def line_count(document: Document, settings: Settings) -> Iterator[Finding]:
    """The document has at most 999,999 lines."""
    if len(document.lines) > limits.LINE_COUNT:
        yield (
            at(document.origin, "invoice_line_ids"),
            _("%(count)s lines are too many for %(document)s. Split it."),
            {"count": len(document.lines)},
        )
