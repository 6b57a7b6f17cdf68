"""The benchmark, run inside Odoo's shell by ``./dev bench``: CONTRIBUTING has its method.

Everything is measured in one run, on one database of real posted invoices, side by side with
Odoo's own builders and with a floor: the same data read by the ORM, the same trees built by lxml,
the same schema. Each round begins from cold caches, and rounds of all are interleaved.
"""

import gc
import logging
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta

from lxml import etree

from odoo import Command
from odoo.tools import config, split_every

from odoo.addons.l10n_fr_chorus_export.chorus import formats, rules
from odoo.addons.l10n_fr_chorus_export.chorus.formats import builder, schema
from odoo.addons.l10n_fr_chorus_export.models.building.maker import BATCH_SIZE
from odoo.addons.l10n_fr_chorus_export.models.channel.folder import ROOT_OPTION

logging.getLogger("factur-x").setLevel(logging.WARNING)
LARGE = bool(os.environ.get("CHORUS_BENCH_LARGE"))
ROUNDS = int(os.environ.get("CHORUS_BENCH_ROUNDS", "5"))
#: Core's UBL builder is slow: a part of the invoices is enough to measure it.
SLOW_SAMPLE = 200
#: Invoices that are printed.
PRINTED = 10
ENV = env(context={**env.context, "tracking_disable": True})  # noqa: F821


# ------------------------------------------------------------------ data


def partner_values(rank):
    siren = f"{21_000_000 + rank:09d}"[:9]
    siren = next(f"{siren[:8]}{key}" for key in range(10) if luhn(f"{siren[:8]}{key}"))
    siret = next(f"{siren}0001{key}" for key in range(10) if luhn(f"{siren}0001{key}"))
    return {
        "name": f"Commune {rank}",
        "is_company": True,
        "street": f"{rank} place de la Mairie",
        "zip": "35000",
        "city": "Rennes",
        "country_id": ENV.ref("base.fr").id,
        "company_registry": siret,
        "l10n_fr_chorus_export": True,
        "l10n_fr_chorus_service_code": "FINANCES",
        "l10n_fr_chorus_requirement": "service",
    }


def luhn(number):
    digits = [int(digit) for digit in reversed(number)]
    return not sum(digits[0::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10


def prepare_company():
    """The French company of the demonstration data."""
    company = ENV["res.company"].search([("chart_template", "=", "fr")], limit=1)
    company.l10n_fr_chorus_late_payment_terms = (
        "Intérêts de retard : taux de la BCE majoré de 8 points. Indemnité de recouvrement : 40 €. "
        "Pas d'escompte."
    )
    ENV.user.company_ids |= company
    return company


def make_moves(company, key, count, lines):
    """Posted invoices of two VAT rates, made once."""
    here = ENV(context={**ENV.context, "allowed_company_ids": company.ids})
    moves = here["account.move"].search(
        [("ref", "=", key), ("company_id", "=", company.id)], order="id"
    )
    if len(moves) >= count:
        return moves[:count]
    partners = here["res.partner"].search(
        [("name", "like", "Commune "), ("l10n_fr_chorus_export", "=", True)]
    )
    if len(partners) < 50:
        partners = here["res.partner"].create([partner_values(rank) for rank in range(1, 51)])
    taxes = {
        rate: here["account.tax"].search(
            [
                *here["account.tax"]._check_company_domain(company),
                ("type_tax_use", "=", "sale"),
                ("amount", "=", rate),
                ("amount_type", "=", "percent"),
                ("price_include", "=", False),
            ],
            limit=1,
        )
        for rate in (20, 10)
    }
    product = here["product.product"].create({"name": "Ramette de papier", "default_code": "PAP"})
    today = date.today()
    done = len(moves)
    for batch in split_every(100, range(done, count), list):
        made = here["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "partner_id": partners[rank % 50].id,
                    "invoice_date": today - timedelta(days=rank % 28),
                    "delivery_date": today - timedelta(days=rank % 28),
                    "ref": key,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "name": f"Article {line}",
                                "quantity": 1 + (rank + line) % 9,
                                "price_unit": 3.17 + line,
                                "discount": 10 if line % 5 == 0 else 0,
                                "tax_ids": [Command.set(taxes[20 if line % 2 else 10].ids)],
                            }
                        )
                        for line in range(lines)
                    ],
                }
                for rank in batch
            ]
        )
        made.action_post()
        here.cr.commit()
        here.invalidate_all()
        print(f"  {key}: {batch[-1] + 1} of {count} invoices", file=sys.stderr)
    return here["account.move"].search([("ref", "=", key), ("company_id", "=", company.id)])


