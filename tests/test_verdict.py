from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from ..models.following.verdict import BATCH_SIZE, next_size
from .common import ChorusCommon, fill_database


@tagged("post_install_l10n", "post_install", "-at_install")
class TestVerdict(ChorusCommon):
    """What the list of invoices shows: cheap, and never a lie."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Verdict = cls.env["l10n_fr.chorus.verdict"]
        cls.town.l10n_fr_chorus_requirement = "none"
        cls.good = cls._move()
        cls.bad = cls._move(partner_shipping_id=cls.school.id)
        cls.remarked = cls._move(cls._line(), move_type="out_refund")
        cls.school.l10n_fr_chorus_siret = False
        cls.moves = cls.good | cls.bad | cls.remarked

    def _refresh(self):
        # The test's cursor never commits: without a cron around it, so does its progress.
        self.env.flush_all()
        self.Verdict._keep(self.env["l10n_fr.chorus.maker"]._check_documents(self.moves))

    def _verdicts(self):
        self.moves.invalidate_recordset()
        return self.moves.mapped("l10n_fr_chorus_verdict")

    def _search(self, *values):
        domain = [("id", "in", self.moves.ids), ("l10n_fr_chorus_verdict", "in", list(values))]
        return self.env["account.move"].search(domain)

    def test_verdicts(self):
        self.assertEqual(self._verdicts(), ["to_check"] * 3)
        self._refresh()
        self.assertEqual(self._verdicts(), ["ok", "blocked", "remarks"])
        self.assertEqual(self._search("blocked"), self.bad)
        self.assertEqual(self._search("ok", "remarks"), self.good | self.remarked)
        self.assertFalse(self._search("to_check"))
        verdict = self.Verdict.search([("move_id", "=", self.bad.id)])
        self.assertEqual(verdict.codes, "delivery_siret_missing")

    def test_group_by(self):
        self._refresh()
        groups = self.env["account.move"]._read_group(
            [("id", "in", self.moves.ids)], ["l10n_fr_chorus_verdict"], ["__count"]
        )
        self.assertEqual(dict(groups), {"ok": 1, "blocked": 1, "remarks": 1})
        description = self.env["account.move"].fields_get(["l10n_fr_chorus_verdict"])
        self.assertTrue(description["l10n_fr_chorus_verdict"]["groupable"])

    def test_documents_without_a_verdict(self):
        draft = self._move(post=False)
        private = self._move(partner=self.private)
        exported = self._move()
        self.env["l10n_fr.chorus.export"]._export(exported, company=self.company)
        for move in draft | private | exported:
            self.assertFalse(move.l10n_fr_chorus_verdict)
        none = self.env["account.move"].search(
            [("l10n_fr_chorus_verdict", "=", False), ("company_id", "=", self.company.id)]
        )
        self.assertFalse((draft | private | exported) - none)
        self.assertFalse(self.moves & none)

    def test_a_change_is_seen_at_once(self):
        service = self.env["l10n_fr.chorus.service"].create(
            {"partner_id": self.town.id, "code": "FINANCES"}
        )
        term = self.env["account.payment.term"].create({"name": "30 jours"})
        termed = self._move(invoice_payment_term_id=term.id)
        self.moves |= termed
        corrected = self._move(l10n_fr_chorus_type="384", l10n_fr_chorus_corrected_id=self.good.id)
        self.moves |= corrected
        group = self.env["account.tax"].create(
            {
                "name": "Groupe",
                "amount_type": "group",
                "type_tax_use": "sale",
                "company_id": self.company.id,
                "children_tax_ids": [Command.set(self.tax10.ids)],
            }
        )
        grouped = self._move(self._line(taxes=group))
        self.moves |= grouped
        attached = self._move()
        attached.l10n_fr_chorus_attachment_ids = attachment = self.env["ir.attachment"].create(
            {"name": "a.pdf", "raw": b"a", "res_model": attached._name, "res_id": attached.id}
        )
        self.moves |= attached
        journal = self.env["account.journal"].create(
            {"name": "Autre", "code": "AUT", "type": "sale", "company_id": self.company.id}
        )
        twin = self._move(journal_id=journal.id, name=self.bad.name)
        self.moves |= twin
        site = self.env["res.partner"].create(
            {"name": "Site", "parent_id": self.private.id, "type": "delivery"}
        )
        shipped = self._move(partner_shipping_id=site.id)
        self.moves |= shipped
        bank = self.env["res.bank"].create({"name": "Banque", "bic": "BNPAFRPP"})
        self.bank.bank_id = bank
        for change, stale in (
            (lambda: self.school.write({"l10n_fr_chorus_siret": "21990001600102"}), self.bad),
            (lambda: self.town.write({"country_id": False}), self.moves),
            (lambda: self.town.write({"l10n_fr_chorus_requirement": "both"}), self.moves),
            (lambda: self.company.partner_id.write({"vat": "FR68900000001"}), self.moves),
            (lambda: self.bank.write({"acc_number": "FR1420041010050500013M02606"}), self.moves),
            (lambda: self.bank.write({"sequence": 99}), self.moves),
            (lambda: self.bank.copy({"acc_number": "DE89370400440532013000"}), self.moves),
            (lambda: (self.company.partner_id.bank_ids - self.bank).unlink(), self.moves),
            (lambda: self.tax20.write({"ubl_cii_tax_category_code": "S"}), self.moves - grouped),
            (lambda: self.company.write({"l10n_fr_chorus_delivery_siret": False}), self.moves),
            (lambda: self.company.write({"report_header": "<p>SARL</p>"}), self.moves),
            (lambda: self.company.write({"company_details": "<p>RCS</p>"}), self.moves),
            (lambda: self.company.write({"report_footer": "<p>Capital</p>"}), self.moves),
            (lambda: service.write({"active": False}), self.moves),
            (lambda: term.write({"note": "x" * 1100}), termed),
            (lambda: bank.write({"bic": "BNPAFRP"}), self.moves),
            (
                lambda: self.good.journal_id.write({"bank_account_id": self.bank.id}),
                self.moves - twin,
            ),
            (lambda: self.good.write({"buyer_reference": "X"}), self.good),
            (lambda: self.good.write({"name": "FAC/1"}), self.good | corrected),
            (lambda: corrected.write({"l10n_fr_chorus_corrected_id": False}), corrected),
            (lambda: self.good.invoice_line_ids.write({"name": "Y"}), self.good),
            (lambda: self.tax10.write({"ubl_cii_tax_category_code": "E"}), grouped),
            (lambda: attachment.write({"name": "a.exe"}), attached),
            (lambda: attachment.write({"raw": b""}), attached),
            (lambda: attachment.unlink(), attached),
            (lambda: twin.write({"name": "FAC/2"}), twin | self.bad),
            (lambda: self.private.write({"l10n_fr_chorus_nature": "6"}), shipped),
            (lambda: site.write({"parent_id": self.town.id}), shipped),
            (lambda: site.write({"street": "2 rue des Écoles"}), shipped),
        ):
            self._refresh()
            change()
            self.env.flush_all()
            self.assertEqual(self._search("to_check"), stale)

    def test_records_that_a_document_names_from_afar(self):
        """What is written elsewhere than on the records that it names changes it too."""
        office = self.env["res.partner"].create(
            {"name": "Service", "parent_id": self.town.id, "type": "invoice"}
        )
        desk = self.env["res.partner"].create({"name": "Bureau", "parent_id": office.id})
        other = self.env["res.partner"].create({"name": "Autre", "is_company": True})
        for_office, for_desk = self._move(partner=office), self._move(partner=desk)
        paid = self._move(l10n_fr_chorus_framework="A2")
        abroad = self.env.ref("base.be")
        position = self.env["account.fiscal.position"].create(
            {"name": "Belgique", "country_id": abroad.id, "tax_ids": [Command.set(self.tax20.ids)]}
        )
        sold = self._move(fiscal_position_id=position.id)
        self.moves |= for_office | for_desk | paid | sold
        self.company.l10n_fr_chorus_bank_id = account = self.env["res.partner.bank"].create(
            {"acc_number": "FR1420041010050500013M02606", "partner_id": self.company.partner_id.id}
        )
        named = for_office | for_desk
        for name, change, stale in (
            ("an address above", lambda: office.write({"country_id": abroad.id}), named),
            ("a customer of its own", lambda: office.write({"is_company": True}), named),
            ("its address", lambda: office.write({"city": "Lille"}), named),
            ("an address again", lambda: office.write({"is_company": False}), named),
            ("another customer", lambda: office.write({"parent_id": other.id}), named),
            ("a payment", lambda: self._pay(paid), paid),
            ("no payment", lambda: paid.line_ids.remove_move_reconcile(), paid),
            ("a payment that the file does not count", lambda: self._pay(sold), sold),
            ("our number", lambda: position.write({"foreign_vat": "BE0428759497"}), sold),
            ("no account", lambda: account.unlink(), self.moves),
            ("another's account", lambda: self.bank.write({"partner_id": other.id}), self.moves),
        ):
            with self.subTest(name):
                self._refresh()
                change()
                self.env.flush_all()
                found = self.Verdict.search([("is_stale", "=", True)]).move_id & self.moves
                self.assertFalse(stale - found)
                if "customer" not in name:  # else all those of the former are
                    self.assertEqual(found, stale)

    def _pay(self, move):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()

    def test_twins(self):
        """Posted under a number, a document marks those of its supplier that have it, no others."""
        journal = self.env["account.journal"].create(
            {
                "name": "Autre",
                "code": "AUT",
                "type": "sale",
                "company_id": self.company.id,
                # Its numbers are taken apart otherwise.
                "sequence_override_regex": r"^(?P<prefix1>[A-Z]+/)(?P<seq>\d+)(?P<suffix>.*)$",
            }
        )
        self._refresh()
        twin = self._move(journal_id=journal.id, name=self.good.name)
        self.assertNotEqual(twin.sequence_prefix, self.good.sequence_prefix)
        self.assertEqual(self._search("to_check"), self.good)
        self.moves |= twin
        self._refresh()
        codes = self.Verdict.search([("move_id", "in", (self.good | twin).ids)]).mapped("codes")
        self.assertEqual(codes, ["number_twice"] * 2)
        # The same number at another supplier is none of theirs, and is not even read.
        numbers = self.good._l10n_fr_chorus_get_number_domain()
        self.assertEqual(self.env["account.move"].search(numbers), self.good | twin)
        self.company.company_registry = "90000000100010"
        other = self.env["res.company"].create(
            {"name": "Autre", "company_registry": "900 000 001 00028"}
        )
        same = self.company._l10n_fr_chorus_get_same_supplier()
        self.assertIn(other, same)
        other.company_registry = "90000001800019"
        self.assertNotIn(other, self.company._l10n_fr_chorus_get_same_supplier())

    def test_writes_that_change_nothing_mark_nothing(self):
        self._refresh()
        self.town.comment = "Bonjour"
        self.company.l10n_fr_chorus_folder = "x"
        self.env["l10n_fr.chorus.export"]._export(self._move(), company=self.company, folder="y")
        self.assertFalse(self._search("to_check"))

    def test_the_scheduled_action_checks_what_is_stale(self):
        self._refresh()
        self.school.l10n_fr_chorus_siret = "21990001600102"
        cron = self.env.ref("l10n_fr_chorus_export.ir_cron_verdict")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self._verdicts(), ["ok", "ok", "remarks"])
        self.assertFalse(self.Verdict._find_moves())

    def test_documents_that_take_long_are_checked_in_small_batches(self):
        """Some have thousands of lines, and a worker has two minutes."""
        self.moves += sum((self._move() for _count in range(6)), self._move())
        self.first_look_at(2)
        sizes = []

        def refresh(real, verdicts, move_ids):
            sizes.append(len(move_ids))
            return real(verdicts, move_ids)

        with (
            self._around("l10n_fr.chorus.verdict", "_refresh", refresh),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("l10n_fr_chorus_export.ir_cron_verdict").method_direct_trigger()
        self.assertEqual(sizes[:2], [2, 4], "twice as many at most")
        self.assertNotIn("to_check", self._verdicts())
        self.assertEqual(next_size(4, 20), 2, "what takes 10 seconds")
        self.assertEqual(next_size(1, 100), 1)
        self.assertEqual(next_size(150, 1), BATCH_SIZE)

    def test_days_pass(self):
        tomorrow = fields.Date.today() + timedelta(days=1)
        future = self._move(invoice_date=tomorrow, invoice_date_due=tomorrow)
        self.moves |= future
        self._refresh()
        self.assertEqual(future.l10n_fr_chorus_verdict, "blocked")
        cron = self.env.ref("l10n_fr_chorus_export.ir_cron_verdict")
        with self.enter_registry_test_mode(), freeze_time(tomorrow):
            cron.method_direct_trigger()
        future.invalidate_recordset()
        codes = self.Verdict.search([("move_id", "=", future.id)]).codes
        self.assertEqual(future.l10n_fr_chorus_verdict, "ok", codes)

    def test_the_window_tells_the_list(self):
        wizard = self.env["account.move.chorus.export"].with_user(self.billing_user).create({})
        wizard.action_next()
        self.assertEqual(self._verdicts(), ["ok", "blocked", "remarks"])

    def test_a_list_costs_one_query(self):
        self._refresh()
        self.env.invalidate_all()
        moves = self.moves.with_user(self.billing_user)
        moves.mapped("state")
        with self.assertQueryCount(1):
            moves.mapped("l10n_fr_chorus_verdict")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestIndexes(ChorusCommon):
    """Among the documents of some years, PostgreSQL takes our indexes by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._move()
        # A hundred numbers among few documents: PostgreSQL reads them all, and is right.
        cls.moves = fill_database(cls.move, documents=20_000)
        cls.env["l10n_fr.chorus.verdict"]._keep(
            cls.env["l10n_fr.chorus.maker"]._check_documents(cls.move)
        )

    def _plan(self, query):
        self.env.cr.execute(SQL("EXPLAIN %s", query))
        return "\n".join(line for (line,) in self.env.cr.fetchall())

    @contextmanager
    def _queries(self):
        """What is asked of the verdicts meanwhile."""
        found, execute = [], Cursor.execute

        def spy(cursor, query, *args, **kwargs):
            if getattr(query, "code", "").startswith('SELECT "l10n_fr_chorus_verdict"'):
                found.append(query)
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", spy):
            yield found

    def test_writes_do_not_read_all_the_moves(self):
        """A partner saved, an invoice posted: each would read the whole table of moves."""
        supplier = self.env["res.partner"].create({"name": "Fournisseur"})
        draft = self._move(post=False)
        self.env.flush_all()
        for what, write in (
            ("a partner", lambda: supplier.write({"street": "1 rue Neuve"})),
            ("a customer", lambda: self.town.write({"street": "1 place Neuve"})),
            ("a document", lambda: draft.action_post()),
        ):
            with self.subTest(what), self._queries() as queries:
                write()
                self.env.flush_all()
            self.assertTrue(queries)
            for query in queries:
                plan = self._plan(query)
                # The table of exports is small here: whichever way it takes through that one.
                whole = r"Seq Scan on (account_move|l10n_fr_chorus_verdict|res_partner)\b"
                self.assertNotRegex(plan, whole, query.code)
                # It begins with the verdicts of a customer, of a document, or with a number.
                known = r"Index Cond: \(+(customer_id|site_id|move_id|name)"
                self.assertRegex(plan, known, query.code)

    def test_flagged_customers_are_found_without_reading_all_contacts(self):
        query = self.env["res.partner"]._search([("l10n_fr_chorus_export", "=", True)])
        self.assertIn("l10n_fr_chorus_export_idx", self._plan(query.select()))

    def test_numbers_are_found_by_the_index_that_fits(self):
        """Trigrams of hundreds of numbers that look alike read most of the table."""
        plans, execute = [], Cursor.execute

        def spy(cursor, query, *args, **kwargs):
            code = getattr(query, "code", "")
            if code.startswith("SELECT") and '"account_move"."name" IN' in code:
                # Here and now: the reading sets how PostgreSQL may plan it.
                execute(cursor, SQL("EXPLAIN %s", query))
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
            return execute(cursor, query, *args, **kwargs)

        # A hundred is as many as PostgreSQL looks at to see that none of them is "/".
        with patch.object(Cursor, "execute", spy):
            self.env["l10n_fr.chorus.document"]._read_documents(self.moves[:101])
        self.assertTrue(plans)
        for plan in plans:
            self.assertIn("account_move_unique_name", plan)
