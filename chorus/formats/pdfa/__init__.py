"""What PDF/A-3 forbids in the pages of an invoice (ISO 19005-3, level B), undone or refused.

Left out, since no reader sees it: the source's metadata, embedded files, scripts and other
actions, hidden annotations, previews, hints for printing presses. Painted into its page: the look
of every annotation but links, so that forms need no program. Refused as a :class:`PdfFault`: what
could only be undone by changing what people read.

What is looked at, by clause of the standard:

* 6.1.2 version, 6.1.3 encryption, 6.1.7 external streams and filters, 6.1.10 filters of inline
  images, 6.1.12 permissions, 6.1.13 nesting of ``q`` and size of pages
* 6.2.2 operators and resources, 6.2.3 and 6.2.4 colours, 6.2.5 graphics states, 6.2.6 intents,
  6.2.8 pictures, 6.2.9 forms and PostScript, 6.2.10 blend modes
* 6.2.11 fonts: embedded when their text is seen, their widths as their program says
* 6.3 annotations, 6.4 forms and signatures, 6.5 actions, 6.6 metadata, 6.8 embedded files,
  6.9 layers, 6.10 presentations, 6.11 requirements

Not looked at: fonts glyph by glyph, and the inside of JPEG 2000 and colour profiles beyond their
headers. That is a validator's work; the tests have one.
"""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Stream

from ...messages import Message, _

_STREAM = re.compile(r"stream <[^>]*>: ")  # our own name for the source, which changes each time


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


@contextlib.contextmanager
def faults() -> Iterator[None]:
    """Turn every error about a source into a fault of this source.

    :raise PdfFault: instead of any other exception
    """
    try:
        yield
    except PdfFault:
        raise
    except pikepdf.PasswordError as error:
        raise PdfFault(
            "pdf_encrypted",
            _(
                "The PDF of %(document)s is protected by a password, which Chorus Pro refuses. "
                "Replace it by one without protection."
            ),
        ) from error
    except Exception as error:  # a damaged file makes its readers stumble in every possible way
        detail = _STREAM.sub("", f"{type(error).__name__}: {error}")
        raise PdfFault(
            "pdf_broken",
            _("The PDF of %(document)s is damaged: print it again. Detail: %(detail)s"),
            {"detail": detail[:200]},
        ) from error


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
        _refuse_signed(pdf)
        _clean_catalogue(pdf)
        _clean_annotations(pdf)
        pdf.remove_unreferenced_resources()
        for page in pdf.pages:
            _check_page(page)
        fonts, inks = [], {}
        for role, item in _reachable(pdf.Root):
            if isinstance(item, Array):
                _check_ink(item, inks)
                continue
            _clean_object(role, item)
            if _is_font(role, item) and not _is_embedded(item):
                fonts.append(item)
        if fonts:
            _check_unseen(pdf, fonts)
        return save(pdf)


