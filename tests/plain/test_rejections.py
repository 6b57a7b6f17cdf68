"""Answers of Chorus Pro are explained, and nothing is guessed."""

import time

import pytest

from chorus.portal.answers import MODELS, NODES, PREDICATES, ROWS, WORDS
from chorus.portal.rejections import explain

AGREEMENT = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement"
SETTLEMENT = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeSettlement"

#: What users pasted or may paste, and the code of its explanation.
ANSWERS = [
    ("L'élément FichierXml.ExchangedDocument.ID.value ne doit pas dépasser 20 caractères",
     "number_too_long"),
    ("/rsm:CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID ne doit pas dépasser 20 caractères",
     "number_too_long"),
    ("Le numéro de facture est trop long", "number_too_long"),
    ("N° de facture : caractères non autorisés", "number_characters"),
    ("Facture en doublon", "duplicate"),
    ("FACTURE EN DOUBLON : F2026/0001", "duplicate"),
    ("Le numéro de facture F2026/0001 existe déjà pour ce fournisseur", "duplicate"),
    ("La date d'émission de la facture ne doit pas être postérieure à la date de dépôt",
     "issue_date_future"),
    ("La date de facture doit être antérieure ou égale à la date du jour", "issue_date_future"),
    ("La date d’échéance ne peut pas être antérieure à la date de facture", "due_date_early"),
    ("Le type de facture 389 n'est pas autorisé", "type_refused"),
    ("Le numéro de la facture d'origine : facture d'origine inconnue", "preceding_refused"),
    (f"L'element {SETTLEMENT}.InvoiceReferencedDocument.IssuerAssignedID.value ne doit pas "
     "dépasser 20 caractères", "preceding_too_long"),
    ("L'élément FichierXml.ExchangedDocumentContext."
     "BusinessProcessSpecifiedDocumentContextParameter.ID.value", "framework_refused"),
    ("…BusinessProcessSpecifiedDocumentContextParameter.ID…", "framework_refused"),
    ("Le cadre de facturation S1 n'est pas autorisé", "framework_refused"),
    ("ExchangedDocumentContext.GuidelineSpecifiedDocumentContextParameter.ID : profil "
     "EXTENDED-CTC-FR non autorisé", "reform_profile"),
    (f"L'element {SETTLEMENT}.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est "
     "obligatoire.", "payment_means_missing"),
    ("Le mode de paiement 57 est invalide", "payment_means_refused"),
    (f"L'element {SETTLEMENT}.SpecifiedTradeSettlementPaymentMeans."
     "PayeePartyCreditorFinancialAccount.IBANID.value est obligatoire", "iban_missing"),
    ("L'IBAN FR76 est invalide", "iban_refused"),
    ("Le code service ou le numéro d'engagement est obligatoire",
     "service_or_engagement_missing"),
    (f"L'engagement juridique ({AGREEMENT}.BuyerReference.value) est obligatoire",
     "service_missing"),
    (f"The legal commitment ({AGREEMENT}.BuyerReference.value) is mandatory", "service_missing"),
    ("L'engagement juridique (\n/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement"
     "/ram:BuyerReference\n) est  OBLIGATOIRE", "service_missing"),
    ("Le service exécutant est obligatoire pour ce destinataire", "service_missing"),
    ("Absence du code service", "service_missing"),
    ("Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro",
     "service_unknown"),
    (f"L'engagement juridique ({AGREEMENT}.BuyerOrderReferencedDocument.IssuerAssignedID.value) "
     "est obligatoire", "engagement_missing"),
    ("Le destinataire exige un numéro d'engagement", "engagement_missing"),
    ("Le numéro d'engagement 4500012345 est inexistant", "engagement_refused"),
    ("Le numéro de marché est inconnu", "market_refused"),
    ("L'element AppliedTradeAllowanceCharge.ActualAmount.value est obligatoire si l'element "
     "GrossPriceProductTradePrice.ChargeAmount est renseigné", "gross_price"),
    ("La catégorie de TVA est obligatoire", "vat_category"),
    ("Le motif d'exonération est obligatoire", "vat_reason"),
    ("Le taux de TVA 19,7 est invalide", "vat_rate"),
    ("Le numéro de TVA intracommunautaire est invalide", "vat_number"),
    ("Le nombre de décimales dépasse 2", "decimals"),
    ("Le montant total TTC ne doit pas être négatif", "amount_negative"),
    ("Le montant total HT ne correspond pas à la somme des lignes", "amounts"),
    ("La structure émettrice est inconnue", "supplier_refused"),
    ("Destinataire introuvable ou inactif", "recipient_refused"),
    ("Recipient not located or inactive", "recipient_refused"),
    ("FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement.BuyerTradeParty."
     "SpecifiedLegalOrganization.ID.value est obligatoire", "recipient_refused"),
    ("Le SIRET 219900016 est invalide", "siret_refused"),
    ("Le code pays est obligatoire", "country"),
    ("La devise est invalide", "currency"),
    ("Le commentaire ne doit pas dépasser 1024 caractères", "note_too_long"),
    ("La désignation est trop longue", "item_too_long"),
    ("Le fichier facture.pdf est protégé par un mot de passe", "pdf_password"),
    ("Le nom de la pièce jointe ne doit pas dépasser 50 caractères", "attachment_name"),
    ("L'extension de la pièce jointe n'est pas autorisée", "attachment_type"),
    ("La taille de la pièce jointe dépasse 10 Mo", "attachment_size"),
    ("Le lot contient trop de factures", "lot_too_big"),
    ("Le format du flux ne correspond pas à la syntaxe sélectionnée", "wrong_syntax"),
    ("cvc-elt.1: Cannot find the declaration of element 'Invoice'", "unreadable"),
    ("This invoice could not be analyzed by the Chorus Pro system", "unreadable"),
    ("Le lot de factures a été importé correctement sous le n° CPP001", "lot_received"),
    ("Le lot FSO1117A_CPP001_CPP0010000000001 a été importé correctement", "lot_received"),
    ("La facture est au format PDF/A3 (FACTUR-X) conçu pour déposer des factures par lots",
     "facturx_single"),
]  # fmt: skip

