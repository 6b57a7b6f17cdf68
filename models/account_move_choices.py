from odoo import api, models

#: Records that a user chooses on an invoice, and that our fields read: ours, and
#: those by which we propose references while he types.
OURS = {
    *("l10n_fr_chorus_corrected_id", "l10n_fr_chorus_proposed_for_id", "l10n_fr_chorus_service_id"),
    *("l10n_fr_chorus_structure_id", "l10n_fr_chorus_attachment_ids"),
    # No user fills these in, but a form may name rows of them.
    *("l10n_fr_chorus_export_line_ids", "l10n_fr_chorus_latest_line_ids"),
}
TYPED = {*OURS, "partner_id", "commercial_partner_id", "partner_shipping_id", "company_id"}


class AccountMove(models.Model):
    """A user chooses on an invoice no record that he may not read."""

    _inherit = "account.move"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not OURS.isdisjoint(vals):
                self._l10n_fr_chorus_check_choices(vals, OURS)
        return super().create(vals_list)

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
        self.env["l10n_fr.chorus.choices.mixin"]._check_relations(self, vals, names)

    def _l10n_fr_chorus_get_hidden_rows(self):
        """Unsaved invoices, rows of a form, that name records which its user may not read.

        Core makes such rows from the ids in a call, in the form of any model; values that the
        superuser computes for them would be shown.
        """

        def is_hidden(move):
            if isinstance(move.id, int):
                return False
            partner = move.sudo().partner_id | move.sudo().commercial_partner_id
            # What is there already is shown, not chosen.
            chosen = partner._origin - move._origin.sudo().partner_id.commercial_partner_id
            chosen -= move._origin.sudo().partner_id
            return any(
                not record.sudo(False).has_access("read") for record in (chosen, move._origin)
            )

        return self.filtered(is_hidden)
