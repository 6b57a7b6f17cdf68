"""The terms of the addon: the template that Odoo exports, and their French.

``python .dev/translations.py`` fails when the French is not complete or not French; ``--merge``
cleans the template that Odoo has just written, and merges it into the French first.
"""

import pathlib
import re
import sys

import polib

I18N = pathlib.Path(__file__).resolve().parent.parent / "i18n"
POT, PO = I18N / "l10n_fr_chorus_export.pot", I18N / "fr.po"

#: Terms that are the same in both languages. Any other was left in English by accident.
ALIKE = {
    *("Anomalies", "BIC", "CPP…", "Chorus Pro", "Code", "Codes", "Contact", "Date", "Dates"),
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


def faults():
    """The faults, one sentence each."""
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


def main():
    if "--merge" in sys.argv:
        merge()
        return 0
    found = list(faults())
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
