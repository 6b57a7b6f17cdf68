"""What is CII's own: two releases of its schema, and a schematron that bites."""

from __future__ import annotations

import datetime
from decimal import Decimal

import oracles
import pytest
import xmlschema
from corpus import CORPUS, RICH
from factory import BUYER, SELLER, line, make
from lxml import etree

from chorus import formats
from chorus.document import codes
from chorus.document import model as doc
from chorus.formats import FORMATS, builder, cii, schema


def file_of(document):
    return formats.build_xml(document, FORMATS["cii"])


def find(root, path):
    return root.find(path, cii.NAMESPACES)


@pytest.mark.parametrize("document", CORPUS.values(), ids=CORPUS)
def test_files_are_valid_for_the_release_that_chorus_takes(document):
    oracles.assert_valid(file_of(document), "d16b")


ATTRIBUTES = frozenset({"schemeID", "unitCode", "currencyID", "format", "mimeCode", "filename"})


def _local(name):
    return name and name.rpartition("}")[2]


def _codes(kind):
    """The values that a type allows, None for any."""
    simple = kind.content if kind.is_complex() and kind.has_simple_content() else kind
    while isinstance(simple, xmlschema.validators.XsdSimpleType):
        if simple.enumeration:
            return set(simple.enumeration)
        simple = simple.base_type
    return None


def _describe(schema, paths):
    """What a schema says of the nodes at some paths: type, attributes, order and codes."""
    described, codes = {}, {}

    def walk(element, path):
        attributes = sorted((name, found.use) for name, found in element.attributes.items() if name)
        children = []
        if not element.type.has_simple_content() and not element.type.is_simple():
            children = [
                child
                for child in element.type.content.iter_elements()
                if f"{path}/{_local(child.name)}" in paths
            ]
        described[path] = {
            "type": _local(element.type.name),
            "attributes": [item for item in attributes if item[0] in ATTRIBUTES],
            "children": [child.name for child in children],
        }
        codes[path] = _codes(element.type)
        for child in children:
            walk(child, f"{path}/{_local(child.name)}")

    walk(schema.elements["CrossIndustryInvoice"], "")
    return described, codes


def _path(node):
    return "".join(f"/{_local(item.tag)}" for item in [*node.iterancestors()][-2::-1] + [node])


def test_the_two_releases_say_the_same_of_what_we_write():
    """D22B judges at run time what Chorus reads by D16B: order, types and codes alike.

    How many of each differs at places; the schema of D16B judges that, above.
    """
    written = [
        (_path(node), node)
        for document in CORPUS.values()
        for node in etree.fromstring(file_of(document)).iter()
        if node.getparent() is not None
    ]
    paths = {path for path, _node in written}
    theirs, their_codes = _describe(xmlschema.XMLSchema(str(oracles.d16b())), paths)
    ours, our_codes = _describe(schema._explainer(schema.CII), paths)
    assert len(paths) > 120 and set(ours) == {"", *paths}
    for path, said in ours.items():
        assert theirs[path] == said, path
    # The schema at run time leaves the lists of codes open, that of D16B does not.
    assert any(their_codes.values()) and not any(our_codes.values())
    for path, node in written:
        assert not their_codes[path] or node.text in their_codes[path], (path, node.text)
    for path, found in their_codes.items():  # what our rules let out
        if path.endswith("/CountryID"):
            assert codes.COUNTRIES <= found, codes.COUNTRIES - found
        elif path.endswith("/InvoiceCurrencyCode"):
            assert codes.CURRENCIES <= found, codes.CURRENCIES - found


def test_every_name_of_the_list_is_written():
    """A name that nothing writes any more is proven for nothing."""
    written = set()
    for document in CORPUS.values():
        for node in etree.fromstring(file_of(document)).iter():
            name = etree.QName(node)
            (prefix,) = (p for p, uri in cii.NAMESPACES.items() if uri == name.namespace)
            written.add(f"{prefix}:{name.localname}")
    assert written == cii.NAMES


def test_a_siret_and_the_other_natures_have_their_schemes():
    """As AIFE's samples have them: "0002" for a SIRET, Chorus's number for the others."""
    path = ".//ram:{}/ram:SpecifiedLegalOrganization/ram:ID"
    root = etree.fromstring(file_of(make()))
    for party, number in (("Seller", SELLER.identifier), ("Buyer", BUYER.identifier)):
        node = find(root, path.format(f"{party}TradeParty"))
        assert (node.get("schemeID"), node.text) == ("0002", number)
    root = etree.fromstring(file_of(CORPUS["supplier in New Caledonia"]))
    node = find(root, path.format("SellerTradeParty"))
    assert (node.get("schemeID"), node.text) == (doc.SCHEME_RIDET, "1234567001")