# ------------------------------------------------------------------ measures


def cold(moves):
    moves.env.flush_all()
    moves.env.invalidate_all()
    gc.collect()
    return moves.env[moves._name].browse(moves.ids)


def read_documents(moves):
    reader = moves.env["l10n_fr.chorus.document"]
    found = []
    for batch in split_every(BATCH_SIZE, moves.ids, moves.browse):
        found += reader._read_documents(batch)
    return found


def ours(moves, key):
    """Document, rules, file and schema, as the engine does them."""
    count = 0
    for _move, document, anomalies in moves.env["l10n_fr.chorus.maker"]._check_documents(moves):
        assert not any(anomaly.is_blocking for anomaly in anomalies), anomalies
        formats.build_xml(document, formats.FORMATS[key])
        count += 1
    assert count == len(moves)


def whole_export(moves):
    """Checked, kept, marked, put in lots and written in the folder; undone afterwards."""
    company = moves.company_id
    export = moves.env["l10n_fr.chorus.export"]._export(
        moves, company=company, folder="bench", again=True, syntax="cii", background=False
    )
    moves.env.flush_all()
    export._deliver()
    moves.env.flush_all()
    assert export.exported_count == len(moves), export.held_count


def core(moves, builder):
    for move in moves:
        content, errors = moves.env[builder]._export_invoice(move)
        assert content


MOVE_FIELDS = """
    name move_type state invoice_date invoice_date_due delivery_date currency_id company_id
    partner_id partner_shipping_id commercial_partner_id buyer_reference contract_reference
    purchase_order_reference payment_reference narration invoice_payment_term_id partner_bank_id
    journal_id amount_total amount_untaxed amount_tax payment_state reversed_entry_id
    preferred_payment_method_line_id line_ids
""".split()
LINE_FIELDS = """
    display_type sequence name quantity price_unit discount amount_currency tax_ids tax_line_id
    tax_repartition_line_id product_uom_id product_id
""".split()


def floor_read(moves):
    """The same fields of the same records, in one batch each."""
    moves.fetch(MOVE_FIELDS)
    lines = moves.line_ids
    lines.fetch(LINE_FIELDS)
    total = 0
    for move in moves:
        for name in MOVE_FIELDS:
            move[name]
        for line in move.line_ids:
            for name in LINE_FIELDS:
                line[name]
            total += 1
    return total


def tree_of(node):
    return node.tag, dict(node.attrib), node.text, [tree_of(child) for child in node]


def floor_build(trees, key):
    """The same trees again, by lxml alone, judged and written."""

    def build(parent, tree):
        tag, attributes, text, children = tree
        node = etree.SubElement(parent, tag, attributes)
        node.text = text
        for child in children:
            build(node, child)

    for tag, attributes, _text, children in trees:
        root = etree.Element(tag, attributes)
        for child in children:
            build(root, child)
        schema.is_valid(root, formats.FORMATS[key].schema)
        builder.to_bytes(root)


def peak_memory(function):
    """The peak of memory above the memory before, in MB."""
    gc.collect()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the highest mark begins again

    def mark(name):
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(name)) / 1024

    before = mark("VmRSS:")
    function()
    return mark("VmHWM:") - before


