"""UBL files: what three judges that are not ours say of them."""

from __future__ import annotations

import datetime
import re
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal

import oracles
import pytest
from corpus import CORPUS, RICH
from factory import (
    EXEMPT,
    OUTSIDE,
    PRECEDING,
    REVERSE,
    SETTINGS,
    SITE,
    VAT_10,
    VAT_55,
    ZERO_RATED,
    charge,
    line,
    make,
    tax,
)
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import chorus.rules
from chorus import codes, nodes, syntaxes, text, ubl, xsd
from chorus import document as doc

#: Warnings of the schematron, each for a node that Chorus reads: see the docstring of ubl.py.
EXPLAINED = {
    "UBL-DT-08": lambda document: True,  # schemeName, of the identifiers
    "UBL-CR-175": lambda document: document.vat_regime,  # supplier's TaxTypeCode
    "UBL-CR-253": lambda document: document.service,  # customer's Contact/ID
    "UBL-CR-263": lambda document: document.service,  # AccountingContact
    "UBL-CR-098": lambda document: document.market,  # DocumentTypeCode of the market
    "UBL-CR-412": lambda document: document.due_date,  # PaymentDueDate
    "UBL-CR-413": lambda document: document.payment.iban,  # PaymentChannelCode
    "UBL-CR-351": lambda document: document.delivery,  # DeliveryLocation/Description
}


def fatal_of(document):
    """A credit note is an Invoice of type 381, as Chorus takes it and EN 16931 does not."""
    return {"BR-CL-01"} if document.type_code == "381" else set()


def warnings_of(document):
    return {code for code, applies in EXPLAINED.items() if applies(document)}


def file_of(document):
    return syntaxes.make_file(document, "ubl")


every_document = pytest.mark.parametrize("document", CORPUS.values(), ids=CORPUS)


@every_document
def test_the_rules_let_the_corpus_out(document):
    """The corpus stands for files that are really deposited."""
    found = chorus.rules.check(document, SETTINGS)
    assert not [item.code for item in found if item.is_blocking]


@every_document
def test_files_are_valid_for_the_schema(document):
    root = etree.fromstring(file_of(document))
    assert xsd.is_valid(root, "ubl"), xsd.explain(root, "ubl")
    assert xsd.explain(root, "ubl") == []


@every_document
def test_files_keep_the_rules_of_en16931(document, schematron):
    """No fatal rule is broken, and no warning comes that the serialiser does not explain."""
    fatal, warnings = schematron.judge(file_of(document))
    assert fatal == fatal_of(document)
    assert warnings == warnings_of(document)


@every_document
def test_another_parser_reads_the_same_document(document):
    """Numbers, dates, parties, amounts, lines and references survive the file."""
    assert oracles.read_back(file_of(document)) == oracles.expected(document)


@every_document
def test_no_node_is_empty(document):
    """Chorus refuses an empty node."""
    assert oracles.empty_nodes(file_of(document)) == []


@every_document
def test_the_same_document_gives_the_same_bytes(document):
    """A file made again must be recognised as delivered already."""
    content = file_of(document)
    assert content == file_of(document) == file_of(replace(document))
    assert content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")


def test_the_corpus_meets_every_explained_warning():
    """A warning that no document raises is explained for nothing."""
    met = set().union(*(warnings_of(document) for document in CORPUS.values()))
    assert met == set(EXPLAINED)


def test_totals_keep_the_decimals_of_the_currency():
    """Amounts of 2 decimals are written with both, and those of francs with none."""
    root = etree.fromstring(file_of(CORPUS["several rates"]))
    total = root.find("cac:LegalMonetaryTotal", ubl.NAMESPACES)
    assert [re.fullmatch(r"-?\d+\.\d\d", node.text) is not None for node in total] == [True] * 4
    root = etree.fromstring(file_of(CORPUS["francs without decimals"]))
    total = root.find("cac:LegalMonetaryTotal", ubl.NAMESPACES)
    assert [node.text for node in total] == ["3702", "3702", "4442", "4442"]


def test_no_number_has_an_exponent():
    """XML Schema's decimal has no 1E+3, and Python writes it gladly."""
    document = make(line(Decimal("1E+3"), quantity=Decimal("1E+2")), line("0.000001"))
    for node in etree.fromstring(file_of(document)).iter():
        if etree.QName(node).localname.endswith(("Amount", "Quantity", "Percent")):
            assert len(node) or re.fullmatch(r"-?\d+(\.\d+)?", node.text), node.text


