{
    "name": "France - Chorus Pro Export",
    "summary": "Export customer invoices to files that Chorus Pro accepts",
    "version": "19.0.1.0.0",
    "countries": ["fr"],
    "category": "Accounting/Localizations/EDI",
    "author": "Chorus Export contributors",
    "license": "LGPL-3",
    "depends": ["l10n_fr_facturx_chorus_pro"],
    "external_dependencies": {
        "python": ["lxml", "xmlschema", "facturx", "pikepdf", "stdnum"],
    },
    "data": [],
    "installable": True,
}
