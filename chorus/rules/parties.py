"""Who invoices whom: addresses and identifiers."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from collections.abc import Iterator

from stdnum.fr import siren, siret

from ..document import SCHEME_SIRET, Document, Party
from ..messages import _
from .base import Finding, Settings, at, rule

NAME_LENGTH = 99
ADDRESS_LENGTH = 400


@rule("billing_country_missing", term="BT-55", source="original; EN 16931 BR-11")
def billing_country(document: Document, settings: Settings) -> Iterator[Finding]:
    """The billing address has a country."""
    if not document.buyer.country:
        yield (
            at(document.buyer.origin, "country_id"),
            _(
                "The country is missing in the billing address “%(address)s” of %(document)s. "
                "Fill in the country of this address."
            ),
            {"address": document.buyer.origin.label},
        )


@rule("delivery_country_missing", term="BT-80", source="original; EN 16931 BR-57")
def delivery_country(document: Document, settings: Settings) -> Iterator[Finding]:
    """The delivery address has a country."""
    if document.delivery and not document.delivery.country:
        yield (
            at(document.delivery.origin, "country_id"),
            _(
                "The country is missing in the delivery address “%(address)s” of %(document)s. "
                "Fill in the country of this address."
            ),
            {"address": document.delivery.origin.label},
        )


@rule("billing_siret_missing", term="BT-47", source="original; DSE")
def billing_siret_missing(document: Document, settings: Settings) -> Iterator[Finding]:
    """The billing address has a SIRET."""
    if not document.buyer.identifier:
        yield (
            at(document.buyer.origin, "l10n_fr_chorus_siret"),
            _(
                "The SIRET is missing in the billing address “%(address)s” of %(document)s. Enter "
                "the 14 digits of the public body's SIRET on this address."
            ),
            {"address": document.buyer.origin.label},
        )


@rule("delivery_siret_missing", term="BT-71", source="original")
def delivery_siret_missing(document: Document, settings: Settings) -> Iterator[Finding]:
    """The delivery address has a SIRET."""
    if document.delivery and not document.delivery.identifier:
        yield (
            at(document.delivery.origin, "l10n_fr_chorus_siret"),
            _(
                "The SIRET is missing in the delivery address “%(address)s” of %(document)s. Enter "
                "the site's own SIRET on this address, or press “Copy the company's” there."
            ),
            {"address": document.delivery.origin.label},
        )


@rule("billing_siret_invalid", term="BT-47", source="DSE; key of 9 and of 14 digits")
def billing_siret_invalid(document: Document, settings: Settings) -> Iterator[Finding]:
    """The billing address's SIRET has 14 digits and the right key."""
    yield from _siret_faults(document.buyer)


@rule("delivery_siret_invalid", term="BT-71", source="DSE; key of 9 and of 14 digits")
def delivery_siret_invalid(document: Document, settings: Settings) -> Iterator[Finding]:
    """The delivery address's SIRET has 14 digits and the right key."""
    if document.delivery:
        yield from _siret_faults(document.delivery)


@rule("seller_siret", term="BT-30", source="DSE: both parties carry theirs")
def seller_siret(document: Document, settings: Settings) -> Iterator[Finding]:
    """The company has a SIRET, with 14 digits and the right key."""
    if document.seller.identifier:
        yield from _siret_faults(document.seller)
    else:
        yield (
            at(document.seller.origin, "company_registry"),
            _(
                "The SIRET of your company “%(address)s” is missing: Chorus Pro would refuse "
                "%(document)s. Enter its 14 digits in the company's contact."
            ),
            {"address": document.seller.origin.label},
        )


