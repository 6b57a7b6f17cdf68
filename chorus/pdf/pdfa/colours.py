"""Colours and inks of a PDF (ISO 19005-3, 6.2.3 and 6.2.4)."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, Object, Stream

from ...messages import _
from .errors import PdfFault, refuse
from .walk import get_dictionary

_PLAIN = frozenset("/DeviceGray /DeviceRGB /G /RGB /Pattern /CalGray /CalRGB /Lab".split())
_PROFILES = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}
_PROFILE_CLASSES = frozenset({b"prtr", b"mntr", b"scnr", b"spac"})
_PROCESS = frozenset({"/Cyan", "/Magenta", "/Yellow", "/Black", "/None"})
_COLOURANTS = 32


def check_colour(space):
    """Colours fit the output intent, which is sRGB, or define themselves (6.2.4).

    :param space: colour space
    :raise PdfFault: for one of a printing press, or with a profile that is not valid
    """
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
            return refuse_colours()
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
        refuse(_("a colour profile that is not valid"), "6.2.4.2")


def _check_colourants(space):
    if str(space[0]) == "/DeviceN":
        named = get_dictionary(space[4], Name.Colorants) if len(space) > 4 else {}
        spots = {str(name) for name in space[1]} - _PROCESS
        if len(space[1]) > _COLOURANTS or spots - set(named.keys()):
            refuse(_("inks that it does not describe"), "6.2.4.4")


def check_ink(ink, known):
    """One name, one ink: colour and tint are the same wherever it is described (6.2.4.4).

    :param ink: separation colour space
    :param known: description of each ink by name; the ink's is added
    :raise PdfFault: when the name has another description
    """
    if known.setdefault(str(ink[1]), found := _comparable(ink)) != found:
        refuse(_("an ink that it describes in two ways"), "6.2.4.4")


_STORAGE = frozenset({"/Length", "/Filter", "/DecodeParms"})


def _comparable(item):
    """An object in a form that depends neither on the place of its parts nor on compression."""
    if isinstance(item, Stream):
        return _comparable(item.stream_dict), item.read_bytes()
    if isinstance(item, Dictionary):
        return sorted((key, _comparable(part)) for key, part in item.items() if key not in _STORAGE)
    if isinstance(item, Array):
        return [_comparable(part) for part in item]
    return item.unparse() if isinstance(item, Object) else item


def refuse_colours():
    """Refuse the colours of a printing press.

    :raise PdfFault: always
    """
    raise PdfFault(
        "pdf_colours",
        _(
            "The PDF of %(document)s has colours for a printing press (CMYK), which a Factur-X "
            "does not take. Save the pictures of your layout in RGB, and print it again."
        ),
    )
