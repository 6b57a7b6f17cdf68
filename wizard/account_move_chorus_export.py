from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils, format_date, formatLang, split_every

from ..models.l10n_fr_chorus_export import BATCH_SIZE


class AccountMoveChorusExport(models.TransientModel):
    """The choices of one export window; the export's model does the work."""

    _name = "account.move.chorus.export"
    _description = "Export Customer Invoices to Chorus Pro"
    # A user comes back to the window he left before lunch, or yesterday evening.
    _transient_max_hours = 24.0

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    folder = fields.Char(
        compute="_compute_folder",
        store=True,
        readonly=False,
        precompute=True,
        help="Folder of the files, below the server's export folder; it is made if missing.",
    )
    root = fields.Char(string="Export Folder of the Server", compute="_compute_root")
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
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_to = fields.Date(
        string="To",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    again = fields.Boolean(string="Include invoices and credit notes already exported")
    line_ids = fields.One2many("account.move.chorus.export.line", "wizard_id")

    @api.depends("company_id")
    def _compute_folder(self):
        for wizard in self:
            wizard.folder = wizard.company_id.l10n_fr_chorus_folder

    @api.depends("company_id")
    def _compute_root(self):
        self.root = self.env["res.company"]._l10n_fr_chorus_get_root()

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

    @api.onchange("date_from", "date_to")
    def _onchange_dates(self):
        # Typing a date leaves the preset.
        preset = self.new({"period": self.period})
        if (self.date_from, self.date_to) != (preset.date_from, preset.date_to):
            self.period = "custom"

    # ------------------------------------------------------------------ actions

    def action_next(self):
        """Page 2: the documents, checked; what the user had excluded stays excluded."""
        self.ensure_one()
        self._check_choices()
        moves = self._find_moves()
        if not moves:
            raise UserError(self._explain_nothing())
        self._set_lines(moves)
        if self.env.context.get("chorus_export_wizard_id") == self.id:
            # The choices were opened over the window, which only has to load its rows again.
            return {"type": "ir.actions.act_window_close"}
        return self._open_lines()

    def action_back(self):
        """Page 1, with what was typed."""
        self.ensure_one()
        return self._get_records_action(
            name=self.env._("Export customer invoices to Chorus format"),
            target="new",
            context={"chorus_export_wizard_id": self.id},
        )

    def action_refresh(self):
        """Check every document again, keeping what the user excluded."""
        self.ensure_one()
        self._set_lines(self._find_moves())

    def action_include_all(self):
        """Include every document that can go."""
        self.ensure_one()
        self.line_ids.filtered(lambda line: not line.is_blocked).excluded = False

    def action_exclude_all(self):
        """Exclude every document."""
        self.ensure_one()
        self.line_ids.excluded = True

    def action_export(self):
        """Make the files of the included documents and open the report."""
        self.ensure_one()
        self._check_choices()
        included = self.line_ids.filtered("is_included")
        if not included:
            raise UserError(
                self.env._(
                    "No document is included. Include at least one that Chorus Pro would take."
                )
            )
        # Those held back go along: the report explains them.
        lines = self.line_ids.filtered(lambda line: line.is_included or line.is_blocked)
        export = self.env["l10n_fr.chorus.export"]._export(
            lines.move_id,
            company=self.company_id,
            folder=self.folder,
            date_from=self.date_from,
            date_to=self.date_to,
            partners=self.partner_ids,
            again=self.again,
        )
        return export._get_records_action(target="main")

    @api.readonly
    def get_summary(self):
        """What the window amounts to, in the user's words.

        :return: sentences by key: "included", "excluded", "held"; "" for none
        :rtype: dict
        """
        self.ensure_one()
        Line = self.env["account.move.chorus.export.line"]
        groups = Line._read_group(
            [("wizard_id", "=", self.id)],
            ["is_blocked", "excluded", "currency_id", "move_type"],
            ["__count", "amount_total:sum"],
        )
        counts = {"included": 0, "excluded": 0, "held": 0}
        amounts = {}
        for is_blocked, excluded, currency, move_type, count, amount in groups:
            key = "held" if is_blocked else "excluded" if excluded else "included"
            counts[key] += count
            if key == "included":
                sign = -1 if move_type == "out_refund" else 1
                amounts[currency] = amounts.get(currency, 0) + sign * amount
        total = " + ".join(
            formatLang(self.env, amount, currency_obj=currency)
            for currency, amount in amounts.items()
        )
        sentences = {
            "included": self.env._("%(count)s to export: %(total)s incl. VAT"),
            "excluded": self.env._("%(count)s excluded by you"),
            "held": self.env._("%(count)s held back: double-click one to see why"),
        }
        if not counts["included"]:
            sentences["included"] = self.env._("Nothing to export")
        return {
            key: sentences[key] % {"count": count, "total": total}
            if count or key == "included"
            else ""
            for key, count in counts.items()
        }

    # ------------------------------------------------------------------ business

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
        self.env["l10n_fr.chorus.export"]._check_folder(self.folder)

    def _find_moves(self):
        Move = self.env["account.move"]
        domain = Move._l10n_fr_chorus_get_domain(
            self.company_id, self.date_from, self.date_to, self.partner_ids, self.again
        )
        return Move.search(domain, order="invoice_date, name, id")

    def _explain_nothing(self):
        """Why the list is empty, and what to do."""
        Partner = self.env["res.partner"]
        if not Partner.search_count([("l10n_fr_chorus_export", "=", True)], limit=1):
            return self.env._(
                "No customer is flagged for export to Chorus Pro. Tick the box “Export invoices "
                "to the Chorus Pro platform” on the EDI page of your public customers."
            )
        Move = self.env["account.move"]
        already = not self.again and Move.search_count(
            Move._l10n_fr_chorus_get_domain(
                self.company_id, self.date_from, self.date_to, self.partner_ids, again=True
            )
        )
        if already:
            return self.env._(
                "All %(count)s documents of this period are already exported. Tick “Include "
                "invoices and credit notes already exported” to export them again.",
                count=already,
            )
        return self.env._(
            "No posted invoice or credit note of these customers from %(date_from)s to "
            "%(date_to)s. Choose another period or other customers.",
            date_from=format_date(self.env, self.date_from),
            date_to=format_date(self.env, self.date_to),
        )

    def _set_lines(self, moves):
        """Show these documents, checked anew."""
        Line = self.env["account.move.chorus.export.line"]
        known = {line.move_id: line for line in self.line_ids}
        new_values = []
        kept = Line.browse()
        # sudo: the list of invoices learns what was found; users do not write verdicts
        Verdict = self.env["l10n_fr.chorus.verdict"].sudo()
        results = self.env["l10n_fr.chorus.export"]._check_documents(moves)
        for batch in split_every(BATCH_SIZE, results, list):
            Verdict._keep(batch)
            for move, _document, anomalies in batch:
                values = Line._prepare_checked_values(move, anomalies)
                if line := known.get(move):
                    line.write(values)
                    kept |= line
                else:
                    new_values.append({"wizard_id": self.id, "move_id": move.id, **values})
        (self.line_ids - kept).unlink()
        Line.create(new_values)

    def _open_lines(self):
        view = self.env.ref("l10n_fr_chorus_export.account_move_chorus_export_line_view_list")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents to export to Chorus Pro"),
            "res_model": "account.move.chorus.export.line",
            "views": [(view.id, "list")],
            "domain": [("wizard_id", "=", self.id)],
            "context": {"chorus_export_wizard_id": self.id},
            "target": "current",
        }