def test_a_negative_line_keeps_a_positive_price():
    root = etree.fromstring(file_of(CORPUS["negative line"]))
    last = root.findall("cac:InvoiceLine", ubl.NAMESPACES)[-1]
    assert last.findtext("cbc:InvoicedQuantity", namespaces=ubl.NAMESPACES) == "-1"
    assert last.findtext("cac:Price/cbc:PriceAmount", namespaces=ubl.NAMESPACES) == "10"


def test_a_credit_note_has_positive_amounts():
    """The type says that it takes back; negative amounts would take back twice."""
    root = etree.fromstring(file_of(CORPUS["credit note of several rates"]))
    values = [
        Decimal(node.text)
        for node in root.iter()
        if etree.QName(node).localname.endswith(("Amount", "Quantity")) and not len(node)
    ]
    assert len(values) > 10 and min(values) > 0


@pytest.mark.parametrize(
    ("rule", "codes"), [("BR-CL-14", codes.COUNTRIES), ("BR-CL-04", codes.CURRENCIES)]
)
def test_code_lists_are_within_those_of_en16931(rule, codes):
    """A code that we let out and the schematron does not know would be refused."""
    assert len(codes) > 150 and codes <= oracles.code_list(rule)


# ------------------------------------------------------------------- the judges bite


def test_the_schematron_refuses_an_invalid_file(schematron):
    """A judge that said nothing would pass every test above."""
    root = etree.fromstring(file_of(make()))
    root.remove(root.find("cbc:IssueDate", ubl.NAMESPACES))
    with pytest.raises(AssertionError, match="IssueDate"):
        schematron.judge(nodes.to_bytes(root))


AMOUNTS = {
    "cac:LegalMonetaryTotal/cbc:LineExtensionAmount": "BR-CO-10",
    "cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount": "BR-CO-11",
    "cac:LegalMonetaryTotal/cbc:ChargeTotalAmount": "BR-CO-12",
    "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount": "BR-CO-13",
    "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount": "BR-CO-15",
    "cac:LegalMonetaryTotal/cbc:PrepaidAmount": "BR-CO-16",
    "cac:LegalMonetaryTotal/cbc:PayableRoundingAmount": "BR-CO-16",
    "cac:LegalMonetaryTotal/cbc:PayableAmount": "BR-CO-16",
    "cac:TaxTotal/cbc:TaxAmount": "BR-CO-14",
    "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount": "BR-S-08",
    "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount": "BR-CO-17",
    "cac:AllowanceCharge/cbc:Amount": "BR-S-08",
    "cac:InvoiceLine/cbc:LineExtensionAmount": "BR-CO-10",
    "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent": "BR-S-08",
    "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory/cbc:Percent": "BR-S-08",
}


@pytest.mark.parametrize(("path", "rule"), AMOUNTS.items())
def test_the_schematron_sees_an_altered_amount(path, rule, schematron):
    root = etree.fromstring(file_of(RICH))
    node = root.find(path, ubl.NAMESPACES)
    node.text = str(Decimal(node.text) + 2)
    assert rule in schematron.judge(nodes.to_bytes(root))[0]


DROPPED = {
    "cac:PaymentMeans/cac:PayeeFinancialAccount": "BR-61",
    "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress": "BR-08",
    "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country": "BR-09",
    "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme": "BR-S-02",
    "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country": "BR-11",
    "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity": "BR-07",
    "cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country": "BR-57",
    "cac:TaxTotal/cac:TaxSubtotal": "BR-CO-14",
    "cac:AllowanceCharge/cbc:AllowanceChargeReason": "BR-CO-22",
    "cac:InvoiceLine/cac:Item/cbc:Name": "BR-25",
    "cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory": "BR-CO-04",
    "cac:InvoiceLine/cac:Price": "BR-26",
}


@pytest.mark.parametrize(("path", "rule"), DROPPED.items())
def test_the_schematron_sees_a_missing_node(path, rule, schematron):
    root = etree.fromstring(file_of(RICH))
    node = root.find(path, ubl.NAMESPACES)
    node.getparent().remove(node)
    assert rule in schematron.judge(nodes.to_bytes(root))[0]