def _siret_faults(party: Party) -> Iterator[Finding]:
    """At most one fault of a number that is there, by its cause."""
    number = party.identifier
    if not number or party.scheme != SCHEME_SIRET:
        return
    # The number goes out as it stands, and stdnum forgives spaces and full-width digits.
    digits = number.isascii() and number.isdigit()
    if digits and siret.is_valid(number):
        return
    if not digits:
        source = _(
            "“%(siret)s”, in the address “%(address)s” of %(document)s, is not a SIRET: only "
            "digits are allowed. Enter the 14 digits of the SIRET."
        )
    elif len(number) == 9 and siren.is_valid(number):
        source = _(
            "“%(siret)s”, in the address “%(address)s” of %(document)s, is a SIREN: Chorus Pro "
            "wants the 14 digits of the establishment's SIRET. Add its last five digits."
        )
    elif len(number) != 14:
        source = _(
            "The SIRET “%(siret)s”, in the address “%(address)s” of %(document)s, has %(length)s "
            "digits instead of 14. Correct it."
        )
    else:
        source = _(
            "The key of the SIRET “%(siret)s”, in the address “%(address)s” of %(document)s, is "
            "wrong: a digit was mistyped. Check the number on an official document."
        )
    label = party.origin.label
    yield (
        at(party.origin, "l10n_fr_chorus_siret"),
        source,
        {"siret": number, "address": label, "length": len(number)},
    )


@rule("seller_country_missing", term="BT-40", source="EN 16931 BR-09")
def seller_country(document: Document, settings: Settings) -> Iterator[Finding]:
    """The company's address has a country."""
    if not document.seller.country:
        yield (
            at(document.seller.origin, "country_id"),
            _(
                "The country of your company “%(address)s” is missing: Chorus Pro would refuse "
                "%(document)s. Fill in the country in the company's contact."
            ),
            {"address": document.seller.origin.label},
        )


@rule(
    "seller_vat_missing",
    term="BT-31",
    source="EN 16931 BR-S-02, BR-E-02, BR-AE-02, BR-IC-02",
)
def seller_vat(document: Document, settings: Settings) -> Iterator[Finding]:
    """The company has a VAT number when the invoice bears VAT or exempts from it."""
    if not document.seller.vat and any(item.tax.category not in ("", "O") for item in document.vat):
        yield (
            at(document.seller.origin, "vat"),
            _(
                "The VAT number of your company “%(address)s” is missing, and %(document)s needs "
                "it. Enter it in the company's contact."
            ),
            {"address": document.seller.origin.label},
        )


@rule("buyer_is_seller", term="BT-47", source="DSE")
def buyer_is_seller(document: Document, settings: Settings) -> Iterator[Finding]:
    """The customer is not the company itself."""
    if document.buyer.identifier and document.buyer.identifier == document.seller.identifier:
        yield (
            at(document.buyer.origin, "l10n_fr_chorus_siret"),
            _(
                "The billing address “%(address)s” of %(document)s carries your own company's "
                "SIRET. Enter the public body's."
            ),
            {"address": document.buyer.origin.label},
        )


@rule("name_length", term="BT-27, BT-44, BT-70", source="Chorus: names ≤ 99")
def name_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """Each party has a name, of at most 99 characters."""
    for party in filter(None, (document.seller, document.buyer, document.delivery)):
        if not party.name:
            yield (
                at(party.origin, "name"),
                _("An address of %(document)s has no name. Give it one."),
                {},
            )
        elif len(party.name) > NAME_LENGTH:
            yield (
                at(party.origin, "name"),
                _(
                    "The name “%(name)s”, in %(document)s, has %(length)s characters; Chorus Pro "
                    "takes %(limit)s. Shorten it."
                ),
                {"name": party.name, "length": len(party.name), "limit": NAME_LENGTH},
            )


@rule(
    "address_length",
    term="BT-35, BT-50, BT-75",
    source="Chorus: address line or city ≤ 400",
)
def address_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """Each line of an address has at most 400 characters."""
    for party in filter(None, (document.seller, document.buyer, document.delivery)):
        for name in ("street", "street2", "city"):
            length = len(getattr(party, name))
            if length > ADDRESS_LENGTH:
                yield (
                    at(party.origin, name),
                    _(
                        "A line of the address “%(address)s” of %(document)s has %(length)s "
                        "characters; Chorus Pro takes %(limit)s. Shorten it."
                    ),
                    {
                        "address": party.origin.label,
                        "length": length,
                        "limit": ADDRESS_LENGTH,
                    },
                )
