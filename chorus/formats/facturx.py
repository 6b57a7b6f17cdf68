"""Factur-X EN 16931 (E2, FSO1117A): the invoice's own PDF, made a PDF/A-3b, with its XML inside.

``factur-x`` embeds the XML and writes the XMP. This module does the rest: :mod:`.pdfa` removes from
the source all that PDF/A-3 forbids, and embedded files; an output intent and a document identifier
are added, and every date comes from the document, so that the same document and the same PDF give
the same bytes.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import datetime
import hashlib
import io
from dataclasses import dataclass, field

import facturx
import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name, String

from ..document.model import TYPE_CREDIT_NOTE, Document
from ..messages import _
from ..pdf import pdfa
from ..pdf.judge import Judge
from ..pdf.pdfa import PdfFault
from . import builder

#: The name that the standard gives to the XML (Factur-X 1.0, 6.2).
XML_NAME = "factur-x.xml"

_XMP = "http://ns.adobe.com/xap/1.0/"


@dataclass(frozen=True, slots=True)
class Pdf:
    """A readable invoice.

    :param content: of the PDF
    :param colour_profile: ICC profile of its colours (sRGB)
    :param judge: cleans a PDF from outside in its own process; None for one that we printed
    """

    content: bytes = field(repr=False)
    colour_profile: bytes = field(repr=False)
    judge: Judge | None = field(default=None, repr=False, compare=False)


def embed(xml: bytes, pdf: Pdf | None, document: Document) -> bytes:
    """The Factur-X of a document.

    :param xml: CII of the profile EN 16931, valid
    :param pdf: the invoice as people read it
    :param document: gives the metadata
    :return: the same bytes for the same XML and the same PDF
    :raise PdfFault: when there is no PDF, or none that can be made a PDF/A-3
    """
    source = check(pdf)
    with pdfa.faults():
        embedded = facturx.generate_from_binary(
            _clean(source),
            xml,
            flavor="factur-x",
            level="en16931",
            check_xsd=False,  # done already, with a schema that is built once
            pdf_metadata=_metadata(document),
            lang="fr-FR",
            afrelationship="alternative",  # the XML says what the pages say
            xmp_compression=False,
        )
        return _finish(embedded, xml, source.colour_profile, document)


def _clean(pdf):
    """The pages of a PDF as a PDF/A-3 may have them."""
    if not pdf.judge:
        return pdfa.clean(pdf.content)
    cleaned = pdf.judge.clean(pdf.content)
    if isinstance(cleaned, bytes):
        return cleaned
    if cleaned is None:
        raise PdfFault(
            "pdf_broken",
            _(
                "The PDF of %(document)s was not opened in time: the server was stopping, or busy "
                "with other files. Export it again."
            ),
        )
    if cleaned:
        raise PdfFault(**cleaned)
    raise PdfFault(
        "pdf_broken",
        _(
            "The PDF of %(document)s takes too much time or memory to open: replace it by one that "
            "is printed again."
        ),
    )


def check(pdf: Pdf | None) -> Pdf:
    """The PDF, which there must be.

    :param pdf: as the engine found or printed it
    :raise PdfFault: when there is none
    """
    if not pdf or not pdf.content:
        raise PdfFault(
            "pdf_missing",
            _(
                "There is no PDF of %(document)s to go with its data: it could not be printed, or "
                "not in time. Print it once: if that fails, or takes a minute, ask your "
                "administrator to look at wkhtmltopdf, or choose a syntax without PDF."
            ),
        )
    return pdf


def _metadata(document: Document) -> dict[str, str]:
    kind = "Avoir" if document.type_code == TYPE_CREDIT_NOTE else "Facture"
    return {
        "author": document.seller.name,
        "title": f"{kind} {document.number}",
        "subject": f"{kind} {document.number} de {document.seller.name}",
        "keywords": f"Factur-X, {kind}",
    }


def _finish(content: bytes, xml: bytes, colour_profile: bytes, document: Document) -> bytes:
    identifier = hashlib.sha256(xml).digest()[:16]
    date = document.issue_date
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdfa.check_filters(pdf)
        if list(pdf.attachments) != [XML_NAME]:
            raise ValueError("embedded files")  # a reader must find one XML
        root = pdf.Root
        stamp = String(f"D:{builder.digits(date)}000000+00'00'")
        pdf.docinfo[Name.CreationDate] = stamp
        pdf.docinfo[Name.ModDate] = stamp
        for item in root.AF:
            for stream in {id(item.EF[key]): item.EF[key] for key in item.EF.keys()}.values():
                stream.Params.ModDate = stamp
        xmp = _dated(root.Metadata.read_bytes(), date)
        root.Metadata = pdf.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)
        profile = pdf.make_stream(colour_profile, N=3, Alternate=Name.DeviceRGB)
        root.OutputIntents = Array(
            [
                Dictionary(
                    Type=Name.OutputIntent,
                    S=Name.GTS_PDFA1,
                    OutputConditionIdentifier=String("sRGB"),
                    RegistryName=String("http://www.color.org"),
                    Info=String("sRGB"),
                    DestOutputProfile=pdf.make_indirect(profile),
                )
            ]
        )
        pdf.trailer.ID = Array([String(identifier), String(identifier)])
        return pdfa.save(pdf)


def _dated(xmp: bytes, date: datetime.date) -> bytes:
    """The XMP with the document's date."""
    root = etree.fromstring(xmp).getroottree()
    for name in ("CreateDate", "ModifyDate"):
        for node in root.iter(f"{{{_XMP}}}{name}"):
            node.text = f"{date.isoformat()}T00:00:00+00:00"
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)
