"""Values that no file can hold: Odoo writes none, another module may.

This rule comes first, and its anomalies alone: no other rule can judge a document that has them.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

from .. import limits, text
from ..document.model import Document
from ..messages import _
from .base import Finding, Settings, rule

#: The other numbers follow from the lines, whose size has a rule of its own.
_BOUNDED = frozenset("BT-5 BT-114 BT-92 BT-99 BT-96 BT-103 BT-119 BT-152".split())
#: These texts have rules of their own on their characters.
_APART = frozenset({"BT-1", "BT-10"})
#: When these are blank, another rule says that they are missing and what to do.
_MISSING = frozenset("BT-27 BT-44 BT-70 BT-97 BT-104 BT-153".split())
_KIND = "BT-125-1"  # of an attachment, which there must be
_SHOWN = 40  # characters of a value, in a message


@rule(
    "value_impossible",
    term="all terms",
    source="XML 1.0; Chorus: no control characters, tabs or non-breaking spaces",
    is_last=True,
)
def value_impossible(document: Document, settings: Settings) -> Iterator[Finding]:
    """Texts can be written, and numbers are numbers."""
    values = document.values()
    power = Decimal(10) ** min(abs(document.decimals), 2 * limits.DIGITS)
    if _is_sound(document, [*chain.from_iterable(found for _terms, found in values)], power):
        return
    pairs = [pair for terms, found in values for pair in zip(terms, found, strict=True)]
    numbers = [(term, value) for term, value in pairs if isinstance(value, Decimal)]
    numbers.append(("BT-5", power))
    for term, value in numbers:
        if not value.is_finite() or (term in _BOUNDED and not _is_bounded(value)):
            yield (
                document.origin,
                _(
                    "The number “%(value)s” (%(term)s) of %(document)s cannot stand in a file. "
                    "It comes from a custom module: ask the person who looks after your modules."
                ),
                {"value": str(value)[:_SHOWN], "term": term},
            )
    texts = [(term, value) for term, value in pairs if isinstance(value, str)]
    for term, value in texts:
        is_blank = value.isspace() or (term == _KIND and not value)
        is_plain = term in _APART or text.is_plain(value)
        if not is_plain or (is_blank and term not in _MISSING | _APART):
            yield (
                document.origin,
                _(
                    "The text “%(value)s” (%(term)s) of %(document)s is blank, or has characters "
                    "that Chorus Pro refuses. It comes from a custom module: ask the "
                    "person who looks after your modules."
                ),
                {"value": text.one_line(value)[:_SHOWN], "term": term},
            )


def _is_sound(document: Document, found: list, power: Decimal) -> bool:
    """Whether it is needless to look at each value: most documents have no fault."""
    texts = [value for value in found if type(value) is str]
    numbers = [value for value in found if type(value) is Decimal]
    return (
        all(map(Decimal.is_finite, numbers))
        and all(map(_is_bounded, {power, *numbers}))
        and text.is_plain("".join(texts))
        and not any(map(str.isspace, texts))
        and all(item.mime for item in document.attachments)
    )


def _is_bounded(value: Decimal) -> bool:
    return value.adjusted() < limits.DIGITS and value.as_tuple().exponent >= -limits.DIGITS