class AccountMoveChorusExportLine(models.TransientModel):
    _name = "account.move.chorus.export.line"
    _description = "Document to Export to Chorus Pro"
    _inherit = ["l10n_fr.chorus.checked.mixin"]
    _transient_max_hours = 24.0
    _order = "id"

    wizard_id = fields.Many2one("account.move.chorus.export", required=True, ondelete="cascade")
    move_id = fields.Many2one(
        "account.move", string="Document", required=True, readonly=True, ondelete="cascade"
    )
    exported_on = fields.Datetime(related="move_id.l10n_fr_chorus_exported_on")
    exported_by = fields.Many2one(related="move_id.l10n_fr_chorus_exported_by")
    excluded = fields.Boolean()
    is_included = fields.Boolean(
        string="Include", compute="_compute_is_included", search="_search_is_included"
    )

    @api.depends("excluded", "is_blocked")
    def _compute_is_included(self):
        for line in self:
            line.is_included = not line.excluded and not line.is_blocked

    def _search_is_included(self, operator, value):
        if operator != "in":
            return NotImplemented
        included = [("excluded", "=", False), ("is_blocked", "=", False)]
        return included if True in value else ["!", "&", *included]

    @api.model_create_multi
    def create(self, vals_list):
        # Marks of the document are shown whoever reads them: no line on a foreign document.
        ids = [vals["move_id"] for vals in vals_list if vals.get("move_id")]
        self.env["account.move"].browse(ids).check_access("read")
        return super().create(vals_list)

    def write(self, vals):
        if "move_id" in vals:
            self.env["account.move"].browse(vals["move_id"]).check_access("read")
        return super().write(vals)

    def action_toggle(self):
        """Include or exclude documents.

        :raise UserError: naming those that have anomalies: they cannot be included
        """
        for line in self:
            if line.is_blocked:
                raise UserError(
                    self.env._(
                        "%(document)s cannot be included:\n%(anomalies)s",
                        document=line.name,
                        anomalies=line.anomaly_text,
                    )
                )
            line.excluded = not line.excluded
