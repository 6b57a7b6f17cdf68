"""The portal's own files (refusals of the day, flows, invoices issued), read by their headers.

The layout of the list of issued invoices is known, and recognised as a whole. The others are not
documented: columns are guessed by their headers, and the user corrects the guess. Values that are
not understood are reported, never guessed.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import datetime
import io
import re
from dataclasses import dataclass, field

from .. import limits
from ..messages import ChorusError, Message, _
from . import states, tables

NUMBER, FLOW, STATE, REASON, DATE = "number", "flow", "state", "reason", "date"
#: The public body's comment beside the reason, and the portal's own number of the document.
COMMENT, IDENTIFIER = "comment", "identifier"

#: Layouts that are known: the header of each column, folded. A file that has all of them is one.
LAYOUTS: tuple[dict[str, str], ...] = (
    # The list of issued invoices: 82 columns and an empty one. Its "Motif" is that of a discount,
    # its "Commentaire" the supplier's own, its "Date de dépôt" no day of the state.
    {
        IDENTIFIER: "identifiant chorus pro",
        NUMBER: "numero",
        STATE: "etat courant",
        DATE: "date etat courant",
        REASON: "motif de rejet",
        COMMENT: "commentaire de l etat",
    },
)

#: Headers of each column of the others, folded: see :func:`.states.fold`.
HEADERS: dict[str, tuple[str, ...]] = {
    NUMBER: (
        *("n facture", "no facture", "numero de facture", "numero facture", "n de facture"),
        *("n de facture non integree", "numero de facture non integree", "numero dp"),
        *("n dp", "numero de la facture", "reference facture", "numero"),
    ),
    FLOW: (
        *("n flux", "no flux", "n de flux", "numero de flux", "numero flux", "numero du flux"),
        "identifiant flux",
    ),
    STATE: ("statut", "etat", "statut facture", "statut de la facture", "etat courant"),
    REASON: (
        *("motif de rejet", "motif du rejet", "motif", "commentaire", "libelle erreur"),
        *("libelle de l erreur", "message d erreur", "erreur"),
    ),
    COMMENT: ("commentaire de l etat",),
    # The day of the state before that of the deposit.
    DATE: (
        *("date etat courant", "date de l etat", "date statut", "date du statut"),
        *("date de statut", "date", "date de depot", "date depot"),
        *("date de mise a jour", "date d integration", "date de rejet"),
    ),
    IDENTIFIER: ("identifiant chorus pro",),
}

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})([/.-])(\d{1,2})\5(\d{4}|\d{2})(?!\d)")
_SERIAL = re.compile(r"[345]\d{4}(?:[.,]\d+)?")  # a day as Excel counts them: 1982 to 2064
_FIRST_DAY = datetime.date(1899, 12, 30)
_IDENTIFIER = re.compile(r"[0-9]{1,20}")  # not 9E+11, a number that a spreadsheet has rounded


@dataclass(frozen=True)
class Table:
    """A file as it is shown to the user.

    :param headers: as written
    :param rows: cells of each row that follows, without those it lacks at its end: a million
        short rows are no wide ones
    :param lines: number of each row in the file
    """

    headers: list[str]
    rows: list[list[str]]
    lines: list[int]

    def examples(self) -> list[str]:
        """A value of each column, to recognise it: the first one, "" when there is none."""
        found = [""] * len(self.headers)
        for row in self.rows:
            for rank, cell in enumerate(row):
                found[rank] = found[rank] or cell
        return found


@dataclass(frozen=True, slots=True)
class Entry:
    """The state of one document in one row.

    :param line: its number in the file
    :param number: of the document
    :param flow: flow number, "" for none
    :param word: the state in the portal's words
    :param outcome: key of :data:`.states.STATES`, None when it is not known
    :param reason: why it is refused, with the public body's comment
    :param date: day of the state
    :param day: the text of the date in the file: without ``date``, it was not understood
    :param identifier: the portal's own number of the document, beyond 2³¹; "" for none
    """

    line: int
    number: str
    flow: str = ""
    word: str = ""
    outcome: str | None = None
    reason: str = ""
    date: datetime.date | None = field(default=None)
    day: str = ""
    identifier: str = ""


def read(content: bytes) -> Table:
    """The table of a file.

    :param content: XLSX, or CSV in UTF-8, UTF-16 or Windows' encoding
    :return: its headers and rows
    :raise ChorusError: when it is neither, or empty
    """
    if len(content) > limits.STATE_FILE_SIZE:
        raise ChorusError(tables.TOO_BIG)
    bounds = tables.Bounds(
        limits.STATE_FILE_UNZIPPED, limits.STATE_FILE_CELLS, limits.STATE_FILE_TEXTS
    )
    found = tables.read(io.BytesIO(content), _score, bounds)
    # A page of explanations may come before the table.
    table = max(found, key=lambda table: _score(table.headers), default=None)
    if table is None:
        raise ChorusError(
            Message(
                _("No table was found in this file. Choose an Excel file (.xlsx) or a CSV file.")
            )
        )
    width = len(table.headers)
    rows, lines = [], []
    for line, cells in table.rows:
        rows.append(cells[:width])
        lines.append(line)
    return Table(table.headers, rows, lines)


def guess(headers: list[str], remembered: dict[str, str] | None = None) -> dict[str, int]:
    """Which column is which.

    :param headers: of a table
    :param remembered: folded header by column, as the user corrected them last time, in a file
        whose layout is not known
    :return: rank of the column, for those that are recognised
    """
    folded = [states.fold(header) for header in headers]
    for layout in LAYOUTS:
        if all(folded.count(header) == 1 for header in layout.values()):
            return {column: folded.index(header) for column, header in layout.items()}
    found = {}
    for column, known in HEADERS.items():
        for word in filter(None, ((remembered or {}).get(column), *known)):
            if word in folded and folded.index(word) not in found.values():
                found[column] = folded.index(word)
                break
    return found


def entries(table: Table, columns: dict[str, int], default: str | None = None) -> list[Entry]:
    """The states of documents in a table.

    :param table: see :func:`read`
    :param columns: rank of each column that the file has; ``NUMBER`` at least
    :param default: state of every document, for a file that has no such column
    :return: an entry for each row that has a number, in the order of the file
    """

    def cell(row, column):
        rank = columns.get(column)
        return row[rank] if rank is not None and rank < len(row) else ""

    found = []
    for line, row in zip(table.lines, table.rows, strict=True):
        if not cell(row, NUMBER):
            continue
        word = cell(row, STATE)
        reasons = dict.fromkeys((cell(row, REASON), cell(row, COMMENT)))
        identifier = cell(row, IDENTIFIER)
        found.append(
            Entry(
                line=line,
                number=cell(row, NUMBER),
                flow=cell(row, FLOW),
                word=word,
                outcome=states.state_of(word) if STATE in columns else default,
                reason=" - ".join(filter(None, reasons)),
                date=_date(cell(row, DATE)),
                day=cell(row, DATE),
                identifier=identifier if _IDENTIFIER.fullmatch(identifier) else "",
            )
        )
    return found


def last(rows: list[Entry]) -> tuple[Entry, list[Entry]]:
    """The row that gives the state of a document, among all rows about it.

    :param rows: one at least
    :return: the last one by its date, and those that contradict one another: when there are any,
        nothing is sure
    """
    day = max(row.date or datetime.date.min for row in rows)
    latest = [row for row in rows if not row.date or row.date == day]
    doubtful = latest if len({row.outcome for row in latest}) > 1 else []
    return max(latest, key=lambda row: (row.date is not None, row.line)), doubtful


def _score(headers: list[str]) -> int:
    """How many columns are recognised by their headers."""
    return len(guess(headers))


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
