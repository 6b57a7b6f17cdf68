"""The portal's own files (refusals of the day, flows, invoices issued), read by their headers.

Nobody has written down their layouts: columns are guessed by their headers, the user corrects the
guess, and what is not understood is told, never guessed.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import csv
import datetime
import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field

import openpyxl

from ..messages import ChorusError, Message, _
from . import states

NUMBER, FLOW, STATE, REASON, DATE = "number", "flow", "state", "reason", "date"

#: Headers of each column, folded: see :func:`.states.fold`.
HEADERS: dict[str, tuple[str, ...]] = {
    NUMBER: (
        *("n facture", "no facture", "numero de facture", "numero facture", "n de facture"),
        *("n de facture non integree", "numero de facture non integree", "numero dp"),
        *("n dp", "numero de la facture", "reference facture"),
    ),
    FLOW: (
        *("n flux", "no flux", "n de flux", "numero de flux", "numero flux", "numero du flux"),
        "identifiant flux",
    ),
    STATE: ("statut", "etat", "statut facture", "statut de la facture", "etat courant"),
    REASON: (
        *("motif", "motif de rejet", "motif du rejet", "commentaire", "libelle erreur"),
        *("libelle de l erreur", "message d erreur", "erreur"),
    ),
    DATE: (
        *("date", "date de depot", "date depot", "date statut", "date du statut"),
        *("date de statut", "date de mise a jour", "date d integration", "date de rejet"),
    ),
}

_HEADER_ROWS = 20
_MAX_BYTES = 50_000_000
_MAX_UNZIPPED = 200_000_000
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})([/.-])(\d{1,2})\5(\d{4}|\d{2})(?!\d)")
_SERIAL = re.compile(r"[345]\d{4}(?:[.,]\d+)?")  # a day as Excel counts them: 1982 to 2064
_FIRST_DAY = datetime.date(1899, 12, 30)


@dataclass(frozen=True)
class Table:
    """A file as it is shown to the user.

    :param headers: as written
    :param rows: cells of each row that follows, as many as headers
    :param first_line: number of the first of them in the file
    """

    headers: list[str]
    rows: list[list[str]]
    first_line: int

    def example(self, rank: int) -> str:
        """A value of a column, to recognise it.

        :param rank: of the column, from 0
        """
        return next((row[rank] for row in self.rows if row[rank]), "")


@dataclass(frozen=True)
class Entry:
    """What one row says of one document.

    :param line: its number in the file
    :param number: of the document
    :param flow: flow number, "" for none
    :param word: the state as the portal says it
    :param outcome: key of :data:`.states.STATES`, None when it is not known
    :param reason: why it is refused
    :param date: day of the state
    :param day: the same as the file says it: with no date, it was not understood
    """

    line: int
    number: str
    flow: str = ""
    word: str = ""
    outcome: str | None = None
    reason: str = ""
    date: datetime.date | None = field(default=None)
    day: str = ""


def read(content: bytes) -> Table:
    """The table of a file.

    :param content: XLSX, or CSV in UTF-8, UTF-16 or Windows' encoding
    :return: its headers and rows
    :raise ChorusError: when it is neither, or empty
    """
    if len(content) > _MAX_BYTES:
        raise _too_big()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ChorusError(
            Message(_("This is an old Excel file (.xls). Save it as .xlsx or CSV and import that."))
        )
    lines = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    rank = _header_rank(lines)
    if rank is None:
        raise ChorusError(
            Message(
                _("No table was found in this file. Choose an Excel file (.xlsx) or a CSV file.")
            )
        )
    headers = lines[rank]
    width = len(headers)
    rows = [(row + [""] * width)[:width] for row in lines[rank + 1 :]]
    return Table(headers, rows, rank + 2)


def guess(headers: list[str], remembered: dict[str, str] | None = None) -> dict[str, int]:
    """Which column is which.

    :param headers: of a table
    :param remembered: folded header by column, as the user corrected them last time
    :return: rank of the column, for those that are recognised
    """
    folded = [states.fold(header) for header in headers]
    found = {}
    for column, known in HEADERS.items():
        for word in filter(None, ((remembered or {}).get(column), *known)):
            if word in folded and folded.index(word) not in found.values():
                found[column] = folded.index(word)
                break
    return found


def entries(table: Table, columns: dict[str, int], default: str | None = None) -> list[Entry]:
    """What the rows of a table say.

    :param table: see :func:`read`
    :param columns: rank of each column that the file has; ``NUMBER`` at least
    :param default: state of every document, for a file that has no such column
    :return: an entry for each row that has a number, in the order of the file
    """

    def cell(row, column):
        return row[columns[column]] if column in columns else ""

    found = []
    for line, row in enumerate(table.rows, table.first_line):
        if not cell(row, NUMBER):
            continue
        word = cell(row, STATE)
        found.append(
            Entry(
                line=line,
                number=cell(row, NUMBER),
                flow=cell(row, FLOW),
                word=word,
                outcome=states.state_of(word) if STATE in columns else default,
                reason=cell(row, REASON),
                date=_date(cell(row, DATE)),
                day=cell(row, DATE),
            )
        )
    return found


def last(rows: list[Entry]) -> tuple[Entry, list[Entry]]:
    """Which of the rows about one document tells its state.

    :param rows: one at least
    :return: the last one by its date, and those that contradict one another: when there are any,
        nothing is sure
    """
    day = max(row.date or datetime.date.min for row in rows)
    latest = [row for row in rows if not row.date or row.date == day]
    doubtful = latest if len({row.outcome for row in latest}) > 1 else []
    return max(latest, key=lambda row: (row.date is not None, row.line)), doubtful


def _header_rank(lines: list[list[str]]) -> int | None:
    """The rank of the row that looks most like headers."""
    best, rank = 0, None
    for position, row in enumerate(lines[:_HEADER_ROWS]):
        filled = sum(1 for cell in row if cell)
        # Known headers first, then the first row that has something.
        score = 100 * len(guess(row)) + (filled > 0)
        if score > best:
            best, rank = score, position
    return rank


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # What is unzipped is never more than what the archive declares.
            if sum(item.file_size for item in archive.infolist()) > _MAX_UNZIPPED:
                raise _too_big()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles: nothing that we read
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        # A page of explanations may come before the table.
        tables = [_sheet(sheet) for sheet in book.worksheets]
        return max(tables, key=_score)
    except ChorusError:
        raise
    except Exception as error:  # whatever a broken file makes openpyxl stumble on
        raise ChorusError(
            Message(
                _("The file cannot be read: %(error)s. Save it as .xlsx or CSV and import that."),
                {"error": str(error) or type(error).__name__},
            )
        ) from error


def _sheet(sheet) -> list[list[str]]:
    sheet.reset_dimensions()  # some programs write a wrong size
    return [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def _score(lines: list[list[str]]) -> int:
    """How many columns of a table are recognised."""
    rank = _header_rank(lines)
    return -1 if rank is None else len(guess(lines[rank]))


def _too_big() -> ChorusError:
    return ChorusError(Message(_("The file is too big: ask the portal for a shorter period.")))


def _csv(content: bytes) -> list[list[str]]:
    text = _decode(content).replace("\0", "")
    top = text.splitlines()[:_HEADER_ROWS]
    delimiter = max(";\t,", key=lambda mark: max((line.count(mark) for line in top), default=0))
    try:
        rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        return [[_text(cell) for cell in row] for row in rows]
    except csv.Error as error:
        raise ChorusError(
            Message(
                _("The file cannot be read: %(error)s. Save it as .xlsx or CSV and import that."),
                {"error": str(error)},
            )
        ) from error


def _decode(content: bytes) -> str:
    is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _text(cell) -> str:
    """A cell as a person reads it: a number without decimals, a day without hour."""
    match cell:
        case None:
            return ""
        case datetime.datetime() | datetime.date():
            return cell.strftime("%Y-%m-%d")
        case float() if cell.is_integer():
            return str(int(cell))
    return " ".join(str(cell).split())


def _date(text: str) -> datetime.date | None:
    if _SERIAL.fullmatch(text):
        return _FIRST_DAY + datetime.timedelta(days=int(text[:5]))
    if not (found := _DATE.search(text)):
        return None
    year, month, day, *french = found.groups()
    if not year:
        day, _mark, month, year = french
    try:
        return datetime.date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
