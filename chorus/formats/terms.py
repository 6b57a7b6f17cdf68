"""The business term that a node of a file holds, to name a fault by what it is about."""

from __future__ import annotations

import re

#: Seller, buyer and place of delivery: the node of each, then the terms of their addresses.
_ADDRESS = {
    "StreetName": ("BT-35", "BT-50", "BT-75"),
    "AdditionalStreetName": ("BT-36", "BT-51", "BT-76"),
    "CityName": ("BT-37", "BT-52", "BT-77"),
    "PostalZone": ("BT-38", "BT-53", "BT-78"),
    "CountrySubentity": ("BT-39", "BT-54", "BT-79"),
    "IdentificationCode": ("BT-40", "BT-55", "BT-80"),
    "LineOne": ("BT-35", "BT-50", "BT-75"),
    "LineTwo": ("BT-36", "BT-51", "BT-76"),
    "PostcodeCode": ("BT-38", "BT-53", "BT-78"),
    "CountrySubDivisionName": ("BT-39", "BT-54", "BT-79"),
    "CountryID": ("BT-40", "BT-55", "BT-80"),
    "Name": ("BT-27", "BT-44", "BT-70"),
    "RegistrationName": ("BT-27", "BT-44", ""),
    "Description": ("", "", "BT-70"),
    "PartyIdentification/ID": ("BT-30", "BT-47", ""),
    "SpecifiedLegalOrganization/ID": ("BT-30", "BT-47", ""),
    "Contact/ID": ("", "BT-10", ""),
    "AccountingContact/ID": ("", "BT-10", ""),
    "ID": ("", "", "BT-71"),
    "PartyTaxScheme/CompanyID": ("BT-31 or BT-32", "BT-48", ""),
    "TaxScheme/TaxTypeCode": ("BT-8", "", ""),
    "SpecifiedTaxRegistration/ID": ("BT-31 or BT-32", "BT-48", ""),
    "Telephone": ("BT-42", "BT-57", ""),
    "CompleteNumber": ("BT-42", "BT-57", ""),
    "ElectronicMail": ("BT-43", "BT-58", ""),
    "URIID": ("BT-43", "BT-58", ""),
}
_PARTIES = (
    ("AccountingSupplierParty", "SellerTradeParty"),
    ("AccountingCustomerParty", "BuyerTradeParty"),
    ("DeliveryLocation", "DeliveryParty", "ShipToTradeParty"),
)

