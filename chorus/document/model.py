"""One invoice or credit note as Chorus Pro sees it, in the terms of EN 16931.

Amounts are positive ``Decimal`` in the document's currency, rounded to it, for a credit note
too (type 381 says it is one). Nothing here knows Odoo; ``Origin`` is an opaque pointer that
leads the user from an anomaly back to the record to mend.

Each field carries its business term (:func:`bt`), one for each role where the role decides: the
name of a party is BT-27, BT-44 or BT-70.
"""

from __future__ import annotations

import datetime
import functools
import operator
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)

#: BT-3. Chorus takes these four and refuses 389, 261 and 751 (DSE).
TYPE_INVOICE, TYPE_CREDIT_NOTE, TYPE_CORRECTED, TYPE_PREPAYMENT = (
    "380",
    "381",
    "384",
    "386",
)

#: BT-23, the framework ("cadre de facturation"): A1 deposit by the supplier, A2 already paid.
FRAMEWORK_DEPOSIT, FRAMEWORK_PAID = "A1", "A2"

#: Nature of an identifier (Chorus: "type d'identifiant").
SCHEME_SIRET, SCHEME_EU_VAT, SCHEME_OUTSIDE_EU = "1", "2", "3"
SCHEME_RIDET, SCHEME_TAHITI, SCHEME_OTHER, SCHEME_PERSON = "4", "5", "6", "7"

#: BT-81: credit transfer.
MEANS_TRANSFER = "30"

#: Ways by which a document may go out beside Chorus Pro: Odoo's Peppol, its approved platform.
WAY_PEPPOL, WAY_PLATFORM = "peppol", "platform"

#: BT-8: when VAT becomes due, as CII codes it (UNTDID 2475).
VAT_ON_DEBITS, VAT_ON_RECEIPTS = "5", "72"

#: Names of fields by former name, which hooks of other modules may still use.
FORMER_NAMES = {"twins": "same_number", "gone": "number_already_exported_by"}


class Values(dict[str, Any]):
    """Values of a document by name of the field; a former name reads the present one's."""

    def __missing__(self, name: str) -> Any:
        return self[FORMER_NAMES[name]]


#: Roles of a party.
SELLER, BUYER, DELIVERY = "seller", "buyer", "delivery"
#: Roles of a VAT treatment.
BREAKDOWN, ALLOWANCE, CHARGE, LINE = "breakdown", "allowance", "charge", "line"


def bt(term: str = "", *, default: Any = MISSING, **by_role: str) -> Any:
    """A field of a document that holds a business term.

    :param term: e.g. "BT-1", of any role
    :param default: of the field
    :param by_role: the term for each role that has one
    """
    return field(default=default, metadata={"terms": by_role or {"": term}})