def save(pdf: pikepdf.Pdf) -> bytes:
    """The bytes of a PDF, the same for the same objects.

    :param pdf: its trailer has an ``/ID`` of the caller's, if that is to be kept
    :raise PdfFault: for data that only a filter that PDF/A forbids can read
    """
    result = io.BytesIO()
    pdf.save(
        result,
        force_version="1.7",  # what PDF/A-3 is based on
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
            _check_filter(item.get(Name.Filter))


# ------------------------------------------------------------------ walking

#: Dictionaries whose keys are names of the source's choice.
_MAPS = frozenset(
    "/Resources/ColorSpace /Resources/ExtGState /Resources/Font /Resources/Pattern"
    " /Resources/Properties /Resources/Shading /Resources/XObject /CharProcs /Colorants /Dests"
    " /RoleMap /ClassMap".split()
)


def _reachable(root) -> Iterator[tuple[str, Object]]:
    """Each dictionary, stream and ink once, with the key that leads to it or to its map and "/"."""
    seen, waiting = set(), [("", root)]
    while waiting:
        role, item = waiting.pop()
        if item.is_indirect:
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
        if isinstance(item, Array):
            if len(item) == 4 and item[0] == Name.Separation:
                yield role, item
            waiting += [(role, part) for part in item if isinstance(part, Object)]
        elif isinstance(item, (Dictionary, Stream)):
            if role in _MAPS:
                waiting += [(f"{role}/", part) for _key, part in _objects(item)]
                continue
            yield role, item  # which may change it
            prefix = role if role == "/Resources" else ""
            waiting += [(prefix + key, part) for key, part in _objects(item)]


def _objects(item):
    return [(key, part) for key, part in item.items() if isinstance(part, Object)]


def _get_dictionary(item, key):
    found = item.get(key)
    return found if isinstance(found, (Dictionary, Stream)) else Dictionary()


def _delete(item, keys):
    for key in keys:
        if key in item:
            del item[key]


# ------------------------------------------------------------------ the document


#: Of the catalogue: what shows pages and leads to them. The rest is what the source says of
#: itself, or does by itself, or carries along.
_CATALOGUE = frozenset(
    "/Type /Pages /PageLabels /PageLayout /ViewerPreferences /Lang /Outlines /Dests /Names"
    " /MarkInfo /StructTreeRoot /OCProperties".split()
)


_TREES = (
    "/Outlines /Dests /Names /ViewerPreferences /MarkInfo /StructTreeRoot /OCProperties".split()
)


def _refuse_signed(pdf):
    """A signature does not survive what is put in beside it (6.4.3)."""
    is_signed = any(isinstance(item, Dictionary) and Name.ByteRange in item for item in pdf.objects)
    if is_signed or Name.Perms in pdf.Root:
        raise PdfFault(
            "pdf_signed",
            _(
                "The PDF of %(document)s is signed, and its signature would be lost with the data "
                "put in. Use one that is not signed, or choose a syntax without PDF."
            ),
        )


def _clean_catalogue(pdf):
    root = pdf.Root
    if Name.Info in pdf.trailer:
        del pdf.trailer.Info
    form = _get_dictionary(root, Name.AcroForm)
    if form.get(Name.NeedAppearances) is True and len(form.get(Name.Fields, [])):
        _refuse_form()
    # The form itself is left to what paints its fields into the page.
    _delete(root, set(root.keys()) - _CATALOGUE - {"/AcroForm"})
    _delete(root, [key for key in _TREES if not isinstance(root.get(key), Dictionary)])
    names = _get_dictionary(root, Name.Names)
    _delete(names, set(names.keys()) - {"/Dests"})
    layers = _get_dictionary(root, Name.OCProperties)
    _delete(layers, ["/Configs"])
    layout = _get_dictionary(layers, Name.D)
    _delete(layout, ["/AS", "/Order"])
    if layers and not str(layout.get(Name.Name, "")):
        layout[Name.Name] = "Default"


# ------------------------------------------------------------------ annotations

_HIDDEN, _PRINTED = 2 | 32, 4  # flags: hidden, no view; print
#: Annotations that the viewer draws when they have no look of their own.
_DRAWN = frozenset(
    "/FreeText /Line /Square /Circle /Polygon /PolyLine /Highlight /Underline /Squiggly"
    " /StrikeOut /Caret /Stamp /Ink /Redact /Watermark /Text".split()
)
#: Actions that PDF/A-3 allows (6.5.1), as far as they need no other file nor send anything.
_ACTIONS = frozenset({"/URI", "/GoTo"})


def _clean_annotations(pdf):
    """Annotations become part of their page, but for links (6.3, 6.4)."""
    for page in pdf.pages:
        found = page.obj.get(Name.Annots)
        shown = [item for item in found if _is_shown(item)] if isinstance(found, Array) else []
        for item in shown:
            item[Name.F] = _PRINTED
            if Name.AP not in item:
                _check_look(item)
        page.obj.Annots = Array(shown)
    pdf.flatten_annotations("all")
    _delete(pdf.Root, ["/AcroForm"])
    for page in pdf.pages:
        links = [item for item in page.obj.get(Name.Annots, []) if _is_link(item)]
        _delete(page.obj, ["/Annots"])
        if links:
            page.obj.Annots = Array(links)


def _is_shown(annotation):
    return isinstance(annotation, Dictionary) and not int(annotation.get(Name.F, 0)) & _HIDDEN


def _is_link(annotation):
    return annotation.get(Name.Subtype) == Name.Link


def _check_look(annotation):
    """What has no look would be seen by some and not by others (6.3.3)."""
    kind = str(annotation.get(Name.Subtype))
    value = annotation.get(Name.V, _get_dictionary(annotation, Name.Parent).get(Name.V))
    if kind in _DRAWN or (kind == "/Widget" and value not in (None, "", Name.Off)):
        _refuse_form()


def _refuse_form():
    raise PdfFault(
        "pdf_form",
        _(
            "The PDF of %(document)s has a form or notes that each program draws in its own way. "
            "Print it to a new PDF, or choose a syntax without PDF."
        ),
    )


def _clean_action(item):
    """Of an annotation or a bookmark (6.5.1)."""
    action = item.get(Name.A)
    if isinstance(action, Dictionary) and str(action.get(Name.S)) in _ACTIONS:
        _delete(action, ["/Next"])
    else:
        _delete(item, ["/A"])


# ------------------------------------------------------------------ objects

#: Forbidden wherever they stand, or not worth a check: additional actions, associated and
#: embedded files, other metadata and private data, slides, previews, other versions of pictures,
#: OPI, PostScript, references to other documents, overprinting.
_DROPPED = (
    "/AA /AF /EF /Metadata /PieceInfo /PresSteps /Trans /Dur /Thumb /Alternates /OPI /PS"
    " /Subtype2 /Ref /PA /OPM".split()
)
_BLEND_MODES = frozenset(
    "/Normal /Compatible /Multiply /Screen /Overlay /Darken /Lighten /ColorDodge /ColorBurn"
    " /HardLight /SoftLight /Difference /Exclusion /Hue /Saturation /Color /Luminosity".split()
)
_INTENTS = frozenset("/RelativeColorimetric /AbsoluteColorimetric /Perceptual /Saturation".split())


def _clean_object(role, item):
    """What is forbidden in an object goes, or has the whole PDF refused."""
    _delete(item, _DROPPED)
    if Name.Rect in item or Name.Title in item:
        _clean_action(item)
    if Name.ColorSpace in item and role != "/Resources":
        _check_colour(item.ColorSpace)
    if item.get(Name.S) == Name.Transparency and Name.CS in item:
        _check_colour(item.CS)
    if role == "/Resources/ExtGState/":
        _clean_state(item)
    elif _is_font(role, item):
        _clean_font(item)
    elif role == "/Resources":
        _clean_resources(item)
    if isinstance(item, Stream):
        _clean_stream(item)


#: What the operator Do draws; PostScript code is refused in its own words (6.2.9).
_DRAWN_APART = (Name.Image, Name.Form, Name.PS)


def _clean_resources(resources):
    """A form that borrows the resources of its page gets them for its own (6.2.2)."""
    for name, item in _objects(_get_dictionary(resources, Name.XObject)):
        if not isinstance(item, Stream) or item.get(Name.Subtype) not in _DRAWN_APART:
            raise ValueError(f"{name} is neither a picture nor a form")
        if item.Subtype == Name.Form and Name.Resources not in item:
            item.Resources = resources


def _clean_state(state):
    """Graphics states (6.2.5, 6.2.6, 6.2.10)."""
    _delete(state, ["/TR", "/TR2", "/HTP", "/HT"])
    modes = state.get(Name.BM, Name.Normal)
    for mode in modes if isinstance(modes, Array) else [modes]:
        if str(mode) not in _BLEND_MODES:
            _refuse(_("a blend mode that is not of the standard"), "6.2.10")
    _check_intent(state.get(Name.RI))


def _check_intent(intent):
    if intent is not None and str(intent) not in _INTENTS:
        _refuse(_("a rendering intent that is not of the standard"), "6.2.6")


def _clean_stream(stream):
    if Name.F in stream:
        _refuse(_("data that lie in another file"), "6.1.7")
    _delete(stream, ["/FFilter", "/FDecodeParms"])
    kind = stream.get(Name.Subtype)
    if kind == Name.Image:
        _clean_image(stream)
    elif kind == Name.PS:
        _refuse(_("PostScript code"), "6.2.9")
    elif kind == Name.Form or stream.get(Name.PatternType) == 1:
        _check_content(stream, _get_dictionary(stream, Name.Resources))


_BITS = (1, 2, 4, 8, 16)  # of a picture's component


def _clean_image(image):
    """Pictures (6.2.8)."""
    _delete(image, ["/Interpolate"])
    _check_intent(image.get(Name.Intent))
    filters = image.get(Name.Filter)
    is_jpeg2000 = Name.JPXDecode in (filters if isinstance(filters, Array) else [filters])
    if is_jpeg2000 and Name.ColorSpace not in image:
        _refuse(_("a JPEG 2000 picture that keeps its colours to itself"), "6.2.8.3")
    bits = image.get(Name.BitsPerComponent)
    if bits not in _BITS and (
        bits is not None or not is_jpeg2000 and not image.get(Name.ImageMask)
    ):
        raise ValueError(f"a picture of {bits} bits")


#: Each of them and the name that stands for it in inline images.
_FILTERS = frozenset(
    "/ASCIIHexDecode /ASCII85Decode /FlateDecode /RunLengthDecode /CCITTFaxDecode /JBIG2Decode"
    " /DCTDecode /JPXDecode /AHx /A85 /Fl /RL /CCF /DCT".split()
)


def _check_filter(filters):
    for name in filters if isinstance(filters, Array) else [filters]:
        if name is not None and str(name) not in _FILTERS:
            _refuse(_("data of an unknown compression"), "6.1.7")


def _refuse(thing: str, clause: str):
    """Refuse what is too rare for a cure of its own.

    :param thing: marked literal
    :param clause: of ISO 19005-3
    """
    raise PdfFault(
        "pdf_forbidden",
        _(
            "The PDF of %(document)s has %(thing)s, which a Factur-X does not take (ISO 19005-3, "
            "%(clause)s). Print it with another program, or choose a syntax without PDF."
        ),
        {"thing": Message(thing), "clause": clause},
    )


# ------------------------------------------------------------------ pages and drawings

_PAGE_SIZES = (3, 14400)  # in units
_NESTING = 28
_OPERATORS = frozenset(
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K"
    " k l m M MP n q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v"
    " w W W* y ' \"".split()
)

#: Operators whose operand stands among the resources, and where.
_NAMING = {"Do": "/XObject", "Tf": "/Font", "gs": "/ExtGState", "sh": "/Shading"}


def _check_page(page):
    contents = page.obj.get(Name.Contents, Array())
    if not isinstance(contents, (Array, Stream)):
        raise TypeError("contents")
    for left, bottom, right, top in (page.mediabox, page.cropbox):
        for size in (abs(right - left), abs(top - bottom)):
            if not _PAGE_SIZES[0] <= size <= _PAGE_SIZES[1]:
                _refuse(_("a page of an impossible size"), "6.1.13")
    _check_content(page, page.resources)


def _check_content(content, resources):
    """What is drawn, of a page, a form, a pattern or a glyph (6.1.13, 6.2.2)."""
    spaces = _get_dictionary(resources, Name.ColorSpace)
    named = {name: _get_dictionary(resources, key) for name, key in _NAMING.items()}
    depth = 0
    for operands, operator in pikepdf.parse_content_stream(content):
        name = str(operator)
        if name == "INLINE IMAGE":
            _check_inline_image(operands[0].obj, spaces)
        elif name not in _OPERATORS:
            _refuse(_("a drawing instruction that is not of the standard"), "6.2.2")
        elif name in _NAMING:
            if not isinstance(named[name].get(str(operands[0])), (Dictionary, Stream)):
                raise ValueError(f"{operands[0]} is nowhere")
        elif name in ("k", "K"):
            _refuse_colours()
        elif name in ("cs", "CS"):
            _check_colour(_named(spaces, operands[0]))
        elif name == "ri":
            _check_intent(operands[0])
        elif name == "q":
            depth += 1
            if depth > _NESTING:
                _refuse(_("drawings nested too deep"), "6.1.13")
        elif name == "Q":
            depth -= 1


def _named(spaces, name):
    """A colour space by the name that stands for it in a drawing."""
    return spaces.get(str(name), name) if isinstance(name, Name) else name


def _check_inline_image(image, spaces):
    _check_filter(image.get(Name.F, image.get(Name.Filter)))
    if image.get(Name.I, image.get(Name.Interpolate)):
        _refuse(_("a picture that is smoothed"), "6.2.8")
    space = image.get(Name.CS, image.get(Name.ColorSpace))
    if space is not None:
        _check_colour(_named(spaces, space))


# ------------------------------------------------------------------ colours

_PLAIN = frozenset("/DeviceGray /DeviceRGB /G /RGB /Pattern /CalGray /CalRGB /Lab".split())
_PROFILES = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}
_PROFILE_CLASSES = frozenset({b"prtr", b"mntr", b"scnr", b"spac"})
_PROCESS = frozenset({"/Cyan", "/Magenta", "/Yellow", "/Black", "/None"})
_COLOURANTS = 32


