"""Why no VAT is charged, as French law words it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from .model import Tax

#: Reason (BT-120) and VATEX code (BT-121) by category, when the tax says nothing itself.
REASONS = {
    "K": ("Exonération de TVA, article 262 ter, I du CGI", "VATEX-EU-IC"),
    "G": ("Exonération de TVA, article 262, I du CGI", "VATEX-EU-G"),
    "AE": ("Autoliquidation, article 283-2 du CGI", "VATEX-EU-AE"),
    "O": ("Opération hors du champ d'application de la TVA", "VATEX-EU-O"),
}

_DIRECTIVE = "de la directive 2006/112/CE"
_MARGIN = "article 297 A du CGI"

#: Reason by VATEX code, where no article alone says it. Margin schemes bear the mention of article
#: 242 nonies A, I of annex II to the CGI.
REASONS_BY_CODE = {
    "VATEX-FR-FRANCHISE": "TVA non applicable, article 293 B du CGI",
    "VATEX-FR-CNWVAT": "Avoir net de taxe, article 272 du CGI",
    "VATEX-FR-AE": "Autoliquidation, article 283-2 du CGI",
    "VATEX-EU-AE": "Autoliquidation, article 283-2 du CGI",
    "VATEX-EU-IC": "Exonération de TVA, article 262 ter, I du CGI",
    "VATEX-EU-G": "Exonération de TVA, article 262, I du CGI",
    "VATEX-EU-O": "Opération hors du champ d'application de la TVA",
    "VATEX-EU-79-C": (
        "Débours : frais avancés au nom et pour le compte du client, hors base d'imposition, "
        "article 267, II, 2° du CGI"
    ),
    "VATEX-EU-D": f"Régime particulier - Biens d'occasion (moyens de transport), {_MARGIN}",
    "VATEX-EU-F": f"Régime particulier - Biens d'occasion, {_MARGIN}",
    "VATEX-EU-I": f"Régime particulier - Objets d'art, {_MARGIN}",
    "VATEX-EU-J": f"Régime particulier - Objets de collection et d'antiquité, {_MARGIN}",
    "VATEX-EU-309": "Régime particulier - Agences de voyages, article 262 bis du CGI",
    "VATEX-EU-144": f"Service lié à une importation, exonéré de TVA, article 144 {_DIRECTIVE}",
    "VATEX-EU-153": f"Entremise dans une opération exonérée de TVA, article 153 {_DIRECTIVE}",
    "VATEX-EU-159": (
        f"Service portant sur des biens sous un régime suspensif de TVA, article 159 {_DIRECTIVE}"
    ),
    "VATEX-FR-298SEXDECIESA": (
        "Or d'investissement exonéré de TVA, article 298 sexdecies A du CGI"
    ),
    "VATEX-FR-CGI275": "Opération en franchise de TVA, article 275 du CGI",
    "VATEX-FR-CGI277A": "Opération en suspension de TVA, article 277 A du CGI",
}
#: Codes of the directive name an article, a paragraph and a point: VATEX-EU-132-1A.
_EU_CODE = re.compile(r"VATEX-EU-(\d+)(?:-(\d+))?-?([A-Z]*)")
#: Those of the CGI an article, a letter, a paragraph and a rank: VATEX-FR-CGI261D-1BIS.
_FR_CODE = re.compile(r"VATEX-FR-CGI(\d+)([A-Z]?)(?:-(\d+)(BIS)?)?")
#: Overseas departments: French public bodies with a SIRET. Goods sent there from the mainland are
#: exempt as exports are, and GF and YT have no VAT at all (article 294 of the CGI).
OVERSEAS = frozenset({"GP", "MQ", "RE", "GF", "YT"})
WITHOUT_VAT = frozenset({"GF", "YT"})
#: Where French VAT is the law.
FRENCH = OVERSEAS | {"FR", "MC"}
OVERSEAS_REASON = "Exonération de TVA, article 294 du CGI"
#: Nature of the operation that the law wants on an invoice, by scope of its taxes (CGI, annexe II,
#: article 242 nonies A, I, 18°).
OPERATIONS = {"consu": "livraison de biens", "service": "prestation de services"}
#: Names of a tax that is VAT, and of one that is not.
_VAT = re.compile(r"\b(?:T\.?V\.?A|VAT)\b|valeur ajoutée", re.IGNORECASE)
_WITHOUT_VAT = re.compile(r"\b(?:hors|sans|excluding|without)\s+(?:T\.?V\.?A|VAT)\b", re.IGNORECASE)
#: Words that say nothing but how a rate is charged.
_WORDS_OF_RATES = frozenset(
    "g s m b inc incl included excl ht ttc ex exo goods service services biens marchandises ventes "
    "vente prestations sales débits encaissements taux normal réduit intermédiaire super collectée "
    "immo carburant copy copie".split()
)
#: Accounts of the State that have no VAT: other taxes (44x), taxes assimilated to VAT.
_STATE, _VAT_ACCOUNTS = "44", "445"
_ASSIMILATED = ("44558", "44568", "44578")
#: Boxes of the VAT return that are no VAT: excise duties and assimilated taxes.
_OTHER_BOXES = re.compile(r"TIC|[XZ]\d|29$")
_AND = " ; "  # between the reasons of one breakdown
#: VAT is not due on a cash discount.
DISCOUNT_REASON = "Escompte de caisse hors base d'imposition, article 267, II du CGI"


def exemption(category: str, code: str = "", country: str = "") -> tuple[str, str]:
    """The reason why a category charges no VAT.

    :param category: BT-118
    :param code: VATEX code that the tax carries, "" for none
    :param country: of the customer
    :return: reason (BT-120) and code (BT-121); "" where French law leaves the choice to the user;
        each code of the European list has a reason, in French
    """
    if category == "G" and country in OVERSEAS and code in ("", "VATEX-EU-G"):
        return OVERSEAS_REASON, "VATEX-EU-G"
    if code in REASONS_BY_CODE:
        return REASONS_BY_CODE[code], code
    if code:
        return _name_article(code), code
    if category == "E" and country in WITHOUT_VAT:
        return OVERSEAS_REASON, ""
    return REASONS.get(category, ("", ""))


def _name_article(code: str) -> str:
    """The article that a VATEX code stands for, "" for a code that is none."""
    if found := _FR_CODE.fullmatch(code):
        number, letter, paragraph, rank = found.groups()
        article = f"{number} {letter}".rstrip()
        if paragraph:
            # "261, 4" is a paragraph, "261 C, 1°" a point of the article.
            article += f", {paragraph}" + ("°" if letter else "") + (" bis" if rank else "")
        return f"Exonération de TVA, article {article} du CGI"
    if found := _EU_CODE.fullmatch(code):
        number, paragraph, point = found.groups()
        parts = [number, *filter(None, (paragraph, point and f"point {point.lower()}"))]
        return f"Exonération de TVA, article {', '.join(parts)}, {_DIRECTIVE}"
    return ""


def operations(scopes: Iterable[str]) -> str:
    """The nature of the operation.

    :param scopes: keys of :data:`OPERATIONS`
    :return: "" when no tax has a scope
    """
    return " et ".join(words for scope, words in OPERATIONS.items() if scope in set(scopes))


def rates_of(label: str) -> frozenset[Decimal]:
    """The percentages that a label names.

    :param label: such as “TVA 5,5 %”
    """
    found = re.findall(r"(\d{1,3}(?:[.,]\d{1,4})?)\s*%", label)
    return frozenset(Decimal(rate.replace(",", ".")) for rate in found)


def is_known(
    name: str, labels: Iterable[str], accounts: Iterable[str] = (), boxes: Iterable[str] = ()
) -> bool:
    """Whether the names, accounts or boxes of a tax in percent say that it is VAT.

    :param name: of the tax
    :param labels: its other names: on invoices, and of its group when that has its rate
    :param accounts: numbers of the accounts that it is booked on
    :param boxes: of the VAT return that it fills
    """
    if any(_VAT.search(_WITHOUT_VAT.sub("", text)) for text in (name, *labels)):
        return True
    if all(word in _WORDS_OF_RATES for word in re.findall(r"[^\W\d_]+", name.lower())):
        return True
    if any(number.startswith(_VAT_ACCOUNTS) for number in accounts if not _is_other(number)):
        return True
    return any(not _OTHER_BOXES.match(box.lstrip("+-")) for box in boxes)


def find_other_account(accounts: Iterable[str]) -> str:
    """The account of another tax on which one is booked, by the French chart of accounts.

    :param accounts: numbers of accounts
    :return: its number, "" for none
    """
    return next(filter(_is_other, accounts), "")


def _is_other(number: str) -> bool:
    is_vat = number.startswith(_VAT_ACCOUNTS) and not number.startswith(_ASSIMILATED)
    return number.startswith(_STATE) and not is_vat


def merge(first: Tax, other: Tax) -> Tax:
    """One VAT treatment for two taxes of the same category and rate.

    :param first: the tax whose record is kept
    :param other: a tax of the same key
    :return: with the reasons of both, and a code only when it is that of both
    """
    if other.reason == first.reason and other.reason_code == first.reason_code:
        return first
    reasons = dict.fromkeys((*first.reason.split(_AND), other.reason))
    code = first.reason_code if first.reason_code == other.reason_code else ""
    return replace(first, reason=_AND.join(filter(None, reasons)), reason_code=code)


def accounting_note(amount: Decimal, currency: str) -> str:
    """The VAT of a document in another currency, in that of the accounts (CGI: in euros).

    :param amount: as posted, positive for a credit note too
    :param currency: ISO 4217 code of the accounts
    :return: a note (BT-22)
    """
    return f"Montant de la TVA : {amount} {currency}".replace(".", ",")
