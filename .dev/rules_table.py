"""RULES.rst and the tables of rules of the user guide, made from the rules themselves.

RULES.rst names each rule, its business term and its source; the guide gives the message of its
anomaly in French, as the tests of the rules provoke it. ``python .dev/rules_table.py`` fails when
one of them is out of date; ``--fix`` writes it.
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

TABLE, GUIDE = REPO / "RULES.rst", REPO / "static/description/index.html"

#: Modules of chorus/rules, as the guide calls them.
THEMES = {
    "parties": "Adresses et identifiants",
    "references": "Numéro, type et références",
    "requirements": "Exigences de l'organisme public",
    "payment": "Paiement et mentions légales",
    "lines": "Lignes",
    "vat": "TVA",
    "totals": "Remises, totaux et devise",
    "guards": "Valeurs qu'aucun fichier ne peut porter",
    "attachments": "Pièces jointes",
}
if unknown := {rule.check.__module__.rpartition(".")[2] for rule in RULES.values()} - set(THEMES):
    sys.exit(f"Modules of rules without a heading in the guide: {', '.join(unknown)}")
#: A value that is only there to be too long is cut after so many characters.
SHOWN = 40


HEAD = """\
Rules
=====

.. This file is made from chorus/rules by ./dev lint --fix.

Each anomaly has one of these codes. A code is stable: ``--json`` gives it, the stored verdicts keep
it, and a module lifts a rule by it. A *remark* does not hold the document; every other anomaly is
blocking.
"""

#: First words of the sources of rules, and their meaning.
SOURCES = {
    "original": "The desktop export that this addon brings to Odoo blocks on it too.",
    "DSE": "AIFE, « Dossier de spécifications externes de la facturation électronique », v1.0.",
    "Chorus": "Limits and lists of Chorus Pro: AIFE's specifications, its public samples and "
    "guides, or the rejections that users quote.",
    "live rejection": "Chorus Pro has rejected an invoice for it; its message is quoted in public.",
    "public directory": "The directory of public bodies that AIFE publishes each week; the word "
    "after it is a column of that file.",
    "EN 16931": "The European standard of invoices, by the identifier of its rule (BR-…), which "
    "its schematron checks.",
    "CGI, Code de commerce": "French law, by its article.",
    "ISO, UN/ECE, UNTDID": "The international list that the code is taken from.",
    "SEPA": "The rules of European bank transfers.",
    "XML 1.0": "The characters that a file may hold.",
    "anything else": "No text asks for it; the words say why we do.",
}

#: Codes that no rule of a document gives: the file itself could not be made.
OTHERS = {
    "pdf_missing": "The document has no PDF, and none can be printed",
    "pdf_encrypted": "The PDF of the invoice is protected by a password",
    "pdf_broken": "The PDF of the invoice is damaged",
    "pdf_signed": "The PDF of the invoice is signed: the signature would be lost",
    "pdf_form": "The PDF of the invoice has form fields or notes that programs draw differently",
    "pdf_forbidden": "The PDF of the invoice has something that PDF/A-3 forbids",
    "pdf_colours": "The PDF of the invoice has colours for a printing press (CMYK)",
    "pdf_font": "The PDF of the invoice does not carry one of its fonts",
    "file_fault": "The file cannot be made, or Chorus Pro would refuse it; the message says why",
    "internal_fault": "Its schema refuses the file: report this fault of the software",
    "record_unreadable": "Its user may not read a record that the document names",
    "check_failed": "Its check fails in an unforeseen way: report this fault of the software",
    "not_exportable": "The document was deleted or reset to draft while its export was waiting",
}
#: Where the code of the product names one of them.
OTHER_CODE = re.compile(r'(?:PdfFault|[aA]nomaly)\(\s*"(\w+)"|"code": "(\w+)"')


def check_others():
    """Fail when the sources name a code that OTHERS misses, or the reverse."""
    named = set()
    for folder in ("chorus", "models"):
        for path in (REPO / folder).rglob("*.py"):
            named |= {
                code for pair in OTHER_CODE.findall(path.read_text()) for code in pair if code
            }
    if wrong := (named - set(RULES)) ^ set(OTHERS):
        sys.exit(f"Codes that OTHERS misses or has for nothing: {', '.join(sorted(wrong))}")


def list_table(rows, widths):
    """A list table of RST, its first row the heading."""
    lines = ["", ".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
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
    return "\n".join([*lines, ""])


def heading(title):
    """A heading of RST."""
    return f"\n{title}\n{'-' * len(title)}\n"


def rules_text(rules):
    """RULES.rst, whole."""
    rows = [("Code", "What must hold", "Term", "Source")]
    for rule in rules:
        title = rule.title if rule.severity == "blocking" else f"{rule.title} *(remark)*"
        rows.append((f"``{rule.code}``", title, rule.term, rule.source))
    others = [(f"``{code}``", what) for code, what in OTHERS.items()]
    return "".join(
        [
            HEAD,
            heading("Sources"),
            list_table([("Source", "What it is"), *SOURCES.items()], "25 75"),
            heading("Rules of a document"),
            list_table(rows, "25 40 15 20"),
            heading("Faults of a file"),
            list_table([("Code", "What happened"), *others], "25 75"),
        ]
    )


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
    """A row of HTML: fault and cure."""
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
    check_others()
    before, rest = GUIDE.read_text().split("<!-- rules-begin -->\n")
    _old, after = rest.split("<!-- rules-end -->\n")
    status = 0
    for path, right in (
        (TABLE, rules_text(rules)),
        (GUIDE, f"{before}<!-- rules-begin -->\n{guide_table(rules)}<!-- rules-end -->\n{after}"),
    ):
        text = path.read_text() if path.exists() else ""
        if text != right and "--fix" in sys.argv:
            path.write_text(right)
        elif text != right:
            print(f"The table of rules in {path.name} is not of chorus/rules: ./dev lint --fix")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
