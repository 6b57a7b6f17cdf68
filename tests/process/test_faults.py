"""Processes killed, or two at once: no document is lost, none goes out twice."""

import hashlib
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from processes import FILES, START, STATES, WAITING, wait_for

COUNT = 200

# Who is writing lines of exports at this moment: processes of Odoo servers.
WRITERS = """
SELECT DISTINCT substr(application_name, 6)::int
  FROM pg_locks
  JOIN pg_stat_activity USING (pid)
 WHERE relation = 'l10n_fr_chorus_export_line'::regclass
   AND mode = 'RowExclusiveLock'
   AND datname = current_database() -- a copied database has the same relations
   AND application_name ~ '^odoo-[0-9]+$'
"""

# An export carried out while someone else writes on its documents, slice after slice, as a payment
# does; gives how many transactions the database refused.
CONFLICT = """
from psycopg2.errors import SerializationFailure
export = env["l10n_fr.chorus.export"].browse({export})
cls = env.registry["l10n_fr.chorus.export"]
take_slice, try_to_advance = cls._take_slice, cls._try_to_advance
busy, refused = 0, []

def disturbed(self):
    global busy
    busy += 1
    if busy % 3:
        with env.registry.cursor() as other:
            other.execute("UPDATE account_move SET ref = %s WHERE id = ANY(%s)",
                [f"PAY/{{busy}}", self.waiting_line_ids.move_id.ids])
    return take_slice(self)

def counted(self):
    try:
        return try_to_advance(self)
    except SerializationFailure as error:
        refused.append(error.pgcode)
        raise

cls._take_slice, cls._try_to_advance = disturbed, counted
export._run_here()
print("MADE", len(refused))
"""

# Someone exports documents in a transaction that began before another one exported them.
LATE = """
from odoo.exceptions import UserError
from odoo.service.model import retrying
user = env["res.users"].search([("login", "=", "comptable")])
answers = []

def export(env):
    env = env(user=user.id, context={{"allowed_company_ids": user.company_id.ids}})
    try:
        return env["l10n_fr.chorus.export"]._export(
            env["account.move"].browse({ids}), company=user.company_id, folder="faults")
    except UserError as error:
        answers.append(str(error))
        raise

late = env.registry.cursor()
late.execute("SELECT 1")  # what this transaction sees is settled from here on
export(env)
env.cr.commit()
try:
    retrying(lambda: export(env(cr=late)), env(cr=late))
except UserError as error:
    late.rollback()
    print("MADE", str(error))
else:
    late.commit()
    print("MADE nothing of it")
late.close()
"""


def is_over(query, ids):
    """The lots come last, and the folder after them."""
    return {state for _id, state in query(STATES, ids)} == {"done"} and all(
        name for _move, _folder, name, _digest in query(FILES, ids)
    )


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


def test_a_server_killed_in_the_middle_of_an_export(
    shell, moves, server, wake, query, root, export
):
    """kill -9 of everything once the first slice is committed, then a server as usual."""
    ids = moves(COUNT, threshold=10)
    shell(START, groups=[ids])
    assert query(WAITING, ids) == [(COUNT,)]
    killed = server()
    wait_for(lambda: query(WAITING, ids)[0][0] < COUNT, wake)
    killed.kill()
    assert 0 < query(WAITING, ids)[0][0] < COUNT, "killed in the middle"
    assert {state for _id, state in query(STATES, ids)} == {"running"}

    server()
    wait_for(lambda: is_over(query, ids), wake)
    assert_each_once(query, ids, root)


def test_two_hosts(shell, moves, server, wake, query, root, export):
    """Two servers on one PostgreSQL: what one of them begins is done once, and by the other when
    that one dies."""
    hosts = [server(cron_threads=2), server(cron_threads=2)]
    ids = moves(COUNT + 300, threshold=10)
    first, second = ids[:COUNT], ids[COUNT:]
    shell(START, groups=[first, second])
    wait_for(lambda: query(WAITING, second)[0][0] < len(second))
    assert [host.is_alive for host in hosts] == [True, True]
    assert query(WAITING, first) == [(0,)]
    writers = [pid for (pid,) in wait_for(lambda: query(WRITERS))]
    [dying] = [host for host in hosts if any(map(host.has, writers))]
    dying.kill()
    assert 0 < query(WAITING, second)[0][0] < len(second), "killed in the middle"

    wait_for(lambda: is_over(query, ids), wake)
    assert sum(host.is_alive for host in hosts) == 1
    assert_each_once(query, ids, root)


def test_transactions_that_the_database_refuses(shell, moves, query, root, export):
    """Someone writes on the documents while they are exported: nothing is lost or made twice."""
    ids = moves(COUNT, threshold=10)
    number = shell(START, groups=[ids])
    assert int(shell(CONFLICT, alone=True, export=number)) == 4, "twice a slice"
    assert_each_once(query, ids, root)


def test_one_who_comes_late(shell, moves, query, root, export):
    """The database shows him documents as not exported, while another user has exported them."""
    ids = moves(3, threshold=10_000)
    assert "has just exported" in shell(LATE, ids=ids)
    assert_each_once(query, ids, root)


@pytest.mark.parametrize("threshold", [10_000, 10], ids=["at once", "in slices"])
def test_two_processes_export_the_same_documents(moves, database, query, root, export, threshold):
    """Two command lines at once: each document goes with one of them."""
    ids = moves(COUNT, threshold=threshold)
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
        _out, err = process.communicate(timeout=900)
        assert "Traceback" not in err
        codes.append((process.returncode, err))
    # The second user reads who has them, or finds nothing left.
    assert {code for code, _err in codes} <= {0, 1}, codes
    assert 0 in {code for code, _err in codes}, codes
    assert_each_once(query, ids, root)
