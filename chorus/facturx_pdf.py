"""Factur-X EN 16931 (E2, FSO1117A): the invoice as people read it, a PDF/A-3b, with its XML inside.

``factur-x`` embeds the XML and writes the XMP. What it leaves to its caller is done here: the
source is freed of what PDF/A-3 forbids and of whatever XML it already carries, an output intent
and a document identifier are added, and every date comes from the document, so that the same
document and the same PDF give the same bytes.

What cannot be mended without changing what people read is a :class:`PdfFault`: an encrypted or
broken PDF, a font that is not embedded, colours for a printing press.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import datetime
import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

import facturx
import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name, String

from .document import TYPE_CREDIT_NOTE, Document
from .messages import _

#: The name that the standard gives to the XML (Factur-X 1.0, 6.2).
XML_NAME = "factur-x.xml"

_XMP = "http://ns.adobe.com/xap/1.0/"
#: Of the catalogue: what the source says of itself, or does by itself (ISO 19005-3, 6.5, 6.8).
_CATALOGUE = ("/Metadata", "/AF", "/OutputIntents", "/AA", "/Collection", "/Requirements")
#: Annotations and actions that PDF/A-3 forbids (ISO 19005-3, 6.3.1 and 6.5.1).
_ANNOTATIONS = frozenset({"/FileAttachment", "/3D", "/Sound", "/Screen", "/Movie", "/RichMedia"})
_ACTIONS = frozenset({"/URI", "/GoTo", "/GoToR", "/Named"})
_PRINTED, _NOT_PRINTED = 4, 1 | 2 | 32  # flags: print; invisible, hidden, no view


@dataclass(frozen=True, slots=True)
class Pdf:
    """A readable invoice.

    :param content: of the PDF
    :param colour_profile: ICC profile of its colours (sRGB)
    """

    content: bytes = field(repr=False)
    colour_profile: bytes = field(repr=False)


class PdfFault(Exception):
    """A PDF that cannot be made a PDF/A-3.

    :param code: stable code of the anomaly
    :param source: marked literal, which may use ``%(document)s``
    :param params: values of its other placeholders
    """

    def __init__(self, code: str, source: str, params: dict[str, Any] | None = None):
        super().__init__(source)
        self.code = code
        self.source = source
        self.params = params or {}


def make(xml: bytes, pdf: Pdf | None, document: Document) -> bytes:
    """The Factur-X of a document.

    :param xml: CII of the profile EN 16931, valid
    :param pdf: the invoice as people read it
    :param document: gives the metadata
    :return: the same bytes for the same XML and the same PDF
    :raise PdfFault: when there is no PDF, or none that can be made a PDF/A-3
    """
    clean = _clean(check(pdf).content)
    embedded = facturx.generate_from_binary(
        clean,
        xml,
        flavor="factur-x",
        level="en16931",
        check_xsd=False,  # done already, with a schema that is built once
        pdf_metadata=_metadata(document),
        lang="fr-FR",
        afrelationship="alternative",  # the XML says what the pages say
        xmp_compression=False,
    )
    return _finish(embedded, xml, pdf.colour_profile, document)


def check(pdf: Pdf | None) -> Pdf:
    """The PDF, which there must be.

    :param pdf: as the engine found or printed it
    :raise PdfFault: when there is none
    """
    if not pdf or not pdf.content:
        raise PdfFault(
            "pdf_missing",
            _(
                "There is no PDF of %(document)s to go with its data. Print it once: if that "
                "fails, ask your administrator to install wkhtmltopdf, or choose a syntax without "
                "PDF."
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


# ------------------------------------------------------------------ before the XML goes in


def _clean(content: bytes) -> bytes:
    """The source without what PDF/A-3 forbids, nor any embedded file."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise pikepdf.PasswordError
            if Name.Info in pdf.trailer:
                del pdf.trailer.Info
            _clean_catalogue(pdf.Root)
            for page in pdf.pages:
                _clean_page(page.obj)
            for item in pdf.objects:
                _clean_object(item)
            pdf.remove_unreferenced_resources()
            return _save(pdf)
    except pikepdf.PasswordError as error:
        raise PdfFault(
            "pdf_encrypted",
            _(
                "The PDF of %(document)s is protected by a password, which Chorus Pro refuses. "
                "Replace it by one without protection."
            ),
        ) from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError) as error:
        raise PdfFault(
            "pdf_broken",
            _("The PDF of %(document)s is damaged: print it again. Detail: %(detail)s"),
            {"detail": str(error)[:200]},
        ) from error