class Bench:
    def __init__(self, moves, rounds=ROUNDS):
        self.moves = moves
        self.rounds = rounds
        self.tasks = []

    def add(self, name, function, *args, moves=None, before=None):
        self.tasks.append(
            (name, function, args, moves if moves is not None else self.moves, before)
        )

    def run(self):
        """Seconds and queries of each task, median of the rounds."""
        seconds, queries = {}, {}
        for _round in range(self.rounds):
            for name, function, args, moves, before in self.tasks:
                prepared = before() if before else ()
                moves = cold(moves)
                cr = moves.env.cr
                # A savepoint would be released: the transaction takes back the writes of a round.
                counted, start = cr.sql_log_count, time.perf_counter()
                function(moves, *args, *prepared) if function is not floor_build else function(
                    *prepared, *args
                )
                elapsed = time.perf_counter() - start
                seconds.setdefault(name, []).append(elapsed)
                queries[name] = cr.sql_log_count - counted
                cr.rollback()
        return {
            name: (
                len(moves) / statistics.median(seconds[name]),
                queries[name],
                statistics.median(seconds[name]),
            )
            for name, _function, _args, moves, _before in self.tasks
        }


def table(title, result, base=None):
    print(f"\n{title}")
    head = f"{'what':46} {'invoices/s':>11} {'ms each':>9} {'ratio':>7} {'queries':>8}"
    print(head)
    print("-" * len(head))
    for name, (pace, queries, _seconds) in result.items():
        ratio = f"{pace / result[base][0]:.1f}" if base else ""
        print(f"{name:46} {pace:11.0f} {1000 / pace:9.2f} {ratio:>7} {queries:8d}")


def window(moves):
    """Opening the selection window on these documents, with all checks, as the browser asks.

    :return: the window
    """
    wizard = moves.env["account.move.chorus.export"].create(
        {
            "company_id": moves.company_id.id,
            "move_ids": [Command.set(moves.ids)],
        }
    )
    wizard.action_next()
    for batch in split_every(wizard._slice_size, wizard.get_moves_to_check(), list):
        wizard.check_moves(batch)
    wizard.end_check()
    wizard.get_summary()
    moves.env.flush_all()
    return wizard


def toggle(wizard):
    """Excluding one document, and the totals that follow."""
    wizard.line_ids[:1].set_excluded(True)
    wizard.env.flush_all()


def main():
    company = prepare_company()
    ENV.cr.commit()
    moves = make_moves(company, "bench-10", 1000, 10)
    long_move = make_moves(company, "bench-1000", 1, 1000)
    assert len(moves) == 1000 and len(long_move) == 1
    documents = read_documents(moves)
    for key in formats.FORMATS:  # the schemas are built once per process
        ours(moves[:3], key)
    trees = {
        key: [tree_of(formats.FORMATS[key].serialise(document)) for document in documents]
        for key in ("cii", "ubl")
    }
    slow = moves[:SLOW_SAMPLE]
    bench = Bench(moves)
    bench.add("Odoo: account.edi.xml.cii", core, "account.edi.xml.cii", moves=slow)
    bench.add("Odoo: account.edi.xml.ubl_bis3", core, "account.edi.xml.ubl_bis3", moves=slow)
    bench.add("floor: read", lambda moves: floor_read(moves))
    bench.add("floor: build, XSD (CII)", floor_build, "cii", before=lambda: (trees["cii"],))
    bench.add("ours: read documents", lambda moves: read_documents(moves))
    bench.add("ours: rules", lambda moves: [rules.check(item) for item in documents])
    for key in ("ubl", "cii"):
        serialise = formats.FORMATS[key].serialise
        bench.add(
            f"ours: serialise ({key})",
            lambda moves, serialise=serialise: [
                builder.to_bytes(serialise(item)) for item in documents
            ],
        )
    roots = {key: [formats.FORMATS[key].serialise(d) for d in documents] for key in ("ubl", "cii")}
    for key in ("ubl", "cii"):
        bench.add(
            f"ours: XSD ({key})",
            lambda moves, key=key: [
                schema.is_valid(item, formats.FORMATS[key].schema) for item in roots[key]
            ],
        )
    for key in ("ubl", "cii"):
        bench.add(f"ours: all of it ({key})", ours, key)
    bench.add("ours: whole export (kept, marked, zipped)", whole_export)
    bench.add("ours: opening the window", window)
    result = bench.run()
    floor = 1 / sum(1 / result[name][0] for name in result if name.startswith("floor"))
    queries = sum(result[name][1] for name in result if name.startswith("floor"))
    result["floor: all of it (CII)"] = (floor, queries, 1000 / floor)
    print(
        f"\n{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, median of {ROUNDS} interleaved rounds"
    )
    table("1,000 invoices of 10 lines, two VAT rates", result, "Odoo: account.edi.xml.cii")
    pace = {name: values[0] for name, values in result.items()}
    everything = pace["ours: all of it (cii)"]
    targets = (
        ("all of it (cii) / Odoo's CII", everything / pace["Odoo: account.edi.xml.cii"], 6),
        (
            "all of it (ubl) / Odoo's UBL BIS 3",
            pace["ours: all of it (ubl)"] / pace["Odoo: account.edi.xml.ubl_bis3"],
            18,
        ),
        ("all of it (cii) / floor (1/1.4)", everything / floor, 1 / 1.4),
        (
            "whole export / Odoo's CII",
            pace["ours: whole export (kept, marked, zipped)"] / pace["Odoo: account.edi.xml.cii"],
            3,
        ),
    )
    print(f"\n{'target':46} {'is':>7} {'wanted':>7}")
    for name, is_, wanted in targets:
        print(f"{name:46} {is_:7.2f} {wanted:7.2f}  {'yes' if is_ >= wanted else 'NO'}")

    bench = Bench(long_move, rounds=3)
    bench.add("Odoo: account.edi.xml.cii", core, "account.edi.xml.cii")
    bench.add("ours: all of it (cii)", ours, "cii")
    table("1 invoice of 1,000 lines", bench.run(), "Odoo: account.edi.xml.cii")

    readable(moves[:PRINTED])
    if LARGE:
        large(company)


