"""What changed in a document since its export."""

import datetime
import json
from dataclasses import replace
from decimal import Decimal

import factory
import pytest

from chorus.document import summary


def told(before, after):
    """The changes in words, through the storage that an export has."""
    stored = json.loads(json.dumps(summary.summary(before)))
    return [message.render() for message in summary.changes(stored, summary.summary(after))]


def test_the_same_document_has_no_change():
    assert told(factory.make(), factory.make()) == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"number": "FAC/2"}, "number: FAC/2 instead of"),
        ({"issue_date": datetime.date(2026, 3, 9)}, "date: 2026-03-09 instead of 2026-03-02"),
        ({"service": "TRAVAUX"}, "service code: TRAVAUX instead of"),
        ({"service": ""}, "service code: nothing instead of"),
        ({"market": "date of 2026"}, "market number: date of 2026 instead of"),
        ({"engagement": "number 12"}, "engagement number: number 12 instead of"),
        ({"due_date": None}, "due date: nothing instead of"),
    ],
)
def test_one_datum(values, sentence):
    before = factory.make(market="M", engagement="E", service="S")
    [change] = told(before, replace(before, **values))
    assert change.startswith(sentence)


def test_amounts_and_lines():
    before = factory.make()
    totals = replace(before.totals, untaxed=Decimal("120.00"), total=Decimal("144.00"))
    line = replace(before.lines[0], quantity=Decimal(7))
    after = replace(before, totals=totals, lines=(line, *before.lines[1:]))
    changes = told(before, after)
    assert [change.split(":")[0] for change in changes] == [
        "total excl. VAT",
        "total incl. VAT",
        "invoice lines changed",
    ]
    assert "144.00 instead of" in changes[1]


def test_what_an_older_version_did_not_keep_is_not_a_change():
    after = summary.summary(factory.make())
    assert summary.changes({}, after) == []
    assert summary.changes({"gone": "text x"}, after) == []


def test_what_the_receiver_does_not_see_is_no_change():
    """A payment received, another way of sending: the file stays the same."""
    before = factory.make()
    assert told(before, replace(before, is_paid=not before.is_paid, sent_by="Peppol")) == []
