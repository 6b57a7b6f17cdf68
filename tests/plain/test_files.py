"""Files of every syntax: what three judges that are not ours say of them."""

from __future__ import annotations

import datetime
import json
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
from chorus import formats, text
from chorus.document import codes
from chorus.document import model as doc
from chorus.formats import FORMATS, builder, schema

#: The XML of a Factur-X is that of CII, judged by the schema and the rules of Factur-X.
KEYS = tuple(FORMATS)


def file_of(document, key):
    return formats.build_xml(document, FORMATS[key])


every_document = pytest.mark.parametrize("document", CORPUS.values(), ids=CORPUS)
every_syntax = pytest.mark.parametrize("key", KEYS)


@every_document
def test_the_rules_let_the_corpus_out(document):
    """The corpus stands for files that are really deposited."""
    found = chorus.rules.check(document, SETTINGS)
    assert not [item.code for item in found if item.is_blocking]


@every_syntax
@every_document
def test_files_are_valid_for_the_schema(document, key):
    root = etree.fromstring(file_of(document, key))
    assert schema.is_valid(root, FORMATS[key].schema), schema.explain(root, FORMATS[key].schema)


@every_syntax
@every_document
def test_files_keep_the_rules_of_en16931(document, key, schematron):
    """No fatal rule is broken, and no warning comes that the serialiser does not explain."""
    fatal, warnings = schematron.judge(file_of(document, key), key)
    assert fatal == oracles.fatal_of(document, key)
    assert warnings == oracles.warnings_of(document, key)


@every_syntax
@every_document
def test_another_parser_reads_the_same_document(document, key):
    """Numbers, dates, parties, amounts, lines and references survive the file."""
    assert oracles.read_back(file_of(document, key)) == oracles.expected(document, key)


@every_document
def test_the_syntaxes_agree(document):
    """Datum by datum, whatever the syntax, the file says the same."""
    found = [oracles.read_back(file_of(document, key)) for key in KEYS]
    for item in found:
        del item["nodes"]
        if not document.delivery and not document.delivery_date:
            del item["site"]  # CII always gives an address: without a site, the buyer's
    assert all(item == found[0] for item in found)


@every_syntax
@every_document
def test_no_node_is_empty(document, key):
    """Chorus refuses an empty node."""
    assert oracles.empty_nodes(file_of(document, key)) == []


@every_syntax
@every_document
def test_the_same_document_gives_the_same_bytes(document, key):
    """A file made again must be recognised as delivered already."""
    content = file_of(document, key)
    assert content == file_of(document, key) == file_of(replace(document), key)
    assert content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")


@every_syntax
def test_the_corpus_meets_every_explained_warning(key):
    """A warning that no document raises is explained for nothing."""
    met = set().union(*(oracles.warnings_of(document, key) for document in CORPUS.values()))
    assert met == set(oracles.EXPLAINED[key])


def test_the_corpus_meets_every_exception():
    met = {code for item in CORPUS.values() for key in KEYS for code in oracles.fatal_of(item, key)}
    assert met == {
        *("BR-CL-01", "BR-CL-11", "BR-CL-24"),
        *("FX-SCH-A-000287", "FX-SCH-A-000569", "FX-SCH-A-000581"),
    }


@every_syntax
def test_no_number_has_an_exponent(key):
    """XML Schema's decimal has no 1E+3, and Python writes it gladly."""
    document = make(line(Decimal("1E+3"), quantity=Decimal("1E+2")), line("0.000001"))
    for node in etree.fromstring(file_of(document, key)).iter():
        if etree.QName(node).localname.endswith(("Amount", "Quantity", "Percent")):
            assert len(node) or re.fullmatch(r"-?\d+(\.\d+)?", node.text), node.text


@every_syntax
def test_a_credit_note_has_positive_amounts(key):
    """The type says that it takes back; negative amounts would take back twice."""
    root = etree.fromstring(file_of(CORPUS["credit note of several rates"], key))
    values = [
        Decimal(node.text)
        for node in root.iter()
        if etree.QName(node).localname.endswith(("Amount", "Quantity")) and not len(node)
    ]
    assert len(values) > 10 and min(values) > 0


