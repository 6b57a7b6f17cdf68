"""Tables that people import, XLSX or CSV, row by row: one reader for the directory and the states.

The content of a file decides on its kind, not its name. Its caller says which headers it knows;
nothing is kept of a row once it has been given.
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
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import ROW_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from .. import limits
from ..messages import ChorusError, Message, _
from ..pdf.judge import Judge

_BLOCK = 1 << 16
_MARKS = ";\t,"
# Exceptions of openpyxl, zipfile and csv for files that are damaged or of another kind.
_UNREADABLE = (
    expat.ExpatError,
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, csv.Error, SyntaxError, EOFError),
    *(OSError, NotImplementedError, LookupError, ValueError, TypeError, AttributeError),
    *(RuntimeError, AssertionError),
)

_ROW, _CELL, _TEXT, _SHEET = "row", "c", "si", "sheet"
_CONTENT_TYPES, _STYLES = "[Content_Types].xml", "xl/styles.xml"
_PIECES = 20  # elements in a cell, on average
#: Those of a workbook. Others take as much memory as the file says they do.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

TOO_BIG = Message(_("The file is too big: take a smaller part of it, such as a shorter period."))

OLD_EXCEL = Message(_("This is an old Excel file (.xls). Save it as .xlsx or CSV and import that."))

TOO_WIDE = Message(
    _(
        "The table has more than %(limit)s columns. Delete those that are empty or of no use, and "
        "import it again."
    ),
    {"limit": limits.TABLE_COLUMNS},
)

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
class Bounds:
    """The most that is read and kept of a file.

    :param unzipped: bytes of a workbook once it is unzipped
    :param cells: of all its tables together, empty ones included
    :param texts: characters of these cells; a workbook names one long text in many of them
    """

    unzipped: int
    cells: int
    texts: int


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


def read(file: BinaryIO, score: Score, bounds: Bounds) -> Iterator[Table]:
    """The tables of a file.

    :param file: open, binary, seekable: XLSX, a small XLS, or CSV in UTF-8, UTF-16 or
        Windows' encoding
    :param score: finds the headers below a title, and the separator of a CSV
    :param bounds: past which the file is refused
    :return: one table a sheet that has something. Cells are texts on one line; numbers come
        without needless decimals and dates without hours, as YYYY-MM-DD
    :raise ChorusError: when the file cannot be read or is too big, then or while its rows are
        asked for
    """
    head = file.read(4)
    file.seek(0)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        sheets = _xls(file)
    else:
        sheets = _xlsx(file, bounds) if head.startswith(b"PK") else [("", _csv(file, score))]
    budget = _Budget(bounds)
    for sheet, rows in sheets:
        rows = _filled(rows, budget)
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


class _Budget:
    """Rows, cells and characters that may still be read of a file."""

    def __init__(self, bounds):
        self.rows, self.cells, self.texts = limits.TABLE_ROWS, bounds.cells, bounds.texts

    def spend(self, cells):
        if len(cells) > limits.TABLE_COLUMNS:
            raise ChorusError(TOO_WIDE)
        self.rows -= 1
        self.cells -= len(cells)
        self.texts -= sum(len(cell) for cell in cells if isinstance(cell, str))
        if self.rows < 0 or self.cells < 0 or self.texts < 0:
            raise ChorusError(TOO_BIG)


def _filled(lines, budget) -> Iterator[Row]:
    """The rows that have something, as texts."""
    with _readable():
        for line, cells in lines:
            budget.spend(cells)
            cells = [_text(cell) for cell in cells]
            if any(cells):
                yield Row(line, cells)


def _xls(file):
    """The sheets of a workbook of before .xlsx, read in a process with bounds of its own."""
    content = file.read(limits.XLS_SIZE + 1)
    sheets = None
    if len(content) <= limits.XLS_SIZE:
        with contextlib.suppress(OSError), Judge() as judge:
            sheets = judge.read_xls(content)
    if not sheets:
        raise ChorusError(OLD_EXCEL)
    return [(name, enumerate(rows, 1)) for name, rows in sheets]


def _xlsx(file, bounds):
    with _readable(), warnings.catch_warnings():
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            # No more is ever unzipped than the archive declares.
            if len(parts) > limits.TABLE_PARTS or sum(p.file_size for p in parts) > bounds.unzipped:
                raise ChorusError(TOO_BIG)
            if any(part.compress_type not in _COMPRESSIONS for part in parts):
                raise zipfile.BadZipFile("unknown compression")
            scan = _Scan(bounds.cells)
            # The list of parts first: it says which ones openpyxl takes for XML.
            for part in sorted(parts, key=lambda part: part.filename != _CONTENT_TYPES):
                scan.go_through(archive, part)
        warnings.simplefilter("ignore")  # about nothing that we read
        book = _Workbook(file)
        book.load()
        sheets = list(book.get_sheets())
    yield from sheets


class _Workbook(ExcelReader):
    """Reads of a workbook the rows of its sheets, and no more.

    openpyxl reads charts, links, formats, names and styles too, some as often as they are named:
    of a small file they fill the memory.
    """

    def __init__(self, file):
        super().__init__(file, read_only=True, data_only=True, keep_links=False)

    def load(self):
        """Read what the cells refer to."""
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        self.dates, self.durations = _find_dates(self.archive)

    def get_sheets(self):
        """The name of each sheet, and its rows as ``(line, cells)``.

        :raise ChorusError: for one part that would be read as often as it is named
        """
        paths = set()
        for sheet, relation in self.parser.find_sheets():
            path = relation.target
            if path in self.valid_files and "chartsheet" not in relation.Type:
                if path in paths:
                    raise ChorusError(TOO_BIG)
                paths.add(path)
                yield sheet.name, self._get_rows(path)

    def _get_rows(self, path):
        with self.archive.open(path) as source:
            rows = _Rows(
                source,
                self.shared_strings,
                data_only=True,
                epoch=self.wb.epoch,
                date_formats=self.dates,
                timedelta_formats=self.durations,
            )
            for line, cells in rows.parse():
                values = [None] * max((cell["column"] for cell in cells), default=0)
                for cell in cells:
                    values[cell["column"] - 1] = cell["value"]
                yield line, values


class _Rows(WorkSheetParser):
    """The rows of a sheet, without what stands around them."""

    def parse(self):
        for _event, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                row = self.parse_row(element)
                element.clear()
                self.row_dimensions.clear()  # it would keep the attributes of each row
                yield row


# Of each cell whose number is no day: Python keeps in memory all the warnings that it has given.
warnings.filterwarnings("ignore", "Cell .* is marked as a date", module=WorkSheetParser.__module__)


def _find_dates(archive):
    """The ranks of the styles whose numbers are days, and of those that are durations.

    openpyxl takes the square of a format's length for each style that has it.
    """
    formats, numbers, is_inside = {}, [], False

    def start(name, attributes):
        nonlocal is_inside
        name = name.rpartition(":")[2]
        if name == "numFmt":
            code = attributes.get("formatCode", "")[: limits.TABLE_FORMAT_LENGTH]
            formats.setdefault(int(attributes["numFmtId"]), code)
            if len(formats) > limits.TABLE_FORMATS:
                raise ChorusError(TOO_BIG)
        elif name == "cellXfs":
            is_inside = True
        elif name == "xf" and is_inside:
            numbers.append(int(attributes.get("numFmtId", 0)))

    def end(name):
        nonlocal is_inside
        is_inside = is_inside and name.rpartition(":")[2] != "cellXfs"

    if _STYLES in archive.namelist():
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = start, end
        with archive.open(_STYLES) as stream:
            parser.ParseFile(stream)
    codes = {**BUILTIN_FORMATS, **formats}.items()
    return [
        {rank for rank, number in enumerate(numbers) if number in found}
        for found in (
            {number for number, code in codes if is_date_format(code)},
            {number for number, code in codes if is_timedelta_format(code)},
        )
    ]


class _Scan:
    """Goes through the parts of a workbook and keeps nothing, before openpyxl reads them.

    openpyxl keeps every shared text, makes up the rows and the cells that are left out between
    two numbers, and holds a row in memory before anyone can count its cells. Of other parts it
    holds everything, with the comments that mean nothing.
    """

    def __init__(self, cells):
        self.cells = cells
        self.rows = limits.TABLE_ROWS
        self.elements = limits.TABLE_ELEMENTS
        self.texts = limits.TABLE_TEXTS
        self.strings = limits.TABLE_STRINGS
        self.sheets = limits.TABLE_SHEETS
        self.markup = limits.TABLE_MARKUP
        self.declared = set()  # parts that are XML by their type, under any name

    def go_through(self, archive, part):
        """Count the content of a part; openpyxl reads none that is XML neither by name nor type.

        :raise ChorusError: when it exceeds a limit
        :raise expat.ExpatError: for XML that another reader might take all the same
        """
        name = part.filename
        is_xml = name.lower().endswith((".xml", ".rels")) or name in self.declared
        failure = contextlib.nullcontext() if is_xml else contextlib.suppress(expat.ExpatError)
        self.row, self.column, self.in_row, self.length, self.seen = 0, 0, False, 0, 0
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = parser.ProcessingInstructionHandler = self._remark
        parser.StartDoctypeDeclHandler = self._refuse  # entities that grow; no program writes one
        fed = 0
        with archive.open(part) as stream, failure:
            while block := stream.read(_BLOCK):
                parser.Parse(block, False)
                fed += len(block)
                if fed - max(parser.CurrentByteIndex, 0) > limits.TABLE_RECORD:
                    raise ChorusError(TOO_BIG)  # one tag or comment that does not end
                self._measure()

    def _refuse(self, *_args):
        raise ChorusError(TOO_BIG)

    def _measure(self):
        """Count the bytes since the last call: of the row at hand, or outside of rows."""
        here = max(self.parser.CurrentByteIndex, 0)
        if self.in_row:
            self.row_bytes -= here - self.seen
        else:
            self.markup -= here - self.seen
        self.seen = here
        if self.markup < 0 or (self.in_row and self.row_bytes < 0):
            raise ChorusError(TOO_BIG)

    def _remark(self, *_args):
        """Count a comment or an instruction as an element."""
        self.length = 0
        self._element(1)

    def _element(self, count):
        if self.in_row:
            # A cell has a value, a formula, a text of some pieces: openpyxl keeps them all.
            self.inside += count
        else:
            self.elements -= count
        if self.elements < 0 or (self.in_row and self.inside > _PIECES * limits.TABLE_COLUMNS):
            raise ChorusError(TOO_BIG)

    def _start(self, name, attributes):
        self.length = 0
        name = name.rpartition(":")[2]
        if name == _CELL and self.in_row:
            self._cell(attributes.get("r"))
        elif name == _ROW:
            if self.in_row:
                raise ChorusError(TOO_BIG)  # rows in a row are one row for openpyxl
            self._measure()
            self.rows -= 1
            self.column, self.width, self.in_row, self.inside = 0, 0, True, 0
            self.row_bytes = limits.TABLE_ROW_BYTES
            self.row = int(attributes.get("r") or self.row + 1)
            if self.row > limits.TABLE_ROWS or self.rows < 0:
                raise ChorusError(TOO_BIG)
        elif name == _TEXT:
            self.strings -= 1
            if self.strings < 0:
                raise ChorusError(TOO_BIG)
        else:
            self._element(1 + len(attributes))
            self.sheets -= name == _SHEET
            if attributes.get("ContentType", "").endswith("+xml"):
                self.declared.add(attributes.get("PartName", "")[1:])
            if self.sheets < 0:
                raise ChorusError(TOO_BIG)

    def _cell(self, reference):
        if reference:
            self.column = 0
            for letter in itertools.takewhile(str.isalpha, reference[:8]):
                self.column = self.column * 26 + ord(letter.upper()) - 64
        else:
            self.column += 1
        self.cells -= 1
        self.width += 1  # openpyxl holds all of a row's cells, were they one place a million times
        if max(self.column, self.width) > limits.TABLE_COLUMNS:
            raise ChorusError(TOO_WIDE)
        if self.cells < 0:
            raise ChorusError(TOO_BIG)

    def _end(self, name):
        self.length = 0
        if name.rpartition(":")[2] == _ROW:
            self._measure()
            self.in_row = False

    def _characters(self, data):
        self.length += len(data)
        if not self.in_row:
            self.texts -= len(data)
            self.markup += len(data)
        if self.length > limits.TABLE_RECORD or self.texts < 0:
            raise ChorusError(TOO_BIG)


def _csv(file, score):
    # A file that is not text has no known header; an odd character in a name does no harm.
    text = io.TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="")
    try:
        top = [text.readline(_BLOCK) for _rank in range(limits.TABLE_HEADER_ROWS)]
        text.seek(0)
        delimiter = max(_MARKS, key=lambda mark: _suits(top, mark, score))
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=delimiter)
        for cells in reader:
            yield reader.line_num, cells
            lines.record = 0
    finally:
        text.detach()


class _Lines:
    """The lines of a CSV; a row may take several, and holds them all until its last."""

    def __init__(self, text):
        self._text = text
        self.record = 0  # characters of the row at hand

    def __iter__(self):
        return self

    def __next__(self):
        line = self._text.readline(limits.TABLE_RECORD)
        if not line:
            raise StopIteration
        self.record += len(line)
        if self.record >= limits.TABLE_RECORD:
            raise ChorusError(TOO_BIG)
        return line.replace("\0", "")


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
