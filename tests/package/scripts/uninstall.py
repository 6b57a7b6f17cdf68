"""In Odoo's shell: uninstall, as the Apps page does."""

module = env["ir.module.module"].search([("name", "=", "l10n_fr_chorus_export")])
module.button_immediate_uninstall()
env.cr.commit()
