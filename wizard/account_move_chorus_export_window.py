from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, formatLang, split_every

from ..chorus.document.model import Origin
from ..chorus.messages import Message
from ..models.building.maker import BATCH_SIZE

#: Causes that the window shows of held documents.
MAX_CAUSES = 30


class AccountMoveChorusExport(models.TransientModel):
    """Requests of the page that lists the documents, beside its rows."""

    _inherit = "account.move.chorus.export"

    #: Documents that one request checks: more are checked by the window, slice after slice, with
    #: its progress shown.
    _slice_size = BATCH_SIZE

    @api.readonly
    def get_state(self):
        """The data of the window besides its rows.

        :return: ``{"summary": see get_summary, "hidden": how many documents the user may not see,
            in words, "to_check": ids of the documents that may have
            changed since they were checked, "slice": how many one call checks}``
        :rtype: dict
        """
        return {
            "summary": self.get_summary(),
            "hidden": self._get_hidden_text(),
            "to_check": self.get_moves_to_check(),
            "slice": self._slice_size,
        }

    def _get_hidden_text(self):
        """How many documents of the choices the user may not see, in words; "" for none."""
        count = self.env["account.move"]._l10n_fr_chorus_count_hidden(self._get_domain())
        if not count:
            return ""
        return self.env._(
            "Hidden from you: %(count)s. Their customer was given to another company, or you have "
            "no right to them",
            count=count,
        )

    @api.readonly
    def get_moves_to_check(self, everything=False):
        """Documents that :meth:`check_moves` is to check, slice after slice.

        :param bool everything: those that the choices give now, instead of the window's own that
            may have changed since they were checked; :meth:`end_check` then ends the check
        :return: ids of moves
        :rtype: list[int]
        """
        self.ensure_one()
        self._check_open()  # the next lines query the database themselves
        if everything:
            return self._find_moves().ids
        return self.env["account.move.chorus.export.line"]._get_stale(self)

    def check_moves(self, move_ids):
        """Check documents; those that the choices no longer give leave the window.

        :param list move_ids: ids of moves
        """
        self.ensure_one()
        self._check_open("write")
        if not isinstance(move_ids, list) or not all(type(id_) is int for id_ in move_ids):
            raise UserError(self.env._("These are no documents: press “Check again”."))
        Line = self.env["account.move.chorus.export.line"]
        # sudo: the list of invoices gets the anomalies; users do not write verdicts
        Verdict = self.env["l10n_fr.chorus.verdict"].sudo()
        maker = self.env["l10n_fr.chorus.maker"]
        moves = self._find_moves(move_ids)
        is_default = self.syntax == self.company_id.l10n_fr_chorus_syntax
        for batch in split_every(BATCH_SIZE, maker._check_documents(moves), list):
            Verdict._keep(batch)
            if is_default:
                Line._keep(self, batch)
        if not is_default:
            # A verdict is kept for the company's own syntax, and says nothing of another one.
            results = maker._check_documents(moves, self.syntax)
            for batch in split_every(BATCH_SIZE, results, list):
                Line._keep(self, batch)
        missing = set(move_ids) - set(moves.ids)
        if missing:
            self._search_lines([("move_id", "in", list(missing))]).unlink()

    def end_check(self):
        """Remove from the window the documents that the choices no longer give."""
        self.ensure_one()
        self._check_open()
        self._search_lines([("move_id", "not in", self._find_moves().ids)]).unlink()

    @api.readonly
    def get_summary(self):
        """The totals of the window, in the user's language.

        :return: sentences by key: "included", "detail" (of the amounts, when credit notes go
            too), "excluded", "held", "unchecked"; "" for none
        :rtype: dict
        """
        self.ensure_one()
        self._check_open()
        # A document that was not checked yet cannot go.
        unchecked = Domain([("checked_on", "=", False), ("excluded", "=", False)])
        mine = Domain("wizard_id", "=", self.id)
        Line = self.env["account.move.chorus.export.line"]
        groups = Line._read_group(
            mine & ~unchecked,
            ["is_blocked", "excluded", "currency_id", "move_type"],
            ["__count", "amount_total:sum"],
        )
        counts = {
            "included": 0,
            "excluded": 0,
            "held": 0,
            "unchecked": Line.search_count(mine & unchecked),
        }
        kinds = {"out_invoice": 0, "out_refund": 0}
        amounts = {"net": {}, "out_invoice": {}, "out_refund": {}}
        for is_blocked, excluded, currency, move_type, count, amount in groups:
            key = "held" if is_blocked else "excluded" if excluded else "included"
            counts[key] += count
            if key == "included":
                kinds[move_type] += count
                sign = -1 if move_type == "out_refund" else 1
                for part, value in (("net", sign * amount), (move_type, amount)):
                    amounts[part][currency] = amounts[part].get(currency, 0) + value
        totals = {
            key: " + ".join(
                formatLang(self.env, amount, currency_obj=currency)
                for currency, amount in by_currency.items()
            )
            for key, by_currency in amounts.items()
        }
        sentences = {
            "included": self.env._("Nothing to export"),
            "detail": "",
            "excluded": self.env._("%(count)s excluded by you", count=counts["excluded"]),
            "held": self.env._("%(count)s held back", count=counts["held"]),
            "unchecked": self.env._("%(count)s not checked yet", count=counts["unchecked"]),
        }
        if counts["included"]:
            sentences["included"] = self.env._(
                "%(count)s to export: %(total)s incl. VAT",
                count=counts["included"],
                total=totals["net"],
            )
        if kinds["out_refund"]:
            sentences["detail"] = self.env._(
                "Invoices (%(invoices)s): %(invoiced)s; credit notes (%(refunds)s): %(refunded)s",
                invoices=kinds["out_invoice"],
                invoiced=totals["out_invoice"]
                or formatLang(self.env, 0, currency_obj=self.company_id.currency_id),
                refunds=kinds["out_refund"],
                refunded=totals["out_refund"],
            )
        return {
            key: sentence if counts.get(key, 1) or key == "included" else ""
            for key, sentence in sentences.items()
        }

    @api.readonly
    def get_causes(self):
        """Why documents are held, the most frequent cause first.

        :return: one dict a cause: message (of one of the documents), count of documents, and
            the way to the record to mend as ``get_anomalies`` gives it
        :rtype: list[dict]
        """
        self.ensure_one()
        self._check_open()
        Line = self.env["account.move.chorus.export.line"]
        Line.flush_model()
        # Anomalies of documents themselves are one cause for all of them.
        self.env.cr.execute(
            SQL(
                """
                  SELECT MIN(line.id), COUNT(DISTINCT line.id),
                         (ARRAY_AGG(anomaly ORDER BY line.id))[1]
                    FROM account_move_chorus_export_line line
                         CROSS JOIN jsonb_array_elements(line.anomalies) anomaly
                   WHERE line.wizard_id = %s
                     AND line.is_blocked
                     AND anomaly->>'severity' = 'blocking'
                GROUP BY anomaly->>'code', anomaly->>'model',
                         CASE WHEN anomaly->>'model' != 'account.move' THEN anomaly->>'id' END
                ORDER BY 2 DESC, 1
                   LIMIT %s
                """,
                self.id,
                MAX_CAUSES,
            )
        )
        causes = []
        for line_id, count, item in self.env.cr.fetchall():
            line = Line.browse(line_id)
            item["message"] = line._render(Message.from_dict(item["message"]))
            mend = self._get_mend_action(line.move_id, item)
            causes.append({**item, "count": count, **mend})
        return causes

    def _get_mend_action(self, move, item):
        """The way to the record to mend, for this user.

        :param move: the document at fault
        :param dict item: an anomaly as ``get_anomalies`` gives it
        :return: ``action`` and ``action_text``; ``ask_action`` and ``ask_text`` too when the user
            may not change the record
        :rtype: dict
        """
        record = move
        if item["id"] and item["model"] != move._name:
            record = self.env[item["model"]].browse(item["id"]).exists() or move
        if not record.has_access("read"):
            record = move  # an account of a company above the branch
        # The document is not open here: its own form is a way too.
        if record == move:
            return {
                "action": move._get_records_action(),
                "action_text": self.env._("Open “%(record)s”", record=move.name),
            }
        origin = Origin(item["model"], item["id"], item["field"], record.display_name or "")
        return move._l10n_fr_chorus_get_mend_action(origin, item["message"])
