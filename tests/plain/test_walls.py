"""The walls between the chapters of the addon, which the lint looks after."""

import importlib.util
from pathlib import PurePath

import pytest
from conftest import ROOT

SCRIPT = ROOT / ".dev/walls.py"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="the tooling is not in the wheel")


@pytest.fixture(scope="module")
def walls():
    spec = importlib.util.spec_from_file_location("chorus_walls", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("path", "imports", "target"),
    [
        ("chorus/document/x.py", "from ..rules import base", "chorus/rules/base.py"),
        ("chorus/rules/x.py", "from .. import formats", "chorus/formats/__init__.py"),
        ("chorus/rules/x.py", "def f():\n    from ..formats.ubl import y", "chorus/formats/ubl.py"),
        ("chorus/pdf/pdfa/x.py", "import chorus.document.model", "chorus/document/model.py"),
        ("chorus/portal/x.py", "from ..deposit import lots", "chorus/deposit/lots.py"),
        ("chorus/text.py", "from .document import model", "chorus/document/model.py"),
        ("models/reading/x.py", "from ...chorus.formats import ubl", "chorus/formats/ubl.py"),
        ("models/x.py", "from ..wizard import y", "wizard/y.py"),
    ],
)
def test_imports_that_a_wall_stops(walls, path, imports, target):
    sources = {PurePath(path): imports, PurePath(target): ""}
    (fault,) = walls.faults(sources)
    assert fault.startswith(f"{path} imports {target}: ")


def test_imports_that_a_wall_lets_through(walls):
    sources = {
        PurePath("chorus/rules/x.py"): "from ..document.model import y\nfrom .. import limits",
        PurePath("chorus/rules/__init__.py"): "from . import x",
        PurePath("chorus/document/model.py"): "import re",
        PurePath("chorus/limits.py"): "",
    }
    assert not list(walls.faults(sources))


def test_circle(walls):
    sources = {
        PurePath("chorus/document/x.py"): "from . import y",
        PurePath("chorus/document/y.py"): "def f():\n    from .x import z",
    }
    (fault,) = walls.faults(sources)
    assert "in a circle" in fault


def test_chapter_that_is_not_in_the_table(walls):
    (fault,) = walls.faults({PurePath("chorus/other/x.py"): ""})
    assert "does not know the chapter chorus/other" in fault
