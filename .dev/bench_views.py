"""What the list of invoices and their form cost, with the addon and without: see ``./dev bench``.

Prints the milliseconds that the server takes, median, for what the web client asks.
"""

import json
import os
import statistics
import time

from lxml import etree

ROUNDS = 25
Move = env["account.move"]  # noqa: F821


def specification(node, models, model):
    """What the web client reads: the fields of a view, and those of the lists inside."""
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


def median(function):
    taken = []
    for _round in range(ROUNDS):
        env.invalidate_all()  # noqa: F821
        start = time.perf_counter()
        function()
        taken.append(1000 * (time.perf_counter() - start))
    return round(statistics.median(taken), 2)


def read(kind, view):
    found = Move.get_views([(env.ref(view).id, kind)])  # noqa: F821
    arch = etree.fromstring(found["views"][kind]["arch"])
    return specification(arch, found["models"], "account.move")


domain = [("ref", "=", "bench-10")]
list_spec = read("list", "account.view_out_invoice_tree")
form_spec = read("form", "account.view_move_form")
moves = Move.search(domain, limit=20)
Move.web_search_read(domain, list_spec, limit=80)
moves[:1].web_read(form_spec)
result = {
    "list of 80 invoices": median(lambda: Move.web_search_read(domain, list_spec, limit=80)),
    "form of an invoice": median(lambda: moves[:1].web_read(form_spec)),
}
with open(os.environ["CHORUS_BENCH_RESULT"], "w") as file:
    json.dump(result, file)
