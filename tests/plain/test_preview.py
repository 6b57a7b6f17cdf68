"""The preview: what the file says, whatever its syntax."""

import dataclasses
import datetime
from decimal import Decimal

import pdfs
import pytest
from corpus import CORPUS, RICH
from factory import attachment, make

from chorus import preview, syntaxes
from chorus.facturx_pdf import Pdf
from chorus.messages import Message

KEYS = tuple(syntaxes.SYNTAXES)


def data_of(document, key):
    """Values by term, tables by title."""
    found = {}
    for part in preview.read(syntaxes.make_xml(document, key)):
        if isinstance(part, preview.Table):
            terms = [term for term, _label in part.columns]
            found[part.title] = [dict(zip(terms, row, strict=True)) for row in part.rows]
        else:
            for datum in part.data:
                found.setdefault(datum.term, datum.value)
    return found


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("document", CORPUS.values(), ids=CORPUS)
def test_every_file_can_be_looked_at(document, key):
    found = data_of(document, key)
    assert found["BT-1"] == document.number
    assert found["BT-2"] == document.issue_date
    assert isinstance(found["BT-3"], Message)
    assert found["BT-30"] == document.seller.identifier
    assert found["BT-47"] == document.buyer.identifier
    assert found["BT-112"] == document.totals.total
    assert found["BT-115"] == document.totals.due
    assert [row["BT-131"] for row in found["Lines"]] == [line.amount for line in document.lines]
    assert [row["BT-117"] for row in found["VAT"]] == [item.amount for item in document.vat]


@pytest.mark.parametrize("key", KEYS)
def test_everything_worth_reading_is_there(key):
    found = data_of(RICH, key)
    assert found["BT-10"] == "SERVICE-1" and found["BT-13"] == "ENG-1"
    assert found["BT-12"] == "MARCHE-1" and found["BT-23"] == "A2"
    assert found["BT-25"] == RICH.preceding.number
    assert found["BT-26"] == datetime.date(2026, 1, 15)
    assert found["BT-70"] == RICH.delivery.name and found["BT-71"] == RICH.delivery.identifier
    assert found["BT-84"] == RICH.payment.iban and found["BT-20"] == RICH.payment.terms
    assert found["Charges"][0]["BT-99"] == Decimal("3.50")
    assert found["Allowances"][0]["BT-97"] == "Remise"
    assert found["VAT"][2]["BT-120"] == "Exonération, article 261 du CGI"
    assert found["Lines"][0]["BT-148"] == Decimal(100) and found["Lines"][1]["BT-149"] == 3
    assert [row["BT-122"] for row in found["Attachments"]] == [
        item.name for item in RICH.attachments
    ]
    assert found["BT-22"] == "Première note"


def test_a_column_that_no_line_fills_is_not_shown():
    assert "BT-148" not in data_of(make(), "cii")["Lines"][0]


@pytest.mark.parametrize("key", ["ubl", "cii"])
def test_attachments_are_cut_in_the_xml(key):
    """Ten megabytes of letters would freeze the page."""
    document = make(attachments=(attachment(content=b"x" * 90_000),))
    text = preview.pretty(syntaxes.make_xml(document, key))
    assert len(text) < 20_000 and "… (120000)" in text


@pytest.mark.parametrize("key", ["ubl", "cii"])
def test_the_largest_attachment_can_be_looked_at(key):
    """10 MB become 13 as text, which parsers refuse unless they are told."""
    large = attachment("Plan.pdf", content=b"%PDF" + bytes(9_900_000))
    found = data_of(make(attachments=(large, attachment())), key)["Attachments"]
    assert found[0] == {**found[1], "BT-122": "Plan.pdf"}


def test_the_xml_of_a_facturx_is_found():
    content = syntaxes.make_file(RICH, "facturx", Pdf(pdfs.page(), pdfs.profile()))
    assert preview.xml_of(content) == syntaxes.make_xml(RICH, "facturx")
    assert preview.xml_of(b"<x/>") == b"<x/>"
    with pytest.raises(ValueError, match="factur-x"):
        preview.xml_of(pdfs.page())


def test_a_strange_number_is_shown_as_it_stands():
    xml = syntaxes.make_xml(make(), "cii").replace(b">120.00<", b">cent vingt<")
    parts = preview.read(xml)
    values = [d.value for p in parts if dataclasses.is_dataclass(p) for d in getattr(p, "data", ())]
    assert "cent vingt" in values
