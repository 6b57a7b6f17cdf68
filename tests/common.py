import importlib
import os
import shutil
import tempfile
from decimal import Decimal
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import new_test_user
from odoo.tools import SQL, config

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..chorus import formats, rules
from ..chorus.formats import FORMATS
from ..models.channel.folder import ROOT_OPTION
from . import printed
from .seams import SeamsMixin

IBAN = "FR7630006000011234567890189"

#: French companies that `./dev test` makes ready in the database, each with its chart of accounts,
#: which takes seconds: see `.dev/companies.py`.
READY = "Chorus Test %"


def load_plain(name):
    """A module that the tests without Odoo share with these: what judges files, what makes PDFs.

    Loaded when a test needs it: it wants packages that Odoo does without. A judge that does not
    load fails the test.

    :param str name: of a module of ``tests/plain`` that imports nothing of the product
    """
    return importlib.import_module(f".plain.{name}", __package__)


def _same_columns(model, *own):
    """The columns of a table, but those that a copy has of its own."""
    return SQL(", ").join(
        SQL.identifier(name)
        for name, field in model._fields.items()
        if field.column_type and field.store and name not in ("id", *own)
    )


def copy_free_line(move, count):
    """Many more lines for a posted invoice, in a moment: written in the database itself.

    They are worth nothing, so that its amounts stay as they are.

    :param move: the invoice, whose last line is free
    :param int count: how many copies of that line
    """
    env = move.env
    env.flush_all()
    line = move.invoice_line_ids[-1]
    assert not line.balance and line.display_type == "product"
    same = _same_columns(line, "sequence")
    env.cr.execute(
        SQL(
            """WITH copies AS (
                   INSERT INTO account_move_line (sequence, %(same)s)
                   SELECT sequence + rank, %(same)s
                     FROM account_move_line, generate_series(1, %(count)s) rank
                    WHERE id = %(line)s
                RETURNING id
               )
               INSERT INTO account_move_line_account_tax_rel
               SELECT copies.id, rel.account_tax_id
                 FROM copies, account_move_line_account_tax_rel rel
                WHERE rel.account_move_line_id = %(line)s""",
            same=same,
            count=count,
            line=line.id,
        )
    )
    env.invalidate_all()


def copy_posted(move, count, prefix="COPY"):
    """Posted copies of an invoice, hundreds in a moment: written in the database itself.

    :param move: the invoice, posted and not paid
    :param int count: how many
    :param str prefix: of their numbers, which nothing else has
    :return: the copies
    """
    env = move.env
    env.flush_all()
    own = ("name", "move_id", "move_name", "sequence_number")
    number = SQL("%s || '/' || rank", prefix)
    tables = (
        ("account.move", SQL("id"), SQL("name"), number),
        (
            "account.move.line",
            SQL("move_id"),
            SQL("move_id, move_name, name"),
            SQL("(SELECT id FROM account_move WHERE name = %s), %s, name", number, number),
        ),
    )
    for model, owner, columns, values in tables:
        same = _same_columns(env[model], *own)
        env.cr.execute(
            SQL(
                """INSERT INTO %(table)s (%(columns)s, %(same)s)
                   SELECT %(values)s, %(same)s
                     FROM %(table)s, generate_series(1, %(count)s) rank
                    WHERE %(owner)s = %(move)s""",
                table=SQL.identifier(env[model]._table),
                columns=columns,
                same=same,
                values=values,
                count=count,
                owner=owner,
                move=move.id,
            )
        )
    env.cr.execute(
        SQL(
            """INSERT INTO account_move_line_account_tax_rel
               SELECT line.id, rel.account_tax_id
                 FROM account_move_line line
                 JOIN account_move_line source ON source.move_id = %s
                  AND source.display_type = line.display_type
                  AND source.sequence = line.sequence
                 JOIN account_move_line_account_tax_rel rel
                   ON rel.account_move_line_id = source.id
                WHERE line.move_name LIKE %s""",
            move.id,
            f"{prefix}/%",
        )
    )
    env.invalidate_all()
    return env["account.move"].search([("name", "=like", f"{prefix}/%")], order="id")