def _check_colour(space):
    """Colours fit the output intent, which is sRGB, or define themselves (6.2.4)."""
    # A space is made of others: five deep is more than any program writes.
    for _level in range(5):
        kind = str(space[0] if isinstance(space, Array) else space)
        if kind == "/ICCBased":
            return _check_profile(space[1])
        if kind in ("/Separation", "/DeviceN"):
            _check_colourants(space)
            space = space[2]
        elif kind in ("/Indexed", "/I", "/Pattern") and isinstance(space, Array) and len(space) > 1:
            space = space[1]
        elif kind in _PLAIN:
            return None
        elif kind in ("/DeviceCMYK", "/CMYK"):
            return _refuse_colours()
        else:
            break
    raise ValueError("colour space")


def _check_profile(profile):
    header = profile.read_bytes()[:40]
    is_valid = (
        header[36:40] == b"acsp"
        and header[12:16] in _PROFILE_CLASSES
        and header[16:20] == _PROFILES.get(profile.get(Name.N))
        and header[8] < 5
    )
    if not is_valid:
        _refuse(_("a colour profile that is not valid"), "6.2.4.2")


def _check_colourants(space):
    if str(space[0]) == "/DeviceN":
        named = _get_dictionary(space[4], Name.Colorants) if len(space) > 4 else {}
        spots = {str(name) for name in space[1]} - _PROCESS
        if len(space[1]) > _COLOURANTS or spots - set(named.keys()):
            _refuse(_("inks that it does not describe"), "6.2.4.4")


