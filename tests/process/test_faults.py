"""Processes killed, or two at once: no document is lost, none goes out twice."""

import os
import re
import signal
import subprocess
import time
from collections import Counter

import pytest

COUNT = 200

# Invoices like one of the demo company's, committed; gives their ids.
MAKE = """
company = env["res.company"].search([("name", "=", "Fournitures de l'Ouest")])
company.l10n_fr_chorus_background_threshold = {threshold}
company.l10n_fr_chorus_folder = "faults"
Move = env["account.move"].with_company(company)
model = Move.search([("company_id", "=", company.id), ("l10n_fr_chorus_export_count", ">=", 0),
    ("move_type", "=", "out_invoice"), ("state", "=", "posted"),
    ("commercial_partner_id.ref", "=", "REUNION")], limit=1)
moves = Move
for _rank in range({count}):
    moves |= model.copy({{"invoice_date": model.invoice_date}})
moves.action_post()
env.cr.commit()
print("MADE", ",".join(map(str, moves.ids)))
"""

START = """
moves = env["account.move"].browse([{ids}])
env = env(context={{"allowed_company_ids": moves.company_id.ids}})
export = env["l10n_fr.chorus.export"]._export(
    env["account.move"].browse(moves.ids), company=moves.company_id, folder="faults")
env.cr.commit()
print("MADE", export.id)
"""

# Each document's files, what waits, and how far the exports are.
STATE = """
lines = env["l10n_fr.chorus.export.line"].search([("move_id", "in", [{ids}])])
exports = lines.export_id
print("MADE", len(lines.filtered(lambda line: line.state == "waiting")),
    ",".join(exports.mapped("state")), ",".join(exports.mapped("delivery_state")),
    ",".join(map(str, lines.filtered(lambda line: line.state == "exported").move_id.ids)),
    len(lines.filtered(lambda line: line.state == "exported")),
    ",".join(exports.exported_line_ids.filtered("path").mapped("path")))
"""


@pytest.fixture
def shell(odoo, database):
    """Run a script in an Odoo shell; give what it prints after MADE."""

    def run(script, **values):
        process = odoo(
            *("shell", "-d", database, "--no-http", "--log-level=warn"),
            input=script.format(**values),
        )
        [answer] = re.findall(r"MADE (.*)", process.stdout) or [process.stderr]
        return answer

    return run


@pytest.fixture
def moves(shell):
    def make(count=COUNT, threshold=10):
        return shell(MAKE, count=count, threshold=threshold)

    return make


@pytest.fixture
def server(database, tmp_path):
    """A server with its scheduled actions, in a group of processes of its own."""
    started = []

    def start():
        port = str(int(os.environ.get("CHORUS_DEV_PORT", "8069")) + 100)
        log = open(tmp_path / f"server{len(started)}.log", "wb")
        process = subprocess.Popen(
            [
                *(os.environ["CHORUS_DEV"], "odoo", "server", "-d", database),
                *("--http-port", port, "--max-cron-threads", "1"),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process):
    """As a power cut does: no process of the group has time for anything."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def assert_each_once(shell, ids, root):
    waiting, states, delivered, *rest = shell(STATE, ids=ids).split(" ")
    assert waiting == "0"
    assert set(states.split(",")) == {"done"}
    assert set(delivered.split(",")) == {"done"}
    gone, count, paths = rest
    wanted = ids.split(",")
    assert sorted(gone.split(","), key=int) == sorted(wanted, key=int), "lost"
    assert int(count) == len(wanted), "went out twice"
    paths = paths.split(",")
    assert len(set(paths)) == len(wanted)
    names = [name for name in os.listdir(root / "faults") if not name.startswith(".")]
    by_kind = Counter(name.rsplit(".", 1)[1] for name in names)
    assert by_kind["xml"] == len(wanted)
    for path in paths:
        assert os.path.getsize(path) > 0


def test_a_server_killed_in_the_middle_of_an_export(shell, moves, server, root, export):
    """kill -9 of everything after the first slices, then a server as usual."""
    ids = moves()
    shell(START, ids=ids)
    assert shell(STATE, ids=ids).split(" ")[0] == str(COUNT)
    process = server()
    seen = COUNT
    deadline = time.monotonic() + 180
    while seen == COUNT and time.monotonic() < deadline:
        seen = int(shell(STATE, ids=ids).split(" ")[0])
    kill(process)
    waiting = int(shell(STATE, ids=ids).split(" ")[0])
    assert waiting < COUNT, "it had begun"

    server()
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        waiting, states, delivered, *_rest = shell(STATE, ids=ids).split(" ")
        if states == "done" and delivered == "done":
            break
        time.sleep(2)
    assert_each_once(shell, ids, root)


def test_two_processes_export_the_same_documents(shell, moves, odoo, database, root, export):
    """Two command lines at once: each document goes with one of them."""
    ids = moves(threshold=10_000)
    first = shell(
        "m = env['account.move'].browse([{ids}]); "
        "print('MADE', min(m.mapped('invoice_date')), max(m.mapped('invoice_date')))",
        ids=ids,
    )
    date_from, date_to = first.split(" ")
    arguments = [
        *(os.environ["CHORUS_DEV"], "odoo", "chorus_export", "-d", database),
        *("--company", "Fournitures de l'Ouest", "--partner", "REUNION", "--folder", "faults"),
        *("--from", date_from, "--to", date_to, "--lot", "none"),
    ]
    processes = [
        subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _rank in range(2)
    ]
    for process in processes:
        _out, err = process.communicate(timeout=300)
        # The one that comes second is told who has them, or finds nothing left.
        assert process.returncode in (0, 1), err
        assert "Traceback" not in err
    assert_each_once(shell, ids, root)
