"""Cross Industry Invoice (E1 CII 16B, FSO1106A): an EN 16931 invoice where Chorus reads it.

The same XML stands in a Factur-X of the profile EN 16931, see :mod:`.facturx`.

Chorus takes the release D16B, and the schema at hand is that of D22B: only the names of
:data:`NAMES` are written, whose definitions are the same in both.

Two choices that no rule of EN 16931 makes:

* a SIRET stands under the scheme "0002", as every sample of AIFE has it for the buyer, and the
  other natures under Chorus's own number ("4" for a RIDET in a sample), which no list of schemes
  of EN 16931 knows (BR-CL-11);
* one ``DueDateTypeCode``, on the first VAT breakdown: EN 16931 takes one per document.
"""

from __future__ import annotations

import datetime

from lxml import etree

from ..document.model import (
    BREAKDOWN,
    BUYER,
    DELIVERY,
    LINE,
    SCHEME_SIRET,
    SELLER,
    AllowanceCharge,
    Attachment,
    Document,
    Line,
    Party,
    Tax,
    terms_of,
)
from . import builder

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
GUIDELINE = "urn:cen.eu:en16931:2017"
LEGAL_SIRET = "0002"
#: UNTDID 1001: a document that supports the invoice (BG-24).
SUPPORTING_DOCUMENT = "916"
#: UNTDID 2379: year, month and day in eight digits.
DATE_FORMAT = "102"

#: Every name that may be written. The tests prove D16B and D22B alike on them.
NAMES = frozenset(
    f"{prefix}:{name}"
    for prefix, names in {
        "rsm": """
            CrossIndustryInvoice ExchangedDocument ExchangedDocumentContext
            SupplyChainTradeTransaction
        """,
        "udt": "DateTimeString Indicator",
        "qdt": "DateTimeString",
        "ram": """
            AccountName ActualAmount ActualDeliverySupplyChainEvent AdditionalReferencedDocument
            AllowanceTotalAmount ApplicableHeaderTradeAgreement ApplicableHeaderTradeDelivery
            ApplicableHeaderTradeSettlement ApplicableTradeTax AppliedTradeAllowanceCharge
            AssociatedDocumentLineDocument AttachmentBinaryObject BICID BasisAmount BasisQuantity
            BilledQuantity BusinessProcessSpecifiedDocumentContextParameter
            BuyerOrderReferencedDocument BuyerReference BuyerTradeParty CalculatedAmount
            CategoryCode CategoryTradeTax ChargeAmount ChargeIndicator ChargeTotalAmount CityName
            CompleteNumber Content ContractReferencedDocument CountryID CountrySubDivisionName
            DefinedTradeContact Description DueDateDateTime DueDateTypeCode DuePayableAmount
            EmailURIUniversalCommunication ExemptionReason ExemptionReasonCode
            FormattedIssueDateTime GrandTotalAmount GrossPriceProductTradePrice
            GuidelineSpecifiedDocumentContextParameter IBANID ID
            IncludedNote IncludedSupplyChainTradeLineItem InvoiceCurrencyCode
            InvoiceReferencedDocument IssueDateTime IssuerAssignedID LineID LineOne LineTotalAmount
            LineTwo Name NetPriceProductTradePrice OccurrenceDateTime
            PayeePartyCreditorFinancialAccount PayeeSpecifiedCreditorFinancialInstitution
            PaymentReference PostalTradeAddress PostcodeCode RateApplicablePercent Reason
            RoundingAmount SellerAssignedID SellerTradeParty ShipToTradeParty
            SpecifiedLegalOrganization SpecifiedLineTradeAgreement SpecifiedLineTradeDelivery
            SpecifiedLineTradeSettlement SpecifiedTaxRegistration SpecifiedTradeAllowanceCharge
            SpecifiedTradePaymentTerms SpecifiedTradeProduct
            SpecifiedTradeSettlementHeaderMonetarySummation
            SpecifiedTradeSettlementLineMonetarySummation SpecifiedTradeSettlementPaymentMeans
            TaxBasisTotalAmount TaxTotalAmount TelephoneUniversalCommunication
            TotalPrepaidAmount TypeCode URIID
        """,
    }.items()
    for name in names.split()
)

_b = builder.Builder(NAMESPACES, NAMES)


