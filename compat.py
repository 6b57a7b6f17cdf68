"""Repairs of Odoo and of libraries, each with its reason."""

import functools
from importlib.machinery import SourceFileLoader

import stdnum

from odoo.addons.base.models import ir_actions_report

from .chorus import turns

# Odoo 19 wraps the import of `stdnum` in a loader that cannot read data files: with the
# versions of python-stdnum that read theirs through importlib.resources, `stdnum.iban`, and
# `facturx` that needs it, fail to import.
if not hasattr(stdnum.__spec__.loader, "get_resource_reader"):
    stdnum.__spec__.loader = SourceFileLoader(stdnum.__name__, stdnum.__file__)


def _giving_way(run_program):
    """A function that runs the renderer, lets other jobs of :mod:`.chorus.turns` go on meanwhile,
    and ends a renderer that takes longer than our patience.

    Outside of such jobs, and of our printing, it is the function itself.
    """

    @functools.wraps(run_program)
    def run(args):
        with turns.given_way():
            if turns.get_patience() is None:
                return run_program(args)
            # Odoo's own waits as long as the program likes.
            return turns.run_program([ir_actions_report._wkhtml().bin, *args])

    return run


# Odoo prints one document after the other, on one core. Everything before and after the renderer
# needs the transaction, and modules extend it: only this call can be made side by side.
ir_actions_report._run_wkhtmltopdf = _giving_way(ir_actions_report._run_wkhtmltopdf)
