"""Jobs that share a cursor, one at a time, and wait for programs side by side.

A job has its turn while it runs Python: no other job runs then, so that all of them may use the
same cursor of a database. It gives way while a program of the system works for it. A program
that hangs is ended.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator

_current = threading.local()
_patience = contextvars.ContextVar("patience", default=(None, None))


def cores() -> int:
    """How many programs this process may have at work at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def given_way() -> Iterator[None]:
    """Let the other jobs go on meanwhile; nothing happens outside of a job."""
    turns = getattr(_current, "turns", None)
    if not turns:
        yield
        return
    turns.turn.release()
    try:
        with turns.programs:
            yield
    finally:
        turns.turn.acquire()


@contextlib.contextmanager
def patience(seconds: float, deadline: float | None = None) -> Iterator[None]:
    """Have the programs that :func:`run_program` runs meanwhile end in time.

    :param seconds: that each may take
    :param deadline: time of ``time.monotonic`` at which all have ended, however long they waited
        for a core
    """
    token = _patience.set((seconds, deadline))
    try:
        yield
    finally:
        _patience.reset(token)


def get_patience() -> float | None:
    """The seconds that a program may take from now on: None for as long as it likes, 0 for none."""
    seconds, deadline = _patience.get()
    if deadline is None:
        return seconds
    return max(0, min(seconds, deadline - time.monotonic()))


def run_program(args: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of the system, which has :func:`get_patience` to end.

    :param args: the program and its arguments
    :return: what it wrote; one that was ended, or not begun because its time was up, has the
        negative number of a signal as its status
    """
    seconds = get_patience()
    if seconds == 0:
        return subprocess.CompletedProcess(args, -signal.SIGKILL, "", "no time was left to begin")
    with subprocess.Popen(
        args,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            out, err = "", f"ended after {seconds:g} seconds"
        finally:
            if process.returncode is None:
                # With what it has started: a script around the program would leave it alone.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    return subprocess.CompletedProcess(args, process.returncode, out, err)


def run(
    jobs: Iterable[Callable[[], None]], programs: int | None = None, until: float | None = None
) -> int:
    """Run jobs, each of which may give way while a program works for it.

    :param jobs: taken in their order, each when a thread is free for it
    :param programs: that work at once, one a core by default
    :param until: time of ``time.monotonic`` after which no job begins; the first one always does
    :return: how many jobs were run
    :raise Exception: the first that a job raised; no job begins after it
    """
    jobs = list(jobs)
    if len(jobs) < 2:
        for job in jobs:
            job()
        return len(jobs)
    turns = _Turns(iter(jobs), programs or cores(), until)
    # One more job than cores: it prepares the work of the next free core.
    threads = [turns.start() for _rank in range(turns.count + 1)]
    try:
        for thread in threads:
            thread.join()
    finally:
        # The caller may be interrupted here: it may use the cursor again only once no job runs.
        turns.is_over = True
        for thread in threads:
            thread.join()
    if turns.error:
        raise turns.error
    return turns.done


class _Turns:
    def __init__(self, jobs, count, until):
        self.jobs, self.count, self.until = jobs, count, until
        self.turn = threading.Lock()
        self.programs = threading.BoundedSemaphore(count)
        self.is_over = False
        self.error = None
        self.done = 0

    def start(self):
        # The log names the database of a thread, and the request is a variable of the context.
        parent = threading.current_thread()
        thread = threading.Thread(target=contextvars.copy_context().run, args=(self._work,))
        if hasattr(parent, "dbname"):
            thread.dbname = parent.dbname
        thread.start()
        return thread

    def _work(self):
        _current.turns = self
        with self.turn:
            while job := self._next():
                try:
                    job()
                except BaseException as error:
                    self.error = self.error or error
                    self.is_over = True

    def _next(self):
        if self.done and self.until is not None and time.monotonic() > self.until:
            self.is_over = True
        if self.is_over:
            return None
        job = next(self.jobs, None)
        if job:
            self.done += 1
        else:
            self.is_over = True
        return job
