"""The payment terms (BT-20) of a document: its own, then those of the company."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import NamedTuple

from .. import text
from ..limits import TEXT_LENGTH
from .model import ZERO

# Terms are typed with and without accents, in capitals mostly without.
#: Words about early payments.
_DISCOUNT = re.compile(
    r"escompte|(?:paiement|r[èe]glement)s? anticip[ée]",
    re.IGNORECASE,
)
#: Words for a reduction of the price, for an early payment or for another reason.
_REDUCTION = re.compile(r"escompte|remise|ristourne|rabais|r[ée]duction", re.IGNORECASE)
_ESCOMPTE = re.compile("escompte", re.IGNORECASE)
_NO = r"pas|sans|aucune?s?|ni|nul|n[ée]ant|z[ée]ro|exclu(?:e?s?|re|t)|refus[ée]e?s?|supprim[ée]e?s?"
_PERCENTAGE = r"(?<![\d.,])(?!0+(?:[.,]0+)?\s*%)\d+(?:[.,]\d+)?\s*%"
#: A percentage above 0 near such a word. Users type these texts: the distance is bounded.
_GRANTED = re.compile(
    rf"(?<!pas d['’])(?<!pas l['’])(?<!sans )(?<!aucun )(?<!aucune )(?<!ni )(?<!ni d['’])"
    rf"(?:{_REDUCTION.pattern})(?:(?!\b(?:{_NO}|non [acp])\b)[^;]){{0,60}}?{_PERCENTAGE}"
    rf"|{_PERCENTAGE}\s*(?:d['’]|de )(?:{_REDUCTION.pattern})",
    re.IGNORECASE,
)
#: Words that grant none. A discount that is “non cumulable” is granted, and so is one that
#: “n'est accordé que” for some payments.
_NONE = re.compile(
    rf"\b(?:{_NO})\b"
    r"|\bnon (?:accord|admis|appli|autoris|consenti|pratiqu|pr[ée]vu|retenu|soumis)"
    r"|:\s*(?:non\b|n/a\b)|(?<![\d.,])0+(?:[.,]0+)?\s*(?:%|€|eur)"
    r"|\b(?:ne\b|n['’])(?![^;]{0,100}\bqu(?:e\b|['’]))",
    re.IGNORECASE,
)
#: Words that lead to terms that stand elsewhere.
_ELSEWHERE = re.compile(
    r"\b(?:voir|selon|cf|conform[ée]ment|conditions g[ée]n[ée]rales|cgv)\b", re.IGNORECASE
)
#: Words about late payments.
_LATE = re.compile(r"p[ée]nalit[ée]|indemnit[ée]|int[ée]r[êe]t|retard", re.IGNORECASE)
#: Words for the sum owed for a late payment: a clause without them only begins a sentence.
_OWED = re.compile(r"p[ée]nalit[ée]|indemnit[ée]|int[ée]r[êe]t", re.IGNORECASE)
#: A dash ends a sentence unless it stands between two numbers.
_DASH = r"(?<!\d)\s[-–—]\s|\s[-–—]\s(?!\d)"
_BORDER = re.compile(rf"({_DASH}|(?<=;)\s+|(?<=[.!?])(?<!\bart\.)(?<!\bal\.)\s+(?=[A-ZÀ-Ý«]))")
_CLAUSE = re.compile(r",\s+")
#: No part ends at a colon: “Escompte : néant” is one.
_PART = re.compile(
    rf"[.;!?]\s+|{_DASH}|\set\s(?=[^.,;]{{0,100}}(?:{_LATE.pattern}))", re.IGNORECASE
)

#: Leads to the company's terms in the notes, when they are too long to stand in BT-20.
_MORE = "Autres conditions : voir les notes"


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
    :param contradicting: those that are in the file, as they also speak of late payments
    """

    text: str
    notes: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()


def write(
    own: str, instalments: list[Instalment], currency: str, general: list[str], narration: str = ""
) -> Terms:
    """Word the terms of a document.

    Instalments and the early-payment discount have their date and amount. When that
    makes the terms too long, BT-20 says where to look and a note has them, and so it is with the
    company's terms: nothing is cut.

    :param own: text of the document's payment term
    :param instalments: all of them, by date
    :param currency: ISO 4217 code
    :param general: the company's terms, a line each
    :param narration: the document's own text, which the company's terms may not contradict
    :return: terms, and notes that are part of them
    """
    special, title, summary, contradicted, contradicting = [], "", "", (), ()
    is_granted = len(instalments) == 1 and bool(instalments[0].discount_date) or None
    if is_granted is None:
        # The document's own words hold; the company's say the same when both grant none.
        is_granted = _grants(text.join(own, narration))
    if is_granted is not None:
        general, contradicted, contradicting = _without_discount(general, is_granted)
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
    terms, notes = _fit(own, title, special, summary, general)
    return Terms(terms, tuple(notes), contradicted, contradicting)