def _check_ink(ink, known):
    """One name, one ink: colour and tint are the same wherever it is described (6.2.4.4).

    :param ink: separation colour space
    :param known: what was found of each name, which it completes
    """
    if known.setdefault(str(ink[1]), found := _comparable(ink)) != found:
        _refuse(_("an ink that it describes in two ways"), "6.2.4.4")


_STORAGE = frozenset({"/Length", "/Filter", "/DecodeParms"})


def _comparable(item):
    """What an object is, wherever its parts lie and however they are compressed."""
    if isinstance(item, Stream):
        return _comparable(item.stream_dict), item.read_bytes()
    if isinstance(item, Dictionary):
        return sorted((key, _comparable(part)) for key, part in item.items() if key not in _STORAGE)
    if isinstance(item, Array):
        return [_comparable(part) for part in item]
    return item.unparse() if isinstance(item, Object) else item


def _refuse_colours():
    raise PdfFault(
        "pdf_colours",
        _(
            "The PDF of %(document)s has colours for a printing press (CMYK), which a Factur-X "
            "does not take. Save the pictures of your layout in RGB, and print it again."
        ),
    )


# ------------------------------------------------------------------ fonts


_FONTS = frozenset({"/Resources/Font/", "/DescendantFonts"})
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_INVISIBLE = 3  # rendering mode of text that is there to be found
#: Resources that lead to text.
_WITH_TEXT = ("/Font", "/ExtGState", "/XObject", "/Pattern")


