import json
import logging
import time
from functools import partial

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying
from odoo.tools import SQL, json_default, split_every

from ...chorus.pdf.files import Fault
from ...chorus.portal import states
from ...chorus.rules import Anomaly
from ..account_move import MOVE_TYPES

_logger = logging.getLogger(__name__)

#: Documents that are looked at together at most, those of the first batch, and the seconds that a
#: batch is to take: some have thousands of lines, and Odoo kills a worker after 120 seconds.
BATCH_SIZE, FIRST_BATCH, BATCH_SECONDS = 200, 25, 10
#: How often a batch is checked again when its documents were changed meanwhile.
ATTEMPTS = 5

#: Anomalies that a day undoes, without any record being written.
PASSING = ("issue_date_future",)


def next_size(size, seconds):
    """The size of the next batch, by the pace of the last one.

    :param int size: documents of the last one
    :param float seconds: that it took
    """
    return max(1, min(BATCH_SIZE, 2 * size, int(size * BATCH_SECONDS / max(seconds, 0.001))))


class Marks(list):
    """Domains of verdicts to mark after a commit; Odoo's tests cannot copy them."""

    def __deepcopy__(self, memo):
        return Marks(self)


class L10nFrChorusVerdict(models.Model):
    """The latest anomalies of a posted document, for the list of invoices.

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
        help="Empty: the document was not checked yet; its verdict is stale.",
    )
    codes = fields.Char(help="Codes of the anomalies found.")
    remarks = fields.Json(help="What the form shows of a document that can go, without a check.")
    # What is written on them, or on one of their addresses, makes the verdict stale. Core has no
    # index of moves by these partners: each partner written would read all the moves.
    customer_id = fields.Many2one("res.partner", ondelete="cascade", index=True)
    site_id = fields.Many2one("res.partner", ondelete="cascade", index=True)
    checked_on = fields.Datetime()
    is_stale = fields.Boolean(index=True)
    version = fields.Integer(help="Raised whenever the verdict is given or marked stale.")

    _move_unique = models.Constraint("UNIQUE (move_id)", "A document has one verdict.")

    def init(self):
        # EXTENDS 'base': the rules and their messages may be new ones, after an update
        self.env.cr.execute(
            """
            UPDATE l10n_fr_chorus_verdict
               SET is_stale = TRUE, version = COALESCE(version, 0) + 1
             WHERE is_stale IS NOT TRUE
            """
        )

    # ------------------------------------------------------------------ keeping

    @api.model
    def _keep(self, results):
        """Keep the verdicts of documents that were just checked.

        :param results: iterable of ``(move, document, anomalies)``, see
            ``l10n_fr.chorus.maker._check_documents``; drafts are left out
        """
        now = fields.Datetime.now()
        for batch in split_every(BATCH_SIZE, results, list):
            batch = self._complete(batch)
            rows = [
                {
                    "move_id": move.id,
                    **self._prepare_partners(move),
                    "verdict": self._get_verdict(anomalies),
                    "codes": ",".join(dict.fromkeys(anomaly.code for anomaly in anomalies)),
                    "remarks": [item.to_dict() for item in anomalies if not item.is_blocking],
                    "checked_on": now,
                    # A PDF that was not looked into yet: the next check does.
                    "is_stale": self._has_unanswered(document),
                }
                for move, document, anomalies in batch
                if move.state == "posted"
            ]
            self.flush_model()
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE l10n_fr_chorus_verdict verdict
                       SET (customer_id, site_id, verdict, codes, remarks, checked_on)
                         = (found.customer_id, found.site_id, found.verdict, found.codes,
                            found.remarks, found.checked_on),
                           is_stale = found.is_stale,
                           version = COALESCE(verdict.version, 0) + 1
                      FROM jsonb_populate_recordset(NULL::l10n_fr_chorus_verdict, %s) found
                     WHERE verdict.move_id = found.move_id
                 RETURNING verdict.move_id
                    """,
                    Json(rows, dumps=partial(json.dumps, default=json_default)),
                )
            )
            known = {move_id for (move_id,) in self.env.cr.fetchall()}
            # A user who changed a record while these were read saw no verdict to mark: they are
            # checked once more, from a transaction that begins with their verdict there.
            unknown = [row["move_id"] for row in rows if row["move_id"] not in known]
            if unknown:
                self._add(unknown)
                self._trigger_refresh()
        self.invalidate_model()

    @api.model
    def _has_unanswered(self, document):
        attachments = document.attachments if document else ()
        return any(item.pdf_fault == Fault.NO_ANSWER.name for item in attachments)

    @api.model
    def _complete(self, results):
        """The same results, without anomalies that depend on the user.

        :param list results: see :meth:`_keep`
        """
        partial_ = [move.id for move, document, _anomalies in results if not document]
        if not partial_:
            return results
        # sudo: a verdict is the document's, not the user's
        moves = self.env["account.move"].sudo().browse(partial_)
        whole = list(self.env["l10n_fr.chorus.maker"].sudo()._check_documents(moves))
        self.env.invalidate_all()  # what the superuser has read, anyone would read from the cache
        return [result for result in results if result[1]] + whole

    @api.model
    def _prepare_partners(self, move):
        move = move.sudo()  # sudo: see `_complete`
        return {
            # The document's: core leaves the move's to an address that became a company.
            "customer_id": move.partner_id.commercial_partner_id.id or None,
            "site_id": move.partner_shipping_id.commercial_partner_id.id or None,
        }

    @api.model
    def _add(self, move_ids):
        """Have documents checked: later changes find a verdict to mark stale.

        A verdict is only given once it is there, committed, before its document is read.

        :param list move_ids: posted documents; those that have a verdict keep it
        """
        if not move_ids:
            return
        moves = self.env["account.move"].browse(move_ids)
        rows = [
            {"move_id": move.id, **self._prepare_partners(move), "is_stale": True, "version": 0}
            for move in moves.sudo()  # sudo: for every user who posts a document
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO l10n_fr_chorus_verdict
                            (move_id, customer_id, site_id, is_stale, version)
                     SELECT move_id, customer_id, site_id, is_stale, version
                       FROM jsonb_populate_recordset(NULL::l10n_fr_chorus_verdict, %s)
                ON CONFLICT (move_id) DO NOTHING
                """,
                Json(rows),
            )
        )
        self.invalidate_model()

    @api.model
    def _get_verdict(self, anomalies):
        if any(anomaly.is_blocking for anomaly in anomalies):
            return "blocked"
        return "remarks" if anomalies else "ok"

    @api.model
    def _get_remarks(self, move):
        """The remarks on a document that can go, and has not changed since its check.

        :param move: invoice or credit note
        :return: list of ``chorus.rules.Anomaly``; None when it is to be checked. So is one that is
            held: someone mends it, and sees its anomaly go
        """
        fresh = [
            ("move_id", "=", move.id),
            ("is_stale", "=", False),
            ("verdict", "in", ("ok", "remarks")),
        ]
        verdict = self.search_fetch(fresh, ["remarks"])
        return [Anomaly.from_dict(item) for item in verdict.remarks or ()] if verdict else None

    @api.model
    def _mark_stale(self, *domains):
        """Have verdicts checked again: their data have changed.

        :param domains: of verdicts, looked for one after the other: each has its index, and
            PostgreSQL would read all the moves for conditions of several tables together
        """
        self._mark_stale_now(*domains)
        # A long transaction does not see the verdicts that were added since it began.
        self._after_commit(self._name, "_mark_stale_now", *domains)

    @api.model
    def _mark_stale_now(self, *domains):
        """Mark the verdicts that this transaction sees: see :meth:`_mark_stale`.

        Stale ones are written on too: a transaction that is checking their document has read it as
        it was before, and this conflict keeps it from storing its verdict as fresh. An exported
        document is not checked any more, unless it is opened again, which marks it.
        """
        # sudo: verdicts follow the changes of every user
        Verdict = self.sudo()
        fresh = Domain("is_stale", "=", False)
        checkable = fresh | Domain.custom(to_sql=self._not_gone_to_sql)
        found = (Verdict.search(Domain(domain) & checkable) for domain in domains)
        verdicts = Verdict.union(*found)
        if not verdicts:
            return
        verdicts.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE l10n_fr_chorus_verdict verdict
                   SET is_stale = TRUE, version = COALESCE(verdict.version, 0) + 1
                  FROM (SELECT id, is_stale FROM l10n_fr_chorus_verdict WHERE id = ANY(%s)
                         ORDER BY id FOR NO KEY UPDATE) former
                 WHERE verdict.id = former.id
             RETURNING former.is_stale
                """,
                verdicts.ids,
            )
        )
        was_stale = [found for (found,) in self.env.cr.fetchall()]
        verdicts.invalidate_recordset(["is_stale", "version"])
        if not all(was_stale):
            self._trigger_refresh()

    @api.model
    def _not_gone_to_sql(self, _model, alias, _query):
        self.env["l10n_fr.chorus.export.line"].flush_model(["move_id", "is_latest", "outcome"])
        return SQL(
            """NOT EXISTS (SELECT FROM l10n_fr_chorus_export_line line
                            WHERE line.move_id = %s AND line.is_latest
                              AND (line.outcome IS NULL OR line.outcome NOT IN %s))""",
            SQL.identifier(alias, "move_id"),
            tuple(states.REOPENED),
        )

    @api.model
    def _trigger_refresh(self):
        # sudo: triggering a scheduled action is no right of the user's
        self.env.ref("l10n_fr_chorus_export.ir_cron_verdict").sudo()._trigger()

    @api.model
    def _after_commit(self, model, method, *arguments):
        """Mark again the verdicts that a transaction marks, once others can see its changes.

        PostgreSQL shows a transaction what was there as it began. What another one added since,
        having read the records as they were, is only seen by a later one.

        :param str model: name of a model
        :param str method: name of its method
        :param arguments: of the method, the same as a moment ago
        """
        if not self.env.registry.ready:
            return  # modules are being installed or updated: no document is checked meanwhile
        postcommit, dbname = self.env.cr.postcommit, self.env.cr.dbname
        marks = postcommit.data.get("l10n_fr_chorus_marks")
        if marks is None:
            marks = postcommit.data["l10n_fr_chorus_marks"] = Marks()

            @postcommit.add
            def mark():
                try:
                    with Registry(dbname).cursor() as cr:
                        env = api.Environment(cr, api.SUPERUSER_ID, {})
                        retrying(partial(self._run_marks, env, marks), env)
                except Exception:  # the user's change is committed, and has marked them before
                    _logger.exception("Chorus Pro: some verdicts may be old")

        marks.append((model, method, arguments))

    @api.model
    def _run_marks(self, env, marks):
        for model, method, arguments in marks:
            getattr(env[model], method)(*arguments)

    # ------------------------------------------------------------------ refreshing

    @api.model
    def _cron_refresh(self):
        """Check again, batch by batch, documents without a fresh verdict."""
        Cron = self.env["ir.cron"]
        remaining = self._try(self._begin_refresh) or []
        # The verdicts are there, committed, before any of the documents is read.
        has_time = Cron._commit_progress(remaining=len(remaining))
        size = FIRST_BATCH
        while remaining and has_time:
            begin = time.monotonic()
            batch, remaining = remaining[:size], remaining[size:]
            self._try(partial(self._refresh, batch))
            has_time = Cron._commit_progress(len(batch), remaining=len(remaining))
            size = next_size(size, time.monotonic() - begin)

    @api.model
    def _begin_refresh(self):
        """Make the verdicts that are to be given.

        :return: ids of the documents to check
        :rtype: list[int]
        """
        # Another day has come, without any write.
        passing = Domain.OR(Domain("codes", "like", code) for code in PASSING)
        self._mark_stale_now(passing & Domain("checked_on", "<", fields.Datetime.today()))
        move_ids = self._find_moves().ids  # once: it looks through all the customers' documents
        self._add(move_ids)
        exported = self._find_exported()
        self._add(exported)
        # A change since their export found no verdict by which to mark them.
        self.env["l10n_fr.chorus.export.line"]._mark_to_compare_now(exported)
        return move_ids

    @api.model
    def _find_exported(self):
        """Documents that went out and have no verdict: a customer was flagged after their posting.

        By their verdicts are those found that name a record that has changed since. Not as they go
        out: an export would wait for whoever has just given the same document its verdict.

        :return: their ids
        :rtype: list[int]
        """
        self.env["l10n_fr.chorus.export.line"].flush_model(["move_id", "is_latest"])
        self.env.cr.execute(
            """
            SELECT move_id FROM l10n_fr_chorus_export_line line
             WHERE is_latest AND move_id IS NOT NULL
               AND NOT EXISTS (SELECT FROM l10n_fr_chorus_verdict verdict
                                WHERE verdict.move_id = line.move_id)
            """
        )
        return [move_id for (move_id,) in self.env.cr.fetchall()]

    @api.model
    def _refresh(self, move_ids):
        # Others work meanwhile: some may be drafts again, exported or deleted.
        self._keep(self.env["l10n_fr.chorus.maker"]._check_documents(self._find_moves(move_ids)))

    @api.model
    def _try(self, work):
        """Check documents and keep the results; those that others changed meanwhile are read again.

        :param work: a function; when it is refused each time, the next run does it
        :return: what it returns
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                result = work()
                self.env.flush_all()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                time.sleep(0.1 * attempt)
        _logger.warning("Chorus Pro: some invoices are looked at later, too many conflicts")
        return None

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
        compute_sudo=True,  # every reader of an invoice sees whether it can go
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
        """A condition that the moves of some verdicts share, with which PostgreSQL begins.

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
