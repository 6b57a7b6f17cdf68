import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path
from odoo.tools.translate import TranslationModuleReader

MODULE = "l10n_fr_chorus_export"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTranslations(TransactionCase):
    def test_template_has_the_terms_of_the_addon(self):
        """A term that is not in the template never reaches the translators."""
        rows = list(TranslationModuleReader(self.env.cr, [MODULE]))
        # What ./dev i18n leaves out: the tests, which the export reads too, and the demo data.
        found = {
            source.strip()
            for _module, _type, name, xmlid, source, *_rest in rows
            if "/tests/" not in name and not str(xmlid).startswith(f"{MODULE}.demo_")
        }
        template = polib.pofile(file_path(f"{MODULE}/i18n/{MODULE}.pot"))
        self.assertEqual({entry.msgid.strip() for entry in template}, found)
        self.assertGreater(len(found), 800)
