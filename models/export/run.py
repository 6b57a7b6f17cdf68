import base64
import datetime
import logging
import math
import time

from markupsafe import Markup
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB

from ...chorus import limits
from ...chorus.deposit import lots
from ...chorus.document.model import NOT_JUDGED
from ...chorus.interruptions import is_interruption
from ...chorus.messages import _
from ...chorus.portal import states
from ..building.maker import BATCH_SIZE

_logger = logging.getLogger(__name__)

#: Bytes of attachments built into files at once: each is in memory several times meanwhile.
BATCH_WEIGHT = 30 * lots.MEGABYTE
#: Documents of a slice at most, and the seconds after which it ends: a kill costs one slice, and
#: progress is shown after each. Odoo kills a worker after 120 seconds (limit_time_real), or 60 of
#: its own work (limit_time_cpu).
SLICE, SLICE_SECONDS = 100, 20
#: Seconds after which a run of the scheduled action begins no slice: the next run goes on.
RUN_SECONDS = 30
#: Documents of the first batch of a slice. Each has the size of the next one by its pace, twice its
#: own at most.
FIRST_BATCH = 10
#: How often a slice is tried again when another transaction was in its way.
ATTEMPTS = 5
#: Seconds that the command line waits for documents that someone else is working on.
PATIENCE = 60

UNFINISHED = ("waiting", "running")

# Marked here, put into words where they are read.
# pylint: disable=prefer-env-translation
_GONE = _("This document was deleted before its file was made.")
_NOT_POSTED = _(
    "%(document)s is no longer posted: confirm it, then export it again with the next documents."
)
_EXPORTED = _("%(document)s went out with another export before its turn came.")
_TAKEN_BACK = _(
    "%(document)s had been recorded as missing on Chorus Pro, and is no longer since this export "
    "was asked for: it did not go out a second time. Export it again if it must."
)
_FAILED = _(
    "The file of %(document)s was not made. This is a fault of the software; send this message to "
    "your support: %(error)s"
)
# pylint: enable=prefer-env-translation