@pytest.mark.parametrize(
    ("rule", "own_rule", "codes"),
    [
        ("BR-CL-14", "FX-SCH-A-000568", codes.COUNTRIES),
        ("BR-CL-04", "FX-SCH-A-000595", codes.CURRENCIES),
    ],
)
def test_code_lists_are_within_those_of_en16931(rule, own_rule, codes):
    """A code that we let out and a schematron does not know would be refused."""
    assert len(codes) > 140
    assert codes <= oracles.code_list(rule) & oracles.facturx_list(own_rule)


@pytest.mark.parametrize(
    ("rule", "codes"), [("BR-CL-22", codes.EXEMPTIONS), ("BR-CL-23", codes.UNITS)]
)
def test_code_lists_are_those_of_en16931(rule, codes):
    """Nor may one that it knows be held back."""
    assert codes == oracles.code_list(rule)


# ------------------------------------------------------------------- the judges bite


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


@every_syntax
@pytest.mark.parametrize("name", ["rich", "credit note", "outside VAT"])
def test_no_broken_datum_of_a_file_goes_unseen(name, key, schematron):
    """Each judge sees something, and nothing gets past all three.

    The rules of Factur-X are those of CII, which judge each fault below: they are asked where
    the parser sees nothing, and of the first faults, so as to know that they bite.
    """
    document = CORPUS[name]
    content = file_of(document, key)
    expected = oracles.expected(document, key)
    fatal, warnings = schematron.judge(content, key)
    seen = {"schema": 0, "parser": 0, "schematron": 0}
    unseen = []
    for what, root in _mutants(content):
        if not schema.is_valid(root, FORMATS[key].schema):
            seen["schema"] += 1
            continue
        broken = builder.to_bytes(root)
        by_parser = _read(broken) != expected
        if key == "facturx" and by_parser and seen["schematron"] > 10:
            seen["parser"] += 1
            continue
        found, warned = schematron.judge(broken, key)
        by_schematron = found != fatal or not warned <= warnings
        seen["parser"] += by_parser
        seen["schematron"] += by_schematron
        if not by_parser and not by_schematron:
            unseen.append(what)
    assert unseen == []
    assert min(seen.values()) > 10, seen


#: What a file does not say, by the path of its field.
UNSAID = (
    r".*origin",
    r"decimals",  # of the currency: seen in the amounts
    # For the rules alone:
    r"is_paid|same_number|number_already_exported_by|sent_by|is_leaving|structure(\..*)?",
    r"received|vat_numbers_left_out|printed_on_debits",
    r".*is_checked|.*unknown_unit|.*is_proven|.*booked_on|.*is_tax|sources",
    r"payment\.(is_foreign|is_printed|proposed|contradict(ed|ing))",
    r"lines\.\d+\.printed_(price|amount|discount)",
    r"order",  # the engagement is filled
    r"delivery\.(scheme|vat|phone|email)|(buyer|delivery)\.tax_registration",
    r"(lines|allowances)\.\d+\.tax\.(reason|reason_code)",  # said in the breakdown
    r"attachments\.\d+\.(size|load|checksum)",  # of the content, seen in the content
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


@every_syntax
def test_every_datum_of_a_document_is_in_its_file(key):
    """A field that the serialiser forgets would be lost without a word."""
    expected = oracles.expected(RICH, key)
    changes = list(_changes(RICH))
    assert len(changes) > 120
    lost = []
    for where, document in changes:
        root = FORMATS[key].serialise(document)
        if schema.is_valid(root, FORMATS[key].schema) and _read(builder.to_bytes(root)) == expected:
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
def test_documents_without_anomaly_are_valid(schematron, document):
    """No exception, three judges content, and the totals of the file are the document's."""
    blocking = {item.code for item in chorus.rules.check(document, SETTINGS) if item.is_blocking}
    assert blocking <= {"negative_total"}
    for key in KEYS:
        content = file_of(document, key)
        assert schematron.judge(content, key)[0] == oracles.fatal_of(document, key)
        assert oracles.read_back(content) == oracles.expected(document, key)
        assert oracles.empty_nodes(content) == []
        assert content == file_of(document, key)


# ------------------------------------------------------------------- any value whatever

_TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            " ",
            "\t",
            "\xa0",
            "\x00",
            "\ud800",
            "\uffff",
            "\u202ex",
            "<b>",
            "]]>",
            "&",
            "#AAB#x",
            "#1",
        ]
    ),
    st.sampled_from(
        ["S", "Z", "E", "O", "K", "AE", "L", "FR", "XX", "EUR", "30", "A2", "5", "381"]
    ),
    st.sampled_from(
        ["FR74214401093", "VATEX-EU-132", "HUR", "QT", "a.pdf", "text/xml", "x" * 2000]
    ),
)
_NUMBERS = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(-1000, 1000, places=2),
    st.decimals(-10, 10, places=7),
    st.sampled_from(
        [*map(Decimal, "0 -0 1 -1 20 100 0.001 1E+20 1E-20 1E+2 999999999999999".split())]
    ),
)
_DATES = st.one_of(st.dates(), st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)))
#: What is not there, by the end of its path: None does not say what else it may be.
_ABSENT = {
    "gross_price": _NUMBERS,
    "delivery": st.sampled_from([SITE, RICH.buyer]),
    "preceding": st.just(PRECEDING),
    "due_date": _DATES,
    "delivery_date": _DATES,
    "issue_date": _DATES,
}
#: Fields that no value of another kind makes another document, and those that no file holds.
_LEFT_ALONE = (
    *("load", "origin", "structure", "size", "checksum"),
    *("printed_price", "printed_amount", "pdf_fault"),
)


