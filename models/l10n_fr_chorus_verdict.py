from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..chorus.portal import states
from .account_move import MOVE_TYPES

BATCH_SIZE = 200

#: Anomalies that a day undoes, without any record being written.
PASSING = ("issue_date_future",)


class L10nFrChorusVerdict(models.Model):
    """What was last found in a posted document, for the list of invoices.

    A table of its own: nothing is written on posted moves. A verdict never lies: what changes a
    document's data only marks it stale, which shows as "to check" until the scheduled action has
    checked it again. The form and the export window check by themselves; the export never reads
    this table.
    """

    _name = "l10n_fr.chorus.verdict"
    _description = "Chorus Pro Verdict"
    _rec_name = "move_id"
    _log_access = False

    move_id = fields.Many2one("account.move", required=True, ondelete="cascade")
    verdict = fields.Selection(
        selection=[("ok", "Ready"), ("remarks", "Ready, with Remarks"), ("blocked", "To Mend")],
        required=True,
    )
    codes = fields.Char(help="Codes of the anomalies found.")
    # What is written on them, or on one of their addresses, makes the verdict stale. Core has no
    # index of moves by these partners: each partner written would read all the moves.
    customer_id = fields.Many2one("res.partner", ondelete="cascade", index=True)
    site_id = fields.Many2one("res.partner", ondelete="cascade", index=True)
    checked_on = fields.Datetime(required=True)
    is_stale = fields.Boolean(index=True)

    _move_unique = models.Constraint("UNIQUE (move_id)", "A document has one verdict.")

    # ------------------------------------------------------------------ keeping

    @api.model
    def _keep(self, results):
        """Keep the verdicts of documents that were just checked.

        :param results: iterable of ``(move, document, anomalies)``, see
            ``l10n_fr.chorus.export._check_documents``; drafts are left out
        """
        now = fields.Datetime.now()
        for batch in split_every(BATCH_SIZE, results, list):
            rows = [
                (
                    move.id,
                    # The document's: core leaves the move's to an address that became a company.
                    move.partner_id.commercial_partner_id.id or None,
                    move.partner_shipping_id.commercial_partner_id.id or None,
                    self._get_verdict(anomalies),
                    ",".join(dict.fromkeys(anomaly.code for anomaly in anomalies)),
                    now,
                )
                for move, _document, anomalies in batch
                if move.state == "posted"
            ]
            self.env.cr.execute_values(
                """
                INSERT INTO l10n_fr_chorus_verdict
                            (move_id, customer_id, site_id, verdict, codes, checked_on, is_stale)
                     VALUES %s
                ON CONFLICT (move_id) DO UPDATE
                        SET (customer_id, site_id, verdict, codes, checked_on, is_stale)
                          = (EXCLUDED.customer_id, EXCLUDED.site_id, EXCLUDED.verdict,
                             EXCLUDED.codes, EXCLUDED.checked_on, FALSE)
                """,
                rows,
                template="(%s, %s, %s, %s, %s, %s, FALSE)",
                page_size=BATCH_SIZE,
            )
        self.invalidate_model()

    @api.model
    def _get_verdict(self, anomalies):
        if any(anomaly.is_blocking for anomaly in anomalies):
            return "blocked"
        return "remarks" if anomalies else "ok"

    @api.model
    def _get_codes(self, move):
        """What was found in a document that nothing has touched since.

        :param move: invoice or credit note
        :return: codes of its anomalies; None when it is to be checked
        :rtype: set[str] | None
        """
        fresh = [("move_id", "=", move.id), ("is_stale", "=", False)]
        verdict = self.search_fetch(fresh, ["codes"])
        return set(filter(None, (verdict.codes or "").split(","))) if verdict else None

    @api.model
    def _mark_stale(self, *domains):
        """Have verdicts checked again: what they were given on has changed.

        :param domains: of verdicts, looked for one after the other: each has its index, and
            PostgreSQL would read all the moves for conditions of several tables together
        """
        # sudo: whoever mends a record, its verdicts follow
        Verdict = self.sudo()
        fresh = Domain("is_stale", "=", False)
        verdicts = Verdict.union(*(Verdict.search(Domain(domain) & fresh) for domain in domains))
        if verdicts:
            verdicts.is_stale = True
            # sudo: triggering a scheduled action is no right of the user's
            self.env.ref("l10n_fr_chorus_export.ir_cron_verdict").sudo()._trigger()

    # ------------------------------------------------------------------ refreshing

    @api.model
    def _cron_refresh(self):
        """Check again, batch by batch, what is stale or was never checked."""
        Cron = self.env["ir.cron"]
        Export = self.env["l10n_fr.chorus.export"]
        today = fields.Datetime.today()
        passing = Domain.OR(Domain("codes", "like", code) for code in PASSING)
        self.search(passing & Domain("checked_on", "<", today)).is_stale = True
        remaining = self._find_moves().ids  # once: it looks through all the customers' documents
        while remaining:
            batch, remaining = remaining[:BATCH_SIZE], remaining[BATCH_SIZE:]
            # Others work meanwhile: some may be drafts again, exported or deleted.
            self._keep(Export._check_documents(self._find_moves(batch)))
            self.env.flush_all()
            if not Cron._commit_progress(len(batch), remaining=len(remaining)):
                break

    @api.model
    def _get_moves_domain(self):
        Move = self.env["account.move"]
        waiting = Domain(
            [
                ("move_type", "in", MOVE_TYPES),
                ("state", "=", "posted"),
                ("commercial_partner_id.l10n_fr_chorus_export", "=", True),
                ("l10n_fr_chorus_is_exported", "=", False),
            ]
        )
        return waiting & Domain(Move._l10n_fr_chorus_verdict_domain(["to_check"]))

    @api.model
    def _find_moves(self, move_ids=None):
        """Documents that are to be checked, the latest first.

        :param list move_ids: only those of these
        """
        domain = self._get_moves_domain()
        if move_ids is not None:
            domain &= Domain("id", "in", move_ids)
        return self.env["account.move"].search(domain, order="invoice_date desc, id desc")


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_fr_chorus_verdict = fields.Selection(
        selection=[
            ("ok", "Ready"),
            ("remarks", "Ready, with Remarks"),
            ("blocked", "To Mend"),
            ("to_check", "To Be Checked"),
        ],
        string="Chorus Pro",
        compute="_compute_l10n_fr_chorus_verdict",
        compute_sudo=True,  # whoever sees an invoice sees whether it can go
        search="_search_l10n_fr_chorus_verdict",
        help="Whether Chorus Pro would take this document, as long as it is not exported.",
        groups="base.group_user",
    )

    def _field_to_sql(self, alias, fname, query=None):
        # EXTENDS 'account': a verdict stands in a table of its own, and can be grouped by
        if fname != "l10n_fr_chorus_verdict":
            return super()._field_to_sql(alias, fname, query=query)
        self._check_field_access(self._fields[fname], "read")  # as `super` does
        self.env["l10n_fr.chorus.verdict"].flush_model()
        self.env["l10n_fr.chorus.export.line"].flush_model(["move_id", "is_latest", "outcome"])
        self.env["res.partner"].flush_model(["l10n_fr_chorus_export"])
        return SQL(
            """
            CASE WHEN %(alias)s.state = 'posted'
                  AND %(alias)s.move_type IN %(types)s
                  AND EXISTS (SELECT FROM res_partner customer
                               WHERE customer.id = %(alias)s.commercial_partner_id
                                 AND customer.l10n_fr_chorus_export)
                  AND NOT EXISTS (SELECT FROM l10n_fr_chorus_export_line line
                                   WHERE line.move_id = %(alias)s.id AND line.is_latest
                                     AND (line.outcome IS NULL
                                          OR line.outcome NOT IN %(reopened)s))
                 THEN COALESCE((SELECT CASE WHEN verdict.is_stale THEN 'to_check'
                                            ELSE verdict.verdict END
                                  FROM l10n_fr_chorus_verdict verdict
                                 WHERE verdict.move_id = %(alias)s.id), 'to_check')
            END
            """,
            alias=SQL.identifier(alias),
            types=MOVE_TYPES,
            reopened=tuple(states.REOPENED),
        )

    def _compute_l10n_fr_chorus_verdict(self):
        self.l10n_fr_chorus_verdict = False
        if not self.ids:
            return
        self.flush_recordset(["state", "move_type", "commercial_partner_id"])
        verdict = self._field_to_sql(self._table, "l10n_fr_chorus_verdict")
        self.env.cr.execute(
            SQL("SELECT id, %s FROM account_move WHERE id IN %s", verdict, tuple(self.ids))
        )
        verdicts = dict(self.env.cr.fetchall())
        for move in self:
            move.l10n_fr_chorus_verdict = verdicts.get(move._origin.id) or False

    @api.model
    def _search_l10n_fr_chorus_verdict(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._l10n_fr_chorus_verdict_domain(value)

    @api.model
    def _l10n_fr_chorus_verdict_domain(self, values):
        """Domain of the moves that have one of some verdicts; False: none."""
        known = tuple(value for value in values if value)

        def to_sql(model, alias, query):
            verdict = model._field_to_sql(alias, "l10n_fr_chorus_verdict", query)
            conditions = [SQL("FALSE")]
            if known:
                conditions.append(SQL("(%s) IN %s", verdict, known))
            if len(known) < len(values):
                conditions.append(SQL("(%s) IS NULL", verdict))
            found = SQL(" OR ").join(conditions)
            if len(known) < len(values):
                return SQL("(%s)", found)
            return SQL("(%s) AND (%s)", found, model._l10n_fr_chorus_narrow(alias, known))

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _l10n_fr_chorus_narrow(self, alias, verdicts):
        """What the moves of some verdicts have in common, with which PostgreSQL begins.

        :param str alias: of the table of moves
        :param tuple verdicts: keys
        :return: a condition: the table of verdicts is small, that of moves is not
        :rtype: SQL
        """
        fresh = SQL("SELECT move_id FROM l10n_fr_chorus_verdict WHERE is_stale IS NOT TRUE")
        move = SQL.identifier(alias, "id")
        if verdicts == ("to_check",):
            return SQL("NOT EXISTS (%s AND move_id = %s)", fresh, move)
        if not verdicts or "to_check" in verdicts:
            return SQL("TRUE")
        return SQL("%s IN (%s AND verdict IN %s)", move, fresh, verdicts)