class L10nFrChorusExport(models.Model):
    """How an export is carried out, slice by slice.

    A small export is made in the user's own transaction. The documents of a large one wait as
    lines, and a scheduled action turns them into files or explanations, slice by slice, each of
    which it commits: killed at any point, it goes on with the lines that still wait.
    """

    _inherit = "l10n_fr.chorus.export"

    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("running", "In Progress"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="done",
        required=True,
        readonly=True,
        index=True,
    )
    total_count = fields.Integer(string="Documents Asked for", readonly=True)
    waiting_line_ids = fields.One2many(
        "l10n_fr.chorus.export.line",
        "export_id",
        string="Documents to Come",
        domain=[("state", "=", "waiting")],
        readonly=True,
    )
    progress = fields.Float(compute="_compute_progress", help="Share of the documents, in %.")
    finished_on = fields.Datetime(readonly=True)

    @api.depends("state", "total_count", "exported_count", "held_count")
    def _compute_progress(self):
        for export in self:
            done = export.exported_count + export.held_count
            is_over = export.state not in UNFINISHED or not export.total_count
            export.progress = 100 if is_over else 100 * done / export.total_count

    def action_cancel(self):
        """Stop an export in the background: its files stay and are delivered."""
        self.ensure_one()
        self.check_access("read")
        self._check_may_export()
        # sudo: the engine alone writes on exports
        export = self.sudo()
        if export.state not in UNFINISHED:
            return  # it was over before the button was pressed
        if export.try_lock_for_update(allow_referencing=True):
            export.waiting_line_ids.unlink()
            export._finish()
            export._tell_progress()
            export._deliver_after_commit()
        else:
            # A worker holds this row for slice after slice: a transaction that waited for it would
            # be refused each time. It ends by itself once what it has not taken is taken away.
            export.waiting_line_ids.try_lock_for_update().unlink()

    # ------------------------------------------------------------------ planning

    def _plan(self, moves):
        """Have documents wait for their turn; the database refuses one that waits already.

        :param moves: the documents; each is locked when its turn comes
        """
        self.ensure_one()
        Line = self.env["l10n_fr.chorus.export.line"]
        # sudo: the export before may be another user's
        latest = {move: move.sudo().l10n_fr_chorus_latest_line_ids for move in moves}
        # The background reads as the superuser: documents that this user may not read stay out.
        unreadable = self.env["l10n_fr.chorus.document"]._find_unreadable(moves)
        Line.create(
            [
                {
                    **self._prepare_waiting_line(move),
                    **Line._prepare_checked_values(move, [unreadable[move]]),
                    "state": "held",
                }
                if move in unreadable
                else {
                    **self._prepare_waiting_line(move),
                    "previous_id": latest[move].id,
                    "follows_reopened": latest[move].outcome in states.REOPENED,
                }
                for move in moves
            ]
        )
        self.state = "waiting"

    def _prepare_waiting_line(self, move):
        Line = self.env["l10n_fr.chorus.export.line"]
        return {
            "export_id": self.id,
            "move_id": move.id,
            "state": "waiting",
            "amount_total_signed": move.amount_total_signed,
            **Line._prepare_checked_values(move, []),
        }

    @api.model
    def _start_in_background(self, after=0):
        """Leave exports to the scheduled action.

        :param int after: seconds to wait
        """
        at = fields.Datetime.now() + datetime.timedelta(seconds=after)
        # sudo: triggering a scheduled action is no right of the user's
        self.env.ref("l10n_fr_chorus_export.ir_cron_run").sudo()._trigger(at=at)

    # ------------------------------------------------------------------ running

    def _run(self, moves):
        """Carry out the whole export in this transaction.

        :param moves: the documents, already locked
        """
        self.ensure_one()
        self._create_lines_in_batches(moves)
        self._finish()
        self._deliver_after_commit()

    def _take_slice(self):
        """Give the next waiting lines their files, or their anomalies.

        :return: how many documents were done; 0 when none waits, or all are being worked on
        :rtype: int
        """
        self.ensure_one()
        lines = self._find_waiting(2 * SLICE)
        locked = lines.move_id.try_lock_for_update(allow_referencing=True)
        free = lines.filtered(lambda line: not line.move_id or line.move_id in locked)[:SLICE]
        for line in free:
            if source := self._find_hindrance(line):
                line._hold(source)
        waiting = free.filtered(lambda line: line.state == "waiting")
        until = time.monotonic() + SLICE_SECONDS
        if not self._judge_ahead(waiting) and not self._print_ahead(waiting, until):
            self._create_lines_until(waiting, until)
        self._count_lines()
        if free:
            self.state = "running"
        return len(free)

    def _find_waiting(self, limit):
        """The next lines that wait."""
        Line = self.env["l10n_fr.chorus.export.line"]
        return Line.search(self._get_waiting_domain(), order="id", limit=limit)

    def _get_waiting_domain(self):
        return [("export_id", "=", self.id), ("state", "=", "waiting")]

    def _find_hindrance(self, line):
        """Why a document that waited cannot be exported any more, as a marked literal."""
        move = line.move_id
        if not move:
            return _GONE
        if move.state != "posted":
            return _NOT_POSTED
        if not move.l10n_fr_chorus_is_exported:
            return None
        # What was known as the export was asked for, as a row of the window keeps it: the document
        # goes again if its user had seen that it is out, and never because it was thought missing.
        if move.l10n_fr_chorus_latest_line_ids != line.previous_id:
            return _EXPORTED
        if line.follows_reopened:
            return _TAKEN_BACK
        return None if self.again else _EXPORTED

    def _judge_ahead(self, lines):
        """Judge the attached PDFs that were never judged, in slices of their own.

        :param lines: that wait
        :return: whether this took the time of the slice
        :rtype: bool
        """
        # sudo: what was found belongs to the engine
        attachments = lines.move_id.sudo().l10n_fr_chorus_attachment_ids
        faults = [attachment._l10n_fr_chorus_get_pdf_fault() for attachment in attachments]
        if attachments._l10n_fr_chorus_judge_pdfs():
            return True
        # An invoice's own PDF needs some of the same time: the next slice has all of it again.
        # Once: files without an answer in slice after slice hold up no other document.
        left = attachments._l10n_fr_chorus_get_judge().seconds_left
        return NOT_JUDGED in faults and left < limits.PDF_REQUEST_SECONDS / 2

    def _print_ahead(self, lines, until):
        """Print the documents whose files need it, in a slice of its own.

        What is printed is kept on the lines that wait: no conflict of the slice that makes the
        files, and no kill, has a minute of printing done again.

        :param lines: that wait
        :param float until: time of ``time.monotonic`` after which nothing is begun
        :return: whether something was to be printed
        :rtype: bool
        """
        maker = self.env["l10n_fr.chorus.maker"]
        target = maker._get_target(self.company_id, self.syntax)
        if not target.needs_pdf:
            return False
        is_printing = False
        for moves in self._split(lines.move_id):
            alone = lines.filtered("is_printed_alone").move_id
            missing, printed = maker._print_missing(moves, target, until, alone)
            for line in lines.filtered(lambda line, printed=printed: line.move_id in printed):
                content, data_sha256 = printed[line.move_id]
                if content is None:
                    line.is_printed_alone = True
                else:
                    # Without a PDF these data cannot be printed, and are not tried again.
                    content = base64.b64encode(content) or False
                    line.write({"pdf": content, "data_sha256": data_sha256})
            self._forget()
            is_printing |= bool(missing)
            if time.monotonic() > until:
                break
        return is_printing

    def _create_lines_until(self, lines, until):
        """Create the lines of documents that wait, until time is up.

        :param lines: that wait
        :param float until: time of ``time.monotonic`` after which no batch is begun: the others
            wait for the next slice
        """
        left, size = lines, FIRST_BATCH
        while left:
            begin = time.monotonic()
            moves = next(self._split(left[:size].move_id))
            batch = left.filtered(lambda line, moves=moves: line.move_id in moves)
            left -= batch
            batch._step_aside()
            self._create_lines_one_by_one(moves)
            self._forget()
            # What could not be made is held by the line that waited for it.
            batch.filtered(lambda line: line.state == "waiting").unlink()
            now = time.monotonic()
            if now > until:
                break
            pace = len(batch) / max(now - begin, 0.001)
            # The next documents may be far heavier than these.
            size = max(1, min(2 * len(batch), int(pace * (until - now))))

    def _split(self, moves):
        """Documents in batches, whose memory is bounded.

        :param moves: the documents
        :return: generator of batches
        """
        # sudo: the user selected these attachments; any exporter may put them in a file
        files = {move.id: move.sudo().l10n_fr_chorus_attachment_ids for move in moves}
        weights = {id_: sum(marked.mapped("file_size")) for id_, marked in files.items()}
        bounds = lots.Bounds(documents=BATCH_SIZE, total=BATCH_WEIGHT)
        for ids in lots.split(moves.ids, weights.get, bounds):
            yield moves.browse(ids)

    def _forget(self):
        """Free the memory of a batch."""
        self.env.invalidate_all()

    def _create_lines_in_batches(self, moves):
        """Create the lines of documents.

        :param moves: the documents, already locked
        """
        for batch in self._split(moves):
            self._create_lines_one_by_one(batch)
            self._forget()

    def _create_lines_one_by_one(self, moves):
        """Create the lines of documents; one that fails in an unforeseen way spares the others.

        An interruption from outside holds none of them.

        :param moves: the documents, already locked
        """
        if not moves:
            return
        try:
            with self.env.cr.savepoint():
                self._create_lines(moves)
        except (OperationalError, UniqueViolation):
            raise  # of the transaction, not of a document: another export has just taken some
        except Exception as error:
            if is_interruption(error):
                raise
            if len(moves) > 1:
                middle = len(moves) // 2
                self._create_lines_one_by_one(moves[:middle])
                self._create_lines_one_by_one(moves[middle:])
                return
            _logger.exception("Chorus Pro file of %s", moves.name)
            Line = self.env["l10n_fr.chorus.export.line"]
            line = Line.search([*self._get_waiting_domain(), ("move_id", "=", moves.id)])
            line = line or Line.create({**self._prepare_waiting_line(moves), "state": "held"})
            line._hold(_FAILED, error=f"{type(error).__name__}: {error}")

    def _create_lines(self, moves):
        """Create the line of each document, with its file or its anomalies.

        :param moves: the documents, already locked
        """
        self.ensure_one()
        Line = self.env["l10n_fr.chorus.export.line"]
        maker = self.env["l10n_fr.chorus.maker"]
        # An earlier slice has given names too; its lines are heavy, and not needed here.
        given = Line.search_fetch(
            [("export_id", "=", self.id), ("file_name", "!=", False)], ["file_name"]
        )
        made = maker._build_files(moves, self.company_id, self.syntax, given.mapped("file_name"))
        values = []
        for move, anomalies, kept in made:
            line = {
                "export_id": self.id,
                "move_id": move.id,
                "state": "exported" if kept else "held",
                "amount_untaxed_signed": move.amount_untaxed_signed,
                "amount_tax_signed": move.amount_tax_signed,
                "amount_total_signed": move.amount_total_signed,
                **Line._prepare_checked_values(move, anomalies),
                **kept,
            }
            if kept:
                line["is_latest"] = True
                line["previous_id"] = move.sudo().l10n_fr_chorus_latest_line_ids.id
            values.append(line)
        exported_moves = moves.browse(v["move_id"] for v in values if v["state"] == "exported")
        # sudo: the engine alone writes on exports
        previous = exported_moves.sudo().l10n_fr_chorus_latest_line_ids
        previous.is_latest = False
        previous.flush_recordset(["is_latest"])  # before the new ones: the index allows one
        lines = Line.create(values)
        moves.invalidate_recordset(["l10n_fr_chorus_latest_line_ids"])
        link = self._get_html_link()
        self.env["account.move"]._l10n_fr_chorus_post_notes(
            {
                line.move_id.id: self.env._(
                    "Exported to Chorus Pro: %(export)s, file %(file)s",
                    export=link,
                    file=line.file_name,
                )
                for line in lines
                if line.state == "exported"
            }
        )

    def _count_lines(self):
        """Count the lines by state."""
        Line = self.env["l10n_fr.chorus.export.line"]
        groups = Line._read_group(
            [("export_id", "=", self.id)], ["state"], ["__count", "amount_total_signed:sum"]
        )
        counts = {state: (count, amount) for state, count, amount in groups}
        self.exported_count, self.amount_total = counts.get("exported", (0, 0))
        self.held_count = counts.get("held", (0, 0))[0]

    def _finish(self):
        """Close an export without waiting lines: complete, or cancelled by a user."""
        self._archive_files()
        self._count_lines()
        is_whole = self.exported_count + self.held_count == self.total_count
        state = "done" if is_whole else "cancelled"
        self.write({"state": state, "finished_on": fields.Datetime.now()})

    # ------------------------------------------------------------------ background

    @api.model
    def _cron_run(self):
        """Carry out the exports that wait, in the order in which they were asked for."""
        Cron = self.env["ir.cron"]
        unfinished = [("state", "in", UNFINISHED)]
        if self._is_run_over() and (remaining := self.search_count(unfinished)):
            # Nothing done, something left: Odoo ends the run. The trigger begins another at once.
            self._start_in_background()
            Cron._commit_progress(remaining=remaining)
            return
        for export in self.search(unfinished, order="id"):
            try:
                while export._advance():
                    if not Cron._commit_progress(remaining=self.search_count(unfinished)):
                        return
            except Exception:  # the next exports must not wait for this one to be mended
                self.env.cr.rollback()
                _logger.exception("Chorus Pro: the export %s goes on later", export.id)
        if self.search_count(unfinished, limit=1):
            # Someone is working on the documents that are left: they have a minute.
            self._start_in_background(after=60)
        Cron._commit_progress(remaining=0)

    def _is_run_over(self):
        """Whether Odoo, which calls a scheduled action ten times in a run, would soon kill it."""
        end = self.env.context.get("cron_end_time", math.inf)
        return time.monotonic() > end - MIN_TIME_PER_JOB + RUN_SECONDS

    def _advance(self):
        """Take one slice and commit it, or finish the export.

        :return: whether there was something to do
        :rtype: bool
        """
        self.ensure_one()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._try_to_advance()
            except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation):
                self.env.cr.rollback()
                if attempt == ATTEMPTS:
                    _logger.warning("Chorus Pro: %s goes on later, too many conflicts", self.id)
                time.sleep(0.1 * attempt)
        return False

    def _try_to_advance(self):
        if not self.try_lock_for_update(allow_referencing=True):
            return False  # another worker has it
        self.invalidate_recordset()
        if self.state not in UNFINISHED:
            return False
        export = self._with_its_user()
        if not export._take_slice():
            if export._find_waiting(1):
                return False
            # A lot, or some files, at a time: all of a very large export take longer than a worker
            # has. And in transactions of their own: no file is written before it is kept.
            if not export._archive_files(limit=1) and not export._deliver_next():
                export._finish()
                export._notify_end()
        export._tell_progress()
        self._commit()
        return True

    def _commit(self):
        """Commit the work of a slice, with the progress of the scheduled action if there is one."""
        self.env["ir.cron"]._commit_progress(1)
        self.env.invalidate_all()

    def _with_its_user(self):
        """The export as its user asked for it: names, language, company."""
        user = self.user_id
        context = {"lang": user.lang, "tz": user.tz, "allowed_company_ids": self.company_id.ids}
        # sudo: the engine alone writes on exports
        return self.with_user(user).with_context(**context).sudo()

    def _run_here(self):
        """Carry out an export that waits, committing each slice: the command line's way."""
        self.ensure_one()
        waiting, deadline = None, 0
        while self.state in UNFINISHED:
            # A scheduled action may have taken it over: as long as it goes on, so do we.
            left = len(self.waiting_line_ids)
            if left != waiting:
                waiting, deadline = left, time.monotonic() + PATIENCE
            if time.monotonic() > deadline:
                break
            if self._advance():
                deadline = time.monotonic() + PATIENCE
            else:
                self.env.cr.rollback()
                time.sleep(0.5)
            self.env.invalidate_all()

    # ------------------------------------------------------------------ telling

    def _tell_progress(self):
        """Have the form, wherever it is open, show how far the export has come."""
        self.user_id._bus_send(
            "l10n_fr_chorus_export/progress",
            {"id": self.id, "progress": self.progress, "state": self.state},
        )

    def _get_users_to_notify(self):
        """The users to notify of the end of an export in the background.

        A monthly export has no user of its own.
        """
        if self.is_scheduled:
            return self.company_id.l10n_fr_chorus_schedule_user_ids
        return self.user_id

    def _notify_end(self):
        """Notify the user that an export in the background is over, unless it was cancelled."""
        if self.state != "done":
            return
        message = self.env._(
            "%(export)s is over: %(exported)s files made, %(held)s documents held back.",
            export=self.name,
            exported=self.exported_count,
            held=self.held_count,
        )
        # Rights may be lost while an export waits.
        users = self._get_users_to_notify().filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        if not users:
            return
        users._bus_send(
            "simple_notification",
            {"type": "success", "title": "Chorus Pro", "message": message, "sticky": True},
        )
        self.env["mail.thread"].message_notify(
            subject=self.env._("Chorus Pro: %(export)s is over", export=self.name),
            body=Markup("<p>%s %s</p>") % (message, self._get_html_link()),
            author_id=self.env.ref(
                "base.partner_root"
            ).id,  # Odoo notifies no user of his own messages
            partner_ids=users.partner_id.ids,
            model=self._name,
            res_id=self.id,
        )
