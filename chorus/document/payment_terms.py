"""The payment terms (BT-20) of a document: its own, then those of the company."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import NamedTuple

from .. import text
from ..limits import TEXT_LENGTH
from .model import ZERO

#: Words about early payments.
_DISCOUNT = re.compile(r"escompte|(?:paiement|règlement)s? anticipé", re.IGNORECASE)
#: Words that grant no discount.
_NONE = re.compile(r"\b(?:pas|sans|aucune?|ni|nul|néant|non)\b", re.IGNORECASE)
#: Words about late payments, which must stay: they are often in the same sentence.
_LATE = re.compile(r"pénalité|indemnité|intérêt|retard", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=;)\s+|(?<=[.!?])(?<!\bart\.)(?<!\bal\.)\s+(?=[A-ZÀ-Ý«])")
_CLAUSE = re.compile(r",\s+")
_PART = re.compile(r"[.,;:!?]\s+|\s-\s")


class Instalment(NamedTuple):
    """A part of the amount to pay.

    :param due_date: when it is due
    :param amount: in the document's currency
    :param discount_date: until when the discount for early payment is granted, None for none
    :param discounted: amount to pay until then
    """

    due_date: datetime.date
    amount: Decimal
    discount_date: datetime.date | None = None
    discounted: Decimal = ZERO


class Terms(NamedTuple):
    """The terms of a document.

    :param text: BT-20
    :param notes: BT-22, for terms too long for BT-20
    :param contradicted: sentences of the company that the document contradicts: not in the file
    """

    text: str
    notes: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()


def write(
    own: str, instalments: list[Instalment], currency: str, general: list[str], narration: str = ""
) -> Terms:
    """Word the terms of a document.

    Instalments and the early-payment discount have their date and amount. When that
    makes the terms too long, BT-20 says where to look and a note has them: nothing is cut.

    :param own: text of the document's payment term
    :param instalments: all of them, by date
    :param currency: ISO 4217 code
    :param general: the company's terms, a line each
    :param narration: the document's own text, which the company's terms may not contradict
    :return: terms, and notes that are part of them
    """
    special, summary, contradicted = [], "", ()
    said = text.join(own, narration)
    if len(instalments) == 1 and instalments[0].discount_date:
        general, contradicted = _without_discount(general)
    elif _DISCOUNT.search(said):
        # The document's own words hold; the company's say the same when both grant none.
        own_said = " ".join(filter(_DISCOUNT.search, _PART.split(said)))
        general, contradicted = _without_discount(general, bool(_NONE.search(own_said)))
    if len(instalments) > 1:
        title = "Échéances"
        special = [f"{_money(x.amount, currency)} le {_day(x.due_date)}" for x in instalments]
        first, last = instalments[0].due_date, instalments[-1].due_date
        summary = f"{len(instalments)} échéances du {_day(first)} au {_day(last)} : voir les notes"
    elif instalments and instalments[0].discount_date:
        title = "Escompte pour paiement anticipé"
        (item,) = instalments
        special = [
            f"{_money(item.discounted, currency)} au lieu de {_money(item.amount, currency)} pour "
            f"un paiement au plus tard le {_day(item.discount_date)}"
        ]
        summary = f"{title} : voir les notes"
    if not special:
        return Terms(text.join(own, *general), (), contradicted)
    whole = text.join(own, f"{title} : {', '.join(special)}", *general)
    if len(whole) <= TEXT_LENGTH:
        return Terms(whole, (), contradicted)
    notes = tuple(text.split(f"{title} : ", special, TEXT_LENGTH))
    short = text.join(own, summary, *general)
    return Terms(
        short if len(short) <= TEXT_LENGTH else text.join(own, *general), notes, contradicted
    )


def _without_discount(
    general: list[str], is_none_granted: bool = False
) -> tuple[list[str], tuple[str, ...]]:
    """The company's terms without the clauses on early payments, and these clauses.

    :param general: the company's terms
    :param is_none_granted: whether the document grants no discount: sentences that grant none stay
    """
    kept, left_out = [], []
    for line in general:
        pairs = []
        for sentence in _SENTENCE.split(line):
            rest, said = _split_sentence(sentence)
            agrees = is_none_granted and _NONE.search(said)
            pairs.append((sentence, "") if agrees else (rest, said))
        kept.append(" ".join(rest for rest, _said in pairs if rest))
        left_out += (said for _rest, said in pairs if said)
    return kept, tuple(left_out)


def _split_sentence(sentence: str) -> tuple[str, str]:
    """A sentence without its clauses on early payments, and these clauses; "" for none."""
    if not _DISCOUNT.search(sentence):
        return sentence, ""
    if not _LATE.search(sentence):
        return "", sentence
    parts, is_about_early = ([], []), False
    for clause in _CLAUSE.split(sentence.rstrip(".")):
        if _DISCOUNT.search(clause):
            is_about_early = True
        elif _LATE.search(clause):
            is_about_early = False
        parts[is_about_early].append(clause)
    rest, said = (", ".join(clauses) for clauses in parts)
    return f"{rest}." if rest else "", f"{said}."


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:f} {currency}".replace(".", ",")


def _day(value: datetime.date) -> str:
    return f"{value:%d/%m/%Y}"
