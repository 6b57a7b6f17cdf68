"""The public directory: every layout and every trap that is known."""

import datetime
import io
import itertools
import zipfile

import openpyxl
import portal_samples
import pytest

from chorus.messages import ChorusError
from chorus.portal import directory
from chorus.portal.directory import BadRow, Body, Service, Structure

ADDRESS = (
    *("Adresse", "ComplementAdresse1", "ComplementAdresse2", "CodePostal", "Ville"),
    *("NumTelephone", "Courriel", "CodePays", "LibellePays"),
)
STRUCTURES = (
    *("TypeIdentifiant", "Identifiant", "RaisonSociale", "EmetteurEdi", "RecepteurEdi"),
    *("GestionStatutMiseEnPaiement", "GestionEngagement", "GestionService"),
    *("GestionServiceEngagement", "EstMOA", "EstMOAUniquement", "StructureActive", *ADDRESS),
)
SERVICES = (
    *("Identifiant", "RaisonSociale", "Code", "Nom", "GestionEGMT", "ServiceActif", *ADDRESS),
)
SIRET = "12345678200028"


def structure(siret=SIRET, **values):
    """A row of the structures, which requires nothing."""
    return {
        **{"TypeIdentifiant": "1", "Identifiant": siret, "RaisonSociale": "ESSAI"},
        **{"GestionEngagement": "false", "GestionService": "false"},
        **{"GestionServiceEngagement": "false", "EstMOA": "false"},
        **{"EstMOAUniquement": "false", "StructureActive": "true", "Ville": "RENNES"},
        **values,
    }


def service(siret=SIRET, code="FINANCES", **values):
    """A row of the services."""
    return {
        **{"Identifiant": siret, "RaisonSociale": "ESSAI", "Code": code, "Nom": "Service"},
        **{"GestionEGMT": "false", "ServiceActif": "true"},
        **values,
    }


def grid(columns, rows):
    return [list(columns), *([row.get(name) for name in columns] for row in rows)]


def as_csv(columns, *rows, mark=";", encoding="utf-8", end="\r\n"):
    lines = (mark.join(f"{cell or ''}" for cell in cells) for cells in grid(columns, rows))
    return io.BytesIO(end.join([*lines, ""]).encode(encoding))