def fill_database(move, documents=4000, customers=400):
    """As many documents and contacts as a company has after some years, and what is known of them.

    PostgreSQL chooses its indexes by the statistics of its tables, which ANALYZE collects.

    :param move: an invoice, posted and not paid, of which they are copies
    :param int documents: how many
    :param int customers: how many public bodies share them; twenty times as many are none
    :return: the documents
    """
    env = move.env
    moves = copy_posted(move, documents)
    town = move.partner_id
    same = _same_columns(town, "name", "commercial_partner_id", "l10n_fr_chorus_export")
    env.cr.execute(
        SQL(
            """INSERT INTO res_partner (name, l10n_fr_chorus_export, %(same)s)
               SELECT 'Filling ' || rank, rank <= %(customers)s, %(same)s
                 FROM res_partner, generate_series(1, 20 * %(customers)s) rank
                WHERE id = %(town)s
            RETURNING id""",
            same=same,
            customers=customers,
            town=town.id,
        )
    )
    partners = [partner_id for (partner_id,) in env.cr.fetchall()]
    env.cr.execute(
        SQL("UPDATE res_partner SET commercial_partner_id = id WHERE id = ANY(%s)", partners)
    )
    env.cr.execute(
        SQL(
            """WITH spread AS (
                   SELECT id, (%(partners)s)[1 + id %% %(customers)s] AS customer_id
                     FROM account_move WHERE id = ANY(%(moves)s)
               ), moved AS (
                   UPDATE account_move move
                      SET partner_id = customer_id, commercial_partner_id = customer_id,
                          partner_shipping_id = customer_id
                     FROM spread WHERE spread.id = move.id
               )
               INSERT INTO l10n_fr_chorus_verdict
                      (move_id, customer_id, site_id, verdict, checked_on, is_stale)
               SELECT id, customer_id, customer_id, 'ok', now(), FALSE FROM spread""",
            partners=partners[:customers],
            customers=customers,
            moves=moves.ids,
        )
    )
    env.cr.execute("ANALYZE account_move, res_partner, l10n_fr_chorus_verdict")
    env.invalidate_all()
    return moves


