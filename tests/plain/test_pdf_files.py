"""PDFs that someone attaches: what programs write passes, what broke on its way does not."""

from __future__ import annotations

import io
import random
import re

import minimal
import oracles
import pdfs
import pikepdf
import pypdfium2
import pytest
from factory import SETTINGS, attachment, make
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import chorus.rules
from chorus.pdf.files import Fault, find_fault

PAGES = pdfs.page(picture="RGB", count=4)
SIGNATURE = "<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 9 99 9] /Contents <00> >>"


def _scan():
    result = io.BytesIO()
    picture = Image.effect_noise((200, 200), 90)
    picture.save(result, "PDF", save_all=True, append_images=[picture, picture])
    return result.getvalue()


#: As programs write them.
SOURCES = {
    "smallest": minimal.PDF,
    "objects in clear": PAGES,
    "compressed": pdfs.page(count=4, uncompressed=False),
    "objects in streams": pdfs.saved(
        PAGES, object_stream_mode=pikepdf.ObjectStreamMode.generate, force_version="1.7"
    ),
    "made to be read page by page": pdfs.saved(PAGES, linearize=True),
    "several revisions": pdfs.revised(pdfs.revised(PAGES)),
    "signed": pdfs.revised(PAGES, SIGNATURE),
    "a revision of one read page by page": pdfs.revised(
        pdfs.saved(PAGES, linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    ),
    "scanned": _scan(),
    "another within": pdfs.changed(
        PAGES,
        lambda pdf: pdf.attachments.update(
            {"a.pdf": pikepdf.AttachedFileSpec(pdf, pdfs.page("Jointe", count=2))}
        ),
    ),
}

every_source = pytest.mark.parametrize("content", SOURCES.values(), ids=SOURCES)


@every_source
def test_pdfs_of_common_programs_pass(content):
    assert find_fault(content) is None


@every_source
@pytest.mark.parametrize("junk", [b"\n", b"\0" * 1000, b"<!-- served in 3 ms -->" * 40])
def test_bytes_around_it_do_no_harm(content, junk):
    """Servers put them before, mail programs behind; readers accept 1024."""
    assert find_fault(junk + content) is None
    assert find_fault(content + junk) is None


def _look(content):
    """The pages as another reader draws them; None for one that it cannot read."""
    try:
        document = pypdfium2.PdfDocument(content)
        return [page.render(scale=0.5).to_pil().tobytes() for page in document]
    except pypdfium2.PdfiumError:
        return None


@every_source
def test_a_cut_is_refused_or_takes_no_page(content):
    """At any place, and closely around each end of a revision, where nothing may be missing."""
    chance = random.Random(len(content))
    places = {chance.randrange(len(content)) for _rank in range(150)}
    for end in re.finditer(rb"%%EOF", content):
        places |= {max(0, end.end() + step) for step in (*range(-8, 60, 3), 500, 900, 1100)}
    seen = set()
    expected = _look(content)
    for place in sorted(place for place in places if place < len(content) - 8):
        found = find_fault(content[:place])
        seen.add(found)
        if found is None:
            assert _look(content[:place]) == expected, place
    assert Fault.CUT in seen and seen <= {Fault.CUT, Fault.NO_PDF, Fault.DAMAGED, Fault.EMPTY, None}


@every_source
def test_a_hole_is_refused(content):
    """A part that is lost in the middle, its beginning and end being there."""
    chance, expected = random.Random(1), _look(content)
    for _rank in range(100):
        first = chance.randrange(20, len(content) - 40)
        last = min(first + 1 + chance.randrange(len(content) // 3), len(content) - 7)
        holed = content[:first] + content[last:]
        assert find_fault(holed) or _look(holed) == expected, (first, last)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", Fault.NO_PDF),
        (b"<html>Not found</html>", Fault.NO_PDF),
        (b"\n" * 1021 + minimal.PDF, Fault.NO_PDF),
        (b"%PDF-1.7", Fault.CUT),
        (PAGES[: len(PAGES) // 2], Fault.CUT),
        (PAGES + b"\n" * 1100, Fault.CUT),
        (b"%PDF-1.7\n%%EOF\n", Fault.DAMAGED),
        (PAGES.replace(b"startxref\n", b"startxref\n1"), Fault.DAMAGED),
        (pdfs.changed(PAGES, lambda pdf: pdfs.put(pdf.Root, {"/Pages": 1})), Fault.DAMAGED),
        (minimal.PDF.replace(b"/Kids [3 0 R]", b"/Kids []     "), Fault.EMPTY),
        (pdfs.protected(), Fault.PROTECTED),
        (pdfs.protected(user=""), Fault.PROTECTED),
    ],
    # Not the bytes themselves: those that are drawn by lot would name the tests.
    ids=[
        *("none", "a page of the Web", "a late head", "a head", "half", "a long end", "no object"),
        *("a wrong table", "a wrong root", "empty", "protected", "for reading only"),
    ],
)
def test_files_that_cannot_be_read(content, expected):
    assert find_fault(content) is expected


def test_a_protection_that_is_not_known():
    """By certificates, for instance: it is no damage."""
    content = pdfs.protected(user="").replace(b"/Filter /Standard", b"/Filter /Adobe.PK")
    assert find_fault(content) is Fault.PROTECTED


@given(st.binary(max_size=3000), st.integers(0, 3000), st.integers(0, 3000))
def test_no_bytes_make_the_rules_stumble(noise, first, last):
    """Alone, in the middle of a PDF, as the data of one."""
    for content in (
        noise,
        b"%PDF" + noise + b"%%EOF",
        PAGES[:first] + noise + PAGES[last:],
        pdfs.revised(PAGES)[:first] + noise + b"/Encrypt" + PAGES[last:],
    ):
        document = make(attachments=(attachment(content=content),))
        found = {item.code for item in chorus.rules.check(document, SETTINGS)}
        assert found <= {"attachment_broken", "attachment_protected", "attachment_size"}


def test_a_large_one_is_not_read_whole(monkeypatch):
    """Ten megabytes of pictures are not worth a look: their table of objects is."""
    large = pdfs.changed(
        PAGES,
        lambda pdf: pdf.attachments.update(
            {"a.bin": pikepdf.AttachedFileSpec(pdf, random.Random(1).randbytes(9_000_000))}
        ),
    )
    read = []

    class Counted(io.BytesIO):
        def read(self, size=-1):
            found = super().read(size)
            read.append(len(found))
            return found

        def readinto(self, buffer):
            found = super().readinto(buffer)
            read.append(found)
            return found

    monkeypatch.setattr(io, "BytesIO", Counted)
    assert find_fault(large) is None
    assert 0 < sum(read) < 1_000_000
    assert oracles.embedded_names(large)[1] == ["a.bin"]
