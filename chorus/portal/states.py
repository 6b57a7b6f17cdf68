"""The states of a deposit on the portal, and their consequences.

The portal has two states, of the *flow* (integrated or not) and of the *invoice* (its way at the
public body). Both give one state of the exported document; an unknown state is never taken for a
success.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import re

from ..messages import ChorusError, Message, _
from ..text import normalized

DEPOSITED, IN_PROGRESS, NOT_INTEGRATED = "deposited", "in_progress", "not_integrated"
AVAILABLE, TO_RECYCLE, SUSPENDED = "available", "to_recycle", "suspended"
ACCEPTED, REJECTED, PAID = "accepted", "rejected", "paid"


#: The states of an exported document, in the order in which it usually goes through them.
STATES: dict[str, str] = {
    DEPOSITED: _("Deposited"),
    IN_PROGRESS: _("In Progress"),
    NOT_INTEGRATED: _("Not Integrated"),
    AVAILABLE: _("Available to the Public Body"),
    TO_RECYCLE: _("To Recycle on the Portal"),
    SUSPENDED: _("Suspended"),
    ACCEPTED: _("Accepted"),
    REJECTED: _("Rejected by the Public Body"),
    PAID: _("Being Paid"),
}

#: Codes and labels of the portal, folded, that mean each state. "Rejeté" alone is of a flow or of
#: an invoice, one cannot know which: only the first may be deposited again.
WORDS: dict[str, tuple[str, ...]] = {
    DEPOSITED: ("deposee", "depose", "recu", "recue", "in recu", "integree", "integre")
    + ("in integre",),
    IN_PROGRESS: ("en cours", "en cours d acheminement", "en cours acheminement")
    + ("en cours de traitement", "traitement en cours"),
    NOT_INTEGRATED: ("non integree", "non integre", "in rejete", "in incidente", "flux rejete"),
    AVAILABLE: ("mise a disposition", "mise a disposition du destinataire", "completee"),
    TO_RECYCLE: ("a recycler",),
    SUSPENDED: ("suspendue",),
    ACCEPTED: ("service fait", "mandatee", "comptabilisee", "mise a disposition comptable")
    + ("mise a disposition du comptable",),
    REJECTED: ("rejetee",),
    PAID: ("mise en paiement",),
}

#: The document does not exist in Chorus Pro: it may be deposited again, under the same number.
REOPENED = frozenset({NOT_INTEGRATED})
#: The public body has the document, or had it: it was integrated.
KNOWN_THERE = frozenset({AVAILABLE, TO_RECYCLE, SUSPENDED, ACCEPTED, REJECTED, PAID})
#: It has not reached the public body yet, or not at all.
BEFORE = frozenset({DEPOSITED, IN_PROGRESS, NOT_INTEGRATED})
#: Those that come with a message to explain.
EXPLAINED = frozenset({NOT_INTEGRATED, TO_RECYCLE, SUSPENDED, REJECTED})

_LONGEST = 200  # characters of a header or a state: all known ones have fewer than fifty
_STATE_OF = {word: key for key, words in WORDS.items() for word in words}
_FLOW = re.compile(r"(?:[A-Z0-9]+_)*CPP[0-9]{22}")


def fold(text: str) -> str:
    """Letters and digits alone, in lower case and without accents, in words.

    :param text: a header or a state, such as "N° de flux"
    :return: "" for a text that is too long to be one
    """
    if len(text) > _LONGEST:  # up to a million characters, some of which unfold to eighteen
        return ""
    plain = normalized("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def state_of(text: str | None) -> str | None:
    """The state that the portal's word stands for.

    :param text: code or label, such as "MISE_EN_PAIEMENT" or "Mise en paiement"
    :return: key of ``STATES``; None when it is not known: never guessed
    """
    return _STATE_OF.get(fold(text or ""))


def flow_number(text: str | None) -> str:
    """A flow number as the portal writes it.

    :param text: as typed or pasted; empty for none
    :return: such as "CPP0012600000000000000001", or longer; "" for none
    :raise ChorusError: when it is not one
    """
    number = re.sub(r"\s", "", text or "").upper()
    if number and not _FLOW.fullmatch(number):
        raise ChorusError(
            Message(
                _(
                    "“%(number)s” is not a flow number of Chorus Pro: it ends with CPP and 22 "
                    "digits. Copy it from “Suivi des flux” on the portal."
                ),
                {"number": text},
            )
        )
    return number