def _clean_catalogue(root):
    for key in _CATALOGUE:
        if key in root:
            del root[key]
    action = root.get(Name.OpenAction)
    if isinstance(action, Dictionary) and str(action.get(Name.S)) not in _ACTIONS:
        del root[Name.OpenAction]
    for key in ("/EmbeddedFiles", "/JavaScript"):
        if Name.Names in root and key in root.Names:
            del root.Names[key]
    if Name.AcroForm in root:
        for key in ("/XFA", "/NeedAppearances"):
            if key in root.AcroForm:
                del root.AcroForm[key]


def _clean_page(page):
    for key in ("/AA", "/AF", "/PresSteps"):
        if key in page:
            del page[key]
    if Name.Annots not in page:
        return
    kept = [item for item in page.Annots if str(item.get(Name.Subtype)) not in _ANNOTATIONS]
    for item in kept:
        action = item.get(Name.A)
        if action is not None and str(action.get(Name.S)) not in _ACTIONS:
            del item[Name.A]
        if Name.AA in item:
            del item[Name.AA]
        item[Name.F] = int(item.get(Name.F, 0)) & ~_NOT_PRINTED | _PRINTED
    page.Annots = Array(kept)


def _clean_object(item):
    if not isinstance(item, (Dictionary, pikepdf.Stream)):
        return
    if item.get(Name.Subtype) == Name.Image:
        if item.get(Name.Interpolate):
            item[Name.Interpolate] = False
        for key in ("/Alternates", "/OPI"):
            if key in item:
                del item[key]
    elif item.get(Name.Type) == Name.Filespec and Name.EF in item:
        del item[Name.EF]  # a file that something still pointed to


# ------------------------------------------------------------------ once the XML is in


def _check(pdf):
    """What is left cannot be mended here: only what the pages use counts by now."""
    for item in pdf.objects:
        if isinstance(item, Dictionary) and item.get(Name.Type) == Name.Font:
            _check_font(item)
    _check_colours(pdf)


def _check_font(font):
    """Fonts are embedded (ISO 19005-3, 6.2.11.4), the standard fourteen too."""
    if font.get(Name.Subtype) in (Name.Type0, Name.Type3):
        return  # made of another font, which is checked by itself, or of drawings
    descriptor = font.get(Name.FontDescriptor, {})
    if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
        raise PdfFault(
            "pdf_font",
            _(
                "The PDF of %(document)s does not carry its font %(font)s, which a Factur-X must. "
                "Choose another font in the layout of your documents, and print it again."
            ),
            {"font": str(font.get(Name.BaseFont, "?")).lstrip("/")},
        )


def _check_colours(pdf):
    """Colours fit the output intent, which is sRGB (ISO 19005-3, 6.2.4.3)."""
    for item in pdf.objects:
        is_image = isinstance(item, pikepdf.Stream) and item.get(Name.Subtype) == Name.Image
        if is_image and item.get(Name.ColorSpace) == Name.DeviceCMYK:
            _refuse_colours()
        is_form = isinstance(item, pikepdf.Stream) and item.get(Name.Subtype) == Name.Form
        if is_form and pikepdf.parse_content_stream(item, operators="k K"):
            _refuse_colours()
    for page in pdf.pages:
        if pikepdf.parse_content_stream(page, operators="k K"):
            _refuse_colours()


def _refuse_colours():
    raise PdfFault(
        "pdf_colours",
        _(
            "The PDF of %(document)s has colours for a printing press (CMYK), which a Factur-X "
            "does not take. Save the pictures of your layout in RGB, and print it again."
        ),
    )


def _finish(content: bytes, xml: bytes, colour_profile: bytes, document: Document) -> bytes:
    identifier = hashlib.sha256(xml).digest()[:16]
    date = document.issue_date
    with pikepdf.open(io.BytesIO(content)) as pdf:
        _check(pdf)
        root = pdf.Root
        stamp = String(date.strftime("D:%Y%m%d000000+00'00'"))
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
        return _save(pdf)


def _dated(xmp: bytes, date: datetime.date) -> bytes:
    """The XMP with the document's date."""
    root = etree.fromstring(xmp).getroottree()
    for name in ("CreateDate", "ModifyDate"):
        for node in root.iter(f"{{{_XMP}}}{name}"):
            node.text = f"{date.isoformat()}T00:00:00+00:00"
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _save(pdf) -> bytes:
    result = io.BytesIO()
    pdf.save(
        result,
        min_version="1.7",  # what PDF/A-3 is based on
        # LZW, which PDF/A forbids, is undone and compressed otherwise.
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        compress_streams=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
        fix_metadata_version=False,
    )
    return result.getvalue()
