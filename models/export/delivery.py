import logging
import time

from odoo import api, fields, models, modules
from odoo.fields import Domain
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

#: Files written at most before it is kept that they are, and the seconds after which the others
#: wait for the next slice: thousands, or a few on a slow share, take longer than a worker has.
SLICE, SLICE_SECONDS = 200, 20

#: States of files that are sent, again and again until they are there.
UNSENT = ("to_send", "failed")


class L10nFrChorusExport(models.Model):
    """The way of an export's files to its channel, once they are kept for sure."""

    _inherit = "l10n_fr.chorus.export"

    channel = fields.Selection(
        selection=[("folder", "Folder")],
        string="Way of Deposit",
        default="folder",
        required=True,
        readonly=True,
    )
    delivery_state = fields.Selection(
        selection=[
            ("none", "No file"),
            ("pending", "To be written"),
            ("failed", "Not written"),
            ("done", "Written"),
        ],
        string="Files in the Folder",
        compute="_compute_delivery_state",
    )
    has_numbered_names = fields.Boolean(compute="_compute_delivery_state")

    @api.depends(
        "exported_line_ids.delivered_name",
        "exported_line_ids.delivery_error",
        "lot_ids.delivered_name",
        "lot_ids.delivery_error",
    )
    def _compute_delivery_state(self):
        # Counted by the database: a list of exports would read all their lines.
        is_numbered = Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "%s != %s",
                SQL.identifier(alias, "delivered_name"),
                SQL.identifier(alias, "file_name"),
            )
        )
        counts, numbered = {}, set()
        for model, made in (
            ("l10n_fr.chorus.export.line", Domain("state", "=", "exported")),
            ("l10n_fr.chorus.lot", Domain.TRUE),
        ):
            File, files = self.env[model], made & Domain("export_id", "in", self.ids)
            for export, *found in File._read_group(
                files, ["export_id"], ["__count", "delivered_name:count", "delivery_error:count"]
            ):
                known = counts.get(export.id, (0, 0, 0))
                counts[export.id] = tuple(map(sum, zip(known, found, strict=True)))
            for [export] in File._read_group(files & is_numbered, ["export_id"]):
                numbered.add(export.id)
        for export in self:
            count, written, failed = counts.get(export.id, (0, 0, 0))
            export.has_numbered_names = export.id in numbered
            if not count:
                export.delivery_state = "none"
            elif failed:
                export.delivery_state = "failed"
            else:
                export.delivery_state = "done" if written == count else "pending"

    def action_deliver(self):
        """Write the files that could not be written in the folder, as long as there is time.

        The scheduled action writes the others.
        """
        self.check_access("read")
        self._check_may_export()
        until = time.monotonic() + SLICE_SECONDS
        for _export in self._deliver_in_slices():
            if time.monotonic() > until:
                # sudo: triggering a scheduled action is no right of the user's
                self.env.ref("l10n_fr_chorus_export.ir_cron_deliver").sudo()._trigger()
                break

    def _deliver_after_commit(self):
        """Have the files written once the export is sure to exist."""
        dbname, context, uid = self.env.cr.dbname, dict(self.env.context), self.env.uid
        ids = self.ids

        @self.env.cr.postcommit.add
        def deliver():
            # A failure is shown on the export and can be retried: it never raises here, where
            # the export is already committed.
            try:
                with modules.registry.Registry(dbname).cursor() as cr:
                    env = api.Environment(cr, uid, context)
                    for _export in env["l10n_fr.chorus.export"].browse(ids)._deliver_in_slices():
                        cr.commit()  # pylint: disable=invalid-commit
            except Exception:
                _logger.exception("Chorus Pro: the files of the exports %s are not written", ids)

    def _deliver(self):
        """Send the files that are not there yet, and keep the result."""
        for _export in self._deliver_in_slices():
            pass

    def _deliver_in_slices(self):
        """The same, letting the caller commit what was done.

        :return: generator of exports, one a slice
        """
        # sudo: the engine alone writes on exports
        for export in self.sudo():
            if export._poll_uncertain():
                yield export
            slices = export._get_undelivered_slices()
            left = next(slices, None)
            while left:
                if not export.try_lock_for_update(allow_referencing=True):
                    break  # its files are being written right now
                left = export._deliver_files(left) or next(slices, None)
                yield export
                self.env.invalidate_all()  # thousands of documents would fill the memory

    def _deliver_next(self):
        """Write the next files that were not tried yet, of an export that is locked.

        :return: whether there were some
        :rtype: bool
        """
        domain = [
            ("export_id", "=", self.id),
            ("file_name", "!=", False),
            ("delivered_name", "=", False),
            ("delivery_error", "=", False),
        ]
        for model in ("l10n_fr.chorus.export.line", "l10n_fr.chorus.lot"):
            if files := self.env[model].search(domain, order="id", limit=SLICE):
                self._deliver_files(files)
                return True
        return False

    def _deliver_files(self, files):
        """Send some files of an export, which is locked, as long as there is time.

        :param files: records of the delivered mixin, to send or failed
        :return: those that wait for the next slice
        """
        return self._get_channel()._send_files(self, files, time.monotonic() + SLICE_SECONDS)

    def _poll_uncertain(self):
        """Have the channel find out what became of files that may be there.

        :return: whether there were some
        :rtype: bool
        """
        is_polled = False
        for records in (self.exported_line_ids, self.lot_ids):
            files = records.filtered(lambda file: file.deposit_state == "uncertain")
            if files and self.try_lock_for_update(allow_referencing=True):
                self._get_channel()._poll(self, files)
                is_polled = True
        return is_polled

    def _get_channel(self):
        """The way by which the files of this export are deposited.

        :rtype: odoo.api.l10n_fr.chorus.channel
        """
        return self.env[f"l10n_fr.chorus.channel.{self.channel}"]

    @api.model
    def _cron_deliver(self):
        """Try again to write the files that could not be written: the folder may be mended."""
        Cron = self.env["ir.cron"]
        exports = self._find_undelivered()
        for remaining, export in zip(reversed(range(len(exports))), exports, strict=True):
            try:
                # Its user reads the fault.
                for _export in export.with_context(lang=export.user_id.lang)._deliver_in_slices():
                    if not Cron._commit_progress(1, remaining=remaining + 1):
                        return
            except Exception:  # the next exports must not wait for this one to be mended
                self.env.cr.rollback()
                _logger.exception("Chorus Pro: the files of the export %s wait", export.id)
            if not Cron._commit_progress(1, remaining=remaining):
                return

    def _get_undelivered_slices(self):
        """Documents, then lots, whose files are not in the folder yet, slice by slice.

        :return: generator of records, each slice of which is read together, also after a commit
        """
        for records in (self.exported_line_ids, self.lot_ids):
            pending = records.filtered(lambda file: file.deposit_state in UNSENT)
            yield from split_every(SLICE, pending.ids, pending.browse)

    def _get_undelivered_files(self):
        """Documents and lots whose files are not in the folder yet.

        :return: list of records of the delivered mixin
        """
        return [
            file
            for records in (self.exported_line_ids, self.lot_ids)
            for file in records
            if not file.delivered_name
        ]

    @api.model
    def _find_undelivered(self):
        """Exports of the user's companies that still have files to write."""
        pending = Domain("delivered_name", "=", False)
        return self.search(
            Domain("exported_line_ids", "any", pending) | Domain("lot_ids", "any", pending)
        )