def test_a_gross_price_never_goes_without_its_discount():
    """Chorus has refused files for it."""
    root = etree.fromstring(file_of(make(line(discount="10"), line())))
    (gross,) = root.iterfind(".//ram:GrossPriceProductTradePrice", cii.NAMESPACES)
    amount = find(gross, "ram:AppliedTradeAllowanceCharge/ram:ActualAmount")
    assert amount.text == "10"


def test_one_vat_regime_a_document():
    root = etree.fromstring(file_of(CORPUS["several rates"]))
    assert len(root.findall(".//ram:ApplicableTradeTax[ram:BasisAmount]", cii.NAMESPACES)) == 3
    assert [node.text for node in root.iterfind(".//ram:DueDateTypeCode", cii.NAMESPACES)] == ["5"]


def test_a_delivery_is_never_left_empty():
    """The schema wants the node, and Chorus refuses it empty: goods went to the buyer."""
    root = etree.fromstring(file_of(CORPUS["neither site nor date"]))
    site = find(root, ".//ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty")
    assert find(site, "ram:ID").text == BUYER.identifier
    assert find(site, "ram:Name").text == BUYER.name


# ------------------------------------------------------------------- the judge bites

AGREEMENT = ".//ram:ApplicableHeaderTradeAgreement"
SETTLEMENT = ".//ram:ApplicableHeaderTradeSettlement"
TOTALS = f"{SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"

AMOUNTS = {
    f"{TOTALS}/ram:LineTotalAmount": "BR-CO-10",
    f"{TOTALS}/ram:AllowanceTotalAmount": "BR-CO-11",
    f"{TOTALS}/ram:ChargeTotalAmount": "BR-CO-12",
    f"{TOTALS}/ram:TaxBasisTotalAmount": "BR-CO-13",
    f"{TOTALS}/ram:GrandTotalAmount": "BR-CO-15",
    f"{TOTALS}/ram:TotalPrepaidAmount": "BR-CO-16",
    f"{TOTALS}/ram:RoundingAmount": "BR-CO-16",
    f"{TOTALS}/ram:DuePayableAmount": "BR-CO-16",
    f"{TOTALS}/ram:TaxTotalAmount": "BR-CO-14",
    f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:BasisAmount": "BR-S-08",
    f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:CalculatedAmount": "BR-CO-14",
    f"{SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge/ram:ActualAmount": "BR-S-08",
    ".//ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount": "BR-CO-10",
}


@pytest.mark.parametrize(("path", "rule"), AMOUNTS.items())
def test_the_schematron_sees_an_altered_amount(path, rule, schematron):
    root = etree.fromstring(file_of(RICH))
    node = find(root, path)
    node.text = str(Decimal(node.text) + 2)
    assert rule in schematron.judge(builder.to_bytes(root), "cii")[0]


DROPPED = {
    f"{SETTLEMENT}//ram:PayeePartyCreditorFinancialAccount/ram:IBANID": "BR-50",
    f"{AGREEMENT}/ram:SellerTradeParty/ram:PostalTradeAddress": "BR-08",
    f"{AGREEMENT}/ram:SellerTradeParty/ram:SpecifiedTaxRegistration": "BR-S-02",
    f"{AGREEMENT}/ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CountryID": "BR-11",
    f"{AGREEMENT}/ram:BuyerTradeParty/ram:Name": "BR-07",
    ".//ram:ShipToTradeParty/ram:PostalTradeAddress/ram:CountryID": "BR-57",
    f"{SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge/ram:Reason": "BR-CO-22",
    ".//ram:SpecifiedTradeProduct/ram:Name": "BR-25",
}


@pytest.mark.parametrize(("path", "rule"), DROPPED.items())
def test_the_schematron_sees_a_missing_node(path, rule, schematron):
    root = etree.fromstring(file_of(RICH))
    node = find(root, path)
    node.getparent().remove(node)
    found = schematron.judge(builder.to_bytes(root), "cii")[0]
    assert rule in found, found


def test_dates_have_eight_digits():
    """``strftime`` writes the year 26 in two: the preview shows such a document too."""
    root = cii.serialise(make(issue_date=datetime.date(26, 3, 2)))
    path = "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString"
    assert find(root, path).text == "00260302"
