from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError
from odoo.fields import Domain
from odoo.tools import date_utils, format_date, format_datetime

from ..models.folder_field import FolderField


class AccountMoveChorusExport(models.TransientModel):
    """The choices of one export window; the export's model does the work."""

    _name = "account.move.chorus.export"
    _description = "Export Customer Invoices to Chorus Pro"
    _inherit = ["l10n_fr.chorus.choices.mixin"]
    # A user comes back to the window he left before lunch, or yesterday evening.
    _transient_max_hours = 24.0
    _own_choices = frozenset({"move_ids"})

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    folder = FolderField(
        compute="_compute_folder",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        help="Folder of the files, below the server's export folder; it is made if missing.",
    )
    root = fields.Char(string="Export Folder of the Server", compute="_compute_root")
    syntax = fields.Selection(
        selection=lambda self: self.env["res.company"]._selection_l10n_fr_chorus_syntax(),
        compute="_compute_syntax",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="You choose the same one in the portal's list when you deposit the files.",
    )
    needs_renderer = fields.Boolean(compute="_compute_needs_renderer")
    leaves_headers_out = fields.Boolean(compute="_compute_needs_renderer")
    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        domain="[('l10n_fr_chorus_export', '=', True), ('company_id', 'in', (False, company_id)),"
        " '|', ('parent_id', '=', False), ('is_company', '=', True)]",
        help="None: all customers flagged for Chorus Pro. A customer means all its addresses.",
    )
    period = fields.Selection(
        selection=[
            ("last_30_days", "Last 30 days"),
            ("this_month", "This month"),
            ("last_month", "Last month"),
            ("this_quarter", "This quarter"),
            ("custom", "Custom"),
        ],
        required=True,
        default="last_30_days",
    )
    date_from = fields.Date(
        string="From",
        compute="_compute_dates",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_to = fields.Date(
        string="To",
        compute="_compute_dates",
        compute_sudo=False,
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    again = fields.Boolean(string="Include invoices and credit notes already exported")
    move_ids = fields.Many2many(
        "account.move",
        string="Selected Documents",
        readonly=True,
        help="Chosen in the list of invoices or on one's form: no customer nor period then.",
    )
    exported_text = fields.Char(string="Already Exported", compute="_compute_exported_text")
    hint = fields.Selection(
        selection=[
            ("no_customer", "No flagged customer"),
            ("all_exported", "All exported"),
            ("nothing", "Nothing in the period"),
        ],
        compute="_compute_hint",
    )
    hint_text = fields.Text(compute="_compute_hint")
    line_ids = fields.One2many("account.move.chorus.export.line", "wizard_id")

    @api.depends("company_id")
    def _compute_folder(self):
        for wizard in self:
            wizard.folder = wizard.company_id.l10n_fr_chorus_folder

    @api.depends("company_id")
    def _compute_root(self):
        self.root = self.env["l10n_fr.chorus.channel.folder"]._get_root()

    @api.depends("company_id")
    def _compute_syntax(self):
        for wizard in self:
            wizard.syntax = wizard.company_id.l10n_fr_chorus_syntax

    @api.depends("syntax", "company_id")
    def _compute_needs_renderer(self):
        Pdf = self.env["l10n_fr.chorus.pdf"]
        for wizard in self:
            wizard.needs_renderer, wizard.leaves_headers_out = Pdf._get_printing_faults(
                wizard.syntax, wizard.company_id.l10n_fr_chorus_embed_pdf
            )

    @api.depends("period")
    def _compute_dates(self):
        today = fields.Date.context_today(self)
        month = date_utils.start_of(today, "month")
        quarter = date_utils.start_of(today, "quarter")
        periods = {
            "last_30_days": (today - relativedelta(days=30), today),
            "this_month": (month, date_utils.end_of(today, "month")),
            "last_month": (month - relativedelta(months=1), month - relativedelta(days=1)),
            "this_quarter": (quarter, date_utils.end_of(today, "quarter")),
        }
        for wizard in self:
            dates = (wizard.date_from, wizard.date_to)
            wizard.date_from, wizard.date_to = periods.get(wizard.period, dates)

    @api.depends("move_ids")
    @api.depends_context("lang", "tz")
    def _compute_exported_text(self):
        for wizard in self:
            move = wizard.move_ids
            wizard.exported_text = (
                len(move) == 1
                and move.l10n_fr_chorus_exported_on
                and self.env._(
                    "%(document)s was already exported on %(date)s by %(user)s.",
                    document=move.name,
                    date=format_datetime(
                        self.env, move.l10n_fr_chorus_exported_on, dt_format="short"
                    ),
                    user=move.l10n_fr_chorus_exported_by.name,
                )
            )

    @api.depends("company_id", "partner_ids", "date_from", "date_to", "again", "move_ids")
    @api.depends_context("lang")
    def _compute_hint(self):
        for wizard in self:
            wizard.hint, wizard.hint_text = wizard._explain_nothing()

    @api.onchange("date_from", "date_to")
    def _onchange_dates(self):
        # Typing a date leaves the preset.
        preset = self.new({"period": self.period})
        if (self.date_from, self.date_to) != (preset.date_from, preset.date_to):
            self.period = "custom"

    def write(self, vals):
        others = self.filtered(lambda wizard: wizard.syntax != vals.get("syntax", wizard.syntax))
        result = super().write(vals)
        # The anomalies of one syntax are not those of another.
        # sudo: the date of a check is filled in by our code, never by the user
        Line = self.env["account.move.chorus.export.line"].sudo()
        Line.search([("wizard_id", "in", others.ids)]).checked_on = False
        return result

    # ------------------------------------------------------------------ actions

    def action_next(self):
        """Page 2: the documents; those that the user had excluded stay excluded."""
        self.ensure_one()
        self._check_choices()
        moves = self._find_moves()
        if not moves:
            raise UserError(self.hint_text)
        self._set_moves(moves)
        if self.env.context.get("chorus_export_wizard_id") == self.id:
            # The choices were opened over the window, which only has to load its rows again.
            return {"type": "ir.actions.act_window_close"}
        return self._open_lines()

    def action_next_again(self):
        """Page 2, with the documents already exported."""
        self.again = True
        return self.action_next()

    def action_next_any_date(self):
        """Page 2, with the documents of all dates."""
        self.ensure_one()
        [(first, last)] = self.env["account.move"]._read_group(
            self._get_domain(any_date=True), [], ["invoice_date:min", "invoice_date:max"]
        )
        if first:
            self.write({"period": "custom", "date_from": first, "date_to": last})
        return self.action_next()

    def action_open_customers(self):
        """The customers, to flag those of the public sector."""
        return self.env["ir.actions.act_window"]._for_xml_id("account.res_partner_action_customer")

    @api.model
    def _open_moves(self, moves):
        """Open the window on documents chosen one by one.

        :param moves: customer invoices and credit notes
        :return: an action: the window, or the question that comes before it when the only
            document was exported already
        :raise UserError: when one of them is no document to export
        """
        Export = self.env["l10n_fr.chorus.export"]
        Export._check_may_export()
        if not moves:
            raise UserError(self.env._("Choose at least one document to export."))
        company = moves.company_id[:1]
        Export._check_moves(moves, company)
        wizard = self.create(
            {"company_id": company.id, "move_ids": [fields.Command.set(moves.ids)]}
        )
        if wizard.exported_text:
            view = self.env.ref("l10n_fr_chorus_export.account_move_chorus_export_view_form_again")
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Already exported"),
                "res_model": self._name,
                "res_id": wizard.id,
                "views": [(view.id, "form")],
                "target": "new",
            }
        action = wizard.action_next()
        # Among several, those exported before go again only if the user says so.
        wizard._search_lines([("exported_on", "!=", False)]).excluded = True
        return action

    def action_back(self):
        """Page 1, with the user's entries."""
        self.ensure_one()
        self._check_open()
        return self._get_records_action(
            name=self.env._("Export customer invoices to Chorus format"),
            target="new",
            context={"chorus_export_wizard_id": self.id},
        )

    def action_include_all(self):
        """Include every document that can go.

        :return: see :meth:`get_summary`
        """
        self._search_lines([("is_blocked", "=", False), ("excluded", "=", True)]).excluded = False
        return self.get_summary()

    def action_exclude_all(self):
        """Exclude every document.

        :return: see :meth:`get_summary`
        """
        self._search_lines([("excluded", "=", False)]).excluded = True
        return self.get_summary()

    def action_export(self):
        """Make the files of the included documents and open the report."""
        self.ensure_one()
        self._check_open()
        self._check_choices()
        if not self._search_lines([("is_included", "=", True)], limit=1):
            raise UserError(
                self.env._(
                    "No document is included. Include at least one that Chorus Pro would take."
                )
            )
        # Held documents are part of the export: the report explains them.
        # An exported document that was left out stays out, even if it was mended meanwhile.
        held = Domain("is_blocked", "=", True)
        held &= Domain("excluded", "=", False) | Domain("latest_seen", "=", 0)
        lines = self._search_lines(Domain("is_included", "=", True) | held)
        Export = self.env["l10n_fr.chorus.export"]
        # What follows is judged under the lock that the export takes. What this transaction is too
        # old to see, the database refuses: see `_successor_unique`.
        Export._lock(lines.move_id)
        Line = self.env["account.move.chorus.export.line"]
        if sent := Line._get_sent(self) & lines:
            # “Include invoices and credit notes already exported” does not include these.
            raise UserError(
                self.env._(
                    "Exported since this list was checked: %(documents)s. Press “Check again”: "
                    "they are left out, and go again only if you include them.",
                    documents=", ".join(
                        f"{line.name} ({line.exported_by.name})" for line in sent[:10]
                    ),
                )
            )
        excluded = self._search_lines([("excluded", "=", True), ("is_blocked", "=", False)])
        selected = self._get_selected()
        export = Export._export(
            lines.move_id,
            company=self.company_id,
            selected=selected,
            excluded=excluded.move_id,
            folder=self.folder,
            date_from=None if selected else self.date_from,
            date_to=None if selected else self.date_to,
            partners=self.partner_ids,
            again=self.again or bool(selected),
            syntax=self.syntax,
        )
        return export._get_records_action(target="main")

    # ------------------------------------------------------------------ business

    def _search_lines(self, domain, **kwargs):
        self.ensure_one()
        self._check_open()
        Line = self.env["account.move.chorus.export.line"]
        return Line.search(Domain("wizard_id", "=", self.id) & Domain(domain), **kwargs)

    def _check_open(self, operation="read"):
        """Check that the window is still there, and its user's own.

        :param str operation: on it, see ``check_access``
        :raise UserError: when it is no longer there
        """
        try:
            self.check_access(operation)
        except MissingError as error:
            raise UserError(
                self.env._(
                    "This window is no longer open: windows last a day. Open it again from the "
                    "menu Tools > EDI."
                )
            ) from error

    def _check_choices(self):
        if self.date_from > self.date_to:
            raise UserError(
                self.env._("The period ends before it begins: put the first date first.")
            )
        unflagged = self.partner_ids.filtered(
            lambda partner: not partner.commercial_partner_id.l10n_fr_chorus_export
        )
        if unflagged:
            raise UserError(
                self.env._(
                    "These customers are not flagged for export to Chorus Pro: %(names)s. Tick "
                    "the box on the EDI page of each, or remove them.",
                    names=", ".join(unflagged.mapped("display_name")),
                )
            )
        self.env["l10n_fr.chorus.channel.folder"]._check_target(self.folder)

    def _get_selected(self):
        """Documents that the user chose one by one, those too that he may no longer read."""
        # sudo: to count these; whatever is shown or exported of them is searched as the user
        return self.sudo().move_ids.with_env(self.env)

    def _get_domain(self, *, again=None, any_date=False):
        """Domain of the documents that the choices give.

        :param bool again: those already exported too; the user's choice by default
        :param bool any_date: of any period
        :rtype: odoo.fields.Domain
        """
        Move = self.env["account.move"]
        if selected := self._get_selected():
            domain = Domain("id", "in", selected.ids)
            return domain & Move._l10n_fr_chorus_get_domain(self.company_id, again=True)
        return Move._l10n_fr_chorus_get_domain(
            self.company_id,
            None if any_date else self.date_from,
            None if any_date else self.date_to,
            self.partner_ids,
            self.again if again is None else again,
        )

    def _find_moves(self, move_ids=None):
        """Documents that the choices give, in the order of the rows.

        :param list move_ids: only those among these
        """
        domain = self._get_domain()
        if move_ids is not None:
            domain &= Domain("id", "in", move_ids)
        return self.env["account.move"].search(domain, order="invoice_date, name, id")

    def _explain_nothing(self):
        """Why the list would be empty, and the cure.

        :return: key of ``hint`` and a sentence, both False when there is something to export
        :rtype: tuple
        """
        Move = self.env["account.move"]
        if not self.company_id or not self.date_from or not self.date_to:
            return False, False
        if Move.search_count(self._get_domain(), limit=1):
            return False, False
        if hidden := self._get_hidden_text():
            return "nothing", f"{hidden}."
        if self._get_selected():
            return "nothing", self.env._(
                "These documents can no longer be exported: are they still posted?"
            )
        flagged = Domain("l10n_fr_chorus_export", "=", True)
        if not self.env["res.partner"].search_count(flagged, limit=1):
            return "no_customer", self.env._(
                "No customer is flagged for export to Chorus Pro. Tick the box “Export invoices "
                "to the Chorus Pro platform” on the EDI page of your public customers."
            )
        if already := Move.search_count(self._get_domain(again=True)):
            return "all_exported", self.env._(
                "All %(count)s documents of this period are already exported. Tick “Include "
                "invoices and credit notes already exported” to export them again.",
                count=already,
            )
        dates = {
            "date_from": format_date(self.env, self.date_from),
            "date_to": format_date(self.env, self.date_to),
        }
        if others := Move.search_count(self._get_domain(any_date=True)):
            return "nothing", self.env._(
                "No posted invoice or credit note of these customers from %(date_from)s to "
                "%(date_to)s, but %(count)s at other dates. Choose another period.",
                count=others,
                **dates,
            )
        return "nothing", self.env._(
            "No posted invoice or credit note of these customers from %(date_from)s to "
            "%(date_to)s. Choose another period or other customers.",
            **dates,
        )

    def _set_moves(self, moves):
        """Show these documents, in place of others; a few are checked at once."""
        self.env["account.move.chorus.export.line"]._add(self, moves)
        self._search_lines([("move_id", "not in", moves.ids)]).unlink()
        if len(moves) <= self._slice_size:
            self.check_moves(moves.ids)

    def _open_lines(self):
        view = self.env.ref("l10n_fr_chorus_export.account_move_chorus_export_line_view_list")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents to export"),
            "res_model": "account.move.chorus.export.line",
            # Its address has the window's id: see `_open_by_address`.
            "path": "chorus-selection",
            "views": [(view.id, "list")],
            "domain": [("wizard_id", "=", self.id)],
            "context": {"chorus_export_wizard_id": self.id, "active_id": self.id},
            "target": "current",
            "help": Markup('<p class="o_view_nocontent_empty_folder">%s</p><p>%s</p>')
            % (
                self.env._("No document to show"),
                self.env._(
                    "Remove the filters to see all documents of the window, or press “Previous” "
                    "to choose other customers or another period."
                ),
            ),
        }

    @api.model
    def _open_by_address(self, wizard_id):
        """Open a window again by its address, in another tab for instance.

        :param int wizard_id: of one of the user's own windows; another one gives the choices
        :return: an action
        :rtype: dict
        """
        if wizard := self.search([("id", "=", wizard_id)]):
            return wizard._open_lines()
        choices = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_chorus_export.account_move_chorus_export_action"
        )
        if not wizard_id:
            return choices
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "That window is no longer open: windows last a day. Here are the choices again."
                ),
                "next": choices,
            },
        }
