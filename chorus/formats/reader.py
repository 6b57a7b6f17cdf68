"""The data of a file, each with its label and business term.

A parser that is not ours reads the file: a fault of our serialisers would show.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import facturx
import pikepdf
from lxml import etree

from ..document import codes
from ..document.model import BUYER, DELIVERY, SCHEME_SIRET, SELLER, Party, terms_of
from ..messages import _
from . import builder, cii, ubl

#: Characters of an attachment that are worth reading.
BINARY_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Datum:
    """A datum of a file.

    :param term: business term, e.g. "BT-1"
    :param label: marked literal
    :param value: text, date or number
    """

    term: str
    label: str
    value: Any


@dataclass(frozen=True, slots=True)
class Section:
    """Data that belong together.

    :param title: marked literal
    :param data: of the section
    """

    title: str
    data: tuple[Datum, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Data of the same kind, one row each.

    :param title: marked literal
    :param columns: term and label of each column
    :param rows: values, None where a row has none
    """

    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]


_HEADER = {
    "BT-1": _("Number"),
    "BT-2": _("Date"),
    "BT-3": _("Document type"),
    "BT-5": _("Currency"),
    "BT-8": _("VAT is due"),
    "BT-9": _("Due date"),
    "BT-23": _("Framework"),
    "BT-10": _("Service code"),
    "BT-13": _("Engagement or purchase order"),
    "BT-12": _("Market number"),
    "BT-72": _("Delivery date"),
}
_PAYMENT = {
    "BT-81": _("Payment means"),
    "BT-84": _("IBAN"),
    "BT-85": _("Holder of the account"),
    "BT-86": _("BIC"),
    "BT-83": _("Reference of the payment"),
    "BT-20": _("Payment terms"),
}
_TOTALS = {
    "BT-106": _("Total of the lines"),
    "BT-107": _("Allowances"),
    "BT-108": _("Charges"),
    "BT-109": _("Total excluding VAT"),
    "BT-110": _("VAT"),
    "BT-112": _("Total including VAT"),
    "BT-113": _("Already paid"),
    "BT-114": _("Rounding"),
    "BT-115": _("Amount due"),
}
#: By the parser's key: the label, and the field whose business term it is.
_PARTY = {
    "name": (_("Name"), "name"),
    "identifier": (_("SIRET or other number"), "identifier"),
    "nature": (_("Nature of the number"), "scheme"),
    "vat_identifier": (_("VAT number"), "vat"),
    "tax_identifier": (_("Tax registration"), "tax_registration"),
    "addr_l1": (_("Address"), "street"),
    "addr_l2": (_("Address, continued"), "street2"),
    "postcode": (_("Zip"), "zip"),
    "city": (_("City"), "city"),
    "country_subdivision": (_("State"), "subdivision"),
    "country_code": (_("Country"), "country"),
    "phone": (_("Phone"), "phone"),
    "email": (_("Email"), "email"),
}
_PARTIES = {
    "BG-4": (_("Supplier"), SELLER),
    "BG-7": (_("Customer"), BUYER),
    "BG-13": (_("Delivered to"), DELIVERY),
}
_PRECEDING = {"BT-25": _("Number"), "BT-26": _("Date")}
_LINES = {
    "BT-126": _("Line"),
    "BT-155": _("Reference"),
    "BT-153": _("Label"),
    "BT-154": _("Description"),
    "BT-129": _("Quantity"),
    "BT-130": _("Unit"),
    "BT-148": _("Gross price"),
    "BT-147": _("Discount"),
    "BT-146": _("Net price"),
    "BT-149": _("for"),
    "BT-151": _("VAT category"),
    "BT-152": _("Rate"),
    "BT-131": _("Total excluding VAT"),
}
_VAT = {
    "BT-118": _("VAT category"),
    "BT-119": _("Rate"),
    "BT-116": _("Base"),
    "BT-117": _("VAT"),
    "BT-120": _("Reason without VAT"),
    "BT-121": _("Code of the reason"),
}
_ALLOWANCES = {
    "BT-97": _("Reason"),
    "BT-95": _("VAT category"),
    "BT-96": _("Rate"),
    "BT-92": _("Amount"),
}
#: The terms of charges, column by column.
_CHARGES = dict(zip(("BT-104", "BT-102", "BT-103", "BT-99"), _ALLOWANCES.values(), strict=True))
_ALLOWANCE_KEYS = ("reason", "vat_category_code", "vat_rate", "amount")
_ATTACHMENTS = {"BT-122": _("Name"), "BT-123": _("Description"), "BT-125-1": _("Kind")}
#: Terms that are numbers, shown as the user writes them.
_NUMBERS = frozenset(
    list(_TOTALS)
    + "BT-129 BT-146 BT-147 BT-148 BT-149 BT-152 BT-131 BT-119 BT-116 BT-117".split()
    + "BT-96 BT-92 BT-103 BT-99".split()
)
#: As CII writes a code, then as UBL does: a SIRET and the régimes have two.
_REGIMES = {code: code for code in codes.VAT_REGIMES} | {v: k for k, v in ubl.VAT_REGIMES.items()}
_NATURES = {code: code for code in codes.NATURES} | {cii.LEGAL_SIRET: SCHEME_SIRET}
#: Code list, and the code of the list by the code of the file.
_CODES = {
    "BT-3": (codes.TYPES, {code: code for code in codes.TYPES}),
    "BT-8": (codes.VAT_REGIMES, _REGIMES),
    "BT-30-1": (codes.NATURES, _NATURES),
    "BT-47-1": (codes.NATURES, _NATURES),
}
_NAMESPACES = {**ubl.NAMESPACES, **cii.NAMESPACES}
#: Paths of data that the parser does not know, for Chorus alone reads them there, or misreads: a
#: note that begins with a number sign. In UBL, then in CII.
_APART = {
    "BT-8": (
        "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:TaxTypeCode"
        " | //ram:ApplicableTradeTax/ram:DueDateTypeCode"
    ),
    "BT-22": "cbc:Note | rsm:ExchangedDocument/ram:IncludedNote/ram:Content",
    "BT-30-1": (
        "cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification/cbc:ID/@schemeName"
        " | //ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID/@schemeID"
    ),
    "BT-47-1": (
        "cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID/@schemeName"
        " | //ram:BuyerTradeParty/ram:SpecifiedLegalOrganization/ram:ID/@schemeID"
    ),
}


