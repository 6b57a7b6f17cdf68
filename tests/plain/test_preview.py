"""The preview: what the file says, whatever its syntax."""

import base64
import contextlib
import dataclasses
import datetime
import re
from decimal import Decimal

import pdfs
import pytest
from corpus import CORPUS, RICH
from factory import attachment, line, make
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from chorus import formats
from chorus.formats import FORMATS, builder, reader
from chorus.formats.facturx import Pdf
from chorus.messages import Message

KEYS = tuple(FORMATS)
FACTURX = formats.build(RICH, FORMATS["facturx"], Pdf(pdfs.page(), pdfs.profile()))


def data_of(document, key):
    """Values by term, tables by title."""
    found = {}
    for part in reader.read(formats.build_xml(document, FORMATS[key])):
        if isinstance(part, reader.Table):
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
    text = reader.pretty(formats.build_xml(document, FORMATS[key]))
    assert len(text) < 20_000 and "… (120000)" in text


@pytest.mark.parametrize("key", ["ubl", "cii"])
def test_the_largest_attachment_can_be_looked_at(key):
    """10 MB become 13 as text, which parsers refuse unless they are told."""
    large = attachment("Plan.pdf", content=b"%PDF" + bytes(9_900_000))
    found = data_of(make(attachments=(large, attachment())), key)["Attachments"]
    assert found[0] == {**found[1], "BT-122": "Plan.pdf"}


def test_the_xml_of_a_facturx_is_found():
    assert reader.xml_of(FACTURX) == formats.build_xml(RICH, FORMATS["facturx"])
    assert reader.xml_of(b"<x/>") == b"<x/>"
    with pytest.raises(ValueError, match="factur-x"):
        reader.xml_of(pdfs.page())


def test_a_strange_number_is_shown_as_it_stands():
    xml = formats.build_xml(make(), FORMATS["cii"]).replace(b">120.00<", b">cent vingt<")
    parts = reader.read(xml)
    values = [d.value for p in parts if dataclasses.is_dataclass(p) for d in getattr(p, "data", ())]
    assert "cent vingt" in values


# ------------------------------------------------------------------- nothing is left out

#: What a file says and the preview does not, by the end of its path, each with its reason.
UNSHOWN = {
    # Of a formal nature: the same in each file of a syntax.
    r"CustomizationID|GuidelineSpecifiedDocumentContextParameter/ID": "the profile",
    r"TaxScheme/ID|(TradeTax|CategoryTradeTax)/TypeCode": "the tax is VAT",
    r"SpecifiedTaxRegistration/ID/@schemeID": "the number is a VAT number",
    r"DateTimeString/@format": "how dates are written",
    r"ContractDocumentReference/DocumentTypeCode": "the contract is a market",
    r"AdditionalReferencedDocument/TypeCode": "the file is an attachment",
    r"PaymentChannelCode": "the account is an IBAN",
    r"DeliveryLocation/ID/@schemeID": "the list of the site's number",
    r"(Price/AllowanceCharge|AppliedTradeAllowanceCharge)/ChargeIndicator(/Indicator)?":
        "what is taken off a price is no charge",
    # Said twice, for Chorus reads it in another place than EN 16931.
    r"(AccountingContact|Party/Contact)/ID": "the service code",
    r"PartyName/Name": "the name",
    r"DeliveryLocation/Description": "the site's name",
    r"PaymentDueDate": "the due date",
    r"@currencyID": "the currency",
    r"(BaseQuantity|BasisQuantity)/@unitCode": "the line's unit",
    r"GrossPriceProductTradePrice/BasisQuantity": "the quantity of the net price",
    r"BinaryObject/@filename": "the attachment's name",
    # To be looked at where it comes from.
    r"BinaryObject": "the attachment itself",
}  # fmt: skip


def leaves(root):
    """Each text and attribute of a file: its path, and how to read and write it."""
    for node in root.iter(etree.Element):
        names = [etree.QName(item).localname for item in [*node.iterancestors()][::-1] + [node]]
        path = "/".join(names)
        if not len(node):
            yield path, node.text, lambda value, node=node: setattr(node, "text", value)
        for name, value in node.attrib.items():
            yield f"{path}/@{name}", value, lambda value, n=node, a=name: n.set(a, value)


