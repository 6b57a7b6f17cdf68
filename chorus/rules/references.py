"""Numbers, references and dates of the document."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import limits
from ..document.model import (
    FRAMEWORK_DEPOSIT,
    FRAMEWORK_PAID,
    TYPE_CORRECTED,
    WAY_PEPPOL,
    WAY_PLATFORM,
    Document,
)
from ..messages import Message, _
from .base import DOCUMENT_KINDS, REMARK, Finding, Settings, at, rule

#: The State's one SIRET: a service code and an engagement are always required (DSE).
STATE_SIRET = "11000201100044"

#: Names of the other ways, as they follow "by".
WAYS = {WAY_PEPPOL: _("Peppol"), WAY_PLATFORM: _("the approved platform")}

FIRST_YEAR = 2000
_SERVICE = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ÿŒœ _-]*")


@rule("engagement_and_order", term="BT-13", source="original: one slot for both")
def engagement_and_order(document: Document, settings: Settings) -> Iterator[Finding]:
    """Engagement and purchase order are not both filled."""
    if document.engagement and document.order:
        yield (
            at(document.origin, "l10n_fr_chorus_order_reference"),
            _(
                "Both the engagement number “%(engagement)s” and the purchase order number "
                "“%(order)s” are filled in on %(document)s, and Chorus Pro has one place for "
                "them. Keep one and empty the other."
            ),
            {"engagement": document.engagement, "order": document.order},
        )


@rule("number_length", term="BT-1", source="Chorus: number ≤ 20 (live rejection)")
def number_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """The document's number has at most 20 characters."""
    if len(document.number) > limits.NUMBER_LENGTH:
        yield (
            at(document.origin, "name"),
            _(
                "The number of %(document)s has %(length)s characters; Chorus Pro takes "
                "%(limit)s. Shorten the numbering of its journal, then cancel this document and "
                "make it again under a shorter number."
            ),
            {"length": len(document.number), "limit": limits.NUMBER_LENGTH},
        )


@rule("number_characters", term="BT-1", source="Chorus: letters, digits, space - + _ /")
def number_characters(document: Document, settings: Settings) -> Iterator[Finding]:
    """The document's number has only letters, digits, single spaces and - + _ /."""
    if not re.fullmatch(r"[A-Za-z0-9+_/-]+(?: [A-Za-z0-9+_/-]+)*", document.number):
        yield (
            at(document.origin, "name"),
            _(
                "The number of %(document)s has characters that Chorus Pro refuses: it takes "
                "letters without accents, digits, - + _ / and single spaces inside. Correct the "
                "numbering of its journal."
            ),
            {},
        )


@rule("number_twice", term="BT-1", source="Chorus: unique per year, SIREN and number")
def number_twice(document: Document, settings: Settings) -> Iterator[Finding]:
    """No other document of the supplier has this number in the same year."""
    if document.same_number:
        yield (
            at(document.origin, "name"),
            _(
                "The number of %(document)s is also that of another document of the same year "
                "(%(others)s): Chorus Pro would refuse the second one. Give the journals "
                "different prefixes, then cancel this document and make it again."
            ),
            {"others": ", ".join(document.same_number)},
        )


@rule("number_gone", term="BT-1", source="Chorus: unique per year, SIREN and number")
def number_gone(document: Document, settings: Settings) -> Iterator[Finding]:
    """No file went out under this number for another document, deleted or renamed since."""
    if document.number_already_exported_by:
        yield (
            at(document.origin, "name"),
            _(
                "The number of %(document)s already went out for another document, which was "
                "deleted or got another number since (%(exports)s): Chorus Pro would refuse the "
                "second one. Give it another number; if that file was never deposited, or not "
                "integrated, record that state on its export first."
            ),
            {"exports": ", ".join(document.number_already_exported_by)},
        )


@rule("type_unknown", term="BT-3", source="Chorus: 380, 381, 384, 386")
def type_unknown(document: Document, settings: Settings) -> Iterator[Finding]:
    """The type is one that Chorus Pro takes."""
    if document.type_code not in DOCUMENT_KINDS:
        yield (
            at(document.origin, "l10n_fr_chorus_type"),
            _("The type “%(type)s” of %(document)s is refused by Chorus Pro. Choose another."),
            {"type": document.type_code},
        )


@rule("sent_elsewhere", term="BT-1", source="a document goes out by one way only")
def sent_elsewhere(document: Document, settings: Settings) -> Iterator[Finding]:
    """The document was not sent by another way, and does not wait to leave by it."""
    if not document.sent_by:
        return
    source = _(
        "%(document)s was already sent by %(way)s: the public body would get it twice. Tick "
        "“Deposit on Chorus Pro all the same” on it if that did not reach it."
    )
    if document.is_leaving:
        source = _(
            "%(document)s is about to leave by %(way)s: the public body would get it twice. Cancel "
            "that sending, or tick “Deposit on Chorus Pro all the same” on it."
        )
    name = WAYS.get(document.sent_by)
    way = Message(name) if name else document.sent_by
    yield at(document.origin, "l10n_fr_chorus_deposit_anyway"), source, {"way": way}