def serialise(document: Document) -> etree._Element:
    """The file of a document.

    :param document: without blocking anomaly
    :return: root element
    """
    root = _b.root("rsm:CrossIndustryInvoice")
    _context(root, document)
    _header(root, document)
    transaction = _b.group(root, "rsm:SupplyChainTradeTransaction")
    for line in document.lines:
        _line(transaction, line)
    _agreement(transaction, document)
    _delivery(transaction, document)
    _settlement(transaction, document)
    builder.prune(root)
    return root


def _context(root, document: Document):
    context = _b.group(root, "rsm:ExchangedDocumentContext")
    process = _b.group(context, "ram:BusinessProcessSpecifiedDocumentContextParameter")
    _b.text(process, "ram:ID", document.framework, "BT-23")
    guideline = _b.group(context, "ram:GuidelineSpecifiedDocumentContextParameter")
    _b.text(guideline, "ram:ID", GUIDELINE, "BT-24")


def _header(root, document: Document):
    node = _b.group(root, "rsm:ExchangedDocument")
    _b.text(node, "ram:ID", document.number, "BT-1")
    _b.text(node, "ram:TypeCode", document.type_code, "BT-3")
    _date(node, "ram:IssueDateTime", document.issue_date, "BT-2")
    for note in document.notes:
        included = _b.group(node, "ram:IncludedNote")
        _b.text(included, "ram:Content", note, "BT-22")


