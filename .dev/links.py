"""What the documents name: pictures, pages, places in them, words of the interface.

``python .dev/links.py`` fails when a README, the user guide or a window of the addon names what is
not there, or when a picture of the guide is shown by nobody.
"""

import pathlib
import re
import sys

import polib
from lxml import etree, html
from translations import MISTAKES

REPO = pathlib.Path(__file__).resolve().parent.parent
GUIDE = REPO / "static/description/index.html"
#: In full, for Odoo opens what the guide links to in a tab of its own.
GUIDE_URL = "/l10n_fr_chorus_export/static/description/index.html"
#: What is there for Odoo itself, which shows it beside the module's name.
ICONS = {"icon.png", "icon.svg"}

RST_TARGET = re.compile(r"^ *\.\. (?:image|figure|include):: (\S+)|`[^`]*<([^>`]+)>`_", re.M)
#: What the windows' help opens: ``<widget name="chorus_help" place="…" />``, ``<ChorusHelp …>``.
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
            yield f"{GUIDE.name}: {image.get('src')} has no words for who does not see it"


def window_faults(page):
    """Places of the guide that the windows' help names and that are not there."""
    places = {node.get("id") for node in page.iter()}
    for path in sorted(REPO.rglob("*.xml")):
        for place in HELP_TARGET.findall(path.read_text()):
            if place not in places:
                yield f"{path.relative_to(REPO)}: the guide has no place called {place}"


def label_faults(page):
    """What the guide sets in bold is what the user reads on the screen."""
    labels = {entry.msgstr for entry in polib.pofile(str(REPO / "i18n/fr.po"))}
    for node in page.iter("strong"):
        if node.text_content() not in labels:
            yield f"{GUIDE.name}: no window says “{node.text_content()}”"


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
    faults = [fault for path in documents for fault in rst_faults(path)]
    for check in (guide_faults, window_faults, label_faults, typography_faults):
        faults += check(page)
    faults += orphans([*documents, GUIDE])
    print("\n".join(faults))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
