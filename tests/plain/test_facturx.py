"""Factur-X: the XML inside, and a PDF that is a PDF/A-3b as far as a static look tells."""

from __future__ import annotations

import datetime
import hashlib
import io
import time
from dataclasses import replace

import facturx
import oracles
import pdfs
import pikepdf
import pytest
from corpus import CORPUS
from factory import make
from lxml import etree
from pikepdf import Array, Dictionary, Name, String

from chorus import formats
from chorus.formats import FORMATS
from chorus.formats.facturx import Pdf, PdfFault

DOCUMENT = make()


def file_of(content=None, document=DOCUMENT):
    pdf = Pdf(pdfs.page() if content is None else content, pdfs.profile())
    return formats.build(document, FORMATS["facturx"], pdf)


def opened(content):
    return pikepdf.open(io.BytesIO(content))


def check_pdfa(content):
    oracles.check_pdfa(content, pdfs.profile())


@pytest.mark.parametrize("document", CORPUS.values(), ids=CORPUS)
def test_the_xml_inside_is_that_of_the_syntax(document):
    """The library that reads Factur-X finds the XML, byte for byte, under its name."""
    content = file_of(document=document)
    name, xml = facturx.get_facturx_xml_from_pdf(content, check_xsd=True)
    assert name == "factur-x.xml"
    assert xml == formats.build_xml(document, FORMATS["facturx"])
    assert oracles.embedded_names(content) == (["factur-x.xml"], ["factur-x.xml"])
    check_pdfa(content)


def test_the_same_pdf_gives_the_same_bytes():
    """Nothing of the clock gets in: a file made again is recognised as delivered already."""
    first = file_of()
    time.sleep(1.1)  # the library writes seconds
    assert file_of() == first
    assert file_of(document=replace(DOCUMENT, number="FAC/2026/0002")) != first
    assert file_of(pdfs.page("Autre")) != first


def test_dates_and_identifier_come_from_the_document():
    document = make(issue_date=datetime.date(2026, 1, 9), due_date=None)
    xml = formats.build_xml(document, FORMATS["facturx"])
    with opened(file_of(document=document)) as pdf:
        assert bytes(pdf.trailer.ID[0]) == hashlib.sha256(xml).digest()[:16]
        assert str(pdf.docinfo.CreationDate) == str(pdf.docinfo.ModDate)
        assert str(pdf.docinfo.CreationDate).startswith("D:20260109")
        xmp = etree.fromstring(pdf.Root.Metadata.read_bytes())
        for name in ("xmp:CreateDate", "xmp:ModifyDate"):
            assert xmp.findtext(f".//{name}", namespaces=oracles.XMP).startswith("2026-01-09T")
        assert pdf.Root.Lang == "fr-FR"
        assert (
            xmp.findtext(".//dc:title//rdf:li", namespaces=oracles.XMP) == "Facture FAC/2026/0001"
        )


def test_a_credit_note_is_called_by_its_name():
    with opened(file_of(document=CORPUS["credit note"])) as pdf:
        assert str(pdf.docinfo.Title) == "Avoir FAC/2026/0001"


def _attach(pdf, name="factur-x.xml", content=b"<old/>"):
    pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, mime_type="text/xml")
    pdf.Root.AF = Array([pdf.attachments[name].obj])


def _detach(pdf):
    del pdf.attachments["factur-x.xml"]


def test_what_the_source_carries_is_left_out():
    """Odoo's own PDF often has a factur-x.xml already: two would make the file a lottery."""

    def change(pdf):
        _attach(pdf)
        _attach(pdf, "other.pdf", b"%PDF")
        with pdf.open_metadata() as metadata:
            metadata["pdf:Keywords"] = "old words"
        pdf.Root.OutputIntents = Array([Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFX)])
        pdf.docinfo[Name.Keywords] = String("old words")

    content = file_of(pdfs.changed(pdfs.page(), change))
    check_pdfa(content)
    assert b"old words" not in content
    assert oracles.embedded_names(content) == (["factur-x.xml"], ["factur-x.xml"])
    assert oracles.embedded_streams(content) == 1
    assert b"<old/>" not in content
    # A Factur-X as a source is a source as another.
    assert facturx.get_facturx_xml_from_pdf(file_of(content))[1] == formats.build_xml(
        DOCUMENT, FORMATS["facturx"]
    )


@pytest.mark.parametrize("change", [lambda pdf: _attach(pdf, "bon.pdf"), lambda pdf: _detach(pdf)])
def test_exactly_one_file_is_in_it(change, monkeypatch):
    """Whatever the library makes of it: whoever reads the file must find one XML, and ours."""
    embed = facturx.generate_from_binary
    monkeypatch.setattr(
        facturx, "generate_from_binary", lambda *a, **kw: pdfs.changed(embed(*a, **kw), change)
    )
    with pytest.raises(PdfFault) as caught:
        file_of()
    assert caught.value.code == "pdf_broken"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "pdf_missing"),
        (b"not a PDF", "pdf_broken"),
        (b"%PDF-1.7\n1 0 obj\n<<", "pdf_broken"),
        (pdfs.page()[:400], "pdf_broken"),
        (pdfs.protected(), "pdf_encrypted"),
        (pdfs.protected(user=""), "pdf_encrypted"),  # opens, but may not be changed
        (pdfs.page(font="Helvetica"), "pdf_font"),
        (pdfs.page(picture="CMYK"), "pdf_colours"),
    ],
    ids=["none", "no PDF", "cut", "cut later", "protected", "for reading", "font", "colours"],
)
def test_a_pdf_that_cannot_be_a_pdfa_is_a_fault(source, code):
    """Told with the document's name and the cure; the other documents go on."""
    with pytest.raises(PdfFault) as caught:
        file_of(source)
    assert caught.value.code == code
    sentence = caught.value.source % {"document": "X", **caught.value.params}
    assert "X" in sentence and len(sentence) > 40


@pytest.mark.parametrize("picture", ["RGB", "L"])
def test_other_colours_pass(picture):
    check_pdfa(file_of(pdfs.page(picture=picture)))


def test_no_pdf_at_all_is_a_fault():
    with pytest.raises(PdfFault) as caught:
        formats.build(DOCUMENT, FORMATS["facturx"], None)
    assert caught.value.code == "pdf_missing"


@pytest.mark.parametrize("count", [1, 3])
def test_pages_look_the_same(count):
    """What people read is what they had."""
    source = pdfs.page(picture="RGB", count=count, uncompressed=False)
    assert oracles.check_same_pages(source, file_of(source)) == count
