"""The cost of the list of invoices and of their form, with the addon and without (``./dev bench``).

Adds a line to a file: the milliseconds that the server took, each time that the web client asked.
"""

import json
import os
import time

from lxml import etree

ROUNDS = 25
Move = env["account.move"]  # noqa: F821


def specification(node, models, model):
    """The fields that the web client reads: of a view, and of the lists inside."""
    spec = {}
    for child in node.iterchildren("*"):
        name = child.get("name")
        if child.tag != "field":
            spec |= specification(child, models, model)
        elif name in models[model]["fields"]:
            field = models[model]["fields"][name]
            if field["type"] == "many2one":
                spec[name] = {"fields": {"display_name": {}}}
            elif views := child.findall("list") or child.findall("kanban"):
                spec[name] = {"fields": specification(views[0], models, field["relation"])}
            else:
                spec[name] = {}
    return spec


def times(function):
    taken = []
    for _round in range(ROUNDS):
        env.invalidate_all()  # noqa: F821
        start = time.perf_counter()
        function()
        taken.append(1000 * (time.perf_counter() - start))
    return taken


def read(kind, view):
    found = Move.get_views([(env.ref(view).id, kind)])  # noqa: F821
    arch = etree.fromstring(found["views"][kind]["arch"])
    return specification(arch, found["models"], "account.move")


domain = [("ref", "=", "bench-10")]
list_spec = read("list", "account.view_out_invoice_tree")
form_spec = read("form", "account.view_move_form")
moves = Move.search(domain, limit=80)
if len(moves) < 80:
    raise SystemExit(f"{len(moves)} invoices instead of 80: there is nothing to measure")
Move.web_search_read(domain, list_spec, limit=80)
moves[:1].web_read(form_spec)


def verdicts(found):
    """Check these invoices as the scheduled action does, where the addon is installed."""
    if "l10n_fr.chorus.verdict" in env:  # noqa: F821
        env["l10n_fr.chorus.verdict"].search([]).unlink()  # noqa: F821
        # A verdict is only given where there is one: without it, none of these would be fresh.
        env["l10n_fr.chorus.verdict"]._add(found.ids)  # noqa: F821
        checked = env["l10n_fr.chorus.maker"]._check_documents(found)  # noqa: F821
        env["l10n_fr.chorus.verdict"]._keep(checked)  # noqa: F821


result = {}
verdicts(moves)
result["list of 80 invoices"] = times(lambda: Move.web_search_read(domain, list_spec, limit=80))
result["form of an invoice"] = times(lambda: moves[:1].web_read(form_spec))
verdicts(moves[1:])
result["form of one to be checked"] = times(lambda: moves[:1].web_read(form_spec))
env.cr.rollback()  # noqa: F821
with open(os.environ["CHORUS_BENCH_RESULT"], "a") as file:
    file.write(json.dumps(result) + "\n")
