"""Tests that start real Odoo processes on a committed database of their own.

`./dev test process` clones the database and says where things are in the environment.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def odoo():
    """Run the Odoo program: ``odoo("chorus_export", …)`` → completed process."""
    program = os.environ["CHORUS_DEV"]

    def run(*arguments, **options):
        return subprocess.run(
            [program, "odoo", *arguments], capture_output=True, text=True, timeout=300, **options
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
