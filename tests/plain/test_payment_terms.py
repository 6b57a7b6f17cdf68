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
    # Not even a word of them fits beside the company's terms, which go after them.
    assert write("", instalments(2), "EUR", ["x" * LENGTH])[:2] == (
        "2 échéances du 12/03/2026 au 11/04/2026 : voir les notes - "
        "Autres conditions : voir les notes",
        (*longer.notes, "x" * LENGTH),
    )


SENTENCE = "Tout retard donne lieu à des pénalités au taux de la BCE majoré de dix points. "


@pytest.mark.parametrize("own", ["", "30 jours", "30 jours. " + SENTENCE * 8, SENTENCE * 20])
@pytest.mark.parametrize("count", [1, 3, 100])
@pytest.mark.parametrize("general", [[], ["Indemnité : 40 €."], [SENTENCE * 20, "Fin."]])
def test_long_terms_go_on_in_notes(own, count, general):
    own, general = own.strip(), [line.strip() for line in general]
    terms = write(own, instalments(count), "EUR", general)
    parts = (terms.text, *terms.notes)
    assert max(map(len, parts)) <= LENGTH
    told = " ".join(parts)
    assert told.count(SENTENCE.strip()) == " ".join((own, *general)).count(SENTENCE.strip())
    assert told.count("EUR le ") == (count if count > 1 else 0)
    for line in general[-1:]:
        assert line in told
    if own and len(own) < 900 and len(general) == 2:
        assert terms.text.endswith("Autres conditions : voir les notes")


def test_the_company_s_terms_go_to_a_note_only_if_they_must():
    own = "30 jours"
    free = LENGTH - len(f"{own} - ")
    assert write(own, [], "EUR", ["x" * free]) == (f"{own} - {'x' * free}", (), (), ())
    assert write(own, [], "EUR", ["x" * (free + 1)])[:2] == (
        f"{own} - Autres conditions : voir les notes",
        ("x" * (free + 1),),
    )


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


REFUSED = [
    "Pas d'escompte",
    "Pas d’escompte pour paiement anticipé.",
    "PAS D'ESCOMPTE EN CAS DE PAIEMENT ANTICIPE",
    "Escompte pour paiement anticipé : néant",
    "ESCOMPTE POUR PAIEMENT ANTICIPE : NEANT",
    "Conditions d'escompte : aucune",
    "Escompte : 0 %",
    "Taux d'escompte : 0,00 %",
    "Escompte pour règlement anticipé : 0%.",
    "Escompte : 0 €",
    "Escompte : non",
    "Escompte : sans objet",
    "Escompte non accordé",
    "Prix nets, l'escompte étant exclu",
    "Tout escompte est exclu.",
    "Aucun escompte ne sera accordé en cas de paiement anticipé",
    "En cas de règlement anticipé, aucun escompte",
    "Aucune remise, ristourne ou escompte ne sera accordé.",
    "Aucune remise ne sera consentie pour règlement anticipé",
    "Nous n'accordons pas d'escompte",
    "Il n'est pas prévu d'escompte pour paiement anticipé",
    "L'escompte ne s'applique pas à cette facture",
    "Paiement à 30 jours, net et sans escompte",
    "Sans escompte ; pénalités de retard : 12 %",
    "Remise commerciale de 10 % déduite, pas d'escompte",
    "Pas d'escompte et pénalités de retard au taux de 12 %",
    "Pas d'escompte pour paiement anticipé - Pénalités : 10 % - Indemnité : 40 €",
    "Pas d'escompte (TVA 20 % incluse)",
]
GRANTED = [
    "Escompte de 2 % sous 8 jours",
    "Escompte de 2 % sous 8 jours (non cumulable)",
    "Escompte 1,5% pour paiement sous 8 jours, sans autre condition",
    "2 % d'escompte pour règlement comptant",
    "Escompte : 2 % à 8 jours, au-delà pas d'escompte",
    "Escompte de 0,5 % par mois d'avance",
    "Conditions d'escompte : 3 % sous 7 jours",
    "Escompte pour paiement anticipé : 1 % - Pas de pénalité la première semaine",
    "Escompte de 50 € pour un paiement sous 8 jours",
    "L'escompte n'est accordé que pour un paiement sous 8 jours",
    "En cas de règlement anticipé, une remise de 2 % sera accordée",
    "Un escompte de deux pour cent vous est accordé",
    "Pas de retenue de garantie, escompte de 1 % sous 10 jours",
    "Aucun acompte - escompte 2 % sous 8 jours",
]
SILENT = [
    "Merci de votre commande",
    "Pénalités de retard : 0 %",
    "Paiement anticipé de 30 % reçu le 3 mars",
    "Escompte : voir nos conditions générales de vente",
]


