"""Whether the public body can read a PDF that someone attached.

Programs write PDFs in many ways, all of which pass: with other bytes before and after, with later
revisions behind the first, signed, made to be read page by page, with a table of objects that is
a stream. What is left of a transfer that broke off does not.
"""

from __future__ import annotations

import io
import re
from enum import Enum

import pikepdf

#: Bytes within which a PDF says what it is, and within which it ends, as readers accept it.
MARGIN = 1024
_HEAD, _END = b"%PDF", b"%%EOF"
_OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")


class Fault(Enum):
    """Why the public body could not read a PDF."""

    NO_PDF, CUT, DAMAGED, EMPTY, PROTECTED = range(5)


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
    except Exception:  # a damaged file makes its readers stumble in every possible way
        # What is protected in a way that the reader does not know is not damaged.
        return Fault.PROTECTED if b"/Encrypt" in content else Fault.DAMAGED
