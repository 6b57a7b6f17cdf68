"""The portal's files: headers, encodings, separators, and what is not understood."""

import datetime
import io
import zipfile

import openpyxl
import portal_samples
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus.messages import ChorusError
from chorus.portal import state_files as files

FLOW = "CPP" + "0" * 22
TEXT = (
    "Accès aux rejets;;;\n"
    "N° Flux;N° de facture non intégrée;Motif de rejet;Date de dépôt\n"
    f"{FLOW};FAC/2026/00001;Destinataire inconnu;02/03/2026 10:15\n"
    ";;;\n"
    f'{FLOW};FAC/2026/00002;"Service ; inactif";2026-03-04\n'
)


def entries(content, default=None, remembered=None):
    table = files.read(content)
    return files.entries(table, files.guess(table.headers, remembered), default)


def xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(encoding):
    first, second = entries(TEXT.encode(encoding), default="not_integrated")
    assert first == files.Entry(
        line=3,
        number="FAC/2026/00001",
        flow=FLOW,
        outcome="not_integrated",
        reason="Destinataire inconnu",
        date=datetime.date(2026, 3, 2),
        day="02/03/2026 10:15",
    )
    assert (second.line, second.reason) == (5, "Service ; inactif")
    assert second.date == datetime.date(2026, 3, 4)


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_separators(mark):
    rows = [["Numéro DP", "Statut", "Date"], ["F-1", "À recycler", "01/02/2026"]]
    [entry] = entries("\r\n".join(mark.join(row) for row in rows).encode())
    assert (entry.number, entry.outcome) == ("F-1", "to_recycle")


def test_excel():
    day = datetime.datetime(2026, 2, 1, 9, 30)
    content = xlsx(
        ["Liste des factures émises"],
        [],
        ["Numéro de facture", "Statut", "Date du statut", "Montant"],
        [2026001, "MISE_EN_PAIEMENT", day, 120.5],
        ["F-2", "Brouillon", None, None],
    )
    first, second = entries(content)
    assert (first.number, first.outcome, first.date) == ("2026001", "paid", day.date())
    assert (second.outcome, second.word, second.date) == (None, "Brouillon", None)


ISSUED = portal_samples.issued(
    {
        "Numéro": "FAC/2026/00012",
        "État courant": "Rejetée",
        "Motif de rejet": "Montants erronés",
        "Commentaire de l'état": "Le taux ne correspond pas au marché",
        "Date état courant": "21/10/2026",
        "Identifiant Chorus Pro": "900000000102",
    },
    {
        "Numéro": "FAC/2026/00013",
        "État courant": "A recycler",
        "Commentaire de l'état": "Mauvais service",
        "Date état courant": "22/10/2026",
    },
    {"Numéro": "FAC/2026/00014", "État courant": "Un état inconnu"},
)


@pytest.mark.parametrize("remembered", [None, {"number": "numero du bon de commande"}])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_the_list_of_issued_invoices(encoding, remembered):
    """It has a reason of a discount, a comment of the supplier's and four other dates."""
    assert len(files.read(ISSUED.encode(encoding)).headers) == 82 + 1
    first, second, third = entries(ISSUED.encode(encoding), remembered=remembered)
    assert first == files.Entry(
        line=2,
        number="FAC/2026/00012",
        word="Rejetée",
        outcome="rejected",
        reason="Montants erronés - Le taux ne correspond pas au marché",
        date=datetime.date(2026, 10, 21),
        day="21/10/2026",
        identifier="900000000102",
    )
    assert (second.outcome, second.reason) == ("to_recycle", "Mauvais service")
    assert (third.outcome, third.reason, third.date) == (None, "", None)
    assert third.identifier == "900000000101"


def test_the_list_of_issued_invoices_as_excel():
    header, *rows = (line.split(";") for line in ISSUED.splitlines())
    rows = [[int(row[0]), *row[1:]] for row in rows]
    found = entries(xlsx(header, *rows))
    assert [entry.identifier for entry in found] == ["900000000102", *["900000000101"] * 2]
    # What a spreadsheet leaves of a number that it has rounded is none.
    assert entries(ISSUED.replace("900000000102", "9,00E+11").encode())[0].identifier == ""


