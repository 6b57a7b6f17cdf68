"""The folder where files are delivered: always below its root, never a half file.

Folders are opened one component at a time relative to the one above (``dir_fd``), refusing
symbolic links, so that a path is checked when it is used and not only when it is typed.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from contextlib import contextmanager, suppress
from typing import BinaryIO

from .. import limits
from ..document.naming import is_reserved, split_extension
from ..messages import ChorusError, Message, _

_DRIVE = re.compile(r"^[A-Za-z]:")
# Lone surrogates have no bytes in a file system's encoding.
_REFUSED = re.compile(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]')
_TEMPORARY = re.compile(r"^\.[0-9a-f]{16}\.part$")
_PIECE = 1 << 20  # bytes that are held of a file
_STALE = 3600  # seconds after which no process still writes a temporary file
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_UNWRITABLE = _(
    "Nothing can be written in the folder “%(folder)s”: %(error)s. Choose another folder or ask "
    "the server's administrator."
)


class OtherBytes(Exception):
    """A file whose bytes are not those that were kept of it."""


def components(subfolder: str | None) -> list[str]:
    """The folders that a typed sub-folder stands for.

    :param subfolder: path relative to the root, with ``/`` or ``\\`` between folders; empty
        for the root itself
    :return: its components
    :raise ChorusError: when it is absolute, goes up, or has a name that some systems refuse
    """
    if len((subfolder or "").encode(errors="replace")) > limits.PATH_LENGTH:
        raise ChorusError(
            Message(
                _(
                    "The folder “%(folder)s…” is too long: a path may have %(limit)s bytes. Choose "
                    "fewer folders, or shorter names."
                ),
                {"folder": subfolder[:60], "limit": limits.PATH_LENGTH},
            )
        )
    path = (subfolder or "").strip().replace("\\", "/")
    if path.startswith(("/", "~")) or _DRIVE.match(path):
        raise ChorusError(
            Message(
                _(
                    "The folder “%(folder)s” is an absolute path. Give a folder below the export "
                    "root, such as “2026/march”."
                ),
                {"folder": subfolder},
            )
        )
    parts = [part.strip() for part in path.split("/") if part.strip() not in ("", ".")]
    for part in parts:
        if part.endswith(".") or is_reserved(part) or _REFUSED.search(part):
            raise ChorusError(
                Message(
                    _(
                        "The folder “%(folder)s” cannot be used: “..”, a dot at the end of a name, "
                        "a name that Windows keeps for itself, control characters and "
                        '< > : " | ? * are not accepted.'
                    ),
                    {"folder": subfolder},
                )
            )
    return parts


def _fail(message: str, root: str, parts: list[str], error: OSError):
    raise ChorusError(
        Message(
            message,
            {
                "folder": os.path.join(root, *parts),
                "error": error.strerror or str(error),
            },
        )
    ) from error


@contextmanager
def opened(root: str, subfolder: str | None, create: bool = False, partial: bool = False):
    """Open a folder below the root.

    :param root: absolute path chosen by the server's administrator
    :param subfolder: what the user typed, see :func:`components`
    :param create: create missing folders
    :param partial: stop at the last folder that is there
    :return: context manager that gives the folder's file descriptor; at its end the names of the
        files written meanwhile are on the disk
    :raise ChorusError: when the folder is missing, a link, or cannot be opened or written
    """
    parts = components(subfolder)
    descriptor = None
    try:
        if create or partial:
            os.makedirs(root, mode=0o750, exist_ok=True)
        descriptor = os.open(root, _DIRECTORY)
        for part in parts:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(part, mode=0o750, dir_fd=descriptor)
            try:
                below = os.open(part, _DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
            except FileNotFoundError:
                if partial:
                    break
                raise
            os.close(descriptor)
            descriptor = below
    except OSError as error:
        if descriptor is not None:
            os.close(descriptor)
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            _fail(
                _(
                    "The folder “%(folder)s” passes through a link or a file. Choose a plain "
                    "folder below the export root."
                ),
                root,
                parts,
                error,
            )
        _fail(
            _(
                "The folder “%(folder)s” cannot be opened: %(error)s. Choose another folder or ask "
                "the server's administrator."
            ),
            root,
            parts,
            error,
        )
    try:
        yield descriptor
        # Once for all the files that were written: this is the slow part.
        try:
            _sync(descriptor)
        except OSError as error:
            _fail(
                _UNWRITABLE,
                root,
                parts,
                error,
            )
    finally:
        os.close(descriptor)


def look(root: str, subfolder: str | None) -> str:
    """The same as :func:`check` without writing anything: as far as one can see from outside.

    :param root: see :func:`opened`
    :param subfolder: see :func:`opened`
    :return: the folder's full path
    :raise ChorusError: when it cannot be made or written
    """
    parts = components(subfolder)
    there = root
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    with opened(there, subfolder if there == root else None, partial=True) as descriptor:
        if not os.access(".", os.W_OK | os.X_OK, dir_fd=descriptor):
            error = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            _fail(_UNWRITABLE, root, parts, error)
    return os.path.join(root, *parts)


def check(root: str, subfolder: str | None) -> str:
    """Make sure, before anything is done, that files can be written in a folder.

    Missing folders are made with the first file, so that a refused export leaves none.

    :param root: see :func:`opened`
    :param subfolder: see :func:`opened`
    :return: the folder's full path
    :raise ChorusError: when it cannot be made or written
    """
    with opened(root, subfolder, partial=True) as descriptor:
        probe = _temporary_name()
        try:
            # Really written: permission bits say little (quotas, read-only mounts, root).
            os.close(
                os.open(
                    probe,
                    os.O_WRONLY | os.O_CREAT | os.O_EXCL,
                    0o640,
                    dir_fd=descriptor,
                )
            )
            os.unlink(probe, dir_fd=descriptor)
        except OSError as error:
            _fail(
                _UNWRITABLE,
                root,
                components(subfolder),
                error,
            )
    return os.path.join(root, *components(subfolder))


def deliver(descriptor: int, name: str, source: BinaryIO, sha256: str) -> str:
    """Write a file whole or not at all, never over another one.

    It is copied piece by piece: a lot may have a gigabyte.

    :param descriptor: of an open folder, see :func:`opened`
    :param name: file name, see :mod:`..document.naming`
    :param source: of the bytes, read from where it stands
    :param sha256: what they are to be
    :return: the name it got: ``name``, or a numbered one when ``name`` holds other bytes
    :raise OtherBytes: when the source has other bytes; nothing is left behind
    :raise OSError: when the system refuses; nothing is left behind
    """
    temporary = _temporary_name()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(temporary, flags, 0o640, dir_fd=descriptor)
    try:
        with open(handle, "wb") as file:
            if _digest(source, file) != sha256:
                raise OtherBytes(name)
            file.flush()
            os.fsync(file.fileno())
        stem, extension = split_extension(name)
        rank = 1
        while True:
            try:
                _place(descriptor, temporary, name)
                break
            except FileExistsError:
                if _digest_of(descriptor, name) == sha256:
                    break
                rank += 1
                end = f"_{rank}{extension}"
                name = stem[: limits.FILE_NAME_LENGTH - len(end)] + end
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=descriptor)
    return name


def sweep(descriptor: int):
    """Remove temporary files left by a process that was killed.

    :param descriptor: of an open folder; only our own temporary files are touched, and those
        that another process may still be writing are left alone
    """
    try:
        names = os.listdir(descriptor)
    except OSError:
        return  # some shares let us write and not list: temporary files do no harm there
    for name in names:
        if not _TEMPORARY.match(name):
            continue
        # Another process may have removed it meanwhile; one that stays does no harm.
        with suppress(OSError):
            if os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mtime < (
                time.time() - _STALE
            ):
                os.unlink(name, dir_fd=descriptor)


def _temporary_name() -> str:
    return f".{secrets.token_hex(8)}.part"


def _sync(descriptor: int):
    """Have a folder's new names on the disk; some network shares cannot, and do well without."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
            raise


def _place(descriptor: int, temporary: str, name: str):
    """Give the whole file its name; FileExistsError when the name is taken."""
    try:
        # A link fails where a rename would overwrite a file.
        os.link(temporary, name, src_dir_fd=descriptor, dst_dir_fd=descriptor)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        # Shares without hard links: look first, then rename.
        with suppress(FileNotFoundError):
            os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name) from error
        os.rename(temporary, name, src_dir_fd=descriptor, dst_dir_fd=descriptor)


def _digest(source: BinaryIO, target: BinaryIO | None = None) -> str:
    """The SHA-256 of a file from its position to its end; its bytes are copied to another one."""
    digest = hashlib.sha256()
    while piece := source.read(_PIECE):
        digest.update(piece)
        if target:
            target.write(piece)
    return digest.hexdigest()


def _digest_of(descriptor: int, name: str) -> str | None:
    """The SHA-256 of a plain file; None for anything else."""
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(name, flags, dir_fd=descriptor)
    except OSError:
        return None
    try:
        # A folder opens too, and only then refuses to be read.
        with open(handle, "rb", closefd=False) as file:
            return _digest(file)
    except OSError:
        return None
    finally:
        os.close(handle)
