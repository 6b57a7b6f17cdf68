"""Why no VAT is charged, in the words of French law."""

import re
from decimal import Decimal

import pytest

from chorus import text
from chorus.document import codes, vat
from chorus.document import model as doc


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
        ("E", "VATEX-EU-132", "FR", "article 132, de la directive 2006/112/CE", "VATEX-EU-132"),
        ("E", "VATEX-EU-132-1A", "FR", "article 132, 1, point a, de la", "VATEX-EU-132-1A"),
        ("E", "VATEX-EU-143-1FA", "FR", "article 143, 1, point fa, de la", "VATEX-EU-143-1FA"),
        ("E", "VATEX-EU-148-B", "FR", "article 148, point b, de la", "VATEX-EU-148-B"),
        ("E", "VATEX-FR-CGI261A", "FR", "article 261 A du CGI", "VATEX-FR-CGI261A"),
        ("E", "VATEX-FR-CGI261C-2", "FR", "article 261 C, 2° du CGI", "VATEX-FR-CGI261C-2"),
        ("E", "VATEX-FR-CGI261D-1BIS", "FR", "261 D, 1° bis du CGI", "VATEX-FR-CGI261D-1BIS"),
        ("E", "VATEX-FR-CGI295", "FR", "article 295 du CGI", "VATEX-FR-CGI295"),
        ("E", "VATEX-EU-79-C", "FR", "Débours", "VATEX-EU-79-C"),
        ("E", "VATEX-EU-X", "FR", "", "VATEX-EU-X"),  # none of the list: a rule says so
    ],
)
def test_reasons(category, code, country, reason, expected):
    found, found_code = vat.exemption(category, code, country)
    assert reason in found
    assert bool(reason) == bool(found)
    assert found_code == expected


@pytest.mark.parametrize("code", sorted(codes.EXEMPTIONS))
def test_each_code_of_the_list_has_a_reason_in_french(code):
    """Core words them in English, and some untruly for a French supplier."""
    reason, same = vat.exemption("E", code, "FR")
    assert same == code
    assert re.search(r" du CGI$| 2006/112/CE$|^Opération hors du champ", reason)
    assert reason == text.one_line(reason), "nothing that Chorus Pro refuses"


@pytest.mark.parametrize(
    "code, mention",
    [
        ("VATEX-EU-D", "Régime particulier - Biens d'occasion"),
        ("VATEX-EU-F", "Régime particulier - Biens d'occasion"),
        ("VATEX-EU-I", "Régime particulier - Objets d'art"),
        ("VATEX-EU-J", "Régime particulier - Objets de collection et d'antiquité"),
        ("VATEX-EU-309", "Régime particulier - Agences de voyages"),
    ],
)
def test_margin_schemes_bear_the_compulsory_mention(code, mention):
    """Article 242 nonies A, I of annex II to the CGI."""
    assert vat.exemption("E", code)[0].startswith(mention)


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


def test_the_nature_of_what_is_invoiced():
    assert vat.operations({"consu"}) == "livraison de biens"
    assert vat.operations(["service", "consu"]) == "livraison de biens et prestation de services"
    assert vat.operations([]) == ""


@pytest.mark.parametrize(
    "name, labels, accounts, boxes, expected",
    [
        ("TVA collectée", (), (), (), True),
        ("Prestations", ("T.V.A. 10 %",), (), (), True),
        ("Services (VAT 10%)", (), (), (), True),
        ("Taxe sur la valeur ajoutée", (), (), (), True),
        ("20% G INC", (), (), (), True),
        ("5,5 % Prestations TTC (copie)", (), (), (), True),
        ("Prestations du siège", (), ("445710",), (), True),
        ("Prestations du siège", (), (), ("-08_taxe",), True),
        ("Prestations du siège", (), (), (), False),
        ("Taxe sur les spectacles", ("10%",), (), (), False),
        ("Taxe sur les spectacles hors TVA", (), (), (), False),
        ("Taxe assimilée", (), ("445780",), ("29",), False),
        ("Accise", (), (), ("TICFE_constate",), False),
        ("Octroi de mer", (), ("447000",), (), False),
    ],
)
def test_what_says_that_a_tax_is_vat(name, labels, accounts, boxes, expected):
    assert vat.is_known(name, labels, accounts, boxes) == expected


@pytest.mark.parametrize(
    "accounts, expected",
    [
        (("445710",), ""),
        (("706000", "467000"), ""),
        (("445710", "447100"), "447100"),
        (("445780",), "445780"),
        ((), ""),
    ],
)
def test_accounts_of_other_taxes(accounts, expected):
    assert vat.find_other_account(accounts) == expected


def test_the_rates_that_a_label_names():
    assert vat.rates_of("TVA 5,5 % ou 20%") == {Decimal("5.5"), Decimal(20)}
    assert not vat.rates_of("TVA 2026")
