"""The terms of the addon: the template that Odoo exports, and their French.

``python .dev/translations.py`` fails when the French is not complete, not French, or has words that
the list of CONTRIBUTING.rst rules out; ``--merge`` cleans the template that Odoo has just written,
and merges it into the French first.
"""

import pathlib
import re
import sys

import docutils.core
import polib
from docutils import nodes

I18N = pathlib.Path(__file__).resolve().parent.parent / "i18n"
POT, PO = I18N / "l10n_fr_chorus_export.pot", I18N / "fr.po"
CONTRIBUTING = I18N.parent / "CONTRIBUTING.rst"

#: Terms that are the same in both languages. Any other was left in English by accident.
ALIKE = {
    *("Anomalies", "BIC", "CPP…", "Chorus Pro", "Code", "Codes", "Contact", "Date", "Dates"),
    *("API Factures", "API Structures", "API Transverses", "Production", "Qualification"),
    *("Messages", "Secrets", "TECH_1_234@cpro.fr"),
    *("Description", "EDI", "Export", "IBAN", "ID", "Identification", "Inactive", "Journal", "Lot"),
    *("Lots", "Net", "Note", "Notes", "Peppol", "SHA-256", "SIRET", "SIRET (0002)", "SIRET (1)"),
    *("Service", "Total", "Verdict", "Version", "XML"),
    *("date", "object.name.replace('/', '_')"),
}

#: Placeholders that the code fills in: a translation must keep them.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%s|%%")
#: Not prose: tags, placeholders, and the signs that a folder's name may not have.
NOT_PROSE = re.compile(r"< > : \" \| \? \*|<[^>]*>|%\(\w+\)[sd]|\xa0%%|%s")
#: French wants a non-breaking space on the inner side of these, and its own marks for the others.
MISTAKES = re.compile(r"[^\s\xa0][;:!?»%](?!\w)|[ ][;:!?»%]|«[^\xa0]|[“”’]|\.\.\.|\"")


def merge():
    """Clean the template, and give the French its new terms, empty."""
    pot = polib.pofile(str(POT))
    for entry in [entry for entry in pot if is_foreign(entry)]:
        pot.remove(entry)
    for key in ("POT-Creation-Date", "PO-Revision-Date"):  # no change without a change
        pot.metadata.pop(key, None)
    pot.save()
    po = polib.pofile(str(PO)) if PO.exists() else polib.POFile()
    po.metadata = {
        **pot.metadata,
        "Language": "fr",
        "Language-Team": "French",
        "Plural-Forms": "nplurals=2; plural=(n > 1);",
    }
    po.merge(pot)
    for entry in po.obsolete_entries():
        po.remove(entry)
    po.save(str(PO))
    print(f"{PO}: {po.percent_translated()} % translated")


def is_foreign(entry):
    """Whether a term is of the tests, which Odoo's export reads too, or of the demo data."""
    return all("/tests/" in path or ".demo_" in path for path, _line in entry.occurrences)


def read_words(document):
    """The list of words of CONTRIBUTING.rst.

    :param str document: in RST
    :return: for each row, what the English says, the French word, what the French never says; the
        first and the last are regular expressions
    :rtype: list[tuple[re.Pattern, str, re.Pattern]]
    :raise ValueError: when the document has no such table, or a row is not complete
    """
    tree = docutils.core.publish_doctree(document, settings_overrides={"report_level": 5})
    for table in tree.findall(nodes.table):
        head, *rows = [list(row.children) for row in table.findall(nodes.row)]
        if [cell.astext() for cell in head] == ["English", "French", "Never"]:
            break
    else:
        raise ValueError("CONTRIBUTING.rst has no table of words: English, French, Never")
    return [
        (pattern(english, re.IGNORECASE), french.astext(), pattern(never))
        for english, french, never in rows
    ]


def pattern(cell, flags=0):
    """The regular expression that a cell has, as a literal."""
    literals = [literal.astext() for literal in cell.findall(nodes.literal)]
    if not literals:
        raise ValueError(f"a row of the table of words has no expression: {cell.astext()}")
    return re.compile("|".join(literals), flags)


def word_faults(source, french, words):
    """The words of a translation that the list rules out, one sentence each.

    :param str source: the term in English
    :param str french: its translation
    :param list words: see :func:`read_words`
    """
    for english, word, never in words:
        if english.search(source) and (found := never.search(french)):
            yield f"“{found[0]}” is not our word (CONTRIBUTING.rst: {word}): {french}"


def faults():
    """The faults, one sentence each."""
    words = read_words(CONTRIBUTING.read_text(encoding="utf-8"))
    terms = {entry.msgid for entry in polib.pofile(str(POT))}
    po = polib.pofile(str(PO))
    for msgid in sorted(terms ^ {entry.msgid for entry in po}):
        yield f"in one of {POT.name} and {PO.name} only: {msgid}"
    for entry in po:
        source, french = entry.msgid, entry.msgstr
        if entry.obsolete or entry.fuzzy or not french:
            yield f"not translated: {source}"
        elif french == source and source not in ALIKE:
            yield f"left in English: {source}"
        elif sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(french)):
            yield f"other placeholders than “{source}”: {french}"
        elif mistake := MISTAKES.search(NOT_PROSE.sub("x", french)):
            yield f"“{mistake[0]}” is no French typography: {french}"
        yield from word_faults(source, french, words)


def main():
    if "--merge" in sys.argv:
        merge()
        return 0
    found = list(faults())
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
