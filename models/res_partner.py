from contextlib import contextmanager

from odoo import api, fields, models

from ..chorus.document import model as doc
from ..chorus.document import vat
from ..chorus.document.codes import NATURES, choices
from ..chorus.portal.directory import SIRET, padded
from ..chorus.text import identifier, one_line

#: Fields that decide the number of an address in the public directory.
IDENTITY = {
    *("l10n_fr_chorus_siret", "l10n_fr_chorus_nature", "company_registry"),
    *("country_id", "parent_id", "is_company"),
}

#: What the imported directory says of a number: the import alone writes it.
DIRECTORY = (
    "l10n_fr_chorus_directory_date",
    "l10n_fr_chorus_directory_state",
    "l10n_fr_chorus_services_date",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Few are flagged, among all the contacts: each window and scheduled action asks which.
    _l10n_fr_chorus_export_idx = models.Index("(id) WHERE l10n_fr_chorus_export IS TRUE")

    l10n_fr_chorus_export = fields.Boolean(
        string="Export invoices to the Chorus Pro platform",
        help="The invoices of this customer, and of all its addresses, are proposed for export "
        "to Chorus Pro.",
        groups="base.group_user",
    )
    l10n_fr_chorus_service_code = fields.Char(
        string="Default Service Code",
        size=100,
        help="Code of the service that handles the invoices (“code service exécutant”), copied "
        "to each new invoice, where it can be changed.",
        groups="base.group_user",
    )
    l10n_fr_chorus_market_number = fields.Char(
        string="Default Market Number",
        size=50,
        help="Number of the public contract (“numéro de marché”), copied to each new invoice, "
        "where it can be changed.",
        groups="base.group_user",
    )
    l10n_fr_chorus_requirement = fields.Selection(
        selection=[
            ("none", "Nothing"),
            ("service", "A service code"),
            ("engagement", "An engagement number"),
            ("service_or_engagement", "A service code or an engagement number"),
            ("both", "A service code and an engagement number"),
            ("unknown", "Not known"),
        ],
        string="Required on Invoices",
        default="unknown",
        help="What this public body requires (public directory of Chorus Pro). A service may "
        "require an engagement by itself.",
        groups="base.group_user",
    )
    l10n_fr_chorus_service_ids = fields.One2many(
        "l10n_fr.chorus.service",
        "partner_id",
        string="Chorus Pro Services",
        groups="base.group_user",
    )
    l10n_fr_chorus_directory_date = fields.Date(
        string="Directory of",
        readonly=True,
        copy=False,
        help="Date of the public directory that the requirement comes from.",
        groups="base.group_user",
    )
    l10n_fr_chorus_directory_state = fields.Selection(
        selection=[
            ("active", "Active"),
            ("inactive", "Inactive"),
            ("works_only", "Works contracts only"),
        ],
        string="In the Directory",
        readonly=True,
        copy=False,
        help="What the imported directory says of this SIRET. Empty: it was not found there.",
        groups="base.group_user",
    )
    # A file may have the structures alone: then no service is known to be none of theirs.
    l10n_fr_chorus_services_date = fields.Date(
        string="Services of",
        readonly=True,
        copy=False,
        help="Date of the public directory that the list of services comes from. Empty: other "
        "services may exist.",
        groups="base.group_user",
    )
    # Not `company_registry`: an address gets its parent's, and a site has its own SIRET.
    l10n_fr_chorus_siret = fields.Char(
        string="SIRET of the Address",
        copy=False,
        help="The 14 digits of this very address. Empty: a customer uses its company ID, a "
        "contact or an invoice address uses its company's; a delivery address has none.",
        groups="base.group_user",
    )
    l10n_fr_chorus_siret_checked = fields.Boolean(
        string="SIRET checked on Chorus Pro",
        copy=False,
        help="Tick when the portal knows this number though its key is wrong: a few public "
        "bodies have such a SIRET.",
        groups="base.group_user",
    )
    l10n_fr_chorus_nature = fields.Selection(
        selection=choices(NATURES),
        string="Nature of the Identifier",
        help="How Chorus Pro identifies this address. Empty: from its country.",
        groups="base.group_user",
    )
    l10n_fr_chorus_effective_siret = fields.Char(
        string="Identifier Sent to Chorus Pro",
        compute="_compute_l10n_fr_chorus_effective_siret",
        help="What Chorus Pro gets when this address is the billing address.",
        groups="base.group_user",
    )

    @api.depends(
        "l10n_fr_chorus_siret",
        "l10n_fr_chorus_nature",
        "country_id",
        "vat",
        "company_registry",
        "type",
        "commercial_partner_id.l10n_fr_chorus_siret",
        "commercial_partner_id.company_registry",
    )
    def _compute_l10n_fr_chorus_effective_siret(self):
        for partner in self:
            _scheme, number = partner._l10n_fr_chorus_get_identification()
            partner.l10n_fr_chorus_effective_siret = number

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._l10n_fr_chorus_check_directory(vals)
        return super().create([self._l10n_fr_chorus_clean_vals(vals) for vals in vals_list])

    def write(self, vals):
        self._l10n_fr_chorus_check_directory(vals)
        vals = self._l10n_fr_chorus_clean_vals(vals)
        with self._l10n_fr_chorus_followed(vals), self._l10n_fr_chorus_identified(vals):
            return super().write(vals)

    @contextmanager
    def _l10n_fr_chorus_identified(self, vals):
        """What the directory says of a number is forgotten when another one is written meanwhile.

        :param dict vals: as they are written
        """
        if IDENTITY.isdisjoint(vals):
            yield
            return
        known = self.filtered(
            lambda partner: (
                partner.l10n_fr_chorus_directory_date
                or partner.l10n_fr_chorus_services_date
                or partner.l10n_fr_chorus_siret_checked
            )
        )
        before = {partner: partner._l10n_fr_chorus_get_directory_key() for partner in known}
        yield
        changed = known.filtered(
            lambda partner: partner._l10n_fr_chorus_get_directory_key() != before[partner]
        )
        if changed:
            changed._l10n_fr_chorus_forget_number(vals)

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': the context of a call is the user's too
        values = super().default_get(fields_list)
        self._l10n_fr_chorus_check_directory(values)
        return values

    @api.model
    def _l10n_fr_chorus_check_directory(self, vals):
        """Refuse to have a user say what the directory says.

        :param dict vals: of partners
        :raise AccessError: naming the field
        """
        if not self.env.su:
            for name in vals.keys() & set(DIRECTORY):
                self.env["l10n_fr.chorus.choices.mixin"]._refuse(self._fields[name])

    def _l10n_fr_chorus_forget_number(self, vals):
        """Forget the directory's data on the former number of these addresses.

        :param dict vals: values that were just written, with the new number
        """
        listed = self.filtered("l10n_fr_chorus_directory_date")
        # sudo: a user who corrects a SIRET may lack the right on services
        self.sudo().with_context(active_test=False).l10n_fr_chorus_service_ids.filtered(
            "is_from_directory"
        ).unlink()
        values = dict.fromkeys(DIRECTORY, False)
        if "l10n_fr_chorus_siret_checked" not in vals:
            values["l10n_fr_chorus_siret_checked"] = False
        self.sudo().write(values)  # sudo: what the directory says is no user's to write
        if "l10n_fr_chorus_requirement" not in vals:
            # Requirements that a user entered without the directory stay.
            listed.l10n_fr_chorus_requirement = "unknown"

    @api.model
    def _commercial_fields(self):
        # EXTENDS 'base': fields of the commercial entity; its addresses show them read-only
        return super()._commercial_fields() + [
            "l10n_fr_chorus_export",
            "l10n_fr_chorus_service_code",
            "l10n_fr_chorus_market_number",
        ]

    def action_l10n_fr_chorus_copy_siret(self):
        """Give an address the SIRET of its company."""
        for partner in self:
            partner.l10n_fr_chorus_siret = partner.commercial_partner_id._l10n_fr_chorus_get_siret()

    @api.model
    def _l10n_fr_chorus_clean_vals(self, vals):
        """Values to store: a SIRET without the spaces it was typed with."""
        if vals.get("l10n_fr_chorus_siret"):
            siret = identifier(vals["l10n_fr_chorus_siret"])
            return {**vals, "l10n_fr_chorus_siret": siret}
        return vals

    def _l10n_fr_chorus_get_siret(self, delivery=False):
        """The SIRET that Chorus Pro gets for an address.

        :param bool delivery: whether the address is the place of delivery, other than the
            billing address: such a site never inherits its company's SIRET
        :return: the number without spaces, "" for none
        :rtype: str
        """
        self.ensure_one()
        own = self.l10n_fr_chorus_siret
        commercial = self.commercial_partner_id
        if not own and commercial == self:
            own = self.company_registry
        elif not own and not delivery and self.type in ("contact", "invoice"):
            own = commercial.l10n_fr_chorus_siret or commercial.company_registry
        return identifier(own)

    def _l10n_fr_chorus_get_identification(self, delivery=False):
        """How Chorus Pro identifies an address.

        :param bool delivery: see :meth:`_l10n_fr_chorus_get_siret`
        :return: nature ("1" to "7") and number, "" for none
        :rtype: tuple[str, str]
        """
        self.ensure_one()
        commercial = self.commercial_partner_id
        country = self.country_id.code or commercial.country_id.code
        nature = self.l10n_fr_chorus_nature or commercial.l10n_fr_chorus_nature
        if not nature:
            nature = self._l10n_fr_chorus_get_nature(self.country_id or commercial.country_id)
        name = one_line(commercial.name)
        match nature:
            case doc.SCHEME_EU_VAT:
                number = identifier(self.vat)
            case doc.SCHEME_OUTSIDE_EU:
                # Country and first 16 characters of the name (Chorus: type 3)
                number = f"{country or ''}{name[:16]}".strip()
            case doc.SCHEME_OTHER | doc.SCHEME_PERSON:
                number = name[:18].strip()
            case _:  # SIRET, RIDET and TAHITI stand in the same field
                number = self._l10n_fr_chorus_get_siret(delivery=delivery)
        return nature, number

    def _l10n_fr_chorus_get_directory_key(self):
        """The number by which this very address is found in the public directory.

        :return: see ``chorus.portal.directory.padded``; "" for an address without its own number
        :rtype: str
        """
        self.ensure_one()
        nature, number = self._l10n_fr_chorus_get_identification(delivery=True)
        if nature in (doc.SCHEME_RIDET, doc.SCHEME_TAHITI):
            return padded(number)
        # The directory lost zeros to Excel, our customers did not: a short number is a fault.
        return number if nature == doc.SCHEME_SIRET and len(number) == SIRET else ""

    def _l10n_fr_chorus_is_siret_checked(self):
        """Whether Chorus Pro is known to have the number of an address, with a right key or not.

        :return: True when the directory has it, or a user says that the portal has it
        :rtype: bool
        """
        self.ensure_one()
        # Without a number of its own, an address has its customer's.
        owner = self if self.l10n_fr_chorus_siret else self.commercial_partner_id
        return self.l10n_fr_chorus_siret_checked or bool(owner.l10n_fr_chorus_directory_date)

    def _l10n_fr_chorus_identify(self, delivery=False):
        """An address, as the file of a document names it.

        :param bool delivery: see :meth:`_l10n_fr_chorus_get_siret`
        :return: nature and number, and whether Chorus Pro is known to have the number
        :rtype: tuple[str, str, bool]
        """
        nature, number = self._l10n_fr_chorus_get_identification(delivery=delivery)
        return nature, number, self._l10n_fr_chorus_is_siret_checked()

    @api.model
    def _l10n_fr_chorus_get_nature(self, country):
        """The nature of identifiers in a country.

        :param country: record of the country, empty for unknown
        :rtype: str
        """
        french = vat.OVERSEAS | {"FR", "PM", "BL", "MF", "WF"}
        if not country or country.code in french:
            return doc.SCHEME_SIRET
        if country.code == "NC":
            return doc.SCHEME_RIDET
        if country.code == "PF":
            return doc.SCHEME_TAHITI
        # Not `env.ref`, which asks the database each time.
        europe = self.env["ir.model.data"]._xmlid_to_res_id("base.europe")
        if europe in country.country_group_ids.ids:
            return doc.SCHEME_EU_VAT
        return doc.SCHEME_OUTSIDE_EU

    def _l10n_fr_chorus_get_structure(self):
        """The record with the requirements of the public body of a billing address.

        :return: the address when it is an establishment of its own (own SIRET) with its own
            requirement or directory entry, else its customer
        """
        self.ensure_one()
        is_known = self.l10n_fr_chorus_requirement not in (False, "unknown")
        if self.l10n_fr_chorus_siret and (
            is_known or self.l10n_fr_chorus_directory_date or self.l10n_fr_chorus_service_ids
        ):
            return self
        return self.commercial_partner_id

    def _l10n_fr_chorus_find_structure(self):
        """The public body of a billing address, and whether it is this very one.

        :return: see :meth:`_l10n_fr_chorus_get_structure`; False when the address has another
            SIRET, for which what the directory says of the body does not hold
        :rtype: tuple[odoo.api.res.partner, bool]
        """
        body = self._l10n_fr_chorus_get_structure()
        return body, self._l10n_fr_chorus_get_siret() == body._l10n_fr_chorus_get_siret()

    def _l10n_fr_chorus_get_default_service(self):
        """The service code proposed on the invoices of a public body.

        :return: of a customer, or of an establishment whose services are not known, the
            customer's default service code; of another establishment of its own, its default
            service, else the customer's default if it has that one, else its only one; "" for none
        :rtype: str
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        default = customer.l10n_fr_chorus_service_code or ""
        services = self.l10n_fr_chorus_service_ids
        if self == customer or not (services or self.l10n_fr_chorus_directory_date):
            return default
        own = services.filtered("is_default") or services.filtered(
            lambda service: service.code == default
        )
        own = own or services
        return own.code if len(own) == 1 else ""
