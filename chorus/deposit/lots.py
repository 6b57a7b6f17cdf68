"""Lots: archives of files of one syntax, ready for "Déposer un flux" on the portal.

The same files give the same bytes, whatever the day and the machine's clock or user.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

from .. import limits
from ..document.naming import file_name
from ..messages import ChorusError, Message, _

#: Documents in a lot, bytes of one file and of a whole flow, unzipped.
MAX_DOCUMENTS, MAX_FILE, MAX_TOTAL = limits.LOT_DOCUMENTS, limits.FILE_SIZE, limits.LOT_SIZE
MEGABYTE = limits.MEBIBYTE

#: The archives that the portal takes, by key, with their extension.
FORMATS = {"zip": ".zip", "tar.gz": ".tar.gz"}

# A zip knows no earlier day, and 1980-01-01 means no date.
_DAY = (1980, 1, 1, 0, 0, 0)
_EPOCH = 315532800  # the same day, in seconds
_MODE = 0o644

Item = TypeVar("Item")


@dataclass(frozen=True)
class Bounds:
    """The limits of a lot.

    :param documents: number of files, 1 to ``MAX_DOCUMENTS``
    :param total: their bytes before compression, 1 to ``MAX_TOTAL``; a file that is larger by
        itself makes a lot of its own
    """

    documents: int = MAX_DOCUMENTS
    total: int = 100 * MEGABYTE

    def __post_init__(self):
        if not 1 <= self.documents <= MAX_DOCUMENTS or not 1 <= self.total <= MAX_TOTAL:
            raise ValueError(f"out of Chorus Pro's bounds: {self}")


def check_size(name: str, size: int):
    """Make sure that the portal takes a file of this size.

    :param name: of the file, in the message
    :param size: in bytes
    :raise ChorusError: when it is too large for any lot
    """
    if size > MAX_FILE:
        raise ChorusError(
            Message(
                _(
                    "The file of %(name)s has %(size)s MB, and Chorus Pro takes %(limit)s MB: "
                    "remove some of its attachments."
                ),
                {
                    "name": name,
                    "size": -(-size // MEGABYTE),
                    "limit": MAX_FILE // MEGABYTE,
                },
            )
        )


def split(
    items: Iterable[Item], size: Callable[[Item], int], bounds: Bounds
) -> Iterator[list[Item]]:
    """Share items out among lots, in their order: each lot is filled before the next begins.

    :param items: the files, in any form
    :param size: gives the bytes of one
    :param bounds: of each lot
    :return: the items of each lot, none empty
    """
    lot: list[Item] = []
    total = 0
    for item in items:
        weight = size(item)
        if lot and (len(lot) == bounds.documents or total + weight > bounds.total):
            yield lot
            lot, total = [], 0
        lot.append(item)
        total += weight
    if lot:
        yield lot


def write(files: Iterable[tuple[str, bytes]], format_key: str, target: BinaryIO) -> int:
    """Write the archive of some files, of which one at a time is in memory.

    :param files: name and bytes of each; names are flat, see :mod:`.naming`
    :param format_key: key of ``FORMATS``
    :param target: open, binary; a zip wants it seekable. The same bytes for the same files in the
        same order
    :return: how many files there were
    :raise ValueError: for a name that leads elsewhere, or is given twice, in any case of letters
    """
    writers = {"zip": _write_zip, "tar.gz": _write_tar}
    return writers[format_key](target, _checked(files))


def _checked(files):
    taken = set()
    for name, content in files:
        stem, dot, extension = name.rpartition(".")
        if name.lower() in taken or file_name(stem, dot + extension) != name:
            raise ValueError(f"not a name for a file in a lot, or given twice: {name!r}")
        taken.add(name.lower())
        yield name, content


def _write_zip(target, files):
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, _DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, on Windows too
            info.external_attr = (0o100000 | _MODE) << 16
            archive.writestr(info, content)
        return len(archive.namelist())


def _write_tar(target, files):
    count = 0
    # No name and no time in the header of gzip either.
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(content), _EPOCH, _MODE
            archive.addfile(info, io.BytesIO(content))
            count += 1
    return count


def lot_name(export: str, rank: int, format_key: str) -> str:
    """The name of a lot.

    :param export: name of the export
    :param rank: 1 for its first lot
    :param format_key: key of ``FORMATS``
    :return: see :func:`..document.naming.file_name`
    """
    return file_name(f"{export}_lot{rank}", FORMATS[format_key])
