"""Beside Odoo's other ways: Peppol, and the approved platform that newer versions of Odoo have.

The states of those versions come from ``addons/chorus_test_ways``, which is in no wheel.
"""

import json
import shutil
from pathlib import Path

import pytest
from conftest import MODULE

WAYS = "chorus_test_ways"
NOT_SENT = {"ready", "skipped", "error"}
OF_PLATFORM = {
    *("PD", "submitted", "made_available", "refused", "cancelled", "sent", "suspended"),
    "completed",
}
OF_PEPPOL = {"processing", "done", "AB", "AP", "RE", "of_tomorrow"}


@pytest.fixture(scope="module")
def found(odoo, bare):
    folder = odoo.addon.parent / WAYS
    shutil.copytree(
        Path(__file__).parent / "addons" / WAYS,
        folder,
        ignore=shutil.ignore_patterns("__pycache__"),
        dirs_exist_ok=True,
    )
    try:
        database = odoo.clone(bare, "chorus_package_ways")
        odoo.server(database, "-i", f"{MODULE},{WAYS}", "--load-language", "fr_FR")
        return json.loads(odoo.shell(database, "other_way.py"))
    finally:
        shutil.rmtree(folder)  # other databases would list it among their modules


def test_documents_sent_by_another_way_are_held(found):
    states = found["states"]
    assert set(states) == {*NOT_SENT, *OF_PLATFORM, *OF_PEPPOL, "to_send"}
    assert {state for state, told in states.items() if not told} == NOT_SENT
    for state in OF_PLATFORM:
        assert "Un envoi par la plateforme agréée a déjà eu lieu" in states[state], state
    for state in OF_PEPPOL:
        assert "Un envoi par Peppol a déjà eu lieu" in states[state], state
    assert "Un envoi par Peppol est sur le point de partir" in states["to_send"]
    assert "Un envoi par la plateforme agréée" in found["platform"]
    assert found["label"] == "la plateforme agréée\N{NO-BREAK SPACE}: déjà envoyé"
    assert found["leaving"] == "la plateforme agréée\N{NO-BREAK SPACE}: départ imminent"
    assert found["held"] == [], "“Deposit all the same” frees each of them"


def test_the_tick_is_about_what_had_happened(found):
    assert not found["ticked"]
    assert found["sent_again"] == [False, True]
    # In the other direction too: another state there unticks it, the same one does not.
    assert found["other_outcome"] == [False, True, False]


def test_a_state_that_arrives_makes_the_verdict_stale(found):
    assert found["fresh"] == []
    assert found["low"], "written below `write`"


def test_exported_documents_are_sent_by_no_other_way(found):
    sending = found["sending"]
    for case in ("gone", "batch"):
        assert sending[case]["level"] == "danger", case
        assert "Déjà exporté vers Chorus Pro" in sending[case]["refused"], case
        assert "CHORUS/" in sending[case]["refused"], "which export"
        assert sending[case]["carried"] == 0, case
    for case in ("fresh", "not_integrated", "ticked"):
        assert sending[case] == {"refused": "", "level": None, "carried": 1}, case
    assert sending["batch_ticked"]["level"] is None
    assert sending["batch_ticked"]["refused"] == ""
    for case in ("gone_by_mail", "gone_printed"):
        assert sending[case] == {"refused": "", "level": None, "carried": 0}, case
    assert found["sendable"] == [True, False], "the tick shows where it serves"


def test_documents_that_no_alert_stops_are_not_sent_twice(found):
    queued = found["queued"]
    assert queued["carried"] == 0
    assert queued["state"] == "ready"
    assert queued["mailed"]
    [note] = queued["notes"]
    assert "Pas d'envoi par Peppol" in note


def test_an_export_that_commits_while_the_invoice_is_printed_is_seen(found):
    meanwhile = found["exported_meanwhile"]
    assert meanwhile["carried"] == 0
    assert meanwhile["state"] in NOT_SENT
    assert meanwhile["mailed"]
    [note] = meanwhile["notes"]
    assert "CHORUS/" in note, "which export"


def test_what_is_being_exported_is_mailed_all_the_same(found):
    being = found["being_exported"]
    assert being["carried"] == 0
    assert being["state"] in NOT_SENT
    assert being["refused"] == ""
    assert being["mailed"], "a copy to read is never touched"
    [note] = being["notes"]
    assert "en cours d'export" in note


def test_what_is_being_exported_and_nothing_else_is_refused(found):
    """Nothing is left to send: the user, or the scheduled action, tries again."""
    being = found["by_peppol_alone"]
    assert being["carried"] == 0
    assert not being["mailed"]
    assert not being["notes"]
    assert "une minute" in being["refused"]


def test_nothing_changes_without_them(odoo, used):
    """In a database without ``account_peppol``, which is no dependency."""
    assert odoo.shell(used, "no_other_way.py") == "True"