@functools.cache
def terms_of(part: type, role: str = "") -> dict[str, str]:
    """The business term of each field of a part that has one.

    :param part: class of this module
    :param role: of the part
    """
    found = {item.name: item.metadata.get("terms", {}) for item in fields(part)}
    return {name: terms.get(role) or terms.get("", "") for name, terms in found.items()}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a datum comes from, to lead the user there.

    :param model: technical name of the record's model
    :param id: its id
    :param field: the field to mend, "" for none in particular
    :param label: the record's name as the user knows it
    """

    model: str = ""
    id: int = 0
    field: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A party and its address (BG-4 and BG-5 seller, BG-7 and BG-8 buyer, BG-13 and BG-15).

    :param name: as the party calls itself
    :param identifier: the number under ``scheme``, without spaces
    :param scheme: nature of the identifier, Chorus 1 (SIRET) to 7
    :param is_checked: whether the directory has the number, or a user has checked it on Chorus Pro:
        15 SIRETs of the published directory have a wrong key
    :param vat: VAT number with its country prefix, "" for none
    :param tax_registration: of a seller that has no VAT number
    :param country: ISO 3166-1 alpha-2 code, "" for none
    :param origin: the address's record
    """

    name: str = bt(seller="BT-27", buyer="BT-44", delivery="BT-70")
    identifier: str = bt(seller="BT-30", buyer="BT-47", delivery="BT-71", default="")
    scheme: str = bt(seller="BT-30-1", buyer="BT-47-1", delivery="BT-71-1", default=SCHEME_SIRET)
    is_checked: bool = False
    vat: str = bt(seller="BT-31", buyer="BT-48", default="")
    tax_registration: str = bt(seller="BT-32", default="")
    street: str = bt(seller="BT-35", buyer="BT-50", delivery="BT-75", default="")
    street2: str = bt(seller="BT-36", buyer="BT-51", delivery="BT-76", default="")
    zip: str = bt(seller="BT-38", buyer="BT-53", delivery="BT-78", default="")
    city: str = bt(seller="BT-37", buyer="BT-52", delivery="BT-77", default="")
    subdivision: str = bt(seller="BT-39", buyer="BT-54", delivery="BT-79", default="")
    country: str = bt(seller="BT-40", buyer="BT-55", delivery="BT-80", default="")
    phone: str = bt(seller="BT-42", buyer="BT-57", default="")
    email: str = bt(seller="BT-43", buyer="BT-58", default="")
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a public body.

    :param code: BT-10
    :param needs_engagement: whether it refuses invoices without an engagement
    :param is_active: whether it still takes invoices
    """

    code: str
    needs_engagement: bool = False
    is_active: bool = True


def find_service(services, code: str):
    """The service of a code: the same spelling, else the only one that differs in capitals alone.

    :param services: of one public body: objects with a ``code``, such as records of Odoo
    :param code: as users type it
    :return: one of them, None when none or several may be meant
    """
    same = [service for service in services if service.code == code]
    same = same or [service for service in services if service.code.lower() == code.lower()]
    return same[0] if len(same) == 1 else None


@dataclass(frozen=True, slots=True)
class Structure:
    """The requirements of the buyer's public body (public directory of Chorus Pro).

    :param requirement: "none", "service", "engagement", "service_or_engagement", "both", "unknown"
    :param services: those that are known; when the directory is loaded, all of them
    :param is_listed: whether the directory's services of this body are loaded
    :param is_closed: whether it takes no invoice any more
    :param is_works_only: whether it takes invoices of works contracts only
    :param origin: the customer's record
    """

    requirement: str = "unknown"
    services: tuple[Service, ...] = ()
    is_listed: bool = False
    is_closed: bool = False
    is_works_only: bool = False
    origin: Origin = Origin()

    def find_service(self, code: str) -> Service | None:
        """The service that a code stands for, see :func:`find_service`.

        :param code: as users type it
        """
        return find_service(self.services, code)

    def spell(self, code: str) -> str:
        """A service code as the public directory has it, as typed when the directory has none.

        :param code: as users type it
        """
        service = self.find_service(code) if self.is_listed else None
        return service.code if service else code


@dataclass(frozen=True, slots=True)
class PrecedingInvoice:
    """BG-3, the invoice that a credit note or a corrected invoice is about.

    :param number: BT-25
    :param issue_date: BT-26
    """

    number: str = bt("BT-25")
    issue_date: datetime.date | None = bt("BT-26", default=None)


@dataclass(frozen=True, slots=True)
class Payment:
    """BG-16, how the invoice is to be paid.

    :param means: UNTDID 4461 code
    :param iban: without spaces
    :param bic: BT-86
    :param reference: text that the payer should write on the transfer
    :param terms: terms and late-payment penalties
    :param origin: the account's record
    :param holder: in whose name the account is
    :param is_foreign: whether the account is neither the supplier's nor that of a company of which
        the supplier is a branch
    :param is_printed: whether the printed document names the account
    :param proposed: the account that the configuration proposes, when it is another one
    :param contradicted: general terms that the document contradicts, and that are left out
    :param contradicting: those that stay, as they also speak of late payments
    """

    means: str = bt("BT-81", default=MEANS_TRANSFER)
    iban: str = bt("BT-84", default="")
    bic: str = bt("BT-86", default="")
    reference: str = bt("BT-83", default="")
    terms: str = bt("BT-20", default="")
    origin: Origin = Origin()
    holder: str = bt("BT-85", default="")
    is_foreign: bool = False
    is_printed: bool = True
    proposed: str = ""
    contradicted: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tax:
    """The VAT treatment of a line, an allowance or a charge.

    :param category: UNTDID 5305 code; "" when the line has no VAT
    :param rate: percentage
    :param reason: why no VAT is charged
    :param reason_code: VATEX code
    :param origin: the tax's record
    :param is_proven: whether Odoo knows it as VAT: by its category, name, account or boxes
    :param booked_on: account of another tax on which it is booked, "" for none
    """

    category: str = bt(breakdown="BT-118", allowance="BT-95", charge="BT-102", line="BT-151")
    rate: Decimal = bt(
        breakdown="BT-119", allowance="BT-96", charge="BT-103", line="BT-152", default=ZERO
    )
    reason: str = bt(breakdown="BT-120", default="")
    reason_code: str = bt(breakdown="BT-121", default="")
    origin: Origin = Origin()
    is_proven: bool = True
    booked_on: str = ""

    @property
    def key(self) -> tuple[str, Decimal]:
        """Category and rate: each pair has one VAT breakdown."""
        return self.category, self.rate


@dataclass(frozen=True, slots=True)
class VatBreakdown:
    """BG-23.

    :param tax: category, rate and exemption reason
    :param taxable: BT-116
    :param amount: BT-117
    """

    tax: Tax
    taxable: Decimal = bt("BT-116")
    amount: Decimal = bt("BT-117")


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """BG-20 or BG-21, an allowance or a charge on the whole document.

    :param is_charge: True for a charge
    :param amount: never negative
    :param reason: its name
    :param tax: its VAT treatment
    :param is_tax: whether it is a tax that is no VAT, which is printed among the taxes
    """

    is_charge: bool
    amount: Decimal = bt(allowance="BT-92", charge="BT-99")
    reason: str = bt(allowance="BT-97", charge="BT-104")
    tax: Tax
    is_tax: bool = False

    @property
    def role(self) -> str:
        return CHARGE if self.is_charge else ALLOWANCE


@dataclass(frozen=True, slots=True)
class Line:
    """BG-25, an invoice line.

    ``price × quantity ÷ base_quantity`` gives ``amount`` to the cent: see :mod:`.prices`.

    :param number: BT-126
    :param name: BT-153
    :param description: BT-154
    :param quantity: negative on a line that takes back
    :param unit: UN/ECE Recommendation 20 code
    :param unknown_unit: name of a unit that has no code: ``unit`` counts pieces instead
    :param price: net price, never negative
    :param base_quantity: BT-149
    :param gross_price: None without a discount
    :param amount: excluding VAT
    :param tax: its VAT treatment
    :param seller_item: the seller's reference of the item
    :param printed_price: price that is printed, when the file has another one, or when the line's
        amount was moved by a cent
    :param printed_discount: percentage that is printed beside it
    :param printed_amount: amount that is printed beside it, None when it is that of the line
    :param origin: the line's record
    """

    number: str = bt("BT-126")
    name: str = bt("BT-153")
    quantity: Decimal = bt("BT-129")
    unit: str = bt("BT-130")
    price: Decimal = bt("BT-146")
    amount: Decimal = bt("BT-131")
    tax: Tax
    description: str = bt("BT-154", default="")
    base_quantity: Decimal = bt("BT-149", default=Decimal(1))
    gross_price: Decimal | None = bt("BT-148", default=None)
    unknown_unit: str = ""
    seller_item: str = bt("BT-155", default="")
    printed_price: Decimal | None = None
    printed_discount: Decimal = ZERO
    printed_amount: Decimal | None = None
    origin: Origin = Origin()


#: A PDF that was not judged yet: no rule reports it.
NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Attachment:
    """BG-24, a file that goes with the invoice.

    :param name: its name with extension
    :param mime: its kind, e.g. "application/pdf"
    :param size: in bytes
    :param load: gives BT-125, its bytes, which are read when the file is made and not before
    :param checksum: of its bytes: shows that the content has changed without reading it
    :param description: BT-123
    :param origin: the attachment's record
    :param pdf_fault: fault of a PDF from outside: a name of
        :class:`.pdf.files.Fault`, "" for none, :data:`NOT_JUDGED`; None for a file that we made
    """

    name: str = bt("BT-122")
    mime: str = bt("BT-125-1")
    size: int
    load: Callable[[], bytes] = field(compare=False, repr=False)
    checksum: str = ""
    description: str = bt("BT-123", default="")
    origin: Origin = Origin()
    pdf_fault: str | None = field(default=None, compare=False)

    @property
    def content(self) -> bytes:
        """BT-125."""
        return self.load()


@dataclass(frozen=True, slots=True)
class Totals:
    """BG-22, as the posted move says them.

    :param untaxed: BT-109
    :param tax: BT-110
    :param total: including VAT
    :param rounding: Odoo's own cash-rounding lines
    :param prepaid: the whole amount when the framework is A2
    """

    untaxed: Decimal = bt("BT-109")
    tax: Decimal = bt("BT-110")
    total: Decimal = bt("BT-112")
    rounding: Decimal = bt("BT-114", default=ZERO)
    prepaid: Decimal = bt("BT-113", default=ZERO)

    @property
    def due(self) -> Decimal:
        """BT-115."""
        return self.total + self.rounding - self.prepaid


@dataclass(frozen=True, slots=True)
class Document:
    """One posted invoice or credit note.

    :param number: BT-1
    :param issue_date: BT-2
    :param type_code: BT-3
    :param currency: ISO 4217
    :param due_date: BT-9
    :param delivery_date: BT-72
    :param service: Chorus "code service exécutant"
    :param engagement: Chorus "numéro d'engagement juridique"
    :param order: BT-13 too, the buyer's purchase order: one slot for both
    :param market: Chorus "numéro de marché"
    :param framework: BT-23
    :param vat_regime: 5 or 72, "" when lines differ
    :param preceding: BG-3
    :param notes: BT-22
    :param sources: where notes come from that are not typed on the document: each with the record
        and field to mend
    :param attachments: BG-24
    :param delivery: BG-13, None when goods go to the billing address
    :param structure: requirements of the buyer
    :param decimals: of the currency
    :param is_paid: whether it is paid when it is checked; the file never depends on it
    :param received: amount settled when it is checked: as ``is_paid``, for the rules alone
    :param vat_numbers_left_out: VAT numbers of the parties that its file may not have
    :param printed_on_debits: names of the taxes for which the option for debits is printed
    :param same_number: other documents of the same supplier with this number and year
    :param number_already_exported_by: exports that had a file of another document under this
        number; that document was deleted or renamed since
    :param sent_by: another way by which it was sent: a key of ``rules.references.WAYS``, or its
        name, "" for none
    :param is_leaving: whether it still waits to be sent by that way
    :param origin: the move's record
    """

    number: str = bt("BT-1")
    issue_date: datetime.date = bt("BT-2")
    type_code: str = bt("BT-3")
    currency: str = bt("BT-5")
    seller: Party
    buyer: Party
    payment: Payment
    lines: tuple[Line, ...]
    vat: tuple[VatBreakdown, ...]
    totals: Totals
    allowances: tuple[AllowanceCharge, ...] = ()
    delivery: Party | None = None
    due_date: datetime.date | None = bt("BT-9", default=None)
    delivery_date: datetime.date | None = bt("BT-72", default=None)
    service: str = bt("BT-10", default="")
    engagement: str = bt("BT-13", default="")
    order: str = bt("BT-13", default="")
    market: str = bt("BT-12", default="")
    framework: str = bt("BT-23", default=FRAMEWORK_DEPOSIT)
    vat_regime: str = bt("BT-8", default="")
    preceding: PrecedingInvoice | None = None
    notes: tuple[str, ...] = bt("BT-22", default=())
    sources: tuple[tuple[str, Origin], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    structure: Structure = Structure()
    decimals: int = 2
    is_paid: bool = True
    received: Decimal = ZERO
    vat_numbers_left_out: tuple[str, ...] = ()
    printed_on_debits: str = ""
    same_number: tuple[str, ...] = ()
    number_already_exported_by: tuple[str, ...] = ()
    sent_by: str = ""
    is_leaving: bool = False
    origin: Origin = Origin()

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Document:
        """A document of the values that a hook may have changed.

        :param values: by name of the field, or by a former name (:data:`FORMER_NAMES`)
        """
        return cls(**{FORMER_NAMES.get(name, name): value for name, value in values.items()})

    @property
    def twins(self) -> tuple[str, ...]:
        """Former name of ``same_number``, which rules of other modules may read."""
        return self.same_number

    @property
    def gone(self) -> tuple[str, ...]:
        """Former name of ``number_already_exported_by``."""
        return self.number_already_exported_by

    @property
    def parties(self) -> Iterator[tuple[str, Party]]:
        """The parties that there are, each with its role."""
        yield SELLER, self.seller
        yield BUYER, self.buyer
        if self.delivery:
            yield DELIVERY, self.delivery

    def values(self) -> list[tuple[tuple[str, ...], tuple[Any, ...]]]:
        """The values of the document that have a business term, part by part.

        :return: for each part, its business terms and as many values; each note has its term
        """
        parts = [("", self), ("", self.payment), ("", self.totals), *self.parties]
        if self.preceding:
            parts.append(("", self.preceding))
        for item in self.vat:
            parts += ("", item), (BREAKDOWN, item.tax)
        for item in self.allowances:
            parts += (item.role, item), (item.role, item.tax)
        parts += [("", item) for item in self.attachments]
        for item in self.lines:
            parts += ("", item), (LINE, item.tax)
        found = []
        for role, part in parts:
            terms, read = _reader(type(part), role)
            found.append((terms, read(part)))
        notes = (terms_of(Document)["notes"],) * len(self.notes)
        return [*found, (notes, self.notes)]

    @property
    def is_credit_note(self) -> bool:
        return self.type_code == TYPE_CREDIT_NOTE

    @property
    def order_slot(self) -> str:
        """BT-13: the engagement, else the purchase order."""
        return self.engagement or self.order

    @property
    def lines_total(self) -> Decimal:
        """BT-106."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def allowances_total(self) -> Decimal:
        """BT-107."""
        return sum((item.amount for item in self.allowances if not item.is_charge), ZERO)

    @property
    def charges_total(self) -> Decimal:
        """BT-108."""
        return sum((item.amount for item in self.allowances if item.is_charge), ZERO)


@functools.cache
def _reader(part: type, role: str) -> tuple[tuple[str, ...], Callable]:
    terms = {name: term for name, term in terms_of(part, role).items() if term}
    return tuple(terms.values()), operator.attrgetter(*terms)
