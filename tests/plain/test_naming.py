"""Names of files that every system and the portal take."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus.document import naming

EXTENSIONS = st.sampled_from([".xml", ".pdf", ".zip", ".tar.gz"])
NUMBERS = st.one_of(st.text(max_size=80), st.from_regex(r"[A-Za-z0-9._/ -]{0,80}", fullmatch=True))
DEVICES = [
    *"CON prn Aux NUL com1 COM9 lpt1 LPT9".split(),
    *"con.txt aux.2026.1 NUL.tar".split(),
]


def assert_portable(name, extension):
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name), name
    assert len(name) <= 50
    assert name.endswith(extension)
    stem = name[: -len(extension)]
    assert stem and not stem.endswith((".", " "))
    assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)", name), name


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("FAC/2026/0001", "FAC_2026_0001.xml"),
        ("Avoir n° 12", "Avoir_n_12.xml"),
        ("Été", "Ete.xml"),
        ("../../etc/passwd", "etc_passwd.xml"),
        ("", "document.xml"),
        ("日本", "document.xml"),
        ("...", "document.xml"),
        ("-rf", "rf.xml"),
        ("A" * 80, "A" * 46 + ".xml"),
        ("A" * 45 + ".B", "A" * 45 + ".xml"),
    ],
)
def test_names_are_those_that_people_expect(number, name):
    """The name shows the number, and nothing of it can leave the folder."""
    assert naming.file_name(number, ".xml") == name


@pytest.mark.parametrize("device", DEVICES)
def test_windows_devices_are_no_names(device):
    """Windows would open its device in the place of the file."""
    assert naming.is_reserved(device)
    assert_portable(naming.file_name(device, ".xml"), ".xml")


@pytest.mark.parametrize("name", ["console", "com", "com10", "auxiliary", "nul1", "LPT", "icon"])
def test_names_that_only_look_like_devices_are_kept(name):
    """A false alarm would rename or refuse what people may use."""
    assert not naming.is_reserved(name)
    assert naming.file_name(name, ".xml") == f"{name}.xml"


@given(NUMBERS, EXTENSIONS)
def test_any_number_gives_a_portable_name(number, extension):
    """A number typed by hand can hold anything."""
    assert_portable(naming.file_name(number, extension), extension)


@given(st.lists(NUMBERS, max_size=30), EXTENSIONS)
def test_names_of_a_lot_are_unique_whatever_the_case(numbers, extension):
    """On Windows and in the portal's zip, a.xml and A.xml are one file."""
    taken = set()
    for number in [*numbers, *numbers, *(number.swapcase() for number in numbers)]:
        name = naming.file_name(number, extension, taken)
        assert name.lower() not in taken
        assert_portable(name, extension)
        taken.add(name.lower())


def test_many_documents_of_one_name_stay_short_and_unique():
    """The rank eats the end of a long number, not the limit of 50."""
    taken = set()
    for _rank in range(120):
        name = naming.file_name("F" * 60, ".xml", taken)
        assert_portable(name, ".xml")
        assert name.lower() not in taken
        taken.add(name.lower())
    assert {"f" * 44 + "_2.xml", "f" * 42 + "_120.xml"} <= taken


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Bon de livraison signé.pdf", "Bon de livraison signé.pdf"),
        ("facture\u202efdp.exe", "facturefdp.exe"),  # shown as “factureexe.pdf”
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("a\tb\x07\u00a0c.pdf", "a b c.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('C:\\plans "A|B?".pdf', "C__plans _A_B__.pdf"),
        (" .htaccess", "htaccess"),
        (None, ""),
    ],
)
def test_an_attachment_keeps_its_name_as_far_as_it_can_be_saved(name, kept):
    assert naming.attachment_name(name) == kept
    assert naming.attachment_name(kept) == kept
