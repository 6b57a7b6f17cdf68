"""Pages and their drawings (ISO 19005-3, 6.1.10, 6.1.13, 6.2.2, 6.2.6)."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from ...messages import _
from .colours import check_colour, refuse_colours
from .errors import refuse
from .walk import get_dictionary

_PAGE_SIZES = (3, 14400)  # in units
_NESTING = 28
_OPERATORS = frozenset(
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K"
    " k l m M MP n q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v"
    " w W W* y ' \"".split()
)

#: Operators whose operand stands among the resources, and where.
_NAMING = {"Do": "/XObject", "Tf": "/Font", "gs": "/ExtGState", "sh": "/Shading"}


def check_page(page):
    """The size of a page and its drawings are allowed.

    :param page: of pikepdf
    :raise PdfFault: when they are not
    """
    contents = page.obj.get(Name.Contents, Array())
    if not isinstance(contents, (Array, Stream)):
        raise TypeError("contents")
    for left, bottom, right, top in (page.mediabox, page.cropbox):
        for size in (abs(right - left), abs(top - bottom)):
            if not _PAGE_SIZES[0] <= size <= _PAGE_SIZES[1]:
                refuse(_("a page of an impossible size"), "6.1.13")
    check_content(page, page.resources)


def check_content(content, resources):
    """The drawings of a page, a form, a pattern or a glyph are allowed (6.1.13, 6.2.2).

    :param content: page or stream
    :param resources: dictionary that its names lead to
    :raise PdfFault: when one is not
    """
    spaces = get_dictionary(resources, Name.ColorSpace)
    named = {name: get_dictionary(resources, key) for name, key in _NAMING.items()}
    depth = 0
    for operands, operator in pikepdf.parse_content_stream(content):
        name = str(operator)
        if name == "INLINE IMAGE":
            _check_inline_image(operands[0].obj, spaces)
        elif name not in _OPERATORS:
            refuse(_("a drawing instruction that is not of the standard"), "6.2.2")
        elif name in _NAMING:
            if not isinstance(named[name].get(str(operands[0])), (Dictionary, Stream)):
                raise ValueError(f"{operands[0]} is nowhere")
        elif name in ("k", "K"):
            refuse_colours()
        elif name in ("cs", "CS"):
            check_colour(_named(spaces, operands[0]))
        elif name == "ri":
            check_intent(operands[0])
        elif name == "q":
            depth += 1
            if depth > _NESTING:
                refuse(_("drawings nested too deep"), "6.1.13")
        elif name == "Q":
            depth -= 1


def _named(spaces, name):
    """A colour space by the name that stands for it in a drawing."""
    return spaces.get(str(name), name) if isinstance(name, Name) else name


def _check_inline_image(image, spaces):
    check_filter(image.get(Name.F, image.get(Name.Filter)))
    if image.get(Name.I, image.get(Name.Interpolate)):
        refuse(_("a picture that is smoothed"), "6.2.8")
    space = image.get(Name.CS, image.get(Name.ColorSpace))
    if space is not None:
        check_colour(_named(spaces, space))


_INTENTS = frozenset("/RelativeColorimetric /AbsoluteColorimetric /Perceptual /Saturation".split())


def check_intent(intent):
    """A rendering intent is one of the standard (6.2.6).

    :param intent: name, None for none
    :raise PdfFault: when it is not
    """
    if intent is not None and str(intent) not in _INTENTS:
        refuse(_("a rendering intent that is not of the standard"), "6.2.6")


#: Each of them, and its short name in inline images.
_FILTERS = frozenset(
    "/ASCIIHexDecode /ASCII85Decode /FlateDecode /RunLengthDecode /CCITTFaxDecode /JBIG2Decode"
    " /DCTDecode /JPXDecode /AHx /A85 /Fl /RL /CCF /DCT".split()
)


def check_filter(filters):
    """Filters are such as PDF/A allows (6.1.7, 6.1.10).

    :param filters: one or several, None for none
    :raise PdfFault: when one is not
    """
    for name in filters if isinstance(filters, Array) else [filters]:
        if name is not None and str(name) not in _FILTERS:
            refuse(_("data of an unknown compression"), "6.1.7")
