"""Mentions in the head and the foot of the page that are not data of the supplier."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .model import SCHEME_SIRET, Party

#: Labels of a number or an address that the file has in a term of its own.
_LABELS = frozenset(
    "siret siren tva vat tax id n no numéro identifiant intracommunautaire intracom tél tel "
    "téléphone phone e mail email mél courriel site web internet http https www".split()
)


def mentions(lines: Iterable[str], seller: Party, *others: str) -> list[str]:
    """The lines of a text of the page that say more than the data of the supplier.

    :param lines: each on one line
    :param seller: the supplier: its name, address and numbers stand in the file (BG-4 to BG-6)
    :param others: other texts to leave out: the name of the country, the website
    :return: those that stay, whole
    """
    siret = seller.identifier if seller.scheme == SCHEME_SIRET else ""
    phone = "".join(re.findall(r"\d", seller.phone))
    numbers = {seller.identifier, siret[:9], seller.vat, phone[-9:] and f"0{phone[-9:]}"}
    # A mark in a number would also stand between two of its characters: hours of tries.
    numbers = {re.sub(r"[\W_]", "", number) for number in numbers} - {""}
    # The longest first: a SIREN begins the SIRET.
    patterns = [
        r"(?<!\w)" + r"[\W_]*".join(map(re.escape, number)) + r"(?!\w)"
        for number in sorted(numbers, key=len, reverse=True)
    ]
    known = set(_LABELS)
    for value in (
        *(seller.name, seller.street, seller.street2, seller.zip, seller.city),
        *(seller.subdivision, seller.country, seller.phone, seller.email, *others),
    ):
        known |= _words(value)
    found = []
    for line in lines:
        bare = line
        for pattern in patterns:
            bare = re.sub(pattern, " ", bare, flags=re.IGNORECASE)
        if not _words(bare) <= known:
            found.append(line)
    return found


def _words(value: str) -> set[str]:
    return set(re.findall(r"\w+", value.casefold()))
