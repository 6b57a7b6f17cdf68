"""Faults of a file are named by the business terms that they are about."""

import facturx
import pytest
from corpus import CORPUS
from lxml import etree

from chorus import formats
from chorus.formats import schema, terms

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


def leaves(key):
    """Path → a node, of every leaf that the corpus has."""
    found = {}
    for document in CORPUS.values():
        root = etree.fromstring(formats.make_xml(document, key))
        for node in root.iter():
            if not len(node):
                steps = [etree.QName(item).localname for item in [*node.iterancestors()][::-1]]
                steps.append(etree.QName(node).localname)
                found["/".join(["", *steps])] = node
    return found


@pytest.mark.parametrize("key", ["ubl", "cii"])
def test_every_leaf_has_its_term(key):
    missing = [path for path in leaves(key) if not terms.term(path) and not path.endswith(WITHOUT)]
    assert missing == []


def test_the_syntaxes_have_the_same_terms():
    """A term that one syntax alone knows is a slip of the table."""
    ubl, cii = ({terms.term(path) for path in leaves(key)} for key in ("ubl", "cii"))
    assert ubl == cii


@pytest.mark.parametrize("key", ["ubl", "cii"])
def test_terms_are_those_of_another_reader(key):
    """Of what stands once in a file, the parser that is not ours gives the same term."""
    xml = formats.make_xml(CORPUS["rich"], key)
    found = facturx.parse_ubl_cii_xml(xml, check_xsd=False)
    root = etree.fromstring(xml)
    checked = 0
    for node in root.iter():
        steps = [etree.QName(item).localname for item in [*node.iterancestors()][::-1]]
        code = terms.term("/".join(["", *steps, etree.QName(node).localname]))
        value = found.get(code)
        if not len(node) and isinstance(value, str) and code != "BT-8":  # which it puts in words
            assert node.text == value, (steps, code)
            checked += 1
    assert checked > 15


def test_faults_are_named():
    root = etree.fromstring(formats.make_xml(CORPUS["rich"], "ubl"))
    names = {"cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"}
    root.find("cbc:IssueDate", names).text = "hier"
    root.remove(root.find("cbc:ID", names))
    faults = schema.explain(root, "ubl")
    assert any("(BT-2)" in fault and "hier" in fault for fault in faults)
    assert any("(BT-1)" in fault for fault in faults)
    root = etree.fromstring(formats.make_xml(CORPUS["rich"], "cii"))
    for node in root.iter("{*}DuePayableAmount"):
        node.text = "12,50"
    (fault,) = schema.explain(root, "cii")
    assert "(BT-115)" in fault


@pytest.mark.parametrize("path", ["", "/", "/Invoice", "/Invoice/cac:Nothing/cbc:Known"])
def test_other_nodes_have_no_term(path):
    assert terms.term(path) == ""
