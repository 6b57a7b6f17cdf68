"""The stored fields that a document is read from, by model: beside their reader, who keeps them.

``tests/test_reads.py`` reads invoices of many shapes and compares: a field that is read and stands
in neither table fails there, before a verdict stays fresh by oversight.
"""

from .batch import TAX_FIELDS, Item

#: What is written on them makes a verdict old; ``following/stale.py`` has a way from each of these
#: models to the documents that name its records.
READS = {
    "account.account": {"code_store"},
    "account.account.tag": {"name"},
    "account.fiscal.position": {"note", "foreign_vat", "name"},
    "account.journal": {"bank_account_id", "name"},
    "account.move": {
        *("state", "name", "partner_id", "partner_shipping_id", "partner_bank_id", "invoice_date"),
        *("invoice_date_due", "invoice_payment_term_id", "narration", "payment_reference", "ref"),
        *("preferred_payment_method_line_id", "reversed_entry_id", "delivery_date"),
        *("buyer_reference", "contract_reference", "purchase_order_reference"),
        *("l10n_fr_chorus_order_reference", "l10n_fr_chorus_framework", "l10n_fr_chorus_type"),
        *("l10n_fr_chorus_corrected_id", "l10n_fr_chorus_attachment_ids", "invoice_origin"),
        *("l10n_fr_chorus_deposit_anyway", "fiscal_position_id", "invoice_incoterm_id"),
        *("incoterm_location",),
    },
    "account.move.line": {*Item._fields},
    "account.payment.method.line": {"l10n_fr_chorus_payment_means"},
    "account.payment.term": {"name", "note"},
    "account.tax": {
        *TAX_FIELDS,
        *("invoice_repartition_line_ids", "include_base_amount", "is_base_affected", "sequence"),
    },
    "account.tax.group": {"name"},
    "account.tax.repartition.line": {
        *("account_id", "tag_ids", "factor_percent", "repartition_type"),
    },
    "ir.attachment": {"name", "mimetype", "type", "description"},
    "l10n_fr.chorus.service": {"code", "engagement_required", "active"},
    "res.bank": {"bic"},
    "res.company": {
        *("l10n_fr_chorus_bank_id", "l10n_fr_chorus_late_payment_terms", "website"),
        *("l10n_fr_chorus_delivery_siret", "l10n_fr_chorus_syntax", "report_header"),
        *("company_details", "report_footer", "account_fiscal_country_id"),
    },
    "res.partner": {
        *("name", "street", "street2", "zip", "city", "state_id", "country_id", "vat", "type"),
        *("parent_id", "is_company", "company_registry", "phone", "email"),
        *("l10n_fr_chorus_siret", "l10n_fr_chorus_siret_checked", "l10n_fr_chorus_nature"),
        *("l10n_fr_chorus_requirement", "l10n_fr_chorus_directory_date"),
        *("l10n_fr_chorus_directory_state", "l10n_fr_chorus_services_date", "website"),
    },
    "res.partner.bank": {"acc_number", "acc_holder_name", "bank_id", "partner_id", "company_id"},
}

#: Read too, and no write on them makes a verdict old.
SETTLED = {
    # What is posted keeps them, or they follow from its lines and its payments, which are followed.
    "account.move": {
        *("company_id", "move_type", "currency_id", "commercial_partner_id", "journal_id"),
        *("amount_total", "amount_untaxed", "amount_tax", "amount_residual", "payment_state"),
        *("line_ids", "invoice_line_ids", "display_type"),
        # Of account_peppol: it does not pass by `write`, and is followed as it is stored.
        "peppol_move_state",
    },
    "account.account": {"company_ids"},
    "account.tax": {"company_id", "active"},
    "account.tax.repartition.line": {"tax_id", "document_type", "company_id", "sequence"},
    # They follow from the content of the file, or are what our own check of it found.
    "ir.attachment": {"checksum", "file_size", "store_fname", "l10n_fr_chorus_pdf_verdict"},
    # They follow from the partner's, or a company keeps them once something is posted.
    "res.company": {
        *("name", "partner_id", "currency_id", "parent_path", "active", "account_price_include"),
    },
    # They follow from the fields that are followed, or are the services', which are followed.
    "res.partner": {
        *("commercial_partner_id", "commercial_company_name", "company_name", "tz"),
        *("l10n_fr_chorus_service_ids", "child_ids", "bank_ids"),
    },
    "res.partner.bank": {"active", "sequence"},  # followed under the names that are written
    # Lists whose codes do not change; no rule looks at the names of units and products.
    "account.incoterms": {"code"},
    "product.product": {"default_code"},
    "res.country": {"name", "code", "country_group_ids"},
    "res.country.group": {"country_ids"},
    "res.country.state": {"name"},
    "res.currency": {"decimal_places", "name"},
    "uom.uom": {"name"},
}

#: Models of Odoo's own machinery, and the exports, whose engine marks what they make old.
APART = {
    *("ir.model", "ir.model.data", "ir.model.fields", "ir.model.fields.selection", "res.lang"),
    *("res.users", "l10n_fr.chorus.export", "l10n_fr.chorus.export.line"),
}

#: Of :data:`READS`, what the summary of a document does not depend on: see
#: ``chorus/document/summary.py``. A document is not compared with its file for them.
UNSUMMARISED = {
    "account.account": READS["account.account"] | {"code"},
    "account.account.tag": READS["account.account.tag"],
    "account.fiscal.position": READS["account.fiscal.position"],
    "account.journal": {"name"},
    "account.payment.term": READS["account.payment.term"],
    "account.tax": {
        *("name", "tax_exigibility", "tax_scope", "invoice_label", "description", "country_id"),
        *("tax_group_id", "invoice_repartition_line_ids", "repartition_line_ids"),
        *("invoice_legal_notes", "ubl_cii_tax_exemption_reason_code"),
    },
    "account.tax.group": READS["account.tax.group"],
    "account.tax.repartition.line": {"account_id", "tag_ids"},
    "l10n_fr.chorus.service": {"engagement_required", "active"},
    "res.bank": READS["res.bank"],
    "res.company": {
        *READS["res.company"] - {"l10n_fr_chorus_bank_id"},
        "l10n_fr_chorus_embed_pdf",
    },
    "res.partner": {
        *("street", "street2", "city", "state_id", "phone", "email", "type"),
        *("l10n_fr_chorus_export", "l10n_fr_chorus_siret_checked"),
        *("l10n_fr_chorus_directory_state", "l10n_fr_chorus_services_date", "website"),
    },
    "res.partner.bank": {"acc_holder_name", "bank_id"},
}
