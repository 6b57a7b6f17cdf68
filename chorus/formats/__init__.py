"""The formats that a company can deposit, and the file that each builds of a document.

A format owns its parts: serialiser, schema, reader, and the rules that only it has. Another module
adds one for its databases by ``res.company._l10n_fr_chorus_get_formats``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from .. import rules
from ..document.model import Attachment, Document
from ..document.naming import file_name
from . import builder, cii, facturx, reader, schema, ubl
from .facturx import Pdf, PdfFault


@dataclass(frozen=True)
class Format:
    """A syntax of the portal's list.

    :param key: stable key, stored and typed on the command line
    :param label: its name on the portal
    :param extension: of the files
    :param serialise: document → root element of its XML
    :param schema: XSD that each file is validated with, None for none
    :param read: XML → its data, as people read them; :raise ValueError: for XML of another kind
    :param rules: those of this format alone, made by :func:`..rules.extra_rule`
    :param carries_pdf: whether the XML goes inside the invoice's own PDF
    """

    key: str
    label: str
    extension: str
    serialise: Callable[[Document], etree._Element]
    schema: Path | None = None
    read: Callable[[bytes], list[reader.Section | reader.Table]] = reader.read
    rules: tuple[rules.Rule, ...] = ()
    carries_pdf: bool = False


#: Those of every database, by key.
FORMATS = {
    item.key: item
    for item in (
        Format("ubl", "UBL 2.1 Invoice (E1)", ".xml", ubl.serialise, schema.UBL),
        Format("cii", "CII 16B (E1)", ".xml", cii.serialise, schema.CII),
        Format(
            "facturx",
            "Factur-X EN 16931 (E2)",
            ".pdf",
            cii.serialise,
            schema.FACTURX,
            carries_pdf=True,
        ),
    )
}


class InvalidFile(Exception):
    """A file that its schema refuses: a fault of ours, never the user's.

    :param faults: one sentence a fault
    """

    def __init__(self, faults: list[str]):
        super().__init__("\n".join(faults))
        self.faults = faults


def check(
    document: Document, format: Format, settings: rules.Settings | None = None
) -> list[rules.Anomaly]:
    """All anomalies of a document that is exported in a format.

    :param document: as read from a posted move
    :param format: whose own rules come after those of all formats
    :param settings: see :func:`..rules.check`
    """
    if format.rules:
        settings = (settings or rules.Settings()).adding(*format.rules)
    return rules.check(document, settings)


def build_xml(document: Document, format: Format) -> bytes:
    """The XML of a document, valid for its schema.

    :param document: without blocking anomaly
    :param format: of the file
    :return: the same bytes for the same document
    :raise InvalidFile: when the schema refuses it
    """
    root = format.serialise(document)
    if format.schema and not schema.is_valid(root, format.schema):
        terms = builder.terms(format.serialise, document)
        raise InvalidFile(schema.explain(root, format.schema, terms))
    return builder.to_bytes(root)


def build(document: Document, format: Format, pdf: Pdf | None = None) -> bytes:
    """The file of a document, as it is deposited.

    :param document: without blocking anomaly
    :param format: of the file
    :param pdf: the invoice as people read it, for the formats that carry it
    :return: the same bytes for the same document and the same PDF
    :raise InvalidFile: when the schema refuses the XML
    :raise PdfFault: when the PDF cannot be made a PDF/A
    """
    xml = build_xml(document, format)
    return facturx.embed(xml, pdf, document) if format.carries_pdf else xml


def pdf_fault(document: Document, fault: PdfFault) -> rules.Anomaly:
    """The anomaly of a readable invoice that is missing, or that no file can carry.

    :param document: whose PDF it is
    :param fault: of :func:`build` or :func:`attach_pdf`
    """
    return rules.anomaly(
        fault.code, rules.BLOCKING, document, document.origin, fault.source, fault.params
    )


def attach_pdf(document: Document, pdf: Pdf | None) -> Document:
    """A document with its readable invoice among the attachments.

    :param document: without it
    :param pdf: the invoice as people read it
    :raise PdfFault: when there is none
    """
    content = facturx.check(pdf).content
    fault = pdf.judge.find_fault(content) if pdf.judge else None
    taken = {item.name.lower() for item in document.attachments}
    attachment = Attachment(
        name=file_name(document.number, ".pdf", taken),
        mime="application/pdf",
        size=len(content),
        load=lambda: content,
        description="Facture lisible",
        pdf_fault=(fault.name if fault else "") if pdf.judge else None,
    )
    return replace(document, attachments=(attachment, *document.attachments))
