"""Messages of the plain middle, translated where the user's language is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _(source: str) -> str:
    """Mark a literal for Odoo's export of terms; it is translated by :meth:`Message.render`.

    :param source: the message in English, with named placeholders
    :return: the same string
    """
    return source


@dataclass(frozen=True)
class Message:
    """A sentence for the user: an English literal and its values.

    :param source: a literal that was marked by :func:`_`
    :param params: values of its named placeholders; a value may be a message itself
    """

    source: str
    params: dict[str, Any] = field(default_factory=dict)

    def render(self, translate=lambda source: source) -> str:
        """The sentence in a language.

        :param translate: function that gives the translation of a marked literal
        :return: the sentence with its values filled in
        """
        values = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.params.items()
        }
        return translate(self.source) % values

    def to_dict(self) -> dict[str, Any]:
        """A form that JSON can hold, to be translated when it is read."""
        params = {
            name: value.to_dict() if isinstance(value, Message) else str(value)
            for name, value in self.params.items()
        }
        return {"source": self.source, "params": params}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Message:
        """The message that :meth:`to_dict` gave."""
        params = {
            name: cls.from_dict(value) if isinstance(value, dict) else value
            for name, value in data["params"].items()
        }
        return cls(data["source"], params)


class ChorusError(Exception):
    """A fault that the user can mend; its message is shown as it stands.

    :param message: what is wrong and what to do
    """

    def __init__(self, message: Message):
        super().__init__(message.render())
        self.message = message
