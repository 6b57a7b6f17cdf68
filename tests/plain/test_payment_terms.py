"""The terms of a document, in French and never cut."""

import datetime
from decimal import Decimal

import pytest

from chorus.document.payment_terms import Instalment, write
from chorus.limits import TEXT_LENGTH as LENGTH

GENERAL = ["Pénalités : trois fois le taux légal. Pas d'escompte.", "Indemnité : 40 €."]


def instalments(count):
    first = datetime.date(2026, 3, 12)
    return [
        Instalment(first + datetime.timedelta(30 * rank), Decimal("36.00")) for rank in range(count)
    ]


def test_a_single_due_date_stands_in_its_own_term():
    assert write("30 jours", instalments(1), "EUR", GENERAL).text == (
        "30 jours - Pénalités : trois fois le taux légal. Pas d'escompte. - Indemnité : 40 €."
    )


def test_instalments_are_told_with_date_and_amount():
    terms = write("30/60", instalments(2), "EUR", GENERAL[1:])
    assert terms.text == (
        "30/60 - Échéances : 36,00 EUR le 12/03/2026, 36,00 EUR le 11/04/2026 - Indemnité : 40 €."
    )
    assert not terms.notes


def test_instalments_that_do_not_fit_stand_in_notes():
    several = instalments(100)
    terms = write("Cent fois", several, "EUR", GENERAL)
    assert "100 échéances du 12/03/2026 au 29/04/2034 : voir les notes" in terms.text
    assert "Pas d'escompte." in terms.text
    assert max(map(len, (terms.text, *terms.notes))) <= LENGTH
    assert len(terms.notes) > 1
    for item in several:
        assert any(f"36,00 EUR le {item.due_date:%d/%m/%Y}" in note for note in terms.notes)


def test_terms_that_just_fit():
    free = LENGTH - len(write("", instalments(2), "EUR", ["x"]).text)
    assert not write("", instalments(2), "EUR", ["x" * (free + 1)]).notes
    longer = write("", instalments(2), "EUR", ["x" * (free + 2)])
    assert longer.text.startswith("2 échéances du 12/03/2026")
    assert longer.notes == ("Échéances : 36,00 EUR le 12/03/2026, 36,00 EUR le 11/04/2026",)
    # Not even a word of them fits: the notes have them all the same.
    assert write("", instalments(2), "EUR", ["x" * LENGTH]).text == "x" * LENGTH


def early():
    return [
        Instalment(
            datetime.date(2026, 4, 1),
            Decimal("1200.00"),
            datetime.date(2026, 3, 9),
            Decimal("1164.00"),
        )
    ]


def test_the_discount_is_told_and_nothing_contradicts_it():
    terms = write("3 %, 7 jours", early(), "EUR", GENERAL)
    assert terms.text == (
        "3 %, 7 jours - Escompte pour paiement anticipé : 1164,00 EUR au lieu de 1200,00 EUR pour "
        "un paiement au plus tard le 09/03/2026 - Pénalités : trois fois le taux légal. - "
        "Indemnité : 40 €."
    )
    assert terms.contradicted == ("Pas d'escompte.",)
    assert write("", early(), "EUR", GENERAL[1:]).contradicted == ()


@pytest.mark.parametrize(
    ("general", "kept", "left_out"),
    [
        (
            "Pas d'escompte, pénalités de retard : taux BCE + 10 points, indemnité forfaitaire "
            "de 40 € (art. L441-10).",
            "pénalités de retard : taux BCE + 10 points, indemnité forfaitaire de 40 € "
            "(art. L441-10).",
            "Pas d'escompte.",
        ),
        (
            "Pénalités : 10,5 %, indemnité : 40 €, aucun escompte pour paiement anticipé.",
            "Pénalités : 10,5 %, indemnité : 40 €.",
            "aucun escompte pour paiement anticipé.",
        ),
        (
            "Escompte de 2 %, si le paiement est fait sous 8 jours. Art. D441-5 : 40 €.",
            "Art. D441-5 : 40 €.",
            "Escompte de 2 %, si le paiement est fait sous 8 jours.",
        ),
        ("Selon l'art. L441-10 : 12 %.", "Selon l'art. L441-10 : 12 %.", None),
    ],
)
def test_what_must_be_said_of_late_payments_stays(general, kept, left_out):
    """Its law wants it on each invoice, whatever the sentence says besides."""
    terms = write("", early(), "EUR", [general])
    assert terms.text.endswith(f"09/03/2026 - {kept}")
    assert terms.contradicted == ((left_out,) if left_out else ())


def test_a_discount_that_does_not_fit_stands_in_a_note():
    terms = write("", early(), "EUR", ["x" * 950])
    assert terms.text == "Escompte pour paiement anticipé : voir les notes - " + "x" * 950
    assert "1164,00 EUR au lieu de 1200,00 EUR" in terms.notes[0]


@pytest.mark.parametrize(
    ("own", "general", "kept"),
    [
        ("À réception, sans escompte", "Escompte de 1 % sous 8 jours. Indemnité : 40 €.", False),
        ("Escompte de 2 % sous 5 jours", "Pas d'escompte. Indemnité : 40 €.", False),
        ("À réception, sans escompte", "Pas d'escompte. Indemnité : 40 €.", True),
        ("30 jours", "Escompte de 1 % sous 8 jours. Indemnité : 40 €.", True),
    ],
)
def test_the_text_of_the_term_is_not_contradicted(own, general, kept):
    """A payment term says in words what Odoo has no discount for."""
    said = general.partition(" Indemnité")[0]
    terms = write(own, [], "EUR", [general])
    assert terms.text == f"{own} - {general if kept else 'Indemnité : 40 €.'}"
    assert terms.contradicted == (() if kept else (said,))
    assert write("", [], "EUR", [general], own).contradicted == terms.contradicted
