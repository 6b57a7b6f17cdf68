"""The public directory of structures, as the State publishes it (XLSX) or as users cut it (CSV).

Two tables, structures and their services, are recognised by their headers and read by name: the
order of sheets and columns has changed before. So is the list of services that the portal exports.
A file is read row by row, whatever its size; a row that says nothing sure is reported, never
guessed, and does not stop the others.

The XML that the State's reform portal makes for platforms (F14) is not read: it holds all French
companies, and public sources do not agree on its codes.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from .. import limits
from ..document.model import SCHEME_SIRET
from ..messages import ChorusError, Message, _
from ..text import identifier, normalized, one_line
from . import tables

#: Pseudo-service of the published directory: it stands for "no service".
PSEUDO_SERVICE = "FACTURES_PUBLIQUES"
#: Digits of a SIRET.
SIRET = 14
#: Longest service code that Chorus Pro takes.
CODE = 100
_READ, _SHOWN = 1000, 200  # characters of a cell; of a name, and of a cell in a fault

#: Columns that a table cannot do without, as published.
STRUCTURES = (
    "Identifiant",
    "GestionEngagement",
    "GestionService",
    "GestionServiceEngagement",
    "EstMOAUniquement",
    "StructureActive",
)
SERVICES = ("Identifiant", "Code", "GestionEGMT", "ServiceActif")
#: Those of the portal's list of services: its columns on the service requirement are of the body.
PORTAL_SERVICES = (
    "Identifiant",
    "Code service",
    "Statut",
    "Service obligatoire",
    "Engagement obligatoire",
    "Service ou engagement obligatoire",
)
# Columns that are used when they are there.
_OPTIONAL = ("TypeIdentifiant", "RaisonSociale", "Nom", "Libelle service")
#: The portal's own words are not documented: these are guesses.
_BOOLEANS = {
    **dict.fromkeys(("true", "vrai", "1", "oui", "o", "yes", "y", "actif", "active"), True),
    **dict.fromkeys(("false", "faux", "0", "non", "n", "no", "inactif", "inactive"), False),
}
_DATE = re.compile(r"(?<!\d)(20\d\d)([-_.]?)(\d\d)\2(\d\d)(?=(?:\d{4}|\d{6})?(?!\d))")


@dataclass(frozen=True)
class Structure:
    """A public body of the directory.

    :param identifier: its SIRET, 14 digits; see :func:`padded` for RIDET and TAHITI numbers
    :param name: as published
    :param requirement: "none", "service", "engagement", "service_or_engagement", "both"
    :param state: "active", "inactive", "works_only"
    :param line: of the file, or of the sheet
    :param sheet: "" in a CSV
    """

    identifier: str
    name: str
    requirement: str
    state: str
    line: int = field(default=0, compare=False)
    sheet: str = field(default="", compare=False)


@dataclass(frozen=True)
class Service:
    """A service of a public body.

    :param identifier: the body's, see :class:`Structure`
    :param code: unique for a body
    :param name: as published
    :param needs_engagement: whether it refuses invoices without an engagement
    :param is_active: whether it still takes invoices
    """

    identifier: str
    code: str
    name: str
    needs_engagement: bool
    is_active: bool
    line: int = field(default=0, compare=False)
    sheet: str = field(default="", compare=False)


@dataclass(frozen=True)
class Body:
    """A public body in the portal's list of services, which does not have its engagements.

    :param identifier: see :class:`Structure`
    :param needs_service: whether it refuses invoices without a service
    :param needs_either: whether it refuses invoices without a service and without an engagement
    """

    identifier: str
    needs_service: bool
    needs_either: bool
    line: int = field(default=0, compare=False)
    sheet: str = field(default="", compare=False)

    def get_requirement(self, known: str) -> str:
        """The requirement of the body.

        :param known: its requirement so far, for the list does not have its engagements
        :return: "unknown" when nothing says yet whether it refuses invoices without an engagement
        """
        if known in ("", "unknown") and not (self.needs_service or self.needs_either):
            return known
        return requirement(known in ("engagement", "both"), self.needs_service, self.needs_either)


@dataclass(frozen=True)
class BadRow:
    """A row that is left out.

    :param fault: why
    :param identifier: of the body it is about, "" when it is unknown
    :param code: of the service it is about, "" when it is unknown
    :param is_service: whether it is a row of the services
    """

    fault: Message
    identifier: str
    code: str
    is_service: bool
    line: int
    sheet: str

    @property
    def message(self) -> Message:
        """The place of the row and its fault."""
        if self.sheet:
            source = _("Sheet “%(sheet)s”, line %(line)s: %(fault)s")
        else:
            source = _("Line %(line)s: %(fault)s")
        return Message(source, {"sheet": self.sheet, "line": self.line, "fault": self.fault})


@dataclass
class Extract:
    """The rows of the directory on the wanted bodies, see :func:`gather`.

    :param structures: by identifier
    :param services: by identifier, then by code
    :param bodies: by identifier, of the portal's list of services
    :param bad_rows: about these bodies, or about an unknown one; the first thousand
    :param bad_count: how many there are
    :param bad_identifiers: the bodies that they are about
    :param has_structures: whether the file has a table of structures with rows
    :param has_services: whether the file has a table of services with rows
    """

    structures: dict[str, Structure] = field(default_factory=dict)
    services: dict[str, dict[str, Service]] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    bad_count: int = 0
    bad_identifiers: set[str] = field(default_factory=set)
    has_structures: bool = False
    has_services: bool = False
    _uncertain: set[tuple[str, str]] = field(default_factory=set)
    _partial: set[str] = field(default_factory=set)

    def is_missing(self, number: str, code: str) -> bool:
        """Whether a body has lost a service: the file has its services, and this is none of them.

        :param number: the body's, see :func:`padded`
        :param code: of a service that it had
        :return: False when a row that cannot be read may be about it, or a thousand cannot
        """
        return (
            number in self.services
            and code not in self.services[number]
            and len(self._uncertain) < limits.DIRECTORY_FAULTS
            and self._uncertain.isdisjoint({(number, code), (number, ""), ("", code)})
        )

    def has_all_services(self, number: str) -> bool:
        """Whether no row of a body's services was left out.

        :param number: the body's, see :func:`padded`
        """
        return number not in self._partial

    def _leave_out(self, row: BadRow):
        self.bad_count += 1
        self.bad_identifiers.add(row.identifier)
        if len(self.bad_rows) < limits.DIRECTORY_FAULTS:
            self.bad_rows.append(row)
        if row.is_service and (row.identifier or row.code):
            if len(self._uncertain) < limits.DIRECTORY_FAULTS:
                self._uncertain.add((row.identifier, row.code))
            self._partial.add(row.identifier)


def padded(number: str) -> str:
    """A number as both the directory and the customers have it.

    Excel takes the zeros at the beginning of a SIRET away. RIDET and TAHITI numbers, which are
    shorter, stand in the same column: padded alike on both sides, they still meet.

    :param number: without spaces
    :return: 14 digits when there are only digits
    """
    return number.zfill(SIRET) if number.isascii() and number.isdigit() else number


def date_of_name(name: str | None) -> datetime.date | None:
    """The date that a file's name holds, such as 2026-11-20 or 20261120.

    :param name: of the file
    :return: None when it holds none
    """
    for year, _separator, month, day in _DATE.findall(name or ""):
        try:
            return datetime.date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def requirement(engagement: bool, service: bool, service_or_engagement: bool) -> str:
    """The requirement of a body by its flags: "service or engagement" wins over both others."""
    if service_or_engagement:
        return "service_or_engagement"
    if service:
        return "both" if engagement else "service"
    return "engagement" if engagement else "none"


# --------------------------------------------------------------------------- reading


def read(file: BinaryIO) -> Iterator[Structure | Service | Body | BadRow]:
    """Read a directory, row by row.

    :param file: open, binary, seekable; its content decides on its kind, not its name
    :return: structures, services, bodies and the rows that are left out, as they come
    :raise ChorusError: when it is not the directory, or columns are missing
    """
    if tables.start(file) == "<":
        raise ChorusError(
            Message(
                _(
                    "XML files of the directory are not read. Take the directory as an Excel file "
                    "(.xlsx) or as CSV."
                )
            )
        )
    found = False
    bounds = tables.Bounds(
        limits.DIRECTORY_UNZIPPED, limits.DIRECTORY_CELLS, limits.DIRECTORY_TEXTS
    )
    for table in tables.read(file, _score, bounds):
        if columns := _kind(table.headers):
            found = True
            yield from _read_table(table, columns)
    if not found:
        raise _unknown_table()


def gather(rows: Iterable[Structure | Service | Body | BadRow], wanted: Iterable[str]) -> Extract:
    """Keep the rows on some bodies.

    :param rows: see :func:`read`
    :param wanted: identifiers, see :func:`padded`
    :return: their rows; the second row of a body or a service, with other values, is a bad row
    """
    wanted = set(wanted)
    extract = Extract()
    twice = {}
    for row in rows:
        if isinstance(row, BadRow):
            if not row.identifier or row.identifier in wanted:
                extract._leave_out(row)
            continue
        is_service = isinstance(row, Service)
        if is_service:
            extract.has_services = True
        elif isinstance(row, Structure):
            extract.has_structures = True
        if row.identifier not in wanted:
            continue
        if is_service:
            kept, key = extract.services.setdefault(row.identifier, {}), row.code
        else:
            kept = extract.bodies if isinstance(row, Body) else extract.structures
            key = row.identifier
        if kept.setdefault(key, row) != row:
            twice[type(row), row.identifier, key] = kept
            fault = Message(_("it is there twice, with other values."))
            code = row.code if is_service else ""
            extract._leave_out(BadRow(fault, row.identifier, code, is_service, row.line, row.sheet))
    for (_kind, _identifier, key), kept in twice.items():
        kept.pop(key, None)
    return extract


# --------------------------------------------------------------------------- rows to records


def _normal(header):
    """A header without accents, case, spaces nor marks; "" for a text that is too long for one."""
    if len(header) > _SHOWN:
        return ""
    decomposed = normalized("NFKD", header)
    return "".join(char for char in decomposed.casefold() if char.isalnum())


_KNOWN = {
    names: {_normal(name) for name in names} for names in (STRUCTURES, SERVICES, PORTAL_SERVICES)
}


def _score(headers):
    """How many columns of one of both tables a row has."""
    found = {_normal(cell) for cell in headers}
    return max(len(found & known) for known in _KNOWN.values())


def _kind(headers):
    """The columns that a table must have: those it has most of; None for another table."""
    found = {_normal(cell) for cell in headers}
    columns = max(_KNOWN, key=lambda names: len(found & _KNOWN[names]))
    return columns if len(found & _KNOWN[columns]) >= 2 else None


def _unknown_table():
    return ChorusError(
        Message(
            _(
                "This file is not the public directory: no sheet has the columns of the "
                "structures (%(structures)s) or of the services (%(services)s)."
            ),
            {"structures": ", ".join(STRUCTURES), "services": ", ".join(SERVICES)},
        )
    )


def _read_table(table, columns):
    headers = [_normal(cell) for cell in table.headers]
    ranks = {
        name: headers.index(_normal(name))
        for name in (*columns, *_OPTIONAL)
        if _normal(name) in headers
    }
    missing = [name for name in columns if name not in ranks]
    if missing:
        if columns is STRUCTURES:
            source = _(
                "Columns are missing from the table of structures: %(columns)s. Take the directory "
                "as published, with all its columns."
            )
        else:
            source = _(
                "Columns are missing from the table of services: %(columns)s. Take the directory "
                "as published, with all its columns."
            )
        raise ChorusError(Message(source, {"columns": ", ".join(missing)}))
    parse = _PARSERS[columns]
    for line, cells in table.rows:
        row = _Row(table.sheet, line, cells, ranks)
        if columns is SERVICES and row.text("Code") == PSEUDO_SERVICE:
            continue
        number = ""
        try:
            number = row.identifier()
            yield from parse(row, number)
        except _Fault as fault:
            # No service has a longer code; a cell may have a million characters.
            code = "" if columns is STRUCTURES else row.text(columns[1])[: CODE + 1]
            is_service = columns is not STRUCTURES
            yield BadRow(fault.args[0], number, code, is_service, line, table.sheet)


def _shown(text):
    """A name, or a cell in a fault: of one that has a million characters the beginning."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class _Fault(Exception):
    """The fault of a row."""