#: Term by the end of a path, in UBL then in CII.
_TERMS = {
    "Invoice/CustomizationID": "BT-24",
    "Invoice/ProfileID": "BT-23",
    "Invoice/ID": "BT-1",
    "Invoice/IssueDate": "BT-2",
    "Invoice/DueDate": "BT-9",
    "Invoice/InvoiceTypeCode": "BT-3",
    "Invoice/Note": "BT-22",
    "Invoice/DocumentCurrencyCode": "BT-5",
    "BuyerReference": "BT-10",
    "OrderReference/ID": "BT-13",
    "InvoiceDocumentReference/ID": "BT-25",
    "InvoiceDocumentReference/IssueDate": "BT-26",
    "ContractDocumentReference/ID": "BT-12",
    "AdditionalDocumentReference/ID": "BT-122",
    "DocumentDescription": "BT-123",
    "EmbeddedDocumentBinaryObject": "BT-125",
    "ActualDeliveryDate": "BT-72",
    "PaymentMeansCode": "BT-81",
    "PaymentDueDate": "BT-9",
    "PaymentID": "BT-83",
    "PayeeFinancialAccount/ID": "BT-84",
    "FinancialInstitutionBranch/ID": "BT-86",
    "PaymentTerms/Note": "BT-20",
    "Invoice/AllowanceCharge/ChargeIndicator": "BG-20 or BG-21",
    "Invoice/AllowanceCharge/AllowanceChargeReason": "BT-97 or BT-104",
    "Invoice/AllowanceCharge/Amount": "BT-92 or BT-99",
    "AllowanceCharge/TaxCategory/ID": "BT-95 or BT-102",
    "AllowanceCharge/TaxCategory/Percent": "BT-96 or BT-103",
    "TaxTotal/TaxAmount": "BT-110",
    "TaxSubtotal/TaxableAmount": "BT-116",
    "TaxSubtotal/TaxAmount": "BT-117",
    "TaxSubtotal/TaxCategory/ID": "BT-118",
    "TaxSubtotal/TaxCategory/Percent": "BT-119",
    "TaxExemptionReason": "BT-120",
    "TaxExemptionReasonCode": "BT-121",
    "LegalMonetaryTotal/LineExtensionAmount": "BT-106",
    "LegalMonetaryTotal/AllowanceTotalAmount": "BT-107",
    "LegalMonetaryTotal/ChargeTotalAmount": "BT-108",
    "TaxExclusiveAmount": "BT-109",
    "TaxInclusiveAmount": "BT-112",
    "PrepaidAmount": "BT-113",
    "PayableRoundingAmount": "BT-114",
    "PayableAmount": "BT-115",
    "InvoiceLine/ID": "BT-126",
    "InvoicedQuantity": "BT-129",
    "InvoiceLine/LineExtensionAmount": "BT-131",
    "Item/Name": "BT-153",
    "Item/Description": "BT-154",
    "SellersItemIdentification/ID": "BT-155",
    "ClassifiedTaxCategory/ID": "BT-151",
    "ClassifiedTaxCategory/Percent": "BT-152",
    "Price/PriceAmount": "BT-146",
    "Price/BaseQuantity": "BT-149",
    "Price/AllowanceCharge/Amount": "BT-147",
    "Price/AllowanceCharge/BaseAmount": "BT-148",
    "BusinessProcessSpecifiedDocumentContextParameter/ID": "BT-23",
    "GuidelineSpecifiedDocumentContextParameter/ID": "BT-24",
    "ExchangedDocument/ID": "BT-1",
    "ExchangedDocument/TypeCode": "BT-3",
    "ExchangedDocument/IssueDateTime/DateTimeString": "BT-2",
    "IncludedNote/Content": "BT-22",
    "AssociatedDocumentLineDocument/LineID": "BT-126",
    "SpecifiedTradeProduct/SellerAssignedID": "BT-155",
    "SpecifiedTradeProduct/Name": "BT-153",
    "SpecifiedTradeProduct/Description": "BT-154",
    "GrossPriceProductTradePrice/ChargeAmount": "BT-148",
    "AppliedTradeAllowanceCharge/ActualAmount": "BT-147",
    "NetPriceProductTradePrice/ChargeAmount": "BT-146",
    "PriceProductTradePrice/BasisQuantity": "BT-149",
    "BilledQuantity": "BT-129",
    "SpecifiedLineTradeSettlement/ApplicableTradeTax/CategoryCode": "BT-151",
    "SpecifiedLineTradeSettlement/ApplicableTradeTax/RateApplicablePercent": "BT-152",
    "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount": "BT-131",
    "BuyerOrderReferencedDocument/IssuerAssignedID": "BT-13",
    "ContractReferencedDocument/IssuerAssignedID": "BT-12",
    "AdditionalReferencedDocument/IssuerAssignedID": "BT-122",
    "AdditionalReferencedDocument/Name": "BT-123",
    "AttachmentBinaryObject": "BT-125",
    "OccurrenceDateTime/DateTimeString": "BT-72",
    "PaymentReference": "BT-83",
    "InvoiceCurrencyCode": "BT-5",
    "SpecifiedTradeSettlementPaymentMeans/TypeCode": "BT-81",
    "IBANID": "BT-84",
    "BICID": "BT-86",
    "CalculatedAmount": "BT-117",
    "ExemptionReason": "BT-120",
    "ExemptionReasonCode": "BT-121",
    "ApplicableTradeTax/BasisAmount": "BT-116",
    "ApplicableHeaderTradeSettlement/ApplicableTradeTax/CategoryCode": "BT-118",
    "ApplicableHeaderTradeSettlement/ApplicableTradeTax/RateApplicablePercent": "BT-119",
    "DueDateTypeCode": "BT-8",
    "SpecifiedTradeAllowanceCharge/ChargeIndicator/Indicator": "BG-20 or BG-21",
    "SpecifiedTradeAllowanceCharge/ActualAmount": "BT-92 or BT-99",
    "SpecifiedTradeAllowanceCharge/Reason": "BT-97 or BT-104",
    "CategoryTradeTax/CategoryCode": "BT-95 or BT-102",
    "CategoryTradeTax/RateApplicablePercent": "BT-96 or BT-103",
    "SpecifiedTradePaymentTerms/Description": "BT-20",
    "DueDateDateTime/DateTimeString": "BT-9",
    "HeaderMonetarySummation/LineTotalAmount": "BT-106",
    "ChargeTotalAmount": "BT-108",
    "AllowanceTotalAmount": "BT-107",
    "TaxBasisTotalAmount": "BT-109",
    "TaxTotalAmount": "BT-110",
    "RoundingAmount": "BT-114",
    "GrandTotalAmount": "BT-112",
    "TotalPrepaidAmount": "BT-113",
    "DuePayableAmount": "BT-115",
    "InvoiceReferencedDocument/IssuerAssignedID": "BT-25",
    "FormattedIssueDateTime/DateTimeString": "BT-26",
}
_LONGEST_FIRST = sorted(_TERMS, key=len, reverse=True)


def term(path: str) -> str:
    """The business term at a path.

    :param path: of a node, with or without prefixes and ranks, e.g.
        "/Invoice/cac:InvoiceLine[2]/cbc:InvoicedQuantity"
    :return: its code, "" for a node that holds none
    """
    names = re.sub(r"\[\d+\]", "", path).split("/")
    bare = "/".join(name.rpartition(":")[2] for name in names)
    for rank, parties in enumerate(_PARTIES):
        for party in parties:
            _before, found, inside = bare.rpartition(f"{party}/")
            if found:
                ends = [end for end in _ADDRESS if inside == end or inside.endswith(f"/{end}")]
                return _ADDRESS[max(ends, key=len)][rank] if ends else ""
    for end in _LONGEST_FIRST:
        if bare.endswith(end):
            return _TERMS[end]
    return ""
