from odoo import api, models

#: Records that a user chooses on an invoice, and that our fields read: ours, and
#: those by which we propose references while he types.
OURS = {
    *("l10n_fr_chorus_corrected_id", "l10n_fr_chorus_proposed_for_id", "l10n_fr_chorus_service_id"),
    *("l10n_fr_chorus_structure_id", "l10n_fr_chorus_attachment_ids"),
}
TYPED = {*OURS, "partner_id", "partner_shipping_id", "company_id"}


class AccountMove(models.Model):
    """A user chooses on an invoice no record that he may not read."""

    _inherit = "account.move"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._l10n_fr_chorus_check_choices(vals, OURS)
        return super().create(vals_list)

    def write(self, vals):
        self._l10n_fr_chorus_check_choices(vals, OURS)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS 'base': the proposals for a customer are not shown for a hidden one
        self._l10n_fr_chorus_check_choices(values, TYPED)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'account': the context of a call is the user's too
        values = super().default_get(fields_list)
        self._l10n_fr_chorus_check_choices(values, TYPED)
        return values

    def _l10n_fr_chorus_check_choices(self, vals, names):
        """Refuse records that the user may not read.

        :param dict vals: of invoices
        :param set names: of the fields that are checked
        :raise AccessError: naming the model of the record that he may not read
        """
        if not self.env.su and not names.isdisjoint(vals):
            self.env["l10n_fr.chorus.choices.mixin"]._check_relations(self, vals, names)
