"""Whether the public body can read a PDF that someone attached.

Programs write PDFs in many ways, all of which pass: with other bytes before and after, with later
revisions behind the first, signed, made to be read page by page, with a table of objects that is
a stream. What is left of a transfer that broke off does not.

Small files can take hours and gigabytes: files from outside are judged by :mod:`.pdf_judge`, which
runs this module as a program of its own. It imports nothing of ours.
"""

from __future__ import annotations

import io
import re
import sys
from enum import Enum

import pikepdf

#: Bytes within which a PDF says what it is, and within which it ends, as readers accept it.
MARGIN = 1024
#: What the process says with its last answer.
LAST = "last"
_HEAD, _END = b"%PDF", b"%%EOF"
_OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")


class Fault(Enum):
    """Why the public body could not read a PDF."""

    NO_PDF, CUT, DAMAGED, EMPTY, PROTECTED, HEAVY = range(6)


def is_pdf(mime: str, name: str) -> bool:
    """Whether a file is to be a PDF, by its name too: the kind is what the sender's program said.

    :param mime: its kind
    :param name: with its extension
    """
    return mime == "application/pdf" or name.lower().endswith(".pdf")


def find_fault(content: bytes) -> Fault | None:
    """What is wrong with a PDF, from what costs nothing to what reads the file.

    :param content: any bytes
    :return: None when it opens, with all its pages
    """
    if _HEAD not in content[:MARGIN]:
        return Fault.NO_PDF
    end = content.rfind(_END, -MARGIN - len(_END))
    # What follows the end is junk, or the beginning of a revision whose own end is missing.
    if end < 0 or _OBJECT.search(content, end):
        return Fault.CUT
    try:
        # Readers guess what a wrong table of objects should be, each in its own way, and lose what
        # it does not lead to: no guess here.
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                return Fault.PROTECTED
            return None if len(pdf.pages) else Fault.EMPTY
    except pikepdf.PasswordError:
        return Fault.PROTECTED
    except MemoryError:
        return Fault.HEAVY
    except Exception as error:  # a damaged file makes its readers stumble in every possible way
        if "bad_alloc" in str(error):
            return Fault.HEAVY
        # What is protected in a way that the reader does not know is not damaged.
        return Fault.PROTECTED if b"/Encrypt" in content else Fault.DAMAGED


def serve(memory: int, seconds: int) -> None:
    """Judge the files that come in, one after the other, until there are no more.

    Each comes as eight bytes that say its length, and its bytes; the answer is a line with the name
    of its fault, empty for none, a space, and :data:`LAST` when this process takes no other file.

    :param memory: bytes of address space that this process may have
    :param seconds: of the processor that each file may take: the system ends the process then
    """
    import resource  # not in every system that only reads this module

    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    memory = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    source, target = sys.stdin.buffer, sys.stdout
    while head := source.read(8):
        content = source.read(int.from_bytes(head, "big"))
        usage = resource.getrusage(resource.RUSAGE_SELF)
        end = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
        end = end if hard == resource.RLIM_INFINITY else min(end, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (end, hard))
        fault = find_fault(content)
        # The reader takes what it had no memory for as missing. A normal file has a tenth of it.
        is_heavy = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > memory // 4
        if is_heavy and fault is Fault.DAMAGED:
            fault = Fault.HEAVY
        # The next file begins with a process that has all its memory.
        target.write(f"{fault.name if fault else ''} {LAST if is_heavy else ''}\n")
        target.flush()
        if is_heavy:
            return


if __name__ == "__main__":
    serve(*map(int, sys.argv[1:]))
