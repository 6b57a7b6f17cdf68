"""What is UBL's own: its nodes for Chorus, and a schematron that bites."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from corpus import CORPUS, RICH
from factory import make
from lxml import etree

from chorus import formats
from chorus.formats import FORMATS, builder, ubl


def file_of(document):
    return formats.build_xml(document, FORMATS["ubl"])


def test_totals_keep_the_decimals_of_the_currency():
    """Amounts of 2 decimals are written with both, and those of francs with none."""
    root = etree.fromstring(file_of(CORPUS["several rates"]))
    total = root.find("cac:LegalMonetaryTotal", ubl.NAMESPACES)
    assert [re.fullmatch(r"-?\d+\.\d\d", node.text) is not None for node in total] == [True] * 4
    root = etree.fromstring(file_of(CORPUS["francs without decimals"]))
    total = root.find("cac:LegalMonetaryTotal", ubl.NAMESPACES)
    assert [node.text for node in total] == ["3702", "3702", "4442", "4442"]


def test_a_negative_line_keeps_a_positive_price():
    root = etree.fromstring(file_of(CORPUS["negative line"]))
    last = root.findall("cac:InvoiceLine", ubl.NAMESPACES)[-1]
    assert last.findtext("cbc:InvoicedQuantity", namespaces=ubl.NAMESPACES) == "-1"
    assert last.findtext("cac:Price/cbc:PriceAmount", namespaces=ubl.NAMESPACES) == "10"


# ------------------------------------------------------------------- the judges bite


def test_the_schematron_refuses_an_invalid_file(schematron):
    """A judge that said nothing would pass every test above."""
    root = etree.fromstring(file_of(make()))
    root.remove(root.find("cbc:IssueDate", ubl.NAMESPACES))
    with pytest.raises(AssertionError, match="IssueDate"):
        schematron.judge(builder.to_bytes(root))


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
    assert rule in schematron.judge(builder.to_bytes(root))[0]


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
    assert rule in schematron.judge(builder.to_bytes(root))[0]
