"""Names of files that every system and the portal take."""

from __future__ import annotations

import os
import re

from .. import limits
from ..text import normalized, one_line

# Separators of folders, and characters that Windows refuses in a name.
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
# Names that Windows keeps for devices, with any extension.
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)


def is_reserved(name: str) -> bool:
    """Whether Windows keeps a name for a device.

    :param name: of a file or a folder, with or without extension
    """
    return bool(_RESERVED.match(name))


def split_extension(name: str) -> tuple[str, str]:
    """The two parts of a file's name.

    :param name: such as "a.xml" or "a.tar.gz"
    :return: the name without extension, and the extension with its dots
    """
    stem, extension = os.path.splitext(name)
    if stem.lower().endswith(".tar"):
        return stem[:-4], stem[-4:] + extension
    return stem, extension


def file_name(number: str, extension: str, taken: set[str] | frozenset[str] = frozenset()) -> str:
    """A portable name for the file of a document.

    :param number: the document's number (BT-1)
    :param extension: with its dot, e.g. ".xml"
    :param taken: names already given in the same lot, in lower case
    :return: ASCII letters, digits, dot, underscore and dash; at most 50 characters; not in
        ``taken`` whatever the case
    """
    ascii_number = normalized("NFKD", number).encode("ascii", "ignore").decode()
    stem = _UNSAFE.sub("_", ascii_number).strip("._-") or "document"
    if is_reserved(stem):
        stem = f"_{stem}"
    stem = stem[: limits.FILE_NAME_LENGTH - len(extension)].rstrip("._-")
    name, rank = f"{stem}{extension}", 1
    while name.lower() in taken:
        rank += 1
        mark = f"_{rank}"
        name = f"{stem[: limits.FILE_NAME_LENGTH - len(extension) - len(mark)]}{mark}{extension}"
    return name


def attachment_name(name: str | None) -> str:
    """The name of an attachment (BT-122) as its reader can save it.

    :param name: as the user's file was called
    :return: the same name, its accents composed, without control or direction marks, nor
        separators of folders
    """
    return _NOT_IN_NAMES.sub("_", one_line(name)).lstrip(". ")
