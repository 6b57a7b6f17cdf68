"""What the head and the foot of the page say beyond the supplier's data."""

from dataclasses import replace

import pytest
from factory import SELLER

from chorus.document import letterhead

HOUSE = replace(
    SELLER,
    name="Fournitures de l'Ouest",
    identifier="90000002700012",
    vat="FR49900000027",
    street="12 rue Abbé Huet",
    zip="35000",
    city="Rennes",
    phone="+33 2 99 00 00 00",
    email="factures@example.com",
)


@pytest.mark.parametrize(
    "line",
    [
        "FOURNITURES DE L'OUEST",
        "12, rue Abbé Huet, 35000 Rennes",
        "35000 RENNES - France",
        "SIRET : 900 000 027 00012",
        "SIREN 900.000.027 – N° TVA FR 49 900 000 027",
        "Tél. 02 99 00 00 00 – factures@example.com",
        "+33 2 99 00 00 00",
        "https://www.example.com",
        "—",
    ],
)
def test_data_of_the_supplier_are_not_said_again(line):
    assert letterhead.mentions([line], HOUSE, "France", "https://www.example.com") == []


@pytest.mark.parametrize(
    "line",
    [
        "SARL au capital de 8 000 €",
        "RCS Rennes 900 000 027",
        "Tél. 02 99 00 00 01",
        "autre@example.com",
        "N° TVA FR 49 900 000 028",
        "Belgique",
    ],
)
def test_what_the_file_has_in_no_term_stays_whole(line):
    assert letterhead.mentions(["Rennes", line], HOUSE, "France") == [line]


def test_what_the_supplier_has_not_is_said():
    bare = replace(HOUSE, vat="", phone="", email="", identifier="")
    lines = ["FR49900000027", "02 99 00 00 00", "factures@example.com", "900 000 027"]
    assert letterhead.mentions(lines, bare) == lines


def test_a_number_of_marks_takes_no_time():
    """Marks may stand between the characters of a number: between marks, in too many ways."""
    odd = replace(HOUSE, vat="FR" + "_" * 30, identifier="-" * 14)
    line = "FR" + "_" * 2_000
    assert letterhead.mentions([line], odd) == [line]
