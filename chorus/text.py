"""Texts and identifiers as Chorus Pro takes them."""

from __future__ import annotations

import html
import re
import unicodedata

from stdnum.util import clean

# Characters that XML 1.0 excludes, and the other control characters, which Chorus refuses.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\ufeff]")
# Marks that change the direction of the text: a number would read backwards.
_DIRECTION = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
_REFUSED = re.compile(rf"{_CONTROL.pattern}|{_DIRECTION.pattern}|[^\S ]")
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*>|!--)")
# The tags that a rich text brings along; “<M8>” or “<b and 12>” in a label is no tag and stays.
_HTML = re.compile(
    r"</?(?:p|br|div|span|b|i|u|s|em|strong|small|font|a|img|ul|ol|li|table|tbody|tr|td|th|h[1-6]"
    r"|thead|tfoot|dl|dt|dd|hr|sup|sub|pre|code|del|ins|strike|blockquote|center|section|article"
    r"|html|head|body|meta|link|iframe|script|style)(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br(?:\s*/)?|/p|/div|/li|/tr|/h[1-6])\s*>", re.IGNORECASE)
# Beyond the last character of Unicode, and too long for Python to read as a number.
_NO_CHARACTER = re.compile(r"&#[0-9]{100,};?")
# Marks after one letter, as Unicode bounds them (UAX #15, stream-safe text): no language has more,
# and putting them in order takes the square of their number.
_MARKS = 30


def one_line(value: str | None) -> str:
    """A text on one line: no control character, tab, non-breaking space nor HTML tag.

    Chorus refuses control characters, tabs, non-breaking spaces and HTML in texts
    (Chorus: texts; DSE).

    :param value: any text, or None
    :return: the same words, separated by single spaces
    """
    if not value:
        return ""
    # Most texts are right as they are, and this is asked of each text of each line.
    if value.isascii() and value.isprintable() and "<" not in value:
        return " ".join(value.split())
    # Every kind of space becomes a plain one before the control characters go.
    value = "".join(" " if char.isspace() else char for char in _DIRECTION.sub("", value))
    value = _CONTROL.sub("", value)
    return " ".join(normalized("NFC", _without_html(value)).split())


def normalized(form: str, value: str) -> str:
    """A text in a normal form of Unicode, in a time that grows as the text does.

    :param form: as ``unicodedata.normalize`` names it
    :param value: any text
    :return: without the marks of a letter beyond the thirtieth
    """
    if sum(map(bool, map(unicodedata.combining, value))) > _MARKS:
        kept, marks = [], 0
        for char in value:
            marks = marks + 1 if unicodedata.combining(char) else 0
            if marks <= _MARKS:
                kept.append(char)
        value = "".join(kept)
    return unicodedata.normalize(form, value)


def _without_html(value: str) -> str:
    """A text without tags, nor those that appear as the ones within them go.

    In one pass: to look again at the whole text after each tag that goes would take the square of
    its length.
    """
    if "<" not in value:
        return value
    kept: list[str] = []
    opened: list[int] = []  # places in ``kept`` where a tag may begin
    for part in re.split("([<>])", value):
        if part == "<":
            opened.append(len(kept))
        kept.append(part)
        if part == ">" and opened:
            begin = opened.pop()
            if _HTML.fullmatch("".join(kept[begin:])):
                kept[begin:] = [" "]
            else:
                # Both signs stay: no tag goes around them.
                opened.clear()
    return "".join(kept)


def _without_tags(value: str) -> str:
    """HTML without its tags and comments, in one pass."""
    kept, position, has_end = [], 0, True
    while tag := _TAG.search(value, position):
        end = tag.end()
        if tag[0] == "<!--":
            # Without an end here there is none later, and it is no comment.
            has_end = has_end and (end := value.find("-->", tag.end()) + 3) > 2
            if not has_end:
                kept.append(value[position : tag.end()])
                position = tag.end()
                continue
        kept.append(value[position : tag.start()])
        position = end
    return "".join((*kept, value[position:]))


