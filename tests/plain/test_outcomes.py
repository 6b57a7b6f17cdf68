"""What becomes of a deposit: the portal's words, and flow numbers."""

import pytest

from chorus.messages import ChorusError
from chorus.portal import states


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("DEPOSEE", "deposited"),
        ("Déposée", "deposited"),
        ("IN_INTEGRE", "deposited"),
        ("EN_COURS_ACHEMINEMENT", "in_progress"),
        ("Mise à disposition du destinataire", "available"),
        ("MISE_A_DISPOSITION", "available"),
        ("À recycler", "to_recycle"),
        ("A_RECYCLER", "to_recycle"),
        ("SUSPENDUE", "suspended"),
        ("COMPLETEE", "available"),
        ("SERVICE_FAIT", "accepted"),
        ("Mandatée", "accepted"),
        ("MISE_A_DISPOSITION_COMPTABLE", "accepted"),
        ("COMPTABILISEE", "accepted"),
        ("MISE_EN_PAIEMENT", "paid"),
        ("Rejetée", "rejected"),
        ("REJETEE", "rejected"),
        ("IN_REJETE", "not_integrated"),
        ("IN_INCIDENTE", "not_integrated"),
        ("Non intégrée", "not_integrated"),
    ],
)
def test_the_portals_words(word, state):
    assert states.state_of(word) == state


@pytest.mark.parametrize(
    # "Rejeté" may be a flow or an invoice: one may be deposited again, the other may not.
    # Of a flow that is partly integrated, nothing is known about one document.
    "word",
    ["", None, "Rejeté", "IN_INTEGRE_PARTIEL", "Brouillon", "Payée ?", "déposé hier"],
)
def test_an_unknown_state_is_not_guessed(word):
    assert states.state_of(word) is None


def test_words_mean_one_thing():
    words = [word for known in states.WORDS.values() for word in known]
    assert states.WORDS.keys() == states.STATES.keys()
    assert len(words) == len(set(words))
    assert words == [states.fold(word) for word in words]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("", ""),
        (None, ""),
        ("CPP" + "1" * 22, "CPP" + "1" * 22),
        (" cpp 001" + "1" * 19 + "\n", "CPP001" + "1" * 19),
        ("FSO1117A_CPP001_CPP" + "0" * 22, "FSO1117A_CPP001_CPP" + "0" * 22),
    ],
)
def test_flow_numbers(typed, number):
    assert states.flow_number(typed) == number


@pytest.mark.parametrize("typed", ["CPP123", "123", "CPP" + "1" * 23, "x" * 30, "CPP" + "١" * 22])
def test_what_is_no_flow_number(typed):
    with pytest.raises(ChorusError, match="not a flow number"):
        states.flow_number(typed)