def _altered(value):
    try:
        return (datetime.date.fromisoformat(value) + datetime.timedelta(1)).isoformat()
    except ValueError:
        pass
    try:
        return str(Decimal(value) + 1)
    except ArithmeticError:
        return "false" if value == "true" else "true" if value == "false" else f"{value}X"


def _read(content):
    """What the parser finds, None when it refuses the file."""
    try:
        return oracles.read_back(content)
    except (ValueError, KeyError, TypeError, ArithmeticError, AssertionError):
        return None


def _mutants(content):
    """Each node dropped, each text and attribute altered or dropped, in turn."""
    count = sum(1 for _node in etree.fromstring(content).iter())
    for rank in range(1, count):
        root = etree.fromstring(content)
        node = list(root.iter())[rank]
        where = root.getroottree().getpath(node)
        node.getparent().remove(node)
        yield f"{where} dropped", root
        if not len(node):
            root = etree.fromstring(content)
            node = list(root.iter())[rank]
            node.text = _altered(node.text)
            yield f"{where} altered", root
        for name in node.attrib:
            for change in ("dropped", "altered"):
                root = etree.fromstring(content)
                node = list(root.iter())[rank]
                value = node.attrib.pop(name)
                if change == "altered":
                    node.set(name, f"{value}X")
                yield f"{where}/@{name} {change}", root


@pytest.mark.parametrize("name", ["rich", "credit note", "outside VAT"])
def test_no_broken_datum_of_a_file_goes_unseen(name, schematron):
    """Each judge sees something, and nothing gets past all three."""
    document = CORPUS[name]
    content = file_of(document)
    expected = oracles.expected(document)
    fatal, warnings = schematron.judge(content)
    seen = {"schema": 0, "parser": 0, "schematron": 0}
    unseen = []
    for what, root in _mutants(content):
        if not xsd.is_valid(root, "ubl"):
            seen["schema"] += 1
            continue
        broken = nodes.to_bytes(root)
        by_parser = _read(broken) != expected
        found, warned = schematron.judge(broken)
        by_schematron = found != fatal or not warned <= warnings
        seen["parser"] += by_parser
        seen["schematron"] += by_schematron
        if not by_parser and not by_schematron:
            unseen.append(what)
    assert unseen == []
    assert min(seen.values()) > 20, seen


#: What a file does not say, by the path of its field.
UNSAID = (
    r".*origin",
    r"decimals",  # of the currency: seen in the amounts
    r"is_paid|twins|sent_by|structure(\..*)?|.*is_checked",  # for the rules alone
    r"order",  # the engagement is filled
    r"delivery\.(scheme|vat|phone|email)",
    r"(lines|allowances)\.\d+\.tax\.(reason|reason_code)",  # said in the breakdown
)


def _changes(value, path=()):
    """Each datum of a document changed in turn."""
    name = ".".join(path)
    if any(re.fullmatch(pattern, name) for pattern in UNSAID):
        return
    if is_dataclass(value):
        for field in fields(value):
            for where, changed in _changes(getattr(value, field.name), (*path, field.name)):
                yield where, replace(value, **{field.name: changed})
    elif isinstance(value, tuple):
        for rank, item in enumerate(value):
            for where, changed in _changes(item, (*path, str(rank))):
                yield where, (*value[:rank], changed, *value[rank + 1 :])
        if value:
            yield name, value[:-1]
    elif isinstance(value, bool):
        yield name, not value
    elif isinstance(value, Decimal):
        yield name, value + 1
    elif isinstance(value, str):
        yield name, f"{value}X"
    elif isinstance(value, datetime.date):
        yield name, value + datetime.timedelta(1)
    else:
        assert value is None, name


def test_every_datum_of_a_document_is_in_its_file():
    """A field that the serialiser forgets would be lost without a word."""
    expected = oracles.expected(RICH)
    changes = list(_changes(RICH))
    assert len(changes) > 120
    lost = []
    for where, document in changes:
        root = ubl.serialise(document)
        if xsd.is_valid(root, "ubl") and _read(nodes.to_bytes(root)) == expected:
            lost.append(where)
    assert lost == []


# ------------------------------------------------------------------- files of any document