def _places(value, path=()):
    """The path of each datum of a document."""
    if path and path[-1] in _LEFT_ALONE:
        return
    yield path, value
    if is_dataclass(value):
        for field in fields(value):
            yield from _places(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, tuple):
        for rank, item in enumerate(value):
            yield from _places(item, (*path, rank))


def _put(value, path, new):
    """A document with another value at a path."""
    if not path:
        return new
    first, *rest = path
    if isinstance(value, tuple):
        return (*value[:first], _put(value[first], rest, new), *value[first + 1 :])
    return replace(value, **{first: _put(getattr(value, first), rest, new)})


def _others(path, value):
    """What may stand at a path instead of a value, None for nothing."""
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, Decimal):
        return _NUMBERS
    if isinstance(value, str):
        return _TEXTS
    if isinstance(value, int):
        return st.integers(-3, 10**10)
    if isinstance(value, datetime.date):
        return _DATES | st.none() if path[-1] != "issue_date" else _DATES
    if isinstance(value, tuple):
        return st.sampled_from([(), value[:-1], (*value, *value)])
    if value is None:
        return _ABSENT[path[-1]]
    return st.none() if path and path[-1] in ("delivery", "preceding") else None


def _stripped(value):
    if isinstance(value, dict):
        return {key: _stripped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_stripped(item) for item in value]
    return value.strip() if isinstance(value, str) else value


@st.composite
def hostile_documents(draw):
    """A document of the corpus, some of whose data are of any value that their types allow."""
    document = draw(
        st.sampled_from([item for name, item in CORPUS.items() if "thousand" not in name])
    )
    for _rank in range(draw(st.sampled_from([1, 1, 2, 3]))):
        places = [
            (path, others)
            for path, value in _places(document)
            if path and (others := _others(path, value)) is not None
        ]
        path, others = draw(st.sampled_from(places))
        document = _put(document, path, draw(others))
    return document


@given(hostile_documents())
def test_a_rule_reports_any_value_or_the_file_is_valid(schematron, document):
    """Another module may change any datum through the hook: a rule tells, or the file is good."""
    found = chorus.rules.check(document, SETTINGS)
    for item in found:
        assert item.message.render()
        json.dumps(item.message.to_dict()).encode()
    if any(item.is_blocking for item in found):
        return
    for key in KEYS:
        content = file_of(document, key)
        assert schematron.judge(content, key)[0] == oracles.fatal_of(document, key)
        assert oracles.empty_nodes(content) == []
        # The parser takes off the spaces around a text.
        assert _stripped(oracles.read_back(content)) == _stripped(oracles.expected(document, key))


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


@every_syntax
@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
def test_a_document_that_en16931_refuses_is_held(document, key, schematron):
    """Each of these is refused by the schema or the schematron, so a rule must tell it first."""
    root = FORMATS[key].serialise(document)
    assert (
        not schema.is_valid(root, FORMATS[key].schema)
        or schematron.judge(builder.to_bytes(root), key)[0]
    )
    assert [item for item in chorus.rules.check(document, SETTINGS) if item.is_blocking]
