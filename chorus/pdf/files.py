"""Whether the public body can read a PDF that someone attached.

Programs write PDFs in many ways, all of which pass: with other bytes before and after, with later
revisions behind the first, signed, made to be read page by page, with a table of objects that is
a stream. A file whose transfer broke off does not pass.

Small files can take hours and gigabytes: files from outside are judged by :mod:`.judge`, which
runs this module as a program of its own. To judge, it imports nothing of ours.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from enum import Enum

import pikepdf

#: A PDF has its header within its first bytes and its end within its last ones, as readers accept.
MARGIN = 1024
#: Commands of :func:`serve`.
JUDGE, CLEAN, TABLE = b"j", b"c", b"t"
_HEAD, _END = b"%PDF", b"%%EOF"
_OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")


class Fault(Enum):
    """Why the public body could not read a PDF; ``NO_ANSWER``: it must be judged again."""

    NO_PDF, CUT, DAMAGED, EMPTY, PROTECTED, HEAVY, NO_ANSWER = range(7)


def is_pdf(mime: str, name: str) -> bool:
    """Whether a file claims to be a PDF, by its kind or by its name.

    :param mime: its kind
    :param name: with its extension
    """
    return mime == "application/pdf" or name.lower().endswith(".pdf")


def find_fault(content: bytes) -> Fault | None:
    """The fault of a PDF: the cheap checks come first, then the file is read.

    :param content: any bytes
    :return: None when it opens, with all its pages
    """
    if _HEAD not in content[:MARGIN]:
        return Fault.NO_PDF
    end = content.rfind(_END, -MARGIN - len(_END))
    # Bytes after the end are junk, or the beginning of a revision whose own end is missing.
    if end < 0 or _OBJECT.search(content, end):
        return Fault.CUT
    try:
        # Each reader repairs a wrong table of objects in its own way, and may lose objects: none is
        # repaired here.
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
        # A protection that the reader does not know is no damage.
        return Fault.PROTECTED if b"/Encrypt" in content else Fault.DAMAGED


def read_xls(content: bytes) -> bytes:
    """The sheets of a workbook of before .xlsx, by the reader that Odoo has too.

    :param content: any bytes
    :return: JSON: name and rows of each sheet; dates as YYYY-MM-DD
    :raise Exception: whatever the reader raises of a damaged file, or when there is no reader
    """
    import xlrd

    def value(cell):
        if cell.ctype == xlrd.XL_CELL_DATE:
            return xlrd.xldate_as_datetime(cell.value, book.datemode).strftime("%Y-%m-%d")
        if cell.ctype in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER):
            return cell.value
        return bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else None

    with open(os.devnull, "w") as silence:
        book = xlrd.open_workbook(file_contents=content, logfile=silence, ragged_rows=True)
        sheets = [
            [
                sheet.name,
                [[value(cell) for cell in sheet.row(index)] for index in range(sheet.nrows)],
            ]
            for sheet in book.sheets()
        ]
    return json.dumps(sheets).encode()


def serve(memory: int, seconds: int, root: str) -> None:
    """Judge, clean or read the files that come in, one after the other, until there are no more.

    Each comes as a byte for the command (:data:`JUDGE`, :data:`CLEAN`, :data:`TABLE`), eight for
    its length, and its bytes. The answer is a line of JSON: ``fault``, the name of the fault that
    was found, or of the file that was cleaned or read its ``length``, with the bytes after the
    line, or its ``refusal``; and ``is_last`` when this process takes no other file.

    :param memory: bytes of address space that this process may have
    :param seconds: of the processor that each file may take: the system ends the process then
    :param root: folder of the package that this module is of, which cleaning needs
    """
    import resource  # not in every system that only reads this module

    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    memory = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    clean = None
    while head := source.read(9):
        content = source.read(int.from_bytes(head[1:], "big"))
        if head[:1] == CLEAN and not clean:
            clean = _get_cleaner(root)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        end = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
        end = end if hard == resource.RLIM_INFINITY else min(end, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (end, hard))
        work = {CLEAN: clean, TABLE: _read_table}.get(head[:1], _judge)
        answer, cleaned = work(content)
        # A normal file takes a tenth of the memory; after a big one, a new process has all of it.
        is_last = _get_peak(resource) > memory // 4
        if is_last and answer.get("fault") == Fault.DAMAGED.name:
            answer = {"fault": Fault.HEAVY.name}  # parts that did not fit in memory seem missing
        target.write(json.dumps({**answer, "is_last": is_last}).encode() + b"\n")
        target.write(cleaned)
        target.flush()
        if is_last:
            return


def _get_peak(resource):
    """The most bytes of memory that this process has had."""
    # On Linux ru_maxrss includes the memory of the program that started this one: Odoo has more.
    try:
        with open("/proc/self/status", "rb") as status:
            return next(
                int(line.split()[1]) * 1024 for line in status if line.startswith(b"VmHWM:")
            )
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _judge(content):
    fault = find_fault(content)
    return {"fault": fault and fault.name}, b""


def _read_table(content):
    try:
        sheets = read_xls(content)
    except Exception:  # a damaged file makes its readers stumble in every possible way
        return {"fault": Fault.DAMAGED.name, "length": 0}, b""
    return {"length": len(sheets)}, sheets


def _get_cleaner(root):
    sys.path.append(root)
    from chorus.pdf import pdfa

    def clean(content):
        try:
            with pdfa.faults():
                cleaned = pdfa.clean(content)
        except pdfa.PdfFault as fault:
            # No damage: there was not enough memory to read it.
            if "MemoryError" in str(fault.params) or "bad_alloc" in str(fault.params):
                return {"fault": Fault.HEAVY.name, "length": 0}, b""
            refusal = [fault.code, fault.source, fault.params]
            return {"refusal": refusal, "length": 0}, b""
        return {"length": len(cleaned)}, cleaned

    return clean


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
