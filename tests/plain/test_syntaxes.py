"""Syntaxes, their schemas, and the small steps that make a file."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from factory import BUYER, line, make
from lxml import etree

from chorus import formats
from chorus.formats import FORMATS, builder, schema, ubl


def root_of(document):
    return etree.fromstring(formats.build(document, FORMATS["ubl"]))


def test_syntaxes_are_named_by_their_keys():
    """Keys are stored and typed on the command line: a change would orphan them."""
    assert "ubl" in FORMATS
    for key, syntax in FORMATS.items():
        assert syntax.key == key
        assert syntax.label and syntax.extension.startswith(".")


@pytest.mark.parametrize("key", FORMATS)
def test_every_syntax_makes_a_file_that_its_schema_takes(key):
    content = formats.build_xml(make(), FORMATS[key])
    root = etree.fromstring(content)
    assert (
        schema.is_valid(root, FORMATS[key].schema)
        and schema.explain(root, FORMATS[key].schema) == []
    )


def test_an_unknown_syntax_is_a_programming_error():
    with pytest.raises(KeyError):
        formats.build(make(), FORMATS["pes"])


def test_all_faults_are_told_in_words():
    """libxml2 stops at the first fault; support must get them all, with their places."""
    document = make(line(), line())
    root = root_of(document)
    names = ubl.NAMESPACES
    root.find("cbc:IssueDate", names).text = "02/03/2026"
    root.find("cac:LegalMonetaryTotal/cbc:PayableAmount", names).text = "2400,00"
    root.findall("cac:InvoiceLine", names)[1].find("cbc:InvoicedQuantity", names).text = "two"
    first = root.find("cac:InvoiceLine", names)
    first.remove(first.find("cbc:ID", names))
    etree.SubElement(root, "{urn:x}Unknown")
    assert not schema.is_valid(root, FORMATS["ubl"].schema)
    faults = schema.explain(root, FORMATS["ubl"].schema, builder.terms(ubl.serialise, document))
    for word in ("02/03/2026", "2400,00", "two", "cbc:ID", "Unknown"):
        assert any(word in fault for fault in faults), word
    assert any(fault.startswith("/Invoice/cbc:IssueDate (BT-2): ") for fault in faults)
    assert any(fault.startswith("/Invoice/cac:InvoiceLine[2]/") for fault in faults)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (make(number=""), ["cbc:ID"]),
        (replace(make(), lines=()), ["InvoiceLine"]),
        (
            make(replace(line(), price=Decimal("NaN")), number=""),
            ["cbc:ID", "cbc:PriceAmount", "NaN"],
        ),
    ],
)
def test_an_invalid_file_is_not_made(document, words):
    """A file that its schema refuses never reaches the folder, and the error says why."""
    with pytest.raises(formats.InvalidFile) as caught:
        formats.build(document, FORMATS["ubl"])
    faults = caught.value.faults
    assert faults and str(caught.value) == "\n".join(faults)
    for word in words:
        assert word in str(caught.value)


def test_a_schema_is_read_once(monkeypatch):
    """Fifty files must not build the schema fifty times."""
    root = root_of(make())
    monkeypatch.setattr(etree, "XMLSchema", None)
    assert schema.is_valid(root, FORMATS["ubl"].schema)


def test_prune_removes_what_holds_nothing_from_the_bottom_up():
    root = etree.fromstring("<a><b><c/><d></d></b><e><f>1</f><g/></e><h x='1'/></a>")
    builder.prune(root)
    assert etree.tostring(root) == b"<a><e><f>1</f></e></a>"


def test_a_node_without_text_is_not_made():
    made = builder.Builder({"x": "urn:x", "y": "urn:y"})
    root = made.root("x:root", default=True)
    for value in ("", None):
        made.text(root, "y:leaf", value, attribute="1")
    assert len(root) == 0
    made.text(root, "y:leaf", "0", attribute="1")
    assert etree.tostring(root) == (
        b'<root xmlns="urn:x" xmlns:y="urn:y"><y:leaf attribute="1">0</y:leaf></root>'
    )


def test_a_name_outside_the_list_is_not_written():
    """CII is written for a schema of which two releases must agree: nothing slips in."""
    made = builder.Builder({"x": "urn:x"}, frozenset({"x:known"}))
    root = made.root("x:known")
    with pytest.raises(KeyError, match="x:unknown"):
        made.text(root, "x:unknown", "1")
    assert etree.tostring(root) == b'<x:known xmlns:x="urn:x"/>'


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        ("1", 2, "1.00"),
        ("-0.00", 2, "0.00"),
        ("1E+3", 2, "1000.00"),
        ("5", 0, "5"),
        ("1.5", 3, "1.500"),
        ("-2.5", 2, "-2.50"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(value, decimals, shown):
    assert builder.amount(Decimal(value), decimals) == shown


def test_numbers_and_dates():
    assert builder.number(Decimal("1E+6")) == "1000000"
    assert builder.number(Decimal("0.000001")) == "0.000001"
    assert builder.date(datetime.date(2026, 3, 2)) == "2026-03-02"
    assert builder.date(None) == ""


def test_a_file_is_utf_8_whatever_the_letters():
    content = formats.build(make(buyer=replace(BUYER, name="Œuvre & Cie <日本>")), FORMATS["ubl"])
    assert "Œuvre &amp; Cie &lt;日本&gt;" in content.decode("utf-8")
