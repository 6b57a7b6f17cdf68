"""How the document is to be paid, and its notes."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from stdnum import bic, iban

from .. import limits, text
from ..document.codes import PAYMENT_MEANS, PAYMENT_UNDEFINED
from ..document.model import Document, Origin
from ..messages import _
from .base import REMARK, Finding, Settings, at, rule

TRANSFERS = frozenset({"30", "42"})


@rule("payment_means", term="BT-81", source="Chorus: codes 30 42 49 10 20 48 97 01")
def payment_means(document: Document, settings: Settings) -> Iterator[Finding]:
    """The means of payment is one that Chorus Pro takes."""
    if document.payment.means not in {*PAYMENT_MEANS, PAYMENT_UNDEFINED}:
        yield (
            at(document.origin, "preferred_payment_method_line_id"),
            _(
                "The means of payment “%(means)s” of %(document)s is refused by Chorus Pro. "
                "Choose another payment method on the invoice."
            ),
            {"means": document.payment.means},
        )


@rule("iban_missing", term="BT-84", source="EN 16931 BR-61; Chorus: a transfer needs an IBAN")
def iban_missing(document: Document, settings: Settings) -> Iterator[Finding]:
    """A document with a transfer as its means of payment names the company's account."""
    if document.payment.means not in TRANSFERS or document.payment.iban:
        return
    source = _(
        "The bank account to pay is missing on %(document)s. Choose the recipient bank on the "
        "invoice, or one for all in the Chorus Pro configuration."
    )
    if document.is_credit_note:
        # The bank on a credit note is the customer's.
        source = _(
            "The bank account of your company is not known, and %(document)s has to name one, as "
            "any document with a transfer. Choose one in the Chorus Pro configuration, or on the "
            "journal."
        )
    yield at(document.origin, "partner_bank_id"), source, {}


@rule("account_foreign", term="BT-84", source="public bodies would pay someone else")
def account_foreign(document: Document, settings: Settings) -> Iterator[Finding]:
    """The account to pay is the company's, or that of a company of which it is a branch."""
    if document.payment.is_foreign:
        yield (
            at(document.origin, "partner_bank_id"),
            _(
                "The bank account %(iban)s on %(document)s belongs to “%(holder)s” and not to your "
                "company: the public body would pay them. Choose an account of your company on the "
                "invoice."
            ),
            {"iban": document.payment.iban, "holder": document.payment.holder},
        )


@rule(
    "account_differs", term="BT-84", source="the file has the account of the print", severity=REMARK
)
def account_differs(document: Document, settings: Settings) -> Iterator[Finding]:
    """The invoice names the account that the configuration proposes for public bodies."""
    if document.payment.proposed:
        yield (
            at(document.origin, "partner_bank_id"),
            _(
                "%(document)s asks for payment on the account %(iban)s, and the Chorus Pro "
                "configuration proposes %(proposed)s: the file has the invoice's own, as it is "
                "printed. Choose the other one on the invoice if it is meant."
            ),
            {"iban": document.payment.iban, "proposed": document.payment.proposed},
        )


@rule(
    "account_unprinted",
    term="BT-84",
    source="the file has the account of the print",
    severity=REMARK,
)
def account_unprinted(document: Document, settings: Settings) -> Iterator[Finding]:
    """The invoice names the account that its file asks to pay."""
    if document.payment.iban and not document.payment.is_printed:
        yield (
            at(document.origin, "partner_bank_id"),
            _(
                "No account is printed on %(document)s, and its file names %(iban)s, as a transfer "
                "needs one. Choose it as the recipient bank of the invoice if it is to be printed."
            ),
            {"iban": document.payment.iban},
        )


@rule("account_holder_length", term="BT-85", source="Chorus: names ≤ 99")
def account_holder_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """The holder's name of the account has at most 99 characters."""
    length = len(document.payment.holder)
    if length > limits.NAME_LENGTH:
        yield (
            _account(document, "acc_holder_name"),
            _(
                "The holder's name of the bank account of %(document)s has %(length)s characters; "
                "Chorus Pro takes %(limit)s. Shorten it on the account."
            ),
            {"length": length, "limit": limits.NAME_LENGTH},
        )


