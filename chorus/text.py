"""Texts and identifiers as Chorus Pro takes them."""

from __future__ import annotations

import html
import re
import unicodedata

from stdnum.util import clean

# What XML 1.0 cannot hold, and the other control characters that Chorus refuses.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\ufeff]")
# Marks that change the direction of what follows: a number would read backwards.
_DIRECTION = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)
_BREAK = re.compile(r"<(?:br\s*/?|/p|/div|/li|/tr|/h[1-6])\s*>", re.IGNORECASE)


def one_line(value: str | None) -> str:
    """A text on one line: no control character, no tab, no non-breaking space.

    Chorus refuses control characters, tabs, non-breaking spaces and HTML in texts
    (Chorus: texts; DSE).

    :param value: any text, or None
    :return: the same words, separated by single spaces
    """
    if not value:
        return ""
    value = _DIRECTION.sub("", value)
    # Every kind of space becomes a plain one before the control characters go.
    value = "".join(" " if char.isspace() else char for char in value)
    value = _CONTROL.sub("", value)
    return " ".join(unicodedata.normalize("NFC", value).split())


def paragraphs(value: str | None) -> str:
    """A text whose line breaks matter, as lines separated by one newline.

    :param value: any text, or None
    :return: its lines that are not empty, each as :func:`one_line` gives it
    """
    lines = (one_line(line) for line in (value or "").splitlines())
    return "\n".join(line for line in lines if line)


def from_html(value: str | None) -> str:
    """The words of an HTML field, a paragraph a line.

    :param value: HTML as Odoo stores it, or None
    :return: plain text as :func:`paragraphs` gives it
    """
    if not value:
        return ""
    return paragraphs(html.unescape(_TAG.sub("", _BREAK.sub("\n", str(value)))))


def identifier(value: str | None) -> str:
    """An identifier (SIRET, VAT number, IBAN) without the separators people type.

    :param value: the number as typed, or None
    :return: the number without spaces, dots and dashes, in capitals; "" for none. Odoo takes
        "/" for "not subject to VAT": it is no number.
    """
    value = clean(one_line(value), " .-/").upper()
    return "".join(value.split())
