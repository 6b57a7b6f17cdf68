"""The names in the documents: pictures, pages, places in them, menus, words of the interface.

``python .dev/documents.py`` fails when a README, the user guide or a window of the addon names a
thing that does not exist, or when no document shows a picture. Words of the screens are in italics
in the README and in bold in the guide; slashes between such words are a path of menus.
"""

import pathlib
import re
import sys

import polib
from lxml import etree, html
from translations import MISTAKES

REPO = pathlib.Path(__file__).resolve().parent.parent
GUIDE = REPO / "static/description/index.html"
#: In full, for Odoo opens the links of the guide in a tab of its own.
GUIDE_URL = "/l10n_fr_chorus_export/static/description/index.html"
#: Pictures that Odoo itself shows beside the module's name.
ICONS = {"icon.png", "icon.svg"}

RST_TARGET = re.compile(r"^ *\.\. (?:image|figure|include):: (\S+)|`[^`]*<([^>`]+)>`_", re.M)
#: Words in italics, outside of code.
RST_WORDS = re.compile(r"(?<![*\w])\*([^*\s][^*]*)\*(?!\*)")
NO_WORDS = re.compile(r"``.*?``|^\.\. code-block::.*\n\n(?: {3}.*\n|\n)+", re.M)
#: The rules write this one.
RULES = REPO / "RULES.rst"
#: Words of Odoo's own screens that the documents name, and their French; of the portal's.
ODOO = {
    "Apps": "Applications",
    "Invoicing": "Facturation",
    "Invoicing / Configuration / Settings": "Facturation / Configuration / Paramètres",
    "Other Info": "Autres informations",
}
PORTAL = {"Déposer un flux", "Déposer une facture", "Suivi des flux"}
#: Places that the help opens: ``<widget name="chorus_help" place="…" />``, ``<ChorusHelp …>``.
HELP_TARGET = re.compile(r"(?:name=\"chorus_help\"|<ChorusHelp) place=\"'?([\w-]+)")


def rst_faults(path):
    """Files that a document in RST names and that are not there."""
    for target in (picture or link for picture, link in RST_TARGET.findall(path.read_text())):
        if "://" not in target and not (path.parent / target).exists():
            yield f"{path.name}: {target} does not exist"


def guide_faults(page):
    """Pictures and places that the guide names and that are not there, pictures without words."""
    ids = [node.get("id") for node in page.iter() if node.get("id")]
    for twice in {name for name in ids if ids.count(name) > 1}:
        yield f"{GUIDE.name}: two places are called {twice}"
    for _node, _attribute, target, _position in page.iterlinks():
        if target.startswith("#"):
            yield f"{GUIDE.name}: {target} leads nowhere from within Odoo, {GUIDE_URL}{target} does"
        elif target.startswith(f"{GUIDE_URL}#"):
            if target.removeprefix(f"{GUIDE_URL}#") not in ids:
                yield f"{GUIDE.name}: no place is called {target}"
        elif "://" not in target and not (GUIDE.parent / target).exists():
            yield f"{GUIDE.name}: {target} does not exist"
    for image in page.iter("img"):
        if not image.get("alt"):
            yield f"{GUIDE.name}: {image.get('src')} has no text for users who cannot see it"


def window_faults(page):
    """Places of the guide that the windows' help names and that are not there."""
    places = {node.get("id") for node in page.iter()}
    for path in sorted(REPO.rglob("*.xml")):
        for place in HELP_TARGET.findall(path.read_text()):
            if place not in places:
                yield f"{path.relative_to(REPO)}: the guide has no place called {place}"


def screen_words():
    """The words of the screens, menus by their paths: French by English."""
    french = {entry.msgid: entry.msgstr for entry in polib.pofile(str(REPO / "i18n/fr.po"))}
    menus = {}
    for item in etree.parse(REPO / "views/menus.xml").iter("menuitem"):
        way = [menu.get("name") for menu in (*reversed([*item.iterancestors("menuitem")]), item)]
        menus[" / ".join(way)] = " / ".join(french.get(name, "") for name in way)
    inside = {f"Invoicing / {way}": f"Facturation / {french}" for way, french in menus.items()}
    return french | menus | inside | ODOO


def word_faults(path, words):
    """Words and menus that a document in RST names and that no screen has."""
    for found in RST_WORDS.findall(NO_WORDS.sub("", path.read_text())):
        name = " ".join(found.split())
        if name not in words and name not in PORTAL:
            yield f"{path.name}: no screen says “{name}”"


def label_faults(page, words):
    """Words in bold in the guide that no screen has."""
    said = set(words.values())
    way = []
    for node in page.iter("strong"):
        way.append(node.text_content())
        after = node.getnext()
        if (node.tail or "").strip() == "/" and after is not None and after.tag == "strong":
            continue
        if " / ".join(way) not in said:
            yield f"{GUIDE.name}: no screen says “{' / '.join(way)}”"
        way = []


def typography_faults(page):
    """French that is not written as French is."""
    for node in page.body.iter(etree.Element):
        for text in (node.text, node.tail):
            if text and (mistake := MISTAKES.search(text)):
                yield f"{GUIDE.name}: “{mistake[0]}” is no French typography: {text.strip()}"


def orphans(documents):
    """Pictures that no document shows."""
    text = "".join(path.read_text() for path in documents)
    for path in sorted(GUIDE.parent.glob("*.*g")):
        if path.name not in ICONS and path.name not in text:
            yield f"{path.relative_to(REPO)} is shown nowhere"


def main():
    documents = sorted(REPO.glob("*.rst"))
    page = html.document_fromstring(GUIDE.read_bytes())
    words = screen_words()
    faults = [fault for path in documents for fault in rst_faults(path)]
    faults += [fault for path in documents if path != RULES for fault in word_faults(path, words)]
    faults += label_faults(page, words)
    for check in (guide_faults, window_faults, typography_faults):
        faults += check(page)
    faults += orphans([*documents, GUIDE])
    print("\n".join(faults))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
