"""The command line, as a real process on a real database."""

import contextlib
import datetime
import hashlib
import os
import signal
import subprocess
import tarfile
import time
import zipfile
from pathlib import Path

import psycopg2
from lxml import etree

TODAY = datetime.date.today()
# Whether somebody waits for a lock in this database.
WAITS = """
SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE NOT granted AND datname = current_database()
"""
PERIOD = ("--from", str(TODAY - datetime.timedelta(days=30)), "--to", str(TODAY))
HELD = {
    "billing_country_missing",
    "billing_siret_missing",
    "delivery_country_missing",
    "delivery_siret_missing",
    "engagement_and_order",
    "state_requires_both",
}


def one_line(process):
    """The error as a user gets it: one line, no traceback."""
    lines = process.stderr.strip().splitlines()
    message = [line for line in lines if "chorus_export: " in line]
    assert len(message) == 1, process.stderr
    assert "Traceback" not in process.stderr
    return message[0]


def test_json_report_and_files(export, root):
    process, report = export("--folder", "compta/mars", *PERIOD, "--again", "--json")
    assert process.returncode == 3, process.stderr  # some documents are held
    assert set(report) == {"export", "folder", "files", "lots", "anomalies", "remarks"}
    assert report["folder"] == str(root / "compta/mars")
    assert len(report["files"]) == 19
    for file in report["files"]:
        assert set(file) == {"document", "file", "path", "sha256", "total", "currency"}
        content = Path(file["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        tree = etree.fromstring(content)
        assert tree.findtext("{*}ID") == file["document"]
        total = "{*}LegalMonetaryTotal/{*}TaxInclusiveAmount"
        assert tree.findtext(total) == file["total"]
        assert tree.find(total).get("currencyID") == file["currency"]
    [lot] = report["lots"]
    assert lot["documents"] == 19
    with zipfile.ZipFile(lot["path"]) as archive:
        for file in report["files"]:
            assert archive.read(file["file"]) == Path(file["path"]).read_bytes()
    names = [item["file"] for item in (*report["files"], lot)]
    assert sorted(os.listdir(root / "compta/mars")) == sorted(names)
    assert {anomaly["code"] for anomaly in report["anomalies"]} == HELD
    for anomaly in report["anomalies"]:
        assert anomaly["document"] in anomaly["message"]
    went_out = {file["document"] for file in report["files"]}
    for remark in report["remarks"]:
        assert set(remark) == {"document", "code", "message"}
        assert remark["code"] not in HELD
    assert went_out & {remark["document"] for remark in report["remarks"]}, "those that went out"

    # Again: the same invoices give the same bytes, so no file is added.
    again, second = export("--folder", "compta/mars", *PERIOD, "--again", "--json")
    assert again.returncode == 3
    assert {f["document"]: f["sha256"] for f in second["files"]} == {
        f["document"]: f["sha256"] for f in report["files"]
    }
    assert second["export"] != report["export"]

    # Without --again what was exported is left alone; the rest is still held.
    third, left = export("--folder", "compta/mars", *PERIOD, "--json")
    assert third.returncode == 3
    assert left["files"] == []
    assert {anomaly["code"] for anomaly in left["anomalies"]} == HELD


def test_a_dry_run_then_a_quiet_one(export, root):
    options = ("--folder", "new", *PERIOD, "--again")
    process, _json = export(*options, "--dry-run")
    assert process.returncode == 3, process.stderr
    assert "19 documents can go out. Nothing was written." in process.stdout
    assert "Held back:" in process.stdout
    process, report = export(*options, "--dry-run", "--json")
    assert report["ready"] == 19
    assert {anomaly["code"] for anomaly in report["anomalies"]} == HELD
    assert report["remarks"]
    assert not (root / "new").exists()

    process, _json = export(*options, "--quiet", "--lot", "tar.gz")
    assert process.returncode == 3
    assert process.stdout == process.stderr == ""
    [lot] = (root / "new").glob("*.tar.gz")
    with tarfile.open(lot) as archive:
        names = {*archive.getnames(), lot.name}
    assert names == set(os.listdir(root / "new"))

    process, report = export(*options, "--json", "--lot", "none", "--partner", "REUNION")
    assert report["lots"] == []


def test_one_customer_in_words(export):
    process, _json = export("--folder", "x", *PERIOD, "--again", "--partner", "REUNION")
    assert process.returncode == 0, process.stderr
    assert "2 files in" in process.stdout
    assert ".xml" in process.stdout


def test_an_empty_period(export):
    process, report = export(
        "--folder", "x", "--from", "2001-01-01", "--to", "2001-01-31", "--json"
    )
    assert process.returncode == 0
    assert report["export"] is None
    assert report["files"] == report["anomalies"] == report["remarks"] == []


def test_wrong_usage(export):
    for arguments in (
        ("--folder", "x", "--from", "2026-02-01", "--to", "2026-01-01"),
        ("--folder", "x", "--from", "yesterday", "--to", "2026-01-01"),
        ("--folder", "x", *PERIOD, "--syntax", "fax"),
        ("--folder", "x", *PERIOD, "--lot", "rar"),
        ("--folder", "x", *PERIOD, "--partner", "NOBODY"),
        ("--folder", "x", *PERIOD, "--partner", "MARTIN"),  # not flagged
        ("--folder", "x"),
    ):
        process, _report = export(*arguments)
        assert process.returncode == 2, (arguments, process.stderr)
        assert not process.stdout
        assert "error: " in one_line(process)
    process, _report = export("--folder", "x", *PERIOD, company="Nobody")
    assert process.returncode == 2


def test_failures_are_one_line(export, odoo, root):
    for folder in ("../x", "/etc", "a/../../x"):
        process, _report = export("--folder", folder, *PERIOD, "--again")
        assert process.returncode == 1, process.stderr
        assert folder in one_line(process)
    root.mkdir(parents=True, exist_ok=True)
    (root / "file").write_text("")
    process, _report = export("--folder", "file", *PERIOD, "--again")
    assert process.returncode == 1
    process = odoo("chorus_export", "-d", "chorus_no_such_db", "--folder", "x", *PERIOD)
    assert process.returncode == 1
    assert "chorus_no_such_db" in one_line(process)
    process = odoo("chorus_export", "-c", "/nowhere.conf", "-d", "x", "--folder", "x", *PERIOD)
    assert process.returncode == 1
    assert "/nowhere.conf" in one_line(process)


def test_interrupted_by_its_user(database, root, export):
    """Ctrl+C in the middle: a word, the usual status, and nothing half done."""
    connection = psycopg2.connect(dbname=database)  # the server is in the environment
    watcher = psycopg2.connect(dbname=database)
    watcher.autocommit = True
    cursor = watcher.cursor()
    cursor.execute("SELECT count(*) FROM l10n_fr_chorus_export")
    before = cursor.fetchall()
    connection.cursor().execute("LOCK TABLE account_move IN ACCESS EXCLUSIVE MODE")
    process = subprocess.Popen(
        [
            *(os.environ["CHORUS_DEV"], "odoo", "chorus_export", "-d", database),
            *("--company", "Fournitures de l'Ouest", "--folder", "stopped", *PERIOD, "--again"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell has what it starts with & ignore it, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        deadline = time.monotonic() + 900
        while True:
            cursor.execute(WAITS)
            if cursor.fetchall():
                break
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        connection.rollback()
        out, err = process.communicate(timeout=900)
    finally:
        connection.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert not out
    assert "interrupted" in err and "Traceback" not in err, err
    assert process.returncode == 130
    cursor.execute("SELECT count(*) FROM l10n_fr_chorus_export")
    assert cursor.fetchall() == before
    watcher.close()
    assert not (root / "stopped").exists()


def test_the_administrators_root(odoo, database, tmp_path):
    """The option of the configuration file decides where files go, and nothing else does."""
    base = Path(os.environ["CHORUS_ODOO_CONF"]).read_text()
    conf = tmp_path / "odoo.conf"
    conf.write_text(f"{base}l10n_fr_chorus_export_root = {tmp_path}/out\n")
    process = odoo(
        *("chorus_export", "-c", str(conf), "-d", database),
        *("--company", "Fournitures de l'Ouest", "--folder", "a", *PERIOD),
        *("--again", "--partner", "REUNION", "--json"),
    )
    assert process.returncode == 0, process.stderr
    assert len(list((tmp_path / "out" / "a").glob("*.xml"))) == 2
