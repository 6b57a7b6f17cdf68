"""Values that no file can hold. Only another module can put one in a document.

This rule comes first. When it finds something, no other rule is checked: none can judge such a
document.
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
    # The decimals of the currency (BT-5) are those of each amount.
    power = Decimal(10) ** min(abs(document.decimals), 2 * limits.DIGITS)
    parts = [*document.values(), (("BT-5",), (power,))]
    if _is_sound(document, [*chain.from_iterable(values for _terms, values in parts)]):
        return
    for term, value in chain.from_iterable(zip(*part, strict=True) for part in parts):
        if isinstance(value, Decimal) and not _is_number(term, value):
            yield (
                document.origin,
                _(
                    "The number “%(value)s” (%(term)s) of %(document)s cannot stand in a file. "
                    "It comes from a custom module: ask the person who looks after your modules."
                ),
                {"value": str(value)[:_SHOWN], "term": term},
            )
        elif isinstance(value, str) and not _is_text(term, value):
            yield (
                document.origin,
                _(
                    "The text “%(value)s” (%(term)s) of %(document)s is blank, or has characters "
                    "that Chorus Pro refuses. It comes from a custom module: ask the "
                    "person who looks after your modules."
                ),
                {"value": text.one_line(value)[:_SHOWN], "term": term},
            )


def _is_sound(document: Document, values: list) -> bool:
    """Whether no value needs a look of its own: most documents have no fault."""
    texts = [value for value in values if type(value) is str]
    numbers = [value for value in values if type(value) is Decimal]
    return (
        all(map(Decimal.is_finite, numbers))
        and all(map(_is_bounded, set(numbers)))
        and text.is_plain("".join(texts))
        and not any(map(str.isspace, texts))
        and all(item.mime for item in document.attachments)
    )


def _is_number(term: str, value: Decimal) -> bool:
    return value.is_finite() and (term not in _BOUNDED or _is_bounded(value))


def _is_bounded(value: Decimal) -> bool:
    return value.adjusted() < limits.DIGITS and value.as_tuple().exponent >= -limits.DIGITS


def _is_text(term: str, value: str) -> bool:
    is_blank = value.isspace() or (term == _KIND and not value)
    is_plain = term in _APART or text.is_plain(value)
    return is_plain and (not is_blank or term in _MISSING | _APART)
