"""Messages of the plain middle, translated where the user's language is known."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .text import quoted

_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _(source: str) -> str:
    """Mark a literal for Odoo's export of terms; it is translated by :meth:`Message.render`.

    :param source: the message in English, with named placeholders
    :return: the same string
    """
    return source


@dataclass(frozen=True)
class Message:
    """A sentence for the user: an English literal and its values.

    :param source: a literal that was marked by :func:`_`, with placeholders such as ``%(name)s``
    :param params: values of its named placeholders; a value may be a message itself
    """

    source: str
    params: dict[str, Any] = field(default_factory=dict)

    def render(self, translate=lambda source: source, show=str) -> str:
        """The sentence in a language.

        :param translate: function that gives the translation of a marked literal
        :param show: function that writes a value (date, number, text) as the user does
        :return: the sentence with its values filled in
        """
        values = {}
        for name, value in self.params.items():
            if isinstance(value, Message):
                values[name] = value.render(translate, show)
            else:
                values[name] = show(quoted(value) if isinstance(value, str) else value)
        # Not “%”, which takes widths too: “%(a)300000000s” would fill the memory.
        return _PLACEHOLDER.sub(
            lambda found: values.get(found[1], found[0]) if found[1] else "%",
            translate(self.source),
        )

    def to_dict(self) -> dict[str, Any]:
        """A form that JSON can hold, to be put into words when it is read."""
        params = {}
        for name, value in self.params.items():
            if isinstance(value, Message):
                value = value.to_dict()
            elif isinstance(value, datetime.date):
                value = {"date": value.isoformat()}
            elif isinstance(value, Decimal):
                value = {"number": str(value)}
            elif isinstance(value, str):
                # Of hostile data: a database takes all characters but these.
                value = _UNSTORABLE.sub("", value)
            params[name] = value
        return {"source": self.source, "params": params}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Message:
        """The message that :meth:`to_dict` gave."""
        params = {}
        for name, value in data["params"].items():
            match value:
                case {"source": _source}:
                    value = cls.from_dict(value)
                case {"date": text}:
                    value = datetime.date.fromisoformat(text)
                case {"number": text}:
                    value = Decimal(text)
            params[name] = value
        return cls(data["source"], params)


class ChorusError(Exception):
    """A fault that the user can mend; its message is shown as it stands.

    :param message: names the fault and the cure
    """

    def __init__(self, message: Message):
        super().__init__(message.render())
        self.message = message