@pytest.mark.parametrize(
    ("said", "is_granted"),
    [
        *((said, False) for said in REFUSED),
        *((said, True) for said in GRANTED),
        *((said, None) for said in SILENT),
    ],
)
def test_the_document_grants_a_discount_or_none(said, is_granted):
    """The company's sentence that says the contrary is left out, and no other."""
    refused, granted = "Pas d'escompte.", "Escompte de 1 % sous 8 jours."
    terms = write("30 jours", [], "EUR", [refused, "Indemnité : 40 €."], said)
    assert terms.contradicted == ((refused,) if is_granted else ())
    terms = write("30 jours", [], "EUR", [granted, "Indemnité : 40 €."], said)
    assert terms.contradicted == (() if is_granted is None else (granted,))
    assert "Indemnité : 40 €." in terms.text


PENALTIES = "Pénalités de retard : taux BCE + 10 points - Indemnité forfaitaire : 40 €"


@pytest.mark.parametrize(
    ("general", "kept", "left_out", "contradicting"),
    [
        (f"Pas d'escompte pour paiement anticipé - {PENALTIES}", PENALTIES, True, False),
        (f"{PENALTIES} – Pas d'escompte pour paiement anticipé", PENALTIES, True, False),
        (
            "Pénalités : 10 % - Pas d'escompte. Indemnité : 40 €.",
            "Pénalités : 10 % - Indemnité : 40 €.",
            True,
            False,
        ),
        ("PAS D'ESCOMPTE - INDEMNITE FORFAITAIRE : 40 EUR", "INDEMNITE FORFAITAIRE : 40 EUR", 1, 0),
        ("Escompte de 1 % sous 8 - 10 jours - Indemnité : 40 €", "Indemnité : 40 €", True, False),
        *(
            (mixed, mixed, False, True)
            for mixed in (
                "Pas d'escompte et pénalités de retard de 10 %, indemnité de 40 €.",
                "En cas de retard de paiement, pas d'escompte et pénalités de 10 %.",
                "En cas de retard de paiement, aucun escompte ne sera accordé.",
                "En cas de retard, pas d'escompte, pénalités de 10 %.",
                "En cas de paiement anticipé ou de retard, aucun escompte n'est accordé.",
                "Pas d'escompte ni d'indemnité hors celle de 40 € due en cas de retard",
            )
        ),
    ],
)
def test_no_penalty_goes_with_the_discount(general, kept, left_out, contradicting):
    """A sentence that cannot be parted stays whole, and is told."""
    for terms in (
        write("30 jours", early(), "EUR", [general]),
        write("30 jours", [], "EUR", [general], "Escompte de 2 % sous 8 jours"),
    ):
        assert terms.text.endswith(f" - {kept}")
        assert bool(terms.contradicted) == bool(left_out)
        assert terms.contradicting == ((general,) if contradicting else ())


@pytest.mark.parametrize("said", REFUSED)
def test_a_refusal_agrees_with_any_other(said):
    general = f"Pas d'escompte pour paiement anticipé - {PENALTIES}"
    terms = write("30 jours", [], "EUR", [general], said)
    assert terms == (f"30 jours - {general}", (), (), ())
