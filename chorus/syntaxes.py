"""The name by which other modules know :mod:`.formats` (README, "Extending it")."""

from .formats import SYNTAXES, Syntax

__all__ = ["SYNTAXES", "Syntax"]
