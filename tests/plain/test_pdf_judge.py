"""PDFs that someone makes to fill the memory, or the day: judged in a process with bounds."""

import os
import zlib
from pathlib import Path
from unittest.mock import patch

import pdfs
import pytest
from factory import make

from chorus import formats, limits
from chorus.formats.facturx import Pdf
from chorus.pdf import files as pdf_files
from chorus.pdf import judge as pdf_judge
from chorus.pdf import pdfa
from chorus.pdf.files import Fault
from chorus.pdf.judge import Judge
from chorus.pdf.pdfa import PdfFault

DOCUMENT, FACTURX = make(), formats.FORMATS["facturx"]
FULL = bool(os.environ.get("CHORUS_TEST_FULL"))


def table_in(stream, parameters="", more=b""):
    """A PDF whose table of objects is a stream.

    :param stream: bytes of the table, compressed
    :param parameters: of its filter
    :param more: objects before it
    """
    head = b"%PDF-1.7\n" + more
    table = (
        f"4 0 obj << /Type /XRef /Size 5 /W [1 4 2] /Root 1 0 R /Length {len(stream)}"
        f" /Filter /FlateDecode {parameters} >> stream\n"
    ).encode()
    end = f"\nendstream endobj\nstartxref\n{len(head)}\n%%EOF\n".encode()
    return head + table + stream + end


def columns():
    """Half a kilobyte; a row of the table would take a gigabyte."""
    parameters = f"/DecodeParms << /Predictor 12 /Columns {2**30} >>"
    return table_in(zlib.compress(b"\x02" + bytes(100)), parameters)


