"""The folder of delivery: always below its root, never a half file, never over another."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import io
import os
import resource
import signal
import stat
import tracemalloc
from pathlib import Path

import pytest

from chorus.deposit import folder
from chorus.messages import ChorusError

CONTENT = b"<Invoice/>"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


@pytest.fixture(autouse=True)
def no_leak():
    """A descriptor left open by each refusal would stop the server in the end."""
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


def deliver(root, name, content=CONTENT, subfolder=""):
    with folder.opened(str(root), subfolder) as descriptor:
        return deliver_in(descriptor, name, content)


def deliver_in(descriptor, name, content=CONTENT):
    return folder.deliver(
        descriptor, name, io.BytesIO(content), hashlib.sha256(content).hexdigest()
    )


def refuse(error):
    def fail(*args, **kwargs):
        raise OSError(error, os.strerror(error))

    return fail


def in_child(function):
    """Run in a process of its own; give its exit status, negative for a signal."""
    pid = os.fork()
    if pid == 0:
        try:
            function()
        except ChorusError:
            os._exit(3)
        except OSError as error:
            os._exit(error.errno)
        except BaseException:
            os._exit(255)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def files(path):
    return sorted(os.listdir(path))


# ------------------------------------------------------------------- typed paths


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        (None, []),
        ("", []),
        (" . ", []),
        ("2026", ["2026"]),
        ("2026/mars", ["2026", "mars"]),
        (" 2026 // mars / ", ["2026", "mars"]),
        ("2026\\mars", ["2026", "mars"]),
        ("./2026/./mars", ["2026", "mars"]),
        ("été 2026", ["été 2026"]),
        (".hidden", [".hidden"]),
        ("a..b", ["a..b"]),
        ("console", ["console"]),
    ],
)
def test_what_people_type_is_understood(typed, parts):
    assert folder.components(typed) == parts


@pytest.mark.parametrize(
    "typed",
    [
        "/etc",
        "//server/share",
        "\\\\server\\share",
        "\\etc",
        "C:\\temp",
        "c:temp",
        "Z:",
        "~",
        "~root/x",
    ],
)
def test_an_absolute_path_is_refused(typed):
    """It would lead out of the root, or mean another folder on another system."""
    with pytest.raises(ChorusError, match="absolute"):
        folder.components(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "..",
        "a/..",
        "../a",
        "a/../../b",
        "a\\..\\b",
        " .. ",
        "...",
        "a.",
        "a/nul",
        "CON/x",
        "com1.txt",
        "a\x00b",
        "a\nb",
        "a\x7f",
        'a"b',
        "a<b",
        "a>b",
        "a|b",
        "a?b",
        "*",
        "ab:c",
        "a\ud800",
    ],
)
def test_a_path_that_leaves_or_that_a_system_refuses(typed, root):
    """Each must be refused in words, before anything is made."""
    for act in (folder.components, lambda path: folder.check(str(root), path)):
        with pytest.raises(ChorusError, match="cannot be used"):
            act(typed)
    assert files(root.parent) == ["root"] and files(root) == []


# ------------------------------------------------------------------- folders


def test_check_leaves_nothing_behind(root):
    """A refused export leaves no folder; the first file makes it, closed to others."""
    assert folder.check(str(root), "2026/mars") == str(root / "2026" / "mars")
    assert files(root) == []
    with folder.opened(str(root), "2026/mars", create=True):
        pass
    assert folder.check(str(root), "2026/mars") == str(root / "2026" / "mars")
    assert files(root / "2026" / "mars") == []
    assert (root / "2026").stat().st_mode & 0o007 == 0


def test_check_makes_the_root_itself(tmp_path):
    assert folder.check(str(tmp_path / "new" / "root"), "") == str(tmp_path / "new" / "root")
    assert (tmp_path / "new" / "root").is_dir()


def test_a_look_writes_nothing(root, tmp_path, monkeypatch):
    """A dry run tells what an export would, and leaves the disk as it is."""
    (root / "2026").mkdir()
    (root / "file").write_text("a file")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path, root, root / "2026")}
    for typed in ("", "2026", "2026/mars", "new/below"):
        assert folder.look(str(root), typed) == str(root.joinpath(typed))
    missing = tmp_path / "missing" / "root"
    assert folder.look(str(missing), "a") == str(missing / "a")
    assert times == {path: path.stat().st_mtime_ns for path in times}
    for where, typed in ((root, "../out"), (root, "file/below"), (root / "file" / "root", "")):
        with pytest.raises(ChorusError):
            folder.look(str(where), typed)
    monkeypatch.setattr(folder.os, "access", lambda *args, **kwargs: False)
    for where in (root, missing):
        with pytest.raises(ChorusError, match="Nothing can be written"):
            folder.look(str(where), "2026")


def test_opened_makes_nothing_unless_asked(root):
    """The delivery must not make again a folder that was removed meanwhile."""
    with pytest.raises(ChorusError, match="cannot be opened"), folder.opened(str(root), "new"):
        pytest.fail("opened")
    assert files(root) == []


def test_a_path_has_a_length():
    assert len(folder.components("a/" * 500)) == 500
    for typed in ("a/" * 501, "é" * 501, "a/" * 20_000):
        with pytest.raises(ChorusError, match="too long: a path may have 1000 bytes") as error:
            folder.components(typed)
        assert len(str(error.value)) < 200


@pytest.mark.parametrize("typed", ["link", "link/below", "real/link", "real/link/below"])
def test_a_link_in_the_path_is_refused(root, tmp_path, typed):
    """A link below the root is a way out of it."""
    outside = tmp_path / "outside"
    (outside / "below").mkdir(parents=True)
    (root / "real").mkdir()
    for link in (root / "link", root / "real" / "link"):
        link.symlink_to(outside, target_is_directory=True)
    with pytest.raises(ChorusError, match="link or a file"):
        folder.check(str(root), typed)
    with pytest.raises(ChorusError, match="link or a file"), folder.opened(str(root), typed):
        pytest.fail("opened")
    assert files(outside) == ["below"] and files(outside / "below") == []


def test_a_link_to_nowhere_is_refused(root, tmp_path):
    (root / "link").symlink_to(tmp_path / "missing")
    with pytest.raises(ChorusError, match="link or a file"):
        folder.check(str(root), "link")
    assert not (tmp_path / "missing").exists()


def test_the_root_itself_may_be_a_link(root, tmp_path):
    """The administrator chose it: a mounted share, for instance."""
    link = tmp_path / "link"
    link.symlink_to(root)
    folder.check(str(link), "2026")
    (root / "2026").mkdir()
    assert deliver(link, "a.xml", subfolder="2026") == "a.xml"
    assert (root / "2026" / "a.xml").read_bytes() == CONTENT


def test_a_file_in_the_place_of_a_folder(root):
    (root / "2026").write_text("a file")
    for typed in ("2026", "2026/mars"):
        with pytest.raises(ChorusError, match="link or a file") as caught:
            folder.check(str(root), typed)
        assert str(root / "2026") in str(caught.value)
    assert (root / "2026").read_text() == "a file"


def test_a_file_in_the_place_of_the_root(tmp_path):
    (tmp_path / "root").write_text("a file")
    with pytest.raises(ChorusError, match="root"):
        folder.check(str(tmp_path / "root"), "")


def test_a_name_too_long_for_the_system(root):
    with pytest.raises(ChorusError, match="cannot be opened"):
        folder.check(str(root), "a" * 300)


@pytest.mark.parametrize("error", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT])
def test_a_folder_that_cannot_be_written_is_told_at_once(root, monkeypatch, error):
    """Before fifty documents are worked on, and in words that say why."""
    real = os.open

    def fail(path, flags, *args, **kwargs):
        if flags & os.O_CREAT:
            raise OSError(error, os.strerror(error))
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(ChorusError, match="Nothing can be written") as caught:
        folder.check(str(root), "2026")
    assert os.strerror(error) in str(caught.value)
    assert str(root / "2026") in str(caught.value)


def test_a_folder_that_cannot_be_made_is_told(root, monkeypatch):
    monkeypatch.setattr(os, "mkdir", refuse(errno.EACCES))
    with pytest.raises(ChorusError, match=f"cannot be opened: {os.strerror(errno.EACCES)}"):
        with folder.opened(str(root), "2026", create=True):
            pass


# ------------------------------------------------------------------- files


def test_a_file_is_delivered_whole(root):
    content = os.urandom(300_000)
    assert deliver(root, "a.xml", content) == "a.xml"
    assert (root / "a.xml").read_bytes() == content
    assert files(root) == ["a.xml"]
    assert (root / "a.xml").stat().st_mode & 0o007 == 0
    assert (root / "a.xml").stat().st_nlink == 1


def test_other_bytes_than_were_kept_are_not_delivered(root):
    """A storage that has lost half of a file."""
    kept = hashlib.sha256(CONTENT).hexdigest()
    with folder.opened(str(root), "") as descriptor:
        for content in (b"", CONTENT[:-1], CONTENT + b" "):
            with pytest.raises(folder.OtherBytes):
                folder.deliver(descriptor, "a.xml", io.BytesIO(content), kept)
    assert files(root) == []


def test_a_large_file_is_never_held_whole(root):
    """Nor is the one of the same name that is there: a lot may have a gigabyte."""

    class Source(io.RawIOBase):
        left = 40

        def read(self, size=-1):
            assert 0 < size <= 1 << 20
            self.left -= 1
            return bytes(size) if self.left >= 0 else b""

    sha256 = hashlib.sha256(bytes(40 << 20)).hexdigest()
    tracemalloc.start()
    try:
        with folder.opened(str(root), "") as descriptor:
            for _time in range(2):
                assert folder.deliver(descriptor, "lot.zip", Source(), sha256) == "lot.zip"
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert (root / "lot.zip").stat().st_size == 40 << 20


def test_the_same_bytes_are_not_delivered_twice(root):
    """An export run again must not fill the folder with copies."""
    assert deliver(root, "a.xml") == "a.xml"
    before = (root / "a.xml").stat()
    assert deliver(root, "a.xml") == "a.xml"
    after = (root / "a.xml").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert files(root) == ["a.xml"]


def test_other_bytes_get_a_numbered_name(root):
    """A file that someone may have deposited is never written over."""
    assert deliver(root, "a.xml", b"1") == "a.xml"
    assert deliver(root, "a.xml", b"2") == "a_2.xml"
    assert deliver(root, "a.xml", b"3") == "a_3.xml"
    assert deliver(root, "a.xml", b"2") == "a_2.xml"
    assert {name: (root / name).read_bytes() for name in files(root)} == {
        "a.xml": b"1",
        "a_2.xml": b"2",
        "a_3.xml": b"3",
    }


def test_a_numbered_name_is_still_short_enough(root):
    """The name stays within what the portal takes."""
    name = "F" * 46 + ".xml"
    deliver(root, name, b"1")
    for rank in range(2, 12):
        assert (
            deliver(root, name, str(rank).encode()) == "F" * (45 - len(str(rank))) + f"_{rank}.xml"
        )
    assert len(files(root)) == 11
    assert max(map(len, files(root))) == 50


def test_a_link_with_the_name_of_the_file_is_not_followed(root, tmp_path):
    """Neither written through, nor taken for the file when it leads to the same bytes."""
    (tmp_path / "same").write_bytes(CONTENT)
    (root / "a.xml").symlink_to(tmp_path / "same")
    (root / "b.xml").symlink_to(tmp_path / "missing")
    assert deliver(root, "a.xml") == "a_2.xml"
    assert deliver(root, "b.xml") == "b_2.xml"
    assert (root / "a.xml").is_symlink() and (root / "b.xml").is_symlink()
    assert not (tmp_path / "missing").exists()


def test_a_folder_or_a_pipe_with_the_name_of_the_file(root):
    """Neither is a file with the same bytes; a pipe must not block the server."""
    (root / "a.xml").mkdir()
    os.mkfifo(root / "b.xml")
    assert deliver(root, "a.xml") == "a_2.xml"
    assert deliver(root, "b.xml") == "b_2.xml"


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("function", ["fsync", "link"])
def test_nothing_is_left_behind_by_an_error(root, monkeypatch, function, error):
    """A half file, or a temporary one, could be deposited."""
    monkeypatch.setattr(os, function, refuse(error))
    with pytest.raises(OSError, match=r".") as caught:
        deliver(root, "a.xml")
    assert caught.value.errno == error
    assert files(root) == []


def test_a_full_disk_while_writing_leaves_nothing(root, monkeypatch):
    real = os.open

    def full(path, flags, *args, **kwargs):
        handle = real(path, flags, *args, **kwargs)
        if flags & os.O_CREAT:  # any write to it now fails
            os.dup2(real("/dev/full", os.O_WRONLY), handle)
        return handle

    with folder.opened(str(root), "") as descriptor:
        before = set(os.listdir("/proc/self/fd"))
        monkeypatch.setattr(os, "open", full)
        with pytest.raises(OSError, match=r".") as caught:
            deliver_in(descriptor, "a.xml")
        monkeypatch.undo()
        for handle in map(int, set(os.listdir("/proc/self/fd")) - before):
            if os.path.exists(f"/proc/self/fd/{handle}"):
                os.close(handle)
    assert caught.value.errno == errno.ENOSPC
    assert files(root) == []


def test_an_error_spares_what_was_there(root, monkeypatch):
    deliver(root, "a.xml", b"1")
    monkeypatch.setattr(os, "fsync", refuse(errno.EIO))
    with pytest.raises(OSError, match=r"."):
        deliver(root, "a.xml", b"2")
    assert files(root) == ["a.xml"] and (root / "a.xml").read_bytes() == b"1"


@pytest.mark.parametrize("error", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_share_without_hard_links(root, monkeypatch, error):
    """The same promises hold there: whole, once, over nothing."""
    monkeypatch.setattr(os, "link", refuse(error))
    assert deliver(root, "a.xml", b"1") == "a.xml"
    assert deliver(root, "a.xml", b"1") == "a.xml"
    assert deliver(root, "a.xml", b"2") == "a_2.xml"
    (root / "b.xml").symlink_to(root / "missing")
    assert deliver(root, "b.xml", b"3") == "b_2.xml"
    assert files(root) == ["a.xml", "a_2.xml", "b.xml", "b_2.xml"]
    assert (root / "a.xml").read_bytes() == b"1" and (root / "a_2.xml").read_bytes() == b"2"
    assert not (root / "missing").exists()


def test_a_share_that_cannot_sync_folders(root, monkeypatch):
    """The file is there: to call that an error would have it delivered again and again."""
    real = os.fsync

    def fail(descriptor):
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return real(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    assert deliver(root, "a.xml") == "a.xml"
    assert (root / "a.xml").read_bytes() == CONTENT


def test_a_disk_that_fails_to_sync_a_folder_is_an_error(root, monkeypatch):
    """What is not on the disk may be lost: the export must not say that it is done."""
    real = os.fsync

    def fail(descriptor):
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ChorusError, match=os.strerror(errno.EIO)):
        deliver(root, "a.xml")


def test_the_open_folder_stays_the_one_that_was_checked(root, tmp_path):
    """A folder swapped for a link after the check must not lead the file outside."""
    outside = tmp_path / "outside"
    outside.mkdir()
    folder.check(str(root), "2026")
    with folder.opened(str(root), "2026", create=True) as descriptor:
        (root / "2026").rename(root / "moved")
        (root / "2026").symlink_to(outside)
        assert deliver_in(descriptor, "a.xml") == "a.xml"
    assert files(outside) == [] and files(root / "moved") == ["a.xml"]


# ------------------------------------------------------------------- real faults


def mount_small_disk(root):
    """Put a disk of 64 KiB in a folder's place, for this process alone.

    :return: whether the system has let us: a container often does not
    """
    new_mounts, new_user = 0x00020000, 0x10000000
    uid, gid = os.getuid(), os.getgid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(new_mounts | new_user):
        return False
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    return libc.mount(b"tmpfs", os.fsencode(root), b"tmpfs", 0, b"size=64k") == 0


def limit_files():
    """A quota instead: no file above 50 KiB."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50 << 10, 60 << 10))