def as_xlsx(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in sheets:
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def read(file):
    return list(directory.read(file))


def read_one(**values):
    [found] = read(as_csv(STRUCTURES, structure(**values)))
    return found


# ------------------------------------------------------------------- layouts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_csv(mark, encoding):
    """What Excel and the portal write: no setting to guess for the user."""
    rows = [structure(RaisonSociale="ÉCOLE DE L’ÉTANG"), structure("21990001600011")]
    found = read(as_csv(STRUCTURES, *rows, mark=mark, encoding=encoding))
    assert found == [
        Structure(SIRET, "ÉCOLE DE L’ÉTANG", "none", "active"),
        Structure("21990001600011", "ESSAI", "none", "active"),
    ]
    assert [row.line for row in found] == [2, 3]
    found = read(as_csv(SERVICES, service(Nom="Numéro œ"), mark=mark, encoding=encoding))
    assert found == [Service(SIRET, "FINANCES", "Numéro œ", False, True)]


def portal_service(**values):
    """A row of the portal's list of services."""
    return {
        **{"Identifiant": SIRET, "Désignation": "ESSAI", "Libelle service": "Finances"},
        **{"Code service": "FINANCES", "Statut": "Actif", "Service obligatoire": "Oui"},
        **{"Engagement obligatoire": "Non", "Service ou engagement obligatoire": "Non"},
        **values,
    }


def portal_list(*rows):
    return io.BytesIO(portal_samples.text(portal_samples.SERVICES, *rows).encode())


def test_the_portal_s_list_of_services():
    """What it says of the service requirement is of the body, the rest of the service."""
    found = read(
        portal_list(
            portal_service(),
            portal_service(**{"Code service": "TECHNIQUE", "Engagement obligatoire": "Oui"}),
            portal_service(**{"Code service": "ANCIEN", "Statut": "Inactif"}),
            portal_service(**{"Code service": directory.PSEUDO_SERVICE}),
        )
    )
    body = Body(SIRET, True, False)
    assert found == [
        *(body, Service(SIRET, "FINANCES", "Finances", False, True)),
        *(body, Service(SIRET, "TECHNIQUE", "Finances", True, True)),
        *(body, Service(SIRET, "ANCIEN", "Finances", False, False)),
        body,
    ]
    extract = directory.gather(found, {SIRET})
    assert extract.bodies == {SIRET: body}
    assert list(extract.services[SIRET]) == ["FINANCES", "TECHNIQUE", "ANCIEN"]
    assert (extract.has_structures, extract.has_services, extract.bad_rows) == (False, True, [])


@pytest.mark.parametrize(
    ("service", "either", "known", "expected"),
    [
        ("Oui", "Non", "unknown", "service"),
        ("Oui", "Non", "engagement", "both"),  # the list says nothing of it
        ("Oui", "Non", "both", "both"),
        ("Non", "Non", "both", "engagement"),
        ("Non", "Non", "unknown", "unknown"),  # it may want an engagement
        ("Non", "Non", "none", "none"),
        ("Non", "Non", "service", "none"),
        ("Non", "Oui", "both", "service_or_engagement"),
    ],
)
def test_what_the_portal_s_list_requires(service, either, known, expected):
    row = {"Service obligatoire": service, "Service ou engagement obligatoire": either}
    body, _service = read(portal_list(portal_service(**row)))
    assert body.get_requirement(known) == expected


@pytest.mark.parametrize(
    ("word", "truth"),
    [
        *((word, True) for word in ("Oui", "OUI", "o", "Vrai", "true", "1", "Yes", "y")),
        *((word, False) for word in ("Non", "non ", "N", "Faux", "FALSE", "0", "No")),
    ],
)
def test_every_spelling_of_yes_and_no(word, truth):
    _body, service = read(portal_list(portal_service(**{"Engagement obligatoire": word})))
    assert service.needs_engagement is truth


def test_a_row_of_the_portal_s_list_that_says_nothing_sure():
    good = portal_service(**{"Code service": "B"})
    for values in ({"Statut": "?"}, {"Service obligatoire": ""}, {"Code service": ""}):
        bad, *_rest = read(portal_list({**portal_service(**values)}, good))
        assert (bad.identifier, bad.is_service, bad.line) == (SIRET, True, 2)
    # The body cannot require a service and not.
    rows = read(portal_list(portal_service(**{"Service obligatoire": "Non"}), good))
    extract = directory.gather(rows, {SIRET})
    assert extract.bodies == {}
    [bad] = extract.bad_rows
    assert "twice" in bad.fault.source


def test_csv_with_quotes_and_line_breaks():
    """A separator or a line break inside quotes is text; line numbers stay the file's."""
    file = as_csv(
        STRUCTURES,
        structure(RaisonSociale='"A; B ""C"""', Adresse='"1 rue\nd\'ici"'),
        structure(StructureActive="?"),
    )
    good, bad = read(file)
    assert good.name == 'A; B "C"'
    assert (bad.line, good.line) == (4, 3)


@pytest.mark.parametrize("names", itertools.permutations(["services", "structures", "notes"]))
def test_xlsx(names):
    """Sheets are found by their headers, whatever their names and order; others are left alone."""
    sheets = {
        "structures": grid(STRUCTURES, [structure()]),
        "services": grid(SERVICES, [service()]),
        "notes": [["Annuaire"], ["Identifiant", "le SIRET"]],
    }
    found = read(as_xlsx(*(("Feuille " + str(i), sheets[n]) for i, n in enumerate(names))))
    assert sorted(found, key=lambda row: type(row).__name__) == [
        Service(SIRET, "FINANCES", "Service", False, True),
        Structure(SIRET, "ESSAI", "none", "active"),
    ]
    assert {row.sheet for row in found} <= {"Feuille 0", "Feuille 1", "Feuille 2"}


def test_columns_are_found_by_their_names():
    """The layout has changed before: order, case, accents, marks, new columns."""
    columns = ["Nouveauté", *reversed(STRUCTURES)]
    renamed = {
        "Identifiant": " IDENTIFIANT ",
        "GestionServiceEngagement": "Gestion_Service_Engagement",
        "EstMOAUniquement": "Est MOA uniquement",
        "StructureActive": "Structure àctive",
    }
    cells = grid(columns, [structure(GestionServiceEngagement="true")])
    cells[0] = [renamed.get(name, name) for name in columns]
    title = [["Annuaire au 20/11/2026"], []]
    found = read(as_xlsx(("A", title + cells)))
    assert found == [Structure(SIRET, "ESSAI", "service_or_engagement", "active")]
    assert found[0].line == 4


@pytest.mark.parametrize("name", sorted(set(directory.STRUCTURES) - {"RaisonSociale"}))
def test_a_missing_column_of_the_structures_is_named(name):
    columns = [column for column in STRUCTURES if column != name]
    with pytest.raises(ChorusError, match=rf"structures: {name}\."):
        read(as_csv(columns, structure()))


@pytest.mark.parametrize("name", directory.SERVICES)
def test_a_missing_column_of_the_services_is_named(name):
    columns = [column for column in SERVICES if column != name]
    with pytest.raises(ChorusError, match=rf"services: {name}\."):
        read(as_xlsx(("A", grid(STRUCTURES, [])), ("B", grid(columns, [service()]))))


def test_columns_that_are_not_needed():
    """The address, the name, the type of the identifier may be cut away."""
    assert read(as_csv(directory.STRUCTURES, structure())) == [
        Structure(SIRET, "", "none", "active")
    ]
    assert read(as_csv(directory.SERVICES, service())) == [
        Service(SIRET, "FINANCES", "", False, True)
    ]


# ------------------------------------------------------------------- what is not the directory


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not the public directory"),
        (b"Nom;Ville\r\nEssai;Rennes\r\n", "not the public directory"),
        (b"%PDF-1.7\n\x00\x01\x02\xff" * 100, "cannot be read|not the public directory"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (b'<?xml version="1.0"?><AnnuaireConsultationF14/>', "XML files"),
        ("\ufeff\n <Annuaire/>".encode(), "XML files"),
        ("<Annuaire/>".encode("utf-16"), "XML files"),
        (b"PK\x03\x04 no archive", "cannot be read"),
        (b'a;"' + b"x" * 200_000, "cannot be read|not the public directory"),
    ],
)
def test_another_file_is_told_in_words(content, words):
    with pytest.raises(ChorusError, match=words):
        read(io.BytesIO(content))