@rule("iban_invalid", term="BT-84", source="ISO 13616; Chorus: IBAN ≤ 27")
def iban_invalid(document: Document, settings: Settings) -> Iterator[Finding]:
    """The account to pay is a valid IBAN of at most 27 characters."""
    number = document.payment.iban
    if number and not _is_iban(number):
        yield (
            _account(document, "acc_number"),
            _(
                "The bank account “%(iban)s” of %(document)s is not a valid IBAN of at most "
                "%(limit)s characters. Correct it."
            ),
            {"iban": number, "limit": limits.IBAN_LENGTH},
        )


@rule("bic_invalid", term="BT-86", source="ISO 9362")
def bic_invalid(document: Document, settings: Settings) -> Iterator[Finding]:
    """The BIC of the account to pay has the form of one."""
    code = document.payment.bic
    if code and not _is_bic(code):
        yield (
            _account(document, "bank_id"),
            _(
                "“%(bic)s”, the BIC of the bank account on %(document)s, is not one: it has 8 or "
                "11 letters and digits. Correct it on the bank, or empty it: the IBAN is enough."
            ),
            {"bic": code},
        )


# The verdict on a number never changes, and all documents of a company have the same account. The
# file has the number as it stands, while stdnum accepts separators and small letters.


@functools.lru_cache(maxsize=1024)
def _is_iban(number: str) -> bool:
    return (
        len(number) <= limits.IBAN_LENGTH
        and iban.compact(number) == number
        and iban.is_valid(number)
    )


@functools.lru_cache(maxsize=1024)
def _is_bic(code: str) -> bool:
    return bic.compact(code) == code and bic.is_valid(code)


def _account(document: Document, field_name: str) -> Origin:
    """The account to pay, or the document when the account is not known."""
    account = document.payment.origin
    return at(account, field_name) if account.id else at(document.origin, "partner_bank_id")


@rule("payment_reference_length", term="BT-83", source="SEPA: remittance text ≤ 140")
def payment_reference_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """The payment reference has at most 140 characters."""
    length = len(document.payment.reference)
    if length > limits.TRANSFER_TEXT_LENGTH:
        yield (
            at(document.origin, "payment_reference"),
            _(
                "The payment reference of %(document)s has %(length)s characters, and a transfer "
                "takes %(limit)s. Shorten it."
            ),
            {"length": length, "limit": limits.TRANSFER_TEXT_LENGTH},
        )


#: The message on a text that is too long, by the model of the record that has it.
_LONG_NOTES = {
    "account.fiscal.position": _(
        "The legal notes of the fiscal position “%(record)s”, which are printed on %(document)s, "
        "have %(length)s characters; Chorus Pro takes %(limit)s. Shorten them on the fiscal "
        "position: “%(start)s…”."
    ),
    "account.tax": _(
        "The legal notes of the tax “%(record)s”, which are printed on %(document)s, have "
        "%(length)s characters; Chorus Pro takes %(limit)s. Shorten them on the tax: “%(start)s…”."
    ),
    "res.company": _(
        "A text of the document layout of “%(record)s”, which is printed on %(document)s, has "
        "%(length)s characters; Chorus Pro takes %(limit)s. Shorten it there: “%(start)s…”."
    ),
}


def _get_source(document: Document, note: str) -> Origin:
    """Where a note is mended: on the document, unless another record says it."""
    return dict(document.sources).get(note) or at(document.origin, "narration")


