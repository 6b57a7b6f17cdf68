{
    "name": "Chorus Pro: States of Other Ways, for Tests",
    "summary": "What account_peppol_response and l10n_fr_pdp do to the state of a document.",
    "version": "19.0.1.0.0",
    "author": "l10n_fr_chorus_export contributors",
    "license": "LGPL-3",
    "depends": ["account_peppol"],
    "data": ["security/ir.model.access.csv"],
    "installable": True,
}