def xml_of(content: bytes) -> bytes:
    """The XML of a file.

    :param content: XML, or a Factur-X
    :raise ValueError: for other bytes
    """
    if content.startswith(b"%PDF"):
        try:
            with pikepdf.open(io.BytesIO(content)) as pdf:
                content = pdf.attachments["factur-x.xml"].get_file().read_bytes()
        except Exception as error:  # a damaged file makes its readers stumble in every possible way
            raise ValueError("no factur-x.xml in this PDF") from error
    _root(content)
    return content


def read(xml: bytes) -> list[Section | Table]:
    """The data of a file, in the order in which people read an invoice.

    :param xml: UBL or CII
    :raise ValueError: for anything else
    """
    # The library's parser refuses texts of 10 MB, which an attachment may be once it is written.
    root = _with_binaries(xml, lambda text: "")
    try:
        found = facturx.parse_ubl_cii_xml(builder.to_bytes(root), check_xsd=False)
    except Exception as error:  # the parser raises errors of any class
        raise ValueError("no invoice") from error
    apart = {
        term: [
            str(getattr(item, "text", item)) for item in root.xpath(path, namespaces=_NAMESPACES)
        ]
        for term, path in _APART.items()
    }
    for term in ("BT-8", "BT-30-1", "BT-47-1"):
        found[term] = next(iter(apart[term]), None)
    parts = [
        _section(_("Document"), _HEADER, found),
        *(_party(title, role, found.get(key), found) for key, (title, role) in _PARTIES.items()),
        _table(_("Lines"), _LINES, [_line(row) for row in found.get("BG-25") or ()]),
        _allowances(_("Allowances"), _ALLOWANCES, found.get("BG-20")),
        _allowances(_("Charges"), _CHARGES, found.get("BG-21")),
        _table(_("VAT"), _VAT, found.get("BG-23")),
        _section(_("Totals"), _TOTALS, found),
        _section(_("Payment"), _PAYMENT, found),
        _preceding(found.get("BG-3")),
        _notes(apart["BT-22"]),
        _table(_("Attachments"), _ATTACHMENTS, found.get("BG-24")),
    ]
    return [part for part in parts if part]