@rule("preceding_length", term="BT-25", source="Chorus: preceding invoice ≤ 20")
def preceding_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """The number of the invoice that a document is about has at most 20 characters."""
    if not document.preceding or len(document.preceding.number) <= limits.NUMBER_LENGTH:
        return
    name = "reversed_entry_id"
    source = _(
        "The number “%(number)s” of the invoice that %(document)s is about has more than "
        "%(limit)s characters: Chorus Pro cannot know it. Empty “Credited Invoice”, or make a "
        "credit note that is not linked to it, and name it in the notes."
    )
    if document.type_code == TYPE_CORRECTED:
        name = "l10n_fr_chorus_corrected_id"
        source = _(
            "The number “%(number)s” of the invoice that %(document)s corrects has more than "
            "%(limit)s characters: Chorus Pro cannot know it. Choose the type “380 - Invoice”, "
            "and name the corrected invoice in the notes."
        )
    yield (
        at(document.origin, name),
        source,
        {"number": document.preceding.number, "limit": limits.NUMBER_LENGTH},
    )


@rule("preceding_number", term="BT-25", source="EN 16931 BR-55")
def preceding_number(document: Document, settings: Settings) -> Iterator[Finding]:
    """The invoice that a document is about has a number."""
    if document.preceding and not document.preceding.number:
        yield (
            at(document.origin, "reversed_entry_id"),
            _(
                "The invoice that %(document)s is about has no number. Confirm that invoice, or "
                "make one that is not linked to it."
            ),
            {},
        )


@rule("preceding_missing", term="BG-3", source="Chorus: type 384")
def preceding_missing(document: Document, settings: Settings) -> Iterator[Finding]:
    """A corrected invoice says which invoice it corrects."""
    if document.type_code == TYPE_CORRECTED and not document.preceding:
        yield (
            at(document.origin, "l10n_fr_chorus_corrected_id"),
            _(
                "The invoice that is corrected by %(document)s is not known. Choose it in "
                "“Corrected Invoice”, or choose another document type."
            ),
            {},
        )


@rule(
    "credit_note_origin",
    term="BG-3",
    source="Chorus: BT-25 when known",
    severity=REMARK,
)
def credit_note_origin(document: Document, settings: Settings) -> Iterator[Finding]:
    """A credit note says which invoice it is about."""
    if document.is_credit_note and not document.preceding:
        yield (
            at(document.origin, "l10n_fr_chorus_corrected_id"),
            _(
                "The invoice that %(document)s is about is not known: the public body may ask "
                "for it. Choose it in “Credited Invoice”."
            ),
            {},
        )


@rule(
    "service_format",
    term="BT-10",
    source="Chorus: ≤ 100, letters, digits, _ - and spaces",
)
def service_format(document: Document, settings: Settings) -> Iterator[Finding]:
    """The service code has at most 100 letters, digits, spaces, _ and -."""
    is_right = _SERVICE.fullmatch(document.service) and not document.service.isspace()
    if len(document.service) > limits.SERVICE_LENGTH or not is_right:
        yield (
            at(document.origin, "buyer_reference"),
            _(
                "The service code “%(value)s” of %(document)s is refused by Chorus Pro: it takes "
                "%(limit)s letters, digits, spaces, _ and -. Correct it."
            ),
            {"value": document.service, "limit": limits.SERVICE_LENGTH},
        )


@rule("reference_length", term="BT-12, BT-13", source="Chorus: engagement and market ≤ 50")
def reference_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """Engagement, purchase order and market have at most 50 characters."""
    for value, name in (
        (document.engagement, "purchase_order_reference"),
        (document.order, "l10n_fr_chorus_order_reference"),
        (document.market, "contract_reference"),
    ):
        if len(value) > limits.REFERENCE_LENGTH:
            yield (
                at(document.origin, name),
                _(
                    "The reference “%(value)s” of %(document)s has %(length)s characters; Chorus "
                    "Pro takes %(limit)s. Correct it."
                ),
                {"value": value, "length": len(value), "limit": limits.REFERENCE_LENGTH},
            )


