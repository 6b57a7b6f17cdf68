"""How often work goes from one file of models/ to another, for one document: ``./dev handovers``.

Run in Odoo's shell, on a copy of the demonstration that is thrown away: it exports one invoice as
*Make the files* does, commits, and has its file written on the disk. A hand-over is a call of a
function in one file of models/ whose nearest caller in models/ is in another one, or outside.
Odoo's own frames between the two count for nothing, and a generator that goes on was called before.
"""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from unittest.mock import patch

from odoo.tools import config

from odoo.addons import l10n_fr_chorus_export as addon
from odoo.addons.l10n_fr_chorus_export.models.res_company import ROOT_OPTION

MODELS = f"{Path(addon.__file__).parent / 'models'}{os.sep}"


class HandOvers:
    """Those that happen while it is active.

    :ivar found: ``(caller, file, function)`` in their order; no caller for a call from outside
    """

    def __init__(self):
        self.found, self._stack, self._begun = [], [], set()

    def __enter__(self):
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_error):
        sys.setprofile(None)

    def _see(self, frame, event, _argument):
        path = frame.f_code.co_filename
        if event not in ("call", "return") or not path.startswith(MODELS):
            return
        if event == "return":
            self._stack.pop()
            return
        name = path.removeprefix(MODELS)
        caller = self._stack[-1] if self._stack else None
        if name != caller and frame not in self._begun:
            self.found.append((caller, name, frame.f_code.co_name))
        self._begun.add(frame)
        self._stack.append(name)


def export_one(env):
    """Export the demonstration's first invoice that can go.

    :return: what happened meanwhile
    :rtype: HandOvers
    """
    company = env.ref("base.demo_company_fr")
    user = env.ref("l10n_fr_chorus_export.demo_user")
    env = env(user=user, context={"allowed_company_ids": company.ids, "lang": "fr_FR"})
    Export, Move = env["l10n_fr.chorus.export"], env["account.move"]
    maker = env["l10n_fr.chorus.maker"]
    moves = Move.search(Move._l10n_fr_chorus_get_domain(company, again=True), order="id")
    for move, _document, anomalies in maker._check_documents(moves):
        if move.move_type == "out_invoice" and not any(item.is_blocking for item in anomalies):
            break
    env.cr.commit()
    env.invalidate_all()
    with tempfile.TemporaryDirectory() as root, patch.dict(config.options, {ROOT_OPTION: root}):
        with HandOvers() as seen:
            options = {"folder": "handovers", "again": True, "syntax": "ubl", "background": False}
            Export._export(move, company=company, **options)
            env.cr.commit()
        assert len(list(Path(root).rglob("*.xml"))) == 1, "nothing is on the disk"
    return seen


def main(env):
    found = export_one(env).found
    for caller, name, function in found:
        print(f"  {caller or '-':24} {name:24} {function}")
    print(f"{len(found)} hand-overs; the files that are entered, and how often:")
    for name, count in Counter(name for _caller, name, _function in found).most_common():
        print(f"  {count:3} {name}")


main(env)  # noqa: F821 - Odoo's shell gives it
