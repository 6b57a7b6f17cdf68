"""Lots: what the portal takes, the same bytes for the same files."""

import io
import tarfile
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus.deposit import lots
from chorus.messages import ChorusError

FILES = [("FAC_1.xml", b"<one/>"), ("FAC_2.xml", b"<two/>" * 1000), ("AV_1.xml", b"")]


def make(files, format_key):
    target = io.BytesIO()
    lots.write(files, format_key, target)
    return target.getvalue()


SIZES = st.lists(st.integers(0, 3000), max_size=80)
BOUNDS = st.builds(lots.Bounds, documents=st.integers(1, 20), total=st.integers(1, 5000))


@given(SIZES, BOUNDS)
def test_nothing_is_lost_and_bounds_are_kept(sizes, bounds):
    items = list(enumerate(sizes))
    shared = list(lots.split(items, lambda item: item[1], bounds))
    assert [item for lot in shared for item in lot] == items
    for lot in shared:
        assert 1 <= len(lot) <= bounds.documents
        # A file that is larger by itself goes alone.
        assert len(lot) == 1 or sum(size for _rank, size in lot) <= bounds.total


@given(SIZES, BOUNDS)
def test_a_lot_is_filled_before_the_next_begins(sizes, bounds):
    shared = list(lots.split(sizes, int, bounds))
    for lot, following in zip(shared, shared[1:], strict=False):
        fits = sum(lot) + following[0] <= bounds.total
        assert len(lot) == bounds.documents or not fits


@given(SIZES, SIZES, BOUNDS)
def test_later_files_leave_earlier_lots_alone(sizes, later, bounds):
    """An export that is resumed makes the lots that it would have made."""
    before = list(lots.split(sizes, int, bounds))
    after = list(lots.split(sizes + later, int, bounds))
    kept = before[:-1]
    assert after[: len(kept)] == kept


def test_the_portals_own_bounds():
    assert [len(lot) for lot in lots.split(range(1001), lambda _item: 1, lots.Bounds())] == [
        *(500, 500, 1)
    ]
    for values in (
        {"documents": 0},
        {"documents": 501},
        {"total": 0},
        {"total": lots.MAX_TOTAL + 1},
    ):
        with pytest.raises(ValueError, match="bounds"):
            lots.Bounds(**values)
    assert list(lots.split([], int, lots.Bounds())) == []


def test_a_file_that_the_portal_does_not_take():
    lots.check_size("FAC/1", lots.MAX_FILE)
    with pytest.raises(ChorusError, match=r"FAC/1 has 101 MB, and Chorus Pro takes 100 MB"):
        lots.check_size("FAC/1", lots.MAX_FILE + 1)


def test_zip():
    content = make(FILES, "zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert [(name, archive.read(name)) for name in archive.namelist()] == FILES
        for info in archive.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.external_attr >> 16 == 0o100644
    assert len(content) < sum(len(data) for _name, data in FILES), "compressed"


def test_tar():
    content = make(FILES, "tar.gz")
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        members = archive.getmembers()
        assert [(m.name, archive.extractfile(m).read()) for m in members] == FILES
        for member in members:
            assert member.isreg()
            assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
            assert (member.mode, member.mtime) == (0o644, 315532800)


@pytest.mark.parametrize("format_key", lots.FORMATS)
def test_the_same_files_give_the_same_bytes(format_key, monkeypatch):
    first = make(FILES, format_key)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert make(iter(FILES), format_key) == first
    assert make(FILES[::-1], format_key) != first


@pytest.mark.parametrize("format_key", lots.FORMATS)
@pytest.mark.parametrize(
    "name", ["../a.xml", "/etc/passwd", "a/b.xml", "a\\b.xml", "été.xml", "CON.xml", "", ".xml"]
)
def test_names_that_lead_elsewhere(name, format_key):
    with pytest.raises(ValueError, match="not a name"):
        make([(name, b"")], format_key)


def test_names_given_twice():
    with pytest.raises(ValueError, match="given twice"):
        make([("A.xml", b""), ("a.xml", b"")], "zip")


def test_names_of_lots():
    assert lots.lot_name("CHORUS/2026/0001", 1, "zip") == "CHORUS_2026_0001_lot1.zip"
    assert lots.lot_name("CHORUS/2026/0001", 12, "tar.gz") == "CHORUS_2026_0001_lot12.tar.gz"


@pytest.mark.parametrize("format_key", lots.FORMATS)
def test_one_file_at_a_time_is_held(format_key, tmp_path):
    """A lot of a gigabyte takes the memory of its largest file."""
    held, most = [], []

    class Content(bytes):
        def __del__(self):
            held.remove(1)

    def files():
        for rank in range(20):
            held.append(1)
            most.append(len(held))
            yield f"FAC_{rank}.xml", Content(b"<a/>")

    with open(tmp_path / "lot", "wb") as target:
        assert lots.write(files(), format_key, target) == 20
    assert max(most) <= 2
