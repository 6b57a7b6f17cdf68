from odoo import fields, models


class AccountPaymentMethodLine(models.Model):
    _inherit = "account.payment.method.line"

    # UNTDID 4461, those that Chorus Pro takes
    l10n_fr_chorus_payment_means = fields.Selection(
        selection=[
            ("30", "30 - Credit transfer"),
            ("42", "42 - Payment to bank account"),
            ("49", "49 - Direct debit"),
            ("48", "48 - Bank card"),
            ("20", "20 - Cheque"),
            ("10", "10 - Cash"),
            ("97", "97 - Clearing between partners"),
        ],
        string="Chorus Pro Payment Means",
        help="Means of payment in the files of invoices that choose this payment method. Empty: "
        "credit transfer (30).",
    )
