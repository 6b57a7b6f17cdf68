import logging
import time

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...chorus.document import summary
from .verdict import FIRST_BATCH, next_size

_logger = logging.getLogger(__name__)


class L10nFrChorusExportLine(models.Model):
    """Whether a document still has the data of its latest file.

    Nothing is written on posted moves: a change of one has its latest line compared again by a
    scheduled action. The form compares by itself.
    """

    _inherit = "l10n_fr.chorus.export.line"

    comparison = fields.Selection(
        selection=[
            ("same", "Unchanged"),
            ("changed", "Changed since its Export"),
            ("pending", "To Be Compared"),
        ],
        string="Document Since",
        default="same",
        readonly=True,
        index="btree_not_null",
        help="Whether the document still says what its file says.",
    )

    @api.model
    def _mark_to_compare(self, moves):
        """Have documents compared again with their exports.

        :param moves: documents that were written on
        """
        if not moves:
            return
        self._mark_to_compare_now(moves.ids)
        # A document that is being exported at this moment has no line yet that this one sees.
        self.env["l10n_fr.chorus.verdict"]._after_commit(
            self._name, "_mark_to_compare_now", moves.ids
        )

    @api.model
    def _mark_to_compare_named(self, *domains):
        """Have documents compared again with their exports: a record that they name has changed.

        :param domains: of verdicts, see ``l10n_fr.chorus.verdict._mark_stale``: the scheduled check
            sees to it that each document that went out has one
        """
        self._mark_to_compare_named_now(*domains)
        self.env["l10n_fr.chorus.verdict"]._after_commit(
            self._name, "_mark_to_compare_named_now", *domains
        )

    @api.model
    def _mark_to_compare_named_now(self, *domains):
        """Mark the lines that this transaction sees: see :meth:`_mark_to_compare_named`.

        :param domains: of verdicts
        """
        # sudo: comparisons follow the changes of every user, who may not read verdicts
        Verdict = self.env["l10n_fr.chorus.verdict"].sudo()
        found = Verdict.union(*(Verdict.search(Domain(domain)) for domain in domains))
        if found:
            self._mark_to_compare_now(found.move_id.ids)

    @api.model
    def _mark_to_compare_now(self, move_ids):
        """Mark the lines that this transaction sees: see :meth:`_mark_to_compare`.

        Those that are marked are written on too: who is comparing their document at this moment
        read it as it was before, and is refused to say that nothing has changed.

        :param list move_ids: documents that were written on
        """
        self.flush_model(["move_id", "is_latest", "comparison"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE l10n_fr_chorus_export_line
                   SET comparison = 'pending'
                 WHERE id IN (SELECT id FROM l10n_fr_chorus_export_line
                               WHERE move_id = ANY(%s) AND is_latest
                            ORDER BY id FOR NO KEY UPDATE)
             RETURNING id
                """,
                move_ids,
            )
        )
        if ids := [line_id for (line_id,) in self.env.cr.fetchall()]:
            self.browse(ids).invalidate_recordset(["comparison"])
            # sudo: triggering a scheduled action is no right of the user's
            self.env.ref("l10n_fr_chorus_export.ir_cron_compare").sudo()._trigger()

    @api.model
    def _cron_compare(self):
        """Compare, batch by batch, documents that were written on since their export."""
        pending = Domain("comparison", "=", "pending") & Domain("is_latest", "=", True)
        failed = self.browse()
        Verdict = self.env["l10n_fr.chorus.verdict"]
        size = FIRST_BATCH
        while lines := self.search(pending & Domain("id", "not in", failed.ids), limit=size):
            begin = time.monotonic()
            left = Verdict._try(lines._compare_and_keep)
            failed |= lines if left is None else left
            remaining = self.search_count(pending & Domain("id", "not in", failed.ids))
            if not self.env["ir.cron"]._commit_progress(len(lines), remaining=remaining):
                break
            size = next_size(size, time.monotonic() - begin)

    def _compare_and_keep(self):
        """Compare these, and keep the results.

        :return: those that cannot be compared
        """
        failed = self.browse()
        for line, changes in self._compare_what_can_be():
            if changes is None:
                failed |= line
            else:
                line.comparison = "changed" if changes else "same"
        return failed

    def _compare_what_can_be(self):
        """The same as :meth:`_compare`; one that fails in an unforeseen way spares the others.

        :return: list of ``(line, messages)``, None for messages when it failed: it is tried again
            with the next run
        """
        try:
            with self.env.cr.savepoint():
                return list(self._compare())
        except OperationalError:
            raise  # of the transaction, not of a document
        except Exception:
            if len(self) == 1:
                _logger.exception("Chorus Pro: %s cannot be compared with its file", self.name)
                return [(self, None)]
            middle = len(self) // 2
            return self[:middle]._compare_what_can_be() + self[middle:]._compare_what_can_be()

    def _compare(self):
        """The changes of documents since these exports.

        :return: generator of ``(line, messages)``
        """
        moves = self.move_id
        posted = moves.filtered(lambda move: move.state == "posted")
        read = self.env["l10n_fr.chorus.document"]._read_what_can_be(posted)
        documents = {move: document for move, document, _unreadable in read}
        for line in self:
            if document := documents.get(line.move_id):
                yield line, summary.changes(line.summary or {}, summary.summary(document))
            elif line.move_id in documents:
                continue  # its user may not read it whole
            elif line.move_id:
                yield line, [summary.NOT_POSTED]
            else:
                yield line, [summary.DELETED]


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_fr_chorus_is_changed = fields.Boolean(
        string="Changed since its Export",
        compute="_compute_l10n_fr_chorus_is_changed",
        compute_sudo=True,  # every reader of an invoice sees what changed
        search="_search_l10n_fr_chorus_is_changed",
        groups="base.group_user",
    )

    @api.depends("l10n_fr_chorus_latest_line_ids.comparison")
    def _compute_l10n_fr_chorus_is_changed(self):
        for move in self:
            line = move._origin.l10n_fr_chorus_latest_line_ids[:1]
            move.l10n_fr_chorus_is_changed = line.comparison == "changed"

    @api.model
    def _search_l10n_fr_chorus_is_changed(self, operator, value):
        if operator != "in":
            return NotImplemented
        changed = Domain(
            "l10n_fr_chorus_latest_line_ids", "any!", Domain("comparison", "=", "changed")
        )
        return changed if True in value else ~changed

    def _l10n_fr_chorus_get_change_alerts(self):
        """What an exported document says otherwise by now than its file.

        :return: an alert by its key, none for a document that has not changed
        :rtype: dict
        """
        if not self.l10n_fr_chorus_exported_on:
            return {}
        line = self.l10n_fr_chorus_latest_line_ids
        changes = [change for _line, found in line._compare() for change in found]
        if not changes:
            return {}
        return {
            "l10n_fr_chorus_changed": {
                "level": "warning",
                "message": self.env._(
                    "Changed since its export %(export)s to Chorus Pro: %(changes)s. Its file "
                    "says the former: see with the public body before you export it again.",
                    export=line.export_id.name,
                    changes=", ".join(line._render(change) for change in changes),
                ),
            }
        }
