"""The main data of a document when it was exported, to show later changes."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..messages import Message, _
from .model import Document


def _lines(document: Document) -> str:
    parts = [
        (
            line.name,
            line.description,
            line.quantity,
            line.unit,
            line.price,
            line.amount,
            line.tax.key,
        )
        for line in document.lines
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _vat(document: Document) -> str:
    return " + ".join(
        f"{item.tax.category} {item.tax.rate:f} %: {item.amount}" for item in document.vat
    )


def _attachments(document: Document) -> str:
    # Another content under the same name is another file.
    return ", ".join(f"{item.name} #{item.checksum[:8]}" for item in document.attachments)


#: Label and value of each datum that is compared, by a key that is stored with each export.
FIELDS: dict[str, tuple[str, Callable[[Document], Any]]] = {
    "number": (_("number"), lambda d: d.number),
    "issue_date": (_("date"), lambda d: d.issue_date),
    "type_code": (_("document type"), lambda d: d.type_code),
    "due_date": (_("due date"), lambda d: d.due_date),
    "buyer": (_("customer's identifier"), lambda d: d.buyer.identifier),
    "delivery": (
        _("delivery address's identifier"),
        lambda d: d.delivery.identifier if d.delivery else "",
    ),
    "service": (_("service code"), lambda d: d.service),
    "engagement": (_("engagement number"), lambda d: d.engagement),
    "order": (_("purchase order number"), lambda d: d.order),
    "market": (_("market number"), lambda d: d.market),
    "framework": (_("framework"), lambda d: d.framework),
    "preceding": (
        _("invoice that it corrects"),
        lambda d: d.preceding.number if d.preceding else "",
    ),
    "iban": (_("bank account"), lambda d: d.payment.iban),
    "currency": (_("currency"), lambda d: d.currency),
    "untaxed": (_("total excl. VAT"), lambda d: d.totals.untaxed),
    "vat": (_("VAT"), _vat),
    "total": (_("total incl. VAT"), lambda d: d.totals.total),
    "prepaid": (_("amount already paid"), lambda d: d.totals.prepaid),
    "attachments": (_("attachments"), _attachments),
    "lines": (_("invoice lines changed"), _lines),
}

#: The changes of a document that cannot be read any more.
NOT_POSTED = Message(_("it is no longer posted"))
DELETED = Message(_("it was deleted"))


def summary(document: Document) -> dict[str, str]:
    """The data of a document that matter to the public body.

    :param document: as it is exported
    :return: a text for each key of ``FIELDS``, to be stored
    """
    return {key: _to_text(get(document)) for key, (_label, get) in FIELDS.items()}


def changes(before: dict[str, str], after: dict[str, str]) -> list[Message]:
    """The differences between two summaries of a document.

    :param before: of the older one; keys that it lacks are not compared
    :param after: of the newer one
    :return: a sentence for each datum, in the order of ``FIELDS``
    """
    return [
        _change(key, label, before[key], after[key])
        for key, (label, _get) in FIELDS.items()
        if key in before and key in after and before[key] != after[key]
    ]


def _change(key: str, label: str, before: str, after: str) -> Message:
    if key == "lines":  # kept as a fingerprint: there is nothing to show
        return Message(label)
    nothing = Message(_("nothing"))
    return Message(
        _("%(datum)s: %(after)s instead of %(before)s"),
        {
            "datum": Message(label),
            "after": _from_text(after) if after else nothing,
            "before": _from_text(before) if before else nothing,
        },
    )


def _to_text(value: Any) -> str:
    match value:
        case None | "":
            return ""
        case datetime.date():
            return f"date {value.isoformat()}"
        case Decimal():
            return f"number {value:f}"
        case _:
            return f"text {value}"


def _from_text(text: str) -> Any:
    kind, _space, rest = text.partition(" ")
    match kind:
        case "date":
            return datetime.date.fromisoformat(rest)
        case "number":
            return Decimal(rest)
    return rest
