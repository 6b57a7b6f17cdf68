"""The faults of a PDF, in words."""

# There is no environment here: messages are marked, and translated where they are shown.
# pylint: disable=prefer-env-translation

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from ...messages import Message, _

#: pikepdf's name of a source in memory: it changes each time.
_STREAM = re.compile(r"stream <[^>]*>: ")


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


def refuse(thing: str, clause: str):
    """Refuse a PDF for a fault that is too rare for a message of its own.

    :param thing: that it has, marked literal
    :param clause: of ISO 19005-3
    :raise PdfFault: always
    """
    raise PdfFault(
        "pdf_forbidden",
        _(
            "The PDF of %(document)s has %(thing)s, which a Factur-X does not take (ISO 19005-3, "
            "%(clause)s). Print it with another program, or choose a syntax without PDF."
        ),
        {"thing": Message(thing), "clause": clause},
    )
