"""Small steps to build a file that never has an empty node."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable
from contextvars import ContextVar
from decimal import Decimal

from lxml import etree


class Names(dict):
    """Prefixed names, e.g. "cbc:ID", in lxml's notation: a file asks for hundreds of them.

    :param namespaces: prefix → namespace
    :param allowed: the only prefixed names that there are; None for all
    """

    def __init__(self, namespaces: dict[str, str], allowed: frozenset[str] | None = None):
        super().__init__()
        self._namespaces = namespaces
        self._allowed = allowed

    def __missing__(self, prefixed: str) -> str:
        """
        :raise KeyError: for a name that is not allowed: a fault of the serialiser
        """
        if self._allowed is not None and prefixed not in self._allowed:
            raise KeyError(prefixed)
        prefix, _colon, local = prefixed.partition(":")
        self[prefixed] = f"{{{self._namespaces[prefix]}}}{local}"
        return self[prefixed]


class Builder:
    """Makes nodes of a vocabulary by their prefixed names.

    :param namespaces: prefix → namespace
    :param allowed: the only prefixed names that may be made; None for all
    """

    def __init__(self, namespaces: dict[str, str], allowed: frozenset[str] | None = None):
        self._namespaces = namespaces
        self._names = Names(namespaces, allowed)

    def root(self, prefixed: str, *, default: bool = False) -> etree._Element:
        """The root of a file, which declares every namespace.

        :param prefixed: e.g. "inv:Invoice"
        :param default: whether its own namespace is the default one, without prefix
        """
        prefix = prefixed.partition(":")[0]
        declared = {
            (None if default and name == prefix else name): uri
            for name, uri in self._namespaces.items()
        }
        return etree.Element(self._names[prefixed], nsmap=declared)

    def text(self, parent, prefixed: str, value: str | None, term: str = "", **attributes: str):
        """Add a node with a text, unless there is none.

        :param parent: node to add to
        :param prefixed: name of the node
        :param value: its text; nothing is added for "" or None
        :param term: business term of the text, "" for a node that only the syntax wants
        :param attributes: of the node
        """
        if (noted := _NOTED.get()) is not None and term:
            noted.setdefault(f"{_path(parent)}/{prefixed.rpartition(':')[2]}", set()).add(term)
        if value:
            etree.SubElement(parent, self._names[prefixed], **attributes).text = value

    def group(self, parent, prefixed: str) -> etree._Element:
        """Add a node for others; :func:`prune` removes it if it stays empty.

        :param parent: node to add to
        :param prefixed: name of the node
        """
        return etree.SubElement(parent, self._names[prefixed])


#: Where the builders note their terms, while :func:`terms` asks for them.
_NOTED: ContextVar[dict[str, set[str]] | None] = ContextVar("noted", default=None)


def terms(serialise: Callable, document) -> dict[str, str]:
    """The business terms of a file, by which a fault of its schema is named.

    :param serialise: document → root element, as it is made with a :class:`Builder`
    :param document: whose file it is
    :return: term by the path of each text that the file has, or lacks: bare names without ranks,
        e.g. "/Invoice/InvoiceLine/InvoicedQuantity"
    """
    noted = {}
    token = _NOTED.set(noted)
    try:
        serialise(document)
    finally:
        _NOTED.reset(token)
    return {path: " or ".join(sorted(found)) for path, found in noted.items()}


def _path(node) -> str:
    names = [etree.QName(item).localname for item in (node, *node.iterancestors())]
    return "/" + "/".join(reversed(names))


def prune(root: etree._Element) -> None:
    """Remove the nodes that hold nothing, from the bottom up.

    :param root: root of the file, which stays
    """
    for node in [node for node in root.iter() if node.text is None and len(node) == 0]:
        # Its parent may be empty now, too.
        while len(node) == 0 and (parent := node.getparent()) is not None:
            parent.remove(node)
            node = parent


def to_bytes(root: etree._Element) -> bytes:
    """The file of a tree: the same tree gives the same bytes.

    :param root: root of the file
    :return: UTF-8 with its XML declaration
    """
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def date(value: datetime.date | None) -> str:
    """A date as XML Schema writes it, "" for none."""
    return value.isoformat() if value else ""


def digits(value: datetime.date) -> str:
    """A date in eight digits: ``strftime`` leaves out the zeros of the year 26."""
    return value.isoformat().replace("-", "")


def number(value: Decimal) -> str:
    """A quantity, price or rate in plain digits, no exponent."""
    return f"{value:f}"


def binary(content: bytes) -> str:
    """The content of an attachment as XML carries it (BT-125)."""
    return base64.b64encode(content).decode()


def amount(value: Decimal, decimals: int) -> str:
    """An amount with all the decimals of its currency.

    :param value: already rounded to the currency
    :param decimals: of the currency
    """
    return f"{value + 0:.{decimals}f}"  # there is no negative zero