def quoted(value: str) -> str:
    """A text that a sentence can quote: without marks that change the direction of its end.

    :param value: any text
    """
    return _DIRECTION.sub("", value)


def is_plain(value: str) -> bool:
    """Whether a text has none of the characters that :func:`one_line` takes out.

    :param value: any text
    """
    return value.isprintable() or not _REFUSED.search(value)


def lines(value: str | None) -> list[str]:
    """The lines of a text that are not empty.

    :param value: any text, or None
    :return: each line as :func:`one_line` gives it
    """
    found = (one_line(line) for line in (value or "").splitlines())
    return [line for line in found if line]


def join(*parts: str) -> str:
    """Several texts as one: a line break is a control character, which Chorus refuses.

    :param parts: texts on one line; those that are empty are left out
    """
    return " - ".join(part for part in parts if part)


def split(title: str, parts: list[str], length: int) -> list[str]:
    """Parts of a text that is too long for one, in as many as it takes.

    :param title: first words of each
    :param parts: none of which is cut
    :param length: of each, at most; a longer part stands alone
    """
    found, current = [], ""
    for part in parts:
        longer = f"{current}, {part}" if current else f"{title}{part}"
        if current and len(longer) > length:
            found.append(current)
            longer = f"{title}{part}"
        current = longer
    return [*found, current] if current else found


#: Where a long text may be parted, best first; the separator of :func:`join` stands between two.
_PLACES = (
    re.compile(r" - |(?<=[.!?;])(?<!\bart\.)(?<!\bal\.) (?=[A-ZÀ-Ý«])"),
    re.compile(r"(?<=[,;:]) "),
    re.compile(" "),
)


def spread(value: str, length: int, title: str = "") -> list[str]:
    """A text that is too long for one, in as many as it takes, in order and with all its words.

    Each ends with a sentence, else with a clause, else with a word.

    :param value: text on one line
    :param length: of each, at most; a longer word stands alone
    :param title: first words of each
    """
    found, begin, room = [], 0, max(length - len(title), 1)
    while len(value) - begin > room:
        # Half of the room is to be filled, and one place more is seen: it goes with the text.
        window = value[begin : begin + room + 3]
        for places, least in zip(_PLACES, (room // 2, room // 2, 0), strict=True):
            fitting = [x for x in places.finditer(window) if least <= x.start() <= room]
            if fitting:
                break
        end = fitting[-1] if fitting else _PLACES[-1].search(value, begin + room)
        if not end:
            break
        offset = begin if fitting else 0
        found.append(title + value[begin : offset + end.start()])
        begin = offset + end.end()
    rest = value[begin:]
    return [*found, title + rest] if rest else found


def note(*parts: str) -> str:
    """A note (BT-22), as :func:`join` gives it.

    :param parts: texts on one line
    :return: without ``#word#``, which EN 16931 would read as a subject code (BR-CL-08)
    """
    return re.sub(r"#(\w+)#", r"# \1 #", join(*parts))


def from_html(value: str | None) -> str:
    """The words of an HTML field, its paragraphs joined by :func:`join`.

    :param value: HTML as Odoo stores it, or None
    :return: plain text on one line
    """
    return join(*html_lines(value))


def html_lines(value: str | None) -> list[str]:
    """The lines of an HTML field that are not empty.

    :param value: HTML as Odoo stores it, or None
    :return: each line as :func:`one_line` gives it
    """
    if not value:
        return []
    bare = _without_tags(_BREAK.sub("\n", str(value)))
    return lines(html.unescape(_NO_CHARACTER.sub("\ufffd", bare)))


def identifier(value: str | None) -> str:
    """An identifier (SIRET, VAT number, IBAN) without the separators people type.

    :param value: the number as typed, or None
    :return: the number without spaces, dots and dashes, in capitals; "" for none. Odoo takes
        "/" for "not subject to VAT": it is no number.
    """
    value = clean(one_line(value), " .-/").upper()
    return "".join(value.split())
