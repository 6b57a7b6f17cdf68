"""The list of words in CONTRIBUTING.rst, which the lint of translations reads."""

import importlib.util

import pytest

pytest.importorskip("polib")
from conftest import ROOT  # noqa: E402 - the list is read by a tool of the tree

SCRIPT = ROOT / ".dev/translations.py"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="the tooling is not in the wheel")


@pytest.fixture(scope="module")
def translations():
    spec = importlib.util.spec_from_file_location("chorus_translations", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def words(translations):
    return translations.read_words(translations.CONTRIBUTING.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "ours", "ruled_out"),
    [
        ("Open the document", "Ouvrir la pièce", "Ouvrir le document"),
        ("Record its state", "Noter son état", "Enregistrer son état"),
        ("Chorus Pro would refuse it", "Chorus Pro la rejetterait", "Chorus Pro refuserait"),
        ("Chorus Pro refused it", "Rejetée par Chorus Pro", "Refusée par Chorus Pro"),
        ("Rejected", "Refusée par l'organisme", "Rejetée par l'organisme"),
        ("Missing in it", "Le pays n'est pas renseigné dans", "Le pays manque dans"),
        ("Missing in it", "Le SIRET n'est pas renseigné dans", "SIRET manquant dans"),
        ("The platform", "la plateforme Chorus Pro", "la plateforme Chorus"),
        ("Include all", "Tout inclure", "Inclure tous"),
        ("Chorus Pro: late", "Chorus Pro\xa0: en retard", "Chorus Pro\xa0: En retard"),
        ("Chorus Pro: %(message)s", "Chorus Pro. %(message)s", "Chorus Pro\xa0: %(message)s"),
    ],
)
def test_words_that_are_ruled_out(translations, words, source, ours, ruled_out):
    assert not list(translations.word_faults(source, ours, words))
    assert list(translations.word_faults(source, ruled_out, words))


def test_words_that_look_alike_are_left_alone(translations, words):
    """A button saves, a placeholder is no word, and a payment goes missing in other words."""
    for source, french in [
        ("Save", "Enregistrer"),
        ("%(document)s is late", "%(document)s est en retard"),
        ("A page is missing", "Il manque une page"),
        ("Chorus Pro: PDF", "Chorus Pro\xa0: PDF"),
    ]:
        assert not list(translations.word_faults(source, french, words)), french


def test_list_without_its_table_fails(translations):
    with pytest.raises(ValueError, match="no table of words"):
        translations.read_words("Words\n=====\n\nNone.\n")


def test_row_without_expression_fails(translations):
    table = "======= ====== =====\nEnglish French Never\n======= ====== =====\n"
    row = "all     tout   tous\n======= ====== =====\n"
    with pytest.raises(ValueError, match="no expression"):
        translations.read_words(table + row)
