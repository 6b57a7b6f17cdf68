"""Why no VAT is charged, in the words of French law."""

from decimal import Decimal

import pytest

from chorus import text
from chorus.document import model as doc
from chorus.document import vat


@pytest.mark.parametrize(
    "category, code, country, reason, expected",
    [
        ("E", "VATEX-FR-FRANCHISE", "FR", "293 B", "VATEX-FR-FRANCHISE"),
        ("E", "VATEX-FR-CGI261-4", "FR", "article 261, 4 du CGI", "VATEX-FR-CGI261-4"),
        ("K", "", "BE", "262 ter", "VATEX-EU-IC"),
        ("G", "", "CH", "262, I", "VATEX-EU-G"),
        ("G", "", "RE", "294", "VATEX-EU-G"),
        ("AE", "", "FR", "283-2", "VATEX-EU-AE"),
        ("O", "", "FR", "hors du champ", "VATEX-EU-O"),
        ("E", "", "GF", "294", ""),
        ("E", "", "FR", "", ""),  # the law leaves the choice to the user: never a guess
        ("E", "VATEX-EU-132", "FR", "", "VATEX-EU-132"),
    ],
)
def test_reasons(category, code, country, reason, expected):
    found, found_code = vat.exemption(category, code, country)
    assert reason in found
    assert bool(reason) == bool(found)
    assert found_code == expected


@pytest.mark.parametrize(
    "typed, expected",
    [
        ("Vis <M8> inox", "Vis <M8> inox"),
        ("a<br/>b", "a b"),
        ("<p>Bon</p><script>alert(1)</script>", "Bon alert(1)"),
        ("<b<b>>gras", "gras"),
        ("x < y > z", "x < y > z"),
    ],
)
def test_html_goes_and_nothing_else(typed, expected):
    assert text.one_line(typed) == expected
    assert text.one_line(expected) == expected


def test_a_note_names_no_subject_code():
    assert text.note("#ABC# voir plan", "", "fin") == "# ABC # voir plan - fin"


def test_one_breakdown_says_the_reasons_of_all_its_taxes():
    first = doc.Tax("E", reason="Un", reason_code="VATEX-EU-132")
    same = vat.merge(first, first)
    assert same == first
    both = vat.merge(first, doc.Tax("E", reason="Deux", reason_code="VATEX-EU-79-C"))
    assert (both.reason, both.reason_code) == ("Un ; Deux", "")
    assert vat.merge(both, first) == both
    assert vat.merge(doc.Tax("E"), first).reason == "Un"


def test_vat_in_the_currency_of_the_accounts():
    assert vat.accounting_note(Decimal("1234.50"), "EUR") == "Montant de la TVA : 1234,50 EUR"
