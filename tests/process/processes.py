"""What tests of real processes share: documents to export, servers, and patience."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path

# Runs the scripts that come through a pipe, each in a transaction and a namespace of its own.
SERVE = """
import contextlib, io, traceback
from multiprocessing.connection import Connection
tests = Connection({descriptor})
with contextlib.suppress(EOFError):
    while True:
        script, out, err = tests.recv(), io.StringIO(), ""
        env.registry.check_signaling()  # as a server does at each request
        env.transaction.reset()
        try:
            with contextlib.redirect_stdout(out):
                exec(script, {{"env": env}})
        except Exception:
            err = traceback.format_exc()
        env.cr.rollback()
        tests.send((out.getvalue(), err))
"""

# Invoices like one of the demo company's, committed; gives their ids.
MAKE = """
from uuid import uuid4
from odoo.addons.l10n_fr_chorus_export.tests.common import copy_posted
company = env["res.company"].search([("name", "=", "Fournitures de l'Ouest")])
company.l10n_fr_chorus_background_threshold = {threshold}
company.l10n_fr_chorus_folder = "faults"
Move = env["account.move"].with_company(company)
model = Move.search([("company_id", "=", company.id), ("move_type", "=", "out_invoice"),
    ("state", "=", "posted"), ("commercial_partner_id.ref", "=", "REUNION")], limit=1)
moves = copy_posted(model, {count}, f"P{{uuid4().hex[:8]}}")
env.cr.commit()
print("MADE", ",".join(map(str, moves.ids)))
"""

# The demo accountant exports them, in one export or in several; gives their numbers.
START = """
user = env["res.users"].search([("login", "=", "comptable")])
env = env(user=user, context={{"allowed_company_ids": user.company_id.ids}})
exports = [
    env["l10n_fr.chorus.export"]._export(
        env["account.move"].browse(ids), company=user.company_id, folder="faults")
    for ids in {groups}
]
env.cr.commit()
print("MADE", ",".join(str(export.id) for export in exports))
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


def start_resident(database):
    """Start an Odoo shell that waits for scripts.

    :param database: its name
    :return: (process, connection): ``send`` a script, ``recv`` what it prints and its traceback
    """
    ours, theirs = Pipe()
    process = subprocess.Popen(
        [
            *(os.environ["CHORUS_DEV"], "odoo", "shell", "-d", database),
            *("--no-http", "--log-level=warn"),
        ],
        stdin=subprocess.PIPE,
        text=True,
        pass_fds=[theirs.fileno()],
    )
    process.stdin.write(SERVE.format(descriptor=theirs.fileno()))
    process.stdin.close()
    theirs.close()
    return process, ours


@dataclass(frozen=True)
class Server:
    """An Odoo server, in a group of processes of its own.

    :param process: the first of the group
    :param url: where it answers
    :param log: what it writes
    """

    process: subprocess.Popen
    url: str
    log: Path

    @classmethod
    def start(cls, database, port, log, cron_threads):
        """Start one, and do not wait for it.

        :param database: its name
        :param port: of its own
        :param log: path of a new file
        :param cron_threads: workers of its scheduled actions; 0 for pages alone
        """
        with open(log, "wb") as stream:
            process = subprocess.Popen(
                [
                    *(os.environ["CHORUS_DEV"], "odoo", "server", "-d", database),
                    *("--db-filter", f"^{database}$", "--http-port", str(port)),
                    *("--max-cron-threads", str(cron_threads)),
                ],
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process, f"http://127.0.0.1:{port}", log)

    def kill(self):
        """As a power cut does: no process of the group has time for anything."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    @property
    def is_alive(self):
        return self.process.poll() is None

    def has(self, pid):
        """Whether a process is one of this server's."""
        return os.getpgid(pid) == self.process.pid


def wait_for(condition, each_second=None, seconds=900):
    """Wait until something is so.

    :param condition: says it when it is called
    :param each_second: called meanwhile
    :return: what it said
    """
    begin = told = time.monotonic()
    while not (result := condition()):
        now = time.monotonic()
        assert now < begin + seconds, "nothing happens"
        if each_second and now >= told:
            each_second()
            told = now + 1
        time.sleep(0.01)
    return result
