"""The tables of rules of the README and of the user guide, made from the rules themselves.

The README's names each rule; the guide's gives in French what its anomaly says, as the tests of
the rules provoke it. ``python .dev/rules_table.py`` fails when one is another; ``--fix`` writes it.
"""

import datetime
import html
import pathlib
import re
import sys
import textwrap
from decimal import Decimal

import polib

REPO = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO), str(REPO / "tests/plain")]

from test_rules import CASES  # noqa: E402

from chorus.rules import RULES  # noqa: E402 - found by the path above

README, GUIDE = REPO / "README.rst", REPO / "static/description/index.html"

#: Modules of chorus/rules, as the guide calls them.
THEMES = {
    "parties": "Adresses et identifiants",
    "references": "Numéro, type et références",
    "requirements": "Exigences de l'organisme public",
    "payment": "Paiement et mentions légales",
    "amounts": "Lignes, TVA et montants",
    "values": "Valeurs qu'aucun fichier ne peut porter",
    "attachments": "Pièces jointes",
}
if unknown := {rule.check.__module__.rpartition(".")[2] for rule in RULES.values()} - set(THEMES):
    sys.exit(f"Modules of rules without a heading in the guide: {', '.join(unknown)}")
#: A value that is only there to be too long is cut after so many characters.
SHOWN = 40


def readme_table(rules):
    """A list table of RST, one row a rule."""
    rows = [("Code", "What must hold", "Term", "Source")]
    for rule in rules:
        title = rule.title if rule.severity == "blocking" else f"{rule.title} *(remark)*"
        rows.append((f"``{rule.code}``", title, rule.term, rule.source))
    lines = ["", ".. list-table::", "   :header-rows: 1", "   :widths: 25 40 15 20", ""]
    for row in rows:
        for index, cell in enumerate(row):
            lead = "   * - " if index == 0 else "     - "
            lines += textwrap.wrap(
                cell,
                96,
                initial_indent=lead,
                subsequent_indent=" " * 7,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join([*lines, "", ""])


def show(value):
    """A value as the guide writes it."""
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    text = re.sub(" (?=[;:!?%])", "\xa0", str(value))
    return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN].rpartition(' ')[0]}…"


def examples():
    """Message of the rules → an anomaly that says it, in the order of the tests."""
    found = {}
    for case in CASES:
        anomaly = case.found()
        # A value that is missing makes a poor example.
        if anomaly.message.source not in found or not has_values(found[anomaly.message.source]):
            found[anomaly.message.source] = anomaly
    return found.values()


def has_values(anomaly):
    """Whether a message has all its words."""
    params = anomaly.message.params
    return "" not in [*params.values(), *params["document"].params.values()]


def guide_row(anomaly, french):
    """A row of HTML: what is wrong, and what to do."""
    text = html.escape(
        anomaly.message.render(lambda source: french.get(source) or source, show), quote=False
    )
    fault, *cure = re.split(r"(?<=[.»)]) (?=[A-ZÀ-Ý])", text, maxsplit=1)
    fault = fault.replace("……", "…")  # the message's own, after a value that was cut
    if not anomaly.is_blocking:
        fault = f"<em>Remarque</em> — {fault}"
    if not cure:
        return f'<tr><td colspan="2">{fault}</td></tr>'
    return f"<tr><td>{fault}</td><td>{cure[0]}</td></tr>"


def guide_table(rules):
    """Tables of HTML, one a module of rules."""
    french = {entry.msgid: entry.msgstr for entry in polib.pofile(str(REPO / "i18n/fr.po"))}
    codes = [rule.code for rule in rules]
    anomalies = sorted(examples(), key=lambda anomaly: codes.index(anomaly.code))
    lines = []
    for module, title in THEMES.items():
        lines += [
            f"<h3>{title}</h3>",
            '<table class="table table-sm">',
            '<thead><tr><th scope="col">Ce que vous lisez</th>'
            '<th scope="col">Ce qu\'il faut faire</th></tr></thead>',
            "<tbody>",
        ]
        lines += [
            guide_row(anomaly, french)
            for anomaly in anomalies
            if RULES[anomaly.code].check.__module__ == f"chorus.rules.{module}"
        ]
        lines += ["</tbody>", "</table>"]
    return "\n".join([*lines, ""])


def main():
    rules = list(RULES.values())
    status = 0
    for path, begin, end, table in (
        (README, ".. rules-begin\n", ".. rules-end\n", readme_table),
        (GUIDE, "<!-- rules-begin -->\n", "<!-- rules-end -->\n", guide_table),
    ):
        text = path.read_text()
        before, rest = text.split(begin)
        _old, after = rest.split(end)
        right = f"{before}{begin}{table(rules)}{end}{after}"
        if text != right and "--fix" in sys.argv:
            path.write_text(right)
        elif text != right:
            print(f"The table of rules in {path.name} is not of chorus/rules: ./dev lint --fix")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