def object_stream():
    """Some megabytes; the objects of its catalogue stand before gigabytes of spaces."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]
    header = f"1 0 2 {len(objects[0]) + 1} ".encode()
    squeeze = zlib.compressobj(1)
    data = squeeze.compress(header + b" ".join(objects))
    for _block in range(3000 if FULL else 900):
        data += squeeze.compress(b" " * 1_000_000)
    data += squeeze.flush()
    stream = (
        f"3 0 obj << /Type /ObjStm /N 2 /First {len(header)} /Length {len(data)}"
        " /Filter /FlateDecode >> stream\n"
    ).encode()
    more = stream + data + b"\nendstream endobj\n"
    rows = [(0, 0, 0), (2, 3, 0), (2, 3, 1), (1, 9, 0), (1, 9 + len(more), 0)]
    table = b"".join(
        kind.to_bytes(1, "big") + a.to_bytes(4, "big") + b.to_bytes(2, "big") for kind, a, b in rows
    )
    return table_in(zlib.compress(table), more=more)


@pytest.mark.parametrize("bomb", [columns, object_stream])
def test_a_bomb_is_held_and_the_next_files_are_judged(bomb):
    content = bomb()
    assert len(content) < 20_000_000
    with Judge() as judge:
        assert judge.find_fault(pdfs.page()) is None
        assert judge.find_fault(content) is Fault.HEAVY
        assert judge.find_fault(pdfs.page()) is None
        assert judge.find_fault(pdfs.protected()) is Fault.PROTECTED


def test_pages_are_cleaned_as_here():
    """In the same process as files are judged; a refusal comes back in words."""
    with Judge() as judge:
        assert judge.find_fault(pdfs.page()) is None
        assert judge.clean(pdfs.page()) == pdfa.clean(pdfs.page())
        refused = judge.clean(pdfs.protected())
        assert refused["code"] == "pdf_encrypted" and "%(document)s" in refused["source"]
        damaged = judge.clean(b"%PDF-1.7 cut")
        assert damaged["code"] == "pdf_broken" and damaged["params"]["detail"]
        assert judge.clean(pdfs.page()) == pdfa.clean(pdfs.page())


def test_pages_that_take_too_long_are_refused():
    """A megabyte of drawing is read for a minute."""

    def draw(pdf):
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(b"q Q " * (2_000_000 if FULL else 500_000))

    content = pdfs.saved(pdfs.changed(pdfs.page(), draw))
    with patch.object(limits, "PDF_SECONDS", 10 if FULL else 1), Judge() as judge:
        assert judge.clean(content) == {}
        source = Pdf(content, pdfs.profile(), judge)
        with pytest.raises(PdfFault, match="too much time or memory"):
            formats.build(DOCUMENT, FACTURX, source)
        good = Pdf(pdfs.page(), pdfs.profile())
        with patch.object(limits, "PDF_SECONDS", 10), Judge() as patient:
            assert formats.build(
                DOCUMENT, FACTURX, Pdf(good.content, good.colour_profile, patient)
            ) == formats.build(DOCUMENT, FACTURX, good)


def test_pages_that_there_is_no_memory_to_read_are_not_damaged():
    """Printing the file again in the same way would not mend it."""
    root = str(Path(pdf_files.__file__).parents[2])
    with patch.object(pdfa, "clean", side_effect=MemoryError("std::bad_alloc")):
        answer, content = pdf_files._get_cleaner(root)(pdfs.page())
    assert (answer["fault"], content) == (Fault.HEAVY.name, b"")
    with Judge() as judge, patch.object(judge, "_ask", return_value=answer):
        assert judge.clean(pdfs.page()) == {}


def test_a_batch_of_bombs_has_its_time_and_no_more():
    """Each would have its own; those whose turn does not come are asked again."""
    content = columns()
    patience = pdf_judge.Patience(30)
    with Judge(patience) as judge:
        assert judge.find_fault(content) is Fault.HEAVY
        assert 0 < patience.left < 30, "what is spent is counted, whoever judges"
        patience.left = 0
        with patch.object(pdf_judge.subprocess, "Popen") as started:
            assert judge.seconds_left <= 0
            assert judge.find_fault(pdfs.page()) is Fault.NO_ANSWER
            assert judge.clean(pdfs.page()) is None
        assert not started.called
        with pytest.raises(PdfFault, match="in time"):
            formats.build(DOCUMENT, FACTURX, Pdf(pdfs.page(), pdfs.profile(), judge))
        patience.left = 30
        assert judge.find_fault(pdfs.page()) is None


def test_a_file_ends_with_the_time_of_its_batch():
    real, patience = pdf_judge.subprocess.Popen, pdf_judge.Patience(0.2)

    def start(args, **options):
        return real([args[0], "-c", "import time; time.sleep(600)"], **options)

    with Judge(patience) as judge, patch.object(pdf_judge.subprocess, "Popen", start):
        assert judge.find_fault(pdfs.page()) is Fault.NO_ANSWER
        assert judge.seconds_left <= 0


def test_one_process_for_a_batch():
    with patch.object(pdf_judge.subprocess, "Popen", wraps=pdf_judge.subprocess.Popen) as started:
        with Judge() as judge:
            for _file in range(20):
                assert judge.find_fault(pdfs.page()) is None
        assert started.call_count == 1
        with Judge():
            pass
        assert started.call_count == 1, "none for nothing"


def test_a_process_that_is_stopped_says_nothing_of_the_file():
    """As a server that stops does to all its processes: the file may be a good one."""
    with Judge() as judge:
        assert judge.find_fault(pdfs.page()) is None
        judge._process.terminate()
        judge._process.wait()
        assert judge.find_fault(pdfs.page()) is Fault.NO_ANSWER
        assert judge.find_fault(pdfs.page()) is None


def test_a_process_without_its_library_says_nothing_of_the_file():
    real = pdf_judge.subprocess.Popen

    def start(args, **options):
        return real([args[0], "-c", "import no_such_library"], **options)

    with Judge() as judge, patch.object(pdf_judge.subprocess, "Popen", start):
        assert judge.find_fault(pdfs.page()) is Fault.NO_ANSWER


def test_a_process_that_hangs_is_ended():
    hangs = "import time; time.sleep(600)"
    with (
        patch.object(limits, "PDF_PATIENCE", 0.2),
        Judge() as judge,
    ):
        real = pdf_judge.subprocess.Popen

        def start(args, **options):
            return real([args[0], "-c", hangs], **options)

        with patch.object(pdf_judge.subprocess, "Popen", start):
            assert judge.find_fault(pdfs.page()) is Fault.NO_ANSWER
