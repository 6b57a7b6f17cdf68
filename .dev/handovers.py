"""How often work goes from one file of models/ to another, for one document: ``./dev handovers``.

Run in Odoo's shell, on a copy of the demonstration that is thrown away: it exports one invoice as
*Make the files* does, commits, and has its file written on the disk. A hand-over is a call that one
file of models/ makes of a function in another. What Odoo calls of ours is none (computed fields,
writes, SQL); reading/, where a move and its batch talk all the time, is one file. Below stands
how often each file is entered from anywhere.
"""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from unittest.mock import patch

from odoo.tools import config

from odoo.addons import l10n_fr_chorus_export as addon
from odoo.addons.l10n_fr_chorus_export.models.channel.folder import ROOT_OPTION

MODELS = f"{Path(addon.__file__).parent / 'models'}{os.sep}"


class HandOvers:
    """The calls from one file to another while it is active.

    :ivar found: ``(caller, file, function)`` in their order
    :ivar entered: how often each file is entered, by Odoo too, but for the SQL of its fields
    """

    def __init__(self):
        self.found, self.entered, self._stack, self._begun = [], Counter(), [], set()

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
        name = "reading/" if name.startswith("reading/") else name
        caller = self._stack[-1] if self._stack else None
        # A generator that goes on was called before.
        if name != caller and frame not in self._begun:
            function = frame.f_code.co_name
            self.entered[name] += function != "_field_to_sql"
            if frame.f_back.f_code.co_filename.startswith(MODELS):
                self.found.append((caller, name, function))
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
    seen = export_one(env)
    for caller, name, function in seen.found:
        print(f"  {caller:26} {name:26} {function}")
    print(f"{len(seen.found)} hand-overs")
    entered = ", ".join(f"{name} {count}" for name, count in seen.entered.most_common() if count)
    print(f"entered: {entered}")


main(env)  # noqa: F821 - Odoo's shell gives it
