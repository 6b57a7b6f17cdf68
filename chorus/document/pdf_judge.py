"""PDFs from outside are judged in a process of their own, with bounds of time and memory.

A program, not a fork: Odoo has threads, and a fork would take along what they hold.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading

from .. import limits
from . import pdf_files
from .pdf_files import Fault


class Judge:
    """Judges files one after the other; as a context, it ends with it.

    The process begins with the first file, which takes some tenths of a second, and serves for the
    next ones. A file that it dies of is :attr:`.pdf_files.Fault.HEAVY`, and another one begins.
    """

    def __init__(self):
        self._process = None

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_error) -> None:
        self._end()

    def find_fault(self, content: bytes) -> Fault | None:
        """What is wrong with a PDF, see :func:`.pdf_files.find_fault`.

        :param content: any bytes
        :return: ``HEAVY`` for one that takes more than our limits
        :raise OSError: when no process can be started
        """
        process = self._process = self._process or self._start()
        # The clock's seconds too: what waits takes none of the processor's.
        timer = threading.Timer(limits.PDF_PATIENCE, process.kill)
        timer.start()
        try:
            process.stdin.write(len(content).to_bytes(8, "big"))
            process.stdin.write(content)
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = b""
        except BaseException:  # the caller's time is up: half a file would be read as the next one
            self._end()
            raise
        finally:
            timer.cancel()
        if not answer.endswith(b"\n"):
            self._end()
            return Fault.HEAVY
        name, _space, last = answer.decode().rstrip("\n").partition(" ")
        if last:
            self._end()
        return Fault[name] if name else None

    def _start(self):
        # Its folder must not be among those of modules, where ours would hide Python's.
        run = "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
        return subprocess.Popen(
            [
                *(sys.executable, "-c", run, pdf_files.__file__),
                *(str(limits.PDF_MEMORY), str(limits.PDF_SECONDS)),
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
