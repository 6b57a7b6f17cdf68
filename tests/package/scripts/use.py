"""In Odoo's shell: everything that a database of the addon may hold, and what users changed."""

import datetime

from odoo import Command

company = env["res.company"].search([("name", "=", "FR Company")])
env = env(context={"allowed_company_ids": company.ids})
today = datetime.date.today()
town = env["res.partner"].search([("ref", "=", "ESSAI")])

# Settings, customers, the directory
company.write(
    {
        "l10n_fr_chorus_late_payment_terms": "Pénalités : 10 %. Indemnité : 40 €. Pas d'escompte.",
        "l10n_fr_chorus_lot_format": "tar.gz",
        "l10n_fr_chorus_schedule_user_ids": [Command.link(env.ref("base.user_admin").id)],
        "l10n_fr_chorus_outcome_columns": {"number": "N° facture"},
        "l10n_fr_chorus_reminder_days": 9,
    }
)
town.write(
    {
        "l10n_fr_chorus_export": True,
        "l10n_fr_chorus_service_code": "FINANCES",
        "l10n_fr_chorus_market_number": "M-2026",
        "l10n_fr_chorus_requirement": "none",
        "l10n_fr_chorus_directory_date": today,
        "l10n_fr_chorus_directory_state": "active",
        "l10n_fr_chorus_service_ids": [
            Command.create({"code": "FINANCES", "name": "Finances", "is_from_directory": True}),
            Command.create({"code": "ECOLES", "name": "Écoles", "active": False}),
        ],
    }
)
env["account.payment.method.line"].search(
    [("journal_id.company_id", "=", company.id), ("payment_type", "=", "inbound")], limit=1
).l10n_fr_chorus_payment_means = "30"

# Invoices: those of before as they are, one that is held, one with an attachment
moves = env["account.move"].search(
    [("partner_id", "=", town.id), ("move_type", "in", ("out_invoice", "out_refund"))]
)
invoice = moves.filtered(lambda move: move.move_type == "out_invoice")[0]
taxes = [Command.set(company.account_sale_tax_id.ids)]
held, more = env["account.move"].create(
    [
        {
            "move_type": "out_invoice",
            "partner_id": town.id,
            "partner_bank_id": invoice.partner_bank_id.id,
            "invoice_date": today,
            "invoice_line_ids": [
                Command.create({"name": "Fourniture", "price_unit": 10, "tax_ids": taxes})
            ],
        }
        for _rank in range(2)
    ]
)
held.write({"purchase_order_reference": "ENG-1", "l10n_fr_chorus_order_reference": "BC-1"})
note = env["ir.attachment"].create(
    {"name": "bon.txt", "raw": b"Bon", "res_model": "account.move", "res_id": more.id}
)
more.write({"l10n_fr_chorus_type": "386", "l10n_fr_chorus_attachment_ids": note.ids})
(held | more).action_post()
moves |= held | more

Export = env["l10n_fr.chorus.export"]
first = Export._export(moves, company=company, folder="compta", partners=town)
assert first.exported_count == len(moves) - 1, [
    (line.name, line.anomalies) for line in first.line_ids
]
assert first.held_count == 1
env.cr.commit()  # the files are written now
lines = first.exported_line_ids
lines[0]._record_outcome("deposited", flow_number="CPP" + "0" * 21 + "1")
lines[1]._keep_rejection("Destinataire introuvable ou inactif")
Export._export(lines[1].move_id, company=company, folder="compta", again=True, syntax="cii")
Export._export(more, company=company, again=True, background=True, excluded=held)
env["l10n_fr.chorus.verdict"]._cron_refresh()

# What users leave around: notes, files, favourites, defaults, reminders, their own windows
env["ir.attachment"].create(
    {"name": "recu.txt", "raw": b"recu", "res_model": first._name, "res_id": first.id}
)
for model in ("l10n_fr.chorus.export", "l10n_fr.chorus.export.line"):
    env["ir.filters"].create({"name": "À moi", "model_id": model, "domain": "[]"})
mend = "[('l10n_fr_chorus_verdict', '=', 'blocked')]"
env["ir.filters"].create({"name": "À corriger", "model_id": "account.move", "domain": mend})
env["ir.default"].set("account.move.chorus.export", "syntax", "cii")
env["ir.default"].set("res.partner", "l10n_fr_chorus_requirement", "none")
env["ir.exports"].create(
    {
        "name": "Liste",
        "resource": "l10n_fr.chorus.export.line",
        "export_fields": [Command.create({"name": "name"})],
    }
)
env["account.move.chorus.export"].create({"folder": "compta"})

# What is the user's once it is there (noupdate): an update must leave it
env.ref("l10n_fr_chorus_export.ir_cron_compare").active = False
env.ref("l10n_fr_chorus_export.ir_cron_deliver").interval_number = 7
env.ref("l10n_fr_chorus_export.l10n_fr_chorus_export_sequence").prefix = "CP-"
env.ref("l10n_fr_chorus_export.l10n_fr_chorus_export_rule_company").active = False
env.cr.commit()