class ChorusCommon(SeamsMixin, AccountTestInvoicingCommon):
    """A French company, its public customers, and a user who may only invoice."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("fr")
    def setUpClass(cls):
        super().setUpClass()
        # The base database has French first, and prints in it: the tests read English.
        cls.env["ir.default"].set("res.partner", "lang", "en_US")
        cls.company = cls.company_data["company"]
        cls.company.partner_id.lang = "en_US"
        cls.bank = cls.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": cls.company.partner_id.id}
        )
        cls.company.partner_id.write(
            {
                "company_registry": "90000002700012",
                "vat": "FR49900000027",
                "street": "12 rue Abbé Huet",
                "zip": "35000",
                "city": "Rennes",
                "country_id": cls.env.ref("base.fr").id,
            }
        )
        cls.company.l10n_fr_chorus_bank_id = cls.bank
        cls.company.l10n_fr_chorus_late_payment_terms = (
            "Intérêts de retard : taux de la BCE majoré de 8 points.\n"
            "Indemnité de recouvrement : 40 €. Pas d'escompte."
        )
        cls.france = cls.env.ref("base.fr")
        cls.town = cls.env["res.partner"].create(
            {
                "name": "Ville d'Essai",
                "is_company": True,
                "street": "1 place de la Mairie",
                "zip": "35480",
                "city": "Essai",
                "country_id": cls.france.id,
                "company_registry": "219 900 016 00011",
                "l10n_fr_chorus_export": True,
                "l10n_fr_chorus_service_code": "FINANCES",
                "l10n_fr_chorus_market_number": "M-2026",
            }
        )
        cls.school = cls.env["res.partner"].create(
            {
                "name": "École",
                "parent_id": cls.town.id,
                "type": "delivery",
                "street": "4 rue des Écoles",
                "zip": "35480",
                "city": "Essai",
                "country_id": cls.france.id,
                "l10n_fr_chorus_siret": "21990001600102",
            }
        )
        cls.private = cls.env["res.partner"].create(
            {"name": "Boulangerie", "is_company": True, "country_id": cls.france.id}
        )
        cls.tax20 = cls._tax("20% G", 20.0)
        cls.tax10 = cls._tax("10% G", 10.0)
        cls.tax55 = cls._tax("5.5% G", 5.5)
        # AccountTestInvoicingCommon's own user is an accounting manager: most gestures are
        # tried as someone who may only invoice.
        cls.billing_user = new_test_user(
            cls.env,
            login="chorus_billing",
            groups="base.group_user,account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )

    @classmethod
    def _create_company(cls, **values):
        """A company that is ready in the database and that no test has changed; else a new one.

        The class's transaction takes back what is written on it.
        """
        Company = cls.env["res.company"]
        company = Company.search([("name", "=like", READY)], order="id", limit=1)
        if not company or cls.country_code != "FR" or cls.chart_template:
            return super()._create_company(**values)
        cls.env.user.company_ids = [Command.link(company.id)]
        company.write({"name": "Test Company", **values})
        return company

    @classmethod
    def _accounting_manager(cls):
        """A user who may do everything in the accounting of this company."""
        return new_test_user(
            cls.env,
            login="chorus_manager",
            groups="base.group_user,account.group_account_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _tax(cls, name, amount, **values):
        """A sales tax of the company, made if its chart has none of that name."""
        return cls.env["account.tax"].create(
            {
                "name": f"Chorus {name}",
                "amount": amount,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                # Nothing else would say that it is VAT.
                "description": "TVA",
                **values,
            }
        )

    @classmethod
    def _line(cls, price=100.0, quantity=1.0, taxes=None, **values):
        return Command.create(
            {
                "name": values.pop("name", "Fourniture"),
                "quantity": quantity,
                "price_unit": price,
                "tax_ids": [Command.set((cls.tax20 if taxes is None else taxes).ids)],
                **values,
            }
        )

    @classmethod
    def _move(cls, *lines, partner=None, move_type="out_invoice", post=True, **values):
        """A posted customer invoice or credit note of the last days."""
        partner = partner or cls.town
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "company_id": cls.company.id,
                "partner_id": partner.id,
                "partner_shipping_id": values.pop("partner_shipping_id", partner.id),
                "invoice_date": values.pop("invoice_date", fields.Date.today()),
                "invoice_line_ids": list(lines or [cls._line()]),
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    def _check_again(self, wizard):
        """What the window does, slice after slice, when its user presses “Check again”."""
        wizard.check_moves(wizard.get_moves_to_check(everything=True))
        wizard.end_check()

    def _document(self, move):
        """The document of one move."""
        return self.env["l10n_fr.chorus.document"]._read_documents(move)[0]

    def _keep_verdict(self, move):
        checked = self.env["l10n_fr.chorus.maker"]._check_documents(move)
        self.env["l10n_fr.chorus.verdict"]._keep(checked)

    def _codes(self, move):
        """Codes of a move's anomalies, remarks included."""
        [(_move, _document, anomalies)] = self.env["l10n_fr.chorus.maker"]._check_documents(move)
        return [anomaly.code for anomaly in anomalies]


