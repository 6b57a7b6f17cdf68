"""In Odoo's shell, before the addon is there: posted invoices of a French company."""

import datetime

from odoo import Command

company = env["res.company"].search([("name", "=", "FR Company")])
env = env(context={"allowed_company_ids": company.ids})
company.partner_id.write(
    {
        "company_registry": "90000002700012",
        "vat": "FR49900000027",
        "street": "12 rue Abbé Huet",
        "zip": "35000",
        "city": "Rennes",
        "country_id": env.ref("base.fr").id,
    }
)
bank = env["res.partner.bank"].create(
    {"acc_number": "FR7630006000011234567890189", "partner_id": company.partner_id.id}
)
town = env["res.partner"].create(
    {
        "name": "Ville d'Essai",
        "ref": "ESSAI",
        "is_company": True,
        "street": "1 place de la Mairie",
        "zip": "35480",
        "city": "Essai",
        "country_id": env.ref("base.fr").id,
        "company_registry": "21990001600011",
    }
)
taxes = (company.account_purchase_tax_id, company.account_sale_tax_id)
moves = env["account.move"].create(
    [
        {
            "move_type": move_type,
            "partner_id": town.id,
            "partner_bank_id": bank.id if move_type == "out_invoice" else False,
            "invoice_date": datetime.date.today() - datetime.timedelta(days=days),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Fourniture",
                        "quantity": 3,
                        "price_unit": 19.99,
                        "tax_ids": [Command.set(taxes[move_type.startswith("out_")].ids)],
                    }
                )
            ],
        }
        for days, move_type in enumerate(
            ("out_invoice", "out_invoice", "out_invoice", "out_refund", "in_invoice")
        )
    ]
)
moves.filtered(lambda move: move.move_type == "in_invoice").ref = "F-1"
moves.action_post()
env["ir.attachment"].create(
    {"name": "bon.pdf", "raw": b"%PDF-", "res_model": "account.move", "res_id": moves[0].id}
)
# A company's own database: no module's demonstration data comes with an installation.
env["ir.module.module"].search([]).demo = False
env.cr.commit()
