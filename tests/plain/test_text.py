"""Texts and identifiers as Chorus Pro takes them."""

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from chorus import text

HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("\x00\t\n\r\x0b\x1c\x7f\x85\xa0\u200b\u200f\u2028\u202e\u3000\ufeff\ufffe"),
        st.sampled_from("e\u0301<>&;/.- aZ0"),
    ),
    max_size=40,
)


def assert_clean(value):
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in value)
    assert not any(char.isspace() and char != " " for char in value)
    assert "  " not in value and value == value.strip()
    assert value == unicodedata.normalize("NFC", value)
    etree.Element("a").text = value  # lxml refuses what XML 1.0 cannot hold


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        (None, ""),
        ("", ""),
        (" \t\n ", ""),
        ("a\tb\r\nc\x0bd", "a b c d"),
        ("10\xa0000\u202f€", "10 000 €"),
        ("a\x00b\x07c", "abc"),
        ("a\u200bb\ufeffc", "abc"),
        ("12\u202e34\u202c", "1234"),
        ("cafe\u0301", "café"),
        ("a\ud800b", "ab"),
        ("a < b & c", "a < b & c"),
        # Words that look like tags stay; tags go, with their attributes or without.
        ("Tube diam. <b et 12> mm", "Tube diam. <b et 12> mm"),
        ("si a<u et b>c", "si a<u et b>c"),
        ("<b>gras</b> et <a href='x' target=y>lien</a><br />", "gras et lien"),
        ("12 m<sup>2</sup><hr><pre>x</pre>", "12 m 2 x"),
    ],
)
def test_one_line(value, clean):
    """Chorus refuses control characters, tabs and non-breaking spaces."""
    assert text.one_line(value) == clean


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        (None, []),
        (" \n\n ", []),
        ("a\nb", ["a", "b"]),
        ("a\r\n\r\n b\t\x0bc\u2028d", ["a", "b", "c", "d"]),
    ],
)
def test_lines(value, clean):
    """The first line of a label is its name: an empty one would leave no name."""
    assert text.lines(value) == clean


def test_join_leaves_out_what_is_empty():
    """A separator without text beside it looks like a lost text."""
    assert text.join("a", "", "b") == "a - b"
    assert text.join("", "") == text.join() == ""


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        (None, ""),
        ("<p><br></p>", ""),
        ("<p>Un</p><p>Deux</p>", "Un - Deux"),
        ("Un<br/>Deux<BR>Trois", "Un - Deux - Trois"),
        ("<ul><li>a</li><li>b</li></ul>", "a - b"),
        ('<p class="x > y">a<strong>b</strong></p>', None),
        ("a &amp; b &lt; c&nbsp;d", "a & b < c d"),
        ("<!-- a > b -->c", "c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<p>a\nb</p>", "a - b"),
    ],
)
def test_from_html(value, clean):
    """Chorus refuses HTML; the words must stay."""
    found = text.from_html(value)
    if clean is None:
        assert found.endswith("ab") and "<" not in found
    else:
        assert found == clean


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        (None, ""),
        ("/", ""),
        ("732 829 320 00074", "73282932000074"),
        ("732.829.320-00074", "73282932000074"),
        ("fr 44\xa0732829320", "FR44732829320"),
        ("FR76\t3000-6000 0112", "FR76300060000112"),
        ("\u202a73282932000074\u202c", "73282932000074"),
    ],
)
def test_identifier(value, clean):
    """A SIRET or an IBAN goes out without what people type to read it."""
    assert text.identifier(value) == clean


@given(HOSTILE)
def test_any_text_becomes_one_clean_line(value):
    """Whatever was pasted, no file may fail or be refused for a character."""
    found = text.one_line(value)
    assert_clean(found)
    assert text.one_line(found) == found
    # no visible word is lost
    if value.isascii():
        assert [c for c in found if c.isalnum()] == [c for c in value if c.isalnum()]


@given(HOSTILE)
def test_any_text_becomes_clean_lines(value):
    for line in text.lines(value):
        assert line
        assert_clean(line)
        assert text.lines(line) == [line]


@given(HOSTILE)
def test_any_html_becomes_one_clean_line(value):
    assert_clean(text.from_html(value))


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30))
def test_words_in_html_survive(value):
    """What stands between tags is kept, character references included."""
    assert text.from_html(f"<p>{html.escape(value)}</p>") == text.join(*text.lines(value))


@given(HOSTILE)
def test_any_identifier_has_no_separator_left(value):
    found = text.identifier(value)
    assert_clean(found)
    assert not set(found) & set(" .-/\t")
    assert text.identifier(found) == found


def test_a_text_is_split_between_its_parts():
    assert text.split("Suite : ", ["a" * 5, "b" * 5, "c" * 30], 20) == [
        "Suite : aaaaa, bbbbb",
        "Suite : " + "c" * 30,
    ]
    assert text.split("Suite : ", [], 20) == []


PROSE = "Le prix est ferme. Il comprend le port, l'emballage et la pose - TVA en sus. Fin."


@pytest.mark.parametrize(
    ("length", "parts"),
    [
        (len(PROSE), [PROSE]),
        (
            len(PROSE) - 1,
            [PROSE.removesuffix(" Fin."), "Fin."],
        ),
        (
            70,
            ["Le prix est ferme. Il comprend le port, l'emballage et la pose", "TVA en sus. Fin."],
        ),
        (
            40,
            [
                "Le prix est ferme. Il comprend le port,",
                "l'emballage et la pose - TVA en sus.",
                "Fin.",
            ],
        ),
        (8, ["Le prix", "est", "ferme.", "Il", "comprend", "le port,", "l'emballage"]),
    ],
)
def test_a_long_text_is_parted_at_its_sentences(length, parts):
    found = text.spread(PROSE, length)
    assert found[: len(parts)] == parts
    words = PROSE.replace(" - ", " ").split()
    assert " ".join(found).replace(" - ", " ").split() == words


def test_a_parted_text_has_its_title_and_keeps_a_word_that_is_too_long():
    assert text.spread("", 20, "Suite : ") == []
    assert text.spread("a b", 2, "Suite : ") == ["Suite : a", "Suite : b"]
    assert text.spread("a bbb cc", 10, "Suite : ") == ["Suite : a", "Suite : bbb", "Suite : cc"]
    assert text.spread("x" * 30, 20) == ["x" * 30]
    assert text.spread("a " + "x" * 30 + " b", 20) == ["a", "x" * 30, "b"]
    assert text.spread("Selon l'art. L441-10 du code", 20) == ["Selon l'art. L441-10", "du code"]


@given(st.text(st.sampled_from("ab., -;"), max_size=120), st.integers(1, 40))
def test_no_word_is_lost_where_a_text_is_parted(value, length):
    value = text.one_line(value)
    found = text.spread(value, length)
    assert re.findall("[^ -]", "".join(found)) == re.findall("[^ -]", value)
    assert all(len(part) <= length or " " not in part for part in found)
