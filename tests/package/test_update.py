"""An update (`-u`) keeps everything.

What can be proven before a first version is out, and what is prepared for the day after:

* ``test_an_update_keeps_everything``: on a database with all that the addon stores, `-u` changes no
  row and no byte, neither of ours nor of an invoice, and what a user changed in records that are
  his (``noupdate``) stays so. It only has the verdicts of invoices given again: the rules may be
  others.
* ``test_a_next_version_keeps_everything``: the same when another Odoo, with a version to come and a
  migration of its own, takes over a database of this one: the migration runs once, told of the
  version that it comes from, and nothing changes but what it changes.
* ``test_what_a_release_stored``: what the first version stores (columns, their types, keys of
  selections, records left to users) is written in ``released.json``. A later version that stores
  less, or puts a column on invoices, where Odoo would compute it for years of them, fails until
  it brings a script in ``migrations/``. CHORUS_WRITE_RELEASED=1 writes the file again: as a
  version goes out, and until the first one does whenever this fails.

The other way thought of is to install the first version from git or from a dump and to update
that. Git's history is not there in a shallow clone or an archive; a dump depends on the versions
of Odoo and PostgreSQL that made it and hides in binary what this file shows in a review. Once a
version is on a package index its wheel can be installed here by its number, and `test_an_update…`
can start from it: only ``installed`` in conftest.py would change.
"""

import json
import os
from pathlib import Path

from conftest import MODULE, NEXT
from snapshot import Snapshot, difference

RELEASED = Path(__file__).with_name("released.json")
ROOT = Path(__file__).resolve().parents[2]

#: What Odoo loads anew, each time with the date in it; the rest keeps even its dates.
LOADED = ("ir_", "res_groups", "mail_activity_type")
#: What Odoo notes of the update itself.
NOTED = {"ir_module_module", "ir_cron_trigger"}


def is_ours(name):
    return name.startswith(("l10n_fr_chorus", "account_move_chorus"))


def update(odoo, database):
    """Update the addon in a database.

    :param odoo: with the version to update to
    :return: snapshots of before and after
    """
    before = Snapshot(database, odoo.data)
    files = read_files(odoo.data / MODULE / database)
    assert files, "nothing was exported"
    odoo.server(database, "-u", MODULE)
    assert read_files(odoo.data / MODULE / database) == files
    return before, Snapshot(database, odoo.data)


def changes(before, after):
    """What an update changed beside what Odoo loads and notes: differences by table."""
    found = {}
    for table in sorted(set(before.rows) - NOTED):
        dates = {"write_date", "write_uid", "arch_prev"} if table.startswith(LOADED) else ()
        rows, kept = (snapshot.select(table, without=dates) for snapshot in (before, after))
        if changed := difference(rows, kept):
            found[table] = changed
    return found


def verdicts_to_give_again(before):
    """The change that an update makes on each fresh verdict."""
    return {
        key: {"is_stale": (False, True), "version": (row["version"], row["version"] + 1)}
        for key, row in before.select("l10n_fr_chorus_verdict").items()
        if not row["is_stale"]
    }


def test_invoices_of_before_get_what_new_ones_have(odoo, bare, installed):
    """An installation writes on no invoice, one by one: it would take hours on years of them."""
    before, after = (Snapshot(name, odoo.data).rows["account_move"] for name in (bare, installed))
    kinds = {"out_invoice": "380", "out_refund": "381"}
    found = {row["id"]: row for row in after}
    assert {row["move_type"] for row in before} >= set(kinds)
    for row in before:
        kept = found[row["id"]]
        assert kept["l10n_fr_chorus_framework"] == "A1"
        assert kept["l10n_fr_chorus_type"] == kinds.get(row["move_type"])
        assert kept["write_date"] == row["write_date"]


