"""The public directory → the requirements of our customers, and their services."""

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from ...chorus.document import model as doc
from ...chorus.portal import directory

#: Public bodies of one batch: queries are counted per batch.
BATCH_SIZE = 500

#: Natures of the numbers of the directory.
NATURES = (doc.SCHEME_SIRET, doc.SCHEME_RIDET, doc.SCHEME_TAHITI)


class L10nFrChorusDirectory(models.AbstractModel):
    _name = "l10n_fr.chorus.directory"
    _description = "Public Directory of Structures"

    @api.model
    def _import_directory(self, file, date, only_customers=True):
        """Import the public directory, for the contacts that the user may write.

        A body that is not in the file is unknown, not closed: nothing of it is touched.

        :param file: open, binary, see ``chorus.portal.directory.read``
        :param datetime.date date: of the directory
        :param bool only_customers: the customers flagged for Chorus Pro and their addresses;
            else every contact with a number
        :return: ``found`` and ``unlisted`` contacts, numbers of ``services`` read and of those
            ``archived``, the first ``bad_rows`` and their ``bad_count``
        :rtype: dict
        :raise odoo.addons.l10n_fr_chorus_export.chorus.messages.ChorusError: when the file is not
            the directory; nothing is written
        """
        Partner = self.env["res.partner"]
        Partner.check_access("write")
        partners, unlisted = self._find_partners(only_customers)
        extract = directory.gather(directory.read(file), partners)
        known = extract.structures.keys() | extract.services.keys() | extract.bodies.keys()
        found = Partner
        archived = 0
        for keys in split_every(BATCH_SIZE, sorted(known), list):
            batch = {key: partners[key] for key in keys}
            found = found.union(*batch.values())
            self._update_partners(extract, batch, date)
            archived += self._update_services(extract, batch)
            self.env.flush_all()
        if extract.has_structures:
            # The fault of an unreadable row reports its body, too.
            bad = extract.bad_identifiers
            unlisted = unlisted.union(
                *(partners[key] for key in partners.keys() - known - bad if key)
            )
        else:
            unlisted = Partner
        return {
            "found": found,
            "unlisted": unlisted.filtered(
                lambda partner: partner.commercial_partner_id.l10n_fr_chorus_export
            ),
            "services": sum(map(len, extract.services.values())),
            "archived": archived,
            "bad_rows": extract.bad_rows,
            "bad_count": extract.bad_count,
        }

    @api.model
    def _find_partners(self, only_customers):
        """Contacts by their own number, and those that have none, or one that cannot be."""
        own_number = Domain("l10n_fr_chorus_siret", "!=", False)
        entities = Domain("parent_id", "=", False) | Domain("is_company", "=", True)
        domain = own_number | (entities & Domain("company_registry", "!=", False))
        flagged = Domain("l10n_fr_chorus_export", "=", True)
        if only_customers:
            domain = flagged & (own_number | entities)
        else:
            domain |= flagged & entities
        Partner = self.env["res.partner"]
        partners = {}
        without = []
        for partner in Partner.search(domain, order="id"):
            if key := partner._l10n_fr_chorus_get_directory_key():
                partners.setdefault(key, []).append(partner.id)
            elif partner._l10n_fr_chorus_get_identification()[0] in NATURES:
                without.append(partner.id)
        # One prefetch for all: a field read of one contact is read of the batch.
        return {key: Partner.browse(ids) for key, ids in partners.items()}, Partner.browse(without)

    @api.model
    def _update_partners(self, extract, batch, date):
        """Requirement, state and dates of contacts, one write for those that get the same."""
        groups = {}
        for key, partners in batch.items():
            values = {}
            if structure := extract.structures.get(key):
                values["l10n_fr_chorus_requirement"] = structure.requirement
                values["l10n_fr_chorus_directory_state"] = structure.state
                values["l10n_fr_chorus_directory_date"] = date
            # A body that the file lists, with a table of services, has those or none.
            if key in extract.services or (structure and extract.has_services):
                whole = extract.has_all_services(key)
                values["l10n_fr_chorus_services_date"] = whole and date
            body = None if structure else extract.bodies.get(key)
            for partner in partners:
                if body:
                    known = partner.l10n_fr_chorus_requirement or ""
                    values["l10n_fr_chorus_requirement"] = body.get_requirement(known)
                    values["l10n_fr_chorus_directory_date"] = date
                groups.setdefault(tuple(values.items()), []).append(partner.id)
        for values, ids in groups.items():
            partners = self.env["res.partner"].browse(ids)
            partners.check_access("write")
            # sudo: he may write them, as checked; what the directory says is no user's to set
            partners.sudo().write(dict(values))

    @api.model
    def _update_services(self, extract, batch):
        """Create, update and archive the services of contacts.

        :return: how many are archived because the file has them no more
        :rtype: int
        """
        Service = self.env["l10n_fr.chorus.service"].with_context(active_test=False)
        for operation in ("create", "write"):
            Service.check_access(operation)
        # sudo: he may write services, as checked above; the directory's mark is no user's to set
        Service = Service.sudo()
        keys = {
            partner.id: key
            for key, partners in batch.items()
            if key in extract.services
            for partner in partners
        }
        existing = {}
        for service in Service.search([("partner_id", "in", list(keys))]):
            existing.setdefault(service.partner_id.id, {})[service.code] = service
        new_values = []
        flags = {}
        missing = []
        for partner_id, key in keys.items():
            services = existing.get(partner_id, {})
            for code, read in extract.services[key].items():
                service = services.get(code)
                if not service:
                    new_values.append(self._prepare_service_values(partner_id, read))
                    continue
                flag = (read.needs_engagement, read.is_active)
                known = (service.engagement_required, service.active)
                if known != flag or not service.is_from_directory:
                    flags.setdefault(flag, []).append(service.id)
                # Not `write`-ten together: names differ, and no verdict depends on them.
                if read.name and service.name != read.name:
                    service.name = read.name
            missing += [
                service.id
                for code, service in services.items()
                if service.active and extract.is_missing(key, code)
            ]
        for (engagement_required, active), ids in flags.items():
            Service.browse(ids).write(
                {
                    "engagement_required": engagement_required,
                    "active": active,
                    "is_from_directory": True,
                }
            )
        if missing:
            Service.browse(missing).active = False
        if new_values:
            Service.create(new_values)
        return len(missing)

    @api.model
    def _prepare_service_values(self, partner_id, service):
        """Values of a new service.

        :param int partner_id: the contact's id
        :param chorus.portal.directory.Service service: of the directory
        :rtype: dict
        """
        return {
            "partner_id": partner_id,
            "code": service.code,
            "name": service.name,
            "engagement_required": service.needs_engagement,
            "active": service.is_active,
            "is_from_directory": True,
        }
