"""Tests that start real Odoo processes on a committed database of their own.

`./dev test process` clones the database and says where things are in the environment.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg2
import pytest
from processes import MAKE, Server, start_resident


@pytest.fixture(scope="session")
def odoo():
    """Run the Odoo program: ``odoo("chorus_export", …)`` → completed process."""
    program = os.environ["CHORUS_DEV"]

    def run(*arguments, **options):
        return subprocess.run(
            [program, "odoo", *arguments], capture_output=True, text=True, timeout=900, **options
        )

    return run


@pytest.fixture(scope="session")
def database():
    return os.environ["CHORUS_PROCESS_DB"]


@pytest.fixture(scope="session")
def root(database):
    """The export root: Odoo's data directory, per database."""
    return Path(os.environ["CHORUS_DATA_DIR"]) / os.environ["CHORUS_MODULE"] / database


@pytest.fixture
def export(odoo, database, root):
    """Run the sub-command on the demo company; give the process and its JSON."""
    shutil.rmtree(root, ignore_errors=True)

    def run(*arguments, company="Fournitures de l'Ouest"):
        options = ["-d", database, "--company", company, *arguments]
        process = odoo("chorus_export", *options)
        report = json.loads(process.stdout) if process.stdout.startswith("{") else None
        return process, report

    return run


@pytest.fixture(scope="session")
def resident(database):
    """An Odoo shell that serves all tests, since one takes seconds to start."""
    process, connection = start_resident(database)
    yield connection
    connection.close()
    process.wait(timeout=60)


@pytest.fixture
def shell(odoo, database, resident):
    """Run a script in an Odoo shell; give what it prints after MADE.

    ``alone=True`` is for a script that changes the program: it gets a shell of its own.
    """

    def run(script, alone=False, **values):
        script = script.format(**values)
        if alone:
            process = odoo(
                *("shell", "-d", database, "--no-http", "--log-level=warn"), input=script
            )
            out, err = process.stdout, process.stderr
        else:
            resident.send(script)
            out, err = resident.recv()
        found = re.findall(r"MADE (.*)", out)
        assert len(found) == 1, err
        return found[0]

    return run


@pytest.fixture
def moves(shell):
    """Make documents that were never exported; give their ids."""

    def make(count, threshold):
        answer = shell(MAKE, count=count, threshold=threshold)
        return [int(number) for number in answer.split(",")]

    return make


@pytest.fixture
def query():
    """Ask a database what is committed."""
    connections = {}

    def run(statement, *values, dbname=os.environ["CHORUS_PROCESS_DB"]):
        if dbname not in connections:
            # The server is in the environment.
            connections[dbname] = psycopg2.connect(dbname=dbname)
            connections[dbname].autocommit = True
        cursor = connections[dbname].cursor()
        cursor.execute(statement, values)
        return cursor.fetchall()

    yield run
    for connection in connections.values():
        connection.close()


@pytest.fixture
def wake(query, database):
    """Have servers look for scheduled actions, as whatever asks for one does.

    Left alone they look around each minute, and for the first time after one.
    """

    def run():
        query("SELECT pg_notify('cron_trigger', %s)", database, dbname="postgres")

    return run


@pytest.fixture
def server(database, tmp_path):
    """Start a server with its scheduled actions; it is killed in the end."""
    started = []
    first_port = int(os.environ.get("CHORUS_DEV_PORT", "8069")) + 100

    def start(cron_threads=1):
        rank = len(started)
        log = tmp_path / f"server{rank}.log"
        started.append(Server.start(database, first_port + rank, log, cron_threads))
        return started[-1]

    yield start
    for running in started:
        running.kill()