class JudgesMixin:
    """Files of posted moves, before judges that are not ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.oracles = load_plain("oracles")
        cls.schematron = cls.oracles.Schematron()

    def setUp(self):
        super().setUp()
        self.maxDiff = None

    def _judge_every_syntax(self, move, document, judged=FORMATS):
        """Make the XML of a posted move in each syntax, read it with another parser, judge it.

        :param move: the move
        :param chorus.document.model.Document document: read from it
        :param judged: keys of the syntaxes that the schematron judges, which takes its time
        :return: content by key of the syntax
        :rtype: dict
        """
        files, said = {}, {}
        for key in FORMATS:
            files[key] = content = formats.build_xml(document, FORMATS[key])
            said[key] = self._judge(document, key, content, key in judged)
            self._compare_with_the_move(move, said[key])
        self._compare_syntaxes(document, said)
        return files

    def _judge(self, document, key, content, is_judged):
        """The schemas, the schematron, and another parser, whose findings are returned."""
        for schema in self.oracles.SCHEMAS[key]:
            self.oracles.assert_valid(content, schema)
        if is_judged:
            fatal, warnings = self.schematron.judge(content, key)
            self.assertEqual(fatal, self.oracles.fatal_of(document, key), key)
            self.assertEqual(warnings, self.oracles.warnings_of(document, key), key)
        self.assertEqual(self.oracles.empty_nodes(content), [], key)
        found = self.oracles.read_back(content)
        self.assertEqual(found, self.oracles.expected(document, key), key)
        return found

    def _compare_with_the_move(self, move, found):
        """The parser reads the posted amounts, also where the document is wrong."""

        def money(value):
            return Decimal(f"{value:.{move.currency_id.decimal_places}f}")

        def posted(lines):
            return money(move.direction_sign * sum(lines.mapped("amount_currency")))

        # In Odoo's totals an eco tax is a tax, and a cash rounding by a line is no tax.
        eco = posted(move.line_ids.filtered(lambda line: line.tax_line_id.amount_type == "fixed"))
        rounding = posted(
            move.line_ids.filtered(
                lambda line: line.display_type == "rounding" and not line.tax_repartition_line_id
            )
        )
        self.assertEqual(found["number"], move.name)
        self.assertEqual(found["issue_date"], move.invoice_date)
        dates = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        first = min(dates.mapped("date_maturity"), default=move.invoice_date_due)
        is_first = move.move_type == "out_invoice" and len(dates) > 1
        self.assertEqual(found["due_date"], first if is_first else move.invoice_date_due)
        self.assertEqual(found["currency"], move.currency_id.name)
        self.assertEqual(found["rounding"] or 0, rounding)
        self.assertEqual(found["total"] + rounding, money(move.amount_total))
        self.assertEqual(found["untaxed"] + rounding, money(move.amount_untaxed) + eco)
        self.assertEqual(found["tax"], money(move.amount_tax) - eco)
        lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        headings = lines.parent_id | lines.parent_id.parent_id
        if any(line.collapse_composition or line.collapse_prices for line in headings):
            # A heading that hides lines stands for them.
            self.assertEqual(found["lines_total"], posted(lines))
        else:
            self.assertEqual(
                sorted(line["amount"] for line in found["lines"]), sorted(map(posted, lines))
            )
        taxes = move.line_ids.filtered(lambda line: line.tax_line_id.amount_type == "percent")
        by_rate = taxes.grouped(lambda line: Decimal(str(line.tax_line_id.amount)))
        self.assertEqual(
            {item["rate"]: item["amount"] for item in found["vat"] if item["amount"]},
            {rate: amount for rate, lines in by_rate.items() if (amount := posted(lines))},
        )

    def _compare_with_the_print(self, move, document, files):
        """What Odoo prints stands in the files, in a remark, or is a known difference."""
        page = printed.read(printed.render(move))
        remarks = rules.check(document, self.company._l10n_fr_chorus_get_settings())
        for key in ("ubl", "cii"):
            found = self.oracles.read_back(files[key])
            self.assertFalse(printed.missing(page, found, remarks, move), key)

    def _compare_syntaxes(self, document, said):
        """Datum by datum, the syntaxes agree."""
        for found in said.values():
            del found["nodes"]
            if not document.delivery and not document.delivery_date:
                del found["site"]  # CII always gives an address: without a site, the buyer's
        self.assertEqual(said["cii"], said["ubl"])
        self.assertEqual(said["facturx"], said["cii"])


class ExportCommon(ChorusCommon):
    """Exports into a root of the test's own."""

    def setUp(self):
        super().setUp()
        self.root = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        self.startPatcher(patch.dict(config.options, {ROOT_OPTION: self.root}))

    def _export(self, moves, **options):
        """Export as someone who may only invoice."""
        Export = self.env["l10n_fr.chorus.export"].with_user(self.billing_user)
        return Export._export(moves.with_user(self.billing_user), company=self.company, **options)

    def _deliver(self):
        """What the commit would have done: test cursors never commit."""
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()

    def _files(self):
        return sorted(
            os.path.relpath(os.path.join(folder, name), self.root)
            for folder, _folders, names in os.walk(self.root)
            for name in names
        )
