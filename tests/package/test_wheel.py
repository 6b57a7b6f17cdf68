"""The wheel: what it says of itself, what it holds, and that Odoo needs nothing more."""

import ast
import datetime
import importlib.metadata
import json
import re
import zipfile
from email.parser import BytesParser
from pathlib import Path

import docutils.core
import pytest
from conftest import MODULE
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
ADDON = f"odoo/addons/{MODULE}/"
#: A picture in RST: its directive and options, to the next empty line.
PICTURE = re.compile(r"^ *\.\. image::.*\n(?:.*\S.*\n)*\s*?\n", re.M)
MANIFEST = ast.literal_eval((ROOT / "__manifest__.py").read_text())


@pytest.fixture(scope="module")
def archive(wheel):
    with zipfile.ZipFile(wheel) as archive:
        yield archive


@pytest.fixture(scope="module")
def metadata(archive):
    [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    return BytesParser().parsebytes(archive.read(name))


def test_metadata_of_the_wheel(metadata):
    assert metadata["Name"].replace("_", "-") == "odoo-addon-l10n-fr-chorus-export"
    assert metadata["Version"] == MANIFEST["version"]
    assert metadata["License"] == MANIFEST["license"] == "LGPL-3"
    assert metadata["Author"] == MANIFEST["author"]
    assert metadata["Summary"] == MANIFEST["summary"]
    assert set(metadata.get_all("Classifier")) == {
        "Programming Language :: Python",
        "Development Status :: 4 - Beta",
        "Framework :: Odoo",
        "Framework :: Odoo :: 19.0",
        "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)",
    }
    required = {"odoo==19.0.*", *MANIFEST["external_dependencies"]["python"]}
    assert set(metadata.get_all("Requires-Dist")) == required


def test_requirements_of_the_wheel_are_those_of_our_environment(metadata):
    """pip would refuse the wheel, or fetch something else, beside the Odoo of these tests."""
    for text in metadata.get_all("Requires-Dist"):
        requirement = Requirement(text)
        if requirement.name != "odoo":
            version = importlib.metadata.version(requirement.name)
            assert requirement.specifier.contains(version), text


def test_its_page_on_the_package_index(metadata):
    """The README as a package index renders it: a fault there shows the raw text.

    It has no pictures there: files of the tree would be shown broken.
    """
    assert metadata["Description-Content-Type"] == "text/x-rst"
    text = metadata.get_payload(decode=True).decode().strip()
    readme = (ROOT / "README.rst").read_text()
    assert len(PICTURE.findall(readme)) == readme.count("image::") > 3
    assert text == PICTURE.sub("", readme).strip()
    page = docutils.core.publish_string(
        text,
        writer="html5",
        settings_overrides={
            "file_insertion_enabled": False,
            "raw_enabled": False,
            "halt_level": 2,  # a warning raises
            "report_level": 2,
        },
    )
    assert b"Installing in an existing Odoo" in page


def test_its_changes_are_told():
    """The changelog begins with the version that goes out, and its day."""
    [first, *_others] = re.findall(r"^(\S.*)\n-+$", (ROOT / "CHANGELOG.rst").read_text(), re.M)
    version, day = re.fullmatch(r"(\S+) \((.*)\)", first).groups()
    assert version == MANIFEST["version"]
    assert datetime.date.fromisoformat(day)


def test_files_of_the_wheel(archive):
    """All that git tracks but the tooling: said here and in .gitattributes."""
    names = {name.removeprefix(ADDON) for name in archive.namelist() if name.startswith(ADDON)}
    outside = {name for name in archive.namelist() if not name.startswith(ADDON)}
    assert all(".dist-info/" in name for name in outside)
    tracked = {
        str(path.relative_to(ROOT))
        for folder in ("chorus", "cli", "data", "demo", "i18n", "models", "report", "security")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert tracked <= names, "not committed, or left out"
    for path in (*MANIFEST["data"], *MANIFEST["demo"], "LICENSE", "CHANGELOG.rst", "README.rst"):
        assert path in names
    for name in names:
        first, *rest = name.split("/")
        assert not any(part.startswith(".") for part in (first, *rest)), name
        assert first not in ("dev", "pyproject.toml"), name
        assert name.split("/")[:2] not in (["tests", "process"], ["tests", "package"]), name
        assert not name.startswith("tests/plain/test_"), name


def test_an_export_in_a_clean_odoo(odoo, used):
    """Installed from the wheel alone, the command line makes a file and its lot."""
    database = odoo.clone(used, "chorus_package_wheel")
    where = odoo.run("shell", "-d", database, "--no-http", script="where.py")
    assert f"{odoo.python}/" in where and str(ROOT) not in where
    today = datetime.date.today()
    output = odoo.run(
        *("chorus_export", "-d", database, "--company", "FR Company", "--folder", "mars"),
        *("--from", str(today - datetime.timedelta(days=30)), "--to", str(today)),
        *("--again", "--json"),
        status=3,  # one document is held
    )
    report = json.loads(output)
    assert len(report["files"]) == 4  # another waits in an export in the background
    assert {anomaly["code"] for anomaly in report["anomalies"]} == {"engagement_and_order"}
    for item in (*report["files"], *report["lots"]):
        assert Path(item["path"]).is_relative_to(odoo.data / MODULE / database / "mars")
        assert Path(item["path"]).stat().st_size > 500
