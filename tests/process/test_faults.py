"""Processes killed, or two at once: no document is lost, none goes out twice."""

import hashlib
import os
import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import psycopg2
import pytest

COUNT = 200

# Invoices like one of the demo company's, committed; gives their ids.
MAKE = """
company = env["res.company"].search([("name", "=", "Fournitures de l'Ouest")])
company.l10n_fr_chorus_background_threshold = {threshold}
company.l10n_fr_chorus_folder = "faults"
Move = env["account.move"].with_company(company)
model = Move.search([("company_id", "=", company.id), ("move_type", "=", "out_invoice"),
    ("state", "=", "posted"), ("commercial_partner_id.ref", "=", "REUNION")], limit=1)
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

# How many documents wait, and the state and files of their exports.
WAITING = """
SELECT count(*) FROM l10n_fr_chorus_export_line WHERE state = 'waiting' AND move_id = ANY(%s)
"""
STATES = """
SELECT DISTINCT export.id, export.state
  FROM l10n_fr_chorus_export export
  JOIN l10n_fr_chorus_export_line line ON line.export_id = export.id
 WHERE line.move_id = ANY(%s)
"""
FILES = """
SELECT line.move_id, export.path, line.delivered_name, line.sha256
  FROM l10n_fr_chorus_export_line line
  JOIN l10n_fr_chorus_export export ON export.id = line.export_id
 WHERE line.state = 'exported' AND line.move_id = ANY(%s)
"""


@pytest.fixture
def shell(odoo, database):
    """Run a script in an Odoo shell; give what it prints after MADE."""

    def run(script, **values):
        process = odoo(
            *("shell", "-d", database, "--no-http", "--log-level=warn"),
            input=script.format(**values),
        )
        found = re.findall(r"MADE (.*)", process.stdout)
        assert len(found) == 1, process.stderr
        return found[0]

    return run


@pytest.fixture
def moves(shell):
    """Make documents that nobody has exported; give their ids."""

    def make(threshold):
        answer = shell(MAKE, count=COUNT, threshold=threshold)
        return [int(number) for number in answer.split(",")]

    return make


@pytest.fixture
def query(database):
    """Ask the database what is committed."""
    connection = psycopg2.connect(dbname=database)  # the server is in the environment
    connection.autocommit = True
    cursor = connection.cursor()

    def run(statement, *values):
        cursor.execute(statement, values)
        return cursor.fetchall()

    yield run
    connection.close()


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


def assert_each_once(query, ids, root):
    assert query(WAITING, ids) == [(0,)]
    assert {state for _id, state in query(STATES, ids)} == {"done"}
    files = query(FILES, ids)
    gone = Counter(move for move, *_rest in files)
    assert set(gone) == set(ids), "lost"
    assert set(gone.values()) == {1}, "went out twice"
    for _move, folder, name, digest in files:
        assert hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest() == digest
    names = [name for _move, _folder, name, _digest in files]
    assert len(set(names)) == len(names)
    # No second file of the same document, under a numbered name.
    stems = tuple(name.removesuffix(".xml") + "_" for name in names)
    assert not [name for name in os.listdir(root / "faults") if name.startswith(stems)]


def wait_for(condition, seconds=180, pause=0.01):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happens"
        time.sleep(pause)


def test_a_server_killed_in_the_middle_of_an_export(shell, moves, server, query, root, export):
    """kill -9 of everything once the first slice is committed, then a server as usual."""
    ids = moves(threshold=10)
    shell(START, ids=",".join(map(str, ids)))
    assert query(WAITING, ids) == [(COUNT,)]
    process = server()
    wait_for(lambda: query(WAITING, ids)[0][0] < COUNT)
    kill(process)
    assert 0 < query(WAITING, ids)[0][0] < COUNT, "killed in the middle"
    assert {state for _id, state in query(STATES, ids)} == {"running"}

    server()
    # The lots come last, and the folder after them.
    wait_for(
        lambda: (
            {state for _id, state in query(STATES, ids)} == {"done"}
            and all(name for _move, _folder, name, _digest in query(FILES, ids))
        ),
        pause=1,
    )
    assert_each_once(query, ids, root)


@pytest.mark.parametrize("threshold", [10_000, 10], ids=["at once", "in slices"])
def test_two_processes_export_the_same_documents(moves, database, query, root, export, threshold):
    """Two command lines at once: each document goes with one of them."""
    ids = moves(threshold=threshold)
    dates = "SELECT min(invoice_date), max(invoice_date) FROM account_move WHERE id = ANY(%s)"
    [(date_from, date_to)] = query(dates, ids)
    arguments = [
        *(os.environ["CHORUS_DEV"], "odoo", "chorus_export", "-d", database),
        *("--company", "Fournitures de l'Ouest", "--partner", "REUNION", "--folder", "faults"),
        *("--from", str(date_from), "--to", str(date_to), "--lot", "none"),
    ]
    processes = [
        subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _rank in range(2)
    ]
    codes = []
    for process in processes:
        _out, err = process.communicate(timeout=300)
        assert "Traceback" not in err
        codes.append((process.returncode, err))
    # The one that comes second is told who has them, or finds nothing left.
    assert {code for code, _err in codes} <= {0, 1}, codes
    assert 0 in {code for code, _err in codes}, codes
    assert_each_once(query, ids, root)
