"""The lines of an invoice as it is printed: below headings, some of which hide their lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """A line of the document.

    :param items: the journal items that it stands for: one, or those that a heading hides
    :param sections: headings that it stands under, outermost first
    :param heading: the one that hides the items and whose name is printed, None for none
    :param parts: what a heading shows without prices: items, and the headings between them
    """

    items: tuple[Any, ...]
    sections: tuple[Any, ...] = ()
    heading: Any = None
    parts: tuple[Any, ...] = ()


def arrange(items: Iterable[Any]) -> tuple[list[Entry], list[Any]]:
    """The lines of an invoice as it is printed.

    A heading that hides its composition, or the prices of it, is printed with one amount for each
    set of taxes. Where nothing stands right below a section, Odoo prints its subsections instead.

    :param items: journal items by rank, with the fields of ``account.move.line``
    :return: the lines, and the notes that are printed
    """
    entries, notes = [], []
    section = subsection = None
    scope, hidden = None, {}

    def close():
        for group in hidden.values():
            entries.extend(_grouped(scope, section, group))
        hidden.clear()

    for item in items:
        match item.display_type:
            case "line_section":
                close()
                section, subsection, scope = item, None, item if _hides(item) else None
            case "line_subsection":
                if not (section and scope is section):
                    close()
                    scope = item if _hides(item) else None
                subsection = item
            case "product" if scope:
                hidden.setdefault(item.tax_ids, []).append((subsection, item))
            case "product":
                entries.append(Entry((item,), tuple(filter(None, (section, subsection)))))
            case "line_note" if not scope:
                notes.append(item)
    close()
    return entries, notes


def _hides(heading: Any) -> bool:
    return bool(heading.collapse_composition or heading.collapse_prices)


def _grouped(scope: Any, section: Any, group: list[tuple[Any, Any]]) -> list[Entry]:
    """The lines that a heading is printed as, for the items of one set of taxes."""
    if scope is not section:  # a subsection by itself
        return [_entry(scope, filter(None, (section,)), group, scope)]
    if any(subsection is None for subsection, _item in group):
        return [_entry(scope, (), group, scope)]
    by_subsection = {}
    for subsection, item in group:
        by_subsection.setdefault(id(subsection), []).append((subsection, item))
    return [_entry(some[0][0], (section,), some, scope) for some in by_subsection.values()]


def _entry(heading: Any, sections: Iterable[Any], group: list[tuple[Any, Any]], scope) -> Entry:
    parts, known = [], heading
    if not (scope.collapse_composition or heading.collapse_composition):
        for subsection, item in group:
            if subsection not in (None, known):
                parts.append(subsection)
                known = subsection
            if not (subsection and subsection.collapse_composition):
                parts.append(item)
    return Entry(tuple(item for _sub, item in group), tuple(sections), heading, tuple(parts))
