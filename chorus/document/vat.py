"""Why no VAT is charged, as French law words it."""

from __future__ import annotations

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

#: Reason by VATEX code, for the codes that a French supplier meets most.
REASONS_BY_CODE = {
    "VATEX-FR-FRANCHISE": "TVA non applicable, article 293 B du CGI",
    "VATEX-FR-CNWVAT": "Avoir net de taxe, article 272 du CGI",
    "VATEX-FR-AE": "Autoliquidation, article 283-2 du CGI",
    "VATEX-EU-AE": "Autoliquidation, article 283-2 du CGI",
    "VATEX-EU-IC": "Exonération de TVA, article 262 ter, I du CGI",
    "VATEX-EU-G": "Exonération de TVA, article 262, I du CGI",
    "VATEX-EU-O": "Opération hors du champ d'application de la TVA",
}
#: Overseas departments: French public bodies with a SIRET. Goods sent there from the mainland are
#: exempt as exports are, and GF and YT have no VAT at all (article 294 of the CGI).
OVERSEAS = frozenset({"GP", "MQ", "RE", "GF", "YT"})
WITHOUT_VAT = frozenset({"GF", "YT"})
OVERSEAS_REASON = "Exonération de TVA, article 294 du CGI"
_AND = " ; "  # between the reasons of one breakdown
#: A cash discount is no part of what VAT is due on.
DISCOUNT_REASON = "Escompte de caisse hors base d'imposition, article 267, II du CGI"


def exemption(category: str, code: str = "", country: str = "") -> tuple[str, str]:
    """The reason why a category charges no VAT.

    :param category: BT-118
    :param code: VATEX code that the tax carries, "" for none
    :param country: of the customer
    :return: reason (BT-120) and code (BT-121); "" where French law leaves the choice to the user
    """
    if category == "G" and country in OVERSEAS and code in ("", "VATEX-EU-G"):
        return OVERSEAS_REASON, "VATEX-EU-G"
    if code in REASONS_BY_CODE:
        return REASONS_BY_CODE[code], code
    if code.startswith("VATEX-FR-CGI"):
        article = code.removeprefix("VATEX-FR-CGI").replace("-", ", ")
        return f"Exonération de TVA, article {article} du CGI", code
    if code:
        return "", code
    if category == "E" and country in WITHOUT_VAT:
        return OVERSEAS_REASON, ""
    return REASONS.get(category, ("", ""))


def merge(first: Tax, other: Tax) -> Tax:
    """What one VAT breakdown says of two taxes of the same category and rate.

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
