"""Small files that eat the memory or the day, in a process with bounds, as imports read them.

Small ones each time; ``./dev test --full`` has them as large as they were found.
"""

import os
import re
import zipfile

import openpyxl
import pytest
from bounded import play

FULL = bool(os.environ.get("CHORUS_TEST_FULL"))

DIRECTORY = """
from chorus.messages import ChorusError
from chorus.portal import directory
with open(sys.argv[1], "rb") as file:
    try:
        found = directory.gather(directory.read(file), ["0" * 14])
        print("read", found.bad_count, len(found.bad_rows))
    except ChorusError as error:
        print(error)
"""
STATES = """
from chorus.messages import ChorusError
from chorus.portal import state_files
with open(sys.argv[1], "rb") as file:
    try:
        table = state_files.read(file.read())
        print("read", len(table.rows), len(state_files.entries(table, {"number": 0})))
    except ChorusError as error:
        print(error)
"""
IMPORTS = {"directory": DIRECTORY, "states": STATES}
HEADERS = {
    "directory": "Identifiant;Code;Nom;GestionEGMT;ServiceActif",
    "states": "N° facture;Statut",
}
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TOO_BIG, TOO_WIDE = "The file is too big", "more than 256 columns"
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
STRINGS_TYPE = (
    f'<Override PartName="/{STRINGS}" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def workbook(path, sheet=None, strings=None, **parts):
    """A workbook whose parts are others than openpyxl would write.

    :param sheet: pieces of the rows of its sheet
    :param strings: pieces of its shared texts
    :param parts: pieces of others, by name
    """
    book = openpyxl.Workbook()
    book.active.append(["N° facture", "Statut"])
    whole = path.with_suffix(".whole")
    book.save(whole)
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    strings = strings and (f"<sst {space}>", *strings, "</sst>")
    sheet = sheet and (f"<worksheet {space}><sheetData>", *sheet, "</sheetData></worksheet>")
    changed = {SHEET: sheet, STRINGS: strings, **parts}
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in {**dict.fromkeys(source.namelist()), STRINGS: None}:
            pieces = changed.get(name)
            if not pieces and name == STRINGS:
                continue
            if not pieces:
                end = f"{STRINGS_TYPE if strings else ''}</Types>"
                pieces = [source.read(name).decode().replace("</Types>", end)]
            with made.open(name, "w", force_zip64=True) as part:
                for piece in pieces:
                    part.write(piece.encode())
    return path


def row(number, *cells):
    inner = "".join(f'<c r="{where}" t="inlineStr"><is><t>{v}</t></is></c>' for where, v in cells)
    return f'<row r="{number}">{inner}</row>'


def repeated(piece, count, block=10_000):
    """The pieces of a long part: none is ever whole in memory."""
    return [piece * block] * (count // block)


def a_far_row(path):
    return workbook(path, [row(1, ("A1", "x")), row(999_999_999_999, ("A1", "x"))])


def a_far_column(path):
    count = 200_000 if FULL else 20_000
    return workbook(path, (row(n, (f"ZZZ{n}", "x")) for n in range(1, count)))


def cells_of_one_row(path):
    cells = repeated("<c/>", 20_000_000 if FULL else 2_000_000)
    return workbook(path, ["<row>", *cells, "</row>"])


def one_cell_many_times(path):
    """They are one column by their reference, and as many cells in memory."""
    cells = repeated('<c r="A1"/>', 15_900_000 if FULL else 1_900_000)
    return workbook(path, ["<row>", *cells, "</row>"])


def rows_in_a_row(path):
    """Each is short, the outer one holds them all."""
    cells = repeated("<row/>" + '<c t="n"/>' * 200, 79_000 if FULL else 9_000, 1000)
    return workbook(path, ["<row>", *cells, "</row>"])


def elements_of_one_row(path):
    inside = repeated("<x/>", 20_000_000 if FULL else 2_000_000)
    return workbook(path, ["<row>", *inside, "</row>"])


def elements_of_one_cell(path):
    inside = repeated("<v/>", 20_000_000 if FULL else 2_000_000)
    return workbook(path, ["<row><c>", *inside, "</c></row>"])


def one_part_as_many_sheets(path):
    """Read once for each of its names."""
    return sheets_of_one_part(path, 2000)


def one_part_as_two_sheets(path):
    return sheets_of_one_part(path, 2)


def sheets_of_one_part(path, count):
    sheets = "".join(
        f'<sheet name="s{rank}" sheetId="{rank}" r:id="rId1"/>' for rank in range(1, count + 1)
    )
    space = (
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )
    book = f"<workbook {space}><sheets>{sheets}</sheets></workbook>"
    return workbook(
        path, ["<x/>" * 100_000, row(1, ("A1", "N° facture"))], **{"xl/workbook.xml": [book]}
    )


def shared_texts(path):
    # 6.5 MB for 2 GB, and 1 MB for 200.
    text = f"<si><t>{'a' * 10_000}</t></si>"
    return workbook(path, [row(1, ("A1", "x"))], repeated(text, 200_000 if FULL else 20_000, 1000))


def many_shared_texts(path):
    texts = repeated("<si><t>ab</t></si>", 20_000_000 if FULL else 2_100_000)
    return workbook(path, [row(1, ("A1", "x"))], texts)


def one_text_in_many_cells(path):
    """It is shared, and made anew for each cell."""
    rows, cells = (60_000, 250) if FULL else (20, 250)
    inside = '<c t="s"><v>0</v></c>' * cells
    text = "a" * 900_000
    return workbook(path, [f"<row>{inside}</row>"] * rows, [f"<si><t>{text}</t></si>"])


def one_long_text(path):
    text = ["<si><t>", *repeated("a", 100_000_000 if FULL else 20_000_000), "</t></si>"]
    return workbook(path, [row(1, ("A1", "x"))], text)


def one_long_tag(path):
    tag = ['<row r="1" ht="', *repeated("1", 100_000_000 if FULL else 20_000_000), '"/>']
    return workbook(path, tag)


def many_names(path):
    """They are read with the workbook: half a million took half a minute."""
    names = repeated('<definedName name="n">A</definedName>', 490_000 if FULL else 260_000)
    book = [f"<workbook {SPACE}><definedNames>", *names, "</definedNames></workbook>"]
    return workbook(path, [row(1, ("A1", "x"))], **{"xl/workbook.xml": book})


def entities(path):
    letters = "abcdefgh"
    made = "".join(
        f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip(letters, letters[1:], strict=False)
    )
    doctype = f'<!DOCTYPE sst [<!ENTITY a "ha">{made}]><sst><si><t>&h;</t></si></sst>'
    return workbook(path, [row(1, ("A1", "x"))], **{STRINGS: [doctype]})


def many_styles(path):
    styles = [
        "<styleSheet><fonts>",
        *repeated("<font/>", 20_000_000 if FULL else 2_100_000),
        "</fonts></styleSheet>",
    ]
    return workbook(path, [row(1, ("A1", "x"))], **{"xl/styles.xml": styles})


def styles_with(path, piece, count, block=1):
    pieces = ["<styleSheet>", *repeated(piece, count, block), "</styleSheet>"]
    return workbook(path, [row(1, ("A1", "x"))], **{"xl/styles.xml": pieces})


def long_comments(path):
    # 0.9 MB for 900, and 0.08 for 72.
    return styles_with(path, f"<!--{'a' * 900_000}-->", 1000 if FULL else 80)


def short_comments(path):
    return styles_with(path, "<!---->", 9_000_000 if FULL else 2_100_000, 10_000)


def instructions(path):
    return styles_with(path, "<?a?>", 12_000_000 if FULL else 2_100_000, 10_000)


def many_attributes(path):
    inside = " ".join(f'a{rank}=""' for rank in range(1000))
    return styles_with(path, f"<font {inside}/>", 8_000 if FULL else 2_100)


def comments_of_one_row(path):
    inside = repeated(f"<!--{'a' * 900_000}-->", 200 if FULL else 20, 1)
    return workbook(path, ["<row><c>", *inside, "</c></row>"])


def wide_headers(path):
    count = 100_000 if FULL else 10_000
    with open(path, "w") as file:
        file.write(";".join(["N° facture", "Statut", *map(str, range(count))]) + "\n")
        for _row in range(count):
            file.write("a\n")
    return path


def empty_lines(path):
    path.write_bytes(b"\n" * (45_000_000 if FULL else 4_500_000))
    return path


def one_line_of_cells(path):
    path.write_bytes(b"N facture;Statut\n" + b";" * (45_000_000 if FULL else 4_500_000))
    return path


def one_row_of_many_lines(path):
    path.write_bytes(b"N facture;Statut\n" + b'"\n";' * (11_000_000 if FULL else 1_000_000))
    return path


WIDE = {a_far_column, wide_headers, one_cell_many_times}


@pytest.mark.parametrize("name", IMPORTS)
@pytest.mark.parametrize(
    "make",
    [
        *(a_far_row, a_far_column, cells_of_one_row, one_cell_many_times, rows_in_a_row),
        *(shared_texts, many_shared_texts, long_comments, short_comments, instructions),
        *(many_attributes, comments_of_one_row, one_text_in_many_cells, many_names),
        *(one_long_text, one_long_tag, entities, many_styles),
        *(elements_of_one_row, elements_of_one_cell, one_part_as_many_sheets),
        one_part_as_two_sheets,
        *(wide_headers, empty_lines, one_line_of_cells, one_row_of_many_lines),
    ],
)
def test_a_file_that_would_fill_the_memory(tmp_path, make, name):
    said = play(IMPORTS[name], make(tmp_path / "file"))
    # A row that is too wide may be too long before it is.
    assert (TOO_WIDE if make in WIDE else TOO_BIG) in said or TOO_WIDE in said


TABLE = [
    row(1, ("A1", "N° facture"), ("B1", "Statut")),
    row(2, ("A2", "F1"), ("B2", "Rejetée")),
]


def beside_the_rows(path, *pieces):
    """A sheet that has something after its rows."""
    return workbook(path, [*TABLE, "</sheetData>", *pieces, "<sheetData>"])


def ranges_of_formats(path):
    ranges = "A1 " * 300_000
    tag = f'<conditionalFormatting sqref="{ranges}"/>'
    return beside_the_rows(path, *[tag] * (60 if FULL else 12))


def one_sheet_of_charts_many_times(path):
    """Read once for each of its names; charts have no rows."""
    schemas = "http://schemas.openxmlformats.org"
    kind, space = f"{schemas}/officeDocument/2006/relationships", f"{schemas}/package/2006"
    relations = "".join(
        f'<Relationship Id="r{rank}" Type="{kind}/{what}sheet" Target="/xl/{target}"/>'
        for rank, (what, target) in enumerate(
            (("work", "worksheets/sheet1.xml"), ("chart", "charts"))
        )
    )
    relations = f'<Relationships xmlns="{space}/relationships">{relations}</Relationships>'
    sheets = "".join(
        f'<sheet name="s{rank}" sheetId="{rank + 1}" r:id="r{min(rank, 1)}"/>' for rank in range(99)
    )
    book = f'<workbook {SPACE} xmlns:r="{kind}"><sheets>{sheets}</sheets></workbook>'
    workbook(path, TABLE, **{"xl/_rels/workbook.xml.rels": [relations], "xl/workbook.xml": [book]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/charts", f"<chartsheet>{'<x/>' * 450_000}</chartsheet>")
        made.writestr("xl/_rels/charts.rels", f'<Relationships xmlns="{space}/relationships"/>')
    return path


def with_styles(path, rows, code, count=1):
    """Cells of the style 1 have a number format."""
    one = "<fonts><font/></fonts><fills><fill><patternFill/></fill></fills>"
    one += "<borders><border/></borders>"
    styles = [
        f'<styleSheet {SPACE}><numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>{one}',
        "<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf/>",
        *['<xf numFmtId="200"/>'] * count,
        "</cellXfs></styleSheet>",
    ]
    return workbook(path, rows, **{"xl/styles.xml": styles})


def a_format_of_brackets(path):
    return with_styles(path, TABLE, "[" * (900_000 if FULL else 300_000))


def one_format_of_many_styles(path):
    return with_styles(path, TABLE, "0" * 900_000, 200_000 if FULL else 30_000)


def days_beyond_the_calendar(path):
    """Each would be a warning, which Python keeps; the test makes the first one an error."""
    cell = row(2, ("A2", "F1"), ("B2", "x")).replace("</row>", '<c s="1"><v>99999999</v></c></row>')
    return with_styles(path, [TABLE[0].replace("</row>", "<c/></row>"), cell], "yyyy-mm-dd")


@pytest.mark.parametrize(
    "make",
    [
        *(ranges_of_formats, one_sheet_of_charts_many_times, a_format_of_brackets),
        *(one_format_of_many_styles, days_beyond_the_calendar),
    ],
)
def test_what_stands_around_the_rows_is_not_read(tmp_path, make):
    """Of a small file it would fill the memory, or take hours; the rows are read."""
    strict = "import warnings; warnings.simplefilter('error')\n"
    assert play(strict + STATES, make(tmp_path / "file")) == "read 1 1"


def test_an_archive_that_says_how_much_memory_it_takes(tmp_path):
    """No workbook is compressed so; its reader would make room for four gigabytes first."""
    workbook(tmp_path / "whole", TABLE)
    with (
        zipfile.ZipFile(tmp_path / "whole") as source,
        zipfile.ZipFile(tmp_path / "file", "w", zipfile.ZIP_LZMA) as made,
    ):
        for name in source.namelist():
            made.writestr(name, source.read(name))
    content = (tmp_path / "file").read_bytes()
    # The length of the properties and the first of them, then the memory that is wanted.
    content, count = re.subn(rb"(\x05\x00\x5d)....", rb"\1" + b"\xff" * 4, content, flags=re.DOTALL)
    assert count
    (tmp_path / "file").write_bytes(content)
    assert "cannot be read" in play(STATES, tmp_path / "file")


@pytest.mark.parametrize("name", IMPORTS)
def test_letters_that_unfold(tmp_path, name):
    """Headers are looked for in the first rows, whose cells may have a million characters."""
    headers = HEADERS[name].split(";")
    head = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in headers)
    long = "<row>" + '<c t="s"><v>0</v></c>' * len(headers) + "</row>"
    rows = [f"<row>{head}</row>", *[long] * 15]
    path = workbook(tmp_path / "file", rows, [f"<si><t>{chr(0xFDFA) * 900_000}</t></si>"])
    assert play(IMPORTS[name], path, seconds=9).startswith("read 15")


def test_long_names_of_the_directory(tmp_path):
    """One text that all services of a customer have for a name is kept by its beginning."""
    count = 500
    heads = HEADERS["directory"].split(";")
    head = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in heads)
    rows = [
        f'<row><c t="inlineStr"><is><t>{"0" * 14}</t></is></c><c><v>{rank}</v></c>'
        + '<c t="s"><v>0</v></c>'
        + '<c t="inlineStr"><is><t>true</t></is></c>' * 2
        + "</row>"
        for rank in range(count)
    ]
    path = workbook(
        tmp_path / "file", [f"<row>{head}</row>", *rows], [f"<si><t>{'ab ' * 300_000}</t></si>"]
    )
    assert play(DIRECTORY, path, memory=450_000_000) == "read 0 0"


@pytest.mark.parametrize("name", IMPORTS)
def test_what_one_reader_of_xml_refuses_no_other_reads(tmp_path, name):
    """A part in an encoding that the first reader does not know: the second would hold it whole."""
    styles = "<styleSheet>" + "<x/>" * 50_000 + "</styleSheet>"
    path = workbook(tmp_path / "whole", [row(1, ("A1", "N° facture"), ("B1", "Statut"))])
    with zipfile.ZipFile(path) as source:
        parts = {part: source.read(part) for part in source.namelist()}
    # The list of parts says that the workbook is XML, its name does not.
    book = {part.replace("book.xml", "book.bin"): parts[part] for part in reversed([*parts])}
    book["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"book.xml", b"book.bin")
    book["xl/workbook.bin"] = parts["xl/workbook.xml"].decode().encode("utf-32-le")
    for changed in ({**parts, "xl/styles.xml": styles.encode("utf-32-le")}, book):
        with zipfile.ZipFile(tmp_path / "file", "w") as made:
            for part, content in changed.items():
                made.writestr(part, content)
        assert "cannot be read" in play(IMPORTS[name], tmp_path / "file")


def test_a_million_bad_rows(tmp_path):
    """They are counted, a thousand are kept."""
    path, count = tmp_path / "file", 1_000_000 if FULL else 50_000
    with open(path, "w") as file:
        file.write(HEADERS["directory"] + "\n")
        for rank in range(count):
            file.write(f";code {rank};name {rank};what;true\n")
    assert play(DIRECTORY, path, memory=400_000_000, seconds=60) == f"read {count} 1000"


def test_bad_rows_of_long_cells(tmp_path):
    """A thousand are kept, none of their cells is."""
    path, count = tmp_path / "file", 990 if FULL else 300
    with open(path, "w") as file:
        file.write(HEADERS["directory"] + "\n")
        for _rank in range(count):
            file.write(f"{'0' * 14};code;name;{'a' * 130_000};true\n")
    assert play(DIRECTORY, path, memory=200_000_000) == f"read {count} {count}"


def test_a_million_short_rows_below_wide_headers(tmp_path):
    """2 MB: the rows are not as wide in memory as the headers are."""
    path, count = tmp_path / "file", 1_000_000 if FULL else 100_000
    headers = ";".join([*HEADERS["states"].split(";"), *map(str, range(254))])
    path.write_text(f"{headers}\n" + "a\n" * count)
    read = play(STATES, path, memory=600_000_000 if FULL else 250_000_000)
    assert read == f"read {count} {count}"


def test_files_that_are_read(tmp_path):
    """As large as they may be: the last row, the last column, a long text."""
    path = workbook(
        tmp_path / "file",
        [
            row(1, ("A1", "N° facture"), ("B1", "Statut"), ("IV1", "last")),
            row(1_048_576, ("A1048576", "F1"), ("B1048576", "a" * 30_000)),
        ],
    )
    assert play(STATES, path) == "read 1 1"
    path.write_text("N° facture;Statut\n" + "\n" * 10_000 + 'F1;"' + "é\n" * 60_000 + '"\n')
    assert play(STATES, path) == "read 1 1"