@rule("terms_length", term="BT-20, BT-22", source="Chorus: notes and terms ≤ 1024")
def terms_length(document: Document, settings: Settings) -> Iterator[Finding]:
    """Notes and payment terms have at most 1024 characters each, 200,000 in all."""
    for value, is_note in (
        (document.payment.terms, False),
        *((note, True) for note in document.notes),
    ):
        if len(value) > limits.TEXT_LENGTH:
            origin = at(document.origin, "invoice_payment_term_id")
            if is_note:
                origin = _get_source(document, value)
            message = _(
                "A text of %(document)s has %(length)s characters; Chorus Pro takes "
                "%(limit)s. Shorten it: “%(start)s…”."
            )
            yield (
                origin,
                _LONG_NOTES.get(origin.model, message),
                {
                    "length": len(value),
                    "limit": limits.TEXT_LENGTH,
                    "start": value[:40].rstrip(),
                    "record": origin.label,
                },
            )
    length = sum(map(len, document.notes))
    if length > limits.NOTES_LENGTH:
        lengths: dict[Origin, int] = {}
        for note in document.notes:
            origin = _get_source(document, note)
            lengths[origin] = lengths.get(origin, 0) + len(note)
        origin = max(lengths, key=lambda source: lengths[source])
        start = next(note for note in document.notes if _get_source(document, note) == origin)
        yield (
            origin,
            _(
                "The texts of %(document)s have %(length)s characters in all, and its file takes "
                "%(limit)s. Shorten the longest one: “%(start)s…”."
            ),
            {
                "length": length,
                "limit": limits.NOTES_LENGTH,
                "start": start[:40].rstrip(),
            },
        )


@rule(
    "terms_contradicted",
    term="BT-20",
    source="the file has the discount of the print",
    severity=REMARK,
)
def terms_contradicted(document: Document, settings: Settings) -> Iterator[Finding]:
    """The company's late payment terms do not contradict the discount of the document."""
    for sentence in document.payment.contradicted:
        yield (
            at(document.origin, "invoice_payment_term_id"),
            _(
                "%(document)s has its own terms for an early payment, and the late payment terms "
                "of the Chorus Pro configuration say “%(sentence)s”: the file leaves this sentence "
                "out. If it says other things too, make them a sentence of their own."
            ),
            {"sentence": sentence[:200]},
        )
    for sentence in document.payment.contradicting:
        yield (
            at(document.origin, "invoice_payment_term_id"),
            _(
                "%(document)s has its own terms for an early payment, and the late payment terms "
                "of the Chorus Pro configuration say “%(sentence)s”: the file has this sentence "
                "all the same, as it also speaks of late payments. Make what it says of an early "
                "payment a sentence of its own."
            ),
            {"sentence": sentence[:200]},
        )


@rule("note_code", term="BT-22", source="EN 16931 BR-CL-08: a word between # is a subject code")
def note_code(document: Document, settings: Settings) -> Iterator[Finding]:
    """No note has a word between # signs, which is a code of its subject."""
    for item in document.notes:
        if text.note(item) != item:
            yield (
                _get_source(document, item),
                _(
                    "The note “%(start)s…” of %(document)s has a word between two # signs, which "
                    "would be read as a code. Remove them."
                ),
                {"start": item[:40]},
            )


def _mention(code: str, title: str, source: str, pattern: str, message: str):
    """Declare the remark on a mention that French law requires on an invoice."""

    def check(document: Document, settings: Settings) -> Iterator[Finding]:
        found = " ".join((document.payment.terms, *document.notes))
        if not document.is_credit_note and not re.search(pattern, found, re.IGNORECASE):
            yield at(document.origin, "invoice_payment_term_id"), message, {}

    check.__doc__ = title
    return rule(code, term="BT-20", source=source, severity=REMARK)(check)


mention_penalties = _mention(
    "mention_penalties",
    "The terms give the late-payment rate.",
    "Code de commerce L441-9: late-payment rate",
    r"p[ée]nalit|int[ée]r[êe]ts? (?:moratoires?|de retard)|retard de paiement",
    _(
        "The terms of %(document)s do not give the late-payment rate that French law wants. Add "
        "the late payment terms in the Chorus Pro configuration."
    ),
)
mention_indemnity = _mention(
    "mention_indemnity",
    "The terms give the recovery indemnity.",
    "Code de commerce D441-5: €40 recovery indemnity",
    r"\b40(?:[.,]00)? ?(?:€|eur)",
    _(
        "The terms of %(document)s do not give the recovery indemnity of €40 that French law "
        "wants. Add it to the late payment terms in the Chorus Pro configuration."
    ),
)
mention_discount = _mention(
    "mention_discount",
    "The terms say whether early payment gives a discount.",
    "Code de commerce L441-9: early-payment discount",
    r"escompte",
    _(
        "The terms of %(document)s do not say whether an early payment gives a discount, as "
        "French law wants. Add it to the late payment terms in the Chorus Pro configuration."
    ),
)
