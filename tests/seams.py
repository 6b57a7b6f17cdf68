"""Where tests reach into the models: how these are cut is known here, and to no test.

Each way in has a name that says what it makes of the world: small slices, a document that someone
else works on, a file that cannot be made.
"""

import time
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

from odoo.fields import Field
from odoo.models import BaseModel
from odoo.service.server import Worker
from odoo.tools import mute_logger

from ..chorus.formats import FORMATS
from ..chorus.pdf.judge import Judge

MODELS = __name__.rpartition(".tests.")[0] + ".models"
MAKER = f"{MODELS}.building.maker"
RUN = f"{MODELS}.export.run"
PRINTING = f"{MODELS}.building.pdf"
DELIVERY = f"{MODELS}.export.delivery"
SCHEDULE = f"{MODELS}.export.monthly"
COMPARISON = f"{MODELS}.following.comparison"


def subclasses(cls):
    """All classes below one."""
    for below in cls.__subclasses__():
        yield below
        yield from subclasses(below)


class Clock:
    """The clock that bounds of time are counted by, and which a test moves on.

    :ivar ahead: seconds that it is ahead of the real one
    """

    def __init__(self):
        self.ahead, self._real = 0, time.monotonic

    def monotonic(self):
        return self._real() + self.ahead


class SeamsMixin:
    """For test cases of Odoo."""

    def _around(self, model, name, around):
        """Do something around a method: ``around(real, records, ...)`` is called instead."""
        cls = self.env.registry[model]
        real = getattr(cls, name)

        def method(records, *args, **kwargs):
            return around(real, records, *args, **kwargs)

        return patch.object(cls, name, method)

    # ------------------------------------------------------------------ how much at a time

    def slice_of(self, count):
        """Exports in the background are made so many documents at a time, without a pause."""
        self.startPatcher(patch(f"{RUN}.SLICE", count))
        self.startPatcher(patch(f"{RUN}.time.sleep"))

    def delivery_slice_of(self, count):
        """Files are written so many at a time."""
        self.startPatcher(patch(f"{DELIVERY}.SLICE", count))

    def first_look_at(self, count):
        """Documents are checked and compared again so many at a time, at first."""
        for module in ("verdict", "comparison"):
            self.startPatcher(patch(f"{MODELS}.following.{module}.FIRST_BATCH", count))

    def window_slice_of(self, count):
        """The window checks so many documents a call."""
        Window = self.env.registry["account.move.chorus.export"]
        self.startPatcher(patch.object(Window, "_slice_size", count))

    def batches_no_heavier_than(self, size):
        """Files are made so many bytes at a time."""
        self.startPatcher(patch(f"{RUN}.BATCH_WEIGHT", size))

    def first_batch_of(self, count):
        """The first batch of each slice has so many documents; a later one depends on its pace."""
        self.startPatcher(patch(f"{RUN}.FIRST_BATCH", count))

    def slices_without_time(self):
        """The time of each slice in the background is up as soon as it begins."""
        return patch(f"{RUN}.SLICE_SECONDS", -1)

    def seconds_for_a_file(self, seconds):
        """Exports reckon with so many seconds for each XML file."""
        return patch(f"{MAKER}.FILE_SECONDS", seconds)

    def seconds_for_a_page(self, seconds):
        """Exports reckon with so many seconds for each invoice that is to be printed."""
        return patch(f"{PRINTING}.PRINT_SECONDS", seconds)

    def clock(self):
        """The clock moves on as the test says.

        :rtype: Clock
        """
        clock = Clock()
        self.startPatcher(patch("time.monotonic", clock.monotonic))
        return clock

    # ------------------------------------------------------------------ what is seen

    @contextmanager
    def checks(self):
        """The documents that are checked meanwhile, a record set a check."""
        found = []

        def check(real, maker, moves, *args, **kwargs):
            found.append(moves)
            return real(maker, moves, *args, **kwargs)

        with self._around("l10n_fr.chorus.maker", "_check", check):
            yield found

    @contextmanager
    def batches(self):
        """The documents whose files are made meanwhile, a record set a batch."""
        found = []

        def make_lines(real, exports, moves, *args, **kwargs):
            found.append(moves)
            return real(exports, moves, *args, **kwargs)

        with self._around("l10n_fr.chorus.export", "_create_lines", make_lines):
            yield found

    def after_each_batch(self, act):
        """Something happens whenever files were made: ``act(moves)``."""

        def make_lines(real, exports, moves, *args, **kwargs):
            real(exports, moves, *args, **kwargs)
            act(moves)

        return self._around("l10n_fr.chorus.export", "_create_lines", make_lines)

    @contextmanager
    def progress(self):
        """The notifications of exports meanwhile: (progress, state, state of delivery)."""
        found = []

        def tell(real, exports, *args, **kwargs):
            found.append((exports.progress, exports.state, exports.delivery_state))
            return real(exports, *args, **kwargs)

        with self._around("l10n_fr.chorus.export", "_tell_progress", tell):
            yield found

    @contextmanager
    def files_asked_for(self):
        """How many files each look-up of files is about."""
        found = []

        def compute(real, lines, *args, **kwargs):
            found.append(len(lines))
            return real(lines, *args, **kwargs)

        name = "_compute_file_attachment_id"
        with self._around("l10n_fr.chorus.export.line", name, compute):
            yield found

    @contextmanager
    def files_read(self):
        """The names in the file store of what is read meanwhile."""
        found = []

        def read(real, attachments, name, *args, **kwargs):
            found.append(name)
            return real(attachments, name, *args, **kwargs)

        with self._around("ir.attachment", "_file_read", read):
            yield found

    @contextmanager
    def stored_reads(self):
        """The stored fields of records that are read meanwhile, by model."""
        found = defaultdict(set)

        def spied(real):
            def read(field, records, *args, **kwargs):
                if records is not None and field.store and any(records._ids):
                    found[field.model_name].add(field.name)
                return real(field, records, *args, **kwargs)

            return read

        with ExitStack() as stack:
            for cls in [Field, *subclasses(Field)]:
                for name in {"__get__", "mapped"} & vars(cls).keys():
                    stack.enter_context(patch.object(cls, name, spied(vars(cls)[name])))
            yield found

    # ------------------------------------------------------------------ what others do

    def after_each_slice(self, act):
        """Someone does something whenever the scheduled action has made a slice."""

        def take_slice(real, exports, *args, **kwargs):
            done = real(exports, *args, **kwargs)
            act()
            return done

        return self._around("l10n_fr.chorus.export", "_take_slice", take_slice)

    def busy(self, records):
        """Someone else works on these."""

        def try_lock(real, found, **kwargs):
            return real(found - found.browse(records.ids), **kwargs)

        return self._around(records._name, "try_lock_for_update", try_lock)

    def without_commit(self, keep=None):
        """Steps of exports are kept as a commit would, which the cursor of a test never does.

        :param keep: called with the export
        """

        def commit(_real, exports, *_args, **_kwargs):
            if keep:
                keep(exports)
            exports.env.invalidate_all()

        return self._around("l10n_fr.chorus.export", "_commit", commit)

    def after_each_delivery(self, act):
        """Something happens whenever a file was written: ``act()``."""

        def send(real, channel, file, *args, **kwargs):
            real(channel, file, *args, **kwargs)
            act()

        return self._around("l10n_fr.chorus.channel.folder", "_send_file", send)

    def deliver_by(self, deliver):
        """Files are written by something else: ``deliver(file, ...)``."""

        def send(_real, _channel, file, *args, **kwargs):
            deliver(file, *args, **kwargs)

        return self._around("l10n_fr.chorus.channel.folder", "_send_file", send)

    # ------------------------------------------------------------------ other programs

    def judge_by(self, find_fault):
        """Something else looks for the faults of PDFs: ``find_fault(judge, content)``."""
        return patch.object(Judge, "find_fault", find_fault)

    def print_by(self, run_jobs):
        """Something else runs the jobs that print: ``run_jobs(jobs, until=None)``."""
        self.startPatcher(patch(f"{PRINTING}.turns.run", run_jobs))

    def print_on(self, cores):
        """Invoices are printed on so many cores."""
        self.startPatcher(patch(f"{PRINTING}.turns.cores", return_value=cores))

    def known_renderer(self, info):
        """What we know of Odoo's renderer, as its ``_wkhtml`` gives it."""
        return patch(f"{PRINTING}._wkhtml", return_value=info)

    def build_by(self, build):
        """Something else builds the files: ``build(document, format, pdf)``."""
        return patch(f"{MAKER}.build", build)

    # ------------------------------------------------------------------ what goes wrong

    def _fails(self, model, name, *records, error=ZeroDivisionError, logger=RUN):
        """A method fails for these records, which it is called on or is given.

        :return: a context that gives those for which it does not
        """

        @contextmanager
        def failing():
            def fail(real, found, *args, **kwargs):
                given = [item for item in (found, *args) if isinstance(item, BaseModel)]
                if any(record in records for record in given):
                    raise error
                passed.extend(given[1:] or given)
                return real(found, *args, **kwargs)

            passed = []
            with self._around(model, name, fail), mute_logger(logger):
                yield passed

        return failing()

    def _fails_at_first(self, name, errors):
        left = iter(errors)

        def fail(real, found, *args, **kwargs):
            if error := next(left, None):
                raise error
            return real(found, *args, **kwargs)

        return self._around("l10n_fr.chorus.export", name, fail)

    def slices_fail_at_first(self, *errors):
        """Steps of exports in the background fail, each error once."""
        return self._fails_at_first("_try_to_advance", errors)

    def lines_fail_at_first(self, *errors):
        """Files cannot be kept, each error once."""
        return self._fails_at_first("_create_lines", errors)

    def worker_ends(self):
        """Odoo's server ends the work of its worker once, while files are made."""
        return self.lines_fail_at_first(self.time_is_up())

    def time_is_up(self):
        """What Odoo's server raises in a worker that has used its time of the processor.

        :rtype: Exception
        """
        try:
            Worker.signal_time_expired_handler(SimpleNamespace(pid=0), None, None)
        except Exception as error:
            return error

    def lots_fail(self, export):
        """The lots of this export cannot be made."""
        return self._fails("l10n_fr.chorus.export", "_archive_files", export)

    def delivery_fails(self, export):
        """The files of this export cannot be written."""
        return self._fails("l10n_fr.chorus.export", "_deliver_files", export, logger=DELIVERY)

    @contextmanager
    def delivery_breaks(self):
        """Nothing can be written, for an unforeseen reason."""
        Export = self.env.registry["l10n_fr.chorus.export"]
        with (
            patch.object(Export, "_deliver_in_slices", side_effect=RuntimeError),
            mute_logger(DELIVERY),
        ):
            yield

    def schedule_fails(self, company, error):
        """The monthly export of this company fails."""
        name = "_export_schedule"
        return self._fails("l10n_fr.chorus.export", name, company, error=error, logger=SCHEDULE)

    def check_fails(self, move):
        """This document cannot be read, for a reason that nobody foresaw."""
        name = "_l10n_fr_chorus_prepare_document"
        return self._fails("account.move", name, move, logger=MAKER)

    def comparison_fails(self, move):
        """The present state of this document cannot be read."""
        name = "_l10n_fr_chorus_prepare_document"
        return self._fails("account.move", name, move, logger=COMPARISON)

    def files_lost(self, content=b""):
        """What the file store has of every file."""
        Attachment = self.env.registry["ir.attachment"]
        return patch.object(Attachment, "_file_read", return_value=content)

    @contextmanager
    def break_the_file_of(self, move, breaks, key="ubl"):
        """Our own code goes wrong for one document.

        :param breaks: gets the root element of its file
        :param str key: of the syntax in which it does
        """
        sound = FORMATS[key]

        def serialise(document):
            root = sound.serialise(document)
            if document.number == move.name:
                breaks(root)
            return root

        broken = {key: replace(sound, serialise=serialise)}
        with patch.dict(FORMATS, broken), mute_logger(MAKER, RUN):
            yield
