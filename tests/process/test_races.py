"""What is read while somebody changes it: no verdict and no comparison is older than it says."""

import json

import pytest

SCRIPT = """
import json
from psycopg2.errors import SerializationFailure
Move = env["account.move"]
ids = {ids}
customer = Move.browse(ids).commercial_partner_id
number = customer.company_registry
reader = env.registry.cursor()
writer = env.registry.cursor()

def read(cr):
    return list(env(cr=cr)["l10n_fr.chorus.maker"]._check_documents(
        env(cr=cr)["account.move"].browse(ids)))

def keep(cr, results):
    env(cr=cr)["l10n_fr.chorus.verdict"]._keep(results)
    cr.commit()

def break_siret():
    env(cr=writer)["res.partner"].browse(customer.id).company_registry = False
    writer.commit()

def verdicts():
    env.cr.rollback()
    found = env["l10n_fr.chorus.verdict"].search([("move_id", "in", ids)])
    return sorted([verdict.is_stale, verdict.verdict or ""] for verdict in found)

def add():
    env(cr=reader)["l10n_fr.chorus.verdict"]._add(ids)
    reader.commit()

answer = None
try:
    {steps}
    answer = verdicts()
    env["l10n_fr.chorus.verdict"]._cron_refresh()
    answer = [answer, verdicts()]
finally:
    env.cr.rollback()
    customer.company_registry = number
    env.cr.commit()
print("MADE", json.dumps(answer))
"""

#: What the two do, one after the other.
STEPS = {
    # Nothing to mark yet: the check that comes first does not say that it is fresh.
    "the first check": """
    found = read(reader)
    break_siret()
    keep(reader, found)
""",
    # Stale already: it is written on all the same, and the check is refused.
    "a check of what is stale": """
    add()
    found = read(reader)
    break_siret()
    try:
        keep(reader, found)
        raise AssertionError("what was read is old")
    except SerializationFailure:
        reader.rollback()
""",
    # A long transaction that does not see the verdict that was added since it began.
    "a change that began before": """
    writer.execute("SELECT 1")
    add()
    keep(reader, read(reader))
    assert verdicts() == [[False, "remarks"]] * len(ids), verdicts()
    break_siret()
""",
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_a_siret_that_breaks_while_its_invoice_is_checked(shell, moves, export, steps):
    ids = moves(2, threshold=10_000)
    before, after = json.loads(shell(SCRIPT, ids=ids, steps=steps.strip()))
    assert [is_stale for is_stale, _verdict in before] == [True, True]
    assert after == [[False, "blocked"]] * 2


COMPARE = """
import json
ids = {ids}
move = env["account.move"].browse(ids)
writer = env.registry.cursor()
other = env(cr=writer)["account.move"].browse(ids)
{begin}
env["l10n_fr.chorus.export"]._export(move, company=move.company_id, folder="faults")
env.cr.commit()
other.write({{"buyer_reference": f"AUTRE-{{ids[0]}}"}})
writer.commit()
{end}
env.cr.rollback()
env["l10n_fr.chorus.export.line"]._cron_compare()
env.cr.rollback()
lines = env["l10n_fr.chorus.export.line"].search([("move_id", "in", ids)])
print("MADE", json.dumps(lines.mapped("comparison")))
"""


@pytest.mark.parametrize("begin", ["", "writer.execute('SELECT 1')"], ids=["after", "before"])
def test_a_document_that_changes_while_it_is_exported(shell, moves, export, begin):
    ids = moves(1, threshold=10_000)
    assert json.loads(shell(COMPARE, ids=ids, begin=begin, end="")) == ["changed"]


def test_a_document_that_changes_while_it_is_compared(shell, moves, export):
    ids = moves(1, threshold=10_000)
    end = """
env.cr.rollback()
line = env["l10n_fr.chorus.export.line"].search([("move_id", "in", ids)])
compare, tries = type(line)._compare, []

def disturbed(self):
    found = list(compare(self))
    if not tries:
        other.write({"buyer_reference": f"ENCORE-{ids[0]}"})
        writer.commit()
    tries.append(self)
    return found

env.registry["l10n_fr.chorus.export.line"]._compare = disturbed
env["l10n_fr.chorus.export.line"]._cron_compare()
assert len(tries) > 1, "what was read is old"
"""
    assert json.loads(shell(COMPARE, alone=True, ids=ids, begin="", end=end)) == ["changed"]
