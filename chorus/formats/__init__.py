"""The syntaxes that a company can deposit, and the file each one makes of a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lxml import etree

from . import builder, cii, facturx, schema, ubl
from ..document.model import Attachment, Document
from .facturx import Pdf
from ..document.naming import file_name


@dataclass(frozen=True)
class Syntax:
    """A syntax of the portal's list.

    :param key: stable key, stored and typed on the command line
    :param label: what the portal calls it
    :param extension: of the files
    :param serialise: document → root element of its XML
    :param is_hybrid: whether the XML goes inside the invoice's own PDF
    """

    key: str
    label: str
    extension: str
    serialise: Callable[[Document], etree._Element]
    is_hybrid: bool = False


SYNTAXES = {
    syntax.key: syntax
    for syntax in (
        Syntax("ubl", "UBL 2.1 Invoice (E1)", ".xml", ubl.serialise),
        Syntax("cii", "CII 16B (E1)", ".xml", cii.serialise),
        Syntax("facturx", "Factur-X EN 16931 (E2)", ".pdf", cii.serialise, is_hybrid=True),
    )
}


class InvalidFile(Exception):
    """A file that its schema refuses: a fault of ours, never the user's.

    :param faults: one sentence a fault
    """

    def __init__(self, faults: list[str]):
        super().__init__("\n".join(faults))
        self.faults = faults


def make_xml(document: Document, key: str) -> bytes:
    """The XML of a document, valid for its schema.

    :param document: without blocking anomaly
    :param key: of the syntax
    :return: the same bytes for the same document
    :raise InvalidFile: when the schema refuses it
    """
    root = SYNTAXES[key].serialise(document)
    if not schema.is_valid(root, key):
        raise InvalidFile(
            schema.explain(root, key, builder.terms(SYNTAXES[key].serialise, document))
        )
    return builder.to_bytes(root)


def make_file(document: Document, key: str, pdf: Pdf | None = None) -> bytes:
    """The file of a document, as it is deposited.

    :param document: without blocking anomaly
    :param key: of the syntax
    :param pdf: the invoice as people read it, for the hybrid syntaxes
    :return: the same bytes for the same document and the same PDF
    :raise InvalidFile: when the schema refuses the XML
    :raise PdfFault: when the PDF cannot be made a PDF/A
    """
    xml = make_xml(document, key)
    return facturx.make(xml, pdf, document) if SYNTAXES[key].is_hybrid else xml


def add_pdf(document: Document, pdf: Pdf | None) -> Document:
    """A document with its readable invoice among the attachments.

    :param document: without it
    :param pdf: the invoice as people read it
    :raise PdfFault: when there is none
    """
    content = facturx.check(pdf).content
    taken = {item.name.lower() for item in document.attachments}
    attachment = Attachment(
        name=file_name(document.number, ".pdf", taken),
        mime="application/pdf",
        size=len(content),
        load=lambda: content,
        description="Facture lisible",
    )
    return replace(document, attachments=(attachment, *document.attachments))
