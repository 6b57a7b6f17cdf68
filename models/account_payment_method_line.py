from odoo import fields, models

from ..chorus.document.codes import PAYMENT_MEANS, choices


class AccountPaymentMethodLine(models.Model):
    _inherit = "account.payment.method.line"

    l10n_fr_chorus_payment_means = fields.Selection(
        selection=choices(PAYMENT_MEANS, is_numbered=True),
        string="Chorus Pro Payment Means",
        help="Means of payment in the files of invoices that choose this payment method. Empty: "
        "credit transfer (30).",
        groups="base.group_user",
    )
