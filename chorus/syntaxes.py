"""The names by which other modules know :mod:`.formats` (README, "Extending it")."""

from .formats import FORMATS, Format

#: The same dictionary: a format put into it is of every database of the server.
SYNTAXES = FORMATS
Syntax = Format

__all__ = ["SYNTAXES", "Syntax"]
