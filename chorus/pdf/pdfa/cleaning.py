"""A PDF is cleaned from its catalogue down to each of its objects."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import io

import pikepdf
from pikepdf import Array, Name, Stream

from ...messages import _
from .catalogue import clean_action, clean_annotations, clean_catalogue, refuse_signed
from .colours import check_colour, check_ink
from .content import check_content, check_filter, check_intent, check_page
from .errors import refuse
from .fonts import check_unseen, clean_font, is_embedded, is_font
from .walk import delete, get_dictionary, objects, reachable


def clean(content: bytes) -> bytes:
    """A PDF whose pages a PDF/A-3 may have, without embedded files nor metadata.

    :param content: of the source
    :return: pages that look the same
    :raise PdfFault: when they cannot; any other exception when the source is damaged
    """
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if pdf.is_encrypted:
            raise pikepdf.PasswordError
        if not len(pdf.pages):
            raise ValueError("no page")
        refuse_signed(pdf)
        clean_catalogue(pdf)
        clean_annotations(pdf)
        pdf.remove_unreferenced_resources()
        for page in pdf.pages:
            check_page(page)
        fonts, inks = [], {}
        for role, item in reachable(pdf.Root):
            if isinstance(item, Array):
                check_ink(item, inks)
                continue
            _clean_object(role, item)
            if is_font(role, item) and not is_embedded(item):
                fonts.append(item)
        if fonts:
            check_unseen(pdf, fonts)
        return save(pdf)


def save(pdf: pikepdf.Pdf) -> bytes:
    """The bytes of a PDF, the same for the same objects.

    :param pdf: its trailer has an ``/ID`` of the caller's, if that is to be kept
    :raise PdfFault: for data that only a filter that PDF/A forbids can read
    """
    result = io.BytesIO()
    pdf.save(
        result,
        force_version="1.7",  # the version that PDF/A-3 is based on
        # LZW, which PDF/A forbids, is undone and compressed otherwise.
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        compress_streams=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
        fix_metadata_version=False,
    )
    return result.getvalue()


def check_filters(pdf: pikepdf.Pdf) -> None:
    """Streams have filters that PDF/A allows; only a saved file shows them (6.1.7).

    :param pdf: as it was saved
    :raise PdfFault: when one has not
    """
    for item in pdf.objects:
        if isinstance(item, Stream):
            check_filter(item.get(Name.Filter))


#: Removed from every object, since they are forbidden or not worth a check: additional actions,
#: associated and embedded files, other metadata and private data, slides, previews, other versions
#: of pictures, OPI, PostScript, references to other documents, overprinting.
_DROPPED = (
    "/AA /AF /EF /Metadata /PieceInfo /PresSteps /Trans /Dur /Thumb /Alternates /OPI /PS"
    " /Subtype2 /Ref /PA /OPM".split()
)
_BLEND_MODES = frozenset(
    "/Normal /Compatible /Multiply /Screen /Overlay /Darken /Lighten /ColorDodge /ColorBurn"
    " /HardLight /SoftLight /Difference /Exclusion /Hue /Saturation /Color /Luminosity".split()
)


def _clean_object(role, item):
    """Remove the forbidden parts of an object, or refuse the PDF."""
    delete(item, _DROPPED)
    if Name.Rect in item or Name.Title in item:
        clean_action(item)
    if Name.ColorSpace in item and role != "/Resources":
        check_colour(item.ColorSpace)
    if item.get(Name.S) == Name.Transparency and Name.CS in item:
        check_colour(item.CS)
    if role == "/Resources/ExtGState/":
        _clean_state(item)
    elif is_font(role, item):
        clean_font(item)
    elif role == "/Resources":
        _clean_resources(item)
    if isinstance(item, Stream):
        _clean_stream(item)


#: Objects that the operator Do draws; PostScript code has its own refusal (6.2.9).
_DRAWN_APART = (Name.Image, Name.Form, Name.PS)


def _clean_resources(resources):
    """A form that borrows the resources of its page gets them for its own (6.2.2)."""
    for name, item in objects(get_dictionary(resources, Name.XObject)):
        if not isinstance(item, Stream) or item.get(Name.Subtype) not in _DRAWN_APART:
            raise ValueError(f"{name} is neither a picture nor a form")
        if item.Subtype == Name.Form and Name.Resources not in item:
            item.Resources = resources


def _clean_state(state):
    """Graphics states (6.2.5, 6.2.6, 6.2.10)."""
    delete(state, ["/TR", "/TR2", "/HTP", "/HT"])
    modes = state.get(Name.BM, Name.Normal)
    for mode in modes if isinstance(modes, Array) else [modes]:
        if str(mode) not in _BLEND_MODES:
            refuse(_("a blend mode that is not of the standard"), "6.2.10")
    check_intent(state.get(Name.RI))


def _clean_stream(stream):
    if Name.F in stream:
        refuse(_("data that lie in another file"), "6.1.7")
    delete(stream, ["/FFilter", "/FDecodeParms"])
    kind = stream.get(Name.Subtype)
    if kind == Name.Image:
        _clean_image(stream)
    elif kind == Name.PS:
        refuse(_("PostScript code"), "6.2.9")
    elif kind == Name.Form or stream.get(Name.PatternType) == 1:
        check_content(stream, get_dictionary(stream, Name.Resources))


_BITS = (1, 2, 4, 8, 16)  # of a picture's component


def _clean_image(image):
    """Pictures (6.2.8)."""
    delete(image, ["/Interpolate"])
    check_intent(image.get(Name.Intent))
    filters = image.get(Name.Filter)
    is_jpeg2000 = Name.JPXDecode in (filters if isinstance(filters, Array) else [filters])
    if is_jpeg2000 and Name.ColorSpace not in image:
        refuse(_("a JPEG 2000 picture that keeps its colours to itself"), "6.2.8.3")
    bits = image.get(Name.BitsPerComponent)
    if bits not in _BITS and (
        bits is not None or not is_jpeg2000 and not image.get(Name.ImageMask)
    ):
        raise ValueError(f"a picture of {bits} bits")
