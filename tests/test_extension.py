import re
import textwrap
from dataclasses import replace
from unittest.mock import patch

from odoo.orm.model_classes import add_to_registry
from odoo.tests import tagged
from odoo.tools import file_open

from ..chorus import rules
from ..chorus.formats import FORMATS
from ..chorus.syntaxes import SYNTAXES
from .common import ExportCommon

README = "l10n_fr_chorus_export/README.rst"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestExtension(ExportCommon):
    """The examples of the README, as they stand there."""

    def _install(self):
        """What the loading of a module does with its classes."""
        with file_open(README) as readme:
            blocks = re.findall(r"code-block:: python\n\n((?: {3}.*\n|\n)+)", readme.read())
        module = {"__name__": "odoo.addons.chorus_example.models"}
        for block in map(textwrap.dedent, blocks):
            self.assertLessEqual(len(re.findall(r"^.*\S", block, re.M)), 10, "the README says so")
            exec(compile(block, README, "exec"), module)
        for name in ("AccountMove", "ResCompany", "FormatsOfOurs"):
            model = self.registry[module[name]._name]
            self.addCleanup(setattr, model, "_base_classes__", model._base_classes__)
            add_to_registry(self.registry, module[name])
        self._set_up_models()

    def _set_up_models(self):
        for name in self.registry.descendants(["account.move", "res.company"], "_inherit"):
            self.registry[name]._setup_done__ = False
        self.registry._setup_models__(self.cr, [])

    def _check(self, move):
        ((_move, document, anomalies),) = self.env["l10n_fr.chorus.maker"]._check_documents(move)
        return document.notes, [(item.code, item.origin.id) for item in anomalies]

    def test_examples_of_the_readme(self):
        named, unnamed = self._move(invoice_origin="École du Port"), self._move()
        notes, anomalies = self._check(named)
        bare, _anomalies = self._check(unnamed)
        self.addCleanup(self._set_up_models)
        self._install()
        self.assertEqual(self._check(named), ((*notes, "Chantier : École du Port"), anomalies))
        self.assertEqual(self._check(unnamed), (bare, [*anomalies, ("site_missing", unnamed.id)]))
        # The syntax can be chosen, and makes files.
        syntaxes = self.env["l10n_fr.chorus.export"]._fields["syntax"].get_values(self.env)
        self.assertEqual(syntaxes, [*FORMATS, "works"])
        self.assertNotIn("works", FORMATS, "it is of this database alone")
        line = (
            self.env["l10n_fr.chorus.export"]
            ._export(named, company=self.company, syntax="works")
            .line_ids
        )
        self.assertEqual((line.state, line.export_id.syntax), ("exported", "works"))

    def test_a_syntax_of_the_whole_server(self):
        """What the README says of `SYNTAXES`, which was the only hook once."""
        with patch.dict(SYNTAXES, mine=replace(SYNTAXES["ubl"], key="mine", label="Mine")):
            choices = self.env["res.company"]._selection_l10n_fr_chorus_syntax()
            self.assertIn(("mine", "Mine"), choices)
            line = (
                self.env["l10n_fr.chorus.export"]
                ._export(self._move(), company=self.company, syntax="mine")
                .line_ids
            )
            self.assertEqual(line.state, "exported")

    def test_a_rule_of_one_syntax(self):
        """A verdict is kept for the company's own syntax; another one is checked afresh."""

        @rules.extra_rule("always", term="BT-1", source="a test")
        def always(document, settings):
            """Nothing keeps it."""
            yield document.origin, "%(document)s", {}

        strict = {**FORMATS, "ubl": replace(FORMATS["ubl"], rules=(always,))}
        Company = type(self.env["res.company"])
        self.startPatcher(patch.object(Company, "_l10n_fr_chorus_get_formats", lambda self: strict))
        Export = self.env["l10n_fr.chorus.export"]
        self.company.l10n_fr_chorus_syntax = "cii"
        move = self._move()
        wizard = self.env["account.move.chorus.export"].create({"syntax": "ubl"})
        wizard.action_next()
        wizard.check_moves(wizard.get_moves_to_check())
        self.assertTrue(wizard.line_ids.is_blocked)
        self.assertFalse(wizard.get_moves_to_check(), "the window has nothing left to check")
        self.assertEqual(move.l10n_fr_chorus_verdict, "remarks")
        # The syntax is changed after the check: what was found is of no use.
        wizard.syntax = "cii"
        self.assertEqual(wizard.get_moves_to_check(), move.ids)
        wizard.check_moves(move.ids)
        self.assertFalse(wizard.line_ids.is_blocked)
        # An export trusts no verdict.
        held = Export._export(move, company=self.company, syntax="ubl").line_ids
        self.assertEqual(held.state, "held")
        self.assertEqual(Export._export(move, company=self.company).line_ids.state, "exported")