UNKNOWN = [
    None,
    "",
    "   \n\n ",
    "Bonjour, merci de votre réponse.",
    "Chorus Pro est indisponible",
    "Erreur technique 500",
    "Facture F2026/0001 déposée le 12/03/2026, service FINANCES, cadre de facturation A1",
    "Le code service n'est pas obligatoire",
    "L'element FichierXml.SupplyChainTradeTransaction.Inconnu.Autre.value est obligatoire",
    f"L'engagement juridique ({AGREEMENT}.Autre.value) est obligatoire",
    f"L'element {SETTLEMENT}.SpecifiedTradeSettlementPaymentMeans."
    "PayeeSpecifiedCreditorFinancialInstitution.BICID.value est obligatoire",
    "Le SIRET est connu, le champ adresse est obligatoire",
    "Votre mot de passe a expiré",
    "21990001600011",
]


def codes(text):
    return [item.code for item in explain(text)]


@pytest.mark.parametrize(("answer", "code"), ANSWERS)
def test_each_answer_has_its_cause(answer, code):
    """Another cause would send the user to mend what is right."""
    assert codes(answer) == [code]


@pytest.mark.parametrize("change", [str.upper, lambda text: text.replace(" ", "\u00a0  ")])
def test_case_and_spaces_do_not_matter(change):
    """The portal, a PDF and a mail do not write the same answer alike."""
    for answer, code in ANSWERS:
        assert code in codes(change(answer)), answer


def test_every_row_is_tried():
    """A row without an example may never match."""
    assert {row.code for row in ROWS} == {code for _answer, code in ANSWERS}


def test_rows_are_well_made():
    """A misspelt subject or predicate would silently never match."""
    assert len({row.code for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.source and row.message.endswith(".") and row.place in MODELS
        assert set(row.subjects.split()) <= set(WORDS) | set(NODES), row.code
        assert set(row.predicates.split()) <= set(PREDICATES), row.code


@pytest.mark.parametrize("text", UNKNOWN)
def test_an_unknown_answer_is_not_guessed(text):
    """A wrong explanation is worse than none."""
    assert codes(text) == []


def test_several_answers_keep_their_order():
    """The user mends them one by one, as he reads them."""
    text = (
        "Motifs du rejet :\n- Facture en doublon\n"
        f"- L'engagement juridique ({AGREEMENT}.BuyerReference.value) est obligatoire\n"
        "- Facture en doublon\nBonjour"
    )
    assert codes(text) == ["duplicate", "service_missing"]
    one_line = "Code service obligatoire. Destinataire inactif ; facture déjà déposée"
    assert codes(one_line) == ["service_missing", "recipient_refused", "duplicate"]
    assert codes("Le taux de TVA est invalide, le code service est inconnu") == [
        "vat_rate",
        "service_unknown",
    ]


def test_a_line_that_a_window_cut_is_whole_again():
    """A mail breaks lines at 70 characters, in paths too."""
    text = (
        "L'engagement juridique (FichierXml.SupplyChainTradeTransaction.\n"
        "ApplicableHeaderTradeAgreement.\nBuyerReference.value)\nest obligatoire"
    )
    assert codes(text) == ["service_missing"]
    assert codes("Le SIRET du\nDestinataire est\ninconnu") == ["recipient_refused"]


def test_a_received_lot_is_no_refusal():
    """It must not look like one, nor like a success."""
    [received] = explain("Le lot a été importé correctement")
    assert not received.is_refusal
    assert explain("Facture en doublon")[0].is_refusal


def test_it_says_what_to_mend():
    """The link must lead to the record and field."""
    [service] = explain("Le code service est obligatoire")
    assert (MODELS[service.place], service.field) == ("account.move", "buyer_reference")
    assert "service code" in service.message.render()
    [siret] = explain("Destinataire inactif")
    assert (siret.place, MODELS[siret.place], siret.field) == (
        "buyer",
        "res.partner",
        "l10n_fr_chorus_siret",
    )


@pytest.mark.parametrize(
    "piece",
    [
        "a", " ", "(", "\n", "\n(", ".", "a.", "a. B", "obligatoire ", "code service ",
        "code service a a a a a a ", "BuyerReference.", "buyertradeparty.", "/ram:a", "[", "a:",
        "code service obligatoire, ", "engagement ou ", "numero ", "\u0301", "\ufdfa", "montant ",
        "structure publique ", "lot de factures ", "n'a pas ", "a\n", "aB. C", "- A", ";",
        "taille de la ", "fichierxml.a.", "obligatoire facture ",
    ],
)  # fmt: skip
def test_hostile_texts_are_read_at_once(piece):
    """A pasted page must not block a worker."""
    start = time.process_time()
    explain((piece * 100_000)[:100_000])
    # The processor's work, not the clock's time, and far more than any machine needs: an
    # expression that goes back and forth takes hours.
    assert time.process_time() - start < 60
