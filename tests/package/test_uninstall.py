"""Uninstalling leaves Odoo as it was before, and the files of exports in their folder."""

import json

import pytest
from conftest import MODULE
from snapshot import Snapshot, difference

#: Columns of dates and users, which differ from run to run.
WHEN = {"write_date", "write_uid", "lastcall", "nextcall"}
#: The invoices that the user made meanwhile, and what Odoo keeps with them.
WORK = {
    *("account_move", "account_move_line", "account_move_line_account_tax_rel"),
    *("account_account_tag_account_move_line_rel", "ir_attachment", "mail_message"),
    *("mail_message_res_partner_rel", "mail_tracking_value", "ir_cron_trigger"),
}
#: What stays otherwise in other tables, and why: arguments of ``Snapshot.select``.
EXCEPT = {
    # Odoo has read the description of the module, and counts the invoices of a customer.
    "ir_module_module": {"where": lambda row: row["name"] != MODULE},
    "res_partner": {"without": {*WHEN, "customer_rank"}},
    # Odoo forgets its notes of foreign keys on its own tables; the keys themselves are gone.
    "ir_model_constraint": {"where": lambda row: row["type"] != "f"},
    # Odoo takes back our labels of its fields on invoices, but not where lines of bank statements
    # inherit these, and show them nowhere.
    "ir_model_fields": {"where": lambda row: row["model"] != "account.bank.statement.line"},
}


@pytest.fixture(scope="module")
def uninstalled(odoo, used):
    """The database after the uninstallation, with what its folder held before."""
    database = odoo.clone(used, "chorus_package_uninstalled")
    odoo.shell(database, "uninstall.py")
    return database


@pytest.fixture(scope="module")
def before(odoo, bare):
    return Snapshot(bare, odoo.data)


@pytest.fixture(scope="module")
def after(odoo, uninstalled):
    return Snapshot(uninstalled, odoo.data)


def test_the_schema_is_what_it_was(before, after):
    assert before.schema == after.schema


def test_every_row_is_what_it_was(before, after):
    for table in sorted(set(before.rows) - WORK):
        options = {"without": WHEN} | EXCEPT.get(table, {})
        found = difference(*(side.select(table, **options) for side in (before, after)))
        assert not found, table


def test_invoices_are_what_they_were(before, after):
    """To the date of their last writing."""
    for table in ("account_move", "account_move_line"):
        ids = set(before.select(table))
        now = after.select(table, where=lambda row, ids=ids: row["id"] in ids)
        assert not difference(before.select(table), now)


def test_no_file_of_ours_is_left_in_the_database(before, after):
    """Attachments of invoices are the user's, those of exports go with the exports."""
    ids = {row["id"] for row in before.rows["ir_attachment"]}
    assert not ids - {row["id"] for row in after.rows["ir_attachment"]}
    new = [
        (row["res_model"], row["name"])
        for row in after.rows["ir_attachment"]
        if row["id"] not in ids and not (row["url"] or "").startswith("/web/assets")
    ]
    assert new == [("account.move", "bon.txt")]


def test_odoo_works_without_us(odoo, uninstalled):
    """Lists, forms and the web client's bundles, with no warning in the log."""
    found = json.loads(odoo.shell(uninstalled, "look.py"))
    assert found["invoices"] == 6
    assert not found["ours"]


def test_files_in_the_folder_remain(odoo, used, uninstalled):
    """They may not be deposited yet."""
    folder = odoo.data / MODULE / uninstalled
    names = sorted(path.name for path in folder.rglob("*.*"))
    assert names == sorted(path.name for path in (odoo.data / MODULE / used).rglob("*.*"))
    assert any(name.endswith(".tar.gz") for name in names)


def test_it_comes_back(odoo, uninstalled):
    database = odoo.clone(uninstalled, "chorus_package_again")
    odoo.server(database, "-i", MODULE)
    odoo.shell(database, "use.py")
