"""Beside OCA's ``l10n_fr_siret``, which checks company identifiers more strictly than Odoo does.

Of our Odoo tests, 133 of the 136 on partners, invoices, the directory, the window and the export
pass with both: three give partners numbers that it refuses. Here stands what the two share: the
form of customers, their numbers, the export that reads them.
"""

import json

from conftest import MODULE


def test_with_the_addon_that_checks_sirets(odoo_with_neighbours, bare):
    odoo = odoo_with_neighbours
    database = odoo.clone(bare, "chorus_package_neighbour")
    odoo.server(database, "-i", f"l10n_fr_siret,{MODULE}")
    found = json.loads(odoo.shell(database, "neighbour.py"))
    assert found["fields"] == ["l10n_fr_chorus_siret", "same_siren_partner_ids"]
    # Theirs takes the spaces away, ours reads the number either way.
    assert found["registry"] == found["sent"] == "21990001600011"
    # A site of another body, and one whose key is wrong but which the portal knows
    assert found["sites"] == ["90000002700012", "21990001600012"]
    assert found["siret"] == "21990001600011", "a site's own number is no company's"
    assert found["exported"] == 4
    assert found["blocking"] == []
