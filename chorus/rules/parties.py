"""Who invoices whom: addresses and identifiers."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import functools
from collections.abc import Iterator

from stdnum.eu import vat as eu_vat
from stdnum.fr import siren, siret

from .. import limits
from ..document.codes import COUNTRIES, NATURES
from ..document.model import (
    DELIVERY,
    SCHEME_EU_VAT,
    SCHEME_OTHER,
    SCHEME_SIRET,
    Document,
    Party,
)
from ..messages import Message, _
from .base import Finding, Settings, at, rule

#: Greece and Northern Ireland have prefixes of their own.
VAT_PREFIXES = COUNTRIES | {"EL", "XI"}


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


@rule("country_unknown", term="BT-40, BT-55, BT-80", source="EN 16931 BR-CL-14: ISO 3166-1")
def country_unknown(document: Document, settings: Settings) -> Iterator[Finding]:
    """The countries of addresses are countries of ISO 3166-1."""
    for _role, party in document.parties:
        if party.country and party.country not in COUNTRIES:
            yield (
                at(party.origin, "country_id"),
                _(
                    "The country code “%(country)s” of the address “%(address)s”, in "
                    "%(document)s, is not in the international list (ISO 3166-1): the file would "
                    "be refused. Choose another country for this address."
                ),
                {"country": party.country, "address": party.origin.label},
            )


@rule("billing_siret_missing", term="BT-47", source="original; DSE")
def billing_siret_missing(document: Document, settings: Settings) -> Iterator[Finding]:
    """The billing address has a SIRET."""
    if not document.buyer.identifier and document.buyer.scheme == SCHEME_SIRET:
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
    site = document.delivery
    if site and not site.identifier and site.scheme == SCHEME_SIRET:
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
    elif document.seller.scheme == SCHEME_SIRET:
        yield (
            at(document.seller.origin, "company_registry"),
            _(
                "The SIRET of your company “%(address)s” is missing: Chorus Pro would refuse "
                "%(document)s. Enter its 14 digits in the company's contact."
            ),
            {"address": document.seller.origin.label},
        )


@functools.lru_cache(maxsize=4096)  # the company's own is on each of its documents
def _has_right_key(number: str) -> bool:
    """Whether a number is a SIRET; zeros alone have the right key too."""
    return siret.is_valid(number) and bool(number.strip("0"))


def _siret_faults(party: Party) -> Iterator[Finding]:
    """At most one fault of a number that is there, by its cause."""
    number = party.identifier
    if not number or party.scheme != SCHEME_SIRET:
        return
    # The number goes out as it stands, and stdnum forgives spaces and full-width digits.
    digits = number.isascii() and number.isdigit()
    if digits and (_has_right_key(number) or (len(number) == 14 and party.is_checked)):
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
            "wrong: a digit was mistyped. Correct it, or tick “SIRET checked on Chorus Pro” on the "
            "address if the portal knows this number."
        )
    label = party.origin.label
    yield (
        at(party.origin, "l10n_fr_chorus_siret"),
        source,
        {"siret": number, "address": label, "length": len(number)},
    )


@rule("identifier_invalid", term="BT-30, BT-47", source="Chorus: identifiers of type 2 to 7")
def identifier_invalid(document: Document, settings: Settings) -> Iterator[Finding]:
    """An identifier other than a SIRET is there, and of its kind's form."""
    for role, party in document.parties:
        number, scheme = party.identifier, party.scheme
        if scheme == SCHEME_SIRET or role == DELIVERY:  # a site may have any number
            continue
        known = scheme in NATURES
        good = number and len(number) <= limits.IDENTIFIER_LENGTH
        if scheme == SCHEME_EU_VAT:
            good = good and eu_vat.is_valid(number)
        if not (known and good):
            source = _(
                "The identifier “%(number)s” of “%(address)s”, in %(document)s, is wrong for its "
                "nature (%(nature)s). Correct it on this address, or choose another nature."
            )
            if not number:
                source = _(
                    "The identifier of “%(address)s”, in %(document)s, is missing; by its nature "
                    "it is this one: %(nature)s. Enter it on this address, or choose another "
                    "nature."
                )
            yield (
                at(party.origin, "l10n_fr_chorus_nature"),
                source,
                {
                    "number": number,
                    "address": party.origin.label,
                    "nature": Message(NATURES.get(scheme, NATURES[SCHEME_OTHER])),
                },
            )