def _fit(
    own: str, title: str, special: list[str], summary: str, general: list[str]
) -> tuple[str, list[str]]:
    """BT-20, and notes with the text that is too long for it.

    :param own: text of the document's payment term
    :param title: of the instalments, or of the discount
    :param special: each of them
    :param summary: of them
    :param general: the company's terms
    """
    terms = text.join(own, f"{title} : {', '.join(special)}" if special else "", *general)
    notes = []
    if len(terms) > TEXT_LENGTH and special:
        notes = text.split(f"{title} : ", special, TEXT_LENGTH)
        terms = text.join(own, summary, *general)
    short = text.join(own, summary)
    if len(terms) > TEXT_LENGTH and short:
        notes += text.spread(text.note(*general), TEXT_LENGTH)
        terms = text.join(short, _MORE)
    if len(terms) > TEXT_LENGTH:
        terms, *more = text.spread(text.note(short or terms), TEXT_LENGTH)
        notes = [*more, *notes]
    return terms, notes


def _grants(said: str) -> bool | None:
    """Whether a text grants a discount for early payment; None when it does not say."""
    clauses = []
    for part in _PART.split(said):
        if _DISCOUNT.search(part) and _REDUCTION.search(part):
            # Another reduction beside the discount has its own percentage, and so has a penalty.
            subject = _ESCOMPTE if _ESCOMPTE.search(part) else _REDUCTION
            clauses += (
                clause
                for clause in _CLAUSE.split(part)
                if subject.search(clause) and not _LATE.search(clause)
            )
    said = "; ".join(clauses)
    if not said:
        return None
    if _GRANTED.search(said):
        return True
    if _NONE.search(said):
        return False
    return None if _ELSEWHERE.search(said) else True


def _without_discount(
    general: list[str], is_granted: bool
) -> tuple[list[str], tuple[str, ...], tuple[str, ...]]:
    """The company's terms without the clauses on early payments.

    :param general: the company's terms
    :param is_granted: whether the document grants a discount: if not, sentences that grant none
        stay
    :return: the terms; the clauses that are left out; sentences that stay although they contradict
    """
    kept, left_out, mixed = [], [], []
    for line in general:
        # Sentences and, between them, their separators.
        pieces = _BORDER.split(line)
        line, border = "", ""
        for sentence, next_border in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            rest, said = _split_sentence(sentence)
            if said and not is_granted and _grants(said) is False:
                rest, said = sentence, ""
            if said:
                (mixed if rest == sentence else left_out).append(said)
            if rest:
                line += f"{border if line else ''}{rest}"
                border = next_border
        kept.append(line)
    return kept, tuple(left_out), tuple(mixed)


def _split_sentence(sentence: str) -> tuple[str, str]:
    """A sentence without its clauses on early payments, and these clauses; "" for none.

    The law wants the penalties for late payment on each invoice: a sentence that mixes both stays
    whole.
    """
    if not _DISCOUNT.search(sentence):
        return sentence, ""
    if not _LATE.search(sentence):
        return "", sentence
    bare = sentence.rstrip(".")
    parts, is_about_early, turns = ([], []), None, 0
    for clause in _CLAUSE.split(bare):
        is_early, is_late = bool(_DISCOUNT.search(clause)), bool(_LATE.search(clause))
        if is_early and is_late:
            return sentence, sentence
        if (is_early or is_late) and is_early is not is_about_early:
            turns += is_about_early is not None
            is_about_early = is_early
        parts[bool(is_about_early)].append(clause)
    rest, said = (", ".join(clauses) for clauses in parts)
    if turns > 1 or not _OWED.search(rest):
        return sentence, sentence
    end = sentence[len(bare) :]
    return f"{rest}{end}", f"{said}{end}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:f} {currency}".replace(".", ",")


def _day(value: datetime.date) -> str:
    return f"{value:%d/%m/%Y}"