def _is_font(role, item):
    return role in _FONTS or item.get(Name.Type) == Name.Font


def _clean_font(font):
    """What a font says of itself (6.2.11)."""
    font.Type = Name.Font
    kind = font.get(Name.Subtype)
    _check_font(kind, font)
    if kind == Name.Type3:
        for _name, glyph in _objects(font.CharProcs):
            _check_content(glyph, _get_dictionary(font, Name.Resources))
    descriptor = _get_dictionary(font, Name.FontDescriptor)
    _delete(descriptor, ["/CIDSet", "/CharSet"])  # needless, and often wrong (6.2.11.4.2)
    if kind == Name.CIDFontType2 and _is_embedded(font):
        if Name.CIDToGIDMap not in font:
            font.CIDToGIDMap = Name.Identity  # which it means (6.2.11.3.2)
        if font.CIDToGIDMap == Name.Identity and Name.FontFile2 in descriptor:
            _mend_widths(font, descriptor.FontFile2.read_bytes())


_SIMPLE_FONTS = frozenset("/Type1 /MMType1 /TrueType /Type3".split())
_FONT_TYPES = _SIMPLE_FONTS | frozenset("/Type0 /CIDFontType0 /CIDFontType2".split())


def _check_font(kind, font):
    """Raise what damage raises for a font without the keys that it must have (6.2.11.2)."""
    if str(kind) not in _FONT_TYPES:
        raise ValueError(f"{kind} is not a type of font")
    if kind != Name.Type3 and not isinstance(font.get(Name.BaseFont), Name):
        raise ValueError("a font without a name")
    # The standard fourteen may go without, and are not embedded then.
    if str(kind) in _SIMPLE_FONTS and _is_embedded(font):
        first, last = font.FirstChar, font.LastChar
        if not isinstance(font.Widths, Array) or len(font.Widths) < last - first + 1:
            raise ValueError("a font with too few widths")


