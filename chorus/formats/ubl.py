"""UBL 2.1 Invoice (E1, FSO1100A): the Chorus nodes, and a valid EN 16931 invoice, in one file.

Nodes that EN 16931 does without (its schematron only warns), each with its reason:

* ``PartyIdentification/ID/@schemeName``: Chorus reads the nature of the identifier there;
* ``AccountingContact/ID`` and ``Party/Contact/ID``: Chorus reads the service code there;
* ``ContractDocumentReference/DocumentTypeCode``: says that the contract is a public market;
* ``TaxScheme/TaxTypeCode``: the supplier's VAT régime;
* ``PaymentChannelCode``, ``PaymentMeans/PaymentDueDate``: Chorus reads the account's kind and
  the due date there;
* ``DeliveryLocation/Description``: Chorus reads the site's name there.

A credit note is an ``Invoice`` of type 381, as the portal takes it.
"""

from __future__ import annotations

from lxml import etree

from ..document.model import (
    BREAKDOWN,
    BUYER,
    DELIVERY,
    LINE,
    SCHEME_SIRET,
    SELLER,
    VAT_ON_DEBITS,
    VAT_ON_RECEIPTS,
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
    "inv": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
CUSTOMIZATION = "urn:cen.eu:en16931:2017"
MARKET = "Marché Public"
VAT_REGIMES = {VAT_ON_DEBITS: "TVA DEBIT", VAT_ON_RECEIPTS: "TVA ENCAISSEMENT"}
#: A tax registration that is no VAT number (BT-32): any other code than VAT, EN 16931 says.
LOCAL_TAX = "LOC"
#: BT-71: the delivery site's SIRET in the ISO 6523 list (0009 is the SIRET, 0002 the SIREN).
ICD_SIRET = "0009"

_b = builder.Builder(NAMESPACES)


def serialise(document: Document) -> etree._Element:
    """The file of a document.

    :param document: without blocking anomaly
    :return: root element
    """
    root = _b.root("inv:Invoice", default=True)
    _header(root, document)
    _references(root, document)
    _parties(root, document)
    _delivery(root, document)
    _payment(root, document)
    _allowances(root, document)
    _vat(root, document)
    _totals(root, document)
    for line in document.lines:
        _line(root, document, line)
    builder.prune(root)
    return root


def _header(root, document: Document):
    _b.text(root, "cbc:CustomizationID", CUSTOMIZATION, "BT-24")
    _b.text(root, "cbc:ProfileID", document.framework, "BT-23")
    _b.text(root, "cbc:ID", document.number, "BT-1")
    _b.text(root, "cbc:IssueDate", builder.date(document.issue_date), "BT-2")
    _b.text(root, "cbc:DueDate", builder.date(document.due_date), "BT-9")
    _b.text(root, "cbc:InvoiceTypeCode", document.type_code, "BT-3")
    for note in document.notes:
        _b.text(root, "cbc:Note", note, "BT-22")
    _b.text(root, "cbc:DocumentCurrencyCode", document.currency, "BT-5")
    _b.text(root, "cbc:BuyerReference", document.service, "BT-10")


def _references(root, document: Document):
    order = _b.group(root, "cac:OrderReference")
    _b.text(order, "cbc:ID", document.order_slot, "BT-13")
    if document.preceding:
        billing = _b.group(root, "cac:BillingReference")
        preceding = _b.group(billing, "cac:InvoiceDocumentReference")
        _b.text(preceding, "cbc:ID", document.preceding.number, "BT-25")
        _b.text(preceding, "cbc:IssueDate", builder.date(document.preceding.issue_date), "BT-26")
    if document.market:
        contract = _b.group(root, "cac:ContractDocumentReference")
        _b.text(contract, "cbc:ID", document.market, "BT-12")
        _b.text(contract, "cbc:DocumentTypeCode", MARKET)
    for attachment in document.attachments:
        _attachment(root, attachment)


def _attachment(root, attachment: Attachment):
    node = _b.group(root, "cac:AdditionalDocumentReference")
    _b.text(node, "cbc:ID", attachment.name, "BT-122")
    _b.text(node, "cbc:DocumentDescription", attachment.description, "BT-123")
    holder = _b.group(node, "cac:Attachment")
    _b.text(
        holder,
        "cbc:EmbeddedDocumentBinaryObject",
        builder.binary(attachment.content),
        "BT-125",
        mimeCode=attachment.mime,
        filename=attachment.name,
    )


def _parties(root, document: Document):
    supplier = _b.group(root, "cac:AccountingSupplierParty")
    _party(supplier, SELLER, document.seller, regime=VAT_REGIMES.get(document.vat_regime, ""))
    customer = _b.group(root, "cac:AccountingCustomerParty")
    _party(customer, BUYER, document.buyer, contact_id=document.service)
    contact = _b.group(customer, "cac:AccountingContact")
    _b.text(contact, "cbc:ID", document.service, "BT-10")


def _party(parent, role: str, party: Party, *, regime: str = "", contact_id: str = ""):
    term = terms_of(Party, role)
    node = _b.group(parent, "cac:Party")
    identification = _b.group(node, "cac:PartyIdentification")
    _b.text(identification, "cbc:ID", party.identifier, term["identifier"], schemeName=party.scheme)
    name = _b.group(node, "cac:PartyName")
    _b.text(name, "cbc:Name", party.name, term["name"])
    _address(node, "cac:PostalAddress", role, party)
    if party.vat or regime:
        tax_scheme = _b.group(node, "cac:PartyTaxScheme")
        _b.text(tax_scheme, "cbc:CompanyID", party.vat, term["vat"])
        scheme = _b.group(tax_scheme, "cac:TaxScheme")
        _b.text(scheme, "cbc:ID", "VAT")
        _b.text(scheme, "cbc:TaxTypeCode", regime, "BT-8")
    if role == SELLER and party.tax_registration:
        local = _b.group(node, "cac:PartyTaxScheme")
        _b.text(local, "cbc:CompanyID", party.tax_registration, term["tax_registration"])
        scheme = _b.group(local, "cac:TaxScheme")
        _b.text(scheme, "cbc:ID", LOCAL_TAX)
    entity = _b.group(node, "cac:PartyLegalEntity")
    _b.text(entity, "cbc:RegistrationName", party.name, term["name"])
    contact = _b.group(node, "cac:Contact")
    _b.text(contact, "cbc:ID", contact_id, "BT-10")
    _b.text(contact, "cbc:Telephone", party.phone, term["phone"])
    _b.text(contact, "cbc:ElectronicMail", party.email, term["email"])


def _address(parent, name: str, role: str, party: Party):
    term = terms_of(Party, role)
    node = _b.group(parent, name)
    _b.text(node, "cbc:StreetName", party.street, term["street"])
    _b.text(node, "cbc:AdditionalStreetName", party.street2, term["street2"])
    _b.text(node, "cbc:CityName", party.city, term["city"])
    _b.text(node, "cbc:PostalZone", party.zip, term["zip"])
    _b.text(node, "cbc:CountrySubentity", party.subdivision, term["subdivision"])
    country = _b.group(node, "cac:Country")
    _b.text(country, "cbc:IdentificationCode", party.country, term["country"])


def _delivery(root, document: Document):
    node = _b.group(root, "cac:Delivery")
    _b.text(node, "cbc:ActualDeliveryDate", builder.date(document.delivery_date), "BT-72")
    site = document.delivery
    if site:
        location = _b.group(node, "cac:DeliveryLocation")
        # The list has no code for the other natures.
        scheme = {"schemeID": ICD_SIRET} if site.scheme == SCHEME_SIRET else {}
        _b.text(location, "cbc:ID", site.identifier, "BT-71", **scheme)
        _b.text(location, "cbc:Description", site.name, "BT-70")
        _address(location, "cac:Address", DELIVERY, site)
        party = _b.group(node, "cac:DeliveryParty")
        name = _b.group(party, "cac:PartyName")
        _b.text(name, "cbc:Name", site.name, "BT-70")


def _payment(root, document: Document):
    payment = document.payment
    node = _b.group(root, "cac:PaymentMeans")
    _b.text(node, "cbc:PaymentMeansCode", payment.means, "BT-81")
    _b.text(node, "cbc:PaymentDueDate", builder.date(document.due_date), "BT-9")
    if payment.iban:
        _b.text(node, "cbc:PaymentChannelCode", "IBAN")
    _b.text(node, "cbc:PaymentID", payment.reference, "BT-83")
    if payment.iban:
        account = _b.group(node, "cac:PayeeFinancialAccount")
        _b.text(account, "cbc:ID", payment.iban, "BT-84")
        _b.text(account, "cbc:Name", payment.holder, "BT-85")
        branch = _b.group(account, "cac:FinancialInstitutionBranch")
        _b.text(branch, "cbc:ID", payment.bic, "BT-86")
    terms = _b.group(root, "cac:PaymentTerms")
    _b.text(terms, "cbc:Note", payment.terms, "BT-20")


def _allowances(root, document: Document):
    for item in document.allowances:
        term = terms_of(AllowanceCharge, item.role)
        node = _b.group(root, "cac:AllowanceCharge")
        is_charge, group = ("true", "BG-21") if item.is_charge else ("false", "BG-20")
        _b.text(node, "cbc:ChargeIndicator", is_charge, group)
        _b.text(node, "cbc:AllowanceChargeReason", item.reason, term["reason"])
        _amount(node, "cbc:Amount", item.amount, document, term["amount"])
        _tax_category(node, "cac:TaxCategory", item.role, item.tax)


def _vat(root, document: Document):
    total = _b.group(root, "cac:TaxTotal")
    _amount(total, "cbc:TaxAmount", document.totals.tax, document, "BT-110")
    for item in document.vat:
        subtotal = _b.group(total, "cac:TaxSubtotal")
        _amount(subtotal, "cbc:TaxableAmount", item.taxable, document, "BT-116")
        _amount(subtotal, "cbc:TaxAmount", item.amount, document, "BT-117")
        _tax_category(subtotal, "cac:TaxCategory", BREAKDOWN, item.tax)


def _tax_category(parent, name: str, role: str, tax: Tax):
    term = terms_of(Tax, role)
    node = _b.group(parent, name)
    _b.text(node, "cbc:ID", tax.category, term["category"])
    if tax.category != "O":  # BR-O-05: outside the scope there is no rate
        _b.text(node, "cbc:Percent", builder.number(tax.rate), term["rate"])
    if role == BREAKDOWN:  # the reason stands there only
        _b.text(node, "cbc:TaxExemptionReasonCode", tax.reason_code, "BT-121")
        _b.text(node, "cbc:TaxExemptionReason", tax.reason, "BT-120")
    scheme = _b.group(node, "cac:TaxScheme")
    _b.text(scheme, "cbc:ID", "VAT")


def _totals(root, document: Document):
    totals = document.totals
    node = _b.group(root, "cac:LegalMonetaryTotal")
    _amount(node, "cbc:LineExtensionAmount", document.lines_total, document, "BT-106")
    _amount(node, "cbc:TaxExclusiveAmount", totals.untaxed, document, "BT-109")
    _amount(node, "cbc:TaxInclusiveAmount", totals.total, document, "BT-112")
    if document.allowances_total:
        _amount(node, "cbc:AllowanceTotalAmount", document.allowances_total, document, "BT-107")
    if document.charges_total:
        _amount(node, "cbc:ChargeTotalAmount", document.charges_total, document, "BT-108")
    if totals.prepaid:
        _amount(node, "cbc:PrepaidAmount", totals.prepaid, document, "BT-113")
    if totals.rounding:
        _amount(node, "cbc:PayableRoundingAmount", totals.rounding, document, "BT-114")
    _amount(node, "cbc:PayableAmount", totals.due, document, "BT-115")


def _line(root, document: Document, line: Line):
    node = _b.group(root, "cac:InvoiceLine")
    _b.text(node, "cbc:ID", line.number, "BT-126")
    quantity = builder.number(line.quantity)
    _b.text(node, "cbc:InvoicedQuantity", quantity, "BT-129", unitCode=line.unit)  # BT-130
    _amount(node, "cbc:LineExtensionAmount", line.amount, document, "BT-131")
    item = _b.group(node, "cac:Item")
    _b.text(item, "cbc:Description", line.description, "BT-154")
    _b.text(item, "cbc:Name", line.name, "BT-153")
    reference = _b.group(item, "cac:SellersItemIdentification")
    _b.text(reference, "cbc:ID", line.seller_item, "BT-155")
    _tax_category(item, "cac:ClassifiedTaxCategory", LINE, line.tax)
    price = _b.group(node, "cac:Price")
    currency = document.currency
    _b.text(price, "cbc:PriceAmount", builder.number(line.price), "BT-146", currencyID=currency)
    if line.base_quantity != 1:
        base = builder.number(line.base_quantity)
        _b.text(price, "cbc:BaseQuantity", base, "BT-149", unitCode=line.unit)  # BT-150
    if line.gross_price is not None:
        discount = _b.group(price, "cac:AllowanceCharge")
        _b.text(discount, "cbc:ChargeIndicator", "false")
        value = builder.number(line.gross_price - line.price)
        _b.text(discount, "cbc:Amount", value, "BT-147", currencyID=currency)
        gross = builder.number(line.gross_price)
        _b.text(discount, "cbc:BaseAmount", gross, "BT-148", currencyID=currency)


def _amount(parent, name: str, value, document: Document, term: str):
    amount = builder.amount(value, document.decimals)
    _b.text(parent, name, amount, term, currencyID=document.currency)
