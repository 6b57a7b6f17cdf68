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


def specification(arch, fields):
    """What the web client reads: the fields of a view, and those of the lists inside."""
    spec = {}
    for node in etree.fromstring(arch).iter("field"):
        inside = next((item for item in node.iterancestors("field")), None)
        name = node.get("name")
        if inside is None and name in fields:
            kind = fields[name]["type"]
            spec[name] = {"fields": {"display_name": {}}} if kind == "many2one" else {}
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
    return specification(found["views"][kind]["arch"], found["models"]["account.move"]["fields"])


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
