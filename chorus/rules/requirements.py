"""Requirements of the customer's public body (public directory of Chorus Pro, decision table)."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from collections.abc import Iterator

from ..document.model import Document
from ..messages import _
from .base import REMARK, Finding, Settings, at, rule
from .references import STATE_SIRET

DIRECTORY = "public directory: decision table"


def _requires(document: Document, *requirements: str) -> bool:
    # The State has a rule of its own for this.
    is_state = document.buyer.identifier == STATE_SIRET
    return not is_state and document.structure.requirement in requirements


@rule("service_required", term="BT-10", source=DIRECTORY)
def service_required(document: Document, settings: Settings) -> Iterator[Finding]:
    """A customer that requires a service code gets one."""
    if not document.service and _requires(document, "service", "both"):
        yield (
            at(document.origin, "buyer_reference"),
            _("“%(customer)s” requires a service code, and %(document)s has none. Fill it in."),
            {"customer": document.structure.origin.label},
        )


@rule("engagement_required", term="BT-13", source=DIRECTORY)
def engagement_required(document: Document, settings: Settings) -> Iterator[Finding]:
    """A customer that requires an engagement gets one."""
    if not document.order_slot and _requires(document, "engagement", "both"):
        yield (
            at(document.origin, "purchase_order_reference"),
            _(
                "“%(customer)s” requires an engagement number, and %(document)s has none. Fill it "
                "in."
            ),
            {"customer": document.structure.origin.label},
        )


@rule("service_or_engagement_required", term="BT-10, BT-13", source=DIRECTORY)
def service_or_engagement_required(document: Document, settings: Settings) -> Iterator[Finding]:
    """A customer that requires a service code or an engagement gets one of them."""
    if document.structure.requirement != "service_or_engagement":
        return
    if not document.service and not document.order_slot:
        yield (
            at(document.origin, "buyer_reference"),
            _(
                "“%(customer)s” requires a service code or an engagement number, and %(document)s "
                "has neither. Fill in one of them."
            ),
            {"customer": document.structure.origin.label},
        )


@rule("service_needs_engagement", term="BT-13", source="public directory: GestionEGMT")
def service_needs_engagement(document: Document, settings: Settings) -> Iterator[Finding]:
    """A service that requires an engagement gets one."""
    service = document.structure.find_service(document.service)
    if service and service.needs_engagement and not document.order_slot:
        yield (
            at(document.origin, "purchase_order_reference"),
            _(
                "The service “%(service)s” requires an engagement number, and %(document)s has "
                "none. Fill it in."
            ),
            {"service": service.code},
        )


@rule("service_unknown", term="BT-10", source="public directory: services")
def service_unknown(document: Document, settings: Settings) -> Iterator[Finding]:
    """The service is one of the customer's, and takes invoices."""
    structure = document.structure
    if not document.service:
        return
    known = structure.find_service(document.service)
    if known and not known.is_active:
        yield (
            at(document.origin, "buyer_reference"),
            _(
                "The service “%(service)s” of “%(customer)s” takes no invoice any more. Choose "
                "another on %(document)s."
            ),
            {"service": document.service, "customer": structure.origin.label},
        )
    elif not known and structure.is_listed:
        yield (
            at(document.origin, "buyer_reference"),
            _(
                "“%(customer)s” has no service “%(service)s” in the public directory. Choose one "
                "of its services on %(document)s."
            ),
            {"service": document.service, "customer": structure.origin.label},
        )


@rule("structure_closed", term="BT-47", source="public directory: StructureActive")
def structure_closed(document: Document, settings: Settings) -> Iterator[Finding]:
    """The customer's public body takes invoices."""
    if document.structure.is_closed:
        yield (
            at(document.structure.origin, "l10n_fr_chorus_siret"),
            _(
                "The SIRET of “%(customer)s” is inactive in the public directory: Chorus Pro would "
                "refuse %(document)s. Ask the public body for its present SIRET."
            ),
            {"customer": document.structure.origin.label},
        )


@rule("structure_works_only", term="BT-47", source="public directory: EstMOAUniquement")
def structure_works_only(document: Document, settings: Settings) -> Iterator[Finding]:
    """The customer's public body takes other invoices than those of works contracts."""
    if document.structure.is_works_only:
        yield (
            at(document.structure.origin, "l10n_fr_chorus_siret"),
            _(
                "“%(customer)s” takes invoices of works contracts only: Chorus Pro would refuse "
                "%(document)s. Ask the public body which SIRET to invoice."
            ),
            {"customer": document.structure.origin.label},
        )


@rule("requirement_unknown", term="BT-10, BT-13", source="public directory", severity=REMARK)
def requirement_unknown(document: Document, settings: Settings) -> Iterator[Finding]:
    """The requirements of the customer are known."""
    # With a service and an engagement nothing can be missing; the State has a rule of its own.
    if document.structure.requirement != "unknown" or document.buyer.identifier == STATE_SIRET:
        return
    if not (document.service and document.order_slot):
        yield (
            at(document.structure.origin, "l10n_fr_chorus_requirement"),
            _(
                "It is not known whether “%(customer)s” requires a service code or an engagement "
                "number on %(document)s. Import the public directory, or say it on the customer."
            ),
            {"customer": document.structure.origin.label},
        )
