import re
import textwrap

from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged
from odoo.tools import file_open

from .common import ChorusCommon

README = "l10n_fr_chorus_export/README.rst"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestExtension(ChorusCommon):
    """The examples of the README, as they stand there."""

    def _install(self):
        """What the loading of a module does with its classes."""
        with file_open(README) as readme:
            blocks = re.findall(r"code-block:: python\n\n((?: {3}.*\n|\n)+)", readme.read())
        module = {"__name__": "odoo.addons.chorus_example.models"}
        for block in map(textwrap.dedent, blocks):
            self.assertLessEqual(len(re.findall(r"^.*\S", block, re.M)), 10, "the README says so")
            exec(compile(block, README, "exec"), module)
        for name in ("AccountMove", "ResCompany"):
            model = self.registry[module[name]._name]
            self.addCleanup(setattr, model, "_base_classes__", model._base_classes__)
            add_to_registry(self.registry, module[name])
        self._set_up_models()

    def _set_up_models(self):
        for name in self.registry.descendants(["account.move", "res.company"], "_inherit"):
            self.registry[name]._setup_done__ = False
        self.registry._setup_models__(self.cr, [])

    def _check(self, move):
        ((_move, document, anomalies),) = self.env["l10n_fr.chorus.export"]._check_documents(move)
        return document.notes, [(item.code, item.origin.id) for item in anomalies]

    def test_examples_of_the_readme(self):
        named, unnamed = self._move(invoice_origin="École du Port"), self._move()
        notes, anomalies = self._check(named)
        self.addCleanup(self._set_up_models)
        self._install()
        self.assertEqual(self._check(named), ((*notes, "Chantier : École du Port"), anomalies))
        self.assertEqual(self._check(unnamed), (notes, [*anomalies, ("site_missing", unnamed.id)]))
