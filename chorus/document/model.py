"""One invoice or credit note as Chorus Pro sees it, in the terms of EN 16931.

Amounts are positive ``Decimal`` in the document's currency, rounded to it, for a credit note
too (type 381 says it is one). Nothing here knows Odoo; ``Origin`` is an opaque pointer that
leads the user from an anomaly back to the record to mend.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

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
SCHEME_RIDET, SCHEME_TAHITI, SCHEME_PERSON = "4", "5", "6"

#: BT-81: credit transfer.
MEANS_TRANSFER = "30"

#: Ways by which a document may go out beside Chorus Pro: Odoo's Peppol, its approved platform.
WAY_PEPPOL, WAY_PLATFORM = "peppol", "platform"

#: BT-8: when VAT becomes due, as CII codes it (UNTDID 2475).
VAT_ON_DEBITS, VAT_ON_RECEIPTS = "5", "72"


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

    :param name: BT-27, BT-44, BT-70
    :param identifier: BT-30, BT-47, BT-71: the number under ``scheme``, without spaces
    :param scheme: nature of the identifier, Chorus 1 (SIRET) to 6
    :param is_checked: whether the directory has the number, or someone says that it was checked on
        Chorus Pro: 15 SIRETs of the published directory have a wrong key
    :param vat: BT-31, BT-48: VAT number with its country prefix, "" for none
    :param tax_registration: BT-32, of a seller that has no VAT number
    :param country: BT-40, BT-55, BT-80: ISO 3166-1 alpha-2 code, "" for none
    :param origin: the address's record
    """

    name: str
    identifier: str = ""
    scheme: str = SCHEME_SIRET
    is_checked: bool = False
    vat: str = ""
    tax_registration: str = ""
    street: str = ""  # BT-35, BT-50, BT-75
    street2: str = ""  # BT-36, BT-51, BT-76
    zip: str = ""  # BT-38, BT-53, BT-78
    city: str = ""  # BT-37, BT-52, BT-77
    subdivision: str = ""  # BT-39, BT-54, BT-79
    country: str = ""
    phone: str = ""  # BT-42, BT-57
    email: str = ""  # BT-43, BT-58
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
    """The service that a code stands for: the one spelt so, else the only one but for capitals.

    :param services: of one public body: whatever has a ``code``, records of Odoo too
    :param code: as users type it
    :return: one of them, None when none or several may be meant
    """
    same = [service for service in services if service.code == code]
    same = same or [service for service in services if service.code.lower() == code.lower()]
    return same[0] if len(same) == 1 else None


@dataclass(frozen=True, slots=True)
class Structure:
    """What the buyer's public body requires (public directory of Chorus Pro).

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
        """A service code as the public directory has it; as it is typed when that does not tell.

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

    number: str
    issue_date: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """BG-16, how the invoice is to be paid.

    :param means: BT-81, UNTDID 4461 code
    :param iban: BT-84, without spaces
    :param bic: BT-86
    :param reference: BT-83, what the payer should write on the transfer
    :param terms: BT-20, terms and late-payment penalties
    :param origin: the account's record
    """

    means: str = MEANS_TRANSFER
    iban: str = ""
    bic: str = ""
    reference: str = ""
    terms: str = ""
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Tax:
    """The VAT treatment of a line, an allowance or a charge.

    :param category: BT-118, BT-151: UNTDID 5305 code; "" when the line has no VAT
    :param rate: BT-119, BT-152: percentage
    :param reason: BT-120, why no VAT is charged
    :param reason_code: BT-121, VATEX code
    :param origin: the tax's record
    """

    category: str
    rate: Decimal = ZERO
    reason: str = ""
    reason_code: str = ""
    origin: Origin = Origin()

    @property
    def key(self) -> tuple[str, Decimal]:
        """Category and rate: what one VAT breakdown stands for."""
        return self.category, self.rate


@dataclass(frozen=True, slots=True)
class VatBreakdown:
    """BG-23.

    :param tax: category, rate and exemption reason
    :param taxable: BT-116
    :param amount: BT-117
    """

    tax: Tax
    taxable: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """BG-20 or BG-21, an allowance or a charge on the whole document.

    :param is_charge: True for a charge
    :param amount: BT-92, BT-99
    :param reason: BT-97, BT-104
    :param tax: its VAT treatment
    """

    is_charge: bool
    amount: Decimal
    reason: str
    tax: Tax


