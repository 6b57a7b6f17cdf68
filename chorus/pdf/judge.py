"""PDFs from outside are judged in a process of their own, with bounds of time and memory.

A program, not a fork: Odoo has threads, and a fork would copy their locks and connections.
"""

from __future__ import annotations

import contextlib
import json
import math
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from .. import limits
from . import files
from .files import Fault

#: Folder of the package that this module is of.
_ROOT = str(Path(__file__).resolve().parents[2])
#: Signals that end the process by the file's own fault. It may also be stopped with the server, or
#: wait too long on a busy machine: neither is a fault of the file.
_BY_THE_FILE = {-signal.SIGXCPU, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS}


class Patience:
    """The time that several files may take together, in one judge or several.

    :param seconds: of the clock; those of a request by default
    """

    def __init__(self, seconds: float | None = None):
        self.left = limits.PDF_REQUEST_SECONDS if seconds is None else seconds


class Judge:
    """Judges files one after the other; as a context, it ends with it.

    The process begins with the first file, which takes some tenths of a second, and serves for the
    next ones. A file that it dies of is :attr:`.files.Fault.HEAVY`, and another one begins.

    :param patience: for all of them; None for each to have :data:`.limits.PDF_PATIENCE`
    """

    def __init__(self, patience: Patience | None = None):
        self._process, self._end_status = None, None
        self._patience = patience or Patience(math.inf)

    @property
    def seconds_left(self) -> float:
        """How long the next files may take together; none is looked into without any."""
        return self._patience.left

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_error) -> None:
        self._end()

    def find_fault(self, content: bytes) -> Fault | None:
        """The fault of a PDF, see :func:`.files.find_fault`.

        :param content: any bytes
        :return: ``HEAVY`` for one that takes more than our limits, ``NO_ANSWER`` when time was up
            or the process ended for another reason: it is to be asked again
        :raise OSError: when no process can be started
        """
        answer = self._ask(files.JUDGE, content)
        if answer is None:
            return Fault.HEAVY if self._end_status in _BY_THE_FILE else Fault.NO_ANSWER
        return Fault[answer["fault"]] if answer["fault"] else None

    def clean(self, content: bytes) -> bytes | dict | None:
        """A PDF whose pages a PDF/A-3 may have, see :func:`.pdfa.clean`.

        :param content: any bytes
        :return: the PDF; or ``code``, ``source`` and ``params`` of the fault it is refused for; or
            {} for one that takes more than our limits; None without an answer, as above
        :raise OSError: when no process can be started
        """
        answer = self._ask(files.CLEAN, content)
        if answer is None:
            return {} if self._end_status in _BY_THE_FILE else None
        if "fault" in answer:
            return {}
        if "refusal" in answer:
            return dict(zip(("code", "source", "params"), answer["refusal"], strict=True))
        return answer["content"]

    def read_xls(self, content: bytes) -> list | None:
        """The sheets of a workbook of before .xlsx, see :func:`.files.read_xls`.

        :param content: any bytes
        :return: name and rows of each; None for a file that is damaged, or takes more than our
            limits, or when there is no reader
        :raise OSError: when no process can be started
        """
        answer = self._ask(files.TABLE, content)
        sheets = (answer or {}).get("content")
        return json.loads(sheets) if sheets else None

    def _ask(self, what, content):
        """The answer of the process, None when it ended without one."""
        self._end_status = None
        if self.seconds_left <= 0:
            return None
        begin = time.monotonic()
        try:
            return self._ask_in_time(what, content, min(limits.PDF_PATIENCE, self._patience.left))
        finally:
            self._patience.left -= time.monotonic() - begin

    def _ask_in_time(self, what, content, seconds):
        process = self._process = self._process or self._start()
        # Seconds of the clock too: a process that waits takes none of the processor's.
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        try:
            process.stdin.write(what + len(content).to_bytes(8, "big"))
            process.stdin.write(content)
            process.stdin.flush()
            line = process.stdout.readline()
            answer = json.loads(line) if line.endswith(b"\n") else None
            if answer and (length := answer.get("length")):
                if what == files.TABLE and length > limits.XLS_TEXTS:
                    raise BrokenPipeError
                answer["content"] = process.stdout.read(length)
                answer = answer if len(answer["content"]) == length else None
        except BrokenPipeError:
            answer = None
        except BaseException:  # the caller's time is up: half a file would be read as the next one
            self._end()
            raise
        finally:
            timer.cancel()
        if answer is None or answer["is_last"]:
            self._end()
        return answer

    def _start(self):
        # Its folder must not be among those of modules, where ours would hide Python's.
        run = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
        return subprocess.Popen(
            [
                *(sys.executable, "-c", run, files.__file__),
                *(str(limits.PDF_MEMORY), str(limits.PDF_SECONDS), _ROOT),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )

    def _end(self):
        if process := self._process:
            self._process = None
            process.kill()
            with contextlib.suppress(BrokenPipeError):
                process.communicate()
            self._end_status = process.wait()