def _line(transaction, line: Line):
    node = _b.group(transaction, "ram:IncludedSupplyChainTradeLineItem")
    reference = _b.group(node, "ram:AssociatedDocumentLineDocument")
    _b.text(reference, "ram:LineID", line.number, "BT-126")
    product = _b.group(node, "ram:SpecifiedTradeProduct")
    _b.text(product, "ram:SellerAssignedID", line.seller_item, "BT-155")
    _b.text(product, "ram:Name", line.name, "BT-153")
    _b.text(product, "ram:Description", line.description, "BT-154")
    agreement = _b.group(node, "ram:SpecifiedLineTradeAgreement")
    if line.gross_price is not None:
        # Chorus refuses a gross price without a discount amount.
        gross = _b.group(agreement, "ram:GrossPriceProductTradePrice")
        _price(gross, line, line.gross_price, "BT-148")
        discount = _b.group(gross, "ram:AppliedTradeAllowanceCharge")
        _indicator(discount, is_charge=False)
        value = builder.number(line.gross_price - line.price)
        _b.text(discount, "ram:ActualAmount", value, "BT-147")
    net = _b.group(agreement, "ram:NetPriceProductTradePrice")
    _price(net, line, line.price, "BT-146")
    delivery = _b.group(node, "ram:SpecifiedLineTradeDelivery")
    quantity = builder.number(line.quantity)
    _b.text(delivery, "ram:BilledQuantity", quantity, "BT-129", unitCode=line.unit)  # BT-130
    settlement = _b.group(node, "ram:SpecifiedLineTradeSettlement")
    tax = _b.group(settlement, "ram:ApplicableTradeTax")
    _tax(tax, LINE, line.tax)
    total = _b.group(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    _b.text(total, "ram:LineTotalAmount", builder.number(line.amount), "BT-131")


def _price(parent, line: Line, price, term: str):
    _b.text(parent, "ram:ChargeAmount", builder.number(price), term)
    if line.base_quantity != 1:
        base = builder.number(line.base_quantity)
        _b.text(parent, "ram:BasisQuantity", base, "BT-149", unitCode=line.unit)  # BT-150


def _agreement(transaction, document: Document):
    node = _b.group(transaction, "ram:ApplicableHeaderTradeAgreement")
    _b.text(node, "ram:BuyerReference", document.service, "BT-10")
    _party(node, "ram:SellerTradeParty", SELLER, document.seller)
    _party(node, "ram:BuyerTradeParty", BUYER, document.buyer)
    order = _b.group(node, "ram:BuyerOrderReferencedDocument")
    _b.text(order, "ram:IssuerAssignedID", document.order_slot, "BT-13")
    contract = _b.group(node, "ram:ContractReferencedDocument")
    _b.text(contract, "ram:IssuerAssignedID", document.market, "BT-12")
    for attachment in document.attachments:
        _attachment(node, attachment)


def _party(parent, name: str, role: str, party: Party):
    term = terms_of(Party, role)
    node = _b.group(parent, name)
    _b.text(node, "ram:Name", party.name, term["name"])
    legal = _b.group(node, "ram:SpecifiedLegalOrganization")
    scheme = LEGAL_SIRET if party.scheme == SCHEME_SIRET else party.scheme
    _b.text(legal, "ram:ID", party.identifier, term["identifier"], schemeID=scheme)
    contact = _b.group(node, "ram:DefinedTradeContact")
    phone = _b.group(contact, "ram:TelephoneUniversalCommunication")
    _b.text(phone, "ram:CompleteNumber", party.phone, term["phone"])
    email = _b.group(contact, "ram:EmailURIUniversalCommunication")
    _b.text(email, "ram:URIID", party.email, term["email"])
    _address(node, role, party)
    vat = _b.group(node, "ram:SpecifiedTaxRegistration")
    _b.text(vat, "ram:ID", party.vat, term["vat"], schemeID="VA")
    if role == SELLER and party.tax_registration:
        local = _b.group(node, "ram:SpecifiedTaxRegistration")
        _b.text(local, "ram:ID", party.tax_registration, term["tax_registration"], schemeID="FC")


def _address(parent, role: str, party: Party):
    term = terms_of(Party, role)
    node = _b.group(parent, "ram:PostalTradeAddress")
    _b.text(node, "ram:PostcodeCode", party.zip, term["zip"])
    _b.text(node, "ram:LineOne", party.street, term["street"])
    _b.text(node, "ram:LineTwo", party.street2, term["street2"])
    _b.text(node, "ram:CityName", party.city, term["city"])
    _b.text(node, "ram:CountryID", party.country, term["country"])
    _b.text(node, "ram:CountrySubDivisionName", party.subdivision, term["subdivision"])


def _attachment(parent, attachment: Attachment):
    node = _b.group(parent, "ram:AdditionalReferencedDocument")
    _b.text(node, "ram:IssuerAssignedID", attachment.name, "BT-122")
    _b.text(node, "ram:TypeCode", SUPPORTING_DOCUMENT)
    _b.text(node, "ram:Name", attachment.description, "BT-123")
    _b.text(
        node,
        "ram:AttachmentBinaryObject",
        builder.binary(attachment.content),
        "BT-125",
        mimeCode=attachment.mime,
        filename=attachment.name,
    )


def _delivery(transaction, document: Document):
    node = _b.group(transaction, "ram:ApplicableHeaderTradeDelivery")
    site = document.delivery
    if not site and not document.delivery_date:
        site = document.buyer  # the schema wants this node, and Chorus refuses empty ones
    if site:
        party = _b.group(node, "ram:ShipToTradeParty")
        _b.text(party, "ram:ID", site.identifier, "BT-71")
        _b.text(party, "ram:Name", site.name, "BT-70")
        _address(party, DELIVERY, site)
    event = _b.group(node, "ram:ActualDeliverySupplyChainEvent")
    _date(event, "ram:OccurrenceDateTime", document.delivery_date, "BT-72")


def _settlement(transaction, document: Document):
    node = _b.group(transaction, "ram:ApplicableHeaderTradeSettlement")
    _b.text(node, "ram:PaymentReference", document.payment.reference, "BT-83")
    _b.text(node, "ram:InvoiceCurrencyCode", document.currency, "BT-5")
    _payment_means(node, document)
    for rank, item in enumerate(document.vat):
        tax = _b.group(node, "ram:ApplicableTradeTax")
        _amount(tax, "ram:CalculatedAmount", item.amount, document, "BT-117")
        _tax(
            tax,
            BREAKDOWN,
            item.tax,
            basis=builder.amount(item.taxable, document.decimals),
            regime="" if rank else document.vat_regime,
        )
    for item in document.allowances:
        _allowance(node, item, document)
    terms = _b.group(node, "ram:SpecifiedTradePaymentTerms")
    _b.text(terms, "ram:Description", document.payment.terms, "BT-20")
    _date(terms, "ram:DueDateDateTime", document.due_date, "BT-9")
    _totals(node, document)
    if document.preceding:
        preceding = _b.group(node, "ram:InvoiceReferencedDocument")
        _b.text(preceding, "ram:IssuerAssignedID", document.preceding.number, "BT-25")
        _date(preceding, "ram:FormattedIssueDateTime", document.preceding.issue_date, "BT-26")


def _payment_means(parent, document: Document):
    payment = document.payment
    node = _b.group(parent, "ram:SpecifiedTradeSettlementPaymentMeans")
    _b.text(node, "ram:TypeCode", payment.means, "BT-81")
    if payment.iban:
        account = _b.group(node, "ram:PayeePartyCreditorFinancialAccount")
        _b.text(account, "ram:IBANID", payment.iban, "BT-84")
        _b.text(account, "ram:AccountName", payment.holder, "BT-85")
        bank = _b.group(node, "ram:PayeeSpecifiedCreditorFinancialInstitution")
        _b.text(bank, "ram:BICID", payment.bic, "BT-86")


def _allowance(parent, item: AllowanceCharge, document: Document):
    term = terms_of(AllowanceCharge, item.role)
    node = _b.group(parent, "ram:SpecifiedTradeAllowanceCharge")
    _indicator(node, item.is_charge, "BG-21" if item.is_charge else "BG-20")
    _amount(node, "ram:ActualAmount", item.amount, document, term["amount"])
    _b.text(node, "ram:Reason", item.reason, term["reason"])
    tax = _b.group(node, "ram:CategoryTradeTax")
    _tax(tax, item.role, item.tax)


def _tax(node, role: str, tax: Tax, *, basis: str = "", regime: str = ""):
    """The VAT of a line, an allowance or a breakdown, in the order of the schema."""
    term = terms_of(Tax, role)
    _b.text(node, "ram:TypeCode", "VAT")
    if basis:  # the reason stands in the breakdown only
        _b.text(node, "ram:ExemptionReason", tax.reason, "BT-120")
        _b.text(node, "ram:BasisAmount", basis, "BT-116")
    _b.text(node, "ram:CategoryCode", tax.category, term["category"])
    if basis:
        _b.text(node, "ram:ExemptionReasonCode", tax.reason_code, "BT-121")
    _b.text(node, "ram:DueDateTypeCode", regime, "BT-8")
    if tax.category != "O":  # BR-O-05: outside the scope there is no rate
        _b.text(node, "ram:RateApplicablePercent", builder.number(tax.rate), term["rate"])


def _totals(parent, document: Document):
    totals = document.totals
    node = _b.group(parent, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    _amount(node, "ram:LineTotalAmount", document.lines_total, document, "BT-106")
    if document.charges_total:
        _amount(node, "ram:ChargeTotalAmount", document.charges_total, document, "BT-108")
    if document.allowances_total:
        _amount(node, "ram:AllowanceTotalAmount", document.allowances_total, document, "BT-107")
    _amount(node, "ram:TaxBasisTotalAmount", totals.untaxed, document, "BT-109")
    tax = builder.amount(totals.tax, document.decimals)
    _b.text(node, "ram:TaxTotalAmount", tax, "BT-110", currencyID=document.currency)
    if totals.rounding:
        _amount(node, "ram:RoundingAmount", totals.rounding, document, "BT-114")
    _amount(node, "ram:GrandTotalAmount", totals.total, document, "BT-112")
    if totals.prepaid:
        _amount(node, "ram:TotalPrepaidAmount", totals.prepaid, document, "BT-113")
    _amount(node, "ram:DuePayableAmount", totals.due, document, "BT-115")


def _amount(parent, name: str, value, document: Document, term: str):
    _b.text(parent, name, builder.amount(value, document.decimals), term)


def _indicator(parent, is_charge: bool, group: str = ""):
    node = _b.group(parent, "ram:ChargeIndicator")
    _b.text(node, "udt:Indicator", "true" if is_charge else "false", group)


def _date(parent, name: str, value: datetime.date | None, term: str):
    if value:
        node = _b.group(parent, name)
        # The one date that the schema takes from the qualified types.
        prefix = "qdt" if name == "ram:FormattedIssueDateTime" else "udt"
        _b.text(node, f"{prefix}:DateTimeString", builder.digits(value), term, format=DATE_FORMAT)
