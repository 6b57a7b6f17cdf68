"""The syntaxes that a company can deposit, and the file each one makes of a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from . import nodes, ubl, xsd
from .document import Document


@dataclass(frozen=True)
class Syntax:
    """A syntax of the portal's list.

    :param key: stable key, stored and typed on the command line
    :param label: what the portal calls it
    :param extension: of the files
    :param serialise: document → root element
    """

    key: str
    label: str
    extension: str
    serialise: Callable[[Document], etree._Element]


SYNTAXES = {
    syntax.key: syntax for syntax in (Syntax("ubl", "UBL 2.1 Invoice (E1)", ".xml", ubl.serialise),)
}


class InvalidFile(Exception):
    """A file that its schema refuses: a fault of ours, never the user's.

    :param faults: one sentence a fault
    """

    def __init__(self, faults: list[str]):
        super().__init__("\n".join(faults))
        self.faults = faults


def make_file(document: Document, key: str) -> bytes:
    """The file of a document, valid for its schema.

    :param document: without blocking anomaly
    :param key: of the syntax
    :return: the same bytes for the same document
    :raise InvalidFile: when the schema refuses it
    """
    root = SYNTAXES[key].serialise(document)
    if not xsd.is_valid(root, key):
        raise InvalidFile(xsd.explain(root, key))
    return nodes.to_bytes(root)
