"""Exports in the background as their user sees them, in a real browser on real servers."""

import json
import os
import subprocess
from pathlib import Path

import psycopg2
import pytest
from processes import FILES, START, STATES, WAITING, wait_for

COUNT = 400


@pytest.fixture
def follow(server, wake):
    """Have a server carry out two exports while the demo accountant looks at their forms.

    ``follow(pages, exports)`` → what each form showed, from the first to the last.
    """

    def run(pages, exports):
        options = {
            "url": pages.url,
            "exports": exports,
            "npm": os.environ["CHORUS_NPM"],
            "browser": os.environ["CHORUS_BROWSER"],
            "photos": os.environ.get("CHORUS_PHOTOS"),
        }
        script = Path(__file__).with_name("follow.mjs")
        process = subprocess.Popen(
            [os.environ["CHORUS_NODE"], str(script), json.dumps(options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            if process.stdout.readline() == "READY\n":
                server()
                wait_for(lambda: process.poll() is not None, wake)
            out, err = process.communicate(timeout=900)
        finally:
            process.kill()
        assert process.returncode == 0, err
        answers = json.loads(out)
        assert all(answer["isNeverReloaded"] for answer in answers), "nobody pressed F5"
        assert not any(item["error"] for answer in answers for item in answer["seen"])
        return answers

    return run


@pytest.fixture
def busy(database):
    """Work on a document, as somebody else would: ``busy(move)``, until the test ends."""
    connection = psycopg2.connect(dbname=database)  # the server is in the environment

    def hold(move):
        connection.cursor().execute("SELECT FROM account_move WHERE id = %s FOR UPDATE", [move])

    yield hold
    connection.close()


def test_forms_follow_their_exports(shell, moves, server, follow, query, export, busy):
    """The server that carries them out tells the one that shows them, through the database."""
    pages = server(cron_threads=0)
    ids = moves(2 * COUNT, threshold=10)
    whole, cut = ids[:COUNT], ids[COUNT:]
    first, second = map(int, shell(START, groups=[whole, cut]).split(","))
    busy(cut[-1])  # however fast the machine, there is something left to cancel
    followed, cancelled = follow(pages, [first, second])

    *before, last = followed["seen"]
    assert before[0]["progress"] == "0"
    shares = [float(item["progress"]) for item in before if item["progress"]]
    assert shares == sorted(shares)
    assert any(0 < share < 100 for share in shares), "more than its beginning and its end"
    assert query(STATES, whole) == [(first, "done")]
    assert (last["progress"], last["files"]) == ("", str(COUNT))
    assert last["state"] == "Fichiers écrits", "in the folder too"
    told = [text for text in last["notifications"] if followed["name"] in text]
    assert len(told) == 1 and f"{COUNT} fichiers" in told[0]

    # Cancelled while its slices followed one another: what is made stays, the rest may go again.
    last = cancelled["seen"][-1]
    assert last["warning"], "the form says that it was cancelled"
    assert last["state"] == "Fichiers écrits"
    assert query(STATES, cut) == [(second, "cancelled")]
    assert query(WAITING, cut) == [(0,)]
    made = query(FILES, cut)
    assert 0 < len(made) < COUNT
    assert last["files"] == str(len(made))
    assert all(name for _move, _folder, name, _digest in made)
