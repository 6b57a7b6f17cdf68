"""In Odoo's shell: where the addon comes from."""

import odoo.addons.l10n_fr_chorus_export as addon

print(addon.__file__)