def _other(value):
    """Another value of the same kind."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return (datetime.date.fromisoformat(value) + datetime.timedelta(1)).isoformat()
    with contextlib.suppress(ArithmeticError):
        return str(Decimal(value) + 1)
    if value.endswith("="):  # base64, of which Python 3.13 takes nothing after its end
        return base64.b64encode(base64.b64decode(value) + b"X").decode()
    return "true" if value == "false" else f"{value}X"


def _shown(parts):
    for part in parts:
        if isinstance(part, reader.Table):
            yield from (value for row in part.rows for value in row)
        else:
            yield from (datum.value for datum in part.data)


def _says(value, text):
    """Whether a value that is shown is the one of the file, a code with its words."""
    if isinstance(value, Message):
        return f"({text})" in value.render()
    if isinstance(value, datetime.date):
        return text in (value.isoformat(), value.strftime("%Y%m%d"))
    if isinstance(value, Decimal):
        with contextlib.suppress(ArithmeticError):
            return value == Decimal(text)
    return value == text


def is_unshown(path):
    return any(re.search(rf"({end})$", path) for end in UNSHOWN)


WHOLE = {
    name: CORPUS[name]
    for name in (
        *("rich", "credit note", "outside VAT", "to the State", "discount for early payment"),
        *("supplier in New Caledonia", "on receipts", "intra-community to a body without SIRET"),
    )
} | {"discount on a price for many": make(line("10", quantity="3", discount="10", amount="26.98"))}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("document", WHOLE.values(), ids=WHOLE)
def test_every_datum_of_a_file_is_shown(document, key):
    """Each is changed in turn: the preview says the new one, or the list says why it does not."""
    content = formats.build_xml(document, FORMATS[key])
    before = reader.read(content)
    left_out, count = set(), 0
    for rank, (path, value, _write) in enumerate(leaves(etree.fromstring(content))):
        root = etree.fromstring(content)
        other = _other(value)
        list(leaves(root))[rank][2](other)
        after = reader.read(builder.to_bytes(root))
        count += 1
        if after == before:
            left_out.add(path)
        elif not is_unshown(path) and not path.endswith("Indicator"):  # another table
            assert any(_says(item, other) for item in _shown(after)), (path, other)
    assert {path for path in left_out if not is_unshown(path)} == set()
    assert count > 50


def test_nothing_is_listed_that_no_file_says():
    """A reason for nothing would hide what comes to stand there."""
    paths = {
        path
        for document in WHOLE.values()
        for key in KEYS
        for path, _value, _write in leaves(
            etree.fromstring(formats.build_xml(document, FORMATS[key]))
        )
    }
    for end in UNSHOWN:
        assert any(re.search(rf"({end})$", path) for path in paths), end


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("regime", "words"), [("5", "On debits"), ("72", "On receipts"), ("", None)]
)
def test_the_vat_regime_is_told_in_words(regime, words, key):
    found = data_of(make(vat_regime=regime), key).get("BT-8")
    assert found is None if words is None else found.render().startswith(words)


@pytest.mark.parametrize("key", KEYS)
def test_the_code_of_an_exemption_is_shown(key):
    (row,) = data_of(CORPUS["exempt"], key)["VAT"]
    assert (row["BT-118"], row["BT-121"]) == ("E", "VATEX-EU-132")


@pytest.mark.parametrize("key", KEYS)
def test_a_note_is_shown_as_it_stands(key):
    """What begins with a number sign is taken for a code by the parser."""
    notes = ("#1 : livraison urgente", "# 2", "#AAB Pénalités")
    parts = reader.read(formats.build_xml(make(notes=notes), FORMATS[key]))
    (shown,) = [part for part in parts if part.title == "Notes"]
    assert tuple(datum.value for datum in shown.data) == notes


@given(st.binary(max_size=400), st.integers(0, 4000), st.integers(0, 400))
def test_no_bytes_make_it_stumble(noise, place, length):
    """A kept file may be damaged: that is told, not a traceback."""
    for content in (
        noise,
        b"%PDF" + noise,
        FACTURX[: place * 9] + noise + FACTURX[place * 9 + length :],
        *(
            xml[:place] + noise + xml[place + length :]
            for xml in (
                formats.build_xml(RICH, FORMATS["ubl"]),
                formats.build_xml(RICH, FORMATS["cii"]),
            )
        ),
    ):
        with contextlib.suppress(ValueError):
            xml = reader.xml_of(content)
            reader.pretty(xml)
            reader.read(xml)