@rule("delivery_identifier_length", term="BT-71", source="Chorus: delivery site ≤ 20")
def delivery_identifier_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """The identifier of the delivery address has at most 20 characters."""
    site = document.delivery
    # A SIRET has a rule of its own, which says the same.
    if site and site.scheme != SCHEME_SIRET and len(site.identifier) > limits.SITE_LENGTH:
        yield (
            at(site.origin, "l10n_fr_chorus_siret"),
            _(
                "The identifier “%(number)s” of the delivery address “%(address)s” of "
                "%(document)s has %(length)s characters; Chorus Pro takes %(limit)s. Correct it."
            ),
            {
                "number": site.identifier,
                "address": site.origin.label,
                "length": len(site.identifier),
                "limit": limits.SITE_LENGTH,
            },
        )


@functools.lru_cache(maxsize=4096)  # the supplier's, and customers', come back and back
def _is_vat_number(number: str) -> bool:
    if len(number) > limits.IDENTIFIER_LENGTH or number[:2] not in VAT_PREFIXES:
        return False
    # Outside the EU only the prefix and the length can be known.
    is_european = number[:2].lower() in eu_vat.MEMBER_STATES | {"el"}
    return not is_european or eu_vat.is_valid(number)


@rule("vat_number_invalid", term="BT-31, BT-48", source="EN 16931 BR-CO-09; Chorus: ≤ 18")
def vat_number_invalid(document: Document, settings: Settings) -> Iterator[Finding]:
    """VAT numbers begin with their country and have the right key."""
    for role, party in document.parties:
        # No file names the VAT number of a site.
        if role != DELIVERY and party.vat and not _is_vat_number(party.vat):
            yield (
                at(party.origin, "vat"),
                _(
                    "The VAT number “%(number)s” of “%(address)s”, in %(document)s, is wrong. "
                    "Correct it, or empty it if there is none."
                ),
                {"number": party.vat, "address": party.origin.label},
            )


@rule("buyer_vat_missing", term="BT-48", source="EN 16931 BR-IC-02, BR-AE-02")
def buyer_vat_missing(document: Document, settings: Settings) -> Iterator[Finding]:
    """The customer has a VAT number when he is to account for the VAT himself."""
    categories = {item.tax.category for item in document.vat}
    if categories & {"K", "AE"} and not document.buyer.vat:
        yield (
            at(document.buyer.origin, "vat"),
            _(
                "The VAT number of “%(address)s” is missing, and the intra-Community or "
                "reverse-charge VAT of %(document)s needs it. Enter it, or correct the tax."
            ),
            {"address": document.buyer.origin.label},
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
    term="BT-31, BT-32",
    source="EN 16931 BR-S-02, BR-E-02, BR-AE-02, BR-IC-02",
)
def seller_vat(document: Document, settings: Settings) -> Iterator[Finding]:
    """The company has a VAT number, or a tax registration if all is exempt."""
    categories = {item.tax.category for item in document.vat} - {"", "O"}
    if document.seller.vat or not categories:
        return
    if categories == {"E"} and document.seller.tax_registration:
        return  # exempt as such: it may have none
    yield (
        at(document.seller.origin, "vat"),
        _(
            "The VAT number of your company “%(address)s” is missing, and %(document)s needs it. "
            "Enter it in the company's contact."
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
    for _role, party in document.parties:
        if not party.name.strip():
            yield (
                at(party.origin, "name"),
                _("An address of %(document)s has no name. Give it one."),
                {},
            )
        elif len(party.name) > limits.NAME_LENGTH:
            yield (
                at(party.origin, "name"),
                _(
                    "The name “%(name)s”, in %(document)s, has %(length)s characters; Chorus Pro "
                    "takes %(limit)s. Shorten it."
                ),
                {"name": party.name, "length": len(party.name), "limit": limits.NAME_LENGTH},
            )


@rule(
    "address_length",
    term="BT-35, BT-50, BT-75",
    source="Chorus: address line or city ≤ 400",
)
def address_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """Each line of an address has at most 400 characters."""
    for _role, party in document.parties:
        for name in ("street", "street2", "city"):
            length = len(getattr(party, name))
            if length > limits.ADDRESS_LENGTH:
                yield (
                    at(party.origin, name),
                    _(
                        "A line of the address “%(address)s” of %(document)s has %(length)s "
                        "characters; Chorus Pro takes %(limit)s. Shorten it."
                    ),
                    {
                        "address": party.origin.label,
                        "length": length,
                        "limit": limits.ADDRESS_LENGTH,
                    },
                )
