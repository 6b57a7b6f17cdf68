"""Fonts, and the text that they draw (ISO 19005-3, 6.2.11)."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import io

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Name, Stream

from ...messages import _
from .content import check_content
from .errors import PdfFault
from .walk import delete, get_dictionary, objects

_FONTS = frozenset({"/Resources/Font/", "/DescendantFonts"})
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_INVISIBLE = 3  # rendering mode of text that can be searched and not seen
#: Resources that lead to text.
_WITH_TEXT = ("/Font", "/ExtGState", "/XObject", "/Pattern")


def is_font(role, item) -> bool:
    """Whether an object is a font.

    :param role: key that leads to it, see :func:`.walk.reachable`
    :param item: dictionary or stream
    """
    return role in _FONTS or item.get(Name.Type) == Name.Font


def clean_font(font):
    """The dictionary of a font agrees with its program (6.2.11).

    :param font: dictionary, which is mended
    :raise Exception: when it lacks something that it must have
    """
    font.Type = Name.Font
    kind = font.get(Name.Subtype)
    _check_font(kind, font)
    if kind == Name.Type3:
        for _name, glyph in objects(font.CharProcs):
            check_content(glyph, get_dictionary(font, Name.Resources))
    descriptor = get_dictionary(font, Name.FontDescriptor)
    delete(descriptor, ["/CIDSet", "/CharSet"])  # needless, and often wrong (6.2.11.4.2)
    if kind == Name.CIDFontType2 and is_embedded(font):
        if Name.CIDToGIDMap not in font:
            font.CIDToGIDMap = Name.Identity  # which it means (6.2.11.3.2)
        if font.CIDToGIDMap == Name.Identity and Name.FontFile2 in descriptor:
            _mend_widths(font, descriptor.FontFile2.read_bytes())


_SIMPLE_FONTS = frozenset("/Type1 /MMType1 /TrueType /Type3".split())
_FONT_TYPES = _SIMPLE_FONTS | frozenset("/Type0 /CIDFontType0 /CIDFontType2".split())


def _check_font(kind, font):
    """A font has the keys that it must have; without them the PDF is damaged (6.2.11.2)."""
    if str(kind) not in _FONT_TYPES:
        raise ValueError(f"{kind} is not a type of font")
    if kind != Name.Type3 and not isinstance(font.get(Name.BaseFont), Name):
        raise ValueError("a font without a name")
    # The standard fourteen may go without, and are not embedded then.
    if str(kind) in _SIMPLE_FONTS and is_embedded(font):
        first, last = font.FirstChar, font.LastChar
        if not isinstance(font.Widths, Array) or len(font.Widths) < last - first + 1:
            raise ValueError("a font with too few widths")


def is_embedded(font):
    """Whether a font brings its program, the standard fourteen too (6.2.11.4).

    :param font: dictionary
    """
    kind = font.get(Name.Subtype)
    if kind == Name.Type0:
        return all(is_embedded(part) for part in font.DescendantFonts)
    descriptor = get_dictionary(font, Name.FontDescriptor)
    return kind == Name.Type3 or any(isinstance(descriptor.get(key), Stream) for key in _PROGRAMS)


def check_unseen(pdf, fonts):
    """Only invisible text, as OCR adds it, may have a font that is not embedded.

    :param fonts: those that are not embedded
    :raise PdfFault: when one draws text, or may draw some (6.2.11.4.1)
    """
    walk = _TextWalk(pdf)
    for font in fonts:
        if _key(font) not in walk.fonts:
            _refuse_font(font)


class _TextWalk:
    """The text of each page and of the forms and patterns on it, with the state that it inherits.

    :param pdf: its forms have resources of their own
    :raise PdfFault: when text is seen whose font is not embedded
    """

    def __init__(self, pdf):
        self.fonts = set()  # keys of those that text was met in
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
        named = {key: get_dictionary(resources, key) for key in _WITH_TEXT}
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
                    self._draw(get_dictionary(state, Name.SMask).get(Name.G), resources, font, mode)
                case "Do":
                    item = named["/XObject"][operands[0]]
                    if item.Subtype == Name.Form:
                        self._draw(item, resources, font, mode)
                case "scn" | "SCN" if operands and isinstance(operands[-1], Name):
                    self._draw(named["/Pattern"][operands[-1]], resources)
                case "Tj" | "TJ" | "'" | '"':
                    self._show(font, mode, resources)

    def _show(self, font, mode, resources):
        if font.get(Name.Subtype) == Name.Type3:  # drawn in every mode
            for _name, glyph in objects(font.CharProcs):
                self._draw(glyph, font.get(Name.Resources, resources))
        elif mode != _INVISIBLE and not is_embedded(font):
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