@rule("state_requires_both", term="BT-10, BT-13", source="DSE: the State")
def state_requires_both(document: Document, settings: Settings) -> Iterator[Finding]:
    """An invoice to the State has a service code and an engagement."""
    if document.buyer.identifier != STATE_SIRET:
        return
    if not document.service:
        yield (
            at(document.origin, "buyer_reference"),
            _("The State requires a service code, and %(document)s has none. Fill it in."),
            {},
        )
    if not document.engagement and document.order:
        # The slot is the same; but the State knows its engagements, and refuses another number.
        yield (
            at(document.origin, "purchase_order_reference"),
            _(
                "The State requires an engagement number, and %(document)s has a purchase order "
                "number only, “%(order)s”. If it is the engagement, move it to “Engagement Number”."
            ),
            {"order": document.order},
        )
    elif not document.engagement:
        yield (
            at(document.origin, "purchase_order_reference"),
            _("The State requires an engagement number, and %(document)s has none. Fill it in."),
            {},
        )


@rule("framework_unknown", term="BT-23", source="Chorus: A1 or A2")
def framework_unknown(document: Document, settings: Settings) -> Iterator[Finding]:
    """The framework is A1 or A2."""
    if document.framework not in (FRAMEWORK_DEPOSIT, FRAMEWORK_PAID):
        yield (
            at(document.origin, "l10n_fr_chorus_framework"),
            _(
                "The framework “%(framework)s” of %(document)s is not one that a supplier can "
                "deposit. Choose A1 or A2."
            ),
            {"framework": document.framework},
        )


@rule("framework_amounts", term="BT-113, BT-115", source="Chorus: A2 = prepaid, nothing due")
def framework_amounts(document: Document, settings: Settings) -> Iterator[Finding]:
    """A document already paid (A2) leaves nothing due, another is not prepaid."""
    totals = document.totals
    is_prepaid = document.framework == FRAMEWORK_PAID
    if (is_prepaid and totals.due) or (not is_prepaid and totals.prepaid):
        yield (
            at(document.origin, "l10n_fr_chorus_framework"),
            _(
                "The amount prepaid on %(document)s, %(prepaid)s, does not match its framework. "
                "Choose A1 or A2 again."
            ),
            {"prepaid": totals.prepaid},
        )


@rule("framework_unpaid", term="BT-23", source="A2 is the user's statement", severity=REMARK)
def framework_unpaid(document: Document, settings: Settings) -> Iterator[Finding]:
    """A document said to be paid (A2) is paid in the accounts."""
    if document.framework == FRAMEWORK_PAID and not document.is_paid:
        yield (
            at(document.origin, "l10n_fr_chorus_framework"),
            _(
                "The framework A2 says that %(document)s is already paid, and no payment is "
                "recorded. Check that the public body has paid it."
            ),
            {},
        )


@rule(
    "payment_received",
    term="BT-113, BT-115",
    source="the file says what was invoiced",
    severity=REMARK,
)
def payment_received(document: Document, settings: Settings) -> Iterator[Finding]:
    """Nothing is settled of an amount that the file asks for."""
    asked = document.framework != FRAMEWORK_PAID and not document.is_credit_note
    if asked and document.received > 0:
        yield (
            at(document.origin, "l10n_fr_chorus_framework"),
            _(
                "%(document)s is settled for %(received)s already, by payments or credit notes, "
                "and its file asks for %(due)s, as it was invoiced. If the public body has paid "
                "all of it, choose the framework A2 (already paid)."
            ),
            {"received": document.received, "due": document.totals.due},
        )


@rule("issue_date_future", term="BT-2", source="Chorus: issue date ≤ day of deposit")
def issue_date_future(document: Document, settings: Settings) -> Iterator[Finding]:
    """The document is not dated in the future."""
    if document.issue_date > settings.today:
        yield (
            at(document.origin, "invoice_date"),
            _(
                "The date of %(document)s, %(date)s, is in the future: Chorus Pro would refuse "
                "it. Export it from that day on."
            ),
            {"date": document.issue_date},
        )


@rule("date_impossible", term="BT-2, BT-9, BT-26, BT-72", source="worth a look: a mistyped year")
def date_impossible(document: Document, settings: Settings) -> Iterator[Finding]:
    """Dates are of this century."""
    preceding = document.preceding
    for value, name in (
        (document.issue_date, "invoice_date"),
        (document.due_date, "invoice_date_due"),
        (document.delivery_date, "delivery_date"),
        (preceding and preceding.issue_date, "reversed_entry_id"),
    ):
        if value and value.year < FIRST_YEAR:
            yield (
                at(document.origin, name),
                _("The date %(date)s on %(document)s cannot be. Correct its year."),
                {"date": value},
            )


@rule("due_date_early", term="BT-9", source="EN 16931")
def due_date_early(document: Document, settings: Settings) -> Iterator[Finding]:
    """The due date is not before the document's date."""
    if document.due_date and document.due_date < document.issue_date:
        yield (
            at(document.origin, "invoice_date_due"),
            _(
                "The due date of %(document)s, %(due)s, is before its date, %(date)s. Correct "
                "the due date."
            ),
            {"due": document.due_date, "date": document.issue_date},
        )
