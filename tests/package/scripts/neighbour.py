"""In Odoo's shell, with OCA's l10n_fr_siret: fill in the customer's form, export, look."""

import json

from lxml import etree

from odoo.tests import Form

company = env["res.company"].search([("name", "=", "FR Company")])
env = env(context={"allowed_company_ids": company.ids})
town = env["res.partner"].search([("ref", "=", "ESSAI")])
arch = etree.fromstring(town.get_view(view_type="form")["arch"])
names = {node.get("name") for node in arch.iter("field")}

with Form(town) as form:
    form.company_registry = "219 900 016 00011"
    form.l10n_fr_chorus_export = True
    form.l10n_fr_chorus_service_code = "FINANCES"
sites = env["res.partner"]
for name, siret, checked in (
    ("Port", "900 000 027 00012", False),
    ("École", "21990001600012", True),
):
    site = env["res.partner"].create({"name": name, "parent_id": town.id, "type": "delivery"})
    with Form(site) as form:
        form.l10n_fr_chorus_siret = siret
        form.l10n_fr_chorus_siret_checked = checked
        form.country_id = env.ref("base.fr")
    sites |= site

moves = env["account.move"].search([("partner_id", "=", town.id), ("move_type", "like", "out_")])
export = env["l10n_fr.chorus.export"]._export(moves, company=company, folder="compta")
blocking = [
    anomaly
    for line in export.held_line_ids
    for anomaly in line.get_anomalies()
    if anomaly["severity"] == "blocking"
]
print(
    json.dumps(
        {
            "fields": sorted(names & {"l10n_fr_chorus_siret", "same_siren_partner_ids"}),
            "registry": town.company_registry,
            "sent": town.l10n_fr_chorus_effective_siret,
            "sites": sites.mapped("l10n_fr_chorus_siret"),
            "siret": sites[0]._get_siret(),
            "exported": export.exported_count,
            "blocking": blocking,
        }
    )
)
