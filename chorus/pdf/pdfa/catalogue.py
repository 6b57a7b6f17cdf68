"""Catalogue, annotations and actions of a PDF (ISO 19005-3, 6.1.12, 6.3 to 6.6, 6.8 to 6.11)."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

from pikepdf import Array, Dictionary, Name

from ...messages import _
from .errors import PdfFault
from .walk import delete, get_dictionary

#: Keys of the catalogue that show pages or lead to them. The others hold metadata, actions and
#: embedded files.
_CATALOGUE = frozenset(
    "/Type /Pages /PageLabels /PageLayout /ViewerPreferences /Lang /Outlines /Dests /Names"
    " /MarkInfo /StructTreeRoot /OCProperties".split()
)
#: Those that must be dictionaries.
_TREES = (
    "/Outlines /Dests /Names /ViewerPreferences /MarkInfo /StructTreeRoot /OCProperties".split()
)


def refuse_signed(pdf):
    """A PDF is not signed: data that are added would break its signature (6.4.3).

    :param pdf: of pikepdf
    :raise PdfFault: when it is
    """
    is_signed = any(isinstance(item, Dictionary) and Name.ByteRange in item for item in pdf.objects)
    if is_signed or Name.Perms in pdf.Root:
        raise PdfFault(
            "pdf_signed",
            _(
                "The PDF of %(document)s is signed, and its signature would be lost with the data "
                "put in. Use one that is not signed, or choose a syntax without PDF."
            ),
        )


def clean_catalogue(pdf):
    """The catalogue keeps the keys that show pages or lead to them.

    :param pdf: of pikepdf, which is changed
    :raise PdfFault: for a form that each program draws in its own way
    """
    root = pdf.Root
    if Name.Info in pdf.trailer:
        del pdf.trailer.Info
    form = get_dictionary(root, Name.AcroForm)
    if form.get(Name.NeedAppearances) is True and len(form.get(Name.Fields, [])):
        _refuse_form()
    # The form stays until its fields are painted into the page.
    delete(root, set(root.keys()) - _CATALOGUE - {"/AcroForm"})
    delete(root, [key for key in _TREES if not isinstance(root.get(key), Dictionary)])
    names = get_dictionary(root, Name.Names)
    delete(names, set(names.keys()) - {"/Dests"})
    layers = get_dictionary(root, Name.OCProperties)
    delete(layers, ["/Configs"])
    layout = get_dictionary(layers, Name.D)
    delete(layout, ["/AS", "/Order"])
    if layers and not str(layout.get(Name.Name, "")):
        layout[Name.Name] = "Default"


_HIDDEN, _PRINTED = 2 | 32, 4  # flags: hidden, no view; print
#: Annotations that the viewer draws when they have no look of their own.
_DRAWN = frozenset(
    "/FreeText /Line /Square /Circle /Polygon /PolyLine /Highlight /Underline /Squiggly"
    " /StrikeOut /Caret /Stamp /Ink /Redact /Watermark /Text".split()
)
#: Actions that PDF/A-3 allows (6.5.1), as far as they need no other file nor send anything.
_ACTIONS = frozenset({"/URI", "/GoTo"})


def clean_annotations(pdf):
    """Annotations become part of their page, but for links (6.3, 6.4).

    :param pdf: of pikepdf, which is changed
    :raise PdfFault: for one that each program draws in its own way
    """
    for page in pdf.pages:
        found = page.obj.get(Name.Annots)
        shown = [item for item in found if _is_shown(item)] if isinstance(found, Array) else []
        for item in shown:
            item[Name.F] = _PRINTED
            if Name.AP not in item:
                _check_look(item)
        page.obj.Annots = Array(shown)
    pdf.flatten_annotations("all")
    delete(pdf.Root, ["/AcroForm"])
    for page in pdf.pages:
        links = [item for item in page.obj.get(Name.Annots, []) if _is_link(item)]
        delete(page.obj, ["/Annots"])
        if links:
            page.obj.Annots = Array(links)


def _is_shown(annotation):
    return isinstance(annotation, Dictionary) and not int(annotation.get(Name.F, 0)) & _HIDDEN


def _is_link(annotation):
    return annotation.get(Name.Subtype) == Name.Link


def _check_look(annotation):
    """A visible annotation has a look; without one, programs differ (6.3.3)."""
    kind = str(annotation.get(Name.Subtype))
    value = annotation.get(Name.V, get_dictionary(annotation, Name.Parent).get(Name.V))
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


def clean_action(item):
    """An annotation or a bookmark has an action that is allowed, or none (6.5.1).

    :param item: dictionary, which is changed
    """
    action = item.get(Name.A)
    if isinstance(action, Dictionary) and str(action.get(Name.S)) in _ACTIONS:
        delete(action, ["/Next"])
    else:
        delete(item, ["/A"])
