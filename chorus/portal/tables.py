"""Tables that people import, XLSX or CSV, row by row: one reader for the directory and the states.

A file is told by what it holds, not by its name. Its caller says which headers it knows; nothing
is kept of a row once it has been given.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import codecs
import contextlib
import csv
import datetime
import io
import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from .. import limits
from ..messages import ChorusError, Message, _

_BLOCK = 1 << 16
_MARKS = ";\t,"
# What openpyxl, zipfile and csv raise on files that are damaged or are something else.
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, csv.Error, SyntaxError, EOFError),
    *(OSError, NotImplementedError, LookupError, ValueError, TypeError, AttributeError),
    *(RuntimeError, AssertionError),
)

TOO_BIG = Message(_("The file is too big: take a smaller part of it, such as a shorter period."))

#: How many headers of a row are known.
Score = Callable[[list[str]], int]


class Row(NamedTuple):
    """A row that has something.

    :param line: its number in the file, or in the sheet
    :param cells: as people read them, see :func:`read`
    """

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """A CSV, or a sheet of a workbook.

    :param sheet: its name, "" for a CSV
    :param headers: as written
    :param rows: those below the headers; they are read from the file as they are asked for
    """

    sheet: str
    headers: list[str]
    rows: Iterator[Row]


def read(file: BinaryIO, score: Score, max_unzipped: int) -> Iterator[Table]:
    """The tables of a file.

    :param file: open, binary, seekable: XLSX, or CSV in UTF-8, UTF-16 or Windows' encoding
    :param score: tells the headers from the rows above them, and the separator of a CSV
    :param max_unzipped: bytes that a workbook may have once it is unzipped
    :return: one table a sheet that has something. Cells are texts on one line; numbers come
        without needless decimals and dates without hours, as YYYY-MM-DD
    :raise ChorusError: when the file cannot be read, then or while its rows are asked for
    """
    head = file.read(4)
    file.seek(0)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ChorusError(
            Message(_("This is an old Excel file (.xls). Save it as .xlsx or CSV and import that."))
        )
    sheets = _xlsx(file, max_unzipped) if head.startswith(b"PK") else [("", _csv(file, score))]
    for sheet, rows in sheets:
        rows = _filled(rows)
        top = list(itertools.islice(rows, limits.TABLE_HEADER_ROWS))
        if top:
            rank = max(range(len(top)), key=lambda rank: score(top[rank].cells))
            yield Table(sheet, top[rank].cells, itertools.chain(top[rank + 1 :], rows))


def start(file: BinaryIO) -> str:
    """The first character of a file that is no space nor byte order mark.

    :param file: open, binary, seekable
    """
    head = file.read(_BLOCK)
    file.seek(0)
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    return head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")[:1]


@contextlib.contextmanager
def _readable():
    """A file that cannot be read is a sentence, not a trace."""
    try:
        yield
    except _UNREADABLE as error:
        raise ChorusError(
            Message(
                _(
                    "The file cannot be read: %(error)s. Choose it as an Excel file (.xlsx, not "
                    "inside another archive) or as CSV."
                ),
                {"error": str(error) or type(error).__name__},
            )
        ) from error


def _filled(lines) -> Iterator[Row]:
    """The rows that have something, as texts."""
    with _readable():
        for line, cells in lines:
            cells = [_text(cell) for cell in cells]
            if any(cells):
                yield Row(line, cells)


def _xlsx(file, max_unzipped):
    with _readable(), warnings.catch_warnings():
        with zipfile.ZipFile(file) as archive:
            # No more is ever unzipped than the archive declares.
            if sum(item.file_size for item in archive.infolist()) > max_unzipped:
                raise ChorusError(TOO_BIG)
        # About styles and print areas: nothing that we read.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        # Some programs write a wrong size, beyond which nothing would be read.
        sheet.reset_dimensions()
        yield sheet.title, enumerate(sheet.iter_rows(values_only=True), 1)


def _csv(file, score):
    # What is no text at all has no known header; an odd character in a name is no matter.
    text = io.TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="")
    try:
        top = [text.readline(_BLOCK) for _rank in range(limits.TABLE_HEADER_ROWS)]
        text.seek(0)
        delimiter = max(_MARKS, key=lambda mark: _suits(top, mark, score))
        reader = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter)
        for cells in reader:
            yield reader.line_num, cells
    finally:
        text.detach()


def _suits(top, mark, score):
    """How well a mark cuts the first lines: by headers that are known, then by cells."""
    with contextlib.suppress(csv.Error):
        rows = list(csv.reader((line.replace("\0", "") for line in top), delimiter=mark))
        return max(map(score, rows), default=0), max(map(len, rows), default=0)
    return 0, 0


def _encoding(file):
    """UTF-8 with or without BOM, UTF-16 with BOM, else Windows' own."""
    head = file.read(2)
    file.seek(0)
    if head in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8-sig"


def _text(cell) -> str:
    """A cell as a person reads it."""
    match cell:
        case None:
            return ""
        case datetime.datetime() | datetime.date():
            return cell.strftime("%Y-%m-%d")
        case float() if cell.is_integer():
            return str(int(cell))
    text = " ".join(str(cell).split())
    quoted = re.fullmatch(r'="?(.*?)"?', text)  # how a CSV keeps Excel from counting
    return quoted[1] if quoted else text
