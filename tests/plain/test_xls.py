"""Workbooks of before .xlsx, as a portal or an old Excel still gives them."""

import datetime
import io

import pytest

from chorus import limits
from chorus.messages import ChorusError
from chorus.pdf import files
from chorus.pdf.judge import Judge
from chorus.portal import tables

pytest.importorskip("xlrd")
xlwt = pytest.importorskip("xlwt")

BOUNDS = tables.Bounds(unzipped=10**7, cells=10**6, texts=10**7)
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(*rows, name="Factures"):
    book = xlwt.Workbook()
    sheet = book.add_sheet(name)
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for index, row in enumerate(rows):
        for column, value in enumerate(row):
            style = [day] if isinstance(value, datetime.date) else []
            sheet.write(index, column, value, *style)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read(content):
    found = tables.read(io.BytesIO(content), lambda cells: cells.count("Statut"), BOUNDS)
    return [(table.sheet, table.headers, [row.cells for row in table.rows]) for table in found]


def test_texts_numbers_dates_and_titles():
    content = workbook(
        ["Export du portail"],
        ["N° facture", "Statut", "Date", "Montant", "Payée"],
        ["FAC/1", "Déposée", datetime.date(2026, 11, 3), 120.5, True],
        [2026001, "Rejetée", None, 7, False],
    )
    assert content.startswith(OLD)
    assert read(content) == [
        (
            "Factures",
            ["N° facture", "Statut", "Date", "Montant", "Payée"],
            [
                ["FAC/1", "Déposée", "2026-11-03", "120.5", "True"],
                ["2026001", "Rejetée", "", "7", "False"],
            ],
        )
    ]


@pytest.mark.parametrize("content", [OLD, OLD + b"x" * 5000, workbook(["Statut"])[:2000]])
def test_damaged_file_is_told(content):
    with pytest.raises(ChorusError, match="old Excel file"):
        read(content)


def test_only_small_files_are_read(monkeypatch):
    content = workbook(["Statut"], ["Déposée"])
    monkeypatch.setattr(limits, "XLS_SIZE", len(content))
    assert read(content)
    monkeypatch.setattr(limits, "XLS_SIZE", len(content) - 1)
    with pytest.raises(ChorusError, match="old Excel file"):
        read(content)


def test_texts_are_bounded(monkeypatch):
    """A workbook names one long text in many cells."""
    content = workbook(["Statut"], *[["x" * 30_000]] * 50)
    assert len(content) < 60_000
    assert read(content)
    monkeypatch.setattr(limits, "XLS_TEXTS", 1_000_000)
    with pytest.raises(ChorusError, match="old Excel file"):
        read(content)


def test_without_reader_it_is_told(monkeypatch):
    program = "import sys; sys.modules['xlrd'] = None; "
    start = Judge._start

    def without_reader(judge):
        with monkeypatch.context() as patch:
            real = files.__file__
            patch.setattr(files, "__file__", real)
            popen = __import__("subprocess").Popen
            patch.setattr(
                "chorus.pdf.judge.subprocess.Popen",
                lambda args, **kwargs: popen([*args[:2], program + args[2], *args[3:]], **kwargs),
            )
            return start(judge)

    monkeypatch.setattr(Judge, "_start", without_reader)
    with pytest.raises(ChorusError, match="old Excel file"):
        read(workbook(["Statut"], ["Déposée"]))


def test_same_process_judges_pdfs_after_a_table():
    with Judge() as judge:
        assert judge.read_xls(workbook(["Statut"])) == [["Factures", [["Statut"]]]]
        assert judge.find_fault(b"no pdf") is files.Fault.NO_PDF
        assert judge.read_xls(b"nothing") is None