def pretty(xml: bytes) -> str:
    """The XML as people read it: attachments are cut, and say so.

    :param xml: UBL or CII
    :raise ValueError: when it is not XML
    """
    root = _with_binaries(xml, lambda text: f"{text[:BINARY_LENGTH]}… ({len(text)})")
    return builder.to_bytes(root).decode()


_BINARY = frozenset({"EmbeddedDocumentBinaryObject", "AttachmentBinaryObject"})


def _root(xml):
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False)
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("no XML") from error


def _with_binaries(xml, shown):
    """The root of a file, with another text for attachments that are long."""
    root = _root(xml)
    for node in root.iter(etree.Element):
        if etree.QName(node).localname in _BINARY and len(node.text or "") > BINARY_LENGTH:
            node.text = shown(node.text)
    return root


def _value(term, value):
    if isinstance(value, list):  # a damaged file has a single datum twice
        value = ", ".join(map(str, value))
    known, written = _CODES.get(term, ({}, {}))
    if value in written:
        return codes.label(known, written[value], value)
    if term in _NUMBERS and value is not None:
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value


def _section(title, terms, found) -> Section | None:
    data = tuple(
        Datum(term, label, _value(term, found[term]))
        for term, label in terms.items()
        if found.get(term) is not None
    )
    return Section(title, data) if data else None


def _party(title, role, found, document) -> Section | None:
    if not found:
        return None
    terms = terms_of(Party, role)
    numbers = [found.get("legal_identifier"), *(found.get("identifiers") or {}).values()]
    contact = (found.get("contacts") or [{}])[0]
    values = {
        **found,
        "identifier": next(filter(None, numbers), None),
        "nature": document.get(terms["scheme"]),
        "phone": contact.get("phone"),
        "email": contact.get("email"),
    }
    data = tuple(
        Datum(term, label, _value(term, values[key]))
        for key, (label, field) in _PARTY.items()
        if values.get(key) and (term := terms[field])
    )
    return Section(title, data)


def _line(row) -> dict:
    """A line with the discount on its price, which the parser keeps apart."""
    return {**row, **(row.get("BT-147-00") or [{}])[0]}


def _table(title, columns, rows) -> Table | None:
    """A table of the columns that some row has."""
    if not rows:
        return None
    used = [column for column in columns.items() if any(row.get(column[0]) for row in rows)]
    values = tuple(tuple(_value(term, row.get(term)) for term, _label in used) for row in rows)
    return Table(title, tuple(used), values)


def _allowances(title, terms, rows) -> Table | None:
    named = [
        {term: row.get(key) for term, key in zip(terms, _ALLOWANCE_KEYS, strict=True)}
        for row in rows or ()
    ]
    return _table(title, terms, named)


def _preceding(rows) -> Section | None:
    if not rows:
        return None
    return _section(_("Preceding invoice"), _PRECEDING, rows[0])


def _notes(texts) -> Section | None:
    data = tuple(Datum("BT-22", _("Note"), text) for text in texts)
    return Section(_("Notes"), data) if data else None
