from odoo import api, models

from ..models.res_partner import DIRECTORY


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS 'base': as soon as one code is there twice, it would delete all the services of
        # the partners that go
        self._l10n_fr_chorus_merge_services(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_values(self, src_partners, dst_partner):
        # EXTENDS 'base': the data of the directory stay with the number that they are about
        everyone = (src_partners | dst_partner).sudo()  # sudo: no user writes it
        known = {
            partner._l10n_fr_chorus_get_directory_key(): {name: partner[name] for name in DIRECTORY}
            for partner in everyone
            if partner.l10n_fr_chorus_directory_date
        }
        everyone.write(dict.fromkeys(DIRECTORY, False))
        result = super()._update_values(src_partners, dst_partner)
        if said := known.get(dst_partner._l10n_fr_chorus_get_directory_key()):
            dst_partner.sudo().write(said)
        return result

    @api.model
    def _l10n_fr_chorus_merge_services(self, src_partners, dst_partner):
        """Give the services of some partners to another one, as core does with bank accounts.

        :param src_partners: that go
        :param dst_partner: that stays
        """
        # sudo: for every user who may merge partners; closed services count too
        everyone = (src_partners | dst_partner).sudo().with_context(active_test=False)
        services = everyone.l10n_fr_chorus_service_ids
        own = {service.code: service for service in services if service.partner_id == dst_partner}
        # The default of a customer is its own field, which core merges; that of an address is here.
        has_default = dst_partner == dst_partner.commercial_partner_id or any(
            service.is_default for service in own.values()
        )
        for service in services.filtered(lambda service: service.partner_id != dst_partner):
            kept = own.setdefault(service.code, service)
            if kept == service:
                service.partner_id = dst_partner
                continue
            # The same service known twice: one that is open, or asks for more, says so.
            kept.write(
                {
                    "name": kept.name or service.name,
                    "active": kept.active or service.active,
                    "engagement_required": kept.engagement_required or service.engagement_required,
                    "is_from_directory": kept.is_from_directory or service.is_from_directory,
                }
            )
            if service.is_default and not has_default:
                kept.is_default = True
            self._update_foreign_keys_generic(service._name, service, kept)
            self._update_reference_fields_generic(service._name, service, kept)
            service.unlink()
        defaults = [service for service in own.values() if service.is_default]
        for service in defaults[1:]:  # an establishment has one; that of who stays comes first
            service.is_default = False
        everyone.invalidate_recordset(["l10n_fr_chorus_service_ids"])
