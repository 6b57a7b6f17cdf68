"""Faults of a file are named by the business terms that they are about."""

import facturx
import pytest
from corpus import CORPUS
from lxml import etree

from chorus import formats
from chorus.formats import FORMATS, builder, schema

#: Nodes that are there for the syntax or for Chorus, and hold no term of their own.
WITHOUT = (
    "TaxScheme/ID",
    "ChargeIndicator",
    "Indicator",
    "PaymentChannelCode",
    "ContractDocumentReference/DocumentTypeCode",
    "ApplicableTradeTax/TypeCode",
    "CategoryTradeTax/TypeCode",
    "AdditionalReferencedDocument/TypeCode",
)


def terms(document, key):
    return builder.terms(FORMATS[key].serialise, document)


def path(node):
    steps = [etree.QName(item).localname for item in [*node.iterancestors()][::-1]]
    return "/".join(["", *steps, etree.QName(node).localname])


def leaves(key):
    """Path → term, "" for none, of every leaf that the corpus has."""
    found = {}
    for document in CORPUS.values():
        known = terms(document, key)
        for node in etree.fromstring(formats.build_xml(document, FORMATS[key])).iter():
            if not len(node):
                found[path(node)] = known.get(path(node), "")
    return found


@pytest.mark.parametrize("key", ["ubl", "cii"])
def test_every_leaf_has_its_term(key):
    missing = [path for path, term in leaves(key).items() if not (term or path.endswith(WITHOUT))]
    assert missing == []


def test_the_syntaxes_have_the_same_terms():
    """A term that one syntax alone writes is a slip of a serialiser."""
    ubl, cii = (set(" or ".join(leaves(key).values()).split(" or ")) for key in ("ubl", "cii"))
    assert ubl == cii


@pytest.mark.parametrize("key", ["ubl", "cii"])
def test_terms_are_those_of_another_reader(key):
    """Of what stands once in a file, the parser that is not ours gives the same term."""
    known = terms(CORPUS["rich"], key)
    xml = formats.build_xml(CORPUS["rich"], FORMATS[key])
    found = facturx.parse_ubl_cii_xml(xml, check_xsd=False)
    root = etree.fromstring(xml)
    checked = 0
    for node in root.iter():
        code = known.get(path(node), "")
        value = found.get(code)
        if not len(node) and isinstance(value, str) and code != "BT-8":  # which it puts in words
            assert node.text == value, (path(node), code)
            checked += 1
    assert checked > 15


def test_faults_are_named():
    root = etree.fromstring(formats.build_xml(CORPUS["rich"], FORMATS["ubl"]))
    names = {"cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"}
    root.find("cbc:IssueDate", names).text = "hier"
    root.remove(root.find("cbc:ID", names))
    faults = schema.explain(root, FORMATS["ubl"].schema, terms(CORPUS["rich"], "ubl"))
    assert any("(BT-2)" in fault and "hier" in fault for fault in faults)
    assert any("(BT-1)" in fault for fault in faults)
    root = etree.fromstring(formats.build_xml(CORPUS["rich"], FORMATS["cii"]))
    for node in root.iter("{*}DuePayableAmount"):
        node.text = "12,50"
    (fault,) = schema.explain(root, FORMATS["cii"].schema, terms(CORPUS["rich"], "cii"))
    assert "(BT-115)" in fault


@pytest.mark.parametrize("key", ["ubl", "cii"])
def test_terms_are_those_of_the_model(key):
    """A serialiser that gives another term than the field's own sends users elsewhere."""
    document = CORPUS["rich"]
    written = set(" or ".join(terms(document, key).values()).split(" or "))
    # What a node says in an attribute, or by itself, has no text of its own.
    pairs = [
        pair for terms, values in document.values() for pair in zip(terms, values, strict=True)
    ]
    missing = {term for term, value in pairs if value} - written
    assert missing <= {"BT-30-1", "BT-47-1", "BT-71-1", "BT-125-1", "BT-130"}
