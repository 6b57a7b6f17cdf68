"""What goes with the invoice (BG-24)."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import PurePath

import pikepdf

from ..document import Attachment, Document
from ..messages import _
from .base import Finding, Settings, at, rule

NAME_LENGTH = 50
MEGABYTE = 1_000_000  # the smaller one: right whichever the portal counts
SIZE = 10 * MEGABYTE
#: A file may have 100 MB, and bytes grow by a third when they are written in XML.
TOTAL_SIZE = 70 * MEGABYTE
#: Bytes within which a PDF says what it is, as readers accept it.
PDF_HEAD = 1024
EXTENSIONS = frozenset(
    """
    bmp gif fax odt ppt tiff xls bz2 gz jpeg p7s rtf txt xml csv gzip jpg pdf svg xhtml xlsx doc
    htm odp png tgz xlc zip docx html ods pps tif xlm pptx
    """.split()
)


@rule("attachment_name", term="BT-125", source="Chorus: attachment name ≤ 50")
def attachment_name(document: Document, settings: Settings) -> Iterator[Finding]:
    """Names of attachments have at most 50 characters, extension included."""
    for item in document.attachments:
        if len(item.name) > NAME_LENGTH:
            yield (
                at(document.origin, "l10n_fr_chorus_attachment_ids"),
                _(
                    "The name of the attachment “%(name)s” of %(document)s has %(length)s "
                    "characters; Chorus Pro takes %(limit)s. Rename the file and attach it again."
                ),
                {"name": item.name, "length": len(item.name), "limit": NAME_LENGTH},
            )


@rule("attachment_twice", term="BT-122", source="Chorus: attachments are told by their names")
def attachment_twice(document: Document, settings: Settings) -> Iterator[Finding]:
    """No two attachments have the same name."""
    names = [item.name.lower() for item in document.attachments]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield (
                at(document.origin, "l10n_fr_chorus_attachment_ids"),
                _(
                    "Two attachments of %(document)s are named “%(name)s”. Rename one of them, or "
                    "send one alone."
                ),
                {"name": name},
            )


@rule("attachment_kind", term="BT-125", source="Chorus: list of extensions")
def attachment_kind(document: Document, settings: Settings) -> Iterator[Finding]:
    """Attachments are of a kind that Chorus Pro takes."""
    for item in document.attachments:
        extension = PurePath(item.name).suffix.lstrip(".").lower()
        if extension not in EXTENSIONS:
            yield (
                at(document.origin, "l10n_fr_chorus_attachment_ids"),
                _(
                    "Chorus Pro does not take the attachment “%(name)s” of %(document)s, because "
                    "of its extension. Send it as a PDF, for instance."
                ),
                {"name": item.name},
            )


@rule("attachment_size", term="BT-125", source="Chorus: attachment ≤ 10 MB, file ≤ 100 MB")
def attachment_size(document: Document, settings: Settings) -> Iterator[Finding]:
    """Attachments have at most 10 MB each and 70 MB together, and are not empty."""
    origin = at(document.origin, "l10n_fr_chorus_attachment_ids")
    for item in document.attachments:
        if item.size > SIZE:
            yield (
                origin,
                _(
                    "The attachment “%(name)s” of %(document)s has %(size)s MB; Chorus Pro takes "
                    "%(limit)s. Make it smaller, or cut it in several files."
                ),
                {
                    "name": item.name,
                    "size": -(-item.size // MEGABYTE),
                    "limit": SIZE // MEGABYTE,
                },
            )
        elif not item.size:
            yield (
                origin,
                _(
                    "The attachment “%(name)s” of %(document)s is empty, or its file is lost: "
                    "attach it again, or leave it out."
                ),
                {"name": item.name},
            )
    total = sum(item.size for item in document.attachments)
    if total > TOTAL_SIZE:
        yield (
            origin,
            _(
                "The attachments of %(document)s have %(size)s MB together, and its file would be "
                "too big; %(limit)s pass. Leave some out."
            ),
            {"size": -(-total // MEGABYTE), "limit": TOTAL_SIZE // MEGABYTE},
        )


@rule("attachment_protected", term="BT-125", source="Chorus: no password on a PDF")
def attachment_protected(document: Document, settings: Settings) -> Iterator[Finding]:
    """PDF attachments are PDFs, and open without a password."""
    for item in document.attachments:
        # One that is empty or too big is told already, and not worth reading.
        if not _is_pdf(item) or not 0 < item.size <= SIZE:
            continue
        content = item.content
        if b"%PDF" not in content[:PDF_HEAD]:
            source = _(
                "The attachment “%(name)s” of %(document)s is called a PDF and is none: nobody "
                "could open it. Attach the right file."
            )
        elif is_protected(content):
            source = _(
                "The attachment “%(name)s” of %(document)s is protected by a password, which "
                "Chorus Pro refuses. Attach it without protection."
            )
        else:
            continue
        yield at(document.origin, "l10n_fr_chorus_attachment_ids"), source, {"name": item.name}


def _is_pdf(attachment: Attachment) -> bool:
    """By its name too: the kind that is stored is what the sender's program said."""
    return attachment.mime == "application/pdf" or attachment.name.lower().endswith(".pdf")


def is_protected(content: bytes) -> bool:
    """Whether a PDF is encrypted.

    :param content: of a PDF
    :return: False for one that is damaged
    """
    # The key stands in clear in every encrypted PDF: others are not parsed.
    if b"/Encrypt" not in content:
        return False
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return pdf.is_encrypted
    except pikepdf.PasswordError:
        return True
    except pikepdf.PdfError:
        return False