class _Row:
    """The cells of a row, by column."""

    def __init__(self, sheet, line, cells, ranks):
        self.sheet = sheet
        self.line = line
        self._cells = cells
        self._ranks = ranks

    def text(self, column):
        """A cell's text, "" where the row has none."""
        rank = self._ranks.get(column)
        cell = self._cells[rank] if rank is not None and rank < len(self._cells) else ""
        # A cell may have a million characters; no column is read that needs a thousand.
        return one_line(cell if len(cell) <= _READ else f"{cell[:_READ]}…")

    def boolean(self, column):
        """A cell's truth."""
        value = self.text(column)
        word = _normal(value)
        if word not in _BOOLEANS:
            raise _Fault(
                Message(
                    _("“%(value)s” in the column %(column)s is neither true nor false."),
                    {"value": _shown(value), "column": column},
                )
            )
        return _BOOLEANS[word]

    def identifier(self):
        """The number of the body."""
        typed = self.text("Identifiant")
        number = identifier(typed)
        if not number:
            raise _Fault(Message(_("it has no identifier.")))
        is_number = number.isascii() and number.isdigit()
        is_siret = self.text("TypeIdentifiant").upper() in (SCHEME_SIRET, "SIRET")
        # "1,23456782E+13": a number that a spreadsheet has rounded.
        if (
            not (number.isascii() and number.isalnum())
            or (is_siret and not is_number)
            or (is_number and len(number) > SIRET)
        ):
            raise _Fault(Message(_("“%(number)s” is not a SIRET."), {"number": _shown(typed)}))
        return padded(number)


