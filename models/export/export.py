from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..account_move import MOVE_TYPES

#: Seconds that a user waits for an export; one that takes longer goes on in the background.
FOREGROUND_SECONDS = 30

#: Models whose files were let out.
EVIDENCE = ("l10n_fr.chorus.export.line", "l10n_fr.chorus.lot")


class L10nFrChorusExport(models.Model):
    """One export: its user, day and choices, and the state of each document.

    The records are accounting evidence: only the engine creates them, and no user edits them.
    """

    _name = "l10n_fr.chorus.export"
    _description = "Chorus Pro Export"
    _inherit = ["l10n_fr.chorus.list.mixin"]
    _order = "id desc"

    name = fields.Char(string="Export", readonly=True, required=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency", compute_sudo=False
    )
    user_id = fields.Many2one(
        "res.users", string="Exported by", required=True, readonly=True, ondelete="restrict"
    )
    date = fields.Datetime(string="Exported on", required=True, readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Customers", readonly=True)
    again = fields.Boolean(string="Including documents already exported", readonly=True)
    syntax = fields.Selection(
        selection=lambda self: self.env["res.company"]._selection_l10n_fr_chorus_syntax(),
        required=True,
        readonly=True,
    )
    folder = fields.Char(readonly=True, help="Folder of the files, below the export root.")
    path = fields.Char(string="Full Path", readonly=True)
    line_ids = fields.One2many("l10n_fr.chorus.export.line", "export_id", readonly=True)
    exported_line_ids = fields.One2many(
        "l10n_fr.chorus.export.line",
        "export_id",
        string="Files",
        domain=[("state", "=", "exported")],
        readonly=True,
    )
    held_line_ids = fields.One2many(
        "l10n_fr.chorus.export.line",
        "export_id",
        string="Documents Held Back",
        domain=[("state", "=", "held")],
        readonly=True,
    )
    exported_count = fields.Integer(string="Files Made", readonly=True)
    held_count = fields.Integer(string="Held Back", readonly=True)
    rejected_count = fields.Integer(
        string="Answers of Chorus Pro", compute="_compute_rejected_count"
    )
    amount_total = fields.Monetary(
        string="Total incl. VAT",
        currency_field="company_currency_id",
        readonly=True,
        help="Invoices less credit notes, in the company's currency.",
    )

    @api.depends("exported_line_ids.rejection_message")
    def _compute_rejected_count(self):
        refused = [
            *[("export_id", "in", self.ids), ("state", "=", "exported")],
            ("rejection_message", "!=", False),
        ]
        Line = self.env["l10n_fr.chorus.export.line"]
        counts = dict(Line._read_group(refused, ["export_id"], ["__count"]))
        for export in self:
            export.rejected_count = counts.get(export, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Exports are kept as evidence of the exported files: they cannot be deleted."
            )
        )

    # ------------------------------------------------------------------ actions

    def action_open_documents(self):
        """The invoices and credit notes whose files were made."""
        self.ensure_one()
        return self.exported_line_ids.move_id._get_records_action(
            name=self.env._("Documents of %(export)s", export=self.name),
            context={"create": False},
        )

    # ------------------------------------------------------------------ engine

    @api.model
    def _check_may_export(self):
        if not self.env.su and not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Exporting to Chorus Pro needs the right to invoice."))

    @api.model
    def _check_moves(self, moves, company):
        """Refuse documents that no export takes.

        :param moves: documents that the caller wants to export
        :param company: the export's company
        :raise UserError: naming the documents and the cure
        """
        moves.check_access("read")
        faults = (
            (
                moves.filtered(lambda m: m.move_type not in MOVE_TYPES),
                self.env._("Only customer invoices and credit notes can be exported: not %s."),
            ),
            (
                moves.filtered(lambda m: m.state != "posted"),
                self.env._("Only posted documents can be exported. Confirm first: %s."),
            ),
            (
                moves.filtered(lambda m: m.company_id != company),
                self.env._("These documents belong to another company: %s."),
            ),
            (
                # sudo: the customer may have been given to another company
                moves.filtered(lambda m: not m.sudo().commercial_partner_id.l10n_fr_chorus_export),
                self.env._(
                    "The customer of these documents is not flagged for export to Chorus Pro: "
                    "%s. Tick the box on the EDI page of the customer."
                ),
            ),
        )
        for wrong, message in faults:
            if wrong:
                raise UserError(message % ", ".join(m.display_name for m in wrong[:10]))

    @api.model
    def _check_not_waiting(self, moves):
        """Refuse documents that another export is about to make.

        :raise UserError: naming them, and who asked for it
        """
        # sudo: the export may be another user's of the same company
        waiting = (
            self.env["l10n_fr.chorus.export.line"]
            .sudo()
            .search([("move_id", "in", moves.ids), ("state", "=", "waiting")], limit=10)
        )
        if waiting:
            raise UserError(
                self.env._(
                    "%(documents)s: being exported by %(user)s with %(export)s. Wait for it, or "
                    "cancel that export.",
                    documents=", ".join(waiting.mapped("name")),
                    user=waiting[0].user_id.name,
                    export=waiting[0].export_id.name,
                )
            )

    @api.model
    def _export(
        self,
        moves,
        *,
        company,
        selected=None,
        excluded=None,
        folder="",
        date_from=None,
        date_to=None,
        partners=None,
        again=False,
        syntax=None,
        lot_format=None,
        channel="folder",
        background=None,
        is_patient=False,
    ):
        """Make the files of documents, keep them, and have them written after the commit.

        One that is large, or takes long, is left to a scheduled action: see :meth:`_cron_run`.

        :param moves: posted customer invoices and credit notes of flagged customers; those
            with a blocking anomaly are held, with their anomalies
        :param company: their company
        :param selected: documents that the user chose one by one, of which ``moves`` are those that
            he may export; None for those of a period
        :param excluded: documents that the user left out, kept with the export
        :param str folder: where the files go, relative to the export root
        :param datetime.date date_from: first date asked for, kept with the export
        :param datetime.date date_to: last date asked for, kept with the export
        :param partners: customers asked for, kept with the export
        :param bool again: take documents that were exported before
        :param str syntax: key of a syntax; the company's own by default
        :param str lot_format: "zip", "tar.gz" or "none"; the company's own by default
        :param str channel: key of the way by which the files are deposited
        :param bool background: leave it to a scheduled action; above the company's threshold, or
            when it would take longer than a user waits, by default
        :param bool is_patient: documents that someone is working on wait for their turn, which only
            the background gives them, instead of being refused with all others
        :return: the export's record
        :raise UserError: before anything is written: nothing to export, a document or a folder
            that cannot be used, a document that someone else is exporting
        """
        self._check_may_export()
        if company not in self.env.companies:
            raise AccessError(
                self.env._("You do not work in the company %(name)s.", name=company.sudo().name)
            )
        if not moves:
            raise UserError(
                self.env._("There is nothing to export: include at least one document.")
            )
        syntax = syntax or company.l10n_fr_chorus_syntax
        self._check_moves(moves, company)
        path = self.env[f"l10n_fr.chorus.channel.{channel}"]._check_target(folder)
        if not is_patient:
            self._lock(moves)
        self._check_not_waiting(moves)
        if not again and (done := moves.filtered("l10n_fr_chorus_is_exported")):
            raise UserError(
                self.env._(
                    "Already exported: %(documents)s. Refresh the list, or ask for documents "
                    "already exported too.",
                    documents=", ".join(m.name for m in done[:10]),
                )
            )
        # sudo: users may read exports and never write them; the engine alone makes them.
        export = self.sudo().create(
            {
                "name": self.env["ir.sequence"]
                .sudo()  # sudo: numbering is no right of the user's
                .with_company(company)
                .next_by_code("l10n_fr.chorus.export"),
                "company_id": company.id,
                "user_id": self.env.uid,
                "date": fields.Datetime.now(),
                "date_from": date_from,
                "date_to": date_to,
                "partner_ids": [fields.Command.set(partners.ids if partners else [])],
                "again": again,
                "syntax": syntax,
                "lot_format": lot_format or company.l10n_fr_chorus_lot_format,
                "channel": channel,
                "folder": folder or "",
                "path": path,
                "total_count": len(moves),
                **self._prepare_left_out(
                    moves, selected, excluded, company, date_from, date_to, partners
                ),
            }
        )
        if (company.l10n_fr_chorus_folder or "") != (folder or ""):
            company.sudo().l10n_fr_chorus_folder = folder  # sudo: remembered, not configured
        if background is None:
            background = (
                len(moves) > company.l10n_fr_chorus_background_threshold
                or self.env["l10n_fr.chorus.maker"]._estimate(moves, company, syntax)
                > FOREGROUND_SECONDS
            )
        try:
            with self.env.cr.savepoint():
                if background:
                    export._plan(moves)
                    export._start_in_background()
                else:
                    export._run(moves)
        except UniqueViolation as error:
            raise UserError(
                self.env._(
                    "Someone else has just exported some of these documents, or asked for it. "
                    "Refresh the list."
                )
            ) from error
        return export.with_env(self.env)

    @api.model
    def _prepare_left_out(self, moves, selected, excluded, company, date_from, date_to, partners):
        """Values that keep the documents of the period, or of those selected, that an export does
        not take.

        :param moves: documents of the export, held or not
        :param selected: documents that the user chose one by one, None when he chose a period
        :param excluded: documents that the user left out, None for none
        :param company: their company
        :param datetime.date date_from: first date asked for; None when no period was
        :param datetime.date date_to: last date asked for
        :param partners: customers asked for
        :rtype: dict
        """
        Move = self.env["account.move"]
        excluded = excluded or Move
        domain = Move._l10n_fr_chorus_get_domain(company, date_from, date_to, partners, True)
        if not date_from and not date_to:
            domain &= Domain("id", "in", [*(selected or Move).ids, *excluded.ids])
        left = Move.search(domain & Domain("id", "not in", moves.ids), order="invoice_date, id")
        already = left.filtered("l10n_fr_chorus_exported_on")
        excluded = (left - already) & excluded
        return {
            # Nobody has to export those that are out.
            "hidden_count": Move._l10n_fr_chorus_count_hidden(
                domain & Domain("l10n_fr_chorus_is_exported", "=", False)
            ),
            "already_move_ids": [fields.Command.set(already.ids)],
            "excluded_move_ids": [fields.Command.set(excluded.ids)],
            "unchecked_move_ids": [fields.Command.set((left - already - excluded).ids)],
        }

    @api.model
    def _lock(self, moves):
        """Keep other exports from taking the same documents at the same time."""
        # sudo: a lock changes nothing, and needs the right to write elsewhere
        locked = moves.sudo().try_lock_for_update(allow_referencing=True)
        if busy := moves - moves.browse(locked.ids):
            raise UserError(
                self.env._(
                    "Someone else is working on %(documents)s at this moment. Try again in a "
                    "minute.",
                    documents=", ".join(m.name for m in busy[:10]),
                )
            )


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_chorus_files(self):
        """No user and no code may delete the bytes of exports: they are evidence too."""
        attachments = self.sudo()  # sudo: to read their fields, not to delete them
        for model in EVIDENCE:
            ids = [
                item.res_id for item in attachments if item.res_field and item.res_model == model
            ]
            attachments.env[model].browse(ids).exists()._unlink_except_made()