def test_an_update_keeps_everything(odoo, used):
    before, after = update(odoo, odoo.clone(used, "chorus_package_update"))
    assert before.schema == after.schema
    fresh = verdicts_to_give_again(before)
    assert fresh, "no verdict was given"
    assert changes(before, after) == {"l10n_fr_chorus_verdict": {"changed": fresh}}
    for table in (
        *("l10n_fr_chorus_export", "l10n_fr_chorus_export_line", "l10n_fr_chorus_lot"),
        *("l10n_fr_chorus_service", "l10n_fr_chorus_verdict", "account_move_chorus_export"),
    ):
        assert after.rows[table], "the database had nothing to lose"
    # What users changed of what is theirs to change (noupdate)
    crons = {row["cron_name"]: row for row in after.rows["ir_cron"]}
    assert not crons["Chorus Pro: compare invoices with their files"]["active"]
    assert crons["Chorus Pro: write files that could not be written"]["interval_number"] == 7
    assert "CP-" in {row["prefix"] for row in after.rows["ir_sequence"]}


def test_a_next_version_keeps_everything(odoo_next, used, wheel):
    database = odoo_next.clone(used, "chorus_package_next")
    before, after = update(odoo_next, database)
    assert before.schema == after.schema
    version = wheel.name.split("-")[1]
    assert changes(before, after) == {
        "l10n_fr_chorus_service": {
            "changed": {
                key: {"name": (row["name"], f"{row['name']} {version}")}
                for key, row in before.select("l10n_fr_chorus_service").items()
            }
        },
        "l10n_fr_chorus_verdict": {"changed": verdicts_to_give_again(before)},
    }
    assert after.rows["l10n_fr_chorus_service"], "the migration had nothing to change"
    assert NEXT in {
        row["latest_version"] for row in after.rows["ir_module_module"] if row["name"] == MODULE
    }
    # Once done, it is not done again.
    assert not changes(after, update(odoo_next, database)[1])


def read_files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}


def test_what_a_release_stored(odoo, installed, wheel):
    now = stored(Snapshot(installed, odoo.data))
    version = wheel.name.split("-")[1]
    if os.environ.get("CHORUS_WRITE_RELEASED"):
        text = json.dumps({"version": version, **now}, indent=1, ensure_ascii=False)
        RELEASED.write_text(text + "\n")
    released = json.loads(RELEASED.read_text())
    has_script = any(
        tuple(map(int, folder.name.split("."))) > tuple(map(int, released["version"].split(".")))
        for folder in (ROOT / "migrations").glob("19.*")
    )
    for kind, items in now.items():
        gone = sorted(set(released[kind]) - set(items))
        assert not gone or has_script, f"{kind}: stored by {released['version']}, not any more"
    new = {*now["columns"]} - {*released["columns"]}
    large = sorted(
        column for column in new if column.startswith(("account_move.", "account_move_line."))
    )
    assert not large or has_script, "who fills in this column of years of invoices?"


def stored(snapshot):
    """What the databases of users hold by our making, windows left out: theirs live an hour.

    :return: sorted strings by kind
    """
    windows = {
        row["model"].replace(".", "_")
        for row in snapshot.rows["ir_model"]
        if row["transient"] and is_ours(row["model"].replace(".", "_"))
    }
    fields = {
        row["id"]: f"{row['model']}.{row['name']}"
        for row in snapshot.rows["ir_model_fields"]
        if (is_ours(row["name"]) or is_ours(row["model"].replace(".", "_")))
        and row["model"].replace(".", "_") not in windows
    }
    return {
        "columns": sorted(
            f"{table}.{column} {kind}"
            for table, column, kind, _null in snapshot.schema_of("column")
            if (is_ours(table) or is_ours(column)) and table not in windows
        ),
        "selections": sorted(
            f"{fields[row['field_id']]} {row['value']}"
            for row in snapshot.rows["ir_model_fields_selection"]
            if row["field_id"] in fields
        ),
        # What Odoo makes once and then leaves to the user.
        "ids": sorted(
            f"{row['model']} {row['name']}"
            for row in snapshot.rows["ir_model_data"]
            if row["module"] == MODULE and row["noupdate"]
        ),
    }
