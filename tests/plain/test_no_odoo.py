"""The plain middle stands alone."""

import subprocess
import sys
from pathlib import Path

import chorus

_PROGRAM = """
import importlib, pkgutil, sys
import chorus
names = [item.name for item in pkgutil.walk_packages(chorus.__path__, "chorus.")]
for name in names:
    importlib.import_module(name)
bad = sorted(name for name in sys.modules if name.split(".")[0] in ("odoo", "psycopg2"))
print(len(names), *bad)
"""


def test_no_module_of_chorus_imports_odoo():
    """An import of Odoo would tie the rules and files to a database."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=Path(chorus.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    count, *bad = done.stdout.split()
    assert int(count) >= 15
    assert bad == []