def test_other_archives_and_workbooks():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("annuaire.csv", "Identifiant")
    file.seek(0)
    with pytest.raises(ChorusError, match="cannot be read.*not inside another archive"):
        read(file)
    with pytest.raises(ChorusError, match="not the public directory"):
        read(as_xlsx(("A", [["Nom", "Ville"], ["Essai", "Rennes"]]), ("B", [])))


def test_a_damaged_workbook():
    """Cut short, or a byte changed: never a trace, never a part of it taken for the whole."""
    good = as_xlsx(("A", grid(STRUCTURES, [structure() for _rank in range(500)]))).getvalue()
    for content in (good[:-300], good[: len(good) // 2]):
        with pytest.raises(ChorusError, match="cannot be read"):
            read(io.BytesIO(content))
    damaged = bytearray(good)
    start = good.index(b"sheet1.xml") + 200
    damaged[start : start + 50] = bytes(50)
    with pytest.raises(ChorusError, match="cannot be read"):
        read(io.BytesIO(bytes(damaged)))


def test_a_wrong_size_in_the_sheet():
    """Some programs write that a sheet is one cell, and a reader that believes it stops there."""
    file = as_xlsx(("A", grid(STRUCTURES, [structure()])))
    changed = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(changed, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename.endswith("sheet1.xml"):
                assert b'<dimension ref="A1:U2"' in content
                content = content.replace(b'ref="A1:U2"', b'ref="A1"')
            target.writestr(item, content)
    changed.seek(0)
    assert len(read(changed)) == 1


# ------------------------------------------------------------------- identifiers


@pytest.mark.parametrize("number", [7180510014, 7180510014.0, "7180510014", "00007180510014"])
def test_a_siret_that_became_a_number(number):
    """Excel takes the zeros at its beginning away."""
    sheets = (
        ("A", grid(STRUCTURES, [structure(number)])),
        ("B", grid(SERVICES, [service(number, 12)])),
    )
    first, second = read(as_xlsx(*sheets))
    assert first.identifier == second.identifier == "00007180510014"
    assert second.code == "12"


@pytest.mark.parametrize("typed", ["123 456 782 00028", '="12345678200028"', "12345678200028 "])
def test_separators_in_a_siret(typed):
    assert read_one(siret=typed).identifier == SIRET


@pytest.mark.parametrize(
    "typed", ["1,23457E+13", "1.23457E+13", "123456782000281", "ABC", "12345€"]
)
def test_what_is_no_siret(typed):
    """A number that Excel has rounded is lost: nobody can tell whose it was."""
    found = read_one(siret=typed)
    assert isinstance(found, BadRow)
    assert (found.identifier, found.line) == ("", 2)
    assert found.message.render() == f"Line 2: “{typed}” is not a SIRET."


def test_identifiers_from_overseas():
    """RIDET and TAHITI numbers: shorter, some with letters."""
    assert read_one(siret="1234567001", TypeIdentifiant="4").identifier == "00001234567001"
    assert read_one(siret="A12345001", TypeIdentifiant="5").identifier == "A12345001"


# ------------------------------------------------------------------- flags


@pytest.mark.parametrize(
    ("engagement", "service", "either", "expected"),
    [
        ("false", "false", "false", "none"),
        ("false", "true", "false", "service"),
        ("true", "false", "false", "engagement"),
        ("true", "true", "false", "both"),
        ("false", "false", "true", "service_or_engagement"),
        ("true", "false", "true", "service_or_engagement"),
        ("false", "true", "true", "service_or_engagement"),
        ("true", "true", "true", "service_or_engagement"),
    ],
)
def test_decision_table(engagement, service, either, expected):
    found = read_one(
        GestionEngagement=engagement, GestionService=service, GestionServiceEngagement=either
    )
    assert found.requirement == expected


@pytest.mark.parametrize(
    ("active", "works_only", "expected"),
    [
        ("true", "false", "active"),
        ("true", "true", "works_only"),
        ("false", "false", "inactive"),
        ("false", "true", "inactive"),
    ],
)
def test_state(active, works_only, expected):
    assert read_one(StructureActive=active, EstMOAUniquement=works_only).state == expected


@pytest.mark.parametrize("yes", [True, "true", "TRUE", "VRAI", "Vrai", 1, 1.0, "1", "oui", "Oui "])
@pytest.mark.parametrize("no", [False, "false", "FAUX", 0, "0", "non"])
def test_booleans(yes, no):
    row = structure(GestionEngagement=yes, GestionService=no, GestionServiceEngagement=no)
    row |= {"EstMOAUniquement": no, "StructureActive": yes}
    sheets = (
        ("A", grid(STRUCTURES, [row])),
        ("B", grid(SERVICES, [service(GestionEGMT=yes, ServiceActif=no)])),
    )
    first, second = read(as_xlsx(*sheets))
    assert (first.requirement, first.state) == ("engagement", "active")
    assert (second.needs_engagement, second.is_active) == (True, False)


# ------------------------------------------------------------------- bad rows


@pytest.mark.parametrize("value", ["", "peut-être", "2", "x"])
@pytest.mark.parametrize("column", directory.STRUCTURES[1:])
def test_a_flag_is_never_guessed(column, value):
    found = read(as_csv(STRUCTURES, structure(), structure(**{column: value}), structure()))
    assert [type(row) for row in found] == [Structure, BadRow, Structure]
    assert found[1].identifier == SIRET and not found[1].is_service
    assert found[1].message.render() == (
        f"Line 3: “{value}” in the column {column} is neither true nor false."
    )


def test_bad_services():
    found = read(
        as_csv(
            SERVICES,
            service(siret=""),
            service(code=""),
            service(code="X" * 101),
            service(code="A", GestionEGMT="?"),
            service(code="B", ServiceActif=""),
            service(code="C"),
        )
    )
    assert [type(row) for row in found] == [BadRow] * 5 + [Service]
    assert [(row.identifier, row.code, row.line) for row in found[:5]] == [
        ("", "FINANCES", 2),
        (SIRET, "", 3),
        (SIRET, "X" * 101, 4),
        (SIRET, "A", 5),
        (SIRET, "B", 6),
    ]


def test_the_sheet_of_a_bad_row_is_named():
    [bad] = read(as_xlsx(("Mes services", grid(SERVICES, [service(code=None)]))))
    assert bad.message.render() == "Sheet “Mes services”, line 2: it has no service code."


def test_empty_rows_and_the_pseudo_service():
    """Neither says anything; line numbers count them."""
    cells = grid(SERVICES, [service(code="FACTURES_PUBLIQUES"), {}, service()])
    [found] = read(as_xlsx(("A", cells)))
    assert (found.code, found.line) == ("FINANCES", 4)


def test_a_short_row():
    """Trailing empty cells are often left out."""
    [found] = read(io.BytesIO(f"{';'.join(STRUCTURES)}\n1;{SIRET}\n".encode()))
    assert isinstance(found, BadRow) and found.identifier == SIRET


# ------------------------------------------------------------------- what is kept of it


def test_gather():
    rows = read(
        as_xlsx(
            ("A", grid(STRUCTURES, [structure(), structure("21990001600011")])),
            ("B", grid(SERVICES, [service(code="A"), service(code="B"), service("1", "C")])),
        )
    )
    found = directory.gather(rows, [SIRET, "99999999900000"])
    assert list(found.structures) == [SIRET]
    assert {key: list(codes) for key, codes in found.services.items()} == {SIRET: ["A", "B"]}
    assert found.has_structures and found.has_services and not found.bad_rows


def test_gather_tells_which_tables_there_are():
    """A table counts although it has nobody that was asked for."""
    assert directory.gather(read(as_csv(STRUCTURES, structure())), []).has_structures
    assert not directory.gather(read(as_csv(STRUCTURES, structure())), [SIRET]).has_services
    found = directory.gather(read(as_csv(SERVICES, service())), [])
    assert found.has_services and not found.has_structures


def test_gather_keeps_the_bad_rows_that_matter():
    """Those of others' bodies are nobody's business here."""
    rows = [structure("", **{}), structure(GestionService="?"), structure("1", GestionService="?")]
    found = directory.gather(read(as_csv(STRUCTURES, *rows)), [SIRET])
    assert [row.line for row in found.bad_rows] == [2, 3]


def test_twice_the_same():
    """Once more with the same values is no matter; with others, nobody knows which is right."""
    same = [structure(), structure(), structure(RaisonSociale="ESSAI")]
    found = directory.gather(read(as_csv(STRUCTURES, *same)), [SIRET])
    assert found.structures and not found.bad_rows
    other = [structure(), structure(StructureActive="false"), structure()]
    found = directory.gather(read(as_csv(STRUCTURES, *other)), [SIRET])
    assert not found.structures and [row.line for row in found.bad_rows] == [3]
    rows = [service(code="A"), service(code="A", GestionEGMT="true"), service(code="B")]
    found = directory.gather(read(as_csv(SERVICES, *rows)), [SIRET])
    assert list(found.services[SIRET]) == ["B"] and len(found.bad_rows) == 1
    assert not found.is_missing(SIRET, "A") and not found.has_all_services(SIRET)


def test_which_services_are_missing():
    found = directory.gather(read(as_csv(SERVICES, service(code="A"))), [SIRET, "1"])
    assert found.is_missing(SIRET, "Z")
    assert not found.is_missing(SIRET, "A")
    assert not found.is_missing("1", "Z"), "the file has no service of that body"


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        (service(code="Z", GestionEGMT="?"), {"Y"}),
        (service(siret="1E+13", code="Z"), {"Y"}),
        (service(code=""), set()),
        (service(siret="", code=""), {"Y", "Z"}),
    ],
)
def test_a_bad_row_makes_no_service_missing(row, missing):
    """What cannot be read may well be the service that is not found elsewhere."""
    found = directory.gather(read(as_csv(SERVICES, service(code="A"), row)), [SIRET])
    assert {code for code in "YZ" if found.is_missing(SIRET, code)} == missing
    bad = directory.gather(
        itertools.chain(
            read(as_csv(STRUCTURES, structure(GestionService="?"))),
            read(as_csv(SERVICES, service())),
        ),
        [SIRET],
    )
    assert bad.has_all_services(SIRET)
    assert bad.is_missing(SIRET, "Z"), "a bad row of the structures is about no service"


def test_rows_come_one_by_one():
    """A directory is not held in memory: its first rows come before its last are read."""

    class Watched(io.BytesIO):
        far = 0

        def read(self, size=-1):
            content = super().read(size)
            self.far = max(self.far, self.tell())
            return content

        read1 = read

    content = as_csv(STRUCTURES, *(structure() for _rank in range(20_000))).getvalue()
    file = Watched(content)
    rows = directory.read(file)
    next(rows)
    file.far = 0
    assert sum(1 for _row in zip(range(1000), rows, strict=False)) == 1000
    assert file.far < len(content) / 2


# ------------------------------------------------------------------- the date


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("annuaire-2026-11-20.xlsx", (2026, 11, 20)),
        ("annuaire_20261120.csv", (2026, 11, 20)),
        ("20261120030012_structures.csv", (2026, 11, 20)),
        ("Annuaire 2026.11.20 (1).csv", (2026, 11, 20)),
        ("2026-13-45_2026-11-20.csv", (2026, 11, 20)),
        ("annuaire.xlsx", None),
        ("12345678200028.csv", None),
        ("2026-1120.csv", None),
        ("", None),
        (None, None),
    ],
)
def test_date_of_name(name, expected):
    assert directory.date_of_name(name) == (datetime.date(*expected) if expected else None)
