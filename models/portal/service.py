from odoo import api, fields, models


class L10nFrChorusService(models.Model):
    """A service of a public body, which handles its invoices ("service exécutant")."""

    _name = "l10n_fr.chorus.service"
    _description = "Chorus Pro Service"
    _inherit = ["l10n_fr.chorus.choices.mixin", "l10n_fr.chorus.list.mixin"]
    _order = "partner_id, code"
    _rec_names_search = ["code", "name"]

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True
    )
    code = fields.Char(required=True, size=100)
    name = fields.Char()
    engagement_required = fields.Boolean(
        help="The public body refuses invoices for this service without an engagement number."
    )
    active = fields.Boolean(default=True)
    is_from_directory = fields.Boolean(
        string="From the Directory",
        readonly=True,
        copy=False,
        help="The imported public directory has this service. It goes when the customer gets "
        "another SIRET.",
    )
    is_default = fields.Boolean(
        string="Default",
        compute="_compute_is_default",
        compute_sudo=False,  # a row of a form may name any customer
        store=True,
        readonly=False,
        inverse="_inverse_is_default",
        help="Proposed on each new invoice of the customer.",
    )

    _code_unique = models.Constraint(
        "UNIQUE (partner_id, code)", "This customer already has a service of that code."
    )

    @api.depends("code", "partner_id.l10n_fr_chorus_service_code")
    def _compute_is_default(self):
        for service in self:
            partner = service.partner_id
            if partner == partner.commercial_partner_id:
                default = partner.l10n_fr_chorus_service_code
                service.is_default = bool(default) and default == service.code
            else:
                # An establishment of its own: the default service code is the customer's.
                service.is_default = service.is_default

    def _inverse_is_default(self):
        # One default: of a customer, it is its default service code.
        for service in self:
            partner = service.partner_id
            if partner != partner.commercial_partner_id:
                if service.is_default:
                    (partner.l10n_fr_chorus_service_ids - service).is_default = False
            elif service.is_default:
                partner.l10n_fr_chorus_service_code = service.code
            elif partner.l10n_fr_chorus_service_code == service.code:
                partner.l10n_fr_chorus_service_code = False

    @api.depends("code", "name")
    def _compute_display_name(self):
        for service in self:
            service.display_name = " - ".join(filter(None, (service.code, service.name)))

    @api.model
    def get_import_templates(self):
        """The ready template of Odoo's import."""
        return [
            {
                "label": self.env._("Import Template for Chorus Pro Services"),
                "template": "/l10n_fr_chorus_export/static/csv/l10n_fr_chorus_service.csv",
            }
        ]
