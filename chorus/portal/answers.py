"""The known answers of Chorus Pro: the cause and the cure of each.

:mod:`.rejections` finds *subjects* (:data:`WORDS`, :data:`NODES`) and *predicates*
(:data:`PREDICATES`) in a text; :data:`ROWS` has the meaning of each pair. A new answer
is a row here, with the words that it needs.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from dataclasses import dataclass

from ..messages import _

#: Where to mend, relative to the document, and the model that it is.
DOCUMENT, BUYER, SELLER, ACCOUNT, TAXES, PORTAL = (
    "document",
    "buyer",
    "seller",
    "account",
    "taxes",
    "portal",
)
MODELS = {
    DOCUMENT: "account.move",
    BUYER: "res.partner",
    SELLER: "res.partner",
    ACCOUNT: "res.partner.bank",
    TAXES: "account.tax",
    PORTAL: "",
}

#: The answer that refuses nothing.
RECEIVED = "lot_received"
#: The code of the answer that Chorus Pro has a document of this number.
DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Row:
    """A known answer.

    :param code: stable code of the explanation
    :param subjects: subjects of the answer, keys of :data:`WORDS`
    :param predicates: faults of the subject, keys of :data:`PREDICATES`; "" when the subject alone
        is enough
    :param place: record to mend, a key of :data:`MODELS`
    :param field: the field to mend
    :param source: where the answer was seen, or the fact that it stands for
    :param message: marked literal, cause and cure
    """

    code: str
    subjects: str
    predicates: str
    place: str
    field: str
    source: str
    message: str


_OF_WHOM = (
    r"(?:(?: [\w\"'().-]{1,60}){0,3}?"
    r" (?:du|pour le|de la structure(?: publique)?|de l'entite(?: publique)?)"
    r"(?: (?:client|destinataire)\w*)?)?"
)
_SERVICE = r"(?:codes? (?:du )?services?(?: executante?)?|services? (?:executante?|destinataire))"
_ENGAGEMENT = (
    r"(?:(?:numero d'|reference d'|l')?engagements?(?: juridiques?)?|legal commitment"
    r"|numero (?:de |du )?(?:bon de )?commande|bons? de commande|commitment number)"
)
_FILE = r"(?:la |l')?(?:pieces? jointes?|pj|fichiers?(?: joints?)?|documents? joints?)"

#: Subjects in words, folded as :func:`_fold` does; the first that matches at a place wins.
WORDS = {
    "either": rf"{_SERVICE} (?:et|ou|et/ou) (?:le |l'|un )?{_ENGAGEMENT}"
    rf"|{_ENGAGEMENT} (?:et|ou|et/ou) (?:le |un )?{_SERVICE}",
    "service": rf"{_SERVICE}{_OF_WHOM}|service code|performing service",
    "engagement": rf"{_ENGAGEMENT}{_OF_WHOM}",
    "market": r"(?:numero|reference) (?:de |du )?(?:marche|contrat)|numero de marche public",
    "received": r"lot (?:\S{1,60} ){0,6}?a ete importee? correctement",
    "facturx": r"format pdf/a-?3 \(factur-?x\)|pdf/a-?3 \(factur-?x\) concu",
    "xsd": r"cvc-[a-z]{3,30}",
    "syntax": r"syntaxe|schema xsd|\bxsd\b|balise racine|format (?:du |de )(?:flux|facture)"
    r"|format (?:choisi|selectionne|attendu|declare)|code interface",
    "attachment_name": rf"noms? (?:de |du |d')?{_FILE}",
    "attachment_size": rf"(?:taille|poids|volume) (?:de |du |d')?{_FILE}",
    "attachment_type": rf"(?:extension|type|format) (?:de |du |d')?{_FILE}|\bextension",
    "attachment": r"pieces? jointes?|\bpj\b|attachments?",
    "gross": r"prix (?:unitaires? )?bruts?|gross ?price",
    "payment": r"(?:mode|moyen|type|code du moyen|code du mode)s? de (?:paiement|reglement)",
    "iban": r"\biban\b|coordonnees bancaires|\brib\b|comptes? bancaires?",
    "framework": r"cadres? de facturation",
    "profile": r"extended-ctc-fr",
    "type": r"types? (?:de |du )(?:la )?(?:facture|document)",
    "preceding": r"factures? (?:d'origine|precedente|initiale|anterieure|rectifiee|de reference)",
    "number": r"numero (?:de |du )?(?:la )?(?:facture|document|demande de paiement|avoir)"
    r"|invoice number",
    "issue_date": r"date (?:d'emission|de (?:la )?facture|de facturation|du document)",
    "due_date": r"date (?:d'echeance|limite de paiement)|echeance",
    "vat_category": r"categories? (?:de |du |d')?(?:la )?(?:tva|taxe)|(?:code )?categorie de tva",
    "vat_reason": r"motifs? d'exoneration|motifs? d'exemption",
    "vat_rate": r"taux (?:de |d')?(?:la )?(?:tva|taxes?|taxation)|vat rate",
    "vat_number": r"(?:numero|identifiant) (?:de )?tva|tva intracommunautaire",
    "decimals": r"(?:nombre (?:de |maximal de )?)?decimales?",
    "amount": r"montants?(?: (?:totaux|total|ht|ttc|hors taxes?|de (?:la )?tva|net|a payer)){0,3}"
    r"|\btotaux\b|net a payer|synthese (?:de l'|d')?entete|recapitulatif",
    "supplier": r"(?:(?:le |numero )?siret |identifiant |structure )?"
    r"(?:du |de l'|de la structure )?(?:fournisseur|emetteur|emettrice|vendeur)",
    "recipient": r"(?:(?:le |numero )?siret |identifiant |structure (?:publique )?)?"
    r"(?:du |de la structure (?:publique )?)?(?:destinataires?|client|debiteur)|recipient"
    r"|structure publique",
    "siret": r"\bsiret\b",
    "country": r"code pays|\bpays\b",
    "currency": r"\bdevise\b|code monnaie",
    "seller_name": r"raison sociale (?:du fournisseur|de l'emetteur)",
    "note": r"commentaires?|conditions de paiement",
    "item": r"designation|libelles? (?:de |des |du )(?:la )?(?:lignes?|articles?|produits?)",
    "flow": r"\bflux\b|\blots?\b|archive",
    # These have no meaning by themselves.
    "invoice": r"\bfactures?\b|demandes? de paiement|\bavoirs?\b|\binvoices?\b|payment request",
    "file": r"\bfichiers?\b|\bpdf\b|\bdocuments?\b",
    "other": r"\bchamps?\b|\belements?\b|\bbalises?\b|\battributs?\b|\brubriques?\b|\bfield\b",
}

#: Subjects as nodes of the file: ends of a path, below anything.
NODES = {
    "service": r"buyerreference|accountingcontact\.id|accountingcustomerparty\.party\.contact\.id",
    "engagement": r"buyerorderreferenceddocument(?:\.issuerassignedid)?|orderreference(?:\.id)?",
    "market": r"contractreferenceddocument(?:\.issuerassignedid)?|contractdocumentreference\.id",
    "gross": r"appliedtradeallowancecharge(?:\.actualamount)?"
    r"|grosspriceproducttradeprice(?:\.chargeamount)?",
    "payment": r"specifiedtradesettlementpaymentmeans(?:\.typecode)?"
    r"|paymentmeans(?:\.paymentmeanscode)?|paymentmeanscode",
    "iban": r"(?:payeepartycreditorfinancialaccount\.)?ibanid|payeefinancialaccount(?:\.id)?"
    r"|payeepartycreditorfinancialaccount",
    "framework": r"businessprocessspecifieddocumentcontextparameter(?:\.id)?|profileid",
    "profile": r"guidelinespecifieddocumentcontextparameter(?:\.id)?|customizationid",
    "routing": r"uriuniversalcommunication(?:\.uriid)?|uriid|endpointid",
    "type": r"exchangeddocument\.typecode|invoicetypecode",
    "preceding": r"invoicereferenceddocument(?:\.issuerassignedid|\.formattedissuedatetime\S*)?"
    r"|invoicedocumentreference(?:\.id|\.issuedate)?",
    "number": r"exchangeddocument\.id|invoice\.id",
    "issue_date": r"exchangeddocument\.issuedatetime(?:\.datetimestring)?|invoice\.issuedate",
    "due_date": r"duedatedatetime(?:\.datetimestring)?|duedate|paymentduedate",
    "vat_category": r"applicabletradetax\.categorycode|(?:classified)?taxcategory\.id",
    "vat_reason": r"exemptionreason(?:code)?|taxexemptionreason(?:code)?",
    "vat_rate": r"rateapplicablepercent|(?:classified)?taxcategory\.percent",
    "vat_number": r"specifiedtaxregistration(?:\.id)?|partytaxscheme\.companyid",
    "amount": r"grandtotalamount|taxbasistotalamount|linetotalamount|taxtotalamount"
    r"|duepayableamount|payableamount|taxinclusiveamount|taxexclusiveamount|lineextensionamount"
    r"|calculatedamount|taxamount|taxableamount|totalprepaidamount|prepaidamount"
    r"|applicabletradetax\.basisamount|netpriceproducttradeprice\.chargeamount|priceamount",
    "supplier": r"(?:sellertradeparty|accountingsupplierparty)"
    r"(?:\S{0,60}(?:specifiedlegalorganization|partyidentification)(?:\.id)?|\.id)?",
    "recipient": r"(?:buyertradeparty|accountingcustomerparty)"
    r"(?:\S{0,60}(?:specifiedlegalorganization|partyidentification)(?:\.id)?|\.id)?",
    "siret": r"specifiedlegalorganization(?:\.id)?|partyidentification(?:\.id)?",
    "country": r"countryid|country\.identificationcode",
    "currency": r"invoicecurrencycode|documentcurrencycode",
    "attachment_name": r"attachmentbinaryobject\.filename|embeddeddocumentbinaryobject\.filename",
    "attachment_type": r"attachmentbinaryobject\.mimecode|embeddeddocumentbinaryobject\.mimecode",
    "attachment": r"attachmentbinaryobject|embeddeddocumentbinaryobject",
    "note": r"includednote(?:\.content)?|invoice\.note|specifiedtradepaymentterms(?:\.description)?"
    r"|paymentterms\.note",
    "item": r"specifiedtradeproduct\.(?:name|description)|item\.(?:name|description)",
}

#: Faults of a subject in words.
PREDICATES = {
    "missing": r"(?<!pas )obligatoires?\b|manquante?s?\b|non renseignee?s?"
    r"|n'(?:est|a|ont|sont) pas (?:ete )?(?:renseigne|present|fourni|indique|saisi)\w*"
    r"|doi(?:t|vent) etre (?:renseigne|present|indique|saisi|fourni)\w*|\bvides?\b"
    r"|\brequise?s?\b|\bmandatory\b|is (?:required|missing)|\babsente?s?\b",
    # Its subject comes after it.
    "lack": r"\babsence (?:de|du|d')|il manque|\bexige\w*|\brequiert\b|\bnecessite\b"
    r"|(?:veuillez|merci de) (?:saisir|renseigner|indiquer)",
    "long": r"depass\w{1,9}|trop (?:long(?:ue)?s?|grande?s?|volumineu\w{1,3}|lourde?s?|de)\b"
    r"|exced\w{1,9}|\d caracteres (?:au )?max\w*|(?:superieure?s?|limite\w*) a \d{1,6}"
    r"|(?:longueur|taille|nombre) maxim\w{2,4}|too (?:long|large)",
    "unknown": r"inconnue?s?\b|introuvables?\b|inexistante?s?\b|n'existe(?:nt)? pas"
    r"|n'a pas (?:pu etre|ete) (?:trouve|identifie)\w*|non (?:trouve|reference|identifie)e?s?\b"
    r"|inacti(?:f|ve)s?\b|n'est (?:pas|plus) (?:acti(?:f|ve)|reference|connu)e?"
    r"|desactivee?s?\b|not (?:found|located)|\binactive\b|\bunknown\b|n'appartient pas",
    "invalid": r"invalides?\b|incorrecte?s?\b|erronee?s?\b|non conformes?\b|incoherente?s?\b"
    r"|n'(?:est|ont|sont) pas (?:valide|correct|conforme|autorise|accepte|admis|reconnu|coherent"
    r"|pris en charge)\w*|non (?:autorise|accepte|reconnu|supporte|valide)e?s?\b|interdite?s?\b"
    r"|ne respecte(?:nt)? pas|ne fait pas partie|not (?:correct|valid|allowed)|\binvalid\b"
    r"|doi(?:t|vent) (?:appartenir|prendre|etre egale?s?|correspondre)|refusee?s?\b",
    "mismatch": r"ne correspond(?:ent)? pas|n'est pas egale?|differente?s? (?:de|du)"
    r"|erreur de calcul",
    "negative": r"negati(?:f|ve)s?\b|doi(?:t|vent) etre positi\w{1,3}",
    "twice": r"doublons?\b|existe deja|duplicate\w*|already \w{2,12}"
    r"|deja (?:ete )?(?:depose|presente|utilise|recue?|transmis|integre|existant|enregistre"
    r"|envoye)\w*",
    "future": r"\bfutu(?:r|re)\b|ulterieure?\b"
    r"|(?:anterieure?|inferieure?) ou egale|(?:ne (?:doit|peut) pas|ne peut) etre posterieure?"
    r"|est (?:posterieure?|superieure?) a\b"
    r"|posterieure? a la date (?:de depot|du jour|de reception)",
    "early": r"(?:ne (?:doit|peut) pas|ne peut|est) (?:etre )?(?:anterieure?|inferieure?)"
    r"|doit etre (?:posterieure?|superieure?)",
    "locked": r"mots? de passe|protegee?s?\b|password|chiffree?s?\b|cryptee?s?\b",
    "unreadable": r"n'a pas pu etre (?:analyse|lue?|traite|interprete)\w*|illisibles?\b"
    r"|could not be analy[sz]ed",
}

_DSE = "Chorus: DSE, rules on the content"
_LIVE = "live rejection"

#: Every known answer.
ROWS = (
    Row(
        "number_too_long",
        "number",
        "long",
        DOCUMENT,
        "name",
        f"{_LIVE}: ExchangedDocument.ID, 20 characters",
        _(
            "The document's number has more than 20 characters. Shorten the numbering of its "
            "journal, then cancel this document and make it again under a shorter number."
        ),
    ),
    Row(
        "number_characters",
        "number",
        "invalid",
        DOCUMENT,
        "name",
        _DSE,
        _(
            "The document's number has characters that Chorus Pro refuses: it takes letters "
            "without accents, digits, - + _ / and single spaces inside. Correct the numbering of "
            "its journal, then cancel this document and make it again."
        ),
    ),
    Row(
        DUPLICATE,
        "invoice number",
        "twice",
        DOCUMENT,
        "name",
        "reference §6: year + SIREN + number",
        _(
            "Chorus Pro already has a document of this year and number from your company. If it "
            "is this one, it has arrived: do not deposit it again. If it is another, give the "
            "journals different prefixes, then cancel this document and make it again."
        ),
    ),
    Row(
        "issue_date_future",
        "issue_date",
        "future",
        DOCUMENT,
        "invoice_date",
        _DSE,
        _(
            "The document's date is after the day of the deposit. Deposit the same file again from "
            "that day on, or correct the date."
        ),
    ),
    Row(
        "due_date_early",
        "due_date",
        "early mismatch",
        DOCUMENT,
        "invoice_date_due",
        "EN 16931",
        _("The due date is before the document's date. Correct the due date and export again."),
    ),
    Row(
        "type_refused",
        "type",
        "invalid unknown missing",
        DOCUMENT,
        "l10n_fr_chorus_type",
        _DSE,
        _(
            "Chorus Pro takes the document types 380, 381, 384 and 386 only. Choose the document "
            "type again and export again."
        ),
    ),
    Row(
        "preceding_too_long",
        "preceding",
        "long",
        DOCUMENT,
        "reversed_entry_id",
        _DSE,
        _(
            "The number of the invoice that this document is about has more than 20 characters. "
            "Make a credit note that is not linked to it, and name it in the notes."
        ),
    ),
    Row(
        "preceding_refused",
        "preceding",
        "missing lack unknown invalid",
        DOCUMENT,
        "reversed_entry_id",
        _DSE,
        _(
            "The invoice that this document is about is missing, or Chorus Pro does not know it. "
            "Make credit notes and corrected invoices from their invoice, once it is deposited."
        ),
    ),
    Row(
        "framework_refused",
        "framework",
        "invalid unknown missing lack mismatch",
        DOCUMENT,
        "l10n_fr_chorus_framework",
        _DSE,
        _(
            "The framework is refused. A file deposited by hand takes A1 (to be paid) or A2 "
            "(already paid); S1, B1 or M1 are values of the reform, for approved platforms. Choose "
            "A1 or A2, export again and deposit the new file."
        ),
    ),
    Row(
        "reform_profile",
        "profile routing",
        "invalid unknown missing long mismatch",
        PORTAL,
        "",
        f"{_LIVE}: reform values in a file deposited by hand",
        _(
            "The file has values of the 2026 reform (profile EXTENDED-CTC-FR, routing address), "
            "which only approved platforms may send. Deposit the file that this export made, not "
            "the one of another sending."
        ),
    ),
    Row(
        "payment_means_missing",
        "payment",
        "missing lack",
        DOCUMENT,
        "preferred_payment_method_line_id",
        f"{_LIVE}: SpecifiedTradeSettlementPaymentMeans.TypeCode",
        _(
            "The file has no means of payment, which Chorus Pro wants on credit notes too. Choose "
            "a payment method on the document, export again and deposit the new file."
        ),
    ),
    Row(
        "payment_means_refused",
        "payment",
        "invalid unknown",
        DOCUMENT,
        "preferred_payment_method_line_id",
        _DSE,
        _(
            "Chorus Pro does not take this means of payment. Choose another payment method on the "
            "document: transfer, direct debit, card, cheque, cash or clearing."
        ),
    ),
    Row(
        "iban_missing",
        "iban",
        "missing lack",
        DOCUMENT,
        "partner_bank_id",
        _DSE,
        _(
            "The bank account to pay is missing, and a transfer needs one. Choose the recipient "
            "bank on the document, or one for all in the Chorus Pro configuration."
        ),
    ),
    Row(
        "iban_refused",
        "iban",
        "invalid long unknown",
        ACCOUNT,
        "acc_number",
        _DSE,
        _(
            "The bank account to pay is refused. Its IBAN must be valid, without spaces, of at "
            "most 27 characters, and the one that your company gave to Chorus Pro. Correct it."
        ),
    ),
    Row(
        "service_or_engagement_missing",
        "either",
        "missing lack",
        DOCUMENT,
        "buyer_reference",
        "public directory: decision table",
        _(
            "The customer requires a service code, an engagement number, or both. Ask for them, "
            "fill them in on the document and on the customer, and export again."
        ),
    ),
    Row(
        "service_missing",
        "service",
        "missing lack",
        DOCUMENT,
        "buyer_reference",
        f"{_LIVE}: “L'engagement juridique (…BuyerReference…)” is the service code",
        _(
            "The service code is missing, even where Chorus Pro writes “engagement juridique”: "
            "BuyerReference is the service code. Fill it in on the document, and as default "
            "service code on the customer, then export again."
        ),
    ),
    Row(
        "service_unknown",
        "service",
        "unknown invalid long",
        DOCUMENT,
        "buyer_reference",
        "public directory: services; DSE",
        _(
            "The customer has no active service of this code. Take the code from the directory of "
            "Chorus Pro or ask the customer, correct it on the document and export again."
        ),
    ),
    Row(
        "engagement_missing",
        "engagement",
        "missing lack",
        DOCUMENT,
        "purchase_order_reference",
        f"{_LIVE}: BuyerOrderReferencedDocument.IssuerAssignedID",
        _(
            "The engagement number is missing, and the customer or its service requires one. Ask "
            "for it, fill it in on the document and export again."
        ),
    ),
    Row(
        "engagement_refused",
        "engagement",
        "unknown invalid long",
        DOCUMENT,
        "purchase_order_reference",
        _DSE,
        _(
            "The engagement or purchase order number is refused: the customer does not know it, or "
            "it has more than 50 characters. Check it with the customer; your own order number "
            "does not go there."
        ),
    ),
    Row(
        "market_refused",
        "market",
        "missing lack unknown invalid long",
        DOCUMENT,
        "contract_reference",
        _DSE,
        _(
            "The market number is missing or refused: the customer does not know it, or it has "
            "more than 50 characters. Check it with the customer and correct it on the document."
        ),
    ),
    Row(
        "gross_price",
        "gross",
        "missing lack invalid mismatch",
        PORTAL,
        "",
        f"{_LIVE}: AppliedTradeAllowanceCharge.ActualAmount",
        _(
            "The file has a gross price without the amount of its discount. The files of this "
            "export never do: deposit the file that this export made, not the one that Odoo "
            "itself attaches to the invoice."
        ),
    ),
    Row(
        "vat_category",
        "vat_category",
        "missing lack invalid unknown",
        TAXES,
        "ubl_cii_tax_category_code",
        _DSE,
        _(
            "A line has no VAT category that Chorus Pro knows. Give each line one VAT tax, and "
            "each tax its category (S, E, AE, K, G, O or Z)."
        ),
    ),
    Row(
        "vat_reason",
        "vat_reason",
        "missing lack invalid unknown",
        TAXES,
        "ubl_cii_tax_exemption_reason_code",
        _DSE,
        _("A tax that charges no VAT does not say why. Choose the exemption reason on the tax."),
    ),
    Row(
        "vat_rate",
        "vat_rate",
        "invalid unknown missing lack",
        TAXES,
        "amount",
        _DSE,
        _(
            "A VAT rate is missing or is none of French VAT. Choose a tax with a French rate on "
            "the lines of the document."
        ),
    ),
    Row(
        "vat_number",
        "vat_number",
        "invalid unknown missing lack",
        SELLER,
        "vat",
        _DSE,
        _(
            "A VAT number is missing or wrong. Check your company's, then the customer's if it is "
            "outside France, and export again."
        ),
    ),
    Row(
        "decimals",
        "decimals",
        "long invalid",
        DOCUMENT,
        "invoice_line_ids",
        _DSE,
        _(
            "An amount has more decimals than Chorus Pro takes: 2 for totals, 4 for quantities, 6 "
            "for unit prices. Correct the quantities and prices of the lines."
        ),
    ),
    Row(
        "amount_negative",
        "amount",
        "negative",
        DOCUMENT,
        "invoice_line_ids",
        _DSE,
        _(
            "An amount is negative. Chorus Pro wants positive totals: make a credit note of a "
            "document whose total is below zero."
        ),
    ),
    Row(
        "amounts",
        "amount",
        "invalid mismatch missing lack",
        DOCUMENT,
        "invoice_line_ids",
        _DSE,
        _(
            "Lines, VAT and totals do not add up to the cent. Check the lines, discounts and "
            "manual changes of VAT on the document, and export again."
        ),
    ),
    Row(
        "supplier_refused",
        "supplier",
        "unknown invalid missing lack",
        SELLER,
        "company_registry",
        _DSE,
        _(
            "Chorus Pro does not know your company by its SIRET, or its account there is not "
            "active. Check the 14 digits of the company's SIRET and its account on the portal."
        ),
    ),
    Row(
        "recipient_refused",
        "recipient",
        "unknown invalid missing lack",
        BUYER,
        "l10n_fr_chorus_siret",
        "reference §6: wrong SIRET, or the parent body's",
        _(
            "Chorus Pro knows no active public body by the SIRET of the billing address: it is "
            "wrong, closed, or that of the parent body. Ask the customer which SIRET to invoice "
            "and enter its 14 digits on the billing address."
        ),
    ),
    Row(
        "siret_refused",
        "siret",
        "unknown invalid missing lack long",
        BUYER,
        "l10n_fr_chorus_siret",
        _DSE,
        _(
            "A SIRET is missing or refused: Chorus Pro wants the 14 digits of an active "
            "establishment, not the 9 of a SIREN. Check the billing address's, then your own "
            "company's."
        ),
    ),
    Row(
        "country",
        "country",
        "missing lack invalid unknown",
        BUYER,
        "country_id",
        "EN 16931 BR-11",
        _("An address has no valid country. Fill in the country of the billing address."),
    ),
    Row(
        "currency",
        "currency",
        "missing lack invalid unknown",
        DOCUMENT,
        "currency_id",
        _DSE,
        _("The currency is refused. Make the document in one currency, the euro."),
    ),
    Row(
        "note_too_long",
        "note",
        "long",
        DOCUMENT,
        "narration",
        "Chorus: ≤ 1024",
        _("A note or the payment terms have more than 1024 characters. Shorten them."),
    ),
    Row(
        "item_too_long",
        "item",
        "long missing lack",
        DOCUMENT,
        "invoice_line_ids",
        "Chorus: ≤ 1024",
        _("A line has no label, or one of more than 1024 characters. Correct the line's label."),
    ),
    Row(
        "pdf_password",
        "file attachment attachment_name attachment_type attachment_size",
        "locked",
        DOCUMENT,
        "attachment_ids",
        "Chorus: no password on a PDF",
        _(
            "A PDF is protected by a password, which Chorus Pro refuses. Replace it by one without "
            "protection."
        ),
    ),
    Row(
        "attachment_name",
        "attachment_name",
        "long invalid twice",
        DOCUMENT,
        "attachment_ids",
        "Chorus: attachment name ≤ 50",
        _(
            "The name of an attachment is refused: Chorus Pro takes 50 characters with the "
            "extension, each name once. Rename it in letters without accents, digits, . _ and -."
        ),
    ),
    Row(
        "attachment_type",
        "attachment_type",
        "invalid unknown missing",
        DOCUMENT,
        "attachment_ids",
        "Chorus: list of extensions",
        _(
            "The type of an attachment is refused. Replace it by a usual one, such as PDF, DOCX, "
            "XLSX, JPG, PNG or ZIP."
        ),
    ),
    Row(
        "attachment_size",
        "attachment attachment_size",
        "long",
        DOCUMENT,
        "attachment_ids",
        "Chorus: attachment ≤ 10 MB, invoice ≤ 120 MB",
        _(
            "An attachment is too big: Chorus Pro takes 10 MB each and 120 MB with the invoice. "
            "Make it smaller or split it."
        ),
    ),
    Row(
        "lot_too_big",
        "flow",
        "long",
        PORTAL,
        "",
        "Chorus: ≤ 500 invoices and 1 GB",
        _("The lot is too big: Chorus Pro takes 500 documents and 1 GB. Deposit it in parts."),
    ),
    Row(
        "wrong_syntax",
        "syntax",
        "invalid unknown mismatch",
        PORTAL,
        "",
        "portal: the user picks the syntax in a list",
        _(
            "The file is not of the syntax that was chosen in the portal's list. Deposit it again "
            "and choose the syntax that the export names; one syntax a lot."
        ),
    ),
    Row(
        "unreadable",
        "xsd",
        "",
        PORTAL,
        "",
        "XML schema validators (cvc-…); VEN “could not be analyzed”",
        _(
            "Chorus Pro could not read the file: it was changed since it was made, or another "
            "syntax was chosen in the portal's list. Download it again from the export and deposit "
            "it with the syntax that the export names."
        ),
    ),
    Row(
        RECEIVED,
        "received",
        "",
        PORTAL,
        "",
        "reference §2: the message proves nothing",
        _(
            "This only says that the lot has arrived: a document in it may still be refused. Look "
            "under “Suivi des flux” on the portal in a few hours, and paste here what it says."
        ),
    ),
    Row(
        "facturx_single",
        "facturx",
        "",
        PORTAL,
        "",
        f"{_LIVE}: Factur-X put in “Déposer une facture”",
        _(
            "A Factur-X file becomes a flow. Deposit it under “Déposer un flux” with the syntax "
            "Factur-X, and look for rejections under “Suivi des flux”."
        ),
    ),
)