WORDS = st.text(max_size=60).map(text.one_line).filter(lambda value: "#" not in value)
NAMES = WORDS.map(lambda value: value or "x")
CODES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}", fullmatch=True)
CENTS = st.decimals(-10000, 10000, places=2)
TAXES = st.sampled_from([tax(), VAT_10, VAT_55, tax(rate="2.1"), EXEMPT, REVERSE, ZERO_RATED])


@st.composite
def lines(draw):
    """A line as Odoo's forms can make it, prices including VAT among them."""
    quantity = draw(st.one_of(st.integers(-50, 50), st.decimals(-50, 50, places=4)))
    price = draw(st.one_of(CENTS, st.decimals(-100, 100, places=6)))
    discount = draw(st.sampled_from([0, 0, 5, 10, 33.33, 100]))
    changes = {}
    if draw(st.booleans()):
        net = Decimal(str(price)) * Decimal(str(quantity)) * (100 - Decimal(str(discount))) / 100
        changes["amount"] = net / Decimal("1.2")
    return line(
        Decimal(str(price)),
        Decimal(str(quantity)),
        Decimal(str(discount)),
        draw(TAXES),
        name=draw(NAMES),
        description=draw(WORDS),
        seller_item=draw(WORDS),
        unit=draw(st.sampled_from(["C62", "HUR", "KGM", "DAY"])),
        **changes,
    )


@st.composite
def documents(draw):
    kind = draw(st.sampled_from(["380", "381", "384", "386"]))
    items = draw(st.lists(lines(), min_size=1, max_size=8))
    base = make()
    changes = {
        "type_code": kind,
        "preceding": PRECEDING if kind == "384" else draw(st.sampled_from([None, PRECEDING])),
        "number": draw(CODES),
        "service": draw(st.one_of(st.just(""), CODES)),
        "market": draw(st.one_of(st.just(""), CODES)),
        draw(st.sampled_from(["engagement", "order"])): draw(st.one_of(st.just(""), CODES)),
        "notes": tuple(draw(st.lists(NAMES, max_size=2))),
        "delivery": draw(st.sampled_from([None, SITE])),
        "vat_regime": draw(st.sampled_from(["", "5", "72"])),
        "due_date": draw(st.sampled_from([None, base.due_date])),
        "buyer": replace(base.buyer, name=draw(NAMES), street=draw(WORDS), city=draw(WORDS)),
        "payment": replace(base.payment, terms=draw(WORDS), reference=draw(WORDS)),
    }
    paid = draw(st.booleans())
    rounding = draw(st.sampled_from(["0", "0.02", "-0.02"]))
    charges = [
        charge(
            draw(st.decimals("0.01", 100, places=2)), draw(TAXES), draw(NAMES), draw(st.booleans())
        )
        for _rank in range(draw(st.integers(0, 2)))
    ]
    return make(*items, allowances=charges, paid=paid, rounding=rounding, **changes)


@given(documents())
def test_what_the_rules_let_out_is_valid(schematron, document):
    """No exception, three judges content, and the totals of the file are the document's."""
    blocking = {item.code for item in chorus.rules.check(document, SETTINGS) if item.is_blocking}
    assert blocking <= {"negative_total"}
    content = file_of(document)
    assert schematron.judge(content)[0] == fatal_of(document)
    assert oracles.read_back(content) == oracles.expected(document)
    assert oracles.empty_nodes(content) == []
    assert content == file_of(document)


#: Changes that a hostile database could make, each refused by a rule or harmless.
HOSTILE = {
    "no VAT on a charge": make(allowances=[charge(tax=tax("", "0"))]),
    "VAT on an exempt line": replace(
        make(line("4", tax=EXEMPT)),
        vat=(doc.VatBreakdown(EXEMPT, Decimal(4), Decimal("0.80")),),
        totals=doc.Totals(Decimal(4), Decimal("0.80"), Decimal("4.80")),
    ),
    "no breakdown": replace(
        make(), vat=(), totals=doc.Totals(Decimal(100), Decimal(0), Decimal(100))
    ),
    "no reason": make(line(tax=replace(OUTSIDE, reason="", reason_code=""))),
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
def test_what_en16931_refuses_is_held_back(document, schematron):
    """Each of these is refused by the schematron, so a rule must tell it first."""
    assert schematron.judge(nodes.to_bytes(ubl.serialise(document)))[0]
    assert [item for item in chorus.rules.check(document, SETTINGS) if item.is_blocking]
