"""How a rule is declared, and how a document is checked.

A rule is a function that takes a :class:`~..document.model.Document` and the :class:`Settings`, and
yields its findings. It is declared by :func:`rule` with a stable code, a severity, the business
term and the source. Other modules declare theirs by :func:`extra_rule`, and give them with the
:class:`Settings`, which also lift rules; :data:`RULES` are those of every database.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ..document.model import (
    TYPE_CORRECTED,
    TYPE_CREDIT_NOTE,
    TYPE_INVOICE,
    TYPE_PREPAYMENT,
    Document,
    Origin,
)
from ..messages import Message, _

BLOCKING, REMARK = "blocking", "remark"

#: Name of a document within a sentence.
DOCUMENT_KINDS = {
    TYPE_INVOICE: _("invoice %(number)s"),
    TYPE_CREDIT_NOTE: _("credit note %(number)s"),
    TYPE_CORRECTED: _("corrected invoice %(number)s"),
    TYPE_PREPAYMENT: _("down-payment invoice %(number)s"),
}


@dataclass(frozen=True)
class Settings:
    """The company's rules and the day of a check.

    :param today: day of the deposit
    :param lifted: codes of rules that the company does without
    :param added: rules of other modules, checked after ours
    """

    today: datetime.date = field(default_factory=datetime.date.today)
    lifted: frozenset[str] = frozenset()
    added: tuple[Rule, ...] = ()

    def lifting(self, *codes: str) -> Settings:
        """The same, without some rules.

        :param codes: of the rules
        """
        return replace(self, lifted=self.lifted.union(codes))

    def only(self, codes: Iterable[str]) -> Settings:
        """The same, without all rules but some, and without those of other modules.

        :param codes: of the rules that stay, unless they are lifted
        """
        return replace(self, lifted=self.lifted.union(RULES.keys() - set(codes)), added=())

    def adding(self, *rules: Rule) -> Settings:
        """The same, with more rules of other modules.

        :param rules: made by :func:`extra_rule`
        """
        return replace(self, added=(*self.added, *rules))


@dataclass(frozen=True)
class Anomaly:
    """Something to mend, or worth knowing.

    :param code: of the rule, stable: a contract for callers and stored records
    :param severity: ``BLOCKING`` (Chorus Pro would refuse the file) or ``REMARK``
    :param message: names the document, the place, the fault and the cure
    :param origin: the record and field to open
    """

    code: str
    severity: str
    message: Message
    origin: Origin

    @property
    def is_blocking(self) -> bool:
        return self.severity == BLOCKING

    def to_dict(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message.to_dict(),
            "model": self.origin.model,
            "id": self.origin.id,
            "field": self.origin.field,
            "label": self.origin.label,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Anomaly:
        """The anomaly that :meth:`to_dict` gave."""
        origin = Origin(data["model"], data["id"], data["field"], data["label"])
        return cls(data["code"], data["severity"], Message.from_dict(data["message"]), origin)


Finding = tuple[Origin, str, dict[str, Any]]


@dataclass(frozen=True)
class Rule:
    """A rule, with the columns of RULES.rst.

    :param code: stable code of its anomalies
    :param severity: of its anomalies
    :param term: business term (BT-xx, BG-xx) or Chorus datum
    :param source: where the rule comes from
    :param check: yields ``(origin, message, params)`` for a document
    :param title: condition that a document must fulfil, in a few words
    :param is_last: whether no other rule can judge a document that breaks it
    """

    code: str
    severity: str
    term: str
    source: str
    check: Callable[[Document, Settings], Iterable[Finding]]
    title: str
    is_last: bool = False


#: Every rule by its code, in the order in which anomalies are shown.
RULES: dict[str, Rule] = {}


def rule(code: str, *, term: str, source: str, severity: str = BLOCKING, is_last: bool = False):
    """Declare a rule.

    :param code: stable code of its anomalies
    :param term: business term or Chorus datum
    :param source: where the rule comes from
    :param severity: of its anomalies
    :param is_last: whether no other rule can judge a document that breaks it
    :return: decorator of a function that yields ``(origin, message, params)``; the first line
        of its docstring is the rule's title. The message may use ``%(document)s``
    """

    def register(check):
        assert code not in RULES, code
        made = extra_rule(code, term=term, source=source, severity=severity)(check)
        RULES[code] = replace(made, is_last=is_last)
        return check

    return register


def extra_rule(code: str, *, term: str, source: str, severity: str = BLOCKING):
    """Declare a rule of another module, for ``Settings.added``.

    :param code: stable code of its anomalies, none of ours
    :param term: business term or Chorus datum
    :param source: where the rule comes from
    :param severity: of its anomalies
    :return: decorator that makes a :class:`Rule` of a function, as :func:`rule` wants it
    """

    def make(check):
        title = check.__doc__.strip().splitlines()[0].rstrip(".")
        return Rule(code, severity, term, source, check, title)

    return make


def check(document: Document, settings: Settings | None = None) -> list[Anomaly]:
    """All anomalies of a document.

    :param document: as read from a posted move
    :param settings: day of the deposit, lifted and added rules; today and none by default
    :return: its anomalies, in the order of the rules
    """
    settings = settings or Settings()
    found = []
    for item in (*RULES.values(), *settings.added):
        if item.code in settings.lifted:
            continue
        before = len(found)
        for finding in item.check(document, settings):
            found.append(anomaly(item.code, item.severity, document, *finding))
        if item.is_last and len(found) > before:
            break
    return found


def anomaly(
    code: str,
    severity: str,
    document: Document,
    origin: Origin,
    source: str,
    params: dict[str, Any],
) -> Anomaly:
    """An anomaly of a document.

    :param code: stable code
    :param severity: ``BLOCKING`` or ``REMARK``
    :param document: the document at fault, named in the message as ``%(document)s``
    :param origin: the record and field to open
    :param source: marked literal
    :param params: values of its placeholders
    """
    name = Message(
        DOCUMENT_KINDS.get(document.type_code, DOCUMENT_KINDS[TYPE_INVOICE]),
        {"number": document.number},
    )
    return Anomaly(code, severity, Message(source, {"document": name, **params}), origin)


def internal_fault(document: Document, faults: list[str]) -> Anomaly:
    """The anomaly of a file that its own schema refuses: our fault, and it does not go out.

    :param document: whose file it is
    :param faults: of the schema, one sentence each
    """
    return anomaly(
        "internal_fault",
        BLOCKING,
        document,
        document.origin,
        _(
            "The file of %(document)s was not made: it would not be valid. This is a fault of the "
            "software; send this message to your support: %(faults)s"
        ),
        {"faults": " — ".join(faults)},
    )


def file_fault(document: Document, message: Message) -> Anomaly:
    """The anomaly of a file that Chorus Pro would not take, or that could not be made.

    :param document: whose file it is
    :param message: names the fault and the cure
    """
    return Anomaly("file_fault", BLOCKING, message, document.origin)


def unreadable(number: str, type_code: str, records: list[str], origin: Origin) -> Anomaly:
    """The anomaly of a document that its user may not read whole.

    :param number: of the document
    :param type_code: of the document
    :param records: names of those that he may not read
    :param origin: the document
    """
    name = Message(DOCUMENT_KINDS.get(type_code, DOCUMENT_KINDS[TYPE_INVOICE]), {"number": number})
    source = _(
        "You may not read some records of %(document)s: %(records)s. Choose their company too in "
        "the company selector, have a colleague who works in that company export the document, or "
        "have an administrator share the record."
    )
    params = {"document": name, "records": ", ".join(records)}
    return Anomaly("record_unreadable", BLOCKING, Message(source, params), origin)


def failed(number: str, type_code: str, error: str, origin: Origin) -> Anomaly:
    """The anomaly of a document whose check fails in a way that nobody foresaw.

    :param number: of the document
    :param type_code: of the document
    :param error: for the support
    :param origin: the document
    """
    name = Message(DOCUMENT_KINDS.get(type_code, DOCUMENT_KINDS[TYPE_INVOICE]), {"number": number})
    source = _(
        "%(document)s could not be checked. This is a fault of the software; send this message to "
        "your support: %(error)s"
    )
    return Anomaly(
        "check_failed", BLOCKING, Message(source, {"document": name, "error": error}), origin
    )


def at(origin: Origin, field_name: str) -> Origin:
    """An origin that points to one of its fields.

    :param origin: the record
    :param field_name: technical name of the field to mend
    """
    return replace(origin, field=field_name)
