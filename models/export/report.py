"""The report of an export: control totals, documents left out, next steps."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime, formatLang

#: Columns of the report as a spreadsheet.
COLUMNS = (
    *("state", "name", "move_type", "invoice_date", "partner_id", "amount_untaxed_signed"),
    *("amount_tax_signed", "amount_total_signed", "company_currency_id", "amount_total"),
    *("currency_id", "anomaly_text", "remark_text", "file_name", "path", "sha256"),
)


class L10nFrChorusExport(models.Model):
    _inherit = "l10n_fr.chorus.export"

    # Control totals, in the company's currency; credit notes are positive on their own row.
    invoice_count = fields.Integer(string="Invoices", compute="_compute_totals")
    invoice_untaxed = fields.Monetary(
        string="Invoices excl. VAT",
        currency_field="company_currency_id",
        compute="_compute_totals",
    )
    invoice_tax = fields.Monetary(
        string="VAT of Invoices", currency_field="company_currency_id", compute="_compute_totals"
    )
    invoice_total = fields.Monetary(
        string="Invoices incl. VAT",
        currency_field="company_currency_id",
        compute="_compute_totals",
    )
    refund_count = fields.Integer(string="Credit Notes", compute="_compute_totals")
    refund_untaxed = fields.Monetary(
        string="Credit Notes excl. VAT",
        currency_field="company_currency_id",
        compute="_compute_totals",
    )
    refund_tax = fields.Monetary(
        string="VAT of Credit Notes",
        currency_field="company_currency_id",
        compute="_compute_totals",
    )
    refund_total = fields.Monetary(
        string="Credit Notes incl. VAT",
        currency_field="company_currency_id",
        compute="_compute_totals",
    )
    net_untaxed = fields.Monetary(
        string="Net excl. VAT", currency_field="company_currency_id", compute="_compute_totals"
    )
    net_tax = fields.Monetary(
        string="Net VAT", currency_field="company_currency_id", compute="_compute_totals"
    )
    net_total = fields.Monetary(
        string="Net incl. VAT", currency_field="company_currency_id", compute="_compute_totals"
    )
    excluded_move_ids = fields.Many2many(
        "account.move",
        "l10n_fr_chorus_export_excluded_rel",
        string="Excluded by the User",
        readonly=True,
        help="Documents of the period that the user left out of this export.",
    )
    unchecked_move_ids = fields.Many2many(
        "account.move",
        "l10n_fr_chorus_export_unchecked_rel",
        string="Not Checked",
        readonly=True,
        help="Documents of the period that were neither excluded nor checked: the check "
        "was stopped, or they were posted since.",
    )
    already_move_ids = fields.Many2many(
        "account.move",
        "l10n_fr_chorus_export_already_rel",
        string="Exported before",
        readonly=True,
        help="Documents of the period that an earlier export had taken.",
    )
    hidden_count = fields.Integer(
        string="Hidden from the User",
        readonly=True,
        help="Documents of the period, or of those selected, that are not exported and that the "
        "user had no right to see, with their customer in another company for instance: somebody "
        "else has to export them.",
    )
    next_steps = fields.Html(string="What to do next", compute="_compute_next_steps")
    report_text = fields.Text(string="Report", compute="_compute_report_text")

    @api.depends("line_ids")
    def _compute_totals(self):
        groups = self.env["l10n_fr.chorus.export.line"]._read_group(
            [("export_id", "in", self.ids), ("state", "=", "exported")],
            ["export_id", "move_type"],
            [
                "__count",
                "amount_untaxed_signed:sum",
                "amount_tax_signed:sum",
                "amount_total_signed:sum",
            ],
        )
        found = {(export.id, move_type): values for export, move_type, *values in groups}
        for export in self:
            net = [0.0, 0.0, 0.0]
            for kind, move_type, sign in (
                ("invoice", "out_invoice", 1),
                ("refund", "out_refund", -1),
            ):
                count, *amounts = found.get((export.id, move_type), (0, 0.0, 0.0, 0.0))
                export[f"{kind}_count"] = count
                for part, amount in zip(("untaxed", "tax", "total"), amounts, strict=True):
                    export[f"{kind}_{part}"] = sign * amount
                net = [total + amount for total, amount in zip(net, amounts, strict=True)]
            export.net_untaxed, export.net_tax, export.net_total = net

    @api.depends("line_ids", "syntax")
    @api.depends_context("lang")
    def _compute_next_steps(self):
        for export in self:
            steps = export._get_next_steps()
            export.next_steps = steps and Markup("<ol>%s</ol>") % Markup().join(
                Markup("<li>%s</li>") % step for step in steps
            )

    @api.depends("line_ids", "syntax")
    @api.depends_context("lang", "tz")
    def _compute_report_text(self):
        for export in self:
            export.report_text = "\n".join(export._get_report_lines())

    # ------------------------------------------------------------------ actions

    def action_save_report(self):
        """The documents and their states, as a spreadsheet of Odoo's own export."""
        self.ensure_one()
        Line = self.env["l10n_fr.chorus.export.line"]
        described = Line.fields_get(COLUMNS, ["string", "type", "store"])
        return {
            "type": "ir.actions.client",
            "tag": "l10n_fr_chorus_export.save",
            "params": {
                "format": self.env.context.get("chorus_format", "xlsx"),
                "data": {
                    "model": Line._name,
                    "domain": [("export_id", "=", self.id)],
                    "ids": False,
                    "groupby": [],
                    "import_compat": False,
                    "context": dict(self.env.context),
                    "fields": [
                        {
                            "name": name,
                            "label": described[name]["string"],
                            "type": described[name]["type"],
                            "store": described[name]["store"],
                        }
                        for name in COLUMNS
                    ],
                },
            },
        }

    # ------------------------------------------------------------------ in words

    def _get_next_steps(self):
        """The steps on the portal, in their order.

        :return: sentences; none when no file was made
        :rtype: list[str]
        """
        self.ensure_one()
        if not self.exported_count:
            return []
        return self._get_channel()._get_next_steps(self)

    def _get_report_lines(self):
        """The report as plain text, to paste in a mail.

        :rtype: list[str]
        """
        self.ensure_one()
        money = self.company_currency_id

        def amounts(kind):
            return {
                part: formatLang(self.env, self[f"{kind}_{part}"], currency_obj=money)
                for part in ("untaxed", "tax", "total")
            }

        lines = [
            self.env._(
                "%(export)s, on %(date)s by %(user)s",
                export=self.name,
                date=format_datetime(self.env, self.date, dt_format="short"),
                user=self.user_id.name,
            ),
        ]
        if self.date_from and self.date_to:
            lines.append(
                self.env._(
                    "Period: %(date_from)s to %(date_to)s",
                    date_from=format_date(self.env, self.date_from),
                    date_to=format_date(self.env, self.date_to),
                )
            )
        lines += [
            "",
            self.env._(
                "%(count)s invoices: %(untaxed)s excl. VAT, VAT %(tax)s, %(total)s incl. VAT",
                count=self.invoice_count,
                **amounts("invoice"),
            ),
            self.env._(
                "%(count)s credit notes: %(untaxed)s excl. VAT, VAT %(tax)s, %(total)s incl. VAT",
                count=self.refund_count,
                **amounts("refund"),
            ),
            self.env._(
                "Net: %(untaxed)s excl. VAT, VAT %(tax)s, %(total)s incl. VAT", **amounts("net")
            ),
        ]
        lines += self._get_report_section(
            self.env._("Files"),
            [line.path or line.file_name for line in (*self.lot_ids, *self.exported_line_ids)],
        )
        lines += self._get_report_section(
            self.env._("Held back"),
            [
                self.env._(
                    "%(document)s: %(anomalies)s", document=line.name, anomalies=line.anomaly_text
                )
                for line in self.held_line_ids
            ],
        )
        lines += self._get_report_section(
            self.env._("Excluded by the user"), self.excluded_move_ids.mapped("name")
        )
        lines += self._get_report_section(
            self.env._("Not checked, to be exported later"),
            self.unchecked_move_ids.mapped("name"),
        )
        lines += self._get_report_section(
            self.env._("Exported before"), self.already_move_ids.mapped("name")
        )
        if self.hidden_count:
            lines += self._get_report_section(
                self.env._("Hidden from the user"), [self._get_hidden_text()]
            )
        lines += self._get_report_section(self.env._("What to do next"), self._get_next_steps())
        return lines

    def _get_hidden_text(self):
        """How many documents the user of the export had no right to see, in words."""
        return self.env._(
            "%(count)s documents: have them exported by someone who has the right to see them and "
            "their customers",
            count=self.hidden_count,
        )

    def _get_report_section(self, title, items):
        return ["", title, *(f"- {item}" for item in items)] if items else []
