"""The table of rules in the README, made from the rules themselves.

``python .dev/rules_table.py`` fails when the README's is another; ``--fix`` writes it.
"""

import pathlib
import sys
import textwrap

REPO = pathlib.Path(__file__).resolve().parent.parent
README = REPO / "README.rst"
BEGIN, END = ".. rules-begin\n", ".. rules-end\n"


def table(rules):
    """A list table of RST, one row a rule."""
    rows = [("Code", "What must hold", "Term", "Source")]
    for rule in rules:
        title = rule.title if rule.severity == "blocking" else f"{rule.title} *(remark)*"
        rows.append((f"``{rule.code}``", title, rule.term, rule.source))
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 25 40 15 20", ""]
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
    return "\n".join(lines) + "\n"


def main():
    sys.path.insert(0, str(REPO))
    from chorus.rules import RULES

    text = README.read_text()
    before, rest = text.split(BEGIN)
    _old, after = rest.split(END)
    right = f"{before}{BEGIN}\n{table(RULES.values())}\n{END}{after}"
    if text == right:
        return 0
    if "--fix" in sys.argv:
        README.write_text(right)
        return 0
    print("The table of rules in README.rst is not that of chorus/rules: ./dev lint --fix")
    return 1


if __name__ == "__main__":
    sys.exit(main())