def test_a_full_disk(root):
    """A small disk that really fills up, or a quota where none is to be had."""
    small, large = b"x" * (20 << 10), b"x" * (58 << 10)

    def fill():
        has_disk = mount_small_disk(root)
        if not has_disk:
            limit_files()
        deliver(root, "a.xml", small)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC if has_disk else errno.EFBIG)):
            deliver(root, "b.xml", large)
        assert files(root) == ["a.xml"], "no half file"
        assert (root / "a.xml").read_bytes() == small
        # Someone makes room.
        (root / "a.xml").unlink()
        resource.setrlimit(resource.RLIMIT_FSIZE, (60 << 10, 60 << 10))
        assert deliver(root, "b.xml", large) == "b.xml"
        assert (root / "b.xml").read_bytes() == large

    assert in_child(fill) == 0


def test_the_system_refuses_to_write_more(root):
    """A quota, told by the system itself and not by a mock."""

    def write():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        deliver(root, "a.xml", b"x" * 5000)

    assert in_child(write) == errno.EFBIG
    assert files(root) == []
    assert in_child(lambda: deliver(root, "a.xml", b"x" * 5000)) == 0


def test_a_folder_that_may_be_read_only(tmp_path):
    """Permission bits, as a user who is not root."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "a").mkdir()

    def as_nobody(function):
        def run():
            if os.getuid() == 0:
                for path in (root, *root.parents):
                    if path.stat().st_uid == 0 and path.parts[:2] == tmp_path.parts[:2]:
                        path.chmod(path.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
                os.setgid(65534)
                os.setuid(65534)
            function()

        return in_child(run)

    (root / "a").chmod(0o555)
    assert as_nobody(lambda: folder.check(str(root), "a")) == 3
    assert as_nobody(lambda: deliver(root, "a.xml", subfolder="a")) == errno.EACCES
    assert files(root / "a") == []
    (root / "a").chmod(0o777)
    assert as_nobody(lambda: deliver(root, "a.xml", subfolder="a")) == 0


def test_a_process_killed_while_it_writes(root, monkeypatch):
    """No half file under the file's name, and what is left is swept away later."""

    def die(_handle):
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", die)
        assert in_child(lambda: deliver(root, "a.xml")) == -signal.SIGKILL
    [left] = files(root)
    assert left.startswith(".") and left.endswith(".part")

    (root / ".mine.part").write_bytes(b"")
    os.utime(root / ".mine.part", (0, 0))
    with folder.opened(str(root), "") as descriptor:
        folder.sweep(descriptor)
        assert left in files(root), "another process may be writing it"
        os.utime(root / left, (0, 0))
        folder.sweep(descriptor)
    assert files(root) == [".mine.part"]
    assert deliver(root, "a.xml") == "a.xml"


def test_the_extension_of_a_numbered_archive(root):
    assert deliver(root, "lot.tar.gz", b"1") == "lot.tar.gz"
    assert deliver(root, "lot.tar.gz", b"2") == "lot_2.tar.gz"
