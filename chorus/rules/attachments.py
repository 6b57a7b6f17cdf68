"""Attachments of the invoice (BG-24)."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import PurePath

from .. import limits
from ..document.model import NOT_JUDGED, Attachment, Document
from ..messages import ChorusError, _
from ..pdf.files import Fault, find_fault, is_pdf
from .base import Finding, Settings, at, rule

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
        if len(item.name) > limits.FILE_NAME_LENGTH:
            yield (
                at(document.origin, "l10n_fr_chorus_attachment_ids"),
                _(
                    "The name of the attachment “%(name)s” of %(document)s has %(length)s "
                    "characters; Chorus Pro takes %(limit)s. Rename the file and attach it again."
                ),
                {"name": item.name, "length": len(item.name), "limit": limits.FILE_NAME_LENGTH},
            )


@rule("attachment_twice", term="BT-122", source="Chorus: an attachment is known by its name")
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
        if item.size > limits.ATTACHMENT_SIZE:
            yield (
                origin,
                _(
                    "The attachment “%(name)s” of %(document)s has %(size)s MB; Chorus Pro takes "
                    "%(limit)s. Make it smaller, or cut it in several files."
                ),
                {
                    "name": item.name,
                    "size": -(-item.size // limits.MEGABYTE),
                    "limit": limits.ATTACHMENT_SIZE // limits.MEGABYTE,
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
    if total > limits.ATTACHMENTS_SIZE:
        yield (
            origin,
            _(
                "The attachments of %(document)s have %(size)s MB together, and its file would be "
                "too big; %(limit)s pass. Leave some out."
            ),
            {
                "size": -(-total // limits.MEGABYTE),
                "limit": limits.ATTACHMENTS_SIZE // limits.MEGABYTE,
            },
        )


@rule("attachment_broken", term="BT-125", source="the public body can open attachments")
def attachment_broken(document: Document, settings: Settings) -> Iterator[Finding]:
    """PDF attachments are PDFs, whole, with pages."""
    for item, fault in _faults(document):
        if source := _BROKEN.get(fault):
            yield (
                at(document.origin, "l10n_fr_chorus_attachment_ids"),
                source,
                {"name": item.name},
            )


@rule("attachment_protected", term="BT-125", source="Chorus: no password on a PDF")
def attachment_protected(document: Document, settings: Settings) -> Iterator[Finding]:
    """PDF attachments open without a password."""
    for item, fault in _faults(document):
        if fault == Fault.PROTECTED:
            yield (
                at(document.origin, "l10n_fr_chorus_attachment_ids"),
                _(
                    "The attachment “%(name)s” of %(document)s is protected by a password, which "
                    "Chorus Pro refuses. Attach it without protection."
                ),
                {"name": item.name},
            )


_BROKEN = {
    Fault.NO_PDF: _(
        "The attachment “%(name)s” of %(document)s is not a PDF, despite its name. "
        "Attach the right file."
    ),
    Fault.CUT: _(
        "The end of the attachment “%(name)s” of %(document)s is missing: this PDF was cut while "
        "it was saved or sent. Attach it again from where it comes from."
    ),
    Fault.DAMAGED: _(
        "The attachment “%(name)s” of %(document)s is a damaged PDF: it cannot be opened, or part "
        "of it is missing. Attach it again from where it comes from, or print it to a new PDF."
    ),
    Fault.EMPTY: _(
        "The attachment “%(name)s” of %(document)s is a PDF without any page. Attach the right "
        "file, or leave it out."
    ),
    Fault.HEAVY: _(
        "The attachment “%(name)s” of %(document)s takes too much time or memory to open: its "
        "reader may not manage to. Print it to a new PDF, and attach that one."
    ),
    Fault.NO_ANSWER: _(
        "The attachment “%(name)s” of %(document)s was not opened yet to see whether it can be "
        "read: the server was stopping, or busy with other files. Check the document again."
    ),
}


def _faults(document: Document) -> Iterator[tuple[Attachment, Fault | None]]:
    """The attachments that are PDFs, with the fault of each, None for none."""
    for item in document.attachments:
        # Another rule reports those that are empty or too big.
        if not is_pdf(item.mime, item.name) or not 0 < item.size <= limits.ATTACHMENT_SIZE:
            continue
        if item.pdf_fault is None:
            # One that was lost meanwhile is reported when the file is built.
            with contextlib.suppress(ChorusError):
                yield item, find_fault(item.content)
        elif item.pdf_fault != NOT_JUDGED:
            yield item, Fault[item.pdf_fault] if item.pdf_fault else None
