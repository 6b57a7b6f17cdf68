"""Messages are translated when they are read, and survive their storage as JSON."""

import datetime
import json
from decimal import Decimal

from chorus.messages import ChorusError, Message, _

FRENCH = {"Hello %(who)s": "Bonjour %(who)s", "invoice %(number)s": "facture %(number)s"}
NESTED = Message("Hello %(who)s", {"who": Message("invoice %(number)s", {"number": "F1"})})


def test_the_mark_gives_the_literal_itself():
    """A mark that changed the literal would lose its translation."""
    assert _("Hello %(who)s") == "Hello %(who)s"


def test_a_message_within_a_message_is_translated_too():
    """Otherwise a French sentence would name an English document."""
    assert NESTED.render() == "Hello invoice F1"
    assert NESTED.render(FRENCH.__getitem__) == "Bonjour facture F1"


def test_values_are_not_taken_for_placeholders():
    """A % that a user typed must neither fail nor be filled in."""
    message = Message("100 %% of %(what)s", {"what": "50 % %(what)s %s %%"})
    assert message.render() == "100 % of 50 % %(what)s %s %%"


def test_no_placeholder_has_a_width():
    """Stored anomalies can be forged: one sentence must not fill the memory."""
    for source in ("%(a)300000000s", "%(a)d", "%(a)", "%s", "%", "%(b)s", "%%(a)s"):
        message = Message.from_dict({"source": source, "params": {"a": "x"}})
        assert message.render() == source.replace("%%", "%")
    assert Message("%(a)s%(a)s", {"a": "%(a)300000000s"}).render() == "%(a)300000000s" * 2


def test_json_keeps_the_message():
    """Stored anomalies must read as they did on the day, dates and amounts included."""
    message = Message(
        "%(date)s %(amount)s %(count)s %(inner)s",
        {
            "date": datetime.date(2026, 3, 1),
            "amount": Decimal("1.50"),
            "count": 3,
            "inner": NESTED,
        },
    )
    stored = json.loads(json.dumps(message.to_dict()))
    again = Message.from_dict(stored)
    assert again.render() == message.render() == "2026-03-01 1.50 3 Hello invoice F1"
    assert again.params["inner"] == NESTED
    assert again.to_dict() == stored


def test_an_error_shows_its_sentence():
    """A log that shows the bare exception must still say what is wrong."""
    error = ChorusError(NESTED)
    assert str(error) == "Hello invoice F1"
    assert error.message is NESTED


def test_a_quoted_text_does_not_turn_the_sentence_round():
    """A mark of direction in a name would have the cure read backwards."""
    message = Message(_("Correct “%(name)s”."), {"name": "Commune de \u202eX\u2066 \u200f"})
    assert message.render() == "Correct “Commune de X ”."
