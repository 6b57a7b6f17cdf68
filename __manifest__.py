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
        # Names of packages: Odoo 19 warns about names of imports.
        "python": ["lxml", "xmlschema", "factur-x", "pikepdf", "python-stdnum"],
    },
    "pre_init_hook": "pre_init_hook",
    "data": [
        "security/ir.model.access.csv",
        "security/l10n_fr_chorus_export_security.xml",
        "data/ir_sequence_data.xml",
        "report/account_invoice_templates.xml",
        "wizard/account_move_chorus_export_views.xml",
        "wizard/l10n_fr_chorus_config_views.xml",
        "views/account_journal_views.xml",
        "views/account_move_views.xml",
        "views/l10n_fr_chorus_export_views.xml",
        "views/res_partner_views.xml",
        "views/menus.xml",
    ],
    "demo": ["demo/res_partner_demo.xml", "demo/account_move_demo.xml"],
    "assets": {
        "web.assets_backend": ["l10n_fr_chorus_export/static/src/**/*"],
        "web.assets_unit_tests": ["l10n_fr_chorus_export/static/tests/*.test.js"],
        "web.assets_tests": ["l10n_fr_chorus_export/static/tests/tours/**/*"],
    },
}
