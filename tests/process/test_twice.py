"""Two users, or one who presses twice: no document goes out twice unless it is asked for.

Each user works in transactions of his own, on one database; their steps are played in every order.
"""

import json
import math
from collections import Counter

import pytest
from processes import FILES, WAITING

# What the scripts below share: users with windows, whose requests begin, work and end when told.
USERS = """
import json
import time
from itertools import combinations
from psycopg2 import OperationalError
from odoo.exceptions import UserError

accountant = env["res.users"].search([("login", "=", "comptable")])
context = {{"allowed_company_ids": accountant.company_id.ids}}

class User:
    wizard = None

    def __init__(self, move_ids, wizard=None):
        self.move_ids, self.wizard, self.answer = move_ids, wizard, None
        self.cr = env.registry.cursor()

    def env(self):
        return env(cr=self.cr, user=accountant.id, context=context)

    def check(self):
        # A window on documents chosen in the list, checked as it opens.
        moves = self.env()["account.move"].browse(self.move_ids)
        try:
            action = moves.action_l10n_fr_chorus_export()
        except UserError as error:  # another export has it
            self.answer = str(error)
            self.cr.rollback()
            return
        self.cr.commit()
        self.wizard = action["context"].get("chorus_export_wizard_id")
        if not self.wizard:
            self.answer = "asked first: it went out already"
            return
        self.window().check_moves(self.window().get_state()["to_check"])
        self.cr.commit()

    def window(self):
        return self.env()["account.move.chorus.export"].browse(self.wizard)

    def look(self):
        self.cr.execute("SELECT 1")  # what this request sees is settled from here on

    def begin(self):
        if not self.wizard:
            return
        for _retry in range(3):  # as Odoo does with requests that the database refuses
            try:
                self.window().action_export()
                self.cr.flush()
                return
            except OperationalError:
                self.cr.rollback()
            except UserError as error:
                self.answer = str(error)
                self.cr.rollback()
                return

    def commit(self):
        self.cr.commit()

def finish():
    env.cr.rollback()  # to see what the others did
    # What the scheduled action would do.
    for export in env["l10n_fr.chorus.export"].search([("state", "in", ("waiting", "running"))]):
        export._run_here()
    env.cr.commit()
"""

# A's export begins; B opens his window; A's export ends; B goes on.
LATE_COMMIT = (
    USERS
    + """
a, b = User({ids}), User({ids})
a.check()
a.begin()
b.check()
a.commit()
to_check = b.window().get_state()["to_check"]
b.cr.rollback()
b.begin()
b.commit()
finish()
print("MADE", json.dumps([to_check, b.answer]))
"""
)

# "Make the files" pressed twice, within the second of the check.
PRESSED_TWICE = (
    USERS
    + """
one = User({ids})
time.sleep(1 - time.time() % 1)
one.check()
one.begin()
one.commit()
seconds = time.time() % 1
one.begin()
one.commit()
finish()
print("MADE", json.dumps([seconds, one.answer]))
"""
)

# Every order of the steps of two requests; each order has a document of its own.
ORDERS = (
    USERS
    + """
first, second = {steps}
count = len(first) + len(second)
# The two are alike: who begins is the first one.
orders = [order for order in combinations(range(count), len(first)) if 0 in order]
for move_id, order in zip({ids}, orders, strict=True):
    a, b = User([move_id]), User([move_id])
    if "check" not in first:
        a.check()
        b.wizard = a.wizard
    steps = {{a: iter(first), b: iter(second)}}
    for rank in range(count):
        user = a if rank in order else b
        getattr(user, next(steps[user]))()
    a.cr.close()
    b.cr.close()
finish()
print("MADE", len(orders))
"""
)

# Refused, it is exported again, in slices; the refusal is taken back before its turn comes.
TAKEN_BACK = (
    USERS
    + """
first, second = User({ids}), User({ids})
first.check()
first.begin()
first.commit()
finish()
lines = second.env()["account.move"].browse({ids}).l10n_fr_chorus_latest_line_ids
lines._record_outcome("not_integrated")
second.commit()
second.check()
second.window().action_include_all()
second.begin()
second.commit()
waiting = env["l10n_fr.chorus.export"].search([("state", "=", "waiting")])
lines.filtered(lambda line: line.move_id.id == {ids}[0])._forget_outcome()
second.commit()
finish()
print("MADE", json.dumps([second.answer, len(waiting), waiting.held_line_ids.move_id.ids]))
"""
)

REQUEST = ["look", "begin", "commit"]


def assert_once(query, ids):
    assert query(WAITING, ids) == [(0,)]
    gone = Counter(move for move, *_rest in query(FILES, ids))
    assert gone == dict.fromkeys(ids, 1), "lost, or went out twice"


@pytest.mark.parametrize("threshold", [10_000, 0], ids=["at once", "in slices"])
def test_an_export_that_ends_after_the_check_of_another(shell, moves, query, export, threshold):
    ids = moves(3, threshold=threshold)
    to_check, answer = json.loads(shell(LATE_COMMIT, ids=ids))
    assert_once(query, ids)
    assert sorted(to_check) == sorted(ids)
    # In slices, A's documents still wait: B's window says so before it makes files.
    assert ("since" if threshold else "being exported") in answer


def test_files_made_twice_within_a_second(shell, moves, query, export):
    ids = moves(3, threshold=10_000)
    _seconds, answer = json.loads(shell(PRESSED_TWICE, ids=ids))
    assert_once(query, ids)
    assert answer


@pytest.mark.parametrize(
    ("steps", "threshold"),
    [
        ((["check", *REQUEST], ["check", *REQUEST]), 0),
        ((REQUEST, REQUEST), 10_000),
        ((REQUEST, REQUEST), 0),
    ],
    ids=["two windows", "one window, two presses", "one window, two presses, in slices"],
)
def test_every_order_of_two_requests(shell, moves, query, export, steps, threshold):
    first, second = steps
    assert first == second
    orders = math.comb(len(first) + len(second) - 1, len(second))
    ids = moves(orders, threshold=threshold)
    assert int(shell(ORDERS, ids=ids, steps=steps)) == orders
    assert_once(query, ids)


def test_a_refusal_that_is_taken_back_before_the_slice(shell, moves, query, export):
    ids = moves(3, threshold=0)
    answer, waiting, held = json.loads(shell(TAKEN_BACK, ids=ids))
    assert (answer, waiting, held) == (None, 1, ids[:1])
    assert query(WAITING, ids) == [(0,)]
    gone = Counter(move for move, *_rest in query(FILES, ids))
    assert gone == {ids[0]: 1, ids[1]: 2, ids[2]: 2}
