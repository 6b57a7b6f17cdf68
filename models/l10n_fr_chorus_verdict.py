import hashlib

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from .account_move import MOVE_TYPES

BATCH_SIZE = 200

#: Anomalies that a day or a payment makes or undoes, without any record being written.
PASSING = ("issue_date_future", "framework_unpaid")


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
    fingerprint = fields.Char(help="SHA-256 of the document that was checked.")
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
                SQL(
                    "(%s, %s, %s, %s, %s, FALSE)",
                    move.id,
                    self._get_verdict(anomalies),
                    ",".join(dict.fromkeys(anomaly.code for anomaly in anomalies)),
                    hashlib.sha256(repr(document).encode()).hexdigest(),
                    now,
                )
                for move, document, anomalies in batch
                if move.state == "posted"
            ]
            if rows:
                self.env.cr.execute(
                    SQL(
                        """
                        INSERT INTO l10n_fr_chorus_verdict
                                    (move_id, verdict, codes, fingerprint, checked_on, is_stale)
                             VALUES %s
                        ON CONFLICT (move_id) DO UPDATE
                                SET (verdict, codes, fingerprint, checked_on, is_stale)
                                  = (EXCLUDED.verdict, EXCLUDED.codes, EXCLUDED.fingerprint,
                                     EXCLUDED.checked_on, FALSE)
                        """,
                        SQL(", ").join(rows),
                    )
                )
        self.invalidate_model()

    @api.model
    def _get_verdict(self, anomalies):
        if any(anomaly.is_blocking for anomaly in anomalies):
            return "blocked"
        return "remarks" if anomalies else "ok"

    @api.model
    def _mark_stale(self, domain):
        """Have verdicts checked again: what they were given on has changed.

        :param domain: of the moves concerned, on ``account.move``
        """
        moves = Domain("move_id", "any", Domain(domain))
        # sudo: whoever mends a record, its verdicts follow
        verdicts = self.sudo().search(moves & Domain("is_stale", "=", False))
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
        while moves := self._find_moves(BATCH_SIZE):
            self._keep(Export._check_documents(moves))
            self.env.flush_all()
            if not Cron._commit_progress(len(moves), remaining=self._count_moves()):
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
    def _find_moves(self, limit):
        return self.env["account.move"].search(
            self._get_moves_domain(), limit=limit, order="invoice_date desc, id desc"
        )

    @api.model
    def _count_moves(self):
        return self.env["account.move"].search_count(self._get_moves_domain())