def readable(moves):
    """Factur-X: printing by wkhtmltopdf, then the file built of the print, apart."""
    start = time.perf_counter()
    pdfs = moves.env["l10n_fr.chorus.pdf"]._get_pdfs(moves)
    printing = time.perf_counter() - start
    documents = read_documents(moves)
    if not pdfs:
        print("\nFactur-X: this machine cannot print (wkhtmltopdf)")
        return
    start = time.perf_counter()
    for move, document in zip(moves, documents, strict=True):
        formats.build(document, formats.FORMATS["facturx"], pdfs[move])
    making = time.perf_counter() - start
    print(
        f"\nFactur-X: printing {1000 * printing / len(moves):.0f} ms an invoice, then "
        f"{1000 * making / len(moves):.0f} ms for the file"
    )


def large(company):
    moves = make_moves(company, "bench-3", 10_000, 3)
    small = Bench(moves[:1000], rounds=3)
    small.add("1,000 invoices of 3 lines", ours, "cii")
    small.add("whole export, 1,000 invoices", whole_export)
    result = small.run()
    bench = Bench(moves, rounds=2)
    bench.add("10,000 invoices of 3 lines", ours, "cii")
    bench.add("whole export, 10,000 invoices", whole_export)
    bench.add("opening the window on 10,000", window)
    result |= bench.run()
    table("10,000 invoices of 3 lines", result)
    cr = ENV.cr
    wizard = window(cold(moves))
    counted, start = cr.sql_log_count, time.perf_counter()
    toggle(wizard)
    print(
        f"toggling a row of 10,000: {1000 * (time.perf_counter() - start):.0f} ms, "
        f"{cr.sql_log_count - counted} queries"
    )
    cr.rollback()


def memory():
    """The memory of an export, in a process that has done nothing else: none is left to reuse."""
    company = prepare_company()
    moves = make_moves(company, *(("bench-3", 10_000, 3) if LARGE else ("bench-10", 1000, 10)))
    ours(moves[:3], "cii")
    taken = peak_memory(lambda: whole_export(cold(moves)))
    ENV.cr.rollback()
    print(
        f"\npeak memory of an export of {len(moves):,} documents: {taken:.0f} MB more than before"
    )


def invoices():
    """Make the invoices that the cost of views is measured on, without any measure."""
    make_moves(prepare_company(), "bench-10", 1000, 10)


root = tempfile.mkdtemp(prefix="chorus-bench-")
config.options[ROOT_OPTION] = root
try:
    {"pace": main, "memory": memory, "invoices": invoices}[os.environ["CHORUS_BENCH"]]()
finally:
    shutil.rmtree(root, ignore_errors=True)