def _structure(row, number):
    needs = requirement(
        row.boolean("GestionEngagement"),
        row.boolean("GestionService"),
        row.boolean("GestionServiceEngagement"),
    )
    is_active = row.boolean("StructureActive")
    is_works_only = row.boolean("EstMOAUniquement")
    state = "inactive" if not is_active else "works_only" if is_works_only else "active"
    name = _shown(row.text("RaisonSociale"))
    yield Structure(number, name, needs, state, row.line, row.sheet)


def _service(row, number):
    code = _code(row, "Code")
    needs_engagement = row.boolean("GestionEGMT")
    is_active = row.boolean("ServiceActif")
    name = _shown(row.text("Nom"))
    yield Service(number, code, name, needs_engagement, is_active, row.line, row.sheet)


def _portal_service(row, number):
    code = _code(row, "Code service")
    needs_engagement = row.boolean("Engagement obligatoire")
    is_active = row.boolean("Statut")
    yield Body(
        number,
        row.boolean("Service obligatoire"),
        row.boolean("Service ou engagement obligatoire"),
        row.line,
        row.sheet,
    )
    if code != PSEUDO_SERVICE:
        name = _shown(row.text("Libelle service"))
        yield Service(number, code, name, needs_engagement, is_active, row.line, row.sheet)


def _code(row, column):
    """The code of a service."""
    code = row.text(column)
    if not code:
        raise _Fault(Message(_("it has no service code.")))
    if len(code) > CODE:
        raise _Fault(
            Message(
                _("the service code “%(code)s” is over 100 characters."), {"code": _shown(code)}
            )
        )
    return code


_PARSERS = {STRUCTURES: _structure, SERVICES: _service, PORTAL_SERVICES: _portal_service}
