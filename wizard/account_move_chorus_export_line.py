import json
from functools import partial

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError
from odoo.tools import SQL, format_datetime, json_default

from ..chorus.portal import states

#: Data of its document that a row shows, copied as it is added to the window.
COPIED = ("name", "move_type", "partner_id", "invoice_date", "currency_id", "amount_total")

_dumps = partial(json.dumps, default=json_default)


class AccountMoveChorusExportLine(models.TransientModel):
    """One row of the window: a document, its anomalies, and the user's choice."""

    _name = "account.move.chorus.export.line"
    _description = "Document to Export to Chorus Pro"
    _inherit = ["l10n_fr.chorus.choices.mixin", "l10n_fr.chorus.checked.mixin"]
    _transient_max_hours = 24.0
    _order = "invoice_date, name, id"

    wizard_id = fields.Many2one(
        "account.move.chorus.export", required=True, readonly=True, ondelete="cascade", index=True
    )
    move_id = fields.Many2one(
        "account.move", string="Document", required=True, readonly=True, ondelete="cascade"
    )
    checked_on = fields.Datetime(readonly=True, help="Empty: not checked yet, it cannot go.")
    # These decide whether something happened since the check. Clocks cannot: an export may begin
    # before a check and end after it.
    latest_seen = fields.Integer(
        string="Latest Export Seen",
        readonly=True,
        help="Id of the document's latest export line when the row was added or checked; 0: it was "
        "never exported.",
    )
    verdict_seen = fields.Integer(readonly=True, help="Version of the verdict that the check gave.")
    exported_on = fields.Datetime(related="move_id.l10n_fr_chorus_exported_on", compute_sudo=False)
    exported_by = fields.Many2one(related="move_id.l10n_fr_chorus_exported_by", compute_sudo=False)
    exported_text = fields.Char(string="Already Exported", compute="_compute_exported_text")
    excluded = fields.Boolean()
    is_included = fields.Boolean(
        string="Include", compute="_compute_is_included", search="_search_is_included"
    )

    _document_unique = models.Constraint(
        "UNIQUE (wizard_id, move_id)", "A document has one row in a window."
    )

    @api.depends("exported_on", "exported_by")
    @api.depends_context("lang", "tz")
    def _compute_exported_text(self):
        for line in self:
            line.exported_text = line.exported_on and self.env._(
                "already exported on %(date)s by %(user)s",
                date=format_datetime(self.env, line.exported_on, dt_format="short"),
                user=line.exported_by.name,
            )

    @api.depends("excluded", "is_blocked", "checked_on")
    def _compute_is_included(self):
        for line in self:
            line.is_included = line.checked_on and not line.excluded and not line.is_blocked

    def _search_is_included(self, operator, value):
        if operator != "in":
            return NotImplemented
        included = [
            *("&", "&"),
            ("excluded", "=", False),
            ("is_blocked", "=", False),
            ("checked_on", "!=", False),
        ]
        return included if True in value else ["!", *included]

    def init(self):
        # Rows of a version that did not keep its view of the document are checked again.
        self.env.cr.execute(
            "UPDATE account_move_chorus_export_line SET checked_on = NULL WHERE latest_seen IS NULL"
        )

    # ------------------------------------------------------------------ the user's choice

    def set_excluded(self, excluded):
        """Exclude documents, or include them.

        :param bool excluded: whether to leave them out
        :return: the new totals of the window, see the wizard's ``get_summary``
        :rtype: dict
        :raise UserError: naming one that has anomalies: it cannot be included
        """
        try:
            self.check_access("write")
        except MissingError as error:
            raise UserError(
                self.env._(
                    "This document is no longer in the window: press “Check again”, or open the "
                    "window again from the menu Tools > EDI."
                )
            ) from error
        if not excluded and (blocked := self.filtered("is_blocked")[:1]):
            raise UserError(
                self.env._(
                    "%(document)s cannot be included:\n%(anomalies)s",
                    document=blocked.name,
                    anomalies=blocked.anomaly_text,
                )
            )
        self.excluded = excluded
        return self.wizard_id.get_summary()

    def get_anomalies(self):
        # EXTENDS 'l10n_fr.chorus.checked.mixin': with the way to the record to mend
        return [
            {**item, **self.wizard_id._get_mend_action(self.move_id, item)}
            for item in super().get_anomalies()
        ]

    # ------------------------------------------------------------------ rows in bulk

    @api.model
    def _add(self, wizard, moves):
        """Show documents, not checked yet; those shown already stay as they are.

        :param wizard: the window
        :param moves: documents that its user may read
        """
        if not moves:
            return
        moves.flush_recordset(COPIED)
        self.env["l10n_fr.chorus.export.line"].flush_model(["move_id", "is_latest", "outcome"])
        # One statement for thousands of documents.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO account_move_chorus_export_line
                            (wizard_id, move_id, %(copied)s, latest_seen,
                             create_uid, create_date, write_uid, write_date)
                     SELECT %(wizard)s, id, %(copied)s, %(latest)s,
                            %(uid)s, %(now)s, %(uid)s, %(now)s
                       FROM account_move
                      WHERE id IN %(moves)s
                ON CONFLICT (wizard_id, move_id) DO NOTHING
                """,
                copied=SQL(", ").join(map(SQL.identifier, COPIED)),
                latest=self._get_latest("account_move.id"),
                wizard=wizard.id,
                moves=tuple(moves.ids),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self._forget(wizard)

    @api.model
    def _keep(self, wizard, results):
        """Show the anomalies of documents; the user's choices stay.

        :param wizard: the window
        :param list results: ``(move, document, anomalies)``, see
            ``l10n_fr.chorus.maker._check_documents``
        """
        if not results:
            return
        seen = ("latest_seen", "verdict_seen")
        shown = (*COPIED, "anomalies", "is_blocked", "checked_on", "write_date")
        columns = ("wizard_id", "move_id", "create_uid", "create_date", "write_uid", *shown)
        common = {
            "wizard_id": wizard.id,
            **dict.fromkeys(("create_uid", "write_uid"), self.env.uid),
            **dict.fromkeys(("create_date", "write_date", "checked_on"), fields.Datetime.now()),
        }
        rows = []
        for move, _document, anomalies in results:
            values = self._prepare_checked_values(move, anomalies)
            # Empty columns are NULL, as the ORM has it.
            values = {name: value or None for name, value in values.items()}
            values["is_blocked"] = bool(values["is_blocked"])
            rows.append({"move_id": move.id, **common, **values})
        self._get_sent(wizard, [move.id for move, *_rest in results]).excluded = True
        self.flush_model()
        # One statement, and one value for PostgreSQL to take apart.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO account_move_chorus_export_line (%(columns)s, %(seen)s)
                     SELECT %(columns)s,
                            %(latest)s,
                            (SELECT version FROM l10n_fr_chorus_verdict verdict
                              WHERE verdict.move_id = row.move_id)
                       FROM jsonb_populate_recordset(
                                NULL::account_move_chorus_export_line, %(rows)s) row
                ON CONFLICT (wizard_id, move_id)
                  DO UPDATE SET (%(shown)s, %(seen)s) = (%(found)s)
                """,
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                seen=SQL(", ").join(map(SQL.identifier, seen)),
                latest=self._get_latest("row.move_id"),
                shown=SQL(", ").join(map(SQL.identifier, shown)),
                found=SQL(", ").join(SQL.identifier("excluded", name) for name in (*shown, *seen)),
                rows=Json(rows, dumps=_dumps),
            )
        )
        self._forget(wizard)

    @api.model
    def _forget(self, wizard):
        """Have the cache read the database again."""
        self.invalidate_model()
        wizard.invalidate_recordset(["line_ids"])

    @api.model
    def _get_latest(self, move):
        """The latest export line of a document, as this transaction sees it.

        A state that lets the document go again may be taken back: what a user has seen is the
        line with it.

        :param str move: column of its id
        :return: an expression: the line's id, below 0 where its state lets the document go again;
            0 for none
        :rtype: SQL
        """
        return SQL(
            """COALESCE((SELECT CASE WHEN latest.outcome IN %s THEN -latest.id ELSE latest.id END
                           FROM l10n_fr_chorus_export_line latest
                          WHERE latest.move_id = %s AND latest.is_latest), 0)""",
            tuple(states.REOPENED),
            SQL.identifier(*move.split(".")),
        )

    @api.model
    def _get_sent(self, wizard, move_ids=None):
        """Rows whose document was exported since they were checked, by a colleague or from here;
        or is known since then to be on Chorus Pro, where it was thought to be refused.

        No user has asked for these to go again.

        :param wizard: the window
        :param list move_ids: only those of these documents
        """
        self.flush_model()
        self.env["l10n_fr.chorus.export.line"].flush_model(["move_id", "is_latest", "outcome"])
        among = SQL() if move_ids is None else SQL("AND line.move_id = ANY(%s)", move_ids)
        self.env.cr.execute(
            SQL(
                """
                  SELECT line.id
                    FROM account_move_chorus_export_line line
                   WHERE line.wizard_id = %(wizard)s
                     AND %(latest)s > 0
                     AND %(latest)s <> line.latest_seen
                     %(among)s
                ORDER BY line.invoice_date, line.name, line.id
                """,
                wizard=wizard.id,
                latest=self._get_latest("line.move_id"),
                among=among,
            )
        )
        return self.browse(line_id for (line_id,) in self.env.cr.fetchall())

    @api.model
    def _get_stale(self, wizard):
        """Documents of a window that may have changed since they were checked.

        :param wizard: the window
        :return: ids of moves, in the order of the rows
        :rtype: list[int]
        """
        self.flush_model()
        self.env["l10n_fr.chorus.verdict"].flush_model()
        Line = self.env["l10n_fr.chorus.export.line"]
        Line.flush_model(["move_id", "is_latest", "outcome", "state"])
        # Each change of a document marks its verdict stale. Since then the scheduled action or
        # another window may have stored a new one, and a colleague may have exported the document,
        # or put it in an export that waits.
        self.env.cr.execute(
            SQL(
                """
                   SELECT line.move_id
                     FROM account_move_chorus_export_line line
                LEFT JOIN l10n_fr_chorus_verdict verdict ON verdict.move_id = line.move_id
                    WHERE line.wizard_id = %s
                      AND (line.checked_on IS NULL
                           OR verdict.id IS NULL
                           OR verdict.is_stale
                           OR EXISTS (SELECT FROM l10n_fr_chorus_export_line waiting
                                       WHERE waiting.move_id = line.move_id
                                         AND waiting.state = 'waiting')
                           OR verdict.version IS DISTINCT FROM line.verdict_seen
                           OR %s IS DISTINCT FROM line.latest_seen)
                 ORDER BY line.invoice_date, line.name, line.id
                """,
                wizard.id,
                self._get_latest("line.move_id"),
            )
        )
        return [move_id for (move_id,) in self.env.cr.fetchall()]
