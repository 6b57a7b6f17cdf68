"""Tests of the addon as a stranger gets it: a wheel beside an Odoo that knows nothing of us.

`./dev test package` builds the wheel and says where things are in the environment.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import psycopg2
import pytest

MODULE = "l10n_fr_chorus_export"
SCRIPTS = Path(__file__).parent / "scripts"
COPY = Path(__file__).parents[2] / ".dev/copy_db.sh"
#: A version to come, and what its migration does: it writes down the version that it came from.
NEXT = "19.0.9.0.0"
MIGRATION = """
def migrate(cr, version):
    cr.execute("UPDATE l10n_fr_chorus_service SET name = name || ' ' || %s", [version])
"""


class CleanOdoo:
    """An Odoo with our wheel installed beside it: the repository is on no path of it."""

    def __init__(self, folder, data):
        self.folder = folder
        self.data = data
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.python = folder / "python"
        self.conf = folder / "odoo.conf"
        self._make_python()
        self.conf.write_text(
            f"[options]\naddons_path = {os.environ['CHORUS_ODOO_ADDONS']}\n"
            f"data_dir = {self.data}\nhttp_interface = 127.0.0.1\n"
        )

    def _make_python(self):
        """A fresh environment, that sees the packages of the development environment and Odoo."""
        venv.create(self.python, with_pip=False, symlinks=True)
        beside = [os.environ["CHORUS_ODOO_PATH"], sysconfig.get_paths()["purelib"]]
        (self._packages / "beside.pth").write_text("\n".join(beside))

    @property
    def _packages(self):
        return next(self.python.glob("lib/python3*/site-packages"))

    @property
    def addon(self):
        """The folder of the addon, as its wheel was installed."""
        return self._packages / "odoo" / "addons" / MODULE

    def install(self, *wheels):
        """Install wheels with pip; what they require is there, or tests find it missing."""
        pip = [sys.executable, "-m", "pip", "--python", self.python / "bin" / "python"]
        options = ["install", "-q", "--no-index", "--no-deps", "--no-cache-dir"]
        subprocess.run([*pip, *options, *wheels], check=True)

    def run(self, *arguments, script=None, status=0):
        """Run the Odoo program.

        :param script: name of a file of ``scripts``, for Odoo's shell
        :param status: the expected exit status
        :return: what it wrote on standard output; standard error is Odoo's log, in which a
            warning fails the test as it fails `./dev test`
        """
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
        }
        environment |= {"ODOO_RC": str(self.conf), "HOME": str(self.folder)}
        process = subprocess.run(
            [self.python / "bin" / "python", os.environ["CHORUS_ODOO_PROGRAM"], *arguments],
            input=(SCRIPTS / script).read_text() if script else None,
            capture_output=True,
            text=True,
            timeout=900,
            cwd=self.folder,
            env=environment,
        )
        assert process.returncode == status, process.stderr[-5000:] + process.stdout[-2000:]
        self._check_log(process.stderr)
        return process.stdout

    def _check_log(self, text):
        log = self.folder / "odoo.log"
        log.write_text(text)
        if not text:
            return  # a sub-command logs warnings alone
        checker = Path(sys.executable).with_name("checklog-odoo")
        faults = subprocess.run([checker, "--no-echo", log], capture_output=True, text=True)
        assert faults.returncode == 0, faults.stdout + faults.stderr

    def server(self, database, *arguments):
        """Run Odoo on a database until what it was asked for is done."""
        return self.run("server", "-d", database, "--stop-after-init", "--no-http", *arguments)

    def shell(self, database, script):
        """Run a script in Odoo's shell; give the last line that it printed."""
        output = self.run(
            *("shell", "-d", database, "--no-http", "--shell-interface=python"), script=script
        )
        return output.strip().splitlines()[-1] if output.strip() else ""

    def clone(self, source, target):
        """Copy a database and its files."""
        connection = psycopg2.connect(dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        connection.close()
        subprocess.run([COPY, source, target], check=True)
        for files in (self.data / "filestore", self.data / MODULE):
            shutil.rmtree(files / target, ignore_errors=True)
            if (files / source).is_dir():
                shutil.copytree(files / source, files / target)
        return target


@pytest.fixture(scope="session")
def wheel():
    """The wheel of the tree, as `./dev wheel` builds it."""
    [wheel] = Path(os.environ["CHORUS_WHEELS"]).glob("odoo_addon_l10n_fr_chorus_export-*.whl")
    return wheel


@pytest.fixture(scope="session")
def odoo(wheel):
    folder = Path(os.environ["CHORUS_PACKAGE"])
    odoo = CleanOdoo(folder, data=folder / "data")
    odoo.install(wheel)
    return odoo


@pytest.fixture(scope="session")
def odoo_with_neighbours(odoo, wheel):
    """Another Odoo on the same data, with addons of others beside ours."""
    neighbours = Path(os.environ["CHORUS_NEIGHBOURS"]).glob("*.whl")
    both = CleanOdoo(odoo.folder / "neighbours", data=odoo.data)
    both.install(wheel, *neighbours)
    return both


@pytest.fixture(scope="session")
def odoo_next(odoo, wheel):
    """Another Odoo on the same data, with a version of the addon that does not exist yet."""
    following = CleanOdoo(odoo.folder / "next", data=odoo.data)
    following.install(wheel)
    manifest = following.addon / "__manifest__.py"
    text, changed = re.subn(r'("version": ")[\d.]+', rf"\g<1>{NEXT}", manifest.read_text())
    assert changed
    manifest.write_text(text)
    scripts = following.addon / "migrations" / NEXT
    scripts.mkdir(parents=True)
    (scripts / "post-migrate.py").write_text(MIGRATION)
    return following


@pytest.fixture(scope="session")
def bare(odoo):
    """A database that has never heard of us: a French company, with invoices of its own."""
    base = Path(os.environ["CHORUS_DATA_DIR"]) / "filestore" / "chorus_base"
    shutil.copytree(base, odoo.data / "filestore" / "chorus_base")
    name = odoo.clone("chorus_base", "chorus_package_bare")
    odoo.shell(name, "invoice.py")
    return name


@pytest.fixture(scope="session")
def installed(odoo, bare):
    """The same with the addon."""
    name = odoo.clone(bare, "chorus_package_installed")
    odoo.server(name, "-i", MODULE)
    return name


@pytest.fixture(scope="session")
def used(odoo, installed):
    """The same after some months of work: exports, lots, states, refusals, settings."""
    name = odoo.clone(installed, "chorus_package_used")
    odoo.shell(name, "use.py")
    return name