def _is_embedded(font):
    """Whether a font brings its program, the standard fourteen too (6.2.11.4)."""
    kind = font.get(Name.Subtype)
    if kind == Name.Type0:
        return all(_is_embedded(part) for part in font.DescendantFonts)
    descriptor = _get_dictionary(font, Name.FontDescriptor)
    return kind == Name.Type3 or any(isinstance(descriptor.get(key), Stream) for key in _PROGRAMS)


def _check_unseen(pdf, fonts):
    """Text that is there to be found and not to be seen, as OCR adds it, is of any font.

    :param fonts: those that are not embedded
    :raise PdfFault: when one draws text, or may draw some (6.2.11.4.1)
    """
    walk = _TextWalk(pdf)
    for font in fonts:
        if _key(font) not in walk.fonts:
            _refuse_font(font)


class _TextWalk:
    """The text of each page, with what is drawn within, each with the state that it inherits.

    :param pdf: its forms have resources of their own
    :raise PdfFault: when text is seen whose font is not embedded
    """

    def __init__(self, pdf):
        self.fonts = set()  # that were met
        self._done = set()
        self._waiting = []
        for page in pdf.pages:
            self._read(page, page.resources, None, 0)
            while self._waiting:
                self._read(*self._waiting.pop())

    def _draw(self, content, resources, font=None, mode=0):
        if not isinstance(content, Stream):
            return
        key = content.objgen, font and _key(font), mode
        if key not in self._done:
            self._done.add(key)
            resources = content.get(Name.Resources, resources)
            self._waiting.append((content, resources, font, mode))

    def _choose(self, font):
        self.fonts |= {_key(part) for part in (font, *font.get(Name.DescendantFonts, []))}
        return font

    def _read(self, content, resources, font, mode):
        named = {key: _get_dictionary(resources, key) for key in _WITH_TEXT}
        states = []
        for operands, operator in pikepdf.parse_content_stream(content):
            match str(operator):
                case "q":
                    states.append((font, mode))
                case "Q" if states:
                    font, mode = states.pop()
                case "Tr":
                    mode = int(operands[0])
                case "Tf":
                    font = self._choose(named["/Font"][operands[0]])
                case "gs":
                    state = named["/ExtGState"][operands[0]]
                    if Name.Font in state:
                        font = self._choose(state.Font[0])
                    self._draw(
                        _get_dictionary(state, Name.SMask).get(Name.G), resources, font, mode
                    )
                case "Do":
                    item = named["/XObject"][operands[0]]
                    if item.Subtype == Name.Form:
                        self._draw(item, resources, font, mode)
                case "scn" | "SCN" if operands and isinstance(operands[-1], Name):
                    self._draw(named["/Pattern"][operands[-1]], resources)
                case "Tj" | "TJ" | "'" | '"':
                    self._show(font, mode, resources)

    def _show(self, font, mode, resources):
        if font.get(Name.Subtype) == Name.Type3:  # drawn whatever the mode
            for _name, glyph in _objects(font.CharProcs):
                self._draw(glyph, font.get(Name.Resources, resources))
        elif mode != _INVISIBLE and not _is_embedded(font):
            _refuse_font(font)


def _key(item):
    """The identity of an object, even of one that stands within another."""
    return item.objgen if item.is_indirect else item.unparse()


def _refuse_font(font):
    raise PdfFault(
        "pdf_font",
        _(
            "The PDF of %(document)s does not carry its font %(font)s, which a Factur-X must. "
            "Choose another font in the layout of your documents, and print it again."
        ),
        {"font": str(font.get(Name.BaseFont, "?")).lstrip("/")},
    )


def _mend_widths(font, program: bytes):
    """Widths as the font's program says (6.2.11.5): wkhtmltopdf cuts them by some thousandths."""
    widths = font.get(Name.W)
    if not isinstance(widths, Array):
        return
    with TTFont(io.BytesIO(program), lazy=True) as parsed:
        # Read by itself: parsing the whole table would log odd dates.
        scale = 1000 / int.from_bytes(parsed.reader["head"][18:20], "big")  # unitsPerEm
        metrics, names = parsed["hmtx"].metrics, parsed.getGlyphOrder()
    for first, listed in zip(list(widths), list(widths)[1:], strict=False):
        if not isinstance(listed, Array) or not isinstance(first, int):
            continue
        for rank, name in enumerate(names[first : first + len(listed)]):
            width = metrics[name][0] * scale
            if abs(width - float(listed[rank])) > 1:
                listed[rank] = round(width)