def test_a_list_that_lacks_a_column_is_guessed():
    """Its words are guessed then, and the user corrects them."""
    text = ISSUED.replace("Date état courant", "Date inconnue")
    table = files.read(text.encode())
    columns = {key: table.headers[rank] for key, rank in files.guess(table.headers).items()}
    assert columns == {
        "number": "Numéro",
        "state": "État courant",
        "reason": "Motif de rejet",
        "comment": "Commentaire de l'état",
        "date": "Date de dépôt",
        "identifier": "Identifiant Chorus Pro",
    }


def test_what_the_user_corrected_is_remembered():
    content = b"Statut;Ref;Numero de facture\nSuspendue;F-1;X\n"
    [entry] = entries(content)
    assert entry.number == "X"
    [entry] = entries(content, remembered={"number": "ref"})
    assert entry.number == "F-1"
    # Remembered for another file.
    [entry] = entries(content, remembered={"number": "gone"})
    assert entry.number == "X"


def test_a_file_with_unknown_headers_is_shown_all_the_same():
    table = files.read(b"a;b;c\n1\n2;3;;4\n")
    assert (table.headers, table.rows) == (["a", "b", "c"], [["1"], ["2", "3", ""]])
    assert files.guess(table.headers) == {}
    assert table.examples() == ["1", "3", ""]


def test_a_row_that_lacks_cells():
    """Rows are kept as short as they are; what they lack is empty."""
    short, whole = entries("N° facture;Statut;Date\nF-1\nF-2;Suspendue;02/03/2026\n".encode())
    assert short == files.Entry(line=2, number="F-1")
    assert (whole.outcome, whole.day) == ("suspended", "02/03/2026")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("02/03/2026 10:15", "2026-03-02"),
        ("2/3/26", "2026-03-02"),
        ("02.03.2026", "2026-03-02"),
        ("02-03-2026", "2026-03-02"),
        ("2026-03-02T10:15:00", "2026-03-02"),
        ("46083", "2026-03-02"),  # a cell without its format
        ("46083.5", "2026-03-02"),
        ("31/02/2026", None),
        ("03/25/2026", None),
        ("02/03.2026", None),
        ("02/03/202", None),
        ("12", None),
        ("hier", None),
    ],
)
def test_days(text, day):
    [entry] = entries(f"Numéro DP;Statut;Date\nF-1;À recycler;{text}\n".encode())
    assert (entry.date and entry.date.isoformat(), entry.day) == (day, text)


def test_a_page_before_the_table():
    book = openpyxl.Workbook()
    book.active.append(["Liste exportée le 02/03/2026"])
    sheet = book.create_sheet()
    sheet.append(["Numéro de facture", "Statut"])
    sheet.append(["F-1", "Suspendue"])
    buffer = io.BytesIO()
    book.save(buffer)
    [entry] = entries(buffer.getvalue())
    assert (entry.number, entry.outcome) == ("F-1", "suspended")


def test_an_archive_that_swells():
    """A few kilobytes that unzip to more than a server's memory."""
    buffer = io.BytesIO(xlsx(["Numéro de facture"], ["F-1"]))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/media/image1.bin", "w", force_zip64=True) as file:
            for _rank in range(201):
                file.write(bytes(1_000_000))
    assert len(buffer.getvalue()) < 500_000
    with pytest.raises(ChorusError, match="too big"):
        files.read(buffer.getvalue())


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 old"])
def test_content_that_is_no_table(content):
    with pytest.raises(ChorusError):
        files.read(content)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_clear_word(content):
    try:
        table = files.read(content)
    except ChorusError:
        return
    for entry in files.entries(table, {files.NUMBER: 0} if table.headers else {}):
        assert entry.number


def entry(line, outcome, date=None):
    return files.Entry(line, "F-1", outcome=outcome, date=date)


def test_the_last_row_about_a_document():
    old, new = datetime.date(2026, 3, 1), datetime.date(2026, 3, 2)
    rows = [entry(1, "paid", new), entry(2, "deposited", old), entry(3, "paid", new)]
    assert files.last(rows) == (rows[2], [])
    assert files.last(rows[:1]) == (rows[0], [])


@pytest.mark.parametrize("date", [None, datetime.date(2026, 3, 2)])
def test_rows_that_contradict_one_another(date):
    """Of the same day, or without one: nothing is sure."""
    rows = [entry(1, "paid", datetime.date(2026, 3, 2)), entry(2, "rejected", date)]
    assert files.last(rows)[1] == rows
