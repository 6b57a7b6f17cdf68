"""Repairs of what surrounds us, each with the reason why."""

from importlib.machinery import SourceFileLoader

import stdnum

# Odoo 19 wraps the import of `stdnum` in a loader that cannot read data files: with the
# versions of python-stdnum that read theirs through importlib.resources, `stdnum.iban`, and
# `facturx` that needs it, fail to import.
if not hasattr(stdnum.__spec__.loader, "get_resource_reader"):
    stdnum.__spec__.loader = SourceFileLoader(stdnum.__name__, stdnum.__file__)