@dataclass(frozen=True, slots=True)
class Line:
    """BG-25, an invoice line.

    ``price × quantity ÷ base_quantity`` gives ``amount`` to the cent: see :mod:`.prices`.

    :param number: BT-126
    :param name: BT-153
    :param description: BT-154
    :param quantity: BT-129, negative on a line that takes back
    :param unit: BT-130, UN/ECE Recommendation 20 code
    :param unknown_unit: name of a unit that has no code: ``unit`` counts pieces instead
    :param price: BT-146, net price, never negative
    :param base_quantity: BT-149
    :param gross_price: BT-148, None without a discount
    :param amount: BT-131, excluding VAT
    :param tax: its VAT treatment
    :param seller_item: BT-155, the seller's reference of the item
    :param origin: the line's record
    """

    number: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    tax: Tax
    description: str = ""
    base_quantity: Decimal = Decimal(1)
    gross_price: Decimal | None = None
    unknown_unit: str = ""
    seller_item: str = ""
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Attachment:
    """BG-24, a file that goes with the invoice.

    :param name: BT-122, its name with extension
    :param mime: its kind, e.g. "application/pdf"
    :param size: in bytes
    :param load: gives BT-125, its bytes, which are read when the file is made and not before
    :param checksum: of its bytes: tells another content without reading it
    :param description: BT-123
    :param origin: the attachment's record
    """

    name: str
    mime: str
    size: int
    load: Callable[[], bytes] = field(compare=False, repr=False)
    checksum: str = ""
    description: str = ""
    origin: Origin = Origin()

    @property
    def content(self) -> bytes:
        """BT-125."""
        return self.load()


@dataclass(frozen=True, slots=True)
class Totals:
    """BG-22, as the posted move says them.

    :param untaxed: BT-109
    :param tax: BT-110
    :param total: BT-112, including VAT
    :param rounding: BT-114, Odoo's own cash-rounding lines
    :param prepaid: BT-113, the whole amount when the framework is A2
    """

    untaxed: Decimal
    tax: Decimal
    total: Decimal
    rounding: Decimal = ZERO
    prepaid: Decimal = ZERO

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
    :param currency: BT-5, ISO 4217
    :param due_date: BT-9
    :param delivery_date: BT-72
    :param service: BT-10, Chorus "code service exécutant"
    :param engagement: BT-13, Chorus "numéro d'engagement juridique"
    :param order: BT-13 too, the buyer's purchase order: one slot for both
    :param market: BT-12, Chorus "numéro de marché"
    :param framework: BT-23
    :param vat_regime: BT-8, 5 or 72, "" when lines differ
    :param preceding: BG-3
    :param notes: BT-22
    :param attachments: BG-24
    :param delivery: BG-13, None when goods go to the billing address
    :param structure: what the buyer requires
    :param decimals: of the currency
    :param is_paid: whether it is paid when it is checked; the file never depends on it
    :param twins: other documents of the same supplier with this number and year
    :param gone: exports that let this number out for another document, deleted or renamed since
    :param sent_by: another way by which it was sent: a key of ``rules.references.WAYS``, or its
        name, "" for none
    :param is_leaving: whether it only waits to leave by that way
    :param origin: the move's record
    """

    number: str
    issue_date: datetime.date
    type_code: str
    currency: str
    seller: Party
    buyer: Party
    payment: Payment
    lines: tuple[Line, ...]
    vat: tuple[VatBreakdown, ...]
    totals: Totals
    allowances: tuple[AllowanceCharge, ...] = ()
    delivery: Party | None = None
    due_date: datetime.date | None = None
    delivery_date: datetime.date | None = None
    service: str = ""
    engagement: str = ""
    order: str = ""
    market: str = ""
    framework: str = FRAMEWORK_DEPOSIT
    vat_regime: str = ""
    preceding: PrecedingInvoice | None = None
    notes: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    structure: Structure = Structure()
    decimals: int = 2
    is_paid: bool = True
    twins: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    sent_by: str = ""
    is_leaving: bool = False
    origin: Origin = Origin()

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
