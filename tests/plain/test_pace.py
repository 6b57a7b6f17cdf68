"""Texts that someone makes to keep the server busy: twice the text, twice the work.

The processor's time of this thread, not the clock's, and the least of several runs: what else the
machine does meanwhile counts for nothing.
"""

import html
import os
import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chorus import text
from chorus.document import payment_terms

FULL = bool(os.environ.get("CHORUS_TEST_FULL"))

#: What a text function is given: how it begins, what is repeated in it, how it ends; and what is
#: repeated as often after that.
WORST = {
    "nested tags": ("", "<b", "", ">"),
    "tags in tags": ("", "<b<i>", "", ">"),
    "tags without end": ("", "<b", ">"),
    "no tags": ("", "<b\u2039b ", ""),
    "signs alone": ("", "<>", ""),
    "opening signs": ("", "<", ""),
    "closing signs": ("<p", ">", ""),
    "comments without end": ("", "<!--", ""),
    "comments": ("", "<!-- -->", ""),
    "dashes": ("<!--", "-", ""),
    "spaces in a break": ("<br", " ", ""),
    "spaces in breaks": ("", "<br   ", ""),
    "spaces in a tag": ("<b", " ", "x"),
    "words in a tag": ("<b", " a", ">"),
    "attributes": ("<b", " a=", "<"),
    "subject codes": ("#", "a", ""),
    "signs of subject codes": ("", "#a", ""),
    "entities": ("", "&amp;", ""),
    "entities without end": ("", "&", ""),
    "digits of an entity": ("&#", "1", ";"),
    "letters of an entity": ("&", "a", ";"),
    "line breaks": ("", "\n", ""),
    "lines": ("", "a\u2028", ""),
    "accents out of order": ("a", "\u0301\u0316", ""),
    "accents": ("a", "\u0301", ""),
    "letters with accents": ("", "a\u0323\u0307", ""),
    "syllables": ("", "\u1100\u1161\u11a8", ""),
    "marks of direction": ("", "\u202e", "é"),
    "control characters": ("", "\x00é", ""),
    "separators": ("", ". -/", ""),
    "discounts": ("", "escompte ", ""),
    "figures": ("escompte ", "1 ", "%"),
    "late payments": ("escompte", " et ", "retard"),
    "refusals": ("escompte", " ne", " que"),
    "sentences": ("", "A. ", "escompte"),
    "words": ("", "a ", "b" * 2_000),
}

FUNCTIONS = {
    "one_line": text.one_line,
    "quoted": text.quoted,
    "is_plain": text.is_plain,
    "lines": text.lines,
    "note": text.note,
    "from_html": text.from_html,
    "identifier": text.identifier,
    "normalized": lambda value: text.normalized("NFKD", value),
    "spread": lambda value: text.spread(value, 1024),
    "terms": lambda value: payment_terms.write("", [], "EUR", [f"escompte {value}"], value),
}


MEASURABLE = 0.0005


def work(function, value, runs=3):
    """Seconds of the processor, the least of several runs."""
    taken = []
    for _run in range(runs):
        begin = time.thread_time()
        function(value)
        taken.append(time.thread_time() - begin)
    return min(taken)


def assert_linear(function, shape, most_size=16_000, tries=(3, 9, 27)):
    """Three doublings, each of which may take two and a half times the work.

    :param tries: numbers of runs; a busy machine disturbs a measure, and never all of them
    """
    begin, unit, end, *closing = shape

    def made(size):
        count = size // len(unit)
        return begin + unit * count + end + "".join(closing) * count

    size = 2_000
    # What takes no time at all can only be measured on more.
    while work(function, made(size)) < MEASURABLE and size < most_size:
        size *= 2
    for runs in tries:
        least = max(work(function, made(size), runs), MEASURABLE)
        most = work(function, made(8 * size), runs)
        if most <= 2.5**3 * least:
            return
    raise AssertionError(f"8 times the text takes {most / least:.0f} times the work: {shape}")


@pytest.mark.parametrize("shape", WORST.values(), ids=WORST)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_twice_the_text_twice_the_work(name, shape):
    assert_linear(FUNCTIONS[name], shape)


def test_slow_functions_are_found():
    """The functions of the released version."""
    tag = re.compile(r"</?(?:p|b)(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>")

    def nested(value):
        while (bare := tag.sub(" ", value)) != value:
            value = bare

    for function, shape in (
        (nested, WORST["nested tags"]),
        (re.compile("<!--.*?-->", re.DOTALL).search, WORST["comments without end"]),
        (re.compile(r"<br\s*/?\s*>").search, WORST["spaces in a break"]),
    ):  # and unicodedata.normalize, which is linear since Python 3.13
        with pytest.raises(AssertionError):
            assert_linear(function, shape, tries=(1,))


PIECES = st.text(
    st.sampled_from("<>!-/&#;=\"' \n\t\xa0ab1.pbr\u0301\u0316\u202e\ufdfa\u1100"), max_size=6
)


@settings(max_examples=200 if FULL else 25, deadline=None)
@given(st.tuples(PIECES, PIECES.filter(bool), PIECES), st.sampled_from(sorted(FUNCTIONS)))
def test_repeated_texts_take_linear_time(shape, name):
    assert_linear(FUNCTIONS[name], shape, most_size=4_000)


OLD_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)
OLD_BREAK = re.compile(r"<(?:br\s*/?|/p|/div|/li|/tr|/h[1-6])\s*>", re.IGNORECASE)

MARKUP = st.lists(
    st.sampled_from(
        ["<", ">", "<b", "<b>", "</b>", "<br />", "<!--", "-->", "--", "b", " ", "a=", "12", "é"]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=2000 if FULL else 300, deadline=None)
@given(MARKUP)
def test_one_pass_finds_what_many_found(value):
    bare = " ".join(value.split())
    while (less := text._HTML.sub(" ", bare)) != bare:
        bare = less
    assert text.one_line(value) == " ".join(bare.split())
    plain = OLD_TAG.sub("", OLD_BREAK.sub("\n", value))
    assert text.from_html(value) == text.join(*text.lines(html.unescape(plain)))


def test_a_number_that_python_does_not_read():
    assert text.from_html("<p>a&#" + "1" * 5000 + ";b</p>") == "a\ufffdb"


def test_marks_beyond_the_thirtieth():
    assert text.one_line("e" + "\u0301" * 40) == unicodedata.normalize("NFC", "e" + "\u0301" * 30)
    ordinary = "e\u0301" * 100
    assert text.one_line(ordinary) == "é" * 100, "one mark for each letter"
