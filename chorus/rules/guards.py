"""Values that no file can hold: Odoo writes none, another module may.

These come first, and alone: no other rule can judge a document that has them.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .. import limits, text
from ..document.model import Document, Party
from ..messages import _
from .base import Finding, Settings, rule

#: The others follow from the lines, which have a rule of their own on their size.
_BOUNDED = frozenset({"BT-5", "BT-114", "BT-92, BT-99", "BT-96, BT-103", "BT-119", "BT-152"})
_KIND = "BT-125-1"  # of an attachment, which there must be
_SHOWN = 40  # characters of a value, in a message
#: Blank, they are missing, which their own rules tell with the cure.
_TOLD_APART = frozenset({"BT-27, BT-44, BT-70", "BT-97, BT-104", "BT-153"})


@rule(
    "value_impossible",
    term="all terms",
    source="XML 1.0; Chorus: no control characters, tabs or non-breaking spaces",
    is_last=True,
)
def value_impossible(document: Document, settings: Settings) -> Iterator[Finding]:
    """Texts can be written, and numbers are numbers."""
    for term, value in _numbers(document):
        if not value.is_finite() or (term in _BOUNDED and not _is_bounded(value)):
            yield (
                document.origin,
                _(
                    "The number “%(value)s” (%(term)s) of %(document)s cannot stand in a file. "
                    "Odoo writes none like it: ask whoever looks after its modules."
                ),
                {"value": str(value)[:_SHOWN], "term": term},
            )
    texts = tuple(_texts(document))
    for term, value in texts if _may_have_faults(texts) else ():
        is_blank = value.isspace() or (term == _KIND and not value)
        if not text.is_plain(value) or (is_blank and term not in _TOLD_APART):
            yield (
                document.origin,
                _(
                    "The text “%(value)s” (%(term)s) of %(document)s is blank, or has characters "
                    "that Chorus Pro refuses. Odoo writes none like it: ask whoever looks after "
                    "its modules."
                ),
                {"value": text.one_line(value)[:_SHOWN], "term": term},
            )


def _may_have_faults(texts: tuple[tuple[str, str], ...]) -> bool:
    """Whether it is worth looking at a hundred texts one by one: in most documents it is not."""
    values = [value for _term, value in texts]
    return (
        not text.is_plain("".join(values)) or any(map(str.isspace, values)) or (_KIND, "") in texts
    )


def _is_bounded(value: Decimal) -> bool:
    return value.adjusted() < limits.DIGITS and value.as_tuple().exponent >= -limits.DIGITS


def _numbers(document: Document) -> Iterator[tuple[str, Decimal]]:
    totals = document.totals
    yield "BT-5", Decimal(10) ** min(abs(document.decimals), 2 * limits.DIGITS)
    yield "BT-109", totals.untaxed
    yield "BT-110", totals.tax
    yield "BT-112", totals.total
    yield "BT-113", totals.prepaid
    yield "BT-114", totals.rounding
    for item in document.vat:
        yield "BT-116", item.taxable
        yield "BT-117", item.amount
        yield "BT-119", item.tax.rate
    for item in document.allowances:
        yield "BT-92, BT-99", item.amount
        yield "BT-96, BT-103", item.tax.rate
    for line in document.lines:
        yield "BT-129", line.quantity
        yield "BT-131", line.amount
        yield "BT-146", line.price
        yield "BT-149", line.base_quantity
        yield "BT-152", line.tax.rate
        if line.gross_price is not None:
            yield "BT-148", line.gross_price


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    # The number and the service code have rules of their own on their characters.
    yield "BT-3", document.type_code
    yield "BT-5", document.currency
    yield "BT-8", document.vat_regime
    yield "BT-12", document.market
    yield "BT-13", document.engagement
    yield "BT-13", document.order
    yield "BT-23", document.framework
    if document.preceding:
        yield "BT-25", document.preceding.number
    for note in document.notes:
        yield "BT-22", note
    payment = document.payment
    yield "BT-81", payment.means
    yield "BT-84", payment.iban
    yield "BT-86", payment.bic
    yield "BT-83", payment.reference
    yield "BT-20", payment.terms
    yield from _party_texts("BG-4", document.seller)
    yield from _party_texts("BG-7", document.buyer)
    if document.delivery:
        yield from _party_texts("BG-13", document.delivery)
    for item in document.vat:
        yield "BT-118", item.tax.category
        yield "BT-120", item.tax.reason
        yield "BT-121", item.tax.reason_code
    for item in document.allowances:
        yield "BT-97, BT-104", item.reason
        yield "BT-95, BT-102", item.tax.category
    for item in document.attachments:
        yield "BT-122", item.name
        yield "BT-123", item.description
        yield _KIND, item.mime
    for line in document.lines:
        yield "BT-126", line.number
        yield "BT-130", line.unit
        yield "BT-151", line.tax.category
        yield "BT-153", line.name
        yield "BT-154", line.description
        yield "BT-155", line.seller_item


def _party_texts(term: str, party: Party) -> Iterator[tuple[str, str]]:
    yield "BT-27, BT-44, BT-70", party.name
    for value in (
        party.identifier,
        party.scheme,
        party.vat,
        party.street,
        party.street2,
        party.zip,
        party.city,
        party.subdivision,
        party.country,
        party.phone,
        party.email,
    ):
        yield term, value
